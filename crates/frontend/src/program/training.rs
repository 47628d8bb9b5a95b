//! What `compile` said, resolved against the model's outputs.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::adapt;
use super::assemble::{self, State};
use super::{Fit, Training, ValidationFreq, custom, fitted, predictions, targets};
use crate::diagnostics::{Diagnostic, codes};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::keras::callbacks::{self, Surroundings};
use crate::keras::layer::LayerObject;
use crate::keras::losses::{self, LossObject};
use crate::keras::metrics::{self, CompiledMetric, Mean, MetricObject};
use crate::keras::models::{Functional, Subclassed, Trainer, listed_metrics};
use crate::keras::optimizers::{self, OptimizerObject};
use crate::keras::variable::VariableId;
use crate::library::Bound;
use crate::value::{Key, Value};
use keramos_ir::passes::Roll;
use keramos_ir::{DType, TensorType};

/// A compiled model's optimizer, losses and metrics.
#[derive(Debug)]
pub(super) struct Compiled {
    /// The model, whose layers may add losses.
    pub model: Rc<LayerObject>,
    pub optimizer: Rc<OptimizerObject>,
    pub losses: Vec<OutputLoss>,
    /// The running mean of the total loss.
    pub total: Rc<MetricObject>,
    pub metrics: Vec<CompiledMetric>,
    /// The variables that are trained.
    pub trained: Vec<VariableId>,
    /// The type of the target of each output, for batch size 1; outputs without a loss have none.
    targets: Vec<Option<TensorType>>,
    /// The shape of each output for batch size 1.
    shapes: Vec<Vec<usize>>,
    /// Whether equal layers are trained as one scan.
    pub roll: Roll,
}

/// The loss of one output.
#[derive(Debug)]
pub(super) struct OutputLoss {
    pub output: usize,
    /// What it goes by where the output has no name.
    name: Rc<str>,
    pub loss: Rc<LossObject>,
    pub weight: Option<f64>,
    /// The running mean of this loss, where there are several.
    pub tracker: Option<Rc<MetricObject>>,
}

impl Compiled {
    /// Resolves the arguments of `compile` and creates optimizer and metric variables.
    pub fn new(
        interp: &mut Interp,
        model: &Rc<LayerObject>,
        graph: &Functional,
        args: &Bound,
        roll: Roll,
    ) -> Result<Option<Compiled>> {
        if let Some(span) = model.recorded.compiled_at.get() {
            interp.at(span);
        }
        let names = assemble::output_names(graph);
        let keys = output_keys(graph);
        let outputs = graph.outputs.leaves().len();
        let loss = per_output(args.get("loss")?, outputs, &names, keys.as_deref(), "loss")?;
        let weights = per_output(args.get("loss_weights")?, outputs, &names, keys.as_deref(), "loss_weights")?;
        let own_step = custom::defines(model, &["train_step", "test_step", "compute_loss"]);
        if loss.iter().all(Option::is_none) && !own_step {
            if let Some(span) = model.recorded.fitted_at.get() {
                let message = format!("model `{}` is fitted without a loss, so no training is compiled", model.name());
                let warning = Diagnostic::warning(codes::TRAINING_CONFIG, span, message);
                interp.warn(warning.help(
                    "pass loss=... to compile(); losses that layers add come on top of it, and alone are not compiled",
                ));
            }
            return Ok(None);
        }
        let shapes: Vec<Vec<usize>> = assemble::output_types(graph, 1)?.into_iter().map(|ty| ty.shape).collect();
        let optimizer = optimizers::get(interp, args.get("optimizer")?)?;
        let mut losses = Vec::new();
        let mut targets = vec![None; outputs];
        let known = targets::known(interp, model).filter(|known| known.len() == outputs);
        for (output, (identifier, weight)) in loss.into_iter().zip(weights).enumerate() {
            let Some(identifier) = identifier else { continue };
            let loss = resolve_loss(interp, &identifier, &shapes[output])?;
            predictions::of_loss(interp, graph, output, &loss);
            targets[output] = Some(match loss.is_sparse() {
                true => TensorType::new(DType::I32, &shapes[output][..shapes[output].len().saturating_sub(1)]),
                false if loss.is_own() => {
                    let known = known.as_ref().and_then(|known| known.get(output));
                    TensorType::new(DType::F32, targets::shape(interp, &loss, known, &shapes[output]))
                }
                false => TensorType::new(DType::F32, shapes[output].clone()),
            });
            let weight = weight.map(|w| number(&w)).transpose()?;
            let name = match &identifier {
                Value::Str(name) if !name.starts_with(char::is_uppercase) => name.clone(),
                _ => loss.name.clone(),
            };
            losses.push(OutputLoss { output, name, loss, weight, tracker: None });
        }
        if let (Some(keys), Value::Dict(entries)) = (&keys, args.get("loss")?) {
            // Where outputs are a dict, losses follow the order of theirs.
            let entries = entries.borrow();
            losses.sort_by_key(|loss| entries.get_index_of(&Key::name(&*keys[loss.output])));
        }
        // The outputs of a model that is no graph of layers have no names, unless they are a dict: losses go by their own.
        let nameless = keys.is_none() && outputs > 1 && model.kind::<Subclassed>().is_some();
        if losses.len() > 1 {
            for loss in &mut losses {
                let of = match &keys {
                    Some(keys) => &*keys[loss.output],
                    None if nameless => &*loss.name,
                    None => &*names[loss.output],
                };
                let name = format!("{of}_loss");
                loss.tracker = Some(MetricObject::scoped(format!("compile_loss/{name}"), name, Mean));
            }
        }
        let mut metrics = Vec::new();
        for (argument, weighted) in [("metrics", false), ("weighted_metrics", true)] {
            let given = args.get(argument)?;
            let lists = match outputs {
                1 => vec![Some(Value::list(given.leaves().into_iter().filter(|v| !v.is_none()).collect()))],
                _ => per_output(given, outputs, &names, keys.as_deref(), argument)?,
            };
            for (output, list) in lists.into_iter().enumerate() {
                let target =
                    targets[output].clone().unwrap_or_else(|| TensorType::new(DType::F32, shapes[output].clone()));
                for identifier in list.map(|list| list.leaves()).unwrap_or_default() {
                    if identifier.is_none() {
                        continue;
                    }
                    let metric = metrics::get(interp, &identifier, &target.shape, &shapes[output])?;
                    if let Some(loss) = losses.iter().find(|loss| loss.output == output) {
                        predictions::of_metric(interp, graph, output, &loss.loss, &metric);
                    }
                    let output_name = match outputs {
                        1 => None,
                        _ if nameless => None,
                        _ => Some(keys.as_ref().map_or(&*names[output], |k| &*k[output])),
                    };
                    let name = log_name(&metrics, output_name, &metric.name, weighted);
                    metrics.push(CompiledMetric { output, metric, name, weighted });
                }
            }
        }
        let trained = model.trainable_weights(interp);
        if trained.is_empty() {
            return Err(Error::new(
                codes::TRAINING_CONFIG,
                format!("model `{}` has no trainable weights", model.name()),
            )
            .help(
                "leave some layer trainable (layer.trainable = True), or leave fit() out: predict is compiled anyway",
            ));
        }
        optimizer.prepare(interp, &trained)?;
        let compiled = Compiled {
            model: model.clone(),
            optimizer,
            losses,
            total: MetricObject::internal("loss", Mean),
            metrics,
            trained,
            targets,
            shapes,
            roll,
        };
        compiled.total.build(interp, &[])?;
        for metric in &compiled.metrics {
            let shape = &compiled.shapes[metric.output];
            let target = compiled.targets.get(metric.output).cloned().flatten();
            let y_pred = TensorType::new(DType::F32, shape.clone());
            let prepared = metric.metric.prepare(interp, &target.unwrap_or_else(|| y_pred.clone()), &y_pred);
            let own = |loss: &OutputLoss| loss.output == metric.output && loss.loss.is_own();
            // Where the target is a guess, the step itself says what does not fit.
            if known.is_some() || !compiled.losses.iter().any(own) {
                prepared?;
            }
            metric.metric.build(interp, shape)?;
        }
        for tracker in compiled.losses.iter().filter_map(|l| l.tracker.clone()) {
            tracker.build(interp, &[])?;
        }
        let trainer = Trainer {
            optimizer: compiled.optimizer.clone(),
            losses: compiled.losses.iter().map(|l| (l.output, l.loss.clone(), l.weight)).collect(),
            total: compiled.total.clone(),
            compiled: compiled.metrics_in_one(interp)?,
            trackers: compiled.losses.iter().filter_map(|l| l.tracker.clone()).collect(),
        };
        *model.recorded.trainer.borrow_mut() = Some(Rc::new(trainer));
        Ok(Some(compiled))
    }

    /// The metrics that `compile` was given, in one.
    fn metrics_in_one(&self, interp: &mut Interp) -> Result<Option<Rc<MetricObject>>> {
        if self.metrics.is_empty() {
            return Ok(None);
        }
        let mut variables = Vec::new();
        for metric in &self.metrics {
            variables.extend(metric.metric.build(interp, &[])?);
        }
        Ok(Some(MetricObject::of_compile(self.metrics.clone(), variables)))
    }

    /// The metrics in the order of Keras's `model.metrics`, with their log names.
    pub fn logged(&self) -> Vec<(String, Rc<MetricObject>)> {
        let total = [(String::from("loss"), self.total.clone())];
        let metrics = self.metrics.iter().map(|m| (m.name.clone(), m.metric.clone()));
        let trackers = || self.losses.iter().filter_map(|l| l.tracker.clone());
        // Of losses of one name, the last one is told.
        let told = |(i, t): &(usize, Rc<MetricObject>)| !trackers().skip(i + 1).any(|later| later.name == t.name);
        let trackers = trackers().enumerate().filter(told).map(|(_, t)| (t.name.to_string(), t));
        total.into_iter().chain(metrics).chain(trackers).collect()
    }

    /// The variables of all metrics, in order.
    pub fn metric_variables(&self, interp: &mut Interp) -> Result<Vec<VariableId>> {
        let mut all = Vec::new();
        for (_, metric) in self.logged() {
            all.extend(metric.build(interp, &[])?);
        }
        Ok(all)
    }

    /// The outputs that have targets, with the targets' types at a batch size.
    pub fn targets(&self, batch: usize) -> Vec<(usize, TensorType)> {
        let at = |(output, ty): (usize, &Option<TensorType>)| {
            let mut ty = ty.clone()?;
            if let Some(first) = ty.shape.first_mut() {
                *first = batch;
            }
            Some((output, ty))
        };
        self.targets.iter().enumerate().filter_map(at).collect()
    }

    /// For targets that are class numbers: how many classes there are.
    pub fn classes(&self, output: usize) -> Option<u64> {
        self.classes_of(&self.losses.iter().find(|l| l.output == output)?.loss)
    }

    /// The same for the targets of one of the losses.
    pub fn classes_of(&self, loss: &LossObject) -> Option<u64> {
        let sparse = |l: &&OutputLoss| std::ptr::eq(&*l.loss, loss) && loss.is_sparse() && !loss.ignores_classes();
        let sparse = self.losses.iter().find(sparse)?;
        self.shapes.get(sparse.output)?.last().map(|&n| n as u64)
    }

    /// For an output: its loss and the type of its targets for batch size 1.
    pub fn expected(&self) -> impl Iterator<Item = (&LossObject, &TensorType)> {
        let mut losses: Vec<&OutputLoss> = self.losses.iter().collect();
        losses.sort_by_key(|loss| loss.output);
        losses.into_iter().filter_map(|loss| Some((&*loss.loss, self.targets.get(loss.output)?.as_ref()?)))
    }

    /// The description for the artifact.
    pub fn describe(
        &self,
        interp: &mut Interp,
        graph: &Functional,
        fit: Option<&Bound>,
        state: &State,
    ) -> Result<Training> {
        if let Some(span) = self.model.recorded.fitted_at.get() {
            interp.at(span);
        }
        let averages = self.optimizer.averages().into_iter();
        let settings = fit.map(fit_settings).transpose()?;
        if let Some(fit) = fit {
            fitted::check(interp, graph, self, fit)?;
            if let Some(settings) = &settings {
                let choice = self.losses.first().filter(|loss| loss.loss.chooses_classes() && self.losses.len() == 1);
                let classes = choice.and_then(|loss| self.shapes.get(loss.output)?.last().map(|&n| n as u64));
                fitted::warn_of_weights(interp, &settings.class_weight, classes);
            }
        }
        let callbacks = match (fit, &settings) {
            (Some(args), Some(settings)) => {
                let mut metrics: Vec<_> = self.metrics.iter().map(|m| (m.name.clone(), m.metric.rises())).collect();
                let listed = listed_metrics(interp, &self.model)?;
                metrics.extend(listed.iter().map(|metric| (metric.name.to_string(), metric.rises())));
                let logs: Vec<String> = self.logged().into_iter().map(|(name, _)| name).collect();
                let own_step = custom::defines(&self.model, &["train_step", "test_step", "compute_metrics", "fit"]);
                let around = Surroundings {
                    epochs: settings.initial_epoch..settings.epochs,
                    rate: self.optimizer.fixed_rate(),
                    metrics: &metrics,
                    logs: (!own_step).then_some(&*logs),
                    validates: validates(args)?,
                };
                callbacks::record(interp, args.get("callbacks")?, &around)?
            }
            _ => Vec::new(),
        };
        let batch = settings.as_ref().map_or(1, |fit| fit.batch_size);
        Ok(Training {
            optimizer: self.optimizer.description().to_owned(),
            losses: self.losses.iter().map(|l| l.loss.name.to_string()).collect(),
            logs: self.logged().into_iter().map(|(name, _)| name).collect(),
            fit: settings,
            averages: averages
                .map(|(v, average)| Ok((state.index(v)?, state.index(average)?)))
                .collect::<Result<_>>()?,
            learning_rate: self.optimizer.rate_variable().map(|id| state.index(id)).transpose()?,
            callbacks,
            adaptations: adapt::adaptations(interp, &self.model, graph, (state, batch))?,
        })
    }
}

/// The name of one more metric in logs, unlike those that are there: a weighted metric of a known name
/// gets `weighted_` before it, and further ones a number behind.
fn log_name(metrics: &[CompiledMetric], output: Option<&str>, metric: &str, weighted: bool) -> String {
    let full = |metric: &str| output.map_or_else(|| metric.to_owned(), |output| format!("{output}_{metric}"));
    let taken = |name: &str| metrics.iter().any(|m| m.name == name);
    let mut name = full(metric);
    if weighted && taken(&name) {
        name = full(&format!("weighted_{metric}"));
    }
    if !taken(&name) {
        return name;
    }
    (1..).map(|i| format!("{name}_{i}")).find(|name| !taken(name)).unwrap_or(name)
}

fn resolve_loss(interp: &mut Interp, identifier: &Value, output: &[usize]) -> Result<Rc<LossObject>> {
    match identifier {
        Value::Str(name) if matches!(&*name.to_lowercase(), "crossentropy" | "ce") => {
            let kind =
                if output.last() == Some(&1) { "binary_crossentropy" } else { "sparse_categorical_crossentropy" };
            losses::get(interp, &Value::str(kind))
        }
        other => losses::get(interp, other),
    }
}

/// The keys of a dict of outputs, in the flattened order.
fn output_keys(graph: &Functional) -> Option<Vec<String>> {
    let Value::Dict(entries) = &graph.outputs else { return None };
    let name = |key: &Key| match key.value() {
        Value::Str(s) => s.to_string(),
        other => other.type_name(),
    };
    Some(entries.borrow().keys().map(name).collect())
}

/// An argument of `compile` that may be one value for all outputs, or one per output by position or
/// by name.
fn per_output(
    value: &Value,
    outputs: usize,
    names: &[String],
    keys: Option<&[String]>,
    what: &str,
) -> Result<Vec<Option<Value>>> {
    let some = |value: &Value| Some(value.clone()).filter(|v| !v.is_none());
    match value {
        Value::Dict(entries) => {
            let entries = entries.borrow();
            let mut all = vec![None; outputs];
            for (key, value) in entries.iter() {
                let Value::Str(key) = key.value() else {
                    let message = format!("the keys of `{what}` must be output names");
                    return Err(
                        Error::argument(message).note(format!("the outputs are {}", keys.unwrap_or(names).join(", ")))
                    );
                };
                let find = |list: &[String]| list.iter().position(|n| **n == **key);
                let Some(index) = keys.and_then(find).or_else(|| find(names)) else {
                    return Err(Error::new(
                        codes::TRAINING_CONFIG,
                        format!("`{what}` names the output `{key}`, which the model does not have"),
                    )
                    .note(format!("its outputs are {}", keys.unwrap_or(names).join(", ")))
                    .help("give the output layer that name, or use the name that it has"));
                };
                all[index] = some(value);
            }
            Ok(all)
        }
        Value::List(_) | Value::Tuple(_) => {
            let values = value.elements().unwrap_or_default();
            if values.len() != outputs {
                let plural = if outputs == 1 { "" } else { "s" };
                let message = format!("`{what}` has {} entries, the model has {outputs} output{plural}", values.len());
                return Err(
                    Error::new(codes::TRAINING_CONFIG, message).help("list one entry for each output, in order")
                );
            }
            Ok(values.iter().map(some).collect())
        }
        one => Ok(vec![some(one); outputs]),
    }
}

fn number(value: &Value) -> Result<f64> {
    match value {
        Value::Float(x) => Ok(*x),
        Value::Int(i) => Ok(*i as f64),
        other => Err(Error::argument(format!("a loss weight must be a number, found {}", other.type_name()))),
    }
}

/// Whether `fit` has something to validate on.
fn validates(fit: &Bound) -> Result<bool> {
    let split = !matches!(fit.get("validation_split")?, Value::Float(0.0) | Value::Int(0) | Value::None);
    Ok(split || fit.some("validation_data")?.is_some())
}

/// The arguments of `fit`; those that are not known at compile time get their defaults.
fn fit_settings(args: &Bound) -> Result<Fit> {
    let known = |name: &str| args.some(name).map(|v| v.is_some_and(|v| !matches!(v, Value::Host(_))));
    let count = |name: &str| known(name)?.then(|| args.usize(name)).transpose();
    let mut fit = Fit::default();
    if let Some(epochs) = count("epochs")? {
        fit.epochs = epochs;
    }
    if let Some(batch_size) = count("batch_size")? {
        if batch_size == 0 {
            return Err(args.invalid("batch_size", "a positive integer"));
        }
        fit.batch_size = batch_size;
    } else if let Some(Value::Host(data)) = args.some("x")?
        && let Some(batch_size) = data.batch()
    {
        // A data set comes in batches of its own.
        fit.batch_size = batch_size;
    }
    if known("validation_split")? {
        fit.validation_split = args.f64("validation_split")?;
        if !(0.0..1.0).contains(&fit.validation_split) {
            return Err(args.invalid("validation_split", "at least 0 and less than 1"));
        }
    }
    if known("shuffle")? {
        fit.shuffle = args.bool("shuffle")?;
    }
    fit.initial_epoch = count("initial_epoch")?.unwrap_or(0);
    fit.steps_per_epoch = count("steps_per_epoch")?;
    fit.validation_data = args.some("validation_data")?.is_some();
    fit.validation_steps = count("validation_steps")?;
    fit.validation_batch_size = count("validation_batch_size")?;
    if known("validation_freq")? {
        fit.validation_freq = match args.get("validation_freq")?.elements() {
            None => ValidationFreq::Every(args.usize("validation_freq")?.max(1)),
            Some(epochs) => {
                let epoch = |value: &Value| match value {
                    Value::Int(epoch) => usize::try_from(*epoch).ok(),
                    _ => None,
                };
                let epochs: Option<Vec<usize>> = epochs.iter().map(epoch).collect();
                let wrong = || args.invalid("validation_freq", "a positive integer or a list of epochs");
                ValidationFreq::At(epochs.ok_or_else(wrong)?)
            }
        };
    }
    if known("class_weight")? {
        fit.class_weight = class_weight(args)?;
    }
    Ok(fit)
}

/// The dict of class numbers to weights; weights that only the run knows are one.
fn class_weight(args: &Bound) -> Result<BTreeMap<i64, f64>> {
    let wrong = || args.invalid("class_weight", "a dict of class numbers to weights");
    let Value::Dict(entries) = args.get("class_weight")? else { return Err(wrong()) };
    let mut weights = BTreeMap::new();
    for (class, weight) in entries.borrow().iter() {
        let Value::Int(class) = class.value() else { return Err(wrong()) };
        let weight = match weight {
            Value::Int(weight) => *weight as f64,
            Value::Float(weight) => *weight,
            Value::Host(_) => continue,
            _ => return Err(wrong()),
        };
        weights.insert(*class, weight);
    }
    Ok(weights)
}
