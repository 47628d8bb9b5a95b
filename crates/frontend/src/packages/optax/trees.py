# Functions of trees: `optax.tree` has them without their prefix.


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


def tree_update_moment(updates, moments, decay, order):
    return _map(lambda g, m: (1 - decay) * g**order + decay * m, updates, moments)


def tree_bias_correction(moment, decay, count):
    return _map(lambda m: _debiased(m, decay, count), moment)


bias_correction, update_moment = tree_bias_correction, tree_update_moment


tree_update_moment_per_elem_norm = tree_update_moment


def tree_update_infinity_moment(updates, moments, decay, eps):
    return _map(lambda g, m: jnp.maximum(jnp.abs(g) + eps, decay * m), updates, moments)


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
    return _map(lambda x, other: x.astype(other.dtype), tree, other_tree)


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


def _named_parts(tree):
    """The parts of a node with their names, and how a node is made of others; None of a leaf."""
    if isinstance(tree, tuple) and hasattr(tree, "_fields"):
        return list(zip(tree._fields, tree)), lambda parts: type(tree)(*parts)
    if isinstance(tree, dict):
        return list(tree.items()), lambda parts: dict(zip(tree, parts))
    if isinstance(tree, (tuple, list)):
        return list(enumerate(tree)), type(tree)
    return None


def _named(tree, key):
    node = _named_parts(tree)
    found = []
    for name, part in node[0] if node else []:
        found += ([part] if name == key else []) + _named(part, key)
    return found


def tree_get(tree, key, default=None, filtering=None):
    """The field or entry of that name, anywhere in a state."""
    if filtering is not None:
        raise NotImplementedError("`filtering` is not compiled")
    found = _named(tree, key)
    if len(found) > 1:
        raise KeyError(f"Found multiple values for '{key}' in {tree}.")
    return found[0] if found else default


def tree_set(tree, filtering=None, /, **kwargs):
    """The state with other values in the fields and entries of these names."""
    if filtering is not None:
        raise NotImplementedError("`filtering` is not compiled")
    for key in kwargs:
        if not _named(tree, key):
            raise KeyError(f"Found no values matching '{key}' in {tree}.")

    def replaced(tree):
        node = _named_parts(tree)
        if node is None:
            return tree
        parts, make = node
        return make([kwargs[name] if name in kwargs else replaced(part) for name, part in parts])

    return replaced(tree)
