//! Instances of the program's classes.

use std::cell::{OnceCell, RefCell};
use std::fmt;
use std::rc::Rc;

use indexmap::IndexMap;

use super::{DataClass, Layout, Property, UserClass, bind_member};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::exceptions::{self, is_exception, raise};
use crate::keras::derived;
use crate::library::Args;
use crate::syntax::ast::Symbol;
use crate::value::tree::{ObjectNode, PathKey};
use crate::value::{Object, ObjectRef, Value, downcast};

/// An object of a class of the program (or an exception).
pub(crate) struct Instance {
    /// Its class.
    pub(crate) class: Rc<UserClass>,
    fields: RefCell<IndexMap<Symbol, Value>>,
    /// What the native class that its class derives from made of it.
    pub(crate) native: OnceCell<ObjectRef>,
    /// The elements of a named tuple.
    pub(crate) tuple: Option<Rc<[Value]>>,
}

impl fmt::Debug for Instance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Instance").field("class", &self.class.name).finish_non_exhaustive()
    }
}

impl Instance {
    /// An instance without attributes.
    pub(crate) fn new(class: Rc<UserClass>) -> Self {
        Instance { class, fields: RefCell::default(), native: OnceCell::new(), tuple: None }
    }

    /// An instance of a named tuple.
    pub(crate) fn with_elements(class: Rc<UserClass>, elements: Vec<Value>) -> Self {
        Instance { class, fields: RefCell::default(), native: OnceCell::new(), tuple: Some(elements.into()) }
    }

    /// An own attribute.
    pub(crate) fn get(&self, name: &str) -> Option<Value> {
        self.fields.borrow().get(name).cloned()
    }

    /// Sets an own attribute.
    pub(crate) fn set(&self, name: &str, value: Value) {
        self.fields.borrow_mut().insert(name.into(), value);
    }

    /// Removes an own attribute; false if there is none.
    pub(crate) fn remove(&self, name: &str) -> bool {
        self.fields.borrow_mut().shift_remove(name).is_some()
    }

    /// The own attributes in order.
    pub(crate) fn entries(&self) -> IndexMap<Symbol, Value> {
        self.fields.borrow().clone()
    }

    /// The dataclass description of its class.
    pub(crate) fn data(&self) -> Option<Rc<DataClass>> {
        match &*self.class.layout.borrow() {
            Layout::Data(data) => Some(data.clone()),
            _ => None,
        }
    }

    fn field(&self, name: &str) -> Option<Value> {
        match &*self.class.layout.borrow() {
            Layout::Tuple(names, _) => {
                let index = names.iter().position(|n| &**n == name)?;
                self.tuple.as_ref()?.get(index).cloned()
            }
            _ => None,
        }
    }

    /// Sets an own attribute as `object.__setattr__` does. What a layer has as attributes belongs to it.
    pub(crate) fn assign(self: &Rc<Self>, interp: &mut Interp, name: &str, value: Value) -> Result<()> {
        if let Some(value) = derived::set_attribute(interp, self, name, value)? {
            self.set(name, value);
        }
        Ok(())
    }

    /// Sets a property of the class; false if there is none of that name.
    fn set_property(self: &Rc<Self>, interp: &mut Interp, name: &str, value: &Value) -> Result<bool> {
        let Some(Value::User(object)) = self.class.lookup(name) else { return Ok(false) };
        let Some(property) = downcast::<Property>(&object) else { return Ok(false) };
        let Some(setter) = &property.setter else {
            let message = format!("property '{name}' of '{}' object has no setter", self.class.name);
            return Err(raise("AttributeError", message));
        };
        interp.call(setter, Args::positional(vec![Value::User(self.clone()), value.clone()]))?;
        Ok(true)
    }

    /// Deletes an attribute as `del` does; false if there is none.
    pub(crate) fn delete(self: &Rc<Self>, interp: &mut Interp, name: &str) -> Result<bool> {
        let receiver = Value::User(self.clone());
        if let Some(hook) = self.class.lookup("__delattr__") {
            return interp.call(&hook, Args::positional(vec![receiver, Value::str(name)])).map(|_| true);
        }
        if let Some(Value::User(object)) = self.class.lookup(name)
            && let Some(property) = downcast::<Property>(&object)
        {
            let Some(deleter) = &property.deleter else {
                let message = format!("property '{name}' of '{}' object has no deleter", self.class.name);
                return Err(raise("AttributeError", message));
            };
            return interp.call(deleter, Args::positional(vec![receiver])).map(|_| true);
        }
        Ok(self.remove(name))
    }

    /// A special method of the class, bound.
    pub(crate) fn special(self: &Rc<Self>, interp: &mut Interp, name: &str) -> Result<Option<Value>> {
        match self.class.lookup(name) {
            Some(value) => bind_member(interp, value, &Value::User(self.clone()), &self.class).map(Some),
            None => Ok(None),
        }
    }
}

/// Calls a class: makes an instance and initialises it.
pub(super) fn construct(interp: &mut Interp, class: &Rc<UserClass>, args: Args) -> Result<Value> {
    if class.lookup("__new__").is_some() {
        return Err(Error::new(crate::diagnostics::codes::UNSUPPORTED_SYNTAX, "`__new__` is not compiled")
            .help("write `__init__` instead"));
    }
    refuse_abstract(class)?;
    let layout = class.layout.borrow().clone();
    if let Layout::Tuple(names, defaults) = &layout {
        let elements = bind_fields(&class.name, names, defaults, args)?;
        return Ok(Value::User(Rc::new(Instance::with_elements(class.clone(), elements))));
    }
    let instance = Rc::new(Instance::new(class.clone()));
    let value = Value::User(instance.clone());
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
            Layout::Data(data) => init_data(interp, &instance, &data, args)?,
            _ if is_exception(class) => {}
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

fn refuse_abstract(class: &Rc<UserClass>) -> Result<()> {
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
    if missing.is_empty() {
        return Ok(());
    }
    missing.sort();
    let plural = if missing.len() == 1 { "" } else { "s" };
    let list = missing.join(", ");
    Err(Error::ty(format!("Can't instantiate abstract class {} with abstract method{plural} {list}", class.name)))
}

fn is_abstract(object: &crate::value::ObjectRef) -> bool {
    downcast::<crate::modules::abc::Abstract>(object).is_some()
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
fn init_data(interp: &mut Interp, instance: &Rc<Instance>, data: &DataClass, args: Args) -> Result<()> {
    let class = &instance.class.name;
    let fields: Vec<_> = data.fields.iter().filter(|f| f.init).collect();
    let positional = fields.iter().filter(|f| !f.kw_only).count();
    if args.positional.len() > positional {
        let named = fields.iter().filter(|f| f.kw_only || f.default.is_some() || f.factory.is_some()).count();
        let needed = fields.len() - named + 1;
        let most = positional + 1;
        let range = if needed == most { most.to_string() } else { format!("from {needed} to {most}") };
        let given = args.positional.len() + 1;
        let message = format!("{class}.__init__() takes {range} positional arguments but {given} were given");
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
    for field in &data.fields {
        let value = match (given.shift_remove(&field.name), &field.default, &field.factory) {
            (Some(value), ..) => value,
            (None, Some(default), _) => default.clone(),
            (None, None, Some(factory)) => interp.call(factory, Args::default())?,
            (None, None, None) if !field.init => continue,
            (None, None, None) => {
                let message = format!("{class}.__init__() missing 1 required positional argument: '{}'", field.name);
                return Err(Error::ty(message));
            }
        };
        instance.set(&field.name, value);
    }
    if let Some(post) = instance.special(interp, "__post_init__")? {
        interp.call(&post, Args::default())?;
    }
    Ok(())
}

/// What every object inherits from `object`: `super().__init__()` and its like do nothing.
pub(super) fn inherited(name: &str, receiver: &Value) -> Option<Value> {
    let method = match name {
        "__init__" => "init",
        "__setattr__" => "setattr",
        "__delattr__" => "delattr",
        "__repr__" | "__str__" => "repr",
        "__init_subclass__" => "init",
        _ => return None,
    };
    Some(Value::User(Rc::new(ObjectMethod { method, receiver: receiver.clone() })))
}

/// `object.__setattr__` and its like, which take the object first.
pub(crate) fn of_object(name: &str) -> Option<Value> {
    inherited(name, &Value::None).map(|_| Value::User(Rc::new(UnboundObjectMethod { name: name.to_owned() })))
}

#[derive(Debug)]
struct UnboundObjectMethod {
    name: String,
}

impl Object for UnboundObjectMethod {
    fn class_name(&self) -> Rc<str> {
        "wrapper_descriptor".into()
    }

    fn call(self: Rc<Self>, interp: &mut Interp, mut args: Args) -> Result<Value> {
        if args.positional.is_empty() {
            return Err(Error::ty(format!("descriptor '{}' of 'object' object needs an argument", self.name)));
        }
        let receiver = args.positional.remove(0);
        match inherited(&self.name, &receiver) {
            Some(method) => interp.call(&method, args),
            None => Ok(Value::None),
        }
    }
}

/// A method of `object`.
#[derive(Debug)]
struct ObjectMethod {
    method: &'static str,
    receiver: Value,
}

impl Object for ObjectMethod {
    fn class_name(&self) -> Rc<str> {
        "method-wrapper".into()
    }

    fn call(self: Rc<Self>, interp: &mut Interp, args: Args) -> Result<Value> {
        let instance = match &self.receiver {
            Value::User(object) => downcast::<Instance>(object),
            _ => None,
        };
        match (self.method, instance, args.positional.as_slice()) {
            ("init", Some(instance), positional) => {
                if is_exception(&instance.class) {
                    instance.set("args", Value::tuple(positional.to_vec()));
                } else if !positional.is_empty() || !args.keywords.is_empty() {
                    return Err(Error::ty("object.__init__() takes exactly one argument (the instance to initialize)"));
                }
                Ok(Value::None)
            }
            ("setattr", Some(instance), [Value::Str(name), value]) => {
                if !instance.set_property(interp, name, value)? {
                    instance.set(name, value.clone());
                }
                Ok(Value::None)
            }
            ("delattr", Some(instance), [Value::Str(name)]) => match instance.remove(name) {
                true => Ok(Value::None),
                false => {
                    Err(raise("AttributeError", format!("'{}' object has no attribute '{name}'", instance.class.name)))
                }
            },
            ("repr", Some(instance), []) => {
                let text = if is_exception(&instance.class) {
                    exceptions::message(interp, &instance)?
                } else {
                    instance.repr()
                };
                Ok(Value::str(text))
            }
            _ => Ok(Value::None),
        }
    }
}

impl Object for Instance {
    fn class_name(&self) -> Rc<str> {
        self.class.name.clone()
    }

    fn node(self: Rc<Self>) -> Option<ObjectNode> {
        let children = self.tuple.as_ref()?.to_vec();
        let class = self.class.clone();
        Some(ObjectNode {
            class: class.name.clone(),
            keys: class.fields().iter().cloned().map(PathKey::Attribute).collect(),
            children,
            metadata: vec![Value::User(class.clone())],
            rebuild: Box::new(move |children| Value::User(Rc::new(Instance::with_elements(class.clone(), children)))),
        })
    }

    fn as_key(&self) -> Option<Value> {
        if let Some(elements) = &self.tuple {
            return Some(Value::Tuple(elements.clone()));
        }
        let data = self.data().filter(|data| data.frozen && data.eq && self.class.lookup("__eq__").is_none())?;
        let class = std::iter::once(Value::User(self.class.clone()));
        let fields = data.fields.iter().filter(|field| field.compare);
        let fields = fields.map(|field| self.get(&field.name).unwrap_or(Value::None));
        Some(Value::tuple(class.chain(fields).collect::<Vec<_>>()))
    }

    fn get_attr(self: Rc<Self>, interp: &mut Interp, name: &str) -> Result<Option<Value>> {
        let found = self.class.lookup(name);
        let is_property = matches!(&found, Some(Value::User(o)) if downcast::<Property>(o).is_some());
        if !is_property && let Some(value) = self.get(name).or_else(|| self.field(name)) {
            return Ok(Some(value));
        }
        let receiver = Value::User(self.clone());
        // What the library adds to a method of the class has to happen whoever calls it.
        if name == "build"
            && let Some(native) = self.native.get()
            && let Some(method) = interp.native_attribute(native, name)?
        {
            return Ok(Some(method));
        }
        if let Some(value) = found {
            return bind_member(interp, value, &receiver, &self.class).map(Some);
        }
        if let Some(native) = self.native.get()
            && let Some(value) = interp.native_attribute(native, name)?
        {
            return Ok(Some(value));
        }
        match name {
            "__class__" => return Ok(Some(Value::User(self.class.clone()))),
            "__dict__" => {
                let entries = self.entries().into_iter().map(|(k, v)| (crate::value::Key::name(k), v));
                return Ok(Some(Value::Dict(Rc::new(RefCell::new(entries.collect())))));
            }
            "__doc__" | "__traceback__" | "__cause__" => return Ok(Some(Value::None)),
            _ => {}
        }
        if let Some(value) = crate::modules::collections::tuple_method(&self, name) {
            return Ok(Some(value));
        }
        if let Some(value) = inherited(name, &receiver) {
            return Ok(Some(value));
        }
        match self.class.lookup("__getattr__") {
            Some(fallback) => interp.call(&fallback, Args::positional(vec![receiver, Value::str(name)])).map(Some),
            None => Ok(None),
        }
    }

    fn set_attr(self: Rc<Self>, interp: &mut Interp, name: &str, value: Value) -> Result<()> {
        let receiver = Value::User(self.clone());
        if let Some(hook) = self.class.lookup("__setattr__") {
            return interp.call(&hook, Args::positional(vec![receiver, Value::str(name), value])).map(drop);
        }
        if self.set_property(interp, name, &value)? {
            return Ok(());
        }
        if self.tuple.is_some() && self.field(name).is_some() {
            return Err(raise("AttributeError", "can't set attribute"));
        }
        if self.data().is_some_and(|data| data.frozen) {
            return Err(raise("FrozenInstanceError", format!("cannot assign to field '{name}'")));
        }
        self.assign(interp, name, value)
    }

    fn call(self: Rc<Self>, interp: &mut Interp, args: Args) -> Result<Value> {
        match self.special(interp, "__call__")? {
            Some(call) => interp.call(&call, args),
            None => match self.native.get() {
                Some(native) => interp.call(&Value::Object(native.clone()), args),
                None => Err(Error::ty(format!("'{}' object is not callable", self.class.name))),
            },
        }
    }

    fn attributes(&self) -> Vec<String> {
        let mut names = self.class.attributes();
        names.extend(self.fields.borrow().keys().map(|name| name.to_string()));
        names.extend(self.native.get().into_iter().flat_map(|native| native.attributes()));
        if let Layout::Tuple(fields, _) = &*self.class.layout.borrow() {
            names.extend(fields.iter().map(|name| name.to_string()));
        }
        names
    }

    fn repr(&self) -> String {
        match self.native.get() {
            Some(native) => native.repr(),
            None => format!("<__main__.{} object>", self.class.name),
        }
    }
}
