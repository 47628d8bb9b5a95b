//! Numbers: truth values, integers of any size and floats.

use std::cmp::Ordering;
use std::rc::Rc;

use num_bigint::BigInt;
use num_traits::{FromPrimitive, Signed, ToPrimitive, Zero};

use super::{float, integer};
use crate::error::Result;
use crate::interp::classes::plain_of;
use crate::interp::exceptions::raise;
use crate::syntax::ast::{BinaryOp, UnaryOp};
use crate::value::Value;

/// A number taken out of a value.
#[derive(Clone, Debug)]
pub(crate) enum Number {
    /// An integer of 64 bits.
    Int(i64),
    /// A larger one.
    Big(Rc<BigInt>),
    /// A float.
    Float(f64),
}

impl Number {
    /// The number that `value` is.
    pub(crate) fn of(value: &Value) -> Option<Number> {
        Some(match value {
            Value::Bool(b) => Number::Int(i64::from(*b)),
            Value::Int(i) => Number::Int(*i),
            Value::BigInt(i) => Number::Big(i.clone()),
            Value::Float(x) => Number::Float(*x),
            Value::User(_) => return Number::of(&plain_of(value)?),
            _ => return None,
        })
    }

    /// The nearest float.
    ///
    /// # Errors
    /// The integer is too large.
    pub(crate) fn to_f64(&self) -> Result<f64> {
        match self {
            Number::Int(i) => Ok(*i as f64),
            Number::Float(x) => Ok(*x),
            Number::Big(i) => match integer::to_f64(i) {
                Some(x) => Ok(x),
                None => Err(raise("OverflowError", "int too large to convert to float")),
            },
        }
    }

    /// How many words of 64 bits it has.
    pub(crate) fn words(&self) -> u64 {
        match self {
            Number::Big(i) => i.bits() / 64 + 1,
            Number::Int(_) | Number::Float(_) => 1,
        }
    }

    /// The integer; `None` for floats.
    pub(crate) fn to_big(&self) -> Option<BigInt> {
        match self {
            Number::Int(i) => Some(BigInt::from(*i)),
            Number::Big(i) => Some((**i).clone()),
            Number::Float(_) => None,
        }
    }

    /// Whether it is 0.
    pub(crate) fn is_zero(&self) -> bool {
        match self {
            Number::Int(i) => *i == 0,
            Number::Big(i) => i.is_zero(),
            Number::Float(x) => *x == 0.0,
        }
    }

    /// Whether it is below 0.
    pub(crate) fn is_negative(&self) -> bool {
        match self {
            Number::Int(i) => *i < 0,
            Number::Big(i) => i.is_negative(),
            Number::Float(x) => *x < 0.0,
        }
    }

    /// The exact comparison; `None` with NaN.
    pub(crate) fn compare(&self, other: &Number) -> Option<Ordering> {
        match (self, other) {
            (Number::Int(a), Number::Int(b)) => Some(a.cmp(b)),
            (Number::Float(a), Number::Float(b)) => a.partial_cmp(b),
            (Number::Float(a), b) => compare_float(*a, b),
            (a, Number::Float(b)) => compare_float(*b, a).map(Ordering::reverse),
            (a, b) => Some(a.to_big()?.cmp(&b.to_big()?)),
        }
    }
}

impl From<Number> for Value {
    fn from(number: Number) -> Value {
        match number {
            Number::Int(i) => Value::Int(i),
            Number::Big(i) => integer::normal(Rc::unwrap_or_clone(i)),
            Number::Float(x) => Value::Float(x),
        }
    }
}

/// How float `a` compares to integer `b`.
fn compare_float(a: f64, b: &Number) -> Option<Ordering> {
    if a.is_nan() {
        return None;
    }
    if a.is_infinite() {
        return Some(if a > 0.0 { Ordering::Greater } else { Ordering::Less });
    }
    let whole = BigInt::from_f64(a.trunc())?;
    let order = whole.cmp(&b.to_big()?);
    Some(order.then_with(|| a.fract().partial_cmp(&0.0).unwrap_or(Ordering::Equal)))
}

/// `a op b`; `None` if the operator does not take such numbers.
pub(super) fn binary(op: BinaryOp, a: Number, b: Number) -> Option<Result<Value>> {
    if op == BinaryOp::MatMul {
        return None;
    }
    if let (Number::Int(a), Number::Int(b)) = (&a, &b)
        && let Some(value) = integer::small(op, *a, *b)
    {
        return Some(Ok(value));
    }
    match (a.to_big(), b.to_big()) {
        (Some(a), Some(b)) => Some(integer::binary(op, &a, &b)),
        _ => {
            let operands = a.to_f64().and_then(|a| Ok((a, b.to_f64()?)));
            match operands {
                Ok((a, b)) => float::binary(op, a, b),
                Err(error) => Some(Err(error)),
            }
        }
    }
}

/// `op a`; `None` if the operator does not take such a number.
pub(super) fn unary(op: UnaryOp, a: Number) -> Option<Value> {
    Some(match (op, a) {
        (UnaryOp::Plus, a) => a.into(),
        (UnaryOp::Negate, Number::Float(x)) => Value::Float(-x),
        (UnaryOp::Negate, Number::Int(i)) => match i.checked_neg() {
            Some(i) => Value::Int(i),
            None => integer::normal(-BigInt::from(i)),
        },
        (UnaryOp::Negate, Number::Big(i)) => integer::normal(-&*i),
        (UnaryOp::Invert, Number::Int(i)) => Value::Int(!i),
        (UnaryOp::Invert, Number::Big(i)) => integer::normal(-&*i - 1),
        _ => return None,
    })
}

/// An integer value of any size.
pub(crate) fn from_big(value: BigInt) -> Value {
    integer::normal(value)
}

/// The integer part of a float.
///
/// # Errors
/// The float is not finite.
pub(crate) fn truncate(x: f64) -> Result<Value> {
    if x.is_nan() {
        return Err(raise("ValueError", "cannot convert float NaN to integer"));
    }
    match BigInt::from_f64(x.trunc()) {
        Some(i) => Ok(integer::normal(i)),
        None => Err(raise("OverflowError", "cannot convert float infinity to integer")),
    }
}

/// The value as an index: an integer that fits 64 bits.
pub(crate) fn index(value: &Value) -> Option<i64> {
    match Number::of(value)? {
        Number::Int(i) => Some(i),
        Number::Big(i) => i.to_i64().or(Some(if i.is_negative() { i64::MIN } else { i64::MAX })),
        Number::Float(_) => None,
    }
}
