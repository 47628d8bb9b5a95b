//! How often predictions equal targets.

use keramos_ir::DType;

use super::{COMMON, MeanOf, MetricObject};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::keras::losses::{Y_PRED, Y_TRUE, match_ranks};
use crate::library::{Bound, ClassDecl, Default, FunctionDecl, Param, Signature};
use crate::trace::{Tensor, Tracer};
use crate::value::Value;

const THRESHOLD: Param = Param::new("threshold", Default::Float(0.5));

/// `keras.metrics.binary_accuracy`.
pub static BINARY: FunctionDecl = FunctionDecl {
    name: "binary_accuracy",
    signature: Signature::new(&[Y_TRUE, Y_PRED, THRESHOLD]),
    doc: "1 where the prediction is on the target's side of the threshold.",
    call: |interp, args| {
        let threshold = args.f64("threshold")?;
        let (y_true, y_pred) = pair(interp, args)?;
        let t = &mut interp.tracer;
        let (y_true, y_pred) = match_ranks(t, &y_true, &y_pred)?;
        let threshold = t.weak(threshold)?;
        let above = t.gt(&y_pred, &threshold)?;
        let above = t.convert(&above, y_true.dtype())?;
        matches(t, &y_true, &above)
    },
};

/// `keras.metrics.categorical_accuracy`.
pub static CATEGORICAL: FunctionDecl = FunctionDecl {
    name: "categorical_accuracy",
    signature: Signature::new(&[Y_TRUE, Y_PRED]),
    doc: "1 where the largest prediction is that of the one-hot target.",
    call: |interp, args| {
        let (y_true, y_pred) = pair(interp, args)?;
        let t = &mut interp.tracer;
        let (y_true, y_pred) = (t.argmax(&y_true, last(&y_true)?)?, t.argmax(&y_pred, last(&y_pred)?)?);
        matches(t, &y_true, &y_pred)
    },
};

/// `keras.metrics.sparse_categorical_accuracy`.
pub static SPARSE: FunctionDecl = FunctionDecl {
    name: "sparse_categorical_accuracy",
    signature: Signature::new(&[Y_TRUE, Y_PRED]),
    doc: "1 where the largest prediction is that of the target class.",
    call: |interp, args| {
        let (mut y_true, y_pred) = pair(interp, args)?;
        let t = &mut interp.tracer;
        if y_true.rank() == y_pred.rank() && y_true.shape().last() == Some(&1) {
            y_true = t.squeeze(&y_true, &[y_true.rank() - 1])?;
        }
        let y_true = t.convert(&y_true, DType::I32)?;
        let y_pred = t.argmax(&y_pred, last(&y_pred)?)?;
        matches(t, &y_true, &y_pred)
    },
};

/// `keras.metrics.accuracy`: exact equality.
static EXACT: FunctionDecl = FunctionDecl {
    name: "accuracy",
    signature: Signature::new(&[Y_TRUE, Y_PRED]),
    doc: "1 where the prediction equals the target.",
    call: |interp, args| {
        let (y_true, y_pred) = pair(interp, args)?;
        let t = &mut interp.tracer;
        let y_true = t.convert(&y_true, y_pred.dtype())?;
        let (y_true, y_pred) = match_ranks(t, &y_true, &y_pred)?;
        matches(t, &y_true, &y_pred)
    },
};

/// The arguments `y_true` and `y_pred`.
pub(super) fn pair(interp: &mut Interp, args: &Bound) -> Result<(Tensor, Tensor)> {
    Ok((interp.to_tensor(args.get("y_true")?)?, interp.to_tensor(args.get("y_pred")?)?))
}

/// The class dimension.
pub(super) fn last(x: &Tensor) -> Result<usize> {
    x.rank().checked_sub(1).ok_or_else(|| Error::shape("an accuracy needs predictions with a class dimension"))
}

fn matches(t: &mut Tracer, a: &Tensor, b: &Tensor) -> Result<Value> {
    let equal = t.eq(a, b)?;
    t.convert(&equal, DType::F32).map(Value::Tensor)
}

/// `keras.metrics.BinaryAccuracy`.
pub static BINARY_CLASS: ClassDecl = ClassDecl {
    name: "BinaryAccuracy",
    aliases: &[],
    bases: &["MeanMetricWrapper", "Mean", "Metric"],
    signature: Signature::new(&[super::NAME, super::DTYPE, THRESHOLD]),
    doc: "How often predictions are on the target's side of the threshold.",
    new: |_, args| {
        let threshold = args.get("threshold")?.clone();
        MetricObject::value(
            &BINARY_CLASS,
            args,
            "binary_accuracy",
            MeanOf::with(&BINARY, vec![("threshold", threshold)]),
        )
    },
    methods: &[],
};

/// `keras.metrics.CategoricalAccuracy`.
pub static CATEGORICAL_CLASS: ClassDecl = ClassDecl {
    name: "CategoricalAccuracy",
    aliases: &[],
    bases: &["MeanMetricWrapper", "Mean", "Metric"],
    signature: Signature::new(COMMON),
    doc: "How often the largest prediction is that of the one-hot target.",
    new: |_, args| {
        MetricObject::value(&CATEGORICAL_CLASS, args, "categorical_accuracy", MeanOf::with(&CATEGORICAL, vec![]))
    },
    methods: &[],
};

/// `keras.metrics.SparseCategoricalAccuracy`.
pub static SPARSE_CLASS: ClassDecl = ClassDecl {
    name: "SparseCategoricalAccuracy",
    aliases: &[],
    bases: &["MeanMetricWrapper", "Mean", "Metric"],
    signature: Signature::new(COMMON),
    doc: "How often the largest prediction is that of the target class.",
    new: |_, args| {
        MetricObject::value(&SPARSE_CLASS, args, "sparse_categorical_accuracy", MeanOf::with(&SPARSE, vec![]))
    },
    methods: &[],
};

/// `keras.metrics.Accuracy`.
pub static EXACT_CLASS: ClassDecl = ClassDecl {
    name: "Accuracy",
    aliases: &[],
    bases: &["MeanMetricWrapper", "Mean", "Metric"],
    signature: Signature::new(COMMON),
    doc: "How often predictions equal targets.",
    new: |_, args| MetricObject::value(&EXACT_CLASS, args, "accuracy", MeanOf::with(&EXACT, vec![])),
    methods: &[],
};
