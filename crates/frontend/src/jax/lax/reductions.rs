//! Along dimensions.

use keramos_ir::ops::{Binary, BinaryKind, Monoid, Window};
use keramos_ir::{DType, Function, Op, TensorType};

use super::arguments::{Domain, apply, dim, operand, sizes, some_sizes, to_operand, tuple_text};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::builtins::functions;
use crate::interp::exceptions::raise;
use crate::jax::arguments::{dtype, integers};
use crate::jax::control::associative::prefixes;
use crate::library::{Args, Bound, Default, FunctionDecl};
use crate::trace::Tensor;
use crate::value::Value;

/// The argument `axes`, which must exist and be distinct.
fn axes(args: &Bound, name: &str, x: &TensorType) -> Result<Vec<usize>> {
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

/// The elementary reduction that a function of two scalars is, if it is one.
fn monoid(function: &Function) -> Option<Monoid> {
    let ([a, b], [equation], [result]) = (&function.params[..], &function.equations[..], &function.results[..]) else {
        return None;
    };
    let straight = equation.inputs == [*a, *b] || equation.inputs == [*b, *a];
    if !straight || equation.outputs != [*result] {
        return None;
    }
    let Op::Binary(Binary(kind)) = &equation.op else { return None };
    Some(match kind {
        BinaryKind::Add => Monoid::Sum,
        BinaryKind::Mul => Monoid::Prod,
        BinaryKind::Max => Monoid::Max,
        BinaryKind::Min => Monoid::Min,
        BinaryKind::And => Monoid::And,
        BinaryKind::Or => Monoid::Or,
        BinaryKind::Xor => Monoid::Xor,
        _ => return None,
    })
}

/// Traces `computation` on two scalars of type `dtype`.
fn computation(interp: &mut Interp, function: &Value, dtype: DType) -> Result<Option<Monoid>> {
    let depth = interp.tracer.depth();
    let scalar = TensorType::scalar(dtype);
    let params = interp.tracer.enter("computation", &[scalar.clone(), scalar]);
    let result = interp
        .call(function, Args::positional(params.into_iter().map(Value::Tensor).collect()))
        .and_then(|result| interp.to_tensor(&result))
        .and_then(|result| interp.tracer.leave(&[result]));
    interp.tracer.unwind(depth);
    let traced = result?;
    Ok(if traced.captures.is_empty() { monoid(&traced.function) } else { None })
}

/// Calls a function of two lists of tensors (or two tensors) element by element.
fn combine(interp: &mut Interp, function: &Value, single: bool, a: &[Tensor], b: &[Tensor]) -> Result<Vec<Tensor>> {
    let pack = |tensors: &[Tensor]| match tensors {
        [one] if single => Value::Tensor(one.clone()),
        all => Value::tuple(all.iter().cloned().map(Value::Tensor).collect::<Vec<_>>()),
    };
    let result = interp.call(function, Args::positional(vec![pack(a), pack(b)]))?;
    let leaves = result.elements().unwrap_or_else(|| vec![result.clone()]);
    if leaves.len() != a.len() {
        return Err(Error::ty(format!(
            "the computation of a reduction must give {} values, it gave {}",
            a.len(),
            leaves.len()
        )));
    }
    let tensors = leaves.iter().map(|leaf| interp.to_tensor(leaf)).collect::<Result<Vec<_>>>()?;
    let pairs = tensors.iter().zip(a);
    pairs
        .map(|(found, like)| {
            if found.dtype() != like.dtype() {
                let message =
                    format!("the computation of a reduction must keep the types: {} became {}", like.ty(), found.ty());
                return Err(Error::ty(message));
            }
            interp.tracer.broadcast_to(found, like.shape())
        })
        .collect()
}

fn reduce(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let given = args.get("operands")?.clone();
    let single = given.elements().is_none();
    let as_list = |value: &Value| value.elements().unwrap_or_else(|| vec![value.clone()]);
    let mut xs = Vec::new();
    for value in as_list(&given) {
        xs.push(to_operand(interp, args, &value)?);
    }
    let mut inits = Vec::new();
    for (value, x) in as_list(&args.get("init_values")?.clone()).iter().zip(&xs) {
        let init = to_operand(interp, args, value)?;
        inits.push(interp.tracer.convert(&init, x.dtype())?);
    }
    let Some(first) = xs.first().filter(|_| xs.len() == inits.len()) else {
        return Err(Error::ty("reduce takes as many init_values as operands, at least one"));
    };
    let shape = first.shape().to_vec();
    if xs.iter().any(|x| x.shape() != shape) {
        return Err(Error::ty("the operands of reduce must have the same shapes"));
    }
    let axes = axes(args, "dimensions", first.ty())?;
    let function = args.get("computation")?.clone();
    let kept: Vec<usize> = (0..shape.len()).filter(|d| !axes.contains(d)).map(|d| shape[d]).collect();
    let reduced = match if single { computation(interp, &function, first.dtype())? } else { None } {
        Some(monoid) => vec![interp.tracer.build1(&[first], |b, v| b.reduce(monoid, v[0], &axes))?],
        None => halves(interp, &function, single, &xs, &axes)?.unwrap_or_default(),
    };
    let inits = inits.iter().map(|init| interp.tracer.broadcast_to(init, &kept)).collect::<Result<Vec<_>>>()?;
    let results = if reduced.is_empty() { inits } else { combine(interp, &function, single, &inits, &reduced)? };
    let mut results = results.into_iter().map(Value::Tensor);
    Ok(if single { results.next().unwrap_or(Value::None) } else { Value::tuple(results.collect::<Vec<_>>()) })
}

/// Reduces by combining halves until one is left; `None` if there are no elements.
fn halves(
    interp: &mut Interp,
    function: &Value,
    single: bool,
    xs: &[Tensor],
    axes: &[usize],
) -> Result<Option<Vec<Tensor>>> {
    // The reduced dimensions become one, the first.
    let order =
        |rank: usize| -> Vec<usize> { axes.iter().copied().chain((0..rank).filter(|d| !axes.contains(d))).collect() };
    let mut parts = Vec::new();
    for x in xs {
        let moved = interp.tracer.transpose(x, &order(x.rank()))?;
        let count = axes.iter().map(|&d| x.shape()[d]).product();
        let shape: Vec<usize> = std::iter::once(count).chain(moved.shape()[axes.len()..].iter().copied()).collect();
        parts.push(interp.tracer.reshape(&moved, &shape)?);
    }
    let mut count = parts.first().map_or(0, |x| x.shape()[0]);
    if count == 0 {
        return Ok(None);
    }
    while count > 1 {
        let half = count / 2;
        let cut = |interp: &mut Interp, from: usize, to: usize, parts: &[Tensor]| -> Result<Vec<Tensor>> {
            parts.iter().map(|x| interp.tracer.slice_axis(x, 0, from, to)).collect()
        };
        let (low, high) = (cut(interp, 0, half, &parts)?, cut(interp, half, 2 * half, &parts)?);
        let rest = cut(interp, 2 * half, count, &parts)?;
        let joined = combine(interp, function, single, &low, &high)?;
        parts = joined
            .iter()
            .zip(&rest)
            .map(|(x, rest)| match rest.shape()[0] {
                0 => Ok(x.clone()),
                _ => interp.tracer.concatenate(&[x.clone(), rest.clone()], 0),
            })
            .collect::<Result<_>>()?;
        count = half + count % 2;
    }
    parts.iter().map(|x| interp.tracer.squeeze(x, &[0])).collect::<Result<Vec<_>>>().map(Some)
}

/// Padding as pairs, or by rule: `SAME`, `SAME_LOWER` or `VALID`. Sizes are those of the dimensions, of the
/// dilated windows, and the strides.
pub(super) fn padding(args: &Bound, sizes: &[usize], windows: &[usize], strides: &[usize]) -> Result<Vec<(i64, i64)>> {
    let value = args.get("padding")?;
    if let Value::Str(rule) = value {
        let rule = rule.to_uppercase();
        if !["SAME", "SAME_LOWER", "VALID"].contains(&rule.as_str()) {
            return Err(args.invalid("padding", "\"SAME\", \"SAME_LOWER\", \"VALID\" or a sequence of pairs"));
        }
        let rows = sizes.iter().zip(windows).zip(strides);
        return Ok(rows
            .map(|((&n, &k), &s)| {
                if rule == "VALID" || s == 0 {
                    return (0, 0);
                }
                let total = ((n.div_ceil(s) as i64 - 1) * s as i64 + k as i64 - n as i64).max(0);
                if rule == "SAME" { (total / 2, total - total / 2) } else { (total - total / 2, total / 2) }
            })
            .collect());
    }
    let pairs = value.elements().unwrap_or_default();
    let pairs: Option<Vec<(i64, i64)>> = pairs
        .iter()
        .map(|pair| match integers(pair)?.as_slice() {
            &[low, high] => Some((low, high)),
            _ => None,
        })
        .collect();
    let pairs = pairs.filter(|pairs| pairs.len() == sizes.len());
    pairs.ok_or_else(|| args.invalid("padding", &format!("a string or a sequence of {} pairs", sizes.len())))
}

fn reduce_window(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let (x, init) = (operand(interp, args, "operand")?, operand(interp, args, "init_value")?);
    let rank = x.rank();
    let ones = || vec![1; rank];
    let window = sizes(args, "window_dimensions")?;
    let strides = some_sizes(args, "window_strides")?.unwrap_or_else(ones);
    let base_dilation = some_sizes(args, "base_dilation")?.unwrap_or_else(ones);
    let window_dilation = some_sizes(args, "window_dilation")?.unwrap_or_else(ones);
    if [&window, &strides, &base_dilation, &window_dilation].iter().any(|list| list.len() != rank) {
        return Err(raise(
            "ValueError",
            format!(
                "reduce_window needs one window size, stride and dilation per dimension of {}",
                tuple_text(x.shape())
            ),
        ));
    }
    let dilated: Vec<usize> = window.iter().zip(&window_dilation).map(|(&k, &d)| k.saturating_sub(1) * d + 1).collect();
    let sizes: Vec<usize> =
        x.shape().iter().zip(&base_dilation).map(|(&n, &d)| n.saturating_sub(1) * d + n.min(1)).collect();
    let padding = padding(args, &sizes, &dilated, &strides)?;
    let function = args.get("computation")?.clone();
    let Some(monoid) = computation(interp, &function, x.dtype())? else {
        return Err(Error::unsupported(
            "reduce_window with a computation other than a sum, product, maximum, minimum or logical operation",
        )
        .help("pass lax.add, lax.mul, lax.max, lax.min, lax.bitwise_and, lax.bitwise_or or lax.bitwise_xor"));
    };
    let window = Window { size: window, strides, padding, base_dilation, window_dilation };
    let found = apply(interp, std::slice::from_ref(&x), |b, v| b.reduce_window(monoid, v[0], window))?;
    let init = interp.tracer.convert(&init, x.dtype())?;
    let init = interp.tracer.broadcast_to(&init, found.shape())?;
    combine(interp, &function, true, &[init], &[found]).map(|y| y.into_iter().next().map_or(Value::None, Value::Tensor))
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
    "reduce" [(operands) (init_values) (computation) (dimensions) (out_sharding = Default::None)] "Combined by any associative function." => reduce;
    "reduce_window" [(operand) (init_value) (computation) (window_dimensions) (window_strides) (padding) (base_dilation = Default::None) (window_dilation = Default::None)]
        "The elements of sliding windows combined." => reduce_window;
};
