# Scaling by the sizes of parameters, factored moments, and averages of updates.


def safe_norm(x, min_norm, ord=None, axis=None, keepdims=False):
    norm = jnp.linalg.norm(x, ord=ord, axis=axis, keepdims=True)
    x = jnp.where(norm <= min_norm, jnp.ones_like(x), x)
    norm = norm if keepdims else jnp.squeeze(norm, axis=axis)
    return jnp.where(norm <= min_norm, min_norm, jnp.linalg.norm(x, ord=ord, axis=axis, keepdims=keepdims))


def safe_root_mean_squares(x, min_rms):
    rms = jnp.sqrt(jnp.mean(_square(x)))
    x = jnp.where(rms <= min_rms, jnp.ones_like(x), x)
    return jnp.where(rms <= min_rms, min_rms, jnp.sqrt(jnp.mean(_square(x))))


def _with_params(rule):
    def f(updates, params):
        _needs_params(params)
        return _map(rule, updates, params)

    return _stateless(f)


def scale_by_param_block_norm(min_scale=1e-3):
    return _with_params(lambda u, p: u * safe_norm(p, min_scale))


def scale_by_param_block_rms(min_scale=1e-3):
    return _with_params(lambda u, p: u * safe_root_mean_squares(p, min_scale))


def scale_by_trust_ratio(min_norm=0.0, trust_coefficient=1.0, eps=0.0):
    def rule(u, p):
        ours, theirs = safe_norm(p, min_norm), safe_norm(u, min_norm)
        ratio = trust_coefficient * ours / (theirs + eps)
        nothing = jnp.logical_or(ours == 0.0, theirs == 0.0)
        return u * jnp.where(nothing, jnp.array(1.0, dtype=p.dtype), ratio)

    return _with_params(rule)


def _factored_axes(shape, factored, least):
    if not factored or len(shape) < 2:
        return None
    order = sorted(range(len(shape)), key=lambda axis: shape[axis])
    if shape[order[-2]] < least:
        return None
    return order[-2], order[-1]


def _falling_decay(step, exponent):
    return 1.0 - (step + 1).astype(jnp.float32) ** (-exponent)


def scale_by_factored_rms(
    factored=True, decay_rate=0.8, step_offset=0, min_dim_size_to_factor=128, epsilon=1e-30,
    decay_rate_fn=_falling_decay,
):
    def without(shape, axis):
        return [n for i, n in enumerate(shape) if i != axis]

    def init(params):
        def start(p):
            axes = _factored_axes(p.shape, factored, min_dim_size_to_factor)
            if axes is None:
                return jnp.zeros((1,)), jnp.zeros((1,)), jnp.zeros(p.shape, p.dtype)
            row, column = without(p.shape, axes[1]), without(p.shape, axes[0])
            return jnp.zeros(row, p.dtype), jnp.zeros(column, p.dtype), jnp.zeros((1,))

        return FactoredState(_zero(), *_columns(start, 3, params))

    def update(updates, state, params=None, **extra):
        _needs_params(params)
        decay = decay_rate_fn(state.count - step_offset, decay_rate)

        def rule(g, row, column, v, p):
            axes = _factored_axes(p.shape, factored, min_dim_size_to_factor)
            square = _square(g) + epsilon
            if axes is None:
                v = decay * v + (1.0 - decay) * square
                v = v.astype(p.dtype)
                return g * v**-0.5, row, column, v
            first, second = axes
            row = (decay * row + (1.0 - decay) * jnp.mean(square, axis=second)).astype(p.dtype)
            column = (decay * column + (1.0 - decay) * jnp.mean(square, axis=first)).astype(p.dtype)
            reduced = first - 1 if first > second else first
            mean = jnp.mean(row, axis=reduced, keepdims=True)
            factor = jnp.expand_dims((row / mean) ** -0.5, axis=second)
            return g * factor * jnp.expand_dims(column**-0.5, axis=first), row, column, v

        columns = _columns(rule, 4, updates, state.v_row, state.v_col, state.v, params)
        return columns[0], FactoredState(safe_increment(state.count), *columns[1:])

    return GradientTransformationExtraArgs(init, update)


def trace(decay, nesterov=False, accumulator_dtype=None):
    def rule(t, g, old):
        new = g + decay * old
        return g + decay * new if nesterov else new, _cast(new, accumulator_dtype)

    return _leafwise(TraceState, [_zeros(accumulator_dtype)], rule, counted=False)


def ema(decay, debias=True, accumulator_dtype=None):
    def rule(t, g, old):
        new = _average(g, old, decay)
        return _debiased(new, decay, t) if debias else new, _cast(new, accumulator_dtype)

    return _leafwise(EmaState, [_zeros(accumulator_dtype)], rule)
