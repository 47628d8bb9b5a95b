"""Differentially private gradient descent: gradients are clipped one example at a time, summed, and noised."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import grad, jit, vmap
from jax.flatten_util import ravel_pytree

CLIP, NOISE, RATE, BATCH = 1.0, 1.1, 0.25, 32


def init_params(key, sizes=(10, 16, 3)):
    def layer(key, m, n):
        w_key, b_key = jax.random.split(key)
        return jax.random.normal(w_key, (m, n)) / m**0.5, 0.1 * jax.random.normal(b_key, (n,))

    return [layer(k, m, n) for k, m, n in zip(jax.random.split(key, len(sizes) - 1), sizes, sizes[1:])]


def predict(params, inputs):
    for w, b in params[:-1]:
        inputs = jnp.tanh(inputs @ w + b)
    w, b = params[-1]
    return jax.nn.log_softmax(inputs @ w + b)


def example_loss(params, x, y):
    return -predict(params, x)[y]


def clipped_grad(params, l2_norm_clip, x, y):
    """The gradient of one example, made no longer than the clip."""
    grads = grad(example_loss)(params, x, y)
    leaves, treedef = jax.tree_util.tree_flatten(grads)
    total_norm = jnp.linalg.norm(jnp.array([jnp.linalg.norm(g.ravel()) for g in leaves]))
    divisor = jnp.maximum(total_norm / l2_norm_clip, 1.0)
    return jax.tree_util.tree_unflatten(treedef, [g / divisor for g in leaves])


def private_grad(params, x, y, key):
    """The mean of clipped gradients with Gaussian noise."""
    clipped = vmap(clipped_grad, (None, None, 0, 0))(params, CLIP, x, y)
    flat, unravel = ravel_pytree(jax.tree.map(lambda g: jnp.sum(g, axis=0), clipped))
    noise = CLIP * NOISE * jax.random.normal(key, flat.shape)
    return unravel((flat + noise) / x.shape[0])


@jit
def step(params, key, batch):
    x, y = batch
    key, noise_key = jax.random.split(key)
    loss = jnp.mean(vmap(example_loss, in_axes=(None, 0, 0))(params, x, y))
    grads = private_grad(params, x, y, noise_key)
    params = jax.tree.map(lambda p, g: p - RATE * g, params, grads)
    return params, key, {"loss": loss}


rng = np.random.RandomState(0)
centres = rng.randn(3, 10)
labels = rng.randint(0, 3, size=(320,)).astype("int32")
features = (centres[labels] + rng.randn(320, 10)).astype("float32")

params, key = init_params(jax.random.PRNGKey(2)), jax.random.PRNGKey(3)
for epoch in range(2):
    for i in range(len(features) // BATCH):
        part = slice(i * BATCH, (i + 1) * BATCH)
        params, key, metrics = step(params, key, (features[part], labels[part]))
    print(epoch, float(metrics["loss"]))
