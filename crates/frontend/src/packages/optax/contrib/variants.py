# Variants of Adam.


def scale_by_adopt(
    b1=0.9, b2=0.9999, eps=1e-6, mu_dtype=None, *, nesterov=False, use_clipping=True, clip_value_fn=lambda x: x**0.25
):
    def init(params):
        return ScaleByAdamState(_zero(), optax.tree.zeros_like(params, mu_dtype), optax.tree.zeros_like(params))

    def update(updates, state, params=None, **extra):
        d2, d1 = jnp.where(state.count > 0, b2, 0), jnp.where(state.count > 0, b1, 1)
        nu = optax.tree.update_moment(updates, state.nu, d2, 2)
        scaled = _map(lambda g, v: g / jnp.maximum(jnp.sqrt(v), eps), updates, state.nu)
        if use_clipping:
            most = clip_value_fn(state.count)
            scaled = _map(lambda x: jnp.clip(x, -most, most), scaled)
        mu = optax.tree.update_moment(scaled, state.mu, d1, 1)
        result = optax.tree.update_moment(scaled, mu, d1, 1) if nesterov else mu
        mu = mu if mu_dtype is None else optax.tree.cast(mu, mu_dtype)
        return result, ScaleByAdamState(safe_increment(state.count), mu, nu)

    return GradientTransformation(init, update)


def adopt(
    learning_rate, b1=0.9, b2=0.9999, eps=1e-6, mu_dtype=None, *, nesterov=False, use_clipping=True,
    clip_value_fn=lambda x: x**0.25,
):
    core = scale_by_adopt(
        b1, b2, eps, mu_dtype, nesterov=nesterov, use_clipping=use_clipping, clip_value_fn=clip_value_fn
    )
    return optax.chain(core, optax.scale_by_learning_rate(learning_rate))


def scale_by_ademamix(b1=0.9, b2=0.999, b3=0.9999, alpha=6.0, eps=1e-8, eps_root=0.0, mu_dtype=None):
    def init(params):
        zeros = optax.tree.zeros_like(params, mu_dtype)
        return ScaleByAdemamixState(_zero(), _zero(), zeros, zeros, zeros)

    def update(updates, state, params=None, **extra):
        m1 = optax.tree.update_moment(updates, state.m1, b1, 1)
        m2 = optax.tree.update_moment(updates, state.m2, _at(b3, state.count_m2), 1)
        nu = optax.tree.update_moment(updates, state.nu, b2, 2)
        count, a = safe_increment(state.count), _at(alpha, state.count_m2)
        first, second = optax.tree.bias_correction(m1, b1, count), optax.tree.bias_correction(nu, b2, count)
        result = _map(lambda m, slow, v: (m + a * slow) / (jnp.sqrt(v + eps_root) + eps), first, m2, second)
        return result, ScaleByAdemamixState(count, safe_increment(state.count_m2), m1, m2, nu)

    return GradientTransformation(init, update)


def ademamix(
    learning_rate, b1=0.9, b2=0.999, b3=0.9999, alpha=5.0, eps=1e-8, eps_root=0.0, mu_dtype=None, weight_decay=0.0,
    mask=None,
):
    core = scale_by_ademamix(b1, b2, b3, alpha, eps, eps_root, mu_dtype)
    return optax.chain(core, _decayed(weight_decay, mask), optax.scale_by_learning_rate(learning_rate))


def scale_by_simplified_ademamix(b1=0.99, b2=0.95, alpha=0.0, eps=1e-8, eps_root=0.0):
    def init(params):
        zeros = optax.tree.zeros_like(params)
        return ScaleBySimplifiedAdEMAMixState(_zero(), zeros, zeros)

    def update(updates, state, params=None, **extra):
        a, t = _at(alpha, state.t), safe_increment(state.t)
        m = _map(lambda g, m: g + b1 * m, updates, state.m)
        n = _map(lambda g, n: b2 * (n - g * g) + g * g, updates, state.n)
        rule = lambda m, g, n: (m + a * g) / (jnp.sqrt(n + eps_root) + eps)
        result = _map(rule, m, updates, optax.tree.bias_correction(n, b2, t))
        return result, ScaleBySimplifiedAdEMAMixState(t, m, n)

    return GradientTransformation(init, update)


def simplified_ademamix(
    learning_rate, b1=0.99, b2=0.95, alpha=0.0, eps=1e-8, eps_root=0.0, weight_decay=0.0, mask=None
):
    core = scale_by_simplified_ademamix(b1, b2, alpha, eps, eps_root)
    return optax.chain(core, _decayed(weight_decay, mask), optax.scale_by_learning_rate(learning_rate))


def scale_by_acprop(b1=0.9, b2=0.999, eps=1e-16, eps_root=1e-16):
    def init(params):
        return ScaleByBeliefState(_zero(), optax.tree.zeros_like(params), optax.tree.zeros_like(params))

    def update(updates, state, params=None, **extra):
        mu = optax.tree.update_moment(updates, state.mu, b1, 1)
        nu = optax.tree.update_moment(optax.tree.sub(updates, state.mu), state.nu, b2, 2)
        nu = _map(lambda v: v + eps_root, nu)
        count, initial = safe_increment(state.count), state.count == 0
        known = optax.tree.bias_correction(state.nu, b2, jnp.where(initial, count, state.count))
        result = _map(lambda g, v: g / (jnp.sqrt(jnp.where(initial, 1, v)) + eps), updates, known)
        return result, ScaleByBeliefState(count, mu, nu)

    return GradientTransformation(init, update)


def acprop(learning_rate, b1=0.9, b2=0.999, eps=1e-16, eps_root=1e-16, weight_decay=0.0, mask=None):
    rate = optax.scale_by_learning_rate(learning_rate)
    return optax.chain(scale_by_acprop(b1, b2, eps, eps_root), _decayed(weight_decay, mask), rate)


def scale_by_madgrad(learning_rate, momentum=0.9, eps=1e-6):
    def init(params):
        zeros = optax.tree.zeros_like(params)
        return MadgradState(_zero(), zeros, zeros, params)

    def update(updates, state, params=None, **extra):
        _need(params, "the parameters")
        weight = (_at(learning_rate, state.count) + eps) * jnp.sqrt(state.count + 1)
        squares = _map(lambda q, g: q + (weight * g**2).astype(g.dtype), state.grad_sum_sq, updates)
        s = _map(lambda s, g: s + (weight * g).astype(g.dtype), state.s, updates)
        z = _map(lambda x, s, q: x - s / (jnp.cbrt(q) + eps), state.x0, s, squares)
        result = _map(lambda z, p: (1 - momentum) * z + momentum * p - p, z, params)
        return result, MadgradState(safe_increment(state.count), squares, s, state.x0)

    return GradientTransformation(init, update)


def madgrad(learning_rate, momentum=0.9, weight_decay=0.0, eps=1e-6):
    return optax.chain(optax.add_decayed_weights(weight_decay), scale_by_madgrad(learning_rate, momentum, eps))
