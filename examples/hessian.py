"""Curvature without the Hessian: products with vectors, its largest eigenvalue, and Newton steps by conjugate gradients."""

import jax
import jax.numpy as jnp


def init(key, sizes=(3, 8, 1)):
    keys = jax.random.split(key, len(sizes) - 1)
    return [{"w": jax.random.normal(k, (m, n)) / jnp.sqrt(m), "b": jnp.zeros(n)} for k, m, n in zip(keys, sizes, sizes[1:])]


def network(params, x):
    for layer in params[:-1]:
        x = jax.nn.softplus(x @ layer["w"] + layer["b"])
    return (x @ params[-1]["w"] + params[-1]["b"])[..., 0]


def loss(params, x, y):
    return jnp.mean(jnp.square(network(params, x) - y)) + 1e-2 * sum(jnp.sum(p**2) for p in jax.tree.leaves(params))


@jax.jit
def hvp(params, v, x, y):
    """Forward over reverse: the derivative of the gradient along v."""
    return jax.jvp(lambda p: jax.grad(loss)(p, x, y), (params,), (v,))[1]


@jax.jit
def hvp_reverse(params, v, x, y):
    """Reverse over reverse: the gradient of the gradient's product with v."""
    return jax.grad(lambda p: dot(jax.grad(loss)(p, x, y), v))(params)


def dot(a, b):
    return sum(jnp.vdot(x, y) for x, y in zip(jax.tree.leaves(a), jax.tree.leaves(b)))


def norm(tree):
    return jnp.sqrt(dot(tree, tree))


def axpy(scale, x, y):
    """y + scale·x, leaf by leaf."""
    return jax.tree.map(lambda a, b: b + scale * a, x, y)


@jax.jit
def top_eigenvalue(params, key, x, y):
    """The eigenvalue of largest magnitude, by power iteration until it changes little."""
    leaves, treedef = jax.tree.flatten(params)
    keys = jax.random.split(key, len(leaves))
    v = treedef.unflatten([jax.random.normal(k, leaf.shape) for k, leaf in zip(keys, leaves)])

    def unfinished(state):
        i, _, value, change = state
        return (i < 30) & (change > 1e-4 * jnp.abs(value))

    def iterate(state):
        i, v, old, _ = state
        v = jax.tree.map(lambda leaf: leaf / norm(v), v)
        hv = hvp(params, v, x, y)
        value = dot(v, hv)
        return i + 1, hv, value, jnp.abs(value - old)

    _, _, value, _ = jax.lax.while_loop(unfinished, iterate, (0, v, 0.0, jnp.inf))
    return value


def conjugate_gradients(product, b, steps):
    """Solves product(x) = b, for a symmetric positive definite matrix that is known by its product with vectors."""

    def step(_, state):
        x, residual, direction, squared = state
        image = product(direction)
        alpha = squared / dot(direction, image)
        x, residual = axpy(alpha, direction, x), axpy(-alpha, image, residual)
        new = dot(residual, residual)
        return x, residual, axpy(new / squared, direction, residual), new

    zero = jax.tree.map(jnp.zeros_like, b)
    return jax.lax.fori_loop(0, steps, step, (zero, b, b, dot(b, b)))[0]


@jax.jit
def newton_step(params, x, y, damping=10.0):
    grads = jax.grad(loss)(params, x, y)
    damped = lambda v: axpy(damping, v, hvp(params, v, x, y))
    return axpy(-1.0, conjugate_gradients(damped, grads, steps=8), params)


@jax.jit
def full_hessian(params, x, y):
    """The Hessian in the last layer's weights, for comparison."""
    last = params[-1]["w"]
    return jax.hessian(lambda w: loss([*params[:-1], {**params[-1], "w": w}], x, y))(last)


x = jnp.sin(jnp.arange(48.0).reshape(16, 3) * 1.7)
y = jnp.cos(x).sum(axis=1)
params = init(jax.random.PRNGKey(4))
v = jax.tree.map(lambda p: jnp.cos(jnp.arange(p.size, dtype=p.dtype)).reshape(p.shape), params)

forward, reverse = hvp(params, v, x, y), hvp_reverse(params, v, x, y)
print("largest eigenvalue:", top_eigenvalue(params, jax.random.PRNGKey(0), x, y))
better = newton_step(params, x, y)
print("Hessian of the last layer:", full_hessian(params, x, y).shape)
