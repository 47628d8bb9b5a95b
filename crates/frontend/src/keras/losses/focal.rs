//! Cross-entropies that weigh easy rows less (Lin et al., 2017).

use super::crossentropy::{self, AXIS, FROM_LOGITS, SMOOTHING, same_shape};
use super::{COMMON, Loss, LossObject, Predictions, Y_PRED, Y_TRUE, apply, match_ranks};
use crate::error::Result;
use crate::keras::EPSILON;
use crate::library::{Bound, ClassDecl, Default, FunctionDecl, Param, Signature};
use crate::ops::axis_index;
use crate::trace::{Tensor, Tracer};

/// (1 − pₜ)^γ · binary cross-entropy with pₜ = y·p + (1 − y)·(1 − p), mean over `axis`; with class
/// balancing times y·α + (1 − y)·(1 − α).
#[derive(Debug)]
struct BinaryFocal {
    balance: Option<f64>,
    gamma: f64,
    from_logits: bool,
    label_smoothing: f64,
    axis: i64,
}

/// Σ −y·ln p · α · (1 − p)^γ over `axis`; probabilities are normalised and clipped to [ε, 1−ε].
#[derive(Debug)]
struct CategoricalFocal {
    alpha: f64,
    gamma: f64,
    from_logits: bool,
    label_smoothing: f64,
    axis: i64,
}

/// (1 − p)^γ.
fn easiness(t: &mut Tracer, p: &Tensor, gamma: f64) -> Result<Tensor> {
    let rest = t.scalar_sub(1.0, p)?;
    let gamma = t.weak(gamma)?;
    t.power(&rest, &gamma)
}

impl Loss for BinaryFocal {
    fn predictions(&self) -> Predictions {
        Predictions::of(self.from_logits)
    }

    fn call(&self, t: &mut Tracer, y_true: &Tensor, y_pred: &Tensor) -> Result<Tensor> {
        let (y, p) = match_ranks(t, y_true, y_pred)?;
        same_shape(&y, &p)?;
        let axis = axis_index(self.axis, p.rank())?;
        let y = crossentropy::smooth_binary(t, &y, self.label_smoothing)?;
        let p = if self.from_logits { t.logistic(&p)? } else { p };
        let entropy = crossentropy::binary_entropy(t, &y, &p)?;
        let (not_y, not_p) = (t.scalar_sub(1.0, &y)?, t.scalar_sub(1.0, &p)?);
        let (both, neither) = (t.mul(&y, &p)?, t.mul(&not_y, &not_p)?);
        let agreement = t.add(&both, &neither)?;
        let factor = easiness(t, &agreement, self.gamma)?;
        let mut values = t.mul(&factor, &entropy)?;
        if let Some(alpha) = self.balance {
            let (one, other) = (t.mul_scalar(&y, alpha)?, t.mul_scalar(&not_y, 1.0 - alpha)?);
            let weight = t.add(&one, &other)?;
            values = t.mul(&weight, &values)?;
        }
        t.mean(&values, &[axis], false)
    }
}

impl Loss for CategoricalFocal {
    fn predictions(&self) -> Predictions {
        Predictions::of(self.from_logits)
    }

    fn call(&self, t: &mut Tracer, y_true: &Tensor, y_pred: &Tensor) -> Result<Tensor> {
        same_shape(y_true, y_pred)?;
        let axis = axis_index(self.axis, y_pred.rank())?;
        let y = crossentropy::smooth_categorical(t, y_true, self.label_smoothing, y_pred.shape()[axis])?;
        let p = if self.from_logits { t.softmax(y_pred, axis)? } else { y_pred.clone() };
        let sum = t.sum(&p, &[axis], true)?;
        let p = t.div(&p, &sum)?;
        let p = t.clip(&p, EPSILON, 1.0 - EPSILON)?;
        let log = t.log(&p)?;
        let entropy = t.mul(&y, &log)?;
        let factor = easiness(t, &p, self.gamma)?;
        let factor = t.mul_scalar(&factor, -self.alpha)?;
        let values = t.mul(&factor, &entropy)?;
        t.sum(&values, &[axis], false)
    }
}

const BALANCING: Param = Param::new("apply_class_balancing", Default::Bool(false));
const ALPHA: Param = Param::new("alpha", Default::Float(0.25));
const GAMMA: Param = Param::new("gamma", Default::Float(2.0));

fn binary(args: &Bound) -> Result<BinaryFocal> {
    Ok(BinaryFocal {
        balance: if args.bool("apply_class_balancing")? { Some(args.f64("alpha")?) } else { None },
        gamma: args.f64("gamma")?,
        from_logits: args.bool("from_logits")?,
        label_smoothing: args.f64("label_smoothing")?,
        axis: args.i64("axis")?,
    })
}

fn categorical(args: &Bound) -> Result<CategoricalFocal> {
    Ok(CategoricalFocal {
        alpha: args.f64("alpha")?,
        gamma: args.f64("gamma")?,
        from_logits: args.bool("from_logits")?,
        label_smoothing: args.f64("label_smoothing")?,
        axis: args.i64("axis")?,
    })
}

/// `keras.losses.BinaryFocalCrossentropy`.
pub static BINARY_CLASS: ClassDecl = ClassDecl {
    name: "BinaryFocalCrossentropy",
    aliases: &[],
    bases: &["Loss"],
    signature: Signature::new(&[BALANCING, ALPHA, GAMMA, FROM_LOGITS, SMOOTHING, AXIS]).with(COMMON),
    doc: "Cross-entropy of yes-or-no targets in which easy ones weigh less.",
    new: |_, args| LossObject::value(&BINARY_CLASS, args, BINARY.name, binary(args)?),
    methods: &[],
};

/// `keras.losses.binary_focal_crossentropy`.
pub static BINARY: FunctionDecl = FunctionDecl {
    name: "binary_focal_crossentropy",
    signature: Signature::new(&[Y_TRUE, Y_PRED, BALANCING, ALPHA, GAMMA, FROM_LOGITS, SMOOTHING, AXIS]),
    doc: "Cross-entropy of yes-or-no targets in which easy ones weigh less, mean over the axis.",
    call: |interp, args| {
        let loss = binary(args)?;
        apply(interp, args, &loss)
    },
};

/// `keras.losses.CategoricalFocalCrossentropy`.
pub static CATEGORICAL_CLASS: ClassDecl = ClassDecl {
    name: "CategoricalFocalCrossentropy",
    aliases: &[],
    bases: &["Loss"],
    signature: Signature::new(&[ALPHA, GAMMA, FROM_LOGITS, SMOOTHING, AXIS]).with(COMMON),
    doc: "Cross-entropy of one-hot targets in which easy rows weigh less.",
    new: |_, args| LossObject::value(&CATEGORICAL_CLASS, args, CATEGORICAL.name, categorical(args)?),
    methods: &[],
};

/// `keras.losses.categorical_focal_crossentropy`.
pub static CATEGORICAL: FunctionDecl = FunctionDecl {
    name: "categorical_focal_crossentropy",
    signature: Signature::new(&[Y_TRUE, Y_PRED, ALPHA, GAMMA, FROM_LOGITS, SMOOTHING, AXIS]),
    doc: "Cross-entropy of one-hot targets in which easy rows weigh less, along the axis.",
    call: |interp, args| {
        let loss = categorical(args)?;
        apply(interp, args, &loss)
    },
};
