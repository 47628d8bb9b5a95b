"""Programs: ordinary files, in which lines that begin with `#:` say what to call.

    #: attention(normal(2, 4, 8), normal(2, 4, 8), normal(2, 4, 8), tolerance=1e-4, reason="…")

The line is Python with the names of `values.py`; what is no array is a static argument. The same
function may be called by several lines.
"""

import ast

import jax

from . import request, values
from .values import Spec


def expand(store, path, name):
    text = path.read_text()
    namespace = {"__name__": "program"}
    exec(compile(text, str(path), "exec"), namespace)
    module = store.module(name, text)
    seen = {}
    for line in text.splitlines():
        if not line.startswith("#:"):
            continue
        call = ast.parse(line[2:].strip(), mode="eval").body
        function = call.func.id
        tools = vars(values)
        evaluate = lambda node: eval(compile(ast.Expression(node), name, "eval"), dict(tools))
        specs = [evaluate(argument) for argument in call.args]
        options = {keyword.arg: evaluate(keyword.value) for keyword in call.keywords}
        seen[function] = seen.get(function, -1) + 1
        case = f"{name[:-3]}/{function}" + (f"/{seen[function]}" if seen[function] else "")
        counter = iter(range(10_000))
        array = lambda leaf: leaf.array(f"{case} {next(counter)}") if isinstance(leaf, Spec) else leaf
        args = [jax.tree.map(array, spec, is_leaf=lambda x: isinstance(x, Spec)) for spec in specs]
        arrays, results = request.run(namespace[function], args)
        store.case(case, module, request.of(function, args), arrays, results, options.get("tolerance"), options.get("reason"))
