//! Elements put in and taken out at places.

use super::shapes::chosen;
use crate::error::{Error, Result};
use crate::jax::arguments::{Call, integers};
use crate::trace::Tensor;
use crate::value::Value;

/// The places along an axis that `obj` of insert() and delete() names.
pub(super) fn named_places(c: &mut Call<'_>, length: usize, extra: i64) -> Result<Vec<i64>> {
    if let Value::Slice(slice) = c.value("obj")? {
        return Ok(c.interp.selection(&slice, length)?.positions().map(|at| at as i64).collect());
    }
    let given = integers(&c.value("obj")?).ok_or_else(|| c.invalid("obj", "integers known at compile time"))?;
    let limit = length as i64 + extra;
    given
        .into_iter()
        .map(|at| match if at < 0 { at + length as i64 } else { at } {
            place if (0..limit).contains(&place) => Ok(place),
            _ => Err(Error::argument(format!("place {at} is outside an axis of size {length}"))),
        })
        .collect()
}

pub(super) fn insert(c: &mut Call<'_>) -> Result<Tensor> {
    let (x, values) = (c.tensor("arr")?, c.tensor("values")?);
    let (x, axis) = c.along(&x)?;
    let n = x.shape()[axis];
    let places = named_places(c, n, 1)?;
    let values = c.t().convert(&values, x.dtype())?;
    let single = places.len() == 1;
    let mut shape = x.shape().to_vec();
    // One place may take several rows; several places take one row each.
    let rows = if single {
        let values = if values.rank() < x.rank() {
            let new = axis.min(values.rank());
            let scalar = matches!(c.value("obj")?, Value::Int(_)) && values.rank() + 1 == x.rank();
            if scalar { c.t().expand_dims(&values, &[new])? } else { values }
        } else {
            values
        };
        let count = if values.rank() == x.rank() {
            values.shape()[axis]
        } else if x.rank() == 1 && values.rank() == 1 {
            values.shape()[0]
        } else {
            1
        };
        shape[axis] = count;
        c.t().broadcast_to(&values, &shape)?
    } else {
        shape[axis] = places.len();
        c.t().broadcast_to(&values, &shape)?
    };
    let count = shape[axis];
    c.t().fuel.spend_table(&[n.saturating_add(count)])?;
    let places: Vec<i64> = if single { vec![places[0]; count] } else { places };
    let mut order: Vec<usize> = (0..places.len()).collect();
    order.sort_by_key(|&at| places[at]);
    // Where each element of the result comes from: the tensor, then the rows behind it.
    let mut from = Vec::new();
    let mut next = order.iter().peekable();
    for at in 0..=n {
        while let Some(&&row) = next.peek() {
            if places[row] as usize != at {
                break;
            }
            from.push((n + row) as f64);
            next.next();
        }
        if at < n {
            from.push(at as f64);
        }
    }
    let both = c.t().concatenate(&[x, rows], axis)?;
    chosen(c, &both, axis, &from)
}

pub(super) fn delete(c: &mut Call<'_>) -> Result<Tensor> {
    let x = c.tensor("arr")?;
    let (x, axis) = c.along(&x)?;
    let n = x.shape()[axis];
    let gone = named_places(c, n, 0)?;
    c.t().fuel.spend_table(&[n])?;
    let kept: Vec<f64> = (0..n).filter(|&at| !gone.contains(&(at as i64))).map(|at| at as f64).collect();
    chosen(c, &x, axis, &kept)
}
