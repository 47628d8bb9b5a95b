//! Losses between probability distributions.

use super::errors::{PAIR, mean_last};
use super::{COMMON, Loss, LossObject, apply, match_ranks};
use crate::error::Result;
use crate::keras::EPSILON;
use crate::library::{ClassDecl, FunctionDecl, Signature};
use crate::trace::{Tensor, Tracer};

/// Σ y·log(y / p) over the last dimension, both clipped to [ε, 1].
#[derive(Debug)]
struct KlDivergence;

/// mean(p − y·ln(p + ε)) over the last dimension.
#[derive(Debug)]
struct Poisson;

impl Loss for KlDivergence {
    fn call(&self, t: &mut Tracer, y_true: &Tensor, y_pred: &Tensor) -> Result<Tensor> {
        let y = t.clip(y_true, EPSILON, 1.0)?;
        let p = t.clip(y_pred, EPSILON, 1.0)?;
        let ratio = t.div(&y, &p)?;
        let log = t.log(&ratio)?;
        let terms = t.mul(&y, &log)?;
        let last = terms.rank().saturating_sub(1);
        t.sum(&terms, &[last], false)
    }
}

impl Loss for Poisson {
    fn call(&self, t: &mut Tracer, y_true: &Tensor, y_pred: &Tensor) -> Result<Tensor> {
        let (y, p) = match_ranks(t, y_true, y_pred)?;
        let shifted = t.add_scalar(&p, EPSILON)?;
        let log = t.log(&shifted)?;
        let expected = t.mul(&y, &log)?;
        let values = t.sub(&p, &expected)?;
        mean_last(t, &values)
    }
}

/// `keras.losses.KLDivergence`.
pub static KL_CLASS: ClassDecl = ClassDecl {
    name: "KLDivergence",
    aliases: &[],
    bases: &["Loss"],
    signature: Signature::new(COMMON),
    doc: "Kullback–Leibler divergence of the prediction from the target.",
    new: |_, args| LossObject::value(&KL_CLASS, args, "kl_divergence", KlDivergence),
    methods: &[],
};

/// `keras.losses.kl_divergence`.
pub static KL: FunctionDecl = FunctionDecl {
    name: "kl_divergence",
    signature: Signature::new(PAIR),
    doc: "Kullback–Leibler divergence of the prediction from the target, over the last dimension.",
    call: |interp, args| apply(interp, args, &KlDivergence),
};

/// `keras.losses.Poisson`.
pub static POISSON_CLASS: ClassDecl = ClassDecl {
    name: "Poisson",
    aliases: &[],
    bases: &["Loss"],
    signature: Signature::new(COMMON),
    doc: "Negative log-likelihood of counts with the predicted rate, without the term that no prediction changes.",
    new: |_, args| LossObject::value(&POISSON_CLASS, args, POISSON.name, Poisson),
    methods: &[],
};

/// `keras.losses.poisson`.
pub static POISSON: FunctionDecl = FunctionDecl {
    name: "poisson",
    signature: Signature::new(PAIR),
    doc: "Negative log-likelihood of counts with the predicted rate; mean over the last dimension.",
    call: |interp, args| apply(interp, args, &Poisson),
};
