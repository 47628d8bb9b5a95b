"""Denoising diffusion on points of the plane: a training step, and deterministic (DDIM) sampling in a `fori_loop`.

The noise schedule turns with an angle: signal is its cosine, noise its sine, so that their squares add up to one.
"""

import functools

import jax
import jax.numpy as jnp
import numpy as np

MIN_SIGNAL, MAX_SIGNAL = 0.02, 0.95
WIDTH, FREQUENCIES = 64, 8


def schedule(time):
    start, end = jnp.arccos(MAX_SIGNAL), jnp.arccos(MIN_SIGNAL)
    angle = start + time * (end - start)
    return jnp.sin(angle), jnp.cos(angle)


def embed(variance):
    """Sines and cosines of the noise's variance at frequencies from 1 to 50."""
    frequencies = jnp.exp(jnp.linspace(jnp.log(1.0), jnp.log(50.0), FREQUENCIES))
    angles = 2.0 * jnp.pi * frequencies * variance
    return jnp.concatenate([jnp.sin(angles), jnp.cos(angles)], axis=-1)


def init(key, sizes=(2 + 2 * FREQUENCIES, WIDTH, WIDTH, 2)):
    keys = jax.random.split(key, len(sizes) - 1)
    return [
        {"w": jax.random.normal(k, (m, n)) * jnp.sqrt(2.0 / m), "b": jnp.zeros(n)}
        for k, m, n in zip(keys, sizes[:-1], sizes[1:])
    ]


def denoise(params, noisy, noise_rate, signal_rate):
    """The network's guess of the noise, and what the data are if it is right."""
    x = jnp.concatenate([noisy, embed(noise_rate**2)], axis=-1)
    for layer in params[:-1]:
        x = jax.nn.silu(x @ layer["w"] + layer["b"])
    noise = x @ params[-1]["w"] + params[-1]["b"]
    return noise, (noisy - noise_rate * noise) / signal_rate


def loss_fn(params, points, key):
    noise_key, time_key = jax.random.split(key)
    noise = jax.random.normal(noise_key, points.shape)
    noise_rate, signal_rate = schedule(jax.random.uniform(time_key, (points.shape[0], 1)))
    predicted, _ = denoise(params, signal_rate * points + noise_rate * noise, noise_rate, signal_rate)
    return jnp.mean(jnp.abs(noise - predicted))


@functools.partial(jax.jit, static_argnames="learning_rate")
def train_step(params, average, key, points, learning_rate=1e-2):
    key, step_key = jax.random.split(key)
    loss, grads = jax.value_and_grad(loss_fn)(params, points, step_key)
    params = jax.tree.map(lambda p, g: p - learning_rate * g, params, grads)
    average = jax.tree.map(lambda a, p: 0.999 * a + 0.001 * p, average, params)
    return params, average, key, loss


@functools.partial(jax.jit, static_argnums=(2,))
def sample(params, noise, steps):
    """From noise to data in `steps` steps, each of which removes a part of the predicted noise."""

    def step(i, noisy):
        time = 1.0 - i / steps
        noise_rate, signal_rate = schedule(jnp.full((noisy.shape[0], 1), time))
        predicted_noise, predicted = denoise(params, noisy, noise_rate, signal_rate)
        next_noise_rate, next_signal_rate = schedule(jnp.full((noisy.shape[0], 1), time - 1.0 / steps))
        return next_signal_rate * predicted + next_noise_rate * predicted_noise

    return jax.lax.fori_loop(0, steps, step, noise)


params = init(jax.random.key(7))
average = jax.tree.map(jnp.copy, params)
drawn = sample(average, jax.random.normal(jax.random.key(1), (8, 2)), 10)
print("untrained samples:", drawn.shape)

rng = np.random.default_rng(2)
angle = rng.uniform(0, 3 * np.pi, size=320)
spiral = np.stack([angle * np.cos(angle), angle * np.sin(angle)], axis=1).astype("float32") / 10

key = jax.random.key(3)
for epoch in range(2):
    for batch in np.split(spiral, 10):
        params, average, key, loss = train_step(params, average, key, batch)
    print(f"epoch {epoch}: loss {loss:.4f}")
