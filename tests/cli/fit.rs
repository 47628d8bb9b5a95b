//! `fit` with all that it takes, against what real Keras made of the same model files (`fit/regenerate.py`).

use keramos::runtime::{Platform, Session};
use keramos::{Artifact, HostTensor};
use serde_json::Value;

use crate::tool::Workplace;

const EXPECTED: &str = include_str!("fit/expected.json");
const DATA: &[u8] = include_bytes!("fit/data.npz");
const LABELS: &[u8] = include_bytes!("fit/labels.npz");

/// Compiles and trains a model file; gives the folder, the history, and what Keras made of it.
fn train(name: &str, source: &str, data: &[u8], arguments: &[&str]) -> (Workplace, Value, Value) {
    let (place, history, expected, _) = train_with(name, source, data, &[], arguments);
    (place, history, expected)
}

/// As [`train`], with options of `keramos compile`; gives what the training said, too.
fn train_with(
    name: &str,
    source: &str,
    data: &[u8],
    options: &[&str],
    arguments: &[&str],
) -> (Workplace, Value, Value, String) {
    let expected: Value = serde_json::from_str(EXPECTED).expect("golden values");
    let place = Workplace::new();
    place.write(&format!("{name}.py"), source);
    std::fs::write(place.path("data.npz"), data).expect("the data");
    place.keramos(&[&["compile", &format!("{name}.py"), "-o", "m.kar"], options].concat()).ok();
    let train = ["train", "m.kar", "--data", "data.npz", "-o", "t.kar", "--history", "history.json"];
    let run = place.keramos_run(&[&train[..], arguments].concat()).ok();
    let history = std::fs::read_to_string(place.path("history.json")).expect("a history");
    (place, serde_json::from_str(&history).expect("JSON"), expected[name].clone(), run.stderr)
}

pub fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().expect("a list").iter().filter_map(Value::as_f64).collect()
}

pub fn assert_close(what: &str, ours: &[f64], theirs: &[f64]) {
    let close = |(a, b): (&f64, &f64)| (a - b).abs() <= 1e-4 * b.abs().max(1.0);
    assert!(ours.len() == theirs.len() && ours.iter().zip(theirs).all(close), "{what}: {ours:?}, Keras {theirs:?}");
}

fn compare(place: &Workplace, history: &Value, expected: &Value) {
    assert_eq!(history["epoch"], expected["epoch"]);
    let (ours, theirs) = (&history["history"], expected["history"].as_object().expect("logs"));
    assert_eq!(ours.as_object().expect("logs").len(), theirs.len(), "{ours}");
    for (name, values) in theirs {
        assert_close(name, &numbers(&ours[name]), &numbers(values));
    }
    let artifact = Artifact::open(place.path("t.kar")).expect("the trained artifact");
    let mut model = Session::new(Platform::Cpu).expect("a session").load(artifact);
    for (path, values) in expected["weights"].as_object().expect("weights") {
        let value: HostTensor = model.variable(path).expect(path);
        let ours: Vec<f64> = match value.values::<f32>() {
            Some(floats) => floats.into_iter().map(f64::from).collect(),
            None => value.values::<i32>().expect("integers").into_iter().map(f64::from).collect(),
        };
        assert_close(path, &ours, &numbers(values));
    }
}

#[test]
fn callbacks_act_as_in_keras() {
    let (place, history, expected) = train("plateau", include_str!("fit/plateau.py"), DATA, &["--no-shuffle"]);
    compare(&place, &history, &expected);
    let mut saved: Vec<String> = std::fs::read_dir(place.path("."))
        .expect("the folder")
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.starts_with("best-"))
        .map(|name| name.replace(".kar", ".keras"))
        .collect();
    saved.sort();
    assert_eq!(serde_json::json!(saved), expected["files"]);
    let log = std::fs::read_to_string(place.path("log.csv")).expect("a log");
    assert_eq!(log.lines().next(), expected["log"][0].as_str());
    assert_eq!(log.lines().count(), 1 + numbers(&expected["epoch"]).len());
}

#[test]
fn averages_class_weights_rates_and_long_epochs_are_those_of_keras() {
    let (place, history, expected) = train("averages", include_str!("fit/averages.py"), LABELS, &[]);
    compare(&place, &history, &expected);
}

#[test]
fn layers_are_adapted_to_the_training_data() {
    let (place, history, expected) = train("adapted", include_str!("fit/adapted.py"), DATA, &["--no-shuffle"]);
    compare(&place, &history, &expected);
}

#[test]
fn a_model_whose_call_fixes_the_rows_is_built_for_those_of_the_data() {
    let (source, told) = (include_str!("fit/rows.py"), ["--input-shape", "f32[24,4]"]);
    let (place, history, expected, _) = train_with("rows", source, DATA, &told, &["--no-shuffle"]);
    compare(&place, &history, &expected);
}

#[test]
fn classes_that_derive_from_keras_own_losses_metrics_and_schedules_change_what_they_define() {
    let (source, options) = (include_str!("fit/derived.py"), ["--no-shuffle"]);
    let (place, history, expected, _) = train_with("derived", source, DATA, &[], &options);
    compare(&place, &history, &expected);
}

#[test]
fn what_is_taken_over_a_whole_batch_is_that_of_keras_at_the_very_size_and_told_of_otherwise() {
    let source = include_str!("fit/wholes.py");
    let (place, history, expected, told) = train_with("wholes", source, DATA, &["--batch", "2,6"], &["--no-shuffle"]);
    compare(&place, &history, &expected);
    assert!(!told.contains("padded"), "{told}");

    let (_, _, _, told) = train_with("wholes", source, DATA, &[], &["--no-shuffle"]);
    for what in [
        "the loss that the layer `spread` adds is over the whole batch, and a batch of 6 rows is padded to 16",
        "the loss `error` is over the whole batch, and a batch of 2 rows is padded to 16",
        "the metric `Errors`, which uses no `sample_weight`, is over the whole batch",
        "compile with --batch 6 for its numbers",
    ] {
        assert!(told.contains(what), "{what} in {told}");
    }
}

#[test]
fn training_goes_on_where_it_stopped() {
    let source = include_str!("fit/plateau.py");
    let options = ["--no-callbacks", "--seed", "5"];
    let (_, whole, _) = train("plateau", source, DATA, &[&options[..], &["--epochs", "4"]].concat());
    let (place, _, _) = train("plateau", source, DATA, &[&options[..], &["--epochs", "2"]].concat());
    let further =
        ["train", "t.kar", "--data", "data.npz", "--history", "further.json", "--epochs", "4", "--initial-epoch", "2"];
    place.keramos_run(&[&further[..], &options].concat()).ok();
    let further = std::fs::read_to_string(place.path("further.json")).expect("a history");
    let further: Value = serde_json::from_str(&further).expect("JSON");
    assert_eq!(further["epoch"], serde_json::json!([2, 3]));
    let loss = |history: &Value| numbers(&history["history"]["loss"]);
    assert_close("loss", &loss(&further), &loss(&whole)[2..]);
}

#[test]
fn what_cannot_be_recorded_is_told() {
    let place = Workplace::new();
    place.write(
        "m.py",
        &include_str!("fit/plateau.py").replace("EarlyStopping(patience=4", "EarlyStopping(\"val_auc\", patience=4"),
    );
    let run = place.keramos(&["compile", "m.py"]);
    assert!(run.stderr.contains("K0801") && run.stderr.contains("EarlyStopping watches `val_auc`"), "{}", run.stderr);

    place.write(
        "m.py",
        &include_str!("fit/plateau.py")
            .replace("keras.callbacks.CSVLogger(\"log.csv\")", "keras.callbacks.TensorBoard()"),
    );
    let run = place.keramos(&["compile", "m.py"]).ok();
    assert!(run.stderr.contains("keramos-run train` will go without it"), "{}", run.stderr);
}
