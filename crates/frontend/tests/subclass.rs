//! Classes of the program that derive from Keras's: what becomes of them beside the numbers, which the golden cases
//! compare.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of a test")]

use keramos_frontend::diagnostics::{Source, Style, render_all};
use keramos_frontend::program::{EntryKind, PortKind};
use keramos_frontend::{Compilation, Options, compile};
use keramos_ir::{Array, Buffer, eval};

fn compiled(text: &str, data: Option<&str>) -> Compilation {
    let options = Options { data: data.map(String::from), ..Options::default() };
    compile(Source::new("model.py", text), &options)
}

fn messages(compilation: &Compilation) -> String {
    render_all(&compilation.diagnostics, &compilation.sources, Style::default())
}

const FITTED_ON_DATA: &str = r#"
import keras
import numpy as np

class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(3)

    def call(self, x):
        return self.dense(x)

digits = np.load("digits.npz")
x, y = digits["x"], digits["y"]
model = Net()
model.compile(optimizer="sgd", loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
model.fit(x, y, batch_size=8)
"#;

#[test]
fn a_model_that_only_data_would_shape_is_asked_for_its_shape() {
    insta::assert_snapshot!(format!("{FITTED_ON_DATA}\n----\n{}", messages(&compiled(FITTED_ON_DATA, None))));
}

#[test]
fn the_shape_may_be_told_from_outside() {
    let compilation = compiled(FITTED_ON_DATA, Some("f32[8,5]"));
    assert!(compilation.diagnostics.is_empty(), "{}", messages(&compilation));
    let program = compilation.program.unwrap();
    let kinds: Vec<EntryKind> = program.entries.iter().map(|entry| entry.kind).collect();
    assert!(kinds.contains(&EntryKind::TrainStep) && kinds.contains(&EntryKind::EvaluateStep), "{kinds:?}");
    let shapes: Vec<&[usize]> = program.variables.iter().take(2).map(|v| &v.ty.shape[..]).collect();
    assert_eq!(shapes, [&[5, 3][..], &[3]]);
}

/// The shape of the targets of the step that trains.
fn target_of(compilation: &Compilation) -> Vec<usize> {
    assert!(compilation.diagnostics.is_empty(), "{}", messages(compilation));
    let program = compilation.program.as_ref().unwrap();
    let step = program.entries.iter().find(|entry| entry.kind == EntryKind::TrainStep).unwrap();
    let place = step.inputs.iter().position(|port| matches!(port.kind, PortKind::Target(_))).unwrap();
    step.function.ty(step.function.params[place]).shape.clone()
}

const OWN_LOSS: &str = r#"
import keras
import numpy as np

def loss(y, p):
    return keras.losses.sparse_categorical_crossentropy(y, p, from_logits=True)

x, y = np.load("x.npy"), np.load("y.npy")
model = keras.Sequential([keras.Input((7, 4)), keras.layers.Dense(5)])
model.compile("sgd", loss=loss)
model.fit(x, y, batch_size=8)
"#;

#[test]
fn targets_of_a_loss_of_the_program_are_what_it_computes_with() {
    assert_eq!(target_of(&compiled(OWN_LOSS, None)), [8, 7]);
    let squares =
        OWN_LOSS.replace("keras.losses.sparse_categorical_crossentropy(y, p, from_logits=True)", "(y - p) ** 2");
    assert_eq!(target_of(&compiled(&squares, None)), [8, 7, 5]);
    let column = OWN_LOSS
        .replace("crossentropy(y, p,", "crossentropy(keras.ops.squeeze(y, -1), p,")
        .replace("loss=loss)", "loss=loss, metrics=[keras.metrics.MeanIoU(num_classes=5, sparse_y_pred=False)])");
    assert_eq!(target_of(&compiled(&column, None)), [8, 7, 1]);
    let overlap = OWN_LOSS.replace(
        "keras.losses.sparse_categorical_crossentropy(y, p, from_logits=True)",
        "-keras.ops.sum(keras.ops.one_hot(keras.ops.squeeze(y, -1), 5) * p, axis=-1)",
    );
    assert_eq!(target_of(&compiled(&overlap, None)), [8, 7, 1]);
}

#[test]
fn an_array_of_one_number_is_a_log() {
    let text = OWN_LOSS
        .replace("Input((7, 4))", "Input((4,))")
        .replace("Dense(5)", "Dense(1)")
        .replace("loss=loss)", "loss=\"binary_crossentropy\", metrics=[keras.metrics.F1Score(threshold=0.5)])");
    let text = text.replace("Dense(1)", "Dense(1, activation=\"sigmoid\")");
    assert_eq!(target_of(&compiled(&text, None)), [8, 1]);
}

#[test]
fn a_metric_that_does_not_take_the_target_of_the_programs_loss_is_told_what_it_is() {
    let text = OWN_LOSS
        .replace("loss=loss)", "loss=lambda y, p: (y - p) ** 2, metrics=[lambda y, p: y[:, 0, 5] - p[:, 0, 0]])");
    insta::assert_snapshot!(format!("{text}\n----\n{}", messages(&compiled(&text, None))));
}

#[test]
fn targets_may_be_told_from_outside() {
    let rows = OWN_LOSS
        .replace("keras.losses.sparse_categorical_crossentropy(y, p, from_logits=True)", "(y[:, None, None] - p) ** 2");
    assert_eq!(target_of(&compiled(&rows, Some("(f32[8,7,4],f32[8])"))), [8]);
    let own = OWN_LOSS.replace("loss=loss)", "loss=None)").replace(
        "model = keras.Sequential([keras.Input((7, 4)), keras.layers.Dense(5)])",
        "class Net(keras.Model):\n    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):\n        \
         return keras.ops.mean(y_pred) * keras.ops.mean(keras.ops.cast(keras.ops.not_equal(y, 0), \"float32\"))\n\n\
         inputs = keras.Input((7, 4))\nmodel = Net(inputs, keras.layers.Dense(5)(inputs))",
    );
    assert_eq!(target_of(&compiled(&own, Some("(f32[8,7,4],i32[8,3])"))), [8, 3]);
}

#[test]
fn weights_lie_in_files_where_keras_saves_them() {
    let text = include_str!("../../../tests/golden/cases/subclass/nested_models.py");
    let program = compiled(text, None).program.unwrap();
    let place = |path: &str| {
        let found = program.variables.iter().find(|variable| variable.path == path);
        found.and_then(|variable| variable.h5_path.clone()).unwrap_or_else(|| panic!("{path} is in no file"))
    };
    let expected = [
        ("net/head/kernel", "head/vars/0"),
        ("net/block/dense/kernel", "blocks/block/dense_layers/dense/vars/0"),
        ("net/block/dense_1/bias", "blocks/block/dense_layers/dense_1/vars/1"),
        ("net/block/layer_normalization/beta", "blocks/block/layers/layer_normalization/vars/1"),
        ("net/block_1/dense_2/kernel", "blocks/block_1/dense_layers/dense/vars/0"),
        ("net/extra/dense_5/kernel", "extra/layers/dense/vars/0"),
        ("net/extra/dense_6/kernel", "extra/layers/dense_1/vars/0"),
        ("net/dense_3/kernel", "layers/dense_1/vars/0"),
        ("net/batch_normalization_1/moving_variance", "layers/batch_normalization_1/vars/3"),
        ("net/twice/kernel", "layers/dense_3/vars/0"),
    ];
    for (path, file) in expected {
        assert_eq!(place(path), file, "{path}");
    }
}

#[test]
fn the_table_of_a_subclassed_model_lists_its_layers() {
    let text = format!("{FITTED_ON_DATA}\nmodel.build((None, 5))\nmodel.summary()\n");
    let compilation = compiled(&text, None);
    insta::assert_snapshot!(format!("{}\n{}", messages(&compilation), compilation.summaries.join("\n")));
}

const PREDICTS_TWICE: &str = r#"
import keras

class Twice(keras.Model):
    def predict_step(self, state, data):
        outputs, non_trainable_variables = super().predict_step(state, data)
        return {"plain": outputs, "twice": 2 * outputs}, non_trainable_variables

inputs = keras.Input(shape=(3,))
model = Twice(inputs, keras.layers.Dense(2, kernel_initializer="ones")(inputs))
"#;

#[test]
fn a_prediction_step_of_the_program_gives_the_outputs() {
    let compilation = compiled(PREDICTS_TWICE, None);
    assert!(compilation.diagnostics.is_empty(), "{}", messages(&compilation));
    let program = compilation.program.unwrap();
    let predict = program.entries.iter().find(|entry| entry.kind == EntryKind::Predict).unwrap();
    let ones: Vec<Array> = predict.function.param_types().iter().map(|ty| Array::full(ty, 1.0)).collect();
    let results = eval::<Array>(&predict.function, &ones).unwrap();
    let expected = [4.0, 8.0].map(|value| Buffer::F32(vec![value; 2]));
    assert_eq!(results.iter().map(Array::data).collect::<Vec<_>>(), expected.iter().collect::<Vec<_>>());
}
