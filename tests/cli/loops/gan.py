"""Two steps in one loop, each with its optimizer: a discriminator and a generator that learns from it."""

import os

os.environ["KERAS_BACKEND"] = "jax"

import jax
import keras
import numpy as np
from keras import layers, ops

keras.utils.set_random_seed(11)
latent_dim, batch_size, epochs = 3, 12, 3

discriminator = keras.Sequential(
    [keras.Input(shape=(4,)), layers.Dense(8, activation="leaky_relu"), layers.Dense(1)], name="discriminator"
)
generator = keras.Sequential(
    [keras.Input(shape=(latent_dim,)), layers.Dense(8, activation="relu"), layers.Dense(4)], name="generator"
)
d_optimizer = keras.optimizers.Adam(1e-2)
g_optimizer = keras.optimizers.SGD(5e-2, momentum=0.5)
d_optimizer.build(discriminator.trainable_variables)
g_optimizer.build(generator.trainable_variables)
loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)


def d_loss_fn(d_trainable, d_fixed, g_trainable, g_fixed, real, key):
    noise = jax.random.normal(key, (real.shape[0], latent_dim))
    fake, _ = generator.stateless_call(g_trainable, g_fixed, noise)
    scores, d_fixed = discriminator.stateless_call(d_trainable, d_fixed, ops.concatenate([fake, real]))
    labels = ops.concatenate([ops.ones((real.shape[0], 1)), ops.zeros((real.shape[0], 1))])
    return loss_fn(labels, scores), d_fixed


def g_loss_fn(g_trainable, g_fixed, d_trainable, d_fixed, key):
    noise = jax.random.normal(key, (batch_size, latent_dim))
    fake, g_fixed = generator.stateless_call(g_trainable, g_fixed, noise)
    scores, _ = discriminator.stateless_call(d_trainable, d_fixed, fake)
    return loss_fn(ops.zeros((batch_size, 1)), scores), g_fixed


@jax.jit
def d_step(d_state, g_state, real, key):
    (trainable, fixed, optimizer), (g_trainable, g_fixed, _) = d_state, g_state
    grad_fn = jax.value_and_grad(d_loss_fn, has_aux=True)
    (d_loss, fixed), grads = grad_fn(trainable, fixed, g_trainable, g_fixed, real, key)
    trainable, optimizer = d_optimizer.stateless_apply(optimizer, grads, trainable)
    return d_loss, (trainable, fixed, optimizer)


@jax.jit
def g_step(g_state, d_state, key):
    (trainable, fixed, optimizer), (d_trainable, d_fixed, _) = g_state, d_state
    grad_fn = jax.value_and_grad(g_loss_fn, has_aux=True)
    (g_loss, fixed), grads = grad_fn(trainable, fixed, d_trainable, d_fixed, key)
    trainable, optimizer = g_optimizer.stateless_apply(optimizer, grads, trainable)
    return g_loss, (trainable, fixed, optimizer)


def state_of(model, optimizer):
    parts = model.trainable_variables, model.non_trainable_variables, optimizer.variables
    return tuple([v.value for v in part] for part in parts)


data = np.load("data.npz")
d_state, g_state = state_of(discriminator, d_optimizer), state_of(generator, g_optimizer)
key = jax.random.PRNGKey(0)
history = {"d_loss": [], "g_loss": []}
for epoch in range(epochs):
    d_losses, g_losses = [], []
    for start in range(0, len(data["x_train"]), batch_size):
        key, d_key, g_key = jax.random.split(key, 3)
        d_loss, d_state = d_step(d_state, g_state, data["x_train"][start : start + batch_size], d_key)
        g_loss, g_state = g_step(g_state, d_state, g_key)
        d_losses.append(float(d_loss))
        g_losses.append(float(g_loss))
    history["d_loss"].append(float(np.mean(d_losses)))
    history["g_loss"].append(float(np.mean(g_losses)))
