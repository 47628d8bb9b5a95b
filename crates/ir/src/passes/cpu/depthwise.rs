//! Convolutions that do not mix features, which XLA's CPU backend runs element by element.

use crate::ops::{BinaryKind, BroadcastInDim, Conv, Pad, Padding, Slice};
use crate::passes::graph::Graph;
use crate::passes::rules::Answer;
use crate::{Array, DType, Primitive, Value};

/// Kernels with more places than this stay: the code grows with their number.
const MAX_PLACES: usize = 27;

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

/// The places in a window, last dimension fastest.
fn places(window: &[usize]) -> Vec<Vec<usize>> {
    window.iter().fold(vec![Vec::new()], |places, &size| {
        places.iter().flat_map(|place| (0..size).map(|i| [place.as_slice(), &[i]].concat())).collect()
    })
}
