//! Images with margins added or removed.

use super::{channels_last, image};
use crate::error::Result;
use crate::interp::exceptions::raise;
use crate::jax::arguments::{Call, NONE, tensor_functions};
use crate::library::FunctionDecl;

/// See the module.
pub(super) static FUNCTIONS: &[&FunctionDecl] = tensor_functions! {
    "pad_images": [
        (images) (top_padding = NONE) (left_padding = NONE) (bottom_padding = NONE) (right_padding = NONE) (target_height = NONE)
        (target_width = NONE) (data_format = NONE)
    ] "With zeros around, so many or up to a size." => |c| {
        let x = image(c, "images")?;
        let first = if channels_last(c)? { x.rank() - 3 } else { x.rank() - 2 };
        let mut edges = vec![(0, 0); x.rank()];
        let sides = [("top_padding", "bottom_padding", "target_height"), ("left_padding", "right_padding", "target_width")];
        for (i, (before, after, target)) in sides.into_iter().enumerate() {
            let n = x.shape()[first + i] as i64;
            let ends = margins(c, [before, after, target], |margin, target| target - margin - n)?;
            edges[first + i] = ends;
        }
        c.t().pad(&x, &edges, 0.0)
    };
    "crop_images": [
        (images) (top_cropping = NONE) (left_cropping = NONE) (bottom_cropping = NONE) (right_cropping = NONE) (target_height = NONE)
        (target_width = NONE) (data_format = NONE)
    ] "Without margins, so wide or down to a size." => |c| {
        let mut x = image(c, "images")?;
        let first = if channels_last(c)? { x.rank() - 3 } else { x.rank() - 2 };
        let sides = [("top_cropping", "bottom_cropping", "target_height"), ("left_cropping", "right_cropping", "target_width")];
        for (i, (before, after, target)) in sides.into_iter().enumerate() {
            let n = x.shape()[first + i];
            let (start, end) = margins(c, [before, after, target], |margin, target| n as i64 - target - margin)?;
            if start + end > n {
                return Err(raise("ValueError", format!("{target} must be >= 0: {before}={start} and {after}={end} of {n}")));
            }
            x = c.t().slice_axis(&x, first + i, start, n - end)?;
        }
        Ok(x)
    };
};

/// The margins before and after one dimension, of which (and of the target size) two are given.
fn margins(c: &Call<'_>, names: [&str; 3], other: impl Fn(i64, i64) -> i64) -> Result<(usize, usize)> {
    let given =
        |name: &str| -> Result<Option<i64>> { if c.some(name)?.is_none() { Ok(None) } else { c.int(name).map(Some) } };
    let [before, after, target] = names;
    let (low, high) = match (given(before)?, given(after)?, given(target)?) {
        (Some(low), Some(high), None) => (low, high),
        (Some(low), None, Some(target)) => (low, other(low, target)),
        (None, Some(high), Some(target)) => (other(high, target), high),
        _ => {
            return Err(raise("ValueError", format!("Must specify exactly two of {before}, {after}, {target}.")));
        }
    };
    let size = |name: &str, n: i64| {
        usize::try_from(n).map_err(|_| raise("ValueError", format!("{name} must be >= 0. Received: {name}={n}")))
    };
    Ok((size(before, low)?, size(after, high)?))
}
