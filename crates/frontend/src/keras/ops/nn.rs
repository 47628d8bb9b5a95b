//! The functions of `keras.ops` that neural networks are made of.

use keramos_ir::as_tuple;

use crate::error::{Error, Result};
use crate::jax::arguments::{Call, FALSE, NONE, TRUE, int, integer, tensor_functions};
use crate::keras::activations;
use crate::library::{Default, FunctionDecl};
use crate::ops::{Adaptive, Windows};
use crate::trace::Tensor;
use crate::value::Value;

/// See the module.
pub(crate) static FUNCTIONS: &[&FunctionDecl] = tensor_functions! {
    "gelu": [(x) (approximate = TRUE)] "The Gaussian error linear unit, by its tanh approximation unless told otherwise."
        => |c| activation(c, "gelu");
    "one_hot": [(x) (num_classes) (axis = int(-1)) (dtype = NONE) (sparse = FALSE)]
        "One at the place that each integer names, zero elsewhere." => |c| {
            let x = c.tensor("x")?;
            let axis = c.axis("axis", x.rank() + 1)?;
            let dtype = c.dtype("dtype")?.unwrap_or(c.t().default_float());
            let classes = c.size("num_classes")?;
            c.t().one_hot(&x, classes, axis, dtype)
        };
    "dot_product_attention": [
        (query) (key) (value) (bias = NONE) (mask = NONE) (scale = NONE) (is_causal = FALSE) (flash_attention = NONE)
        (attn_logits_soft_cap = NONE)
    ] "Values mixed by how well their keys match the queries; [batch, length, heads, width]." => |c| {
        c.refuse("attn_logits_soft_cap")?;
        let mask = match c.optional("mask")? {
            Some(mask) => Value::Tensor(c.t().to_bool(&mask)?),
            None => Value::None,
        };
        let named = ["query", "key", "value", "bias", "scale", "is_causal"];
        let mut given = named.iter().map(|name| Ok((*name, c.value(name)?))).collect::<Result<Vec<_>>>()?;
        given.push(("mask", mask));
        c.library("jax.nn", "dot_product_attention", given)
    };
    "depth_to_space": [(x) (block_size) (data_format = Default::Str("channels_last"))] "Features spread over blocks of space." => |c| {
        let (x, block, last) = (c.tensor("x")?, c.size("block_size")?, channels_last(c)?);
        c.t().depth_to_space(&x, block, last)
    };
    "space_to_depth": [(x) (block_size) (data_format = Default::Str("channels_last"))] "Blocks of space gathered into features." => |c| {
        let (x, block, last) = (c.tensor("x")?, c.size("block_size")?, channels_last(c)?);
        c.t().space_to_depth(&x, block, last)
    };
    "unfold": [(x) (kernel_size) (dilation = int(1)) (padding = int(0)) (stride = int(1))]
        "The windows of images [batch, features, height, width] as columns." => |c| {
            let (x, windows) = (c.tensor("x")?, windows(c)?);
            c.t().unfold(&x, &windows)
        };
    "fold": [(x) (output_size) (kernel_size) (dilation = int(1)) (padding = int(0)) (stride = int(1))]
        "Images [batch, features, height, width] as the sums of their windows." => |c| {
            let (x, windows) = (c.tensor("x")?, windows(c)?);
            let image = pair(c, "output_size")?;
            c.t().fold(&x, image, &windows)
        };
    "adaptive_average_pool": [(inputs) (output_size) (data_format = NONE)] "The means of so many windows." => |c| adaptive(c, true);
    "adaptive_max_pool": [(inputs) (output_size) (data_format = NONE)] "The largest elements of so many windows." => |c| adaptive(c, false);
    "rearrange": [(tensor) (pattern) (**axes_lengths)] "Axes split, ordered and merged by a pattern." => |c| {
        let (x, pattern) = (c.tensor("tensor")?, c.args.str("pattern")?);
        let mut sizes = Vec::new();
        if let Value::Dict(given) = c.value("axes_lengths")? {
            for (name, size) in given.borrow().iter() {
                let size = integer(size).and_then(|n| usize::try_from(n).ok());
                let size = size.ok_or_else(|| c.invalid("axes_lengths", "sizes of axes"))?;
                let Value::Str(name) = name.value() else { return Err(Error::internal("a keyword is no name")) };
                sizes.push((name.to_string(), size));
            }
        }
        c.t().rearrange(&x, &pattern, &sizes)
    };
};

fn channels_last(c: &Call<'_>) -> Result<bool> {
    match c.some("data_format")? {
        None => Ok(true),
        Some(_) => Ok(c.args.one_of("data_format", &["channels_last", "channels_first"])? == "channels_last"),
    }
}

fn pair(c: &Call<'_>, name: &str) -> Result<[usize; 2]> {
    c.args.sizes(name, 2)?.try_into().map_err(|_| Error::internal("two sizes were expected"))
}

fn windows(c: &Call<'_>) -> Result<Windows> {
    Ok(Windows {
        size: pair(c, "kernel_size")?,
        dilation: pair(c, "dilation")?,
        padding: pair(c, "padding")?,
        stride: pair(c, "stride")?,
    })
}

fn adaptive(c: &mut Call<'_>, mean: bool) -> Result<Tensor> {
    let x = c.tensor("inputs")?;
    let spatial = match x.rank().checked_sub(2) {
        Some(spatial @ 1..=3) => spatial,
        _ => {
            return Err(Error::shape(format!(
                "pooling needs one to three spatial dimensions, found shape {}",
                as_tuple(x.shape())
            )));
        }
    };
    let how = Adaptive { output: c.args.sizes("output_size", spatial)?, mean, channels_last: channels_last(c)? };
    c.t().adaptive_pool(&x, &how)
}

/// Calls the activation of `keras.activations` that takes the same arguments.
fn activation(c: &mut Call<'_>, name: &str) -> Result<Value> {
    match activations::FUNCTIONS.iter().find(|function| function.name == name) {
        Some(function) => (function.call)(c.interp, c.args),
        None => Err(Error::internal(format!("there is no activation `{name}`"))),
    }
}
