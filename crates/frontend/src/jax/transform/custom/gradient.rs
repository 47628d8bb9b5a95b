//! `jax.custom_gradient`.

use std::rc::Rc;

use super::super::transformed::check_callable;
use super::Custom;
use super::vjp::Reverse;
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::builtins::functions;
use crate::library::{Args, Bound, FunctionDecl};
use crate::value::{Object, Value};

pub(crate) static FUNCTIONS: &[FunctionDecl] = functions! {
    "custom_gradient" [(fun)] "A function that returns its value and the function that pulls cotangents back." => custom_gradient;
};

/// `f` returns `(value, backward)`; the function returns the value, and its derivative is what `backward` says.
pub(crate) fn custom_gradient(_interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    // JAX calls the parameter `fun`, Keras `f`.
    let function = args.get("fun").or_else(|_| args.get("f"))?.clone();
    check_callable("jax.custom_gradient", &function)?;
    let part = |role| Value::User(Rc::new(Part { function: function.clone(), role }));
    let rules = Reverse { fwd: part(Role::Both), bwd: part(Role::Back) };
    Ok(Custom::value(part(Role::Value), Vec::new(), Some(rules)))
}

/// The parts of a function with a custom gradient as the functions of a `custom_vjp`.
#[derive(Debug)]
struct Part {
    function: Value,
    role: Role,
}

#[derive(Clone, Copy, Debug)]
enum Role {
    Value,
    Both,
    Back,
}

impl Object for Part {
    fn class_name(&self) -> Rc<str> {
        "function".into()
    }

    fn call(self: Rc<Self>, interp: &mut Interp, args: Args) -> Result<Value> {
        let pair = |result: Value| match result.elements().map(<[Value; 2]>::try_from) {
            Some(Ok([value, back])) => Ok((value, back)),
            _ => Err(Error::ty(
                "a function with a custom gradient must return a pair (value, function of the cotangent)",
            )),
        };
        match self.role {
            Role::Value => Ok(pair(interp.call(&self.function, args)?)?.0),
            Role::Both => {
                // The residuals are the arguments: the backward function is made again from them.
                let residuals = Value::tuple(args.positional.clone());
                let (value, _) = pair(interp.call(&self.function, args)?)?;
                Ok(Value::tuple(vec![value, residuals]))
            }
            Role::Back => {
                let [residuals, cotangent] = args.positional.as_slice() else {
                    return Err(Error::internal("a backward function takes residuals and a cotangent"));
                };
                let arguments = residuals.elements().unwrap_or_default();
                let count = arguments.len();
                let (_, back) = pair(interp.call(&self.function, Args::positional(arguments))?)?;
                let cotangents = interp.call(&back, Args::positional(vec![cotangent.clone()]))?;
                Ok(match cotangents {
                    Value::Tuple(_) if count > 1 => cotangents,
                    Value::List(parts) if count > 1 => Value::tuple(parts.borrow().clone()),
                    Value::Tuple(parts) if parts.len() == 1 => Value::Tuple(parts),
                    one => Value::tuple(vec![one]),
                })
            }
        }
    }

    fn stands_for(&self) -> Option<(Value, usize)> {
        Some((self.function.clone(), 0))
    }
}
