//! `template % values`.

use super::Text;
use super::spec::{Spec, format_float, in_base};
use crate::error::{Error, Result};
use crate::fuel::check_length;
use crate::interp::Interp;
use crate::interp::exceptions::raise;
use crate::interp::operators::number::{self, Number};
use crate::interp::tensor::element;
use crate::library::Args;
use crate::value::{Host, Key, Value};

/// One `%` conversion: `%(key)flags width .precision kind`.
#[derive(Default)]
struct Conversion {
    key: Option<String>,
    spec: Spec,
    zero: bool,
    left: bool,
}

impl Interp {
    /// The template with its conversions filled in; the host value if one would be.
    pub(in crate::interp) fn percent_format(&mut self, template: &str, values: &Value) -> Result<Text> {
        let mut out = String::new();
        let mut chars = template.chars().peekable();
        let sequence = match values {
            Value::Tuple(values) => values.to_vec(),
            other => vec![other.clone()],
        };
        let mut rest = sequence.into_iter();
        let mut host: Option<Host> = None;
        let mut by_key = false;
        while let Some(c) = chars.next() {
            if c != '%' {
                out.push(c);
                continue;
            }
            let mut conversion = Conversion::default();
            if chars.next_if_eq(&'(').is_some() {
                let mut key = String::new();
                loop {
                    match chars.next() {
                        Some(')') => break,
                        Some(c) => key.push(c),
                        None => return Err(raise("ValueError", "incomplete format key")),
                    }
                }
                conversion.key = Some(key);
            }
            while let Some(flag) = chars.next_if(|c| "-+ #0".contains(*c)) {
                match flag {
                    '-' => conversion.left = true,
                    '0' => conversion.zero = true,
                    '#' => conversion.spec.alternate = true,
                    sign => conversion.spec.sign = Some(if conversion.spec.sign == Some('+') { '+' } else { sign }),
                }
            }
            let width = written(&mut chars, &mut rest)?.unwrap_or(0);
            conversion.left |= width < 0;
            conversion.spec.width = width.unsigned_abs() as usize;
            check_length(conversion.spec.width)?;
            if chars.next_if_eq(&'.').is_some() {
                let precision = written(&mut chars, &mut rest)?.map_or(0, |n| usize::try_from(n).unwrap_or(0));
                check_length(precision)?;
                conversion.spec.precision = Some(precision);
            }
            // Sizes of C's integers mean nothing here.
            let _ = chars.next_if(|c| "hlL".contains(*c));
            let Some(kind) = chars.next() else { return Err(raise("ValueError", "incomplete format")) };
            if kind == '%' {
                out.push('%');
                continue;
            }
            if !"diouxXeEfFgGcrsa".contains(kind) {
                let at = template.chars().count() - chars.clone().count() - 1;
                let message = format!("unsupported format character '{kind}' (0x{:x}) at index {at}", u32::from(kind));
                return Err(raise("ValueError", message));
            }
            let value = match &conversion.key {
                Some(key) => {
                    by_key = true;
                    let Value::Dict(entries) = values else { return Err(Error::ty("format requires a mapping")) };
                    let found = entries.borrow().get(&Key::name(key.as_str())).cloned();
                    match found {
                        Some(value) => value,
                        None => return Err(self.missing_key(&Value::str(key.as_str()))?),
                    }
                }
                None => rest.next().ok_or_else(too_few)?,
            };
            // An array of one number is that number.
            let value = match self.or_unknown(&value) {
                Value::Array(array) if !"rsac".contains(kind) && array.ty().size() == 1 => {
                    element(&array, 0).unwrap_or(Value::Array(array))
                }
                other => other,
            };
            match &value {
                Value::Host(origin) => host = host.or(Some(origin.clone())),
                _ => out.push_str(&self.percent_field(conversion, kind, &value)?),
            }
        }
        let surplus = rest.next().is_some() && !by_key && !matches!(values, Value::Dict(_) | Value::List(_));
        if surplus && host.is_none() {
            return Err(Error::ty("not all arguments converted during string formatting"));
        }
        Ok(host.map_or(Ok(out), Err))
    }

    /// The number that the first of these methods which the value's class has gives.
    fn number_from(&mut self, value: &Value, names: &[&str]) -> Result<Option<Number>> {
        for name in names {
            if let Some(method) = self.special(value, name)? {
                let number = self.call(&method, Args::default())?;
                return Ok(Number::of(&number));
            }
        }
        Ok(None)
    }

    fn percent_field(&mut self, conversion: Conversion, kind: char, value: &Value) -> Result<String> {
        let Conversion { mut spec, zero, left, .. } = conversion;
        spec.align = Some(if left { '<' } else { '>' });
        let numeric = |what: &str| Error::ty(format!("%{kind} format: {what} is required, not {}", value.type_name()));
        match kind {
            's' | 'r' | 'a' => {
                let text = match kind {
                    's' => self.str_of(value)?,
                    'r' => self.repr_of(value)?,
                    _ => super::repr::ascii(&self.repr_of(value)?),
                };
                let cut: String = match spec.precision {
                    Some(n) => text.chars().take(n).collect(),
                    None => text,
                };
                Ok(spec.pad("", &cut, '>'))
            }
            'c' => {
                let text = match value {
                    Value::Str(text) if text.chars().count() == 1 => text.to_string(),
                    other => match number::index(other) {
                        Some(code) => match u32::try_from(code).ok().and_then(char::from_u32) {
                            Some(c) => c.to_string(),
                            None => return Err(raise("OverflowError", "%c arg not in range(0x110000)")),
                        },
                        None => return Err(Error::ty("%c requires int or char")),
                    },
                };
                Ok(spec.pad("", &text, '>'))
            }
            'd' | 'i' | 'u' | 'x' | 'X' | 'o' => {
                let decimal = matches!(kind, 'd' | 'i' | 'u');
                let wanted = if decimal { "a real number" } else { "an integer" };
                let number = match Number::of(value) {
                    Some(number) => number,
                    None => {
                        let names: &[&str] = if decimal { &["__int__", "__index__"] } else { &["__index__"] };
                        self.number_from(value, names)?.ok_or_else(|| numeric(wanted))?
                    }
                };
                let whole = match &number {
                    Number::Float(x) if decimal => Number::of(&number::truncate(*x)?),
                    Number::Float(_) => return Err(numeric("an integer")),
                    _ => Some(number.clone()),
                };
                let Some(big) = whole.as_ref().and_then(Number::to_big) else { return Err(numeric("an integer")) };
                let (base, prefix) = match kind {
                    'x' => (16, "0x"),
                    'X' => (16, "0X"),
                    'o' => (8, "0o"),
                    _ => (10, ""),
                };
                let mut digits = in_base(&big, base);
                if kind == 'X' {
                    digits = digits.to_uppercase();
                }
                if let Some(precision) = spec.precision {
                    digits = format!("{}{digits}", "0".repeat(precision.saturating_sub(digits.len())));
                }
                let sign = match (number.is_negative(), spec.sign) {
                    (true, _) => "-",
                    (false, Some('+')) => "+",
                    (false, Some(' ')) => " ",
                    _ => "",
                };
                let prefix = if spec.alternate { format!("{sign}{prefix}") } else { sign.to_owned() };
                if zero && !left {
                    spec.fill = Some('0');
                    spec.align = Some('=');
                }
                Ok(spec.pad(&prefix, &digits, '>'))
            }
            'e' | 'E' | 'f' | 'F' | 'g' | 'G' => {
                let x = Number::of(value)
                    .ok_or_else(|| Error::ty(format!("must be real number, not {}", value.type_name())))?;
                spec.kind = Some(kind);
                if zero && !left {
                    spec.fill = Some('0');
                    spec.align = Some('=');
                }
                format_float(x.to_f64()?, &spec)
            }
            other => {
                Err(raise("ValueError", format!("unsupported format character '{other}' (0x{:x})", u32::from(other))))
            }
        }
    }
}

fn too_few() -> Error {
    Error::ty("not enough arguments for format string")
}

/// A width or precision: digits, or `*` for the next value.
fn written(
    chars: &mut std::iter::Peekable<std::str::Chars<'_>>,
    rest: &mut std::vec::IntoIter<Value>,
) -> Result<Option<i64>> {
    if chars.next_if_eq(&'*').is_some() {
        let value = rest.next().ok_or_else(too_few)?;
        return number::index(&value).map(Some).ok_or_else(|| Error::ty("* wants int"));
    }
    let mut digits = String::new();
    while let Some(digit) = chars.next_if(char::is_ascii_digit) {
        digits.push(digit);
    }
    Ok(if digits.is_empty() { None } else { Some(digits.parse().unwrap_or(i64::MAX)) })
}
