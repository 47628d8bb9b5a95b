//! Values of primitives that are easy to get wrong: what XLA's CPU backend computes.

use keramos_ir::ops::*;
use keramos_ir::{Array, Buffer, DType, Op, Primitive, TensorType};

fn run(op: impl Into<Op>, operands: &[Array]) -> Vec<Buffer> {
    let op = op.into();
    let operands: Vec<&Array> = operands.iter().collect();
    let types: Vec<&TensorType> = operands.iter().map(|x| x.ty()).collect();
    let inferred = op.infer(&types).unwrap();
    let results = op.eval(&operands).unwrap();
    assert!(results.iter().map(Array::ty).eq(&inferred));
    results.into_iter().map(Array::into_data).collect()
}

fn run1(op: impl Into<Op>, operands: &[Array]) -> Buffer {
    run(op, operands).remove(0)
}

fn i32s(shape: &[usize], values: &[i32]) -> Array {
    Array::new(shape, Buffer::I32(values.to_vec())).unwrap()
}

fn f32s(shape: &[usize], values: &[f32]) -> Array {
    Array::new(shape, Buffer::F32(values.to_vec())).unwrap()
}

fn u8s(values: &[u8]) -> Array {
    Array::new([values.len()], Buffer::U8(values.to_vec())).unwrap()
}

fn bits(buffer: &Buffer) -> Vec<u32> {
    match buffer {
        Buffer::F32(v) => v.iter().map(|x| x.to_bits()).collect(),
        other => panic!("{} where f32 was expected", other.dtype()),
    }
}

#[test]
fn integer_division_by_zero_and_rounding() {
    let (x, y) = (i32s(&[4], &[-7, 7, 7, i32::MIN]), i32s(&[4], &[2, -2, 0, -1]));
    let xy = [x, y];
    assert_eq!(run1(Binary(BinaryKind::Div), &xy), Buffer::I32(vec![-3, -3, -1, i32::MIN]));
    assert_eq!(run1(Binary(BinaryKind::Rem), &xy), Buffer::I32(vec![-1, 1, 7, 0]));
    let unsigned = [u8s(&[200, 9]), u8s(&[0, 2])];
    assert_eq!(run1(Binary(BinaryKind::Div), &unsigned), Buffer::U8(vec![255, 4]));
}

#[test]
fn integers_wrap() {
    let x = [i32s(&[2], &[i32::MAX, i32::MIN]), i32s(&[2], &[1, 1])];
    assert_eq!(run1(Binary(BinaryKind::Add), &x), Buffer::I32(vec![i32::MIN, i32::MIN + 1]));
    assert_eq!(run1(Binary(BinaryKind::Sub), &x), Buffer::I32(vec![i32::MAX - 1, i32::MAX]));
    assert_eq!(run1(Binary(BinaryKind::Mul), &[u8s(&[200]), u8s(&[3])]), Buffer::U8(vec![88]));
    assert_eq!(run1(Unary(UnaryKind::Neg), &[u8s(&[1])]), Buffer::U8(vec![255]));
    assert_eq!(run1(Unary(UnaryKind::Abs), &[i32s(&[1], &[i32::MIN])]), Buffer::I32(vec![i32::MIN]));
    assert_eq!(run1(Reduce { monoid: Monoid::Prod, axes: vec![0] }, &[u8s(&[16, 17])]), Buffer::U8(vec![16]));
}

#[test]
fn shifts_past_the_width() {
    let (x, y) = (i32s(&[3], &[1, -8, -8]), i32s(&[3], &[40, 1, 99]));
    let xy = [x, y];
    assert_eq!(run1(Binary(BinaryKind::ShiftLeft), &xy), Buffer::I32(vec![0, -16, 0]));
    assert_eq!(run1(Binary(BinaryKind::ShiftRightArithmetic), &xy), Buffer::I32(vec![0, -4, -1]));
    assert_eq!(run1(Binary(BinaryKind::ShiftRightLogical), &xy), Buffer::I32(vec![0, i32::MAX - 3, 0]));
}

#[test]
fn bit_counts() {
    assert_eq!(run1(Unary(UnaryKind::PopulationCount), &[i32s(&[2], &[-1, 6])]), Buffer::I32(vec![32, 2]));
    assert_eq!(run1(Unary(UnaryKind::Clz), &[u8s(&[0, 1, 128])]), Buffer::U8(vec![8, 7, 0]));
    assert_eq!(run1(Unary(UnaryKind::Not), &[u8s(&[5])]), Buffer::U8(vec![250]));
}

#[test]
fn conversions_saturate_and_wrap() {
    let x = f32s(&[6], &[3e10, -3e10, f32::NAN, 2.9, -2.9, 300.0]);
    let to = |dtype, x: &Array| run1(Convert { dtype }, std::slice::from_ref(x));
    assert_eq!(to(DType::I32, &x), Buffer::I32(vec![i32::MAX, i32::MIN, 0, 2, -2, 300]));
    assert_eq!(to(DType::U8, &x), Buffer::U8(vec![255, 0, 0, 2, 0, 255]));
    assert_eq!(to(DType::U8, &i32s(&[2], &[300, -1])), Buffer::U8(vec![44, 255]));
    assert_eq!(to(DType::Bool, &f32s(&[3], &[0.3, -0.0, f32::NAN])), Buffer::Bool(vec![true, false, true]));
}

#[test]
fn nan_and_zeros_in_extrema_and_comparisons() {
    let (x, y) = (f32s(&[4], &[f32::NAN, 1.0, -0.0, 0.0]), f32s(&[4], &[1.0, f32::NAN, 0.0, -0.0]));
    let xy = [x, y];
    let max = bits(&run1(Binary(BinaryKind::Max), &xy));
    assert!(f32::from_bits(max[0]).is_nan() && f32::from_bits(max[1]).is_nan());
    assert_eq!(max[2..], [0.0_f32.to_bits(); 2]);
    let min = bits(&run1(Binary(BinaryKind::Min), &xy));
    assert!(f32::from_bits(min[0]).is_nan() && f32::from_bits(min[1]).is_nan());
    assert_eq!(min[2..], [(-0.0_f32).to_bits(); 2]);
    let truths = |comparison| run1(Compare(comparison), &xy);
    assert_eq!(truths(Comparison::Ne), Buffer::Bool(vec![true, true, false, false]));
    assert_eq!(truths(Comparison::Ge), Buffer::Bool(vec![false, false, true, true]));
    let reduced = run1(Reduce { monoid: Monoid::Max, axes: vec![0] }, &xy[..1]);
    assert!(f32::from_bits(bits(&reduced)[0]).is_nan());
}

#[test]
fn empty_reductions_are_neutral() {
    let reduce = |monoid, x: Array| run1(Reduce { monoid, axes: vec![0] }, &[x]);
    assert_eq!(reduce(Monoid::Max, f32s(&[0], &[])), Buffer::F32(vec![f32::NEG_INFINITY]));
    assert_eq!(reduce(Monoid::Min, i32s(&[0], &[])), Buffer::I32(vec![i32::MAX]));
    assert_eq!(reduce(Monoid::Prod, f32s(&[0], &[])), Buffer::F32(vec![1.0]));
    assert_eq!(reduce(Monoid::And, i32s(&[0], &[])), Buffer::I32(vec![-1]));
    assert_eq!(reduce(Monoid::And, u8s(&[])), Buffer::U8(vec![255]));
}

#[test]
fn arg_extrema_prefer_nan_and_low_indices() {
    let arg = |extremum, x: &[f32]| run1(ArgExtremum { extremum, axis: 0, dtype: DType::I32 }, &[f32s(&[x.len()], x)]);
    assert_eq!(arg(Extremum::Max, &[1.0, 3.0, 3.0]), Buffer::I32(vec![1]));
    assert_eq!(arg(Extremum::Max, &[1.0, f32::NAN, 9.0, f32::NAN]), Buffer::I32(vec![1]));
    assert_eq!(arg(Extremum::Min, &[2.0, -1.0, -1.0, f32::NAN]), Buffer::I32(vec![3]));
}

#[test]
fn sorting_is_stable_with_nan_last() {
    let keys = f32s(&[6], &[2.0, f32::NAN, 0.0, -0.0, f32::NEG_INFINITY, 2.0]);
    let payload = i32s(&[6], &[0, 1, 2, 3, 4, 5]);
    let sorted = run(Sort { dim: 0, num_keys: 1 }, &[keys.clone(), payload]);
    assert_eq!(sorted[1], Buffer::I32(vec![4, 2, 3, 0, 5, 1]));
    let top = run(TopK { k: 3 }, &[keys]);
    assert_eq!(top[1], Buffer::I32(vec![1, 0, 5]));
}

#[test]
fn sorting_by_several_keys_is_lexicographic() {
    let major = i32s(&[2, 3], &[1, 0, 1, 5, 5, 4]);
    let minor = i32s(&[2, 3], &[3, 9, 2, 8, 7, 1]);
    let sorted = run(Sort { dim: 1, num_keys: 2 }, &[major, minor]);
    assert_eq!(sorted, [Buffer::I32(vec![0, 1, 1, 4, 5, 5]), Buffer::I32(vec![9, 2, 3, 1, 7, 8])]);
}

#[test]
fn padding_may_be_negative_and_interior() {
    let pad = |low, high, interior| {
        let padding = vec![Padding { low, high, interior }];
        run1(Pad { padding }, &[i32s(&[3], &[1, 2, 3]), i32s(&[], &[9])])
    };
    assert_eq!(pad(1, 2, 0), Buffer::I32(vec![9, 1, 2, 3, 9, 9]));
    assert_eq!(pad(0, 0, 1), Buffer::I32(vec![1, 9, 2, 9, 3]));
    assert_eq!(pad(-1, 1, 2), Buffer::I32(vec![9, 9, 2, 9, 9, 3, 9]));
    assert_eq!(pad(-1, -2, 0), Buffer::I32(vec![]));
}

#[test]
fn dynamic_windows_are_clamped() {
    let x = i32s(&[4], &[1, 2, 3, 4]);
    let at = |start| run1(DynamicSlice { sizes: vec![2] }, &[x.clone(), i32s(&[], &[start])]);
    assert_eq!(at(-5), Buffer::I32(vec![1, 2]));
    assert_eq!(at(3), Buffer::I32(vec![3, 4]));
    let updated = run1(DynamicUpdateSlice, &[x.clone(), i32s(&[2], &[8, 9]), i32s(&[], &[7])]);
    assert_eq!(updated, Buffer::I32(vec![1, 2, 8, 9]));
}

/// One element of `x`, of rank 1, for each index.
fn elements() -> GatherDims {
    GatherDims { collapsed_slice_dims: vec![0], start_index_map: vec![0], ..GatherDims::default() }
}

#[test]
fn gather_clips_or_fills() {
    let operands = [f32s(&[3], &[1.0, 2.0, 3.0]), i32s(&[4, 1], &[2, -1, 0, 3])];
    let take = |mode| run1(Gather { dims: elements(), slice_sizes: vec![1], mode }, &operands);
    assert_eq!(take(OutOfBounds::Clip), Buffer::F32(vec![3.0, 1.0, 1.0, 3.0]));
    assert_eq!(take(OutOfBounds::Zero), Buffer::F32(vec![3.0, 0.0, 1.0, 0.0]));
    let filled = bits(&take(OutOfBounds::Fill));
    assert!(f32::from_bits(filled[1]).is_nan() && f32::from_bits(filled[3]).is_nan());
    let ints = [i32s(&[1], &[7]), i32s(&[2, 1], &[0, 1])];
    let gather = Gather { dims: elements(), slice_sizes: vec![1], mode: OutOfBounds::Fill };
    assert_eq!(run1(gather, &ints), Buffer::I32(vec![7, i32::MIN]));
}

#[test]
fn scatter_accumulates_and_drops() {
    let x = i32s(&[3], &[10, 20, 30]);
    let operands = [x, i32s(&[4, 1], &[0, 2, 0, 5]), i32s(&[4], &[1, 2, 3, 4])];
    let scatter = |kind, mode| run1(Scatter { kind, dims: elements(), mode }, &operands);
    assert_eq!(scatter(ScatterKind::Add, OutOfBounds::Fill), Buffer::I32(vec![14, 20, 32]));
    assert_eq!(scatter(ScatterKind::Add, OutOfBounds::Clip), Buffer::I32(vec![14, 20, 36]));
    assert_eq!(scatter(ScatterKind::Replace, OutOfBounds::Fill), Buffer::I32(vec![3, 20, 2]));
    assert_eq!(scatter(ScatterKind::Max, OutOfBounds::Fill), Buffer::I32(vec![10, 20, 30]));
    assert_eq!(scatter(ScatterKind::Mul, OutOfBounds::Fill), Buffer::I32(vec![30, 20, 60]));
}

#[test]
fn products_by_hand() {
    let (x, y) = (f32s(&[2, 2], &[1.0, 2.0, 3.0, 4.0]), f32s(&[2, 2], &[5.0, 6.0, 7.0, 8.0]));
    let dot = |dims| DotGeneral { dims, precision: Precision::Default, dtype: DType::F32 };
    let xy = [x, y];
    assert_eq!(run1(dot(DotDims::contracting([1], [0])), &xy), Buffer::F32(vec![19.0, 22.0, 43.0, 50.0]));
    assert_eq!(run1(dot(DotDims::contracting([0], [1])), &xy), Buffer::F32(vec![23.0, 31.0, 34.0, 46.0]));
    assert_eq!(run1(dot(DotDims::contracting([1], [1]).batch([0], [0])), &xy), Buffer::F32(vec![17.0, 53.0]));
}

#[test]
fn a_convolution_does_not_flip_the_kernel() {
    let (x, k) = (f32s(&[1, 4, 1], &[1.0, 2.0, 3.0, 4.0]), f32s(&[2, 1, 1], &[10.0, 1.0]));
    let conv = Conv::new(ConvDims::channels_last(1));
    assert_eq!(run1(conv.clone(), &[x.clone(), k.clone()]), Buffer::F32(vec![12.0, 23.0, 34.0]));
    let strided = Conv { strides: vec![2], padding: vec![(1, 1)], ..conv.clone() };
    assert_eq!(run1(strided, &[x.clone(), k.clone()]), Buffer::F32(vec![1.0, 23.0, 40.0]));
    let dilated = Conv { lhs_dilation: vec![2], ..conv };
    assert_eq!(run1(dilated, &[x, k]), Buffer::F32(vec![10.0, 2.0, 20.0, 3.0, 30.0, 4.0]));
}

#[test]
fn cumulative_sums_from_both_ends() {
    let sum = |reverse| run1(Cumulative { monoid: Monoid::Sum, axis: 0, reverse }, &[i32s(&[4], &[1, 2, 3, 4])]);
    assert_eq!(sum(false), Buffer::I32(vec![1, 3, 6, 10]));
    assert_eq!(sum(true), Buffer::I32(vec![10, 9, 7, 4]));
}

#[test]
fn half_precision_rounds_after_every_primitive() {
    let one = Array::scalar(DType::BF16, 1.0);
    let small = Array::scalar(DType::BF16, 1.0 / 256.0);
    let sum = run1(Binary(BinaryKind::Add), &[one.clone(), small]);
    assert_eq!(&sum, one.data());
}
