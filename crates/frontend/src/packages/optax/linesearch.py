# Line searches: how far to go along an update. Both run the loss until its value satisfies them (Nocedal and Wright,
# Numerical Optimization, chapter 3; the approximate decrease is Hager and Zhang's).

BacktrackingLinesearchInfo = namedtuple("BacktrackingLinesearchInfo", ["num_linesearch_steps", "decrease_error"])
ScaleByBacktrackingLinesearchState = namedtuple(
    "ScaleByBacktrackingLinesearchState", ["learning_rate", "value", "grad", "info"]
)
ZoomLinesearchInfo = namedtuple("ZoomLinesearchInfo", ["num_linesearch_steps", "decrease_error", "curvature_error"])
ScaleByZoomLinesearchState = namedtuple("ScaleByZoomLinesearchState", ["learning_rate", "value", "grad", "info"])

_Backtracking = namedtuple("_Backtracking", ["rate", "value", "grad", "error", "steps"])
# `low`, `high`: the ends of the interval (place, value, slope), `low` having the smaller value; `ref`: a third point of
# a cubic; `safe`: the best point so far that decreases the loss enough.
_Zoom = namedtuple(
    "_Zoom",
    ["count", "size", "value", "grad", "slope", "decrease", "curvature", "found", "done", "failed"]
    + ["low", "high", "ref", "safe"],
)


def _of_loss(value_fn, extra, search):
    """The loss with the extra arguments of an update, all of which must be its own."""
    names = parameter_names(value_fn)
    unknown = sorted(name for name in extra if names and name not in names)
    if unknown:
        raise TypeError(
            f"Unexpected keyword arguments passed to `{search}.update`. These arguments were not consumed by "
            f"`value_fn`: {unknown}. Ensure that all extra keyword arguments are accepted by `value_fn`."
        )
    return functools.partial(value_fn, **extra)


def _real_dtype(params):
    return jnp.real(jnp.zeros((), jax.tree.leaves(params)[0].dtype)).dtype


def _or_infinite(error):
    return jnp.where(jnp.isnan(error), jnp.inf, error)


def scale_by_backtracking_linesearch(
    max_backtracking_steps, slope_rtol=1e-4, decrease_factor=0.8, increase_factor=1.5, max_learning_rate=1.0, atol=0.0,
    rtol=0.0, store_grad=False, verbose=False,
):
    def init(params):
        dtype = _real_dtype(params)
        grad = tree_zeros_like(params) if store_grad else None
        info = BacktrackingLinesearchInfo(jnp.asarray(0), jnp.array(jnp.inf, dtype))
        return ScaleByBacktrackingLinesearchState(jnp.array(1.0, dtype), jnp.array(jnp.inf, dtype), grad, info)

    def update(updates, state, params, *, value, grad, value_fn, **extra):
        f = _of_loss(value_fn, extra, "scale_by_backtracking_linesearch")
        slope = tree_real(tree_vdot(updates, tree_conj(grad)))

        def missed(rate, new):
            return jnp.maximum(_or_infinite(new - (1.0 + rtol) * value - rate * slope_rtol * slope), 0.0)

        def step(search):
            rate = jnp.where(search.steps > 0, decrease_factor * search.rate, search.rate)
            there, found = tree_add_scale(params, rate, updates), search.grad
            if store_grad:
                new, back = jax.vjp(f, there)
                error = missed(rate, new)
                last = (error <= atol) | (search.steps == max_backtracking_steps)
                found = jax.lax.cond(last, lambda: back(jnp.ones_like(new))[0], lambda: search.grad)
            else:
                new = f(there)
                error = missed(rate, new)
            return tree_cast_like(_Backtracking(rate, new, found, error, search.steps + 1), search)

        first = jnp.minimum(increase_factor * state.learning_rate, max_learning_rate)
        start = _Backtracking(first, jnp.asarray(value), tree_zeros_like(params), jnp.array(jnp.inf), jnp.asarray(0))
        going = lambda search: ~(search.error <= atol) & (search.steps <= max_backtracking_steps)
        end = jax.lax.while_loop(going, step, start)
        # Where no step gives a finite value, there is none.
        rate = jnp.where(jnp.isinf(end.error), 0.0, end.rate)
        info = BacktrackingLinesearchInfo(end.steps, end.error)
        new = ScaleByBacktrackingLinesearchState(rate, end.value, end.grad if store_grad else None, info)
        return tree_scale(rate, updates), tree_cast_like(new, state)

    return GradientTransformationExtraArgs(init, update)


def _cubic_least(low, high, ref):
    (a, fa, slope), (b, fb, _), (c, fc) = low, high, ref
    db, dc = b - a, c - a
    over = (db * dc) ** 2 * (db - dc)
    sides = jnp.array([fb - fa - slope * db, fc - fa - slope * dc])
    rows = jnp.array([[dc**2, -(db**2)], [-(dc**3), db**3]])
    p, q = jnp.dot(rows, sides, precision=jax.lax.Precision.HIGHEST) / over
    return a + (-q + jnp.sqrt(q * q - 3.0 * p * slope)) / (3.0 * p)


def _square_least(low, high):
    (a, fa, slope), (b, fb, _) = low, high
    return a - slope / (2.0 * ((fb - fa - slope * (b - a)) / (b - a) ** 2))


def _zoom_search(
    probe, start, guess, limit, most, tol, increase_factor, slope_rtol, curv_rtol, approx_dec_rtol, narrowest
):
    """The state at the end of a search from `start`, whose value and slope are those of a step of 0.
    `probe(size)` gives value, gradient and slope after a step of that size."""
    value0, slope0 = start.low[1], start.low[2]

    def errors(size, value, slope):
        decrease = value - value0 - slope_rtol * size * slope0
        if approx_dec_rtol is not None:
            close = jnp.maximum(slope - (2 * slope_rtol - 1.0) * slope0, value - value0 - approx_dec_rtol * jnp.abs(value0))
            decrease = jnp.minimum(close, decrease)
        curvature = jnp.abs(slope) - curv_rtol * jnp.abs(slope0)
        return [_or_infinite(jnp.maximum(error, 0.0)) for error in (decrease, curvature)]

    def look_further(old):
        size, at_end = jnp.where(old.count == 0, guess, increase_factor * old.size), jnp.asarray(False)
        if most is not None:
            size, at_end = jnp.minimum(size, most), size >= most
        value, grad, slope = probe(size)
        decrease, curvature = errors(size, value, slope)
        good = jnp.maximum(decrease, curvature) <= tol
        before, here = (old.size, old.value, old.slope), (size, value, slope)
        to_high = (decrease > 0.0) | ((value >= old.value) & (old.count > 0))
        to_low = (slope >= 0.0) & ~to_high
        low, high = tree_where(to_low, (here, before), (before, here))
        found = to_high | to_low | good
        done = good | (at_end & ~found)
        failed = (old.count + 1 >= limit) & ~done
        safe = tree_where(decrease <= tol, (size, value, grad), old.safe)
        count = safe_increment(old.count)
        return _Zoom(
            count, size, value, grad, slope, decrease, curvature, found, done, failed, low, high, low[:2], safe
        )

    def narrow(old):
        low, high = old.low, old.high
        width, left, right = jnp.abs(high[0] - low[0]), jnp.minimum(high[0], low[0]), jnp.maximum(high[0], low[0])
        inside = lambda x, part: (x > left + part * width) & (x < right - part * width)
        cubic, square = _cubic_least(low, high, old.ref), _square_least(low, high)
        size = jnp.where(inside(square, 0.1), square, (low[0] + high[0]) / 2.0)
        size = jnp.where(inside(cubic, 0.2), cubic, size)
        value, grad, slope = probe(size)
        decrease, curvature = errors(size, value, slope)
        done = jnp.maximum(decrease, curvature) <= tol
        here = (size, value, slope)
        to_high = (decrease > 0.0) | (value >= low[1])
        turned = (slope * (high[0] - low[0]) >= 0.0) & ~to_high
        safe = tree_where((decrease <= tol) & (value < old.safe[1]), (size, value, grad), old.safe)
        stuck = (old.count + 1 >= limit) | ((width <= narrowest) & (safe[0] > 0.0))
        return _Zoom(
            safe_increment(old.count), size, value, grad, slope, decrease, curvature, old.found, done, stuck & ~done,
            low=tree_where(to_high, low, here),
            high=tree_where(turned, low, tree_where(to_high, here, high)),
            ref=tree_where(to_high | turned, high[:2], low[:2]),
            safe=safe,
        )

    def settled(state):
        safer = (state.safe[0] > 0.0) | jnp.isinf(state.decrease)
        size, value, grad = tree_where(safer, state.safe, (state.size, state.value, state.grad))
        return tree_cast_like(state._replace(size=size, value=value, grad=grad), state)

    def step(state):
        like = lambda f: lambda old: tree_cast_like(f(old), old)
        new = jax.lax.cond(state.found, like(narrow), like(look_further), state)
        return jax.lax.cond(new.failed, settled, lambda same: same, new)

    return jax.lax.while_loop(lambda state: ~(state.done | state.failed), step, start)


def scale_by_zoom_linesearch(
    max_linesearch_steps, max_learning_rate=None, tol=0.0, increase_factor=2.0, slope_rtol=1e-4, curv_rtol=0.9,
    approx_dec_rtol=1e-6, stepsize_precision=1e-5, initial_guess_strategy="keep", verbose=False,
):
    def init(params):
        dtype, infinite = _real_dtype(params), jnp.asarray(jnp.inf)
        info = ZoomLinesearchInfo(jnp.asarray(0), infinite, infinite)
        one, value = jnp.asarray(1.0, dtype), jnp.asarray(jnp.inf, dtype)
        return ScaleByZoomLinesearchState(one, value, tree_zeros_like(params), info)

    def update(updates, state, params, *, value, grad, value_fn, **extra):
        if initial_guess_strategy not in ("one", "keep"):
            raise ValueError(f"Unknown initial guess strategy: {initial_guess_strategy}")
        guess = state.learning_rate if initial_guess_strategy == "keep" else jnp.asarray(1.0)
        gradient = jax.value_and_grad(_of_loss(value_fn, extra, "scale_by_zoom_linesearch"))

        def probe(size):
            value, grad = gradient(tree_add_scale(params, size, updates))
            return value, grad, tree_real(tree_vdot(tree_conj(grad), updates))

        value, zero, no, infinite = jnp.asarray(value), jnp.asarray(0.0), jnp.asarray(False), jnp.asarray(jnp.inf)
        dtype, slope = _real_dtype(params), tree_real(tree_vdot(updates, grad))
        here = (zero, value, slope)
        start = _Zoom(
            jnp.asarray(0), zero.astype(dtype), value.astype(dtype), grad, slope, infinite, infinite, no, no, no,
            low=here, high=here, ref=here[:2], safe=(zero, value, grad),
        )
        end = _zoom_search(
            probe, start, guess, max_linesearch_steps, max_learning_rate, tol, increase_factor, slope_rtol, curv_rtol,
            approx_dec_rtol, stepsize_precision,
        )
        info = ZoomLinesearchInfo(end.count, end.decrease, end.curvature)
        new = ScaleByZoomLinesearchState(end.size, end.value, end.grad, info)
        return tree_scale(end.size, updates), tree_cast_like(new, state)

    return GradientTransformationExtraArgs(init, update)


def value_and_grad_from_state(value_fn):
    """Value and gradient of the loss: those that a line search left in the state, if it did."""

    def value_and_grad(params, *args, state, **kwargs):
        value, grad = tree_get(state, "value"), tree_get(state, "grad")
        if value is None or grad is None:
            raise ValueError(
                "Value or gradient not found in the state. Make sure that these values are stored in the state by the optimizer."
            )
        known = ~jnp.isinf(value) & ~jnp.isnan(value)
        computed = lambda: jax.value_and_grad(value_fn)(params, *args, **kwargs)
        return jax.lax.cond(known, lambda: (value, grad), computed)

    return value_and_grad
