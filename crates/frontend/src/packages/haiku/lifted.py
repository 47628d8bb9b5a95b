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
