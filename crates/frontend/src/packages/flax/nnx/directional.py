# Derivatives along directions, of functions of objects.


def _tree_mode(name, graph, graph_updates):
    if graph is not False and graph_updates is not False:
        raise NotImplementedError(
            f"graph-mode with graph_updates is not supported for nnx.{name}. "
            "Set graph=False or graph_updates=False."
        )


def _updating(f, primals, has_aux):
    """A function of copies of the arguments that gives also the values that their variables have in the end."""
    names = [f"arg{i}" for i in range(len(primals))]

    def pure(*copies):
        held = _Held(names, copies, {}).all()
        y = f(*copies)
        y, aux = y if has_aux else (y, None)
        return y, [v.value for v in held], aux

    return pure, _Held(names, primals, {}).all()


def jvp(f=None, primals=None, tangents=None, *, has_aux=False, graph=None, graph_updates=None):
    _tree_mode("jvp", graph, graph_updates)
    options = dict(has_aux=has_aux, graph=graph, graph_updates=graph_updates)
    if f is None:
        return functools.partial(jvp, **options)
    if primals is None or tangents is None:
        return functools.partial(jvp, f, **options)
    pure, variables = _updating(f, primals, has_aux)

    def with_values(*primals):
        y, values, aux = pure(*primals)
        return (y, values), aux

    (y, values), (y_tangent, _), aux = jax.jvp(with_values, tuple(primals), tuple(tangents), has_aux=True)
    for v, value in zip(variables, values):
        v.value = value
    return (y, y_tangent, aux) if has_aux else (y, y_tangent)


def vjp(f=None, *primals, has_aux=False, reduce_axes=(), graph=None, graph_updates=None):
    _tree_mode("vjp", graph, graph_updates)
    if reduce_axes:
        raise NotImplementedError("reduce_axes argument to vjp is deprecated")
    options = dict(has_aux=has_aux, graph=graph, graph_updates=graph_updates)
    if f is None:
        return functools.partial(vjp, **options)
    if not primals:
        return functools.partial(vjp, f, **options)
    pure, variables = _updating(f, primals, has_aux)

    def with_values(*primals):
        y, values, aux = pure(*primals)
        return y, (values, aux)

    y, pullback, (values, aux) = jax.vjp(with_values, *primals, has_aux=True)
    for v, value in zip(variables, values):
        v.value = value
    return (y, pullback, aux) if has_aux else (y, pullback)
