//! Modules that are evaluated: files of the program, and packages written in the model language.

use std::rc::Rc;

use super::Interp;
use super::scope::Env;
use crate::error::{Error, Result};
use crate::library::Args;
use crate::value::{Object, Value};

/// A module as a value.
#[derive(Debug)]
pub(super) struct EvaluatedModule {
    /// Its dotted name.
    pub(super) name: String,
    /// The names that it defines.
    pub(super) env: Rc<Env>,
    /// Where its text comes from.
    pub(super) origin: Origin,
}

/// Where the text of a module comes from.
#[derive(Clone, Copy, Debug)]
pub(super) enum Origin {
    /// A file of the program.
    File,
    /// A package, whose names may be written without the prefix.
    Package { prefix: &'static str },
}

impl EvaluatedModule {
    /// The module as a value.
    pub(super) fn value(name: impl Into<String>, env: Rc<Env>, origin: Origin) -> Value {
        Value::User(Rc::new(EvaluatedModule { name: name.into(), env, origin }))
    }
}

impl Object for EvaluatedModule {
    fn class_name(&self) -> Rc<str> {
        "module".into()
    }

    fn get_attr(self: Rc<Self>, interp: &mut Interp, name: &str) -> Result<Option<Value>> {
        match self.origin {
            Origin::File => match self.env.own(name) {
                Some(value) => Ok(Some(value)),
                None => interp.file_module(&format!("{}.{name}", self.name)),
            },
            Origin::Package { prefix } => interp.package_member(&self.name, prefix, &self.env, name),
        }
    }

    fn set_attr(self: Rc<Self>, _: &mut Interp, name: &str, value: Value) -> Result<()> {
        match self.origin {
            Origin::File => {
                self.env.bind(&name.into(), value);
                Ok(())
            }
            Origin::Package { .. } => {
                Err(Error::ty(format!("attribute `{name}` of {} cannot be set", self.class_name())))
            }
        }
    }

    fn attributes(&self) -> Vec<String> {
        let names = self.env.entries().into_iter().map(|(name, _)| name.to_string());
        names.filter(|name| !name.starts_with('_')).collect()
    }

    fn call(self: Rc<Self>, _: &mut Interp, _: Args) -> Result<Value> {
        Err(Error::ty("'module' object is not callable"))
    }

    fn repr(&self) -> String {
        format!("<module '{}'>", self.name)
    }
}
