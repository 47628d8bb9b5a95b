//! Layers, beside their numbers (`tests/golden`): what they say about inputs and arguments that do not
//! fit, and what holds of padded batches.

#![allow(clippy::expect_used, clippy::panic, reason = "a test that fails here should stop")]

mod mistakes;
mod padding;
mod special;

use keramos_frontend::diagnostics::{Source, SourceMap, Style, render_all};
use keramos_frontend::interp::{self, Evaluated, Options};

/// A file that imports Keras and its layers, then `text`.
fn evaluate(text: &str) -> (Source, Evaluated) {
    let source = Source::new("model.py", format!("import keras\nfrom keras import layers\n{text}\n"));
    let evaluated = interp::run(&source, Options::default());
    (source, evaluated)
}

/// What is said about such a file.
fn messages(text: &str) -> String {
    let (source, evaluated) = evaluate(text);
    render_all(evaluated.diagnostics(), &SourceMap::single(source), Style::default())
}
