"""Projections of trees onto convex sets."""
import jax
import jax.numpy as jnp
import optax
from jax.flatten_util import ravel_pytree


def projection_non_negative(tree):
    return jax.tree.map(jax.nn.relu, tree)


def projection_box(tree, lower, upper):
    same = jax.tree.structure(tree)
    spread = lambda bound: bound if jax.tree.structure(bound) == same else jax.tree.map(lambda _: bound, tree)
    return jax.tree.map(jnp.clip, tree, spread(lower), spread(upper))


def projection_hypercube(tree, scale=1):
    return projection_box(tree, lower=0, upper=scale)


@jax.custom_jvp
def _onto_simplex(values):
    count = jnp.arange(values.shape[0]) + 1
    ordered = jnp.sort(values)[::-1]
    total = jnp.cumsum(ordered)
    support = jnp.count_nonzero(1 / count + (ordered - total / count) > 0)
    return jax.nn.relu(1 / support + (values - total[support - 1] / support))


@_onto_simplex.defjvp
def _onto_simplex_jvp(primals, tangents):
    result, (moved,) = _onto_simplex(*primals), tangents
    support = result > 0
    mean = jnp.dot(support.astype(moved.dtype), moved) / jnp.count_nonzero(support)
    return result, support * moved - mean * support


def projection_simplex(tree, scale=1):
    values, unravel = ravel_pytree(tree)
    return unravel(scale * _onto_simplex(values / scale))


def projection_l1_sphere(tree, scale=1):
    sizes = projection_simplex(jax.tree.map(jnp.abs, tree), scale)
    return optax.tree.mul(jax.tree.map(jnp.sign, tree), sizes)


def projection_l1_ball(tree, scale=1):
    inside = optax.tree.norm(tree, ord=1) <= scale
    return jax.lax.cond(inside, lambda tree: tree, lambda tree: projection_l1_sphere(tree, scale), tree)


def projection_l2_sphere(tree, scale=1):
    return optax.tree.scale(scale / optax.tree.norm(tree), tree)


def projection_l2_ball(tree, scale=1):
    square = optax.tree.norm(tree, squared=True)
    return optax.tree.scale(scale / jnp.sqrt(jnp.maximum(square, scale**2)), tree)


def projection_linf_ball(tree, scale=1):
    return projection_box(tree, optax.tree.full_like(tree, -scale), optax.tree.full_like(tree, scale))


def projection_vector(x, a):
    return optax.tree.scale(optax.tree.vdot(x, a) / optax.tree.vdot(a, a), a)


def _missing(x, a, b):
    return (b - optax.tree.vdot(x, a)) / optax.tree.vdot(a, a)


def projection_hyperplane(x, a, b):
    return optax.tree.add_scale(x, _missing(x, a, b), a)


def projection_halfspace(x, a, b):
    return optax.tree.add_scale(x, jnp.clip(_missing(x, a, b), max=0), a)
