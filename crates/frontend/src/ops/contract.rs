//! Matrix products, einsum and convolutions.

use keramos_ir::ops::{Conv, ConvDims, DotDims, DotGeneral};
use keramos_ir::{DType, as_tuple};

use crate::error::{Error, Result};
use crate::trace::{Tensor, Tracer};

impl Tracer {
    /// `lax.dot_general` in the element type that is preferred, or else the promoted one.
    ///
    /// # Errors
    /// The contracted or batched sizes differ.
    pub fn dot_general(&mut self, a: &Tensor, b: &Tensor, dims: DotDims) -> Result<Tensor> {
        let result = self.preferred.unwrap_or_else(|| self.promoted([a, b]).0);
        let (a, b, dtype) = self.factors(a, b)?;
        let dot = DotGeneral { dims, precision: self.precision, dtype };
        let y = self.build1(&[&a, &b], |builder, v| builder.emit1(dot, v))?;
        self.convert(&y, result)
    }

    /// Factors in one element type, and the type in which their products are summed. Truth values are counted; integers
    /// that are asked of floats come from the floats' sums; what the preferred type has another kind of is multiplied
    /// as that type.
    pub(crate) fn factors(&mut self, a: &Tensor, b: &Tensor) -> Result<(Tensor, Tensor, DType)> {
        let joint = self.promoted([a, b]).0;
        let sums = match self.preferred.unwrap_or(joint) {
            DType::Bool => DType::I32,
            wanted => wanted,
        };
        let class = |dtype: DType| (dtype == DType::Bool, dtype.is_int(), dtype.is_complex());
        let sums = if joint.is_float() && sums.is_int() { joint } else { sums };
        let common = if class(joint) == class(sums) { joint } else { sums };
        Ok((self.convert(a, common)?, self.convert(b, common)?, sums))
    }

    /// Contracts the last dimension of `a` with the first of `b`.
    ///
    /// # Errors
    /// Their sizes differ, or there is none.
    pub fn tensordot(&mut self, a: &Tensor, b: &Tensor) -> Result<Tensor> {
        let (Some(last), Some(m), Some(n)) = (a.rank().checked_sub(1), a.shape().last(), b.shape().first()) else {
            return Err(Error::shape("matmul needs at least one dimension on both sides"));
        };
        if m != n {
            return Err(Error::shape(format!(
                "shapes {} and {} cannot be multiplied",
                as_tuple(a.shape()),
                as_tuple(b.shape())
            ))
            .note(format!("the last dimension of the first ({m}) and the first of the second ({n}) must be equal")));
        }
        self.dot_general(a, b, DotDims::contracting([last], [0]))
    }

    /// `jnp.matmul`: matrix product over the last two dimensions, the others broadcast.
    ///
    /// # Errors
    /// The shapes do not fit.
    pub fn matmul(&mut self, a: &Tensor, b: &Tensor) -> Result<Tensor> {
        match (a.rank(), b.rank()) {
            (0, _) | (_, 0..=2) => return self.tensordot(a, b),
            (1, _) => {
                let a = self.expand_dims(a, &[0])?;
                let product = self.matmul(&a, b)?;
                return self.squeeze(&product, &[product.rank() - 2]);
            }
            _ => {}
        }
        let ((a_batch, a_matrix), (b_batch, b_matrix)) =
            (a.shape().split_at(a.rank() - 2), b.shape().split_at(b.rank() - 2));
        let batch = super::broadcast_shapes(a_batch, b_batch)?;
        let a = self.broadcast_to(a, &[&batch, a_matrix].concat())?;
        let b = self.broadcast_to(b, &[&batch, b_matrix].concat())?;
        let (n, dims): (usize, Vec<usize>) = (batch.len(), (0..batch.len()).collect());
        self.dot_general(&a, &b, DotDims::contracting([n + 1], [n]).batch(dims.clone(), dims))
    }

    /// A convolution with Keras's conventions: kernel `[spatial…, input features / groups, output features]`.
    ///
    /// # Errors
    /// The kernel does not fit the input.
    pub fn convolution(&mut self, x: &Tensor, kernel: &Tensor, conv: &Convolution) -> Result<Tensor> {
        let spatial = conv.strides.len();
        let dims =
            if conv.channels_last { ConvDims::channels_last(spatial) } else { ConvDims::channels_first(spatial) };
        let first = if conv.channels_last { 1 } else { 2 };
        let padding = (0..spatial)
            .map(|i| conv.padding.edges(x.shape()[first + i], kernel.shape()[i], conv.strides[i], conv.dilation[i]))
            .map(|(l, h)| (l as i64, h as i64))
            .collect();
        let op = Conv {
            strides: conv.strides.clone(),
            padding,
            rhs_dilation: conv.dilation.clone(),
            feature_groups: conv.groups,
            ..Conv::new(dims)
        };
        self.build1(&[x, kernel], |b, v| b.conv_general_dilated(v[0], v[1], op))
    }
}

/// How a window is laid over the borders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Padding {
    /// Only whole windows.
    Valid,
    /// So many zeros that the result has ⌈n / stride⌉ elements; an odd one goes to the end.
    Same,
    /// Zeros in front only, so that no window sees later elements.
    Causal,
}

impl Padding {
    /// Zeros before and after a dimension of size `n` for windows of size `k`.
    pub fn edges(self, n: usize, k: usize, stride: usize, dilation: usize) -> (usize, usize) {
        let span = (k.saturating_sub(1)) * dilation + 1;
        match self {
            Padding::Valid => (0, 0),
            Padding::Causal => (span - 1, 0),
            Padding::Same => {
                // A stride of 0 is refused where the operation is made.
                let total = ((n.div_ceil(stride.max(1)).saturating_sub(1)) * stride + span).saturating_sub(n);
                (total / 2, total - total / 2)
            }
        }
    }
}

/// The configuration of a convolution.
#[derive(Clone, Debug)]
pub struct Convolution {
    /// Steps per spatial dimension.
    pub strides: Vec<usize>,
    /// Distance of kernel elements per spatial dimension.
    pub dilation: Vec<usize>,
    /// What happens at the borders.
    pub padding: Padding,
    /// Groups of features that do not mix.
    pub groups: usize,
    /// Whether features are the last dimension or the second.
    pub channels_last: bool,
}
