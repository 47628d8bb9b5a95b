//! Artifacts of earlier format versions, kept in `golden/`.

use std::path::PathBuf;

use keramos::artifact::FORMAT_VERSION;
use keramos::runtime::data;
use keramos::{Artifact, HostTensor};

use crate::tool::Workplace;

fn golden(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cli/golden").join(name)
}

#[test]
fn every_format_version_has_its_artifact() {
    for version in 1..=FORMAT_VERSION {
        assert!(golden(&format!("format_{version}.kar")).exists(), "format {version} has no golden artifact");
    }
}

#[test]
fn an_artifact_of_format_1_does_what_it_did() {
    let place = Workplace::new();
    let artifact = golden("format_1.kar");
    let (file, input) = (artifact.to_str().expect("a path"), golden("format_1.npz"));
    let input = input.to_str().expect("a path");
    let manifest = Artifact::open(&artifact).expect("it is read").manifest().clone();
    assert_eq!((manifest.variables.len(), manifest.history.map(|history| history.epoch.len())), (26, Some(2)));

    place.keramos_run(&["predict", file, "--input", input, "-o", "y.npy"]).ok();
    let floats = |path: PathBuf, name: &str| {
        data::read(&path).expect("arrays").remove(name).and_then(|array| array.values::<f32>()).expect("floats")
    };
    let found = floats(place.path("y.npy"), data::UNNAMED);
    crate::weights::assert_close((found, floats(golden("format_1.npz"), "result")), 1e-5);

    let tensor = |shape: &[usize], values: &[f32]| HostTensor::from_values(shape.to_vec(), values).expect("a tensor");
    place.arrays("args.npz", vec![("x", tensor(&[3], &[1.0, 2.0, 3.0])), ("factor", tensor(&[], &[2.0]))]);
    place.keramos_run(&["call", file, "scale", "--args", "args.npz", "-o", "scaled.npy"]).ok();
    assert_eq!(floats(place.path("scaled.npy"), data::UNNAMED), [2.0, 4.0, 6.0]);
    let train = ["train", file, "--data", input, "--epochs", "1", "--batch-size", "8", "-o", "again.kar"];
    place.keramos_run(&train).ok();
    let inspected = place.keramos_run(&["inspect", "again.kar"]).ok();
    assert!(inspected.stdout.contains("dense_1 (Dense)"), "{}", inspected.stdout);
}
