//! Compiles, trains and runs a model from Rust: `cargo run --release --example embed`.

use keramos::runtime::{data, train};
use keramos::{Platform, Session};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let artifact = keramos::compile(&std::fs::read_to_string("examples/mnist_convnet.py")?)?;
    let mut model = Session::new(Platform::Cpu)?.load(artifact);
    let digits = data::read("examples/data/mnist.npz".as_ref())?;
    let array =
        |name: &str| digits.iter().find(|(n, _)| n == name).map(|(_, array)| array.clone()).ok_or(name.to_owned());
    let dataset = model.dataset(&[array("x_train")?], &[array("y_train")?])?;
    let options = train::FitOptions { batch_size: 128, steps_per_epoch: Some(20), ..Default::default() };
    let outcome = model.fit(&dataset, &options, &mut train::Silent)?;
    println!("loss after {} steps: {:?}", outcome.steps, outcome.history.history["loss"]);
    println!("probabilities: {:?}", model.predict(&[array("x_test")?])?[0].shape());
    Ok(())
}
