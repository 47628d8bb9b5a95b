//! F-scores: means of precision and recall (van Rijsbergen, 1979).

use keramos_ir::{DType, as_tuple};

use super::mean::weighted_sum;
use super::{DTYPE, Metric, MetricObject, NAME, StateVariable};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::keras::EPSILON;
use crate::library::{Bound, ClassDecl, Default, Param, Signature};
use crate::trace::Tensor;

/// (1 + β²)·P·R / (β²·P + R) per class, then averaged.
#[derive(Debug)]
struct FBeta {
    average: Average,
    beta: f64,
    threshold: Option<f64>,
}

/// How the scores of the classes become one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Average {
    /// Not at all.
    None,
    /// One score of the counts of all classes.
    Micro,
    /// The mean.
    Macro,
    /// The mean weighted by how many targets each class has.
    Weighted,
}

impl Metric for FBeta {
    fn rises(&self) -> Option<bool> {
        Some(true)
    }

    fn state(&self, y_pred: &[usize]) -> Result<Vec<StateVariable>> {
        let &[_, classes] = y_pred else {
            return Err(Error::shape(format!(
                "an F-score needs predictions of shape (batch, classes), found {}",
                as_tuple(&y_pred)
            )));
        };
        let shape = if self.average == Average::Micro { Vec::new() } else { vec![classes] };
        let names = ["true_positives", "false_positives", "false_negatives", "intermediate_weights"];
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
        let (y, p) = (t.convert(y_true, DType::F32)?, t.convert(y_pred, DType::F32)?);
        if y.shape() != p.shape() {
            return Err(Error::shape(format!(
                "an F-score needs targets and predictions of the same shape, found {} and {}",
                as_tuple(y.shape()),
                as_tuple(p.shape())
            )));
        }
        let chosen = match self.threshold {
            Some(threshold) => {
                let threshold = t.weak(threshold)?;
                t.gt(&p, &threshold)?
            }
            None => {
                let largest = t.max(&p, &[1], true)?;
                let (size, tiny) = (t.abs(&p)?, t.weak(1e-9)?);
                let (is_largest, is_there) = (t.ge(&p, &largest)?, t.gt(&size, &tiny)?);
                t.and(&is_largest, &is_there)?
            }
        };
        let chosen = t.convert(&chosen, DType::F32)?;
        let (not_chosen, not_y) = (t.scalar_sub(1.0, &chosen)?, t.scalar_sub(1.0, &y)?);
        let counts = [t.mul(&chosen, &y)?, t.mul(&chosen, &not_y)?, t.mul(&not_chosen, &y)?, y];
        let axes: &[usize] = if self.average == Average::Micro { &[0, 1] } else { &[0] };
        let mut new = Vec::with_capacity(counts.len());
        for (old, values) in state.iter().zip(&counts) {
            let sum = weighted_sum(t, values, weight, axes)?;
            new.push(t.add(old, &sum)?);
        }
        Ok(new)
    }

    fn result(&self, interp: &mut Interp, state: &[Tensor]) -> Result<Tensor> {
        let t = &mut interp.tracer;
        let [hits, false_hits, misses, targets] = state else {
            return Err(Error::internal("an F-score has four state variables"));
        };
        let mut rate = |others: &Tensor| {
            let all = t.add(hits, others)?;
            let all = t.add_scalar(&all, EPSILON)?;
            t.div(hits, &all)
        };
        let (precision, recall) = (rate(false_hits)?, rate(misses)?);
        let product = t.mul(&precision, &recall)?;
        let square = self.beta * self.beta;
        let scaled = t.mul_scalar(&precision, square)?;
        let sum = t.add(&scaled, &recall)?;
        let sum = t.add_scalar(&sum, EPSILON)?;
        let mean = t.div(&product, &sum)?;
        let score = t.mul_scalar(&mean, 1.0 + square)?;
        match self.average {
            Average::None | Average::Micro => Ok(score),
            Average::Macro => t.mean(&score, &[0], false),
            Average::Weighted => {
                let all = t.sum(targets, &[0], false)?;
                let all = t.add_scalar(&all, EPSILON)?;
                let share = t.div(targets, &all)?;
                let weighted = t.mul(&score, &share)?;
                t.sum(&weighted, &[0], false)
            }
        }
    }
}

const AVERAGE: Param = Param::new("average", Default::None);
const BETA: Param = Param::new("beta", Default::Float(1.0));
const THRESHOLD: Param = Param::new("threshold", Default::None);

fn score(args: &Bound, beta: f64) -> Result<FBeta> {
    let average = match args.some("average")? {
        None => Average::None,
        Some(_) => match args.one_of("average", &["micro", "macro", "weighted"])? {
            "micro" => Average::Micro,
            "macro" => Average::Macro,
            _ => Average::Weighted,
        },
    };
    let threshold = args.some("threshold")?.map(|_| args.f64("threshold")).transpose()?;
    if threshold.is_some_and(|t| !(t > 0.0 && t <= 1.0)) {
        return Err(args.invalid("threshold", "None or a number above 0 and at most 1"));
    }
    Ok(FBeta { average, beta, threshold })
}

/// `keras.metrics.FBetaScore`.
pub static F_BETA: ClassDecl = ClassDecl {
    name: "FBetaScore",
    aliases: &[],
    bases: &["Metric"],
    signature: Signature::new(&[AVERAGE, BETA, THRESHOLD, NAME, DTYPE]),
    doc: "Weighted harmonic mean of precision and recall.",
    new: |_, args| {
        let beta = args.f64("beta")?;
        if beta <= 0.0 {
            return Err(args.invalid("beta", "a number above 0"));
        }
        MetricObject::value(&F_BETA, args, "fbeta_score", score(args, beta)?)
    },
    methods: &[],
};

/// `keras.metrics.F1Score`.
pub static F1: ClassDecl = ClassDecl {
    name: "F1Score",
    aliases: &[],
    bases: &["FBetaScore", "Metric"],
    signature: Signature::new(&[AVERAGE, THRESHOLD, NAME, DTYPE]),
    doc: "Harmonic mean of precision and recall.",
    new: |_, args| MetricObject::value(&F1, args, "f1_score", score(args, 1.0)?),
    methods: &[],
};
