//! Errors of evaluation.

use crate::diagnostics::{Code, Diagnostic, Frame, Label, Severity, Span, codes};
use crate::value::Value;

/// The result of evaluating something.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A problem met while a model file is evaluated: a diagnostic on its way to the user, which a
/// `try` statement of the program may still catch.
///
/// Native code (layers, losses, …) does not know source places. It raises errors without one;
/// the evaluator fills in the place of the innermost call or expression ([`Error::at`]).
#[derive(Debug)]
pub struct Error(Box<Raised>);

#[derive(Debug)]
struct Raised {
    diagnostic: Diagnostic,
    exception: Option<Value>,
    /// Whether the place is one in the program, rather than in a package.
    placed: bool,
}

impl Error {
    /// An error of the given kind, without a place yet.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Error(Box::new(Raised {
            diagnostic: Diagnostic::nowhere(Severity::Error, code, message),
            exception: None,
            placed: false,
        }))
    }

    /// A value has the wrong Python type (K0301).
    pub fn ty(message: impl Into<String>) -> Self {
        Error::new(codes::TYPE, message)
    }

    /// An argument has a value that is not accepted (K0303).
    pub fn argument(message: impl Into<String>) -> Self {
        Error::new(codes::INVALID_ARGUMENT, message)
    }

    /// Shapes do not fit together (K0401).
    pub fn shape(message: impl Into<String>) -> Self {
        Error::new(codes::SHAPE_MISMATCH, message)
    }

    /// Something of Keras or Python that is not compiled (K0502).
    pub fn unsupported(message: impl Into<String>) -> Self {
        Error::new(codes::UNSUPPORTED_FEATURE, message)
    }

    /// A mistake of the compiler (K0901).
    pub fn internal(message: impl Into<String>) -> Self {
        Error::new(codes::INTERNAL, message)
    }

    /// A Python exception raised by the program (`raise ValueError("…")`).
    pub fn raised(exception: Value, message: impl Into<String>) -> Self {
        let mut error = Error::new(codes::RAISED, message);
        error.0.exception = Some(exception);
        error
    }

    /// Marks a further place that explains the problem.
    #[must_use]
    pub fn label(mut self, span: Span, text: impl Into<String>) -> Self {
        let file = self.0.diagnostic.file();
        self.0.diagnostic.labels.push(Label { span, file, text: text.into() });
        self
    }

    /// Adds a fact.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.0.diagnostic.notes.push(text.into());
        self
    }

    /// Adds what to do.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.0.diagnostic.help.push(text.into());
        self
    }

    /// The same problem, told as one of another kind.
    #[must_use]
    pub fn coded(mut self, code: Code) -> Self {
        self.0.diagnostic.code = code;
        self
    }

    /// This error, in whose text the numbers that are others in `other` read `None`: the same mistake met with other
    /// sizes of unknown dimensions.
    #[must_use]
    pub fn without_sizes_unlike(mut self, other: &Error) -> Self {
        let (mine, theirs) = (&mut self.0.diagnostic, &other.0.diagnostic);
        let labels = mine.labels.iter_mut().map(|l| &mut l.text).zip(theirs.labels.iter().map(|l| &l.text));
        let trail = mine.trail.iter_mut().map(|f| &mut f.what).zip(theirs.trail.iter().map(|f| &f.what));
        let notes = mine.notes.iter_mut().zip(&theirs.notes);
        let help = mine.help.iter_mut().zip(&theirs.help);
        let message = std::iter::once((&mut mine.message, &theirs.message));
        for (text, other) in message.chain(labels).chain(trail).chain(notes).chain(help) {
            if let Some(blended) = blend(text, other) {
                *text = blended;
            }
        }
        self
    }

    /// This error, in whose text the number `size`, which stands for an unknown dimension, reads `None`.
    #[must_use]
    pub fn without_size(mut self, size: usize) -> Self {
        let d = &mut self.0.diagnostic;
        let labels = d.labels.iter_mut().map(|l| &mut l.text);
        let trail = d.trail.iter_mut().map(|f| &mut f.what);
        let texts = std::iter::once(&mut d.message).chain(labels).chain(trail).chain(&mut d.notes).chain(&mut d.help);
        let size = size.to_string();
        for text in texts.filter(|text| text.contains(&size)) {
            *text = parts(text).into_iter().map(|part| if part == size { "None".to_owned() } else { part }).collect();
        }
        self
    }

    /// Sets the place, unless an inner one is known already.
    #[must_use]
    pub fn at(mut self, span: Span) -> Self {
        let d = &mut self.0.diagnostic;
        if d.primary.is_none() {
            d.primary = Diagnostic::error(d.code, span, "").primary;
        }
        self
    }

    /// Adds the step `what` at `span`, which led here, in front of the trail, unless it stands there already. Of a
    /// long trail only both ends are kept.
    #[must_use]
    pub fn through(mut self, what: impl Into<String>, span: Span) -> Self {
        const MAX_FRAMES: usize = 12;
        const MIDDLE: usize = MAX_FRAMES / 2;
        let file = self.0.diagnostic.file();
        let trail = &mut self.0.diagnostic.trail;
        let frame = Frame { what: what.into(), span, file };
        if trail.first() == Some(&frame) {
            return self;
        }
        trail.insert(0, frame);
        if trail.len() > MAX_FRAMES {
            trail.remove(MIDDLE);
            if let Some(middle) = trail.get_mut(MIDDLE) {
                middle.what = "through further calls".to_owned();
            }
        }
        self
    }

    /// The error as one whose place is in the program.
    pub(crate) fn in_program(mut self) -> Self {
        self.0.placed = true;
        self
    }

    /// The error as it leaves a package: without the places in it.
    pub(crate) fn out_of_package(mut self) -> Self {
        if !self.0.placed {
            self.0.diagnostic.primary = None;
            self.0.diagnostic.trail.clear();
        }
        self
    }

    /// The same error, as which `except` sees this exception.
    pub(crate) fn carrying(mut self, exception: Value) -> Self {
        self.0.exception = Some(exception);
        self
    }

    /// The exception object, if the program raised one.
    pub fn exception(&self) -> Option<&Value> {
        self.0.exception.as_ref()
    }

    /// The diagnostic so far.
    pub fn diagnostic(&self) -> &Diagnostic {
        &self.0.diagnostic
    }

    /// The diagnostic for the user.
    pub fn into_diagnostic(self) -> Diagnostic {
        let mut diagnostic = self.0.diagnostic;
        // A layer that the message tells of at this place needs no step that tells of it again.
        let told = |frame: &Frame, primary: &Label| {
            (frame.span, frame.file) == (primary.span, primary.file)
                && frame
                    .what
                    .split('`')
                    .nth(1)
                    .is_some_and(|name| diagnostic.message.contains(&format!("layer `{name}`")))
        };
        if let (Some(primary), Some(frame)) = (&diagnostic.primary, diagnostic.trail.last())
            && told(frame, primary)
        {
            diagnostic.trail.pop();
        }
        // What is marked anyway needs no second mark.
        if let Some(primary) = &diagnostic.primary {
            let place = (primary.span, primary.file);
            diagnostic.labels.retain(|label| (label.span, label.file) != place);
        }
        diagnostic
    }
}

/// The text cut into numbers and what stands between them. The number in a name, such as that of `dense_1`, is no size.
fn parts(text: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let (mut digits, mut before) = (None, ' ');
    for c in text.chars() {
        let named = before.is_alphanumeric() || before == '_';
        let digit = c.is_ascii_digit() && (digits == Some(true) || !named);
        match parts.last_mut().filter(|_| digits == Some(digit)) {
            Some(part) => part.push(c),
            None => parts.push(c.to_string()),
        }
        (digits, before) = (Some(digit), c);
    }
    parts
}

/// `text` with `None` for the numbers that differ from those of `other`; `None` if more than numbers differs.
fn blend(text: &str, other: &str) -> Option<String> {
    let (mine, theirs) = (parts(text), parts(other));
    let number = |part: &str| part.starts_with(|c: char| c.is_ascii_digit());
    let same = |(a, b): (&String, &String)| a == b || (number(a) && number(b));
    if mine.len() != theirs.len() || !mine.iter().zip(&theirs).all(same) {
        return None;
    }
    let pick = |(a, b): (String, String)| if a == b { a } else { "None".to_owned() };
    Some(mine.into_iter().zip(theirs).map(pick).collect())
}

impl From<keramos_ir::IrError> for Error {
    fn from(error: keramos_ir::IrError) -> Self {
        use keramos_ir::IrError;
        let code = match &error {
            IrError::Type { .. } => codes::SHAPE_MISMATCH,
            IrError::NoRule { .. } => codes::UNSUPPORTED_FEATURE,
            IrError::UnboundAxis { .. } => codes::UNBOUND_AXIS,
            IrError::Transform { .. } => codes::TRANSFORM,
            IrError::Backend { .. } => codes::BACKEND,
            IrError::Invalid { .. } | IrError::Parse { .. } | IrError::Eval { .. } => codes::INTERNAL,
        };
        let message = match &error {
            // The diagnostic shows the place itself.
            IrError::NoRule { op, transform, message, .. } => format!("no {transform} rule for `{op}`: {message}"),
            other => other.to_string(),
        };
        Error::new(code, message)
    }
}

#[cfg(test)]
mod tests {
    use super::blend;

    #[test]
    fn numbers_that_differ_are_unknown() {
        assert_eq!(
            blend("f32[83,5] and [415, 2]", "f32[89,5] and [445, 2]").as_deref(),
            Some("f32[None,5] and [None, 2]")
        );
        assert_eq!(blend("rows 83", "columns 89"), None);
        assert_eq!(blend("83", "89 rows"), None);
        assert_eq!(blend("`dense_1` on (83, 5)", "`dense_1` on (89, 5)").as_deref(), Some("`dense_1` on (None, 5)"));
        assert_eq!(blend("`dense_1` on (83, 5)", "`dense_2` on (89, 5)"), None);
    }
}
