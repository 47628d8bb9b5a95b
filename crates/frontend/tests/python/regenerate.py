"""Runs every program of this folder with CPython 3.11 or later and writes what it prints beside it.

    python3 crates/frontend/tests/python/regenerate.py

One of them needs absl and ml_collections.
"""

import pathlib
import subprocess
import sys

folder = pathlib.Path(__file__).parent
for program in sorted(folder.glob("*.py")):
    if program.name == pathlib.Path(__file__).name:
        continue
    result = subprocess.run([sys.executable, str(program)], capture_output=True, text=True, check=True)
    program.with_suffix(".out").write_text(result.stdout)
