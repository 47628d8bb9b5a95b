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
use crate::interp::limits::deeper;
use crate::interp::stmt::says;
use crate::library::{Args, Bound, Default, FunctionDecl};
use crate::syntax::ast::{StmtKind, Symbol, TargetKind};
use crate::value::{Key, Object, ObjectRef, Value};

modules! {
    /// `dataclasses`.
    DATACLASSES = Contents {
        python: &[FUNCTIONS],
        values: mark,
        value_names: MARKS,
        written: &["FrozenInstanceError = FrozenInstanceError\n"],
        ..Contents::new("dataclasses")
    };
}

const MARKS: &[&str] = &["InitVar", "KW_ONLY", "MISSING"];

/// A value that stands for itself.
#[derive(Debug)]
struct Mark(&'static str);

impl Object for Mark {
    fn class_name(&self) -> Rc<str> {
        format!("_{}_TYPE", self.0).into()
    }
}

fn mark(name: &str) -> Option<Value> {
    thread_local! {
        static VALUES: Vec<(&'static str, Value)> =
            MARKS.iter().map(|name| (*name, Value::User(Rc::new(Mark(name)) as ObjectRef))).collect();
    }
    VALUES.with(|values| values.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone()))
}

static FUNCTIONS: &[FunctionDecl] = functions! {
    "dataclass" [(cls = Default::None) (init = Default::Bool(true)) (repr = Default::Bool(true)) (eq = Default::Bool(true))
        (order = Default::Bool(false)) (unsafe_hash = Default::Bool(false)) (frozen = Default::Bool(false))
        (kw_only = Default::Bool(false)) (slots = Default::Bool(false)) (match_args = Default::Bool(true))
        (weakref_slot = Default::Bool(false))]
        "Gives a class `__init__`, `__repr__` and `__eq__` from its annotated attributes." => dataclass;
    "field" [(default = Default::None) (default_factory = Default::None) (init = Default::Bool(true)) (repr = Default::Bool(true))
        (hash = Default::None) (compare = Default::Bool(true)) (metadata = Default::None) (kw_only = Default::Bool(false))]
        "Describes one attribute of a dataclass." => field;
    "asdict" [(obj) (dict_factory = Default::None)] "The fields as a dict, nested dataclasses too." => |i, args| {
        let factory = args.some("dict_factory")?.cloned();
        converted(i, args, &Shape { name: "asdict", as_dict: true, factory })
    };
    "astuple" [(obj) (tuple_factory = Default::None)] "The fields as a tuple, nested dataclasses too." => |i, args| {
        let factory = args.some("tuple_factory")?.cloned();
        converted(i, args, &Shape { name: "astuple", as_dict: false, factory })
    };
    "replace" [(obj) (**changes)] "A copy with some fields changed." => replace;
    "fields" [(class_or_instance)] "The fields in order, each with `name`, `default`, `init`, `metadata` and so on." => fields;
    "is_dataclass" [(obj)] "Whether it is a dataclass or an instance of one." => is_dataclass;
};

/// Which methods `@dataclass(…)` adds.
#[derive(Clone, Copy, Debug)]
struct Options {
    frozen: bool,
    order: bool,
    eq: bool,
    repr: bool,
    kw_only: bool,
    hashed: bool,
    slots: bool,
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

    fn get_attr(self: Rc<Self>, _: &mut Interp, name: &str) -> Result<Option<Value>> {
        let missing = || mark("MISSING").unwrap_or(Value::None);
        Ok(Some(match name {
            "name" => Value::Str(self.0.name.clone()),
            "default" => self.0.default.clone().unwrap_or_else(missing),
            "default_factory" => self.0.factory.clone().unwrap_or_else(missing),
            "init" => Value::Bool(self.0.init),
            "repr" => Value::Bool(self.0.repr),
            "kw_only" => Value::Bool(self.0.kw_only),
            "metadata" => self.0.metadata.clone(),
            _ => return Ok(None),
        }))
    }
}

fn fields(_interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let object = args.get("class_or_instance")?;
    let class = user::<UserClass>(object).or_else(|| user::<Instance>(object).map(|i| i.class.clone()));
    let layout = class.map(|class| class.layout.borrow().clone());
    let Some(Layout::Data(data)) = layout else {
        return Err(Error::ty("must be called with a dataclass type or instance"));
    };
    let field = |field: &DataField| Value::User(Rc::new(FieldSpec(field.clone())));
    Ok(Value::tuple(data.fields.iter().map(field).collect::<Vec<_>>()))
}

fn dataclass(_interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let options = Options {
        frozen: args.bool("frozen")?,
        order: args.bool("order")?,
        eq: args.bool("eq")?,
        repr: args.bool("repr")?,
        kw_only: args.bool("kw_only")?,
        hashed: args.bool("unsafe_hash")?,
        slots: args.bool("slots")?,
    };
    match args.some("cls")? {
        Some(class) => decorate(class, options),
        None => Ok(Value::User(Rc::new(Decorator(options)))),
    }
}

fn decorate(value: &Value, options: Options) -> Result<Value> {
    // A class that derives from one of a host package.
    if let Value::Host(_) = value {
        return Ok(value.clone());
    }
    let Some(class) = user::<UserClass>(value) else {
        return Err(Error::ty("dataclass() decorates a class of the program"));
    };
    let mut fields: Vec<DataField> = Vec::new();
    for ancestor in &class.ancestors {
        if let Layout::Data(data) = &*ancestor.layout.borrow() {
            if data.frozen != options.frozen {
                let of = |frozen: bool| if frozen { "frozen" } else { "non-frozen" };
                let (own, base) = (of(options.frozen), of(data.frozen));
                return Err(Error::ty(format!("cannot inherit {own} dataclass from a {base} one")));
            }
            fields.extend(data.parameters.iter().cloned());
            break;
        }
    }
    let mut kw_only = options.kw_only;
    let annotated = match class.members.borrow().get("__annotations__") {
        Some(Value::Dict(entries)) => entries.borrow().keys().map(|key| key.value().clone()).collect(),
        other => other.and_then(Value::elements).unwrap_or_default(),
    };
    let mut own = Vec::new();
    for name in annotated {
        let Value::Str(name) = name else { continue };
        let init_only = is_annotated(&class, &name, "InitVar");
        let assigned = class.members.borrow().get(&name).cloned();
        let plain = |default: Option<Value>| DataField {
            name: name.clone(),
            default,
            factory: None,
            init: true,
            repr: true,
            compare: true,
            kw_only,
            metadata: empty(),
            is_static: false,
            init_only,
        };
        let field = match &assigned {
            None if is_annotated(&class, &name, "KW_ONLY") => {
                kw_only = true;
                continue;
            }
            None => plain(None),
            Some(value) => match user::<FieldSpec>(value) {
                Some(spec) => {
                    let kw_only = kw_only || spec.0.kw_only;
                    let field = DataField { name: name.clone(), kw_only, init_only, ..spec.0.clone() };
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
                None => plain(Some(value.clone())),
            },
        };
        own.push(Value::Str(name.clone()));
        match fields.iter_mut().find(|f| f.name == name) {
            Some(inherited) => *inherited = field,
            None => fields.push(field),
        }
    }
    // What `__init__` takes by position.
    let positional: Vec<&DataField> = fields.iter().filter(|f| f.init && !f.kw_only).collect();
    let optional = |f: &&DataField| f.default.is_some() || f.factory.is_some();
    if let Some(at) = positional.iter().position(optional)
        && let Some(field) = positional.iter().skip(at).find(|f| !optional(f))
    {
        let message = format!("non-default argument '{}' follows default argument", field.name);
        return Err(Error::ty(message));
    }
    let Options { frozen, order, eq, repr, hashed, slots, kw_only: _ } = options;
    if slots {
        class.set("__slots__", Value::tuple(own));
    }
    let owner = class.name.clone();
    let parameters = fields.clone();
    fields.retain(|field| !field.init_only);
    let data = DataClass { fields, parameters, frozen, order, eq, repr, hashed, owner };
    *class.layout.borrow_mut() = Layout::Data(Rc::new(data));
    Ok(value.clone())
}

/// Whether the class's body annotates the name with a form such as `InitVar`.
fn is_annotated(class: &UserClass, name: &str, form: &str) -> bool {
    let Some((definition, _)) = &class.definition else { return false };
    definition.body.iter().any(|stmt| match &stmt.kind {
        StmtKind::AnnAssign { target, annotation, .. } => {
            matches!(&target.kind, TargetKind::Name(annotated) if **annotated == *name) && says(annotation, form)
        }
        _ => false,
    })
}

fn empty() -> Value {
    Value::Dict(Rc::new(RefCell::new(indexmap::IndexMap::new())))
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
        kw_only: args.bool("kw_only")?,
        metadata: args.some("metadata")?.cloned().unwrap_or_else(empty),
        compare: args.bool("compare")?,
        is_static: match args.get("metadata")? {
            Value::Dict(entries) => matches!(entries.borrow().get(&Key::name("static")), Some(Value::Bool(true))),
            _ => false,
        },
        init_only: false,
    };
    Ok(Value::User(Rc::new(FieldSpec(field))))
}

/// What `asdict` and `astuple` make of each dataclass.
struct Shape {
    name: &'static str,
    as_dict: bool,
    /// What makes it of the pairs of names and values, or of the values.
    factory: Option<Value>,
}

fn converted(interp: &mut Interp, args: &Bound, shape: &Shape) -> Result<Value> {
    let object = args.get("obj")?.clone();
    if user::<Instance>(&object).and_then(|instance| instance.data()).is_none() {
        return Err(Error::ty(format!("{}() should be called on dataclass instances", shape.name)));
    }
    convert(interp, &object, shape)
}

fn convert(interp: &mut Interp, value: &Value, shape: &Shape) -> Result<Value> {
    interp.spend(1)?;
    interp.nested(|interp| deeper(|| convert_inner(interp, value, shape)))
}

fn convert_inner(interp: &mut Interp, value: &Value, shape: &Shape) -> Result<Value> {
    if let Some(instance) = user::<Instance>(value) {
        let Some(data) = instance.data() else {
            let Some(elements) = &instance.tuple else { return Ok(value.clone()) };
            let elements = elements.iter().map(|v| convert(interp, v, shape)).collect::<Result<_>>()?;
            return Ok(Value::User(Rc::new(Instance::with_elements(instance.class.clone(), elements))));
        };
        let mut fields = Vec::with_capacity(data.fields.len());
        for field in &data.fields {
            let inner = interp.attribute(value, &field.name)?;
            fields.push((field.name.clone(), convert(interp, &inner, shape)?));
        }
        let pair = |(name, value): (Symbol, Value)| Value::tuple(vec![Value::Str(name), value]);
        return match (&shape.factory, shape.as_dict) {
            (Some(factory), as_dict) => {
                let values = match as_dict {
                    true => fields.into_iter().map(pair).collect(),
                    false => fields.into_iter().map(|(_, value)| value).collect(),
                };
                interp.call(factory, Args::positional(vec![Value::list(values)]))
            }
            (None, true) => {
                let entries = fields.into_iter().map(|(name, value)| (Key::name(name), value));
                Ok(Value::Dict(Rc::new(RefCell::new(entries.collect()))))
            }
            (None, false) => Ok(Value::tuple(fields.into_iter().map(|(_, value)| value).collect::<Vec<_>>())),
        };
    }
    match value {
        Value::List(values) => {
            let values = values.borrow().clone();
            Ok(Value::list(values.iter().map(|v| convert(interp, v, shape)).collect::<Result<_>>()?))
        }
        Value::Tuple(values) => {
            Ok(Value::tuple(values.iter().map(|v| convert(interp, v, shape)).collect::<Result<Vec<_>>>()?))
        }
        Value::Dict(entries) => {
            let entries = entries.borrow().clone();
            let converted = entries.into_iter().map(|(k, v)| Ok((k, convert(interp, &v, shape)?)));
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
            if data.fields.iter().any(|field| field.name == *name && !field.init) {
                let why = "it cannot be specified with replace()";
                return Err(raise("ValueError", format!("field {name} is declared with init=False, {why}")));
            }
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
