# Updates.


def apply_updates(params, updates):
    return _map(lambda p, u: jnp.asarray(p + u).astype(jnp.asarray(p).dtype), params, updates)


def incremental_update(new_tensors, old_tensors, step_size):
    return _map(lambda new, old: step_size * new + (1.0 - step_size) * old, new_tensors, old_tensors)


def periodic_update(new_tensors, old_tensors, steps, update_period):
    now = jnp.mod(steps, update_period) == 0
    return jax.lax.cond(now, lambda: new_tensors, lambda: old_tensors)
