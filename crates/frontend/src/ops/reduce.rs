//! Reductions over axes.

use keramos_ir::{DType, Value as IrValue};

use crate::error::{Error, Result};
use crate::trace::{Tensor, Tracer};

/// `axis` counted from the front; negative axes count from the back.
///
/// # Errors
/// The tensor has no such axis.
pub fn axis_index(axis: i64, rank: usize) -> Result<usize> {
    let index = if axis < 0 { axis + rank as i64 } else { axis };
    usize::try_from(index)
        .ok()
        .filter(|&i| i < rank)
        .ok_or_else(|| Error::shape(format!("axis {axis} is out of range for a tensor of rank {rank}")))
}

/// The axes counted from the front, sorted; no axes given means all.
///
/// # Errors
/// The tensor has no such axis, or one is named twice.
pub fn axes_indices(axes: Option<&[i64]>, rank: usize) -> Result<Vec<usize>> {
    let Some(axes) = axes else { return Ok((0..rank).collect()) };
    let mut indices = axes.iter().map(|&a| axis_index(a, rank)).collect::<Result<Vec<_>>>()?;
    indices.sort_unstable();
    if indices.windows(2).any(|w| w[0] == w[1]) {
        return Err(Error::shape(format!("an axis is named twice in {axes:?}")));
    }
    Ok(indices)
}

impl Tracer {
    fn reduce(
        &mut self,
        x: &Tensor,
        axes: &[usize],
        keepdims: bool,
        op: fn(&mut keramos_ir::Builder, IrValue, &[usize]) -> keramos_ir::Result<IrValue>,
    ) -> Result<Tensor> {
        let y = self.build1(&[x], |b, v| op(b, v[0], axes))?;
        if keepdims { self.expand_dims(&y, axes) } else { Ok(y) }
    }

    /// The sum over `axes`; truth values are counted as `int32`, `f16` and `bf16` are summed in `f32`.
    ///
    /// # Errors
    /// Nothing is being traced.
    pub fn sum(&mut self, x: &Tensor, axes: &[usize], keepdims: bool) -> Result<Tensor> {
        match x.dtype() {
            DType::Bool => {
                let x = self.convert(x, DType::I32)?;
                self.sum(&x, axes, keepdims)
            }
            half @ (DType::F16 | DType::BF16) => {
                let wide = self.convert(x, DType::F32)?;
                let sum = self.sum(&wide, axes, keepdims)?;
                self.convert(&sum, half)
            }
            _ => self.reduce(x, axes, keepdims, |b, v, axes| b.reduce_sum(v, axes)),
        }
    }

    /// The mean over `axes`; integers give `f32`.
    ///
    /// # Errors
    /// Nothing is being traced.
    pub fn mean(&mut self, x: &Tensor, axes: &[usize], keepdims: bool) -> Result<Tensor> {
        let x = self.to_float(x)?;
        let count: usize = axes.iter().filter_map(|&a| x.shape().get(a)).product();
        let sum = self.sum(&x, axes, keepdims)?;
        self.div_scalar(&sum, count as f64)
    }

    /// Mean and biased variance over `axes`, as `mean((x − mean(x))²)`.
    ///
    /// # Errors
    /// Nothing is being traced.
    pub fn moments(&mut self, x: &Tensor, axes: &[usize], keepdims: bool) -> Result<(Tensor, Tensor)> {
        let mean = self.mean(x, axes, true)?;
        let centred = self.sub(x, &mean)?;
        let square = self.square(&centred)?;
        let variance = self.mean(&square, axes, keepdims)?;
        let mean = if keepdims { mean } else { self.squeeze(&mean, axes)? };
        Ok((mean, variance))
    }

    /// The index of the largest element along `axis` as `int32`; the first among equals, NaN above all.
    ///
    /// # Errors
    /// Nothing is being traced.
    pub fn argmax(&mut self, x: &Tensor, axis: usize) -> Result<Tensor> {
        self.build1(&[x], |b, v| b.argmax(v[0], axis))
    }
}

macro_rules! reduce_methods {
    ($($(#[$doc:meta])* $name:ident => $op:ident;)*) => {
        impl Tracer {
            $($(#[$doc])*
            ///
            /// # Errors
            /// The element type is not accepted.
            pub fn $name(&mut self, x: &Tensor, axes: &[usize], keepdims: bool) -> Result<Tensor> {
                self.reduce(x, axes, keepdims, |b, v, axes| b.$op(v, axes))
            })*
        }
    };
}

reduce_methods! {
    /// The largest element over `axes`; the derivative is shared among ties.
    max => reduce_max;
    /// The smallest element over `axes`; the derivative is shared among ties.
    min => reduce_min;
    /// The product over `axes`.
    prod => reduce_prod;
    /// Whether all are true over `axes`.
    all => reduce_and;
    /// Whether any is true over `axes`.
    any => reduce_or;
}
