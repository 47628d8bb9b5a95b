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

    return GradientTransformationExtraArgs(init, update)


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

    return GradientTransformationExtraArgs(init, update)


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

    return GradientTransformationExtraArgs(init, update)


def scale_by_distance_over_gradients(reps_rel=1e-6, eps=1e-8, param_dtype=jnp.float32, global_scale=1.0):
    def distance(x, y=0.0):
        return jnp.sqrt(jnp.square(x - y).sum())

    def init(params):
        first = _map(lambda p: reps_rel * (1 + distance(p)), params)
        zeros = _map(lambda p: jnp.zeros(1), params)
        return ScaleByDistanceOverGradientsState(first, zeros, _map(lambda p: p.astype(param_dtype), params))

    def update(updates, state, params=None, **extra):
        _needs_params(params)
        far = _map(lambda d, x, y: jnp.maximum(d, distance(x, y)), state.max_dist, params, state.init_params)
        total = _map(lambda sum, g: sum + jnp.square(g).sum(), state.grad_sum_of_squares, updates)
        updates = _map(lambda g, d, sum: global_scale * (d / jnp.sqrt(sum + eps)) * g, updates, far, total)
        return updates, ScaleByDistanceOverGradientsState(far, total, state.init_params)

    return GradientTransformationExtraArgs(init, update)


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

    return GradientTransformationExtraArgs(init, update)


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

    return GradientTransformationExtraArgs(init, update)
