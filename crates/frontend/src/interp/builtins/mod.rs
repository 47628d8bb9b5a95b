//! Python's built-in functions and types.

mod attributes;
mod bytes;
mod complex;
mod containers;
mod convert;
mod numbers;
mod scalars;
mod sequences;
mod types;

use std::rc::Rc;

use indexmap::IndexMap;

use super::classes::UserClass;
use super::exceptions;
use super::host;
use crate::error::Result;
use crate::interp::Interp;
use crate::library::{Args, FunctionDecl};
use crate::syntax::ast::Symbol;
use crate::value::host::{Known, Taken};
use crate::value::{Object, Value, downcast};

pub(crate) use attributes::address;
pub(crate) use bytes::bytes_from;
pub(crate) use convert::sort_values;
pub(crate) use types::{BuiltinType, NamedType};

/// One parameter of a built-in function: `(x)`, `(x = Default::None)`, `(*args)`, `(**kwargs)`.
macro_rules! param {
    (($name:ident)) => {
        $crate::library::Param::required(stringify!($name))
    };
    (($name:ident = $default:expr)) => {
        $crate::library::Param::new(stringify!($name), $default)
    };
    ((* * $name:ident)) => {
        $crate::library::Param::keywords(stringify!($name))
    };
    ((* $name:ident)) => {
        $crate::library::Param::variadic(stringify!($name))
    };
}

/// A table of functions: `"name" [(parameter)…] "what it does" => implementation;`.
macro_rules! functions {
    ($($name:literal [$($param:tt)*] $doc:literal => $call:expr;)*) => {
        &[$($crate::library::FunctionDecl {
            name: $name,
            signature: $crate::library::Signature::new(&[$($crate::interp::builtins::param!($param)),*]),
            doc: $doc,
            call: $call,
        }),*]
    };
}

pub(crate) use {functions, param};

/// A function of Python's own library: evaluated as it stands, also on symbolic tensors.
#[derive(Debug)]
pub(crate) struct Builtin(pub(crate) &'static FunctionDecl);

/// Functions that take host values like any other; the rest give a host value when they get one.
const TAKES_HOST: &[&str] = &[
    "print",
    "dict",
    "setattr",
    "getattr",
    "partial",
    "is_host",
    "likeness",
    "_told",
    "isinstance",
    "type",
    "id",
    "tuple_of",
    "field",
    "range",
    "replace",
    "slice",
];

/// Functions of which it is known what they make of numbers of rows.
const OF_COUNTS: &[&str] = &["abs", "float", "int", "len", "round"];

/// Functions that need the elements of arrays: of arrays that only the run knows they give host values.
const OF_VALUES: &[&str] = &["bool", "float", "format", "int", "max", "min", "print", "repr", "round", "str"];

impl Builtin {
    /// The function as a value.
    pub(crate) fn value(decl: &'static FunctionDecl) -> Value {
        Value::User(Rc::new(Builtin(decl)))
    }
}

/// Functions that go through all that an iterator gives.
const COLLECTS: &[&str] = &["dict", "frozenset", "list", "max", "min", "set", "sorted", "sum", "tuple"];

/// Calls a declared function of Python's library.
fn call_declared(interp: &mut Interp, decl: &'static FunctionDecl, mut args: Args) -> Result<Value> {
    if OF_VALUES.contains(&decl.name) && interp.tracer.depth() == 0 {
        args.positional.iter_mut().for_each(|value| *value = interp.or_unknown(value));
    }
    if COLLECTS.contains(&decl.name)
        && interp.tracer.depth() == 0
        && let Some(first) = args.positional.first()
        && let Some(collected) = interp.collected(first)?
    {
        args.positional[0] = collected;
    }
    if !TAKES_HOST.contains(&decl.name) {
        let mut values = args.positional.iter().chain(args.keywords.iter().map(|(_, v)| v));
        if let Some(Value::Host(host)) = values.find(|v| matches!(v, Value::Host(_))) {
            let length = host.told().and_then(|ty| ty.shape.first()).filter(|_| decl.name == "len");
            if let Some(&n) = length {
                return Ok(Value::Int(n as i64));
            }
            if let ("len", Some(rows)) = (decl.name, host.rows()) {
                let rows = Known::Number(Value::Int(i64::try_from(rows).unwrap_or(i64::MAX)));
                return Ok(Value::Host(host.taken(Taken::Length).know(rows)));
            }
            let counted = (host.has_unknown_rows() && decl.name == "len") || host.number_in(0).is_some();
            if counted && OF_COUNTS.contains(&decl.name) {
                let result = host.derived().taken(Taken::Length);
                return Ok(interp
                    .of_type(result, args.positional, |interp, of| call_declared(interp, decl, Args::positional(of))));
            }
            if decl.name == "enumerate"
                && let Some(pairs) = containers::enumerated(host, &args)
            {
                return Ok(Value::Host(pairs));
            }
            let host = if decl.name == "len" { host.derived().taken(Taken::Length) } else { host.derived() };
            return Ok(match crate::modules::numpy::is_own(decl) {
                true => interp.numpy_call(decl.name, args, host),
                false => Value::Host(host),
            });
        }
    }
    let mut bound = decl.signature.bind(decl.name, args)?;
    (decl.call)(interp, &mut bound)
}

impl Object for Builtin {
    fn class_name(&self) -> Rc<str> {
        "builtin_function_or_method".into()
    }

    fn call(self: Rc<Self>, interp: &mut Interp, args: Args) -> Result<Value> {
        call_declared(interp, self.0, args)
    }

    fn get_attr(self: Rc<Self>, _interp: &mut Interp, name: &str) -> Result<Option<Value>> {
        Ok(match name {
            "__name__" | "__qualname__" => Some(Value::str(self.0.name)),
            "__doc__" => Some(Value::str(self.0.doc)),
            "from_iterable" if self.0.name == "chain" => crate::modules::itertools::from_iterable().map(Builtin::value),
            _ => None,
        })
    }

    fn repr(&self) -> String {
        format!("<built-in function {}>", self.0.name)
    }
}

/// The names that every program sees.
#[derive(Debug)]
pub(crate) struct Builtins {
    names: IndexMap<Symbol, Value>,
}

impl Default for Builtins {
    fn default() -> Self {
        let mut names: IndexMap<Symbol, Value> = IndexMap::new();
        for decl in function_tables().into_iter().flatten() {
            names.insert(decl.name.into(), Builtin::value(decl));
        }
        for decl in types::TYPES {
            names.insert(decl.name.into(), Value::User(Rc::new(BuiltinType(decl))));
        }
        for (class, base) in exceptions::CLASSES {
            let base = match names.get(*base) {
                Some(Value::User(object)) => downcast::<UserClass>(object),
                _ => None,
            };
            let bases: Vec<Rc<UserClass>> = base.into_iter().collect();
            if let Ok(class_object) = UserClass::new((*class).into(), &bases, IndexMap::new()) {
                names.insert((*class).into(), Value::User(Rc::new(class_object)));
            }
        }
        for alias in ["IOError", "EnvironmentError"] {
            if let Some(os_error) = names.get("OSError").cloned() {
                names.insert(alias.into(), os_error);
            }
        }
        names.insert("NotImplemented".into(), Value::User(Rc::new(NotImplemented)));
        names.insert("Ellipsis".into(), Value::Ellipsis);
        names.insert("__name__".into(), Value::str("__main__"));
        names.insert("__file__".into(), host::file_name());
        names.insert("__debug__".into(), Value::Bool(true));
        Builtins { names }
    }
}

impl Builtins {
    /// The value of a built-in name.
    pub(crate) fn get(&self, name: &str) -> Option<Value> {
        self.names.get(name).cloned()
    }

    /// All built-in names.
    pub(crate) fn names(&self) -> Vec<Symbol> {
        self.names.keys().cloned().collect()
    }

    /// The exception of operands that do not fit. Libraries raise a `TypeError` in one place and a `ValueError` in
    /// another: either catches it.
    pub(crate) fn mismatch(&self) -> Option<Rc<UserClass>> {
        let bases: Vec<Rc<UserClass>> =
            ["TypeError", "ValueError"].iter().filter_map(|name| self.exception(name)).collect();
        UserClass::new("TypeError".into(), &bases, IndexMap::new()).ok().map(Rc::new)
    }

    /// A built-in exception class.
    pub(crate) fn exception(&self, name: &str) -> Option<Rc<UserClass>> {
        match self.names.get(name) {
            Some(Value::User(object)) => downcast::<UserClass>(object),
            _ => None,
        }
    }
}

/// The declared built-in functions, for the language reference and the table of names.
pub fn function_tables() -> Vec<&'static [FunctionDecl]> {
    vec![attributes::FUNCTIONS, convert::FUNCTIONS, numbers::FUNCTIONS, sequences::FUNCTIONS]
}

/// The declared built-in types, for the language reference.
pub fn types() -> &'static [FunctionDecl] {
    types::TYPES
}

/// The declaration of a function of Python's own library, given as a value.
pub(crate) fn declaration(value: &Value) -> Option<&'static FunctionDecl> {
    match value {
        Value::User(object) => downcast::<Builtin>(object).map(|builtin| builtin.0),
        _ => None,
    }
}

/// What an operator method returns to let the other operand try.
#[derive(Debug)]
struct NotImplemented;

impl Object for NotImplemented {
    fn class_name(&self) -> Rc<str> {
        "NotImplementedType".into()
    }

    fn repr(&self) -> String {
        "NotImplemented".into()
    }
}

/// Whether the value is `NotImplemented`.
pub(crate) fn is_not_implemented(value: &Value) -> bool {
    matches!(value, Value::User(object) if downcast::<NotImplemented>(object).is_some())
}
