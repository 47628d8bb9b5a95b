//! Convolutions that do not mix features, which XLA's CPU backend runs element by element.

use super::{MAX_PLACES, places};
use crate::ops::{BinaryKind, BroadcastInDim, Concatenate, Conv, Monoid, Pad, Padding, Reduce, Slice};
use crate::passes::graph::Graph;
use crate::passes::rules::Answer;
use crate::{Array, DType, Primitive, Value};

/// A convolution of each feature with its own kernel → for each place in the kernel the image moved there, times the
/// kernel's number there, added up. As in XLA's own convolutions, padding counts as zeros, also times infinity.
pub(super) fn products(g: &mut Graph<'_>, op: &Conv, x: Value, kernel: Value) -> Answer {
    let dims = &op.dims;
    let ty = g.ty(x).clone();
    let sizes = g.ty(kernel).shape.clone();
    let result = op.infer(&[&ty, g.ty(kernel)])?;
    let Some(result) = result.first() else { return Ok(None) };
    let features = ty.shape[dims.lhs[1]];
    let window: Vec<usize> = dims.rhs[2..].iter().map(|&d| sizes[d]).collect();
    let separate = op.feature_groups == features && sizes[dims.rhs[0]] == features && op.batch_groups == 1;
    let count = window.iter().product::<usize>();
    // Half-precision sums would be rounded at every step; results without elements have nothing to slice.
    let exact = matches!(ty.dtype, DType::F32 | DType::F64);
    if !separate || !exact || features < 2 || dims.lhs != dims.out || count == 0 || count > MAX_PLACES {
        return Ok(None);
    }
    let mut padding = vec![Padding::default(); ty.rank()];
    for (d, &dim) in dims.lhs[2..].iter().enumerate() {
        let (low, high) = op.padding[d];
        padding[dim] = Padding { low, high, interior: op.lhs_dilation[d] - 1 };
    }
    let zero = g.constant(Array::scalar(ty.dtype, 0.0))?;
    let padded = g.emit1(Pad { padding }, &[x, zero])?;
    let mut sum = None;
    for place in places(&window) {
        let (mut start, mut limit, mut strides) = (vec![0; ty.rank()], g.ty(padded).shape.clone(), vec![1; ty.rank()]);
        let (mut first, mut last) = (vec![0; sizes.len()], sizes.clone());
        for (d, &at) in place.iter().enumerate() {
            let dim = dims.lhs[d + 2];
            start[dim] = at * op.rhs_dilation[d];
            strides[dim] = op.strides[d];
            limit[dim] = start[dim] + (result.shape[dim] - 1) * strides[dim] + 1;
            (first[dims.rhs[d + 2]], last[dims.rhs[d + 2]]) = (at, at + 1);
        }
        let image = g.emit1(Slice { start, limit, strides }, &[padded])?;
        let number = g.emit1(Slice { start: first, limit: last, strides: vec![1; sizes.len()] }, &[kernel])?;
        let number = g.reshape(number, &[features])?;
        let number = g.emit1(BroadcastInDim { shape: result.shape.clone(), dims: vec![dims.out[1]] }, &[number])?;
        let product = g.binary(BinaryKind::Mul, image, number)?;
        sum = Some(match sum {
            None => product,
            Some(before) => g.binary(BinaryKind::Add, before, product)?,
        });
    }
    Ok(sum)
}

/// The gradient of such a convolution's kernel: for each place in the result the image moved there, times the other
/// operand, added up for each feature.
pub(super) fn kernel(g: &mut Graph<'_>, op: &Conv, x: Value, other: Value) -> Answer {
    let dims = &op.dims;
    let ty = g.ty(x).clone();
    let sizes = g.ty(other).shape.clone();
    let result = op.infer(&[&ty, g.ty(other)])?;
    let Some(result) = result.first() else { return Ok(None) };
    let features = ty.shape[dims.lhs[0]];
    let window: Vec<usize> = dims.out[2..].iter().map(|&d| result.shape[d]).collect();
    let count = window.iter().product::<usize>();
    let separate = op.batch_groups == features && sizes[dims.rhs[0]] == features && op.feature_groups == 1;
    // The features come last in the result, after the places in their order.
    let ordered = dims.out[1] == ty.rank() - 1 && dims.out[2..].is_sorted() && dims.lhs == dims.rhs;
    let exact = matches!(ty.dtype, DType::F32 | DType::F64);
    if !separate || !exact || !ordered || features < 2 || result.size() == 0 || count > MAX_PLACES {
        return Ok(None);
    }
    let mut padding = vec![Padding::default(); ty.rank()];
    for (d, &dim) in dims.lhs[2..].iter().enumerate() {
        let (low, high) = op.padding[d];
        padding[dim] = Padding { low, high, interior: op.lhs_dilation[d] - 1 };
    }
    let zero = g.constant(Array::scalar(ty.dtype, 0.0))?;
    let padded = g.emit1(Pad { padding }, &[x, zero])?;
    let axes: Vec<usize> = (0..ty.rank()).filter(|&d| d != dims.lhs[0]).collect();
    let mut sums = Vec::with_capacity(count);
    for place in places(&window) {
        let (mut start, mut limit, mut strides) = (vec![0; ty.rank()], g.ty(padded).shape.clone(), vec![1; ty.rank()]);
        for (d, &at) in place.iter().enumerate() {
            let dim = dims.lhs[d + 2];
            start[dim] = at * op.strides[d];
            strides[dim] = op.rhs_dilation[d];
            limit[dim] = start[dim] + (sizes[dim] - 1) * strides[dim] + 1;
        }
        let image = g.emit1(Slice { start, limit, strides }, &[padded])?;
        let product = g.binary(BinaryKind::Mul, image, other)?;
        let sum = g.emit1(Reduce { monoid: Monoid::Sum, axes: axes.clone() }, &[product])?;
        sums.push(g.reshape(sum, &[1, features])?);
    }
    let sums = g.emit1(Concatenate { dim: 0 }, &sums)?;
    g.reshape(sums, &result.shape).map(Some)
}
