"""Checks the code examples of a checkout of keras-io with `keramos check`, compares the models of those that compile
with real Keras, and writes the table of what came out.

    python scripts/keras_examples.py ../keras-io [--keramos target/release/keramos] [--compare] > docs/keras_examples.md

OPTIONS holds what some of them have to be told, since only their data would: sizes. An example counts if it imports
Keras 3 itself (not as `tensorflow.keras`) and none of the packages on top of Keras or beside it in OTHERS. The files are
taken as they are. With `--compare` (a Python with Keras, JAX and NumPy), `keras_reference.py` builds each model with real
Keras, and both predict from the same weights and inputs.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile

OTHERS = r"keras_cv|keras_nlp|keras_hub|keras_tuner|tensorflow_addons|torch|transformers|tensorflow_model_optimization"
OPTIONS = {
    "examples/generative/deep_dream.py": ["--input-shape", "f32[1,299,299,3]"],
    "examples/generative/lstm_character_level_text_generation.py": ["--value", "chars=[\"a\",\"b\",\"c\",\"d\",\"e\"]"],
    "examples/keras_recipes/packaging_keras_models_for_wide_distribution.py": ["--input-shape", "u8[8,28,28,1]"],
    "examples/nlp/bidirectional_lstm_imdb.py": ["--input-shape", "i32[32,200]"],
    "examples/keras_recipes/reproducibility_recipes.py": ["--input-shape", "f32[32,28,28,1]"],
    "examples/nlp/lstm_seq2seq.py": [
        "--value", "num_encoder_tokens=71,num_decoder_tokens=93", "--input-shape", "f32[64,16,71],f32[64,59,93]"
    ],
    "examples/nlp/neural_machine_translation_with_transformer.py": ["--input-shape", "i32[64,20],i32[64,20]"],
    "examples/structured_data/collaborative_filtering_movielens.py": [
        "--value", "num_users=610,num_movies=9724", "--input-shape", "i32[64,2]"
    ],
    "examples/vision/conv_lstm.py": [
        "--value", "dataset=u8[1000,20,64,64,1]", "--input-shape", "f32[5,19,64,64,1]"
    ],
    "examples/vision/fixres.py": ["--input-shape", "f32[32,224,224,3]"],
    "examples/vision/pointnet_segmentation.py": [
        "--value", "num_points=1024,num_classes=5,total_training_examples=3694", "--input-shape", "f32[32,1024,3]"
    ],
    "examples/vision/super_resolution_sub_pixel.py": ["--input-shape", "f32[8,100,100,1]"],
    "examples/vision/video_classification.py": ["--value", "class_vocab=[\"a\",\"b\",\"c\",\"d\",\"e\"]"],
    "examples/vision/video_transformers.py": ["--value", "train_data=f32[594,20,1024],classes=5"],
    "examples/vision/visualizing_what_convnets_learn.py": ["--input-shape", "f32[1,180,180,3]"],
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


def run(command: list, seconds: int) -> str:
    """What went wrong, if anything did."""
    try:
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=seconds)
    except subprocess.TimeoutExpired:
        return "takes too long"
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    return "" if done.returncode == 0 else (lines or ["no answer"])[-1]


def compare(keramos: str, runtime: str, path: pathlib.Path, options: list) -> tuple:
    """Whether predictions are those of real Keras: the largest difference in units of the largest output, or why
    there is no telling."""
    import numpy as np

    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        reference = pathlib.Path(__file__).with_name("keras_reference.py")
        if problem := run([sys.executable, reference, path, folder, *options], 600):
            return None, f"real Keras: {problem}"
        about = json.loads((folder / "about.json").read_text())
        artifact = folder / "model.kar"
        build = [keramos, "compile", path, *options, "--no-training", "--batch", about["batch"], "--target", "none"]
        if problem := run([*build, "--weights", folder / "reference.weights.h5", "-o", artifact], 300):
            return None, f"weights: {problem}"
        expected = np.load(folder / "outputs.npz")
        count = len(np.load(folder / "inputs.npz").files)
        names = [part for i in range(count) for part in ("--x", i)]
        if problem := run([runtime, "predict", artifact, "--input", folder / "inputs.npz", *names, "-o", folder / "found.npz", "-q"], 600):
            return None, f"predict: {problem}"
        found = np.load(folder / "found.npz")
        if [found[name].shape for name in found.files] != [expected[name].shape for name in expected.files]:
            return None, f"shapes: {[found[n].shape for n in found.files]}, not {[expected[n].shape for n in expected.files]}"
        worst = 0.0
        for a, b in zip(found.files, expected.files):
            a, b = found[a].astype("float64"), expected[b].astype("float64")
            if not (np.isnan(a) == np.isnan(b)).all():
                return None, "NaN at other places"
            scale = max(float(np.nanmax(np.abs(b), initial=0.0)), 1e-30)
            worst = max(worst, float(np.nanmax(np.abs(a - b), initial=0.0)) / scale)
        return worst, ""


TOLERANCE = 1e-5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkout", type=pathlib.Path)
    parser.add_argument("--keramos", default="target/release/keramos")
    parser.add_argument("--keramos-run", help="the runtime [default: beside keramos]")
    parser.add_argument("--compare", action="store_true", help="compare the models with real Keras")
    parser.add_argument("--known", type=pathlib.Path, help="comparisons of an earlier run, kept as JSON: only others are made")
    arguments = parser.parse_args()
    runtime = arguments.keramos_run or str(pathlib.Path(arguments.keramos).with_name("keramos-run"))
    known = json.loads(arguments.known.read_text()) if arguments.known and arguments.known.exists() else {}
    rows = []
    for path in candidates(arguments.checkout):
        name = path.relative_to(arguments.checkout).as_posix()
        options = OPTIONS.get(name, [])
        state, said = check(arguments.keramos, path, options)
        matched = ""
        if state == "compiles":
            if arguments.compare and name not in known:
                known[name] = compare(arguments.keramos, runtime, path, options)
                print(name, known[name], file=sys.stderr)
                if arguments.known:
                    arguments.known.write_text(json.dumps(known, indent=1))
            worst, why = known.get(name, (None, ""))
            if worst is not None and worst <= TOLERANCE:
                state = "compiles and matches"
                matched = f"max. error {worst:.0e}" if worst else "equal"
            elif worst is not None:
                matched = f"differs by {worst:.0e}"
            else:
                matched = f"not compared: {why}" if why else ""
        rows.append((name, state, ", ".join(part for part in (matched, said) if part)))
    count = {state: sum(row[1] == state for row in rows) for state in ("compiles", "refused", "failed", "compiles and matches")}
    matches = count["compiles and matches"]
    told = sum(row[1].startswith("compiles") and "with --" in row[2] for row in rows)
    print("# Keras's own code examples\n")
    print(
        f"What `keramos check` says of the {len(rows)} Keras-3 examples and guides of keras-io, taken as they are: "
        f"**{count['compiles'] + matches} compile** ({told} of them are told a size that only their data would tell), "
        f"**{matches} of these were compared with real Keras and match**, {count['refused']} are refused with a reason, "
        f"{count['failed']} fail otherwise.\n\n"
        "An example that compiles makes an artifact with its model's programs; statements about data, plots and files are\n"
        "the run's. To compare, real Keras on JAX builds the same model from the same file, its weights are moved off their\n"
        "starts at random and given to both, and both predict four rows of random inputs: the error is the largest\n"
        f"difference in units of the largest output, at most {TOLERANCE:.0e} to match.\n"
        "`python scripts/keras_examples.py PATH-TO-KERAS-IO --compare > docs/keras_examples.md` makes this page.\n"
    )
    print("| example | state | |")
    print("|---|---|---|")
    order = ["compiles and matches", "compiles", "failed", "refused"]
    for name, state, said in sorted(rows, key=lambda row: (order.index(row[1]), row[0])):
        print(f"| {name} | {state} | {said.replace('|', chr(92) + '|')} |")


if __name__ == "__main__":
    main()
