"""How a case asks for its function: the text that `keramos compile --entry` takes."""

import jax
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


def run(function, args):
    """The arrays among the arguments and the leaves of the result, computed under jit as a whole; what
    is no array stays static."""
    leaves, tree = jax.tree.flatten(args)
    arrays = [leaf for leaf in leaves if is_array(leaf)]

    def whole(arrays):
        rest = iter(arrays)
        full = [next(rest) if is_array(leaf) else leaf for leaf in leaves]
        return function(*jax.tree.unflatten(tree, full))

    return arrays, jax.tree.leaves(jax.jit(whole)(arrays))
