//! What a step leaves for the rest of the pass that it stands in: gradients that the loop's body applies, or results
//! that it hands to another step.
//!
//! Each such result has a variable that is written by the step and read behind it, in the same pass; no artifact keeps it.

use std::collections::HashSet;
use std::rc::Rc;

use keramos_ir::TensorType;

use super::trace::same_function;
use super::{Before, Body, Given, Outcome, Source, Step};
use crate::interp::Interp;
use crate::interp::host::{has_array, host_in};
use crate::jax::transform::{Jit, gives_gradient, transformed};
use crate::keras::variable::{Role, Variable, VariableId, behind};
use crate::library::Args;
use crate::syntax::ast::Symbol;
use crate::value::{Host, Value};

impl Interp {
    /// Takes note of a gradient that a loop's body computes itself, from state and data of the run: what the call gives.
    pub(crate) fn note_gradient(&mut self, callee: &Value, args: &Args) -> Option<Value> {
        let loops = self.eval.loops;
        let fed = host_in(args).is_some_and(|host| !host.is_transformed());
        if !fed || loops == 0 || self.steps.candidate == Some(loops) || !has_array(args) {
            return None;
        }
        let (found, told) = (self.steps.found.len(), self.diagnostics.len());
        match self.step(callee, &Jit::default(), args) {
            Ok(Some(step)) => Some(self.note_call_of(&step)),
            _ => {
                self.steps.found.truncate(found);
                self.diagnostics.truncate(told);
                None
            }
        }
    }

    /// Whether the results of a step are no new state, though they look like it: gradients, and whatever else the
    /// file was seen to compute new state from.
    pub(super) fn is_part(&self, callee: &Value) -> bool {
        let inner = transformed::<Jit>(callee).map(|jitted| jitted.function.clone());
        gives_gradient(inner.as_ref().unwrap_or(callee))
            || self.steps.parts.iter().any(|known| same_function(known, callee))
    }

    /// Variables for those results of the step `name` that are no state.
    pub(super) fn left_by(
        &mut self,
        name: &str,
        outcomes: &[Outcome],
        types: &[TensorType],
    ) -> Vec<(usize, VariableId)> {
        let free = outcomes.iter().zip(types).enumerate();
        let free: Vec<_> = free.filter(|(_, (outcome, _))| !matches!(outcome, Outcome::State(_))).collect();
        let left = free.into_iter().map(|(at, (_, ty))| {
            let path = self.free_path(&format!("{name}/{at}"));
            let id = self.variables.add(Variable {
                name: path.as_str().into(),
                path,
                ty: ty.clone(),
                role: Role::Array,
                trainable: false,
                frozen: false,
                autocast: false,
                // Before the step there is none.
                weight: Value::Host(Host::new(format!("the result of `{name}`"), Some(self.span))).into(),
            });
            (at, id)
        });
        left.collect()
    }

    /// Learns from a body that was run which functions give something that new state is computed from, where their
    /// results were taken for the new state itself. Whether there is one more.
    pub(crate) fn learn_parts(&mut self, before: &[Before], now: impl Fn(&Symbol) -> Option<Value>) -> bool {
        let calls: Vec<Rc<Step>> = self.steps.calls.iter().map(|(step, _)| step.clone()).collect();
        let mut learned = false;
        for step in calls {
            let returned: HashSet<VariableId> = step.outcomes.iter().filter_map(state).collect();
            // The state in a value that the step was given and gave new values for.
            let given = |value: &Value| -> Option<VariableId> {
                let id = step.call.given.iter().find_map(|given| match (given, value) {
                    (Given::Constant(known, id), Value::Array(array)) => Rc::ptr_eq(known, array).then_some(*id),
                    (given, value) => behind(value).filter(|id| *id == given.variable()),
                })?;
                returned.contains(&id).then_some(id)
            };
            let (mut computed, mut taken) = (HashSet::new(), HashSet::new());
            for (name, value) in before {
                let Some(new) = now(name) else { continue };
                let mut old = HashSet::new();
                value.for_each_leaf(&mut |leaf| old.extend(given(leaf)));
                let (mut own, mut other) = (HashSet::new(), false);
                new.for_each_leaf(&mut |leaf| match behind(leaf) {
                    Some(id) if returned.contains(&id) => drop(own.insert(id)),
                    Some(id) => other |= self.computed_from(id).is_some(),
                    None => {}
                });
                taken.extend(own.intersection(&old).copied());
                if other && own.is_empty() {
                    computed.extend(old);
                }
            }
            let computed = computed.difference(&taken).next().is_some();
            if computed && !self.is_part(&step.callee) {
                self.steps.found.retain(|known| !same_function(&known.callee, &step.callee));
                self.steps.parts.push(step.callee.clone());
                learned = true;
            }
        }
        learned
    }

    /// Whether a value is computed from what a step left for the rest of its pass.
    pub(crate) fn is_left(&self, value: &Value) -> bool {
        let left: HashSet<VariableId> =
            self.steps.found.iter().flat_map(|step| step.left.iter().map(|(_, id)| *id)).collect();
        let mut variables: Vec<VariableId> = Vec::new();
        value.for_each_leaf(&mut |leaf| variables.extend(behind(leaf)));
        depends(self, variables, |id| left.contains(&id))
    }
}

/// Whether one of the variables is such a one, or computed from one.
fn depends(interp: &Interp, mut open: Vec<VariableId>, such: impl Fn(VariableId) -> bool) -> bool {
    let mut seen = HashSet::new();
    while let Some(id) = open.pop() {
        if such(id) {
            return true;
        }
        if seen.insert(id) {
            open.extend(interp.computed_from(id).unwrap_or_default());
        }
    }
    false
}

impl Body {
    /// Whether the rest of a pass reads what a step leaves for it: another step, or what becomes new state.
    pub(super) fn reads_left(&self, interp: &Interp, step: &Step) -> bool {
        let sources = self.calls.iter().flat_map(|(step, _)| &step.sources);
        let sources = sources.filter_map(|source| match source {
            Source::State(id) => Some(*id),
            Source::Data(_) => None,
        });
        let read = sources.chain(self.updates.iter().map(|(_, new)| *new)).collect();
        depends(interp, read, |id| step.left.iter().any(|(_, left)| *left == id))
    }
}

fn state(outcome: &Outcome) -> Option<VariableId> {
    match outcome {
        Outcome::State(id) => Some(*id),
        _ => None,
    }
}
