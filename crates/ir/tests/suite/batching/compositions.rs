//! Batching of functions with functions inside, and together with the other transforms.

use keramos_ir::text::parse;
use keramos_ir::transform::{jvp, value_and_grad, vmap};
use keramos_ir::{Array, Batch, Buffer, DType, Op, eval};

use super::{check, stack, ty, unstack};
use crate::numeric::{Random, assert_close, from_f64};

fn scalar(x: f64) -> Array {
    Array::scalar(DType::F64, x)
}

/// Halves x until it is below the limit, counting; the limit is carried along.
const HALVE: &str = "
func @f(%x: f64[], %limit: f64[]) {
  %zero = constant {value=i32[] 0}
  %n, %y, %l = while(%zero, %x, %limit) {cond=@above, body=@halve}
  return %n, %y, %l
}
func @above(%n: i32[], %y: f64[], %l: f64[]) {
  %p = gt(%y, %l)
  return %p
}
func @halve(%n: i32[], %y: f64[], %l: f64[]) {
  %one = constant {value=i32[] 1}
  %m = add(%n, %one)
  %half = constant {value=f64[] 0.5}
  %z = mul(%y, %half)
  return %m, %z, %l
}";

#[test]
fn examples_leave_a_loop_at_different_times() {
    let f = parse(HALVE).unwrap();
    let xs: Vec<Array> = [10.0, 0.5, 3.0, f64::NAN].map(scalar).to_vec();
    let limits: Vec<Array> = [1.0, 1.0, 0.1, 1.0].map(scalar).to_vec();
    for mapped in [[true, false], [false, true], [true, true]] {
        check(&f, &[xs.clone(), limits.clone()], &mapped, 0.0);
    }
    // What the body leaves alone is the same for all examples.
    let (_, flags) = vmap(&f, &[true, false], &Batch::new(4), &[]).unwrap();
    assert_eq!(flags, [true, true, false]);
}

#[test]
fn a_common_trip_count_stays_common() {
    let f = parse(
        "
func @f(%x: f64[]) {
  %zero = constant {value=i32[] 0}
  %n, %y = while(%zero, %x) {cond=@below, body=@step}
  return %n, %y
}
func @below(%n: i32[], %y: f64[]) {
  %four = constant {value=i32[] 4}
  %p = lt(%n, %four)
  return %p
}
func @step(%n: i32[], %y: f64[]) {
  %one = constant {value=i32[] 1}
  %m = add(%n, %one)
  %z = sin(%y)
  return %m, %z
}",
    )
    .unwrap();
    let xs: Vec<Array> = [1.0, -2.0].map(scalar).to_vec();
    let batched = check(&f, &[xs], &[true], 1e-15);
    let Some(Op::While(inner)) = batched.equations.iter().map(|eqn| &eqn.op).find(|op| matches!(op, Op::While(_)))
    else {
        panic!("{batched}");
    };
    assert_eq!(inner.cond.param_types(), [ty("i32[]"), ty("f64[2]")]);
    let dual = jvp(&f, &[true], &[false, true]).unwrap().function;
    let operands = [vec![scalar(1.0), scalar(-2.0)], vec![scalar(0.3), scalar(4.0)]];
    check(&dual, &operands, &[true, true], 1e-15);
    check(&dual, &operands, &[false, true], 1e-15);
}

#[test]
fn a_custom_derivative_stays_one_under_batching() {
    let f = parse(
        "
func @f(%x: f64[], %y: f64[]) {
  %z, %c = custom_jvp(%x, %y) {function=@value, rule=@rule}
  return %z, %c
}
func @value(%x: f64[], %y: f64[]) {
  %z = mul(%x, %y)
  return %z, %y
}
func @rule(%x: f64[], %y: f64[], %z: f64[], %c: f64[], %dx: f64[], %dy: f64[]) {
  %seven = constant {value=f64[] 7.0}
  %dz = mul(%seven, %dx)
  return %z, %y, %dz, %dx
}",
    )
    .unwrap();
    let operands = [vec![scalar(1.0), scalar(2.0)], vec![scalar(3.0), scalar(5.0)]];
    for mapped in [[true, false], [false, true], [true, true]] {
        let batched = check(&f, &operands, &mapped, 0.0);
        assert!(batched.equations.iter().any(|eqn| matches!(eqn.op, Op::CustomJvp(_))));
        let dual = jvp(&batched, &[true, true], &[true, true]).unwrap().function;
        let primals: Vec<Array> =
            operands.iter().zip(mapped).map(|(x, mapped)| if mapped { stack(x) } else { x[0].clone() }).collect();
        let tangents: Vec<Array> = primals.iter().map(|x| Array::full(x.ty(), 0.5)).collect();
        let found = eval(&dual, &[&primals[..], &tangents].concat()).unwrap();
        assert_eq!(found[2], Array::full(&ty("f64[2]"), 3.5));
    }
}

#[test]
fn per_example_gradients_and_the_gradient_of_their_sum() {
    let loss = parse(
        "
func @loss(%w: f64[3], %x: f64[3], %i: i32[]) {
  %p = mul(%w, %x)
  %e = exp(%p)
  %s = dynamic_slice(%e, %i) {sizes=[2]}
  %r = reduce_sum(%s) {axes=[0]}
  %l = log(%r)
  return %l
}",
    )
    .unwrap();
    let mut random = Random(8);
    let gradient = value_and_grad(&loss, &[0], 0).unwrap();
    let w: Vec<Array> = (0..4).map(|_| random.array(&ty("f64[3]"))).collect();
    let x: Vec<Array> = (0..4).map(|_| random.array(&ty("f64[3]"))).collect();
    let i: Vec<Array> = [0.0, 1.0, 5.0, -3.0].map(|i| Array::scalar(DType::I32, i)).to_vec();
    let operands = [w.clone(), x.clone(), i.clone()];
    for mapped in super::choices(3) {
        check(&gradient, &operands, &mapped, 1e-12);
    }

    let (batched, _) = vmap(&loss, &[false, true, true], &Batch::new(4), &[]).unwrap();
    let mut b = keramos_ir::Builder::new("total");
    let params: Vec<_> = batched.param_types().into_iter().map(|ty| b.param(ty)).collect();
    let losses = b.inline(&batched, &params).unwrap().remove(0);
    let total = b.reduce_sum(losses, &[0]).unwrap();
    let of_sum = value_and_grad(&b.finish(vec![total]), &[0], 0).unwrap();
    let given = [w[0].clone(), stack(&x), stack(&i)];
    let found = eval(&of_sum, &given).unwrap();
    let (each, _) = vmap(&gradient, &[false, true, true], &Batch::new(4), &[]).unwrap();
    let each = eval(&each, &given).unwrap();
    let mut sum = vec![0.0; 3];
    for row in unstack(&each[1]) {
        sum.iter_mut().zip(crate::numeric::floats(&row)).for_each(|(sum, x)| *sum += x);
    }
    assert_close(&found[1..], &[from_f64(&ty("f64[3]"), &sum)], 1e-12);
}

#[test]
fn the_hessian_is_batched_derivatives_of_derivatives() {
    // x₀²·x₁ at (2, 3): [[2·x₁, 2·x₀], [2·x₀, 0]].
    let f = parse(
        "
func @f(%x: f64[2]) {
  %a = slice(%x) {start=[0], limit=[1], strides=[1]}
  %b = slice(%x) {start=[1], limit=[2], strides=[1]}
  %aa = mul(%a, %a)
  %y = mul(%aa, %b)
  %z = reshape(%y) {shape=[]}
  return %z
}",
    )
    .unwrap();
    let gradient = value_and_grad(&f, &[0], 0).unwrap();
    let dual = jvp(&gradient, &[true], &[]).unwrap().function;
    let (columns, _) = vmap(&dual, &[false, true], &Batch::new(2), &[]).unwrap();
    let x = from_f64(&ty("f64[2]"), &[2.0, 3.0]);
    let basis = Array::new([2, 2], Buffer::F64(vec![1.0, 0.0, 0.0, 1.0])).unwrap();
    let found = eval(&columns, &[x, basis]).unwrap();
    let expected = Array::new([2, 2], Buffer::F64(vec![6.0, 4.0, 4.0, 0.0])).unwrap();
    assert_eq!(found.last(), Some(&expected));
}
