//! What samples tell: ranks, modes and standard errors.

use keramos_ir::DType;
use keramos_ir::ops::OutOfBounds;

use crate::error::{Error, Result};
use crate::jax::arguments::{Call, FALSE, NONE, int, tensor_functions};
use crate::library::{Default, FunctionDecl};
use crate::modules::collections::named;
use crate::ops::{Reduce, is_inexact};
use crate::trace::{Tensor, Tracer};
use crate::value::Value;

/// See the module.
pub(super) static FUNCTIONS: &[&FunctionDecl] = tensor_functions! {
    "sem": [(a) (axis = int(0)) (ddof = int(1)) (nan_policy = Default::Str("propagate")) (keepdims = FALSE)] "The standard error of the mean." => |c| {
        propagates(c)?;
        let a = c.tensor("a")?;
        let (axes, keepdims, ddof) = (c.axes(a.rank())?, c.flag("keepdims")?, c.int("ddof")?);
        let t = c.t();
        let a = t.to_float(&a)?;
        let correction = t.literal(ddof)?;
        let n: usize = axes.iter().map(|&axis| a.shape()[axis]).product();
        let variance = t.variance(&a, &Reduce { axes: &axes, keepdims, ..Reduce::default() }, None, &correction)?;
        t.compute([&variance], |[v]| v.sqrt() / (n as f64).sqrt())
    };
    "rankdata": [(a) (method = Default::Str("average")) (axis = NONE) (nan_policy = Default::Str("propagate"))] "The ranks of elements, from 1." => |c| {
        propagates(c)?;
        let method = c.args.one_of("method", &["average", "min", "max", "dense", "ordinal"])?;
        let a = c.tensor("a")?;
        let (a, axis) = c.along(&a)?;
        let a = if a.rank() == 0 { c.t().expand_dims(&a, &[0])? } else { a };
        let rows = c.t().move_axis(&a, axis, a.rank() - 1)?;
        let ranks = ranks(c.t(), &rows, method)?;
        c.t().move_axis(&ranks, ranks.rank() - 1, axis)
    };
    "mode": [(a) (axis = int(0)) (nan_policy = Default::Str("propagate")) (keepdims = FALSE)] "The most frequent elements and their counts." => |c| {
        propagates(c)?;
        let a = c.tensor("a")?;
        let a = if a.rank() == 0 { c.t().expand_dims(&a, &[0])? } else { a };
        let (rank, keepdims) = (a.rank(), c.flag("keepdims")?);
        let flat = c.some("axis")?.is_none();
        let (a, axis) = c.along(&a)?;
        let t = c.t();
        let rows = t.move_axis(&a, axis, a.rank() - 1)?;
        let last = rows.rank() - 1;
        // How often each element occurs in its row; of the most frequent, the smallest.
        let sorted = t.sorted(&rows, last, false)?;
        let (here, there) = (t.expand_dims(&sorted, &[last + 1])?, t.expand_dims(&sorted, &[last])?);
        let same = match is_inexact(a.dtype()) {
            true => t.compute([&here, &there], |[x, y]| x.eq(y).or(x.is_nan().and(y.is_nan())))?,
            false => t.eq(&here, &there)?,
        };
        let counts = t.sum(&same, &[last + 1], false)?;
        let best = t.argmax(&counts, last)?;
        let best = t.expand_dims(&best, &[last])?;
        let mut results = Vec::new();
        for x in [&sorted, &counts] {
            let found = t.take_along(x, &best, last, OutOfBounds::Clip)?;
            let shape = match (keepdims, flat) {
                (false, _) => found.shape()[..last].to_vec(),
                (true, true) => vec![1; rank],
                (true, false) => {
                    let mut shape = a.shape().to_vec();
                    shape[axis] = 1;
                    shape
                }
            };
            results.push(t.reshape(&found, &shape)?);
        }
        let [mode, count] = <[Tensor; 2]>::try_from(results).map_err(|_| Error::internal("two results were expected"))?;
        named(c.interp, "ModeResult", vec![("mode", Value::Tensor(mode)), ("count", Value::Tensor(count))])
    };
};

/// Only NaN that spoil the result.
fn propagates(c: &Call<'_>) -> Result<()> {
    match c.args.one_of("nan_policy", &["propagate", "omit", "raise"])? {
        "propagate" => Ok(()),
        other => Err(Error::unsupported(format!("`nan_policy=\"{other}\"` of {}()", c.args.function()))
            .help("take NaN out before, or replace it")),
    }
}

/// The ranks in every row of the last dimension.
fn ranks(t: &mut Tracer, rows: &Tensor, method: &str) -> Result<Tensor> {
    let last = rows.rank() - 1;
    let float = t.default_float();
    let (here, there) = (t.expand_dims(rows, &[last + 1])?, t.expand_dims(rows, &[last])?);
    let (less, same) = (t.lt(&there, &here)?, t.eq(&there, &here)?);
    let count = |t: &mut Tracer, x: &Tensor| -> Result<Tensor> {
        let n = t.sum(x, &[last + 1], false)?;
        t.convert(&n, float)
    };
    let below = count(t, &less)?;
    let ranks = match method {
        "dense" => {
            // The places that are the first of their value count.
            let n = rows.shape()[last];
            let (row, column) = (t.iota(DType::I32, &[n, n], 0)?, t.iota(DType::I32, &[n, n], 1)?);
            let earlier = t.lt(&column, &row)?;
            let repeated = t.and(&same, &earlier)?;
            let repeated = t.any(&repeated, &[last + 1], false)?;
            let first = t.not(&repeated)?;
            let first = t.expand_dims(&first, &[last])?;
            let smaller = t.and(&less, &first)?;
            let n = count(t, &smaller)?;
            t.add_scalar(&n, 1.0)?
        }
        "ordinal" => {
            let order = t.argsort(rows, last, false)?;
            let place = t.argsort(&order, last, false)?;
            let place = t.convert(&place, float)?;
            t.add_scalar(&place, 1.0)?
        }
        "min" => t.add_scalar(&below, 1.0)?,
        "max" => {
            let equal = count(t, &same)?;
            t.add(&below, &equal)?
        }
        _ => {
            let equal = count(t, &same)?;
            t.compute([&below, &equal], |[below, equal]| (below * 2.0 + equal + 1.0) * 0.5)?
        }
    };
    if !is_inexact(rows.dtype()) {
        return Ok(ranks);
    }
    let nan = t.isnan(rows)?;
    let spoiled = t.any(&nan, &[last], true)?;
    t.compute([&spoiled, &ranks], |[spoiled, x]| spoiled.select(f64::NAN, x))
}
