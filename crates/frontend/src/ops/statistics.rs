//! Means, spreads, quantiles and histograms.

use keramos_ir::{DType, as_tuple};

use super::{Reduce, Reduction, is_inexact};
use crate::error::{Error, Result};
use crate::trace::{Tensor, Tracer};

/// How a quantile between two elements is found.
pub(crate) const QUANTILE_METHODS: &[&str] = &["linear", "lower", "higher", "midpoint", "nearest"];

impl Tracer {
    /// The element type in which means of `dtype` are computed, and that of the result.
    fn averaged(&self, dtype: DType, asked: Option<DType>) -> (DType, DType) {
        let result = asked.unwrap_or(if is_inexact(dtype) { dtype } else { self.default_float() });
        (if result.is_float() && result.size() == 2 && asked.is_none() { DType::F32 } else { result }, result)
    }

    /// How many elements a reduction counts, as `dtype`.
    fn count(&mut self, x: &Tensor, how: &Reduce<'_>, dtype: DType) -> Result<Tensor> {
        match how.mask {
            None => {
                let count: usize = how.axes.iter().map(|&d| x.shape()[d]).product();
                self.scalar(dtype, count as f64)
            }
            Some(mask) => {
                let mask = self.broadcast_to(mask, x.shape())?;
                self.reduction(Reduction::Sum, &mask, &Reduce { dtype: Some(dtype), mask: None, initial: None, ..*how })
            }
        }
    }

    /// The mean over the elements that count.
    pub(crate) fn mean_of(&mut self, x: &Tensor, how: &Reduce<'_>) -> Result<Tensor> {
        let (compute, result) = self.averaged(x.dtype(), how.dtype);
        let sum = self.reduction(Reduction::Sum, x, &Reduce { dtype: Some(compute), initial: None, ..*how })?;
        let count = self.count(x, how, compute)?;
        let mean = self.div(&sum, &count)?;
        self.convert(&mean, result)
    }

    /// The variance: squares of distances from the mean (computed unless given), summed and divided by the
    /// count less `correction`.
    pub(crate) fn variance(
        &mut self,
        x: &Tensor,
        how: &Reduce<'_>,
        mean: Option<&Tensor>,
        correction: &Tensor,
    ) -> Result<Tensor> {
        let (compute, result) = self.averaged(x.dtype(), how.dtype);
        let x = self.convert(x, compute)?;
        let how = Reduce { dtype: Some(compute), initial: None, ..*how };
        let mean = match mean {
            Some(mean) => mean.clone(),
            None => self.mean_of(&x, &Reduce { keepdims: true, ..how })?,
        };
        let squares = self.compute([&x, &mean], |[x, mean]| (x - mean).square())?;
        let sum = self.reduction(Reduction::Sum, &squares, &how)?;
        let count = self.count(&x, &how, compute)?;
        let variance = self.compute([&sum, &count, correction], |[sum, count, correction]| {
            sum / (count - correction).max(count.number(0.0))
        })?;
        self.convert(&variance, result)
    }

    /// The weighted mean, and the sum of the weights.
    pub(crate) fn average(
        &mut self,
        x: &Tensor,
        axes: Option<usize>,
        weights: &Tensor,
        keepdims: bool,
    ) -> Result<[Tensor; 2]> {
        let [x, mut weights] = self.common(super::Domain::Float, [x, weights])?;
        if x.shape() != weights.shape() {
            let Some(axis) = axes else {
                return Err(Error::shape("an axis must be given when weights and tensor have different shapes")
                    .note(format!("their shapes are {} and {}", as_tuple(weights.shape()), as_tuple(x.shape()))));
            };
            if weights.rank() != 1 || weights.shape().first() != x.shape().get(axis) {
                return Err(Error::shape(format!(
                    "weights of shape {} do not fit axis {axis} of shape {}",
                    as_tuple(weights.shape()),
                    as_tuple(x.shape())
                )));
            }
            let mut shape = vec![1; x.rank()];
            shape[axis] = weights.shape()[0];
            weights = self.reshape(&weights, &shape)?;
            weights = self.broadcast_to(&weights, x.shape())?;
        }
        let axes: Vec<usize> = axes.map_or_else(|| (0..x.rank()).collect(), |axis| vec![axis]);
        let total = self.sum(&weights, &axes, keepdims)?;
        let product = self.mul(&x, &weights)?;
        let sum = self.sum(&product, &axes, keepdims)?;
        Ok([self.div(&sum, &total)?, total])
    }

    /// ln Σ exp(x), or with factors ln Σ b·exp(x); −∞ of nothing.
    pub(crate) fn logsumexp(&mut self, x: &Tensor, how: &Reduce<'_>) -> Result<Tensor> {
        let x = self.to_float(x)?;
        let lowest = self.scalar(x.dtype(), f64::NEG_INFINITY)?;
        let initial = Some(&lowest);
        let max = self.reduction(Reduction::Max, &x, &Reduce { keepdims: true, initial, dtype: None, ..*how })?;
        let max = self.compute([&max], |[m]| m.is_finite().select(m, 0.0).stop_gradient())?;
        let exp = self.compute([&x, &max], |[x, max]| (x - max).exp())?;
        let sum = self.reduction(Reduction::Sum, &exp, &Reduce { keepdims: true, dtype: None, ..*how })?;
        let total = self.compute([&sum, &max], |[sum, max]| sum.log() + max)?;
        if how.keepdims { Ok(total) } else { self.squeeze(&total, how.axes) }
    }

    /// Quantiles `q` (scalar or rank 1) over `axes`; those of several lead the result. With `skip`, NaN does
    /// not count; otherwise it spoils the result.
    pub(crate) fn quantile(
        &mut self,
        x: &Tensor,
        q: &Tensor,
        axes: &[usize],
        method: &str,
        skip: bool,
        keepdims: bool,
    ) -> Result<Tensor> {
        let x = self.to_float(x)?;
        let q = self.convert(q, x.dtype())?;
        if q.rank() > 1 {
            return Err(Error::shape(format!(
                "quantiles are a scalar or one row, found shape {}",
                as_tuple(q.shape())
            )));
        }
        // The axes reduced become one, the last.
        let kept: Vec<usize> = (0..x.rank()).filter(|d| !axes.contains(d)).collect();
        let order: Vec<usize> = kept.iter().chain(axes).copied().collect();
        let kept_shape: Vec<usize> = kept.iter().map(|&d| x.shape()[d]).collect();
        let n: usize = axes.iter().map(|&d| x.shape()[d]).product();
        if n == 0 {
            return Err(Error::shape("there is no quantile of nothing"));
        }
        let rows = self.transpose(&x, &order)?;
        let rows = self.reshape(&rows, &[kept_shape.as_slice(), &[n]].concat())?;
        let last = kept_shape.len();
        let nan = self.isnan(&rows)?;
        let rows = match skip {
            true => rows,
            false => {
                let spoiled = self.any(&nan, &[last], true)?;
                self.compute([&spoiled, &rows], |[spoiled, x]| spoiled.select(f64::NAN, x))?
            }
        };
        let sorted = self.sort(&rows, last)?;
        // Counts of the rows, beside quantiles: [q…, kept…].
        let q_dims: Vec<usize> = (q.rank()..q.rank() + last).collect();
        let q_wide = self.expand_dims(&q, &q_dims)?;
        let count = match skip {
            false => self.scalar(x.dtype(), n as f64)?,
            true => {
                let present = self.not(&nan)?;
                self.reduction(
                    Reduction::Sum,
                    &present,
                    &Reduce { axes: &[last], dtype: Some(x.dtype()), ..Reduce::default() },
                )?
            }
        };
        let at = self.compute([&q_wide, &count], |[q, n]| q * (n - 1.0))?;
        let shape = [q.shape(), &kept_shape].concat();
        let at = self.broadcast_to(&at, &shape)?;
        let int = self.default_int();
        let pick = |t: &mut Tracer, places: &Tensor| -> Result<Tensor> {
            let places = t.compute([places, &count], |[i, n]| i.max(0.0).min(n - 1.0).max(0.0))?;
            let places = t.convert(&places, int)?;
            // [q…, kept…] → [kept…, q].
            let flat = t.reshape(&places, &[&[q.ty().size()], kept_shape.as_slice()].concat())?;
            let flat = t.move_axis(&flat, 0, last)?;
            let found = t.take_along(&sorted, &flat, last, keramos_ir::ops::OutOfBounds::Clip)?;
            let found = t.move_axis(&found, last, 0)?;
            t.reshape(&found, &shape)
        };
        let low = self.floor(&at)?;
        let high = self.ceil(&at)?;
        let y = match method {
            "lower" => pick(self, &low)?,
            "higher" => pick(self, &high)?,
            "nearest" => {
                let near = self.compute([&at, &low, &high], |[at, low, high]| (at - low).le(0.5).select(low, high))?;
                pick(self, &near)?
            }
            _ => {
                let (below, above) = (pick(self, &low)?, pick(self, &high)?);
                match method {
                    "midpoint" => self.compute([&below, &above], |[a, b]| (a + b) * 0.5)?,
                    _ => self.compute([&below, &above, &at, &low], |[a, b, at, low]| {
                        let share = at - low;
                        a * (1.0 - share) + b * share
                    })?,
                }
            }
        };
        let y = match skip {
            false => y,
            true => self.compute([&y, &count], |[y, n]| n.eq(0.0).select(f64::NAN, y))?,
        };
        if !keepdims {
            return Ok(y);
        }
        let mut wide: Vec<usize> = x.shape().to_vec();
        axes.iter().for_each(|&d| wide[d] = 1);
        self.reshape(&y, &[q.shape(), &wide].concat())
    }

    /// The counts of non-negative integers below `length`, or the sums of their weights.
    pub(crate) fn bincount(&mut self, x: &Tensor, weights: Option<&Tensor>, length: usize) -> Result<Tensor> {
        let weights = match weights {
            Some(weights) => weights.clone(),
            None => self.scalar(self.default_int(), 1.0)?,
        };
        let zeros = self.full(&keramos_ir::TensorType::new(weights.dtype(), [length]), 0.0)?;
        let weights = self.broadcast_to(&weights, x.shape())?;
        // Negative numbers count as 0.
        let places = self.compute([x], |[x]| x.max(x.number(0)))?;
        self.index_update(
            &zeros,
            &[super::Part::Array(places)],
            &weights,
            keramos_ir::ops::ScatterKind::Add,
            keramos_ir::ops::OutOfBounds::Fill,
        )
    }
}
