//! The example programs, compiled and run on the CPU, against what real Keras and JAX compute; `README.md` tells how.

#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use keramos::artifact::manifest::PortKind;
use keramos::artifact::{DType, Entry};
use keramos::runtime::data::{self, Arrays};
use keramos::runtime::train::{FitOptions, Silent};
use keramos::{Compiler, HostTensor, Model, Platform, Session};

macro_rules! examples {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            agrees(stringify!($name));
        })*

        /// Every golden file has its test.
        #[test]
        fn all_are_tested() {
            let tested = [$(stringify!($name)),*];
            for entry in std::fs::read_dir(root("tests/examples/data")).expect("the folder of the goldens") {
                let path = entry.expect("an entry").path();
                let name = path.file_stem().and_then(|stem| stem.to_str()).expect("a name");
                assert!(tested.contains(&name), "{name} is not tested");
            }
        }
    };
}

examples! {
    mlp_mnist cnn_mnist resnet_cifar vit unet lstm_text translation minigpt gan siamese
    mixture_of_experts graph_convolution vae diffusion nerf pinn meta_learning private_sgd hessian neural_ode
}

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// What real Keras and JAX computed.
struct Golden {
    arrays: Arrays,
    meta: serde_json::Value,
}

impl Golden {
    fn read(name: &str) -> Golden {
        let arrays = data::read(&root(&format!("tests/examples/data/{name}.npz"))).expect("a golden file");
        let meta = serde_json::from_slice(arrays["meta"].bytes()).expect("JSON");
        Golden { arrays, meta }
    }

    /// The arrays `<prefix>/0`, `<prefix>/1`, ….
    fn all(&self, prefix: &str) -> Vec<HostTensor> {
        (0..).map_while(|i| self.arrays.get(&format!("{prefix}/{i}")).cloned()).collect()
    }

    fn names(&self, key: &str) -> Vec<&str> {
        self.meta[key].as_array().into_iter().flatten().filter_map(|name| name.as_str()).collect()
    }

    /// How far an element may be off, relative to the greatest expected magnitude.
    fn tolerance(&self) -> f64 {
        self.meta["tolerance"].as_f64().expect("a number")
    }
}

fn agrees(name: &str) {
    let golden = Golden::read(name);
    let source = std::fs::read_to_string(root(&format!("examples/{name}.py"))).expect("an example");
    let batch = golden.meta["batch"].as_u64().map(|batch| batch as usize);
    let compiler = batch.map_or_else(Compiler::new, |batch| Compiler::new().batches([batch]).train_batch(batch));
    let artifact = compiler.compile(&format!("{name}.py"), &source).unwrap_or_else(|error| panic!("{error}"));
    let artifact = Arc::new(artifact);
    let session = Session::new(Platform::Cpu).expect("the CPU plugin");
    let mut model = session.load(Arc::clone(&artifact));
    for function in golden.names("calls") {
        let results = model.call(function, &golden.all(&format!("{function}/argument")));
        let results = results.unwrap_or_else(|error| panic!("{error}"));
        for (i, (got, expected)) in results.iter().zip(golden.all(&format!("{function}/result"))).enumerate() {
            close(&golden, &format!("result {i} of {function}"), got, &expected);
        }
    }
    let Some(batch) = batch else { return };
    let inputs = golden.all("x");
    let predictions = golden.all("y");
    if !predictions.is_empty() {
        let first: Vec<HostTensor> = inputs.iter().map(|x| rows(x, batch)).collect();
        let outputs = model.predict(&first).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(outputs.len(), predictions.len(), "outputs");
        for (i, (got, expected)) in outputs.iter().zip(&predictions).enumerate() {
            close(&golden, &format!("output {i}"), &rows(got, expected.rows()), expected);
        }
    }
    // Predicting may have drawn random numbers: training starts from what the file says.
    trains(&golden, &mut session.load(artifact), &inputs, batch);
}

/// Trains for as many steps as the golden values are of, and compares the logs after the first and the last.
fn trains(golden: &Golden, model: &mut Model, inputs: &[HostTensor], batch: usize) {
    let steps = golden.arrays[&format!("logs/{}", golden.names("logs")[0])].rows();
    let train = model.manifest().programs.iter().find(|p| p.entry == Entry::TrainStep).expect("a training step");
    let targets = train.inputs.iter().filter(|port| matches!(port.kind, PortKind::Target)).count();
    // The last of what a step of the program's own gets are the targets, whatever it calls them.
    let data = [inputs, &golden.all("target")].concat();
    let (inputs, targets) = data.split_at(data.len() - targets);
    let dataset = model.dataset(inputs, targets).unwrap_or_else(|error| panic!("{error}"));
    let options = FitOptions { batch_size: batch, shuffle: false, ..FitOptions::default() };
    let outcome = model.fit(&dataset, &options, &mut Silent).unwrap_or_else(|error| panic!("{error}"));
    for name in golden.names("logs") {
        let expected = golden.arrays[&format!("logs/{name}")].values::<f32>().expect("float32");
        let got = outcome.history.history.get(name).unwrap_or_else(|| panic!("there is no log {name}"));
        let (got, expected) = (got[0].unwrap_or(f64::NAN), f64::from(expected[steps - 1]));
        let near = (got - expected).abs() <= golden.tolerance() * expected.abs().max(1e-3);
        assert!(near, "{name} after {steps} steps is {got}, with Keras and JAX {expected}");
    }
}

fn rows(tensor: &HostTensor, count: usize) -> HostTensor {
    let bytes = tensor.bytes()[..count * tensor.row_bytes()].to_vec();
    HostTensor::new(tensor.dtype(), [&[count], tensor.row_shape()].concat(), bytes).expect("rows")
}

#[track_caller]
fn close(golden: &Golden, what: &str, got: &HostTensor, expected: &HostTensor) {
    assert_eq!(got.shape(), expected.shape(), "the shape of {what}");
    let numbers = |t: &HostTensor| t.cast(DType::F64).ok().and_then(|t| t.values::<f64>()).expect("numbers");
    let (got, expected) = (numbers(got), numbers(expected));
    let scale = expected.iter().fold(1e-6f64, |scale, x| scale.max(x.abs()));
    let error = got.iter().zip(&expected).fold(0f64, |error, (a, b)| error.max((a - b).abs()));
    assert!(error <= golden.tolerance() * scale, "{what} is off by {:e} of its scale", error / scale);
}
