//! Losses of the difference between target and prediction, relative to their size.

use super::errors::{PAIR, mean_last};
use super::{COMMON, Loss, LossObject, apply, match_ranks};
use crate::error::Result;
use crate::keras::EPSILON;
use crate::library::{ClassDecl, FunctionDecl, Signature};
use crate::trace::{Tensor, Tracer};

/// 100 · mean(|y − p| / max(|y|, ε)) over the last dimension.
#[derive(Debug)]
struct MeanAbsolutePercentageError;

/// mean((ln(max(p, ε) + 1) − ln(max(y, ε) + 1))²) over the last dimension.
#[derive(Debug)]
struct MeanSquaredLogarithmicError;

impl Loss for MeanAbsolutePercentageError {
    fn call(&self, t: &mut Tracer, y_true: &Tensor, y_pred: &Tensor) -> Result<Tensor> {
        let (y, p) = match_ranks(t, y_true, y_pred)?;
        let error = t.sub(&y, &p)?;
        let size = t.abs(&y)?;
        let size = t.max_scalar(&size, EPSILON)?;
        let ratio = t.div(&error, &size)?;
        let ratio = t.abs(&ratio)?;
        let mean = mean_last(t, &ratio)?;
        t.mul_scalar(&mean, 100.0)
    }
}

impl Loss for MeanSquaredLogarithmicError {
    fn call(&self, t: &mut Tracer, y_true: &Tensor, y_pred: &Tensor) -> Result<Tensor> {
        let (y, p) = match_ranks(t, y_true, y_pred)?;
        let (log_p, log_y) = (log_plus_one(t, &p)?, log_plus_one(t, &y)?);
        let error = t.sub(&log_p, &log_y)?;
        let square = t.square(&error)?;
        mean_last(t, &square)
    }
}

fn log_plus_one(t: &mut Tracer, x: &Tensor) -> Result<Tensor> {
    let x = t.max_scalar(x, EPSILON)?;
    let x = t.add_scalar(&x, 1.0)?;
    t.log(&x)
}

/// `keras.losses.MeanAbsolutePercentageError`.
pub static MAPE_CLASS: ClassDecl = ClassDecl {
    name: "MeanAbsolutePercentageError",
    aliases: &[],
    bases: &["Loss"],
    signature: Signature::new(COMMON),
    doc: "Mean of absolute differences in percent of the target.",
    new: |_, args| LossObject::value(&MAPE_CLASS, args, MAPE.name, MeanAbsolutePercentageError),
    methods: &[],
};

/// `keras.losses.mean_absolute_percentage_error`.
pub static MAPE: FunctionDecl = FunctionDecl {
    name: "mean_absolute_percentage_error",
    signature: Signature::new(PAIR),
    doc: "Mean of absolute differences in percent of the target, over the last dimension.",
    call: |interp, args| apply(interp, args, &MeanAbsolutePercentageError),
};

/// `keras.losses.MeanSquaredLogarithmicError`.
pub static MSLE_CLASS: ClassDecl = ClassDecl {
    name: "MeanSquaredLogarithmicError",
    aliases: &[],
    bases: &["Loss"],
    signature: Signature::new(COMMON),
    doc: "Mean of squared differences of logarithms.",
    new: |_, args| LossObject::value(&MSLE_CLASS, args, MSLE.name, MeanSquaredLogarithmicError),
    methods: &[],
};

/// `keras.losses.mean_squared_logarithmic_error`.
pub static MSLE: FunctionDecl = FunctionDecl {
    name: "mean_squared_logarithmic_error",
    signature: Signature::new(PAIR),
    doc: "Mean of squared differences of logarithms over the last dimension.",
    call: |interp, args| apply(interp, args, &MeanSquaredLogarithmicError),
};
