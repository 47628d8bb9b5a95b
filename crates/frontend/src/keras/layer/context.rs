//! What a layer's code works with while it is built and while it is called.

use std::rc::Rc;

use keramos_ir::TensorType;

use super::LayerObject;
use crate::diagnostics::codes;
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::keras::activations;
use crate::keras::symbolic::SymbolicShape;
use crate::keras::variable::{Role, VariableId};
use crate::keras::weights::Weight;
use crate::library::Args;
use crate::trace::Tensor;
use crate::value::Value;

/// What [`Layer::build`](super::Layer::build) works with.
#[derive(Debug)]
pub struct Build<'a> {
    /// The compilation.
    pub interp: &'a mut Interp,
    /// The layer being built.
    pub object: &'a Rc<LayerObject>,
    /// The arguments of the call that it is built for; none if it is built without one.
    pub args: &'a Args,
}

/// What [`Layer::call`](super::Layer::call) works with: the layer, the call's arguments and the trace.
#[derive(Debug)]
pub struct Call<'a> {
    /// The compilation; `interp.tracer` is where operations go.
    pub interp: &'a mut Interp,
    /// The layer being called.
    pub object: &'a Rc<LayerObject>,
    /// The arguments, tensors being traced in place of symbolic ones; `training` is taken out.
    pub args: Args,
    /// Whether this is a training pass.
    pub training: bool,
}

impl Build<'_> {
    /// Creates a weight. Its path is the current scope's path (the layers being built) and `name`.
    pub fn add_weight(&mut self, name: &str, shape: &[usize], weight: &Weight, trainable: bool) -> VariableId {
        let ty = TensorType::new(self.object.variable_dtype(), shape);
        let id = self.interp.add_variable(name, ty, weight.clone(), Role::Weight);
        self.interp.variables.get_mut(id).trainable = trainable;
        self.object.weights.borrow_mut().push(id);
        id
    }

    /// As [`Build::add_weight`], for a weight that is always read in its own type.
    pub fn add_exact_weight(&mut self, name: &str, shape: &[usize], weight: &Weight, trainable: bool) -> VariableId {
        let id = self.add_weight(name, shape, weight, trainable);
        self.interp.variables.get_mut(id).autocast = false;
        id
    }

    /// The shape of the tensor that the call passes as argument number `index` or under `name`.
    pub fn argument(&self, index: usize, name: &str) -> Option<SymbolicShape> {
        match argument(self.args, index, name)? {
            Value::Symbolic(symbolic) => Some(symbolic.0.shape.clone()),
            Value::Tensor(tensor) => Some(batched(tensor)),
            _ => None,
        }
    }

    /// Adds a sublayer under the attribute name `attr` (its place in saved weights).
    pub fn add_sublayer(&mut self, attr: &str, layer: Rc<LayerObject>) {
        self.object.sublayers.borrow_mut().push((attr.into(), layer));
    }
}

impl Call<'_> {
    /// The tensor passed as argument number `index` or under `name`.
    ///
    /// # Errors
    /// It is missing or no tensor (numbers and arrays are converted).
    pub fn tensor(&mut self, index: usize, name: &str) -> Result<Tensor> {
        let value = self
            .optional(index, name)
            .ok_or_else(|| Error::ty(format!("layer `{}` is called without `{name}`", self.object.name.borrow())))?;
        self.interp.to_tensor(&value)
    }

    /// The argument number `index` or under `name`, unless missing or `None`.
    pub fn optional(&self, index: usize, name: &str) -> Option<Value> {
        argument(&self.args, index, name).cloned()
    }

    /// The single input of most layers.
    ///
    /// # Errors
    /// As [`Call::tensor`].
    pub fn input(&mut self) -> Result<Tensor> {
        self.tensor(0, "inputs")
    }

    /// The list of inputs of a merging layer.
    ///
    /// # Errors
    /// The first argument is not a list or tuple of tensors.
    pub fn inputs(&mut self) -> Result<Vec<Tensor>> {
        let values = self.optional(0, "inputs").and_then(|v| v.elements()).ok_or_else(|| {
            Error::ty(format!("layer `{}` must be called on a list of tensors", self.object.name.borrow()))
        })?;
        values.iter().map(|v| self.interp.to_tensor(v)).collect()
    }

    /// The present value of the layer's own weight called `name`.
    ///
    /// # Errors
    /// The layer has no such weight: a class of the program makes others.
    pub fn weight(&mut self, name: &str) -> Result<Tensor> {
        let id = self.weight_id(name)?;
        self.interp.variable_value(id)
    }

    /// `x` after the layer's activation: `own`, or what the program set in its place.
    ///
    /// # Errors
    /// The activation fails.
    pub fn activate(&mut self, own: Option<&Value>, x: Tensor) -> Result<Tensor> {
        let set = self.object.activation.borrow().clone();
        let activation = set.as_ref().or(own).filter(|value| !value.is_none());
        activations::apply(self.interp, activation, x)
    }

    /// Whether the layer has a weight called `name`.
    pub fn has_weight(&self, name: &str) -> bool {
        self.weight_id(name).is_ok()
    }

    /// Gives a weight a new value (batch statistics).
    ///
    /// # Errors
    /// As [`Call::weight`].
    pub fn assign(&mut self, name: &str, value: Tensor) -> Result<()> {
        let id = self.weight_id(name)?;
        self.interp.state.assign(id, value);
        Ok(())
    }

    /// The sublayer under the attribute name `attr`.
    ///
    /// # Errors
    /// There is none: a class of the program makes others.
    pub fn sublayer(&self, attr: &str) -> Result<Rc<LayerObject>> {
        let found = self.object.sublayers.borrow().iter().find(|(a, _)| &**a == attr).map(|(_, l)| l.clone());
        found.ok_or_else(|| self.lacks(attr))
    }

    fn weight_id(&self, name: &str) -> Result<VariableId> {
        let weights = self.object.weights.borrow();
        let found = weights.iter().find(|&&id| &*self.interp.variables.get(id).name == name);
        found.copied().ok_or_else(|| self.lacks(name))
    }

    fn lacks(&self, name: &str) -> Error {
        let class = &self.object.class_name;
        let native = self.object.instance.get().and_then(|instance| instance.class.native);
        Error::new(codes::UNKNOWN_ATTRIBUTE, format!("'{class}' object has no attribute '{name}'"))
            .note(format!(
                "{} computes with it, and makes it in its own `build`",
                native.map_or(&**class, |base| base.name)
            ))
            .help(format!("call super().build(input_shape) in the `build` of {class}"))
    }
}

/// The argument number `index` or under `name`, unless missing or `None`.
fn argument<'a>(args: &'a Args, index: usize, name: &str) -> Option<&'a Value> {
    let named = || args.keywords.iter().find(|(n, _)| &**n == name).map(|(_, v)| v);
    args.positional.get(index).or_else(named).filter(|v| !v.is_none())
}

/// A tensor's shape with the first dimension as the batch, whose size does not count.
pub(super) fn batched(tensor: &Tensor) -> SymbolicShape {
    let batch_first = |(i, &n): (usize, &usize)| if i == 0 { None } else { Some(n) };
    tensor.shape().iter().enumerate().map(batch_first).collect()
}
