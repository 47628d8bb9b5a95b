"""Second derivatives of losses of parameters, inputs and targets."""
import jax
import jax.numpy as jnp
from jax.flatten_util import ravel_pytree


def hvp(loss, v, params, inputs, targets):
    gradient = jax.grad(lambda p: loss(p, inputs, targets))
    return jax.jvp(gradient, [params], [ravel_pytree(params)[1](v)])[1]


def hessian_diag(loss, params, inputs, targets):
    rows = jnp.eye(ravel_pytree(params)[0].size)
    return jax.vmap(lambda v: jnp.vdot(v, ravel_pytree(hvp(loss, v, params, inputs, targets))[0]))(rows)


def fisher_diag(negative_log_likelihood, params, inputs, targets):
    return jnp.square(ravel_pytree(jax.grad(negative_log_likelihood)(params, inputs, targets))[0])
