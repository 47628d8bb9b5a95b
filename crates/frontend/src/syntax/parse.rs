//! The entry point: a source becomes a module and the list of what is wrong with it.

use std::rc::Rc;

use super::ast::{ExprKind, Literal, Module, Stmt, StmtKind};
use super::blocks::Blocks;
use super::layout::layout;
use crate::diagnostics::{Diagnostic, Source, Span, codes};

/// So many diagnostics are given; what comes after them is mostly their consequence.
pub(super) const MAX_ERRORS: usize = 100;

/// Parses a model file.
///
/// Mistakes do not stop the parser: it reports them and goes on with the next statement, so that one run shows
/// several. When a diagnostic of severity error is among those returned, the module lacks the statements
/// concerned and is good for nothing but further checks. Diagnostics come in the order of their places.
///
/// Time is linear in the length of the text, the call stack used is bounded, and no input makes it panic.
///
/// ```
/// use keramos_frontend::{diagnostics::Source, syntax::parse};
///
/// let (module, problems) = parse(&Source::new("model.py", "x = 1 +\nprint(x)\n"));
/// assert_eq!(module.body.len(), 1);
/// assert_eq!(problems[0].code.to_string(), "K0101");
/// ```
pub fn parse(source: &Source) -> (Module, Vec<Diagnostic>) {
    let layout = layout(source);
    let mut blocks = Blocks::new(source, &layout.lines);
    let body: Rc<[Stmt]> = blocks.module().into();
    let mut diagnostics = layout.diagnostics;
    diagnostics.append(&mut blocks.into_diagnostics());
    diagnostics.sort_by_key(|diagnostic| diagnostic.span().map(|span| span.start));
    if diagnostics.len() > MAX_ERRORS {
        diagnostics.truncate(MAX_ERRORS);
        let last = diagnostics.last().and_then(Diagnostic::span).unwrap_or_default();
        let end = Span { start: last.end, end: last.end };
        let problem = Diagnostic::error(codes::TOO_MANY, end, "too many mistakes: the rest is not shown");
        diagnostics.push(problem.help("mend the first ones and try again"));
    }
    let module = Module { docstring: docstring(&body), body, span: Span::new(0, source.text().len()) };
    (module, diagnostics)
}

/// The text of the body's first statement if that is a plain string.
pub(crate) fn docstring(body: &[Stmt]) -> Option<Rc<str>> {
    match &body.first()?.kind {
        StmtKind::Expr(expr) => match &expr.kind {
            ExprKind::Literal(Literal::Str(text)) => Some(Rc::clone(text)),
            _ => None,
        },
        _ => None,
    }
}
