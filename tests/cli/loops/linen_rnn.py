"""Recurrent layers of Flax linen over layers whose parameters are rows of one array (`nn.scan`)."""

import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np
import optax

data = np.load("labels.npz")


class Block(nn.Module):
    size: int

    @nn.compact
    def __call__(self, x, _):
        y = nn.LayerNorm()(x)
        y = nn.MultiHeadDotProductAttention(num_heads=2)(y, y)
        return x + nn.Dense(self.size)(nn.gelu(y)), None


class Reader(nn.Module):
    size: int = 8
    layers: int = 2

    def setup(self):
        self.embed = nn.Dense(self.size)
        blocks = nn.scan(
            nn.remat(Block), variable_axes={"params": 0}, split_rngs={"params": True}, length=self.layers
        )
        self.blocks = blocks(self.size)
        self.rnn = nn.Bidirectional(nn.RNN(nn.OptimizedLSTMCell(6)), nn.RNN(nn.GRUCell(6)))
        self.head = nn.Dense(3)

    def __call__(self, x):
        x, _ = self.blocks(self.embed(x[..., None]), None)
        return self.head(self.rnn(x)[:, -1])


model = Reader()
params = model.init(jax.random.PRNGKey(2), jnp.ones((1, 4)))["params"]
tx = optax.adamw(optax.exponential_decay(1e-2, 6, 0.5))
opt_state = tx.init(params)


@jax.jit
def update(params, opt_state, x, y):
    def loss_fn(params):
        logits = model.apply({"params": params}, x)
        return optax.softmax_cross_entropy_with_integer_labels(logits, y).mean()

    loss, grads = jax.value_and_grad(loss_fn)(params)
    updates, opt_state = tx.update(grads, opt_state, params)
    return optax.apply_updates(params, updates), opt_state, loss


history = {"loss": []}
for epoch in range(3):
    losses = []
    for i in range(6):
        x, y = data["x_train"][12 * i : 12 * i + 12], data["y_train"][12 * i : 12 * i + 12]
        params, opt_state, loss = update(params, opt_state, x, y)
        losses.append(loss)
    history["loss"].append(float(np.mean(losses)))
