# Transforms that map over arrays, repeat and branch.


class Carry:
    """Marks what a step of `scan` gives to the next one."""


class StateAxes:
    """The axes of an object's variables, by filter."""

    def __init__(self, filter_axes):
        self.filters, self.axes = tuple(filter_axes), tuple(filter_axes.values())

    def keys(self):
        return self.filters

    def items(self):
        return list(zip(self.filters, self.axes))

    def __getitem__(self, filter):
        return self.axes[self.filters.index(filter)]

    def of(self, path, variable):
        for filter, axis in self.items():
            if _filter(filter)(path, variable):
                return axis
        raise ValueError(f"no filter of StateAxes takes the variable {'.'.join(str(key) for key in path)}")


def _is_object(x):
    return isinstance(x, (Pytree, Variable, State))


def _spread(prefix, tree):
    """The parts of a tree, which are objects and arrays, each with what a prefix of the tree says of it."""
    if _is_object(tree):
        return [(tree, prefix)]
    if isinstance(tree, (tuple, list)):
        prefixes = prefix if isinstance(prefix, (tuple, list)) else (prefix,) * len(tree)
        if len(prefixes) != len(tree):
            raise ValueError(f"{len(prefixes)} axes are given for {len(tree)} values")
        return [part for p, x in zip(prefixes, tree) for part in _spread(p, x)]
    if isinstance(tree, dict):
        of = prefix if isinstance(prefix, dict) else {key: prefix for key in tree}
        return [part for key in sorted(tree) for part in _spread(of[key], tree[key])]
    return [(leaf, prefix) for leaf in jax.tree.leaves(tree, is_leaf=_is_object)]


class _Slots:
    """The arrays of a tree, each with its axis: its own leaves, and the values of the variables of its objects."""

    def __init__(self, tree, prefix=0, known=()):
        self.tree = tree
        self.leaves, self.structure = jax.tree.flatten(tree, is_leaf=_is_object)
        self.places, self.axes, self.variables = [], [], []
        seen = set(_identity(v) for v in known)
        for place, (leaf, axis) in enumerate(_spread(prefix, tree)):
            if not _is_object(leaf):
                self._add(place, None, axis)
                continue
            for path, v in _variables_of(leaf):
                if _identity(v) not in seen:
                    seen.add(_identity(v))
                    self._add(place, v, axis.of(path, _leaf_of(v)) if isinstance(axis, StateAxes) else axis)

    def _add(self, place, variable, axis):
        self.places.append(place)
        self.variables.append(variable)
        self.axes.append(axis)

    def values(self):
        slots = zip(self.places, self.variables)
        return [self.leaves[place] if v is None else v.value for place, v in slots]

    def put(self, values):
        """The tree with other arrays; variables get theirs."""
        leaves = list(self.leaves)
        for place, v, value in zip(self.places, self.variables, values):
            if v is None:
                leaves[place] = value
            else:
                v.value = value
        return jax.tree.unflatten(self.structure, leaves)

    def objects(self):
        return [v for v in self.variables if v is not None]

    def chosen(self, wanted):
        """The numbers of those whose axis is wanted."""
        return [i for i, axis in enumerate(self.axes) if wanted(axis)]


def _called_with(slots, values, run):
    """What `run` makes of the tree with these values. The variables have their own values again afterwards."""
    before = [v.value for v in slots.objects()]
    try:
        return run(slots.put(values))
    finally:
        for v, value in zip(slots.objects(), before):
            v.value = value


def _leading(axis, x):
    return x if axis == 0 else jnp.moveaxis(x, axis, 0)


def _at_axis(axis, x):
    return x[0] if axis is None else x if axis == 0 else jnp.moveaxis(x, 0, axis)


def vmap(
    f=None, *, in_axes=0, out_axes=0, axis_name=None, axis_size=None, spmd_axis_name=None, transform_metadata={}, **options
):
    if f is None:
        return functools.partial(
            vmap, in_axes=in_axes, out_axes=out_axes, axis_name=axis_name, axis_size=axis_size
        )

    @functools.wraps(f)
    def called(*args):
        axes = tuple(in_axes) if isinstance(in_axes, list) else in_axes
        slots = _Slots(args, axes)
        results = {}

        def pure(values):
            def run(args):
                out = f(*args)
                # Variables that the arguments' objects did not have before, as where `__init__` is mapped.
                made = results["made"] = _Slots(args, axes, slots.objects())
                of = results["of"] = _Slots(out, out_axes, slots.objects() + made.objects())
                return of.values(), [v.value for v in slots.objects()], [v.value for v in made.objects()]

            return _called_with(slots, values, run)

        out, changed, made = jax.vmap(pure, in_axes=(slots.axes,), axis_name=axis_name, axis_size=axis_size)(slots.values())
        axes = [axis for axis, v in zip(slots.axes, slots.variables) if v is not None]
        for v, axis, value in zip(slots.objects(), axes, changed):
            v.value = _at_axis(axis, value)
        new = results["made"]
        axes = [axis for axis, v in zip(new.axes, new.variables) if v is not None]
        for v, axis, value in zip(new.objects(), axes, made):
            v.value = _at_axis(axis, value)
        of = results["of"]
        return of.put([_at_axis(axis, x) for axis, x in zip(of.axes, out)])

    return called


def scan(
    f=None, *, length=None, reverse=False, unroll=1, _split_transpose=False, in_axes=(Carry, 0), out_axes=(Carry, 0),
    transform_metadata={}, **options
):
    if f is None:
        return functools.partial(
            scan, length=length, reverse=reverse, unroll=unroll, in_axes=in_axes, out_axes=out_axes
        )

    @functools.wraps(f)
    def called(*args):
        slots = _Slots(args, tuple(in_axes) if isinstance(in_axes, list) else in_axes)
        carried = slots.chosen(lambda axis: axis is Carry)
        stacked = slots.chosen(lambda axis: isinstance(axis, int))
        constant = slots.chosen(lambda axis: axis is None)
        values = slots.values()
        results = {}

        def step(carry, xs):
            now = list(values)
            for i, value in list(zip(carried, carry)) + list(zip(stacked, xs)):
                now[i] = value

            def run(args):
                started = [slots.variables[i] and slots.variables[i].value for i in constant]
                out = f(*args)
                for i, value in zip(constant, started):
                    if slots.variables[i] is not None and slots.variables[i].value is not value:
                        raise ValueError("a variable that nnx.scan broadcasts is changed: give it an axis or carry it")
                of = results["of"] = _Slots(out, out_axes, slots.objects())
                given = of.values()
                arrays = iter([given[i] for i in of.chosen(lambda axis: axis is Carry)])
                carry = [next(arrays) if slots.variables[i] is None else slots.variables[i].value for i in carried]
                ys = [given[i] for i in of.chosen(lambda axis: axis is not Carry)]
                changed = [slots.variables[i].value for i in stacked if slots.variables[i] is not None]
                return carry, (ys, changed)

            return _called_with(slots, now, run)

        carry, (ys, changed) = jax.lax.scan(
            step,
            [values[i] for i in carried],
            [_leading(slots.axes[i], values[i]) for i in stacked],
            length=length,
            reverse=reverse,
            unroll=unroll,
        )
        ended = dict(zip(carried, carry))
        moving = [i for i in stacked if slots.variables[i] is not None]
        ended.update({i: _at_axis(slots.axes[i], x) for i, x in zip(moving, changed)})
        for i, value in ended.items():
            if slots.variables[i] is not None:
                slots.variables[i].value = value
        of = results["of"]
        arrays, rest = iter([x for i, x in zip(carried, carry) if slots.variables[i] is None]), iter(ys)
        return of.put([next(arrays) if axis is Carry else _at_axis(axis, next(rest)) for axis in of.axes])

    return called


def _changing(slots, f):
    """The function of arrays that gives its result's arrays, and the values that the variables have then."""
    results = {}

    def pure(*values):
        def run(args):
            results["of"] = _Slots(f(*args), 0, slots.objects())
            return results["of"].values(), [v.value for v in slots.objects()]

        return _called_with(slots, values, run)

    return pure, results


def _ended(slots, results, out, changed):
    for v, value in zip(slots.objects(), changed):
        v.value = value
    return results["of"].put(out)


def cond(pred, true_fun, false_fun, *operands, **options):
    return switch(jnp.asarray(pred).astype(jnp.int32), (false_fun, true_fun), *operands)


def switch(index, branches, *operands):
    slots = _Slots(operands)
    branches = [_changing(slots, branch) for branch in branches]
    out, changed = jax.lax.switch(index, [pure for pure, _ in branches], *slots.values())
    return _ended(slots, branches[0][1], out, changed)


def while_loop(cond_fun, body_fun, init_val, *, graph=None, graph_updates=None):
    slots = _Slots((init_val,))

    def going_on(values):
        return _called_with(slots, values, lambda args: cond_fun(*args))

    def body(values):
        return _called_with(slots, values, lambda args: _next_values(slots, body_fun(*args)))

    return slots.put(jax.lax.while_loop(going_on, body, slots.values()))[0]


def fori_loop(lower, upper, body_fun, init_val, *, unroll=None):
    slots = _Slots((init_val,))

    def body(i, values):
        return _called_with(slots, values, lambda args: _next_values(slots, body_fun(i, *args)))

    return slots.put(jax.lax.fori_loop(lower, upper, body, slots.values(), unroll=unroll))[0]


def _next_values(slots, out):
    leaves = jax.tree.leaves((out,), is_leaf=_is_object)
    return [leaves[place] if v is None else v.value for place, v in zip(slots.places, slots.variables)]
