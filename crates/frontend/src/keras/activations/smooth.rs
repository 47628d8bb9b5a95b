//! Smooth rectifiers.

use super::{X, elu, number, x};
use crate::error::Result;
use crate::interp::Interp;
use crate::library::{Bound, Default, FunctionDecl, Param, Signature};
use crate::value::Value;

/// The fixed point that self-normalising networks keep (Klambauer et al., 2017).
const SELU_ALPHA: f64 = 1.673_263_242_354_377_2;
const SELU_SCALE: f64 = 1.050_700_987_355_480_5;

pub(super) static ELU: FunctionDecl = FunctionDecl {
    name: "elu",
    signature: Signature::new(&[Param::required("x"), number("alpha", 1.0)]),
    doc: "x where x > 0, alpha·(eˣ − 1) elsewhere.",
    call: |interp, args| {
        let x = x(interp, args)?;
        Ok(Value::Tensor(elu(&mut interp.tracer, &x, args.f64("alpha")?)?))
    },
};

pub(super) static CELU: FunctionDecl = FunctionDecl {
    name: "celu",
    signature: Signature::new(&[Param::required("x"), number("alpha", 1.0)]),
    doc: "max(x, 0) + alpha·(exp(min(x, 0)/alpha) − 1).",
    call: |interp, args| {
        let (x, alpha) = (x(interp, args)?, args.f64("alpha")?);
        let t = &mut interp.tracer;
        let (above, below) = (t.max_scalar(&x, 0.0)?, t.min_scalar(&x, 0.0)?);
        let scaled = t.div_scalar(&below, alpha)?;
        let exp = t.expm1(&scaled)?;
        let tail = t.mul_scalar(&exp, alpha)?;
        Ok(Value::Tensor(t.add(&above, &tail)?))
    },
};

pub(super) static SELU: FunctionDecl = FunctionDecl {
    name: "selu",
    signature: Signature::new(X),
    doc: "elu with the scale and alpha that keep activations normalised.",
    call: |interp, args| {
        let x = x(interp, args)?;
        let y = elu(&mut interp.tracer, &x, SELU_ALPHA)?;
        Ok(Value::Tensor(interp.tracer.mul_scalar(&y, SELU_SCALE)?))
    },
};

pub(super) static GELU: FunctionDecl = FunctionDecl {
    name: "gelu",
    signature: Signature::new(&[Param::required("x"), Param::new("approximate", Default::Bool(false))]),
    doc: "x times the probability that a standard normal variable is below x; `approximate` uses a tanh.",
    call: |interp, args| {
        let (x, approximate) = (x(interp, args)?, args.bool("approximate")?);
        let t = &mut interp.tracer;
        if approximate {
            let cube = t.build1(&[&x], |b, v| b.integer_pow(v[0], 3))?;
            let small = t.mul_scalar(&cube, 0.044715)?;
            let sum = t.add(&x, &small)?;
            let scaled = t.mul_scalar(&sum, (2.0 / std::f64::consts::PI).sqrt())?;
            let tanh = t.tanh(&scaled)?;
            let shifted = t.add_scalar(&tanh, 1.0)?;
            let probability = t.mul_scalar(&shifted, 0.5)?;
            return Ok(Value::Tensor(t.mul(&x, &probability)?));
        }
        let scaled = t.mul_scalar(&x, -std::f64::consts::FRAC_1_SQRT_2)?;
        let tail = t.erfc(&scaled)?;
        let half = t.mul_scalar(&x, 0.5)?;
        Ok(Value::Tensor(t.mul(&half, &tail)?))
    },
};

pub(super) static SILU: FunctionDecl =
    FunctionDecl { name: "silu", signature: Signature::new(X), doc: "x·sigmoid(x).", call: silu };

pub(super) static SWISH: FunctionDecl = FunctionDecl {
    name: "swish",
    signature: Signature::new(X),
    doc: "x·sigmoid(x); another name of silu.",
    call: silu,
};

pub(super) static SOFTPLUS: FunctionDecl = FunctionDecl {
    name: "softplus",
    signature: Signature::new(X),
    doc: "ln(1 + eˣ).",
    call: |interp, args| {
        let x = x(interp, args)?;
        Ok(Value::Tensor(interp.tracer.softplus(&x)?))
    },
};

pub(super) static MISH: FunctionDecl = FunctionDecl {
    name: "mish",
    signature: Signature::new(X),
    doc: "x·tanh(softplus(x)).",
    call: |interp, args| {
        let x = x(interp, args)?;
        let t = &mut interp.tracer;
        let softplus = t.softplus(&x)?;
        let gate = t.tanh(&softplus)?;
        Ok(Value::Tensor(t.mul(&x, &gate)?))
    },
};

pub(super) static SQUAREPLUS: FunctionDecl = FunctionDecl {
    name: "squareplus",
    signature: Signature::new(&[Param::required("x"), Param::new("b", Default::Int(4))]),
    doc: "(x + √(x² + b))/2.",
    call: |interp, args| {
        let (x, b) = (x(interp, args)?, args.f64("b")?);
        let t = &mut interp.tracer;
        let square = t.square(&x)?;
        let shifted = t.add_scalar(&square, b)?;
        let root = t.sqrt(&shifted)?;
        let sum = t.add(&x, &root)?;
        Ok(Value::Tensor(t.div_scalar(&sum, 2.0)?))
    },
};

pub(super) static EXPONENTIAL: FunctionDecl = FunctionDecl {
    name: "exponential",
    signature: Signature::new(X),
    doc: "eˣ.",
    call: |interp, args| {
        let x = x(interp, args)?;
        Ok(Value::Tensor(interp.tracer.exp(&x)?))
    },
};

fn silu(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let x = x(interp, args)?;
    let t = &mut interp.tracer;
    let gate = t.logistic(&x)?;
    Ok(Value::Tensor(t.mul(&x, &gate)?))
}
