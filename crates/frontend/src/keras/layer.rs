//! Layers: what one kind of layer implements, and the object around it.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;

use keramos_ir::{DType, TensorType};

use super::symbolic::SymbolicShape;
use super::variable::{Role, VariableId};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::library::{Args, ClassDecl};
use crate::trace::Tensor;
use crate::value::Value;

/// What one class of layer does. Implementations hold their configuration only; weights and
/// sublayers live in the [`LayerObject`].
pub trait Layer: Any + fmt::Debug {
    /// Creates weights and sublayers for inputs of the given shapes (flattened call arguments that
    /// are tensors, in order; unknown dimensions are `None`). Called once, before the first call.
    ///
    /// # Errors
    /// The layer cannot take such inputs.
    fn build(&self, build: &mut Build<'_>, inputs: &[SymbolicShape]) -> Result<()>;

    /// Traces the layer on tensors.
    ///
    /// # Errors
    /// The inputs do not fit.
    fn call(&self, cx: &mut Call<'_>) -> Result<Value>;
}

/// A layer of the program: its name, weights, sublayers and kind.
#[derive(Debug)]
pub struct LayerObject {
    /// The class declaration; `None` for classes that the program defines.
    pub class: Option<&'static ClassDecl>,
    /// The class name, such as `Conv2D`.
    pub class_name: Rc<str>,
    /// The layer's own name, such as `conv2d_1`.
    pub name: RefCell<Rc<str>>,
    /// Keras's `trainable`.
    pub trainable: Cell<bool>,
    /// The element type of weights and computation (Keras's dtype policy).
    pub dtype: DType,
    /// Whether `build` has run.
    pub built: Cell<bool>,
    /// Own weights in creation order.
    pub weights: RefCell<Vec<VariableId>>,
    /// Sublayers by attribute name in creation order.
    pub sublayers: RefCell<Vec<(Rc<str>, Rc<LayerObject>)>>,
    /// The kind.
    pub layer: Box<dyn Layer>,
}

/// What [`Layer::build`] works with.
#[derive(Debug)]
pub struct Build<'a> {
    /// The compilation.
    pub interp: &'a mut Interp,
    /// The layer being built.
    pub object: &'a Rc<LayerObject>,
}

/// What [`Layer::call`] works with: the layer, the call's arguments and the trace.
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
    pub fn add_weight(&mut self, name: &str, shape: &[usize], initializer: &Value, trainable: bool) -> VariableId {
        let ty = TensorType::new(self.object.dtype, shape);
        let id = self.interp.add_variable(name, ty, initializer.clone(), Role::Weight);
        self.interp.variables.get_mut(id).trainable = trainable;
        self.object.weights.borrow_mut().push(id);
        id
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
        let positional = self.args.positional.get(index);
        let named = || self.args.keywords.iter().find(|(n, _)| &**n == name).map(|(_, v)| v);
        positional.or_else(named).filter(|v| !v.is_none()).cloned()
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
    /// The layer has no such weight (a mistake of the compiler).
    pub fn weight(&mut self, name: &str) -> Result<Tensor> {
        let id = self.weight_id(name)?;
        self.interp.read_variable(id)
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
    /// There is none (a mistake of the compiler).
    pub fn sublayer(&self, attr: &str) -> Result<Rc<LayerObject>> {
        let found = self.object.sublayers.borrow().iter().find(|(a, _)| &**a == attr).map(|(_, l)| l.clone());
        found.ok_or_else(|| Error::internal(format!("{} has no sublayer `{attr}`", self.object.class_name)))
    }

    fn weight_id(&self, name: &str) -> Result<VariableId> {
        let weights = self.object.weights.borrow();
        let found = weights.iter().find(|&&id| &*self.interp.variables.get(id).name == name);
        found.copied().ok_or_else(|| Error::internal(format!("{} has no weight `{name}`", self.object.class_name)))
    }
}
