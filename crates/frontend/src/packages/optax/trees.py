# Functions of trees: `optax.tree` has them without their prefix.


def tree_zeros_like(tree, dtype=None):
    return _map(_zeros(dtype), tree)


def tree_ones_like(tree, dtype=None):
    return _map(lambda p: jnp.ones_like(p, dtype=dtype), tree)


def tree_add(tree_x, tree_y, *other_trees):
    return _map(lambda *leaves: sum(leaves), tree_x, tree_y, *other_trees)


def tree_sub(tree_x, tree_y):
    return _map(lambda x, y: x - y, tree_x, tree_y)


def tree_mul(tree_x, tree_y):
    return _map(lambda x, y: x * y, tree_x, tree_y)


def tree_div(tree_x, tree_y):
    return _map(lambda x, y: x / y, tree_x, tree_y)


def tree_scale(scalar, tree):
    return _map(lambda x: scalar * x, tree)


tree_scalar_mul = tree_scale


def _is_none(x):
    return x is None


def tree_add_scale(tree_x, scalar, tree_y):
    scalar = jnp.asarray(scalar)
    return _map(lambda x, y: None if x is None else x + scalar * y, tree_x, tree_y, is_leaf=_is_none)


tree_add_scalar_mul = tree_add_scale


def tree_vdot(tree_x, tree_y):
    return sum(jax.tree.leaves(_map(jnp.vdot, tree_x, tree_y)))


def tree_sum(tree, associative_reduction=False):
    return sum(jnp.sum(x) for x in jax.tree.leaves(tree))


def tree_max(tree):
    return functools.reduce(jnp.maximum, [jnp.max(x) for x in jax.tree.leaves(tree) if x.size], -float("inf"))


def tree_min(tree):
    return functools.reduce(jnp.minimum, [jnp.min(x) for x in jax.tree.leaves(tree) if x.size], float("inf"))


def tree_norm(tree, ord=None, squared=False):
    if ord is None or ord == 2:
        square = sum(jnp.sum(_square(x)) for x in jax.tree.leaves(tree))
        return square if squared else jnp.sqrt(square)
    if ord == 1:
        norm = tree_sum(_map(jnp.abs, tree))
    elif ord in (jnp.inf, "inf", "infinity"):
        norm = tree_max(_map(jnp.abs, tree))
    else:
        raise ValueError(f"Unsupported ord: {ord}")
    return norm**2 if squared else norm


tree_l2_norm = tree_norm


def tree_cast(tree, dtype):
    return _map(lambda x: _cast(x, dtype), tree)


def _moved(rule, updates, moments):
    """Moments after a step; those of what is not updated are None."""
    return _map(lambda g, m: None if g is None else rule(g, m), updates, moments, is_leaf=_is_none)


def tree_update_moment(updates, moments, decay, order):
    return _moved(lambda g, m: (1 - decay) * g**order + decay * m, updates, moments)


def tree_bias_correction(moment, decay, count):
    return _map(lambda m: _debiased(m, decay, count), moment)


def tree_update_moment_per_elem_norm(updates, moments, decay, order):
    def power(g):
        half = order / 2
        return _square(g) ** (int(half) if half == int(half) else half) if jnp.iscomplexobj(g) else g**order

    return _moved(lambda g, m: (1 - decay) * power(g) + decay * m, updates, moments)


def tree_update_infinity_moment(updates, moments, decay, eps):
    return _moved(lambda g, m: jnp.maximum(jnp.abs(g) + eps, decay * m), updates, moments)


bias_correction, update_moment = tree_bias_correction, tree_update_moment
update_infinity_moment, update_moment_per_elem_norm = tree_update_infinity_moment, tree_update_moment_per_elem_norm


def tree_allclose(a, b, rtol=1e-05, atol=1e-08, equal_nan=False):
    close = _map(lambda x, y: jnp.allclose(x, y, rtol=rtol, atol=atol, equal_nan=equal_nan), a, b)
    return functools.reduce(lambda x, y: x & y, jax.tree.leaves(close), True)


def tree_batch_shape(tree, shape=()):
    return _map(lambda x: jnp.broadcast_to(x, (*shape, *jnp.shape(x))), tree)


def tree_dtype(tree, mixed_dtype_handler=None):
    """The type of all leaves, or of types that differ the widest, the narrowest, or that which can hold all."""
    types = [jnp.asarray(leaf).dtype for leaf in jax.tree.leaves(tree)]
    if not types:
        return jnp.asarray([]).dtype
    if mixed_dtype_handler == "promote":
        return functools.reduce(jnp.promote_types, types)
    if mixed_dtype_handler not in (None, "highest", "lowest"):
        raise ValueError(f"Invalid value for {mixed_dtype_handler=}, possible values are: None, 'promote', 'highest', 'lowest'.")
    chosen = types[0]
    for dtype in types[1:]:
        if mixed_dtype_handler is None and dtype != chosen:
            raise ValueError(f"Expected leaves of one type, found {chosen} and {dtype}.")
        both = jnp.promote_types(chosen, dtype)
        if both not in (chosen, dtype):
            raise ValueError(f"Neither {chosen} nor {dtype} can be promoted to the other.")
        if (both == chosen) == (mixed_dtype_handler == "lowest"):
            chosen = dtype
    return chosen


def _is_key(x):
    return hasattr(x, "dtype") and jax.dtypes.issubdtype(x.dtype, jax.dtypes.prng_key)


def tree_unwrap_random_key_data(input_tree):
    return _map(lambda x: jax.random.key_data(x) if _is_key(x) else x, input_tree, is_leaf=_is_key)


def tree_full_like(tree, fill_value, dtype=None):
    return _map(lambda x: jnp.full_like(x, fill_value, dtype=dtype), tree)


def tree_clip(tree, min_value=None, max_value=None):
    return _map(lambda x: jnp.clip(x, min_value, max_value), tree)


def tree_where(condition, tree_x, tree_y):
    return _map(lambda x, y: jnp.where(condition, x, y), tree_x, tree_y)


def tree_conj(tree):
    return _map(jnp.conj, tree)


def tree_real(tree):
    return _map(jnp.real, tree)


def tree_cast_like(tree, other_tree):
    return _map(lambda x, other: x.astype(other.dtype) if hasattr(other, "dtype") else x, tree, other_tree)


def tree_size(tree):
    return sum(jnp.size(x) for x in jax.tree.leaves(tree))


def tree_split_key_like(rng_key, target_tree):
    leaves, structure = jax.tree.flatten(target_tree)
    keys = jax.random.split(rng_key, len(leaves))
    return jax.tree.unflatten(structure, [keys[i] for i in range(len(leaves))])


def tree_random_like(rng_key, target_tree, sampler=jax.random.normal, dtype=None):
    leaves, structure = jax.tree.flatten(target_tree)
    keys = jax.random.split(rng_key, len(leaves))
    draws = [sampler(keys[i], x.shape, dtype or x.dtype) for i, x in enumerate(leaves)]
    return jax.tree.unflatten(structure, draws)
