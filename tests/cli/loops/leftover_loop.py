"""A loop whose last batch is not full, with keys made of the numbers of its steps."""

import jax
import jax.numpy as jnp
import numpy as np
import optax

data = np.load("data.npz")
x_train, y_train = data["x_train"], data["y_train"]
batch_size, epochs = 20, 4
optimizer = optax.adamw(0.02)
params = {"w": jnp.full((4, 1), 0.1), "b": jnp.zeros(1)}
opt_state = optimizer.init(params)
key = jax.random.key(2)


@jax.jit
def train_step(params, opt_state, x, y, key):
    def loss_fn(params):
        kept = jax.random.bernoulli(key, 0.8, x.shape)
        return jnp.mean(((x * kept) @ params["w"] + params["b"] - y) ** 2)

    loss, grads = jax.value_and_grad(loss_fn)(params)
    updates, opt_state = optimizer.update(grads, opt_state, params)
    return optax.apply_updates(params, updates), opt_state, loss


def batches():
    for start in range(0, len(x_train), batch_size):
        yield x_train[start : start + batch_size], y_train[start : start + batch_size]


history = {"loss": []}
for epoch in range(epochs):
    total = 0.0
    for step, (x, y) in enumerate(batches()):
        params, opt_state, loss = train_step(params, opt_state, x, y, jax.random.fold_in(key, step))
        total += float(loss) * len(x)
    history["loss"].append(total / len(x_train))
weights = {"params['w']": params["w"], "params['b']": params["b"]}
