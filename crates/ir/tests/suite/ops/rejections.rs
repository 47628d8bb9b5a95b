//! Operands that type rules reject, and what they say.

use keramos_ir::ops::*;
use keramos_ir::{DType, IrError, Op, Primitive, TensorType};

/// The message with which `op` rejects operands of the given types.
#[track_caller]
fn rejection(op: impl Into<Op>, types: &[&str]) -> String {
    let op = op.into();
    let types: Vec<TensorType> = types.iter().map(|text| ty(text)).collect();
    match op.infer(&types.iter().collect::<Vec<_>>()) {
        Err(IrError::Type { op: name, message, .. }) => {
            assert_eq!(name, op.name());
            message
        }
        other => panic!("{op:?} answered {other:?}"),
    }
}

/// `f32[2,3]` as a type.
fn ty(text: &str) -> TensorType {
    let (dtype, shape) = text.trim_end_matches(']').split_once('[').unwrap();
    let shape: Vec<usize> = shape.split(',').filter(|d| !d.is_empty()).map(|d| d.parse().unwrap()).collect();
    TensorType::new(dtype.parse::<DType>().unwrap(), shape)
}

#[test]
fn elementwise() {
    let add = || Binary(BinaryKind::Add);
    assert_eq!(rejection(add(), &["f32[2]"]), "takes 2 operands, 1 given");
    assert_eq!(rejection(add(), &["f32[2]", "f32[3]"]), "operands must have one type");
    assert_eq!(rejection(Unary(UnaryKind::Exp), &["i32[2]"]), "is not defined for i32");
    assert_eq!(rejection(Unary(UnaryKind::Abs), &["u8[2]"]), "is not defined for u8");
    assert_eq!(rejection(Binary(BinaryKind::And), &["f32[]", "f32[]"]), "is not defined for f32");
    assert_eq!(rejection(Compare(Comparison::Lt), &["f32[]", "f64[]"]), "operands must have one type");
    rejection(Select, &["bool[3]", "f32[2]", "f32[2]"]);
    rejection(Select, &["i32[]", "f32[2]", "f32[2]"]);
    rejection(Clamp, &["f32[3]", "f32[2]", "f32[]"]);
    rejection(BitcastConvert { dtype: DType::F64 }, &["i32[2]"]);
    rejection(IntegerPow { exponent: -1 }, &["i32[2]"]);
}

#[test]
fn shapes() {
    assert_eq!(rejection(Reshape { shape: vec![4] }, &["f32[2,3]"]), "cannot give 6 elements the shape (4,)");
    rejection(Transpose { permutation: vec![0, 0] }, &["f32[2,3]"]);
    rejection(BroadcastInDim { shape: vec![2, 3], dims: vec![0] }, &["f32[3]"]);
    rejection(BroadcastInDim { shape: vec![2, 3], dims: vec![1, 0] }, &["f32[3,2]"]);
    rejection(Concatenate { dim: 0 }, &[]);
    rejection(Concatenate { dim: 0 }, &["f32[2,3]", "f32[2,4]"]);
    rejection(Pad { padding: vec![Padding::edges(-2, -2)] }, &["f32[3]", "f32[]"]);
    rejection(Pad { padding: vec![Padding::edges(1, 1)] }, &["f32[3]", "f32[1]"]);
    rejection(Slice { start: vec![0], limit: vec![4], strides: vec![1] }, &["f32[3]"]);
    rejection(Slice { start: vec![0], limit: vec![3], strides: vec![0] }, &["f32[3]"]);
    rejection(DynamicSlice { sizes: vec![4] }, &["f32[3]", "i32[]"]);
    rejection(DynamicSlice { sizes: vec![2] }, &["f32[3]", "f32[]"]);
    rejection(DynamicUpdateSlice, &["f32[3]", "f32[4]", "i32[]"]);
    rejection(Iota { dtype: DType::Bool, shape: vec![3], dim: 0 }, &[]);
    rejection(Iota { dtype: DType::I32, shape: vec![3], dim: 1 }, &[]);
}

#[test]
fn reductions() {
    let sum = |axes| Reduce { monoid: Monoid::Sum, axes };
    rejection(sum(vec![2]), &["f32[2,3]"]);
    rejection(sum(vec![0, 0]), &["f32[2,3]"]);
    rejection(sum(vec![0]), &["bool[2]"]);
    rejection(Reduce { monoid: Monoid::And, axes: vec![0] }, &["f32[2]"]);
    rejection(ArgExtremum { extremum: Extremum::Max, axis: 0, dtype: DType::I32 }, &["f32[0]"]);
    let window = |size: usize| ReduceWindow { monoid: Monoid::Max, window: Window::new([size], [1]) };
    rejection(window(4), &["f32[3]"]);
    rejection(window(0), &["f32[3]"]);
    rejection(window(1), &["f32[3,3]"]);
    rejection(Cumulative { monoid: Monoid::Sum, axis: 1, reverse: false }, &["f32[3]"]);
    rejection(Sort { dim: 0, num_keys: 2 }, &["f32[3]"]);
    rejection(Sort { dim: 0, num_keys: 1 }, &["f32[3]", "i32[4]"]);
    rejection(TopK { k: 4 }, &["f32[3]"]);
}

#[test]
fn contractions() {
    let dot = |dims| DotGeneral { dims, precision: Precision::Default, dtype: DType::F32 };
    assert_eq!(
        rejection(dot(DotDims::contracting([1], [0])), &["f32[2,3]", "f32[4,2]"]),
        "dimension 1 of the left and 0 of the right operand differ in size"
    );
    rejection(dot(DotDims::contracting([1, 0], [0])), &["f32[2,3]", "f32[3,2]"]);
    rejection(dot(DotDims::contracting([0], [0]).batch([0], [1])), &["f32[2,2]", "f32[2,2]"]);
    rejection(dot(DotDims::contracting([1], [0])), &["i32[2,3]", "i32[3,2]"]);
    let conv = Conv::new(ConvDims::channels_last(1));
    assert_eq!(
        rejection(conv.clone(), &["f32[1,5,3]", "f32[2,4,8]"]),
        "the kernel takes 4 input features in 1 groups, the input has 3"
    );
    rejection(conv.clone(), &["f32[1,1,3]", "f32[2,3,8]"]);
    rejection(Conv { feature_groups: 3, ..conv.clone() }, &["f32[1,5,3]", "f32[2,1,8]"]);
    rejection(Conv { strides: vec![0], ..conv.clone() }, &["f32[1,5,3]", "f32[2,3,8]"]);
    rejection(Conv { strides: vec![1, 1], ..conv }, &["f32[1,5,3]", "f32[2,3,8]"]);
}

#[test]
fn indexing() {
    let dims = GatherDims { collapsed_slice_dims: vec![0], start_index_map: vec![0], ..GatherDims::default() };
    let gather = |slice_sizes: &[usize]| Gather {
        dims: dims.clone(),
        slice_sizes: slice_sizes.to_vec(),
        mode: OutOfBounds::Clip,
    };
    rejection(gather(&[2]), &["f32[5]", "i32[3,1]"]);
    rejection(gather(&[1]), &["f32[5]", "i32[3,2]"]);
    rejection(gather(&[1]), &["f32[5]", "f32[3,1]"]);
    rejection(gather(&[1]), &["f32[5]", "i32[]"]);
    rejection(gather(&[1, 1]), &["f32[5]", "i32[3,1]"]);
    let scatter = Scatter { kind: ScatterKind::Add, dims: dims.clone(), mode: OutOfBounds::Fill };
    assert_eq!(rejection(scatter, &["f32[5]", "i32[3,1]", "f32[4]"]), "the updates must be f32[3]");
}
