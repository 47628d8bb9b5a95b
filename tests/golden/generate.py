"""Writes the golden data: runs every model file under `cases/` with real Keras on JAX and stores what came out.

    python tests/golden/generate.py            all cases
    python tests/golden/generate.py layers/conv   the cases whose name contains the word

A filtered run refreshes its cases' entries in `manifest.json` and leaves the others as they are; a full run also removes
data files that have no case any more. README.md describes the format.
"""

import json
import os
import pathlib
import sys

os.environ["KERAS_BACKEND"] = "jax"
os.environ.setdefault("JAX_PLATFORMS", "cpu")

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import keras  # noqa: E402

from oracle import stages, store  # noqa: E402
from oracle.case import Case  # noqa: E402

MANIFEST = HERE / "manifest.json"


def generate(name: str, path: pathlib.Path) -> dict:
    """Run one case, write its data file, return its manifest entry."""
    case = Case(name, path)
    arrays, meta = ({}, {}) if case.stages() == ("init",) else stages.start(case)
    for stage in case.stages():
        new_arrays, new_meta = getattr(stages, stage)(case)
        arrays |= new_arrays
        meta |= new_meta
    settings = case.settings
    meta |= {
        "name": name,
        "keras": keras.__version__,
        "stages": list(case.stages()),
        "weights_from": settings.weights,
        "rows": case.rows,
        "batch": settings.batch,
        "steps": settings.steps,
        "epochs": settings.epochs,
        "fit_rows": settings.fit_rows,
        "validation_split": settings.validation_split,
        "tolerance": settings.tolerance,
    }
    data = HERE / "data" / f"{name}.npz"
    size = store.write_npz(data, meta, arrays)
    print(f"{name:48} {size:8} bytes  {' '.join(case.stages())}", flush=True)
    entry = {"name": name, "stages": list(case.stages()), "tolerance": settings.tolerance}
    return entry | ({"reason": settings.reason} if settings.reason else {})


def main(words: list) -> int:
    paths = sorted((HERE / "cases").rglob("*.py"))
    cases = {path.relative_to(HERE / "cases").with_suffix("").as_posix(): path for path in paths}
    old = json.loads(MANIFEST.read_text()) if MANIFEST.exists() else []
    entries = {entry["name"]: entry for entry in old if entry["name"] in cases}
    failed = []
    for name, path in cases.items():
        if words and not any(word in name for word in words):
            continue
        try:
            entries[name] = generate(name, path)
        except Exception as error:  # one bad case must not hide the others
            failed.append(name)
            print(f"{name:48} FAILED {type(error).__name__}: {error}", flush=True)
    MANIFEST.write_text("[\n" + ",\n".join(json.dumps(entries[n]) for n in sorted(entries)) + "\n]\n")
    if not words:
        for data in (HERE / "data").rglob("*.npz"):
            if data.relative_to(HERE / "data").with_suffix("").as_posix() not in cases:
                data.unlink()
    if failed:
        print(f"{len(failed)} failed: {' '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
