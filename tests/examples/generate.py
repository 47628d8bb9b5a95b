"""Runs the example programs with real Keras and JAX and stores what they compute.

    python tests/examples/generate.py [NAME …]

A program runs as it is, from the first line to the last, except that

- the data sets of `keras.datasets` are small random ones of the same types,
- `model.fit` predicts for the first batch and trains for a few steps without shuffling,
- calls of the jitted functions that `PROGRAMS` names are noted, with arguments and results.

`README.md` describes what is stored.
"""

import os
import sys
from pathlib import Path

os.environ["KERAS_BACKEND"] = "jax"
os.environ.setdefault("JAX_PLATFORMS", "cpu")
HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[1]
sys.path.insert(0, str(HERE))
sys.dont_write_bytecode = True

from oracle.programs import PROGRAMS  # noqa: E402
from oracle.record import record  # noqa: E402
from oracle.store import write  # noqa: E402


def main(words):
    os.chdir(REPOSITORY)
    failed = []
    for name, program in PROGRAMS.items():
        if words and name not in words:
            continue
        if len(words) == 1:
            meta, arrays = record(REPOSITORY / "examples" / f"{name}.py", program)
            size = write(HERE / "data" / f"{name}.npz", {"name": name, **meta}, arrays)
            print(f"{name:20} {size:8} bytes  {meta['kind']}", flush=True)
        # Each in a process of its own: random states and automatic names start anew.
        elif os.spawnv(os.P_WAIT, sys.executable, [sys.executable, __file__, name]) != 0:
            failed.append(name)
    if failed:
        sys.exit(f"failed: {' '.join(failed)}")


main(sys.argv[1:])
