//! The evaluator: runs a model file at compile time.

use std::rc::Rc;

use keramos_ir::TensorType;

use crate::diagnostics::Diagnostic;
use crate::error::Result;
use crate::keras::variable::{Role, StateScopes, Variable, VariableId, Variables};
use crate::library::Args;
use crate::trace::{Tensor, Tracer};
use crate::value::Value;

/// One compilation: everything that evaluating a model file changes.
#[derive(Debug, Default)]
pub struct Interp {
    /// Where tensor operations go.
    pub tracer: Tracer,
    /// All variables created so far.
    pub variables: Variables,
    /// The values of variables in the trace.
    pub state: StateScopes,
    /// Warnings and errors collected so far.
    pub diagnostics: Vec<Diagnostic>,
}

impl Interp {
    /// Calls any callable value: a function of the program or of a package, a class, a layer, …
    ///
    /// # Errors
    /// The value is not callable, the arguments do not fit, or the call fails.
    pub fn call(&mut self, callee: &Value, args: Args) -> Result<Value> {
        let _ = (callee, args);
        Err(crate::error::Error::internal("calls are evaluated by the interpreter"))
    }

    /// The present value of a variable.
    ///
    /// # Errors
    /// Nothing is being traced.
    pub fn read_variable(&mut self, id: VariableId) -> Result<Tensor> {
        self.state.read(&mut self.tracer, &self.variables, id)
    }

    /// Creates a weight named `name` under the current scope path.
    ///
    /// # Errors
    /// None today.
    pub fn add_weight(
        &mut self,
        name: &str,
        ty: TensorType,
        initializer: Value,
        trainable: bool,
    ) -> Result<VariableId> {
        let scope = self.tracer.scope_path();
        let path = if scope.is_empty() { name.to_owned() } else { format!("{scope}/{name}") };
        let name: Rc<str> = name.into();
        Ok(self.variables.add(Variable { path, name, ty, role: Role::Weight, trainable, initializer }))
    }

    /// A tensor from a tensor, number, truth value, array, or nested list of those.
    ///
    /// # Errors
    /// The value is none of these; a host value is an error that names its origin (K0601).
    pub fn to_tensor(&mut self, value: &Value) -> Result<Tensor> {
        match value {
            Value::Tensor(tensor) => Ok(tensor.clone()),
            other => Err(crate::error::Error::ty(format!("a tensor is needed here, found {}", other.type_name()))),
        }
    }
}
