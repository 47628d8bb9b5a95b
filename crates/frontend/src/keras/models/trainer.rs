//! What `compile` makes of a model: its optimizer, losses and metrics, as steps of the program use them.

use std::rc::Rc;

use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::keras::layer::LayerObject;
use crate::keras::losses::{LossObject, Weights};
use crate::keras::metrics::MetricObject;
use crate::keras::optimizers::OptimizerObject;
use crate::keras::penalties;
use crate::library::{Bound, Default, MethodDecl, Param, Signature};
use crate::trace::Tensor;
use crate::value::{ObjectRef, Value, downcast};

/// A compiled model's optimizer, losses and metrics.
#[derive(Debug)]
pub struct Trainer {
    /// The optimizer.
    pub optimizer: Rc<OptimizerObject>,
    /// The losses of outputs with their weights.
    pub losses: Vec<(usize, Rc<LossObject>, Option<f64>)>,
    /// The running mean of the loss.
    pub total: Rc<MetricObject>,
    /// The metrics of outputs that `compile` was given.
    pub metrics: Vec<(usize, Rc<MetricObject>)>,
    /// The running means of each loss, where there are several.
    pub trackers: Vec<Rc<MetricObject>>,
}

impl Trainer {
    /// The metrics in the order of Keras's `model.metrics`, without those that layers hold.
    pub fn all_metrics(&self) -> Vec<Rc<MetricObject>> {
        let total = std::iter::once(self.total.clone());
        total.chain(self.metrics.iter().map(|(_, m)| m.clone())).chain(self.trackers.iter().cloned()).collect()
    }
}

const BATCH: &[Param] = &[
    Param::new("x", Default::None),
    Param::new("y", Default::None),
    Param::new("y_pred", Default::None),
    Param::new("sample_weight", Default::None),
];

/// The methods of compiled models that steps of the program call.
pub(super) const METHODS: &[MethodDecl] = &[
    MethodDecl {
        name: "compute_loss",
        signature: Signature::new(BATCH).with(&[Param::new("training", Default::Bool(true))]),
        doc: "The loss of a batch by what `compile` was given, with what layers add to it.",
        call: compute_loss,
    },
    MethodDecl {
        name: "compute_metrics",
        signature: Signature::new(BATCH),
        doc: "Updates the metrics that `compile` was given; returns the values of all metrics.",
        call: |interp, object, args| {
            let model = model(object)?;
            let trainer = trainer(&model)?;
            let (y, y_pred) = (tensors(interp, args.get("y")?)?, tensors(interp, args.get("y_pred")?)?);
            for (output, metric) in &trainer.metrics {
                let (Some(y), Some(y_pred)) = (y.get(*output), y_pred.get(*output)) else { continue };
                metric.update(interp, y, y_pred, None)?;
            }
            results(interp, &model)
        },
    },
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
    let compile = model.recorded.compile.borrow();
    Ok(match (name, &*compile) {
        ("compiled", compile) => Some(Value::Bool(compile.is_some())),
        ("optimizer", Some(args)) => match &*model.recorded.trainer.borrow() {
            Some(trainer) => Some(Value::Object(trainer.optimizer.clone())),
            None => Some(args.get("optimizer")?.clone()),
        },
        ("loss", Some(args)) => Some(args.get("loss")?.clone()),
        _ => None,
    })
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

fn tensors(interp: &mut Interp, value: &Value) -> Result<Vec<Tensor>> {
    value.leaves().iter().filter(|leaf| !leaf.is_none()).map(|leaf| interp.to_tensor(leaf)).collect()
}

fn compute_loss(interp: &mut Interp, object: &ObjectRef, args: &mut Bound) -> Result<Value> {
    let model = model(object)?;
    let trainer = trainer(&model)?;
    let (y, y_pred) = (tensors(interp, args.get("y")?)?, tensors(interp, args.get("y_pred")?)?);
    let mut weights = Weights { rows: interp.row_mask.clone(), ..Weights::default() };
    if let Some(weight) = args.some("sample_weight")? {
        weights.sample = Some(interp.to_tensor(&weight.clone())?);
    }
    let mut losses = Vec::new();
    for (place, (output, loss, weight)) in trainer.losses.iter().enumerate() {
        // Targets come for the outputs that have a loss.
        let y_true = if y.len() == trainer.losses.len() { y.get(place) } else { y.get(*output) };
        let (Some(y_true), Some(y_pred)) = (y_true, y_pred.get(*output)) else {
            return Err(Error::argument(format!("compute_loss() has no `y` or `y_pred` for output {output}")));
        };
        let value = loss.compute(interp, y_true, y_pred, &weights)?;
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

/// The values of the model's metrics by name.
fn results(interp: &mut Interp, model: &Rc<LayerObject>) -> Result<Value> {
    let metrics = interp.attribute(&model.as_value(), "metrics")?;
    let mut results = indexmap::IndexMap::new();
    for metric in interp.collect(&metrics)? {
        let name = interp.attribute(&metric, "name")?;
        let result = interp.attribute(&metric, "result")?;
        let value = interp.call(&result, crate::library::Args::default())?;
        results.insert(crate::value::Key::new(name)?, value);
    }
    Ok(Value::Dict(Rc::new(results.into())))
}
