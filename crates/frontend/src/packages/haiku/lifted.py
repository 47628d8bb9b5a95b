# Transforms of JAX over functions that use modules: parameters, state and keys go in and come out as values.

_Internal = namedtuple("_Internal", ["params", "state", "rng"])


def _internal(params=True):
    frame = _frame()
    rng = None if frame.rng is None else frame.rng.internal_state
    return _Internal(_two_levels(frame.params) if params else None, _two_levels(frame.state), rng)


def _keep(internal):
    """The frame goes on with what a transformed function left."""
    frame = _frame()
    if frame.creates and internal.params is not None:
        _merge(frame.params, internal.params)
    _merge(frame.state, internal.state)
    if internal.rng is not None:
        frame.rng.replace_internal_state(internal.rng)


def _merge(bundles, others):
    for bundle, entries in others.items():
        bundles.setdefault(bundle, {}).update(entries)


def _inside(internal, f, args, kwargs={}, shares_names=False):
    """The function where parameters, state and keys are these; what it gives is read before they are gone."""
    frame = _frame()
    outer = frame.params, frame.state, frame.rng, frame.names
    frame.params = frame.params if internal.params is None else _two_levels(internal.params)
    frame.state = _two_levels(internal.state)
    frame.rng = None if internal.rng is None else PRNGSequence(internal.rng)
    if not shares_names:
        frame.names = [(dict(counts), set(used)) for counts, used in frame.names]
    try:
        return f(*args, **kwargs)
    finally:
        frame.params, frame.state, frame.rng, frame.names = outer


def _one_key_reserved():
    rng = _frame().rng
    if rng is not None:
        rng.reserve(1 - len(rng.reserved))
        rng.reserved = rng.reserved[:1]


def _threaded(f, params=True):
    """The function as a branch or a loop takes it: state comes first and goes last, always of one structure."""

    def pure(internal, *args):
        def run():
            out = f(*args)
            _one_key_reserved()
            return out, _internal(params)

        return _inside(internal, run, ())

    return pure


def _lifted(transform):
    def lifted(f, *options, **more):
        def pure(internal, *args, **kwargs):
            return _inside(internal, lambda: (f(*args, **kwargs), _internal()), (), shares_names=True)

        @functools.wraps(f)
        def called(*args, **kwargs):
            out, internal = transform(
                lambda internal, *args: pure(internal, *args, **kwargs), *options, **more
            )(_internal(), *args)
            _keep(internal)
            return out

        return called

    return lifted


remat = checkpoint = _lifted(lambda f, **options: jax.checkpoint(f, **options))


def value_and_grad(fun, argnums=0, has_aux=False, holomorphic=False):
    def called(*args, **kwargs):
        internal = _internal()

        def pure(*args):
            def run():
                out = fun(*args, **kwargs)
                y, aux = out if has_aux else (out, None)
                return y, (aux, _internal())

            return _inside(internal, run, ())

        (y, (aux, after)), gradients = jax.value_and_grad(pure, argnums, True, holomorphic)(*args)
        _keep(after)
        return ((y, aux) if has_aux else y), gradients

    return called


def grad(fun, argnums=0, has_aux=False, holomorphic=False):
    def called(*args, **kwargs):
        y, gradients = value_and_grad(fun, argnums, has_aux, holomorphic)(*args, **kwargs)
        return (gradients, y[1]) if has_aux else gradients

    return called


def eval_shape(fun, *args, **kwargs):
    return jax.eval_shape(lambda internal, *args: _inside(internal, fun, args, kwargs), _internal(), *args)


def scan(f, init, xs, length=None, reverse=False, unroll=1):
    length = jax.tree.leaves(xs)[0].shape[0] if length is None else length
    first = None
    if running_init():
        # The first step stands outside of the loop: it makes the parameters.
        if length == 0:
            _, y = f(init, jax.tree.map(lambda x: jnp.zeros(x.shape[1:], x.dtype), xs))
            return init, jax.tree.map(lambda y: jnp.zeros((0,) + y.shape, y.dtype), y)
        init, first = f(init, jax.tree.map(lambda x: x[-1] if reverse else x[0], xs))
        xs = jax.tree.map(lambda x: x[:-1] if reverse else x[1:], xs)
        first = jax.tree.map(lambda y: jnp.expand_dims(y, 0), first)
        length -= 1
        if length == 0:
            return init, first

    def step(carry, x):
        (c, y), internal = _threaded(f, params=False)(carry[1], carry[0], x)
        return (c, internal), y

    _one_key_reserved()
    (c, internal), ys = jax.lax.scan(step, (init, _internal(params=False)), xs, length, reverse, unroll)
    _keep(internal)
    if first is not None:
        ys = jax.tree.map(lambda y, ys: jnp.concatenate([ys, y] if reverse else [y, ys]), first, ys)
    return c, ys


def map(f, xs):
    return scan(lambda _, x: ((), f(x)), (), xs)[1]


def _branched(choose, branches, operands):
    _one_key_reserved()
    out, internal = choose([_threaded(branch) for branch in branches], (_internal(),) + tuple(operands))
    _keep(internal)
    return out


def cond(pred, true_fun, false_fun, *operands, operand=None):
    operands = operands if operand is None else (operand,)
    choose = lambda branches, operands: jax.lax.cond(pred, branches[0], branches[1], *operands)
    return _branched(choose, (true_fun, false_fun), operands)


def switch(index, branches, *operands):
    return _branched(lambda branches, operands: jax.lax.switch(index, branches, *operands), branches, operands)


def fori_loop(lower, upper, body_fun, init_val):
    if running_init():
        init_val = body_fun(lower, init_val)
        lower = lower + 1
        if isinstance(lower, int) and isinstance(upper, int) and lower >= upper:
            return init_val

    def body(i, carry):
        out, internal = _threaded(body_fun)(carry[0], i, carry[1])
        return internal, out

    _one_key_reserved()
    internal, out = jax.lax.fori_loop(lower, upper, body, (_internal(), init_val))
    _keep(internal)
    return out


def while_loop(cond_fun, body_fun, init_val):
    if running_init():
        raise ValueError(
            "hk.while_loop does not support initialization (since we cannot statically determine if your loop will "
            "run at least once): run the body unconditionally if hk.running_init()."
        )

    def body(carry):
        out, internal = _threaded(body_fun)(*carry)
        return internal, out

    _one_key_reserved()
    internal, out = jax.lax.while_loop(lambda carry: cond_fun(carry[1]), body, (_internal(), init_val))
    _keep(internal)
    return out


def vmap(
    fun, in_axes=0, out_axes=0, axis_name=None, axis_size=None, *, split_rng=False, spmd_axis_name=None
):
    in_axes = tuple(in_axes) if isinstance(in_axes, list) else in_axes

    @functools.wraps(fun)
    def called(*args):
        keys = None
        if split_rng:
            if running_init():
                raise ValueError(
                    "hk.vmap does not support setting split_rng to True during initialization because it assumes "
                    "parameters are always shared along the mapped dimension: split_rng=(not hk.running_init())"
                )
            keys = next_rng_keys(_mapped_size(args, in_axes))
        internal = _internal()

        def pure(args, key):
            start = internal if key is None else internal._replace(rng=(key, ()))

            def run():
                out = fun(*args)
                after = _internal()
                return out, after if key is None else after._replace(rng=None)

            return _inside(start, run, ())

        out, after = jax.vmap(
            pure,
            in_axes=(in_axes, None if keys is None else 0),
            out_axes=(out_axes, None),
            axis_name=axis_name,
            axis_size=axis_size,
        )(args, keys)
        _keep(after)
        return out

    return called


def _mapped_size(args, in_axes):
    axes = in_axes if isinstance(in_axes, tuple) else (in_axes,) * len(args)
    for axis, arg in zip(axes, args):
        if isinstance(axis, int):
            return jax.tree.leaves(arg)[0].shape[axis]
        if axis is not None:
            sizes = jax.tree.map(lambda a, x: x.shape[a], axis, arg)
            return jax.tree.leaves(sizes)[0]
    raise ValueError("fun must have at least one non-None value in in_axes to use with `hk.vmap`.")


# Functions of other transforms, whose parameters become those of this one.


class LiftingModule(Module):
    def __init__(self, init_fn, transparent=False, allow_reuse=False, name="lifted"):
        super().__init__(name=name)
        self.init_fn, self.allow_reuse = init_fn, allow_reuse
        self.prefix = self.module_name.rpartition("/")[0] if transparent else self.module_name
        self.prefix = self.prefix + "/" if self.prefix else ""

    def __call__(self, *args, **kwargs):
        frame = _frame()
        if frame.creates:
            params, state = self.init_fn(*args, **kwargs)
            for bundles, others in ((frame.params, params), (frame.state, _pairs(state))):
                for bundle, entries in others.items():
                    name = self.prefix + bundle
                    if name in bundles and not self.allow_reuse:
                        raise ValueError(
                            f"Key '{name}' already exists in the destination params. To prevent accidental parameter "
                            "re-use during lift, you can't re-use a parameter already defined in the outer scope."
                        )
                    bundles.setdefault(name, {}).update(entries)
            return params, state
        return self._own(frame.params), self._own(get_current_state())

    @transparent
    def _own(self, bundles):
        n = len(self.prefix)
        return {name[n:]: dict(entries) for name, entries in bundles.items() if name.startswith(self.prefix)}


class LiftWithStateUpdater:
    def __init__(self, prefix):
        self.prefix = prefix

    def ignore_update(self):
        pass

    def update(self, state):
        entries = {self.prefix + bundle: values for bundle, values in state.items()}
        known = get_initial_state()
        frame = _frame()
        for bundle, values in entries.items():
            first = known.get(bundle, {})
            pairs = {name: (first.get(name, value), value) for name, value in values.items()}
            frame.state.setdefault(bundle, {}).update(pairs)


def _stateless(init_fn):
    return lambda *args, **kwargs: (init_fn(*args, **kwargs), {})


def lift_with_state(init_fn, *, allow_reuse=False, name="lifted"):
    lifted = LiftingModule(init_fn, allow_reuse=allow_reuse, name=name)
    return lifted, LiftWithStateUpdater(lifted.prefix)


def transparent_lift_with_state(init_fn, *, allow_reuse=False):
    lifted = LiftingModule(init_fn, transparent=True, allow_reuse=allow_reuse)
    return lifted, LiftWithStateUpdater(lifted.prefix)


def lift(init_fn, *, allow_reuse=False, name="lifted"):
    lifted = LiftingModule(_stateless(init_fn), allow_reuse=allow_reuse, name=name)
    return lambda *args, **kwargs: lifted(*args, **kwargs)[0]


def transparent_lift(init_fn, *, allow_reuse=False):
    lifted = LiftingModule(_stateless(init_fn), transparent=True, allow_reuse=allow_reuse)
    return lambda *args, **kwargs: lifted(*args, **kwargs)[0]


class LayerStackTransparencyMapping:
    def stacked_to_flat(self, stacked_module_name, scan_idx):
        raise NotImplementedError

    def flat_to_stacked(self, unstacked_module_name):
        raise NotImplementedError


def _unstacked(bundles, count, names):
    return {
        names.stacked_to_flat(bundle, i): jax.tree.map(lambda x: x[i], entries)
        for bundle, entries in bundles.items()
        for i in range(count)
    }


def _stacked(bundles, count, names):
    layers = [{} for _ in range(count)]
    for bundle, entries in bundles.items():
        place = names.flat_to_stacked(bundle)
        if place is not None:
            layers[place[1]].setdefault(place[0], {}).update(entries)
    return jax.tree.map(lambda *xs: jnp.stack(xs, axis=0), *layers)


def layer_stack(
    num_layers, with_per_layer_inputs=False, unroll=1, pass_reverse_to_layer_fn=False, transparent=False,
    transparency_map=None, name=None,
):
    """One layer applied again and again, with parameters of its own each time: rows of one array."""
    if transparent and transparency_map is None:
        raise ValueError("transparency_map must be provided with transparent=True.")
    kind = "__layer_stack_with_per_layer" if with_per_layer_inputs else "__layer_stack_no_per_layer"
    names = transparency_map

    def iterate(f):
        def layer(x, *ys, **kwargs):
            if with_per_layer_inputs:
                return f(x, *ys, **kwargs)
            out = f(*x, **kwargs)
            return (out,) if len(x) == 1 else out, None

        def applied(x, ys, reverse):
            one = transform_with_state(layer)

            def first(carry, y):
                c, rng = carry
                of_init, rng, of_apply = (None,) * 3 if rng is None else jax.random.split(rng, 3)
                params, state = one.init(of_init, c, *y)
                (c, _), state = one.apply(params, state, of_apply, c, *y)
                return (c, rng), (params, state)

            def made(x, rng):
                _, (params, state) = jax.lax.scan(first, (x, rng), ys, length=num_layers)
                if names is None:
                    return params, state
                return _unstacked(params, num_layers, names), _unstacked(state, num_layers, names)

            rng = maybe_next_rng_key()
            if names is None:
                lifted, updater = lift_with_state(made, allow_reuse=True, name=name or kind)
            else:
                lifted, updater = transparent_lift_with_state(made, allow_reuse=True)
            params, state = lifted(x, rng)
            if names is not None:
                params, state = _stacked(params, num_layers, names), _stacked(state, num_layers, names)
            more = {"reverse": reverse} if pass_reverse_to_layer_fn else {}

            def step(c, scanned):
                params, state, key, y = scanned
                (c, z), state = one.apply(params, state, key, c, *y, **more)
                return c, (z, state)

            rng = maybe_next_rng_key()
            keys = None if rng is None else jax.random.split(rng, num_layers)
            c, (zs, states) = jax.lax.scan(
                step, x, (params, state, keys, ys), length=num_layers, reverse=reverse, unroll=unroll
            )
            updater.update(states)
            return c, zs

        @functools.wraps(f)
        def stacked(*args, reverse=False):
            if with_per_layer_inputs:
                return applied(args[0], args[1:], reverse)
            out, _ = applied(args, (), reverse)
            return out[0] if len(args) == 1 else out

        return stacked

    return iterate
