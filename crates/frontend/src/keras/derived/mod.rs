//! Classes of the program that derive from Keras's: `class Mine(keras.layers.Layer)`.
//!
//! An object of such a class is two: the instance, which the program sees, and a native half, which the rest of
//! the library works with. `super().__init__(…)` makes the native half by the base's constructor. The
//! halves know each other, and what the class defines itself ([`overridden`]) goes before what the base does.

mod attributes;
mod build;
mod call;
pub(crate) mod config;
mod inherited;
mod layer;
mod tracking;

use std::rc::Rc;

pub(super) use attributes::attribute;
pub(super) use build::{build, first_parameter, record};
pub(super) use call::{converted, run};
pub(crate) use inherited::{from_config, inherited};
pub(super) use layer::Bare;
pub use layer::LAYER;
pub(super) use layer::{METHODS, without_call};
pub(crate) use tracking::Tracked;

use super::layer::LayerObject;
use super::losses::LossObject;
use super::metrics::{self, MetricObject};
use super::models;
use super::optimizers::OptimizerObject;
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::classes::{Instance, UserClass, plain_of};
use crate::library::{Args, ClassDecl};
use crate::value::{Object, ObjectRef, Value, downcast};

/// The instance that is being initialised by the constructor of its base.
#[derive(Debug)]
pub(crate) struct Deriving {
    /// The base.
    pub(crate) base: &'static ClassDecl,
    /// The instance.
    pub(crate) instance: Rc<Instance>,
}

/// Whether classes of the program can derive from `base`.
pub(crate) fn derivable(base: &ClassDecl) -> bool {
    ["Layer", "Optimizer", "Loss", "Metric"].iter().chain(FUNCTIONS).any(|name| is_a(base, name))
}

/// The base classes of objects that are functions.
const FUNCTIONS: &[&str] = &["Initializer", "Regularizer", "Constraint", "LearningRateSchedule"];

/// Whether the base gives its objects nothing but its name: what derives from it is called, no more.
pub(crate) fn is_plain(base: &ClassDecl) -> bool {
    FUNCTIONS.contains(&base.name)
}

/// Whether objects of `base` are functions: native code calls those of classes of the program as it finds them.
fn is_function(base: &ClassDecl) -> bool {
    FUNCTIONS.iter().any(|name| is_a(base, name))
}

/// Whether `base` is the class of that name or derives from it.
fn is_a(base: &ClassDecl, name: &str) -> bool {
    base.name == name || base.bases.contains(&name)
}

/// Runs the constructor of `base` for `instance`, as `super().__init__(…)` does.
///
/// # Errors
/// The base does not take such arguments.
pub(crate) fn init(interp: &mut Interp, instance: &Rc<Instance>, base: &'static ClassDecl, args: Args) -> Result<()> {
    if instance.native.get().is_some() || is_plain(base) {
        return Ok(());
    }
    let plain_model = std::ptr::eq(base, &models::MODEL) && !models::is_functional_call(&args);
    let base = if plain_model { &models::SUBCLASSED } else { base };
    let args = natives(args)?;
    let mut bound = base.signature.bind(base.name, args)?;
    let outer = interp.deriving.replace(Deriving { base, instance: instance.clone() });
    let made = (base.new)(interp, &mut bound);
    interp.deriving = outer;
    let Value::Object(native) = made? else {
        return Err(Error::internal(format!("{} made no object", base.name)));
    };
    let _ = instance.native.set(native.clone());
    if let Some(layer) = downcast::<LayerObject>(&native) {
        tracking::adopt(interp, &layer, instance)?;
    }
    if let Some(loss) = downcast::<LossObject>(&native) {
        let _ = loss.instance.set(instance.clone());
    }
    if let Some(metric) = downcast::<MetricObject>(&native) {
        let _ = metric.instance.set(instance.clone());
        // Its own variables are made now, before those of the class, unless it has to see predictions first.
        metric.known_variables(interp);
        for (_, value) in instance.entries() {
            metrics::track(interp, &metric, &value)?;
        }
    }
    Ok(())
}

/// The instance whose native half an object of class `base` will be, if one is being initialised.
pub(crate) fn take(interp: &mut Interp, base: &'static ClassDecl) -> Option<Rc<Instance>> {
    interp.deriving.take_if(|deriving| std::ptr::eq(deriving.base, base)).map(|deriving| deriving.instance)
}

/// Checks that the constructor of a class that derives from a native one called the base's.
pub(crate) fn check_initialised(instance: &Rc<Instance>) -> Result<()> {
    let Some(base) = instance.class.native else { return Ok(()) };
    if instance.native.get().is_some() || is_plain(base) {
        return Ok(());
    }
    let class = &instance.class.name;
    let base = shown(base);
    Err(Error::new(
        crate::diagnostics::codes::RAISED,
        format!("`__init__` of `{class}` does not call `super().__init__()`"),
    )
    .note(format!("`{class}` derives from keras's {base}, which has to be initialised first"))
    .help("make `super().__init__()` the first statement of `__init__`"))
}

/// The name under which programs know a class.
pub(crate) fn shown(class: &ClassDecl) -> &'static str {
    if std::ptr::eq(class, &models::MODEL) { "Model" } else { class.name }
}

/// The instance whose native half `object` is.
pub(crate) fn instance_of(object: &ObjectRef) -> Option<Rc<Instance>> {
    if let Some(layer) = downcast::<LayerObject>(object) {
        return layer.instance.get().cloned();
    }
    if let Some(loss) = downcast::<LossObject>(object) {
        return loss.instance.get().cloned();
    }
    if let Some(optimizer) = downcast::<OptimizerObject>(object) {
        return optimizer.instance.get().cloned();
    }
    downcast::<MetricObject>(object).and_then(|metric| metric.instance.get().cloned())
}

/// The native half of a value that has one, or the value itself.
pub(crate) fn native_of(value: &Value) -> Option<ObjectRef> {
    match value {
        Value::Object(object) => Some(object.clone()),
        Value::User(object) => {
            let instance = downcast::<Instance>(object)?;
            instance.native.get().filter(|_| !instance.class.native.is_some_and(is_function)).cloned()
        }
        _ => None,
    }
}

/// The arguments with native halves in place of instances, as native code takes them.
///
/// # Errors
/// None for values that exist.
pub(crate) fn natives(args: Args) -> Result<Args> {
    let other = |value: &Value| native_of(value).map(Value::Object).or_else(|| plain_of(value));
    let is_derived = |value: &Value| matches!(value, Value::User(_)) && other(value).is_some();
    let mut found = false;
    let mut look = |leaf: &Value| found |= is_derived(leaf);
    args.positional.iter().for_each(|v| v.for_each_leaf(&mut look));
    args.keywords.iter().for_each(|(_, v)| v.for_each_leaf(&mut look));
    if !found {
        return Ok(args);
    }
    let mut leaf = |value: &Value| Ok(other(value).unwrap_or_else(|| value.clone()));
    let positional = args.positional.iter().map(|v| v.map_leaves(&mut leaf)).collect::<Result<Vec<_>>>()?;
    let keywords = args.keywords.iter().map(|(n, v)| Ok((n.clone(), v.map_leaves(&mut leaf)?)));
    Ok(Args { positional, keywords: keywords.collect::<Result<Vec<_>>>()? })
}

/// The method `name` as the class of `instance` defines it, bound; `None` if it comes from the native base.
pub(crate) fn overridden(interp: &mut Interp, instance: Option<&Rc<Instance>>, name: &str) -> Result<Option<Value>> {
    let Some(instance) = instance else { return Ok(None) };
    // A function set on the instance itself goes first, as everywhere.
    if let Some(own) = instance.get(name) {
        return Ok(Some(own));
    }
    instance.special(interp, name)
}

/// Sets an attribute of an instance with a layer as native half; true if that was all there is to do.
pub(crate) fn set_attribute(
    interp: &mut Interp,
    instance: &Rc<Instance>,
    name: &str,
    value: Value,
) -> Result<Option<Value>> {
    let Some(native) = instance.native.get() else { return Ok(Some(value)) };
    match downcast::<LayerObject>(native) {
        Some(layer) if layer.has_settable(name) => {
            Object::set_attr(layer, interp, name, value)?;
            Ok(None)
        }
        Some(layer) => tracking::track(interp, &layer, &value).map(Some),
        None => {
            if let Some(optimizer) = downcast::<OptimizerObject>(native)
                && matches!(name, "learning_rate" | "lr")
            {
                Object::set_attr(optimizer, interp, name, value)?;
                return Ok(None);
            }
            if let Some(metric) = downcast::<MetricObject>(native) {
                metrics::track(interp, &metric, &value)?;
            }
            Ok(Some(value))
        }
    }
}

/// `isinstance` for an instance and a native class.
pub(crate) fn is_native_instance(instance: &Instance, class: &'static ClassDecl) -> bool {
    derives(&instance.class, class)
}

/// Whether a class of the program derives from a native one.
pub(crate) fn derives(class: &UserClass, base: &'static ClassDecl) -> bool {
    class.native.is_some_and(|native| is_native_subclass(native, base))
}

/// Whether one native class is or derives from another.
pub(crate) fn is_native_subclass(class: &'static ClassDecl, base: &'static ClassDecl) -> bool {
    let named = |name: &&str| *name == base.name || base.aliases.contains(name);
    std::ptr::eq(class, base) || class.bases.iter().any(named)
}
