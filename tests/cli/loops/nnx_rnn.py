"""A recurrent classifier of Flax nnx: layers made by `nnx.vmap`, run by `nnx.scan`, read from both ends by cells."""

import jax.numpy as jnp
import numpy as np
import optax
from flax import nnx

data = np.load("labels.npz")


class Block(nnx.Module):
    def __init__(self, size, *, rngs: nnx.Rngs):
        self.linear = nnx.Linear(size, size, rngs=rngs)
        self.norm = nnx.LayerNorm(size, rngs=rngs)

    def __call__(self, x):
        return x + nnx.gelu(self.linear(self.norm(x)))


class Reader(nnx.Module):
    def __init__(self, *, layers=3, size=8, rngs: nnx.Rngs):
        @nnx.split_rngs(splits=layers)
        @nnx.vmap(in_axes=0, out_axes=0)
        def make_blocks(rngs):
            return Block(size, rngs=rngs)

        self.embed = nnx.Linear(1, size, rngs=rngs)
        self.blocks = make_blocks(rngs)
        forward, backward = nnx.RNN(nnx.LSTMCell(size, 6, rngs=rngs)), nnx.RNN(nnx.GRUCell(size, 6, rngs=rngs))
        self.rnn = nnx.Bidirectional(forward, backward)
        self.head = nnx.Linear(12, 3, rngs=rngs)

    def __call__(self, x):
        @nnx.scan(in_axes=(0, nnx.Carry), out_axes=nnx.Carry)
        def through(block, x):
            return block(x)

        x = through(self.blocks, self.embed(x[..., None]))
        return self.head(jnp.mean(self.rnn(x), axis=1))


model = Reader(rngs=nnx.Rngs(1))
schedule = optax.warmup_cosine_decay_schedule(0.0, 1e-2, 4, 18)
tx = optax.chain(optax.clip_by_global_norm(1.0), optax.adam(schedule))
optimizer = nnx.Optimizer(model, tx, wrt=nnx.Param)


@nnx.jit
def train_step(model, optimizer, x, y):
    def loss_fn(model):
        return optax.softmax_cross_entropy_with_integer_labels(model(x), y).mean()

    loss, grads = nnx.value_and_grad(loss_fn)(model)
    optimizer.update(model, grads)
    return loss


history = {"loss": []}
for epoch in range(3):
    losses = []
    for step in range(6):
        batch = slice(12 * step, 12 * (step + 1))
        loss = train_step(model, optimizer, data["x_train"][batch], data["y_train"][batch])
        losses.append(loss)
    history["loss"].append(float(np.mean(losses)))
