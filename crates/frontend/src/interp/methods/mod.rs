//! Methods of Python's own types.

mod bytes;
mod dict;
mod list;
mod number;
mod set;
mod special;
mod string;
mod string_parts;

use std::rc::Rc;

use super::Interp;
use super::attribute::user;
use super::classes::plain_of;
use super::compare::tuple_of;
use super::dict_view::{DictView, Part};
use super::iterate::{IterObject, Range};
use crate::error::{Error, Result};
use crate::library::{Args, Bound, Signature};
use crate::value::{Object, Value};

pub(super) use number::array_method;

/// A method of a type that the evaluator itself implements.
#[derive(Debug)]
pub struct ValueMethod {
    /// Its name.
    pub name: &'static str,
    /// The parameters, without the receiver.
    pub signature: Signature,
    /// What it does.
    pub doc: &'static str,
    /// The implementation.
    pub call: fn(&mut Interp, &Value, &mut Bound) -> Result<Value>,
}

/// A table of methods, written as `functions!` writes functions.
macro_rules! methods {
    ($($name:literal [$($param:tt)*] $doc:literal => $call:expr;)*) => {
        &[$($crate::interp::methods::ValueMethod {
            name: $name,
            signature: $crate::library::Signature::new(&[$($crate::interp::builtins::param!($param)),*]),
            doc: $doc,
            call: $call,
        }),*]
    };
}

pub(super) use methods;

/// A method bound to its receiver, or waiting for it (`str.upper`).
#[derive(Debug)]
struct BoundValueMethod {
    receiver: Option<Value>,
    method: &'static ValueMethod,
}

/// Methods that keep or look for a value, and so take host values like any other.
const TAKES_HOST: &[&str] = &["append", "insert", "extend", "get", "setdefault", "pop", "update", "add", "format"];

impl Object for BoundValueMethod {
    fn class_name(&self) -> Rc<str> {
        "builtin_function_or_method".into()
    }

    fn call(self: Rc<Self>, interp: &mut Interp, mut args: Args) -> Result<Value> {
        let receiver = match &self.receiver {
            Some(receiver) => receiver.clone(),
            None if args.positional.is_empty() => {
                return Err(Error::ty(format!("unbound method {}() needs an argument", self.method.name)));
            }
            None => args.positional.remove(0),
        };
        let receiver = plain_of(&receiver).unwrap_or(receiver);
        if let Value::Str(_) = receiver {
            for value in &mut args.positional {
                if let Some(plain) = plain_of(value) {
                    *value = plain;
                }
            }
        }
        if !TAKES_HOST.contains(&self.method.name) {
            let mut values = args.positional.iter().chain(args.keywords.iter().map(|(_, v)| v));
            if let Some(host) = values.find(|v| matches!(v, Value::Host(_))) {
                return Ok(host.clone());
            }
        }
        let mut bound = self.method.signature.bind(self.method.name, args)?;
        let result = (self.method.call)(interp, &receiver, &mut bound)?;
        interp.container_changed(&receiver)?;
        Ok(result)
    }

    fn get_attr(self: Rc<Self>, _interp: &mut Interp, name: &str) -> Result<Option<Value>> {
        Ok(match name {
            "__name__" => Some(Value::str(self.method.name)),
            "__doc__" => Some(Value::str(self.method.doc)),
            "__self__" => self.receiver.clone(),
            _ => None,
        })
    }

    fn repr(&self) -> String {
        format!("<built-in method {}>", self.method.name)
    }
}

/// The tables of methods by type, for lookups and for the language reference.
pub fn tables() -> [(&'static str, &'static [ValueMethod]); 29] {
    [
        ("str", special::CONTAINER),
        ("str", special::SEQUENCE),
        ("list", special::CONTAINER),
        ("list", special::SEQUENCE),
        ("list", special::MUTABLE),
        ("tuple", special::CONTAINER),
        ("tuple", special::SEQUENCE),
        ("dict", special::CONTAINER),
        ("dict", special::MUTABLE),
        ("number", special::NUMBER),
        ("str", string::METHODS),
        ("str", string_parts::METHODS),
        ("list", list::LIST),
        ("tuple", list::TUPLE),
        ("range", list::TUPLE),
        ("dict", dict::METHODS),
        ("set", set::READING),
        ("set", set::CHANGING),
        ("frozenset", set::READING),
        ("dict view", set::VIEW),
        ("set", special::CONTAINER),
        ("frozenset", special::CONTAINER),
        ("slice", special::SLICE),
        ("bytes", bytes::OWN),
        ("bytes", bytes::SHARED),
        ("bytes", special::CONTAINER),
        ("complex", number::COMPLEX),
        ("number", number::METHODS),
        ("iterator", list::ITERATOR),
    ]
}

fn kind(value: &Value) -> Option<&'static str> {
    Some(match value {
        Value::Str(_) => "str",
        Value::List(_) => "list",
        Value::Dict(_) => "dict",
        Value::Set(_) => "set",
        Value::FrozenSet(_) => "frozenset",
        Value::Slice(_) => "slice",
        Value::Bytes(_) => "bytes",
        Value::Complex(..) => "complex",
        Value::Bool(_) | Value::Int(_) | Value::BigInt(_) | Value::Float(_) => "number",
        _ if tuple_of(value).is_some() => "tuple",
        _ if user::<Range>(value).is_some() => "range",
        _ if user::<IterObject>(value).is_some() => "iterator",
        _ if user::<DictView>(value).is_some_and(|view| view.part() != Part::Values) => "dict view",
        _ => return None,
    })
}

fn declared(kind: &str, name: &str) -> Option<&'static ValueMethod> {
    tables().iter().filter(|(k, _)| *k == kind).flat_map(|(_, methods)| methods.iter()).find(|m| m.name == name)
}

/// The method or attribute of a value of Python's own types.
pub(super) fn find(value: &Value, name: &str) -> Option<Value> {
    let kind = kind(value)?;
    if let Some(attribute) = number::attribute(value, name).or_else(|| special::slice_attribute(value, name)) {
        return Some(attribute);
    }
    let method = declared(kind, name)?;
    Some(Value::User(Rc::new(BoundValueMethod { receiver: Some(value.clone()), method })))
}

/// A method read from a type, such as `str.upper`.
pub(super) fn of_type(kind: &str, name: &str) -> Option<Value> {
    let kind = match kind {
        "int" | "float" | "bool" => "number",
        other => other,
    };
    let method = declared(kind, name)?;
    Some(Value::User(Rc::new(BoundValueMethod { receiver: None, method })))
}

/// A method of a type that needs no receiver.
pub(super) fn unbound(kind: &str, name: &str) -> Value {
    match declared(kind, name) {
        Some(method) => Value::User(Rc::new(BoundValueMethod { receiver: Some(Value::None), method })),
        None => Value::None,
    }
}

/// The names of a value's methods.
pub(super) fn names(value: &Value) -> Vec<&'static str> {
    let Some(kind) = kind(value) else { return Vec::new() };
    tables().iter().filter(|(k, _)| *k == kind).flat_map(|(_, methods)| methods.iter().map(|m| m.name)).collect()
}
