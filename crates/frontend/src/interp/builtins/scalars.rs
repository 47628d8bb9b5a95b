//! The types of numbers, truth values and text, called to convert.

use num_bigint::BigInt;

use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::codecs::{Codec, Fallback};
use crate::interp::exceptions::raise;
use crate::interp::operators::number::{self, Number};
use crate::interp::text::ascii_digit;
use crate::interp::text::repr::ADVICE;
use crate::library::{Args, Bound};
use crate::value::Value;

pub(super) fn bool_of(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    interp.is_true(&args.get("x")?.clone()).map(Value::Bool)
}

pub(super) fn int_of(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let value = args.get("x")?.clone();
    let base = match args.some("base")? {
        Some(base) => Some(interp.index(&base.clone())?),
        None => None,
    };
    if let Value::Str(text) = &value {
        return parse_int(text, base.unwrap_or(10));
    }
    if base.is_some() {
        return Err(Error::ty("int() can't convert non-string with explicit base"));
    }
    match Number::of(&value) {
        Some(Number::Float(x)) => number::truncate(x),
        Some(number) => Ok(number.into()),
        None => {
            for name in ["__int__", "__index__", "__trunc__"] {
                if let Some(method) = interp.special(&value, name)? {
                    return interp.call(&method, Args::default());
                }
            }
            if let Value::Array(array) = &interp.concrete(&value)?
                && let Some(element) = crate::interp::tensor::element(array, 0).filter(|_| array.ty().size() == 1)
            {
                match Number::of(&element) {
                    Some(Number::Float(x)) => return number::truncate(x),
                    Some(_) => return Ok(element),
                    None => {}
                }
            }
            let error = Error::ty(format!(
                "int() argument must be a string, a bytes-like object or a real number, not '{}'",
                value.type_name()
            ));
            Err(match crate::interp::tensor::is_tensor(&value) {
                true => error.help(
                    "the number is only known when the program runs: use the tensor as it is, or x.astype(\"int32\") for another type",
                ),
                false => error,
            })
        }
    }
}

fn parse_int(text: &str, base: i64) -> Result<Value> {
    let invalid = || {
        // CPython cuts what it shows.
        let shown: String = crate::interp::text::repr_str(text).chars().take(200).collect();
        raise("ValueError", format!("invalid literal for int() with base {base}: {shown}"))
    };
    if base != 0 && !(2..=36).contains(&base) {
        return Err(raise("ValueError", "int() base must be >= 2 and <= 36, or 0"));
    }
    let trimmed = text.trim();
    let (negative, digits) = match trimmed.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, trimmed.strip_prefix('+').unwrap_or(trimmed)),
    };
    let prefixed = |radix: i64, letters: [&str; 2]| {
        let rest = letters.iter().find_map(|p| digits.strip_prefix(p))?;
        (base == radix || base == 0).then_some((radix, rest))
    };
    let (radix, digits) = prefixed(16, ["0x", "0X"])
        .or_else(|| prefixed(8, ["0o", "0O"]))
        .or_else(|| prefixed(2, ["0b", "0B"]))
        .unwrap_or((if base == 0 { 10 } else { base }, digits));
    let clean: String = digits.chars().filter(|&c| c != '_').map(ascii_digit).collect();
    let misplaced = digits.starts_with('_') && radix == base || digits.ends_with('_') || digits.contains("__");
    // Without a prefix that says what it means, a leading zero may only stand before zeros.
    let octal = base == 0 && radix == 10 && clean.starts_with('0') && clean.contains(|c| c != '0');
    if clean.is_empty() || misplaced || octal || clean.starts_with(['+', '-']) {
        return Err(invalid());
    }
    if clean.len() > 4300 && radix == 10 {
        let digits = clean.len();
        let message = format!(
            "Exceeds the limit (4300 digits) for integer string conversion: value has {digits} digits; {ADVICE}"
        );
        return Err(raise("ValueError", message));
    }
    let value = BigInt::parse_bytes(clean.as_bytes(), radix as u32).ok_or_else(invalid)?;
    Ok(number::from_big(if negative { -value } else { value }))
}

pub(super) fn float_of(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let value = args.get("x")?.clone();
    if let Value::Str(text) = &value {
        let parsed = parse_float(&text.trim().chars().map(ascii_digit).collect::<String>());
        return parsed.map(Value::Float).ok_or_else(|| {
            let shown = crate::interp::text::repr_str(text);
            raise("ValueError", format!("could not convert string to float: {shown}"))
        });
    }
    if let Some(number) = Number::of(&value) {
        return number.to_f64().map(Value::Float);
    }
    for name in ["__float__", "__index__"] {
        if let Some(method) = interp.special(&value, name)? {
            let result = interp.call(&method, Args::default())?;
            return match Number::of(&result) {
                Some(number) => number.to_f64().map(Value::Float),
                None => Ok(result),
            };
        }
    }
    let mut loses_derivative = false;
    let array = match &value {
        Value::Array(array) => Some(array.clone()),
        Value::Tensor(tensor) => interp.known(tensor)?.map(|known| {
            loses_derivative = known.differentiated;
            known.array
        }),
        _ => None,
    };
    let element = array
        .filter(|array| array.ty().size() == 1 && !loses_derivative)
        .and_then(|array| crate::interp::tensor::element(&array, 0));
    if let Some(number) = element.as_ref().and_then(Number::of) {
        return number.to_f64().map(Value::Float);
    }
    let help = match loses_derivative {
        true => {
            "a Python number would lose the derivative that is being taken: use the tensor as it is, or jax.lax.stop_gradient(x) first"
        }
        false => {
            "the number is only known when the program runs: use the tensor as it is, or x.astype(\"float32\") for another type"
        }
    };
    let error = Error::ty(format!("float() argument must be a string or a real number, not '{}'", value.type_name()));
    Err(if crate::interp::tensor::is_tensor(&value) { error.help(help) } else { error })
}

fn parse_float(text: &str) -> Option<f64> {
    let lower = text.to_ascii_lowercase();
    let unsigned = lower.trim_start_matches(['+', '-']);
    if matches!(unsigned, "inf" | "infinity" | "nan") {
        return lower.parse().ok();
    }
    let allowed = |c: char| c.is_ascii_digit() || matches!(c, '.' | 'e' | '+' | '-' | '_');
    if !lower.chars().all(allowed) || !lower.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let bytes = lower.as_bytes();
    let misplaced = bytes.iter().enumerate().any(|(at, &b)| {
        let digit = |i: Option<usize>| i.and_then(|i| bytes.get(i)).is_some_and(u8::is_ascii_digit);
        b == b'_' && !(digit(at.checked_sub(1)) && digit(Some(at + 1)))
    });
    if misplaced { None } else { lower.replace('_', "").parse().ok() }
}

pub(super) fn str_of(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    if let (Value::Bytes(bytes), Some(encoding)) = (args.get("object")?, args.some("encoding")?) {
        let Value::Str(encoding) = encoding else {
            return Err(Error::ty(format!("str() argument 'encoding' must be str, not {}", encoding.type_name())));
        };
        let errors = if args.get("errors")?.is_none() { "strict".into() } else { args.str("errors")? };
        return Codec::named(encoding)?.decode(bytes, Fallback::named(&errors)?).map(Value::str);
    }
    interp.str_of(&args.get("object")?.clone()).map(Value::str)
}
