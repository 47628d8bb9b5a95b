//! Methods and attributes of numbers.

use std::rc::Rc;

use keramos_ir::Array;
use num_bigint::{BigInt, Sign};
use num_traits::ToPrimitive;

use super::{ValueMethod, methods};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::exceptions::raise;
use crate::interp::operators::number::{self, Number};
use crate::interp::tensor::element;
use crate::interp::text::float::repr_float;
use crate::library::{Args, Bound, Default};
use crate::value::{Object, Value};

pub(super) static METHODS: &[ValueMethod] = methods! {
    "bit_length" [] "Bits needed to write the magnitude of an integer." => bit_length;
    "bit_count" [] "Ones in the binary digits of the magnitude." => bit_count;
    "to_bytes" [(length = Default::Int(1)) (byteorder = Default::Str("big")) (signed = Default::Bool(false))]
        "The integer as so many bytes." => to_bytes;
    "from_bytes" [(bytes) (byteorder = Default::Str("big")) (signed = Default::Bool(false))] "The integer that bytes write." => from_bytes;
    "is_integer" [] "Whether a float is a whole number." => is_integer;
    "hex" [] "A float in hexadecimal digits." => hex;
    "fromhex" [(string)] "The float that hexadecimal digits write." => from_hex;
    "conjugate" [] "The number itself." => |_, this, _| Ok(this.clone());
    "as_integer_ratio" [] "Numerator and denominator." => as_integer_ratio;
    "item" [] "The number itself, as NumPy's scalars have it." => |_, this, _| Ok(this.clone());
    "tolist" [] "The number itself, as NumPy's scalars have it." => |_, this, _| Ok(this.clone());
};

pub(super) static COMPLEX: &[ValueMethod] = methods! {
    "conjugate" [] "The number with the other imaginary part." => |_, this, _| Ok(match this {
        Value::Complex(real, imaginary) => Value::Complex(*real, -imaginary),
        other => other.clone(),
    });
};

/// Attributes of numbers that are no methods.
pub(super) fn attribute(value: &Value, name: &str) -> Option<Value> {
    if let Value::Complex(real, imaginary) = value {
        return match name {
            "real" => Some(Value::Float(*real)),
            "imag" => Some(Value::Float(*imaginary)),
            _ => None,
        };
    }
    let number = Number::of(value)?;
    match name {
        "real" => Some(number.into()),
        "imag" => Some(match number {
            Number::Float(_) => Value::Float(0.0),
            _ => Value::Int(0),
        }),
        "numerator" if !matches!(number, Number::Float(_)) => Some(number.into()),
        "denominator" if !matches!(number, Number::Float(_)) => Some(Value::Int(1)),
        _ => None,
    }
}

fn integer(value: &Value, method: &str) -> Result<num_bigint::BigInt> {
    Number::of(value)
        .and_then(|n| n.to_big())
        .ok_or_else(|| Error::ty(format!("'{}' object has no attribute '{method}'", value.type_name())))
}

/// Whether the most significant byte comes first.
fn is_big_endian(args: &Bound) -> Result<bool> {
    match &*args.str("byteorder")? {
        "big" => Ok(true),
        "little" => Ok(false),
        _ => Err(raise("ValueError", "byteorder must be either 'little' or 'big'")),
    }
}

fn to_bytes(interp: &mut Interp, this: &Value, args: &mut Bound) -> Result<Value> {
    let (value, length) = (integer(this, "to_bytes")?, args.usize("length")?);
    interp.spend_length(length)?;
    let (big, signed) = (is_big_endian(args)?, args.bool("signed")?);
    let negative = value.sign() == Sign::Minus;
    if negative && !signed {
        return Err(raise("OverflowError", "can't convert negative int to unsigned"));
    }
    let mut bytes = if signed { value.to_signed_bytes_be() } else { value.to_bytes_be().1 };
    if value.sign() == Sign::NoSign {
        bytes.clear();
    }
    if bytes.len() > length {
        return Err(raise("OverflowError", "int too big to convert"));
    }
    let fill = if negative { 0xff } else { 0 };
    let mut all = vec![fill; length - bytes.len()];
    all.append(&mut bytes);
    if !big {
        all.reverse();
    }
    Ok(Value::Bytes(all.into()))
}

fn from_bytes(interp: &mut Interp, _this: &Value, args: &mut Bound) -> Result<Value> {
    let mut bytes = crate::interp::builtins::bytes_from(interp, &args.get("bytes")?.clone())?;
    if !is_big_endian(args)? {
        bytes.reverse();
    }
    Ok(number::from_big(match args.bool("signed")? {
        true => BigInt::from_signed_bytes_be(&bytes),
        false => BigInt::from_bytes_be(Sign::Plus, &bytes),
    }))
}

fn bit_length(_interp: &mut Interp, this: &Value, _args: &mut Bound) -> Result<Value> {
    Ok(Value::Int(integer(this, "bit_length")?.bits() as i64))
}

fn bit_count(_interp: &mut Interp, this: &Value, _args: &mut Bound) -> Result<Value> {
    Ok(Value::Int(integer(this, "bit_count")?.magnitude().count_ones() as i64))
}

/// Bits of a float behind the point, and the exponent of the smallest one that is written with a leading 1.
const FRACTION: i64 = 52;
const LEAST_EXPONENT: i64 = -1022;

fn hex(_interp: &mut Interp, this: &Value, _args: &mut Bound) -> Result<Value> {
    let Some(Number::Float(x)) = Number::of(this) else {
        return Err(raise("AttributeError", format!("'{}' object has no attribute 'hex'", this.type_name())));
    };
    if !x.is_finite() {
        return Ok(Value::str(repr_float(x)));
    }
    let sign = if x.is_sign_negative() { "-" } else { "" };
    if x == 0.0 {
        return Ok(Value::str(format!("{sign}0x0.0p+0")));
    }
    let (bits, mask) = (x.to_bits(), (1_u64 << FRACTION) - 1);
    let (first, exponent) = match (bits >> FRACTION & 0x7ff) as i64 {
        0 => (0, LEAST_EXPONENT),
        exponent => (1, exponent - 1 + LEAST_EXPONENT),
    };
    Ok(Value::str(format!("{sign}0x{first}.{:013x}p{exponent:+}", bits & mask)))
}

fn from_hex(_interp: &mut Interp, _this: &Value, args: &mut Bound) -> Result<Value> {
    let text = args.str("string")?;
    let parsed = read_hex(text.trim());
    let x = parsed.ok_or_else(|| raise("ValueError", "invalid hexadecimal floating-point string"))?;
    let says_so = text.to_ascii_lowercase().contains("inf");
    match x.is_infinite() && !says_so {
        true => Err(raise("OverflowError", "hexadecimal value too large to represent as a float")),
        false => Ok(Value::Float(x)),
    }
}

/// The float of such a text: a sign, `0x`, digits with or without a point, and `p` with the power of 2.
fn read_hex(text: &str) -> Option<f64> {
    let lower = text.to_ascii_lowercase();
    let (negative, digits) = match lower.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, lower.strip_prefix('+').unwrap_or(&lower)),
    };
    let size = match digits {
        "inf" | "infinity" => f64::INFINITY,
        "nan" => f64::NAN,
        _ => {
            let digits = digits.strip_prefix("0x").unwrap_or(digits);
            let (digits, power) = digits.split_once('p').unwrap_or((digits, "0"));
            let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
            let mantissa = BigInt::parse_bytes(format!("{whole}{fraction}").as_bytes(), 16)?;
            let exponent = power.parse::<i64>().ok()?.checked_sub(4 * i64::try_from(fraction.len()).ok()?)?;
            scaled(&mantissa, exponent)
        }
    };
    Some(if negative { -size } else { size })
}

/// m · 2^e, rounded to even once.
fn scaled(mantissa: &BigInt, exponent: i64) -> f64 {
    let bits = mantissa.bits() as i64;
    if bits == 0 || bits + exponent < -1100 {
        return 0.0;
    }
    if bits + exponent > 1100 {
        return f64::INFINITY;
    }
    // The place of the last bit that the result has.
    let last = (bits + exponent - FRACTION - 1).max(LEAST_EXPONENT - FRACTION);
    let shift = last - exponent;
    let rounded = if shift <= 0 {
        mantissa << -shift
    } else {
        let half: BigInt = BigInt::from(1) << (shift - 1);
        let (low, rest) = (mantissa >> shift, mantissa % (BigInt::from(1) << shift));
        let up = rest > half || rest == half && low.bit(0);
        low + i64::from(up)
    };
    let size = rounded.to_f64().unwrap_or(f64::INFINITY);
    // Two steps, so that neither factor leaves the range of floats.
    let half = i32::try_from(last / 2).unwrap_or(0);
    size * 2_f64.powi(half) * 2_f64.powi(i32::try_from(last).unwrap_or(0) - half)
}

fn is_integer(_interp: &mut Interp, this: &Value, _args: &mut Bound) -> Result<Value> {
    Ok(Value::Bool(match Number::of(this) {
        Some(Number::Float(x)) => x.is_finite() && x == x.trunc(),
        _ => true,
    }))
}

fn as_integer_ratio(_interp: &mut Interp, this: &Value, _args: &mut Bound) -> Result<Value> {
    let Some(Number::Float(x)) = Number::of(this) else {
        return Ok(Value::tuple(vec![this.clone(), Value::Int(1)]));
    };
    if !x.is_finite() {
        return Err(raise("ValueError", "cannot convert NaN or infinity to integer ratio"));
    }
    let (mut x, mut shift) = (x, 0_u32);
    while x != x.trunc() {
        x *= 2.0;
        shift += 1;
    }
    let denominator = num_bigint::BigInt::from(1) << shift;
    Ok(Value::tuple(vec![number::truncate(x)?, number::from_big(denominator)]))
}

/// `array.item` and `array.tolist`.
#[derive(Debug)]
struct ArrayMethod {
    array: Rc<Array>,
    nested: bool,
}

impl Object for ArrayMethod {
    fn class_name(&self) -> Rc<str> {
        "builtin_function_or_method".into()
    }

    fn call(self: Rc<Self>, _interp: &mut Interp, _args: Args) -> Result<Value> {
        if self.nested {
            return Ok(nested(&self.array, &self.array.ty().shape, &mut 0));
        }
        match element(&self.array, 0) {
            Some(value) if self.array.ty().size() == 1 => Ok(value),
            _ => Err(raise("ValueError", "can only convert an array of size 1 to a Python scalar")),
        }
    }
}

fn nested(array: &Array, shape: &[usize], next: &mut usize) -> Value {
    match shape.split_first() {
        None => {
            *next += 1;
            element(array, *next - 1).unwrap_or(Value::None)
        }
        Some((&length, inner)) => Value::list((0..length).map(|_| nested(array, inner, next)).collect()),
    }
}

/// The method `item` or `tolist` of a constant array.
pub(in crate::interp) fn array_method(array: &Rc<Array>, name: &str) -> Value {
    Value::User(Rc::new(ArrayMethod { array: array.clone(), nested: name == "tolist" }))
}
