# Clipping, decay, noise and accumulation.


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
    norms = jax.vmap(global_norm)(jax.tree.leaves(grads))
    factors = jnp.nan_to_num(jnp.minimum(l2_norm_clip / norms, 1.0), nan=1.0)
    return jax.tree.map(lambda g: jnp.tensordot(factors, g, axes=1), grads), jnp.sum(factors < 1.0)


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


def unitwise_norm(x, axis=None):
    if axis is not None:
        square = jnp.sum(_square(x), axis=axis, keepdims=True)
    elif sum(1 for n in x.shape if n != 1) <= 1:
        square = jnp.sum(_square(x), keepdims=True)
    elif x.ndim in (2, 3):
        square = jnp.sum(_square(x), axis=0, keepdims=True)
    elif x.ndim == 4:
        square = jnp.sum(_square(x), axis=(0, 1, 2), keepdims=True)
    elif x.ndim == 5:
        square = jnp.sum(_square(x), axis=(0, 1, 2, 3), keepdims=True)
    else:
        raise ValueError(f"adaptive_grad_clip takes arrays of up to 5 dimensions, found the shape {x.shape}: give `axis`")
    return jnp.broadcast_to(jnp.sqrt(square), x.shape)


def unitwise_clip(g_norm, max_norm, grad, div_eps=1e-6):
    return jnp.where(g_norm < max_norm, grad, grad * (max_norm / jnp.maximum(g_norm, div_eps)))


def adaptive_grad_clip(clipping, eps=1e-3, axis=None):
    def rule(g, p):
        return unitwise_clip(unitwise_norm(g, axis), clipping * jnp.maximum(unitwise_norm(p, axis), eps), g)

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

    return GradientTransformationExtraArgs(init, update)


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

    decay = GradientTransformationExtraArgs(init, update)
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

    return GradientTransformationExtraArgs(init, update)


def apply_every(k=1):
    def init(params):
        return ApplyEvery(_zero(), _map(jnp.zeros_like, params))

    def update(updates, state, params=None, **extra):
        place = state.count % k
        total = _map(lambda g, a: (place != 0) * a + g, updates, state.grad_acc)
        updates = _map(lambda a: (place == (k - 1)) * a, total)
        return updates, ApplyEvery(safe_increment(state.count) % k, total)

    return GradientTransformationExtraArgs(init, update)
