//! StableHLO modules packaged as artifacts.

use std::path::PathBuf;

use keramos::runtime::data;

use crate::tool::Workplace;

fn module(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("crates/runtime/tests/data/modules").join(name)
}

#[test]
fn modules_become_artifacts_that_are_called_like_functions() {
    let place = Workplace::new();
    let mut stored = data::read(&module("jax.npz")).expect("arrays");
    let results: Vec<_> = (0..3).filter_map(|i| stored.remove(&format!("result_{i}"))).collect();
    data::write(&place.path("args.npz"), &stored).expect("arguments");
    for (name, target) in [("jax.mlir", "cpu"), ("jax.mlirbc", "cpu"), ("jax.mlirbc", "none")] {
        let file = module(name);
        let compile = ["compile", file.to_str().expect("a path"), "-o", "m.kar", "--target", target];
        let said = place.keramos(&compile).ok();
        assert!(said.stdout.contains("functions of `jax`: main"), "{}", said.stdout);
        let run = place.keramos_run(&["call", "m.kar", "main", "--args", "args.npz", "-o", "out.npz"]).ok();
        assert_eq!(run.stderr.contains("compiled `main"), target == "none", "{}", run.stderr);
        let found = data::read(&place.path("out.npz")).expect("results");
        for (i, expected) in results.iter().enumerate() {
            let numbers = |tensor: &keramos::HostTensor| {
                tensor.cast(keramos::artifact::DType::F32).expect("numbers").values::<f32>().expect("float32")
            };
            crate::weights::assert_close((numbers(&found[&i.to_string()]), numbers(expected)), 1e-5);
        }
    }
    let inspected = place.keramos_run(&["inspect", "m.kar"]).ok();
    assert!(inspected.stdout.contains("argument 0 `arg0`: float32[4]"), "{}", inspected.stdout);
    assert!(inspected.stdout.contains("StableHLO 1."), "{}", inspected.stdout);
}

#[test]
fn options_of_model_files_are_refused() {
    let place = Workplace::new();
    let file = module("jax.mlir");
    let file = file.to_str().expect("a path");
    place.keramos(&["compile", file, "--batch", "3"]).fails_with(&["--batch is for model files", "leave --batch out"]);
    place.keramos(&["compile", file, "-o", file]).fails_with(&["would replace the model file"]);
}
