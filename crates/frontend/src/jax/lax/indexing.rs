//! `gather` and the scatters.

use keramos_ir::ops::{GatherDims, OutOfBounds, Scatter, ScatterKind};

use super::arguments::{apply, operand, same_dtypes, sizes};
use super::records::{GATHER, Record, SCATTER};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::builtins::functions;
use crate::library::{Args, Bound, Default, FunctionDecl};
use crate::trace::{Tensor, Tracer};
use crate::value::Value;

/// The argument `mode`.
fn mode(args: &Bound, default: OutOfBounds) -> Result<OutOfBounds> {
    if args.some("mode")?.is_none() {
        return Ok(default);
    }
    Ok(match args.one_of("mode", &["clip", "fill", "drop", "promise_in_bounds"])? {
        "clip" => OutOfBounds::Clip,
        "promise_in_bounds" => OutOfBounds::Promised,
        _ => OutOfBounds::Fill,
    })
}

fn gather_dims(args: &Bound) -> Result<GatherDims> {
    let value = args.get("dimension_numbers")?;
    let record = Record::of(value, &GATHER);
    let record = record.ok_or_else(|| args.invalid("dimension_numbers", "a jax.lax.GatherDimensionNumbers"))?;
    Ok(GatherDims {
        offset_dims: record.dims("offset_dims")?,
        collapsed_slice_dims: record.dims("collapsed_slice_dims")?,
        start_index_map: record.dims("start_index_map")?,
        operand_batching_dims: record.dims("operand_batching_dims")?,
        start_indices_batching_dims: record.dims("start_indices_batching_dims")?,
    })
}

fn scatter_dims(args: &Bound) -> Result<GatherDims> {
    let value = args.get("dimension_numbers")?;
    let record = Record::of(value, &SCATTER);
    let record = record.ok_or_else(|| args.invalid("dimension_numbers", "a jax.lax.ScatterDimensionNumbers"))?;
    Ok(GatherDims {
        offset_dims: record.dims("update_window_dims")?,
        collapsed_slice_dims: record.dims("inserted_window_dims")?,
        start_index_map: record.dims("scatter_dims_to_operand_dims")?,
        operand_batching_dims: record.dims("operand_batching_dims")?,
        start_indices_batching_dims: record.dims("scatter_indices_batching_dims")?,
    })
}

fn gather(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let (x, indices) = (operand(interp, args, "operand")?, operand(interp, args, "start_indices")?);
    let (dims, window, mode) = (gather_dims(args)?, sizes(args, "slice_sizes")?, mode(args, OutOfBounds::Clip)?);
    let find = |interp: &mut Interp, x: &Tensor, mode: OutOfBounds| {
        apply(interp, &[x.clone(), indices.clone()], |b, v| b.gather(v[0], v[1], dims.clone(), &window, mode))
    };
    let found = find(interp, &x, mode)?;
    if args.some("fill_value")?.is_none() || mode != OutOfBounds::Fill {
        return Ok(Value::Tensor(found));
    }
    // Ones are found inside, zeros outside.
    let fill = operand(interp, args, "fill_value")?;
    let fill = interp.tracer.convert(&fill, x.dtype())?;
    let ones = interp.tracer.full(&x.ty().with_dtype(keramos_ir::DType::I32), 1.0)?;
    let inside = find(interp, &ones, OutOfBounds::Zero)?;
    let inside = interp.tracer.to_bool(&inside)?;
    interp.tracer.select(&inside, &found, &fill).map(Value::Tensor)
}

/// Combines updates into windows of `operand`.
fn scatter(interp: &mut Interp, args: &Bound, kind: ScatterKind, negated: bool) -> Result<Value> {
    let (x, indices) = (operand(interp, args, "operand")?, operand(interp, args, "scatter_indices")?);
    let mut updates = operand(interp, args, "updates")?;
    same_dtypes(args.function(), "", &[x.clone(), updates.clone()])?;
    if negated {
        updates = interp.tracer.neg(&updates)?;
    }
    let scatter = Scatter { kind, dims: scatter_dims(args)?, mode: mode(args, OutOfBounds::Fill)? };
    if kind == ScatterKind::Mul && args.bool("unique_indices")? {
        let update = |t: &mut Tracer, x: &Tensor, updates: &Tensor, kind| {
            t.build1(&[x, &indices, updates], |b, v| b.emit1(Scatter { kind, ..scatter.clone() }, v))
        };
        return interp.tracer.multiplied_at_unique(&x, &updates, update).map(Value::Tensor);
    }
    apply(interp, &[x, indices, updates], |b, v| b.emit1(scatter, v)).map(Value::Tensor)
}

fn scatter_apply(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let (x, indices) = (operand(interp, args, "operand")?, operand(interp, args, "scatter_indices")?);
    let (dims, mode) = (scatter_dims(args)?, mode(args, OutOfBounds::Fill)?);
    // The sizes of windows: those of the updates, and 1 where they have no dimension.
    let updates = sizes(args, "update_shape")?;
    let mut sizes = Vec::with_capacity(x.rank());
    let mut windows = dims.offset_dims.iter();
    for d in 0..x.rank() {
        let inserted = dims.collapsed_slice_dims.contains(&d) || dims.operand_batching_dims.contains(&d);
        let size = if inserted { Some(1) } else { windows.next().and_then(|&u| updates.get(u)).copied() };
        sizes.push(size.ok_or_else(|| args.invalid("update_shape", "the shape of the updates"))?);
    }
    let found = apply(interp, &[x.clone(), indices.clone()], |b, v| {
        b.gather(v[0], v[1], dims.clone(), &sizes, OutOfBounds::Clip)
    })?;
    let changed = interp.call(&args.get("func")?.clone(), Args::positional(vec![Value::Tensor(found.clone())]))?;
    let changed = interp.to_tensor(&changed)?;
    if changed.ty() != found.ty() {
        let message =
            format!("the function of scatter_apply must keep the type {}, it gave {}", found.ty(), changed.ty());
        return Err(Error::ty(message));
    }
    let scatter = Scatter { kind: ScatterKind::Replace, dims, mode };
    apply(interp, &[x, indices, changed], |b, v| b.emit1(scatter, v)).map(Value::Tensor)
}

const NONE: Default = Default::None;
const FALSE: Default = Default::Bool(false);

macro_rules! scatters {
    ($($name:literal, $doc:literal, $kind:ident, $negated:literal;)*) => {
        functions! {
            $($name [(operand) (scatter_indices) (updates) (dimension_numbers) (indices_are_sorted = FALSE) (unique_indices = FALSE) (mode = NONE)]
                $doc => |interp, args| scatter(interp, args, ScatterKind::$kind, $negated);)*
            "gather" [(operand) (start_indices) (dimension_numbers) (slice_sizes) (unique_indices = FALSE) (indices_are_sorted = FALSE) (mode = NONE) (fill_value = NONE)]
                "Windows at computed places." => gather;
            "scatter_apply" [(operand) (scatter_indices) (func) (dimension_numbers) (update_shape = Default::Ints(&[])) (indices_are_sorted = FALSE) (unique_indices = FALSE) (mode = NONE)]
                "Windows at computed places replaced by a function of them." => scatter_apply;
        }
    };
}

/// Indexing by tensors.
pub(super) static FUNCTIONS: &[FunctionDecl] = scatters! {
    "scatter", "Windows at computed places overwritten.", Replace, false;
    "scatter_add", "Updates added at computed places.", Add, false;
    "scatter_sub", "Updates subtracted at computed places.", Add, true;
    "scatter_mul", "Updates multiplied at computed places.", Mul, false;
    "scatter_min", "The least of windows and updates.", Min, false;
    "scatter_max", "The greatest of windows and updates.", Max, false;
};
