"""Modules of nnx are trees: JAX's own transforms take them, and views of one model train and judge it."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import nnx


class Block(nnx.Module):
    def __init__(self, din, dout, *, rngs: nnx.Rngs):
        self.linear = nnx.Linear(din, dout, rngs=rngs)
        self.norm = nnx.LayerNorm(dout, rngs=rngs)

    def __call__(self, x):
        return nnx.silu(self.norm(self.linear(x)))


class Model(nnx.Module):
    def __init__(self, rngs: nnx.Rngs):
        self.blocks = nnx.List([Block(4, 8, rngs=rngs), Block(8, 8, rngs=rngs)])
        self.head = nnx.Linear(8, 3, rngs=rngs)

    def __call__(self, x):
        for block in self.blocks:
            x = block(x)
        return self.head(x)


def loss_fn(model, features, label):
    logits = model(features)
    return optax.softmax_cross_entropy_with_integer_labels(logits, label).mean()


data = np.load("labels.npz")
model = Model(nnx.Rngs(params=0))
tx = optax.adamw(1e-2, weight_decay=1e-3)
opt_state = tx.init(model)
count = sum(leaf.size for leaf in jax.tree.leaves(model))
abstract = jax.eval_shape(lambda: Model(nnx.Rngs(0)))
print(count, abstract.head.kernel.shape)


@jax.jit
def train_step(model, opt_state, features, label):
    loss, grads = jax.value_and_grad(loss_fn)(model, features, label)
    updates, opt_state = tx.update(grads, opt_state, model)
    return optax.apply_updates(model, updates), opt_state, loss


history = {"loss": []}
for epoch in range(3):
    losses = []
    for start in range(0, 72, 12):
        features, label = data["x_train"][start : start + 12], data["y_train"][start : start + 12]
        model, opt_state, loss = train_step(model, opt_state, features, label)
        losses.append(loss)
    history["loss"].append(float(np.mean(losses)))
