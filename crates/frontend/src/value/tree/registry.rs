//! Classes of the program that are nodes of trees.

use std::rc::Rc;

use crate::interp::classes::UserClass;
use crate::value::Value;

/// How the instances of a class are taken apart and made again.
#[derive(Clone, Debug)]
pub(crate) enum Unpacking {
    /// By functions: `flatten(x) -> (children, metadata)`, `unflatten(metadata, children)`, and perhaps
    /// `flatten_with_keys(x) -> ((key, child)…, metadata)`.
    Functions { flatten: Value, unflatten: Value, with_keys: Option<Value> },
    /// By the methods `tree_flatten` (or `tree_flatten_with_keys`) and `tree_unflatten`.
    Methods { with_keys: bool },
    /// Not at all: the instance itself belongs to the structure.
    Static,
    /// By attributes: children, and what belongs to the structure.
    Fields { data: Vec<Rc<str>>, meta: Vec<Rc<str>> },
}

/// One registered class.
#[derive(Debug)]
pub(crate) struct Registration {
    /// The class; classes that inherit from it are not registered by that.
    pub(crate) class: Rc<UserClass>,
    /// How.
    pub(crate) unpacking: Unpacking,
}

/// The classes that the program registered.
#[derive(Debug, Default)]
pub(crate) struct Registry(Vec<Rc<Registration>>);

impl Registry {
    /// Registers a class; false if it is registered already.
    pub(crate) fn add(&mut self, class: Rc<UserClass>, unpacking: Unpacking) -> bool {
        if self.find(&class).is_some() {
            return false;
        }
        self.0.push(Rc::new(Registration { class, unpacking }));
        true
    }

    /// How instances of exactly this class are taken apart.
    pub(crate) fn find(&self, class: &Rc<UserClass>) -> Option<Rc<Registration>> {
        self.0.iter().find(|r| Rc::ptr_eq(&r.class, class)).cloned()
    }
}
