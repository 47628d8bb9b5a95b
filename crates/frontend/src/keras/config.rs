//! `get_config` and `from_config` of Keras's own objects: what their constructors were called with, as Keras tells it.

use std::cell::RefCell;
use std::rc::Rc;

use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::host::reaches;
use crate::keras::layer::layer_of;
use crate::keras::weights::{constraints, regularizers};
use crate::keras::{initializers, models, snake_case};
use crate::library::{Args, Bound, ClassDecl, Param, ParamKind};
use crate::value::{Key, Object, ObjectRef, Value};

/// The package that makes dicts of objects, and objects of dicts.
pub(crate) const PACKAGE: &str = "keras.__saving__";

/// The entry of a model's configuration that holds the model itself.
pub(crate) const MODEL: &str = "model";

/// The classes whose objects tell their configuration, by the names of their bases.
const CONFIGURED: &[&str] = &[
    "Constraint",
    "DTypePolicy",
    "Initializer",
    "Layer",
    "LearningRateSchedule",
    "Loss",
    "Metric",
    "Optimizer",
    "Regularizer",
];

/// What Keras takes and does not tell: kind, class, parameter.
const UNTOLD: &[(&str, &str, &str)] = &[
    ("Loss", "CosineSimilarity", "axis"),
    ("Loss", "Huber", "delta"),
    ("Loss", "SparseCategoricalCrossentropy", "axis"),
    ("Metric", "AUC", "thresholds"),
    ("Metric", "CosineSimilarity", "axis"),
    ("Metric", "SparseTopKCategoricalAccuracy", "from_sorted_ids"),
    ("Initializer", "Identity", "gain"),
];

/// A dict.
pub(crate) fn dict<'a>(entries: impl IntoIterator<Item = (&'a str, Value)>) -> Value {
    let entries = entries.into_iter().map(|(key, value)| (Key::name(key), value));
    Value::Dict(Rc::new(RefCell::new(entries.collect())))
}

/// Whether objects of the class tell their configuration.
pub(crate) fn is_configured(class: &ClassDecl) -> bool {
    CONFIGURED.contains(&class.name) || class.bases.iter().any(|base| CONFIGURED.contains(base))
}

/// The parameters of an object's constructor that its configuration tells, with what they were given.
fn told(object: &ObjectRef) -> impl Iterator<Item = (&'static str, &Value)> {
    let class = object.class();
    let kind = class.map_or("", |class| class.bases.last().copied().unwrap_or(class.name));
    let is_told = move |param: &Param| {
        let is_untold = class.is_some_and(|class| UNTOLD.contains(&(kind, class.name, param.name)));
        matches!(param.kind, ParamKind::Normal | ParamKind::Keyword) && !is_untold
    };
    let args = object.arguments().into_iter().flat_map(Bound::iter);
    args.filter(move |(param, _)| is_told(param)).map(|(param, value)| (param.name, value))
}

/// The attribute that keeps what a parameter of an object's constructor was given.
pub(crate) fn argument(object: &ObjectRef, name: &str) -> Option<Value> {
    told(object).find(|(known, _)| *known == name).map(|(_, value)| value.clone())
}

/// The names of the attributes that keep what an object's constructor was given.
pub(crate) fn argument_names(object: &ObjectRef) -> impl Iterator<Item = &'static str> {
    told(object).map(|(name, _)| name)
}

/// The method `get_config` of an object that remembers what its constructor was called with.
pub(crate) fn get_config(object: &ObjectRef) -> Option<Value> {
    object.arguments()?;
    Some(Value::User(Rc::new(GetConfig(object.clone()))))
}

#[derive(Debug)]
struct GetConfig(ObjectRef);

impl Object for GetConfig {
    fn class_name(&self) -> Rc<str> {
        "method".into()
    }

    fn call(self: Rc<Self>, interp: &mut Interp, _: Args) -> Result<Value> {
        let (Some(class), Some(args)) = (self.0.class(), self.0.arguments()) else {
            return Err(Error::internal("an object without a constructor"));
        };
        let name = self.0.clone().get_attr(interp, "name")?;
        serialized(interp, &dict(entries(class, args, name)?))
    }
}

/// What the constructor of `class` was called with, `name` being the name that the object got.
fn entries(class: &'static ClassDecl, args: &Bound, name: Option<Value>) -> Result<Vec<(&'static str, Value)>> {
    let kind = class.bases.last().copied().unwrap_or(class.name);
    let mut entries = Vec::new();
    match kind {
        "Loss" => {
            entries.extend(name.map(|name| ("name", name)));
            entries.push(("reduction", args.get("reduction")?.clone()));
        }
        "Metric" => {
            entries.extend(name.map(|name| ("name", name)));
            let dtype = args.get("dtype")?;
            entries.push(("dtype", if dtype.is_none() { Value::str("float32") } else { dtype.clone() }));
        }
        _ => {}
    }
    for (param, value) in args.iter() {
        let is_untold = UNTOLD.contains(&(kind, class.name, param.name));
        let is_shared = matches!((kind, param.name), ("Loss", "dtype" | "name") | ("Metric", "name"));
        let is_there = entries.iter().any(|(known, _)| *known == param.name);
        if matches!(param.kind, ParamKind::Normal | ParamKind::Keyword) && !is_untold && !is_shared && !is_there {
            // Keras tells the seed of an initializer first.
            let at = if kind == "Initializer" && param.name == "seed" { 0 } else { entries.len() };
            entries.insert(at, (param.name, value.clone()));
        }
    }
    Ok(entries)
}

/// Where Keras has the objects that a parameter takes, by how the parameter's name ends, and their classes.
fn taken_by(parameter: &str) -> Option<(&'static str, &'static [&'static ClassDecl])> {
    let ends = |end: &str| parameter.ends_with(end);
    match () {
        () if ends("_initializer") => Some(("keras.initializers", initializers::CLASSES)),
        () if ends("_regularizer") => Some(("keras.regularizers", regularizers::CLASSES)),
        () if ends("_constraint") => Some(("keras.constraints", constraints::CLASSES)),
        () => None,
    }
}

/// What a parameter that takes initializers, regularizers or constraints was given, with the dict of a new object in
/// the place of a name. No object is made, which would draw a seed.
///
/// # Errors
/// An object of the class cannot be made without arguments.
pub(crate) fn named(parameter: &str, given: Value) -> Result<Value> {
    let (Value::Str(name), Some((module, classes))) = (&given, taken_by(parameter)) else { return Ok(given) };
    let is_it = |class: &&&ClassDecl| {
        class.name == &**name || class.aliases.contains(&&**name) || snake_case(class.name) == **name
    };
    let Some(class) = classes.iter().find(is_it) else { return Ok(given) };
    let args = class.signature.bind(class.name, Args::default())?;
    Ok(dict([
        ("module", Value::str(module)),
        ("class_name", Value::str(class.name)),
        ("config", dict(entries(class, &args, None)?)),
        ("registered_name", Value::None),
    ]))
}

/// The value with dicts in the place of the objects in it.
///
/// # Errors
/// An object tells no configuration.
pub(crate) fn serialized(interp: &mut Interp, value: &Value) -> Result<Value> {
    let function = interp.package_function(PACKAGE, "serialize_keras_object")?;
    interp.call(&function, Args::positional(vec![value.clone()]))
}

/// The object that a dict with a class and its configuration stands for.
///
/// # Errors
/// There is no such class, or it cannot be made.
pub(crate) fn deserialized(interp: &mut Interp, value: &Value) -> Result<Value> {
    let function = interp.package_function(PACKAGE, "deserialize_keras_object")?;
    interp.call(&function, Args::positional(vec![value.clone()]))
}

/// Whether a value is a dict with a class and its configuration.
pub(crate) fn is_serialized(value: &Value) -> bool {
    let Value::Dict(entries) = value else { return false };
    let entries = entries.borrow();
    entries.contains_key(&Key::name("class_name")) && entries.contains_key(&Key::name("config"))
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
            Some(Value::Host(host)) => return Err(reaches(host, "from_config()")),
            _ => return Err(Error::ty("from_config() takes a dict")),
        };
        if let Some(model) = config.get(&Key::name(MODEL)).and_then(layer_of).filter(|layer| models::is_model(layer)) {
            return models::again(interp, &model);
        }
        let mut keywords = Vec::new();
        for (key, value) in config.iter() {
            let Value::Str(name) = key.value() else {
                return Err(Error::ty("from_config() takes a dict with names as keys"));
            };
            let value = match is_serialized(value) {
                true => deserialized(interp, value)?,
                false => value.clone(),
            };
            keywords.push((name.clone(), value));
        }
        interp.call(&Value::Class(self.0), Args { positional: Vec::new(), keywords })
    }
}
