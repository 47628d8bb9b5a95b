"""Keras's stateless API under JAX's transformations."""
import os

os.environ["KERAS_BACKEND"] = "jax"

import math

import jax
import jax.numpy as jnp
import keras
from keras import layers

model = keras.Sequential([
    keras.Input(shape=(3,)),
    layers.Dense(4, activation="tanh"),
    layers.BatchNormalization(momentum=0.5),
    layers.Dropout(0.5, seed=7),
    layers.Dense(2),
])
frozen = keras.Sequential([keras.Input(shape=(3,)), layers.Dense(2), layers.Dense(2)])
frozen.layers[0].trainable = False
loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
optimizer = keras.optimizers.Adam(learning_rate=0.1)
optimizer.build(model.trainable_variables)
clipped = keras.optimizers.SGD(0.5, momentum=0.9, clipnorm=0.3, weight_decay=0.01)
clipped.build(model.trainable_variables)
accuracy = keras.metrics.SparseCategoricalAccuracy()
mean = keras.metrics.Mean()
auc = keras.metrics.AUC(num_thresholds=5)

x = jnp.array([[0.5, -1.0, 2.0], [1.5, 0.25, -0.75], [-0.5, 1.0, 0.0], [2.0, -2.0, 1.0]])
y = jnp.array([0, 1, 1, 0])


def fill(variables):
    return [
        (jnp.arange(math.prod(v.shape), dtype="float32").reshape(v.shape) % 5 - 2) / 4 + 0.1
        if "seed" not in v.path else jnp.array([3, 7], dtype="uint32")
        for v in variables
    ]


def compute_loss(trainable, non_trainable, metric, x, y):
    y_pred, non_trainable = model.stateless_call(trainable, non_trainable, x, training=True)
    loss = loss_fn(y, y_pred)
    metric = accuracy.stateless_update_state(metric, y, y_pred)
    return loss, (y_pred, non_trainable, metric)


grad_fn = jax.value_and_grad(compute_loss, has_aux=True)


@jax.jit
def train_step(state, data):
    trainable, non_trainable, opt, metric = state
    x, y = data
    (loss, (y_pred, non_trainable, metric)), grads = grad_fn(trainable, non_trainable, metric, x, y)
    trainable, opt = optimizer.stateless_apply(opt, grads, trainable)
    return loss, (trainable, non_trainable, opt, metric)


def steps():
    state = (
        fill(model.trainable_variables),
        fill(model.non_trainable_variables),
        [jnp.zeros(v.shape, v.dtype) if i != 1 else jnp.array(0.1) for i, v in enumerate(optimizer.variables)],
        [jnp.zeros(v.shape) for v in accuracy.variables],
    )
    losses = []
    for _ in range(3):
        loss, state = train_step(state, (x, y))
        losses.append(loss)
    return losses, state, accuracy.stateless_result(state[3])


def inference():
    trainable, non_trainable = fill(model.trainable_variables), fill(model.non_trainable_variables)
    outputs, after = model.stateless_call(trainable, non_trainable, x)
    losses = model.stateless_call(trainable, non_trainable, x, training=False, return_losses=True)[2]
    return outputs, after, jnp.float32(len(losses))


def with_clipping():
    opt = fill(clipped.variables)
    opt[0], opt[1] = jnp.array(4, dtype="int32"), jnp.array(0.5)
    trainable = fill(model.trainable_variables)
    return clipped.stateless_apply(opt, [v * 2 for v in trainable], trainable)


def layer_call():
    layer = model.layers[0]
    return layer.stateless_call(fill(layer.trainable_variables), [], x)


def metrics():
    start = mean.stateless_reset_state()
    state = mean.stateless_update_state(start, jnp.array([1.0, 2.0, 6.0]))
    state = mean.stateless_update_state(state, jnp.array([4.0, 2.0]), sample_weight=jnp.array([3.0, 1.0]))
    scores = auc.stateless_update_state(auc.stateless_reset_state(), y, jax.nn.sigmoid(x[:, 0]))
    return state, mean.stateless_result(state), auc.stateless_result(scores)


def frozen_layers():
    values = [float(len(v.shape)) for v in frozen.trainable_variables + frozen.non_trainable_variables]
    out, rest = frozen.stateless_call(fill(frozen.trainable_variables), fill(frozen.non_trainable_variables), x)
    return jnp.array(values), out, rest


def scope():
    trainable, others = fill(model.trainable_variables), fill(model.non_trainable_variables)
    mapping = list(zip(model.trainable_variables, trainable)) + list(zip(model.non_trainable_variables, others))
    with keras.StatelessScope(state_mapping=mapping) as scope:
        out = model(x, training=True)
        model.trainable_variables[1].assign_add(jnp.ones(4))
        inside = scope.get_current_value(model.trainable_variables[1])
    return out, inside, [scope.get_current_value(v) for v in model.non_trainable_variables]


def gradient_of_inputs():
    trainable, others = fill(model.trainable_variables), fill(model.non_trainable_variables)
    return jax.grad(lambda x: jnp.sum(model.stateless_call(trainable, others, x)[0] ** 2))(x)


def losses_of_functions():
    p = jax.nn.sigmoid(x[:, :1])
    return (
        keras.losses.binary_crossentropy(y[:, None], p),
        keras.losses.MeanSquaredError()(y.astype("float32")[:, None], p),
        keras.losses.CategoricalCrossentropy(from_logits=True, reduction="none")(jax.nn.one_hot(y, 3), x),
    )


cases = {
    "steps": steps,
    "inference": inference,
    "with_clipping": with_clipping,
    "layer_call": layer_call,
    "metrics": metrics,
    "frozen_layers": frozen_layers,
    "scope": scope,
    "gradient_of_inputs": gradient_of_inputs,
    "losses_of_functions": losses_of_functions,
}
