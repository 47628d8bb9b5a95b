//! Why a compilation failed.

use keramos_artifact::ArtifactError;
use keramos_frontend::diagnostics::{self, Diagnostic, FileId, Severity, SourceMap, Style, codes};
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
    /// The same, told as K0503 at its line of the model file if the backend refuses an operation.
    pub(crate) fn placed(self, sources: &SourceMap) -> Self {
        let (op, location, account) = match &self {
            CompileError::Lowering(LoweringError::Rule { op, location, source: IrError::Backend { message, .. } }) => {
                ((*op).to_owned(), location, message)
            }
            CompileError::Lowering(LoweringError::Operation { op, message, location }) => {
                (op.clone(), location, message)
            }
            _ => return self,
        };
        let message = format!("the backend refuses `{op}`: {account}");
        let line = location.line_column().and_then(|(line, column)| {
            let named = |file: FileId| sources.get(file).filter(|source| location.file() == Some(source.name()));
            let file =
                (0..).map(FileId).take_while(|&file| sources.get(file).is_some()).find(|&file| named(file).is_some());
            let file = file.unwrap_or(FileId::MAIN);
            let mut span = sources.get(file)?.line_span(line as usize);
            span.start = (span.start + column.saturating_sub(1)).min(span.end);
            Some((span, file))
        });
        let diagnostic = match line {
            Some((span, file)) => Diagnostic::error(codes::BACKEND, span, message).in_file(file),
            None => Diagnostic::nowhere(Severity::Error, codes::BACKEND, message),
        };
        let diagnostic = match location.scope() {
            "" => diagnostic,
            scope => diagnostic.note(format!("in `{scope}`")),
        };
        let help = "another element type, another formulation or another target may do";
        CompileError::source(sources, &[diagnostic.help(help)])
    }

    pub(crate) fn source(sources: &SourceMap, diagnostics: &[Diagnostic]) -> Self {
        CompileError::Source {
            text: diagnostics::render_all(diagnostics, sources, Style::default()),
            json: diagnostics::to_json(diagnostics, sources),
            errors: diagnostics.iter().filter(|d| d.is_error()).count(),
        }
    }
}

#[cfg(test)]
mod tests {
    use keramos_frontend::diagnostics::Source;
    use keramos_ir::Location;

    use super::*;

    #[test]
    fn a_refusal_of_the_backend_has_its_line() {
        let sources = SourceMap::single(Source::new("model.py", "import keras\nx = keras.ops.sort(y)\n"));
        let location = Location::new("model.py", 2, 5, "model/sort");
        let refused = LoweringError::Rule {
            op: "sort",
            location: location.clone(),
            source: IrError::Backend { op: "sort", message: "no code for c64".into() },
        };
        let built = LoweringError::Operation { op: "sort".into(), message: "no code for c64".into(), location };
        for error in [refused, built] {
            let text = CompileError::from(error).placed(&sources).to_string();
            assert!(text.contains("K0503") && text.contains("the backend refuses `sort`: no code for c64"), "{text}");
            assert!(text.contains("model.py:2:5") && text.contains("x = keras.ops.sort(y)"), "{text}");
        }
    }
}
