//! Attributes.

use std::rc::Rc;

use super::Interp;
use super::classes::{Instance, UserClass};
use super::module::EvaluatedModule;
use super::{counterparts, methods};
use crate::diagnostics::{codes, suggest};
use crate::error::{Error, Result};
use crate::keras::layer::layer_of;
use crate::value::{Host, Object, ObjectRef, Value, downcast};

/// Attributes that layers have once they are built.
const WEIGHTS: &[&str] = &["kernel", "bias", "embeddings", "gamma", "beta", "moving_mean", "moving_variance"];

impl Interp {
    /// `value.name`.
    ///
    /// # Errors
    /// There is no such attribute; the nearest is suggested.
    pub(crate) fn attribute(&mut self, value: &Value, name: &str) -> Result<Value> {
        match self.find_attribute(value, name)? {
            Some(found) => Ok(found),
            None => {
                self.learn_attribute(value, name)?;
                Err(self.no_attribute(value, name))
            }
        }
    }

    /// `value.name`, if there is such an attribute.
    pub(crate) fn find_attribute(&mut self, value: &Value, name: &str) -> Result<Option<Value>> {
        Ok(match value {
            Value::Host(host) => Some(self.host_attribute(host, name)),
            Value::Module(module) => match (module.get)(name) {
                Some(found) => Some(found),
                None => match self.written_member(module, name)? {
                    Some(found) => Some(found),
                    None => match crate::modules::submodule(module, name) {
                        Some(found) => Some(found),
                        None => {
                            let full = format!("{}.{name}", module.name);
                            let found = self.package(&full)?;
                            found.or_else(|| module.open.then(|| Value::Host(Host::new(full, None))))
                        }
                    },
                },
            },
            Value::Class(class) => match name {
                "__name__" | "__qualname__" => Some(Value::str(class.name)),
                "__doc__" => Some(Value::str(class.doc)),
                _ => crate::modules::class_attribute(class, name),
            },
            Value::Function(function) => match name {
                "__name__" | "__qualname__" => Some(Value::str(function.name)),
                "__doc__" => Some(Value::str(function.doc)),
                _ => crate::jax::numpy::functional::ufunc_method(function, name),
            },
            Value::Method(_, method) => match name {
                "__name__" => Some(Value::str(method.name)),
                _ => None,
            },
            Value::Object(object) => self.object_attribute(object, name)?,
            Value::User(object) => {
                let found = object.clone().get_attr(self, name)?;
                match found {
                    Some(found) => Some(found),
                    None => methods::find(value, name).or_else(|| self.common_attribute(value, name)),
                }
            }
            Value::Tensor(_) | Value::Symbolic(_) | Value::Array(_) => self.tensor_attribute(value, name)?,
            Value::DType(dtype) => match name {
                "name" | "__name__" => Some(Value::str(dtype.numpy_name())),
                "itemsize" => Some(Value::Int(dtype.size() as i64)),
                _ => None,
            },
            _ => match methods::find(value, name) {
                Some(method) => Some(method),
                None => self.common_attribute(value, name),
            },
        })
    }

    fn object_attribute(&mut self, object: &ObjectRef, name: &str) -> Result<Option<Value>> {
        match crate::keras::derived::instance_of(object) {
            Some(instance) => self.find_attribute(&Value::User(instance), name),
            None => self.native_attribute(object, name),
        }
    }

    /// An attribute of a native object, without regard to a class of the program that derives from its class.
    pub(crate) fn native_attribute(&mut self, object: &ObjectRef, name: &str) -> Result<Option<Value>> {
        if let Some(class) = object.class() {
            let declared = class.methods.iter().flat_map(|list| list.iter()).find(|m| m.name == name);
            if let Some(method) = declared {
                return Ok(Some(Value::Method(object.clone(), method)));
            }
        }
        let found = object.clone().get_attr(self, name)?;
        Ok(found.or_else(|| match name {
            "get_config" => crate::keras::config::get_config(object),
            "__class__" => object.class().map(Value::Class),
            _ => crate::keras::config::argument(object, name),
        }))
    }

    /// Attributes that every value has.
    fn common_attribute(&mut self, value: &Value, name: &str) -> Option<Value> {
        match name {
            "__class__" => self.type_of(value),
            "__doc__" => Some(Value::None),
            _ => None,
        }
    }

    /// A special method such as `__len__`, looked up in the object's class.
    pub(crate) fn special(&mut self, value: &Value, name: &str) -> Result<Option<Value>> {
        match value {
            Value::User(object) => match (downcast::<Instance>(object), downcast::<UserClass>(object)) {
                (Some(instance), _) => instance.special(self, name),
                (_, Some(class)) => class.own_special(self, name),
                _ => object.clone().get_attr(self, name),
            },
            Value::Object(object) => self.object_attribute(&object.clone(), name),
            _ => Ok(None),
        }
    }

    fn no_attribute(&mut self, value: &Value, name: &str) -> Error {
        match value {
            Value::Module(module) => crate::modules::unknown_attribute(module, name),
            _ => {
                let kind = match value {
                    Value::User(object) => match downcast::<UserClass>(object) {
                        Some(class) => format!("type object '{}'", class.name),
                        None => format!("'{}' object", value.type_name()),
                    },
                    Value::Class(class) => format!("type object '{}'", class.name),
                    _ => format!("'{}' object", value.type_name()),
                };
                let message = match value {
                    Value::User(object) if let Some(module) = downcast::<EvaluatedModule>(object) => {
                        format!("module `{}` has no attribute `{name}`", module.name)
                    }
                    _ => format!("{kind} has no attribute '{name}'"),
                };
                let error = Error::new(codes::UNKNOWN_ATTRIBUTE, message);
                if WEIGHTS.contains(&name)
                    && let Some(layer) = layer_of(value).filter(|layer| !layer.built.get())
                {
                    return error
                        .note(format!("layer `{}` has no weights yet: it was not called or built", layer.name()))
                        .help("call it on an input first, or give the model one: keras.Input(shape=...)");
                }
                if let Some(help) = layer_of(value).and_then(|_| counterparts::of_module(name)) {
                    return error.help(help);
                }
                let names = self.attribute_names(value);
                match suggest::did_you_mean(name, names.iter().map(String::as_str)) {
                    Some(help) => error.help(help),
                    None => error,
                }
            }
        }
    }

    /// The names of a value's attributes, for suggestions and `dir`.
    pub(crate) fn attribute_names(&self, value: &Value) -> Vec<String> {
        let mut names: Vec<String> = methods::names(value).into_iter().map(String::from).collect();
        match value {
            Value::User(object) | Value::Object(object) => {
                names.extend(object.attributes());
                if let Some(class) = object.class() {
                    names.extend(class.methods.iter().flat_map(|list| list.iter()).map(|m| m.name.to_owned()));
                }
                names.extend(crate::keras::config::argument_names(object).map(str::to_owned));
            }
            Value::Module(module) => names.extend((module.names)().into_iter().map(String::from)),
            Value::Tensor(_) | Value::Symbolic(_) | Value::Array(_) => {
                names.extend(super::tensor::ATTRIBUTES.iter().map(|name| (*name).to_owned()));
            }
            _ => {}
        }
        names
    }

    /// `value.name = new`.
    pub(crate) fn set_attribute(&mut self, value: &Value, name: &str, new: Value) -> Result<()> {
        match value {
            Value::User(object) | Value::Object(object) => match crate::keras::derived::instance_of(object) {
                Some(instance) => instance.set_attr(self, name, new),
                None => object.clone().set_attr(self, name, new),
            },
            // Whatever is set on a host value has no effect here.
            Value::Host(_) => Ok(()),
            other => {
                let message = format!("'{}' object attribute '{name}' cannot be set", other.type_name());
                Err(Error::new(codes::UNKNOWN_ATTRIBUTE, message))
            }
        }
    }

    /// `del value.name`.
    pub(super) fn delete_attribute(&mut self, value: &Value, name: &str) -> Result<()> {
        let removed = match value {
            Value::User(object) => match downcast::<Instance>(object) {
                Some(instance) => instance.delete(self, name)?,
                None => false,
            },
            Value::Host(_) => true,
            _ => false,
        };
        if removed { Ok(()) } else { Err(self.no_attribute(value, name)) }
    }
}

/// Whether both are the same object.
pub(super) fn same_object(a: &ObjectRef, b: &ObjectRef) -> bool {
    std::ptr::eq(Rc::as_ptr(a).cast::<()>(), Rc::as_ptr(b).cast::<()>())
}

/// The object as the evaluator's own type, if it is one.
pub(crate) fn user<T: Object>(value: &Value) -> Option<Rc<T>> {
    match value {
        Value::User(object) => downcast::<T>(object),
        _ => None,
    }
}
