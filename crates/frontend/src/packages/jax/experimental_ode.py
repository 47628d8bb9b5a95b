# jax.experimental.ode: Dormand and Prince's method of orders 5 and 4 with adaptive steps; gradients by the adjoint equation.
import jax
import jax.numpy as jnp
from jax import lax
from jax.flatten_util import ravel_pytree

_TIMES = [1 / 5, 3 / 10, 4 / 5, 8 / 9, 1.0, 1.0]
_STAGES = [
    [1 / 5],
    [3 / 40, 9 / 40],
    [44 / 45, -56 / 15, 32 / 9],
    [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
    [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656],
    [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84],
]
_FOURTH = [1951 / 21600, 0, 22642 / 50085, 451 / 720, -12231 / 42400, 649 / 6300, 1 / 60]
_MIDDLE = [
    6025192743 / 30085553152 / 2,
    0,
    51252292925 / 65400821598 / 2,
    -2691868925 / 45128329728 / 2,
    187940372067 / 1594534317056 / 2,
    -1776094331 / 19743644256 / 2,
    11237099 / 235043384 / 2,
]


def _combined(weights, slopes):
    weights = jnp.array(list(weights) + [0.0] * (slopes.shape[0] - len(weights)), slopes.dtype)
    return jnp.dot(weights, slopes, precision="highest")


def _step(func, y, f, t, dt):
    """The next point, its slope, the error's estimate, and the slopes of all stages."""
    width = dt.astype(f.dtype)
    slopes = jnp.zeros((7, f.shape[0]), f.dtype).at[0].set(f)
    times = jnp.array(_TIMES, dt.dtype)
    stages = jnp.array([row + [0.0] * (7 - len(row)) for row in _STAGES], f.dtype)

    def stage(i, slopes):
        y_i = y + width * jnp.dot(stages[i - 1], slopes, precision="highest")
        return slopes.at[i].set(func(y_i, t + dt * times[i - 1]))

    slopes = lax.fori_loop(1, 7, stage, slopes)
    fifth = _STAGES[-1] + [0.0]
    error = width * _combined([a - b for a, b in zip(fifth, _FOURTH)], slopes)
    return width * _combined(fifth, slopes) + y, slopes[-1], error, slopes


def _between(y0, y1, slopes, dt):
    """The polynomial of degree 4 through a step, highest power first."""
    dt = dt.astype(y0.dtype)
    middle = y0 + dt * _combined(_MIDDLE, slopes)
    first, last = dt * slopes[0], dt * slopes[-1]
    return jnp.stack(
        [
            -2.0 * first + 2.0 * last - 8.0 * y0 - 8.0 * y1 + 16.0 * middle,
            5.0 * first - 3.0 * last + 18.0 * y0 + 14.0 * y1 - 32.0 * middle,
            -4.0 * first + last - 11.0 * y0 - 5.0 * y1 + 16.0 * middle,
            first,
            y0,
        ]
    )


def _first_step(func, t, y, f, rtol, atol):
    scale = (atol + jnp.abs(y) * rtol).astype(y.dtype)
    size, slope = jnp.linalg.norm(y / scale), jnp.linalg.norm(f / scale)
    h = jnp.where((size < 1e-5) | (slope < 1e-5), 1e-6, 0.01 * size / slope)
    bend = jnp.linalg.norm((func(y + h.astype(y.dtype) * f, t + h) - f) / scale) / h
    flat = (slope <= 1e-15) & (bend <= 1e-15)
    return jnp.minimum(100.0 * h, jnp.where(flat, jnp.maximum(1e-6, h * 1e-3), (0.01 / jnp.maximum(slope, bend)) ** 0.2))


def _next_width(dt, error):
    least = jnp.where(error < 1, 1.0, 0.2)
    return jnp.where(error == 0, dt * 10.0, dt * jnp.minimum(10.0, jnp.maximum(error**-0.2 * 0.9, least)))


def _solve(func, rtol, atol, mxstep, hmax, y0, ts):
    def until(carry, target):
        def step(state):
            i, y, f, t, dt, before, curve = state
            y_next, f_next, error, slopes = _step(func, y, f, t, dt)
            allowed = (atol + rtol * jnp.maximum(jnp.abs(y), jnp.abs(y_next))).astype(error.dtype)
            ratio = error / allowed
            ratio = jnp.sqrt(jnp.mean(jnp.real(ratio) ** 2 + jnp.imag(ratio) ** 2 if jnp.iscomplexobj(ratio) else ratio**2))
            width = jnp.clip(_next_width(dt, ratio), min=0.0, max=hmax)
            taken = (y_next, f_next, t + dt, width, t, _between(y, y_next, slopes, dt))
            kept = (y, f, t, width, before, curve)
            return (i + 1, *[jnp.where(ratio <= 1.0, a, b) for a, b in zip(taken, kept)])

        going = lambda state: (state[3] < target) & (state[0] < mxstep) & (state[4] > 0)
        _, *carry = lax.while_loop(going, step, (0, *carry))
        _, _, t, _, before, curve = carry
        place = (target - before) / (t - before)
        return tuple(carry), jnp.polyval(curve, place.astype(curve.dtype))

    f0 = func(y0, ts[0])
    dt = jnp.clip(_first_step(func, ts[0], y0, f0, rtol, atol), min=0.0, max=hmax)
    start = (y0, f0, ts[0], dt, ts[0], jnp.stack([y0] * 5))
    return jnp.concatenate([y0[None], lax.scan(until, start, ts[1:])[1]])


def odeint(func, y0, t, *args, rtol=1.4e-8, atol=1.4e-8, mxstep=jnp.inf, hmax=jnp.inf):
    """The solution of y' = func(y, t, *args) at given times."""
    t = jnp.asarray(t)
    if not jnp.issubdtype(t.dtype, jnp.floating):
        raise TypeError(f"odeint() needs times of floating point, found {t.dtype}")
    converted, constants = jax.closure_convert(func, y0, t[0], *args)
    flat, unravel = ravel_pytree(y0)

    def slope(y, t, *args):
        return ravel_pytree(converted(unravel(y), t, *args))[0]

    @jax.custom_vjp
    def solution(flat, ts, args):
        return _solve(lambda y, t: slope(y, t, *args), rtol, atol, mxstep, hmax, flat, ts)

    def forward(flat, ts, args):
        ys = solution(flat, ts, args)
        return ys, (ys, ts, args)

    def backward(saved, g):
        ys, ts, args = saved

        def dynamics(state, t, *args):
            y_dot, pull = jax.vjp(slope, state[0], -t, *args)
            return (-y_dot, *pull(state[1]))

        def segment(carry, i):
            y_bar, start_bar, args_bar = carry
            t_bar = jnp.real(jnp.dot(slope(ys[i], ts[i], *args), g[i], precision="highest"))
            state = (ys[i], y_bar, start_bar - t_bar, args_bar)
            times = jnp.array([-ts[i], -ts[i - 1]])
            found = odeint(dynamics_of, state, times, *args, rtol=rtol, atol=atol, mxstep=mxstep, hmax=hmax)
            _, y_bar, start_bar, args_bar = jax.tree.map(lambda x: x[1], found)
            return (y_bar + g[i - 1], start_bar, args_bar), t_bar

        def dynamics_of(state, t, *args):
            y_dot, y_bar, t_bar, *args_bar = dynamics(state, t, *args)
            return y_dot, y_bar, t_bar, tuple(args_bar)

        start = (g[-1], jnp.zeros((), ts.dtype), tuple(jax.tree.map(jnp.zeros_like, a) for a in args))
        order = jnp.arange(len(ts) - 1, 0, -1)
        (y_bar, start_bar, args_bar), bars = lax.scan(segment, start, order)
        return y_bar, jnp.concatenate([start_bar[None], bars[::-1]]), args_bar

    solution.defvjp(forward, backward)
    return jax.vmap(unravel)(solution(flat, t, (*args, *constants)))
