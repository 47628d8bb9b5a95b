//! The parser and the diagnostics as their users see them.

#![allow(clippy::unwrap_used, reason = "a test that fails here should stop")]

use keramos_frontend::diagnostics::{Source, SourceMap, Style, render_all};
use keramos_frontend::syntax::{parse, print};

mod limits;
mod properties;
mod reporting;
mod tour;

/// What `keramos check` prints about `text`.
fn problems(text: &str) -> String {
    let source = Source::new("model.py", text);
    let (_, diagnostics) = parse(&source);
    render_all(&diagnostics, &SourceMap::single(source), Style::default())
}

/// The printed tree of a text without mistakes.
fn tree(text: &str) -> String {
    let source = Source::new("model.py", text);
    let (module, diagnostics) = parse(&source);
    assert_eq!(render_all(&diagnostics, &SourceMap::single(source.clone()), Style::default()), "");
    print(&module, &source)
}
