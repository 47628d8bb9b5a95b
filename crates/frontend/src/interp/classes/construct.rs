//! How instances are made: `__new__`, the fields of named tuples and dataclasses, abstract methods.

use std::rc::Rc;

use indexmap::IndexMap;

use super::{ClassMethod, DataClass, DataField, Instance, Layout, Property, StaticMethod, UserClass};
use crate::diagnostics::words::and_list;
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::exceptions::is_exception;
use crate::keras::derived;
use crate::library::Args;
use crate::syntax::ast::Symbol;
use crate::value::{Value, downcast};

/// Calls a class: makes an instance and initialises it.
pub(super) fn construct(interp: &mut Interp, class: &Rc<UserClass>, args: Args) -> Result<Value> {
    let instance = match class.lookup("__new__") {
        None => allocate(interp, class, args.clone())?,
        Some(new) => {
            let new = match &new {
                Value::User(object) => downcast::<StaticMethod>(object).map_or_else(|| new.clone(), |m| m.0.clone()),
                _ => new,
            };
            let mut given = args.clone();
            given.positional.insert(0, Value::User(class.clone()));
            let made = interp.call(&new, given)?;
            match &made {
                Value::User(object) => match downcast::<Instance>(object) {
                    Some(instance) if instance.class.is_subclass(class) => instance,
                    _ => return Ok(made),
                },
                _ => return Ok(made),
            }
        }
    };
    let value = Value::User(instance.clone());
    if instance.tuple.is_some() {
        return Ok(value);
    }
    let layout = class.layout.borrow().clone();
    if is_exception(class) {
        instance.set("args", Value::tuple(args.positional.clone()));
    }
    let written = if has_generated_init(class, &layout) { None } else { instance.special(interp, "__init__")? };
    match written {
        Some(init) => {
            let result = interp.call(&init, args)?;
            if !result.is_none() {
                let message = format!("__init__() should return None, not '{}'", result.type_name());
                return Err(Error::ty(message));
            }
        }
        None if class.native.is_some() => {
            if let Some(base) = class.native {
                derived::init(interp, &instance, base, args)?;
            }
        }
        None => match layout {
            _ if class.builtin.is_some() => fill(interp, &instance, args)?,
            Layout::Data(data) => init_data(interp, &instance, &data, args)?,
            _ if is_exception(class) || class.lookup("__new__").is_some() => {}
            _ if args.positional.is_empty() && args.keywords.is_empty() => {}
            _ => return Err(Error::ty(format!("{}() takes no arguments", class.name))),
        },
    }
    derived::check_initialised(&instance)?;
    Ok(value)
}

/// Whether the `__init__` that `dataclass` made goes before every one that is written.
fn has_generated_init(class: &Rc<UserClass>, layout: &Layout) -> bool {
    let Layout::Data(data) = layout else { return false };
    let is_of = |class: &UserClass| matches!(&*class.layout.borrow(), Layout::Data(own) if Rc::ptr_eq(own, data));
    // Classes that derive from the decorated one share its fields.
    let Some(made) = class.lineage().enumerate().filter(|(_, c)| is_of(c)).map(|(place, _)| place).last() else {
        return false;
    };
    class.lineage().take(made + 1).all(|c| !c.members.borrow().contains_key("__init__"))
}

/// An instance that is not initialised yet.
pub(super) fn allocate(interp: &mut Interp, class: &Rc<UserClass>, args: Args) -> Result<Rc<Instance>> {
    refuse_abstract(class)?;
    if let Layout::Tuple(names, defaults) = &*class.layout.borrow() {
        let elements = bind_fields(&class.name, names, defaults, args)?;
        return Ok(Rc::new(Instance::with_elements(class.clone(), elements)));
    }
    if class.builtin == Some("tuple") {
        let elements = match args.positional.as_slice() {
            [] => Vec::new(),
            [values, ..] => interp.collect(&values.clone())?,
        };
        return Ok(Rc::new(Instance::with_elements(class.clone(), elements)));
    }
    let instance = Rc::new(Instance::new(class.clone()));
    if let Some(builtin) = class.builtin.and_then(|name| interp.eval.builtins.get(name)) {
        let fills = matches!(class.builtin, Some("dict" | "list" | "set"));
        let plain = interp.call(&builtin, if fills { Args::default() } else { args })?;
        // It was made just now: nothing is there yet.
        let _ = instance.plain.set(plain);
    }
    Ok(instance)
}

/// What the `__init__` of a type of Python's own does to an instance that derives from it.
pub(super) fn fill(interp: &mut Interp, instance: &Instance, args: Args) -> Result<()> {
    let Some(plain) = instance.plain.get().cloned() else { return Ok(()) };
    let method = match &plain {
        Value::Dict(_) => "update",
        Value::List(_) => "extend",
        Value::Set(_) => "update",
        _ => return Ok(()),
    };
    if args.positional.is_empty() && args.keywords.is_empty() {
        return Ok(());
    }
    let method = interp.attribute(&plain, method)?;
    interp.call(&method, args).map(drop)
}

/// The names of the methods that a class still has to define, sorted.
pub(super) fn missing_methods(class: &Rc<UserClass>) -> Vec<String> {
    let mut seen: Vec<Symbol> = Vec::new();
    let mut missing = Vec::new();
    for ancestor in class.lineage() {
        for (name, value) in ancestor.members.borrow().iter() {
            if seen.contains(name) {
                continue;
            }
            seen.push(name.clone());
            if matches!(value, Value::User(o) if is_abstract(o)) {
                missing.push(name.to_string());
            }
        }
    }
    missing.sort();
    missing
}

fn refuse_abstract(class: &Rc<UserClass>) -> Result<()> {
    let missing = missing_methods(class);
    if missing.is_empty() {
        return Ok(());
    }
    let plural = if missing.len() == 1 { "" } else { "s" };
    let list = missing.join(", ");
    Err(Error::ty(format!("Can't instantiate abstract class {} with abstract method{plural} {list}", class.name)))
}

fn is_abstract(object: &crate::value::ObjectRef) -> bool {
    let inner = |value: &Value| matches!(value, Value::User(object) if is_abstract(object));
    if let Some(property) = downcast::<Property>(object) {
        return [&property.getter, &property.setter, &property.deleter].into_iter().flatten().any(inner);
    }
    downcast::<crate::modules::abc::Abstract>(object).is_some()
        || downcast::<ClassMethod>(object).is_some_and(|method| inner(&method.0))
        || downcast::<StaticMethod>(object).is_some_and(|method| inner(&method.0))
}

/// Binds arguments to the fields of a named tuple.
fn bind_fields(class: &str, names: &[Symbol], defaults: &[Value], args: Args) -> Result<Vec<Value>> {
    if args.positional.len() > names.len() {
        let message = format!(
            "{class}.__new__() takes {} positional arguments but {} were given",
            names.len() + 1,
            args.positional.len() + 1
        );
        return Err(Error::ty(message));
    }
    let mut values: Vec<Option<Value>> = args.positional.into_iter().map(Some).collect();
    values.resize(names.len(), None);
    for (name, value) in args.keywords {
        let slot = names.iter().position(|n| *n == name).and_then(|i| values.get_mut(i));
        match slot {
            Some(slot @ None) => *slot = Some(value),
            Some(_) => {
                return Err(Error::ty(format!("{class}.__new__() got multiple values for argument '{name}'")));
            }
            None => {
                return Err(Error::ty(format!("{class}.__new__() got an unexpected keyword argument '{name}'")));
            }
        }
    }
    let first_default = names.len() - defaults.len().min(names.len());
    let filled = values.into_iter().enumerate().map(|(i, value)| {
        let default = i.checked_sub(first_default).and_then(|i| defaults.get(i).cloned());
        value.or(default).ok_or_else(|| {
            let name = names.get(i).map_or("", |n| &**n);
            Error::ty(format!("{class}.__new__() missing 1 required positional argument: '{name}'"))
        })
    });
    filled.collect()
}

/// The `__init__` of a dataclass.
pub(super) fn init_data(interp: &mut Interp, instance: &Rc<Instance>, data: &DataClass, args: Args) -> Result<()> {
    let class = &instance.class.name;
    let fields: Vec<_> = data.parameters.iter().filter(|f| f.init).collect();
    let positional = fields.iter().filter(|f| !f.kw_only).count();
    if args.positional.len() > positional {
        let named = fields.iter().filter(|f| f.kw_only || f.default.is_some() || f.factory.is_some()).count();
        let needed = fields.len() - named + 1;
        let most = positional + 1;
        let range = if needed == most { most.to_string() } else { format!("from {needed} to {most}") };
        let given = args.positional.len() + 1;
        let plural = if range == "1" { "" } else { "s" };
        let message = format!("{class}.__init__() takes {range} positional argument{plural} but {given} were given");
        return Err(Error::ty(message));
    }
    let mut given: IndexMap<Symbol, Value> = IndexMap::new();
    for (field, value) in fields.iter().filter(|f| !f.kw_only).zip(args.positional) {
        given.insert(field.name.clone(), value);
    }
    for (name, value) in args.keywords {
        if !fields.iter().any(|f| f.name == name) {
            return Err(Error::ty(format!("{class}.__init__() got an unexpected keyword argument '{name}'")));
        }
        if given.insert(name.clone(), value).is_some() {
            return Err(Error::ty(format!("{class}.__init__() got multiple values for argument '{name}'")));
        }
    }
    for (kind, by_name) in [("positional", false), ("keyword-only", true)] {
        let is_missing = |field: &&&DataField| {
            field.kw_only == by_name
                && field.default.is_none()
                && field.factory.is_none()
                && !given.contains_key(&field.name)
        };
        let missing: Vec<String> = fields.iter().filter(is_missing).map(|field| format!("'{}'", field.name)).collect();
        if !missing.is_empty() {
            let plural = if missing.len() == 1 { "" } else { "s" };
            let (count, names) = (missing.len(), and_list(&missing));
            let message = format!("{class}.__init__() missing {count} required {kind} argument{plural}: {names}");
            return Err(Error::ty(message));
        }
    }
    let mut handed_on = Vec::new();
    for field in &data.parameters {
        let value = match (given.shift_remove(&field.name), &field.default, &field.factory) {
            (Some(value), ..) => value,
            (None, Some(default), _) => default.clone(),
            (None, None, Some(factory)) => interp.call(factory, Args::default())?,
            (None, None, None) => continue,
        };
        match field.init_only {
            true => handed_on.push(value),
            false => instance.set(&field.name, value),
        }
    }
    if let Some(post) = instance.special(interp, "__post_init__")? {
        interp.call(&post, Args::positional(handed_on))?;
    }
    Ok(())
}
