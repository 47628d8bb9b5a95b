//! The configurations of layers and models as dicts.

use std::rc::Rc;

use crate::error::Result;
use crate::interp::Interp;
use crate::keras::config::{self, MODEL, dict, serialized};
use crate::keras::dtype_policy::Policy;
use crate::keras::layer::LayerObject;
use crate::keras::models;
use crate::library::ParamKind;
use crate::value::Value;

/// Layers that tell a penalty on their outputs without declaring it; `Dense` declares one and tells it if there is one.
const TELLS_ACTIVITY: &[&str] = &["EinsumDense", "Embedding", "ReversibleEmbedding"];

/// What layers take and do not tell; with an empty class, all layers.
const UNTOLD: &[(&str, &str)] = &[
    ("", "autocast"),
    ("", "flash_attention"),
    ("", "implementation"),
    ("", "input_shape"),
    ("", "use_cudnn"),
    ("", "weights"),
    ("CategoryEncoding", "sparse"),
    ("Dense", "activity_regularizer"),
    ("Embedding", "input_length"),
    ("Lambda", "mask"),
    ("Lambda", "output_shape"),
    ("RandomGrayscale", "seed"),
    ("SimpleRNN", "seed"),
];

fn is_told(class: &str, parameter: &str) -> bool {
    !UNTOLD.iter().any(|(of, name)| *name == parameter && (of.is_empty() || *of == class))
}

/// `layer.get_config()`: what all layers share, then the constructor's own arguments as the layer took them, with
/// dicts in the place of initializers and their like.
pub(super) fn get(interp: &mut Interp, layer: &Rc<LayerObject>) -> Result<Value> {
    let mut entries = vec![
        ("name", Value::Str(layer.name())),
        ("trainable", Value::Bool(layer.trainable.get())),
        ("dtype", layer.policy.borrow().value()),
    ];
    if models::is_model(layer) && layer.instance.get().is_none() {
        // A model's graph stays as it is: models are made again from it.
        let Value::Dict(told) = serialized(interp, &dict(entries))? else { return Ok(Value::None) };
        told.borrow_mut().insert(crate::value::Key::name(MODEL), layer.as_value());
        return Ok(Value::Dict(told));
    }
    if let Some(class) = layer.class.filter(|_| !layer.is_bare()) {
        let activity = layer.activity_regularizer.borrow().clone();
        if activity.is_some() || TELLS_ACTIVITY.contains(&class.name) {
            entries.push(("activity_regularizer", activity.unwrap_or(Value::None)));
        }
        let own = class.signature.params.iter();
        for param in own.filter(|param| matches!(param.kind, ParamKind::Normal | ParamKind::Keyword)) {
            let is_there = entries.iter().any(|(name, _)| *name == param.name);
            if is_there || !is_told(class.name, param.name) {
                continue;
            }
            let taken = match param.name {
                "activation" => layer.activation.borrow().clone(),
                _ => None,
            };
            let taken = taken.or_else(|| layer.layer.attribute(param.name));
            let value = taken.map_or_else(|| layer.args.get(param.name).cloned(), Ok)?;
            let is_lora = matches!(param.name, "lora_rank" | "lora_alpha");
            if !(is_lora && value.is_none()) {
                entries.push((param.name, named(param.name, value)?));
            }
        }
        canonical(class.name, &layer.policy.borrow(), &mut entries);
    }
    serialized(interp, &dict(entries))
}

/// Brings what was left out or abbreviated into the form in which Keras keeps it.
fn canonical(class: &str, policy: &Policy, entries: &mut Vec<(&'static str, Value)>) {
    let of = |entries: &[(&'static str, Value)], name: &str| {
        entries.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone())
    };
    let rank = class.strip_suffix('D').and_then(|name| name.chars().last()?.to_digit(10)).unwrap_or(0) as usize;
    let each = |value: &Value| Value::tuple(vec![value.clone(); rank]);
    let (key_dim, pool_size) = (of(entries, "key_dim"), of(entries, "pool_size"));
    for (name, value) in entries.iter_mut() {
        let whole = match (&*name, &*value) {
            (&"data_format", Value::None) => Some(Value::str("channels_last")),
            (&"value_dim", Value::None) => key_dim.clone(),
            (&"strides", Value::None) => pool_size.as_ref().map(|size| match size {
                Value::Int(_) => each(size),
                _ => size.clone(),
            }),
            (&("dilation_rate" | "kernel_size" | "pool_size" | "size" | "strides"), Value::Int(_)) if rank > 0 => {
                Some(each(value))
            }
            (&("padding" | "cropping"), Value::Int(_)) if rank > 0 => {
                let sides = Value::tuple(vec![value.clone(); 2]);
                Some(if rank == 1 { sides } else { each(&sides) })
            }
            (&"output_shape", Value::Int(_)) => Some(Value::tuple(vec![value.clone()])),
            _ => None,
        };
        if let Some(whole) = whole {
            *value = whole;
        }
    }
    match class {
        // The old name of the slope.
        "LeakyReLU" => entries.retain(|(name, _)| *name != "alpha"),
        "LayerNormalization" => entries.push(("rms_scaling", Value::Bool(false))),
        // Keras writes these four only, and the type by its name.
        "SpatialDropout1D" | "SpatialDropout2D" | "SpatialDropout3D" => {
            entries.retain(|(name, _)| matches!(*name, "rate" | "seed" | "name" | "dtype"));
            if let Some((_, dtype)) = entries.iter_mut().find(|(name, _)| *name == "dtype") {
                *dtype = Value::Str(policy.name.clone());
            }
        }
        _ => {}
    }
}

/// An activation by its name, and what else goes by names, as Keras writes it.
fn named(param: &str, value: Value) -> Result<Value> {
    match &value {
        Value::None if param == "activation" => Ok(Value::str("linear")),
        Value::Function(function) if param.ends_with("activation") => Ok(Value::str(function.name)),
        _ => config::named(param, value),
    }
}
