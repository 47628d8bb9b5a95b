//! The confusion matrix of a batch at each threshold.

use keramos_ir::{Array, Buffer, DType, as_tuple};

use crate::error::{Error, Result};
use crate::keras::EPSILON;
use crate::keras::losses::match_ranks;
use crate::library::Bound;
use crate::ops::axis_index;
use crate::trace::{Tensor, Tracer};
use crate::value::Value;

/// The threshold that every prediction among the `top_k` exceeds, and no other.
const BELOW_ALL: f64 = -1e10;

/// The thresholds that predictions are compared with.
#[derive(Clone, Debug)]
pub(super) struct Thresholds {
    values: Vec<f64>,
    /// Whether they divide [0, 1] evenly: Keras then finds a prediction's place by arithmetic, which may
    /// fall on the other side of a threshold that it equals up to rounding.
    even: bool,
}

impl Thresholds {
    /// The thresholds of the argument `thresholds`: one number, several, or none for the default.
    ///
    /// # Errors
    /// K0303: one of them is not in [0, 1].
    pub fn from_args(args: &Bound, default: f64) -> Result<Self> {
        let values = match args.some("thresholds")? {
            None => return Ok(Thresholds { values: vec![default], even: false }),
            Some(value) => fractions(args, value)?,
        };
        let even = is_even(&values);
        Ok(Thresholds { values, even })
    }

    /// `count` thresholds dividing [0, 1] evenly, the outer ones moved out by ε so that predictions of
    /// exactly 0 and 1 are decided.
    pub fn dividing(count: usize) -> Self {
        let inner = (1..count - 1).map(|i| i as f64 / (count - 1) as f64).collect();
        Thresholds { values: enclosed(inner), even: true }
    }

    /// The argument `thresholds` sorted, between ones just below 0 and just above 1.
    ///
    /// # Errors
    /// K0303: one of them is not in [0, 1].
    pub fn enclosing(args: &Bound, value: &Value) -> Result<Self> {
        let mut inner = fractions(args, value)?;
        inner.sort_by(f64::total_cmp);
        let ends = [&[0.0], inner.as_slice(), &[1.0]].concat();
        Ok(Thresholds { values: enclosed(inner), even: is_even(&ends) })
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.values.len()
    }
}

/// The numbers in [0, 1] of an argument that may be one number or a sequence.
fn fractions(args: &Bound, value: &Value) -> Result<Vec<f64>> {
    let number = |v: &Value| match v {
        Value::Float(x) => Some(*x),
        Value::Int(i) => Some(*i as f64),
        _ => None,
    };
    let values: Option<Vec<f64>> = match value.elements() {
        Some(elements) => elements.iter().map(number).collect(),
        None => number(value).map(|x| vec![x]),
    };
    let valid = values.filter(|v| !v.is_empty() && v.iter().all(|x| (0.0..=1.0).contains(x)));
    valid.ok_or_else(|| args.invalid("thresholds", "a number from 0 to 1 or a list of them"))
}

fn enclosed(mut inner: Vec<f64>) -> Vec<f64> {
    inner.insert(0, -EPSILON);
    inner.push(1.0 + EPSILON);
    inner
}

/// Whether the values are i/(n−1), to within `numpy.allclose`'s tolerances.
fn is_even(values: &[f64]) -> bool {
    let n = values.len();
    let close = |(i, &x): (usize, &f64)| {
        let even = f64::from(i as f32 / (n - 1) as f32);
        (x - even).abs() <= EPSILON + 1e-5 * even
    };
    n >= 3 && values.iter().enumerate().all(close)
}

/// How targets and predictions become decisions.
#[derive(Debug)]
pub(super) struct Decisions {
    pub thresholds: Thresholds,
    /// Only that many of the largest predictions along the last dimension are positive.
    pub top_k: Option<usize>,
    /// Only this class counts.
    pub class: Option<i64>,
    /// Whether labels (the last dimension) are counted apart.
    pub per_label: bool,
    /// What the labels weigh.
    pub label_weights: Option<Vec<f64>>,
}

/// The sums of weights at each threshold: `f32[thresholds]`, or `f32[thresholds, labels]` where labels
/// are counted apart.
#[derive(Debug)]
pub(super) struct Counts {
    pub true_positives: Tensor,
    pub false_positives: Tensor,
    pub true_negatives: Tensor,
    pub false_negatives: Tensor,
}

impl Decisions {
    /// What `thresholds`, `top_k` and `class_id` of Precision and Recall say.
    ///
    /// # Errors
    /// K0303: one of them has a value that is not accepted.
    pub fn from_args(args: &Bound) -> Result<Self> {
        let top_k = args.some("top_k")?.map(|_| args.usize("top_k")).transpose()?;
        let class = args.some("class_id")?.map(|_| args.i64("class_id")).transpose()?;
        let default = if top_k.is_some() { BELOW_ALL } else { 0.5 };
        let thresholds = Thresholds::from_args(args, default)?;
        Ok(Decisions { thresholds, top_k, class, per_label: false, label_weights: None })
    }

    /// Counts a batch. What has weight 0 does not count, whatever its value.
    ///
    /// # Errors
    /// The shapes do not fit.
    pub fn count(&self, t: &mut Tracer, y_true: &Tensor, y_pred: &Tensor, weight: Option<&Tensor>) -> Result<Counts> {
        let (y, p) = (t.convert(y_true, DType::F32)?, t.convert(y_pred, DType::F32)?);
        let (mut p, mut y) = match_ranks(t, &p, &y)?;
        if p.shape() != y.shape() {
            return Err(Error::shape(format!(
                "targets {} and predictions {} must have the same shape to be counted",
                as_tuple(y_true.shape()),
                as_tuple(y_pred.shape())
            )));
        }
        if let Some(k) = self.top_k {
            p = only_top_k(t, &p, k)?;
        }
        if let Some(class) = self.class {
            let last = p.rank().saturating_sub(1);
            let index = match p.rank() {
                0 | 1 => Err(Error::shape("class_id needs predictions with a class dimension")),
                _ => axis_index(class, p.shape()[last]),
            }?;
            (y, p) = (t.slice_axis(&y, last, index, index + 1)?, t.slice_axis(&p, last, index, index + 1)?);
        }
        let weight = self.weights(t, &p, weight)?;
        // From here on: [values, labels counted apart].
        let labels = if self.per_label { p.shape().last().copied().unwrap_or(1) } else { 1 };
        let columns = [p.ty().size() / labels.max(1), labels];
        let (y, p) = (t.reshape(&y, &columns)?, t.reshape(&p, &columns)?);
        let weight = t.reshape(&weight, &columns)?;
        let positive = t.to_bool(&y)?;
        let zero = t.full(weight.ty(), 0.0)?;
        let (positive, negative) = (t.select(&positive, &weight, &zero)?, t.select(&positive, &zero, &weight)?);
        let above = self.above(t, &p)?;
        let mut sum = |weights: &Tensor, where_above: bool| {
            let weights = t.expand_dims(weights, &[0])?;
            let zero = t.weak(0.0)?;
            let counted = match where_above {
                true => t.select(&above, &weights, &zero)?,
                false => t.select(&above, &zero, &weights)?,
            };
            t.sum(&counted, &[1], false)
        };
        let counts = [sum(&positive, true)?, sum(&negative, true)?, sum(&negative, false)?, sum(&positive, false)?];
        let shape = if self.per_label { vec![self.thresholds.len(), labels] } else { vec![self.thresholds.len()] };
        let [true_positives, false_positives, true_negatives, false_negatives] = counts;
        Ok(Counts {
            true_positives: t.reshape(&true_positives, &shape)?,
            false_positives: t.reshape(&false_positives, &shape)?,
            true_negatives: t.reshape(&true_negatives, &shape)?,
            false_negatives: t.reshape(&false_negatives, &shape)?,
        })
    }

    /// What each prediction weighs, in the predictions' shape.
    fn weights(&self, t: &mut Tracer, y_pred: &Tensor, weight: Option<&Tensor>) -> Result<Tensor> {
        let mut all = match weight {
            None => t.full(y_pred.ty(), 1.0)?,
            Some(weight) => {
                let weight = t.convert(weight, DType::F32)?;
                let behind: Vec<usize> = (weight.rank()..y_pred.rank()).collect();
                let weight = t.expand_dims(&weight, &behind)?;
                t.broadcast_to(&weight, y_pred.shape())?
            }
        };
        if let Some(labels) = &self.label_weights {
            let labels = vector(t, labels)?;
            let labels = t.broadcast_to(&labels, y_pred.shape())?;
            all = t.mul(&all, &labels)?;
        }
        Ok(all)
    }

    /// `bool[thresholds, values, labels]`: whether a prediction exceeds a threshold.
    fn above(&self, t: &mut Tracer, p: &Tensor) -> Result<Tensor> {
        let n = self.thresholds.len();
        let p = t.expand_dims(p, &[0])?;
        if !self.thresholds.even {
            let thresholds = vector(t, &self.thresholds.values)?;
            let thresholds = t.reshape(&thresholds, &[n, 1, 1])?;
            return t.gt(&p, &thresholds);
        }
        let p = t.clip(&p, 0.0, 1.0)?;
        let scaled = t.mul_scalar(&p, (n - 1) as f64)?;
        let bucket = t.ceil(&scaled)?;
        let mut bucket = t.add_scalar(&bucket, -1.0)?;
        if self.thresholds.values.first().is_some_and(|&first| first < 0.0) {
            bucket = t.max_scalar(&bucket, 0.0)?;
        }
        let number = t.iota(DType::F32, &[n, 1, 1], 0)?;
        t.ge(&bucket, &number)
    }
}

/// The `k` largest along the last dimension, the first among equals; −10¹⁰ elsewhere.
fn only_top_k(t: &mut Tracer, p: &Tensor, k: usize) -> Result<Tensor> {
    let Some(last) = p.rank().checked_sub(1) else {
        return Err(Error::shape("top_k needs predictions with a class dimension"));
    };
    let classes = p.shape()[last];
    if k > classes {
        return Err(Error::shape(format!("top_k is {k}, but there are {classes} classes")));
    }
    let chosen = t.build1(&[p], |b, v| b.top_k(v[0], k).map(|(_, indices)| indices))?;
    let one_hot = t.one_hot(&chosen, classes, last + 1, DType::F32)?;
    let mask = t.sum(&one_hot, &[last], false)?;
    let mask = t.to_bool(&mask)?;
    let low = t.full(p.ty(), BELOW_ALL)?;
    t.select(&mask, p, &low)
}

/// A vector of constants.
pub(super) fn vector(t: &mut Tracer, values: &[f64]) -> Result<Tensor> {
    let values: Vec<f32> = values.iter().map(|&x| x as f32).collect();
    let array = Array::new([values.len()], Buffer::F32(values))?;
    t.constant(array)
}
