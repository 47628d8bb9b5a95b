//! Reductions and products.

use super::shape::repeated;
use super::{Answer, DotLaws, Law, Laws};
use crate::ops::{BinaryKind, BroadcastInDim, DotDims, DotGeneral, Monoid, Reduce};
use crate::passes::graph::Graph;
use crate::{Equation, Op, Value};

pub(super) const REDUCE: Laws<Reduce> = &[
    Law {
        name: "reduce_nothing",
        law: "a reduction over no axes → x",
        apply: |_, op, x| Ok(op.axes.is_empty().then_some(x)),
    },
    Law {
        name: "reduce_units",
        law: "a reduction over size-1 axes → reshape; the sum of one -0 is -0",
        apply: reduce_units,
    },
    Law {
        name: "reduce_reduce",
        law: "max(max(x)) → max(x) over all axes, also for min, and, or, and sums and products of integers",
        apply: reduce_reduce,
    },
    Law {
        name: "reduce_broadcast",
        law: "max over axes along which x is repeated → max over the others, also for min, and, or",
        apply: reduce_broadcast,
    },
    Law { name: "sum_scalar", law: "sum(repeat(s)) → s·n for integers", apply: sum_scalar },
    Law { name: "reduce_scalar", law: "max(repeat(s)) → repeat(s), also for min, and, or", apply: reduce_scalar },
];

pub(super) const DOT: DotLaws = &[
    Law { name: "dot_nothing", law: "a product over a dimension of size 0 → 0", apply: dot_nothing },
    Law {
        name: "dot_transposed_lhs", law: "transpose(x)·y → x·y with other dimensions", apply: dot_transposed_lhs
    },
    Law {
        name: "dot_transposed_rhs", law: "x·transpose(y) → x·y with other dimensions", apply: dot_transposed_rhs
    },
];

/// The operand's shape without the reduced axes.
fn reduced(g: &Graph<'_>, op: &Reduce, x: Value) -> Vec<usize> {
    let shape = g.ty(x).shape.iter().enumerate();
    shape.filter(|(d, _)| !op.axes.contains(d)).map(|(_, &n)| n).collect()
}

fn reduce_units(g: &mut Graph<'_>, op: &Reduce, x: Value) -> Answer {
    if op.axes.iter().any(|&axis| g.ty(x).shape[axis] != 1) {
        return Ok(None);
    }
    let shape = reduced(g, op, x);
    g.reshape(x, &shape).map(Some)
}

fn is_idempotent(op: &Reduce) -> bool {
    matches!(op.monoid, Monoid::Max | Monoid::Min | Monoid::And | Monoid::Or)
}

fn reduce_reduce(g: &mut Graph<'_>, op: &Reduce, x: Value) -> Answer {
    let fits = is_idempotent(op) || (matches!(op.monoid, Monoid::Sum | Monoid::Prod) && g.ty(x).dtype.is_int());
    let Some(Equation { op: Op::Reduce(inner), inputs, .. }) = g.def(x) else { return Ok(None) };
    let (Some(&source), true) = (inputs.first(), fits && inner.monoid == op.monoid) else { return Ok(None) };
    let kept: Vec<usize> = (0..g.ty(source).rank()).filter(|d| !inner.axes.contains(d)).collect();
    let outer = op.axes.iter().filter_map(|&axis| kept.get(axis).copied());
    let mut axes: Vec<usize> = inner.axes.iter().copied().chain(outer).collect();
    axes.sort_unstable();
    g.emit1(Reduce { axes, ..op.clone() }, &[source]).map(Some)
}

fn reduce_broadcast(g: &mut Graph<'_>, op: &Reduce, x: Value) -> Answer {
    let Some(Equation { op: Op::BroadcastInDim(inner), inputs, .. }) = g.def(x) else { return Ok(None) };
    let (Some(&source), inner) = (inputs.first(), inner.clone()) else { return Ok(None) };
    let grows = inner.dims.iter().zip(&g.ty(source).shape).any(|(&d, &n)| inner.shape[d] != n);
    let repeated = |axis: &&usize| !inner.dims.contains(axis) && inner.shape[**axis] > 0;
    let dropped: Vec<usize> = op.axes.iter().filter(repeated).copied().collect();
    if grows || !is_idempotent(op) || dropped.is_empty() || inner.dims.is_empty() {
        return Ok(None);
    }
    // The same without the repeated axes that go.
    let number = |d: usize| d - dropped.iter().filter(|&&other| other < d).count();
    let shape = inner.shape.iter().enumerate().filter(|(d, _)| !dropped.contains(d)).map(|(_, &n)| n).collect();
    let dims = inner.dims.iter().map(|&d| number(d)).collect();
    let axes = op.axes.iter().filter(|axis| !dropped.contains(axis)).map(|&d| number(d)).collect();
    let slim = g.emit1(BroadcastInDim { shape, dims }, &[source])?;
    g.emit1(Reduce { axes, ..op.clone() }, &[slim]).map(Some)
}

fn sum_scalar(g: &mut Graph<'_>, op: &Reduce, x: Value) -> Answer {
    let count: usize = op.axes.iter().map(|&axis| g.ty(x).shape[axis]).product();
    let fits = op.monoid == Monoid::Sum && g.ty(x).dtype.is_int() && g.ty(x).dtype.bits() >= 32 && count < 1 << 24;
    let (Some(scalar), true) = (g.scalar_of(x), fits && g.ty(x).rank() > 0) else { return Ok(None) };
    let count = g.full_like(scalar, count as f64)?;
    let sum = g.binary(BinaryKind::Mul, scalar, count)?;
    let shape = reduced(g, op, x);
    g.repeat(sum, &shape).map(Some)
}

fn dot_nothing(g: &mut Graph<'_>, op: &DotGeneral, x: Value, y: Value) -> Answer {
    if op.dims.lhs_contracting.iter().all(|&d| g.ty(x).shape[d] > 0) {
        return Ok(None);
    }
    let operands = [g.ty(x).clone(), g.ty(y).clone()];
    match &crate::Primitive::infer(op, &[&operands[0], &operands[1]])?[..] {
        [ty] => {
            let zero = g.constant(crate::Array::scalar(ty.dtype, 0.0))?;
            g.repeat(zero, &ty.shape).map(Some)
        }
        _ => Ok(None),
    }
}

fn reduce_scalar(g: &mut Graph<'_>, op: &Reduce, x: Value) -> Answer {
    if !is_idempotent(op) || g.ty(x).size() == 0 {
        return Ok(None);
    }
    let shape = reduced(g, op, x);
    repeated(g, x, &shape)
}

fn dot_transposed_lhs(g: &mut Graph<'_>, op: &DotGeneral, x: Value, y: Value) -> Answer {
    let (contracting, batch) = (&op.dims.lhs_contracting, &op.dims.lhs_batch);
    let Some((x, lhs_contracting, lhs_batch)) = untransposed(g, x, contracting, batch) else { return Ok(None) };
    let dims = DotDims { lhs_contracting, lhs_batch, ..op.dims.clone() };
    g.emit1(DotGeneral { dims, ..op.clone() }, &[x, y]).map(Some)
}

fn dot_transposed_rhs(g: &mut Graph<'_>, op: &DotGeneral, x: Value, y: Value) -> Answer {
    let (contracting, batch) = (&op.dims.rhs_contracting, &op.dims.rhs_batch);
    let Some((y, rhs_contracting, rhs_batch)) = untransposed(g, y, contracting, batch) else { return Ok(None) };
    let dims = DotDims { rhs_contracting, rhs_batch, ..op.dims.clone() };
    g.emit1(DotGeneral { dims, ..op.clone() }, &[x, y]).map(Some)
}

/// The operand before its transposition, with its contracting and batch dimensions there, if its
/// other dimensions, whose order the result shows, keep their order.
fn untransposed(
    g: &Graph<'_>,
    operand: Value,
    contracting: &[usize],
    batch: &[usize],
) -> Option<(Value, Vec<usize>, Vec<usize>)> {
    let Equation { op: Op::Transpose(transpose), inputs, .. } = g.def(operand)? else { return None };
    let before = |dims: &[usize]| dims.iter().map(|&d| transpose.permutation[d]).collect::<Vec<_>>();
    let free: Vec<usize> =
        (0..transpose.permutation.len()).filter(|d| !contracting.contains(d) && !batch.contains(d)).collect();
    before(&free).is_sorted().then_some((*inputs.first()?, before(contracting), before(batch)))
}
