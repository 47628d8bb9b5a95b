//! A layer as an object of the program: its attributes.

use std::rc::Rc;

use super::{LayerObject, Masks, state};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::keras::dtype_policy::Policy;
use crate::keras::weights::regularizers;
use crate::keras::{activations, derived, models};
use crate::library::{Args, ClassDecl, Param, Signature};
use crate::value::{Object, Value};

/// Attributes that are set on the layer itself; others belong to the program.
pub(in crate::keras) const SETTABLE: &[&str] =
    &["name", "trainable", "built", "supports_masking", "input_spec", "autocast", "dtype_policy", "stateful"];

/// What `layer.dtype_policy` is set to.
const POLICY: Signature = Signature::new(&[Param::required("dtype_policy")]);

impl Object for LayerObject {
    fn class_name(&self) -> Rc<str> {
        self.class_name.clone()
    }

    fn class(&self) -> Option<&'static ClassDecl> {
        self.class
    }

    fn get_attr(self: Rc<Self>, interp: &mut Interp, name: &str) -> Result<Option<Value>> {
        Ok(Some(match name {
            "name" => Value::Str(self.name()),
            "trainable" => Value::Bool(self.trainable.get()),
            "built" => Value::Bool(self.built.get()),
            "activity_regularizer" => self.activity_regularizer.borrow().clone().unwrap_or(Value::None),
            "losses" => {
                let called = |layer: Rc<LayerObject>| layer.recorded.losses.borrow().clone();
                let mut losses: Vec<Value> = match interp.tracer.depth() {
                    0 => self.flattened().into_iter().flat_map(called).map(Value::Host).collect(),
                    _ => Vec::new(),
                };
                let traced = interp.eagerly("losses", |interp| {
                    Ok(Value::list(self.losses(interp)?.into_iter().map(Value::Tensor).collect()))
                })?;
                losses.extend(traced.elements().unwrap_or_default());
                Value::list(losses)
            }
            "dtype" | "variable_dtype" => Value::str(self.variable_dtype().numpy_name()),
            "compute_dtype" | "input_dtype" => Value::str(self.compute_dtype().numpy_name()),
            "dtype_policy" => self.policy.borrow().value(),
            "_call_has_training_arg" => Value::Bool(models::takes_training(interp, &self)?),
            "autocast" => Value::Bool(self.autocast.get()),
            "supports_masking" => Value::Bool(self.supports_masking.get().unwrap_or(self.layer.masks() != Masks::Drop)),
            "activation" if self.activation.borrow().is_some() => {
                self.activation.borrow().clone().unwrap_or(Value::None)
            }
            _ => {
                if let Some(found) = self.layer.attribute(name) {
                    return Ok(Some(found));
                }
                if let Some(found) = self.layer.property(interp, &self, name)? {
                    return Ok(Some(found));
                }
                match derived::attribute(interp, &self, name)? {
                    Some(found) => found,
                    None => match state::attribute(interp, &self, name)? {
                        Some(found) => found,
                        None => return models::attribute(interp, &self, name),
                    },
                }
            }
        }))
    }

    fn set_attr(self: Rc<Self>, interp: &mut Interp, name: &str, value: Value) -> Result<()> {
        match (name, value) {
            ("trainable", Value::Bool(trainable)) => self.set_trainable(trainable),
            ("activity_regularizer", value) => {
                *self.activity_regularizer.borrow_mut() = regularizers::get(interp, &value)?;
            }
            ("name", Value::Str(name)) => *self.name.borrow_mut() = name,
            ("built", Value::Bool(built)) => self.built.set(built),
            ("supports_masking", Value::Bool(supports)) => self.supports_masking.set(Some(supports)),
            ("activation", value) if self.layer.ends_with_activation() => {
                *self.activation.borrow_mut() = Some(activations::get(&value)?.unwrap_or(Value::None));
            }
            ("autocast", Value::Bool(autocast)) => self.autocast.set(autocast),
            ("dtype_policy", value) => {
                let args = POLICY.bind("dtype_policy", Args::positional(vec![value]))?;
                *self.policy.borrow_mut() = Policy::from_args(interp, &args, "dtype_policy")?;
            }
            ("input_spec" | "_name" | "stateful", _) => {}
            (name, value) => {
                let message =
                    format!("attribute `{name}` of {} cannot be set to {}", self.class_name, value.type_name());
                return Err(Error::ty(message));
            }
        }
        Ok(())
    }

    fn attributes(&self) -> Vec<String> {
        let own = ["name", "trainable", "built", "dtype"];
        own.iter().chain(state::ATTRIBUTES).chain(models::ATTRIBUTES).map(|&a| a.to_owned()).collect()
    }

    fn call(self: Rc<Self>, interp: &mut Interp, args: Args) -> Result<Value> {
        LayerObject::call(&self, interp, args)
    }

    fn repr(&self) -> String {
        format!("<{} name={}, built={}>", self.class_name, self.name(), if self.built.get() { "True" } else { "False" })
    }
}

impl LayerObject {
    /// Sets Keras's `trainable`, also of the layers inside.
    pub fn set_trainable(&self, trainable: bool) {
        self.trainable.set(trainable);
        self.sublayers.borrow().iter().for_each(|(_, layer)| layer.set_trainable(trainable));
    }
}
