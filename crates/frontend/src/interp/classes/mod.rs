//! Classes of the program and their instances.

mod construct;
mod create;
mod descriptors;
mod instance;
mod of_object;
mod super_object;

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use indexmap::IndexMap;

pub(crate) use descriptors::{BoundMethod, ClassMethod, Property, StaticMethod};
pub(crate) use instance::{Instance, plain_of};
pub(crate) use of_object::of_object;
pub(crate) use super_object::Super;

use super::Interp;
use super::exceptions;
use super::function::{UserFunction, bind_method};
use super::limits::MAX_ANCESTORS;
use super::scope::Env;
use crate::diagnostics::codes;
use crate::error::{Error, Result};
use crate::library::{Args, ClassDecl};
use crate::syntax::ast::{Class, StmtKind, Symbol, TargetKind};
use crate::value::{Key, Object, Value, downcast};

/// A class defined by the program, or a built-in exception class.
pub(crate) struct UserClass {
    /// Its name.
    pub(crate) name: Rc<str>,
    /// The classes that it inherits from, nearest first, by Python's C3 order; without itself.
    pub(crate) ancestors: Vec<Rc<UserClass>>,
    /// The class of a package that it derives from, itself or through its bases.
    pub(crate) native: Option<&'static ClassDecl>,
    /// The type of Python's own that it derives from: instances hold a value of it.
    pub(crate) builtin: Option<&'static str>,
    /// Whether `typing.Generic` or `typing.Protocol` is among its bases, so that it may be subscripted.
    pub(crate) generic: bool,
    /// The class whose methods are those of the class itself; only packages have such.
    pub(crate) meta: Option<Rc<UserClass>>,
    /// Its own attributes.
    pub(crate) members: RefCell<IndexMap<Symbol, Value>>,
    /// How its instances are laid out beyond their attributes.
    pub(crate) layout: RefCell<Layout>,
    /// The statement that made it and where that stands.
    pub(crate) definition: Option<(Rc<Class>, Rc<Env>)>,
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
    /// The same with what only `__init__` and `__post_init__` see (`InitVar`).
    pub(crate) parameters: Vec<DataField>,
    /// Instances cannot be changed.
    pub(crate) frozen: bool,
    /// `<` and its like compare fields.
    pub(crate) order: bool,
    /// `==` compares fields.
    pub(crate) eq: bool,
    /// `repr` shows fields.
    pub(crate) repr: bool,
    /// Instances are hashed by their fields although they can be changed.
    pub(crate) hashed: bool,
    /// The name of the class that was decorated; its subclasses share the description.
    pub(crate) owner: Rc<str>,
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
    /// Whether `__init__` takes it only to hand it to `__post_init__`.
    pub(crate) init_only: bool,
}

impl fmt::Debug for UserClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserClass").field("name", &self.name).finish_non_exhaustive()
    }
}

impl UserClass {
    /// Its name with those of the functions and classes around.
    pub(crate) fn qualified(&self) -> String {
        let around = self.definition.as_ref().map(|(_, env)| env.prefix()).unwrap_or_default();
        match self.members.borrow().get("__qualname__") {
            Some(Value::Str(own)) => format!("{around}{own}"),
            _ => format!("{around}{}", self.name),
        }
    }

    /// A class with the given bases.
    ///
    /// # Errors
    /// The bases have no consistent order.
    pub(crate) fn new(name: Rc<str>, bases: &[Rc<UserClass>], members: IndexMap<Symbol, Value>) -> Result<Self> {
        let ancestors = create::linearize(&name, bases)?;
        if ancestors.len() > MAX_ANCESTORS {
            return Err(Error::new(codes::LIMIT, format!("the class `{name}` inherits from too many others"))
                .note(format!("the limit is {MAX_ANCESTORS} classes")));
        }
        let layout = bases.iter().map(|b| b.layout.borrow().clone()).find(|l| !matches!(l, Layout::Plain));
        Ok(UserClass {
            native: bases.iter().find_map(|base| base.native),
            builtin: bases.iter().find_map(|base| base.builtin),
            meta: bases.iter().find_map(|base| base.meta.clone()),
            generic: bases.iter().any(|base| base.generic),
            name,
            ancestors,
            members: RefCell::new(members),
            layout: RefCell::new(layout.unwrap_or_default()),
            definition: None,
        })
    }

    /// The field names of a named tuple.
    pub(crate) fn fields(&self) -> Rc<[Symbol]> {
        match &*self.layout.borrow() {
            Layout::Tuple(names, _) => names.clone(),
            _ => Rc::from([]),
        }
    }

    /// The description of this very class as a dataclass, which its subclasses share.
    pub(crate) fn own_data(&self) -> Option<Rc<DataClass>> {
        match &*self.layout.borrow() {
            Layout::Data(data) if data.owner == self.name => Some(data.clone()),
            _ => None,
        }
    }

    /// Whether this very class is a dataclass that says how its instances are hashed: by their fields, or not at all.
    pub(crate) fn hashes_fields(&self) -> Option<bool> {
        let data = self.own_data()?;
        match (data.eq, data.frozen || data.hashed) {
            (_, true) if data.eq || data.hashed => Some(true),
            (true, false) => Some(false),
            _ => None,
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

    /// The names of slots that classes of the lineage have.
    pub(crate) fn own_slots(self: &Rc<Self>) -> Vec<Symbol> {
        let mut slots = Vec::new();
        for class in self.lineage() {
            match class.members.borrow().get("__slots__") {
                Some(Value::Str(name)) => slots.push(name.clone()),
                Some(names) => {
                    slots.extend(names.elements().unwrap_or_default().into_iter().filter_map(|name| match name {
                        Value::Str(name) => Some(name),
                        _ => None,
                    }))
                }
                None => {}
            }
        }
        slots
    }

    /// The only attributes that instances may have, if every class of the lineage says which.
    pub(crate) fn slots(self: &Rc<Self>) -> Option<Vec<String>> {
        if self.native.is_some() || self.builtin.is_some() {
            return None;
        }
        let mut slots = Vec::new();
        for class in self.lineage() {
            match class.members.borrow().get("__slots__") {
                Some(Value::Str(name)) => slots.push(name.to_string()),
                Some(names) => slots.extend(names.elements()?.iter().filter_map(|name| match name {
                    Value::Str(name) => Some(name.to_string()),
                    _ => None,
                })),
                None => return None,
            }
        }
        (!slots.iter().any(|slot| slot == "__dict__")).then_some(slots)
    }

    /// Whether it is one of Python's own exceptions.
    pub(crate) fn is_builtin(&self) -> bool {
        self.definition.is_none() && exceptions::is_builtin(&self.name)
    }

    /// Whether this is `other` or inherits from it.
    pub(crate) fn is_subclass(self: &Rc<Self>, other: &Rc<UserClass>) -> bool {
        self.lineage().any(|class| Rc::ptr_eq(class, other))
    }

    /// Sets an attribute of the class.
    pub(crate) fn set(&self, name: &str, value: Value) {
        self.members.borrow_mut().insert(name.into(), value);
    }

    /// A special method of the class itself, such as what a call of it does, bound.
    pub(crate) fn own_special(self: &Rc<Self>, interp: &mut Interp, name: &str) -> Result<Option<Value>> {
        match &self.meta {
            Some(meta) => match meta.lookup(name) {
                Some(value) => bind_member(interp, value, &Value::User(self.clone()), meta).map(Some),
                None => Ok(None),
            },
            None => Ok(None),
        }
    }

    /// What its body annotates, with the values of the annotations; those that have none are texts.
    fn annotations(&self, interp: &mut Interp) -> Value {
        let mut entries = indexmap::IndexMap::new();
        if let Some((class, env)) = &self.definition {
            for stmt in class.body.iter() {
                if let StmtKind::AnnAssign { target, annotation, .. } = &stmt.kind
                    && let TargetKind::Name(name) = &target.kind
                {
                    let text = interp.source.slice(annotation.span).to_owned();
                    let value = interp.eval(env, annotation).unwrap_or_else(|_| Value::str(text));
                    entries.insert(Key::name(name.clone()), value);
                }
            }
        }
        Value::Dict(Rc::new(RefCell::new(entries)))
    }

    /// The classes in which attributes are looked up, in order.
    fn resolution_order(self: &Rc<Self>, interp: &Interp) -> Vec<Value> {
        let classes = self.lineage().map(|class| Value::User(class.clone()));
        classes.chain(interp.eval.builtins.get("object")).collect()
    }

    /// The classes that it derives from directly: those that no other one of its ancestors derives from.
    fn bases(&self, interp: &Interp) -> Vec<Value> {
        let direct = |class: &&Rc<UserClass>| {
            !self.ancestors.iter().any(|other| !Rc::ptr_eq(other, class) && other.is_subclass(class))
        };
        let mut bases: Vec<Value> = self.ancestors.iter().filter(direct).map(|c| Value::User(c.clone())).collect();
        bases.extend(self.builtin.and_then(|name| interp.eval.builtins.get(name)));
        if bases.is_empty() {
            bases.extend(interp.eval.builtins.get("object"));
        }
        bases
    }

    /// The attribute as it is read through the class itself.
    pub(crate) fn read(self: &Rc<Self>, interp: &mut Interp, name: &str) -> Result<Option<Value>> {
        if name == "__annotations__" {
            let own = self.members.borrow().get(name).cloned();
            return Ok(Some(match own {
                Some(own @ Value::Dict(_)) => own,
                _ => self.annotations(interp),
            }));
        }
        if name == "__qualname__" {
            return Ok(Some(Value::str(self.qualified())));
        }
        let Some(value) = self.lookup(name) else {
            if let Some(found) = self.own_special(interp, name)? {
                return Ok(Some(found));
            }
            return Ok(match name {
                "__name__" => Some(Value::Str(self.name.clone())),
                "__doc__" => Some(match &*self.layout.borrow() {
                    Layout::Tuple(names, _) => Value::str(format!("{}({})", self.name, names.join(", "))),
                    _ => Value::None,
                }),
                "__dict__" => {
                    let members = self.members.borrow();
                    let entries = members.iter().map(|(name, value)| (Key::name(name.clone()), value.clone()));
                    Some(Value::Dict(Rc::new(RefCell::new(entries.collect()))))
                }
                "__module__" => Some(Value::str("__main__")),
                "__abstractmethods__" if self.definition.is_some() => {
                    let names = construct::missing_methods(self).into_iter().map(Key::name);
                    Some(Value::FrozenSet(Rc::new(names.map(|name| (name, ())).collect())))
                }
                "__mro__" => Some(Value::tuple(self.resolution_order(interp))),
                "mro" => Some(Value::User(Rc::new(ResolutionOrder(self.clone())))),
                "__bases__" => Some(Value::tuple(self.bases(interp))),
                "from_config" if self.native.is_some() => Some(crate::keras::derived::from_config(self.clone())),
                "_make" if matches!(&*self.layout.borrow(), Layout::Tuple(..)) => {
                    Some(bind_method(interp.standard_function("make_tuple")?, Value::User(self.clone())))
                }
                "_field_defaults" => match &*self.layout.borrow() {
                    Layout::Tuple(names, defaults) => {
                        let with_default = names.iter().skip(names.len().saturating_sub(defaults.len()));
                        let entries = with_default.zip(defaults.iter()).map(|(n, v)| (Key::name(n.clone()), v.clone()));
                        Some(Value::Dict(Rc::new(RefCell::new(entries.collect()))))
                    }
                    _ => None,
                },
                "__match_args__" => Some(match &*self.layout.borrow() {
                    Layout::Tuple(names, _) => Value::tuple(names.iter().cloned().map(Value::Str).collect::<Vec<_>>()),
                    Layout::Data(data) => {
                        let fields = data.parameters.iter().filter(|field| field.init && !field.kw_only);
                        Value::tuple(fields.map(|field| Value::Str(field.name.clone())).collect::<Vec<_>>())
                    }
                    Layout::Plain => return Ok(None),
                }),
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
        if let Some(instance) = downcast::<Instance>(object)
            && let Some(get) = instance.class.lookup("__get__")
        {
            let args = vec![Value::User(instance.clone()), Value::None, Value::User(self.clone())];
            return interp.call(&get, Args::positional(args)).map(Some);
        }
        Ok(Some(value))
    }
}

/// The method `mro` of a class.
#[derive(Debug)]
struct ResolutionOrder(Rc<UserClass>);

impl Object for ResolutionOrder {
    fn class_name(&self) -> Rc<str> {
        "builtin_function_or_method".into()
    }

    fn call(self: Rc<Self>, interp: &mut Interp, _: Args) -> Result<Value> {
        Ok(Value::list(self.0.resolution_order(interp)))
    }
}

impl Object for UserClass {
    fn class_name(&self) -> Rc<str> {
        "type".into()
    }

    fn get_attr(self: Rc<Self>, interp: &mut Interp, name: &str) -> Result<Option<Value>> {
        self.read(interp, name)
    }

    fn set_attr(self: Rc<Self>, interp: &mut Interp, name: &str, value: Value) -> Result<()> {
        match self.own_special(interp, "__setattr__")? {
            Some(hook) => drop(interp.call(&hook, Args::positional(vec![Value::str(name), value]))?),
            None => self.set(name, value),
        }
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
        match self.own_special(interp, "__call__")? {
            Some(call) => interp.call(&call, args),
            None => construct::construct(interp, &self, args),
        }
    }

    fn repr(&self) -> String {
        match self.meta {
            Some(_) if self.ancestors.iter().any(|c| &*c.name == "Flag") => format!("<flag '{}'>", self.name),
            Some(_) => format!("<enum '{}'>", self.name),
            None if self.is_builtin() => format!("<class '{}'>", self.name),
            None => format!("<class '__main__.{}'>", self.qualified()),
        }
    }
}

/// What reading `value`, found in a class, through an instance gives.
pub(super) fn bind_member(interp: &mut Interp, value: Value, receiver: &Value, class: &Rc<UserClass>) -> Result<Value> {
    let Value::User(object) = &value else { return Ok(value) };
    if let Some(inner) = downcast::<crate::modules::abc::Abstract>(object) {
        return bind_member(interp, inner.0.clone(), receiver, class);
    }
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
