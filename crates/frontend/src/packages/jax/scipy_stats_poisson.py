# jax.scipy.stats.poisson: what is a sum over many counts.
import math

import jax
import jax.numpy as jnp


def entropy(mu, loc=0):
    """The entropy, by summation where the mean is below 100."""
    mu, loc = jnp.asarray(mu), jnp.asarray(loc)
    dtype = jnp.result_type(mu, loc, 0.0)
    mu = mu.astype(dtype)

    def summed(count, bound):
        k = jnp.reshape(jnp.arange(count, dtype=dtype), (count,) + (1,) * mu.ndim)
        p = jnp.where(k < jnp.ceil(bound), jax.scipy.stats.poisson.pmf(k, mu, 0), 0.0)
        return jnp.sum(jax.scipy.special.entr(p), axis=0)

    large = 0.5 * jnp.log(2 * math.pi * math.e * mu) - 1.0 / (12 * mu)
    medium = jnp.where(mu < 100, summed(250, mu + 10 * jnp.sqrt(mu) + 20), large)
    value = jnp.where(mu == 0, 0.0, jnp.where(mu < 10, summed(35, mu + 20), medium))
    return jnp.broadcast_to(value, jnp.broadcast_shapes(mu.shape, loc.shape))
