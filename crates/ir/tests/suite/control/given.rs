//! Derivatives that the program gives.

use std::sync::Arc;

use keramos_ir::ops::{CustomVjp, Steps};
use keramos_ir::transform::{jvp, linearize, value_and_grad};
use keramos_ir::{Array, Builder, DType, Function, IrError, Location, Value, eval};

use super::{f64s, inner};
use crate::batching;
use crate::gradients::function;
use crate::numeric::{Random, assert_close};

/// x·y with a derivative that is recognisably not its own: cotangents of 10·ct and y·ct + 1.
fn marked() -> CustomVjp {
    let types = [f64s(&[2]), f64s(&[2])];
    let product = inner("product", &types, |b, v| Ok(vec![b.mul(v[0], v[1])?]));
    let fwd = inner("fwd", &types, |b, v| Ok(vec![b.mul(v[0], v[1])?, v[1]]));
    let bwd = inner("bwd", &types, |b, v| {
        let product = b.mul(v[0], v[1])?;
        Ok(vec![b.mul_scalar(v[1], 10.0)?, b.add_scalar(product, 1.0)?])
    });
    CustomVjp { function: product, fwd, bwd }
}

fn emit(b: &mut Builder, op: &CustomVjp, args: &[Value]) -> keramos_ir::Result<Value> {
    b.custom_vjp(&op.function, &op.fwd, &op.bwd, args).map(|results| results[0])
}

fn loss(op: &CustomVjp) -> Function {
    function(&[&[2], &[2]], |b, v| {
        let y = emit(b, op, v)?;
        Ok(vec![b.reduce_sum(y, &[0])?])
    })
}

fn pair(x: f64, y: f64) -> Array {
    Array::new([2], keramos_ir::Buffer::F64(vec![x, y])).unwrap()
}

#[test]
fn reverse_mode_uses_the_given_derivative() {
    let args = [pair(2.0, 3.0), pair(5.0, 7.0)];
    let found = eval(&value_and_grad(&loss(&marked()), &[0, 1], 0).unwrap(), &args).unwrap();
    assert_eq!(found, [Array::scalar(DType::F64, 31.0), pair(10.0, 10.0), pair(6.0, 8.0)]);
}

/// x² whose derivative is said to be twice its value, so that the formula and the rule cannot be confused.
fn doubling(b: &mut Builder, x: Value) -> keramos_ir::Result<Value> {
    let one = f64s(&[]);
    let square = inner("square", std::slice::from_ref(&one), |b, v| Ok(vec![b.mul(v[0], v[0])?]));
    let rule = inner("rule", &[one.clone(), one.clone(), one], |b, v| {
        let slope = b.mul_scalar(v[1], 2.0)?;
        Ok(vec![v[1], b.mul(slope, v[2])?])
    });
    b.custom_jvp(&square, &rule, &[x]).map(|results| results[0])
}

#[test]
fn a_rule_that_hands_on_the_value_holds_for_derivatives_of_every_order() {
    let mut f = function(&[&[]], |b, v| Ok(vec![doubling(b, v[0])?]));
    let mut forward = f.clone();
    let x = [Array::scalar(DType::F64, 3.0)];
    for order in 1..=6 {
        let mut gradient = value_and_grad(&f, &[0], 0).unwrap();
        gradient.results.remove(0);
        f = gradient;
        let dual = jvp(&forward, &[true], &[true]).unwrap().function;
        let mut b = Builder::new("along one");
        let params = [b.param(f64s(&[]))];
        let one = b.full(&f64s(&[]), 1.0).unwrap();
        let results = b.inline(&dual, &[params[0], one]).unwrap();
        forward = b.finish(vec![results[1]]);
        let expected = [Array::scalar(DType::F64, 9.0 * 2.0_f64.powi(order))];
        assert_eq!(eval(&f, &x).unwrap(), expected, "{f}");
        assert_eq!(eval(&forward, &x).unwrap(), expected, "{forward}");
        batching::check(&f, &[vec![x[0].clone(), Array::scalar(DType::F64, -0.5)]], &[true], 1e-12);
    }
}

#[test]
fn a_rule_that_computes_the_value_is_differentiated_as_it_does() {
    let one = f64s(&[]);
    let square = inner("square", std::slice::from_ref(&one), |b, v| Ok(vec![b.mul(v[0], v[0])?]));
    // The value of the rule is x³; its derivative is said to be 5.
    let rule = inner("rule", &[one.clone(), one.clone(), one], |b, v| {
        Ok(vec![b.integer_pow(v[0], 3)?, b.mul_scalar(v[2], 5.0)?])
    });
    let f = function(&[&[]], |b, v| b.custom_jvp(&square, &rule, v));
    let once = value_and_grad(&f, &[0], 0).unwrap();
    let mut value = once.clone();
    value.results.truncate(1);
    let twice = value_and_grad(&value, &[0], 0).unwrap();
    let at = |f: &Function| eval(f, &[Array::scalar(DType::F64, 2.0)]).unwrap();
    let scalars = |values: &[f64]| values.iter().map(|&v| Array::scalar(DType::F64, v)).collect::<Vec<_>>();
    assert_eq!(at(&f), scalars(&[4.0]));
    assert_eq!(at(&once), scalars(&[8.0, 5.0]));
    assert_eq!(at(&twice), scalars(&[8.0, 12.0]));
    assert!(!once.to_string().contains("custom_jvp"), "{once}");
}

#[test]
fn in_the_body_of_a_scan_too() {
    let op = marked();
    let step = inner("step", &[f64s(&[2]), f64s(&[2])], |b, v| Ok(vec![emit(b, &op, v)?]));
    let f = function(&[&[2], &[3, 2]], |b, v| {
        let (ends, _) = b.scan(&step, &[], &v[..1], &v[1..], Steps::new(3))?;
        Ok(vec![b.reduce_sum(ends[0], &[0])?])
    });
    let found = eval(&value_and_grad(&f, &[0], 0).unwrap(), &Random(1).args(&f)).unwrap();
    assert_eq!(found[1], pair(1000.0, 1000.0));
}

#[test]
fn batches_keep_the_given_derivative() {
    let mut op = marked();
    // A backward rule that is linear, so that shared operands get the sum over the examples.
    op.bwd = inner("bwd", &[f64s(&[2]), f64s(&[2])], |b, v| Ok(vec![b.mul_scalar(v[1], 10.0)?, b.mul(v[0], v[1])?]));
    let f = loss(&op);
    let operands = batching::examples(&Random(2).args(&f), 3);
    for mapped in batching::choices(2) {
        batching::check(&value_and_grad(&f, &[0, 1], 0).unwrap(), &operands, &mapped, 1e-12);
        let batched = batching::check(&f, &operands, &mapped, 1e-12);
        let mut b = Builder::new("total");
        let params: Vec<_> = batched.param_types().into_iter().map(|ty| b.param(ty)).collect();
        let each = b.inline(&batched, &params).unwrap();
        let total = b.reduce_sum(each[0], &[0]).unwrap();
        let total = b.finish(vec![total]);
        let args = Random(3).args(&total);
        let found = eval(&value_and_grad(&total, &[0, 1], 0).unwrap(), &args).unwrap();
        // The marked derivative of the first operand is 10 for every example.
        let examples = if mapped[0] { 1.0 } else { 3.0 };
        assert_close(&found[1..2], &[Array::full(found[1].ty(), 10.0 * examples)], 1e-12);
    }
}

#[test]
fn forward_mode_is_an_error_that_names_the_function() {
    let op = marked();
    let mut b = Builder::new("f");
    let params = [b.param(f64s(&[2])), b.param(f64s(&[2]))];
    b.set_location(Location::new("m.py", 4, 2, ""));
    let y = emit(&mut b, &op, &params).unwrap();
    let f = b.finish(vec![y]);
    let error = jvp(&f, &[true, true], &[]).unwrap_err();
    assert!(matches!(error, IrError::NoRule { op: "custom_vjp", .. }), "{error}");
    let text = error.to_string();
    assert!(text.contains("product") && text.contains("m.py:4:2") && text.contains("forward-mode"), "{text}");
    assert!(linearize(&f, &[true, true], &[]).is_ok());
}

#[test]
fn rules_of_other_types_are_rejected_by_name() {
    let op = marked();
    let wrong = inner("wrong", &[f64s(&[2]), f64s(&[2])], |_, v| Ok(vec![v[0]]));
    let mut b = Builder::new("f");
    let params = [b.param(f64s(&[2])), b.param(f64s(&[2]))];
    let mut message = |fwd: &Arc<Function>, bwd| b.custom_vjp(&op.function, fwd, bwd, &params).unwrap_err().to_string();
    assert!(message(&op.fwd, &wrong).contains("backward rule of product must return cotangents (f64[2], f64[2])"));
    assert!(message(&wrong, &op.bwd).contains("backward rule of product must take residuals"));
}
