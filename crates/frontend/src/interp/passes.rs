//! Loops around training steps: their bodies are run once, for what they call.

use std::rc::Rc;

use super::Interp;
use super::exceptions::is_poison;
use super::host::Skipped;
use super::names::Bound;
use super::scope::Env;
use super::stmt::Flow;
use crate::diagnostics::{Area, Diagnostic, Severity};
use crate::error::{Error, Result};
use crate::program::{Before, Body, Counter};
use crate::syntax::ast::{Block, Symbol, Target};
use crate::value::{Host, Value};

/// What stands for the elements of a loop.
#[derive(Clone, Debug)]
pub(super) enum Element {
    /// One in place of all, which only the run has.
    OfRun(Value),
    /// The same behind a number, as `enumerate` gives it: the first number and the element.
    Numbered(i64, Value),
    /// Integers: the first, the step, and how many there are.
    Counted(i64, i64, u64),
}

impl Interp {
    /// Runs the body of a loop over data of the run once, for the training steps that it calls. What goes wrong in
    /// it is only told. Whether it calls some.
    pub(super) fn look_through(&mut self, env: &Rc<Env>, target: &Target, body: &Block, element: &Element) -> bool {
        if self.tracer.depth() > 0 {
            return false;
        }
        let outer = std::mem::take(&mut self.steps.calls);
        let outer_counters = std::mem::take(&mut self.steps.counters);
        let before = self.names_before(env, body);
        let mut found = self.steps.found.len();
        let mut first = self.variable_count();
        let mut updates = Vec::new();
        let mut problem = self.run_once(env, target, body, element.first());
        let counters = std::mem::replace(&mut self.steps.counters, outer_counters);
        while self.learn_parts(&before, |name| env.own(name)) {
            self.forget_calls(found);
            found = self.steps.found.len();
            before.iter().for_each(|(name, value)| env.bind(name, value.clone()));
            counters.iter().for_each(Counter::restore);
            problem = self.run_once(env, target, body, element.first());
        }
        let carried = match self.steps.calls.is_empty() {
            true => Vec::new(),
            false => self.carried(&before, |name| env.own(name)),
        };
        let expected = self.steps.calls.len();
        let rows = self.steps.rows_of_calls();
        let counts = element.numbers().is_some() && expected > 0;
        let numbered = !counters.is_empty() && expected > 0;
        if !carried.is_empty() || counts || numbered {
            // Again, with variables in the place of what the body changes.
            let restore = |interp: &mut Interp| {
                interp.forget_calls(found);
                before.iter().for_each(|(name, value)| env.bind(name, value.clone()));
                counters.iter().for_each(Counter::restore);
            };
            restore(self);
            let counted;
            let held = Held { carried: &carried, counters: &counters, counts };
            (first, updates, counted) = self.run_held(env, target, body, element, &held);
            // The body may have to know the number itself, for a condition or a slice.
            let fails = self.steps.calls.len() < expected || self.steps.rows_of_calls() != rows;
            if (counts || numbered) && fails {
                restore(self);
                if !counts || matches!(element, Element::Numbered(..)) || (!carried.is_empty() && !counted) {
                    let held = Held { counters: &[], counts: false, ..held };
                    (first, updates, _) = self.run_held(env, target, body, element, &held);
                }
            }
        }
        let calls = std::mem::replace(&mut self.steps.calls, outer);
        if let Some(problem) = problem {
            self.tell_problem(problem);
        }
        if calls.len() < expected {
            calls.iter().for_each(|(step, _)| step.uncounted(self.steps.loops + 1));
            self.steps.found.truncate(found);
            return false;
        }
        for name in Bound::of(body).names {
            let left = env.own(&name).filter(|value| self.is_left(value));
            if left.is_some() {
                env.bind(&name, Value::Host(Host::new(self.describe(self.span), Some(self.span)).transformed()));
            }
        }
        let found = !calls.is_empty();
        self.note_body(Body::new(calls, first, updates, element.times()));
        found
    }

    /// Runs the body of a loop for its first element; if it calls training steps, it is looked through instead, and
    /// `None` stands for the whole loop.
    ///
    /// # Errors
    /// Those of the body.
    pub(super) fn watched(
        &mut self,
        env: &Rc<Env>,
        target: &Target,
        body: &Block,
        watched: &Element,
        element: Value,
    ) -> Result<Option<Flow>> {
        let outer = std::mem::take(&mut self.steps.calls);
        let outer_counters = std::mem::take(&mut self.steps.counters);
        let before = self.names_before(env, body);
        let found = self.steps.found.len();
        let run = self.assign(env, target, element.clone()).and_then(|()| self.block(env, body));
        let calls = std::mem::replace(&mut self.steps.calls, outer);
        let counters = std::mem::replace(&mut self.steps.counters, outer_counters);
        let flow = run?;
        if calls.is_empty() {
            return Ok(Some(flow));
        }
        calls.iter().for_each(|(step, _)| step.uncounted(0));
        let restore = || {
            before.iter().for_each(|(name, value)| env.bind(name, value.clone()));
            counters.iter().for_each(Counter::restore);
        };
        // One step again and again, each time with other data: the body itself goes through them.
        if let (Some(times), Some(passes)) = (crate::program::repeated(&calls), watched.times()) {
            if let Some((step, _)) = calls.first() {
                step.count_passes(passes);
            }
            self.note_body(Body::new(calls.into_iter().take(1).collect(), u32::MAX, Vec::new(), Some(times)));
            return Ok(None);
        }
        self.steps.found.truncate(found);
        restore();
        let failed = self.steps.failed.len();
        if self.look_through(env, target, body, watched) {
            return Ok(None);
        }
        // The body needs the elements themselves: it is run for each of them, from the first on. What failed without them says
        // nothing.
        self.steps.failed.truncate(failed);
        restore();
        self.assign(env, target, element)?;
        self.block(env, body).map(Some)
    }

    /// Takes back the calls of a pass that is made again; steps beyond the first `found` are to be found anew.
    fn forget_calls(&mut self, found: usize) {
        for (step, _) in std::mem::take(&mut self.steps.calls) {
            step.uncounted(self.steps.loops + 1);
        }
        self.steps.found.truncate(found);
    }

    /// Runs the body with variables in the place of what `held` tells. Gives the number of the first variable that the
    /// body computes, which variables take over the values of others, and whether the body computes with the number of
    /// the loop.
    fn run_held(
        &mut self,
        env: &Rc<Env>,
        target: &Target,
        body: &Block,
        element: &Element,
        Held { carried, counters, counts }: &Held<'_>,
    ) -> (u32, Updates, bool) {
        let mut updates = Vec::new();
        let mut held: Vec<Before> = Vec::new();
        for name in *carried {
            let Ok(value) = self.with_held(name) else { continue };
            env.bind(&name.0, value.clone());
            held.push((name.0.clone(), value));
        }
        let counters: Vec<Counter> = counters.iter().filter_map(|counter| self.with_held_count(counter)).collect();
        let mut value = element.first();
        let counter = element.numbers().filter(|_| *counts).and_then(|(start, step)| {
            let (counter, next) = self.counter("step", start, step).ok()?;
            value = element.with_number(counter);
            Some(next)
        });
        let first = counter.map_or_else(|| self.variable_count(), |(id, _)| id.0 + 1);
        let outer = std::mem::replace(&mut self.steps.counting, counter.is_some());
        let _ = self.run_once(env, target, body, value);
        self.steps.counting = outer;
        for (name, held) in held {
            if let Some(now) = env.own(&name) {
                updates.extend(self.updates(&held, &now));
            }
            env.bind(&name, held);
        }
        for held in counters {
            let pairs = self.updates(held.number(), &held.now());
            let used: Updates = pairs.into_iter().filter(|(id, _)| self.is_used(*id, &updates)).collect();
            updates.extend(used);
            held.restore();
        }
        // A number that nothing is computed from is not counted.
        let used = counter.filter(|(id, _)| self.is_used(*id, &updates));
        updates.extend(used);
        (first, updates, used.is_some())
    }

    /// The names that a body binds, with their values before it.
    fn names_before(&self, env: &Rc<Env>, body: &Block) -> Vec<Before> {
        let names: Vec<Symbol> = Bound::of(body).names;
        names.into_iter().filter_map(|name| Some((name.clone(), env.own(&name)?))).collect()
    }

    /// What went wrong, if something did.
    fn run_once(&mut self, env: &Rc<Env>, target: &Target, body: &Block, element: Value) -> Option<Error> {
        let (mark, skipped, told, printed) =
            (self.mark(), self.eval.skipped.len(), self.diagnostics.len(), self.eval.output.len());
        self.steps.loops += 1;
        // What the body does to objects stays; what it says does not, but for what it says of steps.
        let run = self.assign(env, target, element).and_then(|()| self.block(env, body));
        self.steps.loops -= 1;
        self.reset(mark);
        self.eval.handling.clear();
        let failed = self.eval.skipped.split_off(skipped).into_iter().filter(|skipped| skipped.failed);
        self.eval.skipped.extend(failed);
        self.diagnostics.truncate(told);
        self.eval.output.truncate(printed);
        run.err()
    }

    /// Tells what went wrong in a body that was looked through: as a warning what real data cannot change, else
    /// among the skipped statements.
    pub(super) fn tell_problem(&mut self, problem: Error) {
        if is_poison(&problem) {
            return;
        }
        let problem = problem.at(self.span).into_diagnostic();
        let Some(span) = problem.span() else { return };
        if matches!(problem.code.area(), Area::Name | Area::Argument | Area::Shape) {
            let warning = Diagnostic { severity: Severity::Warning, ..problem };
            let note = "the body of this loop over data was looked through for training steps: what follows in it was left out";
            self.steps.warnings.push(warning.note(note));
            return;
        }
        let because = problem.message;
        if !self.eval.skipped.iter().any(|known| known.span == span && known.because == because) {
            self.eval.skipped.push(Skipped { span, because, failed: true });
        }
    }
}

/// What a body changes, for which it gets variables.
#[derive(Clone, Copy)]
struct Held<'a> {
    /// Names.
    carried: &'a [Before],
    /// What `itertools.count` made.
    counters: &'a [Counter],
    /// Whether the number of the loop is one, too.
    counts: bool,
}

/// Variables with those whose values they take over.
type Updates = Vec<(crate::keras::variable::VariableId, crate::keras::variable::VariableId)>;

impl Element {
    /// What a loop over data of the run gives.
    pub(super) fn of_run(host: &Host) -> Element {
        match host.counted() {
            Some((start, data)) => Element::Numbered(start, Value::Host(data.element())),
            None => Element::OfRun(Value::Host(host.element())),
        }
    }

    /// An element that stands for all; `pairs` says whether `enumerate` gave it.
    pub(super) fn among(element: Value, pairs: bool) -> Element {
        match (element.elements().as_deref(), pairs) {
            (Some([Value::Int(start), rest]), true) => Element::Numbered(*start, rest.clone()),
            _ => Element::OfRun(element),
        }
    }

    /// The first element of a loop whose elements are or hold data of the run.
    pub(super) fn of_batches(element: &Value, pairs: bool) -> Option<Element> {
        let mut data = false;
        element.for_each_leaf(&mut |leaf| data |= matches!(leaf, Value::Host(_)));
        data.then(|| Element::among(element.clone(), pairs))
    }

    /// The first of them.
    fn first(&self) -> Value {
        match self {
            Element::OfRun(value) => value.clone(),
            Element::Numbered(start, _) | Element::Counted(start, ..) => self.with_number(Value::Int(*start)),
        }
    }

    /// One of them with that number.
    fn with_number(&self, number: Value) -> Value {
        match self {
            Element::OfRun(value) => value.clone(),
            Element::Numbered(_, value) => Value::tuple(vec![number, value.clone()]),
            Element::Counted(..) => number,
        }
    }

    /// Where numbers start, and their step.
    fn numbers(&self) -> Option<(i64, i64)> {
        match self {
            Element::OfRun(_) => None,
            Element::Numbered(start, _) => Some((*start, 1)),
            Element::Counted(start, step, _) => Some((*start, *step)),
        }
    }

    /// How many there are, if that is known.
    fn times(&self) -> Option<u64> {
        match self {
            Element::OfRun(_) | Element::Numbered(..) => None,
            Element::Counted(_, _, count) => Some(*count),
        }
    }
}
