"""Evaluates the tables of this folder with JAX (and Keras on JAX) and writes their values.

    KERAS_BACKEND=jax python3 crates/frontend/tests/tensors/regenerate.py [TABLE …]
"""

import json
import math
import pathlib
import sys

import jax
import numpy as np

folder = pathlib.Path(__file__).parent
x = (np.arange(24, dtype="float32").reshape(2, 3, 4) / 7 - 1.5).astype("float32")
y = (np.cos(np.arange(12)).reshape(3, 4) * 1.25).astype("float32")
k = np.array([1, 2, 3, 0], dtype="int32")


def plain(value):
    """JSON has no infinities and no NaN."""
    return value if math.isfinite(value) else str(value)


def table(a):
    return {"dtype": a.dtype.name, "shape": a.shape, "values": [plain(v) for v in a.ravel().astype("float64").tolist()]}


for name in sys.argv[1:] or ("functions", "jax_numpy", "jax_linalg", "keras_ops"):
    scope = {}
    exec((folder / f"{name}.py").read_text(), scope)
    result = {"inputs": [table(a) for a in (x, y, k)]}
    for case, function in scope["cases"].items():
        try:
            leaves = jax.tree.leaves(function(*map(jax.numpy.asarray, (x, y, k))))
        except Exception as error:
            raise SystemExit(f"{name}, {case}: {error}") from error
        result[case] = [table(np.asarray(leaf)) for leaf in leaves]
    lines = [f"{json.dumps(case)}: {json.dumps(value)}" for case, value in result.items()]
    (folder / f"{name}.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
