"""Evaluates `functions.py` with Keras on JAX and writes `functions.json`.

    KERAS_BACKEND=jax python3 crates/frontend/tests/tensors/regenerate.py
"""

import json
import pathlib

import jax
import numpy as np

folder = pathlib.Path(__file__).parent
scope = {}
exec((folder / "functions.py").read_text(), scope)
x = (np.arange(24, dtype="float32").reshape(2, 3, 4) / 7 - 1.5).astype("float32")
y = (np.cos(np.arange(12)).reshape(3, 4) * 1.25).astype("float32")
k = np.array([1, 2, 3, 0], dtype="int32")
result = {"inputs": [{"dtype": a.dtype.name, "shape": a.shape, "values": a.ravel().tolist()} for a in (x, y, k)]}
for name, function in scope["cases"].items():
    leaves = jax.tree.leaves(function(*map(jax.numpy.asarray, (x, y, k))))
    arrays = [np.asarray(leaf) for leaf in leaves]
    result[name] = [{"dtype": a.dtype.name, "shape": a.shape, "values": a.astype("float64").ravel().tolist()} for a in arrays]
lines = [f"{json.dumps(name)}: {json.dumps(value)}" for name, value in result.items()]
(folder / "functions.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
