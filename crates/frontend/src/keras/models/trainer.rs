//! What `compile` makes of a model: its optimizer, losses and metrics, as steps of the program use them.

use std::rc::Rc;

use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::function::parameter_names;
use crate::interp::packages::TRAINER;
use crate::jax::arguments::to_tensor;
use crate::keras::layer::LayerObject;
use crate::keras::losses::{LossObject, Weights};
use crate::keras::metrics::{MetricObject, tensors};
use crate::keras::optimizers::OptimizerObject;
use crate::keras::variable::{VariableId, list, pure, values};
use crate::keras::{derived, penalties};
use crate::library::{Args, Bound, Default, MethodDecl, Param, Signature};
use crate::trace::Tensor;
use crate::value::{Host, ObjectRef, Value, downcast};

/// A compiled model's optimizer, losses and metrics.
#[derive(Debug)]
pub struct Trainer {
    /// The optimizer.
    pub optimizer: Rc<OptimizerObject>,
    /// The losses of outputs with their weights.
    pub losses: Vec<(usize, Rc<LossObject>, Option<f64>)>,
    /// The running mean of the loss.
    pub total: Rc<MetricObject>,
    /// The metrics that `compile` was given, in one.
    pub compiled: Option<Rc<MetricObject>>,
    /// The running means of each loss, where there are several.
    pub trackers: Vec<Rc<MetricObject>>,
}

impl Trainer {
    /// The metrics in the order of Keras's `model.metrics`, without those that layers hold.
    pub fn all_metrics(&self) -> Vec<Rc<MetricObject>> {
        let total = std::iter::once(self.total.clone());
        total.chain(self.compiled.clone()).chain(self.trackers.iter().cloned()).collect()
    }
}

const STATE: Param = Param::required("state");
const DATA: Param = Param::required("data");

const BATCH: &[Param] = &[
    Param::new("x", Default::None),
    Param::new("y", Default::None),
    Param::new("y_pred", Default::None),
    Param::new("sample_weight", Default::None),
];

/// A method that the trainer's package defines.
macro_rules! written {
    ($name:literal, $signature:expr, $doc:literal) => {
        MethodDecl {
            name: $name,
            signature: $signature,
            doc: $doc,
            call: |interp, object, args| of_package(interp, object, args, $name),
        }
    };
}

/// The methods of compiled models that steps of the program call or define anew.
pub(super) const METHODS: &[MethodDecl] = &[
    MethodDecl {
        name: "compute_loss",
        signature: Signature::new(BATCH).with(&[Param::new("training", Default::Bool(true))]),
        doc: "The loss of a batch by what `compile` was given, with what layers add to it.",
        call: |interp, object, args| at_once(interp, object, args, compute_loss),
    },
    MethodDecl {
        name: "stateless_compute_loss",
        signature: Signature::new(&[
            Param::required("trainable_variables"),
            Param::required("non_trainable_variables"),
            Param::required("metrics_variables"),
            Param::new("training", Default::Bool(true)),
        ])
        .with(BATCH),
        doc: "The loss of a batch with the given values of the variables, and the values that these have then.",
        call: |interp, object, args| at_once(interp, object, args, stateless_compute_loss),
    },
    MethodDecl {
        name: "compute_metrics",
        signature: Signature::new(BATCH),
        doc: "Updates the metrics that `compile` was given; returns the values of all metrics.",
        call: |interp, object, args| at_once(interp, object, args, compute_metrics),
    },
    MethodDecl {
        name: "_update_metrics_variables",
        signature: Signature::new(&[Param::required("metrics_variables"), Param::required("loss")]).with(BATCH),
        doc: "The values of all metrics after a batch, and those that the metrics' variables have then.",
        call: |interp, object, args| at_once(interp, object, args, update_metrics),
    },
    written!(
        "compute_loss_and_updates",
        Signature::new(&[Param::variadic("args"), Param::keywords("kwargs")]),
        "The loss of a batch, and as auxiliary results the loss again, the predictions and the new values of the variables that are not trained and of the metrics."
    ),
    written!("train_step", Signature::new(&[STATE, DATA]), "What `fit` does with a batch: the logs and the new state."),
    written!(
        "test_step",
        Signature::new(&[STATE, DATA]),
        "What `evaluate` does with a batch: the logs and the new state."
    ),
    written!(
        "predict_step",
        Signature::new(&[STATE, DATA]),
        "What `predict` does with a batch: the outputs and the values of the variables that are not trained."
    ),
    MethodDecl {
        name: "get_metrics_result",
        signature: Signature::EMPTY,
        doc: "The values of all metrics by name.",
        call: |interp, object, _| {
            let model = model(object)?;
            results(interp, &model)
        },
    },
    MethodDecl {
        name: "reset_metrics",
        signature: Signature::EMPTY,
        doc: "A run-time operation; nothing happens at compile time.",
        call: |_, _, _| Ok(Value::None),
    },
];

/// The attributes of compiled models that steps of the program read.
pub(super) fn attribute(model: &Rc<LayerObject>, name: &str) -> Result<Option<Value>> {
    if let Some(method) = METHODS.iter().find(|method| method.name == name) {
        return Ok(Some(Value::Method(model.clone(), method)));
    }
    if name == "history" {
        let at = model.recorded.fitted_at.get();
        return Ok(Some(at.map_or(Value::None, |at| Value::Host(Host::new("the history of fit()", Some(at))))));
    }
    let compile = model.recorded.compile.borrow();
    Ok(match (name, &*compile) {
        ("compiled", compile) => Some(Value::Bool(compile.is_some())),
        ("optimizer", Some(args)) => match &*model.recorded.trainer.borrow() {
            Some(trainer) => Some(trainer.optimizer.as_value()),
            None => Some(args.get("optimizer")?.clone()),
        },
        ("loss", Some(args)) => Some(args.get("loss")?.clone()),
        _ => None,
    })
}

/// Whether the layer's `call` takes `training`; those that the program does not define do.
///
/// # Errors
/// The method cannot be read.
pub(in crate::keras) fn takes_training(interp: &mut Interp, model: &Rc<LayerObject>) -> Result<bool> {
    let own = derived::overridden(interp, model.instance.get(), "call")?;
    let names = own.as_ref().and_then(parameter_names);
    Ok(names.is_none_or(|names| names.all().iter().any(|name| name == "training")))
}

fn model(object: &ObjectRef) -> Result<Rc<LayerObject>> {
    downcast::<LayerObject>(object).ok_or_else(|| Error::internal("a model's method on another object"))
}

fn trainer(model: &LayerObject) -> Result<Rc<Trainer>> {
    model.recorded.trainer.borrow().clone().ok_or_else(|| {
        Error::new(
            crate::diagnostics::codes::TRAINING_CONFIG,
            format!("model `{}` computes its loss before a step of training is compiled", model.name()),
        )
        .help("call model.compile(...), and compute losses in `train_step` or in what it calls")
    })
}

/// Calls a function of the package that holds Keras's own steps, with the model in front of the arguments.
fn of_package(interp: &mut Interp, object: &ObjectRef, args: &Bound, name: &str) -> Result<Value> {
    let model = model(object)?;
    let function = interp.package_function(TRAINER, name)?;
    let mut passed = match args.is_given("state") {
        true => Args::positional(vec![args.get("state")?.clone(), args.get("data")?.clone()]),
        false => args.passed_on(),
    };
    passed.positional.insert(0, model.as_value());
    interp.call(&function, passed)
}

fn weight(interp: &mut Interp, args: &Bound) -> Result<Option<Tensor>> {
    args.some("sample_weight")?.cloned().map(|weight| to_tensor(interp, &weight)).transpose()
}

/// Runs a method that traces, outside of functions at once.
fn at_once(
    interp: &mut Interp,
    object: &ObjectRef,
    args: &mut Bound,
    method: fn(&mut Interp, &ObjectRef, &mut Bound) -> Result<Value>,
) -> Result<Value> {
    match interp.tracer.depth() {
        0 => pure(interp, &args.clone(), |interp| method(interp, object, args)),
        _ => method(interp, object, args),
    }
}

fn compute_metrics(interp: &mut Interp, object: &ObjectRef, args: &mut Bound) -> Result<Value> {
    let model = model(object)?;
    if let Some(compiled) = &trainer(&model)?.compiled {
        let y = tensors(interp, args.get("y")?)?;
        let y_pred = tensors(interp, args.get("y_pred")?)?;
        let weight = weight(interp, args)?;
        compiled.update_compiled(interp, &y, &y_pred, weight.as_ref())?;
    }
    results(interp, &model)
}

fn compute_loss(interp: &mut Interp, object: &ObjectRef, args: &mut Bound) -> Result<Value> {
    let model = model(object)?;
    let trainer = trainer(&model)?;
    let (given, predicted) = (args.get("y")?.clone(), args.get("y_pred")?.clone());
    if let [(_, loss, _)] = trainer.losses.as_slice() {
        crate::program::expected(interp, &given, &predicted, loss.is_sparse())?;
    }
    let (y, y_pred) = (tensors(interp, &given)?, tensors(interp, &predicted)?);
    let weights = Weights { rows: interp.rows(), sample: weight(interp, args)? };
    let mut losses = Vec::new();
    for (place, (output, loss, weight)) in trainer.losses.iter().enumerate() {
        // Targets come for the outputs that have a loss.
        let y_true = if y.len() == trainer.losses.len() { y.get(place) } else { y.get(*output) };
        let (Some(y_true), Some(y_pred)) = (y_true, y_pred.get(*output)) else {
            return Err(Error::argument(format!("compute_loss() has no `y` or `y_pred` for output {output}")));
        };
        let value = loss.compute(interp, y_true, y_pred, &weights)?;
        let value = interp.tracer.convert(&value, keramos_ir::DType::F32)?;
        if let Some(tracker) = trainer.trackers.get(place) {
            let rows =
                interp.tracer.scalar(keramos_ir::DType::F32, y_pred.shape().first().map_or(1.0, |&n| n as f64))?;
            tracker.update(interp, &value, &value, Some(&rows))?;
        }
        losses.push(match weight {
            Some(weight) => interp.tracer.mul_scalar(&value, *weight)?,
            None => value,
        });
    }
    losses.extend(penalties::additional(interp, &model)?);
    let mut total: Option<Tensor> = None;
    for loss in losses {
        total = Some(match total {
            Some(total) => interp.tracer.add(&total, &loss)?,
            None => loss,
        });
    }
    match total {
        Some(total) => Ok(Value::Tensor(total)),
        None => interp.tracer.scalar(keramos_ir::DType::F32, 0.0).map(Value::Tensor),
    }
}

/// The variables of the metrics that the model lists.
fn metric_variables(interp: &mut Interp, model: &Rc<LayerObject>) -> Result<Vec<VariableId>> {
    let mut ids = Vec::new();
    for metric in listed_metrics(interp, model)? {
        ids.extend(metric.known_variables(interp));
    }
    Ok(ids)
}

/// The metrics in the model's `metrics`, in order.
///
/// # Errors
/// There is something else in it.
pub(crate) fn listed_metrics(interp: &mut Interp, model: &Rc<LayerObject>) -> Result<Vec<Rc<MetricObject>>> {
    let metrics = interp.attribute(&model.as_value(), "metrics")?;
    let mut listed = Vec::new();
    for metric in interp.collect(&metrics)? {
        let native = derived::native_of(&metric).and_then(|object| downcast::<MetricObject>(&object));
        listed.push(native.ok_or_else(|| {
            Error::ty(format!("`metrics` of model `{}` holds {}, not a metric", model.name(), metric.type_name()))
        })?);
    }
    Ok(listed)
}

fn stateless_compute_loss(interp: &mut Interp, object: &ObjectRef, args: &mut Bound) -> Result<Value> {
    let model = model(object)?;
    let groups =
        [model.trainable_variables(interp), model.non_trainable_variables(interp), metric_variables(interp, &model)?];
    let mut mapping = Vec::new();
    for (ids, name) in groups.iter().zip(["trainable_variables", "non_trainable_variables", "metrics_variables"]) {
        mapping.extend(values(interp, ids, args.get(name)?, name)?);
    }
    let after: Vec<VariableId> = groups[1].iter().chain(&groups[2]).copied().collect();
    let function = interp.attribute(&model.as_value(), "compute_loss")?;
    let mut call = Args::positional(Vec::new());
    for name in ["x", "y", "y_pred"] {
        call.positional.push(args.get(name)?.clone());
    }
    call.keywords.push(("sample_weight".into(), args.get("sample_weight")?.clone()));
    if parameter_names(&function).is_none_or(|names| names.all().iter().any(|name| name == "training")) {
        call.keywords.push(("training".into(), args.get("training")?.clone()));
    }
    let (loss, mut last) = interp.stateless(mapping, &after, |interp| interp.call(&function, call))?;
    let metrics = last.split_off(groups[1].len());
    let variables = vec![args.get("trainable_variables")?.clone(), list(last), list(metrics)];
    Ok(Value::tuple(vec![loss, Value::tuple(variables)]))
}

fn update_metrics(interp: &mut Interp, object: &ObjectRef, args: &mut Bound) -> Result<Value> {
    let model = model(object)?;
    let trainer = trainer(&model)?;
    let ids = metric_variables(interp, &model)?;
    let mapping = values(interp, &ids, args.get("metrics_variables")?, "metrics_variables")?;
    let function = interp.attribute(&model.as_value(), "compute_metrics")?;
    let loss = to_tensor(interp, args.get("loss")?)?;
    let batch: Vec<Value> = BATCH.iter().map(|param| args.get(param.name).cloned()).collect::<Result<_>>()?;
    let x = batch.first().map(|x| tensors(interp, x)).transpose()?.unwrap_or_default();
    let rows = x.first().and_then(|x| x.shape().first().copied()).unwrap_or(1);
    let (logs, last) = interp.stateless(mapping, &ids, |interp| {
        let total = trainer.total.known_variables(interp);
        // A model may list its metrics itself, and leave out the mean of the loss.
        if total.iter().all(|id| ids.contains(id)) {
            let rows = interp.tracer.scalar(keramos_ir::DType::F32, rows as f64)?;
            trainer.total.update(interp, &loss, &loss, Some(&rows))?;
        }
        interp.call(&function, Args::positional(batch))
    })?;
    Ok(Value::tuple(vec![logs, list(last)]))
}

/// The values of the model's metrics by name.
fn results(interp: &mut Interp, model: &Rc<LayerObject>) -> Result<Value> {
    let metrics = interp.attribute(&model.as_value(), "metrics")?;
    let mut results = indexmap::IndexMap::new();
    for metric in interp.collect(&metrics)? {
        let result = interp.attribute(&metric, "result")?;
        match interp.call(&result, Args::default())? {
            Value::Dict(several) => results.extend(several.borrow().iter().map(|(k, v)| (k.clone(), v.clone()))),
            value => {
                let name = interp.attribute(&metric, "name")?;
                results.insert(crate::value::Key::new(name)?, value);
            }
        }
    }
    Ok(Value::Dict(Rc::new(results.into())))
}
