"""A training step that is not jitted: a function that the loop calls with state and a batch."""

import jax
import jax.numpy as jnp
import numpy as np
import optax

data = np.load("labels.npz")
x_train, y_train = data["x_train"], data["y_train"]
batch_size, epochs = 12, 3

key = jax.random.key(3)
params = {"kernel": jax.random.normal(key, (4, 3)) * 0.5, "bias": jnp.zeros(3)}
tx = optax.adam(0.05)
opt_state = tx.init(params)


def loss_fn(params, x, y):
    logits = x @ params["kernel"] + params["bias"]
    return optax.softmax_cross_entropy_with_integer_labels(logits, y).mean()


def train_step(params, opt_state, x, y):
    loss, grads = jax.value_and_grad(loss_fn)(params, x, y)
    updates, opt_state = tx.update(grads, opt_state, params)
    return optax.apply_updates(params, updates), opt_state, loss


history = {"loss": []}
for epoch in range(epochs):
    losses = []
    for start in range(0, len(x_train), batch_size):
        x, y = x_train[start : start + batch_size], y_train[start : start + batch_size]
        params, opt_state, loss = train_step(params, opt_state, x, y)
        losses.append(float(loss))
    history["loss"].append(float(np.mean(losses)))

weights = {"params['kernel']": params["kernel"], "params['bias']": params["bias"]}
