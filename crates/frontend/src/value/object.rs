//! Objects implemented natively.

use std::any::Any;
use std::fmt;
use std::rc::Rc;

use super::Value;
use super::tree::ObjectNode;
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::library::Args;

/// A shared native object.
pub type ObjectRef = Rc<dyn Object>;

/// What the evaluator asks of a native object. Methods declared in the object's `ClassDecl` are
/// looked up before [`Object::get_attr`].
pub trait Object: Any + fmt::Debug {
    /// The name of the object's class, as Python shows it.
    fn class_name(&self) -> Rc<str>;

    /// The declaration of the class, for its methods and for `isinstance`; `None` for classes that
    /// the program itself defines.
    fn class(&self) -> Option<&'static crate::library::ClassDecl> {
        None
    }

    /// The value of an attribute; `None` if there is none of that name.
    ///
    /// # Errors
    /// The attribute exists but cannot be read now.
    fn get_attr(self: Rc<Self>, _interp: &mut Interp, _name: &str) -> Result<Option<Value>> {
        Ok(None)
    }

    /// Sets an attribute.
    ///
    /// # Errors
    /// The object has no such attribute, or it cannot be set.
    fn set_attr(self: Rc<Self>, _interp: &mut Interp, name: &str, _value: Value) -> Result<()> {
        Err(Error::ty(format!("attribute `{name}` of {} cannot be set", self.class_name())))
    }

    /// What its constructor was called with, of objects whose `get_config` tells that.
    fn arguments(&self) -> Option<&crate::library::Bound> {
        None
    }

    /// What it is equal to and hashed as, where that is not itself alone: the elements of a named tuple.
    fn as_key(&self) -> Option<Value> {
        None
    }

    /// Names of attributes, for suggestions.
    fn attributes(&self) -> Vec<String> {
        Vec::new()
    }

    /// Calls the object.
    ///
    /// # Errors
    /// The object is not callable, or the call fails.
    fn call(self: Rc<Self>, _interp: &mut Interp, _args: Args) -> Result<Value> {
        Err(Error::ty(format!("{} object is not callable", self.class_name())))
    }

    /// The object as a node of a tree; `None` if it is a leaf.
    fn node(self: Rc<Self>) -> Option<ObjectNode> {
        None
    }

    /// The function that a call of the object reaches, and how many arguments it gets before those of the
    /// call; `None` if the object calls no other function.
    fn stands_for(&self) -> Option<(Value, usize)> {
        None
    }

    /// Whether the object, found in a class, is a method of the instances.
    fn binds(&self) -> bool {
        false
    }

    /// Whether the object is equal to another one, beyond being that object.
    fn equals(&self, _other: &ObjectRef) -> bool {
        false
    }

    /// `repr(object)`.
    fn repr(&self) -> String {
        format!("<{}>", self.class_name())
    }
}

/// The object as a concrete type, if it is of that type.
pub fn downcast<T: Object>(object: &ObjectRef) -> Option<Rc<T>> {
    let any: Rc<dyn Any> = object.clone();
    any.downcast::<T>().ok()
}
