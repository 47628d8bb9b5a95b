# Transformations.


def identity():
    return _stateless(lambda updates, params: updates)


def set_to_zero():
    return _stateless(lambda updates, params: _map(jnp.zeros_like, updates))


def stateless(f):
    return _stateless(f)


def stateless_with_tree_map(f):
    return _stateless(lambda updates, params: _map(f, updates, params))


def scale(step_size):
    return _stateless(lambda updates, params: _map(lambda g: step_size * g, updates))


def scale_by_sign():
    return _stateless(lambda updates, params: _map(jnp.sign, updates))


def scale_by_schedule(step_size_fn):
    def init(params):
        return ScaleByScheduleState(_zero())

    def update(updates, state, params=None, **extra):
        size = step_size_fn(state.count)
        updates = _map(lambda g: jnp.array(size, dtype=g.dtype) * g, updates)
        return updates, ScaleByScheduleState(safe_increment(state.count))

    return GradientTransformation(init, update)


def scale_by_learning_rate(learning_rate=None, *, flip_sign=True):
    if learning_rate is None:
        return identity()
    sign = -1 if flip_sign else 1
    if callable(learning_rate):
        return scale_by_schedule(lambda count: sign * learning_rate(count))
    return scale(sign * learning_rate)


def scale_by_adam(b1=0.9, b2=0.999, eps=1e-8, eps_root=0.0, mu_dtype=None, *, nesterov=False):
    def rule(t, g, mu, nu):
        mu, new_nu = _average(g, mu, b1), _average(_square(g), nu, b2)
        direction = _debiased(mu, b1, t)
        if nesterov:
            direction = b1 * _debiased(mu, b1, safe_increment(t)) + (1 - b1) * _debiased(g, b1, t)
        update = direction / (jnp.sqrt(_debiased(new_nu, b2, t) + eps_root) + eps)
        return update, _cast(mu, mu_dtype), new_nu.astype(nu.dtype)

    return _leafwise(ScaleByAdamState, [_zeros(mu_dtype), _zeros()], rule)


def scale_by_amsgrad(
    b1=0.9, b2=0.999, eps=1e-8, eps_root=0.0, mu_dtype=None, bias_correction_mu=True, bias_correction_nu=True
):
    def rule(t, g, mu, nu, nu_max):
        mu, nu = _average(g, mu, b1), _average(_square(g), nu, b2)
        direction = _debiased(mu, b1, t) if bias_correction_mu else mu
        nu_max = jnp.maximum(nu_max, _debiased(nu, b2, t) if bias_correction_nu else nu)
        return direction / (jnp.sqrt(nu_max + eps_root) + eps), _cast(mu, mu_dtype), nu, nu_max

    return _leafwise(ScaleByAmsgradState, [_zeros(mu_dtype), _zeros(), _zeros()], rule)


def scale_by_adamax(b1=0.9, b2=0.999, eps=1e-8):
    def rule(t, g, mu, nu):
        mu, nu = _average(g, mu, b1), jnp.maximum(jnp.abs(g) + eps, b2 * nu)
        return _debiased(mu, b1, t) / nu, mu, nu

    return _leafwise(ScaleByAdamState, [_zeros(), _zeros()], rule)


def scale_by_belief(b1=0.9, b2=0.999, eps=1e-16, eps_root=1e-16, *, nesterov=False):
    def rule(t, g, mu, nu):
        mu = _average(g, mu, b1)
        nu = _average(_square(g - mu), nu, b2) + eps_root
        direction = _debiased(mu, b1, t)
        if nesterov:
            direction = b1 * _debiased(mu, b1, safe_increment(t)) + (1 - b1) * _debiased(g, b1, t)
        return direction / (jnp.sqrt(_debiased(nu, b2, t)) + eps), mu, nu

    return _leafwise(ScaleByBeliefState, [_zeros(), _zeros()], rule)


def scale_by_yogi(b1=0.9, b2=0.999, eps=1e-3, eps_root=0.0, initial_accumulator_value=1e-6):
    def rule(t, g, mu, nu):
        mu, square = _average(g, mu, b1), _square(g)
        nu = nu - (1 - b2) * jnp.sign(nu - square) * square
        return _debiased(mu, b1, t) / (jnp.sqrt(_debiased(nu, b2, t) + eps_root) + eps), mu, nu

    return _leafwise(ScaleByAdamState, [_filled(initial_accumulator_value), _filled(initial_accumulator_value)], rule)


def scale_by_radam(b1=0.9, b2=0.999, eps=1e-8, eps_root=0.0, threshold=5.0, *, nesterov=False):
    longest = 2.0 / (1.0 - b2) - 1.0

    def rule(t, g, mu, nu):
        mu, nu = _average(g, mu, b1), _average(_square(g), nu, b2)
        power = b2**t
        length = longest - 2 * t * power / (1 - power)
        direction = _debiased(mu, b1, t)
        if nesterov:
            direction = b1 * _debiased(mu, b1, safe_increment(t)) + (1 - b1) * _debiased(g, b1, t)
        safe = jnp.maximum(length, threshold)
        root = jnp.sqrt(
            (safe - 4.0) * (safe - 2.0) * longest / ((longest - 4.0) * (longest - 2.0) * safe)
        )
        rectified = root.astype(direction.dtype) * direction / (jnp.sqrt(_debiased(nu, b2, t) + eps_root) + eps)
        return jnp.where(length >= threshold, rectified, direction), mu, nu

    return _leafwise(ScaleByAdamState, [_zeros(), _zeros()], rule)


def scale_by_lion(b1=0.9, b2=0.99, mu_dtype=None, *, mode="hard", smooth_beta=1.0):
    def rule(t, g, mu):
        mixed = (1.0 - b1) * g + b1 * mu
        if mode == "hard":
            update = jnp.sign(mixed)
        elif mode == "smooth":
            update = jnp.tanh(smooth_beta * mixed)
        elif mode == "refined":
            update = jnp.where(jnp.abs(mixed) < 1.0, mixed, jnp.sign(mixed))
        else:
            raise ValueError(f"lion has no mode {mode!r}; its modes are 'hard', 'smooth' and 'refined'")
        return update, _cast(_average(g, mu, b2), mu_dtype)

    return _leafwise(ScaleByLionState, [_zeros(mu_dtype)], rule)


def scale_by_rss(initial_accumulator_value=0.1, eps=1e-7):
    def rule(t, g, total):
        total = _square(g) + total
        return jnp.where(total > 0, jax.lax.rsqrt(total + eps), 0.0) * g, total

    return _leafwise(ScaleByRssState, [_filled(initial_accumulator_value)], rule, counted=False)


def _inverse_root(x, eps, inside):
    return jax.lax.rsqrt(x + eps) if inside else 1 / (jnp.sqrt(x) + eps)


def scale_by_rms(decay=0.9, eps=1e-8, initial_scale=0.0, eps_in_sqrt=True, bias_correction=False):
    def rule(t, g, nu):
        nu = _average(_square(g), nu, decay)
        return _inverse_root(_debiased(nu, decay, t) if bias_correction else nu, eps, eps_in_sqrt) * g, nu

    State = ScaleByRmsWithCountState if bias_correction else ScaleByRmsState
    return _leafwise(State, [_filled(initial_scale)], rule, counted=bias_correction)


def scale_by_stddev(decay=0.9, eps=1e-8, initial_scale=0.0, eps_in_sqrt=True, bias_correction=False):
    def rule(t, g, mu, nu):
        mu, nu = _average(g, mu, decay), _average(_square(g), nu, decay)
        m, n = (_debiased(mu, decay, t), _debiased(nu, decay, t)) if bias_correction else (mu, nu)
        return _inverse_root(n - _square(m), eps, eps_in_sqrt) * g, mu, nu

    State = ScaleByRStdDevWithCountState if bias_correction else ScaleByRStdDevState
    return _leafwise(State, [_zeros(), _filled(initial_scale)], rule, counted=bias_correction)


def scale_by_adadelta(rho=0.9, eps=1e-6):
    def rule(t, g, e_g, e_x):
        e_g = _average(g**2, e_g, rho)
        update = jnp.sqrt(e_x + eps) / jnp.sqrt(e_g + eps) * g
        return update, e_g, _average(update**2, e_x, rho)

    return _leafwise(ScaleByAdaDeltaState, [_zeros(), _zeros()], rule, counted=False)


def scale_by_adan(b1=0.98, b2=0.92, b3=0.99, eps=1e-8, eps_root=0.0):
    def init(params):
        zeros = [_map(jnp.zeros_like, params) for _ in range(4)]
        return ScaleByAdanState(*zeros, _zero())

    def update(updates, state, params=None, **extra):
        t = safe_increment(state.t)

        def rule(g, m, v, n, previous):
            change = jnp.where(state.t == 0, jnp.zeros_like(g), g - previous)
            m, v = _average(g, m, b1), _average(change, v, b2)
            n = _average(_square(g + (1 - b2) * change), n, b3)
            update = _debiased(m, b1, t) + (1 - b2) * _debiased(v, b2, t)
            return update / (jnp.sqrt(_debiased(n, b3, t) + eps_root) + eps), m, v, n

        columns = _columns(rule, 4, updates, state.m, state.v, state.n, state.g)
        return columns[0], ScaleByAdanState(*columns[1:], updates, t)

    return GradientTransformation(init, update)


def _columns(rule, count, updates, *slots):
    """The results of `rule` on each leaf of trees of one structure, as `count` trees."""
    leaves, tree = jax.tree.flatten(updates)
    slots = [jax.tree.leaves(slot) for slot in slots]
    rows = [rule(leaf, *[slot[i] for slot in slots]) for i, leaf in enumerate(leaves)]
    return [jax.tree.unflatten(tree, [row[i] for row in rows]) for i in range(count)]


def scale_by_rprop(learning_rate, eta_minus=0.5, eta_plus=1.2, min_step_size=1e-6, max_step_size=50.0):
    def rule(t, g, size, previous):
        sign = g * previous
        grown = jnp.clip(size * jnp.where(sign > 0, eta_plus, eta_minus), min_step_size, max_step_size)
        size = jnp.where(sign == 0, size, grown)
        new = jnp.where(sign < 0, jnp.zeros_like(g), size * jnp.sign(g))
        # As in optax, what is applied is the step that was found before this one.
        return jnp.where(sign < 0, jnp.zeros_like(previous), previous), size, new

    return _leafwise(ScaleByRpropState, [_filled(learning_rate), _zeros()], rule, counted=False)


def scale_by_optimistic_gradient(alpha=1.0, beta=1.0):
    def init(params):
        return ScaleByOptimisticGradientState(jnp.array(True), _map(jnp.zeros_like, params))

    def update(updates, state, params=None, **extra):
        def rule(g, previous):
            return (alpha + beta) * g - beta * jnp.where(state.is_initial_step, g, previous)

        new = _map(rule, updates, state.previous_gradient)
        return new, ScaleByOptimisticGradientState(jnp.array(False), updates)

    return GradientTransformation(init, update)


def scale_by_novograd(b1=0.9, b2=0.25, eps=1e-8, eps_root=0.0, weight_decay=0.0, mu_dtype=None):
    def init(params):
        nu = _map(lambda p: jnp.asarray(0.0, dtype=p.dtype), params)
        return ScaleByNovogradState(_zero(), _map(_zeros(mu_dtype), params), nu)

    def update(updates, state, params=None, **extra):
        _needs_params(params)
        t = safe_increment(state.count)

        def rule(g, mu, nu, p):
            norm = (jnp.linalg.norm(g) ** 2).astype(nu.dtype)
            nu = jnp.where(t == 1, norm, _average(norm, nu, b2))
            step = g / (jnp.sqrt(nu + eps_root) + eps) + weight_decay * p
            mu = _cast(jnp.where(t == 1, step, b1 * mu + step), mu_dtype)
            return mu, nu

        mu, nu = _columns(rule, 2, updates, state.mu, state.nu, params)
        return mu, ScaleByNovogradState(t, mu, nu)

    return GradientTransformation(init, update)


def _leading(shape, axis):
    return [n if i == axis else 1 for i, n in enumerate(shape)]


def scale_by_sm3(b1=0.9, b2=1.0, eps=1e-8):
    def init(params):
        sums = _map(lambda p: [jnp.zeros([n], p.dtype) for n in p.shape], params)
        return ScaleBySM3State(sums, _map(jnp.zeros_like, params))

    def update(updates, state, params=None, **extra):
        leaves, tree = jax.tree.flatten(updates)
        sums, averages = jax.tree.leaves(state.mu), jax.tree.leaves(state.nu)
        new_sums, new = [], []
        for g, average in zip(leaves, averages):
            rank = len(g.shape)
            own = [jnp.reshape(sums.pop(0), _leading(g.shape, i)) for i in range(rank)]
            least = own[0] if rank < 2 else functools.reduce(jnp.minimum, own)
            total = (1.0 - b2 if b2 != 1.0 else 1.0) * g**2 + b2 * least
            scaled = g * jnp.where(total > 0, jax.lax.rsqrt(total + eps), 0.0)
            new.append(_average(scaled, average, b1))
            others = [[j for j in range(rank) if j != i] for i in range(rank)]
            new_sums.append([total if rank < 2 else jnp.max(total, axis=tuple(axes)) for axes in others])
        nu = jax.tree.unflatten(tree, new)
        return nu, ScaleBySM3State(jax.tree.unflatten(tree, new_sums), nu)

    return GradientTransformation(init, update)


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


def scale_by_factored_rms(
    factored=True, decay_rate=0.8, step_offset=0, min_dim_size_to_factor=128, epsilon=1e-30, decay_rate_fn=None
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
        t = (state.count - step_offset).astype(jnp.float32) + 1.0
        decay = 1.0 - t ** (-decay_rate)

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

    return GradientTransformation(init, update)


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


def clip(max_delta):
    return _stateless(lambda updates, params: _map(lambda g: jnp.clip(g, -max_delta, max_delta), updates))


def clip_by_block_rms(threshold):
    def rule(g):
        return g / jnp.maximum(1.0, jnp.sqrt(jnp.mean(_square(g))) / threshold)

    return _stateless(lambda updates, params: _map(rule, updates))


def global_norm(updates):
    return jnp.sqrt(sum(jnp.sum(_square(x)) for x in jax.tree.leaves(updates)))


def clip_by_global_norm(max_norm):
    def f(updates, params):
        norm = jnp.squeeze(global_norm(updates))
        return _map(lambda g: jax.lax.select(norm < max_norm, g, (g / norm.astype(g.dtype)) * max_norm), updates)

    return _stateless(f)


def per_example_global_norm_clip(grads, l2_norm_clip):
    leaves, tree = jax.tree.flatten(grads)
    norms = jax.vmap(global_norm)(leaves)
    divisors = jnp.maximum(norms / l2_norm_clip, 1.0)
    clipped = jnp.greater(divisors, 1.0).sum()
    shaped = [(g / divisors.reshape((-1,) + (1,) * (g.ndim - 1))).sum(0) for g in leaves]
    return jax.tree.unflatten(tree, shaped), clipped


def per_example_layer_norm_clip(grads, global_l2_norm_clip, uniform=True):
    leaves, tree = jax.tree.flatten(grads)
    sizes = [1 if uniform else g[0].size for g in leaves]
    limits = [global_l2_norm_clip * (size / sum(sizes)) ** 0.5 for size in sizes]
    pairs = [per_example_global_norm_clip(g, limit) for g, limit in zip(leaves, limits)]
    return tuple(jax.tree.unflatten(tree, [pair[i] for pair in pairs]) for i in range(2))


@jax.custom_vjp
def _scaled_backwards(inputs, scale):
    return inputs


_scaled_backwards.defvjp(
    lambda inputs, scale: (inputs, scale),
    lambda scale, gradient: (jax.tree.map(lambda g: g * scale, gradient), None),
)


def scale_gradient(inputs, scale):
    """The inputs; gradients that come back through them are scaled."""
    if isinstance(scale, (int, float)) and scale in (0.0, 1.0):
        return inputs if scale == 1.0 else jax.lax.stop_gradient(inputs)
    return _scaled_backwards(inputs, scale)


def unitwise_norm(x):
    if sum(1 for n in x.shape if n != 1) <= 1:
        square = jnp.sum(_square(x), keepdims=True)
    elif x.ndim in (2, 3):
        square = jnp.sum(_square(x), axis=0, keepdims=True)
    elif x.ndim == 4:
        square = jnp.sum(_square(x), axis=(0, 1, 2), keepdims=True)
    else:
        raise ValueError(f"adaptive_grad_clip takes arrays of up to 4 dimensions, found the shape {x.shape}")
    return jnp.broadcast_to(jnp.sqrt(square), x.shape)


def adaptive_grad_clip(clipping, eps=1e-3):
    def rule(g, p):
        norm, most = unitwise_norm(g), clipping * jnp.maximum(unitwise_norm(p), eps)
        return jnp.where(norm < most, g, g * (most / jnp.maximum(norm, 1e-6)))

    return _with_params(rule)


def _centered(g):
    return g - g.mean(tuple(range(1, len(g.shape))), keepdims=True) if len(g.shape) > 1 else g


def centralize():
    return _stateless(lambda updates, params: _map(_centered, updates))


def normalize_by_update_norm(scale_factor=1.0, eps=1e-6):
    def f(updates, params):
        norm = (global_norm(updates) + eps) / scale_factor
        return _map(lambda g: g / norm, updates)

    return _stateless(f)


def keep_params_nonnegative():
    return _with_params(lambda u, p: jnp.where(p + u < 0.0, -p, u))


def zero_nans():
    def init(params):
        return ZeroNansState(_map(lambda p: jnp.array(False), params))

    def update(updates, state, params=None, **extra):
        found = _map(lambda g: jnp.any(jnp.isnan(g)), updates)
        return _map(lambda g: jnp.where(jnp.isnan(g), jnp.zeros_like(g), g), updates), ZeroNansState(found)

    return GradientTransformation(init, update)


def add_decayed_weights(weight_decay=0.0, mask=None):
    scheduled = callable(weight_decay)

    def init(params):
        return WeightDecaySchedule(_zero()) if scheduled else EmptyState()

    def update(updates, state, params=None, **extra):
        _needs_params(params)
        amount = weight_decay(state.count) if scheduled else weight_decay
        state = WeightDecaySchedule(safe_increment(state.count)) if scheduled else state
        if isinstance(weight_decay, (int, float)) and weight_decay == 0.0:
            return updates, state
        return _map(lambda g, p: g + amount * p, updates, params), state

    decay = GradientTransformation(init, update)
    return decay if mask is None else masked(decay, mask)


def add_noise(eta, gamma, key=None, *, seed=None):
    start = seed if key is None else key
    start = 0 if start is None else start

    def init(params):
        return AddNoiseState(_zero(), jax.random.key(start) if isinstance(start, int) else start)

    def update(updates, state, params=None, **extra):
        t = safe_increment(state.count)
        deviation = jnp.sqrt(eta / t**gamma)
        key, sample_key = jax.random.split(state.rng_key)
        leaves, tree = jax.tree.flatten(updates)
        keys = jax.random.split(sample_key, len(leaves))
        noisy = [g + deviation * jax.random.normal(keys[i], g.shape, g.dtype) for i, g in enumerate(leaves)]
        return jax.tree.unflatten(tree, noisy), AddNoiseState(t, key)

    return GradientTransformation(init, update)


def apply_every(k=1):
    def init(params):
        return ApplyEvery(_zero(), _map(jnp.zeros_like, params))

    def update(updates, state, params=None, **extra):
        place = state.count % k
        total = _map(lambda g, a: (place != 0) * a + g, updates, state.grad_acc)
        updates = _map(lambda a: (place == (k - 1)) * a, total)
        return updates, ApplyEvery(safe_increment(state.count) % k, total)

    return GradientTransformation(init, update)
