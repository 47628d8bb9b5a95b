"""A classifier of Flax nnx with batch normalization, dropout and metrics, trained and judged as its first tutorial does."""

import numpy as np
import optax
from flax import nnx

data = np.load("labels.npz")
x_train, y_train, batch_size = data["x_train"], data["y_train"], 12


class MLP(nnx.Module):
    def __init__(self, din, dmid, dout, *, rngs: nnx.Rngs):
        self.linear1 = nnx.Linear(din, dmid, rngs=rngs)
        self.dropout = nnx.Dropout(rate=0.1, rngs=rngs)
        self.bn = nnx.BatchNorm(dmid, rngs=rngs)
        self.linear2 = nnx.Linear(dmid, dout, rngs=rngs)

    def __call__(self, x):
        return self.linear2(nnx.relu(self.dropout(self.bn(self.linear1(x)))))


model = MLP(4, 16, 3, rngs=nnx.Rngs(0))
nnx.display(model)
optimizer = nnx.Optimizer(model, optax.adamw(1e-2, 0.9), wrt=nnx.Param)
metrics = nnx.MultiMetric(accuracy=nnx.metrics.Accuracy(), loss=nnx.metrics.Average("loss"))


def loss_fn(model, batch):
    logits = model(batch["features"])
    loss = optax.softmax_cross_entropy_with_integer_labels(logits=logits, labels=batch["label"]).mean()
    return loss, logits


@nnx.jit
def train_step(model, optimizer, metrics, batch):
    grad_fn = nnx.value_and_grad(loss_fn, has_aux=True)
    (loss, logits), grads = grad_fn(model, batch)
    metrics.update(loss=loss, logits=logits, labels=batch["label"])
    optimizer.update(model, grads)
    return loss


history = {"loss": []}
for epoch in range(3):
    losses = []
    for start in range(0, len(x_train), batch_size):
        batch = {"features": x_train[start : start + batch_size], "label": y_train[start : start + batch_size]}
        losses.append(train_step(model, optimizer, metrics, batch))
    history["loss"].append(float(np.mean(losses)))
    for metric, value in metrics.compute().items():
        print(f"train {metric}: {value}")
    metrics.reset()
