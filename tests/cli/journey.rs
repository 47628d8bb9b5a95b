//! Compile, train, evaluate, predict, inspect.

use keramos::HostTensor;
use keramos::runtime::data;

use crate::tool::Workplace;

/// A classifier whose task is learnt in a few steps.
pub const MODEL: &str = r#"
import keras
from keras import layers

model = keras.Sequential([
    keras.Input(shape=(4,), name="x"),
    layers.Dense(16, activation="relu"),
    layers.BatchNormalization(),
    layers.Dense(3),
], name="tiny")
model.compile(
    optimizer=keras.optimizers.Adam(0.05),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
"#;

/// 100 rows (not a multiple of any batch size here): the class is the largest of three numbers.
pub fn rows() -> (HostTensor, HostTensor) {
    let value = |i: u32| (i.wrapping_mul(2_654_435_761) >> 8) as f32 / (1 << 24) as f32;
    let x: Vec<f32> = (0..400).map(value).collect();
    let class = |row: &[f32]| (0..3).max_by(|&a, &b| row[a].total_cmp(&row[b])).unwrap_or(0) as i32;
    let y: Vec<i32> = x.chunks(4).map(class).collect();
    let x = HostTensor::from_values(vec![100, 4], &x).expect("100 rows");
    (x, HostTensor::from_values(vec![100], &y).expect("100 labels"))
}

#[test]
fn a_keras_file_becomes_a_trained_artifact() {
    let place = Workplace::new();
    place.write("tiny.py", MODEL);
    let (x, y) = rows();
    place.arrays("data.npz", vec![("x_train", x.clone()), ("y_train", y.clone()), ("x_test", x), ("y_test", y)]);
    let compiled = place.keramos(&["compile", "tiny.py", "--batch", "1,8", "--train-batch", "16"]).ok();
    assert!(compiled.stdout.contains("predict (batch 8)"), "{}", compiled.stdout);

    let train =
        ["train", "tiny.kar", "--data", "data.npz", "--epochs", "30", "--batch-size", "16", "-o", "trained.kar"];
    place.keramos_run(&[&train[..], &["--history", "history.json", "--validation-split", "0.1"]].concat()).ok();
    let history = std::fs::read_to_string(place.path("history.json")).expect("a history");
    assert!(history.contains("val_accuracy"), "{history}");

    let evaluated = place.keramos_run(&["evaluate", "trained.kar", "--data", "data.npz"]).ok();
    let said = format!("{}{}", evaluated.stdout, evaluated.stderr);
    let accuracy = said.split("accuracy: ").nth(1).and_then(|rest| rest.split_whitespace().next()?.parse::<f64>().ok());
    assert!(accuracy.is_some_and(|a| a > 0.9), "{said}");

    place.keramos_run(&["predict", "trained.kar", "--input", "data.npz", "-o", "logits.npy"]).ok();
    let logits = data::read(&place.path("logits.npy")).expect("predictions");
    let shapes: Vec<&[usize]> = logits.values().map(HostTensor::shape).collect();
    assert_eq!(shapes, [&[100, 3]]);

    let inspected = place.keramos_run(&["inspect", "trained.kar", "--json"]).ok();
    assert!(inspected.stdout.contains("tiny/dense/kernel"), "{}", inspected.stdout);
}

#[test]
fn equal_input_gives_equal_bytes_wherever_it_lies() {
    let (one, other) = (Workplace::new(), Workplace::new());
    for place in [&one, &other] {
        place.write("tiny.py", MODEL);
        for target in ["none", "cpu"] {
            place.keramos(&["compile", "tiny.py", "--target", target, "-o", &format!("{target}.kar")]).ok();
        }
    }
    for name in ["none.kar", "cpu.kar"] {
        let read = |place: &Workplace| std::fs::read(place.path(name)).expect("an artifact");
        assert!(read(&one) == read(&other), "{name} differs");
    }
}

#[test]
fn every_stage_can_be_printed() {
    let place = Workplace::new();
    place.write("tiny.py", MODEL);
    for (stage, mark) in [
        ("ast", "import keras"),
        ("ir", "dot_general"),
        ("ir-opt", "dot_general"),
        ("stablehlo", "stablehlo.dot_general"),
    ] {
        let run = place.keramos(&["compile", "tiny.py", "--emit", stage]).ok();
        let found = run.stdout.contains(mark) || stage == "ast" && run.stdout.to_lowercase().contains("import");
        assert!(found, "{stage}:\n{}", &run.stdout[..run.stdout.len().min(2000)]);
    }
    assert!(!place.path("tiny.kar").exists(), "--emit writes no artifact");
}
