# Lifted transforms: those of JAX over functions whose modules have variables.
#
# A transform takes the variables at the modules' places out, by collection, and runs the function with others in
# their place: what JAX's transform makes of them. What the function leaves there goes back afterwards.

broadcast = "<broadcast>"


def intercept_methods(interceptor):
    raise NotImplementedError("nn.intercept_methods is not compiled")


class _Lift:
    """A call of a function whose first arguments are or hold modules."""

    def __init__(self, function, module, args, kwargs, cls=None):
        self.function, self.module, self.args, self.kwargs, self.cls = function, module, args, kwargs, cls
        found = {}
        _map_modules(lambda suffix, m: _collect(m, found), (module, args, kwargs))
        paths = [m.scope.path for m in found.values()]
        self.root = module.scope.root
        self.paths = [p for p in sorted(set(paths)) if not any(p[: len(q)] == q for q in paths if q != p)]

    def take(self, filter):
        """The variables of the collections at each place, and no others."""
        taken = {}
        for name in self.root.variables:
            if allows(filter, name):
                at = [_at(self.root.variables[name], path) for path in self.paths]
                if any(part is not None for part in at):
                    taken[name] = at
        return taken

    def keys(self, filters):
        return {name: key for name, key in self.root.keys.items() if any(allows(f, name) for f in filters)}

    def run(self, groups, keys, mutable, args, kwargs=None):
        """The function with these variables and keys in place: its result, and the variables that it may change."""
        root = self.root
        outer = dict(root.variables), dict(root.keys), root.mutable, root.adopted
        kept = root.mutable
        root.variables.clear()
        for group in groups:
            for name, at in group.items():
                for path, part in zip(self.paths, at):
                    if part is not None:
                        _set(root.variables, (name,) + path, _unshared(part))
        root.keys = keys
        root.mutable = _Both(kept, mutable)
        root.adopted = dict(root.adopted)
        known = {}
        module = _rebound(self.module, known, self.cls)
        again = lambda suffix, m: _rebound(m, known) if m.scope is not None else m
        args, kwargs = _map_modules(again, tuple(args)), _map_modules(again, dict(kwargs or {}))
        try:
            y = self.function(module, *args, **kwargs)
            self.module._state.counts = module._state.counts
            changed = self.take(root.mutable)
        finally:
            root.variables.clear()
            root.variables.update(outer[0])
            root.keys, root.mutable, root.adopted = outer[1:]
        return y, changed

    def publish(self, changed):
        for name, at in changed.items():
            if allows(self.root.mutable, name):
                for path, part in zip(self.paths, at):
                    if part is not None:
                        _set(self.root.variables, (name,) + path, part)


class _Both:
    """What both filters allow; it stands for a filter by holding names."""

    def __init__(self, a, b):
        self.a, self.b = a, b

    def __contains__(self, name):
        return allows(self.a, name) and allows(self.b, name)


class _Any:
    def __init__(self, filters):
        self.filters = filters

    def __contains__(self, name):
        return any(allows(f, name) for f in self.filters)


def _collect(module, found):
    if module.scope is not None and id(module) not in found:
        found[id(module)] = module
        for field in dataclasses.fields(module):
            if field.name != "parent":
                _map_modules(lambda suffix, m: _collect(m, found), getattr(module, field.name))
    return module


def _rebound(module, known, cls=None):
    """A copy of a bound module that knows nothing of its children yet."""
    if id(module) in known:
        return known[id(module)]
    again = lambda suffix, m: _rebound(m, known) if m.scope is not None else m
    fields = [f.name for f in dataclasses.fields(module) if f.init and f.name != "parent"]
    copy = (cls or type(module))(parent=None, **{name: _map_modules(again, getattr(module, name)) for name in fields})
    known[id(module)] = copy
    object.__setattr__(copy, "parent", module.parent)
    object.__setattr__(copy, "scope", module.scope.rewound())
    copy._state.initialized = True
    copy._state.in_compact = module._state.in_compact
    copy._state.counts = dict(module._state.counts)
    return copy


def _at(tree, path):
    for part in path:
        if not isinstance(tree, dict) or part not in tree:
            return None
        tree = tree[part]
    return tree


def _set(tree, path, value):
    for part in path[:-1]:
        tree = tree.setdefault(part, {})
    if path:
        tree[path[-1]] = value


def _part(groups, filter):
    return {name: value for name, value in groups.items() if allows(filter, name)}


def _lifting(name, transform):
    """`nn.<name>(target, …)`: of a class a class with transformed methods, of a function one on modules."""

    def lifted(target, *options, methods=None, **more):
        if hasattr(target, "func") and hasattr(target, "keywords"):
            made = lifted(target.func, *options, methods=methods, **more)
            return functools.partial(made, *target.args, **target.keywords)
        if isinstance(target, type):
            chosen = methods or ("__call__",)
            each = chosen if isinstance(chosen, dict) else {method: more for method in chosen}
            members = {}
            for method, given in each.items():
                members[method] = _method(transform, getattr(target, method), target, options, given)
            return type(name.capitalize() + target.__name__, (target,), members)
        return _method(transform, target, None, options, more)

    return lifted


def _method(transform, function, cls, options, more):
    inner = _wrapped(function) if hasattr(function, "__name__") else _wrapped(lambda *a, **k: function(*a, **k))

    @functools.wraps(inner)
    def method(self, *args, **kwargs):
        if self.scope is None:
            raise ValueError(f"Can't call transformed methods of {type(self).__name__} on unbound modules")
        return transform(_Lift(inner, self, args, kwargs, cls), *options, **more)

    method.wrapped = True
    return method


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
    for part in changed:
        lift.publish(part)
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
        lift.publish(_from_leading(variable_axes[filter], part))
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


def remat_scan(target, lengths=(), policy=None, variable_broadcast=False, variable_carry=False, variable_axes={True: 0}, split_rngs={True: True}):
    raise NotImplementedError("nn.remat_scan is not compiled: write nn.scan(nn.remat(…), …)")


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


def while_loop(cond_fn, body_fn, mdl, init, carry_variables=False, broadcast_variables=True, split_rngs={}):
    lift = _Lift(_wrapped(lambda module, c: body_fn(module, c)), mdl, (init,), {})
    test = _Lift(_wrapped(lambda module, c: cond_fn(module, c)), mdl, (init,), {})
    constant, keys = lift.take(_Both(broadcast_variables, DenyList(carry_variables))), lift.keys(list(split_rngs))

    def keys_of(i):
        split = {name for name in keys if any(allows(f, name) and s for f, s in split_rngs.items())}
        return {name: jax.random.fold_in(key, i) if name in split else key for name, key in keys.items()}

    def body(carry):
        i, variables, c = carry
        c, changed = lift.run([variables, constant], keys_of(i), carry_variables, [c])
        return i + 1, _part(changed, carry_variables), c

    def going_on(carry):
        i, variables, c = carry
        return test.run([variables, constant], keys_of(-i), False, [c])[0]

    _, carried, c = jax.lax.while_loop(going_on, body, (0, lift.take(carry_variables), init))
    lift.publish(carried)
    return c


def switch(index, branches, mdl, *operands, variables=True, rngs=True):
    return _branches(lambda fs, xs: jax.lax.switch(index, fs, *xs), branches, mdl, operands, variables, rngs)


def cond(pred, true_fun, false_fun, mdl, *operands, variables=True, rngs=True):
    choose = lambda fs, xs: jax.lax.cond(pred, fs[0], fs[1], *xs)
    return _branches(choose, (true_fun, false_fun), mdl, operands, variables, rngs)


def _branches(choose, functions, mdl, operands, variables, rngs):
    lifts = [_Lift(_unnamed(f), mdl, operands, {}) for f in functions]
    taken, keys = lifts[0].take(variables), lifts[0].keys([rngs])

    def branch(lift):
        return lambda *xs: lift.run([taken], keys, variables, xs)

    y, changed = choose([branch(lift) for lift in lifts], operands)
    lifts[0].publish(changed)
    return y


def _unnamed(function):
    function = getattr(function, "__func__", function)
    return _wrapped(lambda module, *xs: function(module, *xs))


def vjp(fn, mdl, *primals, has_aux=False, reduce_axes=(), vjp_variables="params", variables=True, rngs=True):
    lift = _Lift(_unnamed(fn), mdl, primals, {})
    others, keys = lift.take(_Both(variables, DenyList(vjp_variables))), lift.keys([rngs])

    def run(group, *xs):
        y, changed = lift.run([group, others], keys, variables, xs)
        y, aux = y if has_aux else (y, ())
        return y, (aux, changed)

    y, bwd, (aux, changed) = jax.vjp(run, lift.take(vjp_variables), *primals, has_aux=True)
    lift.publish(changed)

    def backward(tangent):
        first, *rest = bwd(tangent)
        return ({name: at[0] for name, at in first.items()}, *rest)

    return (y, backward, aux) if has_aux else (y, backward)


def value_and_grad(fn, mdl, *primals, has_aux=False, reduce_axes=(), variables=True, rngs=True):
    lift = _Lift(_unnamed(fn), mdl, primals, {})
    taken, keys = lift.take(variables), lift.keys([rngs])

    def run(*xs):
        y, changed = lift.run([taken], keys, variables, xs)
        y, aux = y if has_aux else (y, ())
        return y, (aux, changed)

    y, bwd, (aux, changed) = jax.vjp(run, *primals, has_aux=True)
    lift.publish(changed)
    gradients = bwd(jnp.ones_like(y))
    return ((y, aux), gradients) if has_aux else (y, gradients)


def grad(fn, mdl, *primals, has_aux=False, reduce_axes=(), variables=True, rngs=True):
    y, gradients = value_and_grad(fn, mdl, *primals, has_aux=has_aux, variables=variables, rngs=rngs)
    return (gradients, y[1]) if has_aux else gradients
