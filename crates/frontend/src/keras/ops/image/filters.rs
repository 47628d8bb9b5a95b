//! Convolutions of images with fixed kernels, and what is measured by them.

use super::{Images, image};
use crate::error::{Error, Result};
use crate::interp::exceptions::raise;
use crate::jax::arguments::{Call, NONE, int, tensor_functions};
use crate::library::{Default, FunctionDecl};
use crate::ops::{Convolution, Padding};
use crate::trace::Tensor;
use keramos_ir::{DType, as_tuple, elements};

/// See the module.
pub(super) static FUNCTIONS: &[&FunctionDecl] = tensor_functions! {
    "gaussian_blur": [(images) (kernel_size = Default::Ints(&[3, 3])) (sigma = NONE) (data_format = NONE)] "Blurred by a Gaussian kernel." => |c| {
        // Keras takes images of an unstated format as channels first here.
        let first = match c.some("data_format")? {
            None => true,
            Some(_) => !super::channels_last(c)?,
        };
        let x = image(c, "images")?;
        let images = Images::from(c, x, !first)?;
        let size = c.args.sizes("kernel_size", 2)?;
        let sigma = match c.some("sigma")? {
            None => c.t().tabulated(&[2], [1.0, 1.0], images.pixels.dtype())?,
            Some(_) => {
                let sigma = c.tensor("sigma")?;
                c.t().convert(&sigma, images.pixels.dtype())?
            }
        };
        let kernel = gaussian(c, &size, &sigma)?;
        let y = each_feature(c, &images.pixels, &kernel)?;
        images.restored(c, &y)
    };
    "sobel_edges": [(images) (data_format = NONE)] "The derivatives of brightness down and across, along a new last dimension." => |c| {
        let images = Images::of(c, "images")?;
        if !images.batched {
            return Err(raise("ValueError", format!("sobel_edges needs a batch of images, found one image of shape {}", as_tuple(c.tensor("images")?.shape()))));
        }
        let dtype = images.pixels.dtype();
        let mut edges = Vec::new();
        for kernel in [[-1.0, -2.0, -1.0, 0.0, 0.0, 0.0, 1.0, 2.0, 1.0], [-1.0, 0.0, 1.0, -2.0, 0.0, 2.0, -1.0, 0.0, 1.0]] {
            let kernel = c.t().tabulated(&[3, 3], kernel, dtype)?;
            let y = each_feature(c, &images.pixels, &kernel)?;
            edges.push(images.restored(c, &y)?);
        }
        c.t().stack(&edges, 4)
    };
    "ssim": [
        (image1) (image2) (max_val = Default::Float(1.0)) (filter_size = int(11)) (filter_sigma = Default::Float(1.5))
        (k1 = Default::Float(0.01)) (k2 = Default::Float(0.03)) (data_format = NONE)
    ] "The structural similarity of images." => ssim;
    "extract_patches": [(images) (size) (strides = NONE) (dilation_rate = int(1)) (padding = Default::Str("valid")) (data_format = NONE)]
        "The patches of images as features." => |c| {
            let spatial = c.ints("size")?.len().max(2);
            patches(c, "images", spatial)
        };
    "extract_patches_3d": [(volumes) (size) (strides = NONE) (dilation_rate = int(1)) (padding = Default::Str("valid")) (data_format = NONE)]
        "The patches of volumes as features." => |c| patches(c, "volumes", 3);
};

/// exp(−x²/2σ²) over `n` places around the middle, divided by its sum.
fn bell(c: &mut Call<'_>, n: usize, sigma: &Tensor) -> Result<Tensor> {
    let places = (0..n).map(|i| i as f64 - (n as f64 - 1.0) / 2.0);
    let t = c.t();
    let places = t.tabulated(&[n], places, sigma.dtype())?;
    let bell = t.compute([&places, sigma], |[x, sigma]| ((x / sigma).square() * -0.5).exp())?;
    let sum = t.sum(&bell, &[0], false)?;
    t.div(&bell, &sum)
}

/// A kernel of `size`, whose entries Keras takes for width and height, by the deviations of both.
fn gaussian(c: &mut Call<'_>, size: &[usize], sigma: &Tensor) -> Result<Tensor> {
    if sigma.shape() != [2] {
        return Err(Error::shape(format!("`sigma` must be a pair, found shape {}", as_tuple(sigma.shape()))));
    }
    let mut bells = Vec::new();
    for (at, &n) in size.iter().enumerate() {
        let own = c.t().slice_axis(sigma, 0, at, at + 1)?;
        let own = c.t().squeeze(&own, &[0])?;
        bells.push(bell(c, n, &own)?);
    }
    let [x, y] = bells.as_slice() else { return Err(Error::internal("a kernel has two dimensions")) };
    let column = c.t().expand_dims(y, &[1])?;
    c.t().mul(&column, x)
}

/// Every feature of `[batch, height, width, features]` convolved with one kernel `[height, width]`.
fn each_feature(c: &mut Call<'_>, x: &Tensor, kernel: &Tensor) -> Result<Tensor> {
    let features = x.shape()[3];
    let wide = [kernel.shape(), &[1, features]].concat();
    let kernel = c.t().expand_dims(kernel, &[2, 3])?;
    let kernel = c.t().broadcast_to(&kernel, &wide)?;
    convolved(c, x, &kernel, Padding::Same, features)
}

fn convolved(c: &mut Call<'_>, x: &Tensor, kernel: &Tensor, padding: Padding, groups: usize) -> Result<Tensor> {
    let conv = Convolution { strides: vec![1; 2], dilation: vec![1; 2], padding, groups, channels_last: true };
    c.t().convolution(x, kernel, &conv)
}

fn ssim(c: &mut Call<'_>) -> Result<Tensor> {
    let (first, second) = (Images::of(c, "image1")?, Images::of(c, "image2")?);
    if first.pixels.shape() != second.pixels.shape() {
        return Err(Error::shape(format!(
            "images of shapes {} and {} cannot be compared",
            as_tuple(first.pixels.shape()),
            as_tuple(second.pixels.shape())
        )));
    }
    let dtype = first.pixels.dtype();
    let (size, sigma) = (c.size("filter_size")?, c.args.f64("filter_sigma")?);
    let (peak, k1, k2) = (c.args.f64("max_val")?, c.args.f64("k1")?, c.args.f64("k2")?);
    let t = c.t();
    let (x, y) = (t.to_float(&first.pixels)?, t.to_float(&second.pixels)?);
    let &[batch, height, width, features] = x.shape() else {
        return Err(Error::internal("images have four dimensions"));
    };
    let mut alone = |x: &Tensor| {
        let x = t.transpose(x, &[0, 3, 1, 2])?;
        t.reshape(&x, &[batch * features, height, width, 1])
    };
    let (x, y) = (alone(&x)?, alone(&y)?);
    let sigma = t.scalar(x.dtype(), sigma)?;
    let row = bell(c, size, &sigma)?;
    let column = c.t().expand_dims(&row, &[1])?;
    let kernel = c.t().mul(&column, &row)?;
    let kernel = c.t().expand_dims(&kernel, &[2, 3])?;
    let mut smooth = |a: &Tensor, b: Option<&Tensor>| {
        let product = match b {
            Some(b) => c.t().mul(a, b)?,
            None => a.clone(),
        };
        convolved(c, &product, &kernel, Padding::Valid, 1)
    };
    let (mx, my) = (smooth(&x, None)?, smooth(&y, None)?);
    let (xx, yy, xy) = (smooth(&x, Some(&x))?, smooth(&y, Some(&y))?, smooth(&x, Some(&y))?);
    let (c1, c2) = ((k1 * peak).powi(2), (k2 * peak).powi(2));
    let t = c.t();
    let map = t.compute([&mx, &my, &xx, &yy, &xy], |[mx, my, xx, yy, xy]| {
        let (sx, sy, both) = (mx * mx, my * my, mx * my);
        let above = (both * 2.0 + c1) * ((xy - both) * 2.0 + c2);
        above / ((sx + sy + c1) * (xx - sx + (yy - sy) + c2))
    })?;
    let means = t.mean(&map, &[1, 2, 3], false)?;
    let means = t.reshape(&means, &[batch, features])?;
    let result = t.mean(&means, &[1], false)?;
    let result = if first.batched { result } else { t.squeeze(&result, &[0])? };
    t.convert(&result, dtype)
}

fn patches(c: &mut Call<'_>, name: &str, spatial: usize) -> Result<Tensor> {
    let x = c.tensor(name)?;
    let size = c.args.sizes("size", spatial)?;
    let strides = match c.some("strides")? {
        None => size.clone(),
        Some(_) => c.args.sizes("strides", spatial)?,
    };
    let channels_last = super::channels_last(c)?;
    let padding = match c.args.one_of("padding", &["valid", "same"])? {
        "same" => Padding::Same,
        _ => Padding::Valid,
    };
    let batched = match x.rank().checked_sub(spatial) {
        Some(2) => true,
        Some(1) => false,
        _ => {
            return Err(Error::shape(format!(
                "patches of {spatial} dimensions do not fit shape {}",
                as_tuple(x.shape())
            )));
        }
    };
    let x = if batched { x } else { c.t().expand_dims(&x, &[0])? };
    let features = x.shape()[if channels_last { spatial + 1 } else { 1 }];
    let count = features.saturating_mul(elements(&size));
    // Each element of a patch becomes a feature of its own.
    let (row, column) = (c.t().iota(DType::I32, &[count, count], 0)?, c.t().iota(DType::I32, &[count, count], 1)?);
    let kernel = c.t().eq(&row, &column)?;
    let kernel = c.t().convert(&kernel, x.dtype())?;
    let shape = [size.as_slice(), &[features, count]].concat();
    let kernel = c.t().reshape(&kernel, &shape)?;
    let dilation = c.args.sizes("dilation_rate", spatial)?;
    let conv = Convolution { strides, dilation, padding, groups: 1, channels_last };
    let y = c.t().convolution(&x, &kernel, &conv)?;
    if batched { Ok(y) } else { c.t().squeeze(&y, &[0]) }
}
