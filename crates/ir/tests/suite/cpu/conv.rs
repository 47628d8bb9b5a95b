//! Convolutions with kernels larger than their results.

use keramos_ir::ops::{Conv, ConvDims};
use keramos_ir::transform::value_and_grad;
use keramos_ir::{Builder, DType, Function, TensorType, eval};
use proptest::prelude::*;

use super::{for_cpu, names, rewritten};
use crate::numeric::{Random, assert_close};

#[test]
fn the_gradient_of_a_unit_kernel_is_a_product() {
    // Images of 2×5 with 3 features and a step of 2, 4 output features.
    insta::assert_snapshot!(rewritten("func @f(%x: f32[8,2,5,3], %ct: f32[8,1,3,4]) {
        %k = conv_general_dilated(%x, %ct) {strides=[1,1], padding=[[0,-1],[0,0]], lhs_dilation=[1,1], rhs_dilation=[2,2], lhs_spec=[3,0,1,2], rhs_spec=[3,0,1,2], out_spec=[2,3,0,1], feature_groups=1, batch_groups=1, precision=default}
        return %k
    }"), @r"
    func @f(%0: f32[8,2,5,3], %1: f32[8,1,3,4]) -> (f32[1,1,3,4]) {
      %2: f32[8,1,3,3] = slice(%0) {start=[0,0,0,0], limit=[8,1,5,3], strides=[1,2,2,1]}
      %3: f32[3,4] = dot_general(%2, %1) {contracting=[[0,1,2],[0,1,2]], batch=[[],[]], precision=default, dtype=f32}
      %4: f32[1,1,3,4] = reshape(%3) {shape=[1,1,3,4]}
      return %4
    }
    ");
}

#[test]
fn long_sums_are_split_by_features() {
    insta::assert_snapshot!(rewritten("func @f(%x: f32[5,34,34,3], %ct: f32[5,32,32,4]) {
        %k = conv_general_dilated(%x, %ct) {strides=[1,1], padding=[[0,0],[0,0]], lhs_dilation=[1,1], rhs_dilation=[1,1], lhs_spec=[3,0,1,2], rhs_spec=[3,0,1,2], out_spec=[2,3,0,1], feature_groups=1, batch_groups=1, precision=default}
        return %k
    }"), @r"
    func @f(%0: f32[5,34,34,3], %1: f32[5,32,32,4]) -> (f32[3,3,3,4]) {
      %2: f32[3,34,34,3] = slice(%0) {start=[0,0,0,0], limit=[3,34,34,3], strides=[1,1,1,1]}
      %3: f32[3,32,32,4] = slice(%1) {start=[0,0,0,0], limit=[3,32,32,4], strides=[1,1,1,1]}
      %4: f32[3,3,3,4] = conv_general_dilated(%2, %3) {strides=[1,1], padding=[[0,0],[0,0]], lhs_dilation=[1,1], rhs_dilation=[1,1], lhs_spec=[3,0,1,2], rhs_spec=[3,0,1,2], out_spec=[2,3,0,1], feature_groups=1, batch_groups=1, precision=default}
      %5: f32[2,34,34,3] = slice(%0) {start=[3,0,0,0], limit=[5,34,34,3], strides=[1,1,1,1]}
      %6: f32[2,32,32,4] = slice(%1) {start=[3,0,0,0], limit=[5,32,32,4], strides=[1,1,1,1]}
      %7: f32[3,3,3,4] = conv_general_dilated(%5, %6) {strides=[1,1], padding=[[0,0],[0,0]], lhs_dilation=[1,1], rhs_dilation=[1,1], lhs_spec=[3,0,1,2], rhs_spec=[3,0,1,2], out_spec=[2,3,0,1], feature_groups=1, batch_groups=1, precision=default}
      %8: f32[3,3,3,4] = add(%4, %7)
      return %8
    }
    ");
}

#[test]
fn forward_convolutions_stay() {
    let mut b = Builder::new("f");
    let x = b.param(TensorType::new(DType::F32, [32, 14, 14, 1024]));
    let k = b.param(TensorType::new(DType::F32, [3, 3, 1024, 64]));
    let y = b.conv_general_dilated(x, k, Conv::new(ConvDims::channels_last(2))).unwrap();
    assert_eq!(names(&for_cpu(&b.finish(vec![y]))), ["conv_general_dilated"]);
}

#[test]
fn convolutions_of_single_features_are_products() {
    insta::assert_snapshot!(rewritten("func @f(%x: f32[1,5,3], %k: f32[2,1,3]) {
        %y = conv_general_dilated(%x, %k) {strides=[2], padding=[[0,1]], lhs_dilation=[1], rhs_dilation=[1], lhs_spec=[0,2,1], rhs_spec=[2,1,0], out_spec=[0,2,1], feature_groups=3, batch_groups=1, precision=default}
        return %y
    }"), @r"
    func @f(%0: f32[1,5,3], %1: f32[2,1,3]) -> (f32[1,3,3]) {
      %2: f32[] = constant {value=f32[] 0.0}
      %3: f32[1,6,3] = pad(%0, %2) {padding=[[0,0,0],[0,1,0],[0,0,0]]}
      %4: f32[1,3,3] = slice(%3) {start=[0,0,0], limit=[1,5,3], strides=[1,2,1]}
      %5: f32[1,1,3] = slice(%1) {start=[0,0,0], limit=[1,1,3], strides=[1,1,1]}
      %6: f32[3] = reshape(%5) {shape=[3]}
      %7: f32[1,3,3] = broadcast_in_dim(%6) {shape=[1,3,3], dims=[2]}
      %8: f32[1,3,3] = mul(%4, %7)
      %9: f32[1,3,3] = slice(%3) {start=[0,1,0], limit=[1,6,3], strides=[1,2,1]}
      %10: f32[1,1,3] = slice(%1) {start=[1,0,0], limit=[2,1,3], strides=[1,1,1]}
      %11: f32[3] = reshape(%10) {shape=[3]}
      %12: f32[1,3,3] = broadcast_in_dim(%11) {shape=[1,3,3], dims=[2]}
      %13: f32[1,3,3] = mul(%9, %12)
      %14: f32[1,3,3] = add(%8, %13)
      return %14
    }
    ");
}

/// The sum of squares of a convolution, and its gradients; `None` if the kernel is larger than the image.
fn trained(batch: usize, image: &[usize], kernel: &[usize], features: (usize, usize), conv: Conv) -> Option<Function> {
    let mut b = Builder::new("f");
    let groups = conv.feature_groups;
    let x = b.param(TensorType::new(DType::F64, [&[batch], image, &[features.0 * groups]].concat()));
    let k = b.param(TensorType::new(DType::F64, [kernel, &[features.0, features.1 * groups]].concat()));
    let y = b.conv_general_dilated(x, k, conv).ok()?;
    let square = b.mul(y, y).unwrap();
    let all: Vec<usize> = (0..b.ty(square).rank()).collect();
    let sum = b.reduce_sum(square, &all).unwrap();
    value_and_grad(&b.finish(vec![sum]), &[0, 1], 0).ok()
}

#[track_caller]
fn assert_same(f: &Function, seed: u64) -> Function {
    let simple = for_cpu(f);
    let args = Random(seed).args(f);
    assert_close(&eval(&simple, &args).unwrap(), &eval(f, &args).unwrap(), 1e-9);
    simple
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn small_convolutions_and_their_gradients_are_the_same(
        spatial in proptest::collection::vec((1usize..6, 1usize..4, 1usize..4, -1i64..3, -1i64..3, 1usize..3, 1usize..3), 1..=2),
        (batch, inputs, outputs, groups) in (1usize..3, 1usize..3, 1usize..3, 1usize..3),
        seed in any::<u64>(),
    ) {
        let n = spatial.len();
        let image: Vec<usize> = spatial.iter().map(|s| s.0).collect();
        let kernel: Vec<usize> = spatial.iter().map(|s| s.1).collect();
        let conv = Conv {
            strides: spatial.iter().map(|s| s.2).collect(),
            padding: spatial.iter().map(|s| (s.3, s.4)).collect(),
            lhs_dilation: spatial.iter().map(|s| s.5).collect(),
            rhs_dilation: spatial.iter().map(|s| s.6).collect(),
            feature_groups: groups,
            ..Conv::new(ConvDims::channels_last(n))
        };
        let f = trained(batch, &image, &kernel, (inputs, outputs), conv);
        prop_assume!(f.is_some());
        assert_same(&f.unwrap(), seed);
    }
}

#[test]
fn neither_convolutions_of_single_features_nor_their_gradients_are_left() {
    let conv = Conv {
        strides: vec![2, 1],
        padding: vec![(0, 1); 2],
        feature_groups: 3,
        ..Conv::new(ConvDims::channels_last(2))
    };
    let f = trained(2, &[5, 4], &[3, 2], (1, 1), conv).unwrap();
    assert!(!names(&assert_same(&f, 3)).contains(&"conv_general_dilated"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10, failure_persistence: None, ..ProptestConfig::default() })]

    /// Batches large enough that the gradient of the kernel is split.
    #[test]
    fn split_gradients_are_the_same(batch in 60usize..70, side in 11usize..13, stride in 1usize..3, pad in 0i64..2, seed in any::<u64>()) {
        let conv = Conv { strides: vec![stride, 1], padding: vec![(pad, 1); 2], ..Conv::new(ConvDims::channels_last(2)) };
        let f = trained(batch, &[side + stride, side], &[2, 2], (1, 1), conv).unwrap();
        let simple = assert_same(&f, seed);
        let convs = |f: &Function| names(f).iter().filter(|name| **name == "conv_general_dilated").count();
        prop_assert!(convs(&simple) > convs(&f));
    }
}
