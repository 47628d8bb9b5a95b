//! Pooling over windows.

use keramos_ir::Array;
use keramos_ir::ops::{Monoid, Window};

use super::Padding;
use crate::error::Result;
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

    /// How many elements that are not padding each window holds, in a shape that broadcasts to the result.
    fn counts(&self, shape: &[usize]) -> Result<Array> {
        let mut counts = vec![1.0f32];
        let mut result = vec![1; shape.len()];
        for i in 0..self.size.len() {
            let n = shape.get(self.first() + i).copied().unwrap_or(1);
            let (low, high) = self.edges(shape, i);
            let windows = (n + low + high + 1).saturating_sub(self.size[i]).div_ceil(self.strides[i]);
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
            return self.div_scalar(&sum, pooling.size.iter().product::<usize>() as f64);
        }
        let counts = self.constant(pooling.counts(x.shape())?)?;
        let counts = self.convert(&counts, x.dtype())?;
        self.div(&sum, &counts)
    }
}
