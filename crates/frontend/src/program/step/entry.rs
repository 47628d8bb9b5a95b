//! The entry points of steps: what `keramos-run train` and `evaluate` run.

use std::collections::HashMap;
use std::rc::Rc;

use keramos_ir::{DType, TensorType};

use super::{Outcome, Source, Step};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::keras::metrics::{Mean, MetricObject};
use crate::keras::variable::{Role, VariableId};
use crate::program::assemble::{State, traced};
use crate::program::{Entry, EntryKind, Fit, Port, PortKind, Training};
use crate::trace::Tensor;

/// The steps of a file that become entry points.
#[derive(Debug, Default)]
pub(in crate::program) struct Chosen {
    /// Trains.
    pub train: Option<Rc<Step>>,
    /// Evaluates.
    evaluate: Option<Rc<Step>>,
    /// The running means of what they show, by name.
    means: HashMap<String, Rc<MetricObject>>,
}

/// Chooses the steps: the first that changes something trains, the first other one that shows something evaluates.
///
/// # Errors
/// A running mean cannot be made.
pub(in crate::program) fn choose(interp: &mut Interp) -> Result<Chosen> {
    let trains = |interp: &Interp, step: &Step| {
        let changes = |id: &VariableId| !matches!(interp.variables.get(*id).role, Role::Metric | Role::Seed);
        step.changed().iter().any(changes)
    };
    let steps = interp.steps.found.clone();
    let train = steps.iter().find(|step| trains(interp, step)).cloned();
    let evaluate = steps.iter().find(|step| !trains(interp, step) && !step.logs().is_empty()).cloned();
    let mut means = HashMap::new();
    for name in train.iter().chain(&evaluate).flat_map(|step| step.logs()) {
        if let std::collections::hash_map::Entry::Vacant(place) = means.entry(name) {
            let mean = MetricObject::scoped(format!("step_{}", place.key()), place.key().clone(), Mean);
            mean.build(interp, &[])?;
            place.insert(mean);
        }
    }
    Ok(Chosen { train, evaluate, means })
}

impl Chosen {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.train.is_none() && self.evaluate.is_none()
    }

    /// The variables of all steps.
    pub fn variables(&self, interp: &mut Interp) -> Result<Vec<VariableId>> {
        let mut ids: Vec<VariableId> = Vec::new();
        for step in self.train.iter().chain(&self.evaluate) {
            let sources = step.sources.iter().filter_map(|source| match source {
                Source::State(id) => Some(*id),
                Source::Data(_) => None,
            });
            let outcomes = step.outcomes.iter().filter_map(|outcome| match outcome {
                Outcome::State(id) => Some(*id),
                _ => None,
            });
            ids.extend(sources.chain(outcomes));
            for name in step.logs() {
                if let Some(mean) = self.means.get(&name) {
                    ids.extend(mean.build(interp, &[])?);
                }
            }
        }
        let mut seen = std::collections::HashSet::new();
        ids.retain(|id| seen.insert(*id));
        Ok(ids)
    }

    /// The weights that the training step changes.
    pub fn trained(&self, interp: &Interp) -> Vec<VariableId> {
        let weight = |id: &VariableId| {
            let variable = interp.variables.get(*id);
            variable.trainable && matches!(variable.role, Role::Weight | Role::Array)
        };
        self.train.iter().flat_map(|step| step.changed()).filter(weight).collect()
    }

    /// The entry points.
    ///
    /// # Errors
    /// A step cannot be put together.
    pub fn entries(&self, interp: &mut Interp, state: &State) -> Result<Vec<Entry>> {
        let mut entries = Vec::new();
        if let Some(step) = &self.train {
            entries.push(self.entry(interp, state, step, EntryKind::TrainStep)?);
        }
        if let Some(step) = &self.evaluate {
            entries.push(self.entry(interp, state, step, EntryKind::EvaluateStep)?);
        }
        Ok(entries)
    }

    /// The description for the artifact.
    pub fn describe(&self) -> Option<Training> {
        let step = self.train.as_ref()?;
        // Calls in a loop over data are passes over them; other calls are steps.
        let (passes, others) = (step.passes.get(), step.others.get());
        let fit = Fit {
            epochs: passes.max(1),
            batch_size: step.batch,
            steps_per_epoch: (passes == 0 && others > 1).then_some(others),
            ..Fit::default()
        };
        Some(Training {
            optimizer: format!("{}()", step.name),
            losses: Vec::new(),
            logs: step.logs(),
            fit: Some(fit),
            averages: Vec::new(),
            learning_rate: None,
            callbacks: Vec::new(),
            adaptations: Vec::new(),
        })
    }

    fn entry(&self, interp: &mut Interp, state: &State, step: &Step, kind: EntryKind) -> Result<Entry> {
        let logs = step.logs();
        let mut means = Vec::new();
        for name in &logs {
            let mean = self.means.get(name).ok_or_else(|| Error::internal("a log without its mean"))?;
            means.push(mean.clone());
        }
        let mut ids: Vec<VariableId> = Vec::new();
        for source in &step.sources {
            if let Source::State(id) = source
                && !ids.contains(id)
            {
                ids.push(*id);
            }
        }
        for mean in &means {
            ids.extend(mean.build(interp, &[])?);
        }
        let mut order: Vec<(usize, VariableId)> =
            ids.iter().map(|&id| Ok((state.index(id)?, id))).collect::<Result<_>>()?;
        order.sort_unstable();
        let position = |id: VariableId| order.iter().position(|(_, known)| *known == id);
        let data = step.sources.iter().zip(step.function.param_types());
        let data: Vec<TensorType> =
            data.filter(|(source, _)| matches!(source, Source::Data(_))).map(|(_, ty)| ty).collect();
        let mut types: Vec<TensorType> = order.iter().map(|(_, id)| interp.variables.get(*id).ty.clone()).collect();
        types.extend(data.iter().cloned());
        let mut changed: Vec<VariableId> = step.changed();
        for mean in &means {
            changed.extend(mean.build(interp, &[])?);
        }
        let name = if kind == EntryKind::TrainStep { "train_step" } else { "evaluate_step" };
        let (function, _) = traced(interp, name, &types, |interp, params| {
            let (vars, rest) = params.split_at(order.len());
            interp.state.open(order.iter().map(|(_, id)| *id).zip(vars.iter().cloned()));
            let mut args: Vec<Tensor> = Vec::new();
            for source in &step.sources {
                args.push(match source {
                    Source::State(id) => interp.read_variable(*id)?,
                    Source::Data(i) => rest.get(*i).cloned().ok_or_else(|| Error::internal("a step lacks data"))?,
                });
            }
            let results = interp.tracer.inline(&step.function, &args.iter().collect::<Vec<_>>())?;
            let rows = interp.tracer.scalar(DType::F32, step.batch as f64)?;
            let mut shown = Vec::new();
            for (result, outcome) in results.iter().zip(&step.outcomes) {
                match outcome {
                    Outcome::State(id) => interp.state.assign(*id, result.clone()),
                    Outcome::Log(_) => shown.push(interp.tracer.convert(result, DType::F32)?),
                    Outcome::Dropped => {}
                }
            }
            for (mean, value) in means.iter().zip(&shown) {
                mean.update(interp, value, value, Some(&rows))?;
            }
            let mut results = changed.iter().map(|&id| interp.read_variable(id)).collect::<Result<Vec<_>>>()?;
            for mean in &means {
                results.push(mean.result(interp)?);
            }
            interp.state.close();
            Ok(results)
        })?;
        let mut inputs: Vec<Port> = order.iter().map(|(index, _)| state.port(interp, *index)).collect();
        let mut outputs = Vec::new();
        for (at, id) in changed.iter().enumerate() {
            outputs.push(state.port(interp, state.index(*id)?));
            if let Some(input) = position(*id) {
                inputs[input].donated_to = Some(at);
            }
        }
        // The last of several arrays is the target.
        let count = step.data.len();
        for (i, (name, below)) in step.data.iter().enumerate() {
            let kind = if count > 1 && i + 1 == count { PortKind::Target(0) } else { PortKind::Data(i) };
            inputs.push(Port { name: name.clone(), kind, donated_to: None, below: *below });
        }
        let mut names: Vec<String> = logs;
        // The loss comes first.
        let first = names.iter().position(|name| name == "loss").unwrap_or(0);
        let mut function = function;
        let logs_at = changed.len();
        function.results[logs_at..=logs_at + first.min(names.len().saturating_sub(1))].rotate_right(1);
        if !names.is_empty() {
            names[..=first].rotate_right(1);
        }
        outputs.extend(names.into_iter().map(|name| Port { name, kind: PortKind::Log, donated_to: None, below: None }));
        Ok(Entry { kind, batch: Some(step.batch), function, inputs, outputs })
    }
}
