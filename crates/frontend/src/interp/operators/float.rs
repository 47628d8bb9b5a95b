//! Float arithmetic as CPython defines it.

use super::complex;
use crate::error::Result;
use crate::interp::exceptions::raise;
use crate::syntax::ast::BinaryOp;
use crate::value::Value;

/// `a op b`; `None` if the operator does not take floats.
pub(super) fn binary(op: BinaryOp, a: f64, b: f64) -> Option<Result<Value>> {
    if op == BinaryOp::Power && a < 0.0 && a.is_finite() && b.is_finite() && b != b.trunc() {
        return Some(complex::power((a, 0.0), (b, 0.0)).map(|(real, imaginary)| Value::Complex(real, imaginary)));
    }
    let value = match op {
        BinaryOp::Add => Ok(a + b),
        BinaryOp::Subtract => Ok(a - b),
        BinaryOp::Multiply => Ok(a * b),
        BinaryOp::Divide if b == 0.0 => Err(raise("ZeroDivisionError", "float division by zero")),
        BinaryOp::Divide => Ok(a / b),
        BinaryOp::FloorDivide if b == 0.0 => Err(raise("ZeroDivisionError", "float floor division by zero")),
        BinaryOp::Modulo if b == 0.0 => Err(raise("ZeroDivisionError", "float modulo")),
        BinaryOp::FloorDivide => Ok(divmod(a, b).0),
        BinaryOp::Modulo => Ok(divmod(a, b).1),
        BinaryOp::Power => power(a, b),
        _ => return None,
    };
    Some(value.map(Value::Float))
}

/// Quotient rounded down and remainder with the divisor's sign.
pub(crate) fn divmod(a: f64, b: f64) -> (f64, f64) {
    let mut remainder = a % b;
    let mut quotient = (a - remainder) / b;
    if remainder == 0.0 {
        remainder = 0.0_f64.copysign(b);
    } else if (b < 0.0) != (remainder < 0.0) {
        remainder += b;
        quotient -= 1.0;
    }
    if quotient == 0.0 {
        return (0.0_f64.copysign(a / b), remainder);
    }
    let floor = quotient.floor();
    let floor = if quotient - floor > 0.5 { floor + 1.0 } else { floor };
    (floor, remainder)
}

fn power(a: f64, b: f64) -> Result<f64> {
    if a == 0.0 && b < 0.0 {
        return Err(raise("ZeroDivisionError", "0.0 cannot be raised to a negative power"));
    }
    let result = a.powf(b);
    if result.is_infinite() && a.is_finite() && b.is_finite() {
        return Err(raise("OverflowError", "(34, 'Numerical result out of range')"));
    }
    Ok(result)
}
