"""A loop that counts its steps, and folds the number into the key."""

import jax
import jax.numpy as jnp
import numpy as np
import optax

data = np.load("data.npz")
x, y = data["x_train"], data["y_train"]
params = {"w": jnp.zeros((4, 1)), "b": jnp.zeros(1)}
optimizer = optax.adam(0.05)
opt_state = optimizer.init(params)


@jax.jit
def train_step(params, opt_state, x, y, key):
    def loss_fn(params):
        kept = jax.random.bernoulli(key, 0.8, x.shape)
        return jnp.mean(((x * kept) @ params["w"] + params["b"] - y) ** 2)

    loss, grads = jax.value_and_grad(loss_fn)(params)
    updates, opt_state = optimizer.update(grads, opt_state, params)
    return optax.apply_updates(params, updates), opt_state, loss


key = jax.random.key(1)
losses = []
for step in range(20):
    params, opt_state, loss = train_step(params, opt_state, x, y, jax.random.fold_in(key, step))
    losses.append(float(loss))
    if step % 5 == 0:
        print(step, float(loss))
history = {"loss": [float(np.mean(losses))]}
