//! Arithmetic of complex numbers as CPython defines it.

use crate::error::Result;
use crate::interp::exceptions::raise;
use crate::interp::operators::number::Number;
use crate::syntax::ast::BinaryOp;
use crate::value::Value;

/// Real and imaginary part.
pub(crate) type Complex = (f64, f64);

/// The complex number that a value is, or that its number stands for.
///
/// # Errors
/// The integer is too large for a float.
pub(crate) fn of(value: &Value) -> Result<Option<Complex>> {
    match value {
        Value::Complex(real, imaginary) => Ok(Some((*real, *imaginary))),
        other => match Number::of(other) {
            Some(number) => Ok(Some((number.to_f64()?, 0.0))),
            None => Ok(None),
        },
    }
}

/// `a op b`; `None` if the operator does not take complex numbers.
pub(super) fn binary(op: BinaryOp, a: Complex, b: Complex) -> Option<Result<Value>> {
    let value = match op {
        BinaryOp::Add => Ok((a.0 + b.0, a.1 + b.1)),
        BinaryOp::Subtract => Ok((a.0 - b.0, a.1 - b.1)),
        BinaryOp::Multiply => Ok(product(a, b)),
        BinaryOp::Divide => quotient(a, b).ok_or_else(|| raise("ZeroDivisionError", "complex division by zero")),
        BinaryOp::Power => power(a, b),
        _ => return None,
    };
    Some(value.map(|(real, imaginary)| Value::Complex(real, imaginary)))
}

fn product(a: Complex, b: Complex) -> Complex {
    (a.0 * b.0 - a.1 * b.1, a.0 * b.1 + a.1 * b.0)
}

/// The quotient, scaled by the larger part of the divisor (Smith); `None` for a divisor of zero.
fn quotient(a: Complex, b: Complex) -> Option<Complex> {
    if b.0.abs() >= b.1.abs() {
        if b.0 == 0.0 {
            return None;
        }
        let ratio = b.1 / b.0;
        let divisor = b.0 + b.1 * ratio;
        return Some(((a.0 + a.1 * ratio) / divisor, (a.1 - a.0 * ratio) / divisor));
    }
    if b.1.abs() >= b.0.abs() {
        let ratio = b.0 / b.1;
        let divisor = b.0 * ratio + b.1;
        return Some(((a.0 * ratio + a.1) / divisor, (a.1 * ratio - a.0) / divisor));
    }
    Some((f64::NAN, f64::NAN))
}

/// `a ** b`: by multiplication where the exponent is a small integer.
pub(super) fn power(a: Complex, b: Complex) -> Result<Complex> {
    const MOST: f64 = 100.0;
    let undefined = || raise("ZeroDivisionError", "0.0 to a negative or complex power");
    let result = if b.1 == 0.0 && b.0 == b.0.floor() && b.0.abs() <= MOST {
        let times = b.0.abs() as u32;
        let positive = repeated(a, times);
        if b.0 > 0.0 { positive } else { quotient((1.0, 0.0), positive).ok_or_else(undefined)? }
    } else if a == (0.0, 0.0) {
        if b.1 != 0.0 || b.0 < 0.0 {
            return Err(undefined());
        }
        (0.0, 0.0)
    } else {
        let (length, angle) = (a.0.hypot(a.1), a.1.atan2(a.0));
        let mut scale = length.powf(b.0);
        let mut phase = angle * b.0;
        if b.1 != 0.0 {
            scale *= (-angle * b.1).exp();
            phase += b.1 * length.ln();
        }
        (scale * phase.cos(), scale * phase.sin())
    };
    if (result.0.is_infinite() || result.1.is_infinite()) && a.0.is_finite() && a.1.is_finite() {
        return Err(raise("OverflowError", "complex exponentiation"));
    }
    Ok(result)
}

fn repeated(base: Complex, times: u32) -> Complex {
    let (mut result, mut square, mut rest) = ((1.0, 0.0), base, times);
    while rest > 0 {
        if rest & 1 == 1 {
            result = product(result, square);
        }
        rest >>= 1;
        square = product(square, square);
    }
    result
}

/// `complex(text)`: `1`, `2j`, `1+2j`, with or without parentheses and blanks around.
pub(crate) fn parse(text: &str) -> Option<Complex> {
    let text = text.trim();
    let text = text.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')).unwrap_or(text).trim();
    let float = |part: &str| -> Option<f64> {
        let digits = part.trim_start_matches(['+', '-']);
        let is_number = digits.starts_with(|c: char| c.is_ascii_digit() || c == '.')
            || matches!(digits.to_ascii_lowercase().as_str(), "inf" | "infinity" | "nan");
        if is_number && part.len() - digits.len() <= 1 { part.parse().ok() } else { None }
    };
    let Some(body) = text.strip_suffix(['j', 'J']) else { return float(text).map(|real| (real, 0.0)) };
    // The sign that begins the imaginary part is the last one that belongs to no exponent.
    let mut signs =
        body.char_indices().filter(|(at, c)| matches!(c, '+' | '-') && *at > 0 && !body[..*at].ends_with(['e', 'E']));
    let cut = signs.next_back().map_or(0, |(at, _)| at);
    let (real, imaginary) = body.split_at(cut);
    let imaginary = match imaginary {
        "" | "+" => 1.0,
        "-" => -1.0,
        part => float(part)?,
    };
    if real.is_empty() { Some((0.0, imaginary)) } else { Some((float(real)?, imaginary)) }
}
