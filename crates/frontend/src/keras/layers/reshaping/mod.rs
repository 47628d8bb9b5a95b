//! Layers that move elements.

mod cropping;
mod flatten;
mod permute;
mod repeat_vector;
mod reshape;
mod up_sampling;
mod zero_padding;

pub(super) use cropping::{CROPPING1D, CROPPING2D, CROPPING3D};
pub(super) use flatten::FLATTEN;
pub(super) use permute::PERMUTE;
pub(super) use repeat_vector::REPEAT_VECTOR;
pub(super) use reshape::RESHAPE;
pub(super) use up_sampling::{UP_SAMPLING1D, UP_SAMPLING2D, UP_SAMPLING3D};
pub(super) use zero_padding::{ZERO_PADDING1D, ZERO_PADDING2D, ZERO_PADDING3D};

use crate::error::Result;
use crate::library::Bound;
use crate::value::Value;

/// Amounts before and after each of `spatial` dimensions: one integer for all, one per dimension, or
/// a pair per dimension.
fn edges(args: &Bound, name: &str, spatial: usize) -> Result<Vec<(usize, usize)>> {
    let size = |v: &Value| match v {
        Value::Int(n) => usize::try_from(*n).ok(),
        _ => None,
    };
    let edge = |v: &Value| match v.elements().as_deref() {
        Some([low, high]) => Some((size(low)?, size(high)?)),
        Some(_) => None,
        None => size(v).map(|n| (n, n)),
    };
    let value = args.get(name)?;
    let found = match value.elements() {
        None => edge(value).map(|e| vec![e; spatial]),
        // One dimension takes its pair directly.
        Some(pair) if spatial == 1 && pair.len() == 2 => edge(value).map(|e| vec![e]),
        Some(list) => list.iter().map(edge).collect::<Option<Vec<_>>>().filter(|e| e.len() == spatial),
    };
    found.ok_or_else(|| args.invalid(name, &format!("an integer, or {spatial} integers or pairs of integers")))
}
