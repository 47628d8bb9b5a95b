//! Pooling and its gradients.

use keramos_ir::ops::{Extremum, Monoid, Padding, ReduceWindow, SelectAndScatterAdd, Window};
use keramos_ir::passes::{Options, Target, simplify};
use keramos_ir::text::parse;
use keramos_ir::transform::value_and_grad;
use keramos_ir::{Array, Builder, DType, TensorType, eval};
use proptest::prelude::*;

use super::{for_cpu, names, rewritten};
use crate::numeric::{Random, assert_close, from_f64};

/// Few different numbers, so that windows have ties, with what breaks careless comparisons among them.
fn awkward(random: &mut Random, ty: &TensorType) -> Array {
    const NUMBERS: [f64; 8] = [0.5, -1.0, 2.0, 2.0, f64::NEG_INFINITY, f64::INFINITY, f64::NAN, -0.0];
    let numbers: Vec<f64> = (0..ty.size()).map(|_| NUMBERS[(random.bits() % 8) as usize]).collect();
    from_f64(ty, &numbers)
}

#[test]
fn disjoint_maxima_and_their_gradient_share_their_slices() {
    insta::assert_snapshot!(rewritten("func @f(%x: f32[1,5,4], %s: f32[1,2,2]) {
        %y = reduce_window_max(%x) {window=[1,2,2], strides=[1,2,2], padding=[[0,0],[0,0],[0,0]], base_dilation=[1,1,1], window_dilation=[1,1,1]}
        %d = select_and_scatter_add(%s, %x) {select=max, window=[1,2,2], strides=[1,2,2], padding=[[0,0],[0,0],[0,0]], base_dilation=[1,1,1], window_dilation=[1,1,1]}
        return %y, %d
    }"), @r"
    func @f(%0: f32[1,5,4], %1: f32[1,2,2]) -> (f32[1,2,2], f32[1,5,4]) {
      %2: f32[1,2,2] = slice(%0) {start=[0,0,0], limit=[1,3,3], strides=[1,2,2]}
      %3: f32[1,2,2] = slice(%0) {start=[0,0,1], limit=[1,3,4], strides=[1,2,2]}
      %4: f32[1,2,2] = max(%2, %3)
      %5: f32[1,2,2] = slice(%0) {start=[0,1,0], limit=[1,4,3], strides=[1,2,2]}
      %6: f32[1,2,2] = max(%4, %5)
      %7: f32[1,2,2] = slice(%0) {start=[0,1,1], limit=[1,4,4], strides=[1,2,2]}
      %8: f32[1,2,2] = max(%6, %7)
      %9: i8[] = constant {value=i8[] 0}
      %10: i8[1,2,2] = broadcast_in_dim(%9) {shape=[1,2,2], dims=[]}
      %11: i8[] = constant {value=i8[] 1}
      %12: i8[1,2,2] = broadcast_in_dim(%11) {shape=[1,2,2], dims=[]}
      %13: bool[1,2,2] = ge(%2, %3)
      %14: i8[1,2,2] = select(%13, %10, %12)
      %15: f32[1,2,2] = select(%13, %2, %3)
      %16: i8[] = constant {value=i8[] 2}
      %17: i8[1,2,2] = broadcast_in_dim(%16) {shape=[1,2,2], dims=[]}
      %18: bool[1,2,2] = ge(%15, %5)
      %19: i8[1,2,2] = select(%18, %14, %17)
      %20: f32[1,2,2] = select(%18, %15, %5)
      %21: i8[] = constant {value=i8[] 3}
      %22: i8[1,2,2] = broadcast_in_dim(%21) {shape=[1,2,2], dims=[]}
      %23: bool[1,2,2] = ge(%20, %7)
      %24: i8[1,2,2] = select(%23, %19, %22)
      %25: i8[4] = iota {dtype=i8, shape=[4], dim=0}
      %26: i8[2,2] = reshape(%25) {shape=[2,2]}
      %27: i8[1,2,2,2,2] = broadcast_in_dim(%26) {shape=[1,2,2,2,2], dims=[2,4]}
      %28: i8[2,2] = reshape(%24) {shape=[2,2]}
      %29: i8[1,2,2,2,2] = broadcast_in_dim(%28) {shape=[1,2,2,2,2], dims=[1,3]}
      %30: bool[1,2,2,2,2] = eq(%29, %27)
      %31: f32[2,2] = reshape(%1) {shape=[2,2]}
      %32: f32[1,2,2,2,2] = broadcast_in_dim(%31) {shape=[1,2,2,2,2], dims=[1,3]}
      %33: f32[] = constant {value=f32[] 0.0}
      %34: f32[1,2,2,2,2] = broadcast_in_dim(%33) {shape=[1,2,2,2,2], dims=[]}
      %35: f32[1,2,2,2,2] = select(%30, %32, %34)
      %36: f32[1,4,4] = reshape(%35) {shape=[1,4,4]}
      %37: f32[1,5,4] = pad(%36, %33) {padding=[[0,0,0],[0,1,0],[0,0,0]]}
      return %8, %37
    }
    ");
}

#[test]
fn gradients_of_overlapping_maxima_are_added_up() {
    insta::assert_snapshot!(rewritten("func @f(%x: f32[5], %s: f32[3]) {
        %d = select_and_scatter_add(%s, %x) {select=max, window=[2], strides=[1], padding=[[0,-1]], base_dilation=[1], window_dilation=[1]}
        return %d
    }"), @r"
    func @f(%0: f32[5], %1: f32[3]) -> (f32[5]) {
      %2: f32[] = constant {value=f32[] -inf}
      %3: f32[4] = pad(%0, %2) {padding=[[0,-1,0]]}
      %4: f32[3] = slice(%3) {start=[0], limit=[3], strides=[1]}
      %5: i8[] = constant {value=i8[] 0}
      %6: i8[3] = broadcast_in_dim(%5) {shape=[3], dims=[]}
      %7: f32[3] = slice(%3) {start=[1], limit=[4], strides=[1]}
      %8: i8[] = constant {value=i8[] 1}
      %9: i8[3] = broadcast_in_dim(%8) {shape=[3], dims=[]}
      %10: bool[3] = ge(%4, %7)
      %11: i8[3] = select(%10, %6, %9)
      %12: i8[3] = optimization_barrier(%11)
      %13: f32[] = constant {value=f32[] 0.0}
      %14: f32[3] = broadcast_in_dim(%13) {shape=[3], dims=[]}
      %15: bool[3] = eq(%12, %6)
      %16: f32[3] = select(%15, %1, %14)
      %17: f32[5] = pad(%16, %13) {padding=[[0,2,0]]}
      %18: bool[3] = eq(%12, %9)
      %19: f32[3] = select(%18, %1, %14)
      %20: f32[5] = pad(%19, %13) {padding=[[1,1,0]]}
      %21: f32[5] = add(%17, %20)
      return %21
    }
    ");
}

#[test]
fn gradients_of_disjoint_sums_are_repeated() {
    insta::assert_snapshot!(rewritten("func @f(%s: f32[2,3]) {
        %z = constant {value=f32[] 0.0}
        %p = pad(%s, %z) {padding=[[0,0,0],[2,3,2]]}
        %d = reduce_window_sum(%p) {window=[1,3], strides=[1,1], padding=[[0,0],[0,0]], base_dilation=[1,1], window_dilation=[1,1]}
        return %d
    }"), @r"
    func @f(%0: f32[2,3]) -> (f32[2,10]) {
      %1: f32[] = constant {value=f32[] 0.0}
      %2: f32[2,3,3] = broadcast_in_dim(%0) {shape=[2,3,3], dims=[0,1]}
      %3: f32[2,9] = reshape(%2) {shape=[2,9]}
      %4: f32[2,10] = pad(%3, %1) {padding=[[0,0,0],[0,1,0]]}
      return %4
    }
    ");
}

#[test]
fn other_targets_and_functions_to_be_differentiated_keep_their_windows() {
    let f = parse(
        "func @f(%x: f32[4]) {
        %y = reduce_window_max(%x) {window=[2], strides=[2], padding=[[0,0]], base_dilation=[1], window_dilation=[1]}
        return %y
    }",
    )
    .unwrap();
    let differentiable = Options { target: Target::Cpu, ..Options::default() };
    let elsewhere = Options { target: Target::Accelerator, differentiable: false, ..Options::default() };
    for options in [differentiable, elsewhere] {
        assert_eq!(names(&simplify(&f, &options).unwrap()), ["reduce_window_max"]);
    }
    assert!(!names(&for_cpu(&f)).contains(&"reduce_window_max"));
}

/// A shape and a window over it that fits.
fn windows() -> impl Strategy<Value = (Vec<usize>, Window)> {
    let dim = (1usize..=7, 1usize..=3, 1usize..=4, -1i64..=2, -1i64..=2, any::<bool>());
    proptest::collection::vec(dim, 1..=3).prop_filter_map("the window is larger than the operand", |dims| {
        let (mut shape, mut sizes, mut strides, mut padding) = (vec![], vec![], vec![], vec![]);
        for (n, size, stride, low, high, disjoint) in dims {
            if n as i64 + low.min(0) + high.min(0) <= 0 || n as i64 + low + high < size as i64 {
                return None;
            }
            shape.push(n);
            sizes.push(size);
            strides.push(if disjoint { size } else { stride });
            padding.push((low, high));
        }
        Some((shape, Window::new(sizes, strides).padded(padding)))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn windowed_extrema_and_their_gradients_are_the_same((shape, window) in windows(), seed in any::<u64>(), max in any::<bool>()) {
        let (monoid, extremum) = if max { (Monoid::Max, Extremum::Max) } else { (Monoid::Min, Extremum::Min) };
        let ty = TensorType::new(DType::F32, shape);
        let mut b = Builder::new("f");
        let x = b.param(ty.clone());
        let y = b.emit1(ReduceWindow { monoid, window: window.clone() }, &[x]).unwrap();
        let windows = b.ty(y).clone();
        let s = b.param(windows.clone());
        let d = b.emit1(SelectAndScatterAdd { extremum, window }, &[s, x]).unwrap();
        let f = b.finish(vec![y, d]);
        let simple = for_cpu(&f);
        prop_assert!(!names(&simple).iter().any(|name| name.contains("window") || name.contains("scatter")));
        let mut random = Random(seed);
        let args = [awkward(&mut random, &ty), random.array(&windows)];
        let (expected, found) = (eval(&f, &args).unwrap(), eval(&simple, &args).unwrap());
        assert_close(&found[..1], &expected[..1], 0.0);
        assert_close(&found[1..], &expected[1..], 1e-6);
    }

    #[test]
    fn windowed_sums_and_their_gradients_are_the_same((shape, window) in windows(), seed in any::<u64>()) {
        let mut b = Builder::new("f");
        let x = b.param(TensorType::new(DType::F64, shape));
        let w = b.reduce_window(Monoid::Sum, x, window).unwrap();
        let square = b.mul(w, w).unwrap();
        let all: Vec<usize> = (0..b.ty(square).rank()).collect();
        let sum = b.reduce_sum(square, &all).unwrap();
        let f = value_and_grad(&b.finish(vec![sum]), &[0], 0).unwrap();
        let simple = for_cpu(&f);
        prop_assert!(!names(&simple).contains(&"reduce_window_sum"));
        let args = Random(seed).args(&f);
        assert_close(&eval(&simple, &args).unwrap(), &eval(&f, &args).unwrap(), 1e-12);
    }

    /// Both directions of the law: it repeats where it may, whatever the edges, and nowhere else.
    #[test]
    fn spread_sums_are_the_same(
        n in 1usize..5, size in 1usize..4, interior in 0usize..4, low in -3i64..4, high in -3i64..4, seed in any::<u64>(),
    ) {
        let mut b = Builder::new("f");
        let x = b.param(TensorType::new(DType::F64, [n]));
        let padding = Padding { low, high, interior };
        prop_assume!(padding.size(n).is_some_and(|padded| padded >= size));
        let padded = b.pad_zero(x, &[padding]).unwrap();
        let y = b.reduce_window(Monoid::Sum, padded, Window::new([size], [1])).unwrap();
        let f = b.finish(vec![y]);
        let simple = for_cpu(&f);
        let args = Random(seed).args(&f);
        assert_close(&eval(&simple, &args).unwrap(), &eval(&f, &args).unwrap(), 1e-12);
    }
}
