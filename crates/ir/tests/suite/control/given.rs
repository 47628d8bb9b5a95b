//! Derivatives that the program gives.

use std::sync::Arc;

use keramos_ir::ops::{CustomVjp, Steps};
use keramos_ir::transform::{jvp, linearize, value_and_grad};
use keramos_ir::{Array, Builder, DType, Function, IrError, Location, eval};

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

fn emit(b: &mut Builder, op: &CustomVjp, args: &[keramos_ir::Value]) -> keramos_ir::Result<keramos_ir::Value> {
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
