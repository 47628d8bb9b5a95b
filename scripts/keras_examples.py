"""Checks the code examples of a checkout of keras-io with `keramos check`, compares the models of those that compile
with real Keras, and writes the table of what came out.

    python scripts/keras_examples.py ../keras-io [--keramos target/release/keramos] [--compare] > docs/keras_examples.md

OPTIONS holds what some of them have to be told, since only their data would: sizes. With `--no-training` in it, what the
model predicts is compiled, since Keras on JAX does not train it either. An example counts if it imports
Keras 3 itself and none of the packages on top of Keras or beside it in OTHERS. Those that import it as `tensorflow.keras`
were written for Keras 2 and have a table of their own; of each other file, the page has the line that tells what it
needs. The files are taken as they are.

With `--compare` (a Python with Keras, JAX and NumPy) there are two comparisons, each from the same weights, which
`keras_reference.py` moves off their starts. `predict`: both predict four rows. `train`: three steps on one batch of four
rows that is drawn by what the artifact says of its inputs and targets, with random layers at work, their states taken over;
each loss and metric counts. `--known FILE` keeps both answers as JSON, so that a later run makes only those that are new,
delete a name from the file to have it compared again. `--only EXPRESSION` makes only those whose names it matches; with
`--keep docs/keras_examples.md` the rows of the others stay as that page has them, and they are not even checked.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile

from survey import check, counts, rows_of, table

OTHERS = r"keras_cv|keras_nlp|keras_hub|keras_tuner|keras_core|tensorflow_addons|transformers|tensorflow_model_optimization|tensorflow_decision_forests"
OPTIONS = {
    "examples/generative/conditional_gan.py": ["--no-training", "--model", "generator"],
    "examples/generative/dcgan_overriding_train_step.py": ["--no-training", "--model", "generator"],
    "examples/keras_recipes/debugging_tips.py": ["--no-training"],
    "examples/keras_recipes/trainer_pattern.py": ["--no-training", "--input-shape", "f32[32,28,28,1]"],
    "examples/generative/ddim.py": ["--no-training", "--model", "model.network"],
    "examples/generative/wgan_gp.py": ["--no-training", "--model", "g_model"],
    "examples/vision/bit.py": ["--input-shape", "f32[64,224,224,3]"],
    "examples/vision/image_captioning.py": ["--no-training", "--model", "cnn_model"],
    "examples/vision/image_classification_efficientnet_fine_tuning.py": ["--value", "NUM_CLASSES=120"],
    "examples/vision/metric_learning.py": ["--no-training"],
    "examples/vision/nerf.py": ["--no-training", "--model", "nerf_model", "--value", "images=f32[106,100,100,3]"],
    "examples/vision/semantic_image_clustering.py": ["--no-training"],
    "examples/vision/semisupervised_simclr.py": ["--input-shape", "f32[525,96,96,3]"],
    "examples/vision/zero_dce.py": ["--input-shape", "f32[16,256,256,3]"],
    "guides/custom_train_step_in_tensorflow.py": ["--no-training", "--model", "generator"],
    "guides/custom_train_step_in_torch.py": ["--no-training", "--model", "generator"],
    "guides/intro_to_keras_for_engineers.py": ["--input-shape", "f32[128,28,28,1]"],
    "examples/generative/deep_dream.py": ["--input-shape", "f32[1,299,299,3]"],
    "examples/generative/lstm_character_level_text_generation.py": ["--value", "chars=[\"a\",\"b\",\"c\",\"d\",\"e\"]"],
    "examples/keras_recipes/packaging_keras_models_for_wide_distribution.py": ["--input-shape", "u8[8,28,28,1]"],
    "examples/nlp/bidirectional_lstm_imdb.py": ["--input-shape", "i32[32,200]"],
    "examples/keras_recipes/reproducibility_recipes.py": ["--input-shape", "f32[32,28,28,1]"],
    "examples/audio/ctc_asr.py": ["--input-shape", "f32[32,100,193]"],
    "examples/graph/gat_node_classification.py": ["--value", "OUTPUT_DIM=7"],
    "examples/graph/gnn_citations.py": ["--value", "num_features=1433,num_classes=7"],
    "examples/graph/node2vec_movielens.py": ["--value", "vocabulary=i32[1405]"],
    "examples/nlp/ner_transformers.py": ["--input-shape", "i32[32,60]"],
    "examples/nlp/pretrained_word_embeddings.py": [
        "--value", "num_tokens=20002,class_names=i32[20]"
    ],
    "examples/rl/ddpg_pendulum.py": ["--value", "num_states=3,num_actions=1,upper_bound=2.0,lower_bound=-2.0"],
    "examples/rl/ppo_cartpole.py": ["--value", "observation_dimensions=4,num_actions=2"],
    "examples/structured_data/deep_neural_decision_forests.py": ["--value", "vocabulary=[\"a\",\"b\",\"c\"]"],
    "examples/structured_data/tabtransformer.py": ["--value", "vocabulary=i32[10]"],
    "examples/timeseries/timeseries_traffic_forecasting.py": ["--value", "adjacency_matrix=f32[26,26]"],
    "examples/nlp/lstm_seq2seq.py": [
        "--value", "num_encoder_tokens=71,num_decoder_tokens=93", "--input-shape", "f32[64,16,71],f32[64,59,93]"
    ],
    "examples/nlp/neural_machine_translation_with_transformer.py": ["--input-shape", "i32[64,20],i32[64,20]"],
    "examples/structured_data/collaborative_filtering_movielens.py": [
        "--value", "num_users=610,num_movies=9724", "--input-shape", "i32[64,2]"
    ],
    "examples/vision/captcha_ocr.py": ["--value", "characters=[\"a\",\"b\",\"c\"]"],
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
    "examples/audio/speaker_recognition_using_cnn.py": ["--value", "class_names=[\"a\",\"b\",\"c\",\"d\",\"e\"]"],
    "examples/keras_recipes/sample_size_estimate.py": ["--value", "num_classes=5"],
    "examples/structured_data/imbalanced_classification.py": ["--value", "train_features=f32[227846,30]"],
    "examples/timeseries/eeg_signal_classification.py": ["--value", "num_classes=4"],
    "examples/timeseries/timeseries_anomaly_detection.py": ["--value", "x_train=f32[3745,288,1]"],
    "examples/timeseries/timeseries_classification_from_scratch.py": ["--value", "x_train=f32[3601,500,1],num_classes=2"],
    "examples/timeseries/timeseries_classification_transformer.py": ["--value", "x_train=f32[3601,500,1],n_classes=2"],
    "examples/timeseries/timeseries_weather_forecasting.py": ["--value", "inputs=f32[256,120,7]"],
    "examples/vision/attention_mil_classification.py": ["--value", "train_data=f32[500,3,28,28]"],
}

# Rows of a batch where the file says how many a batch has; 4 elsewhere.
ROWS = {"examples/generative/pixelcnn.py": 128}


def candidates(root: pathlib.Path) -> tuple:
    """The examples of Keras 3, those that import it as TensorFlow's, and the others, each with the line that tells."""
    keras, tensorflow, others = [], [], []
    for path in sorted([*root.glob("examples/**/*.py"), *root.glob("guides/*.py")]):
        text = path.read_text(encoding="utf-8", errors="replace")
        if other := re.search(rf"^(import|from) ({OTHERS})\b.*$", text, re.M):
            others.append((path, other.group(0)))
        elif re.search(r"^\s*(from tensorflow import keras|(from|import) tensorflow\.keras)\b", text, re.M):
            tensorflow.append(path)
        elif re.search(r"^(import keras\b|from keras\b)", text, re.M):
            keras.append(path)
        elif "tf.keras." in text:
            tensorflow.append(path)
        else:
            others.append((path, "imports no Keras"))
    return keras, tensorflow, others


def run(command: list, seconds: int) -> str:
    """What went wrong, if anything did."""
    try:
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=seconds)
    except subprocess.TimeoutExpired:
        return "takes too long"
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("error")]
    return "" if done.returncode == 0 else (errors or lines[-1:] or ["no answer"])[0]


def predict(keramos: str, runtime: str, path: pathlib.Path, options: list) -> tuple:
    """Whether predictions are those of real Keras: the largest difference in units of the largest output, or why
    there is no telling."""
    import numpy as np

    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        reference = pathlib.Path(__file__).with_name("keras_reference.py")
        if problem := run([sys.executable, reference, path, folder, *options], 1800):
            return None, f"real Keras: {problem}"
        about = json.loads((folder / "about.json").read_text())
        artifact = folder / "model.kar"
        told = options
        options = [option for option in options if option != "--no-training"]
        build = [keramos, "compile", path, *options, "--no-training", "--batch", about["batch"], "--target", "none"]
        if problem := run([*build, "--weights", folder / "reference.weights.h5", "-o", artifact], 900):
            return None, f"weights: {problem}"
        expected = np.load(folder / "outputs.npz")
        count = len(np.load(folder / "inputs.npz").files)
        names = [part for i in range(count) for part in ("--x", i)]
        command = [runtime, "predict", artifact, "--input", folder / "inputs.npz", *names, "-o", folder / "found.npz", "-q"]
        # Where predictions are random, too, the states of random generators count, which the file of weights does not hold.
        for weights in ([], ["--weights", folder / "reference.npz"]):
            if problem := run([*command, *weights], 1800):
                return None, f"predict: {problem}"
            found = np.load(folder / "found.npz")
            # Several outputs lie in the file by name.
            order = about["outputs"] if sorted(about["outputs"]) == sorted(found.files) else found.files
            if [found[name].shape for name in order] != [expected[name].shape for name in expected.files]:
                return None, f"shapes: {[found[n].shape for n in order]}, not {[expected[n].shape for n in expected.files]}"
            worst = apart({b: found[a] for a, b in zip(order, expected.files)}, expected)
            if worst is None:
                return None, "NaN at other places"
            if worst <= TOLERANCE:
                return worst, ""
        before = {name: expected[name] for name in expected.files}
        if run([sys.executable, reference, path, folder, *told, "--nudge"], 1800):
            return worst, ""
        return worst, OWN.format(apart(np.load(folder / "outputs.npz"), before))


def apart(found, expected):
    """The largest difference of arrays, in units of the largest value of each; `None` if NaN lie at other places."""
    import numpy as np

    worst = 0.0
    for name in expected:
        a, b = found[name].astype("float64"), expected[name].astype("float64")
        if not (np.isnan(a) == np.isnan(b)).all():
            return None
        scale = max(float(np.nanmax(np.abs(b), initial=0.0)), 1e-30)
        worst = max(worst, float(np.nanmax(np.abs(a - b), initial=0.0)) / scale)
    return worst


def labels(port: dict, loss: str, rng):
    """Random numbers that such a target may hold."""
    import numpy as np

    shape = port["shape"]
    if "categorical" in loss and "sparse" not in loss and shape[-1] > 1:
        return np.eye(shape[-1], dtype="float32")[rng.integers(0, shape[-1], shape[:-1])]
    if port["dtype"].startswith("f") and "crossentropy" not in loss:
        return rng.random(shape, dtype="float32")
    return rng.integers(0, port.get("below", 2), shape).astype(port["dtype"])


def train(keramos: str, runtime: str, path: pathlib.Path, options: list) -> tuple:
    """Whether loss and metrics of the first steps of training are those of real Keras, from the same weights (the states
    of random generators among them) and on the same batch: the largest difference in units of the largest value of its
    kind, or why there is no telling."""
    import numpy as np

    if "--no-training" in options:
        return None, ""
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        artifact, data, weights = folder / "model.kar", folder / "data.npz", folder / "reference.npz"
        rows = next((rows for name, rows in ROWS.items() if path.as_posix().endswith(name)), 4)
        build = [keramos, "compile", path, *options, "--train-batch", rows, "--batch", rows, "--target", "none", "-o", artifact]
        if problem := run(build, 900):
            return None, problem
        manifest = json.loads(subprocess.run([runtime, "inspect", "--json", artifact], capture_output=True, text=True).stdout)["manifest"]
        steps = [program for program in manifest["programs"] if program["entry"] == "train_step"]
        if not steps or not manifest["training"]:
            return None, ""
        rng = np.random.default_rng(2)
        losses = manifest["training"]["losses"] or [""]
        arrays = {}
        for port in steps[0]["inputs"]:
            kind = port["kind"]
            if kind == "data":
                name = f"x{sum(name[0] == 'x' for name in arrays)}"
                if port["dtype"].startswith("f"):
                    arrays[name] = rng.random(port["shape"], dtype="float32")
                else:
                    arrays[name] = rng.integers(0, port.get("below", 10), port["shape"]).astype(port["dtype"])
            elif kind == "target":
                count = sum(name[0] == "y" for name in arrays)
                arrays[f"y{count}"] = labels(port, losses[min(count, len(losses) - 1)], rng)
        np.savez(data, **arrays)
        reference = pathlib.Path(__file__).with_name("keras_reference.py")
        keras = [sys.executable, reference, path, folder, *options, "--data", data]
        if problem := run(keras, 1800):
            return None, f"real Keras: {problem}"
        names = [part for name in arrays for part in (f"--{name[0]}", name)]
        command = [runtime, "train", artifact, "--data", data, *names, "--epochs", "3", "--no-shuffle", "--no-callbacks"]
        command += ["--validation-split", "0"]
        if problem := run([*command, "--batch-size", rows, "--weights", weights, "--history", folder / "found.json", "-q"], 1800):
            return None, f"train: {problem}"
        found, expected = (json.loads((folder / name).read_text()) for name in ("found.json", "history.json"))
        found = found.get("history", found)
        if found.keys() != expected.keys():
            return None, f"logs {', '.join(found)}, not {', '.join(expected)}"
        worst = difference(found, expected)
        if worst <= TOLERANCE or run([*keras, "--nudge"], 600):
            return worst, ""
        own = difference(json.loads((folder / "history.json").read_text()), expected)
        return worst, OWN.format(own)


TOLERANCE = 1e-5
OWN = "Keras itself by {:.0e} when the last bits of its weights and inputs are other ones"


def difference(found: dict, expected: dict) -> float:
    """The largest difference of logs, in units of the largest value under the same name."""
    worst = 0.0
    for name, values in expected.items():
        scale = max(1e-30, *map(abs, values))
        worst = max(worst, *(abs(a - b) / scale for a, b in zip(found[name], values, strict=True)))
    return worst


def told(what: str, worst, why: str) -> str:
    """What a comparison came to, in words; nothing if there was none."""
    if worst is None:
        return f"{what} not compared: {why}" if why else ""
    if worst > TOLERANCE:
        return f"{what} differs by {worst:.0e}" + (f" ({why})" if why else "")
    return f"{what} max. error {worst:.0e}" if worst else f"{what} equal"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkout", type=pathlib.Path)
    parser.add_argument("--keramos", default="target/release/keramos")
    parser.add_argument("--keramos-run", help="the runtime [default: beside keramos]")
    parser.add_argument("--compare", action="store_true", help="compare the models with real Keras")
    parser.add_argument("--known", type=pathlib.Path, help="comparisons of an earlier run, kept as JSON: only others are made")
    parser.add_argument("--only", default="", help="compare only examples whose names this regular expression matches")
    parser.add_argument("--keep", type=pathlib.Path, help="a page written before, whose rows of other examples stay")
    arguments = parser.parse_args()
    runtime = arguments.keramos_run or str(pathlib.Path(arguments.keramos).with_name("keramos-run"))
    known = json.loads(arguments.known.read_text()) if arguments.known and arguments.known.exists() else {}
    keras, tensorflow, others = candidates(arguments.checkout)
    kept = rows_of(arguments.keep.read_text(), "examples|guides") if arguments.keep else {}
    ours, theirs = [], []
    for path in [*keras, *tensorflow]:
        rows = ours if path in keras else theirs
        name = path.relative_to(arguments.checkout).as_posix()
        if name in kept and not re.search(arguments.only, name):
            rows.append(kept[name])
            continue
        options = OPTIONS.get(name, [])
        state, said = check(arguments.keramos, path, options)
        compared, untrained = "", "--no-training" in options
        if untrained:
            said = f"{said}; with training: {check(arguments.keramos, path, values(options))[1]}"
        if state == "compiles":
            if arguments.compare and name not in known and re.search(arguments.only, name):
                known[name] = {what.__name__: what(arguments.keramos, runtime, path, options) for what in (predict, train)}
                print(name, known[name], file=sys.stderr)
                if arguments.known:
                    arguments.known.write_text(json.dumps(known, indent=1))
            answers = known.get(name, {})
            predicts, trains = (answers.get(what, (None, "")) for what in ("predict", "train"))
            compared = ", ".join(part for part in (told("predict", *predicts), told("train", *trains)) if part)
            if predicts[0] is not None and predicts[0] <= TOLERANCE:
                state = "predicts and matches" if untrained else "trains and matches" if trains[0] is not None and trains[0] <= TOLERANCE else "compiles and matches"
        state = "predicts" if untrained and state == "compiles" else state
        rows.append((name, state, ", ".join(part for part in (compared, said) if part)))
    print("# Keras's own code examples\n")
    print(
        f"What `keramos check` says of the {len(ours)} Keras-3 examples and guides of keras-io, taken as they are: "
        f"{summary(ours)}.\n\n"
        "An example that compiles makes an artifact with its model's programs; statements about data, plots and files are\n"
        "the run's. To compare, real Keras on JAX builds the same model from the same file, its weights are moved off their\n"
        "starts at random and given to both, and both predict four rows of random inputs; then both make three steps of\n"
        "training on four rows, dropout and other random layers at work, and every loss and metric is compared. The error is\n"
        f"the largest difference in units of the largest value, at most {TOLERANCE:.0e} to match.\n"
        "`python scripts/keras_examples.py PATH-TO-KERAS-IO --compare > docs/keras_examples.md` makes this page.\n"
    )
    table("example", ours, ORDER)
    print(
        f"\n## Written for TensorFlow's Keras\n\nThe {len(theirs)} that import `tensorflow.keras`, all of `rl` and `graph` among them, "
        f"were written for Keras 2. TensorFlow's Keras has been Keras 3 since, so they are tried as well: {summary(theirs)}. Most of the rest\n"
        "call TensorFlow inside the model or its training, which Keras refuses on JAX, too.\n"
    )
    table("example", theirs, ORDER)
    print(f"\n## Not tried\n\nThe other {len(others)} files need packages on top of Keras or beside it. The line that tells:\n")
    print("| example | line |")
    print("|---|---|")
    for path, line in others:
        print(f"| {path.relative_to(arguments.checkout).as_posix()} | `{line}` |")


ORDER = ["trains and matches", "compiles and matches", "compiles", "predicts and matches", "predicts", "failed", "refused"]


def summary(rows: list) -> str:
    count = counts(rows, ORDER)
    compile = count["trains and matches"] + count["compiles and matches"] + count["compiles"]
    predict = count["predicts and matches"] + count["predicts"]
    matches = compile - count["compiles"] + count["predicts and matches"]
    helped = sum(row[1] not in ("failed", "refused") and "with --" in row[2] for row in rows)
    return (
        f"**{compile} compile**, {predict} more without their training, which is not for JAX ({helped} of all are told a size "
        "that only their data would tell, or which model is meant), "
        f"**{matches} of these predict as real Keras does**, **{count['trains and matches']} train as it does**, "
        f"{count['refused']} are refused with a reason, {count['failed']} fail otherwise"
    )


def values(options: list) -> list:
    """Those of the options that tell values."""
    return [part for pair in zip(options, options[1:]) if pair[0] == "--value" for part in pair]


if __name__ == "__main__":
    main()
