//! Losses of the difference between target and prediction.

use super::{COMMON, Loss, LossObject, apply, match_ranks};
use crate::error::Result;
use crate::library::{ClassDecl, Default, FunctionDecl, Param, Signature};
use crate::trace::{Tensor, Tracer};

/// mean((p − y)²) over the last dimension.
#[derive(Debug)]
struct MeanSquaredError;

/// mean |p − y| over the last dimension.
#[derive(Debug)]
struct MeanAbsoluteError;

/// ½e² where |e| ≤ δ, else δ|e| − ½δ²; mean over the last dimension (Huber, 1964).
#[derive(Debug)]
struct Huber {
    delta: f64,
}

/// mean(ln cosh(p − y)) over the last dimension, as e + softplus(−2e) − ln 2.
#[derive(Debug)]
struct LogCosh;

fn difference(t: &mut Tracer, y_true: &Tensor, y_pred: &Tensor) -> Result<Tensor> {
    let (y_true, y_pred) = match_ranks(t, y_true, y_pred)?;
    t.sub(&y_pred, &y_true)
}

pub(super) fn mean_last(t: &mut Tracer, x: &Tensor) -> Result<Tensor> {
    match x.rank().checked_sub(1) {
        Some(last) => t.mean(x, &[last], false),
        None => Ok(x.clone()),
    }
}

impl Loss for MeanSquaredError {
    fn call(&self, t: &mut Tracer, y_true: &Tensor, y_pred: &Tensor) -> Result<Tensor> {
        let error = difference(t, y_true, y_pred)?;
        let square = t.square(&error)?;
        mean_last(t, &square)
    }
}

impl Loss for MeanAbsoluteError {
    fn call(&self, t: &mut Tracer, y_true: &Tensor, y_pred: &Tensor) -> Result<Tensor> {
        let error = difference(t, y_true, y_pred)?;
        let error = t.abs(&error)?;
        mean_last(t, &error)
    }
}

impl Loss for Huber {
    fn call(&self, t: &mut Tracer, y_true: &Tensor, y_pred: &Tensor) -> Result<Tensor> {
        let error = difference(t, y_true, y_pred)?;
        let size = t.abs(&error)?;
        let delta = t.weak(self.delta)?;
        let small = t.le(&size, &delta)?;
        let square = t.square(&error)?;
        let quadratic = t.mul_scalar(&square, 0.5)?;
        let scaled = t.mul_scalar(&size, self.delta)?;
        let linear = t.add_scalar(&scaled, -0.5 * self.delta * self.delta)?;
        let values = t.select(&small, &quadratic, &linear)?;
        mean_last(t, &values)
    }
}

impl Loss for LogCosh {
    fn call(&self, t: &mut Tracer, y_true: &Tensor, y_pred: &Tensor) -> Result<Tensor> {
        let error = difference(t, y_true, y_pred)?;
        let doubled = t.mul_scalar(&error, -2.0)?;
        let tail = t.softplus(&doubled)?;
        let sum = t.add(&error, &tail)?;
        let values = t.add_scalar(&sum, -std::f64::consts::LN_2)?;
        mean_last(t, &values)
    }
}

/// Targets and predictions.
pub(super) const PAIR: &[Param] = &[super::Y_TRUE, super::Y_PRED];

/// `keras.losses.MeanSquaredError`.
pub static MSE_CLASS: ClassDecl = ClassDecl {
    name: "MeanSquaredError",
    aliases: &[],
    bases: &["Loss"],
    signature: Signature::new(COMMON),
    doc: "Mean of squared differences.",
    new: |_, args| LossObject::value(&MSE_CLASS, args, "mean_squared_error", MeanSquaredError),
    methods: &[],
};

/// `keras.losses.mean_squared_error`.
pub static MSE: FunctionDecl = FunctionDecl {
    name: "mean_squared_error",
    signature: Signature::new(PAIR),
    doc: "Mean of squared differences over the last dimension.",
    call: |interp, args| apply(interp, args, &MeanSquaredError),
};

/// `keras.losses.MeanAbsoluteError`.
pub static MAE_CLASS: ClassDecl = ClassDecl {
    name: "MeanAbsoluteError",
    aliases: &[],
    bases: &["Loss"],
    signature: Signature::new(COMMON),
    doc: "Mean of absolute differences.",
    new: |_, args| LossObject::value(&MAE_CLASS, args, "mean_absolute_error", MeanAbsoluteError),
    methods: &[],
};

/// `keras.losses.mean_absolute_error`.
pub static MAE: FunctionDecl = FunctionDecl {
    name: "mean_absolute_error",
    signature: Signature::new(PAIR),
    doc: "Mean of absolute differences over the last dimension.",
    call: |interp, args| apply(interp, args, &MeanAbsoluteError),
};

const DELTA: Param = Param::new("delta", Default::Float(1.0));

/// `keras.losses.Huber`.
pub static HUBER_CLASS: ClassDecl = ClassDecl {
    name: "Huber",
    aliases: &[],
    bases: &["Loss"],
    signature: Signature::new(&[DELTA]).with(COMMON),
    doc: "Quadratic for small differences, linear for large ones.",
    new: |_, args| LossObject::value(&HUBER_CLASS, args, "huber_loss", Huber { delta: args.f64("delta")? }),
    methods: &[],
};

/// `keras.losses.huber`.
pub static HUBER: FunctionDecl = FunctionDecl {
    name: "huber",
    signature: Signature::new(&[super::Y_TRUE, super::Y_PRED, DELTA]),
    doc: "Quadratic for small differences, linear for large ones; mean over the last dimension.",
    call: |interp, args| {
        let delta = args.f64("delta")?;
        apply(interp, args, &Huber { delta })
    },
};

/// `keras.losses.LogCosh`.
pub static LOG_COSH_CLASS: ClassDecl = ClassDecl {
    name: "LogCosh",
    aliases: &[],
    bases: &["Loss"],
    signature: Signature::new(COMMON),
    doc: "Logarithm of the hyperbolic cosine of the difference.",
    new: |_, args| LossObject::value(&LOG_COSH_CLASS, args, LOG_COSH.name, LogCosh),
    methods: &[],
};

/// `keras.losses.log_cosh`.
pub static LOG_COSH: FunctionDecl = FunctionDecl {
    name: "log_cosh",
    signature: Signature::new(PAIR),
    doc: "Logarithm of the hyperbolic cosine of the difference; mean over the last dimension.",
    call: |interp, args| apply(interp, args, &LogCosh),
};
