//! `str.format`.

use super::Text;
use crate::error::Result;
use crate::interp::Interp;
use crate::interp::exceptions::raise;
use crate::library::Args;
use crate::syntax::ast::Conversion;
use crate::value::{Host, Value};

/// How deep fields may nest in format specifications, as in Python.
const MAX_DEPTH: usize = 2;

/// The arguments of one `format` call and the automatic numbering of its fields.
struct Fields<'a> {
    args: &'a Args,
    next: usize,
    /// Whether fields are numbered by themselves, once one was met that tells.
    automatic: Option<bool>,
    host: Option<Host>,
}

impl Interp {
    /// The template with its fields filled in; the host value if one would be.
    pub(in crate::interp) fn template_format(&mut self, template: &str, args: &Args) -> Result<Text> {
        let mut fields = Fields { args, next: 0, automatic: None, host: None };
        let text = self.fill(template, &mut fields, MAX_DEPTH)?;
        Ok(fields.host.map_or(Ok(text), Err))
    }

    fn fill(&mut self, template: &str, fields: &mut Fields<'_>, depth: usize) -> Result<String> {
        let mut out = String::new();
        let mut rest = template;
        while let Some(at) = rest.find(['{', '}']) {
            let (text, tail) = rest.split_at(at);
            out.push_str(text);
            if let Some(after) = tail.strip_prefix("{{") {
                out.push('{');
                rest = after;
            } else if let Some(after) = tail.strip_prefix("}}") {
                out.push('}');
                rest = after;
            } else if tail.starts_with('}') {
                return Err(raise("ValueError", "Single '}' encountered in format string"));
            } else {
                let inner = tail.get(1..).unwrap_or_default();
                let Some(end) = closing(inner) else {
                    let what = if inner.is_empty() {
                        "Single '{' encountered in format string"
                    } else {
                        "expected '}' before end of string"
                    };
                    return Err(raise("ValueError", what));
                };
                let (field, after) = inner.split_at(end);
                out.push_str(&self.field(field, fields, depth)?);
                rest = after.get(1..).unwrap_or_default();
            }
        }
        out.push_str(rest);
        self.spend_length(out.len())?;
        Ok(out)
    }

    fn field(&mut self, field: &str, fields: &mut Fields<'_>, depth: usize) -> Result<String> {
        if depth == 0 {
            return Err(raise("ValueError", "Max string recursion exceeded"));
        }
        let (head, spec) = field.split_once(':').unwrap_or((field, ""));
        let (name, conversion) = match head.split_once('!') {
            None => (head, None),
            Some((name, "r")) => (name, Some(Conversion::Repr)),
            Some((name, "s")) => (name, Some(Conversion::Str)),
            Some((name, "a")) => (name, Some(Conversion::Ascii)),
            Some((_, other)) => {
                return Err(raise("ValueError", format!("Unknown conversion specifier {other}")));
            }
        };
        let value = self.lookup_field(name, fields)?;
        let spec = self.fill(spec, fields, depth - 1)?;
        if let Value::Host(host) = value {
            fields.host.get_or_insert(host);
            return Ok(String::new());
        }
        self.converted(&value, conversion, &spec)
    }

    fn lookup_field(&mut self, name: &str, fields: &mut Fields<'_>) -> Result<Value> {
        let end = name.find(['.', '[']).unwrap_or(name.len());
        let (first, mut rest) = name.split_at(end);
        let by_position = |index: usize| {
            fields.args.positional.get(index).cloned().ok_or_else(|| {
                raise("IndexError", format!("Replacement index {index} out of range for positional args tuple"))
            })
        };
        let number = if first.is_empty() { None } else { first.parse::<usize>().ok() };
        if first.is_empty() || number.is_some() {
            let automatic = first.is_empty();
            if *fields.automatic.get_or_insert(automatic) != automatic {
                let (from, to) = match automatic {
                    true => ("manual field specification", "automatic field numbering"),
                    false => ("automatic field numbering", "manual field specification"),
                };
                return Err(raise("ValueError", format!("cannot switch from {from} to {to}")));
            }
        }
        let mut value = if first.is_empty() {
            let index = fields.next;
            fields.next += 1;
            by_position(index)?
        } else if let Some(index) = number {
            by_position(index)?
        } else {
            match fields.args.keywords.iter().find(|(n, _)| &**n == first) {
                Some((_, value)) => value.clone(),
                None => return Err(self.missing_key(&Value::str(first))?),
            }
        };
        while !rest.is_empty() {
            if let Some(tail) = rest.strip_prefix('.') {
                let end = tail.find(['.', '[']).unwrap_or(tail.len());
                let (name, after) = tail.split_at(end);
                value = self.attribute(&value, name)?;
                rest = after;
            } else {
                let tail = rest.get(1..).unwrap_or_default();
                let Some((key, after)) = tail.split_once(']') else {
                    return Err(raise("ValueError", "Missing ']' in format string"));
                };
                let number = if key.starts_with(['-', '+']) { None } else { key.parse::<i64>().ok() };
                let key = number.map_or_else(|| Value::str(key), Value::Int);
                value = self.get_item(&value, &key)?;
                rest = after;
            }
        }
        Ok(value)
    }
}

/// Offset of the brace that closes a field.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => return Some(at),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}
