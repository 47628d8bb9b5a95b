//! Models with weights saved by real Keras, against its predictions.

use std::path::{Path, PathBuf};

use keramos::runtime::data::{self, Arrays};
use keramos::{Artifact, Compiler, HostTensor, Platform, Session};

pub fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

pub fn array(arrays: &Arrays, name: &str) -> HostTensor {
    let found = arrays.iter().find(|(n, _)| *n == name).map(|(_, array)| array.clone());
    found.unwrap_or_else(|| panic!("the golden file has no {name}"))
}

fn predict(case: &str, weights: &str) -> (Vec<f32>, Vec<f32>) {
    let source = std::fs::read_to_string(root(&format!("{case}.py"))).expect("a model file");
    let name = case.rsplit('/').next().unwrap_or(case);
    let golden = data::read(&root(&format!("tests/golden/data/checkpoints/{name}.npz"))).expect("golden data");
    let compiler = Compiler::new().batches([8]).training(false).weights(root(weights));
    let (builder, _) = compiler.build(case, &source).unwrap_or_else(|error| panic!("{error}"));
    let artifact = Artifact::from_bytes(builder.finish().expect("bytes")).expect("an artifact");
    let mut model = Session::new(Platform::Cpu).expect("a session").load(artifact);
    let inputs = model
        .manifest()
        .programs
        .iter()
        .find(|p| p.batch == Some(8))
        .map_or(1, |p| p.inputs.iter().filter(|i| i.kind == keramos::artifact::manifest::PortKind::Data).count());
    let x: Vec<HostTensor> = (0..inputs).map(|i| array(&golden, &format!("x/{i}"))).collect();
    let y = model.predict(&x).unwrap_or_else(|error| panic!("{error}"));
    let got = y[0].values::<f32>().expect("float32");
    (got, array(&golden, "y/0").values::<f32>().expect("float32"))
}

#[track_caller]
pub fn assert_close((got, expected): (Vec<f32>, Vec<f32>), tolerance: f32) {
    assert_eq!(got.len(), expected.len());
    let scale = expected.iter().fold(0f32, |m, x| m.max(x.abs()));
    let error = got.iter().zip(&expected).fold(0f32, |m, (a, b)| m.max((a - b).abs()));
    assert!(error <= tolerance * scale, "relative error {}", error / scale);
}

#[test]
fn every_weight_format_gives_keras_predictions() {
    for case in ["small", "nested"] {
        for ending in ["weights.h5", "safetensors", "weights.npz"] {
            let weights = format!("tests/golden/data/checkpoints/{case}.{ending}");
            assert_close(predict(&format!("tests/golden/cases/checkpoints/{case}"), &weights), 1e-5);
        }
    }
}

#[test]
fn weights_of_another_model_name_both_sides() {
    let source = std::fs::read_to_string(root("examples/mlp_mnist.py")).expect("a model file");
    let compiler = Compiler::new().weights(root("tests/golden/data/checkpoints/small.safetensors"));
    let error = compiler.build("mlp_mnist.py", &source).expect_err("the weights do not fit").to_string();
    assert!(error.contains("dense") && error.contains("small.safetensors"), "{error}");
}
