//! Rows combined by the segment that each belongs to.

use keramos_ir::ops::{OutOfBounds, ScatterKind};
use keramos_ir::{DType, TensorType};

use super::Part;
use crate::error::{Error, Result};
use crate::jax::arguments::{Call, integers};
use crate::trace::Tensor;
use crate::value::Value;

/// A segment operation whose arguments are `data`, `segment_ids` and `num_segments`. Rows of segments that do not
/// exist, those with negative numbers too, are dropped unless `mode` says otherwise.
pub(crate) fn segments(c: &mut Call<'_>, kind: ScatterKind, mode: OutOfBounds) -> Result<Tensor> {
    let (x, ids) = (c.tensor("data")?, c.tensor("segment_ids")?);
    let count = match (c.optional_size("num_segments")?, c.known("segment_ids")?) {
        (Some(count), _) => count,
        (None, Some(known)) => {
            let ids = integers(&Value::Array(known)).unwrap_or_default();
            usize::try_from(ids.into_iter().max().unwrap_or(-1) + 1).unwrap_or(0)
        }
        (None, None) => {
            return Err(Error::argument("the number of segments depends on data").help("give `num_segments`"));
        }
    };
    let neutral = match kind {
        ScatterKind::Mul => 1.0,
        ScatterKind::Max => f64::NEG_INFINITY,
        ScatterKind::Min => f64::INFINITY,
        ScatterKind::Replace | ScatterKind::Add => 0.0,
    };
    let mut shape = x.shape().to_vec();
    match shape.first_mut() {
        Some(first) => *first = count,
        None => return Err(Error::shape("segments need rows")),
    }
    let start = c.t().full(&TensorType::new(x.dtype(), shape), neutral)?;
    // Negative numbers do not count from the end.
    let ids = c.t().convert(&ids, DType::I32)?;
    let (zero, outside) = (c.t().full(ids.ty(), 0.0)?, c.t().full(ids.ty(), f64::from(i32::MAX))?);
    let negative = c.t().lt(&ids, &zero)?;
    let instead = if mode == OutOfBounds::Clip { &zero } else { &outside };
    let ids = c.t().select(&negative, instead, &ids)?;
    c.t().index_update(&start, &[Part::Array(ids)], &x, kind, mode)
}
