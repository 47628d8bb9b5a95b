# Averages in place of schedules.


def schedule_free_eval_params(state, params):
    return _map(lambda y, z: (y - (1.0 - state.b1) * z) / state.b1, params, state.z)


def schedule_free(base_optimizer, learning_rate, b1=0.9, weight_lr_power=2.0, state_dtype=None):
    def init(params):
        dtype = _dtype_of(params)
        z = params if state_dtype is None else optax.tree.cast(params, state_dtype)
        zero, one = jnp.zeros([], dtype), jnp.ones([], jnp.int32)
        return ScheduleFreeState(jnp.asarray(b1, dtype), zero, one, zero, base_optimizer.init(params), z)

    def update(grads, state, params=None, **extra):
        _need(params, "the parameters")
        rate = learning_rate
        if callable(rate):
            rate = jnp.asarray(rate(state.step_count), state.max_lr.dtype)
        largest = jnp.maximum(state.max_lr, rate)
        weight = largest**weight_lr_power
        total = state.weight_sum + weight
        share = jnp.nan_to_num(weight / total, nan=0.0, posinf=jnp.inf)
        share = jnp.where(jnp.isnan(weight) | jnp.isnan(total), jnp.nan, share)
        steps, inner = base_optimizer.update(grads, state.base_optimizer_state, params, **extra)
        z = _map(lambda p, u: jnp.asarray(p + u).astype(p.dtype), state.z, steps)
        x = _map(lambda y, z: (y - (1.0 - b1) * z) / b1, params, state.z)
        x = _map(lambda x, z: (1.0 - share) * x + share * z, x, z)
        updates = _map(lambda x, z, p: b1 * x + (1.0 - b1) * z - p, x, z, params)
        return updates, ScheduleFreeState(state.b1, total, safe_increment(state.step_count), largest, inner, z)

    return GradientTransformation(init, update)


def _warmed_up(learning_rate, steps):
    if steps is None:
        return learning_rate
    return optax.warmup_constant_schedule(init_value=0, peak_value=learning_rate, warmup_steps=steps)


def schedule_free_sgd(
    learning_rate=1.0, warmup_steps=None, b1=0.9, weight_decay=None, weight_lr_power=2.0, state_dtype=None
):
    rate = _warmed_up(learning_rate, warmup_steps)
    optimizer = optax.sgd(rate)
    if weight_decay is not None:
        optimizer = optax.chain(optax.add_decayed_weights(weight_decay), optimizer)
    return schedule_free(optimizer, rate, b1, weight_lr_power, state_dtype)


def schedule_free_adamw(
    learning_rate=0.0025, warmup_steps=None, b1=0.9, b2=0.999, eps=1e-8, weight_decay=0.0, weight_lr_power=2.0,
    state_dtype=None,
):
    rate = _warmed_up(learning_rate, warmup_steps)
    optimizer = optax.chain(
        optax.scale_by_rms(decay=b2, eps=eps, eps_in_sqrt=False, bias_correction=True),
        optax.add_decayed_weights(weight_decay),
        optax.scale_by_learning_rate(rate),
    )
    return schedule_free(optimizer, rate, b1, weight_lr_power, state_dtype)
