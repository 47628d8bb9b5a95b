//! `keras.ops.image`.

mod color;
mod filters;
mod frame;
mod geometry;
mod resize;

use keramos_ir::as_tuple;

use crate::error::Result;
use crate::interp::exceptions::raise;
use crate::jax::arguments::Call;
use crate::library::{FunctionDecl, Refused};
use crate::modules::{Contents, modules};
use crate::trace::Tensor;

modules! {
    /// `keras.ops.image`.
    IMAGE = Contents { tensor_functions: TABLES, refused: REFUSED, ..Contents::new("keras.ops.image") };
}

const REFUSED: &[Refused] = &[
    Refused { name: "elastic_transform", why: "move the images with keras.ops.image.map_coordinates instead" },
    Refused { name: "scale_and_translate", why: "call jax.image.scale_and_translate, which computes the same" },
];

const TABLES: &[&[&FunctionDecl]] =
    &[color::FUNCTIONS, filters::FUNCTIONS, frame::FUNCTIONS, geometry::FUNCTIONS, resize::FUNCTIONS];

/// Images as a function got them, in the layout in which it computes: `[batch, height, width, features]`.
struct Images {
    /// `[batch, height, width, features]`.
    pixels: Tensor,
    /// Whether there was a batch.
    batched: bool,
    channels_last: bool,
}

/// Whether features are the last dimension.
fn channels_last(c: &Call<'_>) -> Result<bool> {
    match c.some("data_format")? {
        None => Ok(true),
        Some(_) => Ok(c.args.one_of("data_format", &["channels_last", "channels_first"])? == "channels_last"),
    }
}

/// An image or a batch of images.
fn image(c: &mut Call<'_>, name: &str) -> Result<Tensor> {
    let x = c.tensor(name)?;
    if matches!(x.rank(), 3 | 4) {
        return Ok(x);
    }
    let message = "Invalid images rank: expected rank 3 (single image) or rank 4 (batch of images)";
    Err(raise("ValueError", format!("{message}. Received: images.shape={}", as_tuple(x.shape()))))
}

impl Images {
    fn of(c: &mut Call<'_>, name: &str) -> Result<Self> {
        let (x, channels_last) = (image(c, name)?, channels_last(c)?);
        Images::from(c, x, channels_last)
    }

    fn from(c: &mut Call<'_>, x: Tensor, channels_last: bool) -> Result<Self> {
        let batched = x.rank() == 4;
        let x = if batched { x } else { c.t().expand_dims(&x, &[0])? };
        let pixels = if channels_last { x } else { c.t().transpose(&x, &[0, 2, 3, 1])? };
        Ok(Images { pixels, batched, channels_last })
    }

    /// `[batch, height, width, features]` in the layout that the function got.
    fn restored(&self, c: &mut Call<'_>, pixels: &Tensor) -> Result<Tensor> {
        let x = if self.channels_last { pixels.clone() } else { c.t().transpose(pixels, &[0, 3, 1, 2])? };
        if self.batched { Ok(x) } else { c.t().squeeze(&x, &[0]) }
    }
}
