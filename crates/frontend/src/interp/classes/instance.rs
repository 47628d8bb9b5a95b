//! Instances of the program's classes.

use std::cell::{OnceCell, RefCell};
use std::fmt;
use std::rc::Rc;

use indexmap::IndexMap;

use super::{ClassMethod, DataClass, Layout, Property, StaticMethod, UserClass, bind_member};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::attribute::same_object;
use crate::interp::exceptions::{self, is_exception, raise};
use crate::interp::methods;
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
    /// The elements of a tuple.
    pub(crate) tuple: Option<Rc<[Value]>>,
    /// The value of a type of Python's own that it also is, if its class derives from one.
    pub(crate) plain: OnceCell<Value>,
}

/// The value of Python's own type that an instance of a class deriving from one also is.
pub(crate) fn plain_of(value: &Value) -> Option<Value> {
    match value {
        Value::User(object) => downcast::<Instance>(object)?.plain.get().cloned(),
        _ => None,
    }
}

impl fmt::Debug for Instance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Instance").field("class", &self.class.name).finish_non_exhaustive()
    }
}

impl Instance {
    /// An instance without attributes.
    pub(crate) fn new(class: Rc<UserClass>) -> Self {
        Instance { class, fields: RefCell::default(), native: OnceCell::new(), tuple: None, plain: OnceCell::new() }
    }

    /// An instance of a named tuple.
    pub(crate) fn with_elements(class: Rc<UserClass>, elements: Vec<Value>) -> Self {
        let tuple = Some(elements.into());
        Instance { class, fields: RefCell::default(), native: OnceCell::new(), tuple, plain: OnceCell::new() }
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

    /// Sets an attribute as `object.__setattr__` does: through a property, if the class has one of that name.
    pub(crate) fn set_as_object(self: &Rc<Self>, interp: &mut Interp, name: &str, value: Value) -> Result<()> {
        match self.set_property(interp, name, &value)? {
            true => Ok(()),
            false => self.assign(interp, name, value),
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

    /// What is compared of a dataclass: its class and fields; of a named tuple its elements.
    pub(crate) fn compared(&self) -> Option<Vec<Value>> {
        if let Some(elements) = &self.tuple {
            return Some(elements.to_vec());
        }
        let data = self.data()?;
        let class = std::iter::once(Value::User(self.class.clone()));
        let fields = data.fields.iter().filter(|field| field.compare);
        Some(class.chain(fields.map(|field| self.get(&field.name).unwrap_or(Value::None))).collect())
    }

    /// Sets an own attribute as `object.__setattr__` does. What a layer has as attributes belongs to it.
    pub(crate) fn assign(self: &Rc<Self>, interp: &mut Interp, name: &str, value: Value) -> Result<()> {
        if let Some(value) = derived::set_attribute(interp, self, name, value)? {
            self.set(name, value);
        }
        Ok(())
    }

    /// Sets a property or another descriptor of the class; false if there is none of that name.
    pub(crate) fn set_property(self: &Rc<Self>, interp: &mut Interp, name: &str, value: &Value) -> Result<bool> {
        let Some(Value::User(object)) = self.class.lookup(name) else { return Ok(false) };
        if let Some(descriptor) = downcast::<Instance>(&object)
            && let Some(set) = descriptor.special(interp, "__set__")?
        {
            interp.call(&set, Args::positional(vec![Value::User(self.clone()), value.clone()]))?;
            return Ok(true);
        }
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
        if let Some(Value::User(object)) = self.class.lookup(name)
            && let Some(descriptor) = downcast::<Instance>(&object)
            && let Some(delete) = descriptor.special(interp, "__delete__")?
        {
            return interp.call(&delete, Args::positional(vec![receiver])).map(|_| true);
        }
        if self.data().is_some_and(|data| data.frozen) {
            return Err(raise("FrozenInstanceError", format!("cannot delete field '{name}'")));
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
fn allocate(interp: &mut Interp, class: &Rc<UserClass>, args: Args) -> Result<Rc<Instance>> {
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
fn fill(interp: &mut Interp, instance: &Instance, args: Args) -> Result<()> {
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
        "__new__" => "new",
        "__hash__" => "hash",
        "__eq__" => "eq",
        "__ne__" => "ne",
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
        let receiver = if self.name == "__new__" { Value::None } else { args.positional.remove(0) };
        match inherited(&self.name, &receiver) {
            Some(method) => interp.call(&method, args),
            None => Ok(Value::None),
        }
    }
}

/// `exception.with_traceback`, which gives the exception.
#[derive(Debug)]
struct WithTraceback(Value);

impl Object for WithTraceback {
    fn class_name(&self) -> Rc<str> {
        "builtin_function_or_method".into()
    }

    fn call(self: Rc<Self>, _: &mut Interp, _: Args) -> Result<Value> {
        Ok(self.0.clone())
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
            ("init", Some(instance), _) if instance.class.builtin.is_some() => {
                fill(interp, &instance, args)?;
                Ok(Value::None)
            }
            ("init", Some(instance), positional) => {
                if is_exception(&instance.class) {
                    instance.set("args", Value::tuple(positional.to_vec()));
                } else if !positional.is_empty() || !args.keywords.is_empty() {
                    return Err(Error::ty("object.__init__() takes exactly one argument (the instance to initialize)"));
                }
                Ok(Value::None)
            }
            ("setattr", Some(instance), [Value::Str(name), value]) => {
                instance.set_as_object(interp, name, value.clone())?;
                Ok(Value::None)
            }
            ("delattr", Some(instance), [Value::Str(name)]) => match instance.remove(name) {
                true => Ok(Value::None),
                false => {
                    Err(raise("AttributeError", format!("'{}' object has no attribute '{name}'", instance.class.name)))
                }
            },
            ("new", _, [Value::User(class), rest @ ..]) => match downcast::<UserClass>(class) {
                Some(class) => {
                    // `object.__new__` takes whatever the class's `__init__` gets.
                    let given = match class.builtin.is_some() || !class.fields().is_empty() {
                        true => Args { positional: rest.to_vec(), keywords: args.keywords.clone() },
                        false => Args::default(),
                    };
                    Ok(Value::User(allocate(interp, &class, given)?))
                }
                None => Err(Error::ty("object.__new__(X): X is not a type object")),
            },
            ("hash", Some(instance), []) => Ok(Value::Int((Rc::as_ptr(&instance) as usize >> 4) as i64)),
            ("eq" | "ne", Some(instance), [other]) => Ok(match other {
                Value::User(object) if same_object(object, &(instance as ObjectRef)) => {
                    Value::Bool(self.method == "eq")
                }
                _ => interp.eval.builtins.get("NotImplemented").unwrap_or(Value::None),
            }),
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
        if let Some(plain) = self.plain.get() {
            return Some(plain.clone());
        }
        let own = |name| self.class.lookup(name).is_some();
        let data =
            self.data().filter(|data| (data.frozen && data.eq || data.hashed) && !own("__eq__") && !own("__hash__"));
        data.and_then(|_| self.compared()).map(Value::tuple)
    }

    fn get_attr(self: Rc<Self>, interp: &mut Interp, name: &str) -> Result<Option<Value>> {
        let found = self.class.lookup(name);
        // A descriptor that can be set goes before what the instance itself has.
        let is_property = matches!(&found, Some(Value::User(o)) if downcast::<Property>(o).is_some()
            || downcast::<Instance>(o).is_some_and(|d| d.class.lookup("__set__").is_some()));
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
            "__doc__" | "__traceback__" | "__cause__" | "__context__" => return Ok(Some(Value::None)),
            "value" if &*self.class.name == "StopIteration" => {
                let args = self.get("args").and_then(|args| args.elements()).unwrap_or_default();
                return Ok(Some(args.into_iter().next().unwrap_or(Value::None)));
            }
            "with_traceback" if is_exception(&self.class) => {
                return Ok(Some(Value::User(Rc::new(WithTraceback(receiver)))));
            }
            _ => {}
        }
        if let Some(value) = crate::modules::collections::tuple_method(&self, name) {
            return Ok(Some(value));
        }
        if let Some(value) = self.plain.get().and_then(|plain| methods::find(plain, name)) {
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
        if let Some(slots) = self.class.slots()
            && !slots.iter().any(|slot| slot == name)
        {
            let message = format!("'{}' object has no attribute '{name}'", self.class.name);
            return Err(raise("AttributeError", message));
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
