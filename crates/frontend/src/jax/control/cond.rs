//! `jax.lax.cond` and `switch`.

use std::sync::Arc;

use keramos_ir::DType;

use super::body::{self, Body, unify};
use crate::diagnostics::codes;
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::builtins::functions;
use crate::interp::exceptions::raise;
use crate::jax::transform::callee::name_of;
use crate::jax::transform::check_callable;
use crate::jax::transform::stage::Aval;
use crate::library::{Args, Bound, Default, FunctionDecl};
use crate::trace::Tensor;
use crate::value::Value;
use crate::value::tree::difference;

pub(super) static FUNCTIONS: &[FunctionDecl] = functions! {
    "cond" [(pred) (true_fun) (false_fun) (*operands) (operand = Default::Str("")) (linear = Default::None)]
        "One of two functions, chosen by a condition." => cond;
    "switch" [(index) (branches) (*operands) (operand = Default::Str(""))] "One of several functions, chosen by a number." => switch;
};

fn cond(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let pred = args.get("pred")?.clone();
    let (true_fun, second) = (args.get("true_fun")?.clone(), args.get("false_fun")?.clone());
    let mut operands = args.get("operands")?.elements().unwrap_or_default();
    if args.is_given("operand") {
        operands.push(args.get("operand")?.clone());
    }
    // The older form: cond(pred, true_operand, true_fun, false_operand, false_fun).
    if let ([false_operand, false_fun], true) = (operands.as_slice(), callable(&second) && !callable(&true_fun)) {
        let branches = vec![
            Branch { function: false_fun.clone(), operands: vec![false_operand.clone()] },
            Branch { function: second, operands: vec![true_fun] },
        ];
        return choose(interp, "jax.lax.cond", Choice::Pred(pred), branches);
    }
    let branch = |function: Value| Branch { function, operands: operands.clone() };
    choose(interp, "jax.lax.cond", Choice::Pred(pred), vec![branch(second), branch(true_fun)])
}

fn callable(value: &Value) -> bool {
    check_callable("jax.lax.cond", value).is_ok()
}

pub(super) fn switch(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let mut operands = args.get("operands")?.elements().unwrap_or_default();
    if args.is_given("operand") {
        operands.push(args.get("operand")?.clone());
    }
    let functions = interp.collect(&args.get("branches")?.clone())?;
    let branches =
        functions.into_iter().map(|function| Branch { function, operands: operands.clone() }).collect::<Vec<_>>();
    if branches.is_empty() {
        return Err(raise("ValueError", "jax.lax.switch needs at least one branch"));
    }
    choose(interp, "jax.lax.switch", Choice::Index(args.get("index")?.clone()), branches)
}

/// What decides.
enum Choice {
    /// A condition: the second branch is for true.
    Pred(Value),
    /// The number of the branch.
    Index(Value),
}

struct Branch {
    function: Value,
    operands: Vec<Value>,
}

impl Choice {
    /// The number of the branch as an `i32` scalar.
    fn index(&self, interp: &mut Interp, what: &str) -> Result<Tensor> {
        let (Choice::Pred(value) | Choice::Index(value)) = self;
        let tensor = interp.leaf_tensor(value).map_err(|error| match value {
            Value::Host(_) => error,
            other => Error::ty(format!("{what} is decided by a scalar, found {}", other.type_name())),
        })?;
        if tensor.rank() != 0 {
            return Err(Error::ty(format!("{what} is decided by a scalar, found {}", tensor.ty()))
                .help("reduce it with jnp.all or jnp.any; to choose element by element use jnp.where"));
        }
        match self {
            Choice::Pred(_) => {
                let truth = interp.tracer.to_bool(&tensor)?;
                interp.tracer.convert(&truth, DType::I32)
            }
            Choice::Index(_) if tensor.dtype().is_int() => interp.tracer.convert(&tensor, DType::I32),
            Choice::Index(_) => {
                Err(Error::ty(format!("the index of {what} must be an integer, found {}", tensor.ty())))
            }
        }
    }

    fn branch(&self, number: usize, function: &Value) -> String {
        let name = name_of(function);
        match self {
            Choice::Pred(_) => format!("{} (`{name}`)", if number == 1 { "true_fun" } else { "false_fun" }),
            Choice::Index(_) => format!("branch {number} (`{name}`)"),
        }
    }
}

/// Applies one of the branches.
fn choose(interp: &mut Interp, what: &str, choice: Choice, branches: Vec<Branch>) -> Result<Value> {
    for branch in &branches {
        check_callable(what, &branch.function)?;
    }
    let index = choice.index(interp, what)?;
    let mut calls = Vec::with_capacity(branches.len());
    for branch in branches {
        let (tensors, def) = body::tensors(interp, what, "operands", &Value::tuple(branch.operands))?;
        let tree = interp.unflatten(&def, tensors.into_iter().map(Value::Tensor).collect::<Vec<_>>())?;
        calls.push((branch.function, tree.elements().unwrap_or_default()));
    }
    let (bodies, vars) = body::with_variables(interp, |interp, vars| {
        let (mut bodies, mut assigned) = (Vec::with_capacity(calls.len()), Vec::new());
        for (function, operands) in &calls {
            // Operands are tensors of the function around the branch: the branch captures them.
            let made = body::stage(interp, what, function, &[], &[], |interp, _| {
                let result = interp.call(function, Args::positional(operands.clone()))?;
                let mut last = Vec::with_capacity(vars.len());
                for &id in vars {
                    last.push(Value::Tensor(interp.read_variable(id)?));
                }
                Ok(Value::tuple(vec![Value::tuple(last), result]))
            })?;
            assigned.extend(made.assigned.iter().copied());
            bodies.push(made);
        }
        Ok((bodies, assigned))
    })?;
    let names: Vec<String> =
        calls.iter().enumerate().map(|(number, (function, _))| choice.branch(number, function)).collect();
    let (def, avals) = agreed(what, &bodies, &names, vars.len())?;
    let (captures, functions) = unify(&bodies.iter().collect::<Vec<&Body>>())?;
    let functions: Vec<_> = functions.into_iter().map(Arc::new).collect();
    let operands: Vec<&Tensor> = std::iter::once(&index).chain(&captures).collect();
    let results = interp.tracer.build(&operands, |b, values| match values {
        [index, captures @ ..] => b.cond(*index, &functions, captures),
        [] => Ok(Vec::new()),
    })?;
    let mut results = results.into_iter();
    for (&id, value) in vars.iter().zip(results.by_ref()) {
        interp.state.assign(id, value);
    }
    let leaves = avals.iter().zip(results).map(|(aval, tensor)| Value::Tensor(aval.mark(tensor)));
    interp.unflatten(&def, leaves.collect::<Vec<_>>())
}

/// The tree and the types that all branches return.
fn agreed(
    what: &str,
    bodies: &[Body],
    names: &[String],
    vars: usize,
) -> Result<(crate::value::tree::TreeDef, Vec<Aval>)> {
    let result = |body: &Body| {
        let avals: Vec<Aval> = body.out.avals().into_iter().skip(vars).collect();
        (body.parts.get(1).cloned(), avals)
    };
    let Some(((Some(def), mut avals), first_name)) = bodies.first().map(result).zip(names.first()) else {
        return Err(Error::internal("a branch without a result"));
    };
    for (other, name) in bodies.iter().zip(names).skip(1) {
        let (Some(other_def), others) = result(other) else { return Err(Error::internal("a branch without a result")) };
        if let Some((path, found, wanted)) = difference(&other_def, &def) {
            return Err(Error::ty(format!("the branches of {what} must return the same tree"))
                .note(format!("{first_name} returns {wanted}{}", at(&path)))
                .note(format!("{name} returns {found}{}", at(&path))));
        }
        for ((aval, other), path) in avals.iter_mut().zip(others).zip(def.paths()) {
            if aval.ty != other.ty {
                let code = if aval.ty.shape == other.ty.shape { codes::DTYPE_MISMATCH } else { codes::SHAPE_MISMATCH };
                return Err(Error::new(code, format!("the branches of {what} must return the same types"))
                    .note(format!("{first_name} returns {}{}", aval.ty, at(&path)))
                    .note(format!("{name} returns {}{}", other.ty, at(&path)))
                    .help("convert one of them, for instance with .astype"));
            }
            aval.weak &= other.weak;
        }
    }
    Ok((def, avals))
}

fn at(path: &crate::value::tree::Path) -> String {
    if path.0.is_empty() { String::new() } else { format!(" at `{path}`") }
}

/// `keras.ops.cond`.
pub(super) fn keras_cond(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let branch =
        |name: &str| -> Result<Branch> { Ok(Branch { function: args.get(name)?.clone(), operands: Vec::new() }) };
    let branches = vec![branch("false_fn")?, branch("true_fn")?];
    let pred = args.get("pred")?.clone();
    choose(interp, "keras.ops.cond", Choice::Pred(pred), branches)
}
