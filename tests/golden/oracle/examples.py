"""The example models that are golden cases too: files under `examples/` at the root, which carry no directives."""

_MNIST = "x0=npz(examples/data/mnist.npz,x_train) target0=npz(examples/data/mnist.npz,y_train)"

EXAMPLES = {
    "mnist_convnet": f"{_MNIST} weights=formula predict_rows=20 batch=128 steps=20 stages=predict,curve,checkpoint checkpoints=h5 "
    "checkpoint_optimizer=false",
    "resnet50": "weights=formula x0=formula(-1,1) target0=class(1000) batch=1 steps=1 stages=predict",
    "mobilenet_v2": "weights=formula x0=formula(0,255) target0=class(1000) batch=1 steps=1 stages=predict",
    "transformer_encoder": "weights=formula x0=formula(0,1000) target0=class(5) batch=4 steps=4 stages=predict,curve",
}
"""Case name below `examples/` → its directives."""
