//! Losses of the margin of a decision.

use super::errors::{PAIR, mean_last};
use super::{COMMON, Loss, LossObject, apply, match_ranks};
use crate::error::{Error, Result};
use crate::library::{ClassDecl, FunctionDecl, Signature};
use crate::trace::{Tensor, Tracer};

/// mean(max(1 − y·p, 0)) over the last dimension, y = ±1.
#[derive(Debug)]
struct Hinge;

/// mean(max(1 − y·p, 0)²) over the last dimension, y = ±1.
#[derive(Debug)]
struct SquaredHinge;

/// max(max((1 − y)·p) − Σ y·p + 1, 0) over the last dimension, y one-hot.
#[derive(Debug)]
struct CategoricalHinge;

/// max(1 − y·p, 0).
fn shortfall(t: &mut Tracer, y_true: &Tensor, y_pred: &Tensor) -> Result<Tensor> {
    let (y, p) = match_ranks(t, y_true, y_pred)?;
    let y = plus_minus_one(t, &y)?;
    let margin = t.mul(&y, &p)?;
    let missing = t.scalar_sub(1.0, &margin)?;
    t.max_scalar(&missing, 0.0)
}

/// If all labels are 0 or 1: −1 and 1 instead; else the labels as they are.
fn plus_minus_one(t: &mut Tracer, y: &Tensor) -> Result<Tensor> {
    let (zero, one) = (t.weak(0.0)?, t.weak(1.0)?);
    let (is_zero, is_one) = (t.eq(y, &zero)?, t.eq(y, &one)?);
    let binary = t.or(&is_zero, &is_one)?;
    let axes: Vec<usize> = (0..y.rank()).collect();
    let binary = t.all(&binary, &axes, false)?;
    let doubled = t.mul_scalar(y, 2.0)?;
    let signs = t.add_scalar(&doubled, -1.0)?;
    t.select(&binary, &signs, y)
}

impl Loss for Hinge {
    fn call(&self, t: &mut Tracer, y_true: &Tensor, y_pred: &Tensor) -> Result<Tensor> {
        let values = shortfall(t, y_true, y_pred)?;
        mean_last(t, &values)
    }
}

impl Loss for SquaredHinge {
    fn call(&self, t: &mut Tracer, y_true: &Tensor, y_pred: &Tensor) -> Result<Tensor> {
        let values = shortfall(t, y_true, y_pred)?;
        let square = t.square(&values)?;
        mean_last(t, &square)
    }
}

impl Loss for CategoricalHinge {
    fn call(&self, t: &mut Tracer, y_true: &Tensor, y_pred: &Tensor) -> Result<Tensor> {
        let (y, p) = match_ranks(t, y_true, y_pred)?;
        let product = t.mul(&y, &p)?;
        let last = product.rank().checked_sub(1);
        let last = last.ok_or_else(|| Error::shape("categorical_hinge needs predictions with a class dimension"))?;
        let right = t.sum(&product, &[last], false)?;
        let others = t.scalar_sub(1.0, &y)?;
        let others = t.mul(&others, &p)?;
        let wrong = t.max(&others, &[last], false)?;
        let excess = t.sub(&wrong, &right)?;
        let excess = t.add_scalar(&excess, 1.0)?;
        t.max_scalar(&excess, 0.0)
    }
}

/// `keras.losses.Hinge`.
pub static HINGE_CLASS: ClassDecl = ClassDecl {
    name: "Hinge",
    aliases: &[],
    bases: &["Loss"],
    signature: Signature::new(COMMON),
    doc: "What is missing to a margin of 1, for targets of −1 and 1.",
    new: |_, args| LossObject::value(&HINGE_CLASS, args, HINGE.name, Hinge),
    methods: &[],
};

/// `keras.losses.hinge`.
pub static HINGE: FunctionDecl = FunctionDecl {
    name: "hinge",
    signature: Signature::new(PAIR),
    doc: "What is missing to a margin of 1, for targets of −1 and 1; mean over the last dimension.",
    call: |interp, args| apply(interp, args, &Hinge),
};

/// `keras.losses.SquaredHinge`.
pub static SQUARED_CLASS: ClassDecl = ClassDecl {
    name: "SquaredHinge",
    aliases: &[],
    bases: &["Loss"],
    signature: Signature::new(COMMON),
    doc: "The square of what is missing to a margin of 1, for targets of −1 and 1.",
    new: |_, args| LossObject::value(&SQUARED_CLASS, args, SQUARED.name, SquaredHinge),
    methods: &[],
};

/// `keras.losses.squared_hinge`.
pub static SQUARED: FunctionDecl = FunctionDecl {
    name: "squared_hinge",
    signature: Signature::new(PAIR),
    doc: "The square of what is missing to a margin of 1; mean over the last dimension.",
    call: |interp, args| apply(interp, args, &SquaredHinge),
};

/// `keras.losses.CategoricalHinge`.
pub static CATEGORICAL_CLASS: ClassDecl = ClassDecl {
    name: "CategoricalHinge",
    aliases: &[],
    bases: &["Loss"],
    signature: Signature::new(COMMON),
    doc: "By how much the best wrong class comes within 1 of the right one.",
    new: |_, args| LossObject::value(&CATEGORICAL_CLASS, args, CATEGORICAL.name, CategoricalHinge),
    methods: &[],
};

/// `keras.losses.categorical_hinge`.
pub static CATEGORICAL: FunctionDecl = FunctionDecl {
    name: "categorical_hinge",
    signature: Signature::new(PAIR),
    doc: "By how much the best wrong class comes within 1 of the right one.",
    call: |interp, args| apply(interp, args, &CategoricalHinge),
};
