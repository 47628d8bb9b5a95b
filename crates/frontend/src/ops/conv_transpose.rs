//! Transposed convolutions.

use keramos_ir::ops::{Conv, ConvDims};

use super::Padding;
use crate::error::Result;
use crate::trace::{Tensor, Tracer};

/// The configuration of a transposed convolution.
#[derive(Clone, Debug)]
pub struct ConvTranspose {
    /// Steps per spatial dimension of the convolution that it transposes.
    pub strides: Vec<usize>,
    /// Distance of kernel elements per spatial dimension.
    pub dilation: Vec<usize>,
    /// [`Padding::Valid`] or [`Padding::Same`].
    pub padding: Padding,
    /// Elements added at the end of each spatial dimension; `None` gives Keras's default sizes.
    pub output_padding: Option<Vec<usize>>,
    /// Whether features are the last dimension or the second.
    pub channels_last: bool,
}

impl ConvTranspose {
    /// Zeros before and after spatial dimension `i` (spread by the stride) for a kernel of size `k`.
    fn edges(&self, i: usize, k: usize) -> (i64, i64) {
        let (k, stride) = (((k.saturating_sub(1)) * self.dilation[i] + 1) as i64, self.strides[i] as i64);
        let extra = self.output_padding.as_ref().map(|p| p[i] as i64);
        if self.padding == Padding::Same {
            // By default the result has n·stride elements.
            let total = extra.map_or(stride + k - 2, |extra| k + k % 2 - 2 + extra);
            let low = (total / 2 + total % 2).min(k - 1);
            return (low, total - low);
        }
        // By default the result has (n − 1)·stride + max(k, stride) elements.
        (k - 1, k - 1 + extra.unwrap_or_else(|| k.max(stride) - k))
    }
}

impl Tracer {
    /// The transpose of a convolution with respect to its input; kernel `[spatial…, output features, input
    /// features]`.
    ///
    /// # Errors
    /// The kernel does not fit the input.
    pub fn conv_transpose(&mut self, x: &Tensor, kernel: &Tensor, conv: &ConvTranspose) -> Result<Tensor> {
        let spatial = conv.strides.len();
        let dims =
            if conv.channels_last { ConvDims::channels_last(spatial) } else { ConvDims::channels_first(spatial) };
        let padding = (0..spatial).map(|i| conv.edges(i, kernel.shape()[i])).collect();
        let flipped = self.reverse(kernel, &(0..spatial).collect::<Vec<_>>())?;
        let kernel = self.move_axis(&flipped, spatial, spatial + 1)?;
        let op = Conv {
            padding,
            lhs_dilation: conv.strides.clone(),
            rhs_dilation: conv.dilation.clone(),
            ..Conv::new(dims)
        };
        self.build1(&[x, &kernel], |b, v| b.conv_general_dilated(v[0], v[1], op))
    }
}
