//! Values as text: `repr`, `str`, format specifications, `%` and `str.format`.

mod array;
mod digits;
pub(crate) mod float;
mod percent;
pub(crate) mod repr;
mod spec;
mod template;

pub(crate) use array::{array_repr, numpy_repr};
pub(crate) use digits::{ascii_digit, decimal_digit, is_raised_digit};
pub(crate) use float::round_decimal;
pub(crate) use repr::repr_str;

use std::rc::Rc;

use super::Interp;
use super::scope::Env;
use crate::error::Result;
use crate::syntax::ast::{Conversion, FStringPart};
use crate::value::{Host, Value};

/// A text, or the host value that it would contain.
pub(crate) type Text = std::result::Result<String, Host>;

impl Interp {
    /// The value of an f-string: a host value if a field is one.
    pub(super) fn f_string(&mut self, env: &Rc<Env>, parts: &[FStringPart]) -> Result<Value> {
        Ok(self.f_string_text(env, parts)?.map_or_else(Value::Host, Value::str))
    }

    fn f_string_text(&mut self, env: &Rc<Env>, parts: &[FStringPart]) -> Result<Text> {
        let mut text = String::new();
        let mut host = None;
        for part in parts {
            match part {
                FStringPart::Text(literal) => text.push_str(literal),
                FStringPart::Field(field) => {
                    if let Some(debug) = &field.debug {
                        text.push_str(debug);
                    }
                    let value = self.eval(env, &field.value)?;
                    let value = self.plain(&value)?;
                    let value = self.or_unknown(&value);
                    let spec = match &field.format {
                        Some(parts) => self.f_string_text(env, parts)?,
                        None => Ok(String::new()),
                    };
                    let (Ok(spec), false) = (&spec, matches!(value, Value::Host(_))) else {
                        host = host.or(match value {
                            Value::Host(origin) => Some(origin),
                            _ => spec.err(),
                        });
                        continue;
                    };
                    let conversion = match (field.conversion, &field.debug) {
                        (None, Some(_)) if spec.is_empty() => Some(Conversion::Repr),
                        (conversion, _) => conversion,
                    };
                    let shown = self.converted(&value, conversion, spec).map_err(|error| error.at(field.span))?;
                    text.push_str(&shown);
                }
            }
        }
        self.spend_length(text.len())?;
        Ok(host.map_or(Ok(text), Err))
    }

    /// A value converted and formatted as a replacement field says.
    pub(super) fn converted(&mut self, value: &Value, conversion: Option<Conversion>, spec: &str) -> Result<String> {
        let text = match conversion {
            None => return self.format(value, spec),
            Some(Conversion::Str) => self.str_of(value)?,
            Some(Conversion::Repr) => self.repr_of(value)?,
            Some(Conversion::Ascii) => repr::ascii(&self.repr_of(value)?),
        };
        self.format(&Value::str(text), spec)
    }
}
