//! What the compiler says about mistakes; nothing is written then.

use std::process::Command;

use crate::journey::MODEL;
use crate::tool::Workplace;

fn check(text: &str) -> String {
    let place = Workplace::new();
    place.write("model.py", text);
    let run = place.keramos(&["check", "model.py"]);
    assert_eq!(run.code, Some(1), "{}", run.stdout);
    run.stdout
}

const HEAD: &str = "import keras\nfrom keras import layers\n\n";

#[test]
fn an_unknown_layer_and_an_unknown_argument_in_one_run() {
    insta::assert_snapshot!(check(&format!(
        "{HEAD}a = layers.Dens(3)\nb = layers.Dense(3, activaton=\"relu\")\nmodel = keras.Sequential([keras.Input((4,)), b])\n"
    )));
}

#[test]
fn shapes_that_do_not_fit_deep_in_a_model() {
    insta::assert_snapshot!(check(&format!(
        "{HEAD}inputs = keras.Input(shape=(32, 32, 3))\nx = layers.Conv2D(8, 3)(inputs)\ny = layers.Conv2D(8, 5)(inputs)\n\
         z = layers.Add()([x, y])\nmodel = keras.Model(inputs, z)\n"
    )));
}

#[test]
fn a_wrong_rank_and_a_wrong_dtype() {
    insta::assert_snapshot!(check(&format!(
        "{HEAD}flat = keras.Input(shape=(784,))\nx = layers.Conv2D(8, 3)(flat)\nids = keras.Input(shape=(5,), dtype=\"flaot32\")\n\
         model = keras.Model(flat, x)\n"
    )));
}

#[test]
fn a_host_value_that_reaches_the_model() {
    insta::assert_snapshot!(check(&format!(
        "{HEAD}(x_train, y_train), _ = keras.datasets.mnist.load_data()\nclasses = len(set(y_train))\n\
         model = keras.Sequential([keras.Input((784,)), layers.Dense(classes)])\n"
    )));
}

#[test]
fn a_layer_that_the_training_data_cannot_adapt() {
    insta::assert_snapshot!(check(&format!(
        "{HEAD}import numpy as np\ndata = np.load(\"data.npy\")\nnormalizer = layers.Normalization()\nnormalizer.adapt(data)\n\
         model = keras.Sequential([keras.Input((4,)), layers.Rescaling(0.1), normalizer, layers.Dense(1)])\n\
         model.compile(optimizer=\"sgd\", loss=\"mse\")\n"
    )));
}

#[test]
fn a_file_without_a_model_and_one_that_does_not_parse() {
    insta::assert_snapshot!(check("import keras\nprint(\"hello\")\n"));
    insta::assert_snapshot!(check("import keras\nmodel = keras.Sequential([\nfor i in range(3)\n    pass\n"));
}

#[test]
fn wrong_commands_and_files() {
    let place = Workplace::new();
    place.write("model.py", &format!("{HEAD}model = keras.Sequential([keras.Input((4,)), layers.Dense(1)])\n"));
    place.write("tabs.py", "import keras\nif True:\n\tx = 1\n        y = 2\n");
    let lines: &[&[&str]] = &[
        &["train", "model.py"],
        &["compil", "model.py"],
        &["compile", "missing.py"],
        &["check", "."],
        &["check", "tabs.py"],
        &["compile", "model.py", "--target", "none", "-o", "missing/model.kar"],
        &["compile", "model.py", "--target", "gpu"],
        &["compile", "model.py", "--target", "none", "--weights", "missing.weights.h5"],
        &["compile", "model.py", "--batch", "0"],
        &["compile", "model.py", "--entry", "predict"],
        &["explain", "K9999"],
        &["reference", "Dens"],
        &["reference", "zzz"],
    ];
    let mut told = String::new();
    for words in lines {
        let run = place.keramos(words);
        assert_ne!(run.code, Some(0), "{words:?}");
        told.push_str(&format!("$ keramos {}\n{}{}\n", words.join(" "), run.stdout, run.stderr));
    }
    insta::assert_snapshot!(told);
}

#[test]
fn json_for_tools() {
    let place = Workplace::new();
    place.write("model.py", &format!("{HEAD}layers.Dens(3)\n"));
    let run = place.keramos(&["check", "model.py", "--format", "json"]);
    assert_eq!(run.code, Some(1));
    let report: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!(report["diagnostics"][0]["code"], "K0204", "{}", run.stdout);
    assert_eq!(report["diagnostics"][0]["severity"], "error", "{}", run.stdout);
}

#[test]
fn missing_files_and_plugins_leave_the_previous_artifact_alone() {
    let place = Workplace::new();
    place.write("tiny.py", MODEL);
    place.write("tiny.kar", "the previous artifact");
    place.write("empty.so", "");
    place.keramos(&["compile", "nothing.py"]).fails_with(&["nothing.py"]);
    let env = [("KERAMOS_PJRT_PLUGIN", "/nowhere/plugin.so")];
    place.keramos_with(&["compile", "tiny.py"], &env).fails_with(&["/nowhere/plugin.so"]);
    place.keramos(&["compile", "tiny.py", "--plugin", "empty.so"]).fails_with(&["empty.so"]);
    place.keramos(&["compile", "tiny.py", "--batch", "0"]).fails_with(&["batch size"]);
    place.keramos(&["compile", "tiny.py", "--weights", "tiny.py"]).fails_with(&["tiny.py"]);
    place.keramos(&["compile", "tiny.py", "--model", "modle"]).fails_with(&["modle", "`model`"]);
    let kept = std::fs::read_to_string(place.path("tiny.kar")).expect("still there");
    assert_eq!(kept, "the previous artifact");
}

#[test]
fn a_full_disk_is_said_and_leaves_nothing_behind() {
    let place = Workplace::new();
    place.write("tiny.py", MODEL);
    place.keramos(&["compile", "tiny.py", "--target", "none", "-o", "/dev/full"]).fails_with(&["/dev/full", "space"]);
}

/// The exit status, and standard error, of the command with a standard output that its reader has closed; with
/// `both`, standard error is closed too.
fn unread(place: &Workplace, args: &[&str], both: bool) -> (Option<i32>, String) {
    let closed = || std::io::pipe().expect("a pipe").1;
    let mut command = Command::new(env!("CARGO_BIN_EXE_keramos"));
    command.args(args).current_dir(place.path(".")).stdout(closed());
    if both {
        command.stderr(closed());
    }
    let output = command.output().expect("the command runs");
    (output.status.code(), String::from_utf8(output.stderr).expect("text"))
}

#[test]
fn output_that_nobody_reads_ends_the_command_quietly() {
    let place = Workplace::new();
    place.write("model.py", MODEL);
    place.write("wrong.py", "import keras\nkeras.Dens()\n");
    let quiet = (Some(0), String::new());
    for args in [vec!["reference", "python"], vec!["explain"], vec!["targets"], vec!["check", "model.py"]] {
        assert_eq!(unread(&place, &args, false), quiet, "{args:?}");
    }
    assert_eq!(unread(&place, &["compile", "model.py", "--target", "none"], false), quiet);
    assert!(place.path("model.kar").is_file());
    assert_eq!(unread(&place, &["compile", "wrong.py"], true).0, Some(1));
    assert_eq!(unread(&place, &["run"], true).0, Some(2));
}
