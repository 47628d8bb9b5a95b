"""Checks the code examples of a checkout of keras-io with `keramos check` and writes the table of what came out.

    python scripts/keras_examples.py ../keras-io [--keramos target/release/keramos] > docs/keras_examples.md

OPTIONS holds what some of them have to be told, since only their data would: sizes. An example counts if it imports Keras 3 itself (not as `tensorflow.keras`) and none of the packages on top of Keras or beside
it in `OTHERS`. The files are taken as they are.
"""

import argparse
import json
import pathlib
import re
import subprocess

OTHERS = r"keras_cv|keras_nlp|keras_hub|keras_tuner|tensorflow_addons|torch|transformers|tensorflow_model_optimization"
OPTIONS = {
    "examples/audio/speaker_recognition_using_cnn.py": ["--value", "class_names=(0,1,2,3,4)"],
    "examples/keras_recipes/sample_size_estimate.py": ["--value", "num_classes=5"],
    "examples/structured_data/imbalanced_classification.py": ["--value", "train_features=f32[227846,30]"],
    "examples/timeseries/eeg_signal_classification.py": ["--value", "num_classes=4"],
    "examples/timeseries/timeseries_anomaly_detection.py": ["--value", "x_train=f32[3745,288,1]"],
    "examples/timeseries/timeseries_classification_from_scratch.py": ["--value", "x_train=f32[3601,500,1],num_classes=2"],
    "examples/timeseries/timeseries_classification_transformer.py": ["--value", "x_train=f32[3601,500,1],n_classes=2"],
    "examples/timeseries/timeseries_weather_forecasting.py": ["--value", "inputs=f32[256,120,7]"],
    "examples/vision/attention_mil_classification.py": ["--value", "train_data=f32[500,3,28,28]"],
    "guides/writing_your_own_callbacks.py": ["--input-shape", "f32[32,784]"],
}


def candidates(root: pathlib.Path) -> list:
    found = []
    for path in sorted([*root.glob("examples/**/*.py"), *root.glob("guides/*.py")]):
        text = path.read_text(encoding="utf-8", errors="replace")
        direct = re.search(r"^(import keras\b|from keras\b)", text, re.M)
        if direct and not re.search(rf"tensorflow\.keras|from tensorflow import keras|^(import|from) ({OTHERS})\b", text, re.M):
            found.append(path)
    return found


def check(keramos: str, path: pathlib.Path, options: list) -> tuple:
    """The state of one example, and what is said about it."""
    try:
        done = subprocess.run(
            [keramos, "check", "--format", "json", *options, str(path)], capture_output=True, text=True, timeout=120
        )
        diagnostics = json.loads(done.stdout)["diagnostics"]
    except (subprocess.TimeoutExpired, ValueError, KeyError):
        return "failed", "no answer"
    errors = [d for d in diagnostics if d["severity"] == "error"]
    if not errors:
        return "compiles", f"with {' '.join(options)}" if options else ""
    first = errors[0]
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return "refused", f"{first['code']} line {first['primary']['start']['line']}: {first['message']}{more}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkout", type=pathlib.Path)
    parser.add_argument("--keramos", default="target/release/keramos")
    arguments = parser.parse_args()
    rows = []
    for path in candidates(arguments.checkout):
        name = path.relative_to(arguments.checkout).as_posix()
        options = OPTIONS.get(name, [])
        rows.append((name, *check(arguments.keramos, path, options)))
    told = sum(row[1] == "compiles" and row[2] != "" for row in rows)
    count = {state: sum(row[1] == state for row in rows) for state in ("compiles", "refused", "failed")}
    print("# Keras's own code examples\n")
    print(
        f"What `keramos check` says of the {len(rows)} Keras-3 examples and guides of keras-io, taken as they are: "
        f"**{count['compiles']} compile** ({told} of them are told a size that only their data would tell), {count['refused']} are refused with a reason, {count['failed']} fail otherwise.\n"
        "An example that compiles makes an artifact with its model's programs; statements about data, plots and files are\n"
        "the run's. That its numbers are Keras's is shown by the golden tests of what it is made of, not by this table.\n"
        "`python scripts/keras_examples.py PATH-TO-KERAS-IO > docs/keras_examples.md` makes this page.\n"
    )
    print("| example | state | |")
    print("|---|---|---|")
    for name, state, said in sorted(rows, key=lambda row: (row[1], row[0])):
        print(f"| {name} | {state} | {said.replace('|', chr(92) + '|')} |")


if __name__ == "__main__":
    main()
