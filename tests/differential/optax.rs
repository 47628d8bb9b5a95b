//! The optimizers and transformations of optax, compiled: four steps of each from given parameters, as optax
//! computes them. The programs and the expected values are those of the frontend's own tests.

use keramos::frontend::diagnostics::Source;
use keramos::frontend::interp::{self, Interp};
use keramos::frontend::library::Args;
use keramos::frontend::trace::Tensor;
use keramos::frontend::value::{Key, Value};
use keramos::ir::{Array, Builder, Function, passes};
use keramos::{Platform, Session};
use serde_json::Value as Json;

use crate::execute;

const PROGRAM: &str = include_str!("../../crates/frontend/tests/jax/programs/optax.py");
const EXPECTED: &str = include_str!("../../crates/frontend/tests/jax/programs/optax.json");

/// How far a value may be from optax's, relative to the larger of 1 and that.
const TOLERANCE: f64 = 2e-5;

/// `run(tx, 4, params)` as a function of the parameters.
fn traced(interp: &mut Interp, run: &Value, tx: &Value, names: &[Key], params: &[Array]) -> Result<Function, String> {
    let types: Vec<_> = params.iter().map(|array| array.ty().clone()).collect();
    let tensors = interp.tracer.enter("run", &types);
    let entries = names.iter().cloned().zip(tensors.into_iter().map(Value::Tensor)).collect::<Vec<_>>();
    let start = Value::Dict(std::rc::Rc::new(std::cell::RefCell::new(entries.into_iter().collect())));
    let args = Args::positional(vec![tx.clone(), Value::Int(4), start]);
    let result = interp.call(run, args).and_then(|result| {
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

fn check(name: &str, got: &[Array], expected: &Json) -> Option<String> {
    let expected = expected.as_array()?;
    if got.len() != expected.len() {
        return Some(format!("{name}: {} results, optax has {}", got.len(), expected.len()));
    }
    let number = |json: &Json| json.as_f64().or_else(|| json.as_str()?.parse().ok()).unwrap_or(f64::NAN);
    got.iter().zip(expected).enumerate().find_map(|(index, (got, expected))| {
        let wanted: Vec<f64> = expected["values"].as_array().into_iter().flatten().map(number).collect();
        let found = got.numbers();
        let close = |(a, b): (&f64, &f64)| a == b || (a - b).abs() <= TOLERANCE * b.abs().max(1.0);
        let right = found.len() == wanted.len() && found.iter().zip(&wanted).all(close);
        (!right).then(|| format!("{name}[{index}]: {found:?}, optax {wanted:?}"))
    })
}

#[test]
fn compiled_optimizers_are_those_of_optax() {
    let expected: Json = serde_json::from_str(EXPECTED).expect("golden values");
    let mut evaluated = interp::run(&Source::new("optax.py", PROGRAM), interp::Options::default());
    let global = |name: &str| evaluated.global(name).unwrap_or_else(|| panic!("there is no `{name}`"));
    let (run, optimizers, params) = (global("run"), global("optimizers"), global("params"));
    let (Value::Dict(optimizers), Value::Dict(params)) = (optimizers, params) else { panic!("two dicts") };
    let names: Vec<Key> = params.borrow().keys().cloned().collect();
    let arrays: Vec<Array> = params
        .borrow()
        .values()
        .map(|value| match value {
            Value::Array(array) => (**array).clone(),
            other => panic!("a parameter is {}", other.type_name()),
        })
        .collect();
    let optimizers: Vec<(Key, Value)> = optimizers.borrow().iter().map(|(k, v)| (k.clone(), v.clone())).collect();
    let mut builder = Builder::new("optimizers");
    let inputs: Vec<_> = arrays.iter().map(|array| builder.param(array.ty().clone())).collect();
    let (mut failures, mut counts, mut results) = (Vec::new(), Vec::new(), Vec::new());
    for (key, tx) in &optimizers {
        let Value::Str(name) = key.value() else { panic!("a name") };
        match traced(&mut evaluated.interp, &run, tx, &names, &arrays) {
            Ok(function) => {
                let outputs = builder.inline(&function, &inputs).expect("a function of the parameters");
                counts.push((name.to_string(), outputs.len()));
                results.extend(outputs);
            }
            Err(message) => failures.push(format!("{name}: {message}")),
        }
    }
    let function = builder.finish(results);
    let options = passes::Options { target: passes::Target::Cpu, differentiable: false, ..passes::Options::default() };
    let function = passes::simplify(&function, &options).expect("a valid program");
    let session = Session::new(Platform::Cpu).unwrap_or_else(|error| panic!("{error}"));
    let outputs = execute::call(&session, &function, &arrays).unwrap_or_else(|error| panic!("{error}"));
    let mut outputs = outputs.as_slice();
    for (name, count) in &counts {
        let (own, rest) = outputs.split_at(*count);
        outputs = rest;
        failures.extend(check(name, own, &expected[name.as_str()]));
    }
    assert!(counts.len() > 50, "{} optimizers", counts.len());
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
