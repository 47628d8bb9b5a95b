//! Sorting, ranking and searching.

use keramos_ir::ops::{OutOfBounds, ScatterKind};
use keramos_ir::{DType, TensorType, as_tuple};

use super::{Domain, Part, is_inexact};
use crate::error::{Error, Result};
use crate::trace::{Tensor, Tracer};

impl Tracer {
    /// Tensors of one shape sorted together along `axis` by the first `keys` of them, stably.
    pub(crate) fn sort_together(&mut self, operands: &[&Tensor], axis: usize, keys: usize) -> Result<Vec<Tensor>> {
        let strong: Vec<Tensor> = operands.iter().map(|x| (*x).clone().into_strong()).collect();
        let strong: Vec<&Tensor> = strong.iter().collect();
        let sorted = self.build(&strong, |b, v| b.sort(v, axis, keys))?;
        Ok(sorted.into_iter().zip(operands).map(|(y, x)| y.weak_if(x.is_weak())).collect())
    }

    /// In ascending or descending order along `axis`.
    pub(crate) fn sorted(&mut self, x: &Tensor, axis: usize, descending: bool) -> Result<Tensor> {
        let y = self.sort(x, axis)?.weak_if(x.is_weak());
        if descending { self.reverse(&y, &[axis]) } else { Ok(y) }
    }

    /// The places that put `x` in order along `axis`, stably.
    pub(crate) fn argsort(&mut self, x: &Tensor, axis: usize, descending: bool) -> Result<Tensor> {
        let places = self.iota(DType::I32, x.shape(), axis)?;
        // Stable in descending order: sort backwards with the places reversed, and reverse the result.
        let (x, places) = match descending {
            true => (self.reverse(x, &[axis])?, self.reverse(&places, &[axis])?),
            false => (x.clone(), places),
        };
        let sorted = self.sort_together(&[&x, &places], axis, 1)?;
        let order = sorted.into_iter().nth(1).unwrap_or(places);
        let order = if descending { self.reverse(&order, &[axis])? } else { order };
        self.as_index(&order)
    }

    /// The k largest elements along the last dimension, descending, and their places.
    pub(crate) fn top_k(&mut self, x: &Tensor, k: usize) -> Result<[Tensor; 2]> {
        let n = x.shape().last().copied().unwrap_or(0);
        if x.rank() == 0 || k > n {
            return Err(Error::shape(format!(
                "the {k} largest of {n} elements were asked for (shape {})",
                as_tuple(x.shape())
            )));
        }
        let x = x.clone().into_strong();
        let found = self.build(&[&x], |b, v| b.top_k(v[0], k).map(|(values, places)| vec![values, places]))?;
        <[Tensor; 2]>::try_from(found).map_err(|_| Error::internal("top_k has two results"))
    }

    /// Where `values` belong in the ascending row `sorted`: before (`right`: behind) what equals them.
    pub(crate) fn searchsorted(&mut self, sorted: &Tensor, values: &Tensor, right: bool) -> Result<Tensor> {
        if sorted.rank() != 1 {
            return Err(Error::shape(format!("a sorted row is needed, found shape {}", as_tuple(sorted.shape()))));
        }
        let [sorted, values] = self.common(Domain::Any, [sorted, values])?;
        let n = sorted.shape()[0];
        let int = self.default_int();
        if n == 0 {
            return self.full(&TensorType::new(int, values.shape()), 0.0);
        }
        // Bisection, all values at once: as many steps as the length has bits.
        let zero = self.full(&TensorType::new(int, values.shape()), 0.0)?;
        let (mut low, mut high) = (zero, self.full(&TensorType::new(int, values.shape()), n as f64)?);
        for _ in 0..(usize::BITS - n.leading_zeros()) {
            let middle =
                self.compute([&low, &high], |[low, high]| (low + high).with(2, |t, x, y| t.floor_divide(x, y)))?;
            let here = self.index(&sorted, &[Part::Array(middle.clone())], OutOfBounds::Clip)?;
            let before = match right {
                true => self.precedes_or_equals(&here, &values)?,
                false => self.precedes(&here, &values)?,
            };
            [low, high] = self.compute_all([&before, &low, &high, &middle], |[before, low, high, middle]| {
                let open = low.lt(high);
                [open.and(before).select(middle + 1, low), open.and(!before).select(middle, high)]
            })?;
        }
        Ok(low)
    }

    /// a < b in the order of sorting: NaN is last.
    fn precedes(&mut self, a: &Tensor, b: &Tensor) -> Result<Tensor> {
        match is_inexact(a.dtype()) {
            true => self.compute([a, b], |[a, b]| a.lt(b).or(b.is_nan().and(!a.is_nan()))),
            false => self.lt(a, b),
        }
    }

    fn precedes_or_equals(&mut self, a: &Tensor, b: &Tensor) -> Result<Tensor> {
        let after = self.precedes(b, a)?;
        self.not(&after)
    }

    /// The places where the flat `mask` holds, in order: `size` of them, `fill` where there are no more.
    pub(crate) fn places(&mut self, mask: &Tensor, size: usize, fill: f64) -> Result<Tensor> {
        let n = mask.ty().size();
        let int = self.default_int();
        let flat = self.reshape(mask, &[n])?;
        let flat = self.to_bool(&flat)?;
        let result = self.full(&TensorType::new(int, [size]), fill)?;
        if n == 0 {
            return Ok(result);
        }
        // Each hit goes where the count of hits before it says; the others go nowhere.
        let rank = self.cumsum(&flat, 0)?;
        let target = self.compute([&flat, &rank], |[hit, rank]| hit.select(rank - 1, size as i64))?;
        let places = self.iota(int, &[n], 0)?;
        self.index_update(&result, &[Part::Array(target)], &places, ScatterKind::Replace, OutOfBounds::Fill)
    }

    /// Whether each element is among the elements of `set`.
    pub(crate) fn is_in(&mut self, x: &Tensor, set: &Tensor) -> Result<Tensor> {
        let [x, set] = self.common(Domain::Any, [x, set])?;
        let flat = self.reshape_infer(&set, &[-1])?;
        let wide = self.expand_dims(&x, &[x.rank()])?;
        let hit = self.eq(&wide, &flat)?;
        self.any(&hit, &[x.rank()], false)
    }
}
