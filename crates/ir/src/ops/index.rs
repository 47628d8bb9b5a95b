//! Multi-dimensional indices over row-major elements, for reference evaluation.

use crate::{Array, Buffer, Result};

/// Elements between neighbours along each dimension.
pub(crate) fn strides(shape: &[usize]) -> Vec<usize> {
    let mut strides = vec![1; shape.len()];
    for d in (1..shape.len()).rev() {
        strides[d - 1] = strides[d] * shape[d];
    }
    strides
}

/// The row-major position of `index`.
pub(crate) fn flat(index: &[usize], strides: &[usize]) -> usize {
    index.iter().zip(strides).map(|(i, s)| i * s).sum()
}

/// Calls `visit` with every index of `shape`, row-major.
pub(crate) fn for_each(shape: &[usize], mut visit: impl FnMut(&[usize])) {
    if shape.contains(&0) {
        return;
    }
    let mut index = vec![0; shape.len()];
    loop {
        visit(&index);
        let Some(d) = (0..shape.len()).rev().find(|&d| index[d] + 1 < shape[d]) else { return };
        index[d] += 1;
        index[d + 1..].fill(0);
    }
}

/// The positions reached by moving along `dims` of `shape` from position 0, the last one fastest.
pub(crate) fn offsets(shape: &[usize], dims: &[usize]) -> Vec<usize> {
    let all = strides(shape);
    let steps: Vec<usize> = dims.iter().map(|&d| all[d]).collect();
    let sizes: Vec<usize> = dims.iter().map(|&d| shape[d]).collect();
    let mut offsets = Vec::with_capacity(sizes.iter().product());
    for_each(&sizes, |at| offsets.push(flat(at, &steps)));
    offsets
}

/// An array of the given shape whose element at `index` is `x`'s element at position `source(index)`.
pub(crate) fn rearrange(x: &Array, shape: &[usize], mut source: impl FnMut(&[usize]) -> usize) -> Result<Array> {
    let mut positions = Vec::with_capacity(shape.iter().product());
    for_each(shape, |index| positions.push(source(index)));
    take(x, shape, &positions)
}

/// An array of the given shape with `x`'s elements at the given positions.
pub(crate) fn take(x: &Array, shape: &[usize], positions: &[usize]) -> Result<Array> {
    Array::new(shape, x.data().take(positions))
}

/// The elements of all arrays one after the other, rank 1.
pub(crate) fn concatenate(arrays: &[&Array]) -> Result<Array> {
    let mut total: Option<Buffer> = None;
    for array in arrays {
        total = Some(match total {
            None => array.data().clone(),
            Some(mut sofar) => {
                sofar.append(array.data());
                sofar
            }
        });
    }
    let data = total.unwrap_or(Buffer::Bool(Vec::new()));
    Array::new([data.len()], data)
}
