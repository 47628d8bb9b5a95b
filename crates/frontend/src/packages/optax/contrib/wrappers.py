# Transformations around others.


def normalize():
    def update(updates, state, params=None, **extra):
        norm = optax.tree.norm(updates)
        return _map(lambda g: g / norm, updates), state

    return GradientTransformation(lambda params: NormalizeState(), update)


def sam(optimizer, adv_optimizer, sync_period=2, reset_state=True, opaque_mode=False, batch_axis_name=None):
    if sync_period < 1:
        raise ValueError("Synchronization period must be >= 1.")

    def init(params):
        cache = None if opaque_mode else params
        return SAMState(_zero(), optimizer.init(params), adv_optimizer.init(params), cache)

    def chosen(condition, yes, no):
        return _map(lambda a, b: condition * a + (1 - condition) * b, yes, no)

    def in_turns(updates, state, params=None, *, grad_fn=None, **extra):
        first, last = state.steps_since_sync == 0, state.steps_since_sync == sync_period - 1
        uphill, adv_state = adv_optimizer.update(updates, state.adv_state, params)
        uphill = _map(lambda x: -x, uphill)
        downhill, opt_state = optimizer.update(updates, state.opt_state, state.cache)
        downhill = _map(lambda c, p, u: c - p + u, state.cache, params, downhill)
        cache = chosen(first, params, state.cache)
        kept = adv_optimizer.init(params) if reset_state else state.adv_state
        after = SAMState(
            (state.steps_since_sync + 1) % sync_period,
            chosen(last, opt_state, state.opt_state),
            chosen(last, kept, adv_state),
            cache,
        )
        return chosen(last, downhill, uphill), after

    def at_once(updates, state, params=None, *, grad_fn=None, **extra):
        _need(grad_fn, "grad_fn when opaque_mode=True")
        moved, gradients, adv_state = params, updates, state.adv_state
        for i in range(sync_period - 1):
            steps, adv_state = adv_optimizer.update(gradients, adv_state, moved)
            moved = optax.apply_updates(moved, _map(lambda x: -x, steps))
            gradients = grad_fn(moved, i)
            if batch_axis_name is not None:
                gradients = jax.lax.pmean(gradients, axis_name=batch_axis_name)
        adv_state = adv_optimizer.init(params) if reset_state else adv_state
        updates, opt_state = optimizer.update(gradients, state.opt_state, params)
        return updates, SAMState(_zero(), opt_state, adv_state, None)

    return GradientTransformation(init, at_once if opaque_mode else in_turns)


def reduce_on_plateau(
    factor=0.1, patience=10, rtol=1e-4, atol=0.0, cooldown=0, accumulation_size=1, min_scale=0.0
):
    if factor <= 0.0 or factor >= 1.0:
        raise ValueError(f"Factor must be in the range (0, 1), got factor = {factor}.")
    if rtol < 0.0 or atol < 0.0 or rtol == atol == 0.0 or rtol > 1.0:
        raise ValueError(f"rtol and atol must not be negative nor both zero, and rtol at most 1: {rtol}, {atol}.")

    def init(params):
        least, most = _dtype_of(params), _dtype_of(params, largest=True)
        best, average = jnp.asarray(float("inf"), most), jnp.asarray(0.0, most)
        return ReduceLROnPlateauState(jnp.asarray(1.0, least), best, _zero(), _zero(), _zero(), average)

    def judged(state):
        better = state.avg_value < (1 - rtol) * state.best_value - atol
        waited = jnp.where(better, 0, safe_increment(state.plateau_count))
        cooling, over = state.cooldown_count > 0, waited == patience
        lower = jnp.maximum(jnp.where(over, state.scale * factor, state.scale), min_scale)
        return ReduceLROnPlateauState(
            scale=jnp.where(cooling, state.scale, lower),
            best_value=jnp.where(better, state.avg_value, state.best_value),
            plateau_count=jnp.where(cooling | over, 0, waited),
            cooldown_count=jnp.where(cooling, state.cooldown_count - 1, jnp.where(over, cooldown, 0)),
            count=_zero(),
            avg_value=jnp.zeros_like(state.avg_value),
        )

    def update(updates, state, params=None, *, value=None, **extra):
        _need(value, "the loss: update(…, value=loss)")
        count, dtype = safe_increment(state.count), state.avg_value.dtype
        average = (state.count * state.avg_value + jnp.asarray(value, dtype)) / count
        state = state._replace(avg_value=average.astype(dtype), count=count)
        state = _map(lambda a, b: jnp.where(count == accumulation_size, a, b), judged(state), state)
        return _map(lambda g: state.scale * g, updates), state

    return GradientTransformation(init, update)


def differentially_private_aggregate(l2_norm_clip, noise_multiplier, key=None, *, seed=None):
    key = seed if key is None else key
    key = jax.random.key(0 if key is None else key) if key is None or isinstance(key, int) else key
    spread = l2_norm_clip * noise_multiplier

    def update(updates, state, params=None, **extra):
        leaves, tree = jax.tree.flatten(updates)
        clipped, _ = optax.per_example_global_norm_clip(leaves, l2_norm_clip)
        keys = jax.random.split(state.rng_key, len(leaves) + 1)
        noise = lambda i, g: spread * jax.random.normal(keys[i + 1], g.shape, g.dtype)
        noised = [(g + noise(i, g)) / leaves[0].shape[0] for i, g in enumerate(clipped)]
        return jax.tree.unflatten(tree, noised), DifferentiallyPrivateAggregateState(keys[0])

    return GradientTransformation(lambda params: DifferentiallyPrivateAggregateState(key), update)


def dpsgd(learning_rate, l2_norm_clip, noise_multiplier, seed, momentum=None, nesterov=False):
    return optax.chain(
        differentially_private_aggregate(l2_norm_clip, noise_multiplier, seed=seed),
        optax.identity() if momentum is None else optax.trace(momentum, nesterov),
        optax.scale_by_learning_rate(learning_rate),
    )


_Parts = namedtuple("_Parts", ["real", "imaginary"])


def split_real_and_imaginary(inner):
    """The inner transformation on the parts of complex leaves."""
    is_parts = lambda x: isinstance(x, _Parts)
    apart = lambda tree: _map(lambda x: _Parts(x.real, x.imag) if jnp.iscomplexobj(x) else x, tree)
    together = lambda tree: _map(lambda x: x.real + x.imaginary * 1j if is_parts(x) else x, tree, is_leaf=is_parts)

    def update(updates, state, params=None, **extra):
        params = params if params is None else apart(params)
        updates, inner_state = inner.update(apart(updates), state.inner_state, params)
        return together(updates), SplitRealAndImaginaryState(inner_state)

    return GradientTransformation(lambda params: SplitRealAndImaginaryState(inner.init(apart(params))), update)
