//! Files that are written for other backends of Keras, and what is known of the data sets of Keras.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use keramos_frontend::diagnostics::{Source, Style, render};
use keramos_frontend::program::{EntryKind, PortKind};
use keramos_frontend::{Options, compile};

/// The text and everything that compiling it tells.
fn report_with(text: &str, options: &Options) -> String {
    let compiled = compile(Source::new("model.py", text.to_owned()), options);
    let all: Vec<String> =
        compiled.diagnostics.iter().map(|d| render(d, &compiled.sources, Style::default())).collect();
    format!("{text}\n----\n{}", all.join("\n"))
}

fn report(text: &str) -> String {
    report_with(text, &Options::default())
}

/// A model with a step in TensorFlow's form, which computes something itself.
const CLASSIFIER: &str = "import tensorflow as tf
import keras

class Classifier(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(2)

    def call(self, x):
        return self.dense(x)

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            loss = self.compute_loss(y=y, y_pred=self(x, training=True))
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))
        return {\"loss\": loss}

model = Classifier()
model(keras.Input((3,)))
model.compile(\"adam\", \"mse\")
";

/// One that only has parts.
const GAN: &str = "import keras

class GAN(keras.Model):
    def __init__(self, discriminator, generator):
        super().__init__()
        self.discriminator = discriminator
        self.generator = generator

    def train_step(self, real):
        return {}

generator = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
gan = GAN(keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)]), generator)
gan.compile(\"adam\")
";

#[test]
fn a_step_of_tensorflow_is_told_as_one() {
    insta::assert_snapshot!(report(CLASSIFIER));
}

#[test]
fn a_step_of_a_model_of_parts_names_them() {
    insta::assert_snapshot!(report(GAN));
}

#[test]
fn without_training_the_step_does_not_matter() {
    let mut options = Options::default();
    options.program.training = false;
    let compiled = compile(Source::new("model.py", CLASSIFIER.to_owned()), &options);
    assert!(compiled.program.is_some(), "{:?}", compiled.diagnostics);
    for (model, inputs) in [("gan.discriminator", 3), ("generator", 4)] {
        let options = Options { model: Some(model.to_owned()), ..options.clone() };
        let program = compile(Source::new("model.py", GAN.to_owned()), &options).program;
        let rows = program.map(|program| program.layers.first().map(|row| row.outputs[0].0.clone()));
        assert_eq!(rows, Some(Some(vec![None, Some(inputs)])), "{model}");
    }
    insta::assert_snapshot!(report_with(GAN, &options));
}

macro_rules! reports {
    ($($name:ident: $text:expr;)*) => {
        $(#[test]
        fn $name() {
            insta::assert_snapshot!(report($text));
        })*
    };
}

reports! {
    tensorflow_in_a_layer: "import tensorflow as tf
import keras

class Pool(keras.layers.Layer):
    def call(self, x):
        return tf.reduce_mean(x, axis=1)

outputs = Pool()(keras.Input((4, 8)))
";
    tensorflow_in_arithmetic: "import tensorflow as tf
import keras

class Sampling(keras.layers.Layer):
    def call(self, mean, log_var):
        return mean + tf.exp(0.5 * log_var)

outputs = Sampling()(keras.Input((8,)), keras.Input((8,)))
";
    tensorflow_as_an_activation: "import tensorflow as tf
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, activation=tf.nn.gelu)])
";
    pytorch_in_a_layer: "import torch
import keras

class Regularized(keras.layers.Layer):
    def call(self, x):
        self.add_loss(1e-2 * torch.sum(x))
        return x

outputs = Regularized()(keras.Input((4,)))
";
    types_of_other_backends: "import keras
import tensorflow as tf
import torch

inputs = keras.Input((4,), dtype=tf.float32)
words = keras.Input((), dtype=tf.string)
layer = keras.layers.Dense(2, dtype=torch.float16)
assert inputs.dtype == \"float32\" and layer.compute_dtype == \"float16\"
assert keras.ops.cast(inputs, dtype=tf.dtypes.int32).dtype == \"int32\"
assert keras.ops.ones((2,), dtype=torch.int32).dtype == \"int32\"
keras.Input((4,), dtype=tf.float31)
";
    a_variable_that_begins_with_data: "import keras
import numpy as np

class Scale(keras.layers.Layer):
    def __init__(self, units):
        super().__init__()
        self.scale = keras.Variable(np.random.random((units,)), dtype=\"float32\")

    def call(self, x):
        return x * self.scale

model = keras.Sequential([keras.Input((3,)), Scale(3)])
model.compile(\"sgd\", \"mse\")
";
    checkpoints_within_an_epoch: "import keras

model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
model.compile(\"sgd\", \"mse\")
saved = keras.callbacks.ModelCheckpoint(\"model.keras\", save_freq=100)
model.fit(keras.ops.ones((8, 3)), keras.ops.ones((8, 1)), callbacks=[saved])
keras.callbacks.ModelCheckpoint(\"model.keras\", save_freq=\"batch\")
";
    data_sets_of_keras: "import keras

names = [\"mnist\", \"fashion_mnist\", \"cifar10\", \"cifar100\"]
for name in names:
    (x_train, y_train), (x_test, y_test) = getattr(keras.datasets, name).load_data()
    assert x_train.shape[0] == (60000 if \"mnist\" in name else 50000) and x_test.shape[0] == y_test.shape[0] == 10000
    assert x_train.shape[1:] == ((28, 28) if \"mnist\" in name else (32, 32, 3))
    assert y_train.shape[1:] == (() if \"mnist\" in name else (1,))
(x, y), (x_test, _) = keras.datasets.boston_housing.load_data(test_split=0.25)
assert x.shape == (379, 13) and x_test.shape == (127, 13) and y.shape == (379,)
(x, y), _ = keras.datasets.california_housing.load_data(version=\"small\")
assert x.shape == (480, 8)
model = keras.Sequential([keras.layers.Dense(1)])
model.compile(\"sgd\", \"mse\")
model.fit(x / 255.0, y)
keras.datasets.cifar100.load_data(label_mode=\"rough\")
keras.datasets.boston_housing.load_data(test_split=1)
keras.datasets.cifar11.load_data()
";
    layers_from_their_configurations: "import keras

@keras.saving.register_keras_serializable()
class Pair(keras.layers.Layer):
    def __init__(self, first, second=None, **options):
        super().__init__(**options)
        self.first = first
        if second is not None:
            self.second = second
        else:
            self.second = keras.layers.Dense(8)

    def get_config(self):
        return {**super().get_config(), \"first\": self.first, \"second\": self.second}

    @classmethod
    def from_config(cls, config):
        config[\"first\"] = keras.layers.deserialize(config[\"first\"])
        config[\"second\"] = keras.saving.deserialize_keras_object(config[\"second\"])
        return cls(**config)

    def call(self, x):
        return self.second(self.first(x))

inputs = keras.Input((4,))
model = keras.Model(inputs, Pair(keras.layers.Dense(3, name=\"one\"))(inputs))
again = keras.Model.from_config(model.get_config())
assert again.count_params() == model.count_params() == 47
layer = keras.layers.Dense(3, activation=\"relu\", name=\"one\")
config = keras.layers.serialize(layer)
assert config[\"class_name\"] == \"Dense\" and config[\"config\"][\"units\"] == 3
made = keras.layers.deserialize(config)
assert made is not layer and made.name == \"one\" and made.units == 3
made = keras.layers.deserialize({\"module\": \"keras.layers\", \"class_name\": \"Dense\", \"config\": {\"units\": 5}})
assert made.units == 5
keras.layers.deserialize({\"class_name\": \"Dens\", \"config\": {}})
keras.layers.deserialize({})
";
    a_dict_that_only_a_loop_of_the_run_fills: "from collections import defaultdict
import keras
import numpy as np

clusters = defaultdict(list)
for index, cluster in enumerate(np.load(\"clusters.npy\")):
    clusters[cluster].append(index)
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(len(clusters[0]))])
";
    progress_bars: "from tqdm import tqdm
import keras

models = [keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)]) for _ in range(2)]
for model in tqdm(models, desc=\"training\"):
    model.compile(\"sgd\", \"mse\")
assert [len(model.weights) for model in tqdm(models)] == [2, 2]
bar = tqdm(models)
bar.set_description(\"later\")
bar.unknown.value
";
    losses_of_a_layer_that_was_called: "import keras

class Activity(keras.layers.Layer):
    def call(self, x):
        self.add_loss(keras.ops.sum(x))
        return x

class Outer(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(2, kernel_regularizer=\"l2\")
        self.activity = Activity()

    def call(self, x):
        return self.activity(self.dense(x))

layer = Outer()
assert len(layer.losses) == 0
layer(keras.ops.ones((1, 3)))
assert len(layer.losses) == 2
layer(keras.ops.ones((1, 3)))
assert len(layer.losses) == 2 and len(layer.activity.losses) == 1
model = keras.Sequential([keras.Input((3,)), layer])
model.compile(\"sgd\", \"mse\", metrics=[\"mae\"])
assert model.metrics_names == [\"loss\", \"compile_metrics\"]
";
}

/// The types of the inputs and targets of the training step.
fn fed(text: &str) -> Vec<String> {
    let compiled = compile(Source::new("model.py", text.to_owned()), &Options::default());
    assert!(compiled.diagnostics.is_empty(), "{}", report(text));
    let program = compiled.program.unwrap();
    let step = program.entries.iter().find(|entry| entry.kind == EntryKind::TrainStep).unwrap();
    let data = |kind: &PortKind| matches!(kind, PortKind::Data(_) | PortKind::Target(_));
    let types = step.inputs.iter().zip(step.function.param_types());
    types.filter(|(port, _)| data(&port.kind)).map(|(_, ty)| ty.to_string()).collect()
}

#[test]
fn data_sets_made_of_arrays_have_known_elements() {
    let text = "import keras
import tensorflow as tf

(x, y), _ = keras.datasets.cifar10.load_data()
data = tf.data.Dataset.from_tensor_slices((x[y[:, 0] < 5].astype(\"float32\"), y)).shuffle(100).batch(16).prefetch(2)
model = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(5)])
model.compile(\"sgd\", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
model.fit(data)
";
    assert_eq!(fed(text)[0], "f32[16,32,32,3]");
    let labels = text.replace(
        "keras.losses.SparseCategoricalCrossentropy(from_logits=True)",
        "lambda y, p: keras.ops.mean(p, -1) * 0 + keras.ops.cast(y[:, 0], \"float32\")",
    );
    assert!(fed(&labels)[1].ends_with("[16,1]"), "{:?}", fed(&labels));
}

#[test]
fn sizes_that_a_model_leaves_open_are_those_of_its_data() {
    let text = "import keras

(x, y), _ = keras.datasets.imdb.load_data(num_words=100)
x = keras.utils.pad_sequences(x, maxlen=20)
inputs = keras.Input((None,), dtype=\"int32\")
h = keras.layers.Bidirectional(keras.layers.LSTM(4))(keras.layers.Embedding(100, 8)(inputs))
model = keras.Model(inputs, keras.layers.Dense(1, activation=\"sigmoid\")(h))
model.compile(\"adam\", \"binary_crossentropy\")
model.fit(x, y, batch_size=8)
";
    assert_eq!(fed(text)[0], "i32[8,20]");
}

/// Programs of books: data, masks and shapes that only calls on data tell.
#[test]
fn what_calls_and_data_tell_is_enough() {
    let programs = [
        // Words as numbers, of which the rows are counted.
        "import numpy as np
import keras
from keras.datasets import imdb
(words, classes), _ = imdb.load_data(num_words=50)
def encoded(sequences):
    rows = np.zeros((len(sequences), 50))
    for i, sequence in enumerate(sequences):
        rows[i, sequence] = 1.0
    return rows
x = encoded(words)
model = keras.Sequential([keras.layers.Dense(1, activation=\"sigmoid\")])
model.compile(\"adam\", \"binary_crossentropy\")
model.fit(x[:10000], classes[:10000])
",
        // A mask that a layer of the program takes, and a size that a call tells.
        "import numpy as np
import keras
from keras import layers
class Mean(layers.Layer):
    def call(self, inputs, mask=None):
        assert mask is not None
        weights = keras.ops.cast(mask, \"float32\")[..., None]
        return keras.ops.sum(inputs * weights, axis=1)
tokens = keras.Input((None,), dtype=\"int\")
x = layers.Dense(3)(layers.Embedding(9, 4, mask_zero=True)(tokens))
assert x._keras_mask.shape == (None, None)
model = keras.Model(tokens, Mean()(x))
model(np.random.randint(0, 9, size=(2, 5)))
",
        // A model that is built by a call on data, and random vectors.
        "import numpy as np
import tensorflow as tf
from keras.src import layers, models
from tensorflow.keras.applications import vgg16
x = np.random.multivariate_normal([0, 3], [[1, 0], [0, 1]], size=8)
model = models.Sequential([layers.Dense(2)])
model(x)
",
        // Folders of images.
        "import keras
images = keras.utils.image_dataset_from_directory(\"images\", image_size=(8, 8), batch_size=None)
images = images.batch(4).rebatch(2)
model = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(3, activation=\"softmax\")])
model.compile(\"adam\", \"sparse_categorical_crossentropy\")
model.fit(images)
",
    ];
    for program in programs {
        let compiled = compile(Source::new("model.py", program.to_owned()), &Options::default());
        let errors: Vec<String> =
            compiled.diagnostics.iter().filter(|d| d.is_error()).map(|d| d.message.clone()).collect();
        assert!(errors.is_empty(), "{program}: {errors:?}");
    }
}

/// Losses of outputs that have no names go by their own, metrics by theirs.
#[test]
fn outputs_of_a_subclassed_model_have_no_names_in_logs() {
    let program = "import numpy as np
import keras
class Two(keras.Model):
    def __init__(self):
        super().__init__()
        self.a = keras.layers.Dense(1)
        self.b = keras.layers.Dense(4, activation=\"softmax\")
    def call(self, x):
        return self.a(x), self.b(x)
model = Two()
model.compile(\"adam\", [\"mean_squared_error\", \"sparse_categorical_crossentropy\"], metrics=[[\"mean_absolute_error\"], [\"accuracy\"]])
model.fit(np.ones((8, 2)), [np.ones((8, 1)), np.ones((8, 1))])
";
    let compiled = compile(Source::new("model.py", program.to_owned()), &Options::default());
    let training = compiled.program.and_then(|program| program.training);
    let mut logs = training.map(|training| training.logs).unwrap_or_default();
    logs.sort();
    let expected =
        ["accuracy", "loss", "mean_absolute_error", "mean_squared_error_loss", "sparse_categorical_crossentropy_loss"];
    assert_eq!(logs, expected);
}
