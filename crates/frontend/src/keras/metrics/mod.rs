//! Metrics: running values over the batches of an epoch.

mod accuracy;
mod mean;

use std::any::Any;
use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use keramos_ir::{DType, TensorType};

pub use mean::{Mean, MeanOf, samplewise};

use crate::diagnostics::suggest;
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::keras::losses;
use crate::keras::variable::{Role, VariableId};
use crate::library::{Args, Bound, ClassDecl, Default, FunctionDecl, Param};
use crate::trace::Tensor;
use crate::value::{Object, Value, downcast};

/// The metric classes.
pub const CLASSES: &[&ClassDecl] = &[
    &accuracy::BINARY_CLASS,
    &accuracy::CATEGORICAL_CLASS,
    &accuracy::SPARSE_CLASS,
    &accuracy::EXACT_CLASS,
    &mean::MEAN_CLASS,
];

/// The metric functions: `(y_true, y_pred) -> one value per row`.
pub const FUNCTIONS: &[&FunctionDecl] = &[&accuracy::BINARY, &accuracy::CATEGORICAL, &accuracy::SPARSE];

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

    /// The value so far, a scalar.
    ///
    /// # Errors
    /// Nothing is being traced.
    fn result(&self, interp: &mut Interp, state: &[Tensor]) -> Result<Tensor>;
}

/// A metric of the program.
#[derive(Debug)]
pub struct MetricObject {
    class: Option<&'static ClassDecl>,
    /// Its name, such as `accuracy`.
    pub name: Rc<str>,
    metric: Box<dyn Metric>,
    variables: RefCell<Option<Vec<VariableId>>>,
}

/// Constructor parameters that all metrics share.
pub(crate) const COMMON: &[Param] = &[Param::new("name", Default::None), Param::new("dtype", Default::None)];

impl MetricObject {
    /// A metric that is not an object of the program (a loss tracker, a string).
    pub fn internal(name: impl Into<Rc<str>>, metric: impl Metric) -> Rc<MetricObject> {
        Rc::new(MetricObject {
            class: None,
            name: name.into(),
            metric: Box::new(metric),
            variables: RefCell::default(),
        })
    }

    /// The object of a constructor call; `name` is the default name.
    ///
    /// # Errors
    /// A common argument has a value that is not accepted.
    pub fn value(class: &'static ClassDecl, args: &Bound, name: &str, metric: impl Metric) -> Result<Value> {
        let name = if args.some("name")?.is_some() { args.str("name")? } else { name.into() };
        let object = MetricObject { class: Some(class), name, metric: Box::new(metric), variables: RefCell::default() };
        Ok(Value::Object(Rc::new(object)))
    }

    /// Creates the state variables for predictions of the given shape, unless that was done before.
    ///
    /// # Errors
    /// The metric cannot take such predictions.
    pub fn build(&self, interp: &mut Interp, y_pred: &[usize]) -> Result<Vec<VariableId>> {
        if let Some(variables) = &*self.variables.borrow() {
            return Ok(variables.clone());
        }
        let create = |state: StateVariable| {
            let ty = TensorType::new(DType::F32, state.shape);
            let id = interp.add_variable(state.name, ty, Value::Float(0.0), Role::Metric);
            interp.variables.get_mut(id).path = format!("{}/{}", self.name, state.name);
            id
        };
        let variables: Vec<VariableId> = self.metric.state(y_pred)?.into_iter().map(create).collect();
        *self.variables.borrow_mut() = Some(variables.clone());
        Ok(variables)
    }

    /// Updates the state variables with one batch, in the open state scope.
    ///
    /// # Errors
    /// The shapes do not fit.
    pub fn update(&self, interp: &mut Interp, y_true: &Tensor, y_pred: &Tensor, weight: Option<&Tensor>) -> Result<()> {
        let ids = self.build(interp, y_pred.shape())?;
        let state = ids.iter().map(|&id| interp.read_variable(id)).collect::<Result<Vec<_>>>()?;
        interp.tracer.push_scope(self.name.clone());
        let new = self.metric.update(interp, state, y_true, y_pred, weight);
        interp.tracer.pop_scope();
        for (id, value) in ids.into_iter().zip(new?) {
            interp.state.assign(id, value);
        }
        Ok(())
    }

    /// The value so far, a `float32` scalar.
    ///
    /// # Errors
    /// The metric was never updated.
    pub fn result(&self, interp: &mut Interp) -> Result<Tensor> {
        let ids = self.variables.borrow().clone().unwrap_or_default();
        let state = ids.iter().map(|&id| interp.read_variable(id)).collect::<Result<Vec<_>>>()?;
        let value = self.metric.result(interp, &state)?;
        interp.tracer.convert(&value, DType::F32)
    }
}

impl Object for MetricObject {
    fn class_name(&self) -> Rc<str> {
        self.class.map_or("Metric", |c| c.name).into()
    }

    fn class(&self) -> Option<&'static ClassDecl> {
        self.class
    }

    fn get_attr(self: Rc<Self>, _: &mut Interp, name: &str) -> Result<Option<Value>> {
        Ok((name == "name").then(|| Value::Str(self.name.clone())))
    }
}

/// The metric that an element of `compile(metrics=…)` names: a metric object, a function, or a
/// string. "accuracy" chooses by the shapes of target and prediction (both with the batch dimension).
///
/// # Errors
/// K0303: there is no such metric; the nearest is suggested.
pub fn get(interp: &mut Interp, identifier: &Value, y_true: &[usize], y_pred: &[usize]) -> Result<Rc<MetricObject>> {
    let mean_of = |function: Value, name: Rc<str>| MetricObject::internal(name, MeanOf::function(function));
    match identifier {
        Value::Str(name) => {
            if let "accuracy" | "acc" | "crossentropy" | "ce" = &*name.to_lowercase() {
                let binary = y_pred.last() == Some(&1);
                let sparse = y_true.len() < y_pred.len() || y_true.last() == Some(&1) && y_pred.last() > Some(&1);
                let kind = if binary {
                    "binary"
                } else if sparse {
                    "sparse_categorical"
                } else {
                    "categorical"
                };
                let what = if name.to_lowercase().starts_with("ac") { "accuracy" } else { "crossentropy" };
                let function = function_named(&format!("{kind}_{what}"));
                let function = function.ok_or_else(|| Error::internal("an accuracy function is missing"))?;
                return Ok(mean_of(Value::Function(function), name.clone()));
            }
            if let Some(function) = function_named(name) {
                return Ok(mean_of(Value::Function(function), name.clone()));
            }
            if let Some(class) = class_named(name) {
                let args = Args { positional: Vec::new(), keywords: vec![("name".into(), identifier.clone())] };
                let object = interp.call(&Value::Class(class), args)?;
                return get(interp, &object, y_true, y_pred);
            }
            let names: Vec<&str> =
                ["accuracy"].into_iter().chain(function_names()).chain(CLASSES.iter().map(|c| c.name)).collect();
            let error = Error::argument(format!("there is no metric \"{name}\""));
            Err(match suggest::closest(name, names.iter().copied()) {
                Some(near) => error.help(format!("did you mean \"{near}\"?")),
                None => error.help(format!("the metrics are {}", names.join(", "))),
            })
        }
        Value::Object(object) => {
            if let Some(metric) = downcast::<MetricObject>(object) {
                return Ok(metric);
            }
            match downcast::<losses::LossObject>(object) {
                Some(loss) => Ok(mean_of(identifier.clone(), loss.name.clone())),
                None => Err(Error::argument(format!("a metric is needed here, found {}", identifier.type_name()))),
            }
        }
        Value::Function(decl) => Ok(mean_of(identifier.clone(), decl.name.into())),
        Value::User(object) => Ok(mean_of(identifier.clone(), object.class_name())),
        other => Err(Error::argument(format!("a metric is needed here, found {}", other.type_name()))),
    }
}

fn function_named(name: &str) -> Option<&'static FunctionDecl> {
    FUNCTIONS.iter().find(|f| f.name == name).copied().or_else(|| losses::function_named(name))
}

fn function_names() -> impl Iterator<Item = &'static str> {
    FUNCTIONS.iter().chain(losses::FUNCTIONS).map(|f| f.name)
}

fn class_named(name: &str) -> Option<&'static ClassDecl> {
    CLASSES.iter().find(|c| c.name == name || crate::keras::snake_case(c.name) == name).copied()
}
