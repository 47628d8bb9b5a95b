//! Comparisons and choices.

use super::{Answer, CompareLaws, Law, SelectLaws, on_scalars};
use crate::ops::{Compare, Comparison, Select, Unary, UnaryKind};
use crate::passes::graph::Graph;
use crate::{Array, DType, Equation, Op, Value};

pub(super) const COMPARE: CompareLaws = &[
    Law { name: "compare_same", law: "x = x → true, x < x → false, … for integers", apply: compare_same },
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
    let holds = matches!(kind, Eq | Le | Ge | EqTo | LeTo);
    let shape = g.ty(x).shape.clone();
    let scalar = g.constant(Array::scalar(DType::Bool, f64::from(u8::from(holds))))?;
    g.repeat(scalar, &shape).map(Some)
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
