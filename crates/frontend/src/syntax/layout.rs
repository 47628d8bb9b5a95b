//! Cutting a text into logical lines and finding their depth of indentation.

use crate::diagnostics::{Diagnostic, Source, Span, codes};

use super::scan::{self, Outcome};

/// How deeply blocks may be nested.
const MAX_BLOCKS: usize = 60;

/// After so many brackets that were never closed the rest of the text is given up: each of them may cost
/// another look at everything after it.
const MAX_OPEN_LINES: usize = 20;

/// One logical line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    /// From its first byte that is not a blank to its last that is neither blank nor comment.
    pub span: Span,
    /// Number of indentation levels around it.
    pub depth: usize,
    /// Whether something is wrong with it that has been reported, so that it need not be parsed.
    pub broken: bool,
}

/// All logical lines of a text.
pub(super) struct Layout {
    pub lines: Vec<Line>,
    pub diagnostics: Vec<Diagnostic>,
}

/// Finds the logical lines of `source`.
pub(super) fn layout(source: &Source) -> Layout {
    let text = source.text();
    let mut builder = Builder {
        text,
        levels: Vec::new(),
        too_deep: false,
        layout: Layout { lines: Vec::new(), diagnostics: Vec::new() },
    };
    let mut at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut open_lines = 0;
    while at < text.len() && open_lines <= MAX_OPEN_LINES {
        at = match builder.line(at) {
            (next, Outcome::Complete) => next,
            (next, Outcome::Open) => {
                open_lines += 1;
                next
            }
            (_, Outcome::Lost) => break,
        };
    }
    builder.layout
}

/// The width of one indentation level, measured twice: a tab as eight columns and as one. Python refuses
/// indentation whose meaning depends on the width of a tab, which is when the two disagree.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
struct Level {
    wide: usize,
    narrow: usize,
}

struct Builder<'a> {
    text: &'a str,
    /// The open indentation levels, without the outermost one (which has no indentation).
    levels: Vec<Level>,
    /// Whether it has been reported that there are too many of them.
    too_deep: bool,
    layout: Layout,
}

impl Builder<'_> {
    /// Handles what begins at the physical line at `start`; says where to go on.
    fn line(&mut self, start: usize) -> (usize, Outcome) {
        let bytes = self.text.as_bytes();
        let (wide, first) = scan::indentation(bytes, start, 8);
        let (narrow, _) = scan::indentation(bytes, start, 1);
        match bytes.get(first) {
            None => return (bytes.len(), Outcome::Complete),
            Some(b'\n' | b'\r' | b'#') => {
                return (scan::next_line(bytes, first), Outcome::Complete);
            }
            Some(b'!' | b'%') => return (self.notebook_command(first), Outcome::Complete),
            Some(_) => {}
        }
        let scanned = scan::scan_line(self.text, first, wide);
        if scanned.end == first {
            // Nothing but a backslash or blanks.
            return (scanned.next, Outcome::Complete);
        }
        let span = Span::new(first, scanned.end);
        let depth = self.depth(Level { wide, narrow }, Span::new(start, first), first);
        let broken = scanned.problem.is_some() || depth > MAX_BLOCKS;
        self.layout.diagnostics.extend(scanned.problem);
        self.layout.lines.push(Line { span, depth, broken });
        match scanned.outcome {
            Outcome::Open => (self.resume(scan::next_line(bytes, first), wide), Outcome::Open),
            outcome => (scanned.next, outcome),
        }
    }

    /// The depth of a line with that indentation, opening and closing levels on the way.
    fn depth(&mut self, level: Level, blanks: Span, first: usize) -> usize {
        let outer = self.levels.last().copied().unwrap_or_default();
        if (level.wide > outer.wide) != (level.narrow > outer.narrow)
            || (level.wide < outer.wide) != (level.narrow < outer.narrow)
        {
            let problem = Diagnostic::error(codes::INDENTATION, blanks, "tabs and spaces are mixed in the indentation");
            self.layout.diagnostics.push(
                problem
                    .note("whether this line belongs to the block above depends on how wide a tab is")
                    .help("indent with spaces only, four to a level"),
            );
        }
        if level.wide > outer.wide {
            if self.levels.len() >= MAX_BLOCKS {
                if !std::mem::replace(&mut self.too_deep, true) {
                    let problem = Diagnostic::error(codes::TOO_DEEP, blanks, "blocks are nested too deeply")
                        .note(format!("at most {MAX_BLOCKS} levels are accepted"))
                        .help("move the inner blocks into functions of their own");
                    self.layout.diagnostics.push(problem);
                }
                return self.levels.len() + 1;
            }
            self.levels.push(level);
            return self.levels.len();
        }
        let fitting = self.levels.iter().take_while(|outer| outer.wide <= level.wide).count();
        let width = fitting.checked_sub(1).and_then(|index| self.levels.get(index)).map_or(0, |level| level.wide);
        if width == level.wide {
            self.levels.truncate(fitting);
            return fitting;
        }
        let problem = Diagnostic::error(
            codes::INDENTATION,
            Span::new(blanks.start as usize, first),
            "this line is indented like no block around it",
        );
        let widths: Vec<_> = std::iter::once(0).chain(self.levels.iter().map(|level| level.wide)).collect();
        let widths: Vec<_> = widths.iter().map(usize::to_string).collect();
        self.layout.diagnostics.push(
            problem
                .note(format!(
                    "it has {} columns of indentation; the blocks around it have {}",
                    level.wide,
                    widths.join(", ")
                ))
                .help("indent it exactly like the other lines of its block"),
        );
        // It was most likely meant for the innermost block that is indented further.
        self.levels.truncate(fitting + 1);
        fitting + 1
    }

    /// Where to go on after a line whose bracket was never closed: at the first physical line that looks like a
    /// statement beside it.
    fn resume(&self, mut at: usize, indent: usize) -> usize {
        let bytes = self.text.as_bytes();
        while at < bytes.len() {
            let (width, first) = scan::indentation(bytes, at, 8);
            let begins = |byte: u8| byte == b'@' || (scan::is_word_byte(byte) && !byte.is_ascii_digit());
            if width <= indent && bytes.get(first).copied().is_some_and(begins) {
                break;
            }
            at = scan::next_line(bytes, first);
        }
        at
    }

    /// `!pip install …`, `%matplotlib inline`: skipped with a warning.
    fn notebook_command(&mut self, first: usize) -> usize {
        let bytes = self.text.as_bytes();
        let next = scan::next_line(bytes, first);
        let command = self.text.get(first..next).unwrap_or_default().trim_end();
        let span = Span::new(first, first + command.len());
        let problem = Diagnostic::warning(codes::NOTEBOOK_COMMAND, span, "this notebook command is skipped");
        self.layout
            .diagnostics
            .push(problem.help("remove it: it is not Python, so the file cannot run elsewhere either"));
        next
    }
}
