//! Colours.

use keramos_ir::as_tuple;

use super::{channels_last, image};
use crate::error::Result;
use crate::interp::exceptions::raise;
use crate::jax::arguments::{Call, NONE, tensor_functions};
use crate::library::FunctionDecl;
use crate::ops::float_info;
use crate::trace::{Tensor, Term};

/// See the module.
pub(super) static FUNCTIONS: &[&FunctionDecl] = tensor_functions! {
    "rgb_to_grayscale": [(images) (data_format = NONE)] "The brightness of colours." => |c| {
        let (x, axis) = features(c)?;
        match x.shape()[axis] {
            1 => return Ok(x),
            3 => {}
            n => {
                let message = "Invalid channel size: expected 3 (RGB) or 1 (Grayscale)";
                return Err(raise("ValueError", format!("{message}, found {n} in shape {}", as_tuple(x.shape()))));
            }
        }
        let t = c.t();
        let pixels = t.to_float(&x)?;
        let weights = t.tabulated(&[3], [0.2989, 0.5870, 0.1140], pixels.dtype())?;
        let moved = t.move_axis(&pixels, axis, pixels.rank() - 1)?;
        let gray = t.tensordot(&moved, &weights)?;
        let gray = t.expand_dims(&gray, &[axis])?;
        t.convert(&gray, x.dtype())
    };
    "rgb_to_hsv": [(images) (data_format = NONE)] "Hue, saturation and value of colours." => |c| planes(c, |[r, g, b]| {
        let value = r.max(g).max(b);
        let range = value - r.min(g).min(b);
        let colourful = range.gt(0.0);
        let norm = 1.0 / (colourful.select(range, 1.0) * 6.0);
        let bright = value.gt(0.0);
        let saturation = bright.select(range / bright.select(value, 1.0), 0.0);
        let hue = value.eq(g).select(norm * (b - r) + 2.0 / 6.0, norm * (r - g) + 4.0 / 6.0);
        let hue = value.eq(r).select(norm * (g - b), hue);
        let below = hue.lt(0.0).convert(hue.dtype());
        [colourful.select(hue, 0.0) + below, saturation, value]
    }, true);
    "hsv_to_rgb": [(images) (data_format = NONE)] "Colours of hue, saturation and value." => |c| planes(c, |[hue, saturation, value]| {
        let angle = hue.with(1.0, |t, x, y| t.remainder(x, y)) * 6.0;
        fn part(x: Term<'_>) -> Term<'_> {
            x.max(0.0).min(1.0)
        }
        let red = value * (1.0 - saturation + saturation * part((angle - 3.0).abs() - 1.0));
        let green = value * (1.0 - saturation + saturation * part(2.0 - (angle - 2.0).abs()));
        let blue = value * (1.0 - saturation + saturation * part(2.0 - (angle - 4.0).abs()));
        [red, green, blue]
    }, false);
};

/// The images and the axis of their features.
fn features(c: &mut Call<'_>) -> Result<(Tensor, usize)> {
    let x = image(c, "images")?;
    let axis = if channels_last(c)? { x.rank() - 1 } else { x.rank() - 3 };
    Ok((x, axis))
}

/// A function of the three planes of images; with `flush`, what is nearly zero counts as zero.
fn planes(c: &mut Call<'_>, code: impl for<'f> FnOnce([Term<'f>; 3]) -> [Term<'f>; 3], flush: bool) -> Result<Tensor> {
    let (x, axis) = features(c)?;
    if !x.dtype().is_float() {
        let message =
            format!("Invalid images dtype: expected float dtype. Received: images.dtype={}", x.dtype().numpy_name());
        return Err(raise("ValueError", message));
    }
    if x.shape()[axis] != 3 {
        return Err(raise(
            "ValueError",
            format!("Invalid channel size: expected 3, found shape {}", as_tuple(x.shape())),
        ));
    }
    let t = c.t();
    let x = match flush {
        true => {
            let epsilon = float_info(x.dtype()).epsilon;
            t.compute([&x], |[x]| x.abs().lt(epsilon).select(0.0, x))?
        }
        false => x,
    };
    let mut plane = |at: usize| {
        let plane = t.slice_axis(&x, axis, at, at + 1)?;
        t.squeeze(&plane, &[axis])
    };
    let (first, second, third) = (plane(0)?, plane(1)?, plane(2)?);
    let results = t.compute_all([&first, &second, &third], code)?;
    t.stack(&results, axis)
}
