"""Runs the training loops of this folder, and the example `train_step`, under real Keras, JAX, Flax and Haiku: python regenerate.py

Writes what each loop kept in `history` and, where it has them, `weights` (expected.json). The data are those of `../fit`.
"""

import contextlib
import io
import json
import os
import re
import runpy
import shutil
import tempfile

os.environ["KERAS_BACKEND"] = "jax"

import keras
import numpy as np

here = os.path.dirname(os.path.abspath(__file__))
root = os.path.join(here, "..", "..", "..")


def flat(array):
    return np.asarray(array).ravel().tolist()


def run(path, folder):
    keras.utils.clear_session()
    output = io.StringIO()
    with contextlib.chdir(folder), contextlib.redirect_stdout(output):
        return runpy.run_path(path), output.getvalue()


expected = {}
with tempfile.TemporaryDirectory() as folder:
    for data in ("data.npz", "labels.npz"):
        shutil.copy(os.path.join(here, "..", "fit", data), folder)
    libraries = ("nnx_mlp", "nnx_rnn", "linen_state", "linen_rnn", "haiku_averaged", "haiku_transformer", "haiku_rnn")
    for name in ("scratch", "customised", "noise", "gan", "counted", "leftover_fit", "leftover_loop") + libraries:
        names, _ = run(os.path.join(here, f"{name}.py"), folder)
        weights = {path: flat(value) for path, value in names.get("weights", {}).items()}
        expected[name] = {"history": names["history"], "weights": weights}
        if "evaluated" in names:
            expected[name] |= {"evaluated": names["evaluated"], "predicted": flat(names["predicted"])}
    mnist = np.load(os.path.join(root, "examples", "data", "mnist.npz"))
    digits = (mnist["x_train"], mnist["y_train"]), (mnist["x_test"], mnist["y_test"])
    keras.datasets.mnist.load_data = lambda: digits
    _, output = run(os.path.join(root, "examples", "train_step.py"), folder)
    losses = [float(loss) for loss in re.findall(r"test loss ([0-9.]+)", output)]
    expected["train_step"] = {"history": {"val_loss": losses}, "weights": {}}
with open(os.path.join(here, "expected.json"), "w") as out:
    json.dump(expected, out, indent=1)
    out.write("\n")
