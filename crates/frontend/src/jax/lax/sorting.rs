//! Sorting.

use keramos_ir::as_tuple;

use super::arguments::{dim, operand, to_operand};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::builtins::functions;
use crate::interp::exceptions::raise;
use crate::library::{Bound, Default, FunctionDecl};
use crate::trace::Tensor;
use crate::value::Value;

/// Sorts tensors together by the first `keys` of them.
fn together(interp: &mut Interp, xs: &[Tensor], axis: usize, keys: usize) -> Result<Vec<Tensor>> {
    if let Some(other) = xs.iter().find(|x| Some(x.shape()) != xs.first().map(Tensor::shape)) {
        let message = format!(
            "sort operands must have the same shape, got {} and {}",
            as_tuple(xs[0].shape()),
            as_tuple(other.shape())
        );
        return Err(Error::ty(message));
    }
    let operands: Vec<&Tensor> = xs.iter().collect();
    interp.tracer.build(&operands, |b, v| b.sort(v, axis, keys))
}

fn sort(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let given = args.get("operand")?.clone();
    let Some(parts) = given.elements() else {
        let x = operand(interp, args, "operand")?;
        let axis = dim(args, "dimension", x.rank())?;
        let sorted = together(interp, &[x], axis, 1)?;
        return Ok(sorted.into_iter().next().map_or(Value::None, Value::Tensor));
    };
    let xs = parts.iter().map(|part| to_operand(interp, args, part)).collect::<Result<Vec<_>>>()?;
    if xs.is_empty() {
        return Err(Error::ty("Sort requires at least one operand"));
    }
    let keys = args.usize("num_keys")?;
    if !(1..=xs.len()).contains(&keys) {
        let message = format!("num_keys={keys} must be between 1 and len(operand)={}", xs.len());
        return Err(raise("ValueError", message));
    }
    let axis = dim(args, "dimension", xs[0].rank())?;
    let sorted = together(interp, &xs, axis, keys)?;
    Ok(Value::tuple(sorted.into_iter().map(Value::Tensor).collect::<Vec<_>>()))
}

fn sort_key_val(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let (keys, values) = (operand(interp, args, "keys")?, operand(interp, args, "values")?);
    let axis = dim(args, "dimension", keys.rank())?;
    let sorted = together(interp, &[keys, values], axis, 1)?;
    Ok(Value::tuple(sorted.into_iter().map(Value::Tensor).collect::<Vec<_>>()))
}

/// The greatest (or least) elements along `axis`, and their places.
fn extremes(interp: &mut Interp, args: &Bound, axis: &str, least: bool) -> Result<Value> {
    let x = operand(interp, args, "operand")?;
    if x.rank() == 0 {
        return Err(Error::ty("top_k operand must have >= 1 dimension, got ()"));
    }
    let (k, axis) = (args.usize("k")?, dim(args, axis, x.rank())?);
    if k > x.shape()[axis] {
        let message = format!(
            "k argument to top_k must be no larger than size along axis; got k={k} with shape={} and axis={axis}",
            as_tuple(x.shape())
        );
        return Err(raise("ValueError", message));
    }
    let t = &mut interp.tracer;
    let last = x.rank() - 1;
    let moved = t.move_axis(&x, axis, last)?;
    let moved = if least { t.neg(&moved)? } else { moved };
    let found = t.build(&[&moved], |b, v| b.top_k(v[0], k).map(|(values, places)| vec![values, places]))?;
    let mut results = Vec::with_capacity(2);
    for (number, part) in found.iter().enumerate() {
        let part = if least && number == 0 { t.neg(part)? } else { part.clone() };
        results.push(Value::Tensor(t.move_axis(&part, last, axis)?));
    }
    Ok(Value::list(results))
}

const LAST: Default = Default::Int(-1);

/// Functions that sort.
pub(super) static FUNCTIONS: &[FunctionDecl] = functions! {
    "sort" [(operand) (dimension = LAST) (is_stable = Default::Bool(true)) (num_keys = Default::Int(1))] "In ascending order." => sort;
    "sort_key_val" [(keys) (values) (dimension = LAST) (is_stable = Default::Bool(true))] "Values in the ascending order of keys." => sort_key_val;
    "top_k" [(operand) (k) (axis = LAST)] "The largest elements and their places." => |interp, args| extremes(interp, args, "axis", false);
    "approx_max_k" [(operand) (k) (reduction_dimension = LAST) (recall_target = Default::Float(0.95)) (reduction_input_size_override = LAST) (aggregate_to_topk = Default::Bool(true))]
        "The largest elements and their places: exactly." => |interp, args| extremes(interp, args, "reduction_dimension", false);
    "approx_min_k" [(operand) (k) (reduction_dimension = LAST) (recall_target = Default::Float(0.95)) (reduction_input_size_override = LAST) (aggregate_to_topk = Default::Bool(true))]
        "The smallest elements and their places: exactly." => |interp, args| extremes(interp, args, "reduction_dimension", true);
};
