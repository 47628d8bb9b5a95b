//! Tensors cut into pieces and put together.

use keramos_ir::as_tuple;

use super::shapes::first;
use crate::error::{Error, Result};
use crate::jax::arguments::{Call, integers, to_tensor};
use crate::trace::Tensor;
use crate::value::Value;

/// Cuts along an axis; unequal parts are as nearly equal as they can be.
pub(super) fn split(c: &mut Call<'_>, x: &Tensor, axis: usize, unequal: bool) -> Result<Vec<Tensor>> {
    let length = x.shape()[axis];
    let cuts: Vec<usize> = match c.value("indices_or_sections")? {
        Value::Int(parts) => {
            let fits = |p: &usize| *p > 0 && (unequal || length.is_multiple_of(*p));
            let parts = usize::try_from(parts).ok().filter(fits).ok_or_else(|| {
                Error::shape(format!("an axis of size {length} cannot be split into {parts} equal parts"))
            })?;
            c.t().fuel.spend_on_equations(parts)?;
            let (size, larger) = (length / parts, length % parts);
            (1..parts).map(|i| i * size + i.min(larger)).collect()
        }
        other => {
            let cuts = integers(&other).ok_or_else(|| c.invalid("indices_or_sections", "an integer or integers"))?;
            let place = |&i: &i64| (if i < 0 { i + length as i64 } else { i }).clamp(0, length as i64) as usize;
            cuts.iter().map(place).collect()
        }
    };
    let starts = std::iter::once(0).chain(cuts.iter().copied());
    let ends = cuts.iter().copied().chain([length]);
    starts.zip(ends).map(|(start, end)| c.t().slice_axis(x, axis, start, end.max(start))).collect()
}

/// With at least `rank` dimensions, as `atleast_1d`, `atleast_2d` and `atleast_3d` add them.
pub(super) fn lifted(c: &mut Call<'_>, x: &Tensor, rank: usize) -> Result<Tensor> {
    match (rank, x.rank()) {
        (3, 1) => c.t().expand_dims(x, &[0, 2]),
        (3, 2) => c.t().expand_dims(x, &[2]),
        (_, have) => c.t().expand_dims(x, &(0..rank.saturating_sub(have)).collect::<Vec<_>>()),
    }
}

pub(super) fn at_least(c: &mut Call<'_>, rank: usize) -> Result<Value> {
    let xs = c.tensors("arys")?;
    let ys = xs.iter().map(|x| lifted(c, x, rank)).collect::<Result<Vec<_>>>()?;
    Ok(match ys.as_slice() {
        [only] => Value::Tensor(only.clone()),
        _ => Value::list(ys.into_iter().map(Value::Tensor).collect()),
    })
}

pub(super) fn joined(c: &mut Call<'_>, axis: usize, rank: usize) -> Result<Tensor> {
    let name = if c.args.has("tup") { "tup" } else { "xs" };
    let xs = c.some_tensors(name)?;
    let xs = xs.iter().map(|x| lifted(c, x, rank)).collect::<Result<Vec<_>>>()?;
    let axis = axis.min(xs[0].rank() - 1);
    let y = c.t().concatenate(&xs, axis)?;
    typed(c, y)
}

/// In the element type that argument `dtype` names, if there is one.
pub(super) fn typed(c: &mut Call<'_>, x: Tensor) -> Result<Tensor> {
    match if c.args.has("dtype") { c.dtype("dtype")? } else { None } {
        Some(dtype) => c.t().convert(&x, dtype),
        None => Ok(x),
    }
}

/// `concatenate` of either library.
pub(crate) fn concatenate(c: &mut Call<'_>, name: &str) -> Result<Tensor> {
    let mut xs = c.some_tensors(name)?;
    let axis = match c.some("axis")? {
        None => {
            xs = xs.iter().map(|x| c.t().reshape_infer(x, &[-1])).collect::<Result<_>>()?;
            0
        }
        Some(_) => c.axis("axis", xs[0].rank())?,
    };
    let y = c.t().concatenate(&xs, axis)?;
    typed(c, y)
}

/// `stack` of either library.
pub(crate) fn stack(c: &mut Call<'_>, name: &str) -> Result<Tensor> {
    let xs = c.some_tensors(name)?;
    let axis = c.axis("axis", xs[0].rank() + 1)?;
    if let Some(odd) = xs.iter().find(|x| x.shape() != xs[0].shape()) {
        return Err(Error::shape(format!(
            "tensors of different shapes cannot be stacked: {} and {}",
            as_tuple(xs[0].shape()),
            as_tuple(odd.shape())
        )));
    }
    let y = c.t().stack(&xs, axis)?;
    typed(c, y)
}

/// `unstack` of either library.
pub(crate) fn unstack(c: &mut Call<'_>) -> Result<Value> {
    let x = first(c)?;
    let axis = c.axis("axis", x.rank())?;
    let slices = (0..x.shape()[axis]).map(|at| {
        let slice = c.t().slice_axis(&x, axis, at, at + 1)?;
        c.t().squeeze(&slice, &[axis]).map(Value::Tensor)
    });
    Ok(Value::tuple(slices.collect::<Result<Vec<_>>>()?))
}

pub(super) fn block(c: &mut Call<'_>, value: &Value) -> Result<Tensor> {
    fn depth(value: &Value) -> usize {
        match value {
            Value::List(list) => 1 + list.borrow().first().map_or(0, depth),
            _ => 0,
        }
    }
    fn build(c: &mut Call<'_>, value: &Value, level: usize, rank: usize) -> Result<Tensor> {
        match value {
            Value::List(list) => {
                let rows = list.borrow().clone();
                let rows = rows.iter().map(|row| build(c, row, level - 1, rank)).collect::<Result<Vec<_>>>()?;
                if rows.is_empty() {
                    return Err(Error::argument("a list of blocks is empty"));
                }
                let axis = rows[0].rank() - level;
                c.t().concatenate(&rows, axis)
            }
            other => {
                let x = to_tensor(c.interp, other)?;
                c.t().expand_dims(&x, &(0..rank.saturating_sub(x.rank())).collect::<Vec<_>>())
            }
        }
    }
    fn widest(c: &mut Call<'_>, value: &Value) -> Result<usize> {
        match value {
            Value::List(list) => {
                let rows = list.borrow().clone();
                rows.iter().try_fold(0, |most, row| Ok(most.max(widest(c, row)?)))
            }
            other => Ok(to_tensor(c.interp, other)?.rank()),
        }
    }
    let levels = depth(value);
    let rank = widest(c, value)?.max(levels);
    build(c, value, levels, rank)
}
