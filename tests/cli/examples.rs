//! The example models against real Keras: predictions with weights from the formula of
//! `tests/golden/README.md`, and the loss curve of the digit classifier.

use keramos::artifact::manifest::PortKind;
use keramos::runtime::data::{self, Arrays};
use keramos::runtime::train::{FitOptions, Silent};
use keramos::{Compiler, HostTensor, Model, Platform, Session};

use crate::weights::{array, assert_close, root};

/// Element `j` of array number `index`, in [−1, 1).
fn hashed(index: u32, j: usize) -> f64 {
    let mut h = (j as u32).wrapping_add(0x9E37_79B9u32.wrapping_mul(index.wrapping_add(1)));
    h = (h ^ (h >> 16)).wrapping_mul(0x7FEB_352D);
    h = (h ^ (h >> 15)).wrapping_mul(0x846C_A68B);
    h ^= h >> 16;
    f64::from(h >> 8) * 2f64.powi(-23) - 1.0
}

fn weight(index: usize, path: &str, shape: &[usize]) -> HostTensor {
    let name = path.rsplit('/').next().unwrap_or(path);
    let outer: usize = shape.split_last().map_or(1, |(_, rest)| rest.iter().product());
    let value = |j: usize| {
        let u = hashed(index as u32, j);
        (match name {
            "moving_variance" => 1.0 + u / 2.0,
            "gamma" | "scale" => 1.0 + u / 4.0,
            "bias" | "beta" | "moving_mean" | "alpha" => u / 4.0,
            "embeddings" => u,
            _ if shape.len() < 2 => u,
            _ => u * (3.0 / outer.max(1) as f64).sqrt(),
        }) as f32
    };
    let values: Vec<f32> = (0..shape.iter().product()).map(value).collect();
    HostTensor::from_values(shape.to_vec(), &values).expect("a weight")
}

/// Where an example, or a case of the golden tests, and its data are.
fn places(name: &str) -> (String, String) {
    match name.contains('/') {
        true => (format!("tests/golden/cases/{name}.py"), format!("tests/golden/data/{name}.npz")),
        false => (format!("examples/{name}.py"), format!("tests/golden/data/examples/{name}.npz")),
    }
}

fn golden(name: &str) -> (Arrays, serde_json::Value) {
    let (_, data) = places(name);
    let arrays = data::read(&root(&data)).expect("golden data");
    let meta = serde_json::from_slice(array(&arrays, "meta").bytes()).expect("JSON");
    (arrays, meta)
}

/// The example compiled for one batch size, with the golden weights and seeds.
fn load(name: &str, batch: usize, training: bool, arrays: &Arrays, meta: &serde_json::Value) -> Model {
    let source = std::fs::read_to_string(root(&places(name).0)).expect("an example");
    let compiler = Compiler::new().batches([batch]).training(training);
    let artifact = compiler.compile(name, &source).unwrap_or_else(|error| panic!("{error}"));
    let mut model = Session::new(Platform::Cpu).expect("a session").load(artifact);
    let variables = model.manifest().variables.clone();
    let expected = meta["weights"].as_array().expect("weights").iter().map(|w| w["path"].as_str().unwrap_or_default());
    let weights = variables.iter().enumerate().filter(|(_, v)| v.role.is_model_weight());
    let mut values = Vec::new();
    for (i, ((index, variable), path)) in weights.zip(expected).enumerate() {
        assert_eq!(variable.path, path, "weight {i}");
        // A count starts where the model starts it.
        if variable.dtype == keramos::artifact::DType::F32 {
            values.push((index, weight(i, path, &variable.shape)));
        }
    }
    for (j, path) in meta["seeds"].as_array().into_iter().flatten().enumerate() {
        let index = variables.iter().position(|v| Some(v.path.as_str()) == path.as_str()).expect("a seed state");
        values.push((index, array(arrays, &format!("seeds/{j}"))));
    }
    model.set_variables(values).unwrap_or_else(|error| panic!("{error}"));
    model
}

fn predicts_as_keras(name: &str) {
    let (arrays, meta) = golden(name);
    let rows = meta["predict_rows"].as_u64().expect("a number") as usize;
    let mut model = load(name, rows, false, &arrays, &meta);
    let program = model.manifest().programs.iter().find(|p| p.batch == Some(rows)).expect("predict").clone();
    let port = program.inputs.iter().find(|p| p.kind == PortKind::Data).expect("an input");
    let source = &meta["sources"]["x/0"];
    let x = if source["kind"] == "npz" {
        let file = data::read(&root(source["file"].as_str().unwrap_or_default())).expect("data");
        let all = array(&file, source["key"].as_str().unwrap_or_default());
        let bytes = all.bytes()[..rows * all.row_bytes()].to_vec();
        HostTensor::new(all.dtype(), [&[rows], all.row_shape()].concat(), bytes).expect("rows")
    } else if source.is_null() {
        array(&arrays, "x/0")
    } else {
        let number = |key: &str| source[key].as_f64().expect("a number");
        let (low, high, index) = (number("low"), number("high"), number("index") as u32);
        let size: usize = port.shape.iter().product();
        let value = |j: usize| low + (high - low) * (hashed(index, j) + 1.0) / 2.0;
        if port.dtype == keramos::artifact::DType::I32 {
            let values: Vec<i32> = (0..size).map(|j| value(j) as i32).collect();
            HostTensor::from_values(port.shape.clone(), &values).expect("tokens")
        } else {
            let values: Vec<f32> = (0..size).map(|j| value(j) as f32).collect();
            HostTensor::from_values(port.shape.clone(), &values).expect("an image")
        }
    };
    let y = model.predict(&[x]).unwrap_or_else(|error| panic!("{error}"));
    let tolerance = meta["tolerance"].as_f64().expect("a number") as f32;
    for (k, y) in y.iter().enumerate() {
        let expected = array(&arrays, &format!("y/{k}"));
        assert_close((y.values().expect("float32"), expected.values().expect("float32")), tolerance);
    }
}

#[test]
fn architectures_that_keras_ships_predict_as_there() {
    predicts_as_keras("networks/applications_large");
}

#[test]
fn mnist_convnet_predicts_as_keras() {
    predicts_as_keras("mnist_convnet");
}

#[test]
fn resnet50_predicts_as_keras() {
    predicts_as_keras("resnet50");
}

#[test]
fn mobilenet_v2_predicts_as_keras() {
    predicts_as_keras("mobilenet_v2");
}

#[test]
fn transformer_encoder_predicts_as_keras() {
    predicts_as_keras("transformer_encoder");
}

/// 20 steps from the same weights, seeds and batches; dropout masks are the same ones.
#[test]
fn the_digit_classifier_has_keras_loss_curve() {
    let (arrays, meta) = golden("mnist_convnet");
    let losses = array(&arrays, "train/logs/loss").values::<f32>().expect("float32");
    let file = data::read(&root("examples/data/mnist.npz")).expect("data");
    let (x, y) = (array(&file, "x_train"), array(&file, "y_train"));
    for steps in [1, 5, 20] {
        let mut model = load("mnist_convnet", 1, true, &arrays, &meta);
        let dataset =
            model.dataset(std::slice::from_ref(&x), std::slice::from_ref(&y)).unwrap_or_else(|error| panic!("{error}"));
        let options =
            FitOptions { batch_size: 128, shuffle: false, steps_per_epoch: Some(steps), ..FitOptions::default() };
        let outcome = model.fit(&dataset, &options, &mut Silent).unwrap_or_else(|error| panic!("{error}"));
        let loss = outcome.history.history["loss"][0].expect("a finite loss");
        let expected = f64::from(losses[steps - 1]);
        assert!((loss - expected).abs() <= 1e-4 * expected, "after {steps} steps: {loss}, Keras has {expected}");
    }
}
