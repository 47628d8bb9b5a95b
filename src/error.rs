//! Why a compilation failed.

use keramos_artifact::ArtifactError;
use keramos_frontend::diagnostics::{self, Diagnostic, SourceMap, Style};
use keramos_ir::IrError;
use keramos_lowering::LoweringError;

/// Why a compilation failed.
#[derive(Debug, thiserror::Error)]
pub enum CompileError {
    /// The model file has errors. The text is what the command line prints.
    #[error("{text}")]
    Source {
        /// All diagnostics, rendered without colour.
        text: String,
        /// The same for tools, in the form of `keramos check --format json`.
        json: String,
        /// How many of them are errors.
        errors: usize,
    },
    /// A transformation or pass failed on a valid program: a mistake of the compiler.
    #[error("internal error in the IR: {0}")]
    Ir(#[from] IrError),
    /// Lowering failed on a valid program: a mistake of the compiler.
    #[error("internal error while lowering: {0}")]
    Lowering(#[from] LoweringError),
    /// The artifact cannot be put together.
    #[error(transparent)]
    Artifact(#[from] ArtifactError),
    /// The plugin is missing, or compiling ahead of time or reading weights failed.
    #[error(transparent)]
    Runtime(#[from] keramos_runtime::Error),
}

impl CompileError {
    pub(crate) fn source(sources: &SourceMap, diagnostics: &[Diagnostic]) -> Self {
        CompileError::Source {
            text: diagnostics::render_all(diagnostics, sources, Style::default()),
            json: diagnostics::to_json(diagnostics, sources),
            errors: diagnostics.iter().filter(|d| d.is_error()).count(),
        }
    }
}
