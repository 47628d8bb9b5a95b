//! Random orders and choices.

use keramos_ir::ops::OutOfBounds;
use keramos_ir::{DType, TensorType};

use crate::error::Result;
use crate::trace::{Tensor, Tracer};

impl Tracer {
    /// The elements along `axis` in a random order, another one at every place of the other axes: sorted
    /// by random numbers, often enough that equal ones do no harm.
    ///
    /// # Errors
    /// `key` is no key.
    pub fn random_shuffle(&mut self, key: &Tensor, x: &Tensor, axis: usize) -> Result<Tensor> {
        let size = x.ty().size().max(1) as f64;
        let rounds = (3.0 * size.ln() / f64::from(u32::MAX).ln()).ceil() as usize;
        let (mut key, mut x) = (key.clone(), x.clone());
        for _ in 0..rounds {
            let [next, sub] = self.split_into(&key)?;
            let order = self.random_bits(&sub, x.shape())?;
            let sorted = self.build(&[&order, &x], |b, v| b.sort(v, axis, 1))?;
            x = sorted.into_iter().nth(1).unwrap_or(x);
            key = next;
        }
        Ok(x)
    }

    /// The elements along `axis` in a random order, whole slices moved together unless `independent`.
    ///
    /// # Errors
    /// `key` is no key.
    pub fn random_permutation(&mut self, key: &Tensor, x: &Tensor, axis: usize, independent: bool) -> Result<Tensor> {
        if independent || x.rank() == 1 {
            return self.random_shuffle(key, x, axis);
        }
        let length = x.shape().get(axis).copied().unwrap_or(0);
        let places = self.iota(DType::I32, &[length], 0)?;
        let order = self.random_shuffle(key, &places, 0)?;
        self.build1(&[x, &order], |b, v| b.take(v[0], v[1], axis, OutOfBounds::Promised))
    }

    /// How many elements of `sorted`, ascending and of one dimension, are less than each of `values`.
    ///
    /// # Errors
    /// The element types differ.
    pub fn count_less(&mut self, sorted: &Tensor, values: &Tensor) -> Result<Tensor> {
        let length = sorted.ty().size();
        let index = values.ty().with_dtype(DType::I32);
        let (mut low, mut high) = (self.full(&index, 0.0)?, self.full(&index, length as f64)?);
        // Each step halves what is left of the range.
        for _ in 0..usize::BITS - length.leading_zeros() {
            let middle = self.build1(&[&low, &high], |b, v| {
                let sum = b.add(v[0], v[1])?;
                let two = b.full_like(sum, 2.0)?;
                b.div(sum, two)
            })?;
            let found = self.build1(&[sorted, &middle], |b, v| b.take(v[0], v[1], 0, OutOfBounds::Clip))?;
            let halves = self.formulas(|f| {
                let (low, high, middle) = (f.of(&low), f.of(&high), f.of(&middle));
                let open = low.lt(high);
                let less = f.of(&found).lt(f.of(values));
                vec![open.and(less).select(middle + 1.0, low), open.and(!less).select(middle, high)]
            })?;
            if let [new_low, new_high] = halves.as_slice() {
                (low, high) = (new_low.clone(), new_high.clone());
            }
        }
        Ok(low)
    }

    /// Places 0, 1, … chosen with the probabilities `weights` (of one dimension), with replacement.
    ///
    /// # Errors
    /// `key` is no key.
    pub fn random_places(&mut self, key: &Tensor, shape: &[usize], weights: &Tensor) -> Result<Tensor> {
        let sums = self.cumsum(weights, 0)?;
        let length = weights.ty().size();
        let total = self.slice_axis(&sums, 0, length.saturating_sub(1), length)?;
        let total = self.reshape(&total, &[])?;
        let uniform = self.random_unit(key, &TensorType::new(weights.dtype(), shape))?;
        let values = self.formula(|f| f.of(&total) * (1.0 - f.of(&uniform)))?;
        self.count_less(&sums, &values)
    }
}
