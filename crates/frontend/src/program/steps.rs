//! The entry points that train and evaluate.

use keramos_ir::transform::value_and_grad;
use keramos_ir::{DType, Function, TensorType};

use super::assemble::{self, State};
use super::training::Compiled;
use super::{Entry, EntryKind, Port, PortKind};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::keras::losses::{LossObject, Weights};
use crate::keras::metrics::MetricObject;
use crate::keras::models::Functional;
use crate::keras::padding::Padding;
use crate::keras::penalties;
use crate::trace::{Tensor, Tracer};

/// The parameters of a step beside the state.
struct Batch {
    inputs: Vec<Tensor>,
    targets: Vec<(usize, Tensor)>,
    weights: Weights,
    /// How many rows count: a scalar, for padded batches.
    valid: Option<Tensor>,
    size: usize,
}

/// `train_step`, or with `masked` `train_step_masked`, for one batch size.
pub(super) fn train(
    interp: &mut Interp,
    state: &State,
    graph: &Functional,
    compiled: &Compiled,
    batch: usize,
    masked: bool,
) -> Result<Entry> {
    let types = parameter_types(interp, state, graph, compiled, batch, masked)?;
    let (function, _) = assemble::traced(interp, "train_step", &types, |interp, params| {
        let (vars, rest) = params.split_at(state.ids.len());
        interp.state.open(state.ids.iter().copied().zip(vars.iter().cloned()));
        let batch = unpack(interp, rest, graph, compiled, batch, masked)?;
        let outer = (interp.training, interp.training_given);
        (interp.training, interp.training_given) = (true, true);
        let stepped = step(interp, graph, compiled, &batch);
        (interp.training, interp.training_given) = outer;
        let logs = stepped?;
        let mut results = state.ids.iter().map(|&id| interp.read_variable(id)).collect::<Result<Vec<_>>>()?;
        interp.state.close();
        results.extend(logs);
        Ok(results)
    })?;
    let counts_padding = counted(interp);
    let kind = if masked { EntryKind::TrainStepMasked } else { EntryKind::TrainStep };
    let mut inputs: Vec<Port> = (0..state.ids.len()).map(|i| state.port(i)).collect();
    let mut outputs = inputs.clone();
    inputs.iter_mut().enumerate().for_each(|(i, port)| port.donated_to = Some(i));
    inputs.extend(batch_ports(graph, compiled, masked));
    outputs.extend(log_ports(compiled));
    Ok(Entry { kind, batch: Some(batch), function, inputs, outputs, counts_padding })
}

/// `evaluate_step` for one batch size.
pub(super) fn evaluate(
    interp: &mut Interp,
    state: &State,
    graph: &Functional,
    compiled: &Compiled,
    batch: usize,
) -> Result<Entry> {
    let mut returned = compiled.metric_variables(interp)?;
    let types = parameter_types(interp, state, graph, compiled, batch, true)?;
    let (function, _) = assemble::traced(interp, "evaluate_step", &types, |interp, params| {
        let (vars, rest) = params.split_at(state.ids.len());
        interp.state.open(state.ids.iter().copied().zip(vars.iter().cloned()));
        let batch = unpack(interp, rest, graph, compiled, batch, true)?;
        let outputs = assemble::tensors(&graph.replay(interp, &batch.inputs)?)?;
        let (total, each) = losses(interp, compiled, &batch, &outputs)?;
        let logs = track(interp, compiled, &batch, &outputs, &total, &each)?;
        let mut results = returned.iter().map(|&id| interp.read_variable(id)).collect::<Result<Vec<_>>>()?;
        // The next batch goes on from what layers assigned, such as the state of a seed generator.
        for (id, value) in interp.state.close().assigned {
            if !returned.contains(&id) {
                returned.push(id);
                results.push(value);
            }
        }
        results.extend(logs);
        Ok(results)
    })?;
    let mut inputs: Vec<Port> = (0..state.ids.len()).map(|i| state.port(i)).collect();
    let mut outputs = Vec::new();
    for &id in &returned {
        let index = state.index(id)?;
        inputs[index].donated_to = Some(outputs.len());
        outputs.push(state.port(index));
    }
    inputs.extend(batch_ports(graph, compiled, true));
    outputs.extend(log_ports(compiled));
    let (kind, counts_padding) = (EntryKind::EvaluateStep, counted(interp));
    let mut entry = Entry { kind, batch: Some(batch), function, inputs, outputs, counts_padding };
    drop_unused_state(&mut entry);
    Ok(entry)
}

/// Ends the trace over a padded batch: what counted its padding.
fn counted(interp: &mut Interp) -> Vec<String> {
    interp.padding.take().map(|padding| padding.counted).unwrap_or_default()
}

/// Removes state parameters that the program does not use and does not return.
pub(super) fn drop_unused_state(entry: &mut Entry) {
    let mut used = vec![false; entry.function.num_values()];
    let operands = entry.function.equations.iter().flat_map(|e| &e.inputs);
    operands.chain(&entry.function.results).for_each(|v| used[v.index()] = true);
    let keep: Vec<bool> = entry
        .function
        .params
        .iter()
        .zip(&entry.inputs)
        .map(|(v, port)| used[v.index()] || !matches!(port.kind, PortKind::State(_)))
        .collect();
    let mut flags = keep.iter();
    entry.function.params.retain(|_| flags.next().copied().unwrap_or(true));
    let mut flags = keep.iter();
    entry.inputs.retain(|_| flags.next().copied().unwrap_or(true));
}

fn parameter_types(
    interp: &Interp,
    state: &State,
    graph: &Functional,
    compiled: &Compiled,
    batch: usize,
    masked: bool,
) -> Result<Vec<TensorType>> {
    let mut types: Vec<TensorType> = state.ids.iter().map(|&id| interp.variables.get(id).ty.clone()).collect();
    types.extend(assemble::input_types(&graph.inputs, batch)?);
    types.extend(compiled.targets(batch).into_iter().map(|(_, ty)| ty));
    if masked {
        types.push(TensorType::new(DType::F32, [batch]));
        types.push(TensorType::scalar(DType::I32));
    }
    Ok(types)
}

/// Splits the parameters after the state and works out which rows count.
fn unpack(
    interp: &mut Interp,
    params: &[Tensor],
    graph: &Functional,
    compiled: &Compiled,
    size: usize,
    masked: bool,
) -> Result<Batch> {
    let targets = compiled.targets(size);
    let (inputs, rest) = params.split_at(graph.inputs.len());
    let (target_params, rest) = rest.split_at(targets.len());
    let targets = targets.into_iter().map(|(output, _)| output).zip(target_params.iter().cloned()).collect();
    let mut batch = Batch { inputs: inputs.to_vec(), targets, weights: Weights::default(), valid: None, size };
    if let ([sample_weight, valid], true) = (rest, masked) {
        let t = &mut interp.tracer;
        let numbers = t.iota(DType::I32, &[size], 0)?;
        let there = t.lt(&numbers, valid)?;
        for x in batch.inputs.iter_mut().chain(batch.targets.iter_mut().map(|(_, y)| y)) {
            *x = repeat_first(t, x, &there)?;
        }
        let padding = Padding::new(t, there.clone())?;
        batch.valid = Some(t.convert(valid, DType::F32)?);
        let zero = t.weak(0.0)?;
        let sample = t.select(&there, sample_weight, &zero)?;
        batch.weights = Weights { sample: Some(sample), rows: Some(padding.rows.clone()) };
        interp.padding = Some(padding);
    }
    Ok(batch)
}

/// `x` with its first row in place of those that do not count: whatever padding holds, nothing that a
/// real row would not give (a NaN, a class that does not exist) reaches the model or a gradient.
fn repeat_first(t: &mut Tracer, x: &Tensor, there: &Tensor) -> Result<Tensor> {
    let rows = x.shape().first().copied().unwrap_or(1);
    if x.rank() == 0 || there.shape() != [rows] {
        return Ok(x.clone());
    }
    let first = t.slice_axis(x, 0, 0, 1)?;
    let behind: Vec<usize> = (1..x.rank()).collect();
    let there = t.expand_dims(there, &behind)?;
    t.select(&there, x, &first)
}

/// One training step in the open scope: forward, backward, optimizer, metrics. Returns the logs.
fn step(interp: &mut Interp, graph: &Functional, compiled: &Compiled, batch: &Batch) -> Result<Vec<Tensor>> {
    let weights = compiled.trained.iter().map(|&id| interp.read_variable(id)).collect::<Result<Vec<_>>>()?;
    let types: Vec<TensorType> = weights.iter().map(|t| t.ty().clone()).collect();
    let mut assigned = Vec::new();
    let mut counts = (0, 0);
    interp.derivatives += 1;
    let traced = assemble::traced(interp, "loss", &types, |interp, params| {
        interp.state.open(compiled.trained.iter().copied().zip(params.iter().cloned()));
        let outputs = assemble::tensors(&graph.replay(interp, &batch.inputs)?)?;
        let (total, each) = losses(interp, compiled, batch, &outputs)?;
        let closed = interp.state.close();
        counts = (each.len(), outputs.len());
        let mut results = vec![compiled.optimizer.scale_loss(interp, &total)?, total];
        results.extend(each);
        results.extend(outputs);
        for (id, value) in closed.assigned {
            assigned.push(id);
            results.push(value);
        }
        Ok(results)
    });
    interp.derivatives -= 1;
    let (function, captures) = traced?;
    let wrt: Vec<usize> = (0..weights.len()).collect();
    let aux = function.results.len() - 1;
    let both: Function = value_and_grad(&compiled.roll.apply(function)?, &wrt, aux)?;
    let args: Vec<&Tensor> = weights.iter().chain(&captures).collect();
    let results = interp.tracer.inline(&both, &args)?;
    let mut results = results.into_iter();
    let total = results.nth(1).ok_or_else(|| Error::internal("a loss function without a value"))?;
    let each: Vec<Tensor> = results.by_ref().take(counts.0).collect();
    // Implicit masks end here, as in Keras on JAX: metrics of a training step see none.
    let outputs: Vec<Tensor> = results.by_ref().take(counts.1).collect();
    for (id, value) in assigned.into_iter().zip(results.by_ref()) {
        // What layers assign to a trained weight counts within the pass alone: the optimizer goes on from its own value.
        if !compiled.trained.contains(&id) {
            interp.state.assign(id, value);
        }
    }
    let gradients: Vec<Tensor> = results.collect();
    interp.tracer.push_scope(compiled.optimizer.name.clone());
    let applied = compiled.optimizer.take_step(interp, &gradients);
    interp.tracer.pop_scope();
    applied?;
    track(interp, compiled, batch, &outputs, &total, &each)
}

/// The total loss with what layers add to it, and where there are several losses each of them, not weighted.
fn losses(
    interp: &mut Interp,
    compiled: &Compiled,
    batch: &Batch,
    outputs: &[Tensor],
) -> Result<(Tensor, Vec<Tensor>)> {
    let (mut total, mut each): (Option<Tensor>, Vec<Tensor>) = (None, Vec::new());
    for loss in &compiled.losses {
        let y_true = target(batch, loss.output)?;
        interp.tracer.push_scope(loss.loss.name.clone());
        let value = loss.loss.compute(interp, y_true, &outputs[loss.output], &batch.weights);
        interp.tracer.pop_scope();
        let value = value.map_err(|error| of_guessed(error, &loss.loss, y_true))?;
        if value.rank() != 0 {
            return Err(Error::shape(format!(
                "the loss `{}` gives one value per row; training needs one number",
                loss.loss.name
            ))
            .help("use reduction=\"sum_over_batch_size\""));
        }
        let value = interp.tracer.convert(&value, DType::F32)?;
        if loss.tracker.is_some() {
            each.push(value.clone());
        }
        let weighted = match loss.weight {
            Some(weight) => interp.tracer.mul_scalar(&value, weight)?,
            None => value,
        };
        total = Some(match total {
            Some(total) => interp.tracer.add(&total, &weighted)?,
            None => weighted,
        });
    }
    for loss in penalties::additional(interp, &compiled.model)? {
        let loss = interp.tracer.convert(&loss, DType::F32)?;
        total = Some(match total {
            Some(total) => interp.tracer.add(&total, &loss)?,
            None => loss,
        });
    }
    let total = total.ok_or_else(|| Error::internal("a compiled model without losses"))?;
    Ok((total, each))
}

/// What goes wrong with a target, with what it is taken to be and how to tell, where only the program's own loss has a say.
fn of_guessed(error: Error, loss: &LossObject, y_true: &Tensor) -> Error {
    match loss.is_own() {
        true => error.note(format!("the target is taken to be {}", y_true.ty())).help(
            "tell the types of a batch when compiling: --input-shape \"(f32[32,784],i32[32])\", inputs and targets",
        ),
        false => error,
    }
}

/// Updates all metrics and returns their values.
fn track(
    interp: &mut Interp,
    compiled: &Compiled,
    batch: &Batch,
    outputs: &[Tensor],
    total: &Tensor,
    each: &[Tensor],
) -> Result<Vec<Tensor>> {
    let rows = match &batch.valid {
        Some(valid) => valid.clone(),
        None => interp.tracer.scalar(DType::F32, batch.size as f64)?,
    };
    let mean =
        |interp: &mut Interp, metric: &MetricObject, value: &Tensor| metric.update(interp, value, value, Some(&rows));
    mean(interp, &compiled.total, total)?;
    let trackers = compiled.losses.iter().filter_map(|l| l.tracker.as_ref());
    for (tracker, value) in trackers.zip(each) {
        mean(interp, tracker, value)?;
    }
    for metric in &compiled.metrics {
        let y_true = target(batch, metric.output)?;
        let weight = row_weights(&mut interp.tracer, &batch.weights, metric.weighted)?;
        let updated = metric.metric.update(interp, y_true, &outputs[metric.output], weight.as_ref());
        let loss = compiled.losses.iter().find(|loss| loss.output == metric.output);
        updated.map_err(|error| match loss {
            Some(loss) => of_guessed(error, &loss.loss, y_true),
            None => error,
        })?;
    }
    compiled.logged().into_iter().map(|(_, metric)| metric.result(interp)).collect()
}

/// The weights of rows for a metric: padding never counts, sample weights only where asked for.
fn row_weights(t: &mut Tracer, weights: &Weights, weighted: bool) -> Result<Option<Tensor>> {
    match (&weights.rows, weights.sample.as_ref().filter(|_| weighted)) {
        (Some(rows), Some(sample)) => t.mul(rows, sample).map(Some),
        (Some(one), None) | (None, Some(one)) => Ok(Some(one.clone())),
        (None, None) => Ok(None),
    }
}

fn target(batch: &Batch, output: usize) -> Result<&Tensor> {
    let found = batch.targets.iter().find(|(o, _)| *o == output).map(|(_, t)| t);
    found.ok_or_else(|| {
        Error::new(crate::diagnostics::codes::TRAINING_CONFIG, "a metric is asked for an output without a loss")
            .help("give that output a loss, or leave its metric out")
    })
}

fn batch_ports(graph: &Functional, compiled: &Compiled, masked: bool) -> Vec<Port> {
    let names = assemble::distinct(assemble::output_names(graph));
    let mut ports = assemble::data_ports(graph);
    let plain = |name: &str, kind| Port { name: name.to_owned(), kind, donated_to: None, below: None };
    for (output, _) in compiled.targets(1) {
        ports.push(Port { below: compiled.classes(output), ..plain(&names[output], PortKind::Target(output)) });
    }
    if masked {
        ports.push(plain("sample_weight", PortKind::SampleWeight));
        ports.push(plain("valid", PortKind::Valid));
    }
    ports
}

fn log_ports(compiled: &Compiled) -> Vec<Port> {
    let port = |(name, _)| Port { name, kind: PortKind::Log, donated_to: None, below: None };
    compiled.logged().into_iter().map(port).collect()
}
