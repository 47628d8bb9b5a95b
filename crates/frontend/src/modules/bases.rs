//! The base classes of Keras that programs test with `isinstance` or derive from.

use crate::error::Error;
use crate::library::{ClassDecl, Param, Signature};

/// What every base class takes by name.
const NAMED: Signature = Signature::new(&[Param::variadic("args"), Param::keywords("options")]);

macro_rules! bases {
    ($($constant:ident = $name:literal;)*) => {
        $(static $constant: ClassDecl = ClassDecl {
            name: $name,
            aliases: &[],
            bases: &[],
            signature: NAMED,
            doc: "A base class: for `isinstance` only.",
            new: |_, args| Err(Error::unsupported(format!("`{}` is a base class and makes nothing itself", args.function()))),
            methods: &[],
        };)*
    };
}

bases! {
    INITIALIZER_BASE = "Initializer";
    SCHEDULE_BASE = "LearningRateSchedule";
    REGULARIZER_BASE = "Regularizer";
    CONSTRAINT_BASE = "Constraint";
    KERAS_TENSOR_BASE = "KerasTensor";
}

/// `keras.Layer`.
pub(super) static LAYER: &[&ClassDecl] = &[&crate::keras::derived::LAYER];
/// `keras.Loss`.
pub(super) static LOSS: &[&ClassDecl] = &[&crate::keras::losses::LOSS];
/// `keras.Metric`.
pub(super) static METRIC: &[&ClassDecl] = &[&crate::keras::metrics::METRIC];
/// `keras.Optimizer`.
pub(super) static OPTIMIZER: &[&ClassDecl] = &[&crate::keras::optimizers::OPTIMIZER];
/// `keras.KerasTensor`: what `keras.Input`, and layers called on it, give.
pub(super) static KERAS_TENSOR: &[&ClassDecl] = &[&KERAS_TENSOR_BASE];
/// `keras.Initializer`.
pub(super) static INITIALIZER: &[&ClassDecl] = &[&INITIALIZER_BASE];
/// `keras.Regularizer`.
pub(super) static REGULARIZER: &[&ClassDecl] = &[&REGULARIZER_BASE];
/// `keras.constraints.Constraint`.
pub(super) static CONSTRAINT: &[&ClassDecl] = &[&CONSTRAINT_BASE];
/// `keras.optimizers.schedules.LearningRateSchedule`.
pub(super) static SCHEDULE: &[&ClassDecl] = &[&SCHEDULE_BASE];
