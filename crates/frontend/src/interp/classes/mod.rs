//! Classes of the program and their instances.

mod create;
mod descriptors;
mod instance;
mod super_object;

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use indexmap::IndexMap;

pub(crate) use descriptors::{BoundMethod, ClassMethod, Property, StaticMethod};
pub(crate) use instance::{Instance, of_object};
pub(crate) use super_object::Super;

use super::Interp;
use super::function::{UserFunction, bind_method};
use crate::error::{Error, Result};
use crate::library::{Args, ClassDecl};
use crate::syntax::ast::Symbol;
use crate::value::{Key, Object, Value, downcast};

/// A class defined by the program, or a built-in exception class.
pub(crate) struct UserClass {
    /// Its name.
    pub(crate) name: Rc<str>,
    /// The classes that it inherits from, nearest first, by Python's C3 order; without itself.
    pub(crate) ancestors: Vec<Rc<UserClass>>,
    /// The class of a package that it derives from, itself or through its bases.
    pub(crate) native: Option<&'static ClassDecl>,
    /// Its own attributes.
    pub(crate) members: RefCell<IndexMap<Symbol, Value>>,
    /// How its instances are laid out beyond their attributes.
    pub(crate) layout: RefCell<Layout>,
}

/// What the evaluator adds to the instances of some classes.
#[derive(Clone, Debug, Default)]
pub(crate) enum Layout {
    /// Nothing.
    #[default]
    Plain,
    /// A `namedtuple`: the fields' names and the defaults of the last ones.
    Tuple(Rc<[Symbol]>, Rc<[Value]>),
    /// A `dataclass`: the fields in order.
    Data(Rc<DataClass>),
}

/// The fields and options of a `dataclass`.
#[derive(Debug)]
pub(crate) struct DataClass {
    /// The fields of the class and its bases, in order.
    pub(crate) fields: Vec<DataField>,
    /// Instances cannot be changed.
    pub(crate) frozen: bool,
    /// `<` and its like compare fields.
    pub(crate) order: bool,
    /// `==` compares fields.
    pub(crate) eq: bool,
    /// `repr` shows fields.
    pub(crate) repr: bool,
}

/// One field of a `dataclass`.
#[derive(Clone, Debug)]
pub(crate) struct DataField {
    /// Its name.
    pub(crate) name: Symbol,
    /// Its default value.
    pub(crate) default: Option<Value>,
    /// What makes its default value.
    pub(crate) factory: Option<Value>,
    /// Whether `__init__` takes it.
    pub(crate) init: bool,
    /// Whether `repr` shows it.
    pub(crate) repr: bool,
    /// Whether `__init__` takes it by name only.
    pub(crate) kw_only: bool,
    /// What the program says about it.
    pub(crate) metadata: Value,
    /// Whether it counts when instances are compared.
    pub(crate) compare: bool,
    /// Whether `metadata` says that it belongs to a tree's structure (`{"static": True}`).
    pub(crate) is_static: bool,
}

impl fmt::Debug for UserClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserClass").field("name", &self.name).finish_non_exhaustive()
    }
}

impl UserClass {
    /// A class with the given bases.
    ///
    /// # Errors
    /// The bases have no consistent order.
    pub(crate) fn new(name: Rc<str>, bases: &[Rc<UserClass>], members: IndexMap<Symbol, Value>) -> Result<Self> {
        let ancestors = create::linearize(&name, bases)?;
        let layout = bases.iter().map(|b| b.layout.borrow().clone()).find(|l| !matches!(l, Layout::Plain));
        Ok(UserClass {
            native: bases.iter().find_map(|base| base.native),
            name,
            ancestors,
            members: RefCell::new(members),
            layout: RefCell::new(layout.unwrap_or_default()),
        })
    }

    /// The field names of a named tuple.
    pub(crate) fn fields(&self) -> Rc<[Symbol]> {
        match &*self.layout.borrow() {
            Layout::Tuple(names, _) => names.clone(),
            _ => Rc::from([]),
        }
    }

    /// The class and what it inherits from, in the order in which attributes are looked up.
    pub(crate) fn lineage(self: &Rc<Self>) -> impl Iterator<Item = &Rc<UserClass>> {
        std::iter::once(self).chain(&self.ancestors)
    }

    /// The attribute `name` of the class or of one that it inherits from.
    pub(crate) fn lookup(self: &Rc<Self>, name: &str) -> Option<Value> {
        self.lineage().find_map(|class| class.members.borrow().get(name).cloned())
    }

    /// Whether this is `other` or inherits from it.
    pub(crate) fn is_subclass(self: &Rc<Self>, other: &Rc<UserClass>) -> bool {
        self.lineage().any(|class| Rc::ptr_eq(class, other))
    }

    /// Sets an attribute of the class.
    pub(crate) fn set(&self, name: &str, value: Value) {
        self.members.borrow_mut().insert(name.into(), value);
    }

    /// The attribute as it is read through the class itself.
    pub(crate) fn read(self: &Rc<Self>, interp: &mut Interp, name: &str) -> Result<Option<Value>> {
        let Some(value) = self.lookup(name) else {
            return Ok(match name {
                "__name__" | "__qualname__" => Some(Value::Str(self.name.clone())),
                "__doc__" => Some(Value::None),
                "__dict__" => {
                    let members = self.members.borrow();
                    let entries = members.iter().map(|(name, value)| (Key::name(name.clone()), value.clone()));
                    Some(Value::Dict(Rc::new(RefCell::new(entries.collect()))))
                }
                "__module__" => Some(Value::str("__main__")),
                "__mro__" => {
                    let classes = self.lineage().map(|c| Value::User(c.clone()));
                    Some(Value::tuple(classes.chain(interp.eval.builtins.get("object")).collect::<Vec<_>>()))
                }
                "from_config" if self.native.is_some() => Some(crate::keras::derived::from_config(self.clone())),
                "_make" if matches!(&*self.layout.borrow(), Layout::Tuple(..)) => {
                    Some(bind_method(interp.standard_function("make_tuple")?, Value::User(self.clone())))
                }
                "_fields" => match &*self.layout.borrow() {
                    Layout::Tuple(names, _) => {
                        Some(Value::tuple(names.iter().cloned().map(Value::Str).collect::<Vec<_>>()))
                    }
                    _ => None,
                },
                _ => None,
            });
        };
        let Value::User(object) = &value else { return Ok(Some(value)) };
        if let Some(method) = downcast::<StaticMethod>(object) {
            return Ok(Some(method.0.clone()));
        }
        if let Some(method) = downcast::<ClassMethod>(object) {
            return Ok(Some(bind_method(method.0.clone(), Value::User(self.clone()))));
        }
        Ok(Some(value))
    }
}

impl Object for UserClass {
    fn class_name(&self) -> Rc<str> {
        "type".into()
    }

    fn get_attr(self: Rc<Self>, interp: &mut Interp, name: &str) -> Result<Option<Value>> {
        self.read(interp, name)
    }

    fn set_attr(self: Rc<Self>, _interp: &mut Interp, name: &str, value: Value) -> Result<()> {
        self.set(name, value);
        Ok(())
    }

    fn attributes(&self) -> Vec<String> {
        let own = self.members.borrow();
        let mut names: Vec<String> = own.keys().map(|name| name.to_string()).collect();
        for class in &self.ancestors {
            names.extend(class.members.borrow().keys().map(|name| name.to_string()));
        }
        names
    }

    fn call(self: Rc<Self>, interp: &mut Interp, args: Args) -> Result<Value> {
        instance::construct(interp, &self, args)
    }

    fn repr(&self) -> String {
        format!("<class '__main__.{}'>", self.name)
    }
}

/// What reading `value`, found in a class, through an instance gives.
pub(super) fn bind_member(interp: &mut Interp, value: Value, receiver: &Value, class: &Rc<UserClass>) -> Result<Value> {
    let Value::User(object) = &value else { return Ok(value) };
    if downcast::<UserFunction>(object).is_some() || object.binds() {
        return Ok(bind_method(value, receiver.clone()));
    }
    if let Some(method) = downcast::<StaticMethod>(object) {
        return Ok(method.0.clone());
    }
    if let Some(method) = downcast::<ClassMethod>(object) {
        return Ok(bind_method(method.0.clone(), Value::User(class.clone())));
    }
    if let Some(property) = downcast::<Property>(object) {
        let Some(getter) = &property.getter else {
            return Err(Error::ty("the property has no getter"));
        };
        return interp.call(getter, Args::positional(vec![receiver.clone()]));
    }
    if let Some(instance) = downcast::<Instance>(object)
        && let Some(get) = instance.class.lookup("__get__")
    {
        let args = vec![Value::User(instance.clone()), receiver.clone(), Value::User(class.clone())];
        return interp.call(&get, Args::positional(args));
    }
    Ok(value)
}
