//! Calls of any callable value.

use super::Interp;
use crate::error::{Error, Result};
use crate::keras::{graph, layers};
use crate::library::Args;
use crate::value::Value;

impl Interp {
    /// Calls any callable value: a function of the program or of a package, a class, a layer, …
    ///
    /// A package function called on symbolic tensors becomes a node of the layer graph, unless it makes a
    /// layer, which becomes one.
    ///
    /// # Errors
    /// The value is not callable, the arguments do not fit, or the call fails.
    pub fn call(&mut self, callee: &Value, args: Args) -> Result<Value> {
        match callee {
            Value::Function(decl) if graph::has_symbolic(&args) && !layers::makes_layer(decl) => {
                graph::call(self, callee, args, decl.name)
            }
            Value::Function(decl) => {
                let mut bound = decl.signature.bind(decl.name, args)?;
                (decl.call)(self, &mut bound)
            }
            Value::Class(decl) => {
                let mut bound = decl.signature.bind(decl.name, args)?;
                (decl.new)(self, &mut bound)
            }
            Value::Method(object, decl) => {
                let mut bound = decl.signature.bind(decl.name, args)?;
                (decl.call)(self, object, &mut bound)
            }
            Value::Object(object) | Value::User(object) => object.clone().call(self, args),
            other => Err(Error::ty(format!("{} object is not callable", other.type_name()))),
        }
    }
}
