//! What can go wrong between the IR and the finished StableHLO module.

use keramos_ir::{IrError, Location};

/// An error of this crate. Each names the operation at fault and the place in the model file that
/// it comes from. Apart from [`LoweringError::Signature`], which a caller can cause, every one means
/// that a `lower` rule emitted something that MLIR refuses.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum LoweringError {
    /// The described arguments and results do not fit the entry function.
    #[error("entry function {function}: {message}")]
    Signature {
        /// The entry function's name.
        function: String,
        /// What does not fit, with positions and types.
        message: String,
    },
    /// A primitive's `lower` rule failed, or emitted something else than the primitive's results.
    #[error("cannot lower {op} at {location}: {source}")]
    Rule {
        /// The IR primitive's name.
        op: &'static str,
        /// Where the equation comes from.
        location: Location,
        /// The rule's own error.
        source: IrError,
    },
    /// An attribute is not valid MLIR assembly.
    #[error("{op} at {location}: attribute {name} = `{text}` is not MLIR assembly: {message}")]
    Attribute {
        /// The MLIR operation's name.
        op: String,
        /// The attribute's name.
        name: String,
        /// The text as given.
        text: String,
        /// MLIR's diagnostic.
        message: String,
        /// Where the equation comes from.
        location: Location,
    },
    /// An operation cannot be built.
    #[error("{op} at {location}: {message}")]
    Operation {
        /// The MLIR operation's name.
        op: String,
        /// What MLIR or the emitter found wrong.
        message: String,
        /// Where the equation comes from.
        location: Location,
    },
    /// The finished module does not verify.
    #[error("the lowered module is invalid: {}", diagnostics.join("; "))]
    Verify {
        /// MLIR's diagnostics, each with the location of its operation.
        diagnostics: Vec<String>,
    },
    /// The module cannot be written out.
    #[error("cannot write the lowered module: {message}")]
    Write {
        /// MLIR's account.
        message: String,
    },
}
