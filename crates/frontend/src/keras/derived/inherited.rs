//! What `super()` finds behind the classes of the program: the methods of the native base.

use std::rc::Rc;

use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::classes::{Instance, UserClass};
use crate::keras::layer::{Call, LayerObject};
use crate::library::Args;
use crate::value::{Object, Value, downcast};

/// The attribute `name` of the native base, for the receiver of a method; `None` if there is none.
///
/// # Errors
/// The attribute cannot be read now.
pub(crate) fn inherited(interp: &mut Interp, name: &str, instance: &Rc<Instance>) -> Result<Option<Value>> {
    let Some(base) = instance.class.native else { return Ok(None) };
    let is_layer = super::is_a(base, "Layer");
    let method = match name {
        "__init__" => Method::Init,
        "__setattr__" => Method::SetAttribute,
        "__call__" if !super::is_plain(base) => Method::Enter,
        "build" if is_layer => Method::Build,
        "call" if is_layer => Method::Call,
        "compute_mask" if is_layer => Method::ComputeMask,
        "get_config" if super::is_plain(base) => Method::EmptyConfig,
        _ => {
            let Some(native) = instance.native.get().cloned() else { return Ok(None) };
            return interp.native_attribute(&native, name);
        }
    };
    Ok(Some(Value::User(Rc::new(BaseMethod { method, instance: instance.clone() }))))
}

#[derive(Clone, Copy, Debug)]
enum Method {
    Init,
    SetAttribute,
    Enter,
    Build,
    Call,
    ComputeMask,
    EmptyConfig,
}

/// A method of the native base that the program's class may define, too: called as the base has it.
#[derive(Debug)]
struct BaseMethod {
    method: Method,
    instance: Rc<Instance>,
}

impl Object for BaseMethod {
    fn class_name(&self) -> Rc<str> {
        "method".into()
    }

    fn call(self: Rc<Self>, interp: &mut Interp, args: Args) -> Result<Value> {
        let instance = &self.instance;
        if let Method::Init = self.method {
            let Some(base) = instance.class.native else { return Ok(Value::None) };
            super::init(interp, instance, base, args)?;
            return Ok(Value::None);
        }
        if let Method::SetAttribute = self.method {
            let [Value::Str(name), value] = args.positional.as_slice() else {
                return Err(Error::ty("__setattr__() takes a name and a value"));
            };
            instance.assign(interp, name, value.clone())?;
            return Ok(Value::None);
        }
        if let Method::EmptyConfig = self.method {
            return Ok(Value::Dict(Rc::default()));
        }
        super::check_initialised(instance)?;
        let native = instance.native.get().cloned().ok_or_else(|| Error::internal("an object that was not made"))?;
        let Some(layer) = downcast::<LayerObject>(&native) else {
            return interp.call(&Value::Object(native), super::natives(args)?);
        };
        match self.method {
            Method::Build => {
                let shapes = super::build::flat_shapes(&args)?;
                layer.build_natively(interp, &shapes, &Args::default())?;
                Ok(Value::None)
            }
            Method::Call => {
                let (mut args, training) = (super::natives(args)?, interp.training);
                let training = crate::keras::layer::take_training(&mut args).unwrap_or(training);
                layer.layer.call(&mut Call { interp, object: &layer, args, training })
            }
            Method::ComputeMask => Ok(args.positional.get(1).cloned().unwrap_or(Value::None)),
            _ => LayerObject::call(&layer, interp, super::natives(args)?),
        }
    }
}

/// `from_config` of a class: its constructor, called with the entries of a dict.
pub(crate) fn from_config(class: Rc<UserClass>) -> Value {
    Value::User(Rc::new(FromConfig(class)))
}

#[derive(Debug)]
struct FromConfig(Rc<UserClass>);

impl Object for FromConfig {
    fn class_name(&self) -> Rc<str> {
        "method".into()
    }

    fn call(self: Rc<Self>, interp: &mut Interp, args: Args) -> Result<Value> {
        let [Value::Dict(config)] = args.positional.as_slice() else {
            return Err(Error::ty("from_config() takes a dict"));
        };
        let named = |(key, value): (&crate::value::Key, &Value)| match key.value() {
            Value::Str(name) => Ok((name.clone(), value.clone())),
            _ => Err(Error::ty("from_config() takes a dict with names as keys")),
        };
        let keywords = config.borrow().iter().map(named).collect::<Result<Vec<_>>>()?;
        interp.call(&Value::User(self.0.clone()), Args { positional: Vec::new(), keywords })
    }
}
