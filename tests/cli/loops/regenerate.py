"""Runs the training loops of this folder, and the example `train_step`, under real Keras, JAX, Flax and Haiku: python regenerate.py

One of them needs clu, one ml_collections.

Writes what each loop kept in `history` and, where it has them, `weights` (expected.json). The data are those of `../fit`.
"""

import contextlib
import io
import json
import os
import re
import runpy
import shutil
import subprocess
import sys
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


def program(path, options, folder):
    """The history of a program that absl runs: its main file is `path.py`, or `main.py` of that folder."""
    main = os.path.join(path, "main.py") if os.path.isdir(path) else f"{path}.py"
    lines = [
        "import runpy, sys, json",
        f"sys.path.insert(0, {os.path.dirname(main)!r})",
        f"sys.argv = {[main] + [option.format(here=here) for option in options]!r}",
        "kept = []",
        "import absl.app as app",
        "old = app.run",
        "app.run = lambda main: old(lambda argv: (main(argv), kept.append(main.__globals__))[0])",
        "try:",
        f"    runpy.run_path({main!r}, run_name='__main__')",
        "except SystemExit:",
        "    pass",
        "found = kept[0].get('history') or sys.modules['train'].history",
        "print('HISTORY', json.dumps(found))",
    ]
    done = subprocess.run([sys.executable, "-c", "\n".join(lines)], cwd=folder, capture_output=True, text=True, check=True)
    return json.loads(re.search(r"^HISTORY (.*)$", done.stdout, re.M)[1])


PROGRAMS = {
    "haiku_main": [],
    "several": ["--config={here}/several/configs/default.py", "--workdir=unused"],
}

expected = {}
with tempfile.TemporaryDirectory() as folder:
    for data in ("data.npz", "labels.npz"):
        shutil.copy(os.path.join(here, "..", "fit", data), folder)
    libraries = ("nnx_mlp", "nnx_rnn", "linen_state", "linen_rnn", "haiku_averaged", "haiku_transformer", "haiku_rnn")
    libraries += ("stax_digits", "linen_clu", "linen_pmap", "nnx_trees")
    libraries += ("stream_counted", "plain_step", "loose_gradients", "linen_two_steps")
    for name in ("scratch", "customised", "noise", "gan", "counted", "leftover_fit", "leftover_loop") + libraries:
        names, _ = run(os.path.join(here, f"{name}.py"), folder)
        weights = {path: flat(value) for path, value in names.get("weights", {}).items()}
        expected[name] = {"history": names["history"], "weights": weights}
        if "evaluated" in names:
            expected[name] |= {"evaluated": names["evaluated"], "predicted": flat(names["predicted"])}
    for name, options in PROGRAMS.items():
        expected[name] = {"history": program(os.path.join(here, name), options, folder), "weights": {}}
    mnist = np.load(os.path.join(root, "examples", "data", "mnist.npz"))
    digits = (mnist["x_train"], mnist["y_train"]), (mnist["x_test"], mnist["y_test"])
    keras.datasets.mnist.load_data = lambda: digits
    _, output = run(os.path.join(root, "examples", "train_step.py"), folder)
    losses = [float(loss) for loss in re.findall(r"test loss ([0-9.]+)", output)]
    expected["train_step"] = {"history": {"val_loss": losses}, "weights": {}}
with open(os.path.join(here, "expected.json"), "w") as out:
    json.dump(expected, out, indent=1)
    out.write("\n")
