//! Calls of layers whose `call` the program defines.

use std::rc::Rc;

use keramos_ir::DType;

use super::build::{call_parameters, name_arguments};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::keras::layer::LayerObject;
use crate::library::Args;
use crate::library::brief;
use crate::trace::Tensor;
use crate::value::Value;

/// Runs the program's `call` on tensors: `training` and implicit masks go to parameters of those names, and masks to the outputs.
///
/// # Errors
/// An argument by position is no tensor, `call` fails, or it returns nothing.
pub(in crate::keras) fn run(
    interp: &mut Interp,
    layer: &Rc<LayerObject>,
    function: &Value,
    args: Args,
    training: Option<bool>,
) -> Result<Value> {
    let mut args = args;
    for value in &args.positional {
        check_positional(layer, value)?;
    }
    let parameters = call_parameters(interp, layer)?;
    let accepts = |name: &str| parameters.all().iter().any(|p| p == name);
    let named = name_arguments(interp, layer, &args)?;
    if let Some(training) = training
        && accepts("training")
        && !named.iter().any(|(name, _)| &**name == "training")
    {
        args.keywords.push(("training".into(), Value::Bool(training)));
    }
    let tensors: Vec<&(Rc<str>, Value)> = named.iter().filter(|(_, value)| has_tensor(value)).collect();
    let given = |name: &str| named.iter().find(|(n, _)| &**n == name).map(|(_, v)| v.clone()).filter(|v| !v.is_none());
    let mut previous = tensors.first().and_then(|(_, value)| masks_of(value));
    match tensors.as_slice() {
        [(_, only)] => {
            if accepts("mask")
                && given("mask").is_none()
                && let Some(mask) = masks_of(only)
            {
                set_keyword(&mut args, "mask", mask);
            }
        }
        several => {
            for (name, value) in several {
                let mask_name = format!("{name}_mask");
                if accepts(&mask_name)
                    && given(&mask_name).is_none()
                    && let Some(mask) = masks_of(value)
                {
                    set_keyword(&mut args, &mask_name, mask);
                }
            }
        }
    }
    if let Some(mask) = given("mask") {
        previous = Some(mask);
    }
    let first = named.first().map(|(_, value)| value.clone());
    let outputs = interp.call(function, args)?;
    if outputs.is_none() {
        let class = &layer.class_name;
        return Err(Error::ty(format!("`{class}.call` of layer `{}` returned None, not a tensor", layer.name()))
            .help("end `call` with `return` and the result"));
    }
    with_masks(interp, layer, first, outputs, previous)
}

fn set_keyword(args: &mut Args, name: &str, value: Value) {
    args.keywords.retain(|(n, _)| &**n != name);
    args.keywords.push((name.into(), value));
}

/// The arguments with arrays as tensors, and floats in the given element type, if there is one.
///
/// # Errors
/// An array is of a type that tensors do not have.
pub(in crate::keras) fn converted(interp: &mut Interp, args: Args, dtype: Option<DType>) -> Result<Args> {
    let other = |tensor: &Tensor| tensor.dtype().is_float() && dtype.is_some_and(|dtype| dtype != tensor.dtype());
    let mut needed = false;
    let mut look = |leaf: &Value| {
        needed |= match leaf {
            Value::Tensor(tensor) => other(tensor),
            Value::Array(_) => true,
            _ => false,
        }
    };
    args.positional.iter().for_each(|value| value.for_each_leaf(&mut look));
    args.keywords.iter().for_each(|(_, value)| value.for_each_leaf(&mut look));
    if !needed {
        return Ok(args);
    }
    let mut leaf = |value: &Value| {
        let tensor = match value {
            Value::Tensor(tensor) => tensor.clone(),
            Value::Array(_) => interp.to_tensor(value)?,
            other => return Ok(other.clone()),
        };
        let Some(dtype) = dtype.filter(|_| other(&tensor)) else { return Ok(Value::Tensor(tensor)) };
        let mask = tensor.mask().cloned();
        Ok(Value::Tensor(interp.tracer.convert(&tensor, dtype)?.with_mask(mask)))
    };
    let positional = args.positional.iter().map(|v| v.map_leaves(&mut leaf)).collect::<Result<Vec<_>>>()?;
    let keywords = args.keywords.iter().map(|(n, v)| Ok((n.clone(), v.map_leaves(&mut leaf)?)));
    Ok(Args { positional, keywords: keywords.collect::<Result<Vec<_>>>()? })
}

fn check_positional(layer: &LayerObject, value: &Value) -> Result<()> {
    let mut odd = None;
    value.for_each_leaf(&mut |leaf| {
        if odd.is_none() && !leaf.is_none() && !crate::interp::tensor::is_tensor(leaf) {
            odd = Some(brief(leaf).unwrap_or_else(|| format!("a value of type {}", leaf.type_name())));
        }
    });
    match odd {
        None => Ok(()),
        Some(found) => {
            let message = format!(
                "layer `{}` ({}) is called with {found} by position; only tensors are given to layers that way",
                layer.name(),
                layer.class_name
            );
            Err(Error::ty(message).help("pass it by name: layer(x, argument=value)"))
        }
    }
}

fn has_tensor(value: &Value) -> bool {
    let mut found = false;
    value.for_each_leaf(&mut |leaf| found |= matches!(leaf, Value::Tensor(_)));
    found
}

/// The implicit masks of a structure of tensors; `None` if there is none.
fn masks_of(value: &Value) -> Option<Value> {
    let mut found = false;
    let masks = value.map_leaves(&mut |leaf| {
        Ok(match leaf {
            Value::Tensor(tensor) => match tensor.mask() {
                Some(mask) => {
                    found = true;
                    Value::Tensor(mask.clone())
                }
                None => Value::None,
            },
            _ => Value::None,
        })
    });
    masks.ok().filter(|_| found)
}

/// The outputs with the masks that `compute_mask` gives them, or, if the layer supports masking and defines
/// nothing, those of the input.
fn with_masks(
    interp: &mut Interp,
    layer: &Rc<LayerObject>,
    first: Option<Value>,
    outputs: Value,
    previous: Option<Value>,
) -> Result<Value> {
    let own = super::overridden(interp, layer.instance.get(), "compute_mask")?;
    let supported = layer.supports_masking.get().unwrap_or(own.is_some());
    if !supported {
        return Ok(outputs);
    }
    let masks = match own {
        Some(function) => {
            let args = vec![first.unwrap_or(Value::None), previous.unwrap_or(Value::None)];
            interp.call(&function, Args::positional(args))?
        }
        None => previous.unwrap_or(Value::None),
    };
    let mut masks = masks.leaves().into_iter();
    outputs.map_leaves(&mut |leaf| {
        let mask: Option<Tensor> = match masks.next() {
            None | Some(Value::None) => None,
            Some(mask) => Some(interp.to_tensor(&mask)?),
        };
        Ok(match (leaf, mask) {
            (Value::Tensor(tensor), Some(mask)) if tensor.mask().is_none() => {
                Value::Tensor(tensor.clone().with_mask(Some(mask)))
            }
            _ => leaf.clone(),
        })
    })
}
