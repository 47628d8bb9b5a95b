//! Calls of any callable value.

use super::Interp;
use super::attribute::user;
use super::builtins::{Builtin, BuiltinType};
use super::classes::{Instance, plain_of};
use super::host;
use crate::error::{Error, Result};
use crate::keras::layer::layer_of;
use crate::keras::models::on_data;
use crate::keras::{derived, graph, initializers, layers, losses, schedules};
use crate::library::Args;
use crate::modules;
use crate::value::{Value, downcast};

impl Interp {
    /// Calls any callable value: a function of the program or of a package, a class, a layer, …
    ///
    /// A package function called on symbolic tensors becomes a node of the layer graph, unless it makes a
    /// layer, which becomes one. A tensor function called on host values only gives a host value.
    ///
    /// # Errors
    /// The value is not callable, the arguments do not fit, or the call fails. A host value that
    /// meets a tensor or configures an object is an error that names both ends (K0601).
    pub fn call(&mut self, callee: &Value, args: Args) -> Result<Value> {
        let args = match callee {
            Value::User(object)
                if downcast::<Builtin>(object).is_none() && downcast::<BuiltinType>(object).is_none() =>
            {
                args
            }
            Value::Host(origin) => {
                self.changed_by(origin, &args);
                self.plain_args(args)?
            }
            _ => self.plain_args(args)?,
        };
        let of_tensors = match callee {
            Value::User(object) => downcast::<Builtin>(object).is_some_and(|b| modules::numpy::is_own(b.0)),
            Value::Host(_) => false,
            _ => true,
        };
        if of_tensors {
            self.spend_on_arguments(&args)?;
        }
        let args = if self.eval.complex && of_tensors { self.tensor_args(args)? } else { args };
        match callee {
            Value::User(object) => {
                // A layer of the program takes its arguments as any layer does.
                return match user::<Instance>(callee).and_then(|i| Some((i.native.get().cloned()?, i))) {
                    Some((native, instance)) if instance.class.lookup("__call__").is_none() => {
                        self.call(&Value::Object(native), args)
                    }
                    _ => object.clone().call(self, args),
                };
            }
            Value::Host(origin) => {
                self.spend_on_arguments(&args)?;
                return Ok(self.host_call(origin, args));
            }
            Value::DType(_) => {
                let Some(cast) = crate::jax::numpy::creation::CAST.first() else { return Ok(callee.clone()) };
                let mut args = args;
                args.positional.insert(1.min(args.positional.len()), callee.clone());
                return self.call(&Value::Function(cast), args);
            }
            _ => {}
        }
        let mut args = self.path_args(args)?;
        host::name_element_types(&mut args);
        let configures = match callee {
            Value::Class(_) | Value::Method(..) => true,
            Value::Function(decl) => !modules::is_tensor_function(decl) || host::has_tensor(&args),
            _ => false,
        };
        let args = if configures { host::with_numbers(self, args)? } else { args };
        let host = host::host_in(&args);
        if let Some(origin) = &host {
            let computes = match callee {
                Value::Function(decl) => modules::is_tensor_function(decl),
                Value::Object(_) => true,
                _ => false,
            };
            if computes {
                if host::has_tensor(&args) {
                    return Err(host::reaches(origin, "a tensor computation"));
                }
                let result = origin.derived();
                return Ok(match callee {
                    Value::Function(_) => self.applied(callee, args, result),
                    _ => match layer_of(callee).filter(|_| self.tracer.depth() == 0) {
                        Some(layer) => {
                            on_data::called(self, &layer, &args);
                            if layer.built.get() { self.applied(callee, args, result) } else { Value::Host(result) }
                        }
                        None => Value::Host(result),
                    },
                });
            }
        }
        if self.tracer.depth() == 0 && host::has_traced(&args) {
            return Err(crate::trace::leaked());
        }
        let eager = self.tracer.depth() == 0 && !host::has_tensor(&args);
        let result = match callee {
            Value::Function(decl) if eager && modules::is_tensor_function(decl) => self.constant(decl, args),
            Value::Object(object)
                if eager
                    && (initializers::is_initializer(object)
                        || schedules::is_schedule(object)
                        || losses::is_loss(object)) =>
            {
                let object = object.clone();
                self.eagerly("values", |interp| object.call(interp, args))
            }
            Value::Object(object) if eager && (host::has_array(&args) || layer_of(callee).is_some()) => {
                self.build_by_call(object, args)
            }
            Value::Object(object)
                if self.tracer.depth() == 0 && losses::is_loss(object) && graph::has_symbolic(&args) =>
            {
                let name = self.names.unique(&object.class_name());
                graph::call(self, callee, args, &name)
            }
            Value::Function(decl) if graph::has_symbolic(&args) && !layers::makes_layer(decl) => {
                let name = self.names.unique(decl.name);
                graph::call(self, callee, args, &name)
            }
            Value::Function(decl) => {
                let args = if args
                    .positional
                    .iter()
                    .chain(args.keywords.iter().map(|(_, v)| v))
                    .any(|v| plain_of(v).is_some())
                {
                    derived::natives(args)?
                } else {
                    args
                };
                let args = if modules::is_tensor_function(decl) { self.with_values(args)? } else { args };
                let mut bound = decl.signature.bind(decl.name, args)?;
                (decl.call)(self, &mut bound)
            }
            Value::Class(decl) => {
                let args = derived::natives(args)?;
                let of_tensors = decl.bases.contains(&"Layer") && graph::has_symbolic(&args);
                // What Keras calls so when it shows one is made by `keras.Model(inputs, outputs)`.
                let name = if decl.name == "Functional" { "Model" } else { decl.name };
                let made = decl.signature.bind(name, args).and_then(|mut bound| (decl.new)(self, &mut bound));
                match made {
                    Err(error) if of_tensors && !matches!(name, "Model" | "Sequential") => {
                        Err(error.help(format!("a layer is made first, and then called on tensors: {name}(...)(x)")))
                    }
                    made => made,
                }
            }
            Value::Method(object, decl) => {
                let args = derived::natives(args)?;
                let mut bound = decl.signature.bind(decl.name, args)?;
                (decl.call)(self, object, &mut bound)
            }
            Value::Object(object) => object.clone().call(self, args),
            other => Err(Error::ty(format!("'{}' object is not callable", other.type_name()))),
        };
        match (&host, callee) {
            (Some(_), Value::Function(decl)) => {
                result.map_err(|error| host::explain(error, host.as_ref(), &format!("`{}`", decl.name)))
            }
            (Some(_), Value::Class(decl)) => {
                result.map_err(|error| host::explain(error, host.as_ref(), &format!("`{}`", decl.name)))
            }
            (Some(_), Value::Method(_, decl)) => {
                result.map_err(|error| host::explain(error, host.as_ref(), &format!("`{}`", decl.name)))
            }
            _ => result,
        }
    }
}
