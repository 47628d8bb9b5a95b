//! `--check-nan`: which layer and line made the first NaN or infinity.

use keramos::HostTensor;

use crate::tool::{Run, Workplace};

fn floats(shape: &[usize], values: &[f32]) -> HostTensor {
    HostTensor::from_values(shape.to_vec(), values).expect("as many values as the shape has places")
}

/// Trains a model of two inputs and one output on four rows that are the same everywhere.
fn trained(source: &str, options: &[&str]) -> (Workplace, Run) {
    let place = Workplace::new();
    place.write("model.py", source);
    place.keramos(&["compile", "model.py", "--train-batch", "4", "--target", "none", "-o", "m.kar"]).ok();
    let x = floats(&[4, 2], &[1.0, 2.0, -1.0, -2.0, 0.5, 0.25, 3.0, -1.0]);
    place.arrays("data.npz", vec![("x", x), ("y", floats(&[4, 1], &[0.0, 1.0, 0.0, 1.0]))]);
    let run = place.keramos_run(
        &[&["-q", "train", "m.kar", "--data", "data.npz", "--no-shuffle", "-o", "t.kar"], options].concat(),
    );
    (place, run)
}

fn report(source: &str) -> String {
    let (place, run) = trained(source, &["--check-nan", "--epochs", "3"]);
    assert_eq!(run.code, Some(1), "{}{}", run.stdout, run.stderr);
    assert!(!place.path("t.kar").exists(), "nothing is saved");
    run.stderr
}

const LOG: &str = r#"import keras
from keras import layers, ops


class LogScale(layers.Layer):
    def call(self, x):
        return ops.log(x)


model = keras.Sequential([
    keras.Input((2,)),
    layers.Dense(1, activation="relu", kernel_initializer="ones", name="hidden"),
    LogScale(name="log_scale"),
])
model.compile(optimizer="sgd", loss="mse")
"#;

#[test]
fn the_logarithm_of_zero_in_a_layer() {
    insta::assert_snapshot!(report(LOG));
}

#[test]
fn the_derivative_of_a_root_at_zero_in_a_loss() {
    insta::assert_snapshot!(report(
        r#"import keras
from keras import layers, ops


def distance(y_true, y_pred):
    return ops.mean(ops.sqrt(ops.sum(y_pred * y_pred, axis=-1)))


model = keras.Sequential([keras.Input((2,)), layers.Dense(1, kernel_initializer="zeros", name="out")])
model.compile(optimizer="sgd", loss=distance)
"#
    ));
}

#[test]
fn a_learning_rate_with_which_weights_explode() {
    let report = report(
        r#"import keras
from keras import layers

model = keras.Sequential([keras.Input((2,)), layers.Dense(1, kernel_initializer="ones", name="out")])
model.compile(optimizer=keras.optimizers.SGD(1e25), loss="mse")
"#,
    );
    for part in [
        "made an infinity in epoch 2, step 1",
        "`mul` in the optimizer's update (`sgd`), model.py:5",
        "`sequential/out/kernel`",
        "lower the learning rate",
    ] {
        assert!(report.contains(part), "`{part}` is not in\n{report}");
    }
}

#[test]
fn a_healthy_training_is_as_without_the_check() {
    let source = r#"import keras
from keras import layers, ops


class Masked(layers.Layer):
    def call(self, x):
        return ops.maximum(ops.where(x > 0, x, -float("inf")), 0.0)


model = keras.Sequential([
    keras.Input((2,)),
    layers.Dense(4, name="hidden"),
    Masked(),
    layers.Dropout(0.5),
    layers.Dense(1, name="out"),
])
model.compile(optimizer="adam", loss="mse")
"#;
    let options = ["--epochs", "2", "--history"];
    let (checked, run) = trained(source, &[&options[..], &["a.json", "--check-nan"]].concat());
    assert_eq!(run.ok().stderr, "");
    let (plain, run) = trained(source, &[&options[..], &["b.json"]].concat());
    run.ok();
    let read = |place: &Workplace, name: &str| std::fs::read_to_string(place.path(name)).expect("a history");
    assert_eq!(read(&checked, "a.json"), read(&plain, "b.json"));
}

const FUNCTIONS: &str = r#"import jax
import jax.numpy as jnp
from jax import lax


def grow(x):
    def body(i, v):
        return jnp.log(v)

    return lax.fori_loop(0, 5, body, x)


def branch(x):
    return lax.cond(x[0] > 0, lambda v: jnp.sqrt(v - 10.0), lambda v: v, x)


def masked(x):
    return jnp.where(x > 1.5, x, -jnp.inf)


def slope(x):
    return jax.grad(lambda v: jnp.sum(jnp.where(v > 2.5, jnp.sqrt(v - 2.0), 0.0)))(x)


def ratio(x):
    return (x - 2.0) / (x - 2.0)
"#;

/// What `call --check-nan` says about the functions above, for 3, 2 and 1.5.
#[test]
fn loops_branches_and_gradients_of_functions() {
    let place = Workplace::new();
    place.write("f.py", FUNCTIONS);
    let names = ["grow", "branch", "masked", "slope", "ratio"];
    let entries: Vec<String> = names.iter().map(|name| format!("{name}:f32[3]")).collect();
    let mut command = vec!["compile", "f.py", "--target", "none"];
    entries.iter().for_each(|entry| command.extend(["--entry", entry]));
    place.keramos(&command).ok();
    place.arrays("x.npy", vec![("", floats(&[3], &[3.0, 2.0, 1.5]))]);
    place.arrays("nan.npy", vec![("", floats(&[3], &[3.0, f32::NAN, 1.5]))]);
    let call = |name: &str, file: &str| {
        let argument = format!("0={file}");
        place.keramos_run(&["-q", "call", "f.kar", name, "--arg", &argument, "--check-nan"])
    };
    let mut told = String::new();
    for name in ["grow", "branch", "slope", "ratio"] {
        let run = call(name, "x.npy");
        assert_eq!(run.code, Some(1), "{name}: {}{}", run.stdout, run.stderr);
        told.push_str(&run.stderr);
    }
    told.push_str(&call("ratio", "nan.npy").stderr);
    insta::assert_snapshot!(told);
    // Infinities that the program writes down are its own.
    assert!(call("masked", "x.npy").ok().stdout.contains("-inf"));
}
