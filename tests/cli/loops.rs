//! Training loops as people write them over Keras's stateless API, over JAX and its libraries, driven by `keramos-run train`,
//! against what they do under the real ones (`loops/regenerate.py`).

use keramos::runtime::data;
use keramos::runtime::{Platform, Session};
use keramos::{Artifact, HostTensor};
use serde_json::Value;

use crate::fit::{assert_close, numbers};
use crate::tool::Workplace;
use crate::weights::{array, root};

const EXPECTED: &str = include_str!("loops/expected.json");
const DATA: &[u8] = include_bytes!("fit/data.npz");
const LABELS: &[u8] = include_bytes!("fit/labels.npz");

/// Compiles and trains the loop `name`; what it shows for each epoch is what the loop kept, and so are variables.
fn follows(name: &str, source: &str, data: &[u8], compile: &[&str]) {
    let place = Workplace::new();
    std::fs::write(place.path("data.npz"), data).expect("the data");
    let model = place.write(&format!("{name}.py"), source).display().to_string();
    place.keramos(&[&["compile", &model, "-o", "m.kar"], compile].concat()).ok();
    trained_is_golden(&place, name);
}

/// Trains `m.kar` in the order of the data; the history and the variables are those of the golden run.
fn trained_is_golden(place: &Workplace, name: &str) {
    let options = ["--data", "data.npz", "--no-shuffle", "-o", "t.kar", "--history", "history.json"];
    place.keramos_run(&[&["train", "m.kar"][..], &options].concat()).ok();
    let expected: Value = serde_json::from_str(EXPECTED).expect("golden values");
    let history = std::fs::read_to_string(place.path("history.json")).expect("a history");
    let history: Value = serde_json::from_str(&history).expect("JSON");
    for (log, values) in expected[name]["history"].as_object().expect("logs") {
        assert_close(log, &numbers(&history["history"][log]), &numbers(values));
    }
    let artifact = Artifact::open(place.path("t.kar")).expect("the trained artifact");
    let mut model = Session::new(Platform::Cpu).expect("a session").load(artifact);
    for (path, values) in expected[name]["weights"].as_object().expect("weights") {
        let value: HostTensor = model.variable(path).expect(path);
        let ours: Vec<f64> = value.values::<f32>().expect("floats").into_iter().map(f64::from).collect();
        assert_close(path, &ours, &numbers(values));
    }
}

#[test]
fn a_loop_from_scratch_has_keras_losses() {
    follows("scratch", include_str!("loops/scratch.py"), LABELS, &[]);
}

#[test]
fn steps_of_a_model_class_have_keras_logs() {
    follows("customised", include_str!("loops/customised.py"), DATA, &[]);
}

#[test]
fn keys_are_split_in_each_step() {
    follows("noise", include_str!("loops/noise.py"), DATA, &["--input-shape", "f32[12,4],f32[12,1]"]);
}

#[test]
fn two_steps_of_one_loop_alternate() {
    follows("gan", include_str!("loops/gan.py"), DATA, &["--input-shape", "f32[12,4]"]);
}

#[test]
fn a_loop_that_counts_hands_the_number_on() {
    follows("counted", include_str!("loops/counted.py"), DATA, &["--input-shape", "f32[72,4],f32[72,1]"]);
}

/// Loops over modules of Flax and Haiku; what a batch is like is told when compiling.
macro_rules! libraries {
    ($($test:ident: $name:literal;)*) => {
        $(#[test]
        fn $test() {
            let source = include_str!(concat!("loops/", $name, ".py"));
            follows($name, source, LABELS, &["--input-shape", "f32[12,4],i32[12]"]);
        })*
    };
}

libraries! {
    an_nnx_model_with_metrics_has_its_losses: "nnx_mlp";
    an_nnx_model_of_scanned_layers_and_cells_has_its_losses: "nnx_rnn";
    a_train_state_of_linen_has_its_losses: "linen_state";
    a_linen_model_of_scanned_layers_and_cells_has_its_losses: "linen_rnn";
    averaged_parameters_of_haiku_have_their_losses: "haiku_averaged";
    a_transformer_of_haiku_has_its_losses: "haiku_transformer";
    a_recurrent_net_of_haiku_has_its_losses: "haiku_rnn";
}

/// The example with its own data set in the place of the one that Keras would download.
#[test]
fn the_example_of_a_training_step_has_keras_losses() {
    let digits = data::read(&root("examples/data/mnist.npz")).expect("the digits");
    let scaled = |name: &str| {
        let images = array(&digits, name);
        let values: Vec<f32> = images.bytes().iter().map(|&pixel| f32::from(pixel) / 255.0).collect();
        HostTensor::from_values(vec![images.rows(), 784], &values).expect("images")
    };
    let place = Workplace::new();
    place.arrays(
        "data.npz",
        vec![
            ("x_train", scaled("x_train")),
            ("y_train", array(&digits, "y_train")),
            ("x_val", scaled("x_test")),
            ("y_val", array(&digits, "y_test")),
        ],
    );
    let source = std::fs::read_to_string(root("examples/train_step.py")).expect("the example");
    place.write("train_step.py", &source);
    place.keramos(&["compile", "train_step.py", "-o", "m.kar"]).ok();
    trained_is_golden(&place, "train_step");
}
