# Lifted transforms that repeat, map and keep.


def _plain(lift, variables=True, rngs=True, **options):
    y, changed = lift.run([lift.take(variables)], lift.keys([rngs]), variables, lift.args, lift.kwargs)
    lift.publish(changed)
    return y


jit = _lifting("jit", _plain)


def named_call(class_fn, force=True):
    return class_fn


def add_metadata_axis(target, *args, **kwargs):
    return target


def _checkpoint(
    lift, variables=True, rngs=True, concrete=False, prevent_cse=True, static_argnums=(), policy=None
):
    static = as_tuple(static_argnums)
    free = [i for i in range(len(lift.args)) if i + 1 not in static and i not in [s % 1000 for s in static if s < 0]]

    def body(groups, keys, values, kwargs):
        args = list(lift.args)
        for i, value in zip(free, values):
            args[i] = value
        return lift.run([groups], keys, variables, args, kwargs)

    values = [lift.args[i] for i in free]
    y, changed = jax.checkpoint(body, prevent_cse=prevent_cse, policy=policy)(
        lift.take(variables), lift.keys([rngs]), values, lift.kwargs
    )
    lift.publish(changed)
    return y


checkpoint = remat = _lifting("checkpoint", _checkpoint)


def _leading(axis, tree):
    return jax.tree.map(lambda x: jnp.moveaxis(x, axis, 0), tree)


def _from_leading(axis, tree):
    return jax.tree.map(lambda x: jnp.moveaxis(x, 0, axis), tree)


def _split(lift, split_rngs, n):
    keys = lift.keys(list(split_rngs))
    divided = {name for name in keys if any(allows(f, name) and split for f, split in split_rngs.items())}
    return {name: jax.random.split(keys[name], n) for name in divided}, {
        name: key for name, key in keys.items() if name not in divided
    }


def _size(given, axes, trees, what):
    sizes = set()
    for axis, tree in zip(axes, trees):
        if axis is not None and axis is not broadcast:
            sizes.update(leaf.shape[axis] for leaf in jax.tree.leaves(tree)[:1])
    if given is not None:
        return given
    if len(sizes) != 1:
        raise ValueError(f"{what} should be specified manually." if not sizes else f"Inconsistent sizes: {sizes}")
    return sizes.pop()


def _axes(axes, args):
    return list(axes) if isinstance(axes, (tuple, list)) else [axes] * len(args)


def _vmap(
    lift, variable_axes={}, split_rngs={}, in_axes=0, out_axes=0, axis_size=None, axis_name=None,
    spmd_axis_name=None, metadata_params={},
):
    variable_axes, split_rngs = dict(variable_axes), dict(split_rngs)
    groups = {filter: lift.take(filter) for filter in variable_axes}
    axes = _axes(in_axes, lift.args)
    known = [(axis, groups[filter]) for filter, axis in variable_axes.items()]
    n = _size(
        axis_size, axes + [a for a, _ in known], list(lift.args) + [g for _, g in known], "axis_size"
    )
    divided, shared = _split(lift, split_rngs, n)
    mutable = _Any(list(variable_axes))

    def body(groups, keys, args):
        y, changed = lift.run(list(groups), {**shared, **keys}, mutable, args, lift.kwargs)
        return y, [_part(changed, filter) for filter in variable_axes]

    order = list(variable_axes)
    y, changed = jax.vmap(
        body,
        in_axes=([variable_axes[f] for f in order], 0, axes),
        out_axes=(out_axes, [variable_axes[f] for f in order]),
        axis_name=axis_name,
        axis_size=n,
    )([groups[f] for f in order], divided, list(lift.args))
    for filter, part in zip(order, changed):
        axis = variable_axes[filter]
        lift.publish(part if axis is None else _with_axis(part, axis, metadata_params))
    return y


vmap = _lifting("vmap", _vmap)


def _scan(
    lift, variable_axes={}, variable_broadcast=False, variable_carry=False, split_rngs={}, in_axes=0, out_axes=0,
    length=None, reverse=False, unroll=1, _split_transpose=False, data_transform=None, metadata_params={},
    check_constancy_invariants=True,
):
    variable_axes, split_rngs = dict(variable_axes), dict(split_rngs)
    init, args = lift.args[0], list(lift.args[1:])
    axes = _axes(in_axes, args)
    n = _size(length, axes, args, "length")
    divided, shared = _split(lift, split_rngs, n)
    mutable = _Any([variable_broadcast, variable_carry] + list(variable_axes))
    order = list(variable_axes)
    carried = lift.take(variable_carry)
    stacked = [_leading(variable_axes[f], lift.take(f)) for f in order]
    moved = [() if axis is broadcast else _leading(axis, x) for axis, x in zip(axes, args)]
    constant = [lift.take(variable_broadcast)]

    def step(carry, xs):
        variables, c = carry
        stacked, keys, moved = xs
        values = [arg if axis is broadcast else x for axis, arg, x in zip(axes, args, moved)]
        (c, y), changed = lift.run(
            constant + [variables] + list(stacked), {**shared, **keys}, mutable, [c] + values, lift.kwargs
        )
        return c, y, changed

    if check_constancy_invariants:
        # The same for all steps, and made by the first: broadcast variables.
        first = jax.tree.map(lambda x: x[0], (stacked, divided, moved))
        _, _, changed = step((carried, init), first)
        lift.publish(_part(changed, variable_broadcast))
        constant = [lift.take(variable_broadcast)]
        if variable_carry is not False and not carried:
            carried = _part(changed, variable_carry)

    counters = _copied(lift.module.scope.counters)

    def body(carry, xs):
        _restore(lift.module.scope.counters, counters)
        c, y, changed = step(carry, xs)
        return (_part(changed, variable_carry) if carried else carried, c), (y, [_part(changed, f) for f in order])

    (carried, c), (ys, changed) = jax.lax.scan(
        body, (carried, init), (stacked, divided, moved), length=n, reverse=reverse, unroll=unroll
    )
    lift.publish(carried)
    for filter, part in zip(order, changed):
        moved = _from_leading(variable_axes[filter], part)
        lift.publish(_with_axis(moved, variable_axes[filter], metadata_params))
    if isinstance(out_axes, (tuple, list)):
        ys = tuple(_from_leading(axis, y) for axis, y in zip(out_axes, ys))
    elif out_axes != 0:
        ys = _from_leading(out_axes, ys)
    return c, ys


scan = _lifting("scan", _scan)


def _copied(counters):
    return {
        "own": dict(counters["own"]),
        "children": {name: _copied(child) for name, child in counters["children"].items()},
    }


def _restore(counters, saved):
    counters["own"].clear()
    counters["own"].update(saved["own"])
    for name, child in counters["children"].items():
        _restore(child, saved["children"].get(name, _counters()))


def _remat_scan(
    lift, lengths=(), policy=None, variable_broadcast=False, variable_carry=False, variable_axes={True: 0},
    split_rngs={True: True},
):
    options = dict(
        variable_broadcast=variable_broadcast, variable_carry=variable_carry, variable_axes=variable_axes,
        split_rngs=split_rngs,
    )

    def repeated(function, lengths):
        """The function as often as the product of the lengths; what is kept is the square root of that, or less."""
        if len(lengths) == 1:
            step = lambda module, c: (function(module, c), ())
        else:
            inner = repeated(function, lengths[1:])
            step = lambda module, c: (inner(module, c), ())
            step = _method(_checkpoint, step, None, (), dict(policy=policy, prevent_cse=False))
        loop = _method(_scan, step, None, (), dict(length=lengths[0], **options))
        return lambda module, c: loop(module, c)[0]

    return repeated(lift.function, tuple(lengths))(lift.module, *lift.args)


remat_scan = _lifting("remat_scan", _remat_scan)


def _map_variables(
    lift, mapped_collections="params", trans_in_fn=lambda x: x, trans_out_fn=lambda x: x, init=False, mutable=False,
    rngs=True, variables=True,
):
    others = _Both(variables, DenyList(mapped_collections))
    keys = lift.keys([rngs])

    def mapped(function, groups):
        """The function of all collections at each place."""
        results = {}
        for i in range(len(lift.paths)):
            there = function({name: at[i] for name, at in groups.items() if at[i] is not None})
            for name, value in there.items():
                results.setdefault(name, [None] * len(lift.paths))[i] = value
        return results

    target = lift.take(mapped_collections)
    if init and lift.root.mutable is not False:
        counters = _copied(lift.module.scope.counters)
        _, changed = lift.run([target, lift.take(others)], keys, True, lift.args, lift.kwargs)
        target = {**target, **mapped(trans_out_fn, _part(changed, mapped_collections))}
    allowed = True if mutable or init else DenyList(mapped_collections)
    y, changed = lift.run(
        [mapped(trans_in_fn, target), lift.take(others)], keys, allowed, lift.args, lift.kwargs
    )
    if mutable or init:
        kept = mapped(trans_out_fn, _part(changed, mapped_collections)) if mutable else target
        lift.publish({**target, **kept})
    lift.publish(_part(changed, others))
    return y


map_variables = _lifting("map_variables", _map_variables)
