//! What stands in a class body and changes how it is read through an instance.

use std::rc::Rc;

use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::compare::same;
use crate::library::Args;
use crate::value::{Object, ObjectRef, Value, downcast};

/// A function with its receiver.
#[derive(Debug)]
pub(crate) struct BoundMethod {
    /// The function.
    pub(crate) function: Value,
    /// What is passed first.
    pub(crate) receiver: Value,
}

/// `@property`.
#[derive(Debug)]
pub(crate) struct Property {
    /// Called to read it.
    pub(crate) getter: Option<Value>,
    /// Called to set it.
    pub(crate) setter: Option<Value>,
    /// Called to delete it.
    pub(crate) deleter: Option<Value>,
}

/// `@staticmethod`.
#[derive(Debug)]
pub(crate) struct StaticMethod(pub(crate) Value);

/// `@classmethod`.
#[derive(Debug)]
pub(crate) struct ClassMethod(pub(crate) Value);

/// `prop.setter` and its like, waiting for the function.
#[derive(Debug)]
struct PropertyPart {
    property: Rc<Property>,
    part: &'static str,
}

impl Object for BoundMethod {
    fn class_name(&self) -> Rc<str> {
        "method".into()
    }

    fn call(self: Rc<Self>, interp: &mut Interp, mut args: Args) -> Result<Value> {
        args.positional.insert(0, self.receiver.clone());
        interp.call(&self.function, args)
    }

    fn stands_for(&self) -> Option<(Value, usize)> {
        Some((self.function.clone(), 1))
    }

    fn equals(&self, other: &ObjectRef) -> bool {
        downcast::<BoundMethod>(other)
            .is_some_and(|other| same(&self.function, &other.function) && same(&self.receiver, &other.receiver))
    }

    fn get_attr(self: Rc<Self>, interp: &mut Interp, name: &str) -> Result<Option<Value>> {
        match name {
            "__self__" => Ok(Some(self.receiver.clone())),
            "__func__" => Ok(Some(self.function.clone())),
            _ => match &self.function {
                Value::User(function) => function.clone().get_attr(interp, name),
                _ => Ok(None),
            },
        }
    }

    fn repr(&self) -> String {
        match &self.function {
            Value::User(function) => format!("<bound method {}>", function.repr()),
            _ => "<bound method>".into(),
        }
    }
}

impl Object for Property {
    fn class_name(&self) -> Rc<str> {
        "property".into()
    }

    fn get_attr(self: Rc<Self>, _interp: &mut Interp, name: &str) -> Result<Option<Value>> {
        Ok(match name {
            "fget" => self.getter.clone(),
            "fset" => self.setter.clone(),
            "fdel" => self.deleter.clone(),
            _ => {
                let part = ["getter", "setter", "deleter"].into_iter().find(|part| *part == name);
                part.map(|part| Value::User(Rc::new(PropertyPart { property: self, part })))
            }
        })
    }

    fn attributes(&self) -> Vec<String> {
        ["setter", "getter", "deleter", "fget", "fset", "fdel"].map(String::from).to_vec()
    }
}

impl Object for PropertyPart {
    fn class_name(&self) -> Rc<str> {
        "builtin_function_or_method".into()
    }

    fn call(self: Rc<Self>, _interp: &mut Interp, args: Args) -> Result<Value> {
        let Some(function) = args.positional.into_iter().next() else {
            return Err(Error::ty(format!("{}() takes a function", self.part)));
        };
        let Property { getter, setter, deleter } = &*self.property;
        let mut property = Property { getter: getter.clone(), setter: setter.clone(), deleter: deleter.clone() };
        match self.part {
            "getter" => property.getter = Some(function),
            "setter" => property.setter = Some(function),
            _ => property.deleter = Some(function),
        }
        Ok(Value::User(Rc::new(property)))
    }
}

impl Object for StaticMethod {
    fn class_name(&self) -> Rc<str> {
        "staticmethod".into()
    }

    fn call(self: Rc<Self>, interp: &mut Interp, args: Args) -> Result<Value> {
        interp.call(&self.0, args)
    }
}

impl Object for ClassMethod {
    fn class_name(&self) -> Rc<str> {
        "classmethod".into()
    }
}
