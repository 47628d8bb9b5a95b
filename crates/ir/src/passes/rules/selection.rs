//! Comparisons and choices.

use super::{Answer, CompareLaws, Law, SelectLaws, on_scalars};
use crate::ops::{Compare, Comparison, Select, Unary, UnaryKind};
use crate::passes::graph::Graph;
use crate::{Array, DType, Equation, Op, Value};

pub(super) const COMPARE: CompareLaws = &[
    Law { name: "compare_same", law: "x = x → true, x < x → false, … for integers", apply: compare_same },
    Law {
        name: "compare_unsigned", law: "x ≥ 0 → true, x < 0 → false for what has no sign", apply: compare_unsigned
    },
    Law {
        name: "compare_iota",
        law: "iota < c → true or false, where all numbers of the iota are on one side of c",
        apply: compare_iota,
    },
    Law {
        name: "compare_on_scalars",
        law: "repeat(s) < repeat(t) → repeat(s < t)",
        apply: |g, kind, x, y| on_scalars(g, Compare(kind), &[x, y]),
    },
];

pub(super) const SELECT: SelectLaws = &[
    Law { name: "select_same", law: "p ? x : x → x", apply: |_, _, x, y| Ok((x == y).then_some(x)) },
    Law {
        name: "select_constant",
        law: "true ? x : y → x, false ? x : y → y",
        apply: |g, p, x, y| Ok(g.number(p).map(|p| if p != 0.0 { x } else { y })),
    },
    Law { name: "select_truth", law: "p ? true : false → p, p ? false : true → ¬p", apply: select_truth },
    Law { name: "select_not", law: "¬p ? x : y → p ? y : x", apply: select_not },
    Law { name: "select_nested", law: "p ? (p ? x : _) : (p ? _ : y) → p ? x : y", apply: select_nested },
    Law {
        name: "select_on_scalars",
        law: "repeat(p) ? repeat(s) : repeat(t) → repeat(p ? s : t)",
        apply: |g, p, x, y| on_scalars(g, Select, &[p, x, y]),
    },
    Law { name: "select_scalar_predicate", law: "repeat(p) ? x : y → p ? x : y", apply: select_scalar_predicate },
];

fn compare_same(g: &mut Graph<'_>, kind: Comparison, x: Value, y: Value) -> Answer {
    if x != y || g.ty(x).dtype.is_inexact() {
        return Ok(None);
    }
    use Comparison::{Eq, EqTo, Ge, Le, LeTo};
    truth(g, x, matches!(kind, Eq | Le | Ge | EqTo | LeTo))
}

/// A truth value for every element of `x`.
fn truth(g: &mut Graph<'_>, x: Value, holds: bool) -> Answer {
    let shape = g.ty(x).shape.clone();
    let scalar = g.constant(Array::scalar(DType::Bool, f64::from(u8::from(holds))))?;
    g.repeat(scalar, &shape).map(Some)
}

fn compare_unsigned(g: &mut Graph<'_>, kind: Comparison, x: Value, y: Value) -> Answer {
    let dtype = g.ty(x).dtype;
    if !dtype.is_int() || dtype.is_signed_int() || g.number(y) != Some(0.0) {
        return Ok(None);
    }
    match kind {
        Comparison::Ge => truth(g, x, true),
        Comparison::Lt => truth(g, x, false),
        _ => Ok(None),
    }
}

fn compare_iota(g: &mut Graph<'_>, kind: Comparison, x: Value, y: Value) -> Answer {
    let Some(Equation { op: Op::Iota(iota), .. }) = g.def(x) else { return Ok(None) };
    let last = iota.shape[iota.dim] as f64 - 1.0;
    // Larger numbers may not be numbers of the type.
    let (Some(c), true) = (g.number(y), (0.0..128.0).contains(&last) || iota.dtype.bits() >= 32 && last < 16_777_216.0)
    else {
        return Ok(None);
    };
    let (below, above) = (last < c, 0.0 > c);
    let holds = match kind {
        Comparison::Lt if below || c <= 0.0 => below,
        Comparison::Le if last <= c || above => last <= c,
        Comparison::Gt if above || last <= c => above,
        Comparison::Ge if c <= 0.0 || below => c <= 0.0,
        Comparison::Eq if below || above => false,
        Comparison::Ne if below || above => true,
        _ => return Ok(None),
    };
    truth(g, x, holds)
}

fn select_truth(g: &mut Graph<'_>, p: Value, x: Value, y: Value) -> Answer {
    if g.ty(x).dtype != DType::Bool || g.ty(p).shape != g.ty(x).shape {
        return Ok(None);
    }
    match (g.number(x), g.number(y)) {
        (Some(1.0), Some(0.0)) => Ok(Some(p)),
        (Some(0.0), Some(1.0)) => g.emit1(Unary(UnaryKind::Not), &[p]).map(Some),
        _ => Ok(None),
    }
}

fn select_not(g: &mut Graph<'_>, p: Value, x: Value, y: Value) -> Answer {
    let Some(Equation { op: Op::Unary(Unary(UnaryKind::Not)), inputs, .. }) = g.def(p) else { return Ok(None) };
    let Some(&p) = inputs.first() else { return Ok(None) };
    g.emit1(Select, &[p, y, x]).map(Some)
}

fn select_nested(g: &mut Graph<'_>, p: Value, x: Value, y: Value) -> Answer {
    let case = |value: Value, which: usize| match g.def(value) {
        Some(Equation { op: Op::Select(_), inputs, .. }) if inputs.first() == Some(&p) => inputs.get(which).copied(),
        _ => None,
    };
    match (case(x, 1), case(y, 2)) {
        (None, None) => Ok(None),
        (inner_x, inner_y) => g.emit1(Select, &[p, inner_x.unwrap_or(x), inner_y.unwrap_or(y)]).map(Some),
    }
}

fn select_scalar_predicate(g: &mut Graph<'_>, p: Value, x: Value, y: Value) -> Answer {
    match g.scalar_of(p) {
        Some(scalar) if scalar != p => g.emit1(Select, &[scalar, x, y]).map(Some),
        _ => Ok(None),
    }
}
