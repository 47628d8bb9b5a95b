"""Programs: ordinary files, in which lines that begin with `#:` say what to call.

    #: attention(normal(2, 4, 8), normal(2, 4, 8), normal(2, 4, 8), tolerance=1e-4, reason="…")

The line is Python with the names of `values.py`; what is no array is a static argument. The same
function may be called by several lines. Of a function that is called with arrays only there are two more cases: under `jit`,
and its gradient, that of a weighted sum of the results in all arguments of floating point. `grad=False` on the line says that
there is no gradient worth having.
"""

import ast

import jax
import jax.numpy as jnp

from . import request, values
from .values import Spec


# What follows the text of a program file.
TAIL = """

def _of_all_results(function, floats):
    def total(*args):
        leaves = [leaf for leaf in jax.tree.leaves(function(*args)) if jnp.issubdtype(leaf.dtype, jnp.inexact)]
        return sum(jnp.sum(jnp.real(leaf).astype(jnp.float32) * jnp.cos(jnp.arange(leaf.size) + 0.5).reshape(leaf.shape)) for leaf in leaves)

    return jax.grad(total, argnums=floats)
"""


def is_float(argument):
    leaves = jax.tree.leaves(argument)
    return bool(leaves) and all(jnp.issubdtype(leaf.dtype, jnp.inexact) for leaf in leaves)


def expand(store, path, name):
    text = path.read_text()
    # One function of the tail for each function and each choice of arguments; the text is complete when the file has been read.
    module, added, seen = store.module(name, text), [TAIL], {}
    namespace = {"__name__": "program"}
    exec(compile(text + TAIL, str(path), "exec"), namespace)
    for line in text.splitlines():
        if not line.startswith("#:"):
            continue
        call = ast.parse(line[2:].strip(), mode="eval").body
        function = call.func.id
        tools = vars(values)
        evaluate = lambda node: eval(compile(ast.Expression(node), name, "eval"), dict(tools))
        specs = [evaluate(argument) for argument in call.args]
        options = {keyword.arg: evaluate(keyword.value) for keyword in call.keywords}
        seen[function] = number = seen.get(function, -1) + 1
        suffix = f"/{number}" if number else ""
        case = f"{name[:-3]}/{function}"
        counter = iter(range(10_000))
        array = lambda leaf: leaf.array(f"{case}{suffix} {next(counter)}") if isinstance(leaf, Spec) else leaf
        args = [jax.tree.map(array, spec, is_leaf=lambda x: isinstance(x, Spec)) for spec in specs]
        wanted, calls = [(case, function)], [request.Call(namespace[function], args)]
        if all(request.is_array(leaf) for leaf in jax.tree.leaves(args)):
            wanted.append((f"{case}_jit", f"{function}_under_jit"))
            calls.append(calls[0])
            added.append(f"{function}_under_jit = jax.jit({function})\n")
            floats = tuple(i for i, argument in enumerate(args) if is_float(argument))
            gradient = namespace["_of_all_results"](namespace[function], floats)
            if floats and options.get("grad", True) and not any(word in function for word in ["gradient", "hessian", "jacobian"]):
                try:
                    calls.append(request.Call(gradient, args))
                    gradient_name = f"{function}_in_{''.join(map(str, floats))}"
                    wanted.append((f"{case}_grad", gradient_name))
                    added.append(f"{gradient_name} = _of_all_results({function}, {floats})\n")
                except (NotImplementedError, TypeError, ValueError) as error:
                    store.without.append(f"{case}_grad: {type(error).__name__}: {str(error).splitlines()[0][:200]}")
        for (case, function), call, results in zip(wanted, calls, request.compute(calls)):
            store.case(case + suffix, module, request.of(function, args), call.arrays, results, options.get("tolerance"), options.get("reason"))
    store.modules[module]["text"] = text + "".join(dict.fromkeys(added))
