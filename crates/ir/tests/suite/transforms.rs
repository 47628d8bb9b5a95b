//! Transforms as text in, text out.

use keramos_ir::text::parse;
use keramos_ir::transform::{jvp, linearize, transpose, value_and_grad};
use keramos_ir::{Array, Builder, DType, IrError, Location, TensorType, eval};

const QUADRATIC: &str = "
func @f(%w: f32[3], %x: f32[3], %n: i32[]) {
  %p = mul(%w, %x)
  %s = reduce_sum(%p) {axes=[0]}
  %e = exp(%s)
  return %e, %s, %n
}";

#[test]
fn jvp_pairs_each_equation_with_its_tangent() {
    let f = parse(QUADRATIC).unwrap();
    let dual = jvp(&f, &[true, false, false], &[]).unwrap();
    assert_eq!(dual.nonzero, [true, true, false]);
    insta::assert_snapshot!(dual.function, @r"
    func @f_jvp(%0: f32[3], %1: f32[3], %2: i32[], %3: f32[3]) -> (f32[], f32[], i32[], f32[], f32[]) {
      %4: f32[3] = mul(%0, %1)
      %5: f32[3] = mul(%3, %1)
      %6: f32[] = reduce_sum(%4) {axes=[0]}
      %7: f32[] = reduce_sum(%5) {axes=[0]}
      %8: f32[] = exp(%6)
      %9: f32[] = mul(%7, %8)
      return %8, %6, %2, %9, %7
    }
    ");
}

#[test]
fn linearize_splits_at_the_tangents() {
    let f = parse(QUADRATIC).unwrap();
    let split = linearize(&f, &[true, false, false], &[]).unwrap();
    assert_eq!(split.num_residuals, 2);
    insta::assert_snapshot!(split.primal, @r"
    func @f(%0: f32[3], %1: f32[3], %2: i32[]) -> (f32[], f32[], i32[], f32[3], f32[]) {
      %3: f32[3] = mul(%0, %1)
      %4: f32[] = reduce_sum(%3) {axes=[0]}
      %5: f32[] = exp(%4)
      return %5, %4, %2, %1, %5
    }
    ");
    insta::assert_snapshot!(split.linear, @r"
    func @f_linear(%0: f32[3], %1: f32[], %2: f32[3]) -> (f32[], f32[]) {
      %3: f32[3] = mul(%2, %0)
      %4: f32[] = reduce_sum(%3) {axes=[0]}
      %5: f32[] = mul(%4, %1)
      return %5, %4
    }
    ");
}

#[test]
fn constants_and_broadcasts_are_recomputed_not_stored() {
    let f = parse(
        "
func @f(%x: f32[2,3], %y: f32[3]) {
  %c = constant {value=f32[] 3.0}
  %cs = broadcast_in_dim(%c) {shape=[2,3], dims=[]}
  %ys = broadcast_in_dim(%y) {shape=[2,3], dims=[1]}
  %a = mul(%x, %cs)
  %b = mul(%a, %ys)
  return %b
}",
    )
    .unwrap();
    let split = linearize(&f, &[true, false], &[]).unwrap();
    insta::assert_snapshot!(split.linear, @r"
    func @f_linear(%0: f32[3], %1: f32[2,3]) -> (f32[2,3]) {
      %2: f32[] = constant {value=f32[] 3.0}
      %3: f32[2,3] = broadcast_in_dim(%2) {shape=[2,3], dims=[]}
      %4: f32[2,3] = broadcast_in_dim(%0) {shape=[2,3], dims=[1]}
      %5: f32[2,3] = mul(%1, %3)
      %6: f32[2,3] = mul(%5, %4)
      return %6
    }
    ");
}

#[test]
fn transpose_accumulates_and_returns_zeros_for_unused_inputs() {
    let f = parse(
        "
func @f(%k: f32[2], %x: f32[2], %y: f32[2]) {
  %a = mul(%k, %x)
  %b = add(%a, %x)
  return %b, %k
}",
    )
    .unwrap();
    insta::assert_snapshot!(transpose(&f, &[false, true, true]).unwrap(), @r"
    func @f_transpose(%0: f32[2], %1: f32[2], %2: f32[2]) -> (f32[2], f32[2]) {
      %3: f32[2] = mul(%0, %1)
      %4: f32[2] = add(%1, %3)
      %5: f32[] = constant {value=f32[] 0.0}
      %6: f32[2] = broadcast_in_dim(%5) {shape=[2], dims=[]}
      return %4, %6
    }
    ");
}

#[test]
fn value_and_grad_is_one_function_with_gradients_in_the_order_asked_for() {
    let f = parse(QUADRATIC).unwrap();
    insta::assert_snapshot!(value_and_grad(&f, &[1, 0], 2).unwrap(), @r"
    func @f_grad(%0: f32[3], %1: f32[3], %2: i32[]) -> (f32[], f32[], i32[], f32[3], f32[3]) {
      %3: f32[] = constant {value=f32[] 1.0}
      %4: f32[3] = mul(%0, %1)
      %5: f32[] = reduce_sum(%4) {axes=[0]}
      %6: f32[] = exp(%5)
      %7: f32[] = mul(%3, %6)
      %8: f32[3] = broadcast_in_dim(%7) {shape=[3], dims=[]}
      %9: f32[3] = mul(%0, %8)
      %10: f32[3] = mul(%8, %1)
      return %6, %5, %2, %9, %10
    }
    ");
}

#[test]
fn backward_equations_say_so_in_their_scope() {
    let mut b = Builder::new("f");
    let x = b.param(TensorType::scalar(DType::F32));
    b.set_location(Location::new("m.py", 3, 7, "net/dense"));
    let y = b.sin(x).unwrap();
    let f = b.finish(vec![y]);
    insta::assert_snapshot!(format!("{:#}", value_and_grad(&f, &[0], 0).unwrap()), @r#"
    func @f_grad(%0: f32[]) -> (f32[], f32[]) {
      %1: f32[] = constant {value=f32[] 1.0}
      %2: f32[] = sin(%0) @ "m.py":3:7 "net/dense"
      %3: f32[] = cos(%0) @ "m.py":3:7 "net/dense"
      %4: f32[] = mul(%1, %3) @ "m.py":3:7 "backward(net/dense)"
      return %2, %4
    }
    "#);
}

#[test]
fn unfit_requests_are_typed_errors() {
    let f = parse(QUADRATIC).unwrap();
    let message = |result: Result<_, IrError>| match result {
        Err(error @ IrError::Transform { .. }) => error.to_string(),
        other => panic!("{other:?}"),
    };
    assert_eq!(
        message(value_and_grad(&f, &[2], 2)),
        "reverse-mode differentiation of f: parameter 2 is i32[]; only floats have derivatives"
    );
    assert_eq!(message(value_and_grad(&f, &[7], 2)), "value_and_grad of f: there is no parameter 7");
    assert_eq!(message(value_and_grad(&f, &[0, 0], 2)), "value_and_grad of f: parameter 0 is named twice");
    assert_eq!(
        message(value_and_grad(&f, &[0], 0)),
        "value_and_grad of f: a value and 0 others were promised, 3 results found"
    );
    let vector = parse("func @v(%x: f32[3]) { return %x }").unwrap();
    assert_eq!(
        message(value_and_grad(&vector, &[0], 0)),
        "value_and_grad of v: gradients need a floating-point scalar, the value is f32[3]"
    );
}

#[test]
fn a_primitive_that_is_not_linear_cannot_be_transposed() {
    let f = parse("func @f(%x: f32[]) { %y = exp(%x) return %y }").unwrap();
    assert!(matches!(transpose(&f, &[true]), Err(IrError::NoRule { op: "exp", transform: "transpose", .. })));
}

#[test]
fn loops_of_unknown_length_have_forward_mode_only() {
    let f = parse(
        "
func @f(%x: f64[]) {
  %n = constant {value=i32[] 3}
  %i, %y = while(%n, %x) {cond=@more, body=@step}
  return %y
}
func @more(%i: i32[], %y: f64[]) {
  %z = constant {value=i32[] 0}
  %p = gt(%i, %z)
  return %p
}
func @step(%i: i32[], %y: f64[]) {
  %o = constant {value=i32[] 1}
  %j = sub(%i, %o)
  %z = mul(%y, %y)
  return %j, %z
}",
    )
    .unwrap();
    let dual = jvp(&f, &[true], &[true]).unwrap();
    let one = |x: f64| Array::scalar(DType::F64, x);
    // x⁸ and 8x⁷ at 2.
    assert_eq!(eval(&dual.function, &[one(2.0), one(1.0)]).unwrap(), [one(256.0), one(1024.0)]);
    // The derivative as a linear function is there, too; but it does not run backwards.
    let split = linearize(&f, &[true], &[]).unwrap();
    let residuals = eval(&split.primal, &[one(2.0)]).unwrap();
    assert_eq!(eval(&split.linear, &[&residuals[1..], &[one(1.0)]].concat()).unwrap(), [one(1024.0)]);
    let linear: Vec<bool> = (0..split.linear.params.len()).map(|i| i >= split.num_residuals).collect();
    for error in [value_and_grad(&f, &[0], 0).unwrap_err(), transpose(&split.linear, &linear).unwrap_err()] {
        assert!(
            matches!(error, IrError::NoRule { op: "while", transform: "reverse-mode differentiation", .. }),
            "{error}"
        );
    }
}

#[test]
fn deep_graphs_do_not_recurse() {
    let mut b = Builder::new("deep");
    let x = b.param(TensorType::scalar(DType::F64));
    let mut y = x;
    for _ in 0..20_000 {
        let z = b.sin(y).unwrap();
        y = b.add(z, x).unwrap();
    }
    let f = b.finish(vec![y]);
    let gradient = value_and_grad(&f, &[0], 0).unwrap();
    assert_eq!(eval(&gradient, &[Array::scalar(DType::F64, 0.5)]).unwrap().len(), 2);
}
