//! Sorting and searching.

use keramos_ir::{Array, DType, TensorType, as_tuple};

use crate::error::{Error, Result};
use crate::jax::arguments::{Call, FALSE, NONE, TRUE, int, known, tensor_functions, to_tensor};
use crate::jax::numpy::sets;
use crate::library::{Default, FunctionDecl};
use crate::ops::{Domain, Part, is_inexact};
use crate::trace::Tensor;
use crate::value::Value;

/// Functions of `jax.numpy`; `keras.ops` has some of them with fewer arguments.
pub(crate) static FUNCTIONS: &[&FunctionDecl] = tensor_functions! {
    "sort": [(a) (axis = int(-1)) (kind = NONE) (order = NONE) (stable = TRUE) (descending = FALSE)] "In order along an axis." => |c| {
        let x = c.tensor("a")?;
        let descending = c.flag("descending")?;
        let (x, axis) = c.along(&x)?;
        c.t().sorted(&x, axis, descending)
    };
    "argsort": [(a) (axis = int(-1)) (kind = NONE) (order = NONE) (stable = TRUE) (descending = FALSE)] "The places that put a tensor in order." => |c| {
        let x = c.tensor("a")?;
        let descending = c.flag("descending")?;
        let (x, axis) = c.along(&x)?;
        c.t().argsort(&x, axis, descending)
    };
    "lexsort": [(keys) (axis = int(-1))] "The places that put rows in order by several keys, the last first." => |c| {
        let keys = c.some_tensors("keys")?;
        let axis = c.axis("axis", keys[0].rank())?;
        let places = c.t().iota(DType::I32, keys[0].shape(), axis)?;
        let operands: Vec<&Tensor> = keys.iter().rev().chain([&places]).collect();
        let sorted = c.t().sort_together(&operands, axis, keys.len())?;
        let order = sorted.last().cloned().unwrap_or(places);
        c.t().as_index(&order)
    };
    "partition": [(a) (kth) (axis = int(-1))] "With the k-th element where sorting would put it." => |c| {
        let x = c.tensor("a")?;
        let axis = c.axis("axis", x.rank())?;
        let kept = c.axis("kth", x.shape()[axis])? + 1;
        let sorted = c.t().sorted(&x, axis, false)?;
        let first = c.t().slice_axis(&sorted, axis, 0, kept)?;
        let rest = c.t().slice_axis(&sorted, axis, kept, x.shape()[axis])?;
        // The rest comes from the largest down.
        let rest = c.t().reverse(&rest, &[axis])?;
        c.t().concatenate(&[first, rest], axis)
    };
    "argpartition": [(a) (kth) (axis = int(-1))] "The places that put the k-th element where sorting would." => |c| argpartition(c, "a");
    "searchsorted": [(a) (v) (side = Default::Str("left")) (sorter = NONE) (method = Default::Str("scan"))] "Where values belong in a sorted row." => |c| {
        let (mut row, values, right) = (c.tensor("a")?, c.tensor("v")?, right(c)?);
        if let Some(order) = c.optional("sorter")? {
            row = c.t().index(&row, &[Part::Array(order)], keramos_ir::ops::OutOfBounds::Clip)?;
        }
        c.t().searchsorted(&row, &values, right)
    };
    "digitize": [(x) (bins) (right = FALSE) (method = NONE)] "The bin of each value." => |c| {
        let right = c.flag("right")?;
        digitize(c, right)
    };
    "nonzero": [(a) (size = NONE) (fill_value = NONE)] "The places that are not zero." => |c| nonzero(c, "a");
    "flatnonzero": [(a) (size = NONE) (fill_value = NONE)] "The flat places that are not zero." => |c| {
        let Value::Tuple(places) = nonzero_of(c, "a", true)? else { return Ok(Value::None) };
        Ok(places.first().cloned().unwrap_or(Value::None))
    };
    "argwhere": [(a) (size = NONE) (fill_value = NONE)] "The places that are not zero, one a row." => |c| {
        let x = c.tensor("a")?;
        if x.rank() == 0 {
            // The place of a number has no coordinates.
            let count = match c.optional_size("size")? {
                Some(size) => size,
                None => count_known(c, "a")?,
            };
            let int = c.t().default_int();
            return c.t().full(&TensorType::new(int, [count, 0]), 0.0);
        }
        let places = nonzero(c, "a")?.elements().unwrap_or_default();
        let rows: Vec<Tensor> = places.iter().map(|place| c.interp.to_tensor(place)).collect::<Result<_>>()?;
        c.t().stack(&rows, 1)
    };
    "extract": [(condition) (arr) (size = NONE) (fill_value = int(0))] "The elements where a condition holds." => |c| {
        let (x, condition) = (c.tensor("arr")?, c.tensor("condition")?);
        let n = condition.ty().size();
        let size = match c.optional_size("size")? {
            Some(size) => size,
            None => count_known(c, "condition")?,
        };
        let flat = c.t().reshape_infer(&x, &[-1])?;
        let places = c.t().places(&condition, size, n as f64)?;
        let found = c.t().index(&flat, &[Part::Array(places.clone())], keramos_ir::ops::OutOfBounds::Clip)?;
        let fill = c.tensor("fill_value")?;
        let fill = c.t().convert(&fill, x.dtype())?;
        c.t().compute([&places, &found, &fill], |[i, x, fill]| i.lt(n as i64).select(x, fill))
    };
    "compress": [(condition) (a) (axis = NONE) (size = NONE) (fill_value = int(0)) (out = NONE)] "The slices where a condition holds." => compress;
    "unique": [(ar) (return_index = FALSE) (return_inverse = FALSE) (return_counts = FALSE) (axis = NONE) (equal_nan = TRUE) (size = NONE) (fill_value = NONE) (sorted = TRUE)]
        "The different elements, in order." => |c| sets::unique(c, "ar");
    "isin": [(element) (test_elements) (assume_unique = FALSE) (invert = FALSE) (method = NONE)] "Whether each element is in a set." => |c| is_in(c, "element", "test_elements");
    "bincount": [(x) (weights = NONE) (minlength = int(0)) (length = NONE)] "How often each non-negative integer occurs." => bincount;
    "histogram_bin_edges": [(a) (bins = int(10)) (range = NONE) (weights = NONE)] "The edges of a histogram's bins." => |c| {
        let x = c.tensor("a")?;
        edges(c, &x)
    };
    "histogram": [(a) (bins = int(10)) (range = NONE) (weights = NONE) (density = NONE)] "How many elements each of a row of bins holds." => histogram;
    "interp": [(x) (xp) (fp) (left = NONE) (right = NONE) (period = NONE)] "Values between points on straight lines." => interpolate;
    "choose": [(a) (choices) (out = NONE) (mode = Default::Str("raise"))] "Elements of the choice that each index names." => |c| {
        let (index, choices) = (c.tensor("a")?, c.some_tensors("choices")?);
        let mode = c.args.one_of("mode", &["raise", "clip", "wrap"])?;
        let n = choices.len() as i64;
        let index = c.t().compute([&index], |[i]| {
            if mode == "wrap" { i.with(n, |t, x, y| t.remainder(x, y)) } else { i.max(0).min(n - 1) }
        })?;
        let mut found = choices[0].clone();
        for (at, choice) in choices.iter().enumerate().skip(1) {
            found = c.t().compute([&index, choice, &found], |[i, x, found]| i.eq(at as i32).select(x, found))?;
        }
        Ok(found)
    };
};

/// `compress`, as a function and as a method.
pub(super) fn compress(c: &mut Call<'_>) -> Result<Tensor> {
    let x = c.tensor("a")?;
    let size = match c.optional_size("size")? {
        Some(size) => size,
        None => count_known(c, "condition")?,
    };
    let condition = c.tensor("condition")?;
    let (x, axis) = c.along(&x)?;
    let places = c.t().places(&condition, size, x.shape()[axis] as f64)?;
    let whole = |d: usize| Part::Range { start: 0, step: 1, count: x.shape()[d] };
    let parts: Vec<Part> = (0..axis).map(whole).chain([Part::Array(places)]).collect();
    c.t().index(&x, &parts, keramos_ir::ops::OutOfBounds::Zero)
}

fn right(c: &Call<'_>) -> Result<bool> {
    Ok(c.args.one_of("side", &["left", "right"])? == "right")
}

/// `searchsorted` with other names of arguments.
pub(crate) fn search(c: &mut Call<'_>, row: &str, values: &str) -> Result<Tensor> {
    let (row, values, right) = (c.tensor(row)?, c.tensor(values)?, right(c)?);
    c.t().searchsorted(&row, &values, right)
}

/// `argpartition` of either library: the smallest first, then the rest as they stand.
pub(crate) fn argpartition(c: &mut Call<'_>, name: &str) -> Result<Tensor> {
    let x = c.tensor(name)?;
    let axis = c.axis("axis", x.rank())?;
    let kept = c.axis("kth", x.shape()[axis])? + 1;
    let places = c.t().argsort(&x, axis, false)?;
    let first = c.t().slice_axis(&places, axis, 0, kept)?;
    let rest = c.t().slice_axis(&places, axis, kept, x.shape()[axis])?;
    let rest = c.t().sorted(&rest, axis, false)?;
    c.t().concatenate(&[first, rest], axis)
}

/// `digitize` of either library.
pub(crate) fn digitize(c: &mut Call<'_>, right: bool) -> Result<Tensor> {
    let (x, bins) = (c.tensor("x")?, c.tensor("bins")?);
    let n = bins.shape().first().copied().unwrap_or(0);
    let t = c.t();
    let rising = t.searchsorted(&bins, &x, !right)?;
    if n < 2 {
        return Ok(rising);
    }
    // Falling bins are searched backwards.
    let backwards = t.reverse(&bins, &[0])?;
    let falling = t.searchsorted(&backwards, &x, !right)?;
    let (first, last) = (t.slice_axis(&bins, 0, 0, 1)?, t.slice_axis(&bins, 0, n - 1, n)?);
    let (first, last) = (t.squeeze(&first, &[0])?, t.squeeze(&last, &[0])?);
    t.compute([&first, &last, &rising, &falling], |[first, last, rising, falling]| {
        last.ge(first).select(rising, -falling + n as i64)
    })
}

/// How many elements of a condition known at compile time hold.
fn count_known(c: &mut Call<'_>, name: &str) -> Result<usize> {
    match c.known(name)? {
        Some(array) => Ok(truths(&array).into_iter().filter(|hit| *hit).count()),
        None => Err(needs_size(c)),
    }
}

pub(super) fn needs_size(c: &Call<'_>) -> Error {
    Error::argument(format!("how many results {}() has depends on data", c.args.function()))
        .note("shapes must be known when the program is compiled")
        .help("give `size=`, the number of results to keep")
}

fn truths(array: &Array) -> Vec<bool> {
    (0..array.ty().size())
        .map(|at| {
            let value = crate::interp::tensor::element(array, at);
            value.and_then(|v| crate::interp::operators::number::Number::of(&v)).is_some_and(|n| !n.is_zero())
        })
        .collect()
}

/// `nonzero` of either library: one row of places per dimension.
pub(crate) fn nonzero(c: &mut Call<'_>, name: &str) -> Result<Value> {
    nonzero_of(c, name, false)
}

fn nonzero_of(c: &mut Call<'_>, name: &str, flat: bool) -> Result<Value> {
    let x = c.tensor(name)?;
    let shape = if flat { vec![x.ty().size()] } else { x.shape().to_vec() };
    let size = if c.args.has("size") { c.optional_size("size")? } else { None };
    let size = match size {
        Some(size) => size,
        None => count_known(c, name)?,
    };
    let n = x.ty().size();
    let fill = if c.args.has("fill_value") { c.some("fill_value")? } else { None };
    let places = c.t().places(&x, size, n as f64)?;
    let found = c.t().compute([&places], |[i]| i.lt(n as i64))?;
    let mut rest = c.t().compute([&places], |[i]| i.min((n as i64 - 1).max(0)))?;
    let mut rows = Vec::new();
    for (dim, &length) in shape.iter().enumerate().rev() {
        let length = c.t().literal(length.max(1) as i64)?;
        let [quotient, place] = c.t().divmod(&rest, &length)?;
        let fill = match fill.as_ref().map(|fill| (fill.elements(), fill)) {
            None => c.t().literal(0)?,
            Some((Some(fills), _)) => c.interp.to_tensor(fills.get(dim).unwrap_or(&Value::None))?,
            Some((None, fill)) => c.interp.to_tensor(fill)?,
        };
        let fill = c.t().convert(&fill, place.dtype())?;
        rows.push(Value::Tensor(c.t().select(&found, &place, &fill)?));
        rest = quotient;
    }
    rows.reverse();
    Ok(Value::tuple(rows))
}

/// `isin` of either library.
pub(crate) fn is_in(c: &mut Call<'_>, name: &str, set: &str) -> Result<Tensor> {
    let (x, set, invert) = (c.tensor(name)?, c.tensor(set)?, c.flag("invert")?);
    let hit = c.t().is_in(&x, &set)?;
    if invert { c.t().not(&hit) } else { Ok(hit) }
}

/// `bincount` of either library.
pub(crate) fn bincount(c: &mut Call<'_>) -> Result<Tensor> {
    let (x, weights, least) = (c.tensor("x")?, c.optional("weights")?, c.size("minlength")?);
    if !x.dtype().is_int() {
        return Err(Error::argument(format!("bincount counts integers, found {}", x.ty())));
    }
    let length = if c.args.has("length") { c.optional_size("length")? } else { None };
    let length = match (length, known(&c.value("x")?)) {
        (Some(length), _) => length,
        (None, Some(array)) => {
            let values = crate::jax::arguments::integers(&Value::Array(array)).unwrap_or_default();
            let largest = values.into_iter().max().unwrap_or(-1);
            least.max(usize::try_from(largest + 1).unwrap_or(0))
        }
        (None, None) if c.args.has("length") => {
            return Err(Error::argument("the length of a bincount depends on data")
                .note("shapes must be known when the program is compiled")
                .help("give `length=`, the number of counts"));
        }
        (None, None) => least,
    };
    if x.rank() == 2 && !c.args.has("length") {
        // Keras counts each row by itself.
        let rows = (0..x.shape()[0]).map(|at| {
            let row = c.t().index(&x, &[Part::At(at as i64)], keramos_ir::ops::OutOfBounds::Promised)?;
            let weights = match &weights {
                Some(w) => Some(c.t().index(w, &[Part::At(at as i64)], keramos_ir::ops::OutOfBounds::Promised)?),
                None => None,
            };
            c.t().bincount(&row, weights.as_ref(), length)
        });
        let rows = rows.collect::<Result<Vec<_>>>()?;
        return c.t().stack(&rows, 0);
    }
    c.t().bincount(&x, weights.as_ref(), length)
}

/// The edges that `bins` and `range` name.
fn edges(c: &mut Call<'_>, x: &Tensor) -> Result<Tensor> {
    let (bins, range) = (c.value("bins")?, c.some("range")?);
    edges_of(c, x, &bins, range.as_ref())
}

/// The edges of so many bins over a range (or over all of `x`), or those given.
pub(super) fn edges_of(c: &mut Call<'_>, x: &Tensor, bins: &Value, range: Option<&Value>) -> Result<Tensor> {
    let float = if is_inexact(x.dtype()) { x.dtype() } else { c.t().default_float() };
    let Value::Int(bins) = bins else {
        let edges = to_tensor(c.interp, bins)?;
        return match edges.shape() {
            [n] if *n >= 2 => c.t().to_float(&edges),
            _ => Err(c.invalid("bins", "a positive integer, or a vector of at least two edges")),
        };
    };
    let bins = usize::try_from(*bins).ok().filter(|n| *n > 0).ok_or_else(|| c.invalid("bins", "a positive integer"))?;
    let (low, high) = match range {
        Some(range) => match range.elements().as_deref() {
            Some([low, high]) => (c.interp.to_tensor(low)?, c.interp.to_tensor(high)?),
            _ => return Err(c.invalid("range", "a pair of numbers")),
        },
        None => {
            let axes: Vec<usize> = (0..x.rank()).collect();
            (c.t().min(x, &axes, false)?, c.t().max(x, &axes, false)?)
        }
    };
    let t = c.t();
    let (low, high) = (t.convert(&low, float)?, t.convert(&high, float)?);
    let shares = t.tabulated(&[bins + 1], (0..=bins).map(|i| i as f64 / bins as f64), float)?;
    t.compute([&low, &high, &shares], |[low, high, s]| {
        let single = low.eq(high);
        let (low, high) = (single.select(low - 0.5, low), single.select(high + 0.5, high));
        let inner = low * (1.0 - s) + high * s;
        s.eq(1.0).select(high, inner)
    })
}

/// `histogram` of either library.
pub(crate) fn histogram(c: &mut Call<'_>) -> Result<(Tensor, Tensor)> {
    let x = c.tensor(if c.args.has("a") { "a" } else { "x" })?;
    let edges = edges(c, &x)?;
    let weights = if c.args.has("weights") { c.optional("weights")? } else { None };
    let density = c.args.has("density") && matches!(c.value("density")?, Value::Bool(true));
    let t = c.t();
    let flat = t.reshape_infer(&x, &[-1])?;
    let [flat, edges] = t.common(Domain::Float, [&flat, &edges])?;
    let bins = edges.shape()[0] - 1;
    let last = t.slice_axis(&edges, 0, bins, bins + 1)?;
    // The last bin holds its upper edge, too; what is outside falls out of bounds.
    let after = t.searchsorted(&edges, &flat, true)?;
    let places = t.compute([&after, &flat, &last], |[i, x, last]| {
        let place = x.eq(last).select(bins as i64 - 1, i - 1);
        place.lt(0).select(bins as i64, place)
    })?;
    let ones = match weights {
        Some(weights) => t.reshape_infer(&weights, &[-1])?,
        None => t.full(&TensorType::new(flat.dtype(), flat.shape()), 1.0)?,
    };
    let counts = t.bincount(&places, Some(&ones), bins)?;
    if !density {
        return Ok((counts, edges));
    }
    let (from, to) = (t.slice_axis(&edges, 0, 0, bins)?, t.slice_axis(&edges, 0, 1, bins + 1)?);
    let total = t.sum(&counts, &[0], false)?;
    let density = t.compute([&counts, &from, &to, &total], |[n, from, to, total]| n / (to - from) / total)?;
    Ok((density, edges))
}

fn interpolate(c: &mut Call<'_>) -> Result<Tensor> {
    let (x, xp, fp) = (c.tensor("x")?, c.tensor("xp")?, c.tensor("fp")?);
    let (left, right, period) = (c.optional("left")?, c.optional("right")?, c.optional("period")?);
    let t = c.t();
    let [mut x, mut xp] = t.common(Domain::Float, [&x, &xp])?;
    let mut fp = t.to_float(&fp)?;
    if let Some(period) = &period
        && let Some(last) = xp.shape().first().and_then(|n| n.checked_sub(1))
    {
        // The points of one period in order, with those before and after it at the ends.
        [x, xp] = [t.remainder(&x, period)?, t.remainder(&xp, period)?];
        let order = t.argsort(&xp, 0, false)?;
        let sorted = [Part::Array(order)];
        xp = t.index(&xp, &sorted, keramos_ir::ops::OutOfBounds::Clip)?;
        fp = t.index(&fp, &sorted, keramos_ir::ops::OutOfBounds::Clip)?;
        let mut ends = |table: &Tensor| -> Result<[Tensor; 2]> {
            Ok([t.slice_axis(table, 0, last, last + 1)?, t.slice_axis(table, 0, 0, 1)?])
        };
        let ([xp_last, xp_first], [fp_last, fp_first]) = (ends(&xp)?, ends(&fp)?);
        let (before, after) = (t.sub(&xp_last, period)?, t.add(&xp_first, period)?);
        xp = t.concatenate(&[before, xp, after], 0)?;
        fp = t.concatenate(&[fp_last, fp, fp_first], 0)?;
    }
    let n = xp.shape().first().copied().unwrap_or(0);
    if xp.rank() != 1 || fp.shape() != xp.shape() || n == 0 {
        return Err(Error::shape(format!(
            "points need one place and one value each: found shapes {} and {}",
            as_tuple(xp.shape()),
            as_tuple(fp.shape())
        )));
    }
    let after = t.searchsorted(&xp, &x, true)?;
    let after = t.compute([&after], |[i]| i.max(1).min((n as i64 - 1).max(1)))?;
    let before = t.compute([&after], |[i]| i - 1)?;
    let mut at = |table: &Tensor, places: &Tensor| {
        t.index(table, &[Part::Array(places.clone())], keramos_ir::ops::OutOfBounds::Clip)
    };
    let (x0, x1, y0, y1) = (at(&xp, &before)?, at(&xp, &after)?, at(&fp, &before)?, at(&fp, &after)?);
    let y = t.compute([&x, &x0, &x1, &y0, &y1], |[x, x0, x1, y0, y1]| {
        let width = x1 - x0;
        let flat = width.abs().le(0.0);
        let slope = (x - x0) / flat.select(1.0, width);
        flat.select(y0, y0 + slope * (y1 - y0))
    })?;
    let end = |t: &mut crate::trace::Tracer, table: &Tensor, at: usize| -> Result<Tensor> {
        let one = t.slice_axis(table, 0, at, at + 1)?;
        t.squeeze(&one, &[0])
    };
    let (low, high) = (end(t, &xp, 0)?, end(t, &xp, n - 1)?);
    let left = match left {
        Some(left) => left,
        None => end(t, &fp, 0)?,
    };
    let right = match right {
        Some(right) => right,
        None => end(t, &fp, n - 1)?,
    };
    t.compute([&x, &low, &high, &left, &right, &y], |[x, low, high, left, right, y]| {
        let y = x.lt(low).select(left, y);
        x.gt(high).select(right, y)
    })
}
