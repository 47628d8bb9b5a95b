//! The different elements of a tensor, or its different slices.

use keramos_ir::ops::{OutOfBounds, ScatterKind};
use keramos_ir::{DType, TensorType};

use super::{Part, is_inexact};
use crate::error::{Error, Result};
use crate::trace::{Tensor, Tracer};

/// Slices along the first dimension in order, equal ones side by side.
#[derive(Clone, Debug)]
pub(crate) struct Distinct {
    /// The slices in order.
    pub(crate) sorted: Tensor,
    /// Where each was before.
    pub(crate) order: Tensor,
    /// Whether each is the first of those equal to it.
    pub(crate) heads: Tensor,
}

impl Tracer {
    /// The slices of `x` along its first dimension in lexicographic order. With `equal_nan`, NaN equals itself.
    pub(crate) fn distinct(&mut self, x: &Tensor, equal_nan: bool) -> Result<Distinct> {
        let Some((&n, rest)) = x.shape().split_first() else { return Err(Error::shape("a scalar has no slices")) };
        let width: usize = rest.iter().product();
        let int = self.default_int();
        let places = self.iota(int, &[n], 0)?;
        if n == 0 {
            let heads = self.full(&TensorType::new(DType::Bool, [0]), 0.0)?;
            return Ok(Distinct { sorted: x.clone(), order: places, heads });
        }
        let flat = self.reshape(x, &[n, width])?;
        let mut keys = Vec::new();
        for column in 0..width {
            let column = self.slice_axis(&flat, 1, column, column + 1)?;
            keys.push(self.squeeze(&column, &[1])?);
        }
        let order = match keys.is_empty() {
            true => places,
            false => {
                let operands: Vec<&Tensor> = keys.iter().chain([&places]).collect();
                let count = operands.len() - 1;
                let sorted = self.sort_together(&operands, 0, count)?;
                sorted.last().cloned().ok_or_else(|| Error::internal("sorting lost an operand"))?
            }
        };
        let sorted = self.index(&flat, &[Part::Array(order.clone())], OutOfBounds::Promised)?;
        let (before, after) = (self.slice_axis(&sorted, 0, 0, n - 1)?, self.slice_axis(&sorted, 0, 1, n)?);
        let changed = match is_inexact(x.dtype()) && equal_nan {
            true => self.compute([&before, &after], |[a, b]| a.ne(b).and(!(a.is_nan().and(b.is_nan()))))?,
            false => self.ne(&before, &after)?,
        };
        let changed = self.any(&changed, &[1], false)?;
        let start = self.full(&TensorType::new(DType::Bool, [1]), 1.0)?;
        let heads = self.concatenate(&[start, changed], 0)?;
        let sorted = self.reshape(&sorted, x.shape())?;
        Ok(Distinct { sorted, order, heads })
    }

    /// How many different slices there are.
    pub(crate) fn distinct_count(&mut self, found: &Distinct) -> Result<Tensor> {
        self.sum(&found.heads, &[0], false)
    }

    /// The first `size` different slices; behind them `fill`, or the first again.
    pub(crate) fn distinct_values(&mut self, found: &Distinct, size: usize, fill: Option<&Tensor>) -> Result<Tensor> {
        let shape = found.sorted.shape().to_vec();
        let ty = TensorType::new(found.sorted.dtype(), [&[size], &shape[1..]].concat());
        if shape.first() == Some(&0) {
            return match fill {
                Some(fill) => {
                    let fill = self.convert(fill, ty.dtype)?;
                    self.broadcast_to(&fill, &ty.shape)
                }
                None if size == 0 => self.full(&ty, 0.0),
                None => Err(Error::argument("nothing has no different elements").help("give `fill_value`")),
            };
        }
        let starts = self.places(&found.heads, size, 0.0)?;
        let values = self.index(&found.sorted, &[Part::Array(starts)], OutOfBounds::Clip)?;
        let Some(fill) = fill else { return Ok(values) };
        let (fill, count) = (self.convert(fill, ty.dtype)?, self.distinct_count(found)?);
        let int = self.default_int();
        let rank = self.iota(int, &[size], 0)?;
        let present = self.compute([&rank, &count], |[i, n]| i.lt(n))?;
        let present = self.expand_dims(&present, &(1..shape.len()).collect::<Vec<_>>())?;
        self.compute([&present, &values, &fill], |[present, x, fill]| present.select(x, fill))
    }

    /// Where each of the first `size` different slices first was.
    pub(crate) fn distinct_places(&mut self, found: &Distinct, size: usize) -> Result<Tensor> {
        let starts = self.places(&found.heads, size, 0.0)?;
        self.index(&found.order, &[Part::Array(starts)], OutOfBounds::Clip)
    }

    /// Which of the different slices each slice was.
    pub(crate) fn distinct_inverse(&mut self, found: &Distinct) -> Result<Tensor> {
        let runs = self.cumsum(&found.heads, 0)?;
        let runs = self.compute([&runs], |[i]| i - 1)?;
        let zeros = self.full(&TensorType::new(runs.dtype(), runs.shape()), 0.0)?;
        let parts = [Part::Array(found.order.clone())];
        self.index_update(&zeros, &parts, &runs, ScatterKind::Replace, OutOfBounds::Promised)
    }

    /// How many equal slices each of the first `size` different ones stands for.
    pub(crate) fn distinct_counts(&mut self, found: &Distinct, size: usize) -> Result<Tensor> {
        // Each run ends where the next starts.
        let n = found.heads.ty().size();
        let next = self.places(&found.heads, size + 1, n as f64)?;
        let (from, to) = (self.slice_axis(&next, 0, 0, size)?, self.slice_axis(&next, 0, 1, size + 1)?);
        self.sub(&to, &from)
    }
}
