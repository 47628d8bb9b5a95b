"""Runs the model files of this folder under real Keras on JAX: python regenerate.py

Writes the data (data.npz, labels.npz) and what came of each training (expected.json): logs, final weights, saved files.
"""

import json
import os
import runpy
import shutil
import tempfile

os.environ["KERAS_BACKEND"] = "jax"

import keras
import numpy as np

here = os.path.dirname(os.path.abspath(__file__))
random = np.random.default_rng(0)


def part(rows):
    x = random.normal(size=(rows, 4)).astype("float32")
    y = np.sin(x.sum(axis=1, keepdims=True)).astype("float32") + 0.3 * random.normal(size=(rows, 1)).astype("float32")
    return x, y, np.argmax(x[:, :3] ** 2, axis=1).astype("int32")


x, y, labels = part(72)
x_val, y_val, labels_val = part(24)
for name, train, val in (("data", y, y_val), ("labels", labels, labels_val)):
    arrays = {"x_train": x, "y_train": train, "x_val": x_val, "y_val": val}
    np.savez(os.path.join(here, f"{name}.npz"), **arrays)

expected = {}
for name in ("plateau", "averages", "adapted", "wholes", "rows", "derived"):
    with tempfile.TemporaryDirectory() as folder:
        for data in ("data.npz", "labels.npz"):
            shutil.copy(os.path.join(here, data), folder)
        os.chdir(folder)
        keras.utils.clear_session()
        run = runpy.run_path(os.path.join(here, f"{name}.py"))
        log = open("log.csv", newline="").read() if os.path.exists("log.csv") else ""
        expected[name] = {
            "epoch": run["history"].epoch,
            "history": {key: [float(v) for v in values] for key, values in run["history"].history.items()},
            "weights": {w.path: np.asarray(w).ravel().tolist() for w in run["model"].weights},
            "files": sorted(f for f in os.listdir(".") if f.endswith(".keras")),
            "log": log.splitlines()[:1],
        }
        os.chdir(here)
with open(os.path.join(here, "expected.json"), "w") as out:
    json.dump(expected, out, indent=1)
    out.write("\n")
