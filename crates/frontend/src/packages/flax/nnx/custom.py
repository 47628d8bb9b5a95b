# Functions of modules with a derivative of their own.


class custom_vjp:
    """A function whose derivative the program gives. Arguments that are modules are differentiated in their variables
    of floating point: `bwd` gets the gradients of what became of these, and gives those of what they were."""

    def __init__(self, fun=None, *, nondiff_argnums=(), graph=None, graph_updates=None):
        self.fun, self.forward, self.backward = fun, None, None
        self.fixed = tuple(n for n in nondiff_argnums if isinstance(n, int))
        self.parts = {n.argnum: _filter(n.filter) for n in nondiff_argnums if isinstance(n, DiffState)}

    def __call__(self, *args):
        if self.fun is None:
            return custom_vjp(args[0], nondiff_argnums=self.fixed)
        if self.forward is None:
            raise ValueError("this function of nnx.custom_vjp has no derivative: call its `defvjp(fwd, bwd)` first")
        free = [i for i in range(len(args)) if i not in self.fixed]
        held = [self._variables(i, args[i]) for i in free]
        slots = [v for found in held for _, v in found or []]
        arrays = [args[i] if found is None else () for i, found in zip(free, held)]
        kept = {}

        def called(f, values, arrays):
            before, whole = [v.value for v in slots], list(args)
            for v, value in zip(slots, values):
                v.value = value
            for i, found, array in zip(free, held, arrays):
                whole[i] = array if found is None else args[i]
            try:
                return f(*whole), [v.value for v in slots]
            finally:
                for v, value in zip(slots, before):
                    v.value = value

        def forward(values, arrays):
            def taken(*args):
                y, residuals = self.forward(*args)
                kept["of"] = _Slots(_copied(residuals, {}))
                return y, kept["of"].values()

            (y, residuals), changed = called(taken, values, arrays)
            return (y, changed), residuals

        def backward(residuals, gradients):
            of_result, of_slots = gradients
            parts, of_slots = [], list(of_slots)
            for found in held:
                own = None if found is None else {path: v.replace(of_slots.pop(0)) for path, v in found}
                parts.append(own if own is None else State.from_flat_path(own))
            given = self.backward(
                *[args[i] for i in self.fixed], kept["of"].put(residuals), (tuple(parts), of_result)
            )
            of_values, of_arrays = [], []
            for found, part in zip(held, given):
                known = {} if found is None else dict(state(part).flat_state())
                for path, v in found or []:
                    of_values.append(_raw(known[path]) if path in known else jnp.zeros_like(v.value))
                of_arrays.append(part if found is None else ())
            return of_values, of_arrays

        main = jax.custom_vjp(lambda values, arrays: called(self.fun, values, arrays))
        main.defvjp(forward, backward)
        y, changed = main([v.value for v in slots], arrays)
        for v, value in zip(slots, changed):
            v.value = value
        return y

    def _variables(self, place, arg):
        """The variables of an argument that have derivatives; None of an array."""
        if not _is_object(arg):
            return None
        wanted = self.parts.get(place, lambda path, v: True)
        inexact = lambda v: hasattr(v.value, "dtype") and jnp.issubdtype(v.value.dtype, jnp.inexact)
        return [(path, v) for path, v in _variables_of(arg) if inexact(v) and wanted(path, v)]

    def defvjp(self, fwd, bwd, symbolic_zeros=False):
        self.forward, self.backward = fwd, bwd
