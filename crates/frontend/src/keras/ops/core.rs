//! Slices, scatters and segments of `keras.ops`.

use keramos_ir::ops::{OutOfBounds, ScatterKind};
use keramos_ir::{DType, TensorType, as_tuple};

use crate::error::{Error, Result};
use crate::jax::arguments::{Call, FALSE, NONE, int, tensor_functions};
use crate::library::FunctionDecl;
use crate::ops::{Order, Part, Reduce, segments};
use crate::trace::{Tensor, Tracer};

/// See the module.
pub(crate) static FUNCTIONS: &[&FunctionDecl] = tensor_functions! {
    "slice": [(inputs) (start_indices) (shape)] "A window of a tensor." => |c| {
        let (x, sizes) = (c.tensor("inputs")?, c.shape("shape")?);
        let starts = starts(c, &x)?;
        let operands: Vec<&Tensor> = std::iter::once(&x).chain(&starts).collect();
        if sizes.len() != x.rank() || sizes.iter().zip(x.shape()).any(|(n, m)| n > m) {
            return Err(Error::shape(format!("a window of shape {} does not fit into shape {}", as_tuple(&sizes), as_tuple(x.shape()))));
        }
        c.t().build1(&operands, |b, v| b.dynamic_slice(v[0], &v[1..], &sizes))
    };
    "slice_update": [(inputs) (start_indices) (updates)] "A tensor with a window replaced." => |c| {
        let (x, updates) = (c.tensor("inputs")?, c.tensor("updates")?);
        let starts = starts(c, &x)?;
        if updates.rank() != x.rank() || updates.shape().iter().zip(x.shape()).any(|(n, m)| n > m) {
            return Err(Error::shape(format!("updates of shape {} do not fit into shape {}", as_tuple(updates.shape()), as_tuple(x.shape()))));
        }
        let updates = c.t().convert(&updates, x.dtype())?;
        let operands: Vec<&Tensor> = [&x, &updates].into_iter().chain(&starts).collect();
        c.t().build1(&operands, |b, v| b.dynamic_update_slice(v[0], v[1], &v[2..]))
    };
    "scatter": [(indices) (values) (shape)] "Values summed at places of a tensor of zeros." => |c| {
        let (indices, values, shape) = (c.tensor("indices")?, c.tensor("values")?, c.shape("shape")?);
        let zeros = c.t().full(&TensorType::new(values.dtype(), shape), 0.0)?;
        scatter(c.t(), &zeros, &indices, &values, ScatterKind::Add)
    };
    "scatter_update": [(inputs) (indices) (updates) (reduction = NONE)] "A tensor with values at places replaced or combined." => |c| {
        let (x, indices, updates) = (c.tensor("inputs")?, c.tensor("indices")?, c.tensor("updates")?);
        let kind = match c.some("reduction")? {
            None => ScatterKind::Replace,
            Some(_) => match c.args.one_of("reduction", &["add", "max", "min", "mul"])? {
                "add" => ScatterKind::Add,
                "max" => ScatterKind::Max,
                "min" => ScatterKind::Min,
                _ => ScatterKind::Mul,
            },
        };
        scatter(c.t(), &x, &indices, &updates, kind)
    };
    "segment_sum": [(data) (segment_ids) (num_segments = NONE) (sorted = FALSE)] "The sums of rows by segment." => |c| segments(c, ScatterKind::Add, OutOfBounds::Fill);
    "segment_prod": [(data) (segment_ids) (num_segments = NONE) (sorted = FALSE)] "The products of rows by segment." => |c| segments(c, ScatterKind::Mul, OutOfBounds::Fill);
    "segment_max": [(data) (segment_ids) (num_segments = NONE) (sorted = FALSE)] "The largest of rows by segment." => |c| segments(c, ScatterKind::Max, OutOfBounds::Fill);
    "segment_min": [(data) (segment_ids) (num_segments = NONE) (sorted = FALSE)] "The smallest of rows by segment." => |c| segments(c, ScatterKind::Min, OutOfBounds::Fill);
    "extract_sequences": [(x) (sequence_length) (sequence_stride)] "Windows over the last dimension." => |c| {
        let (x, length, stride) = (c.tensor("x")?, c.size("sequence_length")?, c.size("sequence_stride")?);
        c.t().frames(&x, length, stride)
    };
    "moments": [(x) (axes) (keepdims = FALSE) (synchronized = FALSE)] "Mean and variance." => |c| {
        let (x, axes, keepdims) = (c.tensor("x")?, c.ints("axes")?, c.flag("keepdims")?);
        let axes = crate::ops::axes_indices(Some(&axes), x.rank())?;
        c.t().moments(&x, &axes, keepdims)
    };
    "multi_hot": [(inputs) (num_classes = NONE) (axis = int(-1)) (dtype = NONE) (sparse = FALSE)] "One at every place that a row names." => |c| {
        let x = c.tensor("inputs")?;
        let classes = c.size("num_classes")?;
        let dtype = c.dtype("dtype")?.unwrap_or(c.t().default_float());
        let axis = c.axis("axis", x.rank())?;
        let rows = if x.rank() == 1 { 0 } else { 1 };
        let x = c.t().convert(&x, DType::I32)?;
        let hot = c.t().one_hot(&x, classes, if axis + 1 == x.rank() { x.rank() } else { axis }, dtype)?;
        c.t().max(&hot, &[rows], false)
    };
    "in_top_k": [(targets) (predictions) (k)] "Whether the target is among the k most likely." => |c| {
        let (targets, predictions, k) = (c.tensor("targets")?, c.tensor("predictions")?, c.int("k")?);
        let last = predictions.rank().saturating_sub(1);
        let t = c.t();
        let column = t.expand_dims(&targets, &[targets.rank()])?;
        let own = t.take_along(&predictions, &column, last, OutOfBounds::Fill)?;
        // NaN is no probability.
        let own = t.compute([&own], |[x]| x.is_nan().select(f64::NEG_INFINITY, x))?;
        let better = t.gt(&predictions, &own)?;
        let rank = t.sum(&better, &[last], false)?;
        t.compute([&rank], |[rank]| (rank + 1).le(k))
    };
    "normalize": [(x) (axis = int(-1)) (order = int(2)) (epsilon = NONE)] "Divided by the norm along axes." => |c| {
        let x = c.tensor("x")?;
        let x = c.t().to_float(&x)?;
        let axes = c.axes(x.rank())?;
        let epsilon = if c.some("epsilon")?.is_some() { c.args.f64("epsilon")? } else { crate::keras::EPSILON };
        if c.int("order")? == 2 {
            return c.t().l2_normalise(&x, &axes, epsilon);
        }
        let order = Order::Number(c.args.f64("order")?);
        let norm = c.t().vector_norm(&x, &axes, &order, true)?;
        c.t().compute([&x, &norm], |[x, norm]| x / norm.max(epsilon))
    };
    "batch_normalization": [(x) (mean) (variance) (axis) (offset = NONE) (scale = NONE) (epsilon = crate::library::Default::Float(0.001))]
        "Shifted and scaled to a mean of 0 and a variance of 1." => |c| {
            let (x, mean, variance) = (c.tensor("x")?, c.tensor("mean")?, c.tensor("variance")?);
            let (offset, scale) = (c.optional("offset")?, c.optional("scale")?);
            let (axis, epsilon) = (c.axis("axis", x.rank())?, c.args.f64("epsilon")?);
            let mut shape = vec![1; x.rank()];
            shape[axis] = x.shape()[axis];
            let mut lifted = |v: &Tensor| c.t().reshape(v, &shape);
            let (mean, variance) = (lifted(&mean)?, lifted(&variance)?);
            let (offset, scale) = (offset.as_ref().map(&mut lifted).transpose()?, scale.as_ref().map(&mut lifted).transpose()?);
            let t = c.t();
            let mut factor = t.compute([&variance], |[v]| 1.0 / (v + epsilon).sqrt())?;
            if let Some(scale) = scale {
                factor = t.mul(&factor, &scale)?;
            }
            let mut shift = t.compute([&mean, &factor], |[m, f]| -m * f)?;
            if let Some(offset) = offset {
                shift = t.add(&shift, &offset)?;
            }
            t.compute([&x, &factor, &shift], |[x, f, s]| x * f + s)
        };
    "rms_normalization": [(x) (scale = NONE) (axis = int(-1)) (epsilon = NONE)] "Divided by the root of the mean square." => |c| {
        let (x, scale) = (c.tensor("x")?, c.optional("scale")?);
        let (axes, epsilon) = (c.axes(x.rank())?, epsilon(c)?);
        let dtype = at_least_single(&x);
        let t = c.t();
        let wide = t.convert(&x, dtype)?;
        let squares = t.square(&wide)?;
        let mean = t.mean_of(&squares, &Reduce { axes: &axes, keepdims: true, ..Reduce::default() })?;
        let mut y = t.compute([&wide, &mean], |[x, mean]| x * (mean + epsilon).rsqrt())?;
        if let Some(scale) = scale {
            let scale = t.convert(&scale, dtype)?;
            y = t.mul(&y, &scale)?;
        }
        t.convert(&y, x.dtype())
    };
    "layer_normalization": [(x) (gamma = NONE) (beta = NONE) (axis = int(-1)) (epsilon = NONE) (rms_scaling = FALSE)]
        "Shifted and scaled to a mean of 0 and a variance of 1 over axes." => layer_normalization;
};

/// The element type in which statistics of `x` are computed.
fn at_least_single(x: &Tensor) -> DType {
    if x.dtype() == DType::F64 { DType::F64 } else { DType::F32 }
}

fn epsilon(c: &Call<'_>) -> Result<f64> {
    if c.some("epsilon")?.is_some() { c.args.f64("epsilon") } else { Ok(crate::keras::EPSILON) }
}

fn layer_normalization(c: &mut Call<'_>) -> Result<Tensor> {
    let (x, gamma, beta) = (c.tensor("x")?, c.optional("gamma")?, c.optional("beta")?);
    let (axes, epsilon, rms) = (c.axes(x.rank())?, epsilon(c)?, c.flag("rms_scaling")?);
    let dtype = at_least_single(&x);
    let wide = c.t().convert(&x, dtype)?;
    let mut shape = vec![1; x.rank()];
    axes.iter().for_each(|&axis| shape[axis] = x.shape()[axis]);
    let trailing = axes == [x.rank().saturating_sub(1)];
    let mut lifted = |v: Option<Tensor>| -> Result<Option<Tensor>> {
        let Some(v) = v else { return Ok(None) };
        let v = c.t().convert(&v, dtype)?;
        if v.rank() == shape.len() || trailing { Ok(Some(v)) } else { c.t().reshape(&v, &shape).map(Some) }
    };
    let (gamma, beta) = (lifted(gamma)?, lifted(beta)?);
    let t = c.t();
    let (mean, variance) = t.moments(&wide, &axes, true)?;
    let mut factor = t.compute([&variance], |[v]| (v + epsilon).rsqrt())?;
    if let Some(gamma) = gamma {
        factor = t.mul(&factor, &gamma)?;
    }
    let y = if rms {
        t.mul(&wide, &factor)?
    } else {
        let mut shift = t.compute([&mean, &factor], |[mean, factor]| -mean * factor)?;
        if let Some(beta) = beta {
            shift = t.add(&shift, &beta)?;
        }
        t.compute([&wide, &factor, &shift], |[x, factor, shift]| x * factor + shift)?
    };
    t.convert(&y, x.dtype())
}

/// Where a window starts, one scalar per dimension.
fn starts(c: &mut Call<'_>, x: &Tensor) -> Result<Vec<Tensor>> {
    let starts = c.tensors("start_indices")?;
    if starts.len() != x.rank() {
        return Err(Error::shape(format!("{} starts for a tensor of shape {}", starts.len(), as_tuple(x.shape()))));
    }
    starts.iter().map(|start| c.t().as_index(start)).collect()
}

/// Updates at places given by the last dimension of `indices`.
fn scatter(t: &mut Tracer, x: &Tensor, indices: &Tensor, updates: &Tensor, kind: ScatterKind) -> Result<Tensor> {
    let Some((&depth, batch)) = indices.shape().split_last() else {
        return Err(Error::shape("indices need a last dimension, one entry per dimension of the tensor"));
    };
    let mut parts = Vec::new();
    for at in 0..depth {
        let column = t.slice_axis(indices, batch.len(), at, at + 1)?;
        parts.push(Part::Array(t.squeeze(&column, &[batch.len()])?));
    }
    t.index_update(x, &parts, updates, kind, OutOfBounds::Fill)
}
