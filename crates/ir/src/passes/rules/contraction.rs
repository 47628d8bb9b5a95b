//! Reductions and products.

use super::shape::repeated;
use super::{Answer, DotLaws, Law, Laws};
use crate::ops::{DotDims, DotGeneral, Monoid, Reduce};
use crate::passes::graph::Graph;
use crate::{Equation, Op, Value};

pub(super) const REDUCE: Laws<Reduce> = &[
    Law {
        name: "reduce_nothing",
        law: "a reduction over no axes → x",
        apply: |_, op, x| Ok(op.axes.is_empty().then_some(x)),
    },
    Law { name: "reduce_units", law: "a reduction over size-1 axes → reshape", apply: reduce_units },
    Law { name: "reduce_scalar", law: "max(repeat(s)) → repeat(s), also for min, and, or", apply: reduce_scalar },
];

pub(super) const DOT: DotLaws = &[
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

fn reduce_scalar(g: &mut Graph<'_>, op: &Reduce, x: Value) -> Answer {
    let idempotent = matches!(op.monoid, Monoid::Max | Monoid::Min | Monoid::And | Monoid::Or);
    if !idempotent || g.ty(x).size() == 0 {
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
