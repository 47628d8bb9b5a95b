//! Convolutions with kernels larger than their results, which is what gradients of kernels are.

use crate::ops::{BinaryKind, Conv, DotDims, DotGeneral, Slice};
use crate::passes::graph::Graph;
use crate::passes::rules::Answer;
use crate::{DType, Value};

/// About how many products one sum may have before it is split. Measured: the time per product grows by 2 to 4 times
/// from there on, while sums of fewer than some 500 lose to the work around them.
const MAX_PRODUCTS: usize = 4096;

/// No more parts than this, because each takes its time to compile.
const MAX_PARTS: usize = 8;

/// A convolution with one position in its result (the gradient of a 1×1 kernel, or a kernel of the
/// image's size) → a product of matrices.
pub(super) fn product(g: &mut Graph<'_>, op: &Conv, x: Value, kernel: Value) -> Answer {
    let (dims, spatial) = (&op.dims, op.strides.len());
    let (shape, sizes) = (&g.ty(x).shape, &g.ty(kernel).shape);
    if op.feature_groups != 1 || op.batch_groups != 1 || op.lhs_dilation.iter().any(|&d| d != 1) {
        return Ok(None);
    }
    let (mut start, mut limit, mut strides) = (vec![0; shape.len()], shape.clone(), vec![1; shape.len()]);
    for d in 0..spatial {
        let (low, high) = op.padding[d];
        let (n, k, step) = (shape[dims.lhs[d + 2]], sizes[dims.rhs[d + 2]], op.rhs_dilation[d]);
        let covered = k.saturating_sub(1) * step + 1;
        let padded = n as i64 + low + high;
        let one_position = k > 0 && padded >= covered as i64 && padded - (covered as i64) < op.strides[d] as i64;
        let Some(first) = usize::try_from(-low).ok().filter(|first| one_position && first + covered <= n) else {
            return Ok(None);
        };
        (start[dims.lhs[d + 2]], limit[dims.lhs[d + 2]], strides[dims.lhs[d + 2]]) = (first, first + covered, step);
    }
    let mut result = vec![1; shape.len()];
    (result[dims.out[0]], result[dims.out[1]]) = (shape[dims.lhs[0]], sizes[dims.rhs[0]]);
    // The product's dimensions have the order of its operands.
    let (image, taps) = (dims.lhs[1..].to_vec(), dims.rhs[1..].to_vec());
    let swapped = dims.out[1] < dims.out[0];
    let dtype = g.ty(x).dtype;
    let x = g.emit1(Slice { start, limit, strides }, &[x])?;
    let (dims, operands) = match swapped {
        false => (DotDims::contracting(image, taps), [x, kernel]),
        true => (DotDims::contracting(taps, image), [kernel, x]),
    };
    let dot = g.emit1(DotGeneral { dims, precision: op.precision, dtype }, &operands)?;
    g.reshape(dot, &result).map(Some)
}

/// A convolution that adds up very many products for few results → several over parts of the features, added up.
pub(super) fn split(g: &mut Graph<'_>, op: &Conv, x: Value, kernel: Value) -> Answer {
    let dims = &op.dims;
    let result = crate::Primitive::infer(op, &[g.ty(x), g.ty(kernel)])?;
    let Some(result) = result.first() else { return Ok(None) };
    let features = g.ty(x).shape[dims.lhs[1]];
    let window: usize = dims.rhs[2..].iter().map(|&d| g.ty(kernel).shape[d]).product();
    let positions: usize = dims.out[2..].iter().map(|&d| result.shape[d]).product();
    let parts = (features * window).div_ceil(MAX_PRODUCTS).min(features).min(MAX_PARTS);
    // Half-precision sums would be rounded once for each part.
    let exact = matches!(result.dtype, DType::F32 | DType::F64);
    if op.feature_groups != 1 || !exact || parts < 2 || window < 4 * positions {
        return Ok(None);
    }
    let part = features.div_ceil(parts);
    let mut sum = None;
    for first in (0..features).step_by(part) {
        let last = (first + part).min(features);
        let inputs = [take(g, x, dims.lhs[1], first, last)?, take(g, kernel, dims.rhs[1], first, last)?];
        // Not offered to the laws again, which would split the parts further.
        let part = g.emit_as_it_is(op.clone(), &inputs)?;
        sum = Some(match sum {
            None => part,
            Some(before) => g.binary(BinaryKind::Add, before, part)?,
        });
    }
    Ok(sum)
}

/// Indices `start..limit` of one dimension.
fn take(g: &mut Graph<'_>, x: Value, dim: usize, first: usize, last: usize) -> crate::Result<Value> {
    let shape = g.ty(x).shape.clone();
    let (mut start, mut limit, strides) = (vec![0; shape.len()], shape.clone(), vec![1; shape.len()]);
    (start[dim], limit[dim]) = (first, last);
    g.emit1(Slice { start, limit, strides }, &[x])
}
