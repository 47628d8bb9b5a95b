//! What the runtime says of data, arguments and modules that do not fit.

use keramos::HostTensor;

use crate::tool::Workplace;

const MODEL: &str = r#"
import keras

model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, use_bias=False, kernel_initializer="ones")])
model.compile(optimizer=keras.optimizers.SGD(1e30), loss="mse")


def total(x, y):
    return x.sum() + y
"#;

fn array(shape: &[usize], values: &[f32]) -> HostTensor {
    HostTensor::from_values(shape.to_vec(), values).expect("as many values as the shape has places")
}

/// What each of the commands says, none of which succeeds.
fn told(place: &Workplace, lines: &[&[&str]]) -> String {
    let mut told = String::new();
    for words in lines {
        let run = place.keramos_run(words);
        assert_ne!(run.code, Some(0), "{words:?}: {}", run.stdout);
        told.push_str(&format!("$ keramos-run {}\n{}{}\n", words.join(" "), run.stdout, run.stderr));
    }
    told
}

#[test]
fn data_that_no_training_can_use() {
    let place = Workplace::new();
    place.write("m.py", MODEL);
    place.keramos(&["compile", "m.py", "--target", "none", "--batch", "2"]).ok();
    let (x, y) = (array(&[2, 2], &[1.0, 2.0, 3.0, 4.0]), array(&[2, 1], &[1.0, 2.0]));
    let big = array(&[4, 2], &[1e3; 8]);
    place.arrays("diverges.npz", vec![("x", big), ("y", array(&[4, 1], &[0.0; 4]))]);
    place.arrays("none.npz", vec![("x", array(&[0, 2], &[])), ("y", array(&[0, 1], &[]))]);
    place.arrays("fewer.npz", vec![("x", x.clone()), ("y", array(&[1, 1], &[1.0]))]);
    place.arrays("nan.npz", vec![("x", array(&[2, 2], &[1.0, 2.0, f32::NAN, 4.0])), ("y", y.clone())]);
    place.arrays("three.npz", vec![("a", x.clone()), ("b", x), ("y", y)]);
    insta::assert_snapshot!(told(
        &place,
        &[
            &["train", "m.kar", "--data", "diverges.npz", "--epochs", "3", "-q"],
            &["train", "m.kar", "--data", "none.npz"],
            &["train", "m.kar", "--data", "fewer.npz"],
            &["train", "m.kar", "--data", "nan.npz"],
            &["train", "m.kar", "--data", "three.npz", "--x", "a", "--x", "b", "--y", "y"],
        ]
    ));
}

#[test]
fn arguments_that_no_signature_takes() {
    let place = Workplace::new();
    place.write("m.py", MODEL);
    let entries = ["--entry", "total:f32[2],f32[]", "--entry", "total:f32[3],i8[]"];
    place.keramos(&[["compile", "m.py", "--target", "none"].as_slice(), &entries].concat()).ok();
    place.arrays("x.npy", vec![("", array(&[2], &[1.0, 2.0]))]);
    place.arrays("four.npy", vec![("", array(&[4], &[1.0; 4]))]);
    place.arrays("three.npy", vec![("", array(&[3], &[1.0; 3]))]);
    place.arrays("big.npy", vec![("", array(&[], &[300.0]))]);
    place.keramos(&["compile", "m.py", "--target", "none", "--entry", "total:i32[2],i32[]", "-o", "whole.kar"]).ok();
    let wide = HostTensor::from_values(vec![2], &[1_i64, 1 << 40]).expect("two values");
    place.arrays("wide.npy", vec![("", wide)]);
    insta::assert_snapshot!(told(
        &place,
        &[
            &["call", "m.kar", "total", "--arg", "0=x.npy"],
            &["call", "m.kar", "total", "--arg", "0=four.npy", "--arg", "1=big.npy"],
            &["call", "m.kar", "total", "--arg", "0=three.npy", "--arg", "1=big.npy"],
            &["call", "whole.kar", "total", "--arg", "0=wide.npy", "--arg", "1=0"],
            &["call", "whole.kar", "total", "--arg", "0=wide.npy"],
            &["call", "whole.kar", "total", "--arg", "0=wide.npy", "--arg", "1=0", "--arg", "2=0"],
            &["call", "whole.kar", "sum"],
        ]
    ));
}

#[test]
fn modules_that_nothing_can_be_made_of() {
    let place = Workplace::new();
    place.write("other.mlir", "module { func.func private @main() { return }\n func.func @f() { return } }\n");
    place.write(
        "custom.mlir",
        "func.func @main(%x: tensor<2xf32>) -> tensor<2xf32> {\n  %0 = stablehlo.custom_call @nothing(%x) : (tensor<2xf32>) -> tensor<2xf32>\n  \
         return %0 : tensor<2xf32>\n}\n",
    );
    place.arrays("x.npy", vec![("", array(&[2], &[1.0, 2.0]))]);
    insta::assert_snapshot!(told(
        &place,
        &[&["call", "other.mlir", "main"], &["call", "custom.mlir", "main", "--arg", "0=x.npy"],]
    ));
}

#[test]
fn a_callback_that_would_change_a_schedule() {
    let place = Workplace::new();
    let schedule = "keras.optimizers.SGD(keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.9))";
    let fit = "\nmodel.fit(x, y, callbacks=[keras.callbacks.ReduceLROnPlateau(monitor=\"loss\")])\n";
    let model = MODEL.replace("keras.optimizers.SGD(1e30)", schedule);
    place.write("m.py", &format!("import numpy as np\n{model}x, y = np.load(\"x.npy\"), np.load(\"y.npy\"){fit}"));
    place.keramos(&["compile", "m.py", "--target", "none", "--batch", "2"]).ok();
    place.arrays("d.npz", vec![("x", array(&[2, 2], &[1.0; 4])), ("y", array(&[2, 1], &[1.0; 2]))]);
    insta::assert_snapshot!(told(&place, &[&["-q", "train", "m.kar", "--data", "d.npz", "--epochs", "1"]]));
}
