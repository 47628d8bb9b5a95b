"""How a case asks for its function: the text that `keramos compile --entry` takes."""

import jax
import jax.extend
import jax.numpy as jnp
import numpy as np

from .values import SHORT


def is_array(leaf):
    return isinstance(leaf, (jax.Array, np.ndarray))


def text(value):
    """An argument: types for arrays, literals for what is static."""
    if is_array(value):
        return f"{SHORT[value.dtype.name]}[{','.join(map(str, value.shape))}]"
    if isinstance(value, tuple):
        return "(" + ",".join(map(text, value)) + ("," if len(value) == 1 else "") + ")"
    if isinstance(value, list):
        return "[" + ",".join(map(text, value)) + "]"
    if isinstance(value, dict):
        return "{" + ",".join(f"{key!r}:{text(item)}" for key, item in value.items()) + "}"
    return repr(value)


def of(name, args):
    return f"{name}:{','.join(map(text, args))}"


class Call:
    """A call that has been traced but not computed: what is no array stays static."""

    def __init__(self, function, args):
        leaves, tree = jax.tree.flatten(args)
        self.arrays = [leaf for leaf in leaves if is_array(leaf)]

        def whole(arrays):
            rest = iter(arrays)
            full = [next(rest) if is_array(leaf) else leaf for leaf in leaves]
            results = jax.tree.leaves(function(*jax.tree.unflatten(tree, full)))
            return [x for x in results if jnp.asarray(x).dtype != jax.dtypes.float0]

        self.jaxpr = jax.make_jaxpr(whole)(self.arrays)


def compute(calls):
    """The leaves of the results of each call, computed by one program: compiling is what takes time."""
    functions = [jax.extend.core.jaxpr_as_fun(call.jaxpr) for call in calls]
    whole = jax.jit(lambda arrays: [f(*a) for f, a in zip(functions, arrays)])
    return whole([call.arrays for call in calls])


def run(function, args):
    """The arrays among the arguments and the leaves of the result."""
    call = Call(function, args)
    return call.arrays, compute([call])[0]
