//! What can go wrong while building, transforming or reading IR.

use crate::{Location, TensorType};

/// The result of an IR operation.
pub type Result<T, E = IrError> = std::result::Result<T, E>;

/// An error of the IR crate. The frontend turns it into a diagnostic at the user's line.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum IrError {
    /// A primitive was given operands that its type rule rejects.
    #[error("{op}: {message}{}", given(operands))]
    Type {
        /// The primitive's name.
        op: &'static str,
        /// What is wrong, as one phrase.
        message: String,
        /// The operands' types.
        operands: Vec<TensorType>,
    },
    /// A primitive has no rule under a transform.
    #[error("no {transform} rule for {op} at {location}: {message}")]
    NoRule {
        /// The primitive's name.
        op: &'static str,
        /// The transform, such as `transpose`.
        transform: &'static str,
        /// Why, or what to do instead.
        message: String,
        /// Where the equation comes from.
        location: Location,
    },
    /// A collective names an axis that nothing around it maps over.
    #[error("{op}: no axis is named {axis}; map the function over it with vmap(…, axis_name='{axis}')")]
    UnboundAxis {
        /// The primitive's name.
        op: &'static str,
        /// The name that nothing binds.
        axis: String,
    },
    /// A transform cannot be applied to a function as asked.
    #[error("{transform} of {function}: {message}")]
    Transform {
        /// The transform, such as `value_and_grad`.
        transform: &'static str,
        /// The function's name.
        function: String,
        /// What does not fit.
        message: String,
    },
    /// The backend, or what builds its programs, refuses what a primitive lowers to.
    #[error("the backend refuses {op}: {message}")]
    Backend {
        /// The primitive's name.
        op: &'static str,
        /// Its account.
        message: String,
    },
    /// A function breaks an invariant that the verifier checks.
    #[error("invalid function {function}: {message}")]
    Invalid {
        /// The function's name.
        function: String,
        /// The broken rule and the equation at fault.
        message: String,
    },
    /// Textual IR cannot be read.
    #[error("line {line}: {message}")]
    Parse {
        /// The line, counted from 1.
        line: usize,
        /// What was expected or found.
        message: String,
    },
    /// Reference evaluation met something that it cannot compute.
    #[error("cannot evaluate {op}: {message}")]
    Eval {
        /// The primitive's name.
        op: &'static str,
        /// What is wrong.
        message: String,
    },
}

impl IrError {
    /// A type error of primitive `op`.
    pub fn ty(op: &'static str, message: impl Into<String>, operands: &[&TensorType]) -> Self {
        IrError::Type { op, message: message.into(), operands: operands.iter().map(|&t| t.clone()).collect() }
    }
}

/// The operands' types in brackets; nothing where there are none.
fn given(operands: &[TensorType]) -> String {
    if operands.is_empty() { String::new() } else { format!(" (operands {})", list(operands)) }
}

fn list(types: &[TensorType]) -> String {
    types.iter().map(TensorType::to_string).collect::<Vec<_>>().join(", ")
}
