//! Reverse mode: forward and backward pass in one function.

use super::transpose::Tape;
use super::{check_active, error, inseparable, jvp_into, zeros};
use crate::verify::checked;
use crate::{Builder, Function, Result, Value};

/// The function that computes `function` and pulls cotangents back.
///
/// Parameters: the original's, then a cotangent for each floating-point result. Results: the
/// original's, then a cotangent for each parameter that `active` marks (explicit zeros where
/// nothing flows back).
///
/// # Errors
/// As [`jvp`](super::jvp()) and [`transpose`](super::transpose()).
pub fn vjp(function: &Function, active: &[bool]) -> Result<Function> {
    reverse(function, active, format!("{}_vjp", function.name), |b| {
        let ct = |b: &mut Builder, r| function.ty(r).dtype.is_inexact().then(|| b.param(function.ty(r).clone()));
        Ok(function.results.iter().map(|&r| ct(b, r)).collect())
    })
}

/// The function that computes `function` and the gradient of its first result, which must be a
/// floating-point scalar, with respect to the parameters `wrt`. A complex value is differentiated as
/// the holomorphic function that it must be of its parameters.
///
/// `function` returns the value and `num_aux` further results, through which nothing is
/// differentiated. The answer takes the same parameters and returns value, auxiliary results and
/// one gradient per entry of `wrt`, in that order, each of its parameter's type.
///
/// # Errors
/// [`crate::IrError::Transform`]: the value is no floating-point scalar, `num_aux` does not fit, or
/// `wrt` names a parameter that does not exist, is repeated or is not floating point.
/// [`crate::IrError::NoRule`]: a primitive on the way has no derivative.
pub fn value_and_grad(function: &Function, wrt: &[usize], num_aux: usize) -> Result<Function> {
    const TRANSFORM: &str = "value_and_grad";
    if function.results.len() != 1 + num_aux {
        let message = format!("a value and {num_aux} others were promised, {} results found", function.results.len());
        return error(TRANSFORM, function, message);
    }
    let value = function.ty(function.results[0]);
    if !value.dtype.is_inexact() || value.rank() != 0 {
        return error(TRANSFORM, function, format!("gradients need a floating-point scalar, the value is {value}"));
    }
    let mut active = vec![false; function.params.len()];
    for &i in wrt {
        match active.get_mut(i) {
            Some(flag) if !*flag => *flag = true,
            Some(_) => return error(TRANSFORM, function, format!("parameter {i} is named twice")),
            None => return error(TRANSFORM, function, format!("there is no parameter {i}")),
        }
    }
    let mut gradient = reverse(function, &active, format!("{}_grad", function.name), |b| {
        let mut cotangents = vec![None; function.results.len()];
        cotangents[0] = Some(b.full(function.ty(function.results[0]), 1.0)?);
        Ok(cotangents)
    })?;
    // Gradients come in parameter order; put them in the order asked for.
    let by_param = gradient.results.split_off(1 + num_aux);
    let rank = |i: usize| active[..i].iter().filter(|on| **on).count();
    gradient.results.extend(wrt.iter().map(|&i| by_param[rank(i)]));
    Ok(gradient)
}

/// `jvp` into one builder, whose tangent equations are then taken out and run backwards.
fn reverse(
    function: &Function,
    active: &[bool],
    name: String,
    cotangents: impl FnOnce(&mut Builder) -> Result<Vec<Option<Value>>>,
) -> Result<Function> {
    check_active("reverse-mode differentiation", function, active)?;
    let mut b = Builder::new(name).separable();
    let primals: Vec<Value> = function.params.iter().map(|&p| b.param(function.ty(p).clone())).collect();
    let cotangents = cotangents(&mut b)?;
    let since = b.function().equations.len();
    let with_flags = function.params.iter().zip(active);
    let tangents: Vec<Option<Value>> =
        with_flags.map(|(&p, &active)| active.then(|| b.placeholder(function.ty(p).clone()))).collect();
    let linear: Vec<Value> = tangents.iter().flatten().copied().collect();

    let (mut results, result_tangents) = jvp_into(&mut b, function, &primals, &tangents)?;
    let tape = Tape::take(&mut b, since, &linear);
    if let Some(&value) = results.iter().find(|&&value| tape.is_linear(value)) {
        return inseparable(function, tape.definition(value));
    }
    let seeds = result_tangents.into_iter().zip(cotangents).filter_map(|(tangent, ct)| Some((tangent?, ct)));
    let found = tape.run(&mut b, &linear, seeds)?;
    for (value, ct) in linear.into_iter().zip(found) {
        let ty = b.ty(value).clone();
        results.push(ct.map_or_else(|| zeros(&mut b, &ty), Ok)?);
    }
    checked(b.finish(results))
}
