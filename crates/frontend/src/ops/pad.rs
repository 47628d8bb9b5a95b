//! Padding, rolling and tiling.

use keramos_ir::ops::Padding;

use super::{Reduce, Reduction};
use crate::error::{Error, Result};
use crate::trace::{Tensor, Tracer};

/// What `jnp.pad` fills with.
#[derive(Clone, Debug)]
pub(crate) enum PadMode {
    /// A value before and after, per dimension.
    Constant(Vec<[Tensor; 2]>),
    /// The outermost element.
    Edge,
    /// Straight lines to values before and after, per dimension.
    Ramp(Vec<[Tensor; 2]>),
    /// The tensor mirrored at the outermost element.
    Reflect {
        /// Whether mirrored differences are subtracted, as a point reflection.
        odd: bool,
    },
    /// The tensor mirrored beyond the outermost element.
    Symmetric {
        /// As for `Reflect`.
        odd: bool,
    },
    /// The tensor from its other end.
    Wrap,
    /// The largest element along the dimension.
    Maximum,
    /// The smallest element along the dimension.
    Minimum,
    /// The mean along the dimension.
    Mean,
}

impl Tracer {
    /// `jnp.pad`: dimension by dimension, `widths` elements before and after.
    ///
    /// # Errors
    /// There is nothing to mirror or repeat.
    pub(crate) fn pad_with(&mut self, x: &Tensor, widths: &[(usize, usize)], mode: &PadMode) -> Result<Tensor> {
        let mut y = x.clone();
        for (dim, &(low, high)) in widths.iter().enumerate() {
            if low + high == 0 {
                continue;
            }
            let n = y.shape()[dim];
            if n == 0 && !matches!(mode, PadMode::Constant(_)) {
                return Err(Error::shape(format!("an empty axis {dim} can only be padded with constants")));
            }
            y = match mode {
                PadMode::Constant(values) => self.pad_constant(&y, dim, low, high, &values[dim])?,
                PadMode::Ramp(values) => self.pad_ramp(&y, dim, low, high, &values[dim])?,
                PadMode::Edge => {
                    let (first, last) = (self.slice_axis(&y, dim, 0, 1)?, self.slice_axis(&y, dim, n - 1, n)?);
                    let (before, after) = (self.repeat(&first, low, dim)?, self.repeat(&last, high, dim)?);
                    self.concatenate(&[before, y, after], dim)?
                }
                PadMode::Wrap => {
                    let whole = self.tile_axis(&y, dim, 1 + low.div_ceil(n) + high.div_ceil(n))?;
                    let start = low.div_ceil(n) * n - low;
                    self.slice_axis(&whole, dim, start, start + low + n + high)?
                }
                PadMode::Reflect { odd } => self.pad_mirrored(&y, dim, low, high, 1, *odd)?,
                PadMode::Symmetric { odd } => self.pad_mirrored(&y, dim, low, high, 0, *odd)?,
                PadMode::Maximum | PadMode::Minimum | PadMode::Mean => {
                    let how = Reduce { axes: &[dim], keepdims: true, ..Reduce::default() };
                    let value = match mode {
                        PadMode::Maximum => self.reduction(Reduction::Max, &y, &how)?,
                        PadMode::Minimum => self.reduction(Reduction::Min, &y, &how)?,
                        _ => {
                            let mean = self.mean_of(&y, &how)?;
                            let mean = if y.dtype().is_float() { mean } else { self.round_even(&mean)? };
                            self.convert(&mean, y.dtype())?
                        }
                    };
                    let (before, after) = (self.repeat(&value, low, dim)?, self.repeat(&value, high, dim)?);
                    self.concatenate(&[before, y, after], dim)?
                }
            };
        }
        Ok(y.weak_if(x.is_weak()))
    }

    fn pad_constant(
        &mut self,
        x: &Tensor,
        dim: usize,
        low: usize,
        high: usize,
        values: &[Tensor; 2],
    ) -> Result<Tensor> {
        let mut y = x.clone();
        for (value, low, high) in [(&values[0], low, 0), (&values[1], 0, high)] {
            let mut padding = vec![Padding::edges(0, 0); x.rank()];
            padding[dim] = Padding::edges(low as i64, high as i64);
            let value = self.convert(value, x.dtype())?;
            y = self.build1(&[&y, &value], |b, v| b.pad(v[0], v[1], &padding))?;
        }
        Ok(y)
    }

    fn pad_ramp(&mut self, x: &Tensor, dim: usize, low: usize, high: usize, values: &[Tensor; 2]) -> Result<Tensor> {
        let n = x.shape()[dim];
        let float = if x.dtype().is_float() { x.dtype() } else { self.default_float() };
        let mut parts = Vec::new();
        for (at, count, value, rising) in [(0, low, &values[0], true), (n - 1, high, &values[1], false)] {
            let edge = self.slice_axis(x, dim, at, at + 1)?;
            let mut shape = vec![1; x.rank()];
            shape[dim] = count;
            let share = |i: usize| (if rising { i } else { count - 1 - i }) as f64 / count.max(1) as f64;
            let shares = self.tabulated(&shape, (0..count).map(share), float)?;
            let y = self.compute([&edge, value, &shares], |[edge, value, s]| value * (1.0 - s) + edge * s)?;
            let y = if x.dtype().is_float() { y } else { self.floor(&y)? };
            parts.push(self.convert(&y, x.dtype())?);
        }
        parts.insert(1, x.clone());
        self.concatenate(&parts, dim)
    }

    /// With mirror images outside; `skip` is 1 if the outermost element is the mirror.
    fn pad_mirrored(
        &mut self,
        x: &Tensor,
        dim: usize,
        low: usize,
        high: usize,
        skip: usize,
        odd: bool,
    ) -> Result<Tensor> {
        let mut y = x.clone();
        let (mut low, mut high) = (low, high);
        if x.shape()[dim] == 1 && skip == 1 {
            let (before, after) = (self.repeat(x, low, dim)?, self.repeat(x, high, dim)?);
            return self.concatenate(&[before, y, after], dim);
        }
        while low + high > 0 {
            let n = y.shape()[dim];
            let (before, after) = (low.min(n - skip), high.min(n - skip));
            let mut parts = vec![y.clone()];
            if before > 0 {
                let image = self.slice_axis(&y, dim, skip, skip + before)?;
                let image = self.reverse(&image, &[dim])?;
                let edge = self.slice_axis(&y, dim, 0, 1)?;
                parts.insert(0, if odd { self.compute([&image, &edge], |[x, edge]| edge * 2 - x)? } else { image });
            }
            if after > 0 {
                let image = self.slice_axis(&y, dim, n - skip - after, n - skip)?;
                let image = self.reverse(&image, &[dim])?;
                let edge = self.slice_axis(&y, dim, n - 1, n)?;
                parts.push(if odd { self.compute([&image, &edge], |[x, edge]| edge * 2 - x)? } else { image });
            }
            y = self.concatenate(&parts, dim)?;
            (low, high) = (low - before, high - after);
        }
        Ok(y)
    }

    /// The tensor `times` times in a row along one dimension.
    fn tile_axis(&mut self, x: &Tensor, dim: usize, times: usize) -> Result<Tensor> {
        let mut shape = x.shape().to_vec();
        shape.insert(dim, times);
        let wide = self.expand_dims(x, &[dim])?;
        let wide = self.broadcast_to(&wide, &shape)?;
        let mut merged = x.shape().to_vec();
        merged[dim] *= times;
        self.reshape(&wide, &merged)
    }

    /// `jnp.tile`.
    pub(crate) fn tile(&mut self, x: &Tensor, times: &[usize]) -> Result<Tensor> {
        let rank = x.rank().max(times.len());
        let mut y = self.expand_dims(x, &(0..rank - x.rank()).collect::<Vec<_>>())?;
        let first = rank - times.len();
        for (at, &times) in times.iter().enumerate().filter(|(_, times)| **times != 1) {
            y = self.tile_axis(&y, first + at, times)?;
        }
        Ok(y)
    }

    /// `jnp.roll` along one axis by an amount known at compile time.
    pub(crate) fn rolled(&mut self, x: &Tensor, shift: i64, axis: usize) -> Result<Tensor> {
        let n = x.shape()[axis];
        let cut = if n == 0 { 0 } else { (-shift).rem_euclid(n as i64) as usize };
        if cut == 0 {
            return Ok(x.clone());
        }
        let (head, tail) = (self.slice_axis(x, axis, 0, cut)?, self.slice_axis(x, axis, cut, n)?);
        self.concatenate(&[tail, head], axis)
    }
}
