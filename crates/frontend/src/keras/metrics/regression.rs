//! Errors and similarities whose metric is not the mean of a loss.

use keramos_ir::DType;

use super::mean::{accumulate, total_and_count};
use super::{COMMON, DTYPE, MeanOf, Metric, MetricObject, NAME, StateVariable};
use crate::error::Result;
use crate::interp::Interp;
use crate::keras::losses::similarity::{AXIS, cosine};
use crate::keras::losses::{Y_PRED, Y_TRUE, match_ranks};
use crate::library::{ClassDecl, FunctionDecl, Signature};
use crate::trace::Tensor;
use crate::value::Value;

/// √(Σ w·(p − y)² / Σ w).
#[derive(Debug)]
struct RootMeanSquaredError;

impl Metric for RootMeanSquaredError {
    fn rises(&self) -> Option<bool> {
        Some(false)
    }

    fn state(&self, _: &[usize]) -> Result<Vec<StateVariable>> {
        Ok(total_and_count())
    }

    fn update(
        &self,
        interp: &mut Interp,
        state: Vec<Tensor>,
        y_true: &Tensor,
        y_pred: &Tensor,
        weight: Option<&Tensor>,
    ) -> Result<Vec<Tensor>> {
        let t = &mut interp.tracer;
        let (y, p) = (t.convert(y_true, DType::F32)?, t.convert(y_pred, DType::F32)?);
        let (y, p) = match_ranks(t, &y, &p)?;
        let error = t.sub(&p, &y)?;
        let square = t.square(&error)?;
        accumulate(t, &state, &square, weight)
    }

    fn result(&self, interp: &mut Interp, state: &[Tensor]) -> Result<Tensor> {
        let mean = interp.tracer.div_no_nan(&state[0], &state[1])?;
        interp.tracer.sqrt(&mean)
    }
}

/// `keras.metrics.RootMeanSquaredError`.
pub static ROOT_MEAN_SQUARED: ClassDecl = ClassDecl {
    name: "RootMeanSquaredError",
    aliases: &[],
    bases: &["Mean", "Metric"],
    signature: Signature::new(COMMON),
    doc: "Square root of the mean of squared differences.",
    new: |_, args| MetricObject::value(&ROOT_MEAN_SQUARED, args, "root_mean_squared_error", RootMeanSquaredError),
    methods: &[],
};

/// The cosine that the metric averages; the loss of the same name is its negative.
static COSINE_FUNCTION: FunctionDecl = FunctionDecl {
    name: "cosine_similarity",
    signature: Signature::new(&[Y_TRUE, Y_PRED, AXIS]),
    doc: "The cosine of the angle between target and prediction along the axis.",
    call: |interp, args| {
        let axis = args.i64("axis")?;
        let (y_true, y_pred) = super::accuracy::pair(interp, args)?;
        let t = &mut interp.tracer;
        let y_true = t.convert(&y_true, y_pred.dtype())?;
        cosine(t, &y_true, &y_pred, axis).map(Value::Tensor)
    },
};

/// `keras.metrics.CosineSimilarity`.
pub static COSINE: ClassDecl = ClassDecl {
    name: "CosineSimilarity",
    aliases: &[],
    bases: &["MeanMetricWrapper", "Mean", "Metric"],
    signature: Signature::new(&[NAME, DTYPE, AXIS]),
    doc: "Mean cosine of the angle between target and prediction.",
    new: |_, args| {
        args.i64("axis")?;
        let keywords = vec![("axis", args.get("axis")?.clone())];
        MetricObject::value(&COSINE, args, COSINE_FUNCTION.name, MeanOf::with(&COSINE_FUNCTION, keywords))
    },
    methods: &[],
};
