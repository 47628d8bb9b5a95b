//! Rectifiers and other functions that bend at a threshold.

use super::{X, number, x};
use crate::error::Result;
use crate::library::{Default, FunctionDecl, Param, Signature};
use crate::trace::{Tensor, Term, Tracer};
use crate::value::Value;

pub(super) static RELU: FunctionDecl = FunctionDecl {
    name: "relu",
    signature: Signature::new(&[
        Param::required("x"),
        number("negative_slope", 0.0),
        Param::new("max_value", Default::None),
        number("threshold", 0.0),
    ]),
    doc: "max(x, 0); with arguments x up to `max_value` from `threshold` on, negative_slope·(x − threshold) below it.",
    call: |interp, args| {
        let x = x(interp, args)?;
        let max = if args.some("max_value")?.is_some() { Some(args.f64("max_value")?) } else { None };
        let (slope, threshold) = (args.f64("negative_slope")?, args.f64("threshold")?);
        Ok(Value::Tensor(relu(&mut interp.tracer, &x, slope, max, threshold)?))
    },
};

pub(super) static RELU6: FunctionDecl = FunctionDecl {
    name: "relu6",
    signature: Signature::new(X),
    doc: "min(max(x, 0), 6).",
    call: |interp, args| {
        let x = x(interp, args)?;
        Ok(Value::Tensor(relu6(&mut interp.tracer, &x)?))
    },
};

pub(super) static LEAKY_RELU: FunctionDecl = FunctionDecl {
    name: "leaky_relu",
    signature: Signature::new(&[Param::required("x"), number("negative_slope", 0.2)]),
    doc: "x where x ≥ 0, negative_slope·x elsewhere.",
    call: |interp, args| {
        let x = x(interp, args)?;
        Ok(Value::Tensor(leaky_relu(&mut interp.tracer, &x, args.f64("negative_slope")?)?))
    },
};

pub(super) static SOFT_SHRINK: FunctionDecl = FunctionDecl {
    name: "soft_shrink",
    signature: Signature::new(&[Param::required("x"), number("threshold", 0.5)]),
    doc: "x moved towards 0 by `threshold`; 0 where it would pass it.",
    call: |interp, args| {
        let (x, threshold) = (x(interp, args)?, args.f64("threshold")?);
        let t = &mut interp.tracer;
        let (limit, minus_limit, zero) = (t.weak(threshold)?, t.weak(-threshold)?, t.weak(0.0)?);
        let (below, above) = (t.lt(&x, &minus_limit)?, t.gt(&x, &limit)?);
        let (raised, lowered) = (t.add_scalar(&x, threshold)?, t.add_scalar(&x, -threshold)?);
        let rest = t.select(&below, &raised, &zero)?;
        Ok(Value::Tensor(t.select(&above, &lowered, &rest)?))
    },
};

pub(super) static HARD_SHRINK: FunctionDecl = FunctionDecl {
    name: "hard_shrink",
    signature: Signature::new(&[Param::required("x"), number("threshold", 0.5)]),
    doc: "x where |x| > threshold, 0 elsewhere.",
    call: |interp, args| {
        let (x, threshold) = (x(interp, args)?, args.f64("threshold")?);
        let t = &mut interp.tracer;
        let (abs, limit, zero) = (t.abs(&x)?, t.weak(threshold)?, t.weak(0.0)?);
        let large = t.gt(&abs, &limit)?;
        Ok(Value::Tensor(t.select(&large, &x, &zero)?))
    },
};

pub(super) static THRESHOLD: FunctionDecl = FunctionDecl {
    name: "threshold",
    signature: Signature::new(&[Param::required("x"), Param::required("threshold"), Param::required("default_value")]),
    doc: "x where x > threshold, `default_value` elsewhere.",
    call: |interp, args| {
        let x = x(interp, args)?;
        let t = &mut interp.tracer;
        let (limit, otherwise) = (t.weak(args.f64("threshold")?)?, t.weak(args.f64("default_value")?)?);
        let above = t.gt(&x, &limit)?;
        Ok(Value::Tensor(t.select(&above, &x, &otherwise)?))
    },
};

pub(super) static SPARSE_PLUS: FunctionDecl = FunctionDecl {
    name: "sparse_plus",
    signature: Signature::new(X),
    doc: "0 up to −1, ((x + 1)/2)² between −1 and 1, x from 1 on.",
    call: |interp, args| {
        let x = x(interp, args)?;
        let t = &mut interp.tracer;
        let (one, minus_one, zero) = (t.weak(1.0)?, t.weak(-1.0)?, t.weak(0.0)?);
        let (low, high) = (t.le(&x, &minus_one)?, t.ge(&x, &one)?);
        let shifted = t.add_scalar(&x, 1.0)?;
        let square = t.square(&shifted)?;
        let between = t.div_scalar(&square, 4.0)?;
        let rest = t.select(&high, &x, &between)?;
        Ok(Value::Tensor(t.select(&low, &zero, &rest)?))
    },
};

/// max(x, 0), whose derivative at 0 and NaN is 0.
fn rectify(t: &mut Tracer, x: &Tensor) -> Result<Tensor> {
    limited(t, "relu", x, |x| x.max(0.0), |x| x.gt(0.0))
}

/// min(max(x, 0), 6), whose derivative at 0, 6 and NaN is 0.
pub(super) fn relu6(t: &mut Tracer, x: &Tensor) -> Result<Tensor> {
    limited(t, "relu6", x, |x| x.max(0.0).min(6.0), |x| x.gt(0.0).and(x.lt(6.0)))
}

/// `value` of x, whose derivative is 1 where x is `inside` and 0 elsewhere.
fn limited(
    t: &mut Tracer,
    name: &str,
    x: &Tensor,
    value: for<'f> fn(Term<'f>) -> Term<'f>,
    inside: for<'f> fn(Term<'f>) -> Term<'f>,
) -> Result<Tensor> {
    if !x.dtype().is_inexact() {
        return t.compute([x], |[x]| value(x));
    }
    let y = t.differentiated_by(
        name,
        [x],
        |t, operands| t.compute(operands, |[x]| value(x)),
        |t, [x], _, [dx]| t.compute([x, dx], |[x, dx]| inside(x).select(dx, 0.0)),
    )?;
    Ok(y.weak_if(x.is_weak()))
}

/// x where x ≥ 0, `slope`·x elsewhere.
///
/// # Errors
/// Nothing is being traced.
pub fn leaky_relu(t: &mut Tracer, x: &Tensor, slope: f64) -> Result<Tensor> {
    let zero = t.weak(0.0)?;
    let (positive, scaled) = (t.ge(x, &zero)?, t.mul_scalar(x, slope)?);
    t.select(&positive, x, &scaled)
}

/// x where x > 0, α·(eˣ − 1) elsewhere.
///
/// # Errors
/// Nothing is being traced.
pub fn elu(t: &mut Tracer, x: &Tensor, alpha: f64) -> Result<Tensor> {
    let zero = t.weak(0.0)?;
    let positive = t.gt(x, &zero)?;
    // The exponential must not overflow where it is not used: its derivative would be 0·∞.
    let exponent = t.select(&positive, &zero, x)?;
    let exp = t.expm1(&exponent)?;
    let scaled = t.mul_scalar(&exp, alpha)?;
    t.select(&positive, x, &scaled)
}

/// Keras's `relu` with all its arguments.
///
/// # Errors
/// Nothing is being traced.
pub fn relu(t: &mut Tracer, x: &Tensor, slope: f64, max: Option<f64>, threshold: f64) -> Result<Tensor> {
    if slope != 0.0 && max.is_none() && threshold == 0.0 {
        return leaky_relu(t, x, slope);
    }
    let mut y = if threshold != 0.0 {
        let (limit, zero) = (t.weak(threshold)?, t.weak(0.0)?);
        let above = t.gt(x, &limit)?;
        t.select(&above, x, &zero)?
    } else if max == Some(6.0) {
        relu6(t, x)?
    } else {
        rectify(t, x)?
    };
    if let Some(max) = max.filter(|&m| m != 6.0 || threshold != 0.0) {
        y = t.clip(&y, 0.0, max)?;
    }
    if slope != 0.0 {
        let distance = t.scalar_sub(threshold, x)?;
        let below = rectify(t, &distance)?;
        let scaled = t.mul_scalar(&below, slope)?;
        y = t.sub(&y, &scaled)?;
    }
    Ok(y)
}
