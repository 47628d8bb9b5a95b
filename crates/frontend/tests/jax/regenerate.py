"""Evaluates every `cases` function of the programs with JAX and writes a `.json` beside it.

    KERAS_BACKEND=jax python3 crates/frontend/tests/jax/regenerate.py [program…]
"""

import json
import pathlib
import sys

import jax
import numpy as np

folder = pathlib.Path(__file__).parent / "programs"
names = sys.argv[1:] or sorted(p.stem for p in folder.glob("*.py"))


def encode(leaf):
    array = np.asarray(leaf)
    values = [x if np.isfinite(x) else str(x) for x in array.astype("float64").ravel().tolist()]
    return {"dtype": array.dtype.name, "shape": array.shape, "values": values}


for name in names:
    scope = {}
    exec((folder / f"{name}.py").read_text(), scope)
    lines = []
    for case, function in scope["cases"].items():
        try:
            leaves = [encode(leaf) for leaf in jax.tree.leaves(function())]
        except Exception as error:
            raise SystemExit(f"{name}: {case}: {error!r}")
        lines.append(f"{json.dumps(case)}: {json.dumps(leaves)}")
    if "texts" in scope:
        lines.append(f'"texts": {json.dumps(scope["texts"])}')
    (folder / f"{name}.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
