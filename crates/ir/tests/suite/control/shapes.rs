//! What derivatives look like: what is stacked, what is carried, what is shared.

use keramos_ir::text::parse;
use keramos_ir::transform::{jvp, linearize, transpose, value_and_grad};

const SCAN: &str = "
func @f(%w: f32[2], %h: f32[2], %xs: f32[5,2]) {
  %end: f32[2], %ys: f32[5,2] = scan(%w, %h, %xs) {body=@step, num_consts=1, num_carry=1, length=5, reverse=false, unroll=1}
  return %end, %ys
}
func @step(%w: f32[2], %h: f32[2], %x: f32[2]) {
  %e = exp(%w)
  %s = mul(%h, %e)
  %y = mul(%s, %x)
  %t = tanh(%y)
  return %t, %y
}";

/// The linear scan takes the step-independent exp(w) as a constant, the inputs as they are, and two stacks.
#[test]
fn residuals_that_do_not_depend_on_the_step_are_not_stacked() {
    let split = linearize(&parse(SCAN).unwrap(), &[false, true, false], &[]).unwrap();
    insta::assert_snapshot!(split.primal, @r"
    func @f(%0: f32[2], %1: f32[2], %2: f32[5,2]) -> (f32[2], f32[5,2], f32[5,2], f32[2], f32[5,2]) {
      %3: f32[2] = exp(%0)
      %4: f32[2], %5: f32[5,2], %6: f32[5,2] = scan(%0, %1, %2) {body=@step, num_consts=1, num_carry=1, length=5, reverse=false, unroll=1}
      return %4, %5, %2, %3, %6
    }

    func @step(%0: f32[2], %1: f32[2], %2: f32[2]) -> (f32[2], f32[2], f32[2]) {
      %3: f32[2] = exp(%0)
      %4: f32[2] = mul(%1, %3)
      %5: f32[2] = mul(%4, %2)
      %6: f32[2] = tanh(%5)
      %7: f32[2] = mul(%6, %6)
      %8: f32[] = constant {value=f32[] 1.0}
      %9: f32[2] = broadcast_in_dim(%8) {shape=[2], dims=[]}
      %10: f32[2] = sub(%9, %7)
      return %6, %5, %10
    }
    ");
    insta::assert_snapshot!(split.linear, @r"
    func @f_linear(%0: f32[5,2], %1: f32[2], %2: f32[5,2], %3: f32[2]) -> (f32[2], f32[5,2]) {
      %4: f32[2], %5: f32[5,2] = scan(%1, %3, %0, %2) {body=@step_linear, num_consts=1, num_carry=1, length=5, reverse=false, unroll=1}
      return %4, %5
    }

    func @step_linear(%0: f32[2], %1: f32[2], %2: f32[2], %3: f32[2]) -> (f32[2], f32[2]) {
      %4: f32[2] = mul(%1, %0)
      %5: f32[2] = mul(%4, %2)
      %6: f32[2] = mul(%5, %3)
      return %6, %5
    }
    ");
}

/// Cotangents of the weights are summed in the carry of a scan in the opposite order.
#[test]
fn the_transpose_runs_in_the_opposite_order() {
    let split = linearize(&parse(SCAN).unwrap(), &[true, false, false], &[]).unwrap();
    let linear: Vec<bool> = (0..split.linear.params.len()).map(|i| i >= split.num_residuals).collect();
    insta::assert_snapshot!(transpose(&split.linear, &linear).unwrap(), @r"
    func @f_linear_transpose(%0: f32[5,2], %1: f32[2], %2: f32[5,2], %3: f32[5,2], %4: f32[2], %5: f32[5,2]) -> (f32[2]) {
      %6: f32[] = constant {value=f32[] 0.0}
      %7: f32[2] = broadcast_in_dim(%6) {shape=[2], dims=[]}
      %8: f32[] = constant {value=f32[] 0.0}
      %9: f32[2] = broadcast_in_dim(%8) {shape=[2], dims=[]}
      %10: f32[2], %11: f32[2] = scan(%1, %9, %4, %2, %0, %3, %5) {body=@step_linear_transpose, num_consts=1, num_carry=2, length=5, reverse=true, unroll=1}
      return %10
    }

    func @step_linear_transpose(%0: f32[2], %1: f32[2], %2: f32[2], %3: f32[2], %4: f32[2], %5: f32[2], %6: f32[2]) -> (f32[2], f32[2]) {
      %7: f32[2] = mul(%2, %5)
      %8: f32[2] = add(%6, %7)
      %9: f32[2] = mul(%8, %4)
      %10: f32[2] = mul(%3, %9)
      %11: f32[2] = mul(%9, %0)
      %12: f32[2] = mul(%10, %0)
      %13: f32[2] = add(%1, %12)
      return %13, %11
    }
    ");
}

/// One scan computes values and tangents, and a carry without tangent has none.
#[test]
fn forward_mode_is_one_scan() {
    let f = parse(SCAN).unwrap();
    let dual = jvp(&f, &[false, false, true], &[]).unwrap();
    assert_eq!(dual.nonzero, [true, true]);
    insta::assert_snapshot!(dual.function, @r"
    func @f_jvp(%0: f32[2], %1: f32[2], %2: f32[5,2], %3: f32[5,2]) -> (f32[2], f32[5,2], f32[2], f32[5,2]) {
      %4: f32[] = constant {value=f32[] 0.0}
      %5: f32[2] = broadcast_in_dim(%4) {shape=[2], dims=[]}
      %6: f32[2], %7: f32[2], %8: f32[5,2], %9: f32[5,2] = scan(%0, %1, %5, %2, %3) {body=@step_jvp, num_consts=1, num_carry=2, length=5, reverse=false, unroll=1}
      return %6, %8, %7, %9
    }

    func @step_jvp(%0: f32[2], %1: f32[2], %2: f32[2], %3: f32[2], %4: f32[2]) -> (f32[2], f32[2], f32[2], f32[2]) {
      %5: f32[2] = exp(%0)
      %6: f32[2] = mul(%1, %5)
      %7: f32[2] = mul(%2, %5)
      %8: f32[2] = mul(%6, %3)
      %9: f32[2] = mul(%7, %3)
      %10: f32[2] = mul(%6, %4)
      %11: f32[2] = add(%9, %10)
      %12: f32[2] = tanh(%8)
      %13: f32[2] = mul(%12, %12)
      %14: f32[] = constant {value=f32[] 1.0}
      %15: f32[2] = broadcast_in_dim(%14) {shape=[2], dims=[]}
      %16: f32[2] = sub(%15, %13)
      %17: f32[2] = mul(%11, %16)
      return %12, %17, %8, %11
    }
    ");
}

/// Branches share slots for what they hand over, and arguments need none.
#[test]
fn branches_hand_over_in_shared_slots() {
    let f = parse(
        "
func @f(%i: i32[], %x: f32[3]) {
  %y = cond(%i, %x) {branches=[@sine,@square,@waves]}
  %s = reduce_sum(%y) {axes=[0]}
  return %s
}
func @sine(%x: f32[3]) { %y = sin(%x) return %y }
func @square(%x: f32[3]) { %y = mul(%x, %x) return %y }
func @waves(%x: f32[3]) { %y = tanh(%x) %z = sin(%y) return %z }",
    )
    .unwrap();
    insta::assert_snapshot!(value_and_grad(&f, &[1], 0).unwrap(), @r"
    func @f_grad(%0: i32[], %1: f32[3]) -> (f32[], f32[3]) {
      %2: f32[] = constant {value=f32[] 1.0}
      %3: f32[3], %4: f32[3], %5: f32[3] = cond(%0, %1) {branches=[@sine,@square,@waves]}
      %6: f32[] = reduce_sum(%3) {axes=[0]}
      %7: f32[3] = broadcast_in_dim(%2) {shape=[3], dims=[]}
      %8: f32[3] = cond(%0, %1, %4, %5, %7) {branches=[@sine_linear_transpose,@square_linear_transpose,@waves_linear_transpose]}
      return %6, %8
    }

    func @sine(%0: f32[3]) -> (f32[3], f32[3], f32[3]) {
      %1: f32[3] = sin(%0)
      %2: f32[3] = cos(%0)
      %3: f32[] = constant {value=f32[] 0.0}
      %4: f32[3] = broadcast_in_dim(%3) {shape=[3], dims=[]}
      return %1, %2, %4
    }

    func @square(%0: f32[3]) -> (f32[3], f32[3], f32[3]) {
      %1: f32[3] = mul(%0, %0)
      %2: f32[] = constant {value=f32[] 0.0}
      %3: f32[3] = broadcast_in_dim(%2) {shape=[3], dims=[]}
      %4: f32[] = constant {value=f32[] 0.0}
      %5: f32[3] = broadcast_in_dim(%4) {shape=[3], dims=[]}
      return %1, %3, %5
    }

    func @waves(%0: f32[3]) -> (f32[3], f32[3], f32[3]) {
      %1: f32[3] = tanh(%0)
      %2: f32[3] = mul(%1, %1)
      %3: f32[] = constant {value=f32[] 1.0}
      %4: f32[3] = broadcast_in_dim(%3) {shape=[3], dims=[]}
      %5: f32[3] = sub(%4, %2)
      %6: f32[3] = sin(%1)
      %7: f32[3] = cos(%1)
      return %6, %5, %7
    }

    func @sine_linear_transpose(%0: f32[3], %1: f32[3], %2: f32[3], %3: f32[3]) -> (f32[3]) {
      %4: f32[3] = mul(%3, %1)
      return %4
    }

    func @square_linear_transpose(%0: f32[3], %1: f32[3], %2: f32[3], %3: f32[3]) -> (f32[3]) {
      %4: f32[3] = mul(%0, %3)
      %5: f32[3] = mul(%3, %0)
      %6: f32[3] = add(%4, %5)
      return %6
    }

    func @waves_linear_transpose(%0: f32[3], %1: f32[3], %2: f32[3], %3: f32[3]) -> (f32[3]) {
      %4: f32[3] = mul(%3, %2)
      %5: f32[3] = mul(%4, %1)
      return %5
    }
    ");
}
