# Transforms.


class _Held:
    """The variables that arguments hold, by argument, and how to run a function with other values in them."""

    def __init__(self, names, args, kwargs):
        self.variables, seen = {}, {}
        for name, arg in list(zip(names, args)) + list(kwargs.items()):
            found = []
            for path, object in _held_objects(arg):
                _walk(object, path, seen, found)
            found = [(path, v) for path, v in found if isinstance(v, Variable)]
            if found:
                self.variables[name] = found

    def all(self):
        return [v for found in self.variables.values() for _, v in found]

    def values(self):
        return {
            name: _nested([(path, v.value) for path, v in found]) for name, found in self.variables.items()
        }

    def set(self, values):
        for name, found in self.variables.items():
            for path, v in found:
                value = values[name]
                for key in path:
                    value = value[_text(key)]
                v.value = value


def _text(key):
    return key if isinstance(key, str) else str(key)


def _nested(flat):
    tree = {}
    for path, value in flat:
        place = tree
        for key in path[:-1]:
            place = place.setdefault(_text(key), {})
        if path:
            place[_text(path[-1])] = value
        else:
            tree = value
    return tree


def _holds_values(x):
    return not is_host(x) and isinstance(x, (Pytree, Variable))


def _held_objects(arg):
    """The objects in an argument, which is one or a tree of them and arrays."""
    if is_host(arg):
        return []
    leaves, _ = jax.tree_util.tree_flatten_with_path(arg, is_leaf=_holds_values)
    return [
        (tuple(getattr(k, "key", getattr(k, "idx", getattr(k, "name", None))) for k in path), leaf)
        for path, leaf in leaves
        if _holds_values(leaf)
    ]


def _apart(args):
    """Arguments without their objects, and how to put them together again."""
    if is_host(args):
        return [args], lambda rest: rest[0]
    leaves, tree = jax.tree.flatten(args, is_leaf=_holds_values)
    places = [i for i, leaf in enumerate(leaves) if not _holds_values(leaf)]

    def together(rest):
        full = list(leaves)
        for place, leaf in zip(places, rest):
            full[place] = leaf
        return jax.tree.unflatten(tree, full)

    return [leaves[place] for place in places], together


def _names(function, count):
    names = list(parameter_names(function))[:count]
    return names + [f"arg{i}" for i in range(len(names), count)]


def jit(fun=None, *, static_argnums=None, static_argnames=None, **options):
    if fun is None:
        return functools.partial(jit, static_argnums=static_argnums, static_argnames=static_argnames, **options)
    by_number = () if static_argnums is None else as_tuple(static_argnums)
    by_name = () if static_argnames is None else as_tuple(static_argnames)
    compiled = {}
    now = {}

    @functools.wraps(fun)
    def called(*args, **kwargs):
        names = _names(fun, len(args))
        still = {n: a for i, (n, a) in enumerate(zip(names, args)) if i in by_number or n in by_name}
        still.update({n: a for n, a in kwargs.items() if n in by_name})
        moving = {n: a for n, a in list(zip(names, args)) + list(kwargs.items()) if n not in still}
        held = _Held(list(moving), list(moving.values()), {})
        apart = {name: _apart(arg) for name, arg in moving.items()}
        now.update(
            held=held, apart=apart, still=still, names=names, by_name=list(kwargs), moving=moving, made=[], slots=None
        )
        which = repr(sorted(still.items()))
        if which not in compiled:

            def step(state, data):
                held, apart = now["held"], now["apart"]
                before = [v.value for v in held.all()]
                still = now["still"]
                whole = {name: together(data.get(name, [])) for name, (_, together) in apart.items()}
                whole = {**whole, **still}
                held.set(state)
                try:
                    loss = fun(*[whole[n] for n in now["names"]], **{n: whole[n] for n in now["by_name"]})
                    if any(isinstance(leaf, Pytree) for leaf in jax.tree.leaves(loss, is_leaf=_is_object)):
                        # Objects that it made, or gives back.
                        now["slots"] = _Slots(loss, known=held.all())
                        loss = now["slots"].values()
                    state, known = held.values(), [_identity(v) for v in held.all()]
                    after = _Held(list(now["moving"]), list(now["moving"].values()), {})
                    now["made"] = [v for v in after.all() if _identity(v) not in known]
                    if now["made"]:
                        # Variables that the arguments' objects did not have before.
                        loss = (loss, [v.value for v in now["made"]])
                finally:
                    for v, value in zip(held.all(), before):
                        v.value = value
                return loss, state

            compiled[which] = jax.jit(step)
        data = {}
        for name, (rest, _) in apart.items():
            if rest:
                data[name] = rest
        result, state = compiled[which](held.values(), data)
        held.set(state)
        if now["made"]:
            result, values = result
            for v, value in zip(now["made"], values):
                v.value = value
        return result if now["slots"] is None else now["slots"].put(result)

    return called


class DiffState:
    def __init__(self, argnum, filter):
        self.argnum, self.filter = argnum, filter


def _gradient(f, argnums, has_aux, with_value, options):
    several = isinstance(argnums, (tuple, list))
    wanted = [a if isinstance(a, DiffState) else DiffState(a, Param) for a in (argnums if several else (argnums,))]

    @functools.wraps(f)
    def called(*args, **kwargs):
        held = _Held([f"arg{i}" for i in range(len(args))], args, kwargs)
        everything = held.all()
        chosen = []
        for want in wanted:
            arg = args[want.argnum]
            if isinstance(arg, (Pytree, State)):
                test = _filter(want.filter)
                chosen.append([(path, v) for path, v in _variables_of(arg) if test(path, _leaf_of(v))])
            else:
                chosen.append(None)
        given = [
            args[want.argnum] if found is None else [v.value for _, v in found]
            for want, found in zip(wanted, chosen)
        ]
        before = [v.value for v in everything]

        def pure(given):
            whole = list(args)
            for want, found, values in zip(wanted, chosen, given):
                if found is None:
                    whole[want.argnum] = values
                else:
                    for (_, v), value in zip(found, values):
                        v.value = value
            started = [v.value for v in everything]
            try:
                y = f(*whole, **kwargs)
                changed = {i: v.value for i, v in enumerate(everything) if v.value is not started[i]}
            finally:
                for v, value in zip(everything, before):
                    v.value = value
                for found, values in zip(chosen, kept):
                    for (_, v), value in zip(found or [], values or []):
                        v.value = value
            y, aux = y if has_aux else (y, None)
            return y, (aux, changed)

        kept = [None if found is None else [v.value for _, v in found] for found in chosen]
        (y, (aux, changed)), gradients = jax.value_and_grad(pure, has_aux=True, **options)(given)
        for i, value in changed.items():
            everything[i].value = value
        states = [
            g if found is None else State.from_flat_path({p: v.replace(x) for (p, v), x in zip(found, g)})
            for found, g in zip(chosen, gradients)
        ]
        gradients = tuple(states) if several else states[0]
        if with_value:
            return ((y, aux) if has_aux else y), gradients
        return (gradients, aux) if has_aux else gradients

    return called


def value_and_grad(f=None, *, argnums=0, has_aux=False, **options):
    if f is None:
        return functools.partial(value_and_grad, argnums=argnums, has_aux=has_aux, **options)
    return _gradient(f, argnums, has_aux, True, _gradient_options(options))


def grad(f=None, *, argnums=0, has_aux=False, **options):
    if f is None:
        return functools.partial(grad, argnums=argnums, has_aux=has_aux, **options)
    return _gradient(f, argnums, has_aux, False, _gradient_options(options))


def _gradient_options(options):
    return {name: options[name] for name in ("holomorphic", "allow_int") if name in options}


def remat(f=None, *, prevent_cse=True, static_argnums=(), policy=None):
    if f is None:
        return functools.partial(remat, prevent_cse=prevent_cse, static_argnums=static_argnums, policy=policy)

    @functools.wraps(f)
    def called(*args, **kwargs):
        held = _Held([f"arg{i}" for i in range(len(args))], args, kwargs)
        rest, together = _apart((args, kwargs))

        def pure(state, rest):
            before = [v.value for v in held.all()]
            held.set(state)
            try:
                args, kwargs = together(rest)
                return f(*args, **kwargs), held.values()
            finally:
                for v, value in zip(held.all(), before):
                    v.value = value

        y, state = jax.checkpoint(pure, prevent_cse=prevent_cse, policy=policy)(held.values(), rest)
        held.set(state)
        return y

    return called


checkpoint = remat


def eval_shape(f, *args, **kwargs):
    return jax.eval_shape(f, *args, **kwargs)
