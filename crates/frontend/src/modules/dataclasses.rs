//! `dataclasses`.

use std::cell::RefCell;
use std::rc::Rc;

use super::{Contents, modules};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::attribute::user;
use crate::interp::builtins::functions;
use crate::interp::classes::{DataClass, DataField, Instance, Layout, UserClass};
use crate::interp::exceptions::raise;
use crate::library::{Args, Bound, Default, FunctionDecl};
use crate::value::{Key, Object, Value};

modules! {
    /// `dataclasses`.
    DATACLASSES = Contents { python: &[FUNCTIONS], ..Contents::new("dataclasses") };
}

static FUNCTIONS: &[FunctionDecl] = functions! {
    "dataclass" [(cls = Default::None) (init = Default::Bool(true)) (repr = Default::Bool(true)) (eq = Default::Bool(true))
        (order = Default::Bool(false)) (unsafe_hash = Default::Bool(false)) (frozen = Default::Bool(false))
        (kw_only = Default::Bool(false)) (slots = Default::Bool(false))]
        "Gives a class `__init__`, `__repr__` and `__eq__` from its annotated attributes." => dataclass;
    "field" [(default = Default::None) (default_factory = Default::None) (init = Default::Bool(true)) (repr = Default::Bool(true))
        (hash = Default::None) (compare = Default::Bool(true)) (metadata = Default::None) (kw_only = Default::Bool(false))]
        "Describes one attribute of a dataclass." => field;
    "asdict" [(obj)] "The fields as a dict, nested dataclasses too." => |i, args| convert(i, &args.get("obj")?.clone(), true);
    "astuple" [(obj)] "The fields as a tuple, nested dataclasses too." => |i, args| convert(i, &args.get("obj")?.clone(), false);
    "replace" [(obj) (**changes)] "A copy with some fields changed." => replace;
    "is_dataclass" [(obj)] "Whether it is a dataclass or an instance of one." => is_dataclass;
};

/// Which methods `@dataclass(…)` adds.
#[derive(Clone, Copy, Debug)]
struct Options {
    frozen: bool,
    order: bool,
    eq: bool,
    repr: bool,
}

/// `@dataclass(…)`, waiting for the class.
#[derive(Debug)]
struct Decorator(Options);

impl Object for Decorator {
    fn class_name(&self) -> Rc<str> {
        "function".into()
    }

    fn call(self: Rc<Self>, _interp: &mut Interp, args: Args) -> Result<Value> {
        match args.positional.as_slice() {
            [class] => decorate(class, self.0),
            _ => Err(Error::ty("dataclass() decorates a class")),
        }
    }
}

/// What `field(…)` describes.
#[derive(Debug)]
struct FieldSpec(DataField);

impl Object for FieldSpec {
    fn class_name(&self) -> Rc<str> {
        "Field".into()
    }
}

fn dataclass(_interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let options = Options {
        frozen: args.bool("frozen")?,
        order: args.bool("order")?,
        eq: args.bool("eq")?,
        repr: args.bool("repr")?,
    };
    match args.some("cls")? {
        Some(class) => decorate(class, options),
        None => Ok(Value::User(Rc::new(Decorator(options)))),
    }
}

fn decorate(value: &Value, options: Options) -> Result<Value> {
    let Some(class) = user::<UserClass>(value) else {
        return Err(Error::ty("dataclass() decorates a class of the program"));
    };
    let mut fields: Vec<DataField> = Vec::new();
    for ancestor in &class.ancestors {
        if let Layout::Data(data) = &*ancestor.layout.borrow() {
            fields.extend(data.fields.iter().cloned());
            break;
        }
    }
    let annotated = class.members.borrow().get("__annotations__").and_then(Value::elements).unwrap_or_default();
    for name in annotated {
        let Value::Str(name) = name else { continue };
        let assigned = class.members.borrow().get(&name).cloned();
        let field = match &assigned {
            None => {
                DataField { name: name.clone(), default: None, factory: None, init: true, repr: true, is_static: false }
            }
            Some(value) => match user::<FieldSpec>(value) {
                Some(spec) => {
                    let field = DataField { name: name.clone(), ..spec.0.clone() };
                    match &field.default {
                        Some(default) => class.set(&name, default.clone()),
                        None => {
                            class.members.borrow_mut().shift_remove(&name);
                        }
                    }
                    field
                }
                None if matches!(value, Value::List(_) | Value::Dict(_) | Value::Set(_)) => {
                    let message = format!(
                        "mutable default <class '{}'> for field {name} is not allowed: use default_factory",
                        value.type_name()
                    );
                    return Err(raise("ValueError", message));
                }
                None => {
                    let default = Some(value.clone());
                    DataField { name: name.clone(), default, factory: None, init: true, repr: true, is_static: false }
                }
            },
        };
        match fields.iter_mut().find(|f| f.name == name) {
            Some(inherited) => *inherited = field,
            None => fields.push(field),
        }
    }
    let optional = |f: &DataField| f.default.is_some() || f.factory.is_some() || !f.init;
    if let Some(at) = fields.iter().position(optional)
        && let Some(field) = fields.iter().skip(at).find(|f| !optional(f))
    {
        let message = format!("non-default argument '{}' follows default argument", field.name);
        return Err(Error::ty(message));
    }
    let Options { frozen, order, eq, repr } = options;
    *class.layout.borrow_mut() = Layout::Data(Rc::new(DataClass { fields, frozen, order, eq, repr }));
    Ok(value.clone())
}

fn field(_interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let given = |name: &str| -> Result<Option<Value>> {
        Ok(if args.is_given(name) { Some(args.get(name)?.clone()) } else { None })
    };
    let field = DataField {
        name: "".into(),
        default: given("default")?,
        factory: given("default_factory")?,
        init: args.bool("init")?,
        repr: args.bool("repr")?,
        is_static: match args.get("metadata")? {
            Value::Dict(entries) => matches!(entries.borrow().get(&Key::name("static")), Some(Value::Bool(true))),
            _ => false,
        },
    };
    Ok(Value::User(Rc::new(FieldSpec(field))))
}

fn convert(interp: &mut Interp, value: &Value, as_dict: bool) -> Result<Value> {
    interp.spend(1)?;
    if let Some(instance) = user::<Instance>(value) {
        let Some(data) = instance.data() else { return Ok(value.clone()) };
        let mut fields = Vec::with_capacity(data.fields.len());
        for field in &data.fields {
            let inner = instance.get(&field.name).unwrap_or(Value::None);
            fields.push((Key::name(field.name.clone()), convert(interp, &inner, as_dict)?));
        }
        return Ok(match as_dict {
            true => Value::Dict(Rc::new(RefCell::new(fields.into_iter().collect()))),
            false => Value::tuple(fields.into_iter().map(|(_, value)| value).collect::<Vec<_>>()),
        });
    }
    match value {
        Value::List(values) => {
            let values = values.borrow().clone();
            Ok(Value::list(values.iter().map(|v| convert(interp, v, as_dict)).collect::<Result<_>>()?))
        }
        Value::Tuple(values) => {
            Ok(Value::tuple(values.iter().map(|v| convert(interp, v, as_dict)).collect::<Result<Vec<_>>>()?))
        }
        Value::Dict(entries) => {
            let entries = entries.borrow().clone();
            let converted = entries.into_iter().map(|(k, v)| Ok((k, convert(interp, &v, as_dict)?)));
            Ok(Value::Dict(Rc::new(RefCell::new(converted.collect::<Result<_>>()?))))
        }
        other => Ok(other.clone()),
    }
}

fn replace(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let object = args.get("obj")?.clone();
    let Some((instance, data)) = user::<Instance>(&object).and_then(|i| Some((i.clone(), i.data()?))) else {
        return Err(Error::ty("replace() should be called on dataclass instances"));
    };
    let mut keywords = Vec::new();
    let changes = match args.get("changes")? {
        Value::Dict(changes) => changes.borrow().clone(),
        _ => indexmap::IndexMap::new(),
    };
    for field in data.fields.iter().filter(|f| f.init) {
        if !changes.contains_key(&Key::name(field.name.clone())) {
            keywords.extend(instance.get(&field.name).map(|value| (field.name.clone(), value)));
        }
    }
    for (key, value) in changes {
        if let Value::Str(name) = key.value() {
            keywords.push((name.clone(), value));
        }
    }
    interp.call(&Value::User(instance.class.clone()), Args { positional: Vec::new(), keywords })
}

fn is_dataclass(_interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let object = args.get("obj")?;
    let class = user::<UserClass>(object).or_else(|| user::<Instance>(object).map(|i| i.class.clone()));
    Ok(Value::Bool(class.is_some_and(|class| matches!(&*class.layout.borrow(), Layout::Data(_)))))
}
