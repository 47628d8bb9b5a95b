//! Programs that need more memory than there is.

use std::process::Command;

use keramos::HostTensor;

use crate::tool::Workplace;

fn zeros(shape: &[usize]) -> HostTensor {
    HostTensor::from_values(shape.to_vec(), &vec![0.0_f32; shape.iter().product()])
        .expect("as many as there are places")
}

const WIDE: &str = r#"import keras
from keras import layers

model = keras.Sequential([
    keras.Input((400000,)),
    layers.Dense(400000, kernel_initializer="zeros", name="wide"),
    layers.Dense(1, name="out"),
])
model.compile(optimizer="adam", loss="mse")
"#;

/// Weights of 640 GB are refused before anything is allocated, with what each layer takes.
#[test]
fn a_training_that_cannot_fit_is_refused_with_the_layers() {
    let place = Workplace::new();
    place.write("model.py", WIDE);
    place.keramos(&["compile", "model.py", "--train-batch", "2", "--target", "none", "-o", "m.kar"]).ok();
    place.arrays("data.npz", vec![("x", zeros(&[2, 400_000])), ("y", zeros(&[2, 1]))]);
    let run = place.keramos_run(&["-q", "train", "m.kar", "--data", "data.npz", "-o", "t.kar"]).fails_with(&[
        "error: `train_step (batch 2)` of `sequential` needs 1.9 TB at least, and the machine has ",
        ": it was not run\n  arguments take 1.9 TB, outputs 1.9 TB\n  by layer, the largest first:\n",
        "what helps: a smaller batch, for instance keramos compile --train-batch 1",
    ]);
    let cells = |line| str::split(line, "  ").map(str::trim).filter(|cell| !cell.is_empty()).collect();
    let table: Vec<Vec<&str>> = run.stderr.lines().map(cells).collect();
    let row = |name: &str| table.iter().find(|row| row.first().is_some_and(|cell| *cell == name)).cloned();
    // The weights; their gradients and Adam's two moments.
    assert_eq!(row("wide").map(|row| row[1..3].to_vec()), Some(vec!["640.0 GB", "1.9 TB"]), "{}", run.stderr);
    assert!(row("out").is_some(), "{}", run.stderr);
}

const OUTER: &str = "def outer(x):\n    return x[:, None] * x[None, :]\n";

/// Under a limit of the address space the plugin's allocation fails; the process says so and goes on to its end.
#[test]
fn an_allocation_that_fails_is_told_with_what_memory_goes_to() {
    const LIMIT: &str = "--as=6000000000";
    let place = Workplace::new();
    place.write("f.py", OUTER);
    place.keramos(&["compile", "f.py", "--entry", "outer:f32[50000]", "--target", "none"]).ok();
    place.arrays("x.npy", vec![("", zeros(&[50_000]))]);
    let binary = std::path::Path::new(env!("CARGO_BIN_EXE_keramos")).with_file_name("keramos-run");
    let arguments = ["-q", "call", "f.kar", "outer", "--arg", "0=x.npy", "-o", "y.npy"];
    let mut command = Command::new("prlimit");
    command.arg(LIMIT).arg(binary).args(arguments).current_dir(place.path("")).env("KERAMOS_CACHE", "off");
    let output = command.output().expect("prlimit is part of every Linux");
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{told}");
    // On a machine of less than 10 GB the program is not even begun.
    assert!(told.contains("does not fit into the device's memory") || told.contains("it was not run"), "{told}");
    for part in
        ["`outer (float32[50000])` of `f`", "outputs 10.0 GB", "`result` (10.0 GB)", "what helps: smaller arrays"]
    {
        assert!(told.contains(part), "`{part}` is not in\n{told}");
    }
    assert!(!place.path("y.npy").exists());
}
