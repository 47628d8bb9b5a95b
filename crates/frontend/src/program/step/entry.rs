//! The entry points of steps: what `keramos-run train` and `evaluate` run.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use keramos_ir::{DType, Function, TensorType};

use super::trace::same_function;
use super::{Body, Fed, Outcome, Source, Step};
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::keras::layer::LayerObject;
use crate::keras::metrics::{Mean, MetricObject};
use crate::keras::variable::{Role, VariableId};
use crate::program::adapt;
use crate::program::assemble::{State, traced};
use crate::program::{Entry, EntryKind, Fit, Port, PortKind, Training};
use crate::trace::Tensor;

/// The steps of a file that become entry points.
#[derive(Debug, Default)]
pub(in crate::program) struct Chosen {
    /// Trains.
    pub train: Option<Plan>,
    /// Evaluates.
    evaluate: Option<Plan>,
    /// The same for what is left over after the full batches.
    rests: Vec<(EntryKind, Plan)>,
    /// The running means of what they show, by name.
    means: HashMap<String, Rc<MetricObject>>,
}

/// What one step of a training or an evaluation does: calls of steps, in order, and what a loop body computes
/// beside them.
#[derive(Debug)]
pub(in crate::program) struct Plan {
    body: Body,
    /// The function of each call.
    functions: Vec<Function>,
    /// Rows in a batch.
    batch: usize,
    /// What is shown: the call, the place among its results, and the name. What is called `loss` comes first.
    shown: Vec<(usize, usize, String)>,
    /// The arrays that the run gives, each with its type.
    data: Vec<(Fed, TensorType)>,
    /// For each call the places in `data` of its arrays.
    places: Vec<Vec<usize>>,
}

/// Whether a step changes more than metrics and seeds.
fn trains(interp: &Interp, step: &Step) -> bool {
    let changes = |id: &VariableId| !matches!(interp.variables.get(*id).role, Role::Metric | Role::Seed);
    step.changed().iter().any(changes)
}

/// The model that the chosen training step trains.
pub(crate) fn stepped_model(interp: &Interp) -> Option<Rc<LayerObject>> {
    let step = interp.steps.found.iter().rev().find(|step| trains(interp, step))?;
    let changed = step.changed();
    let mut models = step.models.iter().rev();
    models.find(|model| model.trainable_variables(interp).iter().any(|id| changed.contains(id))).cloned()
}

/// Chooses the steps. The last one in the file that changes something trains, together with the others that its
/// loop calls; the last other one that shows something of the same state evaluates.
///
/// # Errors
/// A running mean cannot be made.
pub(in crate::program) fn choose(interp: &mut Interp) -> Result<Chosen> {
    let steps = interp.steps.found.clone();
    let last = steps.iter().rev().find(|step| trains(interp, step));
    // Traced again, where something else changed from call to call, it is the same step.
    let train = last.map(|last| {
        let same = |step: &&Rc<Step>| same_function(&step.callee, &last.callee) && step.changed() == last.changed();
        let again = steps.iter().filter(same);
        // What differs from call to call is data only in the later ones.
        let first = again.clone().rev().max_by_key(|step| step.call.varying.len()).unwrap_or(last);
        first.passes.set(again.map(|step| step.passes.replace(0)).sum());
        first.clone()
    });
    let calls = |body: &&Body, step: &Rc<Step>| body.calls.iter().any(|(called, _)| Rc::ptr_eq(called, step));
    let by_step = train.map(|step| match interp.steps.bodies.iter().rev().find(|body| calls(body, &step)) {
        Some(body) => {
            let mut body = body.clone();
            let used = body.clone();
            body.calls.retain(|(step, _)| !step.changed().is_empty() || used.reads_left(interp, step));
            body
        }
        None => Body { calls: vec![(step, 0)], first: u32::MAX, ..Body::default() },
    });
    // What the body itself makes of gradients is new state, too.
    let computes = |body: &&Body| body.calls.iter().any(|(step, _)| body.reads_left(interp, step));
    let train = by_step.or_else(|| interp.steps.bodies.iter().rev().find(computes).cloned());
    let shares = |step: &Step| {
        let Some(body) = &train else { return true };
        let trained = body.calls.iter().flat_map(|(step, _)| step.changed());
        let trained: HashSet<VariableId> = trained.chain(body.updates.iter().map(|(old, _)| *old)).collect();
        step.sources.iter().any(|source| matches!(source, Source::State(id) if trained.contains(id)))
    };
    let evaluates = |step: &&Rc<Step>| {
        let part = train.as_ref().is_some_and(|body| calls(&body, step));
        let apart = !part || step.changed().is_empty();
        let own = part && train.as_ref().is_some_and(|body| body.reads_left(interp, step));
        apart && !own && !trains(interp, step) && !step.logs().is_empty() && shares(step)
    };
    let evaluate = steps.iter().rev().find(evaluates).cloned();
    let evaluate = evaluate.map(|step| Body { calls: vec![(step, 0)], first: u32::MAX, ..Body::default() });
    let mut rests = Vec::new();
    for (kind, body) in [(EntryKind::TrainStep, &train), (EntryKind::EvaluateStep, &evaluate)] {
        let Some(body) = body else { continue };
        let sizes = body
            .calls
            .iter()
            .flat_map(|(step, _)| step.rests.borrow().iter().map(|(rows, _)| *rows).collect::<Vec<_>>());
        let sizes: BTreeSet<usize> = sizes.collect();
        rests.extend(sizes.into_iter().filter_map(|rows| Some((kind, Plan::new(body, Some(rows))?))));
    }
    let full = |body: Option<Body>| body.and_then(|body| Plan::new(&body, None));
    let (train, evaluate) = (full(train), full(evaluate));
    let mut means = HashMap::new();
    for (_, _, name) in train.iter().chain(&evaluate).flat_map(|plan| &plan.shown) {
        if let std::collections::hash_map::Entry::Vacant(place) = means.entry(name.clone()) {
            let mean = MetricObject::scoped(format!("step_{}", place.key()), place.key().clone(), Mean);
            mean.build(interp, &[])?;
            place.insert(mean);
        }
    }
    Ok(Chosen { train, evaluate, rests, means })
}

impl Plan {
    /// What the body does with batches of so many rows; `None` if one of its steps cannot.
    fn new(body: &Body, rows: Option<usize>) -> Option<Plan> {
        let functions = body.calls.iter().map(|(step, _)| step.function_for(rows));
        let functions: Vec<Function> = functions.collect::<Option<_>>()?;
        let mut shown: Vec<(usize, usize, String)> = Vec::new();
        let several = body.calls.iter().filter(|(step, _)| !step.logs().is_empty()).count() > 1;
        for (call, (step, _)) in body.calls.iter().enumerate() {
            for (place, name) in step.logs() {
                let taken = |name: &str| shown.iter().any(|(_, _, known)| known == name);
                let name = match several && (name == "loss" || taken(&name)) {
                    true => format!("{}_{name}", step.name),
                    false => name,
                };
                let numbered = (1..).map(|i| format!("{name}_{i}"));
                let free = std::iter::once(name.clone()).chain(numbered).find(|name| !taken(name));
                shown.push((call, place, free.unwrap_or(name)));
            }
        }
        if let Some(loss) = shown.iter().position(|(_, _, name)| name == "loss") {
            shown[..=loss].rotate_right(1);
        }
        let mut data: Vec<(Fed, TensorType)> = Vec::new();
        let mut places = Vec::new();
        for ((step, _), function) in body.calls.iter().zip(&functions) {
            let types = step.sources.iter().zip(function.param_types());
            let types = types.filter(|(source, _)| matches!(source, Source::Data(_))).map(|(_, ty)| ty);
            let mut own = Vec::new();
            for (fed, ty) in step.data.iter().zip(types) {
                // Two steps that get the same value of the file under one name get the same data.
                let same =
                    |(known, of): &(Fed, TensorType)| known.host.same(&fed.host) && known.name == fed.name && *of == ty;
                own.push(data.iter().position(same).unwrap_or_else(|| {
                    let taken = |name: &str| data.iter().any(|(known, _)| known.name == name);
                    let name = if taken(&fed.name) { format!("{}_{}", step.name, fed.name) } else { fed.name.clone() };
                    data.push((Fed { name, ..fed.clone() }, ty));
                    data.len() - 1
                }));
            }
            places.push(own);
        }
        let batch = rows.or_else(|| body.calls.iter().find_map(|(step, _)| step.batch)).unwrap_or(1);
        Some(Plan { body: body.clone(), functions, batch, shown, data, places })
    }

    fn steps(&self) -> impl Iterator<Item = &Rc<Step>> {
        self.body.calls.iter().map(|(step, _)| step)
    }

    /// Whether the body computes a variable anew each time.
    fn is_made(&self, interp: &Interp, id: VariableId) -> bool {
        id.0 >= self.body.first && interp.computed_from(id).is_some()
    }

    /// The variables that are written and read in one pass.
    fn left(&self) -> HashSet<VariableId> {
        self.steps().flat_map(|step| step.left.iter().map(|(_, id)| *id)).collect()
    }

    /// The variables that the plan takes, and those that the body makes for it.
    fn needed(&self, interp: &Interp) -> (Vec<VariableId>, BTreeSet<VariableId>) {
        let (mut state, mut made) = (Vec::new(), BTreeSet::new());
        let mut open: Vec<VariableId> = Vec::new();
        for step in self.steps() {
            open.extend(step.sources.iter().filter_map(|source| match source {
                Source::State(id) => Some(*id),
                Source::Data(_) => None,
            }));
            open.extend(step.outcomes.iter().filter_map(|outcome| match outcome {
                Outcome::State(id) => Some(*id),
                _ => None,
            }));
        }
        open.extend(self.body.updates.iter().flat_map(|(old, new)| [*old, *new]));
        open.reverse();
        let left = self.left();
        while let Some(id) = open.pop() {
            if left.contains(&id) {
                continue;
            }
            if !self.is_made(interp, id) {
                if !state.contains(&id) {
                    state.push(id);
                }
            } else if made.insert(id) {
                open.extend(interp.computed_from(id).unwrap_or_default());
            }
        }
        (state, made)
    }

    /// The variables that get new values.
    fn changed(&self, interp: &Interp) -> Vec<VariableId> {
        let mut changed: Vec<VariableId> = Vec::new();
        let updated = self.body.updates.iter().map(|(old, _)| *old);
        for id in self.steps().flat_map(|step| step.changed()).chain(updated) {
            // What was made for one pass is gone with it.
            if !changed.contains(&id) && !self.is_made(interp, id) {
                changed.push(id);
            }
        }
        changed
    }
}

impl Chosen {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.train.is_none() && self.evaluate.is_none()
    }

    fn plans(&self) -> impl Iterator<Item = &Plan> {
        self.train.iter().chain(&self.evaluate)
    }

    /// The variables of all steps; paths that several have are numbered.
    pub fn variables(&self, interp: &mut Interp) -> Result<Vec<VariableId>> {
        let mut ids: Vec<VariableId> = Vec::new();
        for plan in self.plans() {
            ids.extend(plan.needed(interp).0);
            for (_, _, name) in &plan.shown {
                if let Some(mean) = self.means.get(name) {
                    ids.extend(mean.build(interp, &[])?);
                }
            }
        }
        let mut seen = HashSet::new();
        ids.retain(|id| seen.insert(*id));
        let mut paths = HashSet::new();
        for &id in &ids {
            let path = interp.variables.get(id).path.clone();
            let numbered = (1..).map(|i| format!("{path}_{i}"));
            let free = std::iter::once(path.clone()).chain(numbered).find(|path| !paths.contains(path));
            let free = free.unwrap_or(path);
            paths.insert(free.clone());
            interp.variables.get_mut(id).path = free;
        }
        adapt::refuse_in_steps(interp, &ids)?;
        Ok(ids)
    }

    /// The weights that the training step changes.
    pub fn trained(&self, interp: &Interp) -> Vec<VariableId> {
        let weight = |id: &VariableId| {
            let variable = interp.variables.get(*id);
            variable.is_trained() && matches!(variable.role, Role::Weight | Role::Array)
        };
        let Some(plan) = &self.train else { return Vec::new() };
        let shown: HashSet<VariableId> = plan.steps().flat_map(|step| step.shown_from()).collect();
        let changed = plan.changed(interp).into_iter().filter(weight);
        // What no number that is shown depends on, such as moments and averages, is not trained.
        changed.filter(|id| shown.is_empty() || shown.contains(id)).collect()
    }

    /// The entry points.
    ///
    /// # Errors
    /// A step cannot be put together.
    pub fn entries(&self, interp: &mut Interp, state: &State) -> Result<Vec<Entry>> {
        let mut entries = Vec::new();
        if let Some(plan) = &self.train {
            entries.push(self.entry(interp, state, plan, EntryKind::TrainStep)?);
        }
        if let Some(plan) = &self.evaluate {
            entries.push(self.entry(interp, state, plan, EntryKind::EvaluateStep)?);
        }
        for (kind, plan) in &self.rests {
            entries.push(self.entry(interp, state, plan, *kind)?);
        }
        Ok(entries)
    }

    /// The description for the artifact.
    pub fn describe(&self) -> Option<Training> {
        let plan = self.train.as_ref()?;
        // Calls in a loop over data are passes over them; other calls are steps. A step may be another one at first, where
        // numbers that it takes are no state yet.
        let (passes, others) = plan.steps().map(|step| (step.passes.get(), step.others.get())).max()?;
        let times = plan.body.times.and_then(|times| usize::try_from(times).ok());
        let fit = Fit {
            epochs: passes.max(1),
            batch_size: plan.batch,
            steps_per_epoch: times.or((passes == 0 && others > 1).then_some(others)),
            repeat: true,
            validation_data: self.evaluate.is_some(),
            ..Fit::default()
        };
        let names: Vec<&str> = plan.steps().map(|step| step.name.as_str()).collect();
        Some(Training {
            optimizer: format!("{}()", names.join("() and ")),
            losses: Vec::new(),
            logs: plan.shown.iter().map(|(_, _, name)| name.clone()).collect(),
            fit: Some(fit),
            averages: Vec::new(),
            learning_rate: None,
            callbacks: Vec::new(),
            adaptations: Vec::new(),
        })
    }

    fn entry(&self, interp: &mut Interp, state: &State, plan: &Plan, kind: EntryKind) -> Result<Entry> {
        let mut means = Vec::new();
        for (_, _, name) in &plan.shown {
            let mean = self.means.get(name).ok_or_else(|| Error::internal("a log without its mean"))?;
            means.push(mean.clone());
        }
        let (mut ids, made) = plan.needed(interp);
        let mut changed = plan.changed(interp);
        for mean in &means {
            let variables = mean.build(interp, &[])?;
            changed.extend(variables.iter().copied());
            ids.extend(variables);
        }
        let mut order: Vec<(usize, VariableId)> =
            ids.iter().map(|&id| Ok((state.index(id)?, id))).collect::<Result<_>>()?;
        order.sort_unstable();
        order.dedup();
        let position = |id: VariableId| order.iter().position(|(_, known)| *known == id);
        let mut types: Vec<TensorType> = order.iter().map(|(_, id)| interp.variables.get(*id).ty.clone()).collect();
        types.extend(plan.data.iter().map(|(_, ty)| ty.clone()));
        let name = if kind == EntryKind::TrainStep { "train_step" } else { "evaluate_step" };
        let (function, _) = traced(interp, name, &types, |interp, params| {
            let (vars, data) = params.split_at(order.len());
            interp.state.open(order.iter().map(|(_, id)| *id).zip(vars.iter().cloned()));
            let results = plan.run(interp, &made, data)?;
            let rows = interp.tracer.scalar(DType::F32, plan.batch as f64)?;
            for (mean, (call, place, _)) in means.iter().zip(&plan.shown) {
                let value = results.get(*call).and_then(|results| results.get(*place));
                let value = value.ok_or_else(|| Error::internal("a step lacks a result"))?;
                let value = interp.tracer.reshape(value, &[])?;
                let value = interp.tracer.convert(&value, DType::F32)?;
                mean.update(interp, &value, &value, Some(&rows))?;
            }
            let mut results = changed.iter().map(|&id| interp.read_variable(id)).collect::<Result<Vec<_>>>()?;
            for mean in &means {
                results.push(mean.result(interp)?);
            }
            interp.state.close();
            Ok(results)
        })?;
        let mut inputs: Vec<Port> = order.iter().map(|(index, _)| state.port(*index)).collect();
        let mut outputs = Vec::new();
        for (at, id) in changed.iter().enumerate() {
            outputs.push(state.port(state.index(*id)?));
            if let Some(input) = position(*id) {
                inputs[input].donated_to = Some(at);
            }
        }
        // The last of several arrays is the target.
        let count = plan.data.len();
        for (i, (fed, _)) in plan.data.iter().enumerate() {
            let kind = if count > 1 && i + 1 == count { PortKind::Target(0) } else { PortKind::Data(i) };
            inputs.push(Port { name: fed.name.clone(), kind, donated_to: None, below: fed.classes });
        }
        let log = |(_, _, name): &(usize, usize, String)| Port {
            name: name.clone(),
            kind: PortKind::Log,
            donated_to: None,
            below: None,
        };
        outputs.extend(plan.shown.iter().map(log));
        let mut entry = Entry { kind, batch: Some(plan.batch), function, inputs, outputs, counts_padding: Vec::new() };
        crate::program::steps::drop_unused_state(&mut entry);
        Ok(entry)
    }
}

impl Plan {
    /// Runs the body in the open state scope: the results of each call.
    fn run(&self, interp: &mut Interp, made: &BTreeSet<VariableId>, data: &[Tensor]) -> Result<Vec<Vec<Tensor>>> {
        let mut all = Vec::new();
        for (((step, known), places), function) in self.body.calls.iter().zip(&self.places).zip(&self.functions) {
            // What the body computed before the call, with the values that variables have now.
            for &id in made.iter().filter(|id| id.0 < *known) {
                interp.initial_value(id)?;
            }
            let mut args: Vec<Tensor> = Vec::new();
            for source in &step.sources {
                args.push(match source {
                    Source::State(id) => interp.read_variable(*id)?,
                    Source::Data(i) => {
                        let tensor = places.get(*i).and_then(|&place| data.get(place));
                        tensor.cloned().ok_or_else(|| Error::internal("a step lacks data"))?
                    }
                });
            }
            let results = interp.tracer.inline(function, &args.iter().collect::<Vec<_>>())?;
            for (result, outcome) in results.iter().zip(&step.outcomes) {
                if let Outcome::State(id) = outcome {
                    interp.state.assign(*id, result.clone());
                }
            }
            for (place, id) in &step.left {
                if let Some(result) = results.get(*place) {
                    interp.state.give(*id, result.clone());
                }
            }
            all.push(results);
        }
        for &id in made {
            interp.initial_value(id)?;
        }
        let updates = self.body.updates.iter().map(|(old, new)| Ok((*old, interp.read_variable(*new)?)));
        for (old, value) in updates.collect::<Result<Vec<_>>>()? {
            interp.state.assign(old, value);
        }
        Ok(all)
    }
}
