//! The area under a curve of two rates over all thresholds.

use keramos_ir::as_tuple;

use super::super::{DTYPE, Metric, MetricObject, NAME, StateVariable};
use super::decisions::{Decisions, Thresholds, vector};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::library::{Bound, ClassDecl, Default, Param, Signature};
use crate::trace::{Tensor, Tracer};
use crate::value::Value;

/// More are a mistake: each is counted for every prediction.
const MAX_THRESHOLDS: usize = 1_000_000;

/// Σ (xᵢ − xᵢ₊₁)·height over neighbouring thresholds i and i + 1.
#[derive(Debug)]
struct Area {
    decisions: Decisions,
    curve: Curve,
    method: Method,
    /// How many labels are counted apart, if that is given.
    labels: Option<usize>,
    /// What the labels' areas weigh in their mean.
    label_weights: Option<Vec<f64>>,
    from_logits: bool,
}

/// Which rates are x and y.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Curve {
    /// False positive rate and recall.
    Roc,
    /// Recall and precision.
    PrecisionRecall,
}

/// The height between two thresholds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Method {
    /// The mean; for precision over recall, true and false positives are interpolated rather than
    /// their ratio (Davis and Goadrich, 2006).
    Interpolation,
    /// The smaller.
    Minoring,
    /// The larger.
    Majoring,
}

impl Metric for Area {
    fn rises(&self) -> Option<bool> {
        Some(true)
    }

    fn state(&self, y_pred: &[usize]) -> Result<Vec<StateVariable>> {
        let mut shape = vec![self.decisions.thresholds.len()];
        if self.decisions.per_label {
            let &[_, labels] = y_pred else {
                return Err(Error::shape(format!(
                    "AUC(multi_label=True) needs predictions of shape (batch, labels), found {}",
                    as_tuple(&y_pred)
                )));
            };
            if self.labels.is_some_and(|n| n != labels)
                || self.label_weights.as_ref().is_some_and(|w| w.len() != labels)
            {
                return Err(Error::shape(format!(
                    "num_labels and label_weights of AUC must fit the {labels} labels of the predictions"
                )));
            }
            shape.push(labels);
        }
        let names = ["true_positives", "false_positives", "true_negatives", "false_negatives"];
        Ok(names.into_iter().map(|name| StateVariable { name, shape: shape.clone() }).collect())
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
        let y_pred = if self.from_logits { t.logistic(y_pred)? } else { y_pred.clone() };
        let counts = self.decisions.count(t, y_true, &y_pred, weight)?;
        let counts = [counts.true_positives, counts.false_positives, counts.true_negatives, counts.false_negatives];
        state.iter().zip(&counts).map(|(old, count)| t.add(old, count)).collect()
    }

    fn result(&self, interp: &mut Interp, state: &[Tensor]) -> Result<Tensor> {
        let t = &mut interp.tracer;
        let [hits, false_hits, true_negatives, misses] = state else {
            return Err(Error::internal("an AUC has four state variables"));
        };
        let areas = if (self.curve, self.method) == (Curve::PrecisionRecall, Method::Interpolation) {
            interpolated(t, hits, false_hits, misses)?
        } else {
            let recall = share(t, hits, misses)?;
            let (x, y) = match self.curve {
                Curve::Roc => (share(t, false_hits, true_negatives)?, recall),
                Curve::PrecisionRecall => (recall, share(t, hits, false_hits)?),
            };
            let ((x0, x1), (y0, y1)) = (neighbours(t, &x)?, neighbours(t, &y)?);
            let height = match self.method {
                Method::Interpolation => {
                    let sum = t.add(&y0, &y1)?;
                    t.div_scalar(&sum, 2.0)?
                }
                Method::Minoring => t.minimum(&y0, &y1)?,
                Method::Majoring => t.maximum(&y0, &y1)?,
            };
            let width = t.sub(&x0, &x1)?;
            t.mul(&width, &height)?
        };
        let area = t.sum(&areas, &[0], false)?;
        match (&self.label_weights, self.decisions.per_label) {
            (_, false) => Ok(area),
            (None, true) => t.mean(&area, &[0], false),
            (Some(weights), true) => {
                let weights = vector(t, weights)?;
                let weighted = t.mul(&area, &weights)?;
                let (sum, all) = (t.sum(&weighted, &[0], false)?, t.sum(&weights, &[0], false)?);
                t.div_no_nan(&sum, &all)
            }
        }
    }
}

/// a / (a + b), and 0 where both are 0.
fn share(t: &mut Tracer, a: &Tensor, b: &Tensor) -> Result<Tensor> {
    let all = t.add(a, b)?;
    t.div_no_nan(a, &all)
}

/// The elements but the last along dimension 0, and those but the first.
fn neighbours(t: &mut Tracer, x: &Tensor) -> Result<(Tensor, Tensor)> {
    let n = x.shape()[0];
    Ok((t.slice_axis(x, 0, 0, n - 1)?, t.slice_axis(x, 0, 1, n)?))
}

/// The areas under precision over recall between neighbouring thresholds A and B, where true positives T
/// and predicted positives P both vary linearly: slope·(ΔT + (T_B − slope·P_B)·ln(P_A / P_B)) / targets
/// with slope = ΔT/ΔP.
fn interpolated(t: &mut Tracer, hits: &Tensor, false_hits: &Tensor, misses: &Tensor) -> Result<Tensor> {
    let predicted = t.add(hits, false_hits)?;
    let ((t_a, t_b), (p_a, p_b)) = (neighbours(t, hits)?, neighbours(t, &predicted)?);
    let (_, misses_b) = neighbours(t, misses)?;
    let (dt, dp) = (t.sub(&t_a, &t_b)?, t.sub(&p_a, &p_b)?);
    let dp = t.max_scalar(&dp, 0.0)?;
    let slope = t.div_no_nan(&dt, &dp)?;
    let line = t.mul(&slope, &p_b)?;
    let intercept = t.sub(&t_b, &line)?;
    let zero = t.weak(0.0)?;
    let (some_a, some_b) = (t.gt(&p_a, &zero)?, t.gt(&p_b, &zero)?);
    let both = t.and(&some_a, &some_b)?;
    let ratio = t.div_no_nan(&p_a, &p_b)?;
    let one = t.weak(1.0)?;
    let ratio = t.select(&both, &ratio, &one)?;
    let log = t.log(&ratio)?;
    let bent = t.mul(&intercept, &log)?;
    let sum = t.add(&dt, &bent)?;
    let area = t.mul(&slope, &sum)?;
    let targets = t.add(&t_b, &misses_b)?;
    let targets = t.max_scalar(&targets, 0.0)?;
    t.div_no_nan(&area, &targets)
}

fn label_weights(args: &Bound) -> Result<Option<Vec<f64>>> {
    let Some(value) = args.some("label_weights")? else { return Ok(None) };
    let number = |v: &Value| match v {
        Value::Float(x) => Some(*x),
        Value::Int(i) => Some(*i as f64),
        _ => None,
    };
    let weights: Option<Vec<f64>> = value.elements().and_then(|v| v.iter().map(number).collect());
    weights.map(Some).ok_or_else(|| args.invalid("label_weights", "a list of numbers"))
}

fn area(args: &Bound) -> Result<Area> {
    let curve = match args.one_of("curve", &["ROC", "PR", "roc", "pr"])? {
        "PR" | "pr" => Curve::PrecisionRecall,
        _ => Curve::Roc,
    };
    let methods = ["interpolation", "minoring", "majoring", "Interpolation", "Minoring", "Majoring"];
    let method = match args.one_of("summation_method", &methods)? {
        "minoring" | "Minoring" => Method::Minoring,
        "majoring" | "Majoring" => Method::Majoring,
        _ => Method::Interpolation,
    };
    let thresholds = match args.some("thresholds")? {
        Some(value) => Thresholds::enclosing(args, value)?,
        None => match args.usize("num_thresholds")? {
            0 | 1 => return Err(args.invalid("num_thresholds", "greater than 1")),
            n if n > MAX_THRESHOLDS => return Err(args.invalid("num_thresholds", &format!("at most {MAX_THRESHOLDS}"))),
            n => Thresholds::dividing(n),
        },
    };
    let per_label = args.bool("multi_label")?;
    let labels = args.some("num_labels")?.map(|_| args.usize("num_labels")).transpose()?.filter(|&n| n > 0);
    if labels.is_some() && !per_label {
        return Err(Error::argument("`num_labels` of AUC() is only for multi_label=True"));
    }
    let weights = label_weights(args)?;
    // Weights of labels count in the mean of areas, or, where labels are not told apart, in the counts.
    let (of_areas, of_counts) = if per_label { (weights, None) } else { (None, weights) };
    Ok(Area {
        decisions: Decisions { thresholds, top_k: None, class: None, per_label, label_weights: of_counts },
        curve,
        method,
        labels,
        label_weights: of_areas,
        from_logits: args.bool("from_logits")?,
    })
}

/// `keras.metrics.AUC`.
pub static AUC: ClassDecl = ClassDecl {
    name: "AUC",
    aliases: &[],
    bases: &["Metric"],
    signature: Signature::new(&[
        Param::new("num_thresholds", Default::Int(200)),
        Param::new("curve", Default::Str("ROC")),
        Param::new("summation_method", Default::Str("interpolation")),
        NAME,
        DTYPE,
        Param::new("thresholds", Default::None),
        Param::new("multi_label", Default::Bool(false)),
        Param::new("num_labels", Default::None),
        Param::new("label_weights", Default::None),
        Param::new("from_logits", Default::Bool(false)),
    ]),
    doc: "Area under the curve of recall over false positives, or of precision over recall.",
    new: |interp, args| {
        let area = area(args)?;
        MetricObject::numbered(interp, &AUC, args, area)
    },
    methods: &[],
};
