//! The diagnostic itself: plain data with a builder.

use super::codes::Code;
use super::source::{FileId, Span};

/// How bad it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Nothing is produced.
    Error,
    /// The result may not be what the user meant.
    Warning,
    /// Worth knowing.
    Note,
}

/// A marked place in a source with a few words about it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Label {
    /// The marked bytes.
    pub span: Span,
    /// The source that they are in.
    pub file: FileId,
    /// What is said about them; may be empty.
    pub text: String,
}

/// One step of the way from the user's code to the place that failed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Frame {
    /// What was being done, with the shapes that matter: ``in layer `conv2d` (28, 28, 1)``.
    pub what: String,
    /// Where that was written.
    pub span: Span,
    /// The source that `span` is in.
    pub file: FileId,
}

/// One message to the user: what is wrong, where, and what to do about it.
///
/// Built by chaining:
///
/// ```
/// # use keramos_frontend::diagnostics::{Diagnostic, Span, codes};
/// let problem = Diagnostic::error(codes::UNDEFINED_NAME, Span::new(4, 9), "no `layres` is defined here")
///     .help("did you mean `layers`?");
/// assert_eq!(problem.code.to_string(), "K0201");
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diagnostic {
    /// Which of the table's kinds of problem this is.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// One phrase: lower case, no full stop.
    pub message: String,
    /// The place that the message is about.
    pub primary: Option<Label>,
    /// Further places that explain it.
    pub labels: Vec<Label>,
    /// Facts: the shapes found, the rule that was broken.
    pub notes: Vec<String>,
    /// What to write instead.
    pub help: Vec<String>,
    /// How the failing place was reached, outermost first.
    pub trail: Vec<Frame>,
}

impl Diagnostic {
    /// An error at `span` of the main source.
    pub fn error(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, Some(span), message)
    }

    /// A warning at `span` of the main source.
    pub fn warning(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, Some(span), message)
    }

    /// Something worth knowing at `span` of the main source.
    pub fn remark(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self::new(Severity::Note, code, Some(span), message)
    }

    /// A diagnostic about no place in particular (an archive, an option).
    pub fn nowhere(severity: Severity, code: Code, message: impl Into<String>) -> Self {
        Self::new(severity, code, None, message)
    }

    fn new(severity: Severity, code: Code, span: Option<Span>, message: impl Into<String>) -> Self {
        let primary = span.map(|span| Label { span, file: FileId::MAIN, text: String::new() });
        Self {
            code,
            severity,
            message: message.into(),
            primary,
            labels: Vec::new(),
            notes: Vec::new(),
            help: Vec::new(),
            trail: Vec::new(),
        }
    }

    /// Moves the diagnostic, and the labels and frames added so far, to another source.
    #[must_use]
    pub fn in_file(mut self, file: FileId) -> Self {
        let labels = self.primary.iter_mut().chain(&mut self.labels);
        labels.for_each(|label| label.file = file);
        self.trail.iter_mut().for_each(|frame| frame.file = file);
        self
    }

    /// Says a few words at the primary place itself.
    #[must_use]
    pub fn here(mut self, text: impl Into<String>) -> Self {
        if let Some(primary) = &mut self.primary {
            primary.text = text.into();
        }
        self
    }

    /// Marks a further place, in the source of the primary one.
    #[must_use]
    pub fn label(self, span: Span, text: impl Into<String>) -> Self {
        let file = self.file();
        self.label_in(file, span, text)
    }

    /// Marks a further place in any source.
    #[must_use]
    pub fn label_in(mut self, file: FileId, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, file, text: text.into() });
        self
    }

    /// Adds a fact.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }

    /// Adds what to do.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(text.into());
        self
    }

    /// Adds what to do, if there is anything to say.
    #[must_use]
    pub fn maybe_help(mut self, text: Option<impl Into<String>>) -> Self {
        self.help.extend(text.map(Into::into));
        self
    }

    /// Adds an inner step to the trail, in the source of the primary place.
    #[must_use]
    pub fn frame(mut self, what: impl Into<String>, span: Span) -> Self {
        let file = self.file();
        self.trail.push(Frame { what: what.into(), span, file });
        self
    }

    /// Whether this stops the compilation.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// The source that the primary place is in.
    pub fn file(&self) -> FileId {
        self.primary.as_ref().map_or(FileId::MAIN, |primary| primary.file)
    }

    /// The primary place, if there is one.
    pub fn span(&self) -> Option<Span> {
        self.primary.as_ref().map(|primary| primary.span)
    }
}

impl std::fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let severity = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        };
        write!(f, "{severity}[{}]: {}", self.code, self.message)
    }
}

impl std::error::Error for Diagnostic {}
