//! Values that only exist at run time.

use std::rc::Rc;

use crate::diagnostics::Span;

/// A value that the compiler does not have: a data set, the result of a host package, or anything
/// computed from one. It may be stored, indexed, called and passed to host code; an error names
/// where it came from if it would reach a model.
#[derive(Clone, Debug)]
pub struct Host(Rc<Origin>);

#[derive(Debug)]
struct Origin {
    what: String,
    span: Option<Span>,
}

impl Host {
    /// A host value described by `what` (such as `keras.datasets.mnist.load_data()`), made at `span`.
    pub fn new(what: impl Into<String>, span: Option<Span>) -> Self {
        Host(Rc::new(Origin { what: what.into(), span }))
    }

    /// What it is, in the program's words.
    pub fn what(&self) -> &str {
        &self.0.what
    }

    /// Where it entered the program.
    pub fn span(&self) -> Option<Span> {
        self.0.span
    }
}
