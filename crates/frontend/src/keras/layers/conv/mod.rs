//! Convolutions.

mod depthwise;
mod regular;
mod separable;
mod transpose;

pub(super) use depthwise::{DEPTHWISE_CONV1D, DEPTHWISE_CONV2D};
pub(super) use regular::{CONV1D, CONV2D, CONV3D};
pub(super) use separable::{SEPARABLE_CONV1D, SEPARABLE_CONV2D};
pub(super) use transpose::{CONV1D_TRANSPOSE, CONV2D_TRANSPOSE, CONV3D_TRANSPOSE};

use super::common;
use crate::error::{Error, Result};
use crate::keras::layer::{Call, LayerObject};
use crate::keras::symbolic::SymbolicShape;
use crate::library::Bound;
use crate::ops::{Convolution, Padding};
use crate::trace::Tensor;
use crate::value::Value;

/// What all convolutions over `strides.len()` spatial dimensions have.
#[derive(Debug)]
struct Window {
    kernel: Vec<usize>,
    strides: Vec<usize>,
    dilation: Vec<usize>,
    padding: Padding,
    channels_last: bool,
    activation: Option<Value>,
    use_bias: bool,
}

impl Window {
    fn new(args: &Bound, spatial: usize, causal: bool) -> Result<Window> {
        Ok(Window {
            kernel: common::positive_sizes(args, "kernel_size", spatial)?,
            strides: common::positive_sizes(args, "strides", spatial)?,
            dilation: common::positive_sizes(args, "dilation_rate", spatial)?,
            padding: common::padding(args, causal)?,
            channels_last: common::channels_last(args)?,
            activation: common::activation(args)?,
            use_bias: args.bool("use_bias")?,
        })
    }

    /// Keras takes strides or dilation in these convolutions, not both.
    fn not_both(self, args: &Bound) -> Result<Window> {
        if self.strides.iter().any(|&s| s > 1) && self.dilation.iter().any(|&d| d > 1) {
            let message = format!("{}() takes either `strides` or `dilation_rate` above 1, not both", args.function());
            return Err(Error::argument(message));
        }
        Ok(self)
    }

    /// What every convolution has as attributes.
    fn attribute(&self, name: &str) -> Option<Value> {
        let sizes = |sizes: &[usize]| Value::tuple(sizes.iter().map(|&n| Value::Int(n as i64)).collect::<Vec<_>>());
        Some(match name {
            "kernel_size" => sizes(&self.kernel),
            "strides" => sizes(&self.strides),
            "dilation_rate" => sizes(&self.dilation),
            "rank" => Value::Int(self.kernel.len() as i64),
            "use_bias" => Value::Bool(self.use_bias),
            "activation" => self.activation.clone().unwrap_or(Value::None),
            "data_format" => Value::str(if self.channels_last { "channels_last" } else { "channels_first" }),
            "padding" => match self.padding {
                Padding::Valid => Value::str("valid"),
                Padding::Same => Value::str("same"),
                _ => return None,
            },
            _ => return None,
        })
    }

    fn check(&self, layer: &LayerObject, inputs: &[SymbolicShape]) -> Result<()> {
        let spatial = self.kernel.len();
        common::expect_rank(layer, inputs, spatial + 2, common::dimensions(spatial, self.channels_last))
    }

    /// Checks that the window fits an input that is not padded.
    fn check_room(&self, layer: &LayerObject, inputs: &[SymbolicShape]) -> Result<()> {
        if self.padding != Padding::Valid {
            return Ok(());
        }
        let spans = self.kernel.iter().zip(&self.dilation).map(|(k, d)| (k - 1) * d + 1);
        common::expect_room(layer, inputs, spans, self.channels_last)
    }

    /// How many features the inputs have.
    fn features(&self, layer: &LayerObject, inputs: &[SymbolicShape]) -> Result<usize> {
        common::known(layer, inputs, common::channel_axis(self.channels_last))
    }

    /// The shape of a kernel with the two given last sizes.
    fn kernel_shape(&self, inputs: usize, outputs: usize) -> Vec<usize> {
        self.kernel.iter().copied().chain([inputs, outputs]).collect()
    }

    fn convolve(&self, cx: &mut Call<'_>, x: &Tensor, kernel: &Tensor, groups: usize) -> Result<Tensor> {
        let conv = Convolution {
            strides: self.strides.clone(),
            dilation: self.dilation.clone(),
            padding: self.padding,
            groups,
            channels_last: self.channels_last,
        };
        cx.interp.tracer.convolution(x, kernel, &conv)
    }

    /// Checks the input's features against those the layer was built for.
    fn expect_features(&self, cx: &Call<'_>, x: &Tensor, features: usize) -> Result<()> {
        common::expect_size(cx, x, common::channel_axis(self.channels_last), features)
    }

    /// Bias and activation, which end every convolution.
    fn finish(&self, cx: &mut Call<'_>, y: Tensor) -> Result<Value> {
        let y = common::add_bias(cx, y, self.channels_last)?;
        Ok(Value::Tensor(cx.activate(self.activation.as_ref(), y)?))
    }
}
