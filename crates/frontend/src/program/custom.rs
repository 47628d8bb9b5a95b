//! Steps that the program's classes define, or have a part in: `train_step(self, state, data)`, `test_step` and
//! `predict_step` as Keras on JAX has them, and Keras's own around the program's `compute_loss`,
//! `compute_metrics` and `metrics`.

use std::rc::Rc;

use keramos_ir::{DType, TensorType};

use super::assemble::{self, State};
use super::step::Unknown;
use super::training::Compiled;
use super::{Entry, EntryKind, Port, PortKind, steps, targets};
use crate::diagnostics::codes;
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::keras::derived;
use crate::keras::layer::LayerObject;
use crate::keras::models::{self, Functional, listed_metrics};
use crate::keras::variable::VariableId;
use crate::library::{Args, Bound};
use crate::trace::Tensor;
use crate::value::{Host, Value};

/// The program's own method `name` of a model, if it defines one.
pub(super) fn method(interp: &mut Interp, model: &LayerObject, name: &str) -> Result<Option<Value>> {
    derived::overridden(interp, model.instance.get(), name)
}

/// Whether the model's class defines one of these methods.
pub(super) fn defines(model: &LayerObject, names: &[&str]) -> bool {
    let class = model.instance.get().map(|instance| instance.class.clone());
    class.is_some_and(|class| names.iter().any(|name| class.lookup(name).is_some()))
}

/// What both steps that `fit` and `evaluate` take call.
const PARTS_OF_STEPS: [&str; 5] =
    ["compute_loss", "compute_metrics", "compute_loss_and_updates", "stateless_compute_loss", "metrics"];

/// Whether the program has a part in training steps, which are then for full batches: what such a step does with
/// rows of padding is not known.
pub(super) fn trains(model: &LayerObject) -> bool {
    defines(model, &["train_step"]) || defines(model, &PARTS_OF_STEPS)
}

/// Whether the program has a part in evaluation steps.
pub(super) fn tests(model: &LayerObject) -> bool {
    defines(model, &["test_step"]) || defines(model, &PARTS_OF_STEPS)
}

/// Whether the model can be evaluated at all: there is a loss, or the program says what to do.
pub(super) fn evaluates(model: &LayerObject, compiled: &Compiled) -> bool {
    !compiled.losses.is_empty() || defines(model, &["test_step", "compute_loss"])
}

/// Whether the file evaluates the model, or validates while it fits.
pub(super) fn is_evaluated(model: &LayerObject) -> bool {
    let validated =
        |fit: &Bound| fit.some("validation_data").is_ok_and(|data| data.is_some()) || fit.is_given("validation_split");
    model.recorded.evaluate.borrow().is_some() || model.recorded.fit.borrow().as_ref().is_some_and(validated)
}

/// The rows that `fit` has left over after the full batches of an epoch, if the file tells how many it gets.
///
/// # Errors
/// `validation_split` is no number.
pub(super) fn left_of_fit(model: &LayerObject, batch: usize) -> Result<Option<usize>> {
    Ok(trained_on(model)?.map(|rows| rows % batch).filter(|&left| left > 0))
}

/// The rows that an epoch of `fit` trains on, if the file tells how many it gets.
///
/// # Errors
/// `validation_split` is no number.
pub(super) fn trained_on(model: &LayerObject) -> Result<Option<usize>> {
    let fit = model.recorded.fit.borrow();
    let Some(fit) = fit.as_ref().filter(|fit| !fit.is_given("steps_per_epoch")) else { return Ok(None) };
    let Some(rows) = rows_of(fit)? else { return Ok(None) };
    let known = fit.is_given("validation_split") && !matches!(fit.get("validation_split")?, Value::Host(_));
    let split = if known { fit.f64("validation_split")? } else { 0.0 };
    Ok(Some((rows as f64 * (1.0 - split)) as usize))
}

/// The same of `evaluate`.
///
/// # Errors
/// None but mistakes of the compiler.
pub(super) fn left_of_evaluate(model: &LayerObject, batch: usize) -> Result<Option<usize>> {
    let evaluate = model.recorded.evaluate.borrow();
    let rows = evaluate.as_ref().map(rows_of).transpose()?.flatten();
    Ok(rows.map(|rows| rows % batch).filter(|&left| left > 0))
}

/// The rows of the first array of `x`, if its shape is known.
fn rows_of(call: &Bound) -> Result<Option<usize>> {
    let first = call.some("x")?.and_then(|x| x.leaves().into_iter().next());
    Ok(match first {
        Some(Value::Host(host)) => host.array().and_then(|ty| ty.shape.first().copied()),
        Some(Value::Array(array)) => array.ty().shape.first().copied(),
        _ => None,
    })
}

/// The variables of the metrics in the model's `metrics`, in order.
pub(super) fn metric_variables(interp: &mut Interp, model: &Rc<LayerObject>) -> Result<Vec<VariableId>> {
    let mut ids = Vec::new();
    for metric in listed_metrics(interp, model)? {
        ids.extend(metric.known_variables(interp));
    }
    Ok(ids)
}

/// What is known of the data that `fit` and `evaluate` hand to steps.
#[derive(Clone, Copy, Debug)]
struct Given {
    targets: bool,
    weights: bool,
    /// Whether all of it comes in one: a data set, whose elements are not known.
    whole: bool,
}

fn given(model: &LayerObject, compiled: &Compiled, step: &str) -> Result<Given> {
    let (fit, evaluate) = (model.recorded.fit.borrow(), model.recorded.evaluate.borrow());
    let calls: Vec<&Bound> = fit.iter().chain(evaluate.iter()).collect();
    // Keras's own steps take targets.
    let told = !compiled.losses.is_empty() || (calls.is_empty() && !defines(model, &[step]));
    let mut given = Given { targets: told, weights: false, whole: false };
    for call in &calls {
        given.targets |= call.some("y")?.is_some();
        given.weights |= call.some("sample_weight")?.is_some();
    }
    let from_run = |call: &Bound| matches!(call.some("x"), Ok(Some(Value::Host(_))));
    given.whole = !given.targets && (calls.is_empty() || calls.into_iter().any(from_run));
    Ok(given)
}

/// One of the steps, as it is traced.
struct Own<'a> {
    graph: &'a Functional,
    compiled: &'a Compiled,
    batch: usize,
    /// The variables that it takes and returns, in parts.
    groups: Vec<Vec<VariableId>>,
    name: &'static str,
    kind: EntryKind,
}

/// `train_step`, and the names of its logs.
pub(super) fn train(
    interp: &mut Interp,
    state: &State,
    graph: &Functional,
    compiled: &Compiled,
    batch: usize,
) -> Result<(Entry, Vec<String>)> {
    let model = &compiled.model;
    let groups = vec![
        model.trainable_variables(interp),
        model.non_trainable_variables(interp),
        compiled.optimizer.variables(),
        metric_variables(interp, model)?,
    ];
    let own = Own { graph, compiled, batch, groups, name: "train_step", kind: EntryKind::TrainStep };
    own.entry(interp, state)
}

/// `test_step`.
pub(super) fn test(
    interp: &mut Interp,
    state: &State,
    graph: &Functional,
    compiled: &Compiled,
    batch: usize,
) -> Result<Entry> {
    let model = &compiled.model;
    let groups = vec![
        model.trainable_variables(interp),
        model.non_trainable_variables(interp),
        metric_variables(interp, model)?,
    ];
    let own = Own { graph, compiled, batch, groups, name: "test_step", kind: EntryKind::EvaluateStep };
    let (mut entry, _) = own.entry(interp, state)?;
    drop_unchanged_state(&mut entry);
    steps::drop_unused_state(&mut entry);
    Ok(entry)
}

/// Removes the state outputs that are what came in.
fn drop_unchanged_state(entry: &mut Entry) {
    let Entry { function, inputs, outputs, .. } = entry;
    let unchanged: Vec<bool> = outputs
        .iter()
        .zip(&function.results)
        .map(|(port, result)| {
            let place = inputs.iter().position(|input| input.kind == port.kind);
            matches!(port.kind, PortKind::State(_)) && place.is_some_and(|place| function.params[place] == *result)
        })
        .collect();
    let mut flags = unchanged.iter();
    function.results.retain(|_| flags.next() == Some(&false));
    let mut flags = unchanged.iter();
    outputs.retain(|_| flags.next() == Some(&false));
    for input in inputs.iter_mut().filter(|input| matches!(input.kind, PortKind::State(_))) {
        input.donated_to = outputs.iter().position(|output| output.kind == input.kind);
    }
}

impl Own<'_> {
    fn model(&self) -> &Rc<LayerObject> {
        &self.compiled.model
    }

    fn entry(&self, interp: &mut Interp, state: &State) -> Result<(Entry, Vec<String>)> {
        let given = given(self.model(), self.compiled, self.name)?;
        let host = Host::new(format!("the data of {}", self.name), None);
        let inputs = assemble::input_types(&self.graph.inputs, self.batch)?;
        let mut children = Vec::new();
        if given.targets {
            children.push(self.targets(interp, &host));
        }
        if given.weights {
            let ty = TensorType::new(DType::F32, [self.batch]);
            children.push(Unknown::array("sample_weight", host.clone(), ty, None));
        }
        let data = match given.whole {
            true => Unknown::new("data", host),
            false => Unknown::tuple("data", host, children),
        };
        // Data that nothing tells are taken to be like the model's inputs, and targets like its outputs.
        let mark = interp.mark();
        let traced = match self.traced(interp, state, &inputs, &data, given.whole) {
            Err(error) if data.has_unknown() => {
                interp.reset(mark);
                let outputs = assemble::output_types(self.graph, self.batch)?;
                match given.whole {
                    true => data.assume(&[&inputs, &outputs]),
                    false => data.assume(&[&outputs]),
                }
                self.traced(interp, state, &inputs, &data, given.whole).map_err(|_| error)
            }
            done => done,
        }?;
        Ok(self.with_ports(state, traced, &inputs, &data, given))
    }

    /// The targets: those of losses, or what the step makes known.
    fn targets(&self, interp: &Interp, host: &Host) -> Rc<Unknown> {
        let known_targets = targets::known(interp, self.model()).map(|types| self.of_batch(types));
        let known = self.compiled.targets(self.batch);
        let names = assemble::output_names(self.graph);
        let target = |(output, ty): (usize, TensorType)| {
            Unknown::array(&names[output], host.clone(), ty, self.compiled.classes(output))
        };
        let mut targets: Vec<Rc<Unknown>> = known.into_iter().map(target).collect();
        match targets.len() {
            0 => match known_targets {
                Some(known) if known.len() == 1 => Unknown::array("y", host.clone(), known[0].clone(), None),
                _ => Unknown::new("y", host.clone()),
            },
            1 => targets.remove(0),
            _ => Unknown::tuple("y", host.clone(), targets),
        }
    }

    /// The types with the batch size of the step.
    fn of_batch(&self, mut types: Vec<TensorType>) -> Vec<TensorType> {
        types.iter_mut().filter_map(|ty| ty.shape.first_mut()).for_each(|first| *first = self.batch);
        types
    }

    /// The step's function, and the names of its logs. Parameters are the state, the model's inputs (unless all
    /// data come in one) and the arrays of `data`.
    fn traced(
        &self,
        interp: &mut Interp,
        state: &State,
        inputs: &[TensorType],
        data: &Rc<Unknown>,
        whole: bool,
    ) -> Result<(keramos_ir::Function, Vec<String>)> {
        let inputs = if whole { &[] } else { inputs };
        interp.learning(|interp| {
            let mut arrays = Vec::new();
            data.arrays(&mut arrays);
            let mut types: Vec<TensorType> = state.ids.iter().map(|&id| interp.variables.get(id).ty.clone()).collect();
            types.extend(inputs.iter().cloned());
            types.extend(arrays.into_iter().map(|(_, ty, _)| ty));
            let mut names = Vec::new();
            let name = if self.kind == EntryKind::TrainStep { "train_step" } else { "evaluate_step" };
            let (function, _) = assemble::traced(interp, name, &types, |interp, params| {
                let (vars, rest) = params.split_at(state.ids.len());
                interp.state.open(state.ids.iter().copied().zip(vars.iter().cloned()));
                interp.padding = None;
                let (inputs, rest) = rest.split_at(inputs.len());
                let given = data.value(&mut rest.iter().cloned());
                let data = if whole { given } else { self.packed(inputs, &given)? };
                let (results, logs) = self.called(interp, state, data)?;
                names = logs;
                Ok(results)
            })?;
            Ok((function, names))
        })
    }

    /// Calls the step in the open state scope: the values of the whole state, then the logs, and their names.
    fn called(&self, interp: &mut Interp, state: &State, data: Value) -> Result<(Vec<Tensor>, Vec<String>)> {
        let mut lists = Vec::new();
        for ids in &self.groups {
            let values = ids.iter().map(|&id| interp.read_variable(id).map(Value::Tensor));
            lists.push(Value::list(values.collect::<Result<_>>()?));
        }
        let function = interp.attribute(&self.model().as_value(), self.name)?;
        let returned = interp.call(&function, Args::positional(vec![Value::tuple(lists), data]))?;
        let (logs, new) = self.unpack(&returned)?;
        for ((ids, values), what) in self.groups.iter().zip(new).zip(self.parts()) {
            let values = interp.collect(&values)?;
            if values.len() != ids.len() {
                let (step, model) = (self.name, self.model().name());
                let message = format!(
                    "`{step}` of model `{model}` returns {} {what}, and the model has {}",
                    values.len(),
                    ids.len()
                );
                return Err(Error::argument(message).help("give back as many as the state held, in the same order"));
            }
            for (&id, value) in ids.iter().zip(&values) {
                let tensor = crate::jax::arguments::to_tensor(interp, value)?;
                interp.assign_variable(id, tensor)?;
            }
        }
        let mut results = state.ids.iter().map(|&id| interp.read_variable(id)).collect::<Result<Vec<_>>>()?;
        interp.state.close();
        let mut names = Vec::new();
        for (name, value) in logs {
            let tensor = interp.to_tensor(&value)?;
            if tensor.rank() != 0 {
                let message = format!("the log `{name}` of `{}` is {}, not one number", self.name, tensor.ty());
                return Err(Error::shape(message).help("log its mean: keras.ops.mean(...)"));
            }
            names.push(name);
            results.push(interp.tracer.convert(&tensor, DType::F32)?);
        }
        Ok((results, names))
    }

    fn parts(&self) -> &'static [&'static str] {
        match self.kind {
            EntryKind::TrainStep => {
                &["trainable variables", "non-trainable variables", "optimizer variables", "metrics variables"]
            }
            _ => &["trainable variables", "non-trainable variables", "metrics variables"],
        }
    }

    /// The data of a step as Keras gives it: `x`, `(x, y)` or `(x, y, sample_weight)`.
    fn packed(&self, inputs: &[Tensor], rest: &Value) -> Result<Value> {
        let x = inputs_value(self.graph, inputs)?;
        let rest = rest.elements().unwrap_or_default();
        let Some((y, weights)) = rest.split_first() else {
            // A list of inputs alone would look like inputs and targets.
            return Ok(if x.elements().is_some() { Value::tuple(vec![x]) } else { x });
        };
        let outputs = self.graph.outputs.leaves().len();
        let y = match y.elements() {
            Some(leaves) if leaves.len() == outputs => {
                let mut leaves = leaves.into_iter();
                self.graph.outputs.map_leaves(&mut |_| Ok(leaves.next().unwrap_or(Value::None)))?
            }
            Some(leaves) => Value::list(leaves),
            None => y.clone(),
        };
        let mut parts = vec![x, y];
        parts.extend(weights.iter().cloned());
        Ok(Value::tuple(parts))
    }

    /// The logs and the parts of the state that a step returns.
    fn unpack(&self, returned: &Value) -> Result<(Logs, Vec<Value>)> {
        let wrong = || {
            let parts = self.parts().iter().map(|part| part.replace([' ', '-'], "_")).collect::<Vec<_>>().join(", ");
            Error::ty(format!("`{}` of model `{}` must return logs and the new state", self.name, self.model().name()))
                .help(format!("return `logs, ({parts})`, logs being a dict"))
        };
        let pair = returned.elements().filter(|pair| pair.len() == 2).ok_or_else(wrong)?;
        let (Some(Value::Dict(logs)), Some(new)) = (pair.first(), pair.get(1).and_then(Value::elements)) else {
            return Err(wrong());
        };
        if new.len() != self.groups.len() {
            return Err(wrong());
        }
        let mut flat = Vec::new();
        flatten(logs, &mut flat);
        Ok((flat, new))
    }

    fn with_ports(
        &self,
        state: &State,
        (function, names): (keramos_ir::Function, Vec<String>),
        types: &[TensorType],
        data: &Unknown,
        given: Given,
    ) -> (Entry, Vec<String>) {
        let mut inputs: Vec<Port> = (0..state.ids.len()).map(|i| state.port(i)).collect();
        let mut outputs = inputs.clone();
        inputs.iter_mut().enumerate().for_each(|(i, port)| port.donated_to = Some(i));
        let mut ports = if given.whole { Vec::new() } else { assemble::data_ports(self.graph) };
        let mut arrays = Vec::new();
        data.arrays(&mut arrays);
        let leading = if given.whole { types.len() } else { 0 };
        for (i, (name, _, below)) in arrays.into_iter().enumerate() {
            let kind = match i.checked_sub(leading) {
                _ if name == "sample_weight" => PortKind::SampleWeight,
                None => PortKind::Data(i),
                Some(target) => PortKind::Target(target),
            };
            ports.push(Port { name, kind, donated_to: None, below });
        }
        inputs.extend(ports);
        let log = |name: &String| Port { name: name.clone(), kind: PortKind::Log, donated_to: None, below: None };
        outputs.extend(names.iter().map(log));
        let entry =
            Entry { kind: self.kind, batch: Some(self.batch), function, inputs, outputs, counts_padding: Vec::new() };
        (entry, names)
    }
}

/// The model's inputs, in the structure in which it takes them.
fn inputs_value(graph: &Functional, tensors: &[Tensor]) -> Result<Value> {
    let mut tensors = tensors.iter();
    graph.input_structure.map_leaves(&mut |_| {
        let tensor = tensors.next().cloned();
        tensor.map(Value::Tensor).ok_or_else(|| Error::internal("a step has fewer parameters than data"))
    })
}

/// The outputs of the program's `predict_step` for a batch.
pub(super) fn predicted(
    interp: &mut Interp,
    model: &Rc<LayerObject>,
    function: &Value,
    graph: &Functional,
    inputs: &[Tensor],
) -> Result<Vec<Tensor>> {
    let x = inputs_value(graph, inputs)?;
    let data = if x.elements().is_some() { Value::tuple(vec![x]) } else { x };
    let mut lists = Vec::new();
    for ids in [model.trainable_variables(interp), model.non_trainable_variables(interp)] {
        let values = ids.iter().map(|&id| interp.read_variable(id).map(Value::Tensor));
        lists.push(Value::list(values.collect::<Result<_>>()?));
    }
    let returned = interp.call(function, Args::positional(vec![Value::tuple(lists), data]))?;
    match returned.elements().as_deref() {
        Some([outputs, _]) => assemble::tensors(outputs)
            .map_err(|error| error.note(format!("`predict_step` of model `{}` returned it", model.name()))),
        _ => Err(Error::ty(format!("`predict_step` of model `{}` must return outputs and variables", model.name()))
            .help("return `outputs, non_trainable_variables`")),
    }
}

/// Refuses a compiled model whose class defines a step in the form of another backend. `parts` names other models
/// of the file.
///
/// # Errors
/// K0801: `train_step` or `test_step` takes `data` alone.
pub(crate) fn expect_stateless(model: &LayerObject, parts: &[String]) -> Result<()> {
    let instance = model.instance.get().filter(|_| model.recorded.compile.borrow().is_some());
    let Some(instance) = instance else { return Ok(()) };
    for step in ["train_step", "test_step"] {
        let Some(function) = instance.class.lookup(step) else { continue };
        let Some(names) = crate::interp::function::parameter_names(&function) else { continue };
        if let ([_, data], []) = (names.positional.as_slice(), names.keyword_only.as_slice()) {
            let class = &instance.class.name;
            let message = format!(
                "`{class}.{step}(self, {data})` is in the form of TensorFlow and PyTorch: Keras on JAX calls `{step}(self, state, data)`"
            );
            let mut error = Error::new(codes::TRAINING_CONFIG, message);
            if let Some(span) = crate::interp::function::header_of(&function) {
                error = error.at(span);
            }
            let predicted = match computes(model) {
                true => "to compile what it predicts and no training: --no-training".to_owned(),
                false => {
                    format!("to compile what a part of it predicts and no training: --no-training {}", choice(parts))
                }
            };
            return Err(error
                .help("write it as state in, new state out, with jax.value_and_grad for the gradients: Keras's guide \"Customizing what happens in fit() with JAX\"")
                .help(predicted));
        }
    }
    Ok(())
}

/// Refuses a model whose class defines no `call`, so that there is nothing that it predicts. `parts` names other models
/// of the file.
///
/// # Errors
/// K0801: it is such a model.
pub(crate) fn expect_computation(model: &LayerObject, parts: &[String]) -> Result<()> {
    match model.instance.get() {
        Some(instance) if !computes(model) => {
            let class = &instance.class.name;
            let message = format!("model `{}` computes nothing: its class {class} has no method `call`", model.name());
            Err(Error::new(codes::TRAINING_CONFIG, message)
                .help(format!("compile one of the models that it is made of: {}", choice(parts))))
        }
        _ => Ok(()),
    }
}

/// Whether a model computes outputs from inputs: it is made of layers, or its class says how.
fn computes(model: &LayerObject) -> bool {
    models::has_graph(model) || defines(model, &["call"])
}

/// How to ask for another model of the file.
fn choice(parts: &[String]) -> String {
    match parts.first() {
        None => "--model NAME, or --model NAME.ATTRIBUTE".to_owned(),
        Some(first) => {
            let parts = parts.iter().map(|part| format!("`{part}`")).collect::<Vec<_>>().join(", ");
            format!("--model {first} (models are in {parts})")
        }
    }
}

/// Logged values by name.
type Logs = Vec<(String, Value)>;

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
