//! Layers: what one kind of layer implements, and the object around it.

mod attributes;
mod call;
mod context;
mod state;
mod unused;

use std::any::Any;
use std::cell::{Cell, OnceCell, RefCell};
use std::fmt;
use std::rc::{Rc, Weak};

pub(super) use attributes::SETTABLE;
pub(super) use call::take_training;
pub use context::{Build, Call};
pub(crate) use unused::unused;

use super::dtype_policy::Policy;
use super::metrics::MetricObject;
use super::symbolic::SymbolicShape;
use super::variable::VariableId;
use super::weights::regularizers;
use super::{derived, graph, models};
use crate::diagnostics::Span;
use crate::error::Result;
use crate::interp::Interp;
use crate::interp::classes::Instance;
use crate::library::{Args, Bound, ClassDecl, Default, Param};
use crate::trace::Tensor;
use crate::value::{Host, Value, downcast};

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

    /// Whether inputs and weights come in the type that the layer computes in, unless it is told otherwise.
    fn autocasts(&self) -> bool {
        true
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
    /// The element types of weights and computation.
    pub policy: RefCell<Policy>,
    /// Whether floating-point inputs and weights come in the type that the layer computes in.
    pub(crate) autocast: Cell<bool>,
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
    /// The types of the data that it was last called on outside of functions.
    pub called_on: RefCell<Option<Vec<keramos_ir::TensorType>>>,
    /// The arguments of the last `evaluate`.
    pub evaluate: RefCell<Option<Bound>>,
    /// The losses that it added in the last call outside of functions being traced: their values are the run's.
    pub losses: RefCell<Vec<Host>>,
    /// What calls of it are on, the first tensor of each, while these are noted.
    pub calls: RefCell<Option<Vec<Option<Tensor>>>>,
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
        let policy = Policy::from_args(interp, args, "dtype")?;
        if instance.is_none() && !policy.compute.is_float() {
            return Err(args.invalid("dtype", "the name of a floating-point type such as \"float32\""));
        }
        let autocast = args.bool("autocast")? && layer.autocasts();
        let object = Rc::new(LayerObject {
            class: Some(class),
            class_name,
            name: RefCell::new(name),
            args: args.clone(),
            made_at: interp.span,
            called: RefCell::default(),
            trainable: Cell::new(args.bool("trainable")?),
            activity_regularizer: RefCell::new(activity_regularizer),
            policy: RefCell::new(policy),
            autocast: Cell::new(autocast),
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
            Some(function) => {
                let place = interp.span;
                derived::build(interp, self, &function, args).map_err(|e| self.located(e, inputs, place, interp))
            }
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
        let (entered, place) = (self.open_scope(interp), interp.span);
        let result = self.layer.build(&mut Build { interp, object: self, args }, inputs);
        self.close_scope(interp, entered);
        result.map_err(|e| self.located(e, inputs, place, interp))
    }

    /// Whether the native class does nothing itself: all is up to the program.
    pub(crate) fn is_bare(&self) -> bool {
        self.kind::<derived::Bare>().is_some() || self.kind::<models::Subclassed>().is_some()
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
