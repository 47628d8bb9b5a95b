//! Convolutions and pooling of `keras.ops`.

use keramos_ir::as_tuple;

use crate::error::{Error, Result};
use crate::jax::arguments::{Call, NONE, int, tensor_functions};
use crate::library::{Default, FunctionDecl};
use crate::ops::{ConvTranspose, Convolution, Padding, Pooling};
use crate::trace::Tensor;

/// See the module.
pub(crate) static FUNCTIONS: &[&FunctionDecl] = tensor_functions! {
    "max_pool": [(inputs) (pool_size) (strides = NONE) (padding = Default::Str("valid")) (data_format = NONE)]
        "The largest element of each window." => |c| {
            let (x, pooling) = pooling(c)?;
            c.t().max_pool(&x, &pooling)
        };
    "average_pool": [(inputs) (pool_size) (strides = NONE) (padding = Default::Str("valid")) (data_format = NONE)]
        "The mean of each window." => |c| {
            let (x, pooling) = pooling(c)?;
            c.t().average_pool(&x, &pooling)
        };
    "conv": [(inputs) (kernel) (strides = int(1)) (padding = Default::Str("valid")) (data_format = NONE) (dilation_rate = int(1))]
        "A convolution." => |c| {
            let (x, kernel) = (c.tensor("inputs")?, c.tensor("kernel")?);
            convolve(c, &x, &kernel)
        };
    "depthwise_conv": [(inputs) (kernel) (strides = int(1)) (padding = Default::Str("valid")) (data_format = NONE) (dilation_rate = int(1))]
        "A convolution of each feature by itself." => |c| {
            let (x, kernel) = (c.tensor("inputs")?, c.tensor("kernel")?);
            let kernel = depthwise(c, &kernel)?;
            convolve(c, &x, &kernel)
        };
    "separable_conv": [(inputs) (depthwise_kernel) (pointwise_kernel) (strides = int(1)) (padding = Default::Str("valid")) (data_format = NONE) (dilation_rate = int(1))]
        "A convolution of each feature by itself, then one of single elements." => |c| {
            let (x, first, second) = (c.tensor("inputs")?, c.tensor("depthwise_kernel")?, c.tensor("pointwise_kernel")?);
            let first = depthwise(c, &first)?;
            let y = convolve(c, &x, &first)?;
            let ones = vec![1; spatial(c, &x)?];
            convolve_by(c, &y, &second, ones.clone(), ones, Padding::Valid)
        };
    "conv_transpose": [(inputs) (kernel) (strides = int(1)) (padding = Default::Str("valid")) (output_padding = NONE) (data_format = NONE) (dilation_rate = int(1))]
        "The transpose of a convolution." => |c| {
            let (x, kernel) = (c.tensor("inputs")?, c.tensor("kernel")?);
            let spatial = spatial(c, &x)?;
            let output_padding = match c.some("output_padding")? {
                None => None,
                Some(_) => Some(c.args.sizes("output_padding", spatial)?),
            };
            let conv = ConvTranspose {
                strides: c.args.sizes("strides", spatial)?,
                dilation: c.args.sizes("dilation_rate", spatial)?,
                padding: padding(c)?,
                output_padding,
                channels_last: channels_last(c)?,
            };
            fits(&x, &kernel, spatial)?;
            c.t().conv_transpose(&x, &kernel, &conv)
        };
};

fn channels_last(c: &Call<'_>) -> Result<bool> {
    match c.some("data_format")? {
        None => Ok(true),
        Some(_) => Ok(c.args.one_of("data_format", &["channels_last", "channels_first"])? == "channels_last"),
    }
}

fn padding(c: &Call<'_>) -> Result<Padding> {
    Ok(if c.args.one_of("padding", &["valid", "same"])? == "same" { Padding::Same } else { Padding::Valid })
}

fn spatial(c: &Call<'_>, x: &Tensor) -> Result<usize> {
    match x.rank().checked_sub(2) {
        Some(spatial @ 1..) => Ok(spatial),
        _ => Err(Error::shape(format!(
            "{}() needs a batch, spatial dimensions and features, found shape {}",
            c.args.function(),
            as_tuple(x.shape())
        ))),
    }
}

fn fits(x: &Tensor, kernel: &Tensor, spatial: usize) -> Result<()> {
    match kernel.rank() == spatial + 2 {
        true => Ok(()),
        false => Err(Error::shape(format!(
            "a kernel of shape {} does not fit {spatial} spatial dimensions of shape {}",
            as_tuple(kernel.shape()),
            as_tuple(x.shape())
        ))),
    }
}

fn pooling(c: &mut Call<'_>) -> Result<(Tensor, Pooling)> {
    let x = c.tensor("inputs")?;
    let spatial = spatial(c, &x)?;
    let size = c.args.sizes("pool_size", spatial)?;
    let strides = if c.some("strides")?.is_some() { c.args.sizes("strides", spatial)? } else { size.clone() };
    if strides.contains(&0) || size.contains(&0) {
        return Err(c.invalid(if size.contains(&0) { "pool_size" } else { "strides" }, "positive"));
    }
    Ok((x, Pooling { size, strides, padding: padding(c)?, channels_last: channels_last(c)? }))
}

/// `[…, features, multiplier]` as the kernel of a convolution with one group per feature.
fn depthwise(c: &mut Call<'_>, kernel: &Tensor) -> Result<Tensor> {
    let [window @ .., features, multiplier] = kernel.shape() else {
        return Err(Error::shape(format!("a kernel of shape {} has no features", as_tuple(kernel.shape()))));
    };
    let shape = [window, &[1, features * multiplier]].concat();
    c.t().reshape(kernel, &shape)
}

/// A convolution as the arguments tell.
fn convolve(c: &mut Call<'_>, x: &Tensor, kernel: &Tensor) -> Result<Tensor> {
    let spatial = spatial(c, x)?;
    let (strides, dilation) = (c.args.sizes("strides", spatial)?, c.args.sizes("dilation_rate", spatial)?);
    if strides.contains(&0) || dilation.contains(&0) {
        return Err(c.invalid(if strides.contains(&0) { "strides" } else { "dilation_rate" }, "positive"));
    }
    let padding = padding(c)?;
    convolve_by(c, x, kernel, strides, dilation, padding)
}

/// A convolution in as many groups as the kernel has too few features.
fn convolve_by(
    c: &mut Call<'_>,
    x: &Tensor,
    kernel: &Tensor,
    strides: Vec<usize>,
    dilation: Vec<usize>,
    padding: Padding,
) -> Result<Tensor> {
    let spatial = spatial(c, x)?;
    fits(x, kernel, spatial)?;
    let channels_last = channels_last(c)?;
    let features = x.shape()[if channels_last { spatial + 1 } else { 1 }];
    let own = kernel.shape()[spatial];
    if own == 0 || !features.is_multiple_of(own) {
        return Err(Error::shape(format!("a kernel for {own} features does not fit inputs with {features}")));
    }
    let conv = Convolution { strides, dilation, padding, groups: features / own, channels_last };
    let [x, kernel] = c.t().common(crate::ops::Domain::Float, [x, kernel])?;
    c.t().convolution(&x, &kernel, &conv)
}
