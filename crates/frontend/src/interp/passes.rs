//! Loops around training steps: their bodies are run once, for what they call.

use std::rc::Rc;

use super::Interp;
use super::names::Bound;
use super::scope::Env;
use crate::program::{Before, Body};
use crate::syntax::ast::{Block, Symbol, Target};
use crate::value::Value;

/// What stands for the elements of a loop.
pub(super) enum Element {
    /// One in place of all, which only the run has.
    OfRun(Value),
    /// Integers: the first, the step, and how many there are.
    Counted(i64, i64, u64),
}

impl Interp {
    /// Runs the body of a loop over data of the run once, for the training steps that it calls. Whatever goes
    /// wrong in it is passed over. Whether it calls some.
    pub(super) fn look_through(&mut self, env: &Rc<Env>, target: &Target, body: &Block, element: &Element) -> bool {
        if self.tracer.depth() > 0 {
            return false;
        }
        let outer = std::mem::take(&mut self.steps.calls);
        let before = self.names_before(env, body);
        let found = self.steps.found.len();
        let mut first = self.variable_count();
        let mut updates = Vec::new();
        let mut times = None;
        self.run_once(env, target, body, element.first());
        let carried = match self.steps.calls.is_empty() {
            true => Vec::new(),
            false => self.carried(&before, |name| env.own(name)),
        };
        let counts = matches!(element, Element::Counted(..)) && !self.steps.calls.is_empty();
        let expected = self.steps.calls.len();
        if !carried.is_empty() || counts {
            // Again, with variables in the place of what the body changes.
            for (step, _) in std::mem::take(&mut self.steps.calls) {
                step.uncounted(self.steps.loops + 1);
            }
            self.steps.found.truncate(found);
            before.iter().for_each(|(name, value)| env.bind(name, value.clone()));
            let mut held: Vec<Before> = Vec::new();
            for name in &carried {
                let Ok(value) = self.with_held(name) else { continue };
                env.bind(&name.0, value.clone());
                held.push((name.0.clone(), value));
            }
            let mut value = element.first();
            if let Element::Counted(start, step, count) = element {
                times = Some(*count);
                if let Ok((counter, next)) = self.counter("step", *start, *step) {
                    value = counter;
                    updates.push(next);
                }
            }
            first = match updates.first() {
                Some((_, next)) => next.0,
                None => self.variable_count(),
            };
            self.run_once(env, target, body, value);
            for (name, held) in held {
                if let Some(now) = env.own(&name) {
                    updates.extend(self.updates(&held, &now));
                }
                env.bind(&name, held);
            }
        }
        let calls = std::mem::replace(&mut self.steps.calls, outer);
        if calls.len() < expected {
            calls.iter().for_each(|(step, _)| step.uncounted(self.steps.loops + 1));
            self.steps.found.truncate(found);
            return false;
        }
        let found = !calls.is_empty();
        self.note_body(Body::new(calls, first, updates, times));
        found
    }

    /// The names that a body binds, with their values before it.
    pub(super) fn names_before(&self, env: &Rc<Env>, body: &Block) -> Vec<Before> {
        let names: Vec<Symbol> = Bound::of(body).names;
        names.into_iter().filter_map(|name| Some((name.clone(), env.own(&name)?))).collect()
    }

    fn run_once(&mut self, env: &Rc<Env>, target: &Target, body: &Block, element: Value) {
        let (mark, skipped, told, printed) =
            (self.mark(), self.eval.skipped.len(), self.diagnostics.len(), self.eval.output.len());
        self.steps.loops += 1;
        // What the body does to objects stays; what it says does not, but for what it says of steps.
        let _ = self.assign(env, target, element).and_then(|()| self.block(env, body));
        self.steps.loops -= 1;
        self.reset(mark);
        self.eval.handling.clear();
        self.eval.skipped.truncate(skipped);
        self.diagnostics.truncate(told);
        self.eval.output.truncate(printed);
    }
}

impl Element {
    /// The first of them.
    pub(super) fn first(&self) -> Value {
        match self {
            Element::OfRun(value) => value.clone(),
            Element::Counted(start, ..) => Value::Int(*start),
        }
    }
}
