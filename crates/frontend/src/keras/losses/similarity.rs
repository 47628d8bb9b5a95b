//! Losses of the angle between target and prediction.

use super::{COMMON, Loss, LossObject, Y_PRED, Y_TRUE, apply, match_ranks};
use crate::error::Result;
use crate::keras::EPSILON;
use crate::library::{ClassDecl, Default, FunctionDecl, Param, Signature};
use crate::ops::axis_index;
use crate::trace::{Tensor, Tracer};

/// −Σ ŷ·p̂ over `axis`, both scaled to length 1.
#[derive(Debug)]
struct CosineSimilarity {
    axis: i64,
}

impl Loss for CosineSimilarity {
    fn call(&self, t: &mut Tracer, y_true: &Tensor, y_pred: &Tensor) -> Result<Tensor> {
        let similarity = cosine(t, y_true, y_pred, self.axis)?;
        t.neg(&similarity)
    }
}

/// The cosine of the angle between `y_true` and `y_pred` along `axis`.
///
/// # Errors
/// The shapes do not fit, or there is no such axis.
pub(crate) fn cosine(t: &mut Tracer, y_true: &Tensor, y_pred: &Tensor, axis: i64) -> Result<Tensor> {
    let (y, p) = match_ranks(t, y_true, y_pred)?;
    let axis = axis_index(axis, p.rank())?;
    let (y, p) = (unit(t, &y, axis)?, unit(t, &p, axis)?);
    let product = t.mul(&y, &p)?;
    t.sum(&product, &[axis], false)
}

/// `x` scaled to length 1 along `axis`; vectors shorter than ε are scaled by 1/ε.
fn unit(t: &mut Tracer, x: &Tensor, axis: usize) -> Result<Tensor> {
    let square = t.square(x)?;
    let sum = t.sum(&square, &[axis], true)?;
    let sum = t.max_scalar(&sum, EPSILON * EPSILON)?;
    let scale = t.rsqrt(&sum)?;
    t.mul(x, &scale)
}

/// The dimension that holds the vectors.
pub(crate) const AXIS: Param = Param::new("axis", Default::Int(-1));

/// `keras.losses.CosineSimilarity`.
pub static COSINE_CLASS: ClassDecl = ClassDecl {
    name: "CosineSimilarity",
    aliases: &[],
    bases: &["Loss"],
    signature: Signature::new(&[AXIS]).with(COMMON),
    doc: "Minus the cosine of the angle between target and prediction.",
    new: |_, args| LossObject::value(&COSINE_CLASS, args, COSINE.name, CosineSimilarity { axis: args.i64("axis")? }),
    methods: &[],
};

/// `keras.losses.cosine_similarity`.
pub static COSINE: FunctionDecl = FunctionDecl {
    name: "cosine_similarity",
    signature: Signature::new(&[Y_TRUE, Y_PRED, AXIS]),
    doc: "Minus the cosine of the angle between target and prediction along the axis.",
    call: |interp, args| {
        let axis = args.i64("axis")?;
        apply(interp, args, &CosineSimilarity { axis })
    },
};
