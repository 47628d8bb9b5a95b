//! Weights saved by the real Keras, and the messages about weights that do not fit.
#![allow(clippy::unwrap_used, reason = "a failing test may panic, in its helpers too")]

use std::path::{Path, PathBuf};

use keramos_artifact::{DType, Role, Variable};
use keramos_runtime::data::{Arrays, write};
use keramos_runtime::{Error, HostTensor, weights};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

/// The model of `make_keras_small.py`: path, type, shape, role and dataset of each variable.
fn variables() -> Vec<Variable> {
    let rows: [(&str, DType, &[usize], Role, &str); 8] = [
        ("small/first/kernel", DType::F32, &[4, 3], Role::Trainable, "layers/dense/vars/0"),
        ("small/first/bias", DType::F32, &[3], Role::Trainable, "layers/dense/vars/1"),
        ("small/norm/gamma", DType::F32, &[3], Role::Trainable, "layers/batch_normalization/vars/0"),
        ("small/norm/beta", DType::F32, &[3], Role::Trainable, "layers/batch_normalization/vars/1"),
        ("small/norm/moving_mean", DType::F32, &[3], Role::NonTrainable, "layers/batch_normalization/vars/2"),
        ("small/norm/moving_variance", DType::F32, &[3], Role::NonTrainable, "layers/batch_normalization/vars/3"),
        ("small/second/kernel", DType::BF16, &[3, 2], Role::Trainable, "layers/dense_1/vars/0"),
        ("small/second/bias", DType::BF16, &[2], Role::Trainable, "layers/dense_1/vars/1"),
    ];
    let variable = |(path, dtype, shape, role, h5): (&str, DType, &[usize], Role, &str)| Variable {
        path: path.to_owned(),
        dtype,
        shape: shape.to_vec(),
        role,
        layer: None,
        h5_path: Some(h5.to_owned()),
    };
    rows.into_iter().map(variable).collect()
}

/// The values that the script gives to the variables.
fn expected(index: usize, variable: &Variable) -> HostTensor {
    let values: Vec<f32> = (0..variable.elements().unwrap()).map(|i| (i + 10 * index) as f32).collect();
    HostTensor::from_values(variable.shape.clone(), &values).unwrap().cast(variable.dtype).unwrap()
}

fn check_values(path: &Path) {
    let variables = variables();
    let values = weights::load(path, &variables).unwrap();
    assert_eq!(values.len(), variables.len());
    for (index, value) in values {
        assert_eq!(value, expected(index, &variables[index]), "{}", variables[index].path);
    }
}

fn by_path(variables: &[Variable]) -> Arrays {
    let named = variables.iter().enumerate().map(|(index, v)| (v.path.clone(), expected(index, v)));
    named.collect()
}

#[test]
fn reads_what_keras_saved() {
    check_values(&fixture("keras_small.weights.h5"));
    check_values(&fixture("keras_small.keras"));
}

#[test]
fn reads_npz_and_safetensors_by_variable_path() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["w.npz", "w.safetensors"] {
        let path = folder.path().join(name);
        write(&path, &by_path(&variables())).unwrap();
        check_values(&path);
    }
}

#[test]
fn wider_floats_are_narrowed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("w.npz");
    let wide = by_path(&variables()).into_iter().map(|(name, tensor)| (name, tensor.cast(DType::F64).unwrap()));
    write(&path, &wide.collect()).unwrap();
    check_values(&path);
}

#[test]
fn a_mismatch_names_both_sides() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("w.safetensors");
    let mut arrays = by_path(&variables());
    let kernel = arrays.remove("small/first/kernel").unwrap();
    arrays.insert("small/frist/kernel".to_owned(), kernel);
    arrays.insert("small/norm/beta".to_owned(), HostTensor::zeros(DType::F32, vec![5]).unwrap());
    write(&path, &arrays).unwrap();

    let error = weights::load(&path, &variables()).unwrap_err();
    assert!(matches!(error, Error::Weights(_)));
    let message = error.to_string();
    for part in [
        "w.safetensors: the weights do not fit the model",
        "missing in the file (1):\n    `small/first/kernel` float32[4, 3]",
        "not in the model (1):\n    `small/frist/kernel` float32[4, 3] (did you mean `small/first/kernel`?)",
        "`small/norm/beta` is float32[5] in the file, but the model's `small/norm/beta` is float32[3]",
        "use weights that were saved from this very model",
    ] {
        assert!(message.contains(part), "{part} not in:\n{message}");
    }
}

#[test]
fn a_layout_of_another_model_names_datasets_and_variables() {
    let mut variables = variables();
    variables.truncate(6);
    variables[0].shape = vec![3, 4];
    variables[1].h5_path = Some("layers/conv2d/vars/1".to_owned());
    let message = weights::load(&fixture("keras_small.weights.h5"), &variables).unwrap_err().to_string();
    for part in [
        "`layers/conv2d/vars/1` float32[3] (variable `small/first/bias`)",
        "not in the model (3):",
        "`layers/dense_1/vars/0` bfloat16[3, 2]",
        "`layers/dense/vars/0` is float32[4, 3] in the file, but the model's `small/first/kernel` is float32[3, 4]",
    ] {
        assert!(message.contains(part), "{part} not in:\n{message}");
    }
}

#[test]
fn damaged_weights_files_never_panic() {
    let folder = tempfile::tempdir().unwrap();
    let whole = std::fs::read(fixture("keras_small.weights.h5")).unwrap();
    let path = folder.path().join("cut.weights.h5");
    for end in (0..whole.len()).step_by(997) {
        std::fs::write(&path, &whole[..end]).unwrap();
        assert!(weights::load(&path, &variables()).is_err(), "cut at {end}");
    }
    for at in (0..whole.len()).step_by(61) {
        let mut flipped = whole.clone();
        flipped[at] ^= 0xff;
        std::fs::write(&path, &flipped).unwrap();
        // HDF5 has no checksums in this version: a flip may go unseen, but must not panic.
        let _ = weights::load(&path, &variables());
    }
}

#[test]
fn other_files_are_refused_by_name() {
    let error = weights::load(Path::new("model.bin"), &variables()).unwrap_err();
    assert!(error.to_string().contains(".weights.h5, .keras, .safetensors or .npz"), "{error}");
}
