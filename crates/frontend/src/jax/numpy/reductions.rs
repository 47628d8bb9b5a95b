//! Along axes.

use keramos_ir::ops::Monoid;
use keramos_ir::{DType, as_tuple};

use crate::error::{Error, Result};
use crate::jax::arguments::{Call, FALSE, NONE, TRUE, int, tensor_functions};
use crate::library::{Default, FunctionDecl};
use crate::ops::{QUANTILE_METHODS, Reduce, Reduction, is_inexact};
use crate::trace::{Tensor, Tracer};

/// The reductions of `jax.numpy`; `keras.ops` has them with fewer arguments.
pub(crate) static FUNCTIONS: &[&FunctionDecl] = tensor_functions! {
    "sum": [(a) (axis = NONE) (dtype = NONE) (out = NONE) (keepdims = FALSE) (initial = NONE) (where = NONE) (promote_integers = TRUE)]
        "The sum." => |c| reduce(c, "a", Reduction::Sum);
    "prod": [(a) (axis = NONE) (dtype = NONE) (out = NONE) (keepdims = FALSE) (initial = NONE) (where = NONE) (promote_integers = TRUE)]
        "The product." => |c| reduce(c, "a", Reduction::Prod);
    "max" | "amax": [(a) (axis = NONE) (out = NONE) (keepdims = FALSE) (initial = NONE) (where = NONE)]
        "The largest element." => |c| reduce(c, "a", Reduction::Max);
    "min" | "amin": [(a) (axis = NONE) (out = NONE) (keepdims = FALSE) (initial = NONE) (where = NONE)]
        "The smallest element." => |c| reduce(c, "a", Reduction::Min);
    "all": [(a) (axis = NONE) (out = NONE) (keepdims = FALSE) (where = NONE)] "Whether all are true." => |c| reduce(c, "a", Reduction::All);
    "any": [(a) (axis = NONE) (out = NONE) (keepdims = FALSE) (where = NONE)] "Whether any is true." => |c| reduce(c, "a", Reduction::Any);
    "mean": [(a) (axis = NONE) (dtype = NONE) (out = NONE) (keepdims = FALSE) (where = NONE)] "The mean." => |c| {
        with(c, "a", |t, x, how| t.mean_of(x, how))
    };
    "var": [(a) (axis = NONE) (dtype = NONE) (out = NONE) (ddof = int(0)) (keepdims = FALSE) (where = NONE) (mean = NONE) (correction = NONE)]
        "The variance." => |c| spread(c, false);
    "std": [(a) (axis = NONE) (dtype = NONE) (out = NONE) (ddof = int(0)) (keepdims = FALSE) (where = NONE) (mean = NONE) (correction = NONE)]
        "The standard deviation." => |c| spread(c, true);
    "ptp": [(a) (axis = NONE) (out = NONE) (keepdims = FALSE)] "The largest less the smallest element." => |c| peak_to_peak(c, "a");
    "average": [(a) (axis = NONE) (weights = NONE) (returned = FALSE) (keepdims = FALSE)] "The mean, weighted if weights are given." => average;
    "count_nonzero": [(a) (axis = NONE) (keepdims = FALSE)] "How many are not zero." => |c| count_nonzero(c, "a");
    "argmax": [(a) (axis = NONE) (out = NONE) (keepdims = NONE)] "Where the largest is." => |c| arg(c, "a", false);
    "argmin": [(a) (axis = NONE) (out = NONE) (keepdims = NONE)] "Where the smallest is." => |c| arg(c, "a", true);
    "nanargmax": [(a) (axis = NONE) (out = NONE) (keepdims = NONE)] "Where the largest number is." => |c| nan_arg(c, "a", false);
    "nanargmin": [(a) (axis = NONE) (out = NONE) (keepdims = NONE)] "Where the smallest number is." => |c| nan_arg(c, "a", true);
    "nansum": [(a) (axis = NONE) (dtype = NONE) (out = NONE) (keepdims = FALSE) (initial = NONE) (where = NONE)]
        "The sum of the numbers." => |c| nan_reduce(c, "a", Reduction::Sum);
    "nanprod": [(a) (axis = NONE) (dtype = NONE) (out = NONE) (keepdims = FALSE) (initial = NONE) (where = NONE)]
        "The product of the numbers." => |c| nan_reduce(c, "a", Reduction::Prod);
    "nanmax": [(a) (axis = NONE) (out = NONE) (keepdims = FALSE) (initial = NONE) (where = NONE)]
        "The largest number." => |c| nan_reduce(c, "a", Reduction::Max);
    "nanmin": [(a) (axis = NONE) (out = NONE) (keepdims = FALSE) (initial = NONE) (where = NONE)]
        "The smallest number." => |c| nan_reduce(c, "a", Reduction::Min);
    "nanmean": [(a) (axis = NONE) (dtype = NONE) (out = NONE) (keepdims = FALSE) (where = NONE)] "The mean of the numbers." => |c| nan_mean(c, "a");
    "nanvar": [(a) (axis = NONE) (dtype = NONE) (out = NONE) (ddof = int(0)) (keepdims = FALSE) (where = NONE)]
        "The variance of the numbers." => |c| nan_spread(c, "a", false);
    "nanstd": [(a) (axis = NONE) (dtype = NONE) (out = NONE) (ddof = int(0)) (keepdims = FALSE) (where = NONE)]
        "The standard deviation of the numbers." => |c| nan_spread(c, "a", true);
    "median": [(a) (axis = NONE) (out = NONE) (overwrite_input = FALSE) (keepdims = FALSE)] "The middle element." => |c| median(c, "a", false);
    "nanmedian": [(a) (axis = NONE) (out = NONE) (overwrite_input = FALSE) (keepdims = FALSE)] "The middle number." => |c| median(c, "a", true);
    "quantile": [(a) (q) (axis = NONE) (out = NONE) (overwrite_input = FALSE) (method = Default::Str("linear")) (keepdims = FALSE)]
        "Quantiles." => |c| quantile(c, "a", 1.0, false);
    "nanquantile": [(a) (q) (axis = NONE) (out = NONE) (overwrite_input = FALSE) (method = Default::Str("linear")) (keepdims = FALSE)]
        "Quantiles of the numbers." => |c| quantile(c, "a", 1.0, true);
    "percentile": [(a) (q) (axis = NONE) (out = NONE) (overwrite_input = FALSE) (method = Default::Str("linear")) (keepdims = FALSE)]
        "Quantiles in hundredths." => |c| quantile(c, "a", 100.0, false);
    "nanpercentile": [(a) (q) (axis = NONE) (out = NONE) (overwrite_input = FALSE) (method = Default::Str("linear")) (keepdims = FALSE)]
        "Quantiles of the numbers in hundredths." => |c| quantile(c, "a", 100.0, true);
    "cumsum": [(a) (axis = NONE) (dtype = NONE) (out = NONE)] "Running sums." => |c| cumulative(c, "a", Monoid::Sum, false);
    "cumprod": [(a) (axis = NONE) (dtype = NONE) (out = NONE)] "Running products." => |c| cumulative(c, "a", Monoid::Prod, false);
    "nancumsum": [(a) (axis = NONE) (dtype = NONE) (out = NONE)] "Running sums of the numbers." => |c| cumulative(c, "a", Monoid::Sum, true);
    "nancumprod": [(a) (axis = NONE) (dtype = NONE) (out = NONE)] "Running products of the numbers." => |c| cumulative(c, "a", Monoid::Prod, true);
    "cumulative_sum": [(x) (axis = NONE) (dtype = NONE) (include_initial = FALSE)] "Running sums, from 0 if asked." => |c| from_initial(c, Monoid::Sum);
    "cumulative_prod": [(x) (axis = NONE) (dtype = NONE) (include_initial = FALSE)] "Running products, from 1 if asked." => |c| from_initial(c, Monoid::Prod);
    "trapezoid": [(y) (x = NONE) (dx = Default::Float(1.0)) (axis = int(-1))] "The integral by the trapezoidal rule." => trapezoid;
    "diff": [(a) (n = int(1)) (axis = int(-1)) (prepend = NONE) (append = NONE)] "Differences of neighbours." => |c| diff(c, "a");
    "ediff1d": [(ary) (to_end = NONE) (to_begin = NONE)] "Differences of neighbours in the flattened tensor." => ediff1d;
    "gradient": [(f) (*varargs) (axis = NONE) (edge_order = NONE)] "Central differences." => gradient;
};

/// Runs `f` with what the arguments say about a reduction.
pub(crate) fn with(
    c: &mut Call<'_>,
    name: &str,
    f: impl Fn(&mut Tracer, &Tensor, &Reduce<'_>) -> Result<Tensor>,
) -> Result<Tensor> {
    let x = c.tensor(name)?;
    let axes = c.axes(x.rank())?;
    let keepdims = c.flag("keepdims")?;
    let dtype = if c.args.has("dtype") { c.dtype("dtype")? } else { None };
    let mask = if c.args.has("where") { c.optional("where")? } else { None };
    let initial = if c.args.has("initial") { c.optional("initial")? } else { None };
    if let Some(mask) = &mask
        && mask.dtype() != DType::Bool
    {
        return Err(Error::ty(format!("`where` must hold truth values, found {}", mask.ty())));
    }
    if c.args.has("out") {
        c.refuse("out")?;
    }
    let how = Reduce { axes: &axes, keepdims, dtype, mask: mask.as_ref(), initial: initial.as_ref() };
    f(c.t(), &x, &how)
}

/// A plain reduction.
pub(crate) fn reduce(c: &mut Call<'_>, name: &str, kind: Reduction) -> Result<Tensor> {
    let promote = !c.args.has("promote_integers") || c.flag("promote_integers")?;
    with(c, name, |t, x, how| {
        let dtype = how.dtype.or_else(|| (!promote).then_some(x.dtype()));
        t.reduction(kind, x, &Reduce { dtype, ..*how })
    })
}

/// `ptp` of either library.
pub(crate) fn peak_to_peak(c: &mut Call<'_>, name: &str) -> Result<Tensor> {
    with(c, name, |t, x, how| {
        let (max, min) = (t.reduction(Reduction::Max, x, how)?, t.reduction(Reduction::Min, x, how)?);
        t.sub(&max, &min)
    })
}

fn spread(c: &mut Call<'_>, root: bool) -> Result<Tensor> {
    let correction = match c.optional("correction")? {
        Some(correction) => correction,
        None => c.tensor("ddof")?,
    };
    let mean = c.optional("mean")?;
    with(c, "a", |t, x, how| {
        let variance = t.variance(x, how, mean.as_ref(), &correction)?;
        if root { t.sqrt(&variance) } else { Ok(variance) }
    })
}

fn average(c: &mut Call<'_>) -> Result<crate::value::Value> {
    use crate::jax::arguments::IntoValue;
    let returned = c.flag("returned")?;
    let [mean, total] = weighted(c, "a")?;
    Ok(if returned { [mean, total].into_value() } else { mean.into_value() })
}

/// The weighted mean of either library, and the sum of weights.
pub(crate) fn weighted(c: &mut Call<'_>, name: &str) -> Result<[Tensor; 2]> {
    let keepdims = c.args.has("keepdims") && c.flag("keepdims")?;
    let x = c.tensor(name)?;
    let Some(weights) = c.optional("weights")? else {
        let axes = c.axes(x.rank())?;
        let mean = c.t().mean(&x, &axes, keepdims)?;
        let count: usize = axes.iter().map(|&d| x.shape()[d]).product();
        let count = c.t().full(mean.ty(), count as f64)?;
        return Ok([mean, count]);
    };
    let axis = match c.some("axis")? {
        None => None,
        Some(_) => Some(c.axis("axis", x.rank())?),
    };
    let [mean, total] = c.t().average(&x, axis, &weights, keepdims)?;
    let total = c.t().broadcast_to(&total, mean.shape())?;
    Ok([mean, total])
}

/// `count_nonzero` of either library.
pub(crate) fn count_nonzero(c: &mut Call<'_>, name: &str) -> Result<Tensor> {
    let keepdims = c.args.has("keepdims") && c.flag("keepdims")?;
    let x = c.tensor(name)?;
    let axes = c.axes(x.rank())?;
    let found = c.t().to_bool(&x)?;
    c.t().sum(&found, &axes, keepdims)
}

/// `argmax` and `argmin` of either library.
pub(crate) fn arg(c: &mut Call<'_>, name: &str, smallest: bool) -> Result<Tensor> {
    let x = c.tensor(name)?;
    arg_of(c, &x, smallest)
}

fn arg_of(c: &mut Call<'_>, x: &Tensor, smallest: bool) -> Result<Tensor> {
    let keepdims = matches!(c.value("keepdims")?, crate::value::Value::Bool(true));
    let (flat, axis) = c.along(x)?;
    if flat.shape().get(axis) == Some(&0) {
        return Err(Error::shape("there is no largest or smallest element of nothing"));
    }
    let all = c.some("axis")?.is_none();
    let t = c.t();
    let found = if smallest { t.argmin(&flat, axis)? } else { t.argmax(&flat, axis)? };
    match (keepdims, all) {
        (false, _) => Ok(found),
        (true, false) => t.expand_dims(&found, &[axis]),
        (true, true) => t.reshape(&found, &vec![1; x.rank()]),
    }
}

/// `nanargmax` and `nanargmin`: −1 where all are NaN.
pub(crate) fn nan_arg(c: &mut Call<'_>, name: &str, smallest: bool) -> Result<Tensor> {
    let x = c.tensor(name)?;
    let out = if smallest { f64::INFINITY } else { f64::NEG_INFINITY };
    if !is_inexact(x.dtype()) {
        return arg_of(c, &x, smallest);
    }
    let nan = c.t().isnan(&x)?;
    let tamed = c.t().compute([&nan, &x], |[nan, x]| nan.select(out, x))?;
    let found = arg_of(c, &tamed, smallest)?;
    let keepdims = found.rank() == x.rank() && x.rank() > 0;
    let axes = c.axes(x.rank())?;
    let none = c.t().all(&nan, &axes, keepdims)?;
    c.t().compute([&none, &found], |[none, found]| none.select(-1, found))
}

/// Reductions that leave NaN out.
pub(crate) fn nan_reduce(c: &mut Call<'_>, name: &str, kind: Reduction) -> Result<Tensor> {
    with(c, name, |t, x, how| {
        if !is_inexact(x.dtype()) {
            return t.reduction(kind, x, how);
        }
        let nan = t.isnan(x)?;
        let neutral = match kind {
            Reduction::Prod => 1.0,
            Reduction::Max => f64::NEG_INFINITY,
            Reduction::Min => f64::INFINITY,
            _ => 0.0,
        };
        let tamed = t.compute([&nan, x], |[nan, x]| nan.select(neutral, x))?;
        let y = t.reduction(kind, &tamed, how)?;
        if matches!(kind, Reduction::Sum | Reduction::Prod) || how.initial.is_some() {
            return Ok(y);
        }
        let none = t.all(&nan, how.axes, how.keepdims)?;
        t.compute([&none, &y], |[none, y]| none.select(f64::NAN, y))
    })
}

/// `nanmean` of either library.
pub(crate) fn nan_mean(c: &mut Call<'_>, name: &str) -> Result<Tensor> {
    with(c, name, |t, x, how| t.mean_of_numbers(x, how))
}

/// `nanvar` and `nanstd` of either library.
pub(crate) fn nan_spread(c: &mut Call<'_>, name: &str, root: bool) -> Result<Tensor> {
    let correction = if c.args.has("ddof") { c.tensor("ddof")? } else { c.t().literal(0)? };
    with(c, name, |t, x, how| {
        let x = if is_inexact(x.dtype()) { x.clone() } else { t.to_float(x)? };
        let present = numbers(t, &x, how)?;
        let how = Reduce { mask: Some(&present), ..*how };
        let variance = t.variance(&x, &how, None, &correction)?;
        let count =
            t.reduction(Reduction::Sum, &present, &Reduce { mask: None, dtype: Some(variance.dtype()), ..how })?;
        let variance = t.compute([&variance, &count, &correction], |[variance, count, correction]| {
            (count - correction).le(0.0).select(f64::NAN, variance)
        })?;
        if root { t.sqrt(&variance) } else { Ok(variance) }
    })
}

/// Which elements count and are not NaN.
fn numbers(t: &mut Tracer, x: &Tensor, how: &Reduce<'_>) -> Result<Tensor> {
    let nan = t.isnan(x)?;
    let present = t.not(&nan)?;
    match how.mask {
        None => Ok(present),
        Some(mask) => t.and(&present, mask),
    }
}

impl Tracer {
    /// The mean of the elements that are not NaN.
    fn mean_of_numbers(&mut self, x: &Tensor, how: &Reduce<'_>) -> Result<Tensor> {
        let present = numbers(self, x, how)?;
        self.mean_of(x, &Reduce { mask: Some(&present), ..*how })
    }
}

/// `median` and `nanmedian` of either library.
pub(crate) fn median(c: &mut Call<'_>, name: &str, skip: bool) -> Result<Tensor> {
    let half = c.t().literal(0.5)?;
    with(c, name, |t, x, how| t.quantile(x, &half, how.axes, "midpoint", skip, how.keepdims))
}

/// `quantile`, `percentile` and their NaN-ignoring variants of either library.
pub(crate) fn quantile(c: &mut Call<'_>, name: &str, whole: f64, skip: bool) -> Result<Tensor> {
    let q = c.tensor("q")?;
    let method = c.args.one_of("method", QUANTILE_METHODS)?;
    with(c, name, |t, x, how| {
        let float = if is_inexact(x.dtype()) { x.dtype() } else { t.default_float() };
        let q = t.convert(&q, float)?;
        let q = if whole == 1.0 { q } else { t.div_scalar(&q, whole)? };
        t.quantile(x, &q, how.axes, method, skip, how.keepdims)
    })
}

/// Running sums and products of either library.
pub(crate) fn cumulative(c: &mut Call<'_>, name: &str, monoid: Monoid, skip: bool) -> Result<Tensor> {
    let mut x = c.tensor(name)?;
    let dtype = if c.args.has("dtype") { c.dtype("dtype")? } else { None };
    if skip && is_inexact(x.dtype()) {
        let neutral = if monoid == Monoid::Prod { 1.0 } else { 0.0 };
        x = c.t().compute([&x], |[x]| x.is_nan().select(neutral, x))?;
    }
    let (x, axis) = c.along(&x)?;
    c.t().running(&x, axis, monoid, dtype)
}

fn from_initial(c: &mut Call<'_>, monoid: Monoid) -> Result<Tensor> {
    let x = c.tensor("x")?;
    let dtype = c.dtype("dtype")?;
    if c.some("axis")?.is_none() && x.rank() != 1 {
        return Err(Error::argument(format!("`axis` must be given for a tensor of rank {}", x.rank())));
    }
    let (x, axis) = c.along(&x)?;
    let y = c.t().running(&x, axis, monoid, dtype)?;
    if !c.flag("include_initial")? {
        return Ok(y);
    }
    let mut shape = y.shape().to_vec();
    shape[axis] = 1;
    let first = if monoid == Monoid::Prod { 1.0 } else { 0.0 };
    let first = c.t().full(&keramos_ir::TensorType::new(y.dtype(), shape), first)?;
    c.t().concatenate(&[first, y], axis)
}

/// `trapezoid` of either library.
pub(crate) fn trapezoid(c: &mut Call<'_>) -> Result<Tensor> {
    let (y, x, dx) = (c.tensor("y")?, c.optional("x")?, c.tensor("dx")?);
    let axis = c.axis("axis", y.rank())?;
    let t = c.t();
    let y = t.to_float(&y)?;
    let y = t.move_axis(&y, axis, y.rank() - 1)?;
    let last = y.rank() - 1;
    let n = y.shape()[last];
    let neighbours = |t: &mut Tracer, x: &Tensor, axis: usize| -> Result<(Tensor, Tensor)> {
        let n = x.shape()[axis];
        Ok((t.slice_axis(x, axis, 0, n.saturating_sub(1))?, t.slice_axis(x, axis, n.min(1), n)?))
    };
    let (left, right) = neighbours(t, &y, last)?;
    let widths = match x {
        None => dx,
        Some(x) => {
            let x = if x.rank() == y.rank() && x.rank() > 1 { t.move_axis(&x, axis, last)? } else { x };
            if x.rank() == 0 || x.shape()[x.rank() - 1] != n {
                return Err(Error::shape(format!(
                    "{n} values need as many places, found shape {}",
                    as_tuple(x.shape())
                )));
            }
            let (from, to) = neighbours(t, &x, x.rank() - 1)?;
            t.sub(&to, &from)?
        }
    };
    let areas = t.compute([&left, &right, &widths], |[left, right, widths]| widths * (left + right))?;
    let sum = t.sum(&areas, &[last], false)?;
    t.mul_scalar(&sum, 0.5)
}

/// `diff` of either library.
pub(crate) fn diff(c: &mut Call<'_>, name: &str) -> Result<Tensor> {
    let x = c.tensor(name)?;
    let (n, axis) = (c.size("n")?, c.axis("axis", x.rank())?);
    let mut edges = [None, None];
    for (slot, name) in edges.iter_mut().zip(["prepend", "append"]) {
        if c.args.has(name)
            && let Some(edge) = c.optional(name)?
        {
            let mut shape = x.shape().to_vec();
            shape[axis] = 1;
            *slot = Some(if edge.rank() == 0 { c.t().broadcast_to(&edge, &shape)? } else { edge });
        }
    }
    let [before, after] = edges;
    let parts: Vec<Tensor> = before.into_iter().chain([x]).chain(after).collect();
    let t = c.t();
    let mut x = if parts.len() == 1 { parts[0].clone() } else { t.concatenate(&parts, axis)? };
    for _ in 0..n {
        let length = x.shape()[axis];
        let from = t.slice_axis(&x, axis, 0, length.saturating_sub(1))?;
        let to = t.slice_axis(&x, axis, length.min(1), length)?;
        x = if x.dtype() == DType::Bool { t.ne(&to, &from)? } else { t.sub(&to, &from)? };
    }
    Ok(x)
}

fn ediff1d(c: &mut Call<'_>) -> Result<Tensor> {
    let x = c.tensor("ary")?;
    let flat = c.t().reshape_infer(&x, &[-1])?;
    let n = flat.shape()[0];
    let (from, to) = (c.t().slice_axis(&flat, 0, 0, n.saturating_sub(1))?, c.t().slice_axis(&flat, 0, n.min(1), n)?);
    let steps = c.t().sub(&to, &from)?;
    let mut parts = Vec::new();
    for (name, at) in [("to_begin", 0), ("", 1), ("to_end", 2)] {
        if at == 1 {
            parts.push(steps.clone());
        } else if let Some(edge) = c.optional(name)? {
            let edge = c.t().convert(&edge, flat.dtype())?;
            parts.push(c.t().reshape_infer(&edge, &[-1])?);
        }
    }
    c.t().concatenate(&parts, 0)
}

/// The slopes along an axis whose places are given one by one.
fn gradient_at_places(c: &mut Call<'_>, x: &Tensor, axis: usize, places: &Tensor) -> Result<Tensor> {
    let n = x.shape()[axis];
    if places.shape() != [n] {
        return Err(Error::shape(format!(
            "a gradient along an axis of size {n} needs as many places, found shape {}",
            keramos_ir::as_tuple(places.shape())
        )));
    }
    let t = c.t();
    let mut column = vec![1; x.rank()];
    column[axis] = n;
    let places = t.reshape(places, &column)?;
    let places = t.convert(&places, x.dtype())?;
    let mut differences = |of: &Tensor| -> Result<Tensor> {
        let (before, after) = (t.slice_axis(of, axis, 0, n - 1)?, t.slice_axis(of, axis, 1, n)?);
        t.sub(&after, &before)
    };
    let (rises, widths) = (differences(x)?, differences(&places)?);
    let slopes = t.div(&rises, &widths)?;
    let first = t.slice_axis(&slopes, axis, 0, 1)?;
    let last = t.slice_axis(&slopes, axis, n - 2, n - 1)?;
    // Inside, the slopes on both sides, each with the weight of the other side's width.
    let (left, right) = (t.slice_axis(&slopes, axis, 0, n - 2)?, t.slice_axis(&slopes, axis, 1, n - 1)?);
    let (before, after) = (t.slice_axis(&widths, axis, 0, n - 2)?, t.slice_axis(&widths, axis, 1, n - 1)?);
    let inner = t.compute([&left, &right, &before, &after], |[left, right, before, after]| {
        (left * after + right * before) / (before + after)
    })?;
    t.concatenate(&[first, inner, last], axis)
}

fn gradient(c: &mut Call<'_>) -> Result<crate::value::Value> {
    use crate::jax::arguments::IntoValue;
    c.refuse("edge_order")?;
    let x = c.tensor("f")?;
    let x = c.t().to_float(&x)?;
    let axes = c.axes(x.rank())?;
    let spacing = c.tensors("varargs")?;
    if !(spacing.len() <= 1 || spacing.len() == axes.len()) {
        return Err(Error::argument(format!("{} spacings for {} axes", spacing.len(), axes.len())));
    }
    let mut results = Vec::new();
    for (at, &axis) in axes.iter().enumerate() {
        let n = x.shape()[axis];
        if n < 2 {
            return Err(Error::shape(format!("a gradient needs at least 2 elements along axis {axis}, found {n}")));
        }
        let one = c.t().literal(1.0)?;
        let step = spacing.get(at).or(spacing.first()).cloned().unwrap_or(one);
        if step.rank() > 0 {
            let slopes = gradient_at_places(c, &x, axis, &step)?;
            results.push(slopes);
            continue;
        }
        let t = c.t();
        let mut part = |from: usize, to: usize| t.slice_axis(&x, axis, from, to);
        let (head, second, tail, before) = (part(0, 1)?, part(1, 2)?, part(n - 1, n)?, part(n - 2, n - 1)?);
        let (left, right) = (part(0, n - 2)?, part(2, n)?);
        let inner = t.compute([&left, &right], |[a, b]| (b - a) * 0.5)?;
        let (first, last) = (t.sub(&second, &head)?, t.sub(&tail, &before)?);
        let slopes = t.concatenate(&[first, inner, last], axis)?;
        results.push(t.div(&slopes, &step)?);
    }
    Ok(match results.as_slice() {
        [only] => only.clone().into_value(),
        _ => results.into_value(),
    })
}
