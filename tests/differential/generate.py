"""Runs real JAX on every case and stores what it computes.

    python tests/differential/generate.py [WORD …]    # data files whose name contains a word; all without
"""

import importlib.util
import os
import sys
from pathlib import Path

os.environ.setdefault("JAX_PLATFORMS", "cpu")
os.environ["KERAS_BACKEND"] = "jax"
# Most of the time goes into compiling small programs; what they compute does not depend on how well.
os.environ.setdefault("XLA_FLAGS", "--xla_cpu_enable_fast_min_max=false --xla_backend_optimization_level=0")
ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT))
sys.dont_write_bytecode = True

from oracle import programs, rows, store  # noqa: E402


def wanted(name):
    return len(sys.argv) == 1 or any(word in name for word in sys.argv[1:])


def report(kind, name, made, size):
    print(f"{kind}/{name}: {len(made.cases)} cases, {size / 1024:.0f} KiB", flush=True)
    for line in made.without:
        print(f"    JAX does not: {line}")


def main():
    for path in sorted((ROOT / "primitives").glob("*.py")):
        if not wanted(f"primitives/{path.stem}"):
            continue
        rows.ROWS.clear()
        spec = importlib.util.spec_from_file_location(path.stem, path)
        spec.loader.exec_module(importlib.util.module_from_spec(spec))
        made = store.Store()
        rows.expand(made, path.stem, list(rows.ROWS))
        report("primitives", path.stem, made, made.write(ROOT / "data" / "primitives" / f"{path.stem}.npz"))
    for area in sorted(p for p in (ROOT / "programs").iterdir() if p.is_dir()):
        if not wanted(f"programs/{area.name}"):
            continue
        made = store.Store()
        for path in sorted(area.glob("*.py")):
            programs.expand(made, path, f"programs/{area.name}/{path.name}")
        report("programs", area.name, made, made.write(ROOT / "data" / "programs" / f"{area.name}.npz"))


main()
