"""Functions made differentiable by noise."""
import jax
import jax.numpy as jnp
import optax


class Normal:
    def sample(self, key, sample_shape=(), dtype=float):
        return jax.random.normal(key, sample_shape, dtype)

    def log_prob(self, inputs):
        return -0.5 * inputs**2


class Gumbel:
    def sample(self, key, sample_shape=(), dtype=float):
        return jax.random.gumbel(key, sample_shape, dtype)

    def log_prob(self, inputs):
        return -inputs - jnp.exp(-inputs)


def make_perturbed_fun(fun, num_samples=1000, sigma=0.1, noise=Gumbel(), use_baseline=True):
    def one(key, x, baseline):
        drawn = optax.tree.random_like(key, x, sampler=noise.sample)
        moved = jax.lax.stop_gradient(jax.tree.map(lambda x, z: x + sigma * z, x, drawn))
        back = jax.tree.map(lambda x, y: (y - x) / sigma, x, moved)
        chance = optax.tree.sum(jax.tree.map(noise.log_prob, back))
        # Is one, and has the derivative of `chance`.
        box = jnp.exp(chance - jax.lax.stop_gradient(chance))
        result = optax.tree.scale(box, fun(moved))
        return optax.tree.add_scale(result, 1 - box, baseline) if use_baseline else result

    def estimated(key, x):
        baseline = fun(jax.lax.stop_gradient(x)) if use_baseline else None
        keys = jax.random.split(key, num_samples)
        results = jax.vmap(one, in_axes=(0, None, None))(keys, x, baseline)
        return jax.tree.map(lambda y: jnp.mean(y, axis=0), results)

    return estimated
