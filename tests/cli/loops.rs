//! Training loops as people write them over Keras's stateless API, over JAX and its libraries, driven by `keramos-run train`,
//! against what they do under the real ones (`loops/regenerate.py`).

use std::io::{BufRead, BufReader};

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
    a_main_of_absl_holds_its_loop: "haiku_main";
    a_net_of_stax_has_its_losses: "stax_digits";
    metrics_of_clu_are_part_of_a_train_state: "linen_clu";
    modules_of_nnx_are_trees: "nnx_trees";
    a_stream_is_asked_for_batches_and_a_count_for_steps: "stream_counted";
    a_step_needs_no_jit: "plain_step";
    gradients_that_the_body_applies_are_no_state: "loose_gradients";
    one_step_may_hand_its_results_to_another: "linen_two_steps";
}

/// A train state with a first axis for the devices, of which there is one.
#[test]
fn one_device_has_a_share_of_everything() {
    let place = Workplace::new();
    std::fs::write(place.path("labels.npz"), LABELS).expect("the data");
    let data = data::read(&place.path("labels.npz")).expect("arrays");
    // The program's `shard` gives every batch a first axis: here the batches are what the run goes through.
    let (x, y) = (&data["x_train"], &data["y_train"]);
    let x = HostTensor::from_values(vec![6, 12, 4], &x.values::<f32>().expect("floats")).expect("batches");
    let y = HostTensor::from_values(vec![6, 12], &y.values::<i32>().expect("numbers")).expect("batches");
    place.arrays("data.npz", vec![("x_train", x), ("y_train", y)]);
    place.write("linen_pmap.py", include_str!("loops/linen_pmap.py"));
    let types = ["--input-shape", "{'label': i32[1,12], 'features': f32[1,12,4]}"];
    place.keramos(&[&["compile", "linen_pmap.py", "-o", "m.kar"][..], &types].concat()).ok();
    trained_is_golden(&place, "linen_pmap");
}

/// A program of several files, compiled from its main one; its configuration is the file that is customary.
#[test]
fn the_files_of_a_program_are_compiled_together() {
    let place = Workplace::new();
    std::fs::write(place.path("data.npz"), LABELS).expect("the data");
    std::fs::create_dir(place.path("configs")).expect("a folder");
    place.write("main.py", include_str!("loops/several/main.py"));
    place.write("train.py", include_str!("loops/several/train.py"));
    place.write("models.py", include_str!("loops/several/models.py"));
    place.write("configs/default.py", include_str!("loops/several/configs/default.py"));
    place.keramos(&["compile", "main.py", "-o", "m.kar", "--input-shape", "f32[12,4],i32[12]"]).ok();
    trained_is_golden(&place, "several");
    // What is wrong in one of them is told there.
    place.write("models.py", &include_str!("loops/several/models.py").replace("nn.tanh", "nn.tanhh"));
    let run = place.keramos(&["check", "main.py"]);
    assert!(run.stdout.contains("models.py:12:") && run.stdout.contains("tanhh"), "{}", run.stdout);
    place.write("models.py", "import flax\nclass Classifier(:\n    pass\n");
    let run = place.keramos(&["check", "main.py"]);
    assert!(run.stdout.contains("models.py:2:"), "{}", run.stdout);
}

#[test]
fn the_last_batch_of_a_loop_may_be_smaller() {
    let types = ["--input-shape", "f32[20,4],f32[20,1]", "--batch", "12"];
    follows("leftover_loop", include_str!("loops/leftover_loop.py"), DATA, &types);
}

/// Steps of a model's class for training, evaluation and prediction, with 72, 24 and 24 rows in batches of 20.
#[test]
fn the_last_batch_of_own_steps_may_be_smaller() {
    let place = Workplace::new();
    std::fs::write(place.path("data.npz"), DATA).expect("the data");
    let data = data::read(&place.path("data.npz")).expect("arrays");
    place.arrays("val.npz", vec![("x", array(&data, "x_val")), ("y", array(&data, "y_val"))]);
    place.arrays("x.npz", vec![("x", array(&data, "x_val"))]);
    place.write("leftover_fit.py", include_str!("loops/leftover_fit.py"));
    place.keramos(&["compile", "leftover_fit.py", "-o", "m.kar", "--batch", "4,12,20"]).ok();
    trained_is_golden(&place, "leftover_fit");

    let expected: Value = serde_json::from_str(EXPECTED).expect("golden values");
    let expected = &expected["leftover_fit"];
    let run = place.keramos_run(&["evaluate", "t.kar", "--data", "val.npz", "--json", "--batch-size", "20"]).ok();
    assert!(run.stderr.is_empty(), "{}", run.stderr);
    let found: Value = serde_json::from_str(&run.stdout).expect("JSON");
    for (name, value) in expected["evaluated"].as_object().expect("logs") {
        let number = |value: &Value| value.as_f64().expect("a number");
        assert_close(name, &[number(&found[name])], &[number(value)]);
    }
    place.keramos_run(&["predict", "t.kar", "--input", "x.npz", "-o", "y.npz"]).ok();
    let outputs = data::read(&place.path("y.npz")).expect("outputs");
    let output = outputs.values().next().expect("an output").values::<f32>().expect("floats");
    assert_close(
        "predictions",
        &output.into_iter().map(f64::from).collect::<Vec<_>>(),
        &numbers(&expected["predicted"]),
    );
}

/// Rows that no compiled size fits are told.
#[test]
fn rows_that_are_left_out_are_told() {
    let place = Workplace::new();
    std::fs::write(place.path("data.npz"), DATA).expect("the data");
    place.write("m.py", include_str!("loops/leftover_fit.py"));
    place.keramos(&["compile", "m.py", "-o", "m.kar", "--batch", "5,20"]).ok();
    let run = place.keramos_run(&["train", "m.kar", "--data", "data.npz", "-o", "t.kar", "--epochs", "1", "-q"]).ok();
    let told = "2 rows of each epoch are left out";
    assert!(run.stderr.contains(told) && run.stderr.contains("--batch 12"), "{}", run.stderr);
    place.keramos_run(&["evaluate", "t.kar", "--data", "data.npz", "--x", "x_val", "--y", "y_val"]).ok();
}

/// All that a loop changes is in the artifact: parameters, moments and keys.
#[test]
fn a_loop_goes_on_where_it_stopped() {
    let place = Workplace::new();
    std::fs::write(place.path("data.npz"), DATA).expect("the data");
    let types = ["--input-shape", "f32[12,4]"];
    place.write("gan.py", include_str!("loops/gan.py"));
    place.keramos(&[&["compile", "gan.py", "-o", "m.kar"][..], &types].concat()).ok();
    let train = |from: &str, to: &str, epochs: &[&str]| {
        let options = ["train", from, "--data", "data.npz", "--no-shuffle", "-o", to, "--history", "h.json"];
        place.keramos_run(&[&options[..], epochs].concat()).ok();
        let history = std::fs::read_to_string(place.path("h.json")).expect("a history");
        serde_json::from_str::<Value>(&history).expect("JSON")
    };
    let whole = train("m.kar", "whole.kar", &[]);
    train("m.kar", "first.kar", &["--epochs", "1"]);
    let rest = train("first.kar", "rest.kar", &["--initial-epoch", "1"]);
    assert_eq!(rest["epoch"], serde_json::json!([1, 2]));
    for log in ["d_loss", "g_loss"] {
        assert_close(log, &numbers(&rest["history"][log]), &numbers(&whole["history"][log])[1..]);
    }
    let state = |name: &str| {
        let mut model =
            Session::new(Platform::Cpu).expect("a session").load(Artifact::open(place.path(name)).expect(name));
        let variables = model.manifest().variables.clone();
        let mut value = |path: &str| model.variable(path).expect(path).bytes().to_vec();
        variables.iter().map(|variable| variable.path.clone()).map(|path| (value(&path), path)).collect::<Vec<_>>()
    };
    assert_eq!(state("rest.kar"), state("whole.kar"));
}

const MOMENTS: &str = r"import jax
import jax.numpy as jnp
import optax

params = {'w': jnp.zeros((4, 2)), 'b': jnp.zeros(2)}
tx = optax.adam(0.1)
state = tx.init(params)

@jax.jit
def step(params, state, x):
    loss, grads = jax.value_and_grad(lambda p: jnp.mean((x @ p['w'] + p['b']) ** 2))(params)
    updates, state = tx.update(grads, state, params)
    return optax.apply_updates(params, updates), state, loss

for x in open('data'):
    params, state, loss = step(params, state, x)
";

/// What an optimizer keeps beside the parameters, and the number of steps, are no parameters of the model.
#[test]
fn moments_of_optax_are_not_counted_as_trained() {
    let place = Workplace::new();
    place.write("m.py", MOMENTS);
    place.keramos(&["compile", "m.py", "-o", "m.kar", "--target", "none", "--input-shape", "f32[8,4]"]).ok();
    let shown = place.keramos_run(&["inspect", "m.kar", "--json"]).ok().stdout;
    let shown: Value = serde_json::from_str(&shown).expect("JSON");
    assert_eq!(shown["trainable_parameters"], 10, "{shown}");
}

#[test]
fn ctrl_c_saves_a_loop() {
    let place = Workplace::new();
    std::fs::write(place.path("data.npz"), DATA).expect("the data");
    place.write("noise.py", include_str!("loops/noise.py"));
    place.keramos(&["compile", "noise.py", "-o", "m.kar", "--input-shape", "f32[12,4],f32[12,1]"]).ok();
    let mut child =
        place.keramos_run_started(&["train", "m.kar", "--data", "data.npz", "--epochs", "1000000", "-o", "t.kar"]);
    let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    let first = lines.next().expect("a line").expect("text");
    assert!(first.starts_with("Epoch 1/1000000"), "{first}");
    let kill = std::process::Command::new("bash").args(["-c", &format!("kill -INT {}", child.id())]).status();
    assert!(kill.expect("bash").success());
    lines.for_each(drop);
    assert_eq!(child.wait().expect("an end").code(), Some(130));

    let saved = Artifact::open(place.path("t.kar")).expect("the artifact");
    let epochs = saved.manifest().history.as_ref().expect("a history").epoch.len();
    assert!(saved.manifest().has_all_weights());
    place
        .keramos_run(&[
            "train",
            "t.kar",
            "--data",
            "data.npz",
            "-o",
            "u.kar",
            "--initial-epoch",
            &epochs.to_string(),
            "--epochs",
            &(epochs + 1).to_string(),
        ])
        .ok();
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
