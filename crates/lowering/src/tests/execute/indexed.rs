//! Gather and scatter.

use keramos_ir::ops::{Gather, GatherDims, OutOfBounds, Scatter, ScatterKind};
use keramos_ir::{Array, DType};

use super::{Case, SUMS, array, check, some, with_derivatives};

const MODES: [OutOfBounds; 3] = [OutOfBounds::Clip, OutOfBounds::Fill, OutOfBounds::Zero];

/// Rows of a matrix, as in an embedding.
fn rows() -> GatherDims {
    GatherDims {
        offset_dims: vec![1],
        collapsed_slice_dims: vec![0],
        start_index_map: vec![0],
        ..GatherDims::default()
    }
}

/// Windows at pairs of indices, addressed columns first.
fn windows() -> GatherDims {
    GatherDims { offset_dims: vec![0, 2], start_index_map: vec![1, 0], ..GatherDims::default() }
}

/// One element of each row.
fn picks() -> GatherDims {
    GatherDims {
        collapsed_slice_dims: vec![1],
        start_index_map: vec![1],
        operand_batching_dims: vec![0],
        start_indices_batching_dims: vec![0],
        ..GatherDims::default()
    }
}

/// Windows of a `[5, 4]` tensor.
struct Addresses {
    dims: GatherDims,
    slice_sizes: Vec<usize>,
    /// Some of the indices are repeated and some are outside.
    indices: Array,
}

fn addresses() -> [Addresses; 3] {
    let indices = |shape: &[usize], values: &[f64]| array(DType::I32, shape, values);
    [
        Addresses {
            dims: rows(),
            slice_sizes: vec![1, 4],
            indices: indices(&[6, 1], &[4.0, 0.0, 2.0, 2.0, 7.0, -3.0]),
        },
        Addresses {
            dims: windows(),
            slice_sizes: vec![2, 3],
            indices: indices(&[4, 2], &[0.0, 0.0, 1.0, 3.0, 2.0, 4.0, -1.0, 1.0]),
        },
        Addresses { dims: picks(), slice_sizes: vec![1, 1], indices: indices(&[5, 1], &[3.0, 0.0, -1.0, 4.0, 1.0]) },
    ]
}

impl Addresses {
    fn gather(&self, dtype: DType, mode: OutOfBounds) -> Case {
        let op = Gather { dims: self.dims.clone(), slice_sizes: self.slice_sizes.clone(), mode };
        Case::new(op, [some(dtype, &[5, 4]), self.indices.clone()])
    }

    fn scatter(&self, kind: ScatterKind, dtype: DType, mode: OutOfBounds) -> Case {
        let updates = some(dtype, &self.gather(dtype, mode).result_shape());
        let op = Scatter { kind, dims: self.dims.clone(), mode };
        Case::new(op, [some(dtype, &[5, 4]), self.indices.clone(), updates])
    }
}

#[test]
fn gather() {
    let mut cases = Vec::new();
    for windows in addresses() {
        for mode in MODES {
            cases.extend([DType::F32, DType::I32, DType::U8, DType::Bool].map(|dtype| windows.gather(dtype, mode)));
        }
    }
    check(&with_derivatives(cases), SUMS);
}

#[test]
fn scatter() {
    let (mut cases, mut undifferentiated) = (Vec::new(), Vec::new());
    for windows in addresses() {
        for mode in MODES {
            for &kind in ScatterKind::ALL {
                if kind == ScatterKind::Replace && mode == OutOfBounds::Clip && windows.slice_sizes == [2, 3] {
                    // Clipping makes these windows overlap, and which of them wins is left open.
                    continue;
                }
                let differentiable = matches!(kind, ScatterKind::Add | ScatterKind::Replace);
                let list = if differentiable { &mut cases } else { &mut undifferentiated };
                list.extend([DType::F32, DType::I32].map(|dtype| windows.scatter(kind, dtype, mode)));
            }
        }
    }
    let mut cases = with_derivatives(cases);
    cases.extend(undifferentiated);
    check(&cases, SUMS);
}
