//! `jax.ops`: rows combined by segments.

use keramos_ir::ops::{OutOfBounds, ScatterKind};

use crate::error::{Error, Result};
use crate::jax::arguments::{Call, FALSE, NONE, tensor_functions};
use crate::library::FunctionDecl;
use crate::modules::{Contents, modules};
use crate::ops::segments;
use crate::trace::Tensor;

modules! {
    /// `jax.ops`.
    OPS = Contents {
        tensor_functions: &[FUNCTIONS],
        ..Contents::new("jax.ops")
    };
}

static FUNCTIONS: &[&FunctionDecl] = tensor_functions! {
    "segment_sum": [(data) (segment_ids) (num_segments = NONE) (indices_are_sorted = FALSE) (unique_indices = FALSE) (bucket_size = NONE) (mode = NONE)]
        "The sums of rows by segment." => |c| of_rows(c, ScatterKind::Add);
    "segment_prod": [(data) (segment_ids) (num_segments = NONE) (indices_are_sorted = FALSE) (unique_indices = FALSE) (bucket_size = NONE) (mode = NONE)]
        "The products of rows by segment." => |c| of_rows(c, ScatterKind::Mul);
    "segment_max": [(data) (segment_ids) (num_segments = NONE) (indices_are_sorted = FALSE) (unique_indices = FALSE) (bucket_size = NONE) (mode = NONE)]
        "The largest of rows by segment." => |c| of_rows(c, ScatterKind::Max);
    "segment_min": [(data) (segment_ids) (num_segments = NONE) (indices_are_sorted = FALSE) (unique_indices = FALSE) (bucket_size = NONE) (mode = NONE)]
        "The smallest of rows by segment." => |c| of_rows(c, ScatterKind::Min);
};

fn of_rows(c: &mut Call<'_>, kind: ScatterKind) -> Result<Tensor> {
    let mode = match c.some("mode")? {
        None => OutOfBounds::Fill,
        Some(_) => match c.args.one_of("mode", &["drop", "fill", "clip", "promise_in_bounds"])? {
            "clip" => OutOfBounds::Clip,
            _ => OutOfBounds::Fill,
        },
    };
    if c.some("bucket_size")?.is_some() {
        return Err(Error::argument("segments are not split into buckets")
            .help("leave out `bucket_size`: the result is the same up to rounding"));
    }
    segments(c, kind, mode)
}
