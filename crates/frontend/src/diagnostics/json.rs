//! The stable JSON form, for editors and other tools.
//!
//! ```json
//! {"version": 1, "diagnostics": [
//!   {"code": "K0102", "name": "missing-colon", "severity": "error", "message": "…",
//!    "primary": {"file": "model.py", "start": {"offset": 3, "line": 1, "column": 4}, "end": {…}, "text": "…"},
//!    "labels": [], "notes": [], "help": ["…"], "trail": [{"what": "…", "file": …, "start": …, "end": …}]}]}
//! ```
//!
//! Offsets count bytes from 0, lines and columns (in characters) from 1. Fields may be added under the
//! same version; none is removed or changes its meaning.

use super::diagnostic::{Diagnostic, Severity};
use super::source::{FileId, SourceMap, Span};

/// Version of the JSON form; rises when a field goes or changes its meaning.
pub const FORMAT_VERSION: u32 = 1;

#[derive(serde::Serialize)]
struct Report<'a> {
    version: u32,
    diagnostics: Vec<Entry<'a>>,
}

#[derive(serde::Serialize)]
struct Entry<'a> {
    code: String,
    name: &'static str,
    severity: Severity,
    message: &'a str,
    primary: Option<Place<'a>>,
    labels: Vec<Place<'a>>,
    notes: &'a [String],
    help: &'a [String],
    trail: Vec<Step<'a>>,
}

#[derive(serde::Serialize)]
struct Place<'a> {
    #[serde(flatten)]
    range: PlaceRange<'a>,
    text: &'a str,
}

#[derive(serde::Serialize)]
struct Step<'a> {
    what: &'a str,
    #[serde(flatten)]
    range: PlaceRange<'a>,
}

#[derive(serde::Serialize)]
struct PlaceRange<'a> {
    file: &'a str,
    start: Point,
    end: Point,
}

#[derive(serde::Serialize)]
struct Point {
    offset: u32,
    line: usize,
    column: usize,
}

/// All `diagnostics` as one pretty-printed JSON document without a final line break.
pub fn to_json(diagnostics: &[Diagnostic], sources: &SourceMap) -> String {
    let diagnostics = diagnostics.iter().map(|diagnostic| entry(diagnostic, sources)).collect();
    let report = Report { version: FORMAT_VERSION, diagnostics };
    // Strings, numbers and lists only: nothing in the report can fail to serialise.
    serde_json::to_string_pretty(&report).unwrap_or_default()
}

fn entry<'a>(diagnostic: &'a Diagnostic, sources: &'a SourceMap) -> Entry<'a> {
    let place = |label: &'a super::Label| Place { range: range(label.file, label.span, sources), text: &label.text };
    Entry {
        code: diagnostic.code.to_string(),
        name: diagnostic.code.name,
        severity: diagnostic.severity,
        message: &diagnostic.message,
        primary: diagnostic.primary.as_ref().map(place),
        labels: diagnostic.labels.iter().map(place).collect(),
        notes: &diagnostic.notes,
        help: &diagnostic.help,
        trail: diagnostic
            .trail
            .iter()
            .map(|frame| Step { what: &frame.what, range: range(frame.file, frame.span, sources) })
            .collect(),
    }
}

fn range(file: FileId, span: Span, sources: &SourceMap) -> PlaceRange<'_> {
    let source = sources.get(file);
    let point = |offset: u32| {
        let (line, column) = source.map_or((1, 1), |source| {
            let location = source.location(offset);
            (location.line, location.column)
        });
        Point { offset, line, column }
    };
    PlaceRange { file: source.map_or("", |source| source.name()), start: point(span.start), end: point(span.end) }
}
