//! `collections`.

use std::cell::RefCell;
use std::rc::Rc;

use indexmap::IndexMap;

use super::{Contents, modules};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::builtins::functions;
use crate::interp::classes::{Instance, Layout, UserClass};
use crate::interp::exceptions::raise;
use crate::library::{Args, Bound, Default, FunctionDecl};
use crate::syntax::RESERVED;
use crate::syntax::ast::Symbol;
use crate::value::{Key, Object, Value};

modules! {
    /// `collections`.
    COLLECTIONS = Contents {
        python: &[FUNCTIONS],
        written: &[include_str!("../packages/python/collections.py")],
        ..Contents::new("collections")
    };
    /// `collections.abc`.
    ABC = Contents { values: super::typing::form, value_names: super::typing::FORMS, ..Contents::new("collections.abc") };
}

static FUNCTIONS: &[FunctionDecl] = functions! {
    "namedtuple" [(typename) (field_names) (rename = Default::Bool(false)) (defaults = Default::None) (module = Default::None)]
        "A class of tuples with named elements." => namedtuple;
};

fn namedtuple(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let name = args.str("typename")?;
    let fields = match args.get("field_names")?.clone() {
        Value::Str(text) => text.replace(',', " ").split_whitespace().map(Value::str).collect(),
        other => interp.collect(&other)?,
    };
    let defaults = match args.some("defaults")?.cloned() {
        Some(defaults) => interp.collect(&defaults)?,
        None => Vec::new(),
    };
    let fields = if args.bool("rename")? { renamed(&fields) } else { fields };
    for field in std::iter::once(&Value::Str(name.clone())).chain(&fields) {
        let Value::Str(field) = field else { continue };
        if !is_identifier(field) {
            let shown = crate::interp::text::repr_str(field);
            let message = format!("Type names and field names must be valid identifiers: {shown}");
            return Err(raise("ValueError", message));
        }
        if RESERVED.contains(&&**field) {
            return Err(raise("ValueError", format!("Type names and field names cannot be a keyword: '{field}'")));
        }
        if field.starts_with('_') && !args.bool("rename")? && *field != name {
            return Err(raise("ValueError", format!("Field names cannot start with an underscore: '{field}'")));
        }
    }
    class_of(&name, &fields, defaults, IndexMap::new())
}

fn is_identifier(name: &str) -> bool {
    !name.starts_with(|c: char| c.is_numeric())
        && !name.is_empty()
        && name.chars().all(|c| c.is_alphanumeric() || c == '_')
}

/// The names of fields, with a number in the place of each that cannot be one.
fn renamed(fields: &[Value]) -> Vec<Value> {
    let mut seen: Vec<&str> = Vec::new();
    let fields = fields.iter().enumerate().map(|(at, field)| match field {
        Value::Str(name)
            if is_identifier(name)
                && !name.starts_with('_')
                && !RESERVED.contains(&&**name)
                && !seen.contains(&&**name) =>
        {
            seen.push(name);
            field.clone()
        }
        _ => Value::str(format!("_{at}")),
    });
    fields.collect()
}

fn class_of(name: &str, fields: &[Value], defaults: Vec<Value>, members: IndexMap<Symbol, Value>) -> Result<Value> {
    let mut names: Vec<Symbol> = Vec::with_capacity(fields.len());
    for field in fields {
        let Value::Str(field) = field else {
            return Err(Error::ty("Type names and field names must be strings"));
        };
        if names.contains(field) {
            return Err(raise("ValueError", format!("Encountered duplicate field name: '{field}'")));
        }
        names.push(field.clone());
    }
    if defaults.len() > names.len() {
        return Err(Error::ty("Got more default values than field names"));
    }
    let class = UserClass::new(name.into(), &[], members)?;
    *class.layout.borrow_mut() = Layout::Tuple(names.into(), defaults.into());
    Ok(Value::User(Rc::new(class)))
}

/// A tuple with named elements, as some functions of supported packages return it; all of one name are of one class.
pub(crate) fn named(interp: &mut Interp, name: &'static str, fields: Vec<(&'static str, Value)>) -> Result<Value> {
    let class = match interp.eval.named_tuples.get(name) {
        Some(class) => class.clone(),
        None => {
            let names: Vec<Value> = fields.iter().map(|(field, _)| Value::str(*field)).collect();
            let class = class_of(name, &names, Vec::new(), IndexMap::new())?;
            interp.eval.named_tuples.insert(name, class.clone());
            class
        }
    };
    interp.call(&class, Args::positional(fields.into_iter().map(|(_, value)| value).collect()))
}

/// The class of `class Name(typing.NamedTuple)`: fields by annotation, defaults by assignment.
pub(crate) fn named_tuple_class(
    name: &str,
    annotated: &[Value],
    mut members: IndexMap<Symbol, Value>,
) -> Result<Value> {
    members.shift_remove("__annotations__");
    let mut defaults = Vec::new();
    for field in annotated {
        let Value::Str(field) = field else { continue };
        match members.shift_remove(field) {
            Some(default) => defaults.push(default),
            None if defaults.is_empty() => {}
            None => {
                let message = format!("non-default namedtuple field {field} cannot follow default field");
                return Err(Error::ty(message));
            }
        }
    }
    class_of(name, annotated, defaults, members)
}

/// `_asdict` and `_replace` of a named tuple.
#[derive(Debug)]
struct TupleMethod {
    instance: Rc<Instance>,
    replace: bool,
}

/// What a named tuple itself has under that name: a method, or the names of its fields.
pub(crate) fn tuple_method(instance: &Rc<Instance>, name: &str) -> Option<Value> {
    instance.tuple.as_ref()?;
    let replace = match name {
        "_asdict" => false,
        "_replace" => true,
        "_fields" => {
            return Some(Value::tuple(instance.class.fields().iter().cloned().map(Value::Str).collect::<Vec<_>>()));
        }
        _ => return None,
    };
    Some(Value::User(Rc::new(TupleMethod { instance: instance.clone(), replace })))
}

impl Object for TupleMethod {
    fn class_name(&self) -> Rc<str> {
        "method".into()
    }

    fn call(self: Rc<Self>, _interp: &mut Interp, args: Args) -> Result<Value> {
        let class = &self.instance.class;
        let Layout::Tuple(names, _) = class.layout.borrow().clone() else {
            return Err(Error::internal("a named tuple has no fields"));
        };
        let mut values = self.instance.tuple.as_ref().map(|t| t.to_vec()).unwrap_or_default();
        if !self.replace {
            let entries = names.iter().map(|n| Key::name(n.clone())).zip(values);
            return Ok(Value::Dict(Rc::new(RefCell::new(entries.collect()))));
        }
        for (name, value) in args.keywords {
            match names.iter().position(|n| *n == name).and_then(|at| values.get_mut(at)) {
                Some(slot) => *slot = value,
                None => return Err(raise("ValueError", format!("Got unexpected field names: ['{name}']"))),
            }
        }
        Ok(Value::User(Rc::new(Instance::with_elements(class.clone(), values))))
    }
}
