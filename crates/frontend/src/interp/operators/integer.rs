//! Integer arithmetic, exact at any size.

use std::rc::Rc;

use num_bigint::{BigInt, Sign};
use num_traits::{One, Signed, ToPrimitive, Zero};

use super::float;
use crate::diagnostics::codes;
use crate::error::{Error, Result};
use crate::interp::exceptions::raise;
use crate::interp::limits::MAX_BITS;
use crate::syntax::ast::BinaryOp;
use crate::value::Value;

/// The value of an integer, in its one representation.
pub(super) fn normal(value: BigInt) -> Value {
    match value.to_i64() {
        Some(small) => Value::Int(small),
        None => Value::BigInt(Rc::new(value)),
    }
}

/// `a op b` where it stays within 64 bits; `None` where it does not or needs care.
pub(super) fn small(op: BinaryOp, a: i64, b: i64) -> Option<Value> {
    Some(Value::Int(match op {
        BinaryOp::Add => a.checked_add(b)?,
        BinaryOp::Subtract => a.checked_sub(b)?,
        BinaryOp::Multiply => a.checked_mul(b)?,
        BinaryOp::FloorDivide => {
            let quotient = a.checked_div(b)?;
            if a % b != 0 && (a < 0) != (b < 0) { quotient - 1 } else { quotient }
        }
        BinaryOp::Modulo => {
            let remainder = a.checked_rem(b)?;
            if remainder != 0 && (remainder < 0) != (b < 0) { remainder + b } else { remainder }
        }
        BinaryOp::Power => a.checked_pow(u32::try_from(b).ok()?)?,
        BinaryOp::ShiftRight => a >> u32::try_from(b).ok()?.min(63),
        BinaryOp::ShiftLeft => {
            let shift = u32::try_from(b).ok().filter(|b| *b < 63)?;
            a.checked_mul(1 << shift)?
        }
        BinaryOp::BitAnd => a & b,
        BinaryOp::BitOr => a | b,
        BinaryOp::BitXor => a ^ b,
        // Both are exact as floats, so one rounding gives the correctly rounded quotient.
        BinaryOp::Divide => {
            const EXACT: u64 = 1 << 53;
            if b == 0 || a.unsigned_abs() > EXACT || b.unsigned_abs() > EXACT {
                return None;
            }
            return Some(Value::Float(a as f64 / b as f64));
        }
        BinaryOp::MatMul => return None,
    }))
}

/// `a op b`.
pub(super) fn binary(op: BinaryOp, a: &BigInt, b: &BigInt) -> Result<Value> {
    let value = match op {
        BinaryOp::Add => a + b,
        BinaryOp::Subtract => a - b,
        BinaryOp::Multiply => {
            check_bits(a.bits().saturating_add(b.bits()))?;
            a * b
        }
        BinaryOp::Divide => return divide(a, b),
        BinaryOp::FloorDivide | BinaryOp::Modulo => {
            if b.is_zero() {
                let what = if op == BinaryOp::Modulo {
                    "integer modulo by zero"
                } else {
                    "integer division or modulo by zero"
                };
                return Err(raise("ZeroDivisionError", what));
            }
            let (quotient, remainder) = floor_divide(a, b);
            if op == BinaryOp::Modulo { remainder } else { quotient }
        }
        BinaryOp::Power => return power(a, b),
        BinaryOp::ShiftLeft | BinaryOp::ShiftRight => {
            if b.is_negative() {
                return Err(raise("ValueError", "negative shift count"));
            }
            let shift = b.to_u64().unwrap_or(u64::MAX);
            if op == BinaryOp::ShiftRight {
                if shift > MAX_BITS * 2 {
                    if a.is_negative() { -BigInt::one() } else { BigInt::zero() }
                } else {
                    a >> shift
                }
            } else {
                check_bits(a.bits().saturating_add(shift))?;
                a << shift
            }
        }
        BinaryOp::BitAnd => a & b,
        BinaryOp::BitOr => a | b,
        BinaryOp::BitXor => a ^ b,
        BinaryOp::MatMul => return Err(Error::internal("`@` reached the integers")),
    };
    Ok(normal(value))
}

/// Quotient rounded down, and the remainder with the divisor's sign.
pub(super) fn floor_divide(a: &BigInt, b: &BigInt) -> (BigInt, BigInt) {
    let (quotient, remainder) = (a / b, a % b);
    if !remainder.is_zero() && remainder.is_negative() != b.is_negative() {
        (quotient - 1, remainder + b)
    } else {
        (quotient, remainder)
    }
}

fn power(a: &BigInt, b: &BigInt) -> Result<Value> {
    if b.is_negative() {
        let (Some(x), Some(y)) = (to_f64(a), to_f64(b)) else {
            return Err(raise("OverflowError", "int too large to convert to float"));
        };
        return float::binary(BinaryOp::Power, x, y).unwrap_or_else(|| Err(Error::internal("powers of floats exist")));
    }
    if a.is_zero() || a.is_one() {
        return Ok(normal(if b.is_zero() { BigInt::one() } else { a.clone() }));
    }
    if a.magnitude().is_one() {
        return Ok(Value::Int(if b.bit(0) { -1 } else { 1 }));
    }
    let exponent = b.to_u32().unwrap_or(u32::MAX);
    check_bits((a.bits() - 1).saturating_mul(u64::from(exponent)))?;
    Ok(normal(a.pow(exponent)))
}

/// The correctly rounded quotient.
fn divide(a: &BigInt, b: &BigInt) -> Result<Value> {
    if b.is_zero() {
        return Err(raise("ZeroDivisionError", "division by zero"));
    }
    if a.is_zero() {
        return Ok(Value::Float(0.0));
    }
    // Scale so that the integer quotient has at least 64 significant bits, fold the remainder into its
    // lowest bit, and let the conversion round once. Subnormal results would be rounded twice, so
    // fewer bits are taken there.
    let scale = 66_i64 - (a.bits() as i64 - b.bits() as i64);
    let scale = scale.min(1074);
    let (mut numerator, mut denominator) = (a.abs(), b.abs());
    if scale >= 0 {
        numerator <<= scale as u64
    } else {
        denominator <<= scale.unsigned_abs()
    }
    let (mut quotient, remainder) = (&numerator / &denominator, &numerator % &denominator);
    let subnormal = scale == 1074;
    let value = if subnormal {
        // The quotient counts units of 2^-1074; round half to even by hand.
        let twice: BigInt = remainder * 2;
        if twice > denominator || twice == denominator && quotient.bit(0) {
            quotient += 1;
        }
        to_f64(&quotient).map(|q| q * f64::from_bits(1))
    } else {
        if !remainder.is_zero() {
            quotient.set_bit(0, true);
        }
        to_f64(&quotient).map(|q| scale_by_power(q, -scale))
    };
    match value.filter(|v| v.is_finite()) {
        Some(value) => {
            let negative = a.is_negative() != b.is_negative();
            Ok(Value::Float(if negative { -value } else { value }))
        }
        None => Err(raise("OverflowError", "integer division result too large for a float")),
    }
}

/// x · 2^exponent, in steps that neither overflow nor lose bits before the end.
fn scale_by_power(mut x: f64, mut exponent: i64) -> f64 {
    while exponent > 1000 {
        x *= 2f64.powi(1000);
        exponent -= 1000;
    }
    while exponent < -1000 {
        x *= 2f64.powi(-1000);
        exponent += 1000;
    }
    x * 2f64.powi(exponent as i32)
}

/// The nearest float, ties to even; `None` if it is too large.
pub(super) fn to_f64(value: &BigInt) -> Option<f64> {
    let bits = value.bits();
    if bits > 1024 {
        return None;
    }
    let magnitude = value.magnitude();
    let result = if bits <= 64 {
        magnitude.to_u64()? as f64
    } else {
        // Keep 64 bits, the lowest of which tells whether anything below was set.
        let shift = bits - 64;
        let top = magnitude >> shift;
        let lost = magnitude.trailing_zeros().is_some_and(|zeros| zeros < shift);
        let kept = top.to_u64()? | u64::from(lost);
        kept as f64 * 2f64.powi(shift as i32)
    };
    let result = if value.sign() == Sign::Minus { -result } else { result };
    result.is_finite().then_some(result)
}

fn check_bits(bits: u64) -> Result<()> {
    if bits > MAX_BITS {
        return Err(Error::new(codes::LIMIT, "an integer becomes too large to compute")
            .note(format!("integers may have up to {MAX_BITS} bits"))
            .help("write a float, such as 10.0 ** 10, if it need not be exact"));
    }
    Ok(())
}
