# jax.scipy.optimize: the BFGS method with a line search that ends by the strong Wolfe conditions (Nocedal and Wright,
# Numerical Optimization, algorithms 3.5, 3.6 and 6.1).
from collections import namedtuple

import jax
import jax.numpy as jnp
from jax import lax

OptimizeResults = namedtuple("OptimizeResults", ["x", "success", "status", "fun", "jac", "hess_inv", "nfev", "njev", "nit"])

_Zoom = namedtuple("_Zoom", ["done", "failed", "j", "low", "high", "recent", "best", "calls"])
_Search = namedtuple("_Search", ["done", "failed", "i", "last", "best", "calls"])
_State = namedtuple("_State", ["converged", "failed", "k", "calls", "x", "f", "g", "inverse", "f_before", "search_status"])


def _dot(x, y):
    return jnp.dot(x, y, precision="highest")


def _choose(which, new, old):
    return jax.tree.map(lambda a, b: jnp.where(which, a, b), new, old)


def _cubic_minimum(low, high, recent):
    """Where a cubic through three values and the first slope is least."""
    (a, fa, slope), (b, fb, _), (c, fc) = low, high, recent
    db, dc = b - a, c - a
    scale = (db * dc) ** 2 * (db - dc)
    rb, rc = fb - fa - slope * db, fc - fa - slope * dc
    p = (dc**2 * rb - db**2 * rc) / scale
    q = (-(dc**3) * rb + db**3 * rc) / scale
    return a + (-q + jnp.sqrt(q * q - 3.0 * p * slope)) / (3.0 * p)


def _zoom(probe, too_high, flat, low, high, g0, idle):
    """Narrows an interval that holds a good point. Ends are (place, value, slope)."""
    start = _Zoom(
        done=False,
        failed=False,
        j=0,
        low=low,
        high=high,
        recent=((low[0] + high[0]) / 2.0, (low[1] + high[1]) / 2.0),
        best=(jnp.ones_like(low[0]), low[1], low[2], g0),
        calls=0,
    )

    def step(state):
        low, high, recent = state.low, state.high, state.recent
        width = high[0] - low[0]
        left, right = jnp.minimum(high[0], low[0]), jnp.maximum(high[0], low[0])
        least = 1e-10 if width.dtype == jnp.float64 else 1e-5
        inside = lambda a, part: (a > left + part * width) & (a < right - part * width)
        cubic = _cubic_minimum(low, high, recent)
        bend = (high[1] - low[1] - low[2] * width) / width**2
        square = low[0] - low[2] / (2.0 * bend)
        use_cubic = (state.j > 0) & inside(cubic, 0.2)
        use_square = ~use_cubic & inside(square, 0.1)
        a = jnp.where(use_cubic, cubic, jnp.where(use_square, square, (low[0] + high[0]) / 2.0))
        value, slope, g = probe(a)
        here = (a, value, slope)
        to_high = too_high(a, value) | (value >= low[1])
        to_best = ~to_high & flat(slope)
        turned = ~to_high & ~to_best & (slope * width >= 0.0)
        to_low = ~to_high & ~to_best
        recent = _choose(to_high | turned, high[:2], recent)
        recent = _choose(to_low & ~turned, low[:2], recent)
        return _Zoom(
            done=state.done | to_best,
            failed=state.failed | (width <= least) | (state.j >= 29),
            j=state.j + 1,
            low=_choose(to_low, here, low),
            high=_choose(to_high, here, _choose(turned, low, high)),
            recent=recent,
            best=_choose(to_best, (*here, g), state.best),
            calls=state.calls + 1,
        )

    return lax.while_loop(lambda state: ~state.done & ~state.failed & ~idle, step, start)


def _line_search(f, x, direction, f0, f_before, g0, limit):
    def probe(a):
        value, g = jax.value_and_grad(f)(x + a * direction)
        return value.astype(f0.dtype), jnp.real(_dot(g, direction)).astype(f0.dtype), g

    slope0 = jnp.real(_dot(g0, direction))
    guess = 2.02 * (f0 - f_before) / slope0
    guess = jnp.where(guess > 1, 1.0, guess)
    too_high = lambda a, value: value > f0 + 1e-4 * a * slope0
    flat = lambda slope: jnp.abs(slope) <= -0.9 * slope0

    def step(state):
        last = state.last
        a = jnp.where(state.i == 1, guess, last[0] * 2.0)
        value, slope, g = probe(a)
        here = (a, value, slope)
        beyond = too_high(a, value) | ((value >= last[1]) & (state.i > 1))
        good = ~beyond & flat(slope)
        rising = ~beyond & ~good & (slope >= 0.0)
        first = _zoom(probe, too_high, flat, last, here, g0, ~beyond)
        second = _zoom(probe, too_high, flat, here, last, g0, ~rising)
        best = _choose(beyond, first.best, _choose(good, (*here, g), _choose(rising, second.best, state.best)))
        return _Search(
            done=state.done | beyond | good | rising,
            failed=state.failed | (beyond & first.failed) | (rising & second.failed),
            i=state.i + 1,
            last=here,
            best=best,
            calls=state.calls + 1 + first.calls + second.calls,
        )

    zero = jnp.zeros_like(f0)
    start = _Search(False, False, 1, (zero, f0, slope0), (zero, f0, slope0, g0), 0)
    found = lax.while_loop(lambda state: ~state.done & (state.i <= limit) & ~state.failed, step, start)
    status = jnp.where(found.failed, 1, jnp.where(found.i > limit, 3, 0))
    a, value, _, g = found.best
    if a.dtype != jnp.float64:
        a = jnp.where(jnp.abs(a) < 1e-8, jnp.sign(a) * 1e-8, a)
    return a, value, g, found.failed | ~found.done, found.calls, status


def _bfgs(f, x, maxiter=None, norm=jnp.inf, gtol=1e-5, line_search_maxiter=10):
    limit = 200 * x.size if maxiter is None else maxiter
    identity = jnp.eye(x.shape[0], dtype=x.dtype)
    value, g = jax.value_and_grad(f)(x)
    small = lambda g: jnp.linalg.norm(g, ord=norm) < gtol
    start = _State(small(g), False, 0, 1, x, value, g, identity, value + jnp.linalg.norm(g) / 2, 0)

    def step(state):
        direction = -_dot(state.inverse, state.g)
        found = _line_search(f, state.x, direction, state.f, state.f_before, state.g, line_search_maxiter)
        a, value, g, failed, calls, search_status = found
        s = a * direction
        y = g - state.g
        rho = 1.0 / _dot(y, s)
        w = identity - rho * s[:, None] * y[None, :]
        inverse = jnp.einsum("ij,jk,lk", w, state.inverse, w, precision="highest") + rho * s[:, None] * s[None, :]
        return _State(
            converged=small(g),
            failed=failed,
            k=state.k + 1,
            calls=state.calls + calls,
            x=state.x + s,
            f=value,
            g=g,
            inverse=jnp.where(jnp.isfinite(rho), inverse, state.inverse),
            f_before=state.f,
            search_status=search_status,
        )

    end = lax.while_loop(lambda state: ~state.converged & ~state.failed & (state.k < limit), step, start)
    failure = jnp.where(end.failed, 2 + end.search_status, -1)
    status = jnp.where(end.converged, 0, jnp.where(end.k == limit, 1, failure))
    success = end.converged & ~end.failed
    return OptimizeResults(end.x, success, status, end.f, end.g, end.inverse, end.calls, end.calls, end.k)


def minimize(fun, x0, args=(), *, method, tol=None, options=None):
    """The place where a function is least, by the BFGS method."""
    if not isinstance(args, tuple):
        raise TypeError(f"'args' of minimize() must be a tuple, found {type(args).__name__}")
    if method.lower() != "bfgs":
        raise NotImplementedError(f"minimize() knows the method 'BFGS', found {method!r}")
    return _bfgs(lambda x: fun(x, *args), jnp.asarray(x0), **(options or {}))
