//! What every object inherits from `object`.

use std::rc::Rc;

use super::construct::{allocate, fill};
use super::{Instance, UserClass};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::attribute::same_object;
use crate::interp::exceptions::{self, is_exception, raise};
use crate::library::Args;
use crate::value::{Object, ObjectRef, Value, downcast};

/// What every object inherits from `object`: `super().__init__()` and its like do nothing.
pub(super) fn inherited(name: &str, receiver: &Value) -> Option<Value> {
    let method = match name {
        "__init__" => "init",
        "__setattr__" => "setattr",
        "__delattr__" => "delattr",
        "__getattribute__" => "getattribute",
        "__repr__" | "__str__" => "repr",
        "__init_subclass__" => "init",
        "__new__" => "new",
        "__hash__" => "hash",
        "__eq__" => "eq",
        "__ne__" => "ne",
        _ => return None,
    };
    Some(Value::User(Rc::new(ObjectMethod { method, receiver: receiver.clone() })))
}

/// `object.__setattr__` and its like, which take the object first.
pub(crate) fn of_object(name: &str) -> Option<Value> {
    inherited(name, &Value::None).map(|_| Value::User(Rc::new(UnboundObjectMethod { name: name.to_owned() })))
}

#[derive(Debug)]
struct UnboundObjectMethod {
    name: String,
}

impl Object for UnboundObjectMethod {
    fn class_name(&self) -> Rc<str> {
        "wrapper_descriptor".into()
    }

    fn call(self: Rc<Self>, interp: &mut Interp, mut args: Args) -> Result<Value> {
        if args.positional.is_empty() {
            return Err(Error::ty(format!("descriptor '{}' of 'object' object needs an argument", self.name)));
        }
        let receiver = if self.name == "__new__" { Value::None } else { args.positional.remove(0) };
        match inherited(&self.name, &receiver) {
            Some(method) => interp.call(&method, args),
            None => Ok(Value::None),
        }
    }
}

/// A method of `object`.
#[derive(Debug)]
struct ObjectMethod {
    method: &'static str,
    receiver: Value,
}

impl Object for ObjectMethod {
    fn class_name(&self) -> Rc<str> {
        "method-wrapper".into()
    }

    fn call(self: Rc<Self>, interp: &mut Interp, args: Args) -> Result<Value> {
        let instance = match &self.receiver {
            Value::User(object) => downcast::<Instance>(object),
            _ => None,
        };
        match (self.method, instance, args.positional.as_slice()) {
            ("init", Some(instance), _) if instance.class.builtin.is_some() => {
                fill(interp, &instance, args)?;
                Ok(Value::None)
            }
            ("init", Some(instance), positional) => {
                if is_exception(&instance.class) {
                    instance.set("args", Value::tuple(positional.to_vec()));
                } else if !positional.is_empty() || !args.keywords.is_empty() {
                    return Err(Error::ty("object.__init__() takes exactly one argument (the instance to initialize)"));
                }
                Ok(Value::None)
            }
            ("setattr", Some(instance), [Value::Str(name), value]) => {
                instance.set_as_object(interp, name, value.clone())?;
                Ok(Value::None)
            }
            ("delattr", Some(instance), [Value::Str(name)]) => {
                instance.delete_as_object(interp, name)?;
                Ok(Value::None)
            }
            ("getattribute", Some(instance), [Value::Str(name)]) => {
                let class = instance.class.name.clone();
                instance
                    .own_attr(interp, name)?
                    .ok_or_else(|| raise("AttributeError", format!("'{class}' object has no attribute '{name}'")))
            }
            ("new", _, [class, rest @ ..]) => match user_class(class) {
                Some(class) => {
                    // `object.__new__` takes whatever the class's `__init__` gets.
                    let given = match class.builtin.is_some() || !class.fields().is_empty() {
                        true => Args { positional: rest.to_vec(), keywords: args.keywords.clone() },
                        false => Args::default(),
                    };
                    Ok(Value::User(allocate(interp, &class, given)?))
                }
                None => Err(Error::ty("object.__new__(X): X is not a type object")),
            },
            ("hash", Some(instance), []) => Ok(Value::Int((Rc::as_ptr(&instance) as usize >> 4) as i64)),
            ("eq" | "ne", Some(instance), [other]) => Ok(match other {
                Value::User(object) if same_object(object, &(instance as ObjectRef)) => {
                    Value::Bool(self.method == "eq")
                }
                _ => interp.eval.builtins.get("NotImplemented").unwrap_or(Value::None),
            }),
            ("repr", Some(instance), []) => {
                let text = if is_exception(&instance.class) {
                    exceptions::message(interp, &instance)?
                } else {
                    instance.repr()
                };
                Ok(Value::str(text))
            }
            _ => Ok(Value::None),
        }
    }
}

/// A class of the program.
fn user_class(value: &Value) -> Option<Rc<UserClass>> {
    match value {
        Value::User(object) => downcast::<UserClass>(object),
        _ => None,
    }
}
