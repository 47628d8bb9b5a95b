//! Variables and the scopes that functionalise their state.

mod initial;
mod scope;
mod stateless;

use std::collections::HashMap;
use std::rc::Rc;

use keramos_ir::TensorType;

use super::layer::LayerObject;
use super::weights::Weight;
use crate::error::Result;
use crate::trace::{Tensor, Tracer};

pub use initial::InitialValue;
pub(crate) use initial::behind;
pub use scope::STATELESS_SCOPE;
pub(crate) use stateless::{list, pure, values};

/// Identifies a variable of one compilation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct VariableId(pub u32);

/// What a variable is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// A weight (trained unless its layer or itself is frozen).
    Weight,
    /// The `uint32[2]` state of a seed generator.
    Seed,
    /// A slot or counter of an optimizer.
    Optimizer,
    /// A running sum of a metric.
    Metric,
    /// An array of the file that is no Keras variable.
    Array,
}

/// One variable: what Keras calls `keras.Variable`.
#[derive(Clone, Debug)]
pub struct Variable {
    /// Keras's path, such as `sequential/conv2d/kernel`.
    pub path: String,
    /// The last part of the path, such as `kernel`.
    pub name: Rc<str>,
    /// Element type and shape.
    pub ty: TensorType,
    /// What it is for.
    pub role: Role,
    /// Whether gradients are taken with respect to it (a layer's `trainable` may still veto).
    pub trainable: bool,
    /// Whether it was made to be trained, and that was taken back: it keeps its place among the trained ones.
    pub frozen: bool,
    /// Whether layers that compute in another type read it in that.
    pub autocast: bool,
    /// How it starts, and what else holds for its values.
    pub weight: Weight,
}

impl Variable {
    /// Whether gradients are taken with respect to it now.
    pub fn is_trained(&self) -> bool {
        self.trainable && !self.frozen
    }
}

/// All variables of a compilation, in creation order.
#[derive(Debug, Default)]
pub struct Variables {
    all: Vec<Variable>,
}

impl Variables {
    /// Adds a variable.
    pub fn add(&mut self, variable: Variable) -> VariableId {
        self.all.push(variable);
        VariableId(self.all.len() as u32 - 1)
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.all.len()
    }

    /// The variable's description.
    pub fn get(&self, id: VariableId) -> &Variable {
        &self.all[id.0 as usize]
    }

    /// The variable's description, to change it.
    pub fn get_mut(&mut self, id: VariableId) -> &mut Variable {
        &mut self.all[id.0 as usize]
    }

    /// All variables in creation order.
    pub fn iter(&self) -> impl Iterator<Item = (VariableId, &Variable)> {
        self.all.iter().enumerate().map(|(i, v)| (VariableId(i as u32), v))
    }
}

/// The values that variables have at this point of a trace, as Keras's `StatelessScope`.
///
/// Scopes nest: an inner scope (a loss function being differentiated) sees the outer one's values,
/// and keeps its own assignments apart until they are taken out as results.
#[derive(Debug, Default)]
pub struct StateScopes {
    scopes: Vec<Scope>,
}

#[derive(Debug, Default)]
struct Scope {
    values: HashMap<VariableId, Tensor>,
    assigned: Vec<VariableId>,
    /// Where no scope has a value: make a parameter of the function being traced.
    params: Vec<(VariableId, Tensor)>,
    /// The losses that layers added, each with its layer.
    losses: Vec<(Rc<LayerObject>, Tensor)>,
}

impl StateScopes {
    /// Opens a scope in which the given variables have the given values.
    pub fn open(&mut self, values: impl IntoIterator<Item = (VariableId, Tensor)>) {
        self.scopes.push(Scope { values: values.into_iter().collect(), ..Scope::default() });
    }

    /// Closes the innermost scope: the variables assigned in it, in order of first assignment, with
    /// their last values, and the parameters that were made for variables without a value.
    pub fn close(&mut self) -> Closed {
        let scope = self.scopes.pop().unwrap_or_default();
        let last = |id: &VariableId| scope.values.get(id).map(|t| (*id, t.clone()));
        Closed { assigned: scope.assigned.iter().filter_map(last).collect(), params: scope.params }
    }

    /// As [`StateScopes::close`] for all variables that have a value in the scope, however they got it.
    pub fn close_with_values(&mut self) -> HashMap<VariableId, Tensor> {
        self.scopes.pop().unwrap_or_default().values
    }

    /// The value that a variable has in the innermost scope itself.
    pub fn own(&self, id: VariableId) -> Option<Tensor> {
        self.scopes.last()?.values.get(&id).cloned()
    }

    /// How many scopes are open; pass it to [`StateScopes::unwind`] after an error.
    pub fn depth(&self) -> usize {
        self.scopes.len()
    }

    /// Drops scopes until `depth` are left.
    pub fn unwind(&mut self, depth: usize) {
        self.scopes.truncate(depth);
    }

    /// The value of a variable here. A variable that no open scope has a value for becomes a
    /// parameter of the outermost function being traced, recorded in the outermost scope.
    ///
    /// # Errors
    /// No function is being traced.
    pub fn read(&mut self, tracer: &mut Tracer, variables: &Variables, id: VariableId) -> Result<Tensor> {
        if let Some(tensor) = self.scopes.iter().rev().find_map(|s| s.values.get(&id)) {
            return Ok(tensor.clone());
        }
        let tensor = tracer.outermost_param(variables.get(id).ty.clone())?;
        if let Some(scope) = self.scopes.first_mut() {
            scope.values.insert(id, tensor.clone());
            scope.params.push((id, tensor.clone()));
        }
        Ok(tensor)
    }

    /// Adds a loss of `layer` (Keras's `Layer.add_loss`) to the innermost scope.
    pub fn add_loss(&mut self, layer: &Rc<LayerObject>, loss: Tensor) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.losses.push((layer.clone(), loss));
        }
    }

    /// The losses that `layer` itself added in the innermost scope, in order.
    pub fn losses_of(&self, layer: &Rc<LayerObject>) -> Vec<Tensor> {
        let all = self.scopes.last().map_or(&[][..], |scope| &scope.losses);
        all.iter().filter(|(owner, _)| Rc::ptr_eq(owner, layer)).map(|(_, loss)| loss.clone()).collect()
    }

    /// The layers that added losses in the innermost scope, in order, one for each loss.
    pub fn adders(&self) -> Vec<Rc<LayerObject>> {
        let all = self.scopes.last().map_or(&[][..], |scope| &scope.losses);
        all.iter().map(|(owner, _)| owner.clone()).collect()
    }

    /// Forgets the losses that `layers` added in the innermost scope.
    pub fn clear_losses(&mut self, layers: &[Rc<LayerObject>]) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.losses.retain(|(owner, _)| !layers.iter().any(|layer| Rc::ptr_eq(owner, layer)));
        }
    }

    /// The value that a variable has in an open scope.
    pub fn peek(&self, id: VariableId) -> Option<Tensor> {
        self.scopes.iter().rev().find_map(|s| s.values.get(&id)).cloned()
    }

    /// Gives a variable the value that it starts with in the innermost scope.
    pub fn give(&mut self, id: VariableId, value: Tensor) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.values.insert(id, value);
        }
    }

    /// Gives a variable a new value in the innermost scope.
    pub fn assign(&mut self, id: VariableId, value: Tensor) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.values.insert(id, value);
            if !scope.assigned.contains(&id) {
                scope.assigned.push(id);
            }
        }
    }
}

/// What a closed scope leaves behind.
#[derive(Debug)]
pub struct Closed {
    /// Assigned variables with their last values.
    pub assigned: Vec<(VariableId, Tensor)>,
    /// Variables for which parameters were made, in order of first use.
    pub params: Vec<(VariableId, Tensor)>,
}
