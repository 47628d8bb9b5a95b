//! The real binary: messages, exit codes, and files that stay intact.
#![allow(clippy::unwrap_used, reason = "a failing test may panic, in its helpers too")]

mod support;

use std::process::Stdio;
use std::time::{Duration, Instant};

use keramos_artifact::Artifact;
use keramos_runtime::data::read;
use keramos_runtime::{HostTensor, Platform, Session};
use support::process::Place;
use support::{CLASSES, blobs, builder, write_npz};

#[test]
fn trains_evaluates_and_predicts() {
    let place = Place::new();
    let run = place.run(
        "train m.kar --data train.npz --epochs 20 --batch-size 16 --validation-split 0.2 -o t.kar --history h.json",
    );
    assert!(run.stderr.contains("int64") || run.stderr.contains("saved t.kar after 60 steps"), "{run:#?}");
    let stdout = run.ok();
    assert_eq!(stdout.lines().count(), 20, "{stdout}");
    assert!(stdout.starts_with("Epoch 1/20 - 3 steps - "), "{stdout}");
    assert!(stdout.contains(" steps/s - loss: ") && stdout.contains(" - val_accuracy: 1.0000\n"), "{stdout}");

    let history: serde_json::Value = serde_json::from_slice(&place.read("h.json")).unwrap();
    assert_eq!(history["history"]["val_loss"].as_array().unwrap().len(), 20);
    let losses = history["history"]["loss"].as_array().unwrap();
    assert!(losses[19].as_f64() < losses[0].as_f64());

    let evaluated = place.run("evaluate t.kar --data test.npz");
    assert!(!evaluated.stderr.contains("warning"), "{evaluated:#?}");
    assert!(evaluated.ok().contains("10 examples - loss: 0.0"));
    let json: serde_json::Value =
        serde_json::from_str(&place.run("evaluate t.kar --data test.npz --json -q").ok()).unwrap();
    assert_eq!(json["accuracy"], 1.0);

    place.run("predict t.kar --input x.npy -o y.npy").ok();
    let predicted = read(&place.path("y.npy")).unwrap().remove("").unwrap();
    let (x, y) = blobs(10);
    let artifact = Artifact::open(place.path("t.kar")).unwrap();
    let expected = Session::new(Platform::Cpu).unwrap().load(artifact).predict(&[x]).unwrap();
    assert_eq!(vec![predicted.clone()], expected);
    let scores: Vec<f32> = predicted.values().unwrap();
    let best =
        scores.chunks(CLASSES).map(|row| (0..CLASSES).max_by(|&a, &b| row[a].total_cmp(&row[b])).unwrap() as i64);
    assert_eq!(best.collect::<Vec<_>>(), y.values::<i64>().unwrap());

    for output in ["y.npz", "y.safetensors"] {
        place.run(&format!("predict t.kar --input test.npz -o {output}")).ok();
        assert_eq!(read(&place.path(output)).unwrap()["dense"], predicted);
    }
    let printed = place.run("predict t.kar --input x.npy").ok();
    assert!(printed.starts_with("dense float32[10, 3]\n"), "{printed}");
}

#[test]
fn without_output_training_replaces_the_artifact() {
    let place = Place::new();
    place.run("train m.kar --data train.npz --epochs 1").ok();
    assert!(Artifact::open(place.path("m.kar")).unwrap().manifest().has_all_weights());
    assert_eq!(place.names(), ["m.kar", "test.npz", "train.npz", "x.npy"]);
}

#[test]
fn untrained_weights_are_warned_about_and_a_recompilation_is_told() {
    let place = Place::new();
    let run = place.run("predict m.kar --input x.npy -o y.npy");
    assert!(run.stderr.contains("warning: m.kar carries no trained weights"), "{run:#?}");
    assert!(run.stderr.contains("note: compiled `predict (batch 16)` in"), "{run:#?}");
    assert!(run.stderr.contains("because the artifact carries no executables"), "{run:#?}");
    run.ok();
}

#[test]
fn an_artifact_compiled_for_this_machine_compiles_nothing() {
    let place = Place::new();
    let session = Session::new(Platform::Cpu).unwrap();
    let artifact = Artifact::open(place.path("m.kar")).unwrap();
    session.compile_ahead("cpu", &artifact).unwrap().write_atomic(place.path("m.kar")).unwrap();
    let run = place.run("predict m.kar --input x.npy -o y.npy");
    assert!(!run.stderr.contains("compiled"), "{run:#?}");
    run.ok();
    let inspected = place.run("inspect m.kar").ok();
    assert!(inspected.contains("executable of predict (batch 16) for cpu"), "{inspected}");
    assert!(inspected.contains("cpu (cpu): PJRT API"), "{inspected}");
}

#[test]
fn weights_from_a_file_are_used() {
    let place = Place::new();
    let kernel = HostTensor::zeros(keramos_artifact::DType::F32, vec![4, 3]).unwrap();
    let bias = HostTensor::from_values(vec![3], &[0.0f32, 0.0, 50.0]).unwrap();
    write_npz(&place.path("w.npz"), [("linear/dense/kernel", kernel.clone()), ("linear/dense/bias", bias)]);
    place.run("predict m.kar --input x.npy -o y.npy --weights w.npz").ok();
    let scores: Vec<f32> = read(&place.path("y.npy")).unwrap().remove("").unwrap().values().unwrap();
    assert!(scores.chunks(CLASSES).all(|row| row == [0.0, 0.0, 1.0] || row[2] > 0.999), "{scores:?}");

    write_npz(&place.path("half.npz"), [("linear/dense/kernel", kernel)]);
    place
        .run("predict m.kar --input x.npy -o y2.npy --weights half.npz")
        .fails(1, &["error: half.npz: the weights do not fit the model", "`linear/dense/bias` float32[3]"]);
    assert!(!place.path("y2.npy").exists());
}

#[test]
fn inspect_shows_the_model() {
    let place = Place::new();
    let text = place.run("inspect m.kar").ok();
    for part in [
        "Model `linear` (from linear.py)",
        "compiled by keramos 0.1.0, StableHLO 1.0.0",
        "trains with SGD(learning_rate=0.5), loss sparse_categorical_crossentropy, 2 epochs of batch 16",
        "dense (Dense)  (None, 3)     15      pixels",
        "Parameters: 15 (60 B)",
        "train_step (batch 4)",
        "takes state: 7 variables, 7 donated",
        "takes target `dense`: int32[16], values below 3",
        "gives log `accuracy`: float32[]",
        "StableHLO of init",
        "Targets: none",
    ] {
        assert!(text.contains(part), "{part:?} is not in\n{text}");
    }
    let json: serde_json::Value = serde_json::from_str(&place.run("inspect m.kar --json").ok()).unwrap();
    assert_eq!(json["parameters"], 15);
    assert_eq!(json["manifest"]["programs"][0]["entry"], "init");
    assert_eq!(json["manifest"]["variables"][0]["path"], "linear/dense/kernel");
}

#[test]
fn bench_measures_every_program() {
    let place = Place::new();
    let json = place.run("bench m.kar --seconds 0.05 --json -q").ok();
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let programs = json["programs"].as_array().unwrap();
    assert_eq!(programs.len(), 4);
    for program in programs {
        let value = |name: &str| program[name].as_f64().unwrap();
        assert!(value("p50_ms") > 0.0 && value("p50_ms") <= value("p90_ms") && value("p90_ms") <= value("p99_ms"));
        assert!(value("rows_per_second") > 0.0);
    }
    let table = place.run("bench m.kar --seconds 0.05 --entry predict --batch-size 4 -q").ok();
    assert!(table.contains("p99 ms") && table.contains("predict"), "{table}");
    assert_eq!(table.lines().count(), 3, "{table}");
    place
        .run("bench m.kar --entry predict --batch-size 5")
        .fails(1, &["batch size 5 is not possible", "compiled for 4, 16"]);
    place.run("bench m.kar --seconds 0").fails(2, &["--seconds 0: give more than 0"]);
}

#[test]
fn images_are_drawn() {
    let place = Place::new();
    place.run("predict m.kar --input x.npy --show-images 1").fails(2, &["rows of shape (4,) are no images"]);
}

#[test]
fn wrong_usage_is_code_2() {
    let place = Place::new();
    place.run("train m.kar").fails(2, &["--data"]);
    place.run("fly m.kar").fails(2, &["unrecognized subcommand 'fly'"]);
    place.run("train m.kar --data train.npz --epochs 0 -o t.kar").fails(2, &["--epochs 0: there is nothing to do"]);
    place
        .run("train m.kar --data train.npz --validation-split 1 -o t.kar")
        .fails(2, &["--validation-split 1: it is a fraction"]);
    place.run("train m.kar --data train.npz --batch-size 0 -o t.kar").fails(2, &["--batch-size 0"]);
    place.run("predict m.kar --input x.npy --device abacus").fails(2, &["abacus"]);
    assert!(!place.path("t.kar").exists());
}

#[test]
fn artifacts_that_are_none_are_refused() {
    let place = Place::new();
    place.run("inspect nowhere.kar").fails(1, &["nowhere.kar: cannot open the file"]);
    place.run("inspect train.npz").fails(1, &["train.npz: not a Keramos artifact: this is a zip archive"]);
    let whole = place.read("m.kar");
    std::fs::write(place.path("cut.kar"), &whole[..whole.len() / 2]).unwrap();
    place.run("predict cut.kar --input x.npy").fails(1, &["cut.kar: truncated", "fetch the file again"]);
    let mut flipped = whole.clone();
    let last = flipped.len() - 2;
    flipped[last] ^= 1;
    std::fs::write(place.path("flip.kar"), &flipped).unwrap();
    place.run("evaluate flip.kar --data test.npz").fails(1, &["flip.kar: section", "is damaged (checksum"]);
    let mut newer = whole;
    newer[8] = 9;
    std::fs::write(place.path("new.kar"), &newer).unwrap();
    place.run("inspect new.kar").fails(1, &["artifact format 9 is newer than this runtime", "update keramos-run"]);
}

#[test]
fn data_that_do_not_fit_leave_nothing_behind() {
    let place = Place::new();
    let (x, y) = blobs(10);
    write_npz(&place.path("names.npz"), [("images", x.clone()), ("labels", y.clone())]);
    place.run("train m.kar --data names.npz -o t.kar").fails(
        1,
        &["names.npz: no array for the model's input `pixels`", "the file has `images`, `labels`", "--x NAME"],
    );
    place.run("train m.kar --data names.npz --x images --y labels --epochs 1 -o named.kar").ok();
    write_npz(&place.path("shape.npz"), [("x", y.clone()), ("y", y)]);
    place
        .run("train m.kar --data shape.npz -o t.kar")
        .fails(1, &["each row is of shape (), but the model's input `pixels` takes (4,)"]);
    let nan = HostTensor::from_values(vec![10], &[f32::NAN; 10]).unwrap();
    write_npz(&place.path("nan.npz"), [("x", x), ("y", nan)]);
    place.run("train m.kar --data nan.npz -o t.kar").fails(1, &["nan.npz[y]: row 0 holds NaN"]);
    std::fs::write(place.path("bad.npz"), b"PK\x03\x04 cut off").unwrap();
    place.run("evaluate m.kar --data bad.npz").fails(1, &["bad.npz: not a complete zip archive"]);
    place.run("evaluate m.kar --data data.csv").fails(1, &["data.csv: the kind of file is told by its extension"]);
    place.run("predict m.kar --input x.npy -o y.csv").fails(1, &["y.csv: the kind of file is told by its extension"]);
    assert!(!place.path("t.kar").exists());
}

#[test]
fn a_missing_or_wrong_plugin_is_told() {
    let place = Place::new();
    place.run("predict m.kar --input x.npy --plugin nowhere.so").fails(1, &["nowhere.so"]);
    place.run("predict m.kar --input x.npy --plugin x.npy").fails(1, &["x.npy is not a usable shared library"]);
    let mut lonely = place.command();
    lonely.args(["predict", "m.kar", "--input", "x.npy"]).env_clear().env("HOME", place.path(""));
    let output = lonely.output().unwrap();
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1));
    assert!(message.contains("no PJRT plugin for platform `cpu` was found; searched:"), "{message}");
}

#[test]
fn a_full_disk_keeps_the_previous_file() {
    let place = Place::new();
    place.run("train m.kar --data train.npz --epochs 1 -o t.kar").ok();
    let before = place.read("t.kar");
    let names = place.names();
    // A limit on the size of files, whose signal is ignored: writing fails like on a full disk.
    let limited = "trap '' XFSZ; ulimit -f 4";
    place
        .run_after(limited, "train m.kar --data train.npz --epochs 2 -o t.kar")
        .fails(1, &["t.kar: no space left for", "the previous file", "is unchanged"]);
    assert_eq!(place.read("t.kar"), before);
    assert_eq!(place.names(), names);
    place.run("train m.kar --data train.npz --epochs 1 -o /dev/full").fails(1, &["/dev/full: no space left"]);
    place.run("train m.kar --data train.npz -o missing/t.kar").fails(1, &["missing/t.kar: cannot write there"]);
}

#[test]
fn ctrl_c_saves() {
    let place = Place::new();
    let (x, y) = blobs(20_000);
    write_npz(&place.path("big.npz"), [("x", x), ("y", y)]);
    let mut command = place.command();
    command.args(["train", "m.kar", "--data", "big.npz", "--epochs", "100000", "-o", "t.kar", "--history", "h.json"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // The first epoch's line shows that training is under way.
    let mut line = String::new();
    let stdout = child.stdout.take().unwrap();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(stdout), &mut line).unwrap();
    assert!(line.starts_with("Epoch 1/100000"), "{line}");
    let interrupt = std::process::Command::new("bash").args(["-c", &format!("kill -INT {}", child.id())]).status();
    assert!(interrupt.unwrap().success());
    let begin = Instant::now();
    let status = loop {
        match child.try_wait().unwrap() {
            Some(status) => break status,
            None if begin.elapsed() > Duration::from_secs(60) => {
                child.kill().unwrap();
                panic!("the training does not stop");
            }
            None => std::thread::sleep(Duration::from_millis(20)),
        }
    };
    assert_eq!(status.code(), Some(130));
    let saved = Artifact::open(place.path("t.kar")).unwrap();
    assert!(saved.manifest().has_all_weights());
    assert!(!saved.manifest().history.as_ref().unwrap().epoch.is_empty());
    assert!(place.path("h.json").exists());
}

#[test]
fn a_reader_that_has_had_enough_is_no_failure() {
    let place = Place::new();
    builder(&[1, 2, 3, 4, 5, 6, 7, 8]).write_atomic(place.path("many.kar")).unwrap();
    let run = place.run_after("exec 1> >(head -c 10 >/dev/null)", "inspect many.kar");
    assert_eq!(run.code, Some(0), "{run:#?}");
}
