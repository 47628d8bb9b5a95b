"""A loop whose body applies the gradients itself: they have the form of the parameters and are none."""

import jax
import jax.numpy as jnp
import numpy as np

data = np.load("labels.npz")
x_train, y_train = data["x_train"], data["y_train"]
batch_size, epochs = 12, 3

params = {"kernel": jax.random.normal(jax.random.key(3), (4, 3)) * 0.5, "bias": jnp.zeros(3)}


def loss_fn(params, x, y):
    logits = x @ params["kernel"] + params["bias"]
    return -jnp.mean(jnp.sum(jax.nn.log_softmax(logits) * jax.nn.one_hot(y, 3), axis=1))


grad_fn = jax.jit(jax.value_and_grad(loss_fn))

history = {"loss": []}
for epoch in range(epochs):
    losses = []
    for start in range(0, len(x_train), batch_size):
        x, y = x_train[start : start + batch_size], y_train[start : start + batch_size]
        loss, grads = grad_fn(params, x, y)
        params = jax.tree.map(lambda p, g: p - 0.1 * g, params, grads)
        losses.append(float(loss))
    history["loss"].append(float(np.mean(losses)))

weights = {"params['kernel']": params["kernel"], "params['bias']": params["bias"]}
