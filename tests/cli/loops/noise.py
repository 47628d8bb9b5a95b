"""Keys that the loop splits before each step: noise differs from step to step."""

import jax
import jax.numpy as jnp
import numpy as np

data = np.load("data.npz")
x_train, y_train = data["x_train"], data["y_train"]
batch_size, epochs = 12, 3


def predict(params, x):
    return jnp.tanh(x @ params["w"] + params["b"]) @ params["v"]


def loss_fn(params, x, y, key):
    return jnp.mean((predict(params, x + 0.3 * jax.random.normal(key, x.shape)) - y) ** 2)


@jax.jit
def train_step(params, velocity, x, y, key):
    loss, grads = jax.value_and_grad(loss_fn)(params, x, y, key)
    velocity = jax.tree.map(lambda v, g: 0.9 * v - 0.02 * g, velocity, grads)
    params = jax.tree.map(jnp.add, params, velocity)
    return params, velocity, loss


key = jax.random.key(5)
key, init_key = jax.random.split(key)
params = {"w": 0.5 * jax.random.normal(init_key, (4, 8)), "b": jnp.zeros(8), "v": jnp.full((8, 1), 0.1)}
velocity = jax.tree.map(jnp.zeros_like, params)
average = params
history = {"loss": []}

for epoch in range(epochs):
    losses = []
    for start in range(0, len(x_train), batch_size):
        x, y = x_train[start : start + batch_size], y_train[start : start + batch_size]
        key, step_key = jax.random.split(key)
        params, velocity, loss = train_step(params, velocity, x, y, step_key)
        average = jax.tree.map(lambda a, p: 0.9 * a + 0.1 * p, average, params)
        losses.append(float(loss))
    history["loss"].append(float(np.mean(losses)))
    print(f"epoch {epoch}: {history['loss'][-1]:.4f}")
weights = {"average['w']": average["w"], "params['v']": params["v"]}
