# Transforms of functions that use modules.

Transformed = namedtuple("Transformed", ["init", "apply"])
TransformedWithState = namedtuple("TransformedWithState", ["init", "apply"])
MultiTransformed = namedtuple("MultiTransformed", ["init", "apply"])
MultiTransformedWithState = namedtuple("MultiTransformedWithState", ["init", "apply"])


def _run(f, params, state, rng, creates, args, kwargs):
    frame = _Frame(_two_levels(params or {}), _pairs(state or {}), rng, creates)
    _frames.append(frame)
    try:
        return f(*args, **kwargs), frame
    finally:
        _frames.pop()


def transform_with_state(f, *, apply_rng=True):
    def init(rng, *args, **kwargs):
        args, kwargs = described(args), described(kwargs)
        remember_inputs([f], [list(args), list(kwargs.values())])

        def run():
            _, frame = _run(f, {}, {}, rng, True, args, kwargs)
            return frame.params, _values(frame.state, 0)

        return together(run)

    def apply(params, state, rng, *args, **kwargs):
        expect_inputs([f], [list(args), list(kwargs.values())])

        def run():
            out, frame = _run(f, params, state, rng, False, args, kwargs)
            return out, _values(frame.state, 1)

        return together(run)

    return TransformedWithState(init, apply)


def without_state(f):
    def init(rng, *args, **kwargs):
        params, state = f.init(rng, *args, **kwargs)
        if state:
            raise ValueError("If your transformed function uses `hk.{get,set}_state` then use `hk.transform_with_state`.")
        return params

    def apply(params, rng, *args, **kwargs):
        out, state = f.apply(params, {}, rng, *args, **kwargs)
        if state:
            raise ValueError("If your transformed function uses `hk.{get,set}_state` then use `hk.transform_with_state`.")
        return out

    return Transformed(init, apply)


def transform(f, *, apply_rng=True):
    return without_state(transform_with_state(f))


def with_empty_state(f):
    def apply(params, state, rng, *args, **kwargs):
        return f.apply(params, rng, *args, **kwargs), {}

    return TransformedWithState(lambda rng, *args, **kwargs: (f.init(rng, *args, **kwargs), {}), apply)


def without_apply_rng(f):
    if isinstance(f, TransformedWithState):
        return TransformedWithState(f.init, lambda params, state, *a, **k: f.apply(params, state, None, *a, **k))
    return Transformed(f.init, lambda params, *a, **k: f.apply(params, None, *a, **k))


def multi_transform_with_state(f):
    def init(rng, *args, **kwargs):
        def run():
            _, frame = _run(lambda *a, **k: f()[0](*a, **k), {}, {}, rng, True, args, kwargs)
            return frame.params, _values(frame.state, 0)

        return together(run)

    def applied(select):
        def apply(params, state, rng, *args, **kwargs):
            def run():
                out, frame = _run(lambda *a, **k: select(f()[1])(*a, **k), params, state, rng, False, args, kwargs)
                return out, _values(frame.state, 1)

            return together(run)

        return apply

    # What the function gives beside the template is only known when it runs; it needs no keys or parameters to tell.
    (_, structure), _ = _run(f, {}, {}, 0, True, (), {})
    leaves, tree = jax.tree.flatten(structure)
    select = lambda i: lambda fs: jax.tree.leaves(fs)[i]
    return MultiTransformedWithState(init, jax.tree.unflatten(tree, [applied(select(i)) for i in range(len(leaves))]))


def multi_transform(f):
    inner = multi_transform_with_state(f)

    def init(rng, *args, **kwargs):
        return inner.init(rng, *args, **kwargs)[0]

    def stateless(apply):
        return lambda params, rng, *args, **kwargs: apply(params, {}, rng, *args, **kwargs)[0]

    return MultiTransformed(init, jax.tree.map(stateless, inner.apply))
