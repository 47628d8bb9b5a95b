"""A physics-informed network: it solves Burgers' equation u_t + u·u_x = ν·u_xx by making the residual small.

Derivatives of the network in its own inputs are taken with `jax.grad`, one point at a time, and mapped over all points.
"""

import jax
import jax.numpy as jnp
import numpy as np
import optax

NU = 0.01 / jnp.pi


def init_mlp(key, sizes):
    params = []
    for n_in, n_out in zip(sizes[:-1], sizes[1:]):
        key, w_key = jax.random.split(key)
        params.append((jax.random.normal(w_key, (n_in, n_out)) * jnp.sqrt(1.0 / n_in), jnp.zeros((n_out,))))
    return params


def u(params, t, x):
    """The solution at one point."""
    h = jnp.stack([t, x])
    for w, b in params[:-1]:
        h = jnp.tanh(h @ w + b)
    w, b = params[-1]
    return (h @ w + b)[0]


u_t = jax.grad(u, argnums=1)
u_x = jax.grad(u, argnums=2)
u_xx = jax.grad(u_x, argnums=2)


def residual(params, t, x):
    return u_t(params, t, x) + u(params, t, x) * u_x(params, t, x) - NU * u_xx(params, t, x)


def loss_fn(params, interior, initial, boundary):
    over_points = lambda f: jax.vmap(f, in_axes=(None, 0, 0))
    equation = over_points(residual)(params, interior[:, 0], interior[:, 1])
    start = over_points(u)(params, jnp.zeros_like(initial), initial) + jnp.sin(jnp.pi * initial)
    left = over_points(u)(params, boundary, -jnp.ones_like(boundary))
    right = over_points(u)(params, boundary, jnp.ones_like(boundary))
    losses = {
        "equation": jnp.mean(equation**2),
        "initial": jnp.mean(start**2),
        "boundary": jnp.mean(left**2) + jnp.mean(right**2),
    }
    return sum(losses.values()), losses


optimizer = optax.adamw(optax.warmup_cosine_decay_schedule(0.0, 5e-3, 10, 500))


@jax.jit
def train_step(params, opt_state, interior, initial, boundary):
    (_, losses), grads = jax.value_and_grad(loss_fn, has_aux=True)(params, interior, initial, boundary)
    updates, opt_state = optimizer.update(grads, opt_state, params)
    params = optax.apply_updates(params, updates)
    return params, opt_state, losses


params = init_mlp(jax.random.PRNGKey(0), [2, 20, 20, 20, 1])
opt_state = optimizer.init(params)
rng = np.random.default_rng(8)
for step in range(8):
    interior = np.stack([rng.uniform(0, 1, 64), rng.uniform(-1, 1, 64)], axis=1).astype(np.float32)
    initial = rng.uniform(-1, 1, 64).astype(np.float32)
    boundary = rng.uniform(0, 1, 64).astype(np.float32)
    params, opt_state, losses = train_step(params, opt_state, interior, initial, boundary)
    print(step, {k: f"{v:.4f}" for k, v in losses.items()})
