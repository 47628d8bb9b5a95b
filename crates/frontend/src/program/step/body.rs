//! Loops whose bodies call steps: what else the body does with state, such as splitting a key.
//!
//! A body is looked through with one element in place of all. Names that it gives other arrays from pass to pass,
//! not by a step, are state too: the body is looked through again with variables in their place, and what it
//! computes from them becomes part of the training step.

use std::collections::HashSet;
use std::rc::Rc;

use keramos_ir::{Array, DType, TensorType};

use super::{Given, Source, Step};
use crate::error::Result;
use crate::interp::Interp;
use crate::interp::iterate::IterObject;
use crate::keras::variable::{InitialValue, Role, Variable, VariableId, behind};
use crate::syntax::ast::Symbol;
use crate::value::Value;

/// A loop body that calls steps.
#[derive(Clone, Debug, Default)]
pub(crate) struct Body {
    /// The calls in order, each with the number of variables that there were.
    pub(super) calls: Vec<(Rc<Step>, u32)>,
    /// Variables that the body computes have this number or a higher one.
    pub(super) first: u32,
    /// Variables that take over the values of others when the body ends.
    pub(super) updates: Vec<(VariableId, VariableId)>,
    /// How often the body runs in one pass, if that is known.
    pub(super) times: Option<u64>,
}

/// How often a body calls a step, if that is all that it calls, it does so more than once, and the run gives the
/// step something each time.
pub(crate) fn repeated(calls: &[(Rc<Step>, u32)]) -> Option<u64> {
    let (first, others) = calls.split_first()?;
    let same = others.iter().all(|(step, _)| Rc::ptr_eq(step, &first.0));
    (same && !others.is_empty() && !first.0.data.is_empty()).then_some(calls.len() as u64)
}

/// A name with its value before a loop.
pub(crate) type Before = (Symbol, Value);

/// What `itertools.count` made, and the number that it would give next.
#[derive(Clone, Debug)]
pub(crate) struct Counter {
    iterator: Rc<IterObject>,
    next: Value,
}

impl Counter {
    /// Takes back the numbers that it has given since.
    pub(crate) fn restore(&self) {
        self.iterator.count_from(self.next.clone());
    }

    /// The number that it would give next.
    pub(crate) fn number(&self) -> &Value {
        &self.next
    }

    /// The number that it gives next now.
    pub(crate) fn now(&self) -> Value {
        self.iterator.count().unwrap_or(Value::None)
    }
}

/// An array of the file that became a variable, with the path that it was found at.
#[derive(Debug)]
pub(super) struct Held {
    array: Rc<Array>,
    path: String,
    id: VariableId,
}

impl Interp {
    /// The variable of an array of the file that is found at `path`.
    pub(super) fn held(&mut self, array: &Rc<Array>, path: &str) -> VariableId {
        // The raw keys of a typed key are called as that.
        let path = path.trim_end_matches("._base_array");
        let known = self.steps.held.iter().find(|held| Rc::ptr_eq(&held.array, array) && held.path == path);
        if let Some(held) = known {
            return held.id;
        }
        let ty = match self.tracer.x64 {
            true => array.ty().clone(),
            false => crate::program::function::canonical(array.ty(), false),
        };
        let trainable = ty.dtype.is_float();
        let id = self.variables.add(Variable {
            path: self.free_path(path),
            name: path.into(),
            ty,
            role: Role::Array,
            trainable,
            frozen: false,
            autocast: false,
            weight: Value::Array(array.clone()).into(),
        });
        self.steps.held.push(Held { array: array.clone(), path: path.to_owned(), id });
        id
    }

    /// The names that a body has given other arrays, not by the steps that it called.
    pub(crate) fn carried(&mut self, before: &[Before], now: impl Fn(&Symbol) -> Option<Value>) -> Vec<Before> {
        let calls = self.steps.calls.clone();
        let mut carried = Vec::new();
        for (name, value) in before {
            let Some(new) = now(name) else { continue };
            if self.is_carried(value, &new, &calls).unwrap_or(false) {
                carried.push((name.clone(), value.clone()));
            }
        }
        carried
    }

    fn is_carried(&mut self, before: &Value, after: &Value, calls: &[(Rc<Step>, u32)]) -> Result<bool> {
        let ((before, def), (after, new)) = (self.flatten(before)?, self.flatten(after)?);
        if def != new {
            return Ok(false);
        }
        let given = |array: &Rc<Array>, id: VariableId| {
            let mut all = calls.iter().flat_map(|(step, _)| &step.call.given);
            all.any(|given| matches!(given, Given::Constant(known, of) if *of == id && Rc::ptr_eq(known, array)))
        };
        Ok(before.iter().zip(&after).any(|(before, after)| match (before, after) {
            (Value::Array(old), Value::Array(new)) => !Rc::ptr_eq(old, new) && old != new,
            (Value::Array(old), after) => behind(after).is_some_and(|id| !given(old, id)),
            (before, after) => match (behind(before), behind(after)) {
                (Some(old), Some(new)) => old != new,
                _ => false,
            },
        }))
    }

    /// The value of a name with variables in the place of its arrays.
    pub(crate) fn with_held(&mut self, (name, value): &Before) -> Result<Value> {
        let (leaves, def) = self.flatten(value)?;
        let paths = def.paths();
        let held = leaves.iter().zip(paths).map(|(leaf, path)| match leaf {
            Value::Array(array) => {
                let id = self.held(array, &format!("{name}{path}"));
                Value::Object(Rc::new(InitialValue { id, weak: false }))
            }
            other => other.clone(),
        });
        let held: Vec<Value> = held.collect();
        self.unflatten(&def, held)
    }

    /// Takes note of an iterator that a loop takes a number of, if it is an `itertools.count`.
    pub(crate) fn note_counter(&mut self, iterator: &Rc<IterObject>) {
        if self.tracer.depth() > 0 || self.eval.loops == 0 {
            return;
        }
        let Some(next) = iterator.count() else { return };
        if !self.steps.counters.iter().any(|known| Rc::ptr_eq(&known.iterator, iterator)) {
            self.steps.counters.push(Counter { iterator: iterator.clone(), next });
        }
    }

    /// The counter, giving a variable that starts with its number; `None` for numbers that are not of 32 bits.
    pub(crate) fn with_held_count(&mut self, counter: &Counter) -> Option<Counter> {
        let next = match &counter.next {
            Value::Int(number) => {
                let start = Array::scalar(DType::I32, f64::from(i32::try_from(*number).ok()?));
                let id = self.held(&Rc::new(start), "count");
                Value::Object(Rc::new(InitialValue { id, weak: true }))
            }
            known => behind(known).map(|_| known.clone())?,
        };
        let held = Counter { iterator: counter.iterator.clone(), next };
        held.restore();
        Some(held)
    }

    /// The variables of `held` with those whose values they take over.
    pub(crate) fn updates(&mut self, held: &Value, now: &Value) -> Vec<(VariableId, VariableId)> {
        let (Ok((old, _)), Ok((new, _))) = (self.flatten(held), self.flatten(now)) else { return Vec::new() };
        let pair = |(old, new): (&Value, &Value)| Some((behind(old)?, behind(new)?)).filter(|(old, new)| old != new);
        old.iter().zip(&new).filter_map(pair).collect()
    }

    /// A number that grows by `step` with each pass of a loop from `start` on, the variable that counts the passes,
    /// and the variable of its next value.
    ///
    /// # Errors
    /// None for integers of 32 bits.
    pub(crate) fn counter(&mut self, name: &str, start: i64, step: i64) -> Result<(Value, (VariableId, VariableId))> {
        let path = self.free_path(name);
        let id = self.variables.add(Variable {
            path,
            name: name.into(),
            ty: TensorType::scalar(DType::I32),
            // It begins anew, from 0, with each epoch.
            role: Role::Metric,
            trainable: false,
            frozen: false,
            autocast: false,
            weight: Value::Int(0).into(),
        });
        let linear = |interp: &mut Interp, factor: i64, offset: i64| {
            interp.eagerly(name, |interp| {
                let now = interp.read_variable(id)?;
                let factor = interp.tracer.scalar(now.dtype(), factor as f64)?;
                let offset = interp.tracer.scalar(now.dtype(), offset as f64)?;
                let scaled = interp.tracer.mul(&now, &factor)?;
                interp.tracer.add(&scaled, &offset).map(Value::Tensor)
            })
        };
        let value = match (start, step) {
            (0, 1) => Value::Object(Rc::new(InitialValue { id, weak: true })),
            _ => linear(self, step, start)?,
        };
        let next = linear(self, 1, 1)?;
        let next = behind(&next).ok_or_else(|| crate::error::Error::internal("a counter does not count"))?;
        Ok((value, (id, next)))
    }

    /// Whether a call of the body that is being looked through, or a variable that takes over another's value,
    /// depends on a variable.
    pub(crate) fn is_used(&self, id: VariableId, updates: &[(VariableId, VariableId)]) -> bool {
        let sources = self.steps.calls.iter().flat_map(|(step, _)| &step.sources);
        let sources = sources.filter_map(|source| match source {
            Source::State(id) => Some(*id),
            Source::Data(_) => None,
        });
        let mut open: Vec<VariableId> = sources.chain(updates.iter().map(|(_, new)| *new)).collect();
        let mut seen = HashSet::new();
        while let Some(next) = open.pop() {
            if next == id {
                return true;
            }
            if seen.insert(next) {
                open.extend(self.computed_from(next).unwrap_or_default());
            }
        }
        false
    }

    /// Ends looking through a body: takes note of it, if it calls steps.
    pub(crate) fn note_body(&mut self, body: Body) {
        let same = |known: &Body| {
            let steps = |body: &Body| body.calls.iter().map(|(step, _)| Rc::as_ptr(step)).collect::<Vec<_>>();
            steps(known) == steps(&body)
        };
        if !body.calls.is_empty() && !self.steps.bodies.iter().any(same) {
            self.steps.bodies.push(body);
        }
    }

    /// The number of variables that there are.
    pub(crate) fn variable_count(&self) -> u32 {
        self.variables.iter().count() as u32
    }
}

impl Body {
    /// A body with the calls that were noted since.
    pub(crate) fn new(
        calls: Vec<(Rc<Step>, u32)>,
        first: u32,
        updates: Vec<(VariableId, VariableId)>,
        times: Option<u64>,
    ) -> Body {
        Body { calls, first, updates, times }
    }
}
