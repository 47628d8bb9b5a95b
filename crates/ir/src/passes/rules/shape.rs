//! Reshaping, transposing, broadcasting.
//!
//! The normal forms: repeating a scalar is a broadcast with no dimensions, also to shapes of size 1;
//! other changes of shape that keep the size are reshapes; broadcasts have operands without size-1
//! dimensions.

use super::{Answer, ConstantLaws, Law, Laws};
use crate::ops::{BroadcastInDim, Constant, DotGeneral, Reshape, Transpose};
use crate::passes::constants;
use crate::passes::graph::Graph;
use crate::{Equation, Op, Value, elements};

pub(super) const CONSTANT: ConstantLaws =
    &[Law { name: "splat_constant", law: "a constant of equal elements → repeat(s)", apply: splat_constant }];

pub(super) const RESHAPE: Laws<Reshape> = &[
    Law {
        name: "reshape_same",
        law: "reshape to the shape that it has → x",
        apply: |g, op, x| Ok((g.ty(x).shape == op.shape).then_some(x)),
    },
    Law { name: "reshape_reshape", law: "reshape(reshape(x)) → reshape(x)", apply: reshape_reshape },
    Law {
        name: "reshape_scalar", law: "reshape(repeat(s)) → repeat(s)", apply: |g, op, x| repeated(g, x, &op.shape)
    },
];

pub(super) const TRANSPOSE: Laws<Transpose> = &[
    Law {
        name: "transpose_same",
        law: "transpose in the order that it has → x",
        apply: |_, op, x| Ok(op.permutation.iter().copied().eq(0..op.permutation.len()).then_some(x)),
    },
    Law { name: "transpose_scalar", law: "transpose(repeat(s)) → repeat(s)", apply: transpose_scalar },
    Law {
        name: "transpose_broadcast",
        law: "transpose(broadcast(x)) → broadcast(x) where x's dimensions keep their order",
        apply: transpose_broadcast,
    },
    Law { name: "transpose_transpose", law: "transpose(transpose(x)) → transpose(x)", apply: transpose_transpose },
    Law {
        name: "transpose_units",
        law: "a transpose that moves only size-1 dimensions → reshape",
        apply: transpose_units,
    },
    Law {
        name: "transpose_dot",
        law: "transpose(x·y) → y·x if it swaps the operands' dimensions",
        apply: transpose_dot,
    },
];

pub(super) const BROADCAST: Laws<BroadcastInDim> = &[
    Law {
        name: "broadcast_same",
        law: "broadcast to the shape that it has → x",
        apply: |g, op, x| Ok((g.ty(x).shape == op.shape).then_some(x)),
    },
    Law { name: "broadcast_units", law: "a broadcast that keeps the size → reshape", apply: broadcast_units },
    Law {
        name: "broadcast_squeezed",
        law: "broadcast(x) → broadcast(x without its size-1 dimensions)",
        apply: broadcast_squeezed,
    },
    Law { name: "broadcast_broadcast", law: "broadcast(broadcast(x)) → broadcast(x)", apply: broadcast_broadcast },
];

fn splat_constant(g: &mut Graph<'_>, op: &Constant) -> Answer {
    if op.0.ty().rank() == 0 {
        return Ok(None);
    }
    let Some(scalar) = constants::splat(&op.0) else { return Ok(None) };
    let scalar = g.constant(scalar)?;
    g.repeat(scalar, &op.0.ty().shape).map(Some)
}

/// `shape` full of the scalar that `x` repeats.
pub(super) fn repeated(g: &mut Graph<'_>, x: Value, shape: &[usize]) -> Answer {
    match g.scalar_of(x) {
        Some(scalar) => g.repeat(scalar, shape).map(Some),
        None => Ok(None),
    }
}

fn reshape_reshape(g: &mut Graph<'_>, op: &Reshape, x: Value) -> Answer {
    let Some(Equation { op: Op::Reshape(_), inputs, .. }) = g.def(x) else { return Ok(None) };
    let Some(&x) = inputs.first() else { return Ok(None) };
    g.reshape(x, &op.shape).map(Some)
}

fn transpose_scalar(g: &mut Graph<'_>, op: &Transpose, x: Value) -> Answer {
    let shape: Vec<usize> = op.permutation.iter().map(|&d| g.ty(x).shape[d]).collect();
    repeated(g, x, &shape)
}

fn transpose_broadcast(g: &mut Graph<'_>, op: &Transpose, x: Value) -> Answer {
    let Some(Equation { op: Op::BroadcastInDim(inner), inputs, .. }) = g.def(x) else { return Ok(None) };
    let Some(&source) = inputs.first() else { return Ok(None) };
    let place = |d: &usize| op.permutation.iter().position(|p| p == d);
    let Some(dims) = inner.dims.iter().map(place).collect::<Option<Vec<usize>>>() else { return Ok(None) };
    if !dims.is_sorted() {
        return Ok(None);
    }
    let shape = op.permutation.iter().map(|&d| inner.shape[d]).collect();
    g.emit1(BroadcastInDim { shape, dims }, &[source]).map(Some)
}

fn transpose_transpose(g: &mut Graph<'_>, op: &Transpose, x: Value) -> Answer {
    let Some(Equation { op: Op::Transpose(inner), inputs, .. }) = g.def(x) else { return Ok(None) };
    let permutation = op.permutation.iter().map(|&d| inner.permutation[d]).collect();
    let Some(&x) = inputs.first() else { return Ok(None) };
    g.transpose(x, permutation).map(Some)
}

fn transpose_units(g: &mut Graph<'_>, op: &Transpose, x: Value) -> Answer {
    let shape = &g.ty(x).shape;
    let moved: Vec<usize> = op.permutation.iter().copied().filter(|&d| shape[d] != 1).collect();
    if !moved.is_sorted() {
        return Ok(None);
    }
    let shape: Vec<usize> = op.permutation.iter().map(|&d| shape[d]).collect();
    g.reshape(x, &shape).map(Some)
}

fn transpose_dot(g: &mut Graph<'_>, op: &Transpose, x: Value) -> Answer {
    let Some(Equation { op: Op::DotGeneral(dot), inputs, .. }) = g.def(x) else { return Ok(None) };
    let &[lhs, rhs] = &inputs[..] else { return Ok(None) };
    let batch = dot.dims.lhs_batch.len();
    let rank = op.permutation.len();
    let lhs_free = g.ty(lhs).rank() - batch - dot.dims.lhs_contracting.len();
    let swapped = (0..batch).chain(batch + lhs_free..rank).chain(batch..batch + lhs_free);
    if !op.permutation.iter().copied().eq(swapped) {
        return Ok(None);
    }
    let dims = dot.dims.clone();
    let dims = crate::ops::DotDims {
        lhs_contracting: dims.rhs_contracting,
        rhs_contracting: dims.lhs_contracting,
        lhs_batch: dims.rhs_batch,
        rhs_batch: dims.lhs_batch,
    };
    let dot = DotGeneral { dims, ..dot.clone() };
    g.emit1(dot, &[rhs, lhs]).map(Some)
}

fn broadcast_units(g: &mut Graph<'_>, op: &BroadcastInDim, x: Value) -> Answer {
    let ty = g.ty(x);
    let fits = ty.rank() > 0 && ty.size() == elements(&op.shape) && ty.size() > 0;
    if fits { g.reshape(x, &op.shape).map(Some) } else { Ok(None) }
}

fn broadcast_squeezed(g: &mut Graph<'_>, op: &BroadcastInDim, x: Value) -> Answer {
    let shape = &g.ty(x).shape;
    if shape.iter().all(|&n| n != 1) {
        return Ok(None);
    }
    let (shape, dims): (Vec<usize>, Vec<usize>) = shape.iter().zip(&op.dims).filter(|(n, _)| **n != 1).unzip();
    let x = g.reshape(x, &shape)?;
    g.emit1(BroadcastInDim { shape: op.shape.clone(), dims }, &[x]).map(Some)
}

fn broadcast_broadcast(g: &mut Graph<'_>, op: &BroadcastInDim, x: Value) -> Answer {
    let Some(Equation { op: Op::BroadcastInDim(inner), inputs, .. }) = g.def(x) else { return Ok(None) };
    let Some(&x) = inputs.first() else { return Ok(None) };
    let dims = inner.dims.iter().map(|&d| op.dims[d]).collect();
    g.emit1(BroadcastInDim { shape: op.shape.clone(), dims }, &[x]).map(Some)
}
