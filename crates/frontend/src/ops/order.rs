//! Sorting, running sums and look-up by index.

use keramos_ir::DType;
use keramos_ir::ops::{Monoid, OutOfBounds};

use crate::error::Result;
use crate::trace::{Tensor, Tracer};

impl Tracer {
    /// The elements along `axis` in ascending order; NaN comes last.
    ///
    /// # Errors
    /// There is no such axis.
    pub fn sort(&mut self, x: &Tensor, axis: usize) -> Result<Tensor> {
        let sorted = self.build(&[x], |b, v| b.sort(v, axis, 1))?;
        Ok(sorted.into_iter().next().unwrap_or_else(|| x.clone()))
    }

    /// The sums of the elements up to each one along `axis`.
    ///
    /// # Errors
    /// There is no such axis.
    pub fn cumsum(&mut self, x: &Tensor, axis: usize) -> Result<Tensor> {
        self.running(x, axis, Monoid::Sum, None)
    }

    /// The sums, products, … of the elements up to each one along `axis`; truth values become integers.
    pub(crate) fn running(&mut self, x: &Tensor, axis: usize, monoid: Monoid, dtype: Option<DType>) -> Result<Tensor> {
        let dtype = match (dtype, x.dtype()) {
            (Some(dtype), _) => dtype,
            (None, DType::Bool) if matches!(monoid, Monoid::Sum | Monoid::Prod) => self.default_int(),
            (None, dtype) => dtype,
        };
        let x = self.convert(x, dtype)?;
        self.build1(&[&x], |b, v| b.cumulative(monoid, v[0], axis, false))
    }

    /// Rows of `table` at integer `indices`: negative indices count from the end, others outside give NaN
    /// (`jnp.take` along axis 0).
    ///
    /// # Errors
    /// The indices are no integers, or `table` is a scalar.
    pub fn take_rows(&mut self, table: &Tensor, indices: &Tensor) -> Result<Tensor> {
        self.build1(&[table, indices], |b, v| {
            let rows = b.ty(v[0]).shape.first().copied().unwrap_or(0);
            let (zero, rows) = (b.full_like(v[1], 0.0)?, b.full_like(v[1], rows as f64)?);
            let negative = b.lt(v[1], zero)?;
            let from_end = b.add(v[1], rows)?;
            let wrapped = b.select(negative, from_end, v[1])?;
            b.take(v[0], wrapped, 0, OutOfBounds::Fill)
        })
    }
}
