//! Metrics: running values over the batches of an epoch.

mod accuracy;
mod compiled;
mod confusion;
mod derived;
mod f_score;
mod loss_values;
mod mean;
mod regression;
mod resolve;
mod stateless;
mod top_k;

use std::any::Any;
use std::cell::{Cell, OnceCell, RefCell};
use std::fmt;
use std::rc::Rc;

use keramos_ir::{DType, TensorType};

pub use compiled::CompiledMetric;
pub use derived::METRIC;
pub(crate) use derived::track;
pub use mean::{Mean, MeanOf};
pub(crate) use resolve::check_name;
pub use resolve::get;
pub(crate) use stateless::tensors;

use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::classes::Instance;
use crate::keras::derived as own;
use crate::keras::variable::{Role, VariableId};
use crate::library::{Args, Bound, ClassDecl, Default, FunctionDecl, Param, Signature};
use crate::trace::Tensor;
use crate::value::{Object, Value};

/// The metric classes.
pub const CLASSES: &[&ClassDecl] = &[
    &accuracy::BINARY_CLASS,
    &accuracy::CATEGORICAL_CLASS,
    &accuracy::SPARSE_CLASS,
    &accuracy::EXACT_CLASS,
    &confusion::AUC,
    &confusion::FALSE_NEGATIVES,
    &confusion::FALSE_POSITIVES,
    &confusion::PRECISION,
    &confusion::RECALL,
    &confusion::TRUE_NEGATIVES,
    &confusion::TRUE_POSITIVES,
    &f_score::F1,
    &f_score::F_BETA,
    &loss_values::BINARY,
    &loss_values::CATEGORICAL,
    &loss_values::CATEGORICAL_HINGE,
    &loss_values::HINGE,
    &loss_values::KL,
    &loss_values::LOG_COSH,
    &loss_values::MAE,
    &loss_values::MAPE,
    &loss_values::MSE,
    &loss_values::MSLE,
    &loss_values::POISSON,
    &loss_values::SPARSE,
    &loss_values::SQUARED_HINGE,
    &mean::MEAN_CLASS,
    &mean::SUM_CLASS,
    &mean::WRAPPER_CLASS,
    &regression::COSINE,
    &regression::ROOT_MEAN_SQUARED,
    &top_k::SPARSE_TOP_K_CLASS,
    &top_k::TOP_K_CLASS,
];

/// The metric functions: `(y_true, y_pred) -> one value per row`.
pub const FUNCTIONS: &[&FunctionDecl] =
    &[&accuracy::BINARY, &accuracy::CATEGORICAL, &accuracy::SPARSE, &top_k::SPARSE_TOP_K, &top_k::TOP_K];

/// One state variable of a metric.
#[derive(Clone, Debug)]
pub struct StateVariable {
    /// The last part of its name, such as `total`.
    pub name: &'static str,
    /// Its shape; the type is `float32` and it starts at zero.
    pub shape: Vec<usize>,
}

impl StateVariable {
    /// A scalar.
    pub const fn scalar(name: &'static str) -> Self {
        StateVariable { name, shape: Vec::new() }
    }
}

/// What one kind of metric computes.
pub trait Metric: Any + fmt::Debug {
    /// The state, for predictions of the given shape.
    ///
    /// # Errors
    /// The metric cannot take such predictions.
    fn state(&self, y_pred: &[usize]) -> Result<Vec<StateVariable>>;

    /// The state after one more batch. `weight` has one element per row (or is shaped like the
    /// targets); rows of weight 0 must not count.
    ///
    /// # Errors
    /// The shapes do not fit.
    fn update(
        &self,
        interp: &mut Interp,
        state: Vec<Tensor>,
        y_true: &Tensor,
        y_pred: &Tensor,
        weight: Option<&Tensor>,
    ) -> Result<Vec<Tensor>>;

    /// The value so far; a scalar, if it is to be logged.
    ///
    /// # Errors
    /// Nothing is being traced.
    fn result(&self, interp: &mut Interp, state: &[Tensor]) -> Result<Tensor>;

    /// Whether targets and predictions come in their own types; if not, their floats come as `float32`.
    fn takes_any_type(&self) -> bool {
        false
    }

    /// Whether larger values are better; `None` if Keras does not say.
    fn rises(&self) -> Option<bool> {
        None
    }

    /// The value as the program sees it: that of [`Metric::result`], unless the metric is several in one.
    ///
    /// # Errors
    /// As [`Metric::result`].
    fn value(&self, interp: &mut Interp, state: &[Tensor]) -> Result<Value> {
        self.result(interp, state).map(Value::Tensor)
    }

    /// The metrics that `compile` was given, if this is all of them in one.
    fn compiled(&self) -> Option<&[CompiledMetric]> {
        None
    }

    /// Whether an update takes one array of values instead of targets and predictions.
    fn takes_values(&self) -> bool {
        false
    }
}

/// A metric of the program.
#[derive(Debug)]
pub struct MetricObject {
    class: Option<&'static ClassDecl>,
    /// Its name in logs, such as `accuracy`.
    pub name: Rc<str>,
    /// The element type that it was made with.
    dtype: Rc<str>,
    /// What the paths of its variables begin with.
    scope: Rc<str>,
    /// What its constructor was called with, if the program called it.
    args: Option<Bound>,
    metric: Box<dyn Metric>,
    /// The variables of its own state, once they are made.
    state: RefCell<Option<Vec<VariableId>>>,
    /// Those that a class of the program adds.
    added: RefCell<Vec<VariableId>>,
    /// Whether it has made the variables that it makes when it sees data.
    prepared: Cell<bool>,
    /// The object of the program whose native half this is.
    pub(crate) instance: OnceCell<Rc<Instance>>,
}

pub(crate) const NAME: Param = Param::new("name", Default::None);
pub(crate) const DTYPE: Param = Param::new("dtype", Default::None);

/// Constructor parameters that all metrics share.
pub(crate) const COMMON: &[Param] = &[NAME, DTYPE];

impl MetricObject {
    fn new(class: Option<&'static ClassDecl>, name: Rc<str>, metric: impl Metric) -> MetricObject {
        MetricObject {
            class,
            scope: name.clone(),
            name,
            args: None,
            dtype: DType::F32.numpy_name().into(),
            metric: Box::new(metric),
            state: RefCell::default(),
            added: RefCell::default(),
            prepared: Cell::new(false),
            instance: OnceCell::new(),
        }
    }

    /// Whether it counts predictions that equal their targets.
    pub fn is_exact(&self) -> bool {
        self.class.is_some_and(|class| class.name == "Accuracy") && self.instance.get().is_none()
    }

    /// Whether it is the accuracy that `compile` chooses for the string.
    pub fn is_accuracy(&self) -> bool {
        self.class.is_none() && matches!(&*self.name.to_lowercase(), "accuracy" | "acc")
    }

    /// A metric that is not an object of the program (a loss tracker, a string).
    pub fn internal(name: impl Into<Rc<str>>, metric: impl Metric) -> Rc<MetricObject> {
        Rc::new(MetricObject::new(None, name.into(), metric))
    }

    /// As [`MetricObject::internal`], with variables under `scope` instead of the name.
    pub fn scoped(scope: impl Into<Rc<str>>, name: impl Into<Rc<str>>, metric: impl Metric) -> Rc<MetricObject> {
        let scope = scope.into();
        Rc::new(MetricObject { scope, ..MetricObject::new(None, name.into(), metric) })
    }

    /// The object of a constructor call; `name` is the default name.
    ///
    /// # Errors
    /// A common argument has a value that is not accepted.
    pub fn value(class: &'static ClassDecl, args: &Bound, name: &str, metric: impl Metric) -> Result<Value> {
        let name = if args.some("name")?.is_some() { args.str("name")? } else { name.into() };
        Ok(Value::Object(Rc::new(MetricObject::new(Some(class), name, metric).made_with(args)?)))
    }

    /// The metric with the arguments of a constructor call, and the element type among them.
    fn made_with(self, args: &Bound) -> Result<MetricObject> {
        let dtype = match args.some("dtype")? {
            Some(Value::Str(name)) => name.clone(),
            Some(Value::DType(dtype)) => dtype.numpy_name().into(),
            _ => self.dtype,
        };
        Ok(MetricObject { dtype, args: Some(args.clone()), ..self })
    }

    /// As [`MetricObject::value`] for classes whose default names are numbered: `auc`, `auc_1`, …
    ///
    /// # Errors
    /// A common argument has a value that is not accepted.
    pub fn numbered(
        interp: &mut Interp,
        class: &'static ClassDecl,
        args: &Bound,
        metric: impl Metric,
    ) -> Result<Value> {
        let name = match args.some("name")? {
            Some(_) => args.str("name")?,
            None => interp.names.unique(class.name),
        };
        MetricObject::value(class, args, &name, metric)
    }

    /// All state variables, for predictions of the given shape: those of a class of the program come last.
    ///
    /// # Errors
    /// The metric cannot take such predictions.
    pub fn build(&self, interp: &mut Interp, y_pred: &[usize]) -> Result<Vec<VariableId>> {
        let own = match self.overrides("update_state") {
            // Its predictions are those that the class makes of what it is given.
            true => self.build_own(interp, &[]).unwrap_or_default(),
            false => self.build_own(interp, y_pred)?,
        };
        Ok(own.into_iter().chain(self.added.borrow().iter().copied()).collect())
    }

    /// Creates the variables of its own state for predictions of the given shape, unless that was done before.
    fn build_own(&self, interp: &mut Interp, y_pred: &[usize]) -> Result<Vec<VariableId>> {
        if let Some(variables) = &*self.state.borrow() {
            return Ok(variables.clone());
        }
        let create = |state: StateVariable| {
            let ty = TensorType::new(DType::F32, state.shape);
            let id = interp.add_variable(state.name, ty, Value::Float(0.0), Role::Metric);
            interp.variables.get_mut(id).path = format!("{}/{}", self.scope, state.name);
            id
        };
        let variables: Vec<VariableId> = self.metric.state(y_pred)?.into_iter().map(create).collect();
        *self.state.borrow_mut() = Some(variables.clone());
        Ok(variables)
    }

    /// Lets a metric of the program make the variables that it makes when it first sees data, as Keras does by
    /// running `update_state` on symbolic tensors: on targets and predictions of the given types.
    ///
    /// # Errors
    /// `update_state` fails on such tensors.
    pub fn prepare(&self, interp: &mut Interp, y_true: &TensorType, y_pred: &TensorType) -> Result<()> {
        if self.instance.get().is_none() || self.prepared.replace(true) {
            return Ok(());
        }
        self.check_reset()?;
        let (frames, scopes) = (interp.tracer.depth(), interp.state.depth());
        let params = interp.tracer.enter("shapes", &[y_true.clone(), y_pred.clone()]);
        interp.state.open([]);
        let updated = match params.as_slice() {
            [y_true, y_pred] => self.update(interp, y_true, y_pred, None),
            _ => Err(Error::internal("a function without its parameters")),
        };
        interp.tracer.unwind(frames);
        interp.state.unwind(scopes);
        updated
    }

    /// Whether larger values are better; `None` if Keras does not say.
    pub fn rises(&self) -> Option<bool> {
        self.metric.rises()
    }

    /// Updates the state variables with one batch, in the open state scope.
    ///
    /// # Errors
    /// The shapes do not fit.
    pub fn update(&self, interp: &mut Interp, y_true: &Tensor, y_pred: &Tensor, weight: Option<&Tensor>) -> Result<()> {
        match own::overridden(interp, self.instance.get(), "update_state")? {
            Some(function) => self.update_by(interp, &function, y_true, y_pred, weight),
            None => self.update_own(interp, y_true, y_pred, weight),
        }
    }

    /// As [`MetricObject::update`], without regard to a class of the program that derives from this metric.
    fn update_own(&self, interp: &mut Interp, y_true: &Tensor, y_pred: &Tensor, weight: Option<&Tensor>) -> Result<()> {
        let ids = self.build_own(interp, y_pred.shape())?;
        let state = ids.iter().map(|&id| interp.read_variable(id)).collect::<Result<Vec<_>>>()?;
        let exact = self.metric.takes_any_type();
        let float32 = |interp: &mut Interp, x: &Tensor| match exact || !x.dtype().is_float() {
            true => Ok(x.clone()),
            false => interp.tracer.convert(x, DType::F32).map(|y| y.with_mask(x.mask().cloned())),
        };
        let (y_true, y_pred) = (&float32(interp, y_true)?, &float32(interp, y_pred)?);
        interp.tracer.push_scope(self.name.clone());
        let new = self.metric.update(interp, state, y_true, y_pred, weight);
        interp.tracer.pop_scope();
        for (id, value) in ids.into_iter().zip(new?) {
            interp.state.assign(id, value);
        }
        Ok(())
    }

    /// The state variables; those of a metric whose shapes depend on predictions only once it has seen some.
    pub fn known_variables(&self, interp: &mut Interp) -> Vec<VariableId> {
        self.build(interp, &[]).unwrap_or_default()
    }

    /// The value so far, as the metric gives it.
    ///
    /// # Errors
    /// The metric was never updated.
    pub fn value_now(&self, interp: &mut Interp) -> Result<Value> {
        match own::overridden(interp, self.instance.get(), "result")? {
            Some(function) => interp.call(&function, Args::default()),
            None => self.own_value(interp),
        }
    }

    /// As [`MetricObject::value_now`], without regard to a class of the program that derives from this metric.
    fn own_value(&self, interp: &mut Interp) -> Result<Value> {
        let state = self.state_now(interp)?;
        self.metric.value(interp, &state)
    }

    fn state_now(&self, interp: &mut Interp) -> Result<Vec<Tensor>> {
        let ids = self
            .build_own(interp, &[])
            .map_err(|_| Error::argument(format!("the metric `{}` has seen no predictions yet", self.name)))?;
        ids.into_iter().map(|id| interp.read_variable(id)).collect()
    }

    /// The value so far, a `float32` scalar; an array of one number is that number.
    ///
    /// # Errors
    /// The metric was never updated, or gives several numbers.
    pub fn result(&self, interp: &mut Interp) -> Result<Tensor> {
        let mut value = match own::overridden(interp, self.instance.get(), "result")? {
            Some(function) => {
                let value = interp.call(&function, Args::default())?;
                interp.to_tensor(&value)?
            }
            None => {
                let state = self.state_now(interp)?;
                self.metric.result(interp, &state)?
            }
        };
        if value.rank() != 0 && value.ty().size() == 1 {
            value = interp.tracer.reshape(&value, &[])?;
        }
        if value.rank() != 0 {
            return Err(Error::shape(format!(
                "the metric `{}` gives {} values; a log is one number",
                self.name,
                value.ty().size()
            ))
            .help("make one metric per class or threshold, or choose how to average"));
        }
        interp.tracer.convert(&value, DType::F32)
    }
}

impl MetricObject {
    /// The metric as the program holds it.
    pub fn as_value(self: &Rc<Self>) -> Value {
        match self.instance.get() {
            Some(instance) => Value::User(instance.clone()),
            None => Value::Object(self.clone()),
        }
    }
}

impl Object for MetricObject {
    fn class_name(&self) -> Rc<str> {
        self.class.map_or("Metric", |c| c.name).into()
    }

    fn class(&self) -> Option<&'static ClassDecl> {
        self.class
    }

    fn arguments(&self) -> Option<&Bound> {
        self.args.as_ref()
    }

    fn get_attr(self: Rc<Self>, interp: &mut Interp, name: &str) -> Result<Option<Value>> {
        Ok(match name {
            "name" => Some(Value::Str(self.name.clone())),
            "dtype" => Some(Value::Str(self.dtype.clone())),
            "variables" => {
                let ids = self.known_variables(interp);
                Some(interp.variable_list(&ids))
            }
            _ => {
                let found = stateless::METHODS.iter().chain(derived::METHODS).find(|method| method.name == name);
                found.map(|method| Value::Method(self, method))
            }
        })
    }

    fn call(self: Rc<Self>, interp: &mut Interp, args: Args) -> Result<Value> {
        const BATCH: Signature = Signature::new(&[Param::variadic("args"), Param::keywords("kwargs")]);
        self.updated(interp, &BATCH.bind(self.class.map_or("metric", |class| class.name), args)?)
    }

    fn repr(&self) -> String {
        let class = self.instance.get().map_or_else(|| self.class_name(), |instance| instance.class.name.clone());
        format!("<{class} name={}>", self.name)
    }

    fn attributes(&self) -> Vec<String> {
        ["name", "dtype", "variables"]
            .into_iter()
            .chain(stateless::METHODS.iter().map(|m| m.name))
            .map(String::from)
            .collect()
    }
}
