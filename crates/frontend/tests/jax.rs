//! Programs on JAX's functions, traced and run by the reference evaluator: what JAX computes.
//!
//! `tests/jax/regenerate.py` writes the expected values.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of a test")]

use keramos_frontend::diagnostics::Source;
use keramos_frontend::interp::{Options, run};
use keramos_frontend::library::Args;
use keramos_frontend::trace::Tensor;
use keramos_frontend::value::{Key, Value};
use keramos_ir::{Array, DType};
use serde_json::Value as Json;

/// How far a value may be from JAX's, relative to the larger of 1 and that.
fn tolerance(dtype: DType, single: f64) -> f64 {
    match dtype {
        DType::F16 => 2e-3,
        DType::BF16 => 1.6e-2,
        DType::F32 => single,
        _ => 0.0,
    }
}

fn float(json: &Json) -> f64 {
    json.as_f64().unwrap_or_else(|| json.as_str().unwrap().parse().unwrap())
}

/// What is wrong with a result, if anything.
fn difference(found: &Array, expected: &Json, single: f64) -> Option<String> {
    let values = found.numbers();
    let ty = format!("{} {:?}", found.ty().dtype.numpy_name(), found.ty().shape);
    let shape: Vec<u64> = expected["shape"].as_array().unwrap().iter().map(|n| n.as_u64().unwrap()).collect();
    let expected_ty = format!("{} {shape:?}", expected["dtype"].as_str().unwrap());
    let wanted: Vec<f64> = expected["values"].as_array().unwrap().iter().map(float).collect();
    let tolerance = tolerance(found.ty().dtype, single);
    let close =
        |(a, b): (&f64, &f64)| a == b || a.is_nan() && b.is_nan() || (a - b).abs() <= tolerance * b.abs().max(1.0);
    let right = ty == expected_ty && values.iter().zip(&wanted).all(close);
    (!right).then(|| format!("{expected_ty} {wanted:?} expected, found {ty} {values:?}"))
}

/// The texts that the program has and that are not those expected.
fn different_texts(found: Option<Value>, expected: &Json) -> Vec<String> {
    let Some(Value::Dict(found)) = found else { panic!("`texts` is no dict") };
    let found = found.borrow();
    let text = |name: &String| match found.get(&Key::name(name.as_str())) {
        Some(Value::Str(text)) => text.to_string(),
        other => format!("{other:?}"),
    };
    let differs = |(name, wanted): (&String, &Json)| {
        let (found, wanted) = (text(name), wanted.as_str().unwrap());
        (found != wanted).then(|| format!("{name}: {wanted} expected, found {found}"))
    };
    expected.as_object().unwrap().iter().filter_map(differs).collect()
}

fn check(program: &str, expected: &str, single: f64) {
    let expected: Json = serde_json::from_str(expected).unwrap();
    let mut evaluated = run(&Source::new("program.py", program), Options::default());
    assert!(evaluated.diagnostics().is_empty(), "{:?}", evaluated.diagnostics());
    let Some(Value::Dict(cases)) = evaluated.global("cases") else { panic!("`cases` is no dict") };
    let only = std::env::var("CASE").ok();
    let mut failures = Vec::new();
    for (name, outputs) in expected.as_object().unwrap() {
        if name == "texts" {
            failures.extend(different_texts(evaluated.global("texts"), outputs));
            continue;
        }
        if only.as_ref().is_some_and(|only| only != name) {
            continue;
        }
        let function = cases.borrow().get(&Key::name(name.as_str())).cloned().unwrap();
        let interp = &mut evaluated.interp;
        interp.tracer.enter(name, &[]);
        let result = match interp.call(&function, Args::default()) {
            Ok(result) => result,
            Err(error) => {
                interp.tracer.unwind(0);
                failures.push(format!("{name}: {}", error.diagnostic()));
                continue;
            }
        };
        let leaves = result.leaves();
        let leaves = leaves.iter().filter(|leaf| !matches!(leaf, Value::None));
        let results: Vec<Tensor> = leaves.map(|leaf| interp.to_tensor(leaf).unwrap()).collect();
        let traced = interp.tracer.leave(&results).unwrap();
        let no_arguments: &[Array] = &[];
        let arrays = keramos_ir::eval(&traced.function, no_arguments).unwrap();
        let outputs = outputs.as_array().unwrap();
        if arrays.len() != outputs.len() {
            failures.push(format!("{name}: {} results, {} expected", arrays.len(), outputs.len()));
            continue;
        }
        let results = arrays.iter().zip(outputs).enumerate();
        failures.extend(results.filter_map(|(index, (found, expected))| {
            difference(found, expected, single).map(|text| format!("{name}[{index}]: {text}"))
        }));
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// A test for each program: its name, that of its files, and how far single precision may be from JAX's.
macro_rules! programs {
    ($($name:ident: $file:literal, $single:literal;)*) => {
        $(#[test]
        fn $name() {
            let file = |ending| concat!(env!("CARGO_MANIFEST_DIR"), "/tests/jax/programs/", $file).to_owned() + ending;
            let read = |ending| std::fs::read_to_string(file(ending)).unwrap();
            check(&read(".py"), &read(".json"), $single);
        })*
    };
}

programs! {
    random_numbers_are_those_of_jax: "random", 1e-6;
    functions_of_lax_are_those_of_jax: "lax", 3e-6;
    functions_of_nn_are_those_of_jax: "nn", 3e-6;
    what_docstrings_show_is_what_jax_shows: "docstrings", 1e-5;
    functions_of_scipy_are_those_of_jax: "scipy", 1e-5;
    functions_of_matrices_are_those_of_jax: "linalg", 1e-5;
    stateless_functions_are_those_of_keras: "keras_stateless", 1e-5;
    functions_of_keras_ops_are_those_of_keras: "keras_ops", 1e-5;
    functions_of_optax_are_those_of_optax: "optax", 2e-5;
    arrays_are_those_of_jax: "arrays", 1e-5;
    distributions_are_those_of_jax: "distributions", 1e-5;
    optimizers_of_contrib_are_those_of_optax: "optax_contrib", 1e-5;
    losses_and_schedules_are_those_of_optax: "optax_losses", 1e-5;
    searches_and_solvers_are_those_of_optax: "optax_searches", 2e-5;
    modules_of_nnx_are_those_of_flax: "flax_nnx", 1e-5;
    arrays_and_trees_of_nnx_are_those_of_flax: "flax_nnx_arrays", 1e-5;
    transforms_of_nnx_are_those_of_flax: "flax_nnx_transforms", 1e-5;
    more_of_nnx_and_linen_is_that_of_flax: "flax_more", 1e-5;
    modules_of_haiku_are_those_of_haiku: "haiku", 1e-5;
    layers_of_haiku_are_those_of_haiku: "haiku_layers", 1e-5;
    transforms_of_haiku_are_those_of_haiku: "haiku_transforms", 1e-5;
    modules_of_linen_are_those_of_flax: "flax_linen", 1e-5;
    seldom_used_parts_of_linen_are_those_of_flax: "flax_linen_more", 1e-5;
}
