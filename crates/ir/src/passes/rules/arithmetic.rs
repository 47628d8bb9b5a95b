//! Element-wise arithmetic. The second operand is the constant where a commutative primitive has one.

use super::{Answer, BinaryLaws, Law, Laws, UnaryLaws, on_scalars};
use crate::ops::{Binary, BinaryKind, IntegerPow, Unary, UnaryKind};
use crate::passes::graph::Graph;
use crate::{DType, Equation, Op, Value};
use BinaryKind::{Add, And, Div, Max, Min, Mul, Or, Pow, Sub, Xor};
use UnaryKind::{Abs, Neg, Not};

pub(super) const UNARY: UnaryLaws = &[
    Law {
        name: "neg_neg",
        law: "-(-x) → x",
        apply: |g, kind, x| Ok(if kind == Neg { operand(g, Neg, x) } else { None }),
    },
    Law {
        name: "not_not",
        law: "¬¬x → x",
        apply: |g, kind, x| Ok(if kind == Not { operand(g, Not, x) } else { None }),
    },
    Law { name: "abs_neg", law: "|-x| → |x|", apply: abs_neg },
    Law { name: "neg_mul_constant", law: "-(x·c) → x·(-c), also for x/c", apply: neg_mul_constant },
    Law {
        name: "unary_on_scalars",
        law: "f(repeat(s)) → repeat(f(s))",
        apply: |g, kind, x| on_scalars(g, Unary(kind), &[x]),
    },
];

pub(super) const INTEGER_POW: Laws<IntegerPow> = &[
    Law { name: "small_integer_power", law: "x⁰ → 1, x¹ → x, x² → x·x", apply: small_integer_power },
    Law {
        name: "integer_power_on_scalars",
        law: "repeat(s)ⁿ → repeat(sⁿ)",
        apply: |g, op, x| on_scalars(g, *op, &[x]),
    },
];

pub(super) const BINARY: BinaryLaws = &[
    Law {
        name: "add_zero",
        law: "x + 0 → x",
        apply: |g, kind, x, y| Ok((kind == Add && g.number(y) == Some(0.0)).then_some(x)),
    },
    Law {
        name: "sub_zero",
        law: "x - 0 → x",
        apply: |g, kind, x, y| Ok((kind == Sub && g.number(y) == Some(0.0)).then_some(x)),
    },
    Law {
        name: "mul_one",
        law: "x·1 → x",
        apply: |g, kind, x, y| Ok((kind == Mul && g.number(y) == Some(1.0)).then_some(x)),
    },
    Law {
        name: "div_one",
        law: "x/1 → x",
        apply: |g, kind, x, y| Ok((kind == Div && g.number(y) == Some(1.0)).then_some(x)),
    },
    Law {
        name: "mul_zero",
        law: "x·0 → 0 for integers and truth values (for floats x may be NaN or infinite)",
        apply: |g, kind, _, y| Ok((kind == Mul && !is_float(g, y) && g.number(y) == Some(0.0)).then_some(y)),
    },
    Law { name: "mul_minus_one", law: "x·(-1) → -x, also for x/(-1)", apply: mul_minus_one },
    Law { name: "div_power_of_two", law: "x/2ⁿ → x·2⁻ⁿ for floats, which is exact", apply: div_power_of_two },
    Law { name: "add_neg", law: "x + (-y) → x - y", apply: add_neg },
    Law { name: "sub_neg", law: "x - (-y) → x + y", apply: sub_neg },
    Law { name: "mul_neg_neg", law: "(-x)·(-y) → x·y, also for (-x)/(-y)", apply: mul_neg_neg },
    Law { name: "mul_neg_constant", law: "(-x)·c → x·(-c), also for (-x)/c", apply: mul_neg_constant },
    Law { name: "idempotent", law: "max(x, x) → x, also for min, and, or", apply: idempotent },
    Law { name: "cancel", law: "x - x → 0 for integers, x xor x → 0", apply: cancel },
    Law {
        name: "logic_constant",
        law: "x ∧ true → x, x ∧ false → false, x ∨ false → x, x ∨ true → true",
        apply: logic_constant,
    },
    Law { name: "small_power", law: "x⁰ → 1, x¹ → x, x² → x·x for floats", apply: small_power },
    Law {
        name: "binary_on_scalars",
        law: "f(repeat(s), repeat(t)) → repeat(f(s, t))",
        apply: |g, kind, x, y| on_scalars(g, Binary(kind), &[x, y]),
    },
];

/// `x` if `value` is `kind` of `x`.
fn operand(g: &Graph<'_>, kind: UnaryKind, value: Value) -> Option<Value> {
    match g.def(value)? {
        Equation { op: Op::Unary(Unary(k)), inputs, .. } if *k == kind => inputs.first().copied(),
        _ => None,
    }
}

fn is_float(g: &Graph<'_>, value: Value) -> bool {
    g.ty(value).dtype.is_float()
}

fn abs_neg(g: &mut Graph<'_>, kind: UnaryKind, x: Value) -> Answer {
    match operand(g, Neg, x) {
        Some(x) if kind == Abs && is_float(g, x) => g.emit1(Unary(Abs), &[x]).map(Some),
        _ => Ok(None),
    }
}

fn neg_mul_constant(g: &mut Graph<'_>, kind: UnaryKind, x: Value) -> Answer {
    let Some(Equation { op: Op::Binary(Binary(product @ (Mul | Div))), inputs, .. }) = g.def(x) else {
        return Ok(None);
    };
    let (&[x, c], product) = (&inputs[..], *product) else { return Ok(None) };
    scaled_negatively(g, kind == Neg, product, x, c)
}

fn mul_neg_constant(g: &mut Graph<'_>, kind: BinaryKind, x: Value, c: Value) -> Answer {
    match operand(g, Neg, x) {
        Some(x) => scaled_negatively(g, matches!(kind, Mul | Div), kind, x, c),
        None => Ok(None),
    }
}

/// `x·(-c)` or `x/(-c)` if `c` is a float constant.
fn scaled_negatively(g: &mut Graph<'_>, fits: bool, kind: BinaryKind, x: Value, c: Value) -> Answer {
    match g.number(c) {
        Some(number) if fits && is_float(g, c) => {
            let c = g.full_like(c, -number)?;
            g.binary(kind, x, c).map(Some)
        }
        _ => Ok(None),
    }
}

fn mul_minus_one(g: &mut Graph<'_>, kind: BinaryKind, x: Value, y: Value) -> Answer {
    match kind {
        Mul | Div if g.number(y) == Some(-1.0) => g.emit1(Unary(Neg), &[x]).map(Some),
        _ => Ok(None),
    }
}

fn div_power_of_two(g: &mut Graph<'_>, kind: BinaryKind, x: Value, y: Value) -> Answer {
    // Powers whose inverse is a normal number of the type.
    let limit = match g.ty(y).dtype {
        DType::F16 => 14,
        DType::BF16 | DType::F32 => 126,
        DType::F64 => 1022,
        _ => return Ok(None),
    };
    let Some(number) = g.number(y).filter(|_| kind == Div) else { return Ok(None) };
    let exponent = number.abs().log2();
    if exponent.fract() != 0.0 || exponent.abs() > f64::from(limit) || number.abs() != exponent.exp2() {
        return Ok(None);
    }
    let inverse = g.full_like(y, number.recip())?;
    g.binary(Mul, x, inverse).map(Some)
}

fn add_neg(g: &mut Graph<'_>, kind: BinaryKind, x: Value, y: Value) -> Answer {
    if kind != Add {
        return Ok(None);
    }
    match (operand(g, Neg, x), operand(g, Neg, y)) {
        (_, Some(y)) => g.binary(Sub, x, y).map(Some),
        (Some(x), None) => g.binary(Sub, y, x).map(Some),
        (None, None) => Ok(None),
    }
}

fn sub_neg(g: &mut Graph<'_>, kind: BinaryKind, x: Value, y: Value) -> Answer {
    match operand(g, Neg, y) {
        Some(y) if kind == Sub => g.binary(Add, x, y).map(Some),
        _ => Ok(None),
    }
}

fn mul_neg_neg(g: &mut Graph<'_>, kind: BinaryKind, x: Value, y: Value) -> Answer {
    // Integers wrap at the least one, which breaks the law for quotients.
    let fits = kind == Mul || (kind == Div && is_float(g, x));
    match (operand(g, Neg, x), operand(g, Neg, y)) {
        (Some(x), Some(y)) if fits => g.binary(kind, x, y).map(Some),
        _ => Ok(None),
    }
}

fn idempotent(_: &mut Graph<'_>, kind: BinaryKind, x: Value, y: Value) -> Answer {
    Ok((x == y && matches!(kind, Max | Min | And | Or)).then_some(x))
}

fn cancel(g: &mut Graph<'_>, kind: BinaryKind, x: Value, y: Value) -> Answer {
    let fits = kind == Xor || (kind == Sub && g.ty(x).dtype.is_int());
    if x == y && fits { g.full_like(x, 0.0).map(Some) } else { Ok(None) }
}

fn logic_constant(g: &mut Graph<'_>, kind: BinaryKind, x: Value, y: Value) -> Answer {
    if g.ty(x).dtype != DType::Bool {
        return Ok(None);
    }
    Ok(match (kind, g.number(y).map(|y| y != 0.0)) {
        (And, Some(true)) | (Or, Some(false)) => Some(x),
        (And, Some(false)) | (Or, Some(true)) => Some(y),
        _ => None,
    })
}

fn small_integer_power(g: &mut Graph<'_>, op: &IntegerPow, x: Value) -> Answer {
    match op.exponent {
        0 => g.full_like(x, 1.0).map(Some),
        1 => Ok(Some(x)),
        2 => g.binary(Mul, x, x).map(Some),
        _ => Ok(None),
    }
}

fn small_power(g: &mut Graph<'_>, kind: BinaryKind, x: Value, y: Value) -> Answer {
    if kind != Pow || !is_float(g, x) {
        return Ok(None);
    }
    match g.number(y) {
        Some(0.0) => g.full_like(x, 1.0).map(Some),
        Some(1.0) => Ok(Some(x)),
        Some(2.0) => g.binary(Mul, x, x).map(Some),
        _ => Ok(None),
    }
}
