//! Cross-entropies.

use keramos_ir::{DType, as_tuple};

use super::{COMMON, Loss, LossObject, Predictions, apply};
use crate::error::{Error, Result};
use crate::keras::EPSILON;
use crate::library::{Bound, ClassDecl, Default, FunctionDecl, Param, Signature};
use crate::ops::axis_index;
use crate::trace::{Tensor, Tracer};

/// −y·log p − (1−y)·log(1−p), mean over `axis`.
#[derive(Debug)]
struct Binary {
    from_logits: bool,
    label_smoothing: f64,
    axis: i64,
}

/// −Σ y·log p over `axis`; probabilities are normalised and clipped to [ε, 1−ε].
#[derive(Debug)]
struct Categorical {
    from_logits: bool,
    label_smoothing: f64,
    axis: i64,
}

/// −log p[y] for class numbers y.
#[derive(Debug)]
struct Sparse {
    from_logits: bool,
    ignore_class: Option<i64>,
    axis: i64,
}

/// log p along `axis`, from logits or from probabilities.
pub(crate) fn log_probabilities(t: &mut Tracer, output: &Tensor, from_logits: bool, axis: usize) -> Result<Tensor> {
    if from_logits {
        return t.log_softmax(output, axis);
    }
    let sum = t.sum(output, &[axis], true)?;
    let normalised = t.div(output, &sum)?;
    let clipped = t.clip(&normalised, EPSILON, 1.0 - EPSILON)?;
    t.log(&clipped)
}

/// Both must have the same shape.
pub(crate) fn same_shape(y_true: &Tensor, y_pred: &Tensor) -> Result<()> {
    if y_true.shape() == y_pred.shape() {
        return Ok(());
    }
    Err(Error::shape(format!(
        "targets {} and predictions {} must have the same shape",
        as_tuple(y_true.shape()),
        as_tuple(y_pred.shape())
    ))
    .help("for class numbers as targets use the sparse loss (\"sparse_categorical_crossentropy\")"))
}

/// y·(1 − s) + s/2.
pub(super) fn smooth_binary(t: &mut Tracer, y: &Tensor, smoothing: f64) -> Result<Tensor> {
    smooth(t, y, smoothing, 0.5 * smoothing)
}

/// y·(1 − s) + s/classes.
pub(super) fn smooth_categorical(t: &mut Tracer, y: &Tensor, smoothing: f64, classes: usize) -> Result<Tensor> {
    smooth(t, y, smoothing, smoothing / classes as f64)
}

fn smooth(t: &mut Tracer, y: &Tensor, smoothing: f64, share: f64) -> Result<Tensor> {
    if smoothing == 0.0 {
        return Ok(y.clone());
    }
    let scaled = t.mul_scalar(y, 1.0 - smoothing)?;
    t.add_scalar(&scaled, share)
}

/// −y·ln p − (1−y)·ln(1−p) of probabilities, clipped to [ε, 1−ε].
pub(super) fn binary_entropy(t: &mut Tracer, y: &Tensor, p: &Tensor) -> Result<Tensor> {
    let p = t.clip(p, EPSILON, 1.0 - EPSILON)?;
    let not_p = t.scalar_sub(1.0, &p)?;
    let (log_p, log_not_p) = (t.log(&p)?, t.log(&not_p)?);
    binary_mixture(t, y, &log_p, &log_not_p)
}

/// −y·ln p − (1−y)·ln(1−p) of probabilities or logits.
pub(crate) fn binary_terms(t: &mut Tracer, y: &Tensor, p: &Tensor, from_logits: bool) -> Result<Tensor> {
    if !from_logits {
        return binary_entropy(t, y, p);
    }
    let minus = t.neg(p)?;
    let (log_p, log_not_p) = (t.log_sigmoid(p)?, t.log_sigmoid(&minus)?);
    binary_mixture(t, y, &log_p, &log_not_p)
}

/// −y·a − (1−y)·b.
fn binary_mixture(t: &mut Tracer, y: &Tensor, a: &Tensor, b: &Tensor) -> Result<Tensor> {
    let not_y = t.scalar_sub(1.0, y)?;
    let (one, other) = (t.mul(y, a)?, t.mul(&not_y, b)?);
    let sum = t.add(&one, &other)?;
    t.neg(&sum)
}

impl Loss for Binary {
    fn predictions(&self) -> Predictions {
        Predictions::of(self.from_logits)
    }

    fn call(&self, t: &mut Tracer, y_true: &Tensor, y_pred: &Tensor) -> Result<Tensor> {
        let (y, p) = super::match_ranks(t, y_true, y_pred)?;
        same_shape(&y, &p)?;
        let y = smooth_binary(t, &y, self.label_smoothing)?;
        let axis = axis_index(self.axis, p.rank())?;
        let values = binary_terms(t, &y, &p, self.from_logits)?;
        t.mean(&values, &[axis], false)
    }
}

impl Loss for Categorical {
    fn predictions(&self) -> Predictions {
        Predictions::of(self.from_logits)
    }

    fn call(&self, t: &mut Tracer, y_true: &Tensor, y_pred: &Tensor) -> Result<Tensor> {
        let axis = axis_index(self.axis, y_pred.rank())?;
        same_shape(y_true, y_pred)?;
        let y = smooth_categorical(t, y_true, self.label_smoothing, y_pred.shape()[axis])?;
        let log_p = log_probabilities(t, y_pred, self.from_logits, axis)?;
        let terms = t.mul(&y, &log_p)?;
        let sum = t.sum(&terms, &[axis], false)?;
        t.neg(&sum)
    }
}

impl Sparse {
    /// Class numbers of the predictions' shape without the class dimension.
    fn targets(&self, t: &mut Tracer, y_true: &Tensor, y_pred: &Tensor, axis: usize) -> Result<Tensor> {
        let mut expected = y_pred.shape().to_vec();
        expected.remove(axis);
        let y = match y_true.rank() == y_pred.rank() && y_true.shape()[axis] == 1 {
            true => t.squeeze(y_true, &[axis])?,
            false => y_true.clone(),
        };
        if y.shape() != expected {
            return Err(Error::shape(format!(
                "class numbers of shape {} do not fit predictions {}",
                as_tuple(y_true.shape()),
                as_tuple(y_pred.shape())
            ))
            .note(format!("they must have the shape {}", as_tuple(&expected)))
            .help("for one-hot targets use \"categorical_crossentropy\""));
        }
        Ok(y)
    }

    fn ignored(&self, t: &mut Tracer, y: &Tensor) -> Result<Option<Tensor>> {
        let Some(class) = self.ignore_class else { return Ok(None) };
        let class = t.scalar(y.dtype(), class as f64)?;
        t.eq(y, &class).map(Some)
    }
}

impl Loss for Sparse {
    fn predictions(&self) -> Predictions {
        Predictions::of(self.from_logits)
    }

    fn call(&self, t: &mut Tracer, y_true: &Tensor, y_pred: &Tensor) -> Result<Tensor> {
        let axis = axis_index(self.axis, y_pred.rank())?;
        let y = self.targets(t, y_true, y_pred, axis)?;
        let ignored = self.ignored(t, &y)?;
        let (mut labels, mut output) = (t.convert(&y, DType::I32)?, y_pred.clone());
        if let Some(ignored) = &ignored {
            let (zero, blank) = (t.full(labels.ty(), 0.0)?, t.full(output.ty(), 0.0)?);
            labels = t.select(ignored, &zero, &labels)?;
            let wide = t.expand_dims(ignored, &[axis])?;
            output = t.select(&wide, &blank, &output)?;
        }
        let log_p = log_probabilities(t, &output, self.from_logits, axis)?;
        let one_hot = t.one_hot(&labels, y_pred.shape()[axis], axis, log_p.dtype())?;
        let terms = t.mul(&one_hot, &log_p)?;
        let sum = t.sum(&terms, &[axis], false)?;
        let values = t.neg(&sum)?;
        match ignored {
            None => Ok(values),
            Some(ignored) => {
                let zero = t.full(values.ty(), 0.0)?;
                t.select(&ignored, &zero, &values)
            }
        }
    }

    fn mask(&self, t: &mut Tracer, y_true: &Tensor, y_pred: &Tensor) -> Result<Option<Tensor>> {
        let axis = axis_index(self.axis, y_pred.rank())?;
        let y = self.targets(t, y_true, y_pred, axis)?;
        self.ignored(t, &y)?.map(|ignored| t.not(&ignored)).transpose()
    }

    fn is_sparse(&self) -> bool {
        true
    }

    fn ignores_classes(&self) -> bool {
        self.ignore_class.is_some()
    }
}

const REDUCTION: Param = super::REDUCTION;
const Y_TRUE: Param = super::Y_TRUE;
const Y_PRED: Param = super::Y_PRED;
/// Whether predictions are logits instead of probabilities.
pub(crate) const FROM_LOGITS: Param = Param::new("from_logits", Default::Bool(false));
/// How much of each target is spread evenly.
pub(crate) const SMOOTHING: Param = Param::new("label_smoothing", Default::Float(0.0));
/// The class dimension.
pub(crate) const AXIS: Param = Param::new("axis", Default::Int(-1));
/// The class number that does not count.
pub(crate) const IGNORE: Param = Param::new("ignore_class", Default::None);

fn binary(args: &Bound) -> Result<Binary> {
    Ok(Binary {
        from_logits: args.bool("from_logits")?,
        label_smoothing: args.f64("label_smoothing")?,
        axis: args.i64("axis")?,
    })
}

fn categorical(args: &Bound) -> Result<Categorical> {
    Ok(Categorical {
        from_logits: args.bool("from_logits")?,
        label_smoothing: args.f64("label_smoothing")?,
        axis: args.i64("axis")?,
    })
}

fn sparse(args: &Bound) -> Result<Sparse> {
    let ignore_class = args.some("ignore_class")?.map(|_| args.i64("ignore_class")).transpose()?;
    Ok(Sparse { from_logits: args.bool("from_logits")?, ignore_class, axis: args.i64("axis")? })
}

/// `keras.losses.BinaryCrossentropy`.
pub static BINARY_CLASS: ClassDecl = ClassDecl {
    name: "BinaryCrossentropy",
    aliases: &[],
    bases: &["Loss"],
    signature: Signature::new(&[FROM_LOGITS, SMOOTHING, AXIS]).with(COMMON),
    doc: "Cross-entropy of yes-or-no targets.",
    new: |_, args| LossObject::value(&BINARY_CLASS, args, "binary_crossentropy", binary(args)?),
    methods: &[],
};

/// `keras.losses.binary_crossentropy`.
pub static BINARY: FunctionDecl = FunctionDecl {
    name: "binary_crossentropy",
    signature: Signature::new(&[Y_TRUE, Y_PRED, FROM_LOGITS, SMOOTHING, AXIS]),
    doc: "Cross-entropy of yes-or-no targets, mean over the axis.",
    call: |interp, args| {
        let loss = binary(args)?;
        apply(interp, args, &loss)
    },
};

/// `keras.losses.CategoricalCrossentropy`.
pub static CATEGORICAL_CLASS: ClassDecl = ClassDecl {
    name: "CategoricalCrossentropy",
    aliases: &[],
    bases: &["Loss"],
    signature: Signature::new(&[FROM_LOGITS, SMOOTHING, AXIS]).with(COMMON),
    doc: "Cross-entropy of one-hot targets.",
    new: |_, args| LossObject::value(&CATEGORICAL_CLASS, args, "categorical_crossentropy", categorical(args)?),
    methods: &[],
};

/// `keras.losses.categorical_crossentropy`.
pub static CATEGORICAL: FunctionDecl = FunctionDecl {
    name: "categorical_crossentropy",
    signature: Signature::new(&[Y_TRUE, Y_PRED, FROM_LOGITS, SMOOTHING, AXIS]),
    doc: "Cross-entropy of one-hot targets along the axis.",
    call: |interp, args| {
        let loss = categorical(args)?;
        apply(interp, args, &loss)
    },
};

/// `keras.losses.SparseCategoricalCrossentropy`.
pub static SPARSE_CLASS: ClassDecl = ClassDecl {
    name: "SparseCategoricalCrossentropy",
    aliases: &[],
    bases: &["Loss"],
    signature: Signature::new(&[FROM_LOGITS, IGNORE, REDUCTION, AXIS]).with(COMMON.split_at(1).1),
    doc: "Cross-entropy of class numbers.",
    new: |_, args| LossObject::value(&SPARSE_CLASS, args, "sparse_categorical_crossentropy", sparse(args)?),
    methods: &[],
};

/// `keras.losses.sparse_categorical_crossentropy`.
pub static SPARSE: FunctionDecl = FunctionDecl {
    name: "sparse_categorical_crossentropy",
    signature: Signature::new(&[Y_TRUE, Y_PRED, FROM_LOGITS, IGNORE, AXIS]),
    doc: "Cross-entropy of class numbers along the axis.",
    call: |interp, args| {
        let loss = sparse(args)?;
        apply(interp, args, &loss)
    },
};
