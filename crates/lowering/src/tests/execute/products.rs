//! Matrix products and convolutions, with their derivatives.

use keramos_ir::DType;
use keramos_ir::ops::{Conv, ConvDims, DotDims, DotGeneral, Precision};

use super::{Case, SUMS, check, some, with_derivatives};

#[test]
fn dot_general() {
    let dims = [
        (DotDims::contracting([1], [0]), vec![3, 4], vec![4, 5]),
        (DotDims::contracting([], []), vec![3], vec![4]),
        (DotDims::contracting([0, 2], [1, 0]), vec![2, 3, 4], vec![4, 2]),
        (DotDims::contracting([2], [1]).batch([0], [2]), vec![2, 3, 4], vec![5, 4, 2]),
    ];
    let mut cases = Vec::new();
    for (dims, left, right) in dims {
        for dtype in [DType::F32, DType::F64, DType::BF16] {
            let dot = DotGeneral { dims: dims.clone(), precision: Precision::Highest, dtype };
            cases.push(Case::new(dot, [some(dtype, &left), some(dtype, &right)]));
        }
    }
    let dims = DotDims::contracting([1], [0]);
    let accumulated = DotGeneral { dims: dims.clone(), precision: Precision::Default, dtype: DType::F32 };
    cases.push(Case::new(accumulated, [some(DType::BF16, &[3, 4]), some(DType::BF16, &[4, 5])]));
    let mut cases = with_derivatives(cases);
    let integers = DotGeneral { dims, precision: Precision::Default, dtype: DType::I32 };
    cases.push(Case::new(integers, [some(DType::I32, &[3, 4]), some(DType::I32, &[4, 5])]));
    check(&cases, SUMS);
}

#[test]
fn convolution() {
    let last = || Conv::new(ConvDims::channels_last(2));
    let same = || Conv { padding: vec![(1, 1), (1, 2)], ..last() };
    let first = || Conv::new(ConvDims::channels_first(2));
    // Input, kernel.
    let convolutions = [
        (last(), vec![2, 6, 7, 3], vec![3, 2, 3, 4]),
        (Conv { strides: vec![2, 3], ..same() }, vec![2, 6, 7, 3], vec![3, 3, 3, 4]),
        (Conv { rhs_dilation: vec![2, 1], ..same() }, vec![1, 6, 7, 2], vec![3, 3, 2, 4]),
        (Conv { lhs_dilation: vec![2, 2], ..same() }, vec![1, 4, 3, 2], vec![3, 3, 2, 4]),
        (Conv { feature_groups: 2, ..same() }, vec![2, 5, 5, 4], vec![3, 3, 2, 6]),
        (Conv { feature_groups: 4, strides: vec![2, 2], ..same() }, vec![2, 5, 5, 4], vec![3, 3, 1, 8]),
        (Conv { batch_groups: 2, ..same() }, vec![4, 5, 5, 3], vec![3, 3, 3, 6]),
        (first(), vec![2, 3, 6, 7], vec![3, 2, 3, 4]),
        (Conv::new(ConvDims::channels_last(1)), vec![2, 6, 3], vec![3, 3, 4]),
        (
            Conv { strides: vec![1, 2, 1], ..Conv::new(ConvDims::channels_last(3)) },
            vec![1, 3, 4, 5, 2],
            vec![2, 2, 2, 2, 3],
        ),
    ];
    let cases = convolutions
        .map(|(conv, input, kernel)| Case::new(conv, [some(DType::F32, &input), some(DType::F32, &kernel)]));
    check(&with_derivatives(cases.into()), SUMS);
}
