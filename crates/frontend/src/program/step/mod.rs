//! Training steps that the file writes itself.
//!
//! A jitted function that the file calls with state it knows and data that only the run has is a step: calls
//! `loss, state = train_step(state, batch)` in a loop over a data set. The call is traced where it stands.
//! Arguments whose trees come back among the results are state; scalars among the results are logged. What
//! the data look like comes from where they go ([`data`]), or from what the user says.

mod body;
mod data;
mod entry;
mod left;
mod matching;
mod plain;
mod trace;

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::rc::Rc;

pub(crate) use body::{Before, Body, Counter, repeated};
pub(crate) use data::{Unknown, expected};
pub(super) use entry::choose;
pub(crate) use entry::stepped_model;
use keramos_ir::Function;

use self::trace::Call;
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::keras::variable::VariableId;
use crate::value::{Host, Value};

/// What the user says about steps beside the file.
#[derive(Clone, Debug, Default)]
pub struct Hints {
    /// Rows in a batch.
    pub batch: Option<usize>,
    /// Sizes of batches; those that are smaller serve what is left over after the full ones.
    pub rests: Vec<usize>,
    /// The types of what a step gets from the run, in the form of an entry's arguments.
    pub data: Option<String>,
    /// Names whose values only the run has, and what they are: `n=10`, or `x=f32[100,28,28]` for an array.
    pub values: Vec<String>,
}

/// The steps of a file.
#[derive(Debug, Default)]
pub(crate) struct Steps {
    /// Those that could be traced, in the order of their first calls.
    pub(crate) found: Vec<Rc<Step>>,
    /// Functions that look like steps, and why they could not be traced.
    pub(crate) failed: Vec<(Value, Error)>,
    /// How many loops over data of the run are being looked through.
    pub(crate) loops: usize,
    /// Whether what iterates can do with one element in place of those of data of the run; then, what the
    /// data are that a generator stood for.
    pub(crate) asking: bool,
    pub(crate) met: Option<crate::value::Host>,
    /// Whether the next generator that goes on is asked by `next()`.
    pub(crate) endless: bool,
    /// Jitted functions whose results the file computes new state from.
    parts: Vec<Value>,
    /// Whether a variable stands for the number of the pass of a loop that is being looked through.
    pub(crate) counting: bool,
    /// At which depth of loops a function was called that may be a step.
    pub(crate) candidate: Option<usize>,
    /// What `itertools.count` made and the innermost loop has taken numbers of, each with the next number before.
    pub(crate) counters: Vec<Counter>,
    /// The calls in the body that is being looked through, each with the number of variables that there were.
    pub(crate) calls: Vec<(Rc<Step>, u32)>,
    /// The loop bodies that call steps.
    pub(crate) bodies: Vec<Body>,
    /// What there is to say of the steps.
    pub(crate) warnings: Vec<crate::diagnostics::Diagnostic>,
    /// Arrays of the file that became variables.
    held: Vec<body::Held>,
    /// The models that steps call, in the order of the calls.
    pub(crate) models: Vec<Rc<crate::keras::layer::LayerObject>>,
    /// The dicts that stand for data while a step is traced, with the data.
    pub(crate) dicts: Vec<(Value, Rc<Unknown>)>,
    /// What the file has called its modules with, by their owners: shapes whose first size is the batch's.
    pub(crate) seen: Vec<(Value, Vec<data::Input>)>,
    /// What the user says.
    pub(crate) hints: Hints,
    /// Whether the data's types are known better since this was last reset.
    pub(crate) learned: bool,
}

/// A step: a function that was traced with the types of its call.
#[derive(Debug)]
pub(crate) struct Step {
    /// The function as the file calls it.
    callee: Value,
    /// Its name.
    name: String,
    /// The first call, taken apart.
    call: Call,
    /// What is known of its data.
    known_data: Vec<Rc<Unknown>>,
    /// The traced function.
    function: Function,
    /// What each of its parameters is.
    sources: Vec<Source>,
    /// What becomes of each of its results.
    outcomes: Vec<Outcome>,
    /// The arrays that the run gives.
    data: Vec<Fed>,
    /// The variables that have results for the rest of the pass, each with the place of the result.
    left: Vec<(usize, VariableId)>,
    /// The models that it calls.
    models: Vec<Rc<crate::keras::layer::LayerObject>>,
    /// What the call gives while the file is evaluated.
    result: Value,
    /// Rows in a batch; a step that the run gives nothing has none.
    batch: Option<usize>,
    /// The same step for smaller batches: what is left over after the full ones.
    rests: RefCell<Vec<(usize, Function)>>,
    /// Calls in loops over data, which are passes, and other calls.
    passes: Cell<usize>,
    others: Cell<usize>,
}

/// An array that the run gives to a step.
#[derive(Clone, Debug)]
struct Fed {
    name: String,
    /// The number of classes, for class numbers.
    classes: Option<u64>,
    /// The value of the file that it is part of.
    host: Host,
}

/// A leaf of the state as it was passed.
#[derive(Clone, Debug)]
enum Given {
    /// A variable, or an array that holds the value of one.
    Variable(VariableId),
    /// A constant, which became a variable.
    Constant(Rc<keramos_ir::Array>, VariableId),
}

/// What a parameter of a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    /// The value of a variable.
    State(VariableId),
    /// Array number i of the run.
    Data(usize),
}

/// What becomes of a result of a step.
#[derive(Clone, Debug, PartialEq)]
enum Outcome {
    /// The variable's new value.
    State(VariableId),
    /// A number to be shown.
    Log(String),
    /// Nothing.
    Dropped,
}

impl Given {
    fn variable(&self) -> VariableId {
        match self {
            Given::Variable(id) | Given::Constant(_, id) => *id,
        }
    }
}

impl Steps {
    /// Rows in a batch of each call in the body that is being looked through.
    pub(crate) fn rows_of_calls(&self) -> Vec<Option<usize>> {
        self.calls.iter().map(|(step, _)| step.batch).collect()
    }
}

impl Step {
    /// The variables that the step gives new values.
    fn changed(&self) -> Vec<VariableId> {
        let mut changed = Vec::new();
        for (value, outcome) in self.function.results.iter().zip(&self.outcomes) {
            let Outcome::State(id) = outcome else { continue };
            let position = self.function.params.iter().position(|p| p == value);
            let same = position.is_some_and(|p| self.sources.get(p) == Some(&Source::State(*id)));
            if !same && !changed.contains(id) {
                changed.push(*id);
            }
        }
        changed
    }

    /// Its function for batches of so many rows, if there is one; `None` means full batches.
    fn function_for(&self, rows: Option<usize>) -> Option<Function> {
        match (rows, self.batch) {
            (None, _) | (_, None) => Some(self.function.clone()),
            (Some(rows), _) => {
                self.rests.borrow().iter().find(|(size, _)| *size == rows).map(|(_, function)| function.clone())
            }
        }
    }

    /// The variables that the numbers which it shows depend on.
    fn shown_from(&self) -> HashSet<VariableId> {
        let shown = self.function.results.iter().zip(&self.outcomes);
        let shown = shown.filter(|(_, outcome)| matches!(outcome, Outcome::Log(_))).map(|(value, _)| *value);
        let mut needed: HashSet<keramos_ir::Value> = shown.collect();
        for equation in self.function.equations.iter().rev() {
            if equation.outputs.iter().any(|output| needed.contains(output)) {
                needed.extend(&equation.inputs);
            }
        }
        let params = self.function.params.iter().zip(&self.sources).filter(|(param, _)| needed.contains(param));
        let variable = |(_, source): (_, &Source)| match source {
            Source::State(id) => Some(*id),
            Source::Data(_) => None,
        };
        params.filter_map(variable).collect()
    }

    /// The names of the numbers that it shows, each with the place of the result.
    fn logs(&self) -> Vec<(usize, String)> {
        let log = |(place, outcome): (usize, &Outcome)| match outcome {
            Outcome::Log(name) => Some((place, name.clone())),
            _ => None,
        };
        self.outcomes.iter().enumerate().filter_map(log).collect()
    }

    /// Whether an array among the data, number `at` of those that the file knows, is another one in another call.
    fn varies(&self, at: usize, array: &keramos_ir::Array) -> bool {
        let other = |known: &Rc<keramos_ir::Array>| known.ty() == array.ty() && **known != *array;
        self.call.varying.contains(&at) || self.call.known.get(at).is_some_and(other)
    }

    /// Counts passes over data that were not looked through one by one.
    pub(crate) fn count_passes(&self, passes: u64) {
        self.passes.set(self.passes.get().saturating_add(usize::try_from(passes).unwrap_or(usize::MAX)));
    }

    /// Takes back the count of one call at the given depth of loops.
    pub(crate) fn uncounted(&self, loops: usize) {
        let count = if loops > 0 { &self.passes } else { &self.others };
        count.set(count.get().saturating_sub(1));
    }
}

impl Interp {
    /// Whether the file has training steps of its own, or functions that were meant to be.
    pub(crate) fn has_steps(&self) -> bool {
        !self.steps.found.is_empty() || !self.steps.failed.is_empty()
    }

    /// Takes note of a call at the file's own level whose arguments have data of the run in them: what it
    /// gives, if it is a step.
    pub(crate) fn note_step(
        &mut self,
        callee: &Value,
        jit: &crate::jax::transform::Jit,
        args: &crate::library::Args,
    ) -> Option<Value> {
        // In the loop of a training, a step may get by with state.
        let fed = crate::interp::host::host_in(args).is_some();
        if !fed && self.steps.loops == 0 {
            return None;
        }
        match self.step(callee, jit, args) {
            Ok(step) => {
                let step = step?;
                Some(self.note_call_of(&step))
            }
            Err(_) if !fed => None,
            Err(error) => {
                let same = |(function, _): &(Value, Error)| trace::same_function(function, callee);
                if !self.steps.failed.iter().any(same) {
                    self.steps.failed.push((callee.clone(), error));
                }
                None
            }
        }
    }
}

/// Why the first function that looks like a step is none.
pub(crate) fn failure(interp: &mut Interp) -> Result<()> {
    match interp.steps.failed.is_empty() {
        true => Ok(()),
        false => Err(interp.steps.failed.remove(0).1),
    }
}
