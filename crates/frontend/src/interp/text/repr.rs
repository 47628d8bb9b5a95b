//! `repr` and `str`.

use std::rc::Rc;

use keramos_ir::DType;

use super::float::repr_float;
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::attribute::user;
use crate::interp::classes::{Instance, Layout};
use crate::interp::dict_view::{DictView, Part};
use crate::interp::exceptions::{self, is_exception, raise};
use crate::interp::limits::deeper;
use crate::interp::set_order::in_order;
use crate::library::Args;
use crate::value::Value;

/// CPython's limit on the digits of an integer turned into text.
const MAX_DIGITS: u64 = 4300;

/// What its message goes on with.
pub(crate) const ADVICE: &str = "use sys.set_int_max_str_digits() to increase the limit";

impl Interp {
    /// `repr(value)`.
    pub(crate) fn repr_of(&mut self, value: &Value) -> Result<String> {
        let mut out = String::new();
        self.write_repr(&mut out, value, &mut Vec::new())?;
        Ok(out)
    }

    /// `str(value)`.
    pub(crate) fn str_of(&mut self, value: &Value) -> Result<String> {
        let value = &self.plain(value)?;
        match value {
            Value::Str(text) => Ok(text.to_string()),
            Value::Array(array) => Ok(super::array::array_str(array)),
            Value::DType(dtype) => Ok(dtype.numpy_name().to_owned()),
            Value::User(_) => {
                let Some(instance) = user::<Instance>(value) else { return self.repr_of(value) };
                if let Some(method) = instance.special(self, "__str__")? {
                    return self.text_from(&method, "__str__");
                }
                if is_exception(&instance.class) {
                    return exceptions::message(self, &instance);
                }
                match instance.plain.get() {
                    Some(plain) if instance.class.lookup("__repr__").is_none() => self.str_of(&plain.clone()),
                    _ => self.repr_of(value),
                }
            }
            _ => self.repr_of(value),
        }
    }

    fn text_from(&mut self, method: &Value, name: &str) -> Result<String> {
        match self.call(method, Args::default())? {
            Value::Str(text) => Ok(text.to_string()),
            other => Err(Error::ty(format!("{name} returned non-string (type {})", other.type_name()))),
        }
    }

    /// `around` are the containers being written, to break cycles.
    fn write_repr(&mut self, out: &mut String, value: &Value, around: &mut Vec<*const ()>) -> Result<()> {
        self.spend(1)?;
        match value {
            Value::Tuple(_) | Value::List(_) | Value::Dict(_) | Value::User(_) => {
                self.nested(|interp| deeper(|| interp.write_kind(out, value, around)))
            }
            _ => self.write_kind(out, value, around),
        }
    }

    fn write_kind(&mut self, out: &mut String, value: &Value, around: &mut Vec<*const ()>) -> Result<()> {
        match value {
            Value::None => out.push_str("None"),
            Value::Ellipsis => out.push_str("Ellipsis"),
            Value::Bool(true) => out.push_str("True"),
            Value::Bool(false) => out.push_str("False"),
            Value::Int(i) => out.push_str(&i.to_string()),
            Value::BigInt(i) => {
                // A decimal digit takes log2(10) ≈ 3.32 bits.
                if i.bits() * 100 > MAX_DIGITS * 333 {
                    let message =
                        format!("Exceeds the limit ({MAX_DIGITS} digits) for integer string conversion; {ADVICE}");
                    return Err(raise("ValueError", message));
                }
                out.push_str(&i.to_string());
            }
            Value::Float(x) => out.push_str(&repr_float(*x)),
            Value::Complex(real, imaginary) => out.push_str(&repr_complex(*real, *imaginary)),
            // Escapes make a text longer, each time that it is shown in another.
            Value::Str(text) => {
                let shown = repr_str(text);
                self.spend_length(shown.len())?;
                out.push_str(&shown);
            }
            Value::Bytes(bytes) => out.push_str(&repr_bytes(bytes)),
            Value::Tuple(values) => self.write_tuple(out, values, around)?,
            Value::List(values) => {
                self.inside(out, Rc::as_ptr(values).cast(), "[...]", around, |interp, out, around| {
                    let values = values.borrow().clone();
                    out.push('[');
                    interp.write_all(out, &values, around)?;
                    out.push(']');
                    Ok(())
                })?;
            }
            Value::Dict(entries) => {
                self.inside(out, Rc::as_ptr(entries).cast(), "{...}", around, |interp, out, around| {
                    let entries = entries.borrow().clone();
                    out.push('{');
                    for (index, (key, value)) in entries.iter().enumerate() {
                        if index > 0 {
                            out.push_str(", ");
                        }
                        interp.write_repr(out, key.value(), around)?;
                        out.push_str(": ");
                        interp.write_repr(out, value, around)?;
                    }
                    out.push('}');
                    Ok(())
                })?;
            }
            Value::Set(keys) => {
                let values = in_order(&keys.borrow());
                if values.is_empty() {
                    out.push_str("set()");
                } else {
                    out.push('{');
                    self.write_all(out, &values, around)?;
                    out.push('}');
                }
            }
            Value::FrozenSet(keys) => {
                let values = in_order(keys);
                out.push_str("frozenset(");
                if !values.is_empty() {
                    out.push('{');
                    self.write_all(out, &values, around)?;
                    out.push('}');
                }
                out.push(')');
            }
            Value::Slice(parts) => {
                out.push_str("slice(");
                self.write_all(out, &**parts, around)?;
                out.push(')');
            }
            Value::User(object) => match user::<Instance>(value) {
                Some(instance) => self.write_instance(out, &instance, around)?,
                None => match user::<DictView>(value) {
                    Some(view) => {
                        out.push_str(match view.part() {
                            Part::Keys => "dict_keys([",
                            Part::Values => "dict_values([",
                            Part::Items => "dict_items([",
                        });
                        self.write_all(out, &view.elements(), around)?;
                        out.push_str("])");
                    }
                    None => out.push_str(&object.repr()),
                },
            },
            Value::Object(object) => out.push_str(&object.repr()),
            Value::Function(function) => out.push_str(&format!("<function {}>", function.name)),
            Value::Method(_, method) => out.push_str(&format!("<bound method {}>", method.name)),
            Value::Class(class) => out.push_str(&format!("<class '{}'>", class.name)),
            Value::Module(module) => out.push_str(&format!("<module '{}'>", module.name)),
            // Types that NumPy itself does not have are shown without quotes.
            Value::DType(dtype @ (DType::BF16 | DType::F8E4M3FN | DType::F8E5M2)) => {
                out.push_str(&format!("dtype({})", dtype.numpy_name()));
            }
            Value::DType(dtype) => out.push_str(&format!("dtype('{}')", dtype.numpy_name())),
            // JAX has elements of eight bytes only where it is told to.
            Value::Array(array)
                if self.is_numpy(value)
                    || array.ty().dtype.size() >= 8 && array.ty().dtype != DType::C64 && !self.tracer.x64 =>
            {
                out.push_str(&super::numpy_repr(array));
            }
            Value::Array(array) => {
                let weak = self.eval.arrays.is_weak(array);
                out.push_str(&super::array_repr(array, weak));
            }
            Value::Tensor(_) | Value::Symbolic(_) => {
                out.push_str(&format!("<{}>", value.type_name()));
            }
            Value::Host(host) => out.push_str(&format!("<{}>", host.what())),
        }
        Ok(())
    }

    /// Writes a container unless it is being written already.
    fn inside(
        &mut self,
        out: &mut String,
        address: *const (),
        cycle: &str,
        around: &mut Vec<*const ()>,
        write: impl FnOnce(&mut Interp, &mut String, &mut Vec<*const ()>) -> Result<()>,
    ) -> Result<()> {
        if around.contains(&address) {
            out.push_str(cycle);
            return Ok(());
        }
        around.push(address);
        let result = write(self, out, around);
        around.pop();
        result
    }

    fn write_all(&mut self, out: &mut String, values: &[Value], around: &mut Vec<*const ()>) -> Result<()> {
        for (index, value) in values.iter().enumerate() {
            if index > 0 {
                out.push_str(", ");
            }
            self.write_repr(out, value, around)?;
        }
        Ok(())
    }

    fn write_tuple(&mut self, out: &mut String, values: &[Value], around: &mut Vec<*const ()>) -> Result<()> {
        out.push('(');
        self.write_all(out, values, around)?;
        out.push_str(if values.len() == 1 { ",)" } else { ")" });
        Ok(())
    }

    fn write_instance(&mut self, out: &mut String, instance: &Rc<Instance>, around: &mut Vec<*const ()>) -> Result<()> {
        if let Some(method) = instance.special(self, "__repr__")? {
            out.push_str(&self.text_from(&method, "__repr__")?);
            return Ok(());
        }
        let class = &instance.class;
        if let Some(plain) = instance.plain.get().cloned() {
            return match &plain {
                Value::Set(_) => {
                    let shown = self.repr_of(&plain)?;
                    let inner = if shown == "set()" { "" } else { shown.as_str() };
                    out.push_str(&format!("{}({inner})", class.name));
                    Ok(())
                }
                _ => self.write_repr(out, &plain, around),
            };
        }
        if is_exception(class) {
            out.push_str(&class.name);
            let args = instance.get("args").and_then(|v| v.elements()).unwrap_or_default();
            out.push('(');
            self.write_all(out, &args, around)?;
            out.push(')');
            return Ok(());
        }
        let layout = class.layout.borrow().clone();
        let fields: Vec<(Rc<str>, Value)> = match &layout {
            Layout::Tuple(names, _) => {
                let values = instance.tuple.iter().flat_map(|values| values.iter().cloned());
                names.iter().cloned().zip(values).collect()
            }
            Layout::Data(data) if data.repr => {
                let shown = data.fields.iter().filter(|f| f.repr);
                let names: Vec<Rc<str>> = shown.map(|f| f.name.clone()).collect();
                let object = Value::User(instance.clone());
                let value = |name: Rc<str>| Ok((name.clone(), self.attribute(&object, &name)?));
                names.into_iter().map(value).collect::<Result<_>>()?
            }
            _ => {
                if let Some(elements) = &instance.tuple {
                    return self.write_tuple(out, elements, around);
                }
                out.push_str(&crate::value::Object::repr(&**instance));
                return Ok(());
            }
        };
        self.inside(out, Rc::as_ptr(instance).cast(), "...", around, |interp, out, around| {
            out.push_str(&class.name);
            out.push('(');
            for (index, (name, value)) in fields.iter().enumerate() {
                if index > 0 {
                    out.push_str(", ");
                }
                out.push_str(name);
                out.push('=');
                interp.write_repr(out, value, around)?;
            }
            out.push(')');
            Ok(())
        })
    }
}

/// A complex number: without a real part of +0, and without the fractions that whole numbers lack.
pub(crate) fn repr_complex(real: f64, imaginary: f64) -> String {
    complex(real, imaginary, repr_float)
}

/// The same with floats as `write` writes them.
pub(super) fn complex(real: f64, imaginary: f64, write: impl Fn(f64) -> String) -> String {
    let part = |x: f64| {
        let text = write(x);
        text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
    };
    if real == 0.0 && real.is_sign_positive() {
        return format!("{}j", part(imaginary));
    }
    let imaginary = part(imaginary);
    let sign = if imaginary.starts_with('-') { "" } else { "+" };
    format!("({}{sign}{imaginary}j)", part(real))
}

/// Bytes as Python writes them in source.
fn repr_bytes(bytes: &[u8]) -> String {
    let quote = if bytes.contains(&b'\'') && !bytes.contains(&b'"') { '"' } else { '\'' };
    let mut out = format!("b{quote}");
    for &byte in bytes {
        match byte {
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            byte if char::from(byte) == quote => {
                out.push('\\');
                out.push(quote);
            }
            0x20..=0x7e => out.push(char::from(byte)),
            byte => out.push_str(&format!("\\x{byte:02x}")),
        }
    }
    out.push(quote);
    out
}

/// A string as Python writes it in source.
pub(crate) fn repr_str(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut out = String::with_capacity(text.len() + 2);
    out.push(quote);
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c == quote => {
                out.push('\\');
                out.push(c);
            }
            c if is_printable(c) => out.push(c),
            c => push_escaped(&mut out, c),
        }
    }
    out.push(quote);
    out
}

/// `ascii()` of an already represented text.
pub(super) fn ascii(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii() { out.push(c) } else { push_escaped(&mut out, c) }
    }
    out
}

fn push_escaped(out: &mut String, c: char) {
    let code = u32::from(c);
    out.push_str(&match code {
        0..=0xff => format!("\\x{code:02x}"),
        0x100..=0xffff => format!("\\u{code:04x}"),
        _ => format!("\\U{code:08x}"),
    });
}

/// What Python shows as it is; blanks other than the space, controls and format characters are escaped.
fn is_printable(c: char) -> bool {
    c == ' '
        || !(c.is_control()
            || c.is_whitespace()
            || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e000}'..='\u{f8ff}'))
}
