//! Images as blocks: moved into features and back, cut into patches and put together again.

use keramos_ir::as_tuple;
use keramos_ir::ops::{Conv, ConvDims};

use crate::error::{Error, Result};
use crate::trace::{Tensor, Tracer};

/// Windows over the last two dimensions of `[batch, features, height, width]`, sizes per dimension.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Windows {
    /// Elements of a window.
    pub(crate) size: [usize; 2],
    /// Distance of a window's elements.
    pub(crate) dilation: [usize; 2],
    /// Zeros around the image.
    pub(crate) padding: [usize; 2],
    /// Distance of windows.
    pub(crate) stride: [usize; 2],
}

impl Windows {
    /// How many windows lie along each dimension of an image of that size.
    pub(crate) fn count(&self, image: [usize; 2]) -> Result<[usize; 2]> {
        let along = |d: usize| {
            let span = self.dilation[d] * self.size[d].saturating_sub(1) + 1;
            let size = image[d] + 2 * self.padding[d];
            match (size.checked_sub(span), self.stride[d]) {
                (Some(rest), stride @ 1..) => Ok(rest / stride + 1),
                _ => Err(Error::shape(format!("windows that span {span} do not fit into {size} elements"))),
            }
        };
        Ok([along(0)?, along(1)?])
    }
}

impl Tracer {
    /// Blocks of `block`×`block` features spread over space.
    pub(crate) fn depth_to_space(&mut self, x: &Tensor, block: usize, channels_last: bool) -> Result<Tensor> {
        let (&[n, a, b, d], area) = (x.shape(), block * block) else { return Err(no_images(x)) };
        let features = if channels_last { d } else { a };
        if area == 0 || !features.is_multiple_of(area) {
            return Err(Error::shape(format!("{features} features are no blocks of {block}×{block}")));
        }
        if channels_last {
            let y = self.reshape(x, &[n, a, b, block, block, d / area])?;
            let y = self.transpose(&y, &[0, 1, 3, 2, 4, 5])?;
            return self.reshape(&y, &[n, a * block, b * block, d / area]);
        }
        let y = self.reshape(x, &[n, a / area, block, block, b, d])?;
        let y = self.transpose(&y, &[0, 1, 4, 2, 5, 3])?;
        self.reshape(&y, &[n, a / area, b * block, d * block])
    }

    /// Blocks of `block`×`block` places gathered into features.
    pub(crate) fn space_to_depth(&mut self, x: &Tensor, block: usize, channels_last: bool) -> Result<Tensor> {
        let &[n, a, b, d] = x.shape() else { return Err(no_images(x)) };
        let (height, width) = if channels_last { (a, b) } else { (b, d) };
        if block == 0 || !height.is_multiple_of(block) || !width.is_multiple_of(block) {
            return Err(Error::shape(format!("an image of {height}×{width} has no blocks of {block}×{block}")));
        }
        if channels_last {
            let y = self.reshape(x, &[n, a / block, block, b / block, block, d])?;
            let y = self.transpose(&y, &[0, 1, 3, 2, 4, 5])?;
            return self.reshape(&y, &[n, a / block, b / block, d * block * block]);
        }
        let y = self.reshape(x, &[n, a, b / block, block, d / block, block])?;
        let y = self.transpose(&y, &[0, 1, 3, 5, 2, 4])?;
        self.reshape(&y, &[n, a * block * block, b / block, d / block])
    }

    /// The windows of images `[batch, features, height, width]` as columns: `[batch, features·window, windows]`.
    pub(crate) fn unfold(&mut self, x: &Tensor, windows: &Windows) -> Result<Tensor> {
        let &[n, channels, height, width] = x.shape() else { return Err(no_images(x)) };
        let [rows, columns] = windows.count([height, width])?;
        let [p, q] = windows.padding;
        let padded = self.pad(x, &[(0, 0), (0, 0), (p, p), (q, q)], 0.0)?;
        let mut parts = Vec::new();
        for i in 0..windows.size[0] {
            for j in 0..windows.size[1] {
                let start = [0, 0, i * windows.dilation[0], j * windows.dilation[1]];
                let limit = [
                    n,
                    channels,
                    start[2] + (rows - 1) * windows.stride[0] + 1,
                    start[3] + (columns - 1) * windows.stride[1] + 1,
                ];
                let strides = [1, 1, windows.stride[0], windows.stride[1]];
                parts.push(self.build1(&[&padded], |b, v| b.slice(v[0], &start, &limit, &strides))?);
            }
        }
        let all = self.stack(&parts, 2)?;
        self.reshape(&all, &[n, channels * parts.len(), rows * columns])
    }

    /// The sums of columns `[batch, features·window, windows]` at their places in images of `image` elements.
    pub(crate) fn fold(&mut self, x: &Tensor, image: [usize; 2], windows: &Windows) -> Result<Tensor> {
        let &[n, rows, count] = x.shape() else {
            return Err(Error::shape(format!(
                "fold needs (batch, features × window, windows), found shape {}",
                as_tuple(x.shape())
            )));
        };
        let area = windows.size[0] * windows.size[1];
        let places = windows.count(image)?;
        if area == 0 || !rows.is_multiple_of(area) || places[0] * places[1] != count {
            return Err(Error::shape(format!(
                "columns of shape {} are no windows of {}×{} over an image of {}×{}",
                as_tuple(x.shape()),
                windows.size[0],
                windows.size[1],
                image[0],
                image[1]
            ))
            .note(format!("such an image has {} windows", places[0] * places[1])));
        }
        let x = self.reshape(x, &[n, rows, places[0], places[1]])?;
        // A convolution that spreads every window: the kernel [out, in, height, width] has one 1 per input feature.
        let channels = rows / area;
        self.fuel.spend_table(&[channels, rows, area])?;
        let mut kernel = vec![0.0; channels * rows * area];
        for row in 0..rows {
            let (channel, place) = (row / area, row % area);
            kernel[(channel * rows + row) * area + (area - 1 - place)] = 1.0;
        }
        let kernel = self.tabulated(&[channels, rows, windows.size[0], windows.size[1]], kernel, x.dtype())?;
        let conv = Conv {
            padding: (0..2)
                .map(|d| {
                    let span = (windows.dilation[d] * (windows.size[d] - 1)) as i64;
                    let full = (places[d] - 1) * windows.stride[d] + span as usize + 1;
                    let rest = (image[d] + windows.padding[d]) as i64 - full as i64;
                    // Elements behind the last window are left out, as Keras does.
                    (span - windows.padding[d] as i64, span + rest.min(0))
                })
                .collect(),
            lhs_dilation: windows.stride.to_vec(),
            rhs_dilation: windows.dilation.to_vec(),
            ..Conv::new(ConvDims { rhs: vec![0, 1, 2, 3], ..ConvDims::channels_first(2) })
        };
        self.build1(&[&x, &kernel], |b, v| b.conv_general_dilated(v[0], v[1], conv))
    }
}

fn no_images(x: &Tensor) -> Error {
    Error::shape(format!("a batch of images has four dimensions, found shape {}", as_tuple(x.shape())))
}
