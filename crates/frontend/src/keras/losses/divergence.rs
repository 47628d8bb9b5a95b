//! Losses between probability distributions.

use super::{COMMON, Loss, LossObject, apply};
use crate::error::Result;
use crate::keras::EPSILON;
use crate::library::{ClassDecl, FunctionDecl, Param, Signature};
use crate::trace::{Tensor, Tracer};

/// Σ y·log(y / p) over the last dimension, both clipped to [ε, 1].
#[derive(Debug)]
struct KlDivergence;

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
    signature: Signature::new(&[Param::required("y_true"), Param::required("y_pred")]),
    doc: "Kullback–Leibler divergence of the prediction from the target, over the last dimension.",
    call: |interp, args| apply(interp, args, &KlDivergence),
};
