//! Functions that stand for other functions: what `jax.grad(f)` and its like return.

use std::fmt;
use std::rc::Rc;

use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::host;
use crate::keras::graph;
use crate::library::Args;
use crate::value::{Object, Value};

/// What is done to a function when it is called.
pub(crate) trait Transform: fmt::Debug + 'static {
    /// JAX's name of it, such as `grad`.
    fn name(&self) -> &'static str;

    /// Checks that the options fit `function`.
    ///
    /// # Errors
    /// They do not.
    fn check(&self, _function: &Value) -> Result<()> {
        Ok(())
    }

    /// Calls `function` transformed. Something is being traced.
    ///
    /// # Errors
    /// The arguments do not fit, or the function fails.
    fn call(&self, interp: &mut Interp, function: &Value, args: Args) -> Result<Value>;

    /// Takes note of a call of `callee`, the transformed function, at the file's own level.
    /// The result, if it is known without a call.
    fn called(&self, _interp: &mut Interp, _callee: &Value, _args: &Args) -> Option<Value> {
        None
    }

    /// An attribute of `callee`, the transformed `function`, beyond those of the function itself.
    fn attribute(&self, _callee: Value, _function: &Value, _name: &str) -> Option<Value> {
        None
    }
}

/// A function under a transform.
#[derive(Debug)]
pub(crate) struct Transformed<T> {
    /// The function as the program wrote it.
    pub(crate) function: Value,
    /// What is done to it.
    pub(crate) transform: Rc<T>,
}

impl<T: Transform> Transformed<T> {
    /// `transform` applied to `function`.
    ///
    /// # Errors
    /// The value is not callable.
    pub(crate) fn value(function: &Value, transform: T) -> Result<Value> {
        check_callable(&format!("jax.{}", transform.name()), function)?;
        transform.check(function)?;
        Ok(Value::User(Rc::new(Transformed { function: function.clone(), transform: Rc::new(transform) })))
    }
}

/// A transform that has its options and waits for the function: `jax.jit(static_argnums=0)` before `def`.
#[derive(Debug)]
struct Decorator<T>(T);

/// `transform` applied to `function`, or as a decorator if there is none yet.
///
/// # Errors
/// The value is not callable.
pub(crate) fn applied<T: Transform + Clone>(function: Option<&Value>, transform: T) -> Result<Value> {
    match function {
        Some(function) => Transformed::value(function, transform),
        None => Ok(Value::User(Rc::new(Decorator(transform)))),
    }
}

impl<T: Transform + Clone> Object for Decorator<T> {
    fn class_name(&self) -> Rc<str> {
        "function".into()
    }

    fn call(self: Rc<Self>, _interp: &mut Interp, args: Args) -> Result<Value> {
        match args.positional.as_slice() {
            [function] => Transformed::value(function, self.0.clone()),
            _ => Err(Error::ty(format!("jax.{}(…) decorates one function", self.0.name()))),
        }
    }
}

/// Refuses what cannot be called. `what`: the dotted name of what it is given to.
pub(crate) fn check_callable(what: &str, function: &Value) -> Result<()> {
    match function {
        Value::User(_)
        | Value::Function(_)
        | Value::Method(..)
        | Value::Class(_)
        | Value::Object(_)
        | Value::Host(_) => Ok(()),
        other => Err(Error::ty(format!("{what} expects a function, found {}", other.type_name()))),
    }
}

impl<T: Transform> Object for Transformed<T> {
    fn class_name(&self) -> Rc<str> {
        "function".into()
    }

    fn call(self: Rc<Self>, interp: &mut Interp, args: Args) -> Result<Value> {
        let transform = self.transform.clone();
        let function = self.function.clone();
        if interp.tracer.depth() == 0 {
            let known = transform.called(interp, &Value::User(self.clone()), &args);
            if let Some(known) = known {
                return Ok(known);
            }
        }
        call_traced(interp, &Value::User(self), transform.name(), args, |interp, args| {
            transform.call(interp, &function, args)
        })
    }

    fn get_attr(self: Rc<Self>, interp: &mut Interp, name: &str) -> Result<Option<Value>> {
        if name == "__wrapped__" {
            return Ok(Some(self.function.clone()));
        }
        match self.transform.attribute(Value::User(self.clone()), &self.function, name) {
            Some(found) => Ok(Some(found)),
            None if name == "__call__" => Ok(None),
            None => interp.find_attribute(&self.function, name),
        }
    }

    fn repr(&self) -> String {
        match &self.function {
            Value::User(object) => object.repr(),
            Value::Function(decl) => format!("<function {}>", decl.name),
            _ => "<function>".into(),
        }
    }

    fn stands_for(&self) -> Option<(Value, usize)> {
        Some((self.function.clone(), 0))
    }

    fn binds(&self) -> bool {
        true
    }
}

/// The transform and the function, if `value` is a function under a transform of type `T`.
pub(crate) fn transformed<T: Transform>(value: &Value) -> Option<Rc<Transformed<T>>> {
    match value {
        Value::User(object) => crate::value::downcast::<Transformed<T>>(object),
        _ => None,
    }
}

/// Calls something that traces. With values that only exist at run time the result is one too; with
/// tensors of a functional model it becomes a node of the graph; with constants only, the result is
/// computed.
///
/// # Errors
/// The call fails.
pub(crate) fn call_traced(
    interp: &mut Interp,
    callee: &Value,
    name: &str,
    args: Args,
    code: impl FnOnce(&mut Interp, Args) -> Result<Value>,
) -> Result<Value> {
    if let Some(origin) = host::host_in(&args) {
        return match interp.tracer.depth() {
            0 => Ok(Value::Host(origin.transformed())),
            _ => Err(host::reaches(&origin, "a tensor computation")),
        };
    }
    if graph::has_symbolic(&args) {
        let name = interp.names.unique(name);
        return graph::call(interp, callee, args, &name);
    }
    interp.eagerly(name, |interp| code(interp, args))
}
