//! Functions: parameters, equations, results.

use std::fmt;

use crate::{DType, IrError, Location, Op, Result, TensorType};

/// A value of one function: a parameter or an output of an equation.
///
/// Only meaningful together with the [`Function`] or builder that made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Value(u32);

impl Value {
    pub(crate) fn new(index: usize) -> Self {
        Value(index as u32)
    }

    /// The dense index of this value in its function.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "%{}", self.0)
    }
}

/// One application of a primitive.
#[derive(Clone, Debug, PartialEq)]
pub struct Equation {
    /// The primitive with its attributes.
    pub op: Op,
    /// Operands, defined earlier in the function.
    pub inputs: Vec<Value>,
    /// Results, each defined here and nowhere else.
    pub outputs: Vec<Value>,
    /// Where it comes from in the model file.
    pub location: Location,
}

/// A pure function over tensors in SSA form.
///
/// Invariants (checked by the verifier): every value is defined once, before its uses, as a
/// parameter or an equation's output; every equation's output types are what its primitive infers;
/// results are defined values. A function sees no values of another function.
#[derive(Clone, Debug, PartialEq)]
pub struct Function {
    /// A name for printing and for profiles; need not be unique.
    pub name: String,
    /// The parameters in order.
    pub params: Vec<Value>,
    /// The equations in execution order.
    pub equations: Vec<Equation>,
    /// The results in order; a value may appear more than once, and may be a parameter.
    pub results: Vec<Value>,
    pub(crate) types: Vec<TensorType>,
}

impl Function {
    /// The type of a value of this function.
    pub fn ty(&self, value: Value) -> &TensorType {
        &self.types[value.index()]
    }

    /// How many values there are; their indices are below this.
    pub fn num_values(&self) -> usize {
        self.types.len()
    }

    /// The value that stands for `value` in a copy of this function being made.
    pub(crate) fn look_up(&self, env: &[Option<Value>], value: Value) -> Result<Value> {
        env[value.index()].ok_or_else(|| IrError::Invalid {
            function: self.name.clone(),
            message: format!("{value} is used before it is defined"),
        })
    }

    /// As [`Function::look_up`], for several values.
    pub(crate) fn look_up_all(&self, env: &[Option<Value>], values: &[Value]) -> Result<Vec<Value>> {
        values.iter().map(|&v| self.look_up(env, v)).collect()
    }

    /// Numbers the values in the order of definition and forgets those that nothing defines.
    pub(crate) fn renumber(&mut self) {
        let mut types = Vec::with_capacity(self.types.len());
        // What is used but not defined becomes a value that cannot be, which the verifier reports.
        let mut numbers = vec![u32::MAX as usize; self.types.len()];
        let outputs = self.equations.iter().flat_map(|eqn| &eqn.outputs);
        for value in self.params.iter().chain(outputs) {
            numbers[value.index()] = types.len();
            let nothing = TensorType::scalar(DType::Bool);
            types.push(std::mem::replace(&mut self.types[value.index()], nothing));
        }
        self.types = types;
        let uses = self.equations.iter_mut().flat_map(|eqn| eqn.inputs.iter_mut().chain(&mut eqn.outputs));
        for value in self.params.iter_mut().chain(&mut self.results).chain(uses) {
            *value = Value::new(numbers[value.index()]);
        }
    }

    /// The parameters' types.
    pub fn param_types(&self) -> Vec<TensorType> {
        self.params.iter().map(|&p| self.ty(p).clone()).collect()
    }

    /// The results' types.
    pub fn result_types(&self) -> Vec<TensorType> {
        self.results.iter().map(|&r| self.ty(r).clone()).collect()
    }
}
