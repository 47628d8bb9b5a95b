//! Element-wise arithmetic. The second operand is the constant where a commutative primitive has one.

use super::{Answer, BinaryLaws, Law, Laws, UnaryLaws, on_scalars};
use crate::ops::{Binary, BinaryKind, Compare, Comparison, IntegerPow, Select, Unary, UnaryKind};
use crate::passes::graph::Graph;
use crate::{DType, Equation, Op, Value};
use BinaryKind::{Add, And, Div, Max, Min, Mul, Or, Pow, Rem, Sub, Xor};
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
    Law { name: "unary_twice", law: "f(f(x)) → f(x) for |x|, sign, floor, ceil and roundings", apply: unary_twice },
    Law {
        name: "neg_sub",
        law: "-(x - y) → y - x for integers (for floats the sign of a zero differs)",
        apply: neg_sub,
    },
    Law {
        name: "not_compare", law: "¬(x = y) → x ≠ y, ¬(x < y) → x ≥ y for what is ordered", apply: not_compare
    },
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
        law: "x + 0 → x for integers and where x is not -0; x + (-0) → x",
        apply: |g, kind, x, y| Ok((kind == Add && is_neutral_zero(g, x, y, -0.0)).then_some(x)),
    },
    Law {
        name: "sub_zero",
        law: "x - 0 → x; x - (-0) → x where x is not -0",
        apply: |g, kind, x, y| Ok((kind == Sub && is_neutral_zero(g, x, y, 0.0)).then_some(x)),
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
    Law { name: "div_self", law: "x/x → -1 where x is 0 and 1 elsewhere, for integers", apply: div_self },
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
    Law {
        name: "bits_neutral", law: "x ∧ 11… → x, x ∨ 0 → x, x xor 0 → x, x shifted by 0 → x", apply: bits_neutral
    },
    Law { name: "bits_absorbing", law: "x ∧ 0 → 0, x ∨ 11… → 11… for integers", apply: bits_absorbing },
    Law {
        name: "rem_one",
        law: "x rem 1 → 0 for integers",
        apply: |g, kind, x, y| match kind == Rem && g.ty(x).dtype.is_int() && g.number(y) == Some(1.0) {
            true => g.full_like(x, 0.0).map(Some),
            false => Ok(None),
        },
    },
    Law { name: "add_and_sub", law: "(x + y) - y → x, (x - y) + y → x for integers", apply: add_and_sub },
    Law {
        name: "associate_constants",
        law: "(x + c) + d → x + (c + d) for integers, also for ·, ∧, ∨, xor, max, min",
        apply: associate_constants,
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

/// Whether adding (with `always` the negative) or subtracting `y` keeps `x`, sign of zeros included: `y` is the zero
/// that `always` is, or the other zero beside an `x` that is known not to be `-0`.
fn is_neutral_zero(g: &Graph<'_>, x: Value, y: Value, always: f64) -> bool {
    match g.number(y) {
        Some(0.0) if !g.ty(x).dtype.is_inexact() => true,
        Some(zero) if zero == 0.0 => zero.is_sign_negative() == always.is_sign_negative() || is_never_minus_zero(g, x),
        _ => false,
    }
}

/// Whether the definition of `x` tells that no element is `-0`.
fn is_never_minus_zero(g: &Graph<'_>, x: Value) -> bool {
    match g.def(x) {
        Some(Equation { op: Op::Unary(Unary(kind)), .. }) => {
            matches!(kind, Abs | UnaryKind::Exp | UnaryKind::Cosh | UnaryKind::Logistic)
        }
        Some(Equation { op: Op::Binary(Binary(Mul)), inputs, .. }) => inputs.first() == inputs.get(1),
        Some(Equation { op: Op::Convert(_), inputs, .. }) => {
            inputs.first().is_some_and(|&x| !g.ty(x).dtype.is_inexact())
        }
        Some(Equation { op: Op::Iota(_), .. }) => true,
        Some(_) => g.number(x).is_some_and(|x| x != 0.0 || x.is_sign_positive()),
        None => false,
    }
}

fn unary_twice(g: &mut Graph<'_>, kind: UnaryKind, x: Value) -> Answer {
    let fits = matches!(
        kind,
        Abs | UnaryKind::Sign | UnaryKind::Floor | UnaryKind::Ceil | UnaryKind::Round | UnaryKind::RoundEven
    );
    Ok((fits && operand(g, kind, x).is_some()).then_some(x))
}

fn neg_sub(g: &mut Graph<'_>, kind: UnaryKind, x: Value) -> Answer {
    let Some(Equation { op: Op::Binary(Binary(Sub)), inputs, .. }) = g.def(x) else { return Ok(None) };
    match inputs[..] {
        [a, b] if kind == Neg && g.ty(x).dtype.is_int() => g.binary(Sub, b, a).map(Some),
        _ => Ok(None),
    }
}

fn not_compare(g: &mut Graph<'_>, kind: UnaryKind, x: Value) -> Answer {
    use Comparison::{Eq, Ge, Gt, Le, Lt, Ne};
    let Some(Equation { op: Op::Compare(Compare(comparison)), inputs, .. }) = g.def(x) else { return Ok(None) };
    let (&[a, b], comparison) = (&inputs[..], *comparison) else { return Ok(None) };
    // Nothing is less, equal or greater than NaN.
    let ordered = !g.ty(a).dtype.is_inexact();
    let opposite = match comparison {
        Eq => Ne,
        Ne => Eq,
        Lt if ordered => Ge,
        Le if ordered => Gt,
        Gt if ordered => Le,
        Ge if ordered => Lt,
        _ => return Ok(None),
    };
    if kind == Not { g.emit1(Compare(opposite), &[a, b]).map(Some) } else { Ok(None) }
}

/// Whether all bits of the integer that `value` repeats are set.
fn is_all_ones(g: &Graph<'_>, value: Value) -> bool {
    let scalar = g.scalar_of(value).and_then(|scalar| g.constant_of(scalar));
    g.ty(value).dtype.is_int() && scalar.is_some_and(|array| array.to_le_bytes().iter().all(|&byte| byte == 0xff))
}

fn bits_neutral(g: &mut Graph<'_>, kind: BinaryKind, x: Value, y: Value) -> Answer {
    let neutral = match kind {
        And => is_all_ones(g, y),
        Or | Xor | BinaryKind::ShiftLeft | BinaryKind::ShiftRightLogical | BinaryKind::ShiftRightArithmetic => {
            g.ty(x).dtype.is_int() && g.number(y) == Some(0.0)
        }
        _ => false,
    };
    Ok(neutral.then_some(x))
}

fn bits_absorbing(g: &mut Graph<'_>, kind: BinaryKind, x: Value, y: Value) -> Answer {
    let absorbing = match kind {
        And => g.ty(x).dtype.is_int() && g.number(y) == Some(0.0),
        Or => is_all_ones(g, y),
        _ => false,
    };
    Ok(absorbing.then_some(y))
}

fn add_and_sub(g: &mut Graph<'_>, kind: BinaryKind, x: Value, y: Value) -> Answer {
    if !g.ty(x).dtype.is_int() {
        return Ok(None);
    }
    let parts = |value: Value, wanted: BinaryKind| match g.def(value) {
        Some(Equation { op: Op::Binary(Binary(kind)), inputs, .. }) if *kind == wanted => match inputs[..] {
            [a, b] => Some((a, b)),
            _ => None,
        },
        _ => None,
    };
    Ok(match kind {
        Sub => parts(x, Add).and_then(|(a, b)| if b == y { Some(a) } else { (a == y).then_some(b) }),
        Add => {
            let of = |sum: Value, other: Value| parts(sum, Sub).and_then(|(a, b)| (b == other).then_some(a));
            of(x, y).or_else(|| of(y, x))
        }
        _ => None,
    })
}

fn associate_constants(g: &mut Graph<'_>, kind: BinaryKind, x: Value, d: Value) -> Answer {
    let fits = matches!(kind, Add | Mul | And | Or | Xor | Max | Min) && !g.ty(x).dtype.is_inexact();
    let is_constant = |g: &Graph<'_>, v: Value| g.scalar_of(v).is_some_and(|s| g.constant_of(s).is_some());
    let Some(Equation { op: Op::Binary(Binary(inner)), inputs, .. }) = g.def(x) else { return Ok(None) };
    match inputs[..] {
        [x, c] if fits && *inner == kind && is_constant(g, c) && is_constant(g, d) => {
            let both = g.binary(kind, c, d)?;
            g.binary(kind, x, both).map(Some)
        }
        _ => Ok(None),
    }
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

/// XLA takes a quotient of equal integers for 1, although its 0/0 is the integer of all ones.
fn div_self(g: &mut Graph<'_>, kind: BinaryKind, x: Value, y: Value) -> Answer {
    if kind != Div || x != y || !g.ty(x).dtype.is_int() {
        return Ok(None);
    }
    let (zero, one) = (g.full_like(x, 0.0)?, g.full_like(x, 1.0)?);
    let is_zero = g.emit1(Compare(Comparison::Eq), &[x, zero])?;
    let ones = g.emit1(Unary(Not), &[zero])?;
    g.emit1(Select, &[is_zero, ones, one]).map(Some)
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
