//! Layers: what one kind of layer implements, and the object around it.

mod state;
mod unused;

use std::any::Any;
use std::cell::{Cell, OnceCell, RefCell};
use std::fmt;
use std::rc::{Rc, Weak};

use keramos_ir::{DType, TensorType};

pub(crate) use unused::unused;

use super::metrics::MetricObject;
use super::symbolic::SymbolicShape;
use super::variable::{Role, VariableId};
use super::weights::{Weight, regularizers};
use super::{activations, derived, graph, models};
use crate::diagnostics::Span;
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::classes::Instance;
use crate::library::{Args, Bound, ClassDecl, Default, Param};
use crate::trace::Tensor;
use crate::value::{Host, Object, Value, downcast};

/// What one class of layer does. Implementations hold their configuration only; weights and
/// sublayers live in the [`LayerObject`].
pub trait Layer: Any + fmt::Debug {
    /// Creates weights and sublayers for inputs of the given shapes (flattened call arguments that
    /// are tensors, in order; unknown dimensions are `None`). Called once, before the first call.
    ///
    /// # Errors
    /// The layer cannot take such inputs.
    fn build(&self, _build: &mut Build<'_>, _inputs: &[SymbolicShape]) -> Result<()> {
        Ok(())
    }

    /// Traces the layer on tensors.
    ///
    /// # Errors
    /// The inputs do not fit.
    fn call(&self, cx: &mut Call<'_>) -> Result<Value>;

    /// Checks the shapes of a call's inputs before anything else happens (Keras's `input_spec`).
    ///
    /// # Errors
    /// The layer cannot take such inputs.
    fn check(&self, _layer: &LayerObject, _inputs: &[SymbolicShape]) -> Result<()> {
        Ok(())
    }

    /// An attribute of this kind of layer, such as `units`.
    fn attribute(&self, _name: &str) -> Option<Value> {
        None
    }

    /// Another attribute, which needs the layer's weights.
    ///
    /// # Errors
    /// The weights are not there.
    fn property(&self, _interp: &mut Interp, _layer: &Rc<LayerObject>, _name: &str) -> Result<Option<Value>> {
        Ok(None)
    }

    /// Whether the layer ends with an activation that the program may set.
    fn ends_with_activation(&self) -> bool {
        false
    }

    /// What becomes of the inputs' implicit masks.
    fn masks(&self) -> Masks {
        Masks::Drop
    }
}

/// What a layer does with the implicit mask of its first input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Masks {
    /// Its output has none.
    Drop,
    /// Its output has the same one.
    Pass,
    /// Its call sets the output's mask.
    Own,
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
    /// What the constructor was called with.
    pub args: Bound,
    /// The call of the constructor.
    pub(crate) made_at: Span,
    /// The first call on symbolic tensors.
    pub(crate) called: RefCell<Weak<graph::Node>>,
    /// Keras's `trainable`.
    pub trainable: Cell<bool>,
    /// The penalty on the layer's outputs: a function of one of them.
    pub activity_regularizer: RefCell<Option<Value>>,
    /// The element type of weights and computation (Keras's dtype policy).
    pub dtype: DType,
    /// Whether `build` has run.
    pub built: Cell<bool>,
    /// Own weights in creation order.
    pub weights: RefCell<Vec<VariableId>>,
    /// Own seed generators' states.
    pub seeds: RefCell<Vec<VariableId>>,
    /// Sublayers by attribute name in creation order.
    pub sublayers: RefCell<Vec<(Rc<str>, Rc<LayerObject>)>>,
    /// The metrics that were assigned to attributes of the layer.
    pub metrics: RefCell<Vec<Rc<MetricObject>>>,
    /// The object of the program whose native half this is, if a class of the program derives from the layer's.
    pub(crate) instance: OnceCell<Rc<Instance>>,
    /// Keras's `supports_masking`, if the program says.
    pub(crate) supports_masking: Cell<Option<bool>>,
    /// The activation that the program set in the place of the constructor's.
    pub(crate) activation: RefCell<Option<Value>>,
    /// Whether the layer takes no more weights and sublayers from the program.
    pub(crate) locked: Cell<bool>,
    /// The depth of scopes at which the layer's own scope is the innermost; 0 while it is not entered.
    pub(crate) scope: Cell<usize>,
    /// What `compile` and `fit` said, if this is a model.
    pub recorded: Recorded,
    /// The kind.
    pub layer: Box<dyn Layer>,
}

/// Attributes that are set on the layer itself; others belong to the program.
pub(super) const SETTABLE: &[&str] =
    &["name", "trainable", "built", "supports_masking", "input_spec", "autocast", "stateful"];

/// What a model's methods recorded for the artifact.
#[derive(Debug, Default)]
pub struct Recorded {
    /// The arguments of the last `compile`.
    pub compile: RefCell<Option<Bound>>,
    /// What `compile` came to, once steps are traced.
    pub trainer: RefCell<Option<Rc<models::Trainer>>>,
    /// The arguments of the last `fit`.
    pub fit: RefCell<Option<Bound>>,
    /// Where the last `compile` stands.
    pub compiled_at: Cell<Option<Span>>,
    /// Where the last `fit` stands.
    pub fitted_at: Cell<Option<Span>>,
    /// The arguments of the last `evaluate`.
    pub evaluate: RefCell<Option<Bound>>,
    /// The losses that it added in the last call outside of functions being traced: their values are the run's.
    pub losses: RefCell<Vec<Host>>,
}

/// Parameters that every layer's constructor takes after its own.
pub const COMMON: &[Param] = &[
    Param::keyword("activity_regularizer", Default::None),
    Param::keyword("trainable", Default::Bool(true)),
    Param::keyword("dtype", Default::None),
    Param::keyword("autocast", Default::Bool(true)),
    Param::keyword("name", Default::None),
    Param::keyword("input_shape", Default::None),
    Param::keyword("input_dim", Default::None),
];

impl LayerObject {
    /// A layer of class `class`, with the [`COMMON`] arguments taken from `args`.
    ///
    /// # Errors
    /// A common argument has a value that is not accepted.
    pub fn create(
        interp: &mut Interp,
        class: &'static ClassDecl,
        args: &Bound,
        layer: impl Layer,
    ) -> Result<Rc<LayerObject>> {
        let instance = derived::take(interp, class);
        let class_name: Rc<str> = instance.as_ref().map_or_else(|| class.name.into(), |i| i.class.name.clone());
        let name = match args.some("name")? {
            Some(_) => args.str("name")?,
            None => interp.names.unique(&class_name),
        };
        let activity_regularizer = regularizers::get(interp, &args.get("activity_regularizer")?.clone())?;
        let dtype = match args.some("dtype")? {
            None => DType::F32,
            Some(Value::DType(dtype)) => *dtype,
            Some(_) => DType::from_numpy_name(&args.str("dtype")?)
                .filter(|d| d.is_float())
                .ok_or_else(|| args.invalid("dtype", "the name of a floating-point type such as \"float32\""))?,
        };
        let object = Rc::new(LayerObject {
            class: Some(class),
            class_name,
            name: RefCell::new(name),
            args: args.clone(),
            made_at: interp.span,
            called: RefCell::default(),
            trainable: Cell::new(args.bool("trainable")?),
            activity_regularizer: RefCell::new(activity_regularizer),
            dtype,
            built: Cell::new(false),
            weights: RefCell::default(),
            seeds: RefCell::default(),
            sublayers: RefCell::default(),
            metrics: RefCell::default(),
            instance: OnceCell::new(),
            supports_masking: Cell::new(None),
            activation: RefCell::default(),
            locked: Cell::new(false),
            scope: Cell::new(0),
            recorded: Recorded::default(),
            layer: Box::new(layer),
        });
        if let Some(instance) = instance {
            let _ = instance.native.set(object.clone());
            let _ = object.instance.set(instance);
        }
        Ok(object)
    }

    /// The constructor's usual last line: the layer as a value.
    ///
    /// # Errors
    /// As [`LayerObject::create`].
    pub fn value(interp: &mut Interp, class: &'static ClassDecl, args: &Bound, layer: impl Layer) -> Result<Value> {
        Ok(Value::Object(LayerObject::create(interp, class, args, layer)?))
    }

    /// The layer's own name.
    pub fn name(&self) -> Rc<str> {
        self.name.borrow().clone()
    }

    /// What kind of layer it is, as a concrete type.
    pub fn kind<T: Layer>(&self) -> Option<&T> {
        let any: &dyn Any = &*self.layer;
        any.downcast_ref()
    }

    /// Creates the weights for inputs of the given shapes, unless that was done before.
    ///
    /// # Errors
    /// The layer cannot take such inputs.
    pub fn build(self: &Rc<Self>, interp: &mut Interp, inputs: &[SymbolicShape]) -> Result<()> {
        self.build_for(interp, inputs, &Args::default())
    }

    /// As [`LayerObject::build`], for a call with the given arguments.
    fn build_for(self: &Rc<Self>, interp: &mut Interp, inputs: &[SymbolicShape], args: &Args) -> Result<()> {
        if self.built.get() {
            return Ok(());
        }
        match derived::overridden(interp, self.instance.get(), "build")? {
            Some(function) => derived::build(interp, self, &function, args).map_err(|e| self.located(e)),
            // Such a layer is built by its first call.
            None if derived::overridden(interp, self.instance.get(), "call")?.is_some() && self.is_bare() => Ok(()),
            None => self.build_natively(interp, inputs, args),
        }
    }

    /// Builds the layer as its native class does.
    pub(super) fn build_natively(
        self: &Rc<Self>,
        interp: &mut Interp,
        inputs: &[SymbolicShape],
        args: &Args,
    ) -> Result<()> {
        if self.built.replace(true) {
            return Ok(());
        }
        let entered = self.open_scope(interp);
        let result = self.layer.build(&mut Build { interp, object: self, args }, inputs);
        self.close_scope(interp, entered);
        result.map_err(|e| self.located(e))
    }

    /// Whether the native class does nothing itself: all is up to the program.
    pub(crate) fn is_bare(&self) -> bool {
        self.kind::<derived::Bare>().is_some() || self.kind::<models::Subclassed>().is_some()
    }

    /// Calls the layer on symbolic tensors (which records a node) or on tensors (which traces it).
    ///
    /// # Errors
    /// The inputs do not fit.
    pub fn call(self: &Rc<Self>, interp: &mut Interp, mut args: Args) -> Result<Value> {
        derived::record(self, &args);
        let symbolic = graph::symbolic_leaves(&args);
        if !symbolic.is_empty() {
            let shapes: Vec<SymbolicShape> = symbolic.iter().map(|s| s.0.shape.clone()).collect();
            self.check(&shapes)?;
            self.build_for(interp, &shapes, &args)?;
            let outputs = graph::call(interp, &Value::Object(self.clone()), args, &self.name())?;
            let first_call = self.called.borrow().upgrade().is_none();
            if let (Some(Value::Symbolic(first)), true) = (outputs.leaves().first(), first_call) {
                *self.called.borrow_mut() = Rc::downgrade(&first.0.node);
            }
            return Ok(outputs);
        }
        self.learn(interp, &args)?;
        let shapes = tensor_shapes(&args);
        self.check(&shapes)?;
        self.build_for(interp, &shapes, &args)?;
        let function = derived::overridden(interp, self.instance.get(), "call")?;
        let mask = first_mask(&args);
        let explicit = take_training(&mut args);
        let training = explicit.unwrap_or(interp.training);
        // In a step, Keras runs the code of a subclassed model without calling the model: layers that it calls learn
        // whether they are trained only if the code tells them.
        let unannounced = explicit.is_none() && interp.calls == 0 && self.kind::<models::Subclassed>().is_some();
        if let (true, Some(function)) = (unannounced, &function) {
            return self.run_code(interp, function, args, Some(training));
        }
        let given = explicit.is_some() || interp.training_given;
        let outer = (interp.training, interp.training_given);
        (interp.training, interp.training_given) = (training, given);
        if interp.calls == 0 {
            // What an earlier call from outside added does not count any more. In a step of training that goes for
            // each of the model's own layers, as Keras on JAX runs the model's code without calling the model.
            interp.state.clear_losses(&self.flattened());
        }
        interp.calls += 1;
        let entered = self.open_scope(interp);
        let result = match &function {
            Some(function) => derived::run(interp, self, function, args, given.then_some(training)),
            None => self.layer.call(&mut Call { interp, object: self, args, training }),
        };
        let result = result.and_then(|outputs| {
            self.penalise(interp, &outputs)?;
            Ok(outputs)
        });
        self.close_scope(interp, entered);
        interp.calls -= 1;
        (interp.training, interp.training_given) = outer;
        if function.is_some() {
            if result.is_ok() && !self.built.replace(true) {
                self.lock();
            }
            return result.map_err(|e| self.located(e));
        }
        match (result.map_err(|e| self.located(e))?, self.layer.masks()) {
            (Value::Tensor(t), Masks::Drop) => Ok(Value::Tensor(t.with_mask(None))),
            (Value::Tensor(t), Masks::Pass) => Ok(Value::Tensor(t.with_mask(mask))),
            (value, _) => Ok(value),
        }
    }

    /// Runs the layer's code as Keras's `stateless_call` does, which is no call of the layer itself where the
    /// program defines `call`: layers that it calls learn whether they are trained only if the code tells them.
    ///
    /// # Errors
    /// As [`LayerObject::call`].
    pub(super) fn call_code(self: &Rc<Self>, interp: &mut Interp, mut args: Args) -> Result<Value> {
        match derived::overridden(interp, self.instance.get(), "call")? {
            Some(function) if self.built.get() => {
                let training = take_training(&mut args);
                self.run_code(interp, &function, args, training)
            }
            _ => self.call(interp, args),
        }
    }

    fn run_code(
        self: &Rc<Self>,
        interp: &mut Interp,
        function: &Value,
        args: Args,
        training: Option<bool>,
    ) -> Result<Value> {
        let outer = (interp.training, interp.training_given);
        (interp.training, interp.training_given) = (false, false);
        let entered = self.open_scope(interp);
        let result = derived::run(interp, self, function, args, training);
        self.close_scope(interp, entered);
        (interp.training, interp.training_given) = outer;
        if result.is_ok() && !self.built.replace(true) {
            self.lock();
        }
        result.map_err(|e| self.located(e))
    }

    fn check(&self, inputs: &[SymbolicShape]) -> Result<()> {
        self.layer.check(self, inputs).map_err(|e| self.located(e))
    }

    fn located(&self, error: Error) -> Error {
        error.note(format!("in layer `{}` ({})", self.name(), self.class_name))
    }

    /// The states of all seed generators, own ones and sublayers'.
    pub fn all_seeds(&self) -> Vec<VariableId> {
        let mut all = self.seeds.borrow().clone();
        self.sublayers.borrow().iter().for_each(|(_, layer)| all.extend(layer.all_seeds()));
        all
    }

    /// The weights that training changes: trainable ones of layers that are not frozen, in Keras's order.
    pub fn trainable_weights(&self, interp: &Interp) -> Vec<VariableId> {
        fn collect(interp: &Interp, layer: &LayerObject, all: &mut Vec<VariableId>) {
            if !layer.trainable.get() {
                return;
            }
            for &id in layer.weights.borrow().iter() {
                if interp.variables.get(id).is_trained() && !all.contains(&id) {
                    all.push(id);
                }
            }
            layer.sublayers.borrow().iter().for_each(|(_, inner)| collect(interp, inner, all));
        }
        let mut all = Vec::new();
        collect(interp, self, &mut all);
        all
    }

    /// All weights in Keras's order of `layer.weights`: own ones (trainable first), then sublayers'.
    pub fn all_weights(&self, interp: &Interp) -> Vec<VariableId> {
        let mut all = self.own_weights(interp);
        for (_, layer) in self.sublayers.borrow().iter() {
            all.extend(layer.all_weights(interp));
        }
        all
    }
}

impl LayerObject {
    /// The layer's own weights, trainable ones first.
    pub(crate) fn own_weights(&self, interp: &Interp) -> Vec<VariableId> {
        let own = self.weights.borrow();
        let trainable = |id: &&VariableId| interp.variables.get(**id).trainable;
        let mut all: Vec<VariableId> = own.iter().filter(trainable).copied().collect();
        all.extend(own.iter().filter(|id| !trainable(id)));
        all
    }
}

/// The layer behind a value: one of Keras's, or one whose class the program defines.
pub fn layer_of(value: &Value) -> Option<Rc<LayerObject>> {
    derived::native_of(value).and_then(|object| downcast::<LayerObject>(&object))
}

/// Takes `training=` out of the arguments; `None` if it is not given or is `None`.
pub(super) fn take_training(args: &mut Args) -> Option<bool> {
    let index = args.keywords.iter().position(|(name, _)| &**name == "training")?;
    match args.keywords.remove(index).1 {
        Value::Bool(training) => Some(training),
        Value::Int(training) => Some(training != 0),
        _ => None,
    }
}

/// The implicit mask of the first tensor in a call's arguments.
fn first_mask(args: &Args) -> Option<Tensor> {
    let first = args.positional.first().or_else(|| args.keywords.first().map(|(_, v)| v))?;
    match first.leaves().first()? {
        Value::Tensor(t) => t.mask().cloned(),
        _ => None,
    }
}

/// The shapes of the tensors in a call's arguments; the first dimension counts as the batch.
fn tensor_shapes(args: &Args) -> Vec<SymbolicShape> {
    let mut shapes = Vec::new();
    let mut visit = |value: &Value| {
        if let Value::Tensor(t) = value {
            shapes.push(batched(t));
        }
    };
    args.positional.iter().for_each(|v| v.for_each_leaf(&mut visit));
    args.keywords.iter().for_each(|(_, v)| v.for_each_leaf(&mut visit));
    shapes
}

/// A tensor's shape with the first dimension as the batch, whose size does not count.
fn batched(tensor: &Tensor) -> SymbolicShape {
    let batch_first = |(i, &n): (usize, &usize)| if i == 0 { None } else { Some(n) };
    tensor.shape().iter().enumerate().map(batch_first).collect()
}

/// The argument number `index` or under `name`, unless missing or `None`.
fn argument<'a>(args: &'a Args, index: usize, name: &str) -> Option<&'a Value> {
    let named = || args.keywords.iter().find(|(n, _)| &**n == name).map(|(_, v)| v);
    args.positional.get(index).or_else(named).filter(|v| !v.is_none())
}

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
            "dtype" | "compute_dtype" | "variable_dtype" => Value::str(self.dtype.numpy_name()),
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
            ("input_spec" | "_name" | "autocast" | "stateful", _) => {}
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

/// What [`Layer::build`] works with.
#[derive(Debug)]
pub struct Build<'a> {
    /// The compilation.
    pub interp: &'a mut Interp,
    /// The layer being built.
    pub object: &'a Rc<LayerObject>,
    /// The arguments of the call that it is built for; none if it is built without one.
    pub args: &'a Args,
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
    pub fn add_weight(&mut self, name: &str, shape: &[usize], weight: &Weight, trainable: bool) -> VariableId {
        let ty = TensorType::new(self.object.dtype, shape);
        let id = self.interp.add_variable(name, ty, weight.clone(), Role::Weight);
        self.interp.variables.get_mut(id).trainable = trainable;
        self.object.weights.borrow_mut().push(id);
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
    /// The layer has no such weight (a mistake of the compiler).
    pub fn weight(&mut self, name: &str) -> Result<Tensor> {
        let id = self.weight_id(name)?;
        self.interp.read_variable(id)
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
