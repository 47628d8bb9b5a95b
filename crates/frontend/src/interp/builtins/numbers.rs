//! Built-in functions about numbers and characters.

use num_bigint::BigInt;
use num_traits::{Signed, Zero};

use super::functions;
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::attribute::user;
use crate::interp::classes::Instance;
use crate::interp::exceptions::raise;
use crate::interp::operators::number::{self, Number};
use crate::interp::tensor::is_tensor;
use crate::interp::text::round_decimal;
use crate::library::{Args, Bound, Default, FunctionDecl};
use crate::syntax::ast::BinaryOp;
use crate::value::Value;

pub(super) static FUNCTIONS: &[FunctionDecl] = functions! {
    "abs" [(x)] "The absolute value." => abs;
    "round" [(number) (ndigits = Default::None)] "Rounded to so many digits, half to even." => round;
    "divmod" [(x) (y)] "Quotient rounded down and remainder." => divmod;
    "pow" [(base) (exp) (modulus = Default::None)] "A power, optionally modulo a number." => pow;
    "bin" [(number)] "Binary digits with `0b`." => bin;
    "oct" [(number)] "Octal digits with `0o`." => oct;
    "hex" [(number)] "Hexadecimal digits with `0x`." => hex;
    "ord" [(c)] "The code point of a character." => ord;
    "chr" [(i)] "The character of a code point." => chr;
};

fn abs(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let x = args.get("x")?.clone();
    if is_tensor(&x) {
        return match crate::jax::numpy::method("abs") {
            Some(function) => interp.call(&Value::Function(function), Args::positional(vec![x])),
            None => Err(Error::unsupported("abs() of a tensor")),
        };
    }
    match Number::of(&x) {
        Some(Number::Float(x)) => Ok(Value::Float(x.abs())),
        Some(Number::Int(i)) => Ok(i.checked_abs().map_or_else(|| number::from_big(BigInt::from(i).abs()), Value::Int)),
        Some(Number::Big(i)) => Ok(number::from_big(i.abs())),
        None if let Value::Complex(real, imaginary) = x => Ok(Value::Float(real.hypot(imaginary))),
        None => match interp.special(&x, "__abs__")? {
            Some(method) => interp.call(&method, Args::default()),
            None => Err(Error::ty(format!("bad operand type for abs(): '{}'", x.type_name()))),
        },
    }
}

fn round(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let x = args.get("number")?.clone();
    let digits = match args.some("ndigits")? {
        Some(digits) => Some(interp.index(&digits.clone())?),
        None => None,
    };
    match (Number::of(&x), digits) {
        (Some(Number::Float(x)), None) => number::truncate(x.round_ties_even()),
        (Some(Number::Float(x)), Some(digits)) => Ok(Value::Float(round_decimal(x, digits))),
        (Some(number), None) => Ok(number.into()),
        (Some(number), Some(digits)) if digits >= 0 => Ok(number.into()),
        (Some(number), Some(digits)) => {
            let Some(value) = number.to_big() else { return Err(Error::internal("an integer is none")) };
            let places = u32::try_from(digits.unsigned_abs()).unwrap_or(u32::MAX);
            if u64::from(places) > value.bits() {
                return Ok(Value::Int(0));
            }
            let unit: BigInt = BigInt::from(10).pow(places);
            let half: BigInt = &unit / 2;
            let mut quotient = (&value + &half) / &unit;
            let shifted = &value + &half;
            if shifted.is_negative() && !(&shifted % &unit).is_zero() {
                quotient -= 1;
            }
            // A tie goes to the even neighbour.
            if (&shifted % &unit).is_zero() && quotient.bit(0) {
                quotient -= 1;
            }
            Ok(number::from_big(quotient * unit))
        }
        (None, _) => match interp.special(&x, "__round__")? {
            Some(method) => {
                let given = digits.map(Value::Int).into_iter().collect();
                interp.call(&method, Args::positional(given))
            }
            None => Err(Error::ty(format!("type {} doesn't define __round__ method", x.type_name()))),
        },
    }
}

fn divmod(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let (x, y) = (args.get("x")?.clone(), args.get("y")?.clone());
    for (this, other, name) in [(&x, &y, "__divmod__"), (&y, &x, "__rdivmod__")] {
        if user::<Instance>(this).is_some()
            && let Some(method) = interp.special(this, name)?
        {
            let result = interp.call(&method, Args::positional(vec![other.clone()]))?;
            if !super::is_not_implemented(&result) {
                return Ok(result);
            }
        }
    }
    if let (Some(a), Some(b)) = (Number::of(&x), Number::of(&y))
        && b.is_zero()
        && [&a, &b].iter().any(|number| matches!(number, Number::Float(_)))
    {
        return Err(raise("ZeroDivisionError", "float divmod()"));
    }
    let (a, b) = (x.type_name(), y.type_name());
    let unsupported = |error: Error| match error.diagnostic().message.starts_with("unsupported operand type(s)") {
        true => Error::ty(format!("unsupported operand type(s) for divmod(): '{a}' and '{b}'")),
        false => error,
    };
    if let (Value::Complex(..), _) | (_, Value::Complex(..)) = (&x, &y) {
        return Err(Error::ty(format!("unsupported operand type(s) for divmod(): '{a}' and '{b}'")));
    }
    let quotient = interp.binary(BinaryOp::FloorDivide, &x, &y).map_err(unsupported)?;
    let remainder = interp.binary(BinaryOp::Modulo, &x, &y)?;
    Ok(Value::tuple(vec![quotient, remainder]))
}

fn pow(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let (base, exponent) = (args.get("base")?.clone(), args.get("exp")?.clone());
    let Some(modulus) = args.some("modulus")?.cloned() else {
        return interp.binary(BinaryOp::Power, &base, &exponent);
    };
    if user::<Instance>(&base).is_some()
        && let Some(method) = interp.special(&base, "__pow__")?
    {
        return interp.call(&method, Args::positional(vec![exponent, modulus]));
    }
    let operands = [&base, &exponent, &modulus];
    if operands.iter().any(|operand| matches!(operand, Value::User(_))) {
        let [a, b, c] = operands.map(Value::type_name);
        return Err(Error::ty(format!("unsupported operand type(s) for ** or pow(): '{a}', '{b}', '{c}'")));
    }
    let big = |value: &Value| Number::of(value).and_then(|n| n.to_big());
    let (Some(base), Some(exponent), Some(modulus)) = (big(&base), big(&exponent), big(&modulus)) else {
        return Err(Error::ty("pow() 3rd argument not allowed unless all arguments are integers"));
    };
    let words = modulus.bits() / 64 + 1;
    interp.spend_words(words.saturating_mul(words), exponent.bits())?;
    interp.spend_words(base.bits() / 64, words)?;
    if modulus.is_zero() {
        return Err(raise("ValueError", "pow() 3rd argument cannot be 0"));
    }
    let (base, exponent) = if exponent.is_negative() {
        match base.modinv(&modulus) {
            Some(inverse) => (inverse, -exponent),
            None => return Err(raise("ValueError", "base is not invertible for the given modulus")),
        }
    } else {
        (base, exponent)
    };
    Ok(number::from_big(base.modpow(&exponent, &modulus)))
}

fn digits(interp: &mut Interp, args: &mut Bound, base: u32, prefix: &str) -> Result<Value> {
    let value = args.get("number")?.clone();
    let big = match Number::of(&value).and_then(|n| n.to_big()) {
        Some(big) => big,
        None => BigInt::from(interp.index(&value)?),
    };
    let sign = if big.is_negative() { "-" } else { "" };
    Ok(Value::str(format!("{sign}{prefix}{}", big.magnitude().to_str_radix(base))))
}

fn bin(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    digits(interp, args, 2, "0b")
}

fn oct(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    digits(interp, args, 8, "0o")
}

fn hex(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    digits(interp, args, 16, "0x")
}

fn ord(_interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let Value::Str(text) = args.get("c")? else {
        return Err(Error::ty(format!("ord() expected string of length 1, but {} found", args.get("c")?.type_name())));
    };
    let mut chars = text.chars();
    match (chars.next(), chars.next()) {
        (Some(c), None) => Ok(Value::Int(i64::from(u32::from(c)))),
        _ => {
            let length = text.chars().count();
            Err(Error::ty(format!("ord() expected a character, but string of length {length} found")))
        }
    }
}

fn chr(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let code = interp.index(&args.get("i")?.clone())?;
    match u32::try_from(code).ok().and_then(char::from_u32) {
        Some(c) => Ok(Value::str(c.to_string())),
        None => Err(raise("ValueError", "chr() arg not in range(0x110000)")),
    }
}
