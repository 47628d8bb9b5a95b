//! The format specification mini-language.

use num_bigint::{BigInt, Sign};
use num_traits::Zero;

use super::float;
use crate::error::{Error, Result};
use crate::fuel::check_length;
use crate::interp::Interp;
use crate::interp::attribute::user;
use crate::interp::classes::Instance;
use crate::interp::exceptions::raise;
use crate::interp::operators::number::Number;
use crate::library::Args;
use crate::value::Value;

/// A parsed format specification: `[[fill]align][sign][z][#][0][width][grouping][.precision][type]`.
#[derive(Clone, Debug, Default)]
pub(super) struct Spec {
    pub(super) fill: Option<char>,
    pub(super) align: Option<char>,
    pub(super) sign: Option<char>,
    /// `z`: what is rounded to zero has no sign.
    pub(super) no_negative_zero: bool,
    pub(super) alternate: bool,
    pub(super) width: usize,
    pub(super) grouping: Option<char>,
    pub(super) precision: Option<usize>,
    pub(super) kind: Option<char>,
}

impl Interp {
    /// `format(value, spec)`.
    ///
    /// # Errors
    /// The specification is malformed or does not fit the value.
    pub(crate) fn format(&mut self, value: &Value, spec: &str) -> Result<String> {
        if let Some(instance) = user::<Instance>(value)
            && let Some(plain) = instance.plain.get()
            && instance.class.lookup("__format__").is_none()
        {
            return match (spec.is_empty(), plain) {
                (true, _) => self.str_of(value),
                (false, plain) => self.format(&plain.clone(), spec),
            };
        }
        if let Some(instance) = user::<Instance>(value)
            && let Some(method) = instance.special(self, "__format__")?
        {
            let result = self.call(&method, Args::positional(vec![Value::str(spec)]))?;
            return match result {
                Value::Str(text) => Ok(text.to_string()),
                other => Err(Error::ty(format!("__format__ must return a str, not {}", other.type_name()))),
            };
        }
        if spec.is_empty() {
            return self.str_of(value);
        }
        let parsed = || Spec::parse(spec, &value.type_name());
        match value {
            Value::Str(text) => format_str(text, &parsed()?),
            Value::Complex(real, imaginary) => format_complex(*real, *imaginary, &parsed()?),
            Value::Bool(_) | Value::Int(_) | Value::BigInt(_) | Value::Float(_) => {
                let spec = parsed()?;
                match Number::of(value) {
                    Some(Number::Float(x)) => format_float(x, &spec),
                    Some(_) if spec.kind == Some('s') => Err(unknown_code('s', &value.type_name())),
                    Some(number) => format_integer(&number, &spec),
                    None => Err(Error::internal("a number is no number")),
                }
            }
            // An array without dimensions is formatted as its number.
            Value::Array(array) if array.ty().shape.is_empty() => match crate::interp::tensor::element(array, 0) {
                Some(number) => self.format(&number, spec),
                None => Err(Error::ty(format!("unsupported format string passed to {}.__format__", value.type_name()))),
            },
            _ => Err(Error::ty(format!("unsupported format string passed to {}.__format__", value.type_name()))),
        }
    }
}

impl Spec {
    fn parse(text: &str, type_name: &str) -> Result<Spec> {
        let invalid =
            || raise("ValueError", format!("Invalid format specifier '{text}' for object of type '{type_name}'"));
        let chars: Vec<char> = text.chars().collect();
        let mut spec = Spec::default();
        let mut at = 0;
        let is_align = |c: Option<&char>| matches!(c, Some('<' | '>' | '=' | '^'));
        if is_align(chars.get(1)) {
            spec.fill = chars.first().copied();
            spec.align = chars.get(1).copied();
            at = 2;
        } else if is_align(chars.first()) {
            spec.align = chars.first().copied();
            at = 1;
        }
        if let Some(sign @ ('+' | '-' | ' ')) = chars.get(at) {
            spec.sign = Some(*sign);
            at += 1;
        }
        if chars.get(at) == Some(&'z') {
            spec.no_negative_zero = true;
            at += 1;
        }
        if chars.get(at) == Some(&'#') {
            spec.alternate = true;
            at += 1;
        }
        if chars.get(at) == Some(&'0') {
            at += 1;
            if spec.fill.is_none() {
                spec.fill = Some('0');
            }
            if spec.align.is_none() && type_name != "str" {
                spec.align = Some('=');
            }
        }
        let number = |at: &mut usize| -> Result<Option<usize>> {
            let start = *at;
            while chars.get(*at).is_some_and(char::is_ascii_digit) {
                *at += 1;
            }
            let digits: String = chars.get(start..*at).unwrap_or_default().iter().collect();
            if digits.is_empty() {
                return Ok(None);
            }
            let value = digits.parse().map_err(|_| raise("ValueError", "Too many decimal digits in format string"))?;
            check_length(value)?;
            Ok(Some(value))
        };
        spec.width = number(&mut at)?.unwrap_or(0);
        if let Some(grouping @ (',' | '_')) = chars.get(at) {
            spec.grouping = Some(*grouping);
            at += 1;
        }
        if chars.get(at) == Some(&'.') {
            at += 1;
            spec.precision =
                Some(number(&mut at)?.ok_or_else(|| raise("ValueError", "Format specifier missing precision"))?);
        }
        spec.kind = chars.get(at).copied();
        let plain = "deEfFgG%".chars().chain(if spec.grouping == Some('_') { "boxX" } else { "" }.chars());
        if let (Some(grouping), Some(kind)) = (spec.grouping, spec.kind)
            && !plain.clone().any(|c| c == kind)
        {
            return Err(raise("ValueError", format!("Cannot specify '{grouping}' with '{kind}'.")));
        }
        if chars.len() > at + 1 {
            return Err(invalid());
        }
        Ok(spec)
    }

    /// Pads `body`, which follows `prefix` (a sign, `0x`), to the width.
    pub(super) fn pad(&self, prefix: &str, body: &str, default_align: char) -> String {
        let length = prefix.chars().count() + body.chars().count();
        let missing = self.width.saturating_sub(length);
        let fill = self.fill.unwrap_or(' ');
        let fill = |n: usize| std::iter::repeat_n(fill, n).collect::<String>();
        match self.align.unwrap_or(default_align) {
            '<' => format!("{prefix}{body}{}", fill(missing)),
            '^' => format!("{}{prefix}{body}{}", fill(missing / 2), fill(missing - missing / 2)),
            '=' => format!("{prefix}{}{body}", fill(missing)),
            _ => format!("{}{prefix}{body}", fill(missing)),
        }
    }

    fn sign_text(&self, negative: bool) -> &'static str {
        match (negative, self.sign) {
            (true, _) => "-",
            (false, Some('+')) => "+",
            (false, Some(' ')) => " ",
            _ => "",
        }
    }

    /// Sign, prefix and digits, grouped and padded. `whole` are the digits before the point.
    fn number(&self, negative: bool, prefix: &str, whole: &str, rest: &str, group: usize) -> String {
        let head = format!("{}{prefix}", self.sign_text(negative));
        let Some(separator) = self.grouping else {
            return self.pad(&head, &format!("{whole}{rest}"), '>');
        };
        let mut whole = whole.to_owned();
        if self.fill == Some('0') && self.align == Some('=') {
            // Zeros that fill the width are grouped like other digits.
            let room = self.width.saturating_sub(head.chars().count() + rest.chars().count());
            let mut digits = whole.len();
            while digits + digits.saturating_sub(1) / group < room {
                digits += 1;
            }
            whole = format!("{}{whole}", "0".repeat(digits - whole.len()));
            return format!("{head}{}{rest}", grouped(&whole, separator, group));
        }
        self.pad(&head, &format!("{}{rest}", grouped(&whole, separator, group)), '>')
    }
}

fn grouped(digits: &str, separator: char, group: usize) -> String {
    let mut out = String::with_capacity(digits.len() + digits.len() / group);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(group) {
            out.push(separator);
        }
        out.push(digit);
    }
    out
}

fn unknown_code(kind: char, type_name: &str) -> Error {
    raise("ValueError", format!("Unknown format code '{kind}' for object of type '{type_name}'"))
}

fn format_str(text: &str, spec: &Spec) -> Result<String> {
    if let Some(kind) = spec.kind.filter(|k| *k != 's') {
        return Err(unknown_code(kind, "str"));
    }
    if spec.sign.is_some() {
        return Err(raise("ValueError", "Sign not allowed in string format specifier"));
    }
    if let Some(grouping) = spec.grouping {
        return Err(raise("ValueError", format!("Cannot specify '{grouping}' with 's'.")));
    }
    if spec.align == Some('=') {
        return Err(raise("ValueError", "'=' alignment not allowed in string format specifier"));
    }
    let cut: String = match spec.precision {
        Some(n) => text.chars().take(n).collect(),
        None => text.to_owned(),
    };
    Ok(spec.pad("", &cut, '<'))
}

/// An integer formatted as `d`, `b`, `o`, `x`, `X`, `c` or like a float.
pub(super) fn format_integer(number: &Number, spec: &Spec) -> Result<String> {
    let Some(value) = number.to_big() else { return Err(Error::internal("a float is formatted as an integer")) };
    let negative = value.sign() == Sign::Minus;
    let magnitude = value.magnitude();
    if spec.precision.is_some() && matches!(spec.kind, None | Some('d' | 'b' | 'o' | 'x' | 'X' | 'n' | 'c')) {
        return Err(raise("ValueError", "Precision not allowed in integer format specifier"));
    }
    let radix = |base: u32, prefix: &'static str| {
        let prefix = if spec.alternate { prefix } else { "" };
        (magnitude.to_str_radix(base), prefix)
    };
    let (digits, prefix, group) = match spec.kind {
        None | Some('d' | 'n') => (magnitude.to_str_radix(10), "", 3),
        Some('b') => (radix(2, "0b").0, radix(2, "0b").1, 4),
        Some('o') => (radix(8, "0o").0, radix(8, "0o").1, 4),
        Some('x') => (radix(16, "0x").0, radix(16, "0x").1, 4),
        Some('X') => (radix(16, "").0.to_uppercase(), if spec.alternate { "0X" } else { "" }, 4),
        Some('c') => {
            let code = u32::try_from(&value).ok().and_then(char::from_u32);
            let Some(c) = code else { return Err(raise("OverflowError", "%c arg not in range(0x110000)")) };
            return Ok(spec.pad("", &c.to_string(), '<'));
        }
        Some('e' | 'E' | 'f' | 'F' | 'g' | 'G' | '%') => return format_float(number.to_f64()?, spec),
        Some(kind) => return Err(unknown_code(kind, "int")),
    };
    Ok(spec.number(negative, prefix, &digits, "", group))
}

/// A float formatted as `e`, `f`, `g`, `%` or by default.
pub(super) fn format_float(x: f64, spec: &Spec) -> Result<String> {
    let negative = x.is_sign_negative() && !x.is_nan();
    let upper = matches!(spec.kind, Some('E' | 'F' | 'G'));
    if let Some(kind) = spec.kind.filter(|kind| !"eEfFgGn%".contains(*kind)) {
        return Err(unknown_code(kind, "float"));
    }
    if !x.is_finite() {
        let mut text = if x.is_nan() { "nan".to_owned() } else { "inf".to_owned() };
        if upper {
            text = text.to_uppercase();
        }
        let percent = if spec.kind == Some('%') { "%" } else { "" };
        return Ok(spec.number(negative, "", &format!("{text}{percent}"), "", usize::MAX));
    }
    let precision = spec.precision.unwrap_or(6);
    let text = match spec.kind {
        Some('f' | 'F') => float::fixed(x.abs(), precision),
        Some('%') => float::fixed(x.abs() * 100.0, precision) + "%",
        Some('e' | 'E') => {
            let (digits, exponent) = float::significant(x, precision + 1);
            float::scientific(&digits, exponent, 'e')
        }
        Some('g' | 'G' | 'n') => general(x, precision.max(1), spec.alternate, false),
        None => match spec.precision {
            Some(precision) => general(x, precision.max(1), spec.alternate, true),
            None => float::repr_float(x.abs()),
        },
        Some(kind) => return Err(unknown_code(kind, "float")),
    };
    let text = if upper { text.to_uppercase() } else { text };
    let is_zero = || !text.split(['e', 'E']).next().unwrap_or_default().contains(|c: char| matches!(c, '1'..='9'));
    let negative = negative && !(spec.no_negative_zero && is_zero());
    let (whole, rest) = match text.find(|c: char| !c.is_ascii_digit()) {
        Some(at) => text.split_at(at),
        None => (text.as_str(), ""),
    };
    let point =
        spec.alternate && !rest.contains('.') && matches!(spec.kind, Some('f' | 'F' | 'e' | 'E' | 'g' | 'G' | '%'));
    let rest = if point { format!(".{rest}") } else { rest.to_owned() };
    Ok(spec.number(negative, "", whole, &rest, 3))
}

/// A complex number: both parts formatted as floats, without zeros that fill.
fn format_complex(real: f64, imaginary: f64, spec: &Spec) -> Result<String> {
    if spec.fill == Some('0') && spec.align == Some('=') {
        return Err(raise("ValueError", "Zero padding is not allowed in complex format specifier"));
    }
    if spec.align == Some('=') {
        return Err(raise("ValueError", "'=' alignment flag is not allowed in complex format specifier"));
    }
    if let Some(kind) = spec.kind.filter(|kind| !"eEfFgGn".contains(*kind)) {
        return Err(unknown_code(kind, "complex"));
    }
    let part = |x: f64, sign: Option<char>| -> Result<String> {
        let kind = spec.kind.or(spec.precision.map(|_| 'g'));
        let (grouping, precision) = (spec.grouping, spec.precision);
        let (alternate, no_negative_zero) = (spec.alternate, spec.no_negative_zero);
        let text =
            format_float(x, &Spec { sign, kind, grouping, precision, alternate, no_negative_zero, ..Spec::default() })?;
        Ok(if kind.is_none() { text.trim_end_matches(".0").to_owned() } else { text })
    };
    let plain = spec.kind.is_none();
    let text = match plain && real == 0.0 && real.is_sign_positive() {
        true => format!("{}j", part(imaginary, spec.sign)?),
        false => format!("{}{}j", part(real, spec.sign)?, part(imaginary, Some('+'))?),
    };
    let text = if plain && !(real == 0.0 && real.is_sign_positive()) { format!("({text})") } else { text };
    Ok(spec.pad("", &text, '>'))
}

/// `precision` significant digits, positional or scientific by the size of the number, without trailing
/// zeros. `as_float` keeps a digit after the point and goes over to exponents one place earlier, as the
/// format without a type letter does.
fn general(x: f64, precision: usize, keep_zeros: bool, as_float: bool) -> String {
    let (digits, exponent) = if x == 0.0 { ("0".repeat(precision), 0) } else { float::significant(x, precision) };
    let limit = if as_float { precision as i32 - 1 } else { precision as i32 };
    let scientific = exponent < -4 || exponent >= limit;
    let trimmed = if keep_zeros { digits.as_str() } else { digits.trim_end_matches('0') };
    let trimmed = if trimmed.is_empty() { "0" } else { trimmed };
    if scientific {
        return float::scientific(trimmed, exponent, 'e');
    }
    let mut text = float::positional(trimmed, exponent);
    if as_float && !text.contains('.') {
        text.push_str(".0");
    }
    text
}

/// Digits of a non-negative integer in a base.
pub(super) fn in_base(value: &BigInt, base: u32) -> String {
    if value.is_zero() { "0".into() } else { value.magnitude().to_str_radix(base) }
}
