"""Runs every program of this folder with real Keras on JAX and writes what it prints beside it.

    python crates/frontend/tests/keras_objects/regenerate.py [WORD]
"""

import os
import pathlib
import subprocess
import sys

folder = pathlib.Path(__file__).parent
environment = os.environ | {"KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"}
for program in sorted(folder.glob("*.py")):
    if program.name == pathlib.Path(__file__).name or not all(word in program.name for word in sys.argv[1:]):
        continue
    run = [sys.executable, "-W", "ignore", str(program)]
    result = subprocess.run(run, capture_output=True, text=True, check=False, env=environment)
    if result.returncode:
        print(program.name, result.stderr[-600:])
        continue
    program.with_suffix(".out").write_text(result.stdout)
