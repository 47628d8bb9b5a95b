//! `jax.image`.

use crate::error::{Error, Result};
use crate::jax::arguments::{Call, NONE, TRUE, tensor_functions};
use crate::library::FunctionDecl;
use crate::modules::{Contents, modules};
use crate::ops::{Resampling, Scaling, axes_indices};
use crate::trace::Tensor;
use crate::value::Value;

modules! {
    /// `jax.image`.
    IMAGE = Contents { tensor_functions: &[FUNCTIONS], ..Contents::new("jax.image") };
}

static FUNCTIONS: &[&FunctionDecl] = tensor_functions! {
    "resize": [(image) (shape) (method) (antialias = TRUE) (precision = NONE)] "An image, of any rank, in another size." => |c| {
        let (image, shape) = target(c)?;
        let (method, antialias) = (method(c)?, c.flag("antialias")?);
        c.t().resize(&image, &shape, method, antialias)
    };
    "scale_and_translate": [(image) (shape) (spatial_dims) (scale) (translation) (method) (antialias = TRUE) (precision = NONE)]
        "An image scaled and moved along some dimensions; what comes from outside it is 0." => |c| {
            let (image, shape) = target(c)?;
            let (method, antialias) = (method(c)?, c.flag("antialias")?);
            if method == Resampling::Nearest {
                return Err(c.invalid("method", "another one than \"nearest\""));
            }
            let dims = c.ints("spatial_dims")?;
            let dims = axes_indices(Some(&dims), image.rank())?;
            let (scale, translation) = (numbers(c, "scale")?, numbers(c, "translation")?);
            if dims.len() != scale.len() || dims.len() != translation.len() {
                let message = format!(
                    "{} dimensions are scaled by {} numbers and moved by {}",
                    dims.len(),
                    scale.len(),
                    translation.len()
                );
                return Err(Error::shape(message));
            }
            let how: Vec<(usize, Scaling)> = dims
                .into_iter()
                .zip(scale.into_iter().zip(translation))
                .map(|(d, (scale, translation))| (d, Scaling { scale, translation }))
                .collect();
            c.t().scale_and_translate(&image, &shape, &how, method, antialias)
        };
};

/// The image and the shape that it is to have.
fn target(c: &mut Call<'_>) -> Result<(Tensor, Vec<usize>)> {
    let (image, shape) = (c.tensor("image")?, c.shape("shape")?);
    if shape.len() != image.rank() {
        let message =
            format!("{}() keeps the rank of {}; `shape` has {} sizes", c.args.function(), image.ty(), shape.len());
        return Err(Error::shape(message));
    }
    Ok((image, shape))
}

fn method(c: &Call<'_>) -> Result<Resampling> {
    let name = c.args.one_of("method", Resampling::NAMES)?;
    Resampling::from_name(name).ok_or_else(|| c.invalid("method", "the name of a way to resample"))
}

/// Numbers that are known while the program is compiled: weights of pixels are tables.
fn numbers(c: &mut Call<'_>, name: &str) -> Result<Vec<f64>> {
    match c.known(name)? {
        Some(array) => (0..array.ty().size())
            .map(|i| match crate::interp::tensor::element(&array, i) {
                Some(Value::Float(x)) => Ok(x),
                Some(Value::Int(n)) => Ok(n as f64),
                _ => Err(c.invalid(name, "numbers")),
            })
            .collect(),
        None => Err(c.invalid(name, "known when the program is compiled")),
    }
}
