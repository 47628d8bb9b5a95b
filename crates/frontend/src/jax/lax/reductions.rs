//! Along dimensions.

use keramos_ir::ops::Monoid;
use keramos_ir::{DType, TensorType};

use super::arguments::{Domain, apply, dim, operand, sizes, tuple_text};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::builtins::functions;
use crate::interp::exceptions::raise;
use crate::jax::arguments::{dtype, integers};
use crate::jax::control::associative::prefixes;
use crate::library::{Bound, Default, FunctionDecl};
use crate::value::Value;

/// The argument `axes`, which must exist and be distinct.
pub(super) fn axes(args: &Bound, name: &str, x: &TensorType) -> Result<Vec<usize>> {
    let mut axes = sizes(args, name)?;
    if axes.iter().any(|&d| d >= x.rank()) {
        let message = format!("reduction axes {} contains out-of-bounds indices for {x}.", tuple_text(&axes));
        return Err(raise("ValueError", message));
    }
    axes.sort_unstable();
    if axes.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(raise("ValueError", format!("duplicate value in 'axes' of reduction: {}", tuple_text(&axes))));
    }
    Ok(axes)
}

fn reduce_by(interp: &mut Interp, args: &Bound, monoid: Monoid) -> Result<Value> {
    let x = operand(interp, args, "operand")?;
    let logical = matches!(monoid, Monoid::And | Monoid::Or | Monoid::Xor);
    if logical && !Domain::Bits.accepts(x.dtype()) {
        let name = x.dtype().numpy_name();
        return Err(Error::ty(format!("logical reduction requires operand dtype bool or int, got {name}.")));
    }
    let axes = axes(args, "axes", x.ty())?;
    apply(interp, &[x], |b, v| b.reduce(monoid, v[0], &axes)).map(Value::Tensor)
}

fn arg_extremum(interp: &mut Interp, args: &Bound, least: bool) -> Result<Value> {
    let x = operand(interp, args, "operand")?;
    let axis = dim(args, "axis", x.rank())?;
    if x.shape()[axis] == 0 {
        return Err(raise("ValueError", format!("attempt to get {} of an empty sequence", args.function())));
    }
    let dtype = dtype(interp, args, "index_dtype")?.unwrap_or(DType::I32);
    let found = interp.tracer.build1(&[&x], |b, v| if least { b.argmin(v[0], axis) } else { b.argmax(v[0], axis) })?;
    interp.tracer.convert(&found, dtype).map(Value::Tensor)
}

fn cumulative(interp: &mut Interp, args: &Bound, monoid: Monoid) -> Result<Value> {
    let (x, axis) = (operand(interp, args, "operand")?, running_axis(interp, args)?);
    let reverse = args.bool("reverse")?;
    apply(interp, &[x], |b, v| b.cumulative(monoid, v[0], axis, reverse)).map(Value::Tensor)
}

fn running_axis(interp: &mut Interp, args: &Bound) -> Result<usize> {
    let x = operand(interp, args, "operand")?;
    let axis = args.i64("axis")?;
    if axis < 0 {
        return Err(raise("ValueError", "XLA operations do not allow negative axes"));
    }
    usize::try_from(axis).ok().filter(|&axis| axis < x.rank()).ok_or_else(|| {
        raise("ValueError", format!("axis {axis} is out of bounds for array of shape {}", tuple_text(x.shape())))
    })
}

fn cumlogsumexp(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let (x, axis) = (operand(interp, args, "operand")?, running_axis(interp, args)?);
    Domain::Float.check("cumlogsumexp", std::slice::from_ref(&x))?;
    let reverse = args.bool("reverse")?;
    let found = prefixes(interp, vec![x], vec![axis], reverse, &|interp, a, b| {
        a.iter().zip(b).map(|(a, b)| interp.tracer.logaddexp(a, b)).collect()
    })?;
    Ok(found.into_iter().next().map_or(Value::None, Value::Tensor))
}

/// Padding by rule: `SAME`, `SAME_LOWER` or `VALID`. Sizes are those of the dimensions, of the dilated
/// windows, and the strides.
pub(super) fn pads(rule: &str, sizes: &[usize], windows: &[usize], strides: &[usize]) -> Option<Vec<(i64, i64)>> {
    let rule = rule.to_uppercase();
    if !["SAME", "SAME_LOWER", "VALID"].contains(&rule.as_str()) {
        return None;
    }
    let rows = sizes.iter().zip(windows).zip(strides);
    let pair = |((&n, &k), &s): ((&usize, &usize), &usize)| {
        if rule == "VALID" || s == 0 {
            return (0, 0);
        }
        let total = ((n.div_ceil(s) as i64 - 1) * s as i64 + k as i64 - n as i64).max(0);
        if rule == "SAME" { (total / 2, total - total / 2) } else { (total - total / 2, total / 2) }
    };
    Some(rows.map(pair).collect())
}

/// Padding as a pair for each of `count` dimensions.
pub(super) fn pairs(value: &Value, count: usize) -> Option<Vec<(i64, i64)>> {
    let pair = |pair: &Value| match integers(pair)?.as_slice() {
        &[low, high] => Some((low, high)),
        _ => None,
    };
    let pairs: Option<Vec<(i64, i64)>> = value.elements().unwrap_or_default().iter().map(pair).collect();
    pairs.filter(|pairs| pairs.len() == count)
}

/// The argument `padding`, as pairs or by rule; see [`pads`].
pub(super) fn padding(args: &Bound, sizes: &[usize], windows: &[usize], strides: &[usize]) -> Result<Vec<(i64, i64)>> {
    match args.get("padding")? {
        Value::Str(rule) => pads(rule, sizes, windows, strides)
            .ok_or_else(|| args.invalid("padding", "\"SAME\", \"SAME_LOWER\", \"VALID\" or a sequence of pairs")),
        value => pairs(value, sizes.len())
            .ok_or_else(|| args.invalid("padding", &format!("a string or a sequence of {} pairs", sizes.len()))),
    }
}

macro_rules! reductions {
    ($($name:literal, $doc:literal, $monoid:ident;)*) => {
        functions! {
            $($name [(operand) (axes) (out_sharding = Default::None)] $doc => |interp, args| reduce_by(interp, args, Monoid::$monoid);)*
        }
    };
}

/// Elementary reductions.
pub(super) static ELEMENTARY: &[FunctionDecl] = reductions! {
    "reduce_sum", "The sum.", Sum;
    "reduce_prod", "The product.", Prod;
    "reduce_max", "The largest element.", Max;
    "reduce_min", "The smallest element.", Min;
    "reduce_and", "Bits or truth values: all.", And;
    "reduce_or", "Bits or truth values: any.", Or;
    "reduce_xor", "Bits or truth values: an odd number.", Xor;
};

macro_rules! running {
    ($($name:literal, $doc:literal, $monoid:ident;)*) => {
        functions! {
            $($name [(operand) (axis = Default::Int(0)) (reverse = Default::Bool(false))] $doc => |interp, args| cumulative(interp, args, Monoid::$monoid);)*
        }
    };
}

/// Running reductions.
pub(super) static RUNNING: &[FunctionDecl] = running! {
    "cumsum", "Running sums.", Sum;
    "cumprod", "Running products.", Prod;
    "cummax", "Running maxima.", Max;
    "cummin", "Running minima.", Min;
};

/// The other reductions.
pub(super) static OTHERS: &[FunctionDecl] = functions! {
    "argmax" [(operand) (axis) (index_dtype)] "Where the largest is." => |interp, args| arg_extremum(interp, args, false);
    "argmin" [(operand) (axis) (index_dtype)] "Where the smallest is." => |interp, args| arg_extremum(interp, args, true);
    "cumlogsumexp" [(operand) (axis = Default::Int(0)) (reverse = Default::Bool(false))] "Logarithms of running sums of exponentials." => cumlogsumexp;
};
