//! The programs of the frontend's own tests on optax, Flax and Haiku, compiled: every case as the package itself
//! computes it. Arrays of a program are parameters of what is compiled, so that XLA computes and does not fold.
//!
//! `DIFFERENTIAL=word` runs the cases that have the word in their name, or in their program's.

use std::path::Path;

use keramos::frontend::diagnostics::Source;
use keramos::frontend::interp::{self, Interp};
use keramos::frontend::library::Args;
use keramos::frontend::trace::Tensor;
use keramos::frontend::value::{Key, Value};
use keramos::ir::{Array, Builder, Function, Op};
use keramos::{Platform, Session};
use serde_json::{Map, Value as Json};

use crate::execute;

/// Cases that are compiled as one program.
const GROUP: usize = 20;

/// The results of `case()` as a function without parameters.
fn traced(interp: &mut Interp, name: &str, case: &Value) -> Result<Function, String> {
    interp.tracer.enter(name, &[]);
    let result = interp.call(case, Args::default()).and_then(|result| {
        let leaves = result.leaves();
        let leaves = leaves.iter().filter(|leaf| !matches!(leaf, Value::None));
        let tensors = leaves.map(|leaf| interp.to_tensor(leaf)).collect::<Result<Vec<Tensor>, _>>()?;
        interp.tracer.leave(&tensors)
    });
    result.map(|traced| traced.function).map_err(|error| {
        interp.tracer.unwind(0);
        error.into_diagnostic().to_string()
    })
}

/// The function with its arrays as parameters, and the arrays. Scalars stay, as a program has them; but whole numbers,
/// such as the steps that schedules are asked for, are parameters.
fn opened(mut function: Function) -> (Function, Vec<Array>) {
    let mut arrays = Vec::new();
    let (mut kept, mut params) = (Vec::new(), Vec::new());
    for equation in std::mem::take(&mut function.equations) {
        match (&equation.op, equation.outputs.as_slice()) {
            (Op::Constant(constant), [output]) if constant.0.ty().size() > 1 || constant.0.ty().dtype.is_int() => {
                arrays.push((*constant.0).clone());
                params.push(*output);
            }
            _ => kept.push(equation),
        }
    }
    function.equations = kept;
    function.params.extend(params);
    (function, arrays)
}

fn check(name: &str, got: &[Array], expected: &Json, single: f64) -> Option<String> {
    let expected = expected.as_array()?;
    if got.len() != expected.len() {
        return Some(format!("{name}: {} results, {} expected", got.len(), expected.len()));
    }
    let number = |json: &Json| json.as_f64().or_else(|| json.as_str()?.parse().ok()).unwrap_or(f64::NAN);
    got.iter().zip(expected).enumerate().find_map(|(index, (got, expected))| {
        let wanted: Vec<f64> = expected["values"].as_array().into_iter().flatten().map(number).collect();
        let found = got.numbers();
        let tolerance = match expected["dtype"].as_str() {
            Some("float16") => 2e-3,
            Some("bfloat16") => 2e-2,
            Some(text) if text.starts_with("float") || text.starts_with("complex") => single,
            _ => 0.0,
        };
        let close =
            |(a, b): (&f64, &f64)| a == b || a.is_nan() && b.is_nan() || (a - b).abs() <= tolerance * b.abs().max(1.0);
        let right = found.len() == wanted.len() && found.iter().zip(&wanted).all(close);
        (!right).then(|| format!("{name}[{index}]: {found:?}, expected {wanted:?}"))
    })
}

/// Compiles functions as one program, and runs it.
fn run(session: &Session, name: &str, functions: &[(Function, Vec<Array>)]) -> Result<Vec<Vec<Array>>, String> {
    let mut builder = Builder::new(name);
    let (mut arguments, mut results, mut counts) = (Vec::new(), Vec::new(), Vec::new());
    for (function, arrays) in functions {
        let inputs: Vec<_> = arrays.iter().map(|array| builder.param(array.ty().clone())).collect();
        let outputs = builder.inline(function, &inputs).map_err(|error| error.to_string())?;
        arguments.extend(arrays.iter().cloned());
        counts.push(outputs.len());
        results.extend(outputs);
    }
    let mut outputs = execute::call_unoptimized(session.client(), &builder.finish(results), &arguments)?.into_iter();
    Ok(counts.into_iter().map(|count| outputs.by_ref().take(count).collect()).collect())
}

/// What differs in a program.
fn program(session: &Session, name: &str, single: f64, word: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/frontend/tests/jax/programs");
    let read = |file: String| std::fs::read_to_string(folder.join(&file)).unwrap_or_else(|e| panic!("{file}: {e}"));
    let expected: Map<String, Json> = serde_json::from_str(&read(format!("{name}.json"))).expect("golden values");
    let source = Source::new(format!("{name}.py"), read(format!("{name}.py")));
    let mut evaluated = interp::run(&source, interp::Options::default());
    let Some(Value::Dict(cases)) = evaluated.global("cases") else { panic!("{name}: `cases` is no dict") };
    let wanted = |case: &&String| *case != "texts" && (name.contains(word) || case.contains(word));
    let (mut failures, mut ready) = (Vec::new(), Vec::new());
    for case in expected.keys().filter(wanted) {
        let function = cases.borrow().get(&Key::name(case.as_str())).cloned();
        let result = match function {
            Some(function) => traced(&mut evaluated.interp, case, &function),
            None => Err("there is no such case".to_owned()),
        };
        match result {
            Ok(function) => ready.push((case, opened(function))),
            Err(message) => failures.push(format!("{name} {case}: {message}")),
        }
    }
    for group in ready.chunks(GROUP) {
        let functions: Vec<_> = group.iter().map(|(_, opened)| opened.clone()).collect();
        match run(session, name, &functions) {
            Ok(results) => failures.extend(group.iter().zip(&results).filter_map(|((case, _), results)| {
                check(&format!("{name} {case}"), results, &expected[case.as_str()], single)
            })),
            Err(message) => failures.push(format!("{name}: {message}")),
        }
    }
    failures
}

/// A test for each program: its name, and how far a value of single precision may be from the package's, relative to
/// the larger of 1 and that.
macro_rules! programs {
    ($($name:ident: $single:literal;)*) => {
        $(#[test]
        fn $name() {
            let word = std::env::var("DIFFERENTIAL").unwrap_or_default();
            let session = Session::new(Platform::Cpu).unwrap_or_else(|error| panic!("{error}"));
            let failures = program(&session, stringify!($name), $single, &word);
            assert!(failures.is_empty(), "{}", failures.join("\n"));
        })*
    };
}

programs! {
    optax: 2e-5;
    optax_contrib: 2e-5;
    optax_losses: 1e-5;
    optax_searches: 2e-5;
    flax_linen: 1e-5;
    flax_linen_more: 1e-5;
    flax_more: 1e-5;
    flax_nnx: 1e-5;
    flax_nnx_transforms: 1e-5;
    haiku: 1e-5;
    haiku_layers: 2e-5;
    haiku_transforms: 1e-5;
}
