"""A generative adversarial network on points of the plane, with two models, two optimizers and one jitted step.

The discriminator learns first, on real points and on the generator's; then the generator learns to be believed.
"""

import os

os.environ["KERAS_BACKEND"] = "jax"

import jax
import jax.numpy as jnp
import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(81)

LATENT = 8
BATCH = 32

generator = keras.Sequential(
    [keras.Input((LATENT,)), layers.Dense(32), layers.LeakyReLU(0.2), layers.Dense(32, activation="tanh"), layers.Dense(2)],
    name="generator",
)
discriminator = keras.Sequential(
    [keras.Input((2,)), layers.Dense(32), layers.LeakyReLU(0.2), layers.Dense(32), layers.LeakyReLU(0.2), layers.Dense(1)],
    name="discriminator",
)
g_optimizer = keras.optimizers.Adam(2e-4, beta_1=0.5)
d_optimizer = keras.optimizers.Adam(4e-4, beta_1=0.5)
g_optimizer.build(generator.trainable_variables)
d_optimizer.build(discriminator.trainable_variables)
bce = keras.losses.BinaryCrossentropy(from_logits=True)


def generate(g_vars, z):
    points, _ = generator.stateless_call(g_vars, [], z)
    return points


def judge(d_vars, points):
    logits, _ = discriminator.stateless_call(d_vars, [], points)
    return logits


def discriminator_loss(d_vars, g_vars, real, z):
    fake = jax.lax.stop_gradient(generate(g_vars, z))
    real_logits, fake_logits = judge(d_vars, real), judge(d_vars, fake)
    return bce(jnp.ones_like(real_logits), real_logits) + bce(jnp.zeros_like(fake_logits), fake_logits)


def generator_loss(g_vars, d_vars, z):
    logits = judge(d_vars, generate(g_vars, z))
    return bce(jnp.ones_like(logits), logits)


@jax.jit
def train_step(state, real):
    g_vars, d_vars, g_opt, d_opt, key = state
    key, d_key, g_key = jax.random.split(key, 3)

    z = jax.random.normal(d_key, (real.shape[0], LATENT))
    d_loss, grads = jax.value_and_grad(discriminator_loss)(d_vars, g_vars, real, z)
    d_vars, d_opt = d_optimizer.stateless_apply(d_opt, grads, d_vars)

    z = jax.random.normal(g_key, (real.shape[0], LATENT))
    g_loss, grads = jax.value_and_grad(generator_loss)(g_vars, d_vars, z)
    g_vars, g_opt = g_optimizer.stateless_apply(g_opt, grads, g_vars)

    return {"d_loss": d_loss, "g_loss": g_loss}, (g_vars, d_vars, g_opt, d_opt, key)


def ring(count, seed):
    """Points near a circle."""
    rng = np.random.default_rng(seed)
    angle = rng.uniform(0, 2 * np.pi, size=count)
    points = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return (points + rng.normal(scale=0.05, size=points.shape)).astype("float32")


def values(variables):
    return [v.value for v in variables]


real_points = ring(10 * BATCH, seed=3)
state = (
    values(generator.trainable_variables),
    values(discriminator.trainable_variables),
    values(g_optimizer.variables),
    values(d_optimizer.variables),
    jax.random.PRNGKey(0),
)
for epoch in range(2):
    for start in range(0, len(real_points), BATCH):
        logs, state = train_step(state, real_points[start : start + BATCH])
    print(f"epoch {epoch}: " + ", ".join(f"{name} {float(value):.4f}" for name, value in logs.items()))
