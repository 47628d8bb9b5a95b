//! Forward mode: tangents pushed along with the values.

use super::{check_active, zeros};
use crate::verify::checked;
use crate::{Builder, Dual, Function, IrError, Location, Primitive, Result, TensorType, Value};

/// What [`jvp`] makes.
#[derive(Clone, Debug, PartialEq)]
pub struct Jvp {
    /// Parameters: those of the original, then a tangent for each active one. Results: those of the
    /// original, then a tangent for each result that [`Jvp::nonzero`] marks.
    pub function: Function,
    /// For each result of the original, whether a tangent of it is returned; others are zero.
    pub nonzero: Vec<bool>,
}

/// The function that computes `function` together with its directional derivative along tangents of
/// the parameters that `active` marks. Other parameters are held constant.
///
/// Result tangents that are zero whatever the input are left out; `instantiate` (one flag per
/// result) asks for them as explicit zeros, as the body of a loop needs.
///
/// # Errors
/// [`IrError::Transform`]: `active` does not fit, or marks a parameter that is not floating point.
/// [`IrError::NoRule`]: a primitive on the way has no derivative.
pub fn jvp(function: &Function, active: &[bool], instantiate: &[bool]) -> Result<Jvp> {
    dual(function, active, instantiate, |b| b)
}

/// [`jvp`] in a builder that `prepare` makes ready.
pub(super) fn dual(
    function: &Function,
    active: &[bool],
    instantiate: &[bool],
    prepare: impl FnOnce(Builder) -> Builder,
) -> Result<Jvp> {
    check_active("jvp", function, active)?;
    let mut b = prepare(Builder::new(format!("{}_jvp", function.name)));
    let primals: Vec<Value> = function.params.iter().map(|&p| b.param(function.ty(p).clone())).collect();
    let tangents: Vec<Option<Value>> = function
        .params
        .iter()
        .zip(active)
        .map(|(&p, &active)| active.then(|| b.param(function.ty(p).clone())))
        .collect();
    let (mut results, mut tangents) = jvp_into(&mut b, function, &primals, &tangents)?;
    for (i, tangent) in tangents.iter_mut().enumerate() {
        if tangent.is_none() && instantiate.get(i) == Some(&true) {
            *tangent = Some(zeros(&mut b, function.ty(function.results[i]))?);
        }
    }
    results.extend(tangents.iter().flatten());
    let nonzero = tangents.iter().map(Option::is_some).collect();
    Ok(Jvp { function: checked(b.finish(results))?, nonzero })
}

/// Emits `function` and its derivative into `b`, as [`jvp`] does: `tangents` has one entry per
/// parameter, `None` for zero. This is also the rule of a call.
///
/// # Errors
/// As [`jvp`]; or the arguments do not fit the parameters.
pub fn jvp_into(b: &mut Builder, function: &Function, primals: &[Value], tangents: &[Option<Value>]) -> Result<Dual> {
    check_args(function, primals.iter().map(|&p| b.ty(p)))?;
    let outer_location = b.location().clone();
    let mut env: Vec<Option<Value>> = vec![None; function.num_values()];
    let mut tangent_of: Vec<Option<Value>> = vec![None; function.num_values()];
    for ((&param, &primal), &tangent) in function.params.iter().zip(primals).zip(tangents) {
        env[param.index()] = Some(primal);
        tangent_of[param.index()] = tangent;
    }
    let (mut inputs, mut dotted) = (Vec::new(), Vec::new());
    for eqn in &function.equations {
        inputs.clear();
        dotted.clear();
        for &input in &eqn.inputs {
            inputs.push(function.look_up(&env, input)?);
            dotted.push(tangent_of[input.index()]);
        }
        if dotted.iter().all(Option::is_none) {
            let outputs = b.copy(function, eqn, &inputs, eqn.location.clone());
            for (output, &value) in eqn.outputs.iter().zip(outputs) {
                env[output.index()] = Some(value);
            }
            continue;
        }
        b.set_location(eqn.location.clone());
        let (outputs, tangents) = eqn.op.jvp(b, &inputs, &dotted)?;
        for (i, &output) in eqn.outputs.iter().enumerate() {
            let (value, tangent) = (outputs.get(i).copied(), tangents.get(i).copied().flatten());
            for made in [value, tangent].into_iter().flatten() {
                check_made(b, "jvp", eqn.op.name(), &eqn.location, made, function.ty(output))?;
            }
            env[output.index()] = value;
            tangent_of[output.index()] = tangent;
        }
    }
    b.set_location(outer_location);
    let results = function.results.iter().map(|&r| function.look_up(&env, r)).collect::<Result<_>>()?;
    Ok((results, function.results.iter().map(|r| tangent_of[r.index()]).collect()))
}

/// Checks the arguments that a function is emitted for.
pub(super) fn check_args<'a>(function: &Function, args: impl Iterator<Item = &'a TensorType> + Clone) -> Result<()> {
    if args.clone().eq(function.params.iter().map(|&p| function.ty(p))) {
        return Ok(());
    }
    let operands: Vec<&TensorType> = args.collect();
    Err(IrError::ty("call", format!("{} takes other parameters", function.name), &operands))
}

/// Checks that a rule returned a value of the right type: the rules are many, and the error of a
/// wrong one should name it.
pub(super) fn check_made(
    b: &Builder,
    transform: &'static str,
    op: &'static str,
    location: &Location,
    made: Value,
    expected: &TensorType,
) -> Result<()> {
    if b.ty(made) == expected {
        return Ok(());
    }
    let message = format!("the rule returned {}, expected {expected}", b.ty(made));
    Err(IrError::NoRule { op, transform, message, location: location.clone() })
}
