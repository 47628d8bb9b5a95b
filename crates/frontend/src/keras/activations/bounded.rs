//! Functions with bounded values, and what is made of them.

use super::rectified::relu6;
use super::{X, x};
use crate::error::Result;
use crate::interp::Interp;
use crate::library::{Bound, FunctionDecl, Signature};
use crate::trace::{Tensor, Tracer};
use crate::value::Value;

pub(super) static SIGMOID: FunctionDecl = FunctionDecl {
    name: "sigmoid",
    signature: Signature::new(X),
    doc: "1/(1 + e⁻ˣ).",
    call: |interp, args| {
        let x = x(interp, args)?;
        Ok(Value::Tensor(interp.tracer.logistic(&x)?))
    },
};

pub(super) static LOG_SIGMOID: FunctionDecl = FunctionDecl {
    name: "log_sigmoid",
    signature: Signature::new(X),
    doc: "ln(1/(1 + e⁻ˣ)).",
    call: |interp, args| {
        let x = x(interp, args)?;
        Ok(Value::Tensor(interp.tracer.log_sigmoid(&x)?))
    },
};

pub(super) static HARD_SIGMOID: FunctionDecl = FunctionDecl {
    name: "hard_sigmoid",
    signature: Signature::new(X),
    doc: "relu6(x + 3)/6.",
    call: |interp, args| {
        let x = x(interp, args)?;
        Ok(Value::Tensor(hard_sigmoid(&mut interp.tracer, &x)?))
    },
};

pub(super) static HARD_SILU: FunctionDecl =
    FunctionDecl { name: "hard_silu", signature: Signature::new(X), doc: "x·hard_sigmoid(x).", call: hard_silu };

pub(super) static HARD_SWISH: FunctionDecl = FunctionDecl {
    name: "hard_swish",
    signature: Signature::new(X),
    doc: "x·hard_sigmoid(x); another name of hard_silu.",
    call: hard_silu,
};

pub(super) static TANH: FunctionDecl = FunctionDecl {
    name: "tanh",
    signature: Signature::new(X),
    doc: "The hyperbolic tangent.",
    call: |interp, args| {
        let x = x(interp, args)?;
        Ok(Value::Tensor(interp.tracer.tanh(&x)?))
    },
};

pub(super) static TANH_SHRINK: FunctionDecl = FunctionDecl {
    name: "tanh_shrink",
    signature: Signature::new(X),
    doc: "x − tanh x.",
    call: |interp, args| {
        let x = x(interp, args)?;
        let t = &mut interp.tracer;
        let tanh = t.tanh(&x)?;
        Ok(Value::Tensor(t.sub(&x, &tanh)?))
    },
};

pub(super) static HARD_TANH: FunctionDecl = FunctionDecl {
    name: "hard_tanh",
    signature: Signature::new(X),
    doc: "x, but −1 below −1 and 1 above 1.",
    call: |interp, args| {
        let x = x(interp, args)?;
        let t = &mut interp.tracer;
        let (one, minus_one) = (t.weak(1.0)?, t.weak(-1.0)?);
        let (high, low) = (t.gt(&x, &one)?, t.lt(&x, &minus_one)?);
        let raised = t.select(&low, &minus_one, &x)?;
        Ok(Value::Tensor(t.select(&high, &one, &raised)?))
    },
};

pub(super) static SOFTSIGN: FunctionDecl = FunctionDecl {
    name: "softsign",
    signature: Signature::new(X),
    doc: "x/(1 + |x|).",
    call: |interp, args| {
        let x = x(interp, args)?;
        let t = &mut interp.tracer;
        let abs = t.abs(&x)?;
        let denominator = t.add_scalar(&abs, 1.0)?;
        Ok(Value::Tensor(t.div(&x, &denominator)?))
    },
};

pub(super) static SPARSE_SIGMOID: FunctionDecl = FunctionDecl {
    name: "sparse_sigmoid",
    signature: Signature::new(X),
    doc: "(x + 1)/2, but 0 below −1 and 1 above 1.",
    call: |interp, args| {
        let x = x(interp, args)?;
        let t = &mut interp.tracer;
        let shifted = t.add_scalar(&x, 1.0)?;
        let clipped = t.clip(&shifted, 0.0, 2.0)?;
        Ok(Value::Tensor(t.mul_scalar(&clipped, 0.5)?))
    },
};

fn hard_sigmoid(t: &mut Tracer, x: &Tensor) -> Result<Tensor> {
    let shifted = t.add_scalar(x, 3.0)?;
    let capped = relu6(t, &shifted)?;
    t.div_scalar(&capped, 6.0)
}

fn hard_silu(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let x = x(interp, args)?;
    let t = &mut interp.tracer;
    let gate = hard_sigmoid(t, &x)?;
    Ok(Value::Tensor(t.mul(&x, &gate)?))
}
