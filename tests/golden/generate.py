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
# 16-bit results are rounded operation by operation; otherwise, which of them XLA fuses would decide their digits.
os.environ["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} --xla_allow_excess_precision=false"

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import keras  # noqa: E402

from oracle import stages, store  # noqa: E402
from oracle.case import Case  # noqa: E402
from oracle.examples import EXAMPLES  # noqa: E402
from oracle.values import REPOSITORY  # noqa: E402

MANIFEST = HERE / "manifest.json"


def find_cases() -> dict:
    """Every case: name → (model file, directives beyond those in the file)."""
    cases = {}
    for path in sorted((HERE / "cases").rglob("*.py")):
        cases[path.relative_to(HERE / "cases").with_suffix("").as_posix()] = (path, "")
    for name, extra in EXAMPLES.items():
        cases[f"examples/{name}"] = (REPOSITORY / "examples" / f"{name}.py", extra)
    return cases


def generate(name: str, path: pathlib.Path, extra: str) -> dict:
    """Run one case, write its data files, return its manifest entry."""
    case = Case(name, path, extra)
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
        "predict_rows": settings.predict_rows or case.rows,
        "batch": settings.batch,
        "steps": settings.steps,
        "epochs": settings.epochs,
        "fit_rows": settings.fit_rows,
        "validation_split": settings.validation_split,
        "tolerance": settings.tolerance,
        "curve_tolerance": settings.curve_tolerance,
    }
    data = HERE / "data" / f"{name}.npz"
    size = store.write_npz(data, meta, arrays)
    if "checkpoint" in case.stages():
        stem = HERE / "data" / name
        store.write_checkpoints(case.restored(), stem, settings.checkpoints, settings.checkpoint_optimizer)
    print(f"{name:48} {size:8} bytes  {' '.join(case.stages())}", flush=True)
    model = path.relative_to(REPOSITORY).as_posix()
    entry = {"name": name, "model": model, "stages": list(case.stages()), "tolerance": settings.tolerance}
    if "curve" in case.stages():
        entry["curve_tolerance"] = settings.curve_tolerance
    return entry | ({"reason": settings.reason} if settings.reason else {})


def main(words: list) -> int:
    cases = find_cases()
    old = json.loads(MANIFEST.read_text()) if MANIFEST.exists() else []
    entries = {entry["name"]: entry for entry in old if entry["name"] in cases}
    failed = []
    for name, (path, extra) in cases.items():
        if words and not any(word in name for word in words):
            continue
        try:
            entries[name] = generate(name, path, extra)
        except Exception as error:  # one bad case must not hide the others
            failed.append(name)
            print(f"{name:48} FAILED {type(error).__name__}: {error}", flush=True)
    MANIFEST.write_text("[\n" + ",\n".join(json.dumps(entries[n]) for n in sorted(entries)) + "\n]\n")
    if not words:
        for data in [path for path in (HERE / "data").rglob("*") if path.is_file()]:
            if data.relative_to(HERE / "data").as_posix().split(".")[0] not in cases:
                data.unlink()
    if failed:
        print(f"{len(failed)} failed: {' '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
