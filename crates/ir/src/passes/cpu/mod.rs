//! Laws for XLA's CPU backend: the same values by primitives that it compiles to faster code.
//!
//! They apply when a function is simplified for [`Target::Cpu`](super::Target::Cpu) and will not be differentiated any
//! more, because the derivative of what they make may be another at ties (two equal elements of a pooling window share
//! the gradient of `max`, where a pooling gives all of it to the first).
//!
//! Like the other laws, these keep NaN and infinities; sums may be taken in another order.
//!
//! # What they gain
//!
//! Processor milliseconds of one call alone, XLA of 2026-10 (PJRT API 0.115), AVX-512, two cores, medians of
//! interleaved runs; `f32`, batch first and channels last.
//!
//! | primitive | operand | before | after |
//! |---|---|---|---|
//! | maximum of 2×2 windows, step 2 | 128×26×26×32 | 1.0 | 0.6 |
//! | maximum of 3×3 windows, step 2, padded | 8×56×56×64 | 2.3 | 1.9 |
//! | maximum of 3×3 windows, step 1, padded | 8×28×28×64 | 2.1 | 0.6 |
//! | sum of 2×2 windows, step 2 | 32×28×28×64 | 0.5 | 0.4 |
//! | gradient of maxima, 2×2 windows, step 2 | 128×26×26×32 | 49.7 | 1.9 |
//! | gradient of maxima, 3×3 windows, step 2, padded | 8×56×56×64 | 43.2 | 3.8 |
//! | gradient of maxima, 3×3 windows, step 1, padded | 8×28×28×64 | 18.4 | 1.1 |
//! | gradient of sums, 7×7 windows, step 7 | 32×28×28×64 | 34.9 | 1.1 |
//! | gradient of a 1×1×128×512 kernel | 8×28×28×128 | 81 | 10 |
//! | gradient of a 1×1×256×512 kernel, step 2 | 8×28×28×256 | 39 | 4.2 |
//! | gradient of a 3×3×1×32 kernel | 128×28×28×1 | 10.7 | 5.9 |
//! | gradient of a 3×3×32×64 kernel | 128×13×13×32 | 26.9 | 10.5 |
//! | gradient of a 3×3×32×32 kernel, padded | 64×32×32×32 | 65 | 24 |
//! | gradient of a 3×3×64×64 kernel, padded | 4×56×56×64 | 36.7 | 15.5 |
//! | gradient of a 3×3×128×128 kernel, padded | 8×28×28×128 | 76 | 25 |
//! | gradient of a 7×7×3×64 kernel, step 2, padded | 4×112×112×3 | 12.3 | 5.2 |
//! | gradient of a 3×3×256×256 kernel, padded (kept) | 32×7×7×256 | 24 | 21 |
//! | convolution of each feature, 3×3 | 8×28×28×128 | 18.6 | 1.2 |
//! | convolution of each feature, 3×3 | 1×112×112×32 | 9.0 | 0.5 |
//! | its gradient with respect to the image | 8×28×28×128 | 18.6 | 0.6 |
//! | its gradient with respect to the kernel | 8×28×28×128 | 53 | 11 |
//! | its gradient with respect to the kernel | 32×14×14×384 | 450 | 45 |
//!
//! # What stays
//!
//! Forward convolutions and gradients of images run at 80 to 120 GFLOP/s on one core as they are. Forward convolutions as
//! patches and a product took 2 to 4 times as long (1×1 kernels as long), because joining the patches moves nine times
//! the image; gradients of images as a product and overlapping sums took between 0.8 and 4 times as long, without a
//! pattern to choose by. Gradients of 3×3 kernels as nine products, one for each place in the kernel, took longer than
//! split ones everywhere.

mod conv;
mod depthwise;
mod pool;

use super::graph::Graph;
use super::rules::Answer;
use crate::{Op, Result, Value};

/// Windows and kernels with more places than this stay: the code grows with their number.
const MAX_PLACES: usize = 27;

/// The value that replaces the equation's result, or `None` if no law applies.
pub(super) fn apply(g: &mut Graph<'_>, op: &Op, inputs: &[Value]) -> Answer {
    match (op, inputs) {
        (Op::ReduceWindow(op), &[x]) => first(g, |g| pool::spread(g, op, x), |g| pool::reduce(g, op, x)),
        (Op::Conv(op), &[x, kernel]) if op.feature_groups > 1 => depthwise::products(g, op, x, kernel),
        (Op::Conv(op), &[x, kernel]) if op.batch_groups > 1 => depthwise::kernel(g, op, x, kernel),
        (Op::Conv(op), &[x, kernel]) => {
            first(g, |g| conv::product(g, op, x, kernel), |g| conv::split(g, op, x, kernel))
        }
        (Op::SelectAndScatterAdd(op), &[source, x]) => pool::scatter(g, op, source, x),
        _ => Ok(None),
    }
}

/// The first answer of two laws.
fn first(
    g: &mut Graph<'_>,
    law: impl FnOnce(&mut Graph<'_>) -> Answer,
    other: impl FnOnce(&mut Graph<'_>) -> Answer,
) -> Result<Option<Value>> {
    match law(g)? {
        None => other(g),
        answer => Ok(answer),
    }
}

/// The places in a window, last dimension fastest.
fn places(window: &[usize]) -> Vec<Vec<usize>> {
    window.iter().fold(vec![Vec::new()], |places, &size| {
        places.iter().flat_map(|place| (0..size).map(|i| [place.as_slice(), &[i]].concat())).collect()
    })
}
