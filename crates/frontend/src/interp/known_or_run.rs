//! What is computed while compiling if everything it needs is known, and by the run otherwise.

use std::rc::Rc;

use super::Interp;
use super::attribute::user;
use super::classes::Instance;
use super::host::host_in;
use crate::error::Result;
use crate::library::Args;
use crate::value::{Host, Object, Value};

/// A function of a module that also reaches what only the run has, such as `os.path.join`: of host values it gives one.
#[derive(Debug)]
pub(super) struct KnownOrRun {
    /// Its dotted name.
    name: String,
    /// What computes it while compiling.
    function: Value,
}

impl KnownOrRun {
    /// The function as a value.
    pub(super) fn value(name: String, function: Value) -> Value {
        Value::User(Rc::new(KnownOrRun { name, function }))
    }
}

impl Object for KnownOrRun {
    fn class_name(&self) -> Rc<str> {
        "function".into()
    }

    fn get_attr(self: Rc<Self>, interp: &mut Interp, name: &str) -> Result<Option<Value>> {
        interp.find_attribute(&self.function, name)
    }

    fn call(self: Rc<Self>, interp: &mut Interp, args: Args) -> Result<Value> {
        interp.spend_on_arguments(&args)?;
        match host_in(&args) {
            Some(_) => Ok(interp.host_call(&Host::new(self.name.as_str(), None), args)),
            None => interp.call(&self.function, args),
        }
    }

    fn repr(&self) -> String {
        let name = self.name.rsplit('.').next().unwrap_or_default();
        format!("<function {name}>")
    }
}

impl Interp {
    /// The arguments of native code with the text of each path in its place.
    ///
    /// # Errors
    /// The `__fspath__` of an object fails.
    pub(super) fn path_args(&mut self, mut args: Args) -> Result<Args> {
        let values = args.positional.iter_mut().chain(args.keywords.iter_mut().map(|(_, value)| value));
        for value in values {
            if let Some(instance) = user::<Instance>(value)
                && let Some(text) = instance.special(self, "__fspath__")?
            {
                *value = self.call(&text, Args::default())?;
            }
        }
        Ok(args)
    }
}
