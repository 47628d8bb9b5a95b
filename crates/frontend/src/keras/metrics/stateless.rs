//! The methods of metrics that hand-written training calls.

use std::rc::Rc;

use super::MetricObject;
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::keras::derived as own;
use crate::keras::variable::{VariableId, list, pure, values};
use crate::library::{Args, Bound, Default, MethodDecl, Param, Signature};
use crate::trace::Tensor;
use crate::value::{ObjectRef, Value, downcast};

const VARIABLES: Param = Param::required("metric_variables");

/// The methods of every metric.
pub(super) const METHODS: &[MethodDecl] = &[
    MethodDecl {
        name: "stateless_update_state",
        signature: Signature::new(&[VARIABLES, Param::variadic("args"), Param::keywords("kwargs")]),
        doc: "The values of the metric's variables after one more batch.",
        call: |interp, object, args| {
            let (metric, args) = (metric(object)?, &*args);
            pure(interp, args, |interp| {
                let update = Update::of(interp, &metric, args.passed_on())?;
                let ids = update.variables(interp, &metric)?;
                let mapping = values(interp, &ids, args.get("metric_variables")?, "metric_variables")?;
                let (_, last) = interp.stateless(mapping, &ids, |interp| update.run(interp, &metric))?;
                Ok(list(last))
            })
        },
    },
    MethodDecl {
        name: "stateless_result",
        signature: Signature::new(&[VARIABLES]),
        doc: "The metric's value, given the values of its variables.",
        call: |interp, object, args| {
            let (metric, args) = (metric(object)?, &*args);
            pure(interp, args, |interp| {
                let ids = metric.known_variables(interp);
                let mapping = values(interp, &ids, args.get("metric_variables")?, "metric_variables")?;
                let (value, _) = interp.stateless(mapping, &[], |interp| metric.value_now(interp))?;
                Ok(value)
            })
        },
    },
    MethodDecl {
        name: "stateless_reset_state",
        signature: Signature::EMPTY,
        doc: "The values that the metric's variables start with.",
        call: |interp, object, args| {
            let (metric, args) = (metric(object)?, &*args);
            pure(interp, args, |interp| {
                let ids = metric.known_variables(interp);
                zeros(interp, &ids)
            })
        },
    },
    MethodDecl {
        name: "update_state",
        signature: Signature::new(&[Param::variadic("args"), Param::keywords("kwargs")]),
        doc: "Takes one more batch into account.",
        call: |interp, object, args| {
            let (metric, args) = (metric(object)?, &*args);
            pure(interp, args, |interp| {
                let batch = Batch::of(interp, &metric, args.passed_on())?;
                batch.update(interp, &metric)?;
                Ok(Value::None)
            })
        },
    },
    MethodDecl {
        name: "result",
        signature: Signature::EMPTY,
        doc: "The metric's value.",
        call: |interp, object, args| {
            let (metric, args) = (metric(object)?, &*args);
            pure(interp, args, |interp| metric.own_value(interp))
        },
    },
    MethodDecl {
        name: "reset_state",
        signature: Signature::EMPTY,
        doc: "Begins anew.",
        call: |interp, object, args| {
            let (metric, args) = (metric(object)?, &*args);
            pure(interp, args, |interp| {
                for id in metric.reset_by_itself(interp) {
                    let ty = interp.variables.get(id).ty.clone();
                    let zero = interp.tracer.full(&ty, 0.0)?;
                    interp.state.assign(id, zero);
                }
                Ok(Value::None)
            })
        },
    },
];

impl MetricObject {
    /// One more batch and the value after it, as calling a metric gives.
    pub(super) fn updated(self: &Rc<Self>, interp: &mut Interp, args: &Bound) -> Result<Value> {
        pure(interp, args, |interp| {
            Update::of(interp, self, args.passed_on())?.run(interp, self)?;
            self.value_now(interp)
        })
    }
}

fn metric(object: &ObjectRef) -> Result<Rc<MetricObject>> {
    downcast::<MetricObject>(object).ok_or_else(|| Error::internal("a metric's method on another object"))
}

fn zeros(interp: &mut Interp, ids: &[VariableId]) -> Result<Value> {
    let types: Vec<_> = ids.iter().map(|&id| interp.variables.get(id).ty.clone()).collect();
    Ok(list(types.iter().map(|ty| interp.tracer.full(ty, 0.0)).collect::<Result<_>>()?))
}

/// One update, by the class of the program that derives from the metric if it defines `update_state`.
enum Update {
    Program(Value, Args),
    Native(Batch),
}

impl Update {
    fn of(interp: &mut Interp, metric: &MetricObject, args: Args) -> Result<Update> {
        Ok(match own::overridden(interp, metric.instance.get(), "update_state")? {
            Some(function) => Update::Program(function, args),
            None => Update::Native(Batch::of(interp, metric, args)?),
        })
    }

    /// The variables that it changes.
    fn variables(&self, interp: &mut Interp, metric: &MetricObject) -> Result<Vec<VariableId>> {
        match self {
            Update::Program(..) => Ok(metric.known_variables(interp)),
            Update::Native(batch) => metric.build(interp, &batch.shape),
        }
    }

    fn run(&self, interp: &mut Interp, metric: &MetricObject) -> Result<()> {
        match self {
            Update::Program(function, args) => interp.call(function, args.clone()).map(drop),
            Update::Native(batch) => batch.update(interp, metric),
        }
    }
}

/// The arguments of one update.
struct Batch {
    y_true: Value,
    y_pred: Value,
    weight: Option<Value>,
    /// The shape of the predictions.
    shape: Vec<usize>,
}

impl Batch {
    fn of(interp: &mut Interp, metric: &MetricObject, args: Args) -> Result<Batch> {
        const PAIR: Signature = Signature::new(&[
            Param::required("y_true"),
            Param::required("y_pred"),
            Param::new("sample_weight", Default::None),
        ]);
        const VALUES: Signature =
            Signature::new(&[Param::required("values"), Param::new("sample_weight", Default::None)]);
        let of_values = metric.metric.takes_values();
        let bound = if of_values { VALUES } else { PAIR }.bind("update_state", args)?;
        let (y_true, y_pred) = match of_values {
            true => (bound.get("values")?, bound.get("values")?),
            false => (bound.get("y_true")?, bound.get("y_pred")?),
        };
        if !of_values {
            let classes = metric.name.starts_with("sparse");
            crate::program::expected(interp, y_true, y_pred, classes)?;
        }
        let shape = match metric.metric.compiled() {
            Some(_) => Vec::new(),
            None => crate::jax::arguments::to_tensor(interp, y_pred)?.shape().to_vec(),
        };
        let weight = bound.some("sample_weight")?.cloned();
        Ok(Batch { y_true: y_true.clone(), y_pred: y_pred.clone(), weight, shape })
    }

    fn update(&self, interp: &mut Interp, metric: &MetricObject) -> Result<()> {
        if metric.metric.compiled().is_some() {
            let y_true = tensors(interp, &self.y_true)?;
            let y_pred = tensors(interp, &self.y_pred)?;
            let weight = self.weight.as_ref().filter(|w| !w.is_none());
            let weight = weight.map(|w| crate::jax::arguments::to_tensor(interp, w)).transpose()?;
            return metric.update_compiled(interp, &y_true, &y_pred, weight.as_ref());
        }
        let y_true = crate::jax::arguments::to_tensor(interp, &self.y_true)?;
        let y_pred = crate::jax::arguments::to_tensor(interp, &self.y_pred)?;
        let weight = self.weight.as_ref().map(|w| crate::jax::arguments::to_tensor(interp, w)).transpose()?;
        metric.update_own(interp, &y_true, &y_pred, weight.as_ref())
    }
}

/// The tensors in a tree of targets or predictions.
pub(crate) fn tensors(interp: &mut Interp, tree: &Value) -> Result<Vec<Tensor>> {
    let leaves = tree.leaves();
    leaves.iter().filter(|leaf| !leaf.is_none()).map(|leaf| crate::jax::arguments::to_tensor(interp, leaf)).collect()
}
