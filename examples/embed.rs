//! Compiles, trains and runs a model from Rust: `cargo run --release --example embed`.

use keramos::runtime::{data, train};
use keramos::{Platform, Session};

/// Fifteen lines from source text to probabilities.
pub fn main() -> Result<(), Box<dyn std::error::Error>> {
    let artifact = keramos::compile(&std::fs::read_to_string("examples/mnist_convnet.py")?)?;
    let mut model = Session::new(Platform::Cpu)?.load(artifact);
    let digits = data::read("examples/data/mnist.npz".as_ref())?;
    let dataset = model.dataset(&[digits["x_train"].clone()], &[digits["y_train"].clone()])?;
    let options = train::FitOptions { batch_size: 128, steps_per_epoch: Some(8), ..Default::default() };
    let outcome = model.fit(&dataset, &options, &mut train::Silent)?;
    println!("after {} steps: {:?}", outcome.steps, outcome.history.history);
    println!("probabilities: {:?}", model.predict(&[digits["x_test"].clone()])?[0].shape());
    Ok(())
}
