"""A neural ordinary differential equation: a network says how a state changes, and Runge–Kutta steps follow it.

The way back does not store the steps: the adjoint equation is solved backwards in time, by a derivative of its own.
"""

import jax
import jax.numpy as jnp
import numpy as np

STEPS = 8


def field(params, state, t):
    """The rate of change of one state."""
    h = jnp.tanh(params["w1"] @ jnp.append(state, t) + params["b1"])
    return params["w2"] @ h + params["b2"]


def rk4(f, y, t0, t1, steps=STEPS):
    """The solution of y' = f(y, t) at t1; y may be any tree."""
    dt = (t1 - t0) / steps
    add = lambda y, k, h: jax.tree.map(lambda a, b: a + h * b, y, k)

    def step(y, i):
        t = t0 + i * dt
        k1 = f(y, t)
        k2 = f(add(y, k1, dt / 2), t + dt / 2)
        k3 = f(add(y, k2, dt / 2), t + dt / 2)
        k4 = f(add(y, k3, dt), t + dt)
        increment = jax.tree.map(lambda a, b, c, d: (a + 2 * b + 2 * c + d) / 6, k1, k2, k3, k4)
        return add(y, increment, dt), None

    return jax.lax.scan(step, y, jnp.arange(steps))[0]


@jax.custom_vjp
def solve(params, y0, t1):
    return rk4(lambda y, t: field(params, y, t), y0, 0.0, t1)


def solve_forward(params, y0, t1):
    y1 = solve(params, y0, t1)
    return y1, (params, y1, t1)


def solve_backward(residuals, g):
    params, y1, t1 = residuals

    def backwards(state, s):
        y, a, _ = state
        value, pull = jax.vjp(lambda p, y: field(p, y, t1 - s), params, y)
        grad_params, grad_y = pull(a)
        return -value, grad_y, grad_params

    nothing = jax.tree.map(jnp.zeros_like, params)
    _, grad_y0, grad_params = rk4(backwards, (y1, g, nothing), 0.0, t1)
    return grad_params, grad_y0, jnp.vdot(g, field(params, y1, t1))


solve.defvjp(solve_forward, solve_backward)


def loss_fn(params, starts, times, ends):
    found = jax.vmap(solve, in_axes=(None, 0, 0))(params, starts, times)
    return jnp.mean(jnp.sum((found - ends) ** 2, axis=-1))


@jax.jit
def train_step(params, velocity, starts, times, ends):
    loss, grads = jax.value_and_grad(loss_fn)(params, starts, times, ends)
    velocity = jax.tree.map(lambda v, g: 0.9 * v - 0.05 * g, velocity, grads)
    params = jax.tree.map(jnp.add, params, velocity)
    return params, velocity, loss


def spirals(count, seed):
    """Starts in the plane and where a damped rotation takes them by random times."""
    rng = np.random.default_rng(seed)
    starts = rng.normal(size=(count, 2))
    times = rng.uniform(0.5, 2.0, size=count)
    c, s, damped = np.cos(times), np.sin(times), np.exp(-0.3 * times)
    x, y = starts.T
    ends = np.stack([damped * (c * x - s * y), damped * (s * x + c * y)], axis=1)
    return starts.astype("float32"), times.astype("float32"), ends.astype("float32")


k1, k2 = jax.random.split(jax.random.key(6))
params = {
    "w1": jax.random.normal(k1, (24, 3)) * 0.5,
    "b1": jnp.zeros(24),
    "w2": jax.random.normal(k2, (2, 24)) * 0.2,
    "b2": jnp.zeros(2),
}
velocity = jax.tree_util.tree_map(jnp.zeros_like, params)
starts, times, ends = spirals(128, seed=10)
for epoch in range(2):
    for i in range(0, 128, 16):
        batch = starts[i : i + 16], times[i : i + 16], ends[i : i + 16]
        params, velocity, loss = train_step(params, velocity, *batch)
    print(f"epoch {epoch}: {loss:.5f}")
