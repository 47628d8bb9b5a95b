# Updates.


def apply_updates(params, updates):
    return _map(lambda p, u: jnp.asarray(p + u).astype(jnp.asarray(p).dtype), params, updates)


def incremental_update(new_tensors, old_tensors, step_size):
    return _map(lambda new, old: step_size * new + (1.0 - step_size) * old, new_tensors, old_tensors)


def periodic_update(new_tensors, old_tensors, steps, update_period):
    now = jnp.mod(steps, update_period) == 0
    return jax.lax.cond(now, lambda: new_tensors, lambda: old_tensors)


def tree_zeros_like(tree, dtype=None):
    return _map(_zeros(dtype), tree)


def tree_ones_like(tree, dtype=None):
    return _map(lambda p: jnp.ones_like(p, dtype=dtype), tree)


def tree_add(tree_x, tree_y):
    return _map(lambda x, y: x + y, tree_x, tree_y)


def tree_sub(tree_x, tree_y):
    return _map(lambda x, y: x - y, tree_x, tree_y)


def tree_mul(tree_x, tree_y):
    return _map(lambda x, y: x * y, tree_x, tree_y)


def tree_div(tree_x, tree_y):
    return _map(lambda x, y: x / y, tree_x, tree_y)


def tree_scale(scalar, tree):
    return _map(lambda x: scalar * x, tree)


tree_scalar_mul = tree_scale


def tree_add_scale(tree_x, scalar, tree_y):
    return _map(lambda x, y: x + scalar * y, tree_x, tree_y)


tree_add_scalar_mul = tree_add_scale


def tree_vdot(tree_x, tree_y):
    return sum(jnp.vdot(x, y) for x, y in zip(jax.tree.leaves(tree_x), jax.tree.leaves(tree_y)))


def tree_sum(tree):
    return sum(jnp.sum(x) for x in jax.tree.leaves(tree))


def tree_norm(tree, ord=2, squared=False):
    square = sum(jnp.sum(_square(x)) for x in jax.tree.leaves(tree))
    return square if squared else jnp.sqrt(square)


tree_l2_norm = tree_norm


def tree_cast(tree, dtype):
    return _map(lambda x: _cast(x, dtype), tree)


def tree_update_moment(updates, moments, decay, order):
    return _map(lambda g, m: (1 - decay) * g**order + decay * m, updates, moments)


def tree_bias_correction(moment, decay, count):
    return _map(lambda m: _debiased(m, decay, count), moment)


bias_correction, update_moment = tree_bias_correction, tree_update_moment
