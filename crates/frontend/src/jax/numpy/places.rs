//! Elements put at places, bits packed into bytes, histograms over several dimensions, and comparisons of whole tensors.

use keramos_ir::ops::{OutOfBounds, ScatterKind};
use keramos_ir::{DType, TensorType, as_tuple, elements};

use super::searching::{edges_of, needs_size};
use crate::error::{Error, Result};
use crate::interp::exceptions::raise;
use crate::jax::arguments::{Call, FALSE, IntoValue, NONE, TRUE, int, tensor_functions, to_tensor};
use crate::library::{Default, FunctionDecl};
use crate::ops::{Part, axis_index, broadcast_shapes, is_inexact};
use crate::trace::Tensor;
use crate::value::Value;

/// See the module.
pub(crate) static FUNCTIONS: &[&FunctionDecl] = tensor_functions! {
    "put": [(a) (ind) (v) (mode = NONE) (inplace = TRUE)] "With elements at flat places replaced." => |c| {
        immutable(c)?;
        let (x, places, values) = (c.tensor("a")?, c.tensor("ind")?, c.tensor("v")?);
        let n = x.ty().size();
        let t = c.t();
        let places = t.reshape_infer(&places, &[-1])?;
        if n == 0 || places.ty().size() == 0 || values.ty().size() == 0 {
            return Ok(x);
        }
        let values = tiled(c, &values, places.ty().size())?;
        let (places, mode) = match c.some("mode")? {
            None => (places, OutOfBounds::Fill),
            Some(_) => match c.args.one_of("mode", &["clip", "wrap"])? {
                "clip" => (c.t().compute([&places], |[i]| i.max(0).min(n as i64 - 1))?, OutOfBounds::Promised),
                _ => (c.t().compute([&places], |[i]| i.with(n as i64, |t, x, y| t.remainder(x, y)))?, OutOfBounds::Promised),
            },
        };
        put(c, &x, &places, &values, mode)
    };
    "place": [(arr) (mask) (vals) (inplace = TRUE)] "With the elements where a mask holds replaced, one after the other." => |c| {
        immutable(c)?;
        let (x, mask, values) = (c.tensor("arr")?, c.tensor("mask")?, c.tensor("vals")?);
        let n = x.ty().size();
        if mask.ty().size() != n {
            return Err(raise("ValueError", "place: arr and mask must be the same size"));
        }
        if values.ty().size() == 0 {
            return Err(raise("ValueError", "Cannot place values from an empty array"));
        }
        let places = c.t().places(&mask, n, n as f64)?;
        let values = tiled(c, &values, n)?;
        put(c, &x, &places, &values, OutOfBounds::Fill)
    };
    "packbits": [(a) (axis = NONE) (bitorder = Default::Str("big"))] "Truth values as the bits of bytes." => |c| {
        let x = c.tensor("a")?;
        if is_inexact(x.dtype()) {
            return Err(Error::ty(format!("Expected an input array of integer or boolean data type, found {}", x.ty())));
        }
        let big = c.args.one_of("bitorder", &["big", "little"])? == "big";
        let (x, axis) = c.along(&x)?;
        let t = c.t();
        let hits = t.to_bool(&x)?;
        let hits = t.move_axis(&hits, axis, x.rank() - 1)?;
        let (last, n) = (x.rank() - 1, x.shape()[axis]);
        let mut edges = vec![(0, 0); x.rank()];
        edges[last] = (0, n.next_multiple_of(8) - n);
        let hits = t.convert(&hits, DType::I32)?;
        let hits = t.pad(&hits, &edges, 0.0)?;
        let mut shape = hits.shape().to_vec();
        shape[last] = n.div_ceil(8);
        shape.push(8);
        let hits = t.reshape(&hits, &shape)?;
        let weights = (0..8).map(|bit| 2f64.powi(if big { 7 - bit } else { bit }));
        let weights = t.tabulated(&[8], weights, DType::I32)?;
        let products = t.mul(&hits, &weights)?;
        let sums = t.sum(&products, &[last + 1], false)?;
        let bytes = t.convert(&sums, DType::U8)?;
        t.move_axis(&bytes, last, axis)
    };
    "unpackbits": [(a) (axis = NONE) (count = NONE) (bitorder = Default::Str("big"))] "The bits of bytes." => |c| {
        let x = c.tensor("a")?;
        if x.dtype() != DType::U8 {
            return Err(Error::ty(format!("Expected an input array of unsigned byte data type, found {}", x.ty())));
        }
        let big = c.args.one_of("bitorder", &["big", "little"])? == "big";
        let count = c.optional_size("count")?;
        let (x, axis) = c.along(&x)?;
        let t = c.t();
        let bytes = t.move_axis(&x, axis, x.rank() - 1)?;
        let last = x.rank() - 1;
        let wide = t.convert(&bytes, DType::I32)?;
        let wide = t.expand_dims(&wide, &[last + 1])?;
        let weights = (0..8).map(|bit| 2f64.powi(if big { 7 - bit } else { bit }));
        let weights = t.tabulated(&[8], weights, DType::I32)?;
        let bits = t.compute([&wide, &weights], |[x, w]| x.and(w).ne(0))?;
        let bits = t.convert(&bits, DType::U8)?;
        let mut shape = bytes.shape().to_vec();
        shape[last] *= 8;
        let mut bits = t.reshape(&bits, &shape)?;
        match count {
            Some(count) if count > shape[last] => {
                let mut edges = vec![(0, 0); shape.len()];
                edges[last] = (0, count - shape[last]);
                bits = t.pad(&bits, &edges, 0.0)?;
            }
            Some(count) => bits = t.slice_axis(&bits, last, 0, count)?,
            None => {}
        }
        t.move_axis(&bits, last, axis)
    };
    "array_equal": [(a1) (a2) (equal_nan = FALSE)] "Whether two tensors have the same shape and elements." => |c| {
        let (x, y, nan) = (c.tensor("a1")?, c.tensor("a2")?, c.flag("equal_nan")?);
        if x.shape() != y.shape() {
            return c.t().scalar(DType::Bool, 0.0);
        }
        let t = c.t();
        let mut same = t.eq(&x, &y)?;
        if nan && is_inexact(x.dtype()) && is_inexact(y.dtype()) {
            let (p, q) = (t.isnan(&x)?, t.isnan(&y)?);
            same = t.compute([&same, &p, &q], |[same, p, q]| same.or(p.and(q)))?;
        }
        let axes: Vec<usize> = (0..same.rank()).collect();
        t.all(&same, &axes, false)
    };
    "array_equiv": [(a1) (a2)] "Whether two tensors broadcast to the same elements." => |c| {
        let (x, y) = (c.tensor("a1")?, c.tensor("a2")?);
        if broadcast_shapes(x.shape(), y.shape()).is_err() {
            return c.t().scalar(DType::Bool, 0.0);
        }
        let same = c.t().eq(&x, &y)?;
        let axes: Vec<usize> = (0..same.rank()).collect();
        c.t().all(&same, &axes, false)
    };
    "histogramdd": [(sample) (bins = int(10)) (range = NONE) (weights = NONE) (density = NONE)] "How many rows each of a grid of bins holds." => |c| {
        let sample = c.tensor("sample")?;
        let (hist, edges) = grid(c, &sample)?;
        Ok(Value::tuple(vec![Value::Tensor(hist), edges.into_value()]))
    };
    "histogram2d": [(x) (y) (bins = int(10)) (range = NONE) (weights = NONE) (density = NONE)] "How many points each of a grid of bins holds." => |c| {
        let (x, y) = (c.tensor("x")?, c.tensor("y")?);
        let sample = c.t().stack(&[x, y], 1)?;
        let (hist, edges) = grid(c, &sample)?;
        let edges = edges.into_iter().map(Value::Tensor);
        Ok(Value::tuple(std::iter::once(Value::Tensor(hist)).chain(edges).collect::<Vec<_>>()))
    };
    "mask_indices": [(n) (mask_func) (k = int(0)) (size = NONE)] "The places of a square matrix that a function keeps." => |c| {
        let n = c.value("n")?;
        let ones = c.library("jax.numpy", "ones", vec![("shape", Value::tuple(vec![n.clone(), n]))])?;
        let (function, k) = (c.value("mask_func")?, c.value("k")?);
        let mask = c.invoke(&function, vec![ones, k])?;
        let size = c.value("size")?;
        c.library("jax.numpy", "nonzero", vec![("a", mask), ("size", size)])
    };
    "trim_zeros": [(filt) (trim = Default::Str("fb")) (axis = NONE)] "Without zeros at the ends." => |c| {
        let x = c.tensor("filt")?;
        let Some(known) = c.known("filt")? else { return Err(needs_size(c).note("trim_zeros() has no `size`: take a slice instead")) };
        let trim = c.args.str("trim")?.to_lowercase();
        let axes = match c.some("axis")? {
            None => (0..x.rank()).collect(),
            Some(_) => c.axes(x.rank())?,
        };
        let values = known.numbers();
        let mut y = x.clone();
        for axis in axes {
            let (inner, n): (usize, usize) = (x.shape()[axis + 1..].iter().product(), x.shape()[axis]);
            let hit = |place: usize| values.iter().enumerate().any(|(at, v)| *v != 0.0 && at / inner.max(1) % n.max(1) == place);
            let (start, end) = match ((0..n).find(|&i| hit(i)), (0..n).rev().find(|&i| hit(i))) {
                (Some(first), Some(last)) => (if trim.contains('f') { first } else { 0 }, if trim.contains('b') { last + 1 } else { n }),
                _ => (0, 0),
            };
            y = c.t().slice_axis(&y, axis, start, end)?;
        }
        Ok(y)
    };
    "sort_complex": [(a)] "In order along the last axis, as complex numbers." => |c| {
        let x = c.tensor("a")?;
        let t = c.t();
        let x = t.to_float(&x)?;
        let sorted = t.sorted(&x, x.rank().saturating_sub(1), false)?;
        let dtype = if sorted.dtype() == DType::F64 { DType::C128 } else { DType::C64 };
        if x.dtype().is_complex() { Ok(sorted) } else { t.convert(&sorted, dtype) }
    };
    "_joined": [(key) (columns)] "The parts of an index expression side by side." => |c| {
        let parts = match c.value("key")? {
            Value::Tuple(parts) => parts.to_vec(),
            one => vec![one],
        };
        let columns = c.flag("columns")?;
        let mut rows = Vec::new();
        for part in &parts {
            let row = match part {
                Value::Slice(slice) => spanned(c, slice)?,
                Value::Str(_) => return Err(Error::unsupported("strings in jnp.r_ and jnp.c_").help("use jnp.concatenate() or jnp.stack()")),
                other => other.clone(),
            };
            let row = to_tensor(c.interp, &row)?;
            let row = if row.rank() == 0 { c.t().expand_dims(&row, &[0])? } else { row };
            rows.push(if columns && row.rank() == 1 { c.t().expand_dims(&row, &[1])? } else { row });
        }
        let axis = if columns { axis_index(-1, rows.first().map_or(1, Tensor::rank))? } else { 0 };
        c.t().concatenate(&rows, axis)
    };
};

/// The numbers of a slice in `jnp.mgrid[…]` and its like: those from start to before stop in steps, or with a step of
/// `nj`, so many from start to stop.
pub(super) fn spanned(c: &mut Call<'_>, slice: &[Value; 3]) -> Result<Value> {
    let [start, stop, step] = slice.clone();
    let start = if start.is_none() { Value::Int(0) } else { start };
    let (function, last) = match step {
        Value::Complex(real, imaginary) => ("linspace", ("num", Value::Int(real.hypot(imaginary) as i64))),
        step => ("arange", ("step", step)),
    };
    c.library("jax.numpy", function, vec![("start", start), ("stop", stop), last])
}

/// Arrays cannot be changed, so the result must be wanted.
fn immutable(c: &Call<'_>) -> Result<()> {
    if !c.flag("inplace")? {
        return Ok(());
    }
    let message =
        format!("jax.numpy.{} cannot modify arrays in-place, because JAX arrays are immutable.", c.args.function());
    Err(raise("ValueError", message).help("pass inplace=False to get an updated array"))
}

/// The elements over and over, `n` in all.
fn tiled(c: &mut Call<'_>, values: &Tensor, n: usize) -> Result<Tensor> {
    let flat = c.t().reshape_infer(values, &[-1])?;
    let times = n.div_ceil(flat.ty().size().max(1));
    let all = c.t().tile(&flat, &[times])?;
    c.t().slice_axis(&all, 0, 0, n)
}

fn put(c: &mut Call<'_>, x: &Tensor, places: &Tensor, values: &Tensor, mode: OutOfBounds) -> Result<Tensor> {
    let flat = c.t().reshape_infer(x, &[-1])?;
    let parts = [Part::Array(places.clone())];
    let y = c.t().index_update(&flat, &parts, values, ScatterKind::Replace, mode)?;
    c.t().reshape(&y, x.shape())
}

/// The counts in a grid of bins, one dimension per column of `sample`, and the edges.
fn grid(c: &mut Call<'_>, sample: &Tensor) -> Result<(Tensor, Vec<Tensor>)> {
    let sample = c.t().to_float(sample)?;
    let &[n, dims] = sample.shape() else {
        return Err(Error::shape(format!("points are rows of a matrix, found shape {}", as_tuple(sample.shape()))));
    };
    let bins = c.value("bins")?;
    let bins = match bins.elements() {
        Some(list) if list.len() == dims => list,
        Some(_) => return Err(c.invalid("bins", "a number, or bins for each dimension")),
        None => vec![bins; dims],
    };
    let ranges = match c.some("range")? {
        None => vec![None; dims],
        Some(ranges) => match ranges.elements() {
            Some(list) if list.len() == dims => {
                list.into_iter().map(|range| Some(range).filter(|r| !r.is_none())).collect()
            }
            _ => return Err(c.invalid("range", "a pair for each dimension")),
        },
    };
    let density = matches!(c.value("density")?, Value::Bool(true));
    let weights = c.optional("weights")?;
    let (mut all, mut counts, mut flat) = (Vec::new(), Vec::new(), None);
    for (dim, (bins, range)) in bins.iter().zip(&ranges).enumerate() {
        let column = c.t().slice_axis(&sample, 1, dim, dim + 1)?;
        let column = c.t().squeeze(&column, &[1])?;
        let edges = edges_of(c, &column, bins, range.as_ref())?;
        let count = edges.shape()[0];
        let t = c.t();
        let last = t.slice_axis(&edges, 0, count - 1, count)?;
        let after = t.searchsorted(&edges, &column, true)?;
        let place = t.compute([&after, &column, &last], |[i, x, last]| x.eq(last).select(i - 1, i))?;
        flat = Some(match flat {
            None => place,
            Some(flat) => t.compute([&flat, &place], |[flat, i]| flat * (count as i64 + 1) + i)?,
        });
        counts.push(count + 1);
        all.push(edges);
    }
    let Some(places) = flat else { return Err(Error::shape("points have at least one dimension")) };
    let t = c.t();
    let weights = match weights {
        Some(weights) => t.reshape_infer(&weights, &[-1])?,
        None => t.full(&TensorType::new(t.default_int(), [n]), 1.0)?,
    };
    let total = elements(&counts);
    let mut hist = t.bincount(&places, Some(&weights), total)?;
    hist = t.reshape(&hist, &counts)?;
    for (dim, &count) in counts.iter().enumerate() {
        hist = t.slice_axis(&hist, dim, 1, count - 1)?;
    }
    if density {
        let axes: Vec<usize> = (0..dims).collect();
        hist = t.convert(&hist, sample.dtype())?;
        let sum = t.sum(&hist, &axes, false)?;
        hist = t.div(&hist, &sum)?;
        for (dim, edges) in all.iter().enumerate() {
            let m = edges.shape()[0];
            let (from, to) = (t.slice_axis(edges, 0, 0, m - 1)?, t.slice_axis(edges, 0, 1, m)?);
            let width = t.sub(&to, &from)?;
            let mut shape = vec![1; dims];
            shape[dim] = m - 1;
            let width = t.reshape(&width, &shape)?;
            hist = t.div(&hist, &width)?;
        }
    }
    Ok((hist, all))
}
