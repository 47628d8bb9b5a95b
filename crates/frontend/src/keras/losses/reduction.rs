//! Weighting and reduction of loss values.

use crate::error::Result;
use crate::library::Bound;
use crate::trace::{Tensor, Tracer};

/// How the values of all rows become one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reduction {
    /// Σ values·weights / number of values.
    SumOverBatchSize,
    /// Σ values·weights.
    Sum,
    /// Σ values·weights / Σ weights.
    MeanWithSampleWeight,
    /// No reduction.
    None,
}

/// What weights the rows of a batch.
#[derive(Clone, Debug, Default)]
pub struct Weights {
    /// `sample_weight`, one per row or per value.
    pub sample: Option<Tensor>,
    /// 1 for rows that are there and 0 for padding (`f32[batch]`): the result is what it would be
    /// for the smaller batch of real rows.
    pub rows: Option<Tensor>,
}

impl Reduction {
    pub(super) fn from_args(args: &Bound) -> Result<Self> {
        if args.get("reduction")?.is_none() {
            return Ok(Reduction::None);
        }
        let names = ["sum_over_batch_size", "mean", "sum", "mean_with_sample_weight", "none"];
        Ok(match args.one_of("reduction", &names)? {
            "sum" => Reduction::Sum,
            "mean_with_sample_weight" => Reduction::MeanWithSampleWeight,
            "none" => Reduction::None,
            _ => Reduction::SumOverBatchSize,
        })
    }
}

/// Squeezes or expands the last dimension of one operand if the ranks differ by one, as Keras does
/// for targets and predictions.
///
/// # Errors
/// Nothing is being traced.
pub fn match_ranks(t: &mut Tracer, a: &Tensor, b: &Tensor) -> Result<(Tensor, Tensor)> {
    if a.rank() == b.rank() + 1 && a.shape().last() == Some(&1) {
        return Ok(match b.rank() {
            1 => (a.clone(), t.expand_dims(b, &[1])?),
            rank => (t.squeeze(a, &[rank])?, b.clone()),
        });
    }
    if b.rank() == a.rank() + 1 && b.shape().last() == Some(&1) {
        let (b, a) = match_ranks(t, b, a)?;
        return Ok((a, b));
    }
    Ok((a.clone(), b.clone()))
}

/// Weights `values` and reduces them. `mask` tells which values count at all: with a mask, means are
/// over the values that count.
pub(super) fn reduce(
    t: &mut Tracer,
    values: &Tensor,
    mask: Option<&Tensor>,
    weights: &Weights,
    reduction: Reduction,
) -> Result<Tensor> {
    let rows = weights.rows.as_ref().map(|rows| align(t, rows, values)).transpose()?;
    let mask = mask.map(|mask| align(t, mask, values)).transpose()?;
    let mut weighted = values.clone();
    let mut weight_sum = None;
    if let Some(sample) = &weights.sample {
        let sample = t.convert(sample, values.dtype())?;
        let (v, w) = match_ranks(t, &weighted, &sample)?;
        let w = align(t, &w, &v)?;
        weighted = t.mul(&v, &w)?;
        let mut counted = t.broadcast_to(&w, weighted.shape())?;
        for factor in [&rows, &mask].into_iter().flatten() {
            counted = t.mul(&counted, factor)?;
        }
        weight_sum = Some(sum_all(t, &counted)?);
    }
    for factor in [&rows, &mask].into_iter().flatten() {
        let zero = t.full(weighted.ty(), 0.0)?;
        let counts = t.to_bool(factor)?;
        // Padding may hold anything, so it is selected away rather than multiplied by zero.
        weighted = t.select(&counts, &weighted, &zero)?;
    }
    if reduction == Reduction::None || weighted.rank() == 0 {
        return Ok(weighted);
    }
    let sum = sum_all(t, &weighted)?;
    let count = match (&mask, &rows) {
        _ if reduction == Reduction::Sum => return Ok(sum),
        _ if reduction == Reduction::MeanWithSampleWeight && weight_sum.is_some() => weight_sum,
        (None, None) => None,
        (Some(mask), None) => Some(sum_all(t, mask)?),
        (None, Some(rows)) => Some(count(t, rows, &weighted)?),
        (Some(mask), Some(rows)) => {
            let both = t.mul(mask, rows)?;
            Some(sum_all(t, &both)?)
        }
    };
    match count {
        None => t.div_scalar(&sum, weighted.ty().size() as f64),
        Some(count) => t.div_no_nan(&sum, &count),
    }
}

/// The number of values in rows that are there.
fn count(t: &mut Tracer, rows: &Tensor, values: &Tensor) -> Result<Tensor> {
    let each = t.broadcast_to(rows, values.shape())?;
    sum_all(t, &each)
}

/// `factor`, which belongs to the leading dimensions of `values`, with size-1 dimensions behind.
fn align(t: &mut Tracer, factor: &Tensor, values: &Tensor) -> Result<Tensor> {
    let factor = t.convert(factor, values.dtype())?;
    let behind: Vec<usize> = (factor.rank()..values.rank()).collect();
    t.expand_dims(&factor, &behind)
}

fn sum_all(t: &mut Tracer, x: &Tensor) -> Result<Tensor> {
    let axes: Vec<usize> = (0..x.rank()).collect();
    t.sum(x, &axes, false)
}
