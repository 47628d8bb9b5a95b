//! Tensor expressions, traced and run by the reference evaluator: what Keras on JAX computes.
//!
//! `tests/tensors/regenerate.py` writes the expected values; each table is a program whose `cases` are functions.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of a test")]

use keramos_frontend::diagnostics::Source;
use keramos_frontend::interp::{Options, run};
use keramos_frontend::library::Args;
use keramos_frontend::trace::Tensor;
use keramos_frontend::value::{Key, Value};
use keramos_ir::{Array, Buffer, DType};
use serde_json::Value as Json;

/// A table of functions and its values.
macro_rules! table {
    ($name:literal) => {
        ($name, include_str!(concat!("tensors/", $name, ".py")), include_str!(concat!("tensors/", $name, ".json")))
    };
}

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
    // JSON has no infinities and no NaN: they are strings.
    let number = |x: &Json| x.as_f64().or_else(|| x.as_str().and_then(|text| text.parse().ok())).unwrap();
    json["values"].as_array().unwrap().iter().map(number).collect()
}

#[test]
fn functions_compute_what_keras_computes() {
    check(table!("functions"));
}

#[test]
fn numpy_computes_what_jax_computes() {
    check(table!("jax_numpy"));
}

#[test]
fn keras_ops_compute_what_keras_computes() {
    check(table!("keras_ops"));
}

#[test]
fn linear_algebra_and_gradients_are_jaxs() {
    check(table!("jax_linalg"));
}

/// Runs the functions of a table and compares types and values.
fn check((file, program, expected): (&str, &str, &str)) {
    let expected: Json = serde_json::from_str(expected).unwrap();
    let inputs: Vec<Array> = expected["inputs"].as_array().unwrap().iter().map(array).collect();
    let types: Vec<_> = inputs.iter().map(|a| a.ty().clone()).collect();
    let mut evaluated = run(&Source::new(format!("{file}.py"), program), Options::default());
    let problems: Vec<String> = evaluated.diagnostics().iter().map(ToString::to_string).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
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
            let close = |(a, b): (&f64, &f64)| {
                a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= tolerance(expected) * b.abs().max(1.0)
            };
            if ty != expected_ty || !values.iter().zip(&wanted).all(close) {
                failures.push(format!("{name}[{index}]: {expected_ty} {wanted:?} expected, found {ty} {values:?}"));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Half precision keeps two or three digits.
fn tolerance(expected: &Json) -> f64 {
    match expected["dtype"].as_str() {
        Some("bfloat16") => 1e-2,
        Some("float16") => 1e-3,
        _ => TOLERANCE,
    }
}
