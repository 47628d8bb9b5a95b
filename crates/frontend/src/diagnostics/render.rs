//! Diagnostics as text for a terminal, laid out by `annotate-snippets`.

use std::ops::Range;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::diagnostic::{Diagnostic, Label, Severity};
use super::source::{FileId, Source, SourceMap, Span};

/// How a rendering looks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Style {
    /// Colours by ANSI escapes; for terminals only.
    pub colour: bool,
    /// Columns to fit source lines into; longer ones are clipped around what is marked.
    pub width: usize,
}

impl Default for Style {
    /// No colours, 120 columns.
    fn default() -> Self {
        Self { colour: false, width: 120 }
    }
}

/// One diagnostic as text, with a final line break.
pub fn render(diagnostic: &Diagnostic, sources: &SourceMap, style: Style) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let title = level.primary_title(visible(&diagnostic.message)).id(diagnostic.code.to_string());
    let mut group = Group::with_title(title);
    for file in files_of(diagnostic) {
        if let Some(source) = sources.get(file) {
            group = group.element(snippet(diagnostic, file, source));
        }
    }
    for frame in &diagnostic.trail {
        let place = sources.get(frame.file).map(|source| place_of(source, frame.span)).unwrap_or_default();
        group = group.element(Level::NOTE.message(visible(&format!("{}{place}", frame.what))));
    }
    for note in &diagnostic.notes {
        group = group.element(Level::NOTE.message(visible(note)));
    }
    for help in &diagnostic.help {
        group = group.element(Level::HELP.message(visible(help)));
    }
    let renderer = if style.colour { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.term_width(style.width).decor_style(DecorStyle::Ascii);
    let mut text = renderer.render(&[group]);
    text.push('\n');
    text
}

/// All diagnostics as text, a blank line between any two.
pub fn render_all(diagnostics: &[Diagnostic], sources: &SourceMap, style: Style) -> String {
    let parts: Vec<_> = diagnostics.iter().map(|diagnostic| render(diagnostic, sources, style)).collect();
    parts.join("\n")
}

/// The files that the diagnostic marks, the primary one first, each once.
fn files_of(diagnostic: &Diagnostic) -> Vec<FileId> {
    let mut files = Vec::new();
    for label in diagnostic.primary.iter().chain(&diagnostic.labels) {
        if !files.contains(&label.file) {
            files.push(label.file);
        }
    }
    files
}

/// The part of `source` that the diagnostic marks. Only the lines from the first to the last mark are
/// handed to the layout, so that its cost does not grow with the file.
fn snippet<'a>(
    diagnostic: &'a Diagnostic,
    file: FileId,
    source: &'a Source,
) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let in_file = |label: &&Label| label.file == file;
    let labels = || diagnostic.primary.iter().chain(&diagnostic.labels).filter(in_file);
    let first = labels().map(|label| label.span.start).min().unwrap_or(0);
    let last = labels().map(|label| label.span.end).max().unwrap_or(0);
    let first_line = source.location(first).line;
    let window_start = source.line_span(first_line).start as usize;
    let window_end = source.line_span(source.location(last).line).end as usize;
    let window = source.text().get(window_start..window_end).unwrap_or_default();
    let local = |span: Span| -> Range<usize> {
        let span = source.clamp(span);
        let start = (span.start as usize).saturating_sub(window_start).min(window.len());
        let end = (span.end as usize).saturating_sub(window_start).min(window.len());
        start..end.max(start)
    };
    let primary = diagnostic.primary.iter().filter(in_file).map(|label| (AnnotationKind::Primary, label));
    let others = diagnostic.labels.iter().filter(in_file).map(|label| (AnnotationKind::Context, label));
    let annotations = primary.chain(others).map(|(kind, label)| {
        let annotation = kind.span(local(label.span));
        if label.text.is_empty() { annotation } else { annotation.label(visible(&label.text)) }
    });
    Snippet::source(window).line_start(first_line).path(source.name()).annotations(annotations)
}

fn place_of(source: &Source, span: Span) -> String {
    let location = source.location(span.start);
    format!(" ({}:{}:{})", source.name(), location.line, location.column)
}

/// `text` with control characters replaced, so that program text quoted in a message cannot steer the
/// terminal; line breaks stay.
fn visible(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c }).collect()
}
