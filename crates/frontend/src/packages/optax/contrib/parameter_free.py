# Optimizers that find their learning rate.


def _start_of(params, *starts):
    zeros = optax.tree.zeros_like(params)
    return zeros, zeros, zeros, [jnp.asarray(start, _dtype_of(params)) for start in starts]


def prodigy(
    learning_rate=1.0, betas=(0.9, 0.999), beta3=None, eps=1e-8, estim_lr0=1e-6, estim_lr_coef=1.0, weight_decay=0.0,
    safeguard_warmup=False,
):
    b1, b2 = betas
    b3 = b2**0.5 if beta3 is None else beta3

    def init(params):
        m, v, s, (rate, weighted) = _start_of(params, estim_lr0, 0.0)
        return ProdigyState(m, v, s, params, rate, weighted, _zero())

    def update(updates, state, params=None, **extra):
        _need(params, "the parameters")
        count, rate = safe_increment(state.count), state.estim_lr
        corrected = (1 - b2**count) ** 0.5 / (1 - b1**count)
        step = jnp.asarray(rate * _at(learning_rate, state.count) * corrected, rate.dtype)
        scaled = _map(lambda g: rate * g, updates)
        moved = optax.tree.vdot(updates, optax.tree.sub(state.params0, params))
        m = _map(lambda m, g: b1 * m + (1 - b1) * g, state.exp_avg, scaled)
        v = _map(lambda v, g: b2 * v + (1 - b2) * g * g, state.exp_avg_sq, scaled)
        factor = rate if safeguard_warmup else step
        s = _map(lambda s, g: b3 * s + factor * g / estim_lr0, state.grad_sum, scaled)
        weighted = b3 * state.numerator_weighted + rate / estim_lr0 * step * moved
        estimate = estim_lr_coef * weighted / optax.tree.sum(_map(jnp.abs, s))
        later = jnp.maximum(rate, estimate)
        rule = lambda m, v, p: -weight_decay * step * p - step * m / (jnp.sqrt(v) + later * eps)
        return _map(rule, m, v, params), ProdigyState(m, v, s, state.params0, later, weighted, count)

    return GradientTransformation(init, update)


def dadapt_adamw(learning_rate=1.0, betas=(0.9, 0.999), eps=1e-8, estim_lr0=1e-6, weight_decay=0.0):
    b1, b2 = betas
    root = b2**0.5

    def init(params):
        m, v, s, (rate, weighted) = _start_of(params, estim_lr0, 0.0)
        return DAdaptAdamWState(m, v, s, rate, weighted, _zero())

    def update(updates, state, params=None, **extra):
        _need(params, "the parameters")
        count = safe_increment(state.count)
        corrected = (1 - b2**count) ** 0.5 / (1 - b1**count)
        step = state.estim_lr * _at(learning_rate, state.count) * corrected
        step = step.astype(state.numerator_weighted.dtype)
        scaled = _map(lambda s, v: s / (jnp.sqrt(v) + eps), state.grad_sum, state.exp_avg_sq)
        m = _map(lambda m, g: b1 * m + (1 - b1) * step * g, state.exp_avg, updates)
        v = _map(lambda v, g: b2 * v + (1 - b2) * g * g, state.exp_avg_sq, updates)
        s = _map(lambda s, g: root * s + (1 - root) * step * g, state.grad_sum, updates)
        moved = optax.tree.vdot(updates, scaled)
        weighted = root * state.numerator_weighted + (1 - root) * step * moved
        estimate = weighted / ((1 - root) * optax.tree.sum(_map(jnp.abs, s)))
        rule = lambda m, v, p: -weight_decay * step * p - m / (jnp.sqrt(v) + eps)
        later = jnp.maximum(state.estim_lr, estimate)
        return _map(rule, m, v, params), DAdaptAdamWState(m, v, s, later, weighted, count)

    return GradientTransformation(init, update)


def _scale_by_dog(init_step, eps):
    kind, start = init_step
    if kind not in ("distance", "heuristic", "learning_rate"):
        raise ValueError(f"Invalid init_step specification for scale_by_dog: init_step_type='{kind}'")

    def init(params):
        first = {"distance": start, "learning_rate": 0.0}.get(kind)
        first = start * (1 + optax.tree.norm(params)) if first is None else first
        dtype = _dtype_of(params)
        return DoGState(jnp.asarray(True), params, jnp.asarray(first, dtype), jnp.asarray(0.0, dtype))

    def update(updates, state, params=None, **extra):
        _need(params, "the parameters")
        far = jnp.maximum(state.max_dist, optax.tree.norm(optax.tree.sub(state.init_params, params)))
        total = state.sum_sq_norm_grads + optax.tree.norm(updates, squared=True)
        rate = far / jnp.sqrt(total + eps)
        if kind == "learning_rate":
            rate = jnp.where(state.is_init_step, start, rate)
        return optax.tree.scale(rate, updates), DoGState(jnp.asarray(False), state.init_params, far, total)

    return GradientTransformation(init, update)


def dog(learning_rate=1.0, init_step=("heuristic", 1e-6), eps=1e-8, weight_decay=None, mask=None):
    rate = optax.scale_by_learning_rate(learning_rate)
    return optax.chain(_decayed(weight_decay, mask), _scale_by_dog(init_step, eps), rate)


def dowg(learning_rate=1.0, init_estim_sq_dist=None, eps=1e-4, weight_decay=None, mask=None):
    def init(params):
        dtype, first = _dtype_of(params), eps if init_estim_sq_dist is None else init_estim_sq_dist
        return DoWGState(params, jnp.asarray(0.0, dtype), jnp.asarray(first, dtype))

    def update(updates, state, params=None, **extra):
        _need(params, "the parameters")
        moved = optax.tree.norm(optax.tree.sub(state.init_params, params), squared=True)
        far = jnp.maximum(state.estim_sq_dist, moved)
        total = far * optax.tree.norm(updates, squared=True) + state.weighted_sq_norm_grads
        updates = optax.tree.scale(far / (jnp.sqrt(total) + eps), updates)
        return updates, state._replace(estim_sq_dist=far, weighted_sq_norm_grads=total)

    rate = optax.scale_by_learning_rate(learning_rate)
    return optax.chain(_decayed(weight_decay, mask), GradientTransformation(init, update), rate)


def momo(learning_rate=1.0, beta=0.9, lower_bound=0.0, weight_decay=0.0, adapt_lower_bound=False):
    def init(params):
        m, _, _, (value, gamma, bound) = _start_of(params, 0.0, 0.0, lower_bound)
        return MomoState(m, value, gamma, bound, _zero())

    def update(updates, state, params=None, *, value=None, **extra):
        _need(params, "the parameters")
        _need(value, "the loss: update(…, value=loss)")
        b = jnp.where(state.count == 0, 0.0, beta)
        average = b * state.barf + (1 - b) * jnp.asarray(value, state.barf.dtype)
        m = _map(lambda m, g: b * m + (1 - b) * g, state.exp_avg, updates)
        gamma = b * state.gamma + (1 - b) * optax.tree.vdot(updates, params)
        norm, product = optax.tree.norm(m, squared=True), optax.tree.vdot(m, params)
        rate = _at(learning_rate, state.count)
        grown, bound = 1 + rate * weight_decay, state.lb
        if adapt_lower_bound:
            cap = grown * (average - gamma) + product
            bound = jnp.where(cap < grown * bound, jnp.maximum(cap / (2 * grown), lower_bound), bound)
        step = jnp.maximum(grown * (average - bound - gamma) + product, 0.0) / norm
        step = jnp.minimum(rate, jnp.where(norm <= jnp.finfo(float).eps, 0.0, step))
        later = state.lb
        if adapt_lower_bound:
            later = jnp.maximum(average + product - gamma - 1 / 2 * step * norm, lower_bound)
        rule = lambda m, p: -(rate * weight_decay) / grown * p - step * m
        return _map(rule, m, params), MomoState(m, average, gamma, later, safe_increment(state.count))

    return GradientTransformation(init, update)


def momo_adam(
    learning_rate=1e-2, b1=0.9, b2=0.999, eps=1e-8, lower_bound=0.0, weight_decay=0.0, adapt_lower_bound=False
):
    def init(params):
        m, v, _, (value, gamma, bound) = _start_of(params, 0.0, 0.0, lower_bound)
        return MomoAdamState(m, v, value, gamma, bound, _zero())

    def update(updates, state, params=None, *, value=None, **extra):
        _need(params, "the parameters")
        _need(value, "the loss: update(…, value=loss)")
        count = safe_increment(state.count)
        average = b1 * state.barf + (1 - b1) * jnp.asarray(value, state.barf.dtype)
        m = _map(lambda m, g: b1 * m + (1 - b1) * g, state.exp_avg, updates)
        v = _map(lambda v, g: b2 * v + (1 - b2) * g * g, state.exp_avg_sq, updates)
        c1, c2 = [jnp.asarray(1 - b**count, average.dtype) for b in (b1, b2)]
        scales = _map(lambda v: eps + jnp.sqrt(v / c2), v)
        norm = optax.tree.vdot(m, optax.tree.div(m, scales))
        gamma = b1 * state.gamma + (1 - b1) * optax.tree.vdot(updates, params)
        product = optax.tree.vdot(m, params)
        rate = _at(learning_rate, state.count)
        grown, bound = 1 + rate * weight_decay, state.lb
        if adapt_lower_bound:
            cap = grown * (average - gamma) + product
            bound = jnp.where(cap < grown * c1 * bound, jnp.maximum(cap / (2 * c1 * grown), lower_bound), bound)
        step = jnp.maximum(grown * (average - c1 * bound - gamma) + product, 0.0) / norm
        step = jnp.minimum(rate / c1, jnp.where(norm <= jnp.finfo(float).eps, 0.0, step))
        later = state.lb
        if adapt_lower_bound:
            later = jnp.maximum((average + product - gamma - 1 / 2 * step * norm) / c1, lower_bound)
        rule = lambda m, s, p: -(rate * weight_decay) / grown * p - step * m / s
        return _map(rule, m, scales, params), MomoAdamState(m, v, average, gamma, later, count)

    return GradientTransformation(init, update)


def scale_by_cocob(alpha=100.0, eps=1e-8):
    def init(params):
        zeros = optax.tree.zeros_like(params)
        return COCOBState(params, zeros, optax.tree.full_like(params, eps), zeros, zeros)

    def update(updates, state, params=None, **extra):
        _need(params, "the parameters")
        largest = _map(lambda most, c: jnp.maximum(most, jnp.abs(c)), state.scale, updates)
        total = _map(lambda sum, c: sum + jnp.abs(c), state.subgradients, updates)
        won = lambda reward, c, p, p0: jnp.maximum(reward - c * (p - p0), 0)
        reward = _map(won, state.reward, updates, params, state.init_particles)
        bet = _map(lambda sum, c: sum - c, state.cumulative_gradients, updates)

        def rule(p, p0, bet, most, total, reward):
            return -p + (p0 + bet / (most * jnp.maximum(total + most, alpha * most)) * (most + reward))

        result = _map(rule, params, state.init_particles, bet, largest, total, reward)
        return result, COCOBState(state.init_particles, bet, largest, total, reward)

    return GradientTransformation(init, update)


def cocob(learning_rate=1.0, alpha=100.0, eps=1e-8, weight_decay=0.0, mask=None):
    rate = optax.scale_by_learning_rate(learning_rate, flip_sign=False)
    return optax.chain(_decayed(weight_decay, mask), rate, scale_by_cocob(alpha, eps))


def mechanize(base_optimizer, weight_decay=1e-2, eps=1e-8, s_init=1e-6, num_betas=6):
    base_optimizer = optax.with_extra_args_support(base_optimizer)
    betas = [1.0 - 0.1**i for i in range(1, num_betas + 1)]

    def init(params):
        zeros = jnp.zeros([num_betas], _dtype_of(params))
        return MechanicState(base_optimizer.init(params), _zero(), zeros, zeros, zeros, zeros + s_init, params)

    def update(updates, state, params=None, **extra):
        _need(params, "the parameters")
        steps, inner = base_optimizer.update(updates, state.base_optimizer_state, params, **extra)
        # Training may start from other parameters than those given to `init`.
        x0 = _map(lambda p, x: jnp.where(state.count == 0, p, x), params, state.x0)
        s_sum = jnp.sum(state.s)
        decay = weight_decay * s_sum * optax.tree.norm(updates) / (optax.tree.norm(params) + eps)
        updates = _map(lambda g, p: g + decay * p, updates, params)
        before = _map(lambda p, x: (x - p) / (s_sum + eps), params, x0)
        delta = _map(lambda d, u: d - u, before, steps)
        h = optax.tree.vdot(updates, before)
        clipped = jax.lax.clamp(-state.m, jnp.ones_like(state.m) * h, state.m)
        rates = jnp.array(betas, state.s.dtype)
        m = jnp.maximum(rates * state.m, jnp.abs(h) + eps)
        v = rates**2 * state.v + h**2
        r = rates * state.r + clipped * state.s
        s = (s_init / num_betas * m + jnp.maximum(0.0, r)) / (jnp.sqrt(v) + eps)
        result = _map(lambda x, d, p: x - jnp.sum(s) * d - p, x0, delta, params)
        return result, MechanicState(inner, safe_increment(state.count), r, m, v, s, x0)

    return GradientTransformation(init, update)
