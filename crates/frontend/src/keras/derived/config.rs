//! The configurations of layers and models as dicts, and the way back.

use std::cell::RefCell;
use std::rc::Rc;

use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::keras::layer::{COMMON, LayerObject, layer_of};
use crate::keras::models;
use crate::library::{Args, Bound, ClassDecl, Default, FunctionDecl, Param, ParamKind, Signature};
use crate::modules::{self, Found};
use crate::value::{Key, Object, Value};

/// The entry of a model's configuration, and of what `serialize` gives, that says which layer it is of.
const MODEL: &str = "model";

/// `keras.layers.serialize` and `keras.layers.deserialize`.
pub(crate) const FUNCTIONS: &[&FunctionDecl] = &[&SERIALIZE, &DESERIALIZE];

/// The same of `keras.saving` and `keras.utils`.
pub(crate) const OBJECT_FUNCTIONS: &[&FunctionDecl] = &[&SERIALIZE_OBJECT, &DESERIALIZE_OBJECT];

const SERIALIZED: Signature = Signature::new(&[Param::required("layer")]);
const DESERIALIZED: Signature = Signature::new(&[
    Param::required("config"),
    Param::new("custom_objects", Default::None),
    Param::new("safe_mode", Default::Bool(true)),
]);

static SERIALIZE: FunctionDecl = FunctionDecl {
    name: "serialize",
    signature: SERIALIZED,
    doc: "Class and configuration of a layer as a dict; other objects as they are.",
    call: serialize,
};

static SERIALIZE_OBJECT: FunctionDecl = FunctionDecl { name: "serialize_keras_object", ..SERIALIZE };

static DESERIALIZE: FunctionDecl = FunctionDecl {
    name: "deserialize",
    signature: DESERIALIZED,
    doc: "A new layer from what `serialize` gives, or from a dict with `class_name` and `config`.",
    call: deserialize,
};

static DESERIALIZE_OBJECT: FunctionDecl = FunctionDecl { name: "deserialize_keras_object", ..DESERIALIZE };

fn serialize(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let given = args.get("layer")?.clone();
    let Some(layer) = layer_of(&given) else { return Ok(given) };
    let get_config = interp.attribute(&layer.as_value(), "get_config")?;
    let config = interp.call(&get_config, Args::default())?;
    let entries = [
        ("module", if layer.instance.get().is_some() { Value::None } else { Value::str("keras.layers") }),
        ("class_name", Value::Str(layer.class_name.clone())),
        ("config", config),
        ("registered_name", Value::Str(layer.class_name.clone())),
        (MODEL, layer.as_value()),
    ];
    Ok(dict(entries))
}

fn deserialize(interp: &mut Interp, args: &mut Bound) -> Result<Value> {
    let given = args.get("config")?.clone();
    if let Some(layer) = layer_of(&given) {
        return models::again(interp, &layer);
    }
    let Value::Dict(entries) = &given else { return Ok(given) };
    let entry = |name: &str| entries.borrow().get(&Key::name(name)).cloned();
    if let Some(layer) = entry(MODEL).as_ref().and_then(layer_of) {
        return models::again(interp, &layer);
    }
    let Some(Value::Str(class)) = entry("class_name") else {
        return Err(args.invalid("config", "a dict with `class_name` and `config`, as serialize() gives it"));
    };
    let custom = match args.get("custom_objects")? {
        Value::Dict(known) => known.borrow().get(&Key::name(class.clone())).cloned(),
        _ => None,
    };
    let found = match (custom, modules::find("keras.layers")) {
        (Some(known), _) => known,
        (None, Found::Module(layers)) => {
            (layers.get)(&class).ok_or_else(|| modules::unknown_attribute(layers, &class))?
        }
        _ => return Err(Error::internal("no module keras.layers")),
    };
    let from_config = interp.attribute(&found, "from_config")?;
    interp.call(&from_config, Args::positional(vec![entry("config").unwrap_or_else(|| dict([]))]))
}

fn dict<'a>(entries: impl IntoIterator<Item = (&'a str, Value)>) -> Value {
    let entries = entries.into_iter().map(|(key, value)| (Key::name(key), value));
    Value::Dict(Rc::new(RefCell::new(entries.collect())))
}

/// `layer.get_config()`: what all layers share, then the constructor's own arguments as the layer took them. What
/// Keras writes as a nested dict, such as an initializer, is the object itself.
pub(super) fn get(layer: &Rc<LayerObject>) -> Result<Value> {
    let mut config = vec![
        ("name", Value::Str(layer.name())),
        ("trainable", Value::Bool(layer.trainable.get())),
        ("dtype", Value::Str(layer.policy.borrow().name.clone())),
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
    Ok(dict(config))
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
