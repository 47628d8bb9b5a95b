//! Instances of the program's classes.

use std::cell::{OnceCell, RefCell};
use std::fmt;
use std::rc::Rc;

use indexmap::IndexMap;

use super::of_object::inherited;
use super::{DataClass, Layout, Property, UserClass, bind_member};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::exceptions::{self, is_exception, raise};
use crate::interp::methods;
use crate::keras::derived;
use crate::library::Args;
use crate::syntax::ast::Symbol;
use crate::value::tree::{ObjectNode, PathKey};
use crate::value::{Key, Name, Object, ObjectRef, Value, downcast};

/// An object of a class of the program (or an exception).
pub(crate) struct Instance {
    /// Its class.
    pub(crate) class: Rc<UserClass>,
    /// The own attributes: the entries of its `__dict__`.
    fields: RefCell<Rc<RefCell<IndexMap<Key, Value>>>>,
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
        self.fields.borrow().borrow().get(&Name(name)).cloned()
    }

    /// Sets an own attribute.
    pub(crate) fn set(&self, name: &str, value: Value) {
        self.fields.borrow().borrow_mut().insert(Key::name(name), value);
    }

    /// Removes an own attribute; false if there is none.
    pub(crate) fn remove(&self, name: &str) -> bool {
        self.fields.borrow().borrow_mut().shift_remove(&Name(name)).is_some()
    }

    /// The own attributes in order.
    pub(crate) fn entries(&self) -> IndexMap<Symbol, Value> {
        let fields = self.fields.borrow().borrow().clone();
        let name = |key: &Key| match key.value() {
            Value::Str(name) => Some(name.clone()),
            _ => None,
        };
        fields.into_iter().filter_map(|(key, value)| Some((name(&key)?, value))).collect()
    }

    /// The entries of a dict whose class JAX takes apart, such as `OrderedDict`, in their order.
    pub(crate) fn dict_node(self: &Rc<Self>) -> Option<ObjectNode> {
        let Some(Value::Dict(entries)) = self.plain.get() else { return None };
        self.class.members.borrow().get("_is_tree_node")?;
        let (keys, children): (Vec<Key>, Vec<Value>) =
            entries.borrow().iter().map(|(key, value)| (key.clone(), value.clone())).unzip();
        let (like, names) = (self.clone(), keys.clone());
        let key_values = keys.iter().map(|key| key.value().clone());
        Some(ObjectNode {
            class: self.class.name.clone(),
            keys: key_values.clone().map(PathKey::Dict).collect(),
            children,
            metadata: std::iter::once(Value::User(self.class.clone())).chain(key_values).collect(),
            rebuild: Box::new(move |children| {
                let made = Instance::new(like.class.clone());
                like.entries().into_iter().for_each(|(name, value)| made.set(&name, value));
                let entries = names.iter().cloned().zip(children).collect();
                // It was made just now: nothing is there yet.
                let _ = made.plain.set(Value::Dict(Rc::new(RefCell::new(entries))));
                Value::User(Rc::new(made))
            }),
        })
    }

    /// The dict of its own attributes: whoever changes it changes them.
    fn dict(&self) -> Value {
        Value::Dict(self.fields.borrow().clone())
    }

    /// Makes the entries of a dict the own attributes; false for other values.
    fn set_dict(&self, value: &Value) -> bool {
        match plain_of(value).as_ref().unwrap_or(value) {
            Value::Dict(entries) => {
                *self.fields.borrow_mut() = entries.clone();
                true
            }
            _ => false,
        }
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
        self.delete_own(interp, name)
    }

    /// Deletes an attribute as `object.__delattr__` does.
    pub(crate) fn delete_as_object(self: &Rc<Self>, interp: &mut Interp, name: &str) -> Result<()> {
        match self.delete_own(interp, name)? {
            true => Ok(()),
            false => Err(raise("AttributeError", format!("'{}' object has no attribute '{name}'", self.class.name))),
        }
    }

    /// Deletes an attribute through the property or descriptor of its name, or from the object itself; false if there is none.
    fn delete_own(self: &Rc<Self>, interp: &mut Interp, name: &str) -> Result<bool> {
        let receiver = Value::User(self.clone());
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

    /// An attribute as `object.__getattribute__` finds it.
    pub(super) fn own_attr(self: Rc<Self>, interp: &mut Interp, name: &str) -> Result<Option<Value>> {
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
            "__dict__" if self.class.slots().is_none() => {
                let slots = self.class.own_slots();
                if slots.is_empty() {
                    return Ok(Some(self.dict()));
                }
                let entries = self.entries().into_iter().filter(|(name, _)| !slots.contains(name));
                let entries = entries.map(|(name, value)| (Key::name(name), value)).collect();
                return Ok(Some(Value::Dict(Rc::new(RefCell::new(entries)))));
            }
            "__doc__" => return Ok(Some(Value::None)),
            _ if is_exception(&self.class)
                && let Some(value) = exceptions::attribute(interp, &self, name)? =>
            {
                return Ok(Some(value));
            }
            _ => {}
        }
        if let Some(value) = crate::modules::collections::tuple_method(&self, name) {
            return Ok(Some(value));
        }
        if self.tuple.is_some() && matches!(name, "_field_defaults" | "_make" | "__match_args__") {
            return self.class.read(interp, name);
        }
        if let Some(value) = self.plain.get().and_then(|plain| methods::find(plain, name)) {
            return Ok(Some(value));
        }
        Ok(inherited(name, &receiver))
    }

    /// What the class gives for an attribute that is not found otherwise.
    fn missing_attr(self: Rc<Self>, interp: &mut Interp, name: &str) -> Result<Option<Value>> {
        match self.class.lookup("__getattr__") {
            Some(fallback) => {
                let args = vec![Value::User(self.clone()), Value::str(name)];
                interp.call(&fallback, Args::positional(args)).map(Some)
            }
            None => Ok(None),
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
        let found = match self.class.lookup("__getattribute__") {
            None => self.clone().own_attr(interp, name)?,
            Some(hook) => {
                let args = vec![Value::User(self.clone()), Value::str(name)];
                match interp.call(&hook, Args::positional(args)) {
                    Ok(value) => Some(value),
                    Err(error) if exceptions::is_raised(&error, "AttributeError") => {
                        return self.missing_attr(interp, name)?.map_or(Err(error), |value| Ok(Some(value)));
                    }
                    Err(error) => return Err(error),
                }
            }
        };
        match found {
            Some(value) => Ok(Some(value)),
            None => self.missing_attr(interp, name),
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
        if name == "__dict__" {
            return match self.set_dict(&value) {
                true => Ok(()),
                false => Err(Error::ty(format!("__dict__ must be set to a dictionary, not a '{}'", value.type_name()))),
            };
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
        names.extend(self.entries().keys().map(|name| name.to_string()));
        names.extend(self.native.get().into_iter().flat_map(|native| native.attributes()));
        if let Layout::Tuple(fields, _) = &*self.class.layout.borrow() {
            names.extend(fields.iter().map(|name| name.to_string()));
        }
        names
    }

    fn repr(&self) -> String {
        match self.native.get() {
            Some(native) => native.repr(),
            None if self.class.is_builtin() => format!("<{} object>", self.class.name),
            None => format!("<__main__.{} object>", self.class.qualified()),
        }
    }
}
