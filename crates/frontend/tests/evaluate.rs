//! Whole model files: they evaluate without complaint, and host values stay out of models.

use std::fs;
use std::path::PathBuf;

use keramos_frontend::diagnostics::{Diagnostic, Source, SourceMap, Style, render};
use keramos_frontend::interp::{Evaluated, Options, run};
use keramos_frontend::value::Value;

fn evaluate(text: &str) -> Evaluated {
    run(&Source::new("model.py", text), Options::default())
}

fn clean(text: &str) -> Evaluated {
    let evaluated = evaluate(text);
    assert!(evaluated.diagnostics().is_empty(), "{}", rendered(&evaluated));
    evaluated
}

fn rendered(evaluated: &Evaluated) -> String {
    let sources = SourceMap::single(evaluated.interp.source.clone());
    let all: Vec<String> = evaluated.diagnostics().iter().map(|d| render(d, &sources, Style::default())).collect();
    all.join("\n")
}

fn errors(evaluated: &Evaluated) -> Vec<String> {
    evaluated.diagnostics().iter().filter(|d| d.is_error()).map(Diagnostic::to_string).collect()
}

#[test]
fn the_example_models_evaluate() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let mut seen = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "py") {
            let text = fs::read_to_string(&path).unwrap();
            let source = Source::new(path.file_name().unwrap().to_string_lossy(), text.as_str());
            let evaluated = run(&source, Options::default());
            assert!(errors(&evaluated).is_empty(), "{}", rendered(&evaluated));
            // Others have steps and functions of their own.
            let compiles = text.contains(".compile(");
            assert_eq!(compiles, !evaluated.interp.models.is_empty(), "the models of {}", path.display());
            seen += 1;
        }
    }
    assert!(seen >= 3, "only {seen} examples");
}

const SCRIPT: &str = r#"
"""An ordinary training script, data loading and plotting included."""
import os
import sys
from pathlib import Path
import numpy as np
import matplotlib.pyplot as plt
import keras
from keras import layers
from tqdm import tqdm
import pandas as pd

print("Keras", keras.__version__, os.environ["HOME"])
(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
x_train = x_train.astype("float32") / 255
x_train = np.expand_dims(x_train, -1)
print("x_train shape:", x_train.shape, f"{len(x_train)} samples")
num_classes = 10
y_train = keras.utils.to_categorical(y_train, num_classes)

def preprocess(images, scale=1.0):
    images = images * scale
    if images.max() > 1:
        images = images / 255
    return images

x_test = preprocess(x_test)
fig, axes = plt.subplots(1, 4, figsize=(8, 2))
for i, (ax, image) in enumerate(zip(axes, x_train)):
    ax.imshow(image)
for name in tqdm(os.listdir(".")):
    with open(name) as handle:
        text = handle.read()
if len(sys.argv) > 1:
    epochs = int(sys.argv[1])
if not os.path.exists("out"):
    os.makedirs("out")
assert x_train.shape[0] > 10
frame = pd.read_csv("x.csv")
columns = [c for c in frame.columns if c != "label"]

def build(units):
    inputs = keras.Input(shape=(28, 28, 1))
    x = layers.Flatten()(inputs)
    for u in units:
        x = layers.Dense(u, activation="relu")(x)
    return keras.Model(inputs, layers.Dense(num_classes, activation="softmax")(x))

model = build([32, 16])
model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
callbacks = [keras.callbacks.ModelCheckpoint("out/m.keras"), keras.callbacks.EarlyStopping(patience=2)]
history = model.fit(x_train, y_train, batch_size=128, epochs=3, validation_split=0.1, callbacks=callbacks)
plt.plot(history.history["loss"])
score = model.evaluate(x_test, y_test, verbose=0)
print("Test loss:", score[0])
predictions = model.predict(x_test)
best = np.argmax(predictions, axis=-1)
while best.sum() > 3:
    best = best[1:]
if __name__ == "__main__":
    print("done")
"#;

#[test]
fn a_script_with_data_and_plots_evaluates() {
    let evaluated = clean(SCRIPT);
    assert!(matches!(evaluated.global("x_train"), Some(Value::Host(_))));
    assert!(matches!(evaluated.global("best"), Some(Value::Host(_))));
    assert!(matches!(evaluated.global("model"), Some(Value::Object(_))));
    assert_eq!(evaluated.output(), "done\n");
    let skipped: Vec<&str> = evaluated
        .skipped()
        .iter()
        .map(|s| evaluated.interp.source.slice(s.span).lines().next().unwrap_or_default())
        .collect();
    assert_eq!(
        skipped,
        [
            "if images.max() > 1:",
            "for i, (ax, image) in enumerate(zip(axes, x_train)):",
            "for name in tqdm(os.listdir(\".\")):",
            "if len(sys.argv) > 1:",
            "if not os.path.exists(\"out\"):",
            "while best.sum() > 3:",
        ]
    );
}

#[test]
fn tensors_take_operators_and_indices() {
    let evaluated = clean(
        "import keras\n\
         x = keras.Input(shape=(8, 4))\n\
         y = keras.Input(shape=(8, 4))\n\
         z = -(x + y * 2 - 1) / (1 + abs(x)) ** 2\n\
         w = z[:, 0] + z[:, -1, :] + x[..., 1:3, :][:, 1] + x[:, ::-1][:, 0]\n\
         v = x[:, None, 2:7:2]\n\
         m = (x > 0) & (y <= 1)\n\
         print(x.shape, z.shape, w.shape, v.shape, m.shape, m.dtype, x.dtype, x.ndim)\n\
         model = keras.Model([x, y], [w, v])\n",
    );
    let expected = "(None, 8, 4) (None, 8, 4) (None, 4) (None, 1, 3, 4) (None, 8, 4) bool float32 3\n";
    assert_eq!(evaluated.output(), expected);
}

#[test]
fn constants_are_computed() {
    let evaluated = clean(
        "import keras\nimport numpy as np\nimport jax.numpy as jnp\nfrom keras import ops\n\
         a = jnp.arange(6).reshape(2, 3) * 2 + 1\n\
         print(a.shape, a.dtype.name, a.tolist(), a[1].tolist(), [row[0].tolist() for row in a], int(a[0, 1]))\n\
         print(ops.sum(ops.ones((3, 4))).item(), float(jnp.sqrt(16.0)), (np.array([1, 2]) + np.array([3, 4])).tolist())\n\
         table = jnp.stack([jnp.sin(a[0] / 2), jnp.cos(a[0] / 2)])\n\
         x = keras.Input(shape=(3,))\n\
         y = x * table[0] + np.array([1.0, 2.0, 3.0])\n\
         print(y.shape, y.dtype, bool(jnp.sum(a) > 3), len(a), a.ndim, a.size)\n\
         layer = keras.layers.Dense(2)\n\
         z = layer(jnp.ones((1, 3)))\n\
         print(layer.built)\n\
         if jnp.max(a) > 10:\n    print('large')\n",
    );
    assert!(matches!(evaluated.global("z"), Some(Value::Host(_))));
    let expected = "(2, 3) int32 [[1, 3, 5], [7, 9, 11]] [7, 9, 11] [1, 7] 3\n12.0 4.0 [4, 6]\n\
                    (None, 3) float32 True 2 2 6\nTrue\nlarge\n";
    assert_eq!(evaluated.output(), expected);
}

#[test]
fn steps_and_calls_are_limited() {
    let options = Options { max_steps: Some(20_000), ..Options::default() };
    for program in [
        "while True:\n    pass\n",
        "def f():\n    return f()\nf()\n",
        "x = [1]\nfor v in x:\n    x.append(v)\n",
        "x = 2\nwhile 1:\n    x = x * x\n",
        "x = 'a' * 10**12\n",
        "x = list(range(10**12))\n",
        "x = 1 << 10**9\n",
        "x = 10 ** 10 ** 10\n",
        "import itertools\nx = sum(itertools.count())\n",
        "x = [0] * 10000000\ny = x * 10000\n",
        "f = lambda: f()\nf()\n",
        "x = []\nfor i in range(3000): x = [x]\nrepr(x)\n",
        "x = []\ny = []\nfor i in range(3000): x, y = [x], [y]\nx == y\n",
        "print(f'{1:>99999999999}')\n",
    ] {
        let evaluated = run(&Source::new("model.py", program), options.clone());
        let found = errors(&evaluated);
        assert!(found.iter().any(|e| e.contains("K0902")), "{program}: {found:?}");
    }
}

#[test]
fn deep_values_can_be_freed() {
    let evaluated = clean(
        "import math\nx = []\nfor i in range(1000000):\n    x = [x]\nprint(len(x), math.isnan(1.0))\nx = 0\ny = ()\nfor i in range(1000000):\n    y = (y, i)\n",
    );
    assert_eq!(evaluated.output(), "1 False\n");
    drop(evaluated);
}

#[test]
fn deep_recursion_within_the_limit_works() {
    let evaluated = clean("def f(n):\n    return 0 if n == 0 else 1 + f(n - 1)\nprint(f(900))\n");
    assert_eq!(evaluated.output(), "900\n");
}

const IDIOMS: &str = r#"
import os

os.environ["KERAS_BACKEND"] = "jax"

import random
import time
from collections import namedtuple
from datetime import datetime
from typing import List, Optional

import tensorflow as tf
import keras.layers as L
from keras import backend as K, callbacks, initializers, losses, metrics, optimizers, utils
from keras.layers import Activation, BatchNormalization, Conv2D, Dense, Dropout, Flatten, Input, MaxPooling2D
from keras.models import Model, Sequential
from keras.optimizers import Adam
from sklearn.model_selection import train_test_split
from tensorflow import keras
from tensorflow.keras.layers import GlobalAveragePooling2D as Gap

keras.utils.set_random_seed(42)
random.seed(42)
K.clear_session()
SEED: int = 7
start = time.time()


class Config:
    """Hyperparameters."""

    image_size = 32
    channels: int = 3
    filters: List[int] = [16, 32]
    rate = 0.25

    @property
    def shape(self):
        return (self.image_size, self.image_size, self.channels)


config = Config()


def conv_block(x, filters: int, name: Optional[str] = None, *, pool=True):
    """Convolution, normalisation, activation and perhaps pooling."""
    x = Conv2D(filters, 3, padding="same", use_bias=False, kernel_initializer=initializers.HeNormal(seed=SEED))(x)
    x = BatchNormalization(name=f"{name}_bn" if name else None)(x)
    x = Activation("relu")(x)
    return MaxPooling2D()(x) if pool else x


inputs = Input(shape=config.shape, name="image")
x = inputs
for i, filters in enumerate(config.filters):
    x = conv_block(x, filters, name=f"block{i}", pool=i < len(config.filters) - 1)
x = Gap()(x)
x = Dropout(config.rate, seed=SEED)(x)
outputs = {"label": Dense(10, name="label")(x), "extra": tf.keras.layers.Dense(1, activation="sigmoid", name="extra")(x)}
model = Model(inputs=inputs, outputs=list(outputs.values()), name="net")
model.summary()

schedule = optimizers.schedules.ExponentialDecay(1e-3, decay_steps=1000, decay_rate=0.9)
model.compile(
    optimizer=Adam(learning_rate=schedule),
    loss=[losses.SparseCategoricalCrossentropy(from_logits=True), losses.BinaryCrossentropy()],
    metrics=[[metrics.SparseCategoricalAccuracy(name="acc")], []],
)
stack = Sequential([Input((4,)), *[Dense(n, activation="tanh") for n in (8, 4)]], name="stack")
stack.add(L.Dense(1))
print(f"{datetime.now()} built in {time.time() - start:.1f}s")
data = tf.data.Dataset.from_tensor_slices((tf.zeros((4, 4)), tf.zeros(4))).batch(2).prefetch(tf.data.AUTOTUNE)
train, test = train_test_split(data, test_size=0.2)
for step, (xb, yb) in enumerate(train):
    logits = stack(xb)
    if step % 10 == 0:
        print("step", step)
with tf.device("/cpu:0"):
    checkpoint = callbacks.ModelCheckpoint("best.keras", save_best_only=True)
try:
    import torch
except ImportError:
    torch = None
print(isinstance(model, keras.Model), isinstance(stack.layers[0], L.Layer), len(stack.layers), model.name, utils is not None)
if __name__ == "__main__":
    model.save("net.keras")
"#;

#[test]
fn idioms_of_scripts_evaluate() {
    let evaluated = clean(IDIOMS);
    assert_eq!(evaluated.output(), "True True 3 net True\n");
}

#[test]
fn what_a_loop_of_the_run_fills_is_not_empty() {
    let evaluated = evaluate(
        r#"
import os
import keras

names, by_label, seen = [], {}, set()
for path in os.listdir("images"):
    names.append(path)
    by_label.setdefault(path[0], []).append(path)
    seen.add(path[0])

class Data:
    def __init__(self, folder):
        self.files = []
        self.found = False
        for path in os.listdir(folder):
            self.files.append(path)
            self.found = True

data = Data("images")
first, second = names[0], by_label["a"]
order = data.files[3], data.found
known = [1, 2]
layer = keras.layers.Dense(len(names))
"#,
    );
    let expected = "K0601: a value that only exists at run time reaches `units` of Dense(): `os.listdir(\"images\")`";
    assert_eq!(errors(&evaluated), [format!("error[{expected}").replace("K0601:", "K0601]:")]);
    for name in ["first", "second", "names", "seen"] {
        assert!(matches!(evaluated.global(name), Some(Value::Host(_))), "{name}");
    }
}

#[test]
fn a_loop_that_only_data_end_ends_here() {
    clean(
        r#"
import cv2
import keras

def frames_of(path):
    video = cv2.VideoCapture(path)
    frames = []
    while True:
        there, frame = video.read()
        if not there:
            break
        frames.append(frame)
    return frames

frames = frames_of("video.mp4")
first = frames[0]
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
"#,
    );
}

#[test]
fn a_long_loop_over_data_is_the_runs() {
    let evaluated = clean(
        r#"
import numpy as np
import keras

questions = []
while len(questions) < 100_000:
    a, b = np.random.randint(0, 10), np.random.randint(0, 10)
    questions.append(str(a) + "+" + str(b))
x = np.zeros((len(questions), 7, 12))
for i, question in enumerate(questions):
    x[i] = len(question)
model = keras.Sequential([keras.Input((7, 12)), keras.layers.LSTM(3)])
"#,
    );
    assert!(matches!(evaluated.global("questions"), Some(Value::Host(_))));
}

#[test]
fn single_random_numbers_leave_shapes_known() {
    let evaluated = clean(
        r#"
import keras
import numpy as np

rng = np.random.default_rng(0)

def clip():
    pitch, level = rng.uniform(1.0, 4.0), rng.choice(3)
    wave = np.sin(pitch * np.linspace(0, 1, 50)) + 0.1 * rng.normal(size=50)
    return (level * wave / np.max(np.abs(wave))).astype("float32")

x = np.stack([clip() for _ in range(6)])[..., np.newaxis]
order = rng.permutation(x.shape[0])
print(x[order].shape, x[: -int(0.5 * x.shape[0])].shape, rng.choice(x[:, 0, 0], size=(2, 3)).shape)
model = keras.Sequential([keras.Input(x.shape[1:]), keras.layers.Conv1D(2, 3)])
"#,
    );
    assert_eq!(evaluated.output(), "(6, 50, 1) (3, 50, 1) (2, 3)\n");
}

#[test]
fn layers_that_look_up_have_the_vocabulary_that_they_are_given() {
    let evaluated = clean(
        r#"
import keras
chars = [c for c in "abc "]
to_number = keras.layers.StringLookup(vocabulary=chars, oov_token="")
print(to_number.get_vocabulary(), to_number.vocabulary_size())
back = keras.layers.StringLookup(vocabulary=to_number.get_vocabulary(), oov_token="", invert=True)
print(back.get_vocabulary())
print(keras.layers.StringLookup(vocabulary=["x", "y"], mask_token="", num_oov_indices=2).get_vocabulary())
print(keras.layers.IntegerLookup(vocabulary=(12, 36), mask_token=0).get_vocabulary())
print(keras.layers.IntegerLookup(vocabulary=[12, 36], mask_token=0, output_mode="multi_hot").vocabulary_size())
print(keras.layers.TextVectorization(vocabulary=["a", "b"]).get_vocabulary())
"#,
    );
    let expected = "['', 'a', 'b', 'c', ' '] 5\n['', 'a', 'b', 'c', ' ']\n['', '[UNK]', '[UNK]', 'x', 'y']\n\
                    [0, -1, 12, 36]\n3\n['', '[UNK]', 'a', 'b']\n";
    assert_eq!(evaluated.output(), expected);
}

#[test]
fn a_default_dict_that_a_loop_of_the_run_fills_is_of_the_run() {
    let evaluated = clean(
        "import collections, math, os\ncount = collections.defaultdict(int)\nfor name in os.listdir('.'):\n    count[name] += 1\n\
         total = math.log(sum(count.values()))\nfor name in count:\n    print(name)\ntext = 'abcdef'\npart = text[len(os.listdir('.')):]\nprint(part[0])\n",
    );
    assert_eq!(evaluated.output(), "");
}

#[test]
fn arrays_of_which_the_number_of_rows_alone_is_unknown() {
    let evaluated = clean(
        r#"
import keras
import numpy as np
from sklearn.model_selection import train_test_split
from sklearn.utils import shuffle

(images, labels), _ = keras.datasets.mnist.load_data()
some = labels < 5
x, y = images[some], labels[some]
print("masked", x.shape[1:], x.dtype, y.ndim, x.ndim)
x = x.astype("float32").reshape(len(x), 28 * 28) / 255.0
x = np.concatenate([x, x[::-1]])
print("twice", x.shape[1:], x.reshape(-1, 2, x.shape[1]).shape[1:], np.expand_dims(x, -1).shape[1:])
cut = int(0.9 * x.shape[0])
print("cut", x[:cut].shape[1:], x[cut:, :10].shape[1:], x[:32].shape, x[-8:].shape, x[100:164].shape)
order = np.random.permutation(len(y))
print("order", y[order].ndim, images[np.where(labels == 3)[0]].shape[1:])
np.random.shuffle(images)
parts = train_test_split(images, labels, test_size=0.25)
print([part.shape for part in parts], [part.shape[1:] for part in train_test_split(x, y)])
a, b = shuffle(images, x)
print(a.shape, b.shape[1:], keras.utils.to_categorical(y, 5).shape[1:], np.random.normal(size=(len(y), 3)).shape[1:])
(words, _), _ = keras.datasets.imdb.load_data(num_words=100)
words = keras.utils.pad_sequences(words, maxlen=20)
print(words.shape[1:], words.dtype)
model = keras.Sequential([keras.layers.Dense(5)])
model.compile("sgd", "sparse_categorical_crossentropy")
model.fit(x[:cut], y, batch_size=16)
print(model.input_shape)
"#,
    );
    assert_eq!(
        evaluated.output(),
        "masked (28, 28) uint8 1 3\n\
         twice (784,) (2, 784) (784, 1)\n\
         cut (784,) (10,) (32, 784) (8, 784) (64, 784)\n\
         order 1 (28, 28)\n\
         [(45000, 28, 28), (15000, 28, 28), (45000,), (15000,)] [(784,), (784,), (), ()]\n\
         (60000, 28, 28) (784,) (5,) (3,)\n\
         (20,) int32\n\
         (None, 784)\n"
    );
}

#[test]
fn what_follows_from_a_number_of_rows_by_chance_is_not_known() {
    let evaluated = clean(
        r#"
import keras
import numpy as np

(images, labels), _ = keras.datasets.mnist.load_data()
x = images[labels < 5]
n = len(x)
unknown = [n, n // 32, n % 100, min(n, 100), n > 5, n == 9600, x[n - 1 : n + 10].shape[0], images[:n].shape[0], x.T.shape[0] == x.T.shape[2]]
(rest, _), _ = keras.datasets.mnist.load_data()
"#,
    );
    let Some(Value::List(unknown)) = evaluated.global("unknown") else { panic!("no list") };
    let known: Vec<_> = unknown.borrow().iter().filter(|value| !matches!(value, Value::Host(_))).cloned().collect();
    assert!(known.is_empty(), "{known:?}");
}

#[test]
fn numbers_of_rows_of_published_data_are_known_and_loops_over_them_are_of_the_run() {
    let evaluated = clean(
        r#"
import jax.numpy as jnp
import keras
import numpy as np
import optax

(x, y), (x_test, _) = keras.datasets.cifar10.load_data()
x = x.astype("float32") / 255
x -= np.mean(x, axis=0)
batch = 128
steps = len(x) // batch
cut = int(len(x) * 0.9)
print(x[:cut].shape)
print(x[cut:].shape)
rate = keras.optimizers.schedules.PiecewiseConstantDecay([2 * steps, 3 * steps], [0.1, 0.01, 0.001])
print(rate.get_config()["boundaries"])
print(keras.optimizers.schedules.CosineDecay(0.1, decay_steps=steps * 10).get_config()["decay_steps"])
print(optax.cosine_decay_schedule(0.1, decay_steps=steps)(steps / 2), jnp.ones(3) / len(x_test))
passes = []
for i in range(steps):
    passes.append(x[i * batch : (i + 1) * batch])
while i < len(x):
    i += batch
"#,
    );
    assert_eq!(
        evaluated.output(),
        "(45000, 32, 32, 3)\n\
         (5000, 32, 32, 3)\n\
         [780, 1170]\n\
         3900\n\
         0.049999997 [1.e-04 1.e-04 1.e-04]\n"
    );
    for name in ["steps", "passes", "i"] {
        let value = evaluated.global(name);
        let unrolled = matches!(&value, Some(Value::Int(_)) | None);
        assert!(!unrolled, "{name} is {value:?}");
    }
}
