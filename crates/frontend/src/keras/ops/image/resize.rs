//! Images in another size.

use crate::jax::arguments::{FALSE, NONE, integers, tensor_functions};
use crate::keras::layers::{aspect, interpolation};
use crate::library::{Default, FunctionDecl};

/// See the module.
pub(super) static FUNCTIONS: &[&FunctionDecl] = tensor_functions! {
    "resize": [
        (images) (size) (interpolation = Default::Str("bilinear")) (antialias = FALSE) (crop_to_aspect_ratio = FALSE)
        (pad_to_aspect_ratio = FALSE) (fill_mode = Default::Str("constant")) (fill_value = Default::Float(0.0))
        (data_format = NONE)
    ] "Images in another size." => |c| {
        let images = c.tensor("images")?;
        let size = integers(&c.value("size")?).and_then(|size| match *size {
            [height, width] => Some((usize::try_from(height).ok()?, usize::try_from(width).ok()?)),
            _ => None,
        });
        let size = size.ok_or_else(|| c.invalid("size", "a pair (height, width)"))?;
        let last = match c.some("data_format")? {
            None => true,
            Some(_) => c.args.one_of("data_format", &["channels_last", "channels_first"])? == "channels_last",
        };
        let (method, antialias, aspect) = (interpolation(c.args)?, c.flag("antialias")?, aspect(c.args)?);
        c.t().resize_images(&images, size, last, method, antialias, aspect)
    };
};
