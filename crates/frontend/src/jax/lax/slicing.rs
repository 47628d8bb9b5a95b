//! Windows at known and at computed places.

use keramos_ir::DType;

use super::arguments::{apply, dim, operand, same_dtypes, sizes, some_sizes, to_operand, tuple_text};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::builtins::functions;
use crate::interp::exceptions::raise;
use crate::interp::operators::number;
use crate::library::{Bound, Default, FunctionDecl};
use crate::trace::Tensor;
use crate::value::Value;

fn slice(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let x = operand(interp, args, "operand")?;
    let (start, limit) = (sizes(args, "start_indices")?, sizes(args, "limit_indices")?);
    let strides = some_sizes(args, "strides")?.unwrap_or_else(|| vec![1; x.rank()]);
    if start.len() != x.rank() || limit.len() != x.rank() || strides.len() != x.rank() {
        let message = format!(
            "slice start_indices, limit_indices and strides must have one entry per dimension of {}, got {}, {}, {}.",
            tuple_text(x.shape()),
            tuple_text(&start),
            tuple_text(&limit),
            tuple_text(&strides)
        );
        return Err(raise("ValueError", message));
    }
    if limit.iter().zip(x.shape()).any(|(l, n)| l > n) {
        let (limit, shape) = (tuple_text(&limit), tuple_text(x.shape()));
        let message = format!(
            "slice limit_indices must be less than or equal to operand shape, got limit_indices {limit} for operand shape {shape}."
        );
        return Err(Error::ty(message));
    }
    if start.iter().zip(&limit).any(|(s, l)| s > l) {
        let (start, limit) = (tuple_text(&start), tuple_text(&limit));
        let message = format!(
            "slice limit_indices must be greater than or equal to start_indices, got start_indices {start} and limit_indices {limit}."
        );
        return Err(Error::ty(message));
    }
    apply(interp, &[x], |b, v| b.slice(v[0], &start, &limit, &strides)).map(Value::Tensor)
}

fn slice_in_dim(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let x = operand(interp, args, "operand")?;
    let axis = dim(args, "axis", x.rank())?;
    let length = x.shape()[axis] as i64;
    let bound = |name: &str, default: i64| -> Result<usize> {
        let given = if args.some(name)?.is_some() { args.i64(name)? } else { default };
        Ok((if given < 0 { given + length } else { given }).clamp(0, length) as usize)
    };
    let (start, limit) = (bound("start_index", 0)?, bound("limit_index", length)?);
    let (mut starts, mut limits, mut strides) = (vec![0; x.rank()], x.shape().to_vec(), vec![1; x.rank()]);
    (starts[axis], limits[axis], strides[axis]) = (start, limit.max(start), args.usize("stride")?.max(1));
    apply(interp, &[x], |b, v| b.slice(v[0], &starts, &limits, &strides)).map(Value::Tensor)
}

fn index_in_dim(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let x = operand(interp, args, "operand")?;
    let axis = dim(args, "axis", x.rank())?;
    let (length, given) = (x.shape()[axis], args.i64("index")?);
    let index = if given < 0 { given + length as i64 } else { given };
    let Some(index) = usize::try_from(index).ok().filter(|&i| i < length) else {
        return Err(raise("IndexError", format!("index {given} is out of bounds for axis {axis} with size {length}")));
    };
    let row = interp.tracer.slice_axis(&x, axis, index, index + 1)?;
    let row = if args.bool("keepdims")? { row } else { interp.tracer.squeeze(&row, &[axis])? };
    Ok(Value::Tensor(row))
}

/// A start index of a dimension of size `length`: negative ones count from the end.
fn start(interp: &mut Interp, args: &Bound, index: &Value, length: usize) -> Result<Tensor> {
    if let Some(i) = number::index(index) {
        let i = if i < 0 { i.saturating_add(length as i64) } else { i };
        return interp.tracer.scalar(DType::I32, i as f64);
    }
    let index = to_operand(interp, args, index)?;
    if !index.dtype().is_int() || index.rank() != 0 {
        return Err(Error::ty(format!(
            "{} start indices must be integer scalars, got {}",
            args.function(),
            index.ty()
        )));
    }
    if index.dtype().is_unsigned_int() {
        return Ok(index);
    }
    interp.tracer.formula(|f| {
        let index = f.of(&index);
        index.lt(0.0).select(index + length as f64, index)
    })
}

/// The argument `start_indices`: scalars, or a tensor of one dimension.
fn starts(interp: &mut Interp, args: &Bound, shape: &[usize]) -> Result<Vec<Tensor>> {
    let given = args.get("start_indices")?.clone();
    let indices = match given.elements() {
        Some(indices) => indices,
        None => {
            let all = to_operand(interp, args, &given)?;
            if all.rank() != 1 {
                return Err(Error::ty("start_indices must be a sequence of scalars or a 1-dimensional array"));
            }
            let each = (0..all.shape()[0]).map(|i| {
                let one = interp.tracer.slice_axis(&all, 0, i, i + 1)?;
                interp.tracer.reshape(&one, &[]).map(Value::Tensor)
            });
            each.collect::<Result<_>>()?
        }
    };
    if indices.len() != shape.len() {
        let message = format!(
            "Length of slice indices must match number of operand dimensions ({} vs {})",
            indices.len(),
            tuple_text(shape)
        );
        return Err(raise("ValueError", message));
    }
    indices.iter().zip(shape).map(|(index, &length)| start(interp, args, index, length)).collect()
}

/// Zeros but for dimension `axis`, which starts at argument `name`.
fn starts_in_dim(interp: &mut Interp, args: &Bound, name: &str, shape: &[usize], axis: usize) -> Result<Vec<Tensor>> {
    let index = args.get(name)?.clone();
    let at = start(interp, args, &index, shape[axis])?;
    let zero = interp.tracer.scalar(at.dtype(), 0.0)?;
    Ok((0..shape.len()).map(|d| if d == axis { at.clone() } else { zero.clone() }).collect())
}

fn take_window(interp: &mut Interp, x: &Tensor, starts: &[Tensor], window: &[usize]) -> Result<Tensor> {
    if window.len() != x.rank() || window.iter().zip(x.shape()).any(|(w, n)| w > n) {
        let (window, shape) = (tuple_text(window), tuple_text(x.shape()));
        let message = format!(
            "slice slice_sizes must be less than or equal to operand shape, got slice_sizes {window} for operand shape {shape}."
        );
        return Err(Error::ty(message));
    }
    let operands: Vec<Tensor> = std::iter::once(x).chain(starts).cloned().collect();
    apply(interp, &operands, |b, v| b.dynamic_slice(v[0], &v[1..], window))
}

fn put_window(interp: &mut Interp, x: &Tensor, update: &Tensor, starts: &[Tensor]) -> Result<Tensor> {
    let (found, shape) = (tuple_text(update.shape()), tuple_text(x.shape()));
    if update.rank() != x.rank() {
        let message = format!(
            "dynamic_update_slice update must have the same rank as operand, got update shape {found} for operand shape {shape}."
        );
        return Err(Error::ty(message));
    }
    if update.shape().iter().zip(x.shape()).any(|(u, n)| u > n) {
        let message = format!(
            "dynamic_update_slice update shape must be smaller than operand shape, got update shape {found} for operand shape {shape}."
        );
        return Err(Error::ty(message));
    }
    same_dtypes("dynamic_update_slice", "", &[x.clone(), update.clone()])?;
    let operands: Vec<Tensor> = [x, update].into_iter().chain(starts).cloned().collect();
    apply(interp, &operands, |b, v| b.dynamic_update_slice(v[0], v[1], &v[2..]))
}

fn dynamic_slice(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let x = operand(interp, args, "operand")?;
    let starts = starts(interp, args, x.shape())?;
    take_window(interp, &x, &starts, &sizes(args, "slice_sizes")?).map(Value::Tensor)
}

fn dynamic_slice_in_dim(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let x = operand(interp, args, "operand")?;
    let axis = dim(args, "axis", x.rank())?;
    let starts = starts_in_dim(interp, args, "start_index", x.shape(), axis)?;
    let mut window = x.shape().to_vec();
    window[axis] = args.usize("slice_size")?;
    take_window(interp, &x, &starts, &window).map(Value::Tensor)
}

fn dynamic_index_in_dim(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let x = operand(interp, args, "operand")?;
    let axis = dim(args, "axis", x.rank())?;
    let starts = starts_in_dim(interp, args, "index", x.shape(), axis)?;
    let mut window = x.shape().to_vec();
    window[axis] = 1;
    let row = take_window(interp, &x, &starts, &window)?;
    let row = if args.bool("keepdims")? { row } else { interp.tracer.squeeze(&row, &[axis])? };
    Ok(Value::Tensor(row))
}

fn dynamic_update_slice(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let (x, update) = (operand(interp, args, "operand")?, operand(interp, args, "update")?);
    let starts = starts(interp, args, x.shape())?;
    put_window(interp, &x, &update, &starts).map(Value::Tensor)
}

fn dynamic_update_in_dim(interp: &mut Interp, args: &Bound, index: &str) -> Result<Value> {
    let (x, mut update) = (operand(interp, args, "operand")?, operand(interp, args, "update")?);
    let axis = dim(args, "axis", x.rank())?;
    let starts = starts_in_dim(interp, args, index, x.shape(), axis)?;
    if index == "index" && update.rank() + 1 == x.rank() {
        update = interp.tracer.expand_dims(&update, &[axis])?;
    }
    put_window(interp, &x, &update, &starts).map(Value::Tensor)
}

const ZERO: Default = Default::Int(0);

/// Windows.
pub(super) static FUNCTIONS: &[FunctionDecl] = functions! {
    "slice" [(operand) (start_indices) (limit_indices) (strides = Default::None)] "A window at a known place." => slice;
    "slice_in_dim" [(operand) (start_index) (limit_index) (stride = Default::Int(1)) (axis = ZERO)] "A range of one dimension." => slice_in_dim;
    "index_in_dim" [(operand) (index) (axis = ZERO) (keepdims = Default::Bool(true))] "One slice of a dimension." => index_in_dim;
    "dynamic_slice" [(operand) (start_indices) (slice_sizes)] "A window at a computed place, moved inside if it is not." => dynamic_slice;
    "dynamic_slice_in_dim" [(operand) (start_index) (slice_size) (axis = ZERO)] "A range of one dimension at a computed place." => dynamic_slice_in_dim;
    "dynamic_index_in_dim" [(operand) (index) (axis = ZERO) (keepdims = Default::Bool(true))] "One slice of a dimension at a computed place." => dynamic_index_in_dim;
    "dynamic_update_slice" [(operand) (update) (start_indices)] "A window at a computed place overwritten." => dynamic_update_slice;
    "dynamic_update_slice_in_dim" [(operand) (update) (start_index) (axis)] "A range of one dimension overwritten." =>
        |interp, args| dynamic_update_in_dim(interp, args, "start_index");
    "dynamic_update_index_in_dim" [(operand) (update) (index) (axis)] "One slice of a dimension overwritten." =>
        |interp, args| dynamic_update_in_dim(interp, args, "index");
};
