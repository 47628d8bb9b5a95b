//! Batching: one function call on a batch instead of one per example.

use super::error;
use crate::ops::batching;
use crate::verify::checked;
use crate::{Batch, Builder, Function, IrError, Mapped, Primitive, Result, TensorType, Value};

const NAME: &str = "vmap";

/// The function that computes `function` for every example of a batch.
///
/// Parameters that `mapped` marks get a new dimension 0 of size `batch.size` that runs over the
/// examples; all examples share the others. The flags returned tell which results have such a
/// dimension 0; the others are the same for all examples. `instantiate` (one flag per result; missing
/// ones are false) asks for the dimension even then, as the body of a loop needs.
///
/// Equations keep their locations, and no equation that all examples share is computed more than once.
///
/// # Errors
/// [`IrError::Transform`]: `mapped` does not have one flag per parameter. Errors of the `batch` rules.
pub fn vmap(
    function: &Function,
    mapped: &[bool],
    batch: &Batch,
    instantiate: &[bool],
) -> Result<(Function, Vec<bool>)> {
    if mapped.len() != function.params.len() {
        let message = format!("{} parameters, but {} flags", function.params.len(), mapped.len());
        return error(NAME, function, message);
    }
    let mut b = Builder::new(format!("{}_batched", function.name));
    let params = function.params.iter().zip(mapped).map(|(&param, &mapped)| {
        let ty = batched_type(function.ty(param), mapped, batch);
        Mapped { value: b.param(ty), mapped }
    });
    let params: Vec<Mapped> = params.collect();
    let mut results = batch_into(&mut b, function, batch, &params)?;
    for (result, _) in results.iter_mut().zip(instantiate).filter(|(_, wanted)| **wanted) {
        *result = Mapped::yes(batching::front(&mut b, batch, *result)?);
    }
    let flags = results.iter().map(|result| result.mapped).collect();
    Ok((checked(b.finish(batching::values(&results)))?, flags))
}

/// Emits `function` for every example of a batch into `b`, as [`vmap`] does. This is also the rule of
/// primitives with functions inside.
///
/// # Errors
/// As [`vmap`]; or the operands do not fit the parameters.
pub fn batch_into(b: &mut Builder, function: &Function, batch: &Batch, operands: &[Mapped]) -> Result<Vec<Mapped>> {
    let fits = operands.len() == function.params.len()
        && operands
            .iter()
            .zip(&function.params)
            .all(|(operand, &param)| *b.ty(operand.value) == batched_type(function.ty(param), operand.mapped, batch));
    if !fits {
        let types: Vec<&TensorType> = operands.iter().map(|operand| b.ty(operand.value)).collect();
        return Err(IrError::ty("call", format!("{} takes other parameters", function.name), &types));
    }
    let outer_location = b.location().clone();
    let mut env: Vec<Option<Mapped>> = vec![None; function.num_values()];
    for (&param, &operand) in function.params.iter().zip(operands) {
        env[param.index()] = Some(operand);
    }
    let look_up = |env: &[Option<Mapped>], value: Value| {
        env[value.index()].ok_or_else(|| IrError::Invalid {
            function: function.name.clone(),
            message: format!("{value} is used before it is defined"),
        })
    };
    for eqn in &function.equations {
        let inputs = eqn.inputs.iter().map(|&input| look_up(&env, input)).collect::<Result<Vec<_>>>()?;
        let names_axis = || batch.axis_name.as_deref().is_some_and(|name| batching::names_axis(&eqn.op, name));
        if !batching::any_mapped(&inputs) && !names_axis() {
            let outputs = b.copy(function, eqn, &batching::values(&inputs), eqn.location.clone());
            for (output, &value) in eqn.outputs.iter().zip(outputs) {
                env[output.index()] = Some(Mapped::no(value));
            }
            continue;
        }
        b.set_location(eqn.location.clone());
        if batch.size == 0 && !names_axis() {
            // Windows and groups of nothing have no types; nothing needs no rules.
            for &output in &eqn.outputs {
                let nothing = b.full(&batched_type(function.ty(output), true, batch), 0.0)?;
                env[output.index()] = Some(Mapped::yes(nothing));
            }
            continue;
        }
        let outputs = eqn.op.batch(b, batch, &inputs)?;
        for (i, &output) in eqn.outputs.iter().enumerate() {
            let made = outputs.get(i).copied();
            if let Some(made) = made {
                let expected = batched_type(function.ty(output), made.mapped, batch);
                super::jvp::check_made(b, NAME, eqn.op.name(), &eqn.location, made.value, &expected)?;
            }
            env[output.index()] = made;
        }
    }
    b.set_location(outer_location);
    function.results.iter().map(|&result| look_up(&env, result)).collect()
}

/// The type of a value of the batched function.
fn batched_type(ty: &TensorType, mapped: bool, batch: &Batch) -> TensorType {
    if mapped { ty.with_shape(batching::with_first(batch.size, &ty.shape)) } else { ty.clone() }
}

/// As [`vmap`], with the examples along any dimension: `in_axes` has, for each parameter, the dimension
/// of the argument that runs over the examples, `out_axes` that of each result. `None` is not mapped.
/// Negative dimensions count from the end.
///
/// # Errors
/// As [`vmap`]; a dimension is out of range; or `out_axes` has `None` for a result that differs between
/// examples.
pub fn vmap_at(
    function: &Function,
    in_axes: &[Option<i64>],
    out_axes: &[Option<i64>],
    batch: &Batch,
) -> Result<Function> {
    let (params, results) = (&function.params, &function.results);
    if in_axes.len() != params.len() || out_axes.len() != results.len() {
        let message = format!(
            "{} in_axes and {} out_axes for {} parameters and {} results",
            in_axes.len(),
            out_axes.len(),
            params.len(),
            results.len()
        );
        return error(NAME, function, message);
    }
    let fail = |message: String| IrError::Transform { transform: NAME, function: function.name.clone(), message };
    let mut b = Builder::new(format!("{}_batched", function.name));
    let mut operands = Vec::with_capacity(params.len());
    for (i, (&param, &axis)) in params.iter().zip(in_axes).enumerate() {
        let mut ty = function.ty(param).clone();
        let Some(axis) = axis else {
            operands.push(Mapped::no(b.param(ty)));
            continue;
        };
        let axis = resolve_axis(axis, ty.rank() + 1)
            .map_err(|message| fail(format!("in_axes of parameter {i}: {message}")))?;
        ty.shape.insert(axis, batch.size);
        let param = b.param(ty);
        operands.push(Mapped::yes(b.move_axis(param, axis, 0)?));
    }
    let found = batch_into(&mut b, function, batch, &operands)?;
    let mut values = Vec::with_capacity(results.len());
    for (i, (result, &axis)) in found.into_iter().zip(out_axes).enumerate() {
        let Some(axis) = axis else {
            if result.mapped {
                let message = format!("result {i} differs between examples, so out_axes cannot be None for it");
                return Err(fail(message));
            }
            values.push(result.value);
            continue;
        };
        let front = batching::front(&mut b, batch, result)?;
        let axis = resolve_axis(axis, b.ty(front).rank())
            .map_err(|message| fail(format!("out_axes of result {i}: {message}")))?;
        values.push(b.move_axis(front, 0, axis)?);
    }
    checked(b.finish(values))
}

/// The dimension, of `rank`, that `axis` means; negative ones count from the end.
///
/// # Errors
/// There is no such dimension; the message says which there are.
pub fn resolve_axis(axis: i64, rank: usize) -> Result<usize, String> {
    let from_end = if axis < 0 { axis + rank as i64 } else { axis };
    match usize::try_from(from_end) {
        Ok(dim) if dim < rank => Ok(dim),
        _ if rank == 0 => Err(format!("axis {axis} is out of range: a scalar has no axes")),
        _ => Err(format!("axis {axis} is out of range for {rank} dimensions: give -{rank} to {}", rank as i64 - 1)),
    }
}

/// The number of examples in arguments of these types, `in_axes` telling the dimension of each that
/// runs over them.
///
/// # Errors
/// A phrase: a dimension is out of range, sizes differ (the message lists all), or nothing is mapped.
pub fn batch_size<'a>(arguments: impl IntoIterator<Item = (&'a TensorType, Option<i64>)>) -> Result<usize, String> {
    let mut sizes: Vec<(usize, i64, &TensorType, usize)> = Vec::new();
    for (i, (ty, axis)) in arguments.into_iter().enumerate() {
        let Some(axis) = axis else { continue };
        let dim = resolve_axis(axis, ty.rank()).map_err(|message| format!("argument {i}, {ty}: {message}"))?;
        sizes.push((i, axis, ty, ty.shape[dim]));
    }
    let Some(&(.., size)) = sizes.first() else {
        return Err("at least one argument must be mapped, in_axes is None for all".to_owned());
    };
    if sizes.iter().all(|&(.., n)| n == size) {
        return Ok(size);
    }
    let list: Vec<String> =
        sizes.iter().map(|(i, axis, ty, n)| format!("axis {axis} of argument {i}, {ty}, has size {n}")).collect();
    Err(format!("mapped axes must have one size: {}", list.join("; ")))
}
