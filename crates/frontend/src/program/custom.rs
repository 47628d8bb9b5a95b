//! Steps of training that the program defines: `train_step(self, state, data)`, as Keras on JAX has it.

use std::rc::Rc;

use keramos_ir::TensorType;

use super::assemble::{self, State};
use super::training::Compiled;
use super::{Entry, EntryKind, Port, PortKind, steps};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::keras::derived;
use crate::keras::layer::LayerObject;
use crate::keras::metrics::MetricObject;
use crate::keras::models::Functional;
use crate::keras::variable::VariableId;
use crate::library::Args;
use crate::trace::Tensor;
use crate::value::{Value, downcast};

/// The program's own method `name` of a model, if it defines one.
pub(super) fn method(interp: &mut Interp, model: &LayerObject, name: &str) -> Result<Option<Value>> {
    derived::overridden(interp, model.instance.get(), name)
}

/// The variables of the metrics in the model's `metrics`, in order.
pub(super) fn metric_variables(interp: &mut Interp, model: &Rc<LayerObject>) -> Result<Vec<VariableId>> {
    let metrics = interp.attribute(&model.as_value(), "metrics")?;
    let mut ids = Vec::new();
    for metric in interp.collect(&metrics)? {
        let native = derived::native_of(&metric).and_then(|object| downcast::<MetricObject>(&object));
        let metric = native.ok_or_else(|| {
            Error::ty(format!("`metrics` of model `{}` holds {}, not a metric", model.name(), metric.type_name()))
        })?;
        ids.extend(metric.known_variables(interp));
    }
    Ok(ids)
}

/// `train_step` for full batches by the program's own method, and the names of its logs.
pub(super) fn train(
    interp: &mut Interp,
    state: &State,
    graph: &Functional,
    compiled: &Compiled,
    function: &Value,
    batch: usize,
) -> Result<(Entry, Vec<String>)> {
    let model = compiled.model.clone();
    let groups = [
        model.trainable_variables(interp),
        model.non_trainable_variables(interp),
        compiled.optimizer.variables(),
        metric_variables(interp, &model)?,
    ];
    let mut types: Vec<TensorType> = state.ids.iter().map(|&id| interp.variables.get(id).ty.clone()).collect();
    types.extend(assemble::input_types(&graph.inputs, batch)?);
    types.extend(compiled.targets(batch).into_iter().map(|(_, ty)| ty));
    let mut names = Vec::new();
    let (function, _) = assemble::traced(interp, "train_step", &types, |interp, params| {
        let (vars, rest) = params.split_at(state.ids.len());
        interp.state.open(state.ids.iter().copied().zip(vars.iter().cloned()));
        interp.row_mask = None;
        let data = data(graph, rest)?;
        let lists: Vec<Value> = groups
            .iter()
            .map(|ids| {
                Ok(Value::list(
                    ids.iter().map(|&id| interp.read_variable(id).map(Value::Tensor)).collect::<Result<_>>()?,
                ))
            })
            .collect::<Result<_>>()?;
        let returned = interp.call(function, Args::positional(vec![Value::tuple(lists), data]))?;
        let (logs, new) = unpack(&model, &returned)?;
        for ((ids, values), what) in groups.iter().zip(new).zip(PARTS) {
            let values = interp.collect(&values)?;
            if values.len() != ids.len() {
                let message = format!(
                    "`train_step` of model `{}` returns {} {what}, the model has {}",
                    model.name(),
                    values.len(),
                    ids.len()
                );
                return Err(Error::argument(message));
            }
            for (&id, value) in ids.iter().zip(&values) {
                let tensor = crate::jax::arguments::to_tensor(interp, value)?;
                interp.assign_variable(id, tensor)?;
            }
        }
        let mut results = state.ids.iter().map(|&id| interp.read_variable(id)).collect::<Result<Vec<_>>>()?;
        interp.state.close();
        for (name, value) in logs {
            let tensor = interp.to_tensor(&value)?;
            if tensor.rank() != 0 {
                return Err(Error::shape(format!(
                    "the log `{name}` of `train_step` is {}, not one number",
                    tensor.ty()
                )));
            }
            names.push(name);
            results.push(interp.tracer.convert(&tensor, keramos_ir::DType::F32)?);
        }
        Ok(results)
    })?;
    let mut inputs: Vec<Port> = (0..state.ids.len()).map(|i| state.port(interp, i)).collect();
    let mut outputs = inputs.clone();
    inputs.iter_mut().enumerate().for_each(|(i, port)| port.donated_to = Some(i));
    inputs.extend(steps::batch_ports(graph, compiled, false));
    let log = |name: &String| Port { name: name.clone(), kind: PortKind::Log, donated_to: None, below: None };
    outputs.extend(names.iter().map(log));
    Ok((Entry { kind: EntryKind::TrainStep, batch: Some(batch), function, inputs, outputs }, names))
}

const PARTS: [&str; 4] = ["trainable variables", "non-trainable variables", "optimizer variables", "metrics variables"];

/// The data of a step as `fit` gives it: `x`, or `(x, y)`.
fn data(graph: &Functional, tensors: &[Tensor]) -> Result<Value> {
    let mut tensors = tensors.iter();
    let mut next = |_: &Value| {
        let tensor = tensors.next().cloned();
        tensor.map(Value::Tensor).ok_or_else(|| Error::internal("a step has fewer parameters than data"))
    };
    let x = graph.input_structure.map_leaves(&mut next)?;
    let rest: Vec<Value> = tensors.cloned().map(Value::Tensor).collect();
    if rest.is_empty() {
        return Ok(x);
    }
    let y = match rest.len() {
        n if n == graph.outputs.leaves().len() => {
            let mut rest = rest.into_iter();
            graph.outputs.map_leaves(&mut |_| Ok(rest.next().unwrap_or(Value::None)))?
        }
        _ => Value::list(rest),
    };
    Ok(Value::tuple(vec![x, y]))
}

/// Logged values by name.
type Logs = Vec<(String, Value)>;

/// The logs and the four parts of the state that a step returns.
fn unpack(model: &LayerObject, returned: &Value) -> Result<(Logs, Vec<Value>)> {
    let wrong = || {
        Error::ty(format!("`train_step` of model `{}` must return logs and the new state", model.name())).help(
            "return `logs, (trainable_variables, non_trainable_variables, optimizer_variables, metrics_variables)`, logs being a dict",
        )
    };
    let pair = returned.elements().filter(|pair| pair.len() == 2).ok_or_else(wrong)?;
    let (Some(Value::Dict(logs)), Some(new)) = (pair.first(), pair.get(1).and_then(Value::elements)) else {
        return Err(wrong());
    };
    if new.len() != PARTS.len() {
        return Err(wrong());
    }
    let mut flat = Vec::new();
    flatten(logs, &mut flat);
    Ok((flat, new))
}

fn flatten(logs: &std::cell::RefCell<indexmap::IndexMap<crate::value::Key, Value>>, flat: &mut Logs) {
    for (key, value) in logs.borrow().iter() {
        match (key.value(), value) {
            // A dict among the logs is a metric with several values.
            (_, Value::Dict(inner)) => flatten(inner, flat),
            (Value::Str(name), value) => flat.push((name.to_string(), value.clone())),
            _ => {}
        }
    }
}
