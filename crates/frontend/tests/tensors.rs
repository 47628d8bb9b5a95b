//! Tensor expressions, traced and run by the reference evaluator: what Keras on JAX computes.
//!
//! `tests/tensors/regenerate.py` writes the expected values.

#![allow(clippy::unwrap_used, reason = "helpers of a test")]

use keramos_frontend::diagnostics::Source;
use keramos_frontend::interp::{Options, run};
use keramos_frontend::library::Args;
use keramos_frontend::trace::Tensor;
use keramos_frontend::value::{Key, Value};
use keramos_ir::{Array, Buffer, DType};
use serde_json::Value as Json;

const PROGRAM: &str = include_str!("tensors/functions.py");
const EXPECTED: &str = include_str!("tensors/functions.json");

/// Relative to the larger of 1 and the expected value: both sides compute in `float32`.
const TOLERANCE: f64 = 2e-6;

fn array(json: &Json) -> Array {
    let shape: Vec<usize> = json["shape"].as_array().unwrap().iter().map(|n| n.as_u64().unwrap() as usize).collect();
    let values = floats(json);
    let data = match DType::from_numpy_name(json["dtype"].as_str().unwrap()).unwrap() {
        DType::I32 => Buffer::I32(values.iter().map(|&x| x as i32).collect()),
        _ => Buffer::F32(values.iter().map(|&x| x as f32).collect()),
    };
    Array::new(shape, data).unwrap()
}

fn floats(json: &Json) -> Vec<f64> {
    json["values"].as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect()
}

#[test]
fn functions_compute_what_keras_computes() {
    let expected: Json = serde_json::from_str(EXPECTED).unwrap();
    let inputs: Vec<Array> = expected["inputs"].as_array().unwrap().iter().map(array).collect();
    let types: Vec<_> = inputs.iter().map(|a| a.ty().clone()).collect();
    let mut evaluated = run(&Source::new("functions.py", PROGRAM), Options::default());
    assert!(evaluated.diagnostics().is_empty(), "{:?}", evaluated.diagnostics());
    let Some(Value::Dict(cases)) = evaluated.global("cases") else { panic!("`cases` is no dict") };
    let mut failures = Vec::new();
    for (name, outputs) in expected.as_object().unwrap().iter().filter(|(name, _)| *name != "inputs") {
        let function = cases.borrow().get(&Key::name(name.as_str())).cloned().unwrap();
        let interp = &mut evaluated.interp;
        let params = interp.tracer.enter(name, &types);
        let result = interp.call(&function, Args::positional(params.into_iter().map(Value::Tensor).collect()));
        let result = match result {
            Ok(result) => result,
            Err(error) => {
                interp.tracer.abandon();
                failures.push(format!("{name}: {}", error.diagnostic()));
                continue;
            }
        };
        let results: Vec<Tensor> = result.leaves().iter().map(|leaf| interp.to_tensor(leaf).unwrap()).collect();
        let traced = interp.tracer.leave(&results).unwrap();
        let arrays = keramos_ir::eval(&traced.function, &inputs).unwrap();
        let outputs = outputs.as_array().unwrap();
        if arrays.len() != outputs.len() {
            failures.push(format!("{name}: {} results, {} expected", arrays.len(), outputs.len()));
            continue;
        }
        for (index, (found, expected)) in arrays.iter().zip(outputs).enumerate() {
            let values = found.numbers();
            let ty = format!("{} {:?}", found.ty().dtype.numpy_name(), found.ty().shape);
            let shape: Vec<u64> = expected["shape"].as_array().unwrap().iter().map(|n| n.as_u64().unwrap()).collect();
            let expected_ty = format!("{} {shape:?}", expected["dtype"].as_str().unwrap());
            let wanted = floats(expected);
            let close = |(a, b): (&f64, &f64)| (a - b).abs() <= TOLERANCE * b.abs().max(1.0);
            if ty != expected_ty || !values.iter().zip(&wanted).all(close) {
                failures.push(format!("{name}[{index}]: {expected_ty} {wanted:?} expected, found {ty} {values:?}"));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
