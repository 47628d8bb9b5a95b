//! Pooling over windows.

use keramos_ir::ops::{Monoid, OutOfBounds, Window};
use keramos_ir::{Array, DType, elements};

use super::Padding;
use crate::error::{Error, Result};
use crate::trace::{Tensor, Tracer};

/// Windows over the spatial dimensions of a batch of images or sequences.
#[derive(Clone, Debug)]
pub struct Pooling {
    /// Elements of a window per spatial dimension.
    pub size: Vec<usize>,
    /// Steps per spatial dimension.
    pub strides: Vec<usize>,
    /// What happens at the borders.
    pub padding: Padding,
    /// Whether features are the last dimension or the second.
    pub channels_last: bool,
}

impl Pooling {
    /// The first spatial dimension.
    fn first(&self) -> usize {
        if self.channels_last { 1 } else { 2 }
    }

    fn edges(&self, shape: &[usize], i: usize) -> (usize, usize) {
        let n = shape.get(self.first() + i).copied().unwrap_or(1);
        self.padding.edges(n, self.size[i], self.strides[i], 1)
    }

    fn window(&self, shape: &[usize]) -> Window {
        let (mut size, mut strides, mut padding) =
            (vec![1; shape.len()], vec![1; shape.len()], vec![(0, 0); shape.len()]);
        for i in 0..self.size.len() {
            let d = self.first() + i;
            let (low, high) = self.edges(shape, i);
            (size[d], strides[d], padding[d]) = (self.size[i], self.strides[i], (low as i64, high as i64));
        }
        Window::new(size, strides).padded(padding)
    }

    /// How many windows there are along each spatial dimension.
    fn windows(&self, shape: &[usize]) -> Vec<usize> {
        let along = |i: usize| {
            let n = shape.get(self.first() + i).copied().unwrap_or(1);
            let (low, high) = self.edges(shape, i);
            (n + low + high + 1).saturating_sub(self.size[i]).div_ceil(self.strides[i])
        };
        (0..self.size.len()).map(along).collect()
    }

    /// How many elements that are not padding each window holds, in a shape that broadcasts to the result.
    fn counts(&self, shape: &[usize]) -> Result<Array> {
        let windows = self.windows(shape);
        let mut counts = vec![1.0f32];
        let mut result = vec![1; shape.len()];
        for i in 0..self.size.len() {
            let n = shape.get(self.first() + i).copied().unwrap_or(1);
            let (low, _) = self.edges(shape, i);
            let windows = windows[i];
            let count = |w: usize| {
                let (start, end) = (w * self.strides[i], w * self.strides[i] + self.size[i]);
                end.min(low + n).saturating_sub(start.max(low)) as f32
            };
            let row: Vec<f32> = (0..windows).map(count).collect();
            counts = counts.iter().flat_map(|c| row.iter().map(move |r| c * r)).collect();
            result[self.first() + i] = windows;
        }
        Ok(Array::new(result, keramos_ir::Buffer::F32(counts))?)
    }
}

impl Tracer {
    /// The largest element of each window; the derivative goes to the first of equals.
    ///
    /// # Errors
    /// The windows do not fit the rank.
    pub fn max_pool(&mut self, x: &Tensor, pooling: &Pooling) -> Result<Tensor> {
        let window = pooling.window(x.shape());
        self.build1(&[x], |b, v| b.reduce_window(Monoid::Max, v[0], window))
    }

    /// The mean of each window's elements; padding is not counted.
    ///
    /// # Errors
    /// The windows do not fit the rank.
    pub fn average_pool(&mut self, x: &Tensor, pooling: &Pooling) -> Result<Tensor> {
        let x = self.to_float(x)?;
        let window = pooling.window(x.shape());
        let sum = self.build1(&[&x], |b, v| b.reduce_window(Monoid::Sum, v[0], window))?;
        if pooling.padding == Padding::Valid {
            return self.div_scalar(&sum, elements(&pooling.size) as f64);
        }
        self.fuel.spend_table(&pooling.windows(x.shape()))?;
        let counts = self.constant(pooling.counts(x.shape())?)?;
        let counts = self.convert(&counts, x.dtype())?;
        self.div(&sum, &counts)
    }
}

/// Pooling to a given number of windows per spatial dimension.
#[derive(Clone, Debug)]
pub(crate) struct Adaptive {
    /// Windows per spatial dimension.
    pub(crate) output: Vec<usize>,
    /// Whether a window's value is its mean rather than its largest element.
    pub(crate) mean: bool,
    /// Whether features are the last dimension or the second.
    pub(crate) channels_last: bool,
}

impl Tracer {
    /// Windows of nearly equal size that cover everything, dimension after dimension.
    ///
    /// # Errors
    /// A dimension has fewer elements than windows are wanted, or there are none.
    pub(crate) fn adaptive_pool(&mut self, x: &Tensor, how: &Adaptive) -> Result<Tensor> {
        let first = if how.channels_last { 1 } else { 2 };
        let mut y = x.clone();
        for (i, &wanted) in how.output.iter().enumerate() {
            let dim = first + i;
            let n = x.shape().get(dim).copied().unwrap_or(0);
            if wanted == 0 || n == 0 {
                return Err(Error::shape(format!("{n} elements cannot be pooled into {wanted} windows")));
            }
            self.fuel.spend_table(&[wanted])?;
            let windows: Vec<(usize, usize)> =
                (0..wanted).map(|w| (w * n / wanted, ((w + 1) * n).div_ceil(wanted))).collect();
            let big = windows.iter().map(|(start, end)| end - start).max().unwrap_or(1);
            let small = big.saturating_sub(1).max(1);
            // All windows of both sizes; then those wanted.
            let mut pooled = Vec::new();
            for size in [small, big] {
                let (mut sizes, strides) = (vec![1; y.rank()], vec![1; y.rank()]);
                sizes[dim] = size;
                let window = Window::new(sizes, strides);
                let monoid = if how.mean { Monoid::Sum } else { Monoid::Max };
                let all = self.build1(&[&y], |b, v| b.reduce_window(monoid, v[0], window))?;
                pooled.push(if how.mean { self.div_scalar(&all, size as f64)? } else { all });
            }
            let all = self.concatenate(&pooled, dim)?;
            let places = windows
                .iter()
                .map(|(start, end)| if end - start == small { *start } else { start + n - small + 1 } as f64);
            let places = self.tabulated(&[wanted], places, DType::I32)?;
            y = self.build1(&[&all, &places], |b, v| b.take(v[0], v[1], dim, OutOfBounds::Promised))?;
        }
        Ok(y)
    }
}
