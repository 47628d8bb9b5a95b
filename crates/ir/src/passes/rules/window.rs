//! Slicing, padding, joining, reversing.

use super::shape::repeated;
use super::{Answer, Law, Laws};
use crate::ops::{Concatenate, Pad, Padding, Rev, Slice};
use crate::passes::graph::Graph;
use crate::{Equation, Op, Value};

pub(super) const REV: Laws<Rev> = &[
    Law {
        name: "rev_nothing",
        law: "reversing only dimensions of size 0 or 1 → x",
        apply: |g, op, x| Ok(op.dims.iter().all(|&d| g.ty(x).shape[d] <= 1).then_some(x)),
    },
    Law { name: "rev_rev", law: "rev(rev(x)) → x for the same dimensions", apply: rev_rev },
    Law { name: "rev_scalar", law: "rev(repeat(s)) → repeat(s)", apply: |g, _, x| Ok(g.scalar_of(x).map(|_| x)) },
];

pub(super) const SLICE: Laws<Slice> = &[
    Law { name: "slice_all", law: "a slice of everything → x", apply: slice_all },
    Law { name: "slice_slice", law: "slice(slice(x)) → slice(x)", apply: slice_slice },
    Law { name: "slice_scalar", law: "slice(repeat(s)) → repeat(s)", apply: |g, op, x| repeated(g, x, &sliced(op)) },
];

pub(super) const CONCATENATE: Laws<Concatenate> =
    &[Law { name: "concatenate_one", law: "concatenate(x) → x", apply: |_, _, x| Ok(Some(x)) }];

pub(super) const PAD: Laws<Pad> = &[Law {
    name: "pad_nothing",
    law: "a padding of nothing → x",
    apply: |_, op, x| Ok(op.padding.iter().all(|p| *p == Padding::default()).then_some(x)),
}];

fn rev_rev(g: &mut Graph<'_>, op: &Rev, x: Value) -> Answer {
    let Some(Equation { op: Op::Rev(inner), inputs, .. }) = g.def(x) else { return Ok(None) };
    let same = op.dims.len() == inner.dims.len() && op.dims.iter().all(|d| inner.dims.contains(d));
    Ok(inputs.first().copied().filter(|_| same))
}

fn slice_all(g: &mut Graph<'_>, op: &Slice, x: Value) -> Answer {
    Ok((sliced(op) == g.ty(x).shape).then_some(x))
}

/// The shape of a slice.
fn sliced(op: &Slice) -> Vec<usize> {
    let bounds = op.start.iter().zip(&op.limit).zip(&op.strides);
    bounds.map(|((&start, &limit), &stride)| limit.saturating_sub(start).div_ceil(stride.max(1))).collect()
}

fn slice_slice(g: &mut Graph<'_>, op: &Slice, x: Value) -> Answer {
    let Some(Equation { op: Op::Slice(inner), inputs, .. }) = g.def(x) else { return Ok(None) };
    let Some(&x) = inputs.first() else { return Ok(None) };
    let sizes = sliced(op);
    let start: Vec<usize> = (0..sizes.len()).map(|d| inner.start[d] + op.start[d] * inner.strides[d]).collect();
    let strides: Vec<usize> = op.strides.iter().zip(&inner.strides).map(|(a, b)| a * b).collect();
    // One past the last element taken, which lies inside the operand.
    let end = |d: usize| if sizes[d] == 0 { start[d] } else { start[d] + (sizes[d] - 1) * strides[d] + 1 };
    let limit = (0..sizes.len()).map(end).collect();
    // An empty inner slice may start at the operand's end, and an empty one of it nowhere better.
    g.emit1(Slice { start, limit, strides }, &[x]).map(Some)
}
