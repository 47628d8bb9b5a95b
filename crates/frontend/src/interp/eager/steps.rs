//! Computations outside of functions that the artifact's `init` does: how variables start that hold their results.

use std::rc::Rc;

use keramos_ir::{Function, TensorType};

use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::keras::variable::{Role, Variable, VariableId};
use crate::library::Args;
use crate::trace::Tensor;
use crate::value::{Object, Value, downcast};

/// How many such computations may follow from one another.
const MAX_DEPTH: usize = 64;

/// A computation on the values that variables start with.
#[derive(Debug)]
pub(super) struct Steps {
    function: Function,
    /// The variables that its parameters stand for.
    reads: Vec<VariableId>,
    /// How many such computations it follows from.
    depth: usize,
}

/// One result of a computation, as the initializer of a variable.
#[derive(Debug)]
struct Computed {
    steps: Rc<Steps>,
    index: usize,
}

impl Steps {
    /// `None` if the computation follows from too many others: a loop that runs at compile time.
    pub(super) fn new(interp: &Interp, function: Function, reads: Vec<VariableId>) -> Option<Rc<Steps>> {
        let depth = |id: &VariableId| match &interp.variables.get(*id).weight.initializer {
            Value::Object(object) => downcast::<Computed>(object).map_or(0, |c| c.steps.depth),
            _ => 0,
        };
        let depth = 1 + reads.iter().map(depth).max().unwrap_or(0);
        (depth <= MAX_DEPTH).then(|| Rc::new(Steps { function, reads, depth }))
    }

    /// A variable that starts with result number `index`.
    pub(super) fn variable(self: &Rc<Self>, interp: &mut Interp, index: usize, ty: TensorType) -> VariableId {
        let initializer = Value::Object(Rc::new(Computed { steps: self.clone(), index }));
        let name: Rc<str> = interp.names.unique("Array");
        let path = name.to_string();
        interp.variables.add(Variable {
            path,
            name,
            ty,
            role: Role::Array,
            trainable: false,
            frozen: false,
            autocast: false,
            weight: initializer.into(),
        })
    }
}

impl Interp {
    /// For a variable that a computation outside of functions made: the variables that it is computed from.
    pub(crate) fn computed_from(&self, id: VariableId) -> Option<&[VariableId]> {
        match &self.variables.get(id).weight.initializer {
            Value::Object(object) => {
                let computed = (&**object as &dyn std::any::Any).downcast_ref::<Computed>();
                computed.map(|computed| &*computed.steps.reads)
            }
            _ => None,
        }
    }

    /// Whether the program has trained something already: what variables hold is not what they start with.
    pub(crate) fn trains(&self) -> bool {
        !self.steps.found.is_empty() || self.models.iter().any(|model| model.recorded.fitted_at.get().is_some())
    }

    /// Lets variable `id` start with what starts as variable `source`, which is computed from the present start of `id`:
    /// a new variable keeps that, and everything that was computed from `id` is computed from the new one.
    pub(crate) fn restart(&mut self, id: VariableId, source: VariableId) {
        let before = self.variables.get(id);
        let name: Rc<str> = self.names.unique("Array");
        let kept = Variable {
            path: name.to_string(),
            name,
            ty: before.ty.clone(),
            role: Role::Array,
            trainable: false,
            frozen: false,
            autocast: false,
            weight: before.weight.initializer.clone().into(),
        };
        let kept = self.variables.add(kept);
        let from_it: Vec<(VariableId, Rc<Computed>)> = self
            .variables
            .iter()
            .filter(|(other, _)| *other != kept)
            .filter_map(|(other, variable)| match &variable.weight.initializer {
                Value::Object(object) => downcast::<Computed>(object).map(|computed| (other, computed)),
                _ => None,
            })
            .filter(|(_, computed)| computed.steps.reads.contains(&id))
            .collect();
        for (other, computed) in from_it {
            let reads = computed.steps.reads.iter().map(|&read| if read == id { kept } else { read }).collect();
            let steps = Steps { function: computed.steps.function.clone(), reads, depth: computed.steps.depth };
            let computed = Computed { steps: Rc::new(steps), index: computed.index };
            self.variables.get_mut(other).weight.initializer = Value::Object(Rc::new(computed));
        }
        let start = self.variables.get(source).weight.initializer.clone();
        self.variables.get_mut(id).weight.initializer = start;
    }

    /// Whether the start of variable `id` does not depend on that of `other`.
    pub(crate) fn starts_without(&self, id: VariableId, other: VariableId) -> bool {
        let mut open = vec![id];
        let mut seen = Vec::new();
        while let Some(id) = open.pop() {
            if id == other {
                return false;
            }
            if let Value::Object(object) = &self.variables.get(id).weight.initializer
                && let Some(computed) = downcast::<Computed>(object)
                && !seen.contains(&id)
            {
                seen.push(id);
                open.extend(&computed.steps.reads);
            }
        }
        true
    }
}

impl Object for Computed {
    fn class_name(&self) -> Rc<str> {
        "computation".into()
    }

    fn call(self: Rc<Self>, interp: &mut Interp, _: Args) -> Result<Value> {
        let reads = self.steps.reads.iter().map(|&id| interp.initial_value(id)).collect::<Result<Vec<_>>>()?;
        let results = interp.tracer.inline(&self.steps.function, &reads.iter().collect::<Vec<&Tensor>>())?;
        let result = results.into_iter().nth(self.index);
        result.map(Value::Tensor).ok_or_else(|| Error::internal("a computation lacks a result"))
    }
}

/// For each value of a function, whether it depends on a parameter.
pub(super) fn depends_on_params(function: &Function) -> Vec<bool> {
    let mut depends = vec![false; function.num_values()];
    function.params.iter().for_each(|v| depends[v.index()] = true);
    for equation in &function.equations {
        if equation.inputs.iter().any(|v| depends[v.index()]) {
            equation.outputs.iter().for_each(|v| depends[v.index()] = true);
        }
    }
    depends
}
