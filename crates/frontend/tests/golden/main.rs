//! Compares models, traced by the frontend and evaluated by the IR's reference evaluator, with what real
//! Keras computed: outputs, gradients, the variables after a training pass, initial values, and whole trainings
//! and evaluations with their logs and all state.
//!
//! The cases and their data are described in `tests/golden/README.md` at the repository's root.
//! `KERAMOS_GOLDEN=word` runs the cases whose names contain the word.

mod case;
mod compare;
mod npz;
mod training;

use std::path::PathBuf;

use case::Case;

/// Where the reference evaluator, which rounds e⁻ˣ to the nearest `f32`, cannot follow XLA: a probability of
/// almost 1 keeps one or two bits of 1 − p, and the loss and its gradient are those bits.
const ILL_CONDITIONED: (&str, f64) = ("losses/binary_crossentropy_saturated", 3e-2);

/// Areas whose cases have these stages.
const STAGES: [&str; 6] = ["predict", "gradients", "init", "train", "evaluate", "fit"];

#[test]
fn models_compute_what_keras_computes() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let manifest = std::fs::read_to_string(root.join("tests/golden/manifest.json")).expect("the manifest is there");
    let manifest: serde_json::Value = serde_json::from_str(&manifest).expect("the manifest is JSON");
    let only = std::env::var("KERAMOS_GOLDEN").unwrap_or_default();
    let (mut passed, mut failures) = (0, Vec::new());
    for entry in manifest.as_array().expect("the manifest is a list") {
        let name = entry["name"].as_str().expect("a case has a name");
        // Whole networks are too large for the reference evaluator.
        if !name.contains(&only) || name.starts_with("examples/") || name.starts_with("networks/") {
            continue;
        }
        let usual = format!("tests/golden/cases/{name}.py");
        let model = entry["model"].as_str().unwrap_or(&usual);
        let mut tolerance = entry["tolerance"].as_f64().expect("a case has a tolerance");
        if name == ILL_CONDITIONED.0 {
            tolerance = ILL_CONDITIONED.1;
        }
        let stages = entry["stages"].as_array().expect("a case has stages");
        for stage in STAGES.into_iter().filter(|s| stages.iter().any(|t| t == s)) {
            let result = Case::read(&root, name, model, tolerance).and_then(|case| case.run(stage));
            match result {
                Ok(()) => passed += 1,
                Err(message) => failures.push(format!("{name} {stage}: {message}")),
            }
        }
    }
    println!("golden: {passed} stages passed, {} failed", failures.len());
    assert!(
        failures.is_empty(),
        "{} of {} stages failed:\n{}",
        failures.len(),
        passed + failures.len(),
        failures.join("\n")
    );
    assert!(passed > 0, "no case matches {only:?}");
}
