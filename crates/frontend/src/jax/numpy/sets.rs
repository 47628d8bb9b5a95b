//! Tensors as sets of their elements.

use keramos_ir::ops::OutOfBounds;
use keramos_ir::{DType, TensorType};

use crate::error::{Error, Result};
use crate::jax::arguments::{Call, FALSE, IntoValue, NONE, tensor_functions};
use crate::library::FunctionDecl;
use crate::modules::collections::named;
use crate::ops::Part;
use crate::trace::{Tensor, Tracer};
use crate::value::Value;

/// See the module.
pub(crate) static FUNCTIONS: &[&FunctionDecl] = tensor_functions! {
    "unique_all": [(x) (size = NONE) (fill_value = NONE)] "The different elements, their places, the inverse and the counts." => |c| several(c, &["indices", "inverse_indices", "counts"]);
    "unique_counts": [(x) (size = NONE) (fill_value = NONE)] "The different elements and how often each occurs." => |c| several(c, &["counts"]);
    "unique_inverse": [(x) (size = NONE) (fill_value = NONE)] "The different elements and which of them each element is." => |c| several(c, &["inverse_indices"]);
    "unique_values": [(x) (size = NONE) (fill_value = NONE)] "The different elements." => |c| several(c, &[]);
    "union1d": [(ar1) (ar2) (size = NONE) (fill_value = NONE)] "The elements of either set." => |c| {
        let ([x, y], fill) = (given(c)?, c.optional("fill_value")?);
        let size = c.count(&[&x, &y], |t, xs| {
            let both = both(t, &xs[0], &xs[1])?;
            let all = t.concatenate(&both, 0)?;
            distinct_count(t, &all, true)
        })?;
        let both = both(c.t(), &x, &y)?;
        let all = c.t().concatenate(&both, 0)?;
        let found = c.t().distinct(&all, true)?;
        c.t().distinct_values(&found, size, fill.as_ref())
    };
    "setdiff1d": [(ar1) (ar2) (assume_unique = FALSE) (size = NONE) (fill_value = NONE)] "The elements of the first set that the second lacks." => |c| {
        let [x, y] = given(c)?;
        let unique = c.flag("assume_unique")?;
        let size = c.count(&[&x, &y], |t, xs| {
            let [x, y] = flat(t, &xs[0], &xs[1])?;
            let (_, kept) = difference(t, &x, &y, unique)?;
            t.sum(&kept, &[0], false)
        })?;
        let [x, y] = flat(c.t(), &x, &y)?;
        let fill = match c.optional("fill_value")? {
            Some(fill) => fill,
            None => c.t().scalar(x.dtype(), 0.0)?,
        };
        let (values, kept) = difference(c.t(), &x, &y, unique)?;
        picked(c.t(), &values, &kept, size, Some(&fill))
    };
    "setxor1d": [(ar1) (ar2) (assume_unique = FALSE) (size = NONE) (fill_value = NONE)] "The elements of exactly one set." => |c| {
        let [x, y] = given(c)?;
        let unique = c.flag("assume_unique")?;
        let size = c.count(&[&x, &y], |t, xs| {
            let [x, y] = both(t, &xs[0], &xs[1])?;
            let merged = Merged::of(t, &x, &y, unique)?;
            let single = merged.single(t)?;
            t.sum(&single, &[0], false)
        })?;
        let fill = c.optional("fill_value")?;
        let t = c.t();
        let [x, y] = both(t, &x, &y)?;
        let merged = Merged::of(t, &x, &y, unique)?;
        let single = merged.single(t)?;
        picked(t, &merged.values, &single, size, fill.as_ref())
    };
    "intersect1d": [(ar1) (ar2) (assume_unique = FALSE) (return_indices = FALSE) (size = NONE) (fill_value = NONE)] "The elements of both sets." => |c| {
        let [x, y] = given(c)?;
        let unique = c.flag("assume_unique")?;
        let size = c.count(&[&x, &y], |t, xs| {
            let [x, y] = both(t, &xs[0], &xs[1])?;
            let merged = Merged::of(t, &x, &y, unique)?;
            let paired = merged.paired(t)?;
            t.sum(&paired, &[0], false)
        })?;
        let (fill, places) = (c.optional("fill_value")?, c.flag("return_indices")?);
        let t = c.t();
        let [x, y] = both(t, &x, &y)?;
        let merged = Merged::of(t, &x, &y, unique)?;
        let paired = merged.paired(t)?;
        let values = picked(t, &merged.values, &paired, size, fill.as_ref())?;
        if !places {
            return Ok(values.into_value());
        }
        let (n, m) = (x.ty().size(), y.ty().size());
        let (outside, far) = (t.literal(n as i64)?, t.literal(m as i64)?);
        let first = picked(t, &merged.order, &paired, size, Some(&outside))?;
        let next = t.rolled(&merged.order, -1, 0)?;
        let next = t.compute([&next], |[i]| i - n as i64)?;
        let second = picked(t, &next, &paired, size, Some(&far))?;
        Ok([values, first, second].into_value())
    };
};

/// Both arguments as they are.
fn given(c: &mut Call<'_>) -> Result<[Tensor; 2]> {
    Ok([c.tensor("ar1")?, c.tensor("ar2")?])
}

/// Two tensors in one row each.
fn flat(t: &mut Tracer, x: &Tensor, y: &Tensor) -> Result<[Tensor; 2]> {
    Ok([t.reshape_infer(x, &[-1])?, t.reshape_infer(y, &[-1])?])
}

/// Two tensors in one row each, of one element type.
fn both(t: &mut Tracer, x: &Tensor, y: &Tensor) -> Result<[Tensor; 2]> {
    let [x, y] = flat(t, x, y)?;
    let (dtype, _) = t.promoted([&x, &y]);
    Ok([t.convert(&x, dtype)?, t.convert(&y, dtype)?])
}

/// The slices of a tensor along an axis, or its elements.
fn slices(t: &mut Tracer, x: &Tensor, axis: Option<usize>) -> Result<Tensor> {
    match axis {
        None => t.reshape_infer(x, &[-1]),
        Some(axis) => t.move_axis(x, axis, 0),
    }
}

fn distinct_count(t: &mut Tracer, x: &Tensor, equal_nan: bool) -> Result<Tensor> {
    let found = t.distinct(x, equal_nan)?;
    t.distinct_count(&found)
}

/// The first `size` elements of `x` that `kept` marks; behind them `fill`, or the largest of those before.
fn picked(t: &mut Tracer, x: &Tensor, kept: &Tensor, size: usize, fill: Option<&Tensor>) -> Result<Tensor> {
    let n = x.ty().size();
    let int = t.default_int();
    let count = t.sum(kept, &[0], false)?;
    if n == 0 {
        let zeros = t.full(&TensorType::new(x.dtype(), [size]), 0.0)?;
        return match fill {
            Some(fill) => {
                let fill = t.convert(fill, x.dtype())?;
                t.broadcast_to(&fill, &[size])
            }
            None => Ok(zeros),
        };
    }
    let places = t.places(kept, size, n as f64)?;
    let found = t.index(x, &[Part::Array(places)], OutOfBounds::Zero)?;
    let rank = t.iota(int, &[size], 0)?;
    let inside = t.lt(&rank, &count)?;
    if let Some(fill) = fill {
        let fill = t.convert(fill, x.dtype())?;
        return t.select(&inside, &found, &fill);
    }
    if size == 0 {
        return Ok(found);
    }
    // As JAX fills: by the largest, where zeros count, and then by the smallest of that.
    let largest = t.max(&found, &[0], true)?;
    let filled = t.select(&inside, &found, &largest)?;
    let least = t.min(&filled, &[0], true)?;
    t.select(&inside, &filled, &least)
}

/// The elements of `x`, different ones unless `unique` says that they are, and which of them `y` lacks.
fn difference(t: &mut Tracer, x: &Tensor, y: &Tensor, unique: bool) -> Result<(Tensor, Tensor)> {
    let n = x.ty().size();
    let (values, present) = match unique {
        true => (x.clone(), None),
        false => {
            let found = t.distinct(x, true)?;
            let count = t.distinct_count(&found)?;
            let values = t.distinct_values(&found, n, None)?;
            let int = t.default_int();
            let rank = t.iota(int, &[n], 0)?;
            (values, Some(t.lt(&rank, &count)?))
        }
    };
    let hit = t.is_in(&values, y)?;
    let kept = t.not(&hit)?;
    Ok((
        values,
        match present {
            Some(present) => t.and(&kept, &present)?,
            None => kept,
        },
    ))
}

/// The different elements of two sets in order.
struct Merged {
    values: Tensor,
    /// Where each was in the first set, then the second.
    order: Tensor,
    /// Whether each counts.
    valid: Tensor,
}

impl Merged {
    fn of(t: &mut Tracer, x: &Tensor, y: &Tensor, unique: bool) -> Result<Merged> {
        let int = t.default_int();
        let mut parts = [Vec::new(), Vec::new(), Vec::new()];
        let mut offset = 0;
        for set in [x, y] {
            let n = set.ty().size();
            let (values, order, valid) = match unique {
                true => (set.clone(), t.iota(int, &[n], 0)?, t.full(&TensorType::new(DType::Bool, [n]), 1.0)?),
                false => {
                    let found = t.distinct(set, true)?;
                    (found.sorted, found.order, found.heads)
                }
            };
            parts[0].push(values);
            parts[1].push(t.compute([&order], |[i]| i + offset as i64)?);
            parts[2].push(t.not(&valid)?);
            offset += n;
        }
        let [values, order, missing] = parts;
        let (values, order, missing) =
            (t.concatenate(&values, 0)?, t.concatenate(&order, 0)?, t.concatenate(&missing, 0)?);
        let sorted = t.sort_together(&[&missing, &values, &order], 0, 2)?;
        let [missing, values, order] =
            <[Tensor; 3]>::try_from(sorted).map_err(|_| Error::internal("sorting lost an operand"))?;
        let valid = t.not(&missing)?;
        Ok(Merged { values, order, valid })
    }

    /// Which elements are equal to the next one.
    fn paired(&self, t: &mut Tracer) -> Result<Tensor> {
        let n = self.values.ty().size();
        let (here, next) =
            (t.slice_axis(&self.values, 0, 0, n.saturating_sub(1))?, t.slice_axis(&self.values, 0, n.min(1), n)?);
        let valid = t.slice_axis(&self.valid, 0, n.min(1), n)?;
        let same = t.compute([&here, &next, &valid], |[a, b, valid]| a.eq(b).and(valid))?;
        let last = t.full(&TensorType::new(DType::Bool, [n.min(1)]), 0.0)?;
        t.concatenate(&[same, last], 0)
    }

    /// Which elements are equal to neither neighbour.
    fn single(&self, t: &mut Tracer) -> Result<Tensor> {
        let paired = self.paired(t)?;
        let n = paired.ty().size();
        let first = t.full(&TensorType::new(DType::Bool, [n.min(1)]), 0.0)?;
        let rest = t.slice_axis(&paired, 0, 0, n.saturating_sub(1))?;
        let before = t.concatenate(&[first, rest], 0)?;
        t.compute([&paired, &before, &self.valid], |[next, before, valid]| (!(next.or(before))).and(valid))
    }
}

/// The results of a function of the array API, named as it names them.
fn several(c: &mut Call<'_>, names: &'static [&'static str]) -> Result<Value> {
    let x = c.tensor("x")?;
    let fill = c.optional("fill_value")?;
    let size = c.count(&[&x], |t, xs| {
        let flat = slices(t, &xs[0], None)?;
        distinct_count(t, &flat, false)
    })?;
    let t = c.t();
    let flat = slices(t, &x, None)?;
    let found = t.distinct(&flat, false)?;
    let values = t.distinct_values(&found, size, fill.as_ref())?;
    if names.is_empty() {
        return Ok(values.into_value());
    }
    let mut fields = vec![("values", Value::Tensor(values))];
    for name in names {
        let result = match *name {
            "indices" => t.distinct_places(&found, size)?,
            "counts" => t.distinct_counts(&found, size)?,
            _ => {
                let inverse = t.distinct_inverse(&found)?;
                t.reshape(&inverse, x.shape())?
            }
        };
        fields.push((name, Value::Tensor(result)));
    }
    let class = match names {
        [_, _, _] => "_UniqueAllResult",
        ["counts"] => "_UniqueCountsResult",
        _ => "_UniqueInverseResult",
    };
    named(c.interp, class, fields)
}

/// `unique` of either library.
pub(crate) fn unique(c: &mut Call<'_>, name: &str) -> Result<Value> {
    let x = c.tensor(name)?;
    let equal_nan = !c.args.has("equal_nan") || c.flag("equal_nan")?;
    let axis = match c.some("axis")? {
        None => None,
        Some(_) => Some(c.axis("axis", x.rank())?),
    };
    let fill = c.optional("fill_value")?;
    let size = c.count(&[&x], |t, xs| {
        let rows = slices(t, &xs[0], axis)?;
        distinct_count(t, &rows, equal_nan)
    })?;
    let rows = slices(c.t(), &x, axis)?;
    // Without a size, JAX computes on the elements as they are and loses the derivative.
    let rows = if c.some("size")?.is_none() { c.t().stop_gradient(&rows)? } else { rows };
    let found = c.t().distinct(&rows, equal_nan)?;
    let values = c.t().distinct_values(&found, size, fill.as_ref())?;
    let values = c.t().move_axis(&values, 0, axis.unwrap_or(0))?;
    let mut results = vec![Value::Tensor(values)];
    if c.flag("return_index")? {
        results.push(Value::Tensor(c.t().distinct_places(&found, size)?));
    }
    if c.flag("return_inverse")? {
        let inverse = c.t().distinct_inverse(&found)?;
        let inverse = if axis.is_none() { c.t().reshape(&inverse, x.shape())? } else { inverse };
        results.push(Value::Tensor(inverse));
    }
    if c.flag("return_counts")? {
        results.push(Value::Tensor(c.t().distinct_counts(&found, size)?));
    }
    Ok(match results.len() {
        1 => results.remove(0),
        _ => Value::tuple(results),
    })
}
