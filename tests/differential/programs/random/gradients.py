"""Derivatives through random numbers: many keys, keys made from keys, draws inside loops."""

import jax
import jax.numpy as jnp
from jax import lax


def reparameterised(params, key):
    mean, log_scale = params
    sample = lambda key: mean + jnp.exp(log_scale) * jax.random.normal(key, mean.shape)
    return jnp.mean(jax.vmap(lambda k: jnp.sum(jnp.sin(sample(k))))(jax.random.split(key, 4)))


def reparameterised_gradient(params, key):
    return jax.grad(reparameterised)(params, key)


#: reparameterised_gradient((normal(3), normal(3, scale=0.3)), key(9))


def noisy_descent(x, key):
    """Langevin steps, each with the child of its step's key."""
    energy = lambda x: jnp.sum((x**2 - 1) ** 2)

    def step(x, i):
        noise = jax.random.normal(jax.random.fold_in(key, i), x.shape)
        return x - 0.05 * jax.grad(energy)(x) + 0.1 * noise, None

    return lax.scan(step, x, jnp.arange(5))[0]


def noisy_descent_gradient(x, key):
    return jax.grad(lambda x: jnp.sum(noisy_descent(x, key)))(x)


#: noisy_descent_gradient(normal(3), key(4))


def dropped_out(w, x, key):
    """The gradient of a dropped-out layer for each of many keys."""
    def loss(w, key):
        keep = jax.random.bernoulli(key, 0.7, (x.shape[0], w.shape[1]))
        return jnp.sum(jnp.where(keep, jnp.tanh(x @ w) / 0.7, 0) ** 2)

    return jax.vmap(jax.grad(loss), in_axes=(None, 0))(w, jax.random.split(key, 3))


#: dropped_out(normal(4, 2), normal(5, 4), key(11))


def chained_keys(key):
    """Every draw's key comes from the draw before."""
    for _ in range(6):
        key, _ = jax.random.split(key)
    return jax.random.normal(key, (3,)), jax.vmap(jax.random.uniform)(jax.random.split(key, 3))


#: chained_keys(key(1))
