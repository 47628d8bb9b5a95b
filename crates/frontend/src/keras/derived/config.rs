//! The configurations of layers and models as dicts, and the way back.

use std::cell::RefCell;
use std::rc::Rc;

use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::keras::layer::{COMMON, LayerObject, layer_of};
use crate::keras::models;
use crate::library::{Args, ClassDecl, ParamKind};
use crate::value::{Key, Object, Value};

/// The entry of a model's configuration that says which model it is of.
const MODEL: &str = "model";

/// `layer.get_config()`: what all layers share, then the constructor's own arguments as the layer took them. What
/// Keras writes as a nested dict, such as an initializer, is the object itself.
pub(super) fn get(layer: &Rc<LayerObject>) -> Result<Value> {
    let mut config = vec![
        ("name", Value::Str(layer.name())),
        ("trainable", Value::Bool(layer.trainable.get())),
        ("dtype", Value::str(layer.dtype.numpy_name())),
    ];
    if models::is_model(layer) && layer.instance.get().is_none() {
        config.push((MODEL, layer.as_value()));
    } else if let Some(class) = layer.class.filter(|_| !layer.is_bare()) {
        let own = class.signature.iter().filter(|param| matches!(param.kind, ParamKind::Normal | ParamKind::Keyword));
        for param in own.filter(|param| !COMMON.iter().any(|common| common.name == param.name)) {
            let taken = match param.name {
                "activation" => layer.activation.borrow().clone(),
                _ => None,
            };
            let taken = taken.or_else(|| layer.layer.attribute(param.name));
            let value = taken.map_or_else(|| layer.args.get(param.name).cloned(), Ok)?;
            config.push((param.name, named(param.name, value)));
        }
    }
    let entries = config.into_iter().map(|(key, value)| (Key::name(key), value));
    Ok(Value::Dict(Rc::new(RefCell::new(entries.collect()))))
}

/// An activation by its name, as Keras writes it.
fn named(param: &str, value: Value) -> Value {
    match &value {
        Value::None if param == "activation" => Value::str("linear"),
        Value::Function(function) if param.ends_with("activation") => Value::str(function.name),
        _ => value,
    }
}

/// `from_config` of one of Keras's classes.
pub(crate) fn from_config(class: &'static ClassDecl) -> Value {
    Value::User(Rc::new(FromConfig(class)))
}

#[derive(Debug)]
struct FromConfig(&'static ClassDecl);

impl Object for FromConfig {
    fn class_name(&self) -> Rc<str> {
        "method".into()
    }

    fn call(self: Rc<Self>, interp: &mut Interp, args: Args) -> Result<Value> {
        let config = match args.positional.first().or_else(|| args.keywords.first().map(|(_, value)| value)) {
            Some(Value::Dict(config)) => config.borrow().clone(),
            Some(Value::Host(host)) => return Err(crate::interp::host::reaches(host, "from_config()")),
            _ => return Err(Error::ty("from_config() takes a dict")),
        };
        if let Some(model) = config.get(&Key::name(MODEL)).and_then(layer_of).filter(|layer| models::is_model(layer)) {
            return models::again(interp, &model);
        }
        let named = |(key, value): (&Key, &Value)| match key.value() {
            Value::Str(name) => Ok((name.clone(), value.clone())),
            _ => Err(Error::ty("from_config() takes a dict with names as keys")),
        };
        let keywords = config.iter().map(named).collect::<Result<Vec<_>>>()?;
        interp.call(&Value::Class(self.0), Args { positional: Vec::new(), keywords })
    }
}
