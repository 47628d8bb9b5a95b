//! Finding where a logical line ends: strings, brackets, comments and continuations.
//!
//! This looks at bytes, once, from left to right. It does not know the grammar; what it must agree with the
//! grammar about is which line breaks and brackets stand inside strings and replacement fields.

use crate::diagnostics::{Diagnostic, Span, codes};

/// How many brackets, replacement fields and unfinished lambda headers may be open at one place. It bounds
/// the recursion of the parser and of everything that walks the tree.
pub(super) const MAX_NESTING: usize = 100;

/// Where a logical line ends and what was wrong with it.
pub(super) struct Scanned {
    /// Just past the last byte that is neither blank nor comment.
    pub end: usize,
    /// Where the next physical line begins.
    pub next: usize,
    /// What was found; a line with a diagnostic is not worth parsing.
    pub problem: Option<Diagnostic>,
    /// How the scan must go on.
    pub outcome: Outcome,
}

/// Whether the end of the line is known.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The line ended where `next` says.
    Complete,
    /// Brackets were still open; the line's true end is a guess to be made.
    Open,
    /// Nothing after this line can be trusted.
    Lost,
}

#[derive(Clone, Copy)]
enum Context {
    /// An open `(`, `[` or `{`.
    Bracket(u8),
    /// The literal part of an f-string.
    FString { quote: u8, long: bool, raw: bool },
    /// The expression of a replacement field.
    Field,
    /// The format specification of a replacement field.
    Format,
}

#[derive(Clone, Copy)]
struct Frame {
    context: Context,
    start: usize,
    /// `lambda`s of this context whose colon has not come yet.
    lambdas: usize,
}

/// Scans the logical line that begins at `start`, which is the first byte after the indentation. `indent` is
/// that indentation's width.
pub(super) fn scan_line(text: &str, start: usize, indent: usize) -> Scanned {
    let bytes = text.as_bytes();
    Scanner { text, bytes, at: start, last: start, indent, frames: Vec::new(), lambdas: 0, problem: None }.run()
}

/// Width of the indentation of the physical line at `start`, and where its text begins. A tab reaches to
/// the next multiple of `tab`.
pub(super) fn indentation(bytes: &[u8], start: usize, tab: usize) -> (usize, usize) {
    let mut width = 0;
    let mut at = start;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b' ' => width += 1,
            b'\t' => width = (width / tab + 1) * tab,
            b'\x0C' => width = 0,
            _ => break,
        }
        at += 1;
    }
    (width, at)
}

/// The length of the line break at `at`, 0 if there is none.
pub(super) fn line_break(bytes: &[u8], at: usize) -> usize {
    match (bytes.get(at), bytes.get(at + 1)) {
        (Some(b'\r'), Some(b'\n')) => 2,
        (Some(b'\r' | b'\n'), _) => 1,
        _ => 0,
    }
}

/// Where the physical line after the one with `at` begins.
pub(super) fn next_line(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    let end = rest.iter().position(|b| matches!(b, b'\n' | b'\r')).map_or(bytes.len(), |n| at + n);
    end + line_break(bytes, end)
}

pub(super) fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// The run of word bytes at `at`.
pub(super) fn word_at(text: &str, at: usize) -> &str {
    let rest = text.as_bytes().get(at..).unwrap_or_default();
    let length = rest.iter().position(|&b| !is_word_byte(b)).unwrap_or(rest.len());
    text.get(at..at + length).unwrap_or_default()
}

struct Scanner<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    last: usize,
    indent: usize,
    frames: Vec<Frame>,
    /// Lambdas waiting for their colon, in the outermost context and in all together.
    lambdas: usize,
    problem: Option<Diagnostic>,
}

impl Scanner<'_> {
    fn run(mut self) -> Scanned {
        loop {
            let step = match self.frames.last().map(|frame| frame.context) {
                Some(Context::FString { quote, long, raw }) => self.literal(quote, long, raw),
                Some(Context::Format) => self.format(),
                _ => self.code(),
            };
            if let Some(outcome) = step {
                return self.finish(outcome);
            }
            if self.frames.len() + self.lambdas > MAX_NESTING {
                self.report(too_deep(Span::new(self.at.saturating_sub(1), self.at)));
                self.last = self.at;
                self.at = next_line(self.bytes, self.at);
                return self.finish(Outcome::Open);
            }
        }
    }

    fn finish(self, outcome: Outcome) -> Scanned {
        Scanned { end: self.last, next: self.at, problem: self.problem, outcome }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Keeps the first problem of a line: later ones are usually its consequences.
    fn report(&mut self, problem: Diagnostic) {
        self.problem.get_or_insert(problem);
    }

    fn push(&mut self, context: Context, start: usize) {
        self.frames.push(Frame { context, start, lambdas: 0 });
    }

    fn pop(&mut self) {
        if let Some(frame) = self.frames.pop() {
            self.lambdas -= frame.lambdas.min(self.lambdas);
        }
    }

    /// One token of program text.
    fn code(&mut self) -> Option<Outcome> {
        let Some(byte) = self.peek() else {
            return Some(self.end_of_text());
        };
        match byte {
            b' ' | b'\t' | b'\x0C' => self.at += 1,
            b'\n' | b'\r' => return self.line_end(),
            b'#' => {
                let rest = self.bytes.get(self.at..).unwrap_or_default();
                self.at += rest.iter().position(|b| matches!(b, b'\n' | b'\r')).unwrap_or(rest.len());
            }
            b'\\' if line_break(self.bytes, self.at + 1) > 0 => {
                self.at += 1 + line_break(self.bytes, self.at + 1);
            }
            b'"' | b'\'' => return self.string(self.at, ""),
            _ if is_word_byte(byte) => return self.word(),
            _ => {
                self.punctuation(byte);
                self.last = self.at;
            }
        }
        None
    }

    fn word(&mut self) -> Option<Outcome> {
        let start = self.at;
        let word = word_at(self.text, start);
        self.at += word.len();
        self.last = self.at;
        if matches!(self.peek(), Some(b'"' | b'\'')) && is_string_prefix(word) {
            return self.string(start, word);
        }
        if word == "lambda" {
            self.lambdas += 1;
            if let Some(frame) = self.frames.last_mut() {
                frame.lambdas += 1;
            }
        }
        None
    }

    fn punctuation(&mut self, byte: u8) {
        let start = self.at;
        self.at += 1;
        match byte {
            b'(' | b'[' | b'{' => self.push(Context::Bracket(byte), start),
            b')' | b']' | b'}' => self.close(byte, start),
            b':' => self.colon(),
            _ => {}
        }
    }

    fn colon(&mut self) {
        match self.frames.last_mut() {
            Some(frame) if matches!(frame.context, Context::Field) => frame.context = Context::Format,
            Some(frame) if frame.lambdas > 0 => {
                frame.lambdas -= 1;
                self.lambdas -= 1;
            }
            None => self.lambdas = self.lambdas.saturating_sub(1),
            Some(_) => {}
        }
    }

    fn close(&mut self, byte: u8, start: usize) {
        let Some(frame) = self.frames.last().copied() else {
            let found = byte as char;
            let problem = Diagnostic::error(
                codes::UNBALANCED_BRACKET,
                Span::new(start, start + 1),
                format!("`{found}` closes nothing"),
            );
            self.report(problem.help(format!("remove it, or add the missing `{}` before it", opener(byte))));
            return;
        };
        let open = match frame.context {
            Context::Bracket(open) => open,
            _ => b'{',
        };
        if closer(open) == byte {
            self.pop();
            return;
        }
        let problem = Diagnostic::error(
            codes::UNBALANCED_BRACKET,
            Span::new(start, start + 1),
            format!("`{}` does not close `{}`", byte as char, open as char),
        );
        self.report(
            problem
                .label(Span::new(frame.start, frame.start + 1), "opened here")
                .help(format!("close it with `{}`", closer(open) as char)),
        );
        // Which of the two brackets is the wrong one is unknown: if the closer fits one further out, go there.
        let fits = |frame: &Frame| matches!(frame.context, Context::Bracket(open) if closer(open) == byte);
        let string = self.frames.iter().rposition(|frame| matches!(frame.context, Context::FString { .. }));
        match self.frames.iter().rposition(fits) {
            Some(index) if string.is_none_or(|string| string < index) => {
                while self.frames.len() > index {
                    self.pop();
                }
            }
            _ => self.pop(),
        }
    }

    /// A string literal whose prefix begins at `start`; the scanner stands at its quote.
    fn string(&mut self, start: usize, prefix: &str) -> Option<Outcome> {
        let quote = self.peek().unwrap_or(b'"');
        let long = self.bytes.get(self.at..self.at + 3) == Some(&[quote; 3]);
        self.at += if long { 3 } else { 1 };
        if prefix.bytes().any(|b| b.eq_ignore_ascii_case(&b'f')) {
            let raw = prefix.len() > 1;
            self.push(Context::FString { quote, long, raw }, start);
            return None;
        }
        loop {
            match self.peek() {
                None => return Some(self.unterminated(start, long)),
                Some(b'\n' | b'\r') if !long => return Some(self.unterminated(start, long)),
                Some(b'\\') => self.escape(),
                Some(byte) if byte == quote && self.closes(quote, long) => break,
                Some(_) => self.at += 1,
            }
        }
        self.last = self.at;
        None
    }

    /// Steps over the closing quotes, if they are here.
    fn closes(&mut self, quote: u8, long: bool) -> bool {
        let length = if long { 3 } else { 1 };
        let closes = !long || self.bytes.get(self.at..self.at + 3) == Some(&[quote; 3]);
        if closes {
            self.at += length;
        }
        closes
    }

    fn escape(&mut self) {
        let escaped = line_break(self.bytes, self.at + 1).max(1);
        self.at = (self.at + 1 + escaped).min(self.bytes.len());
    }

    /// One step through the literal part of an f-string.
    fn literal(&mut self, quote: u8, long: bool, raw: bool) -> Option<Outcome> {
        let start = self.frames.last().map_or(self.at, |frame| frame.start);
        let next = self.bytes.get(self.at + 1).copied();
        match self.peek() {
            None => return Some(self.unterminated(start, long)),
            Some(b'\n' | b'\r') if !long => return Some(self.unterminated(start, long)),
            Some(b'{') if next == Some(b'{') => self.at += 2,
            Some(b'{') => {
                self.push(Context::Field, self.at);
                self.at += 1;
            }
            Some(b'\\') if matches!(next, Some(b'{' | b'}')) => self.at += 1,
            Some(b'\\') if !raw && self.bytes.get(self.at..self.at + 3) == Some(b"\\N{") => {
                self.at += 3;
                while !matches!(self.peek(), None | Some(b'}' | b'{' | b'"' | b'\'' | b'\n')) {
                    self.at += 1;
                }
                if self.peek() == Some(b'}') {
                    self.at += 1;
                }
            }
            Some(b'\\') => self.escape(),
            Some(byte) if byte == quote && self.closes(quote, long) => {
                self.pop();
                self.last = self.at;
            }
            Some(_) => self.at += 1,
        }
        None
    }

    /// One step through a format specification.
    fn format(&mut self) -> Option<Outcome> {
        let (quote, long) = self.enclosing_string();
        let triple = self.bytes.get(self.at..self.at + 3) == Some(&[quote; 3]);
        match self.peek() {
            None => return Some(self.unterminated_field()),
            Some(b'\n' | b'\r') if !long => return Some(self.unterminated_field()),
            Some(byte) if byte == quote && (!long || triple) => {
                return Some(self.unterminated_field());
            }
            Some(b'{') => {
                self.push(Context::Field, self.at);
                self.at += 1;
            }
            Some(b'}') => {
                self.pop();
                self.at += 1;
            }
            Some(_) => self.at += 1,
        }
        None
    }

    /// The quote of the innermost f-string that is open, and whether it is a long one.
    fn enclosing_string(&self) -> (u8, bool) {
        let string = |frame: &Frame| match frame.context {
            Context::FString { quote, long, .. } => Some((quote, long)),
            _ => None,
        };
        self.frames.iter().rev().find_map(string).unwrap_or((0, true))
    }

    fn line_end(&mut self) -> Option<Outcome> {
        let length = line_break(self.bytes, self.at);
        if self.frames.is_empty() {
            self.at += length;
            return Some(Outcome::Complete);
        }
        let in_short_string = |frame: &Frame| matches!(frame.context, Context::FString { long: false, .. });
        if self.frames.iter().any(in_short_string) {
            return Some(self.unterminated_field());
        }
        let next = self.at + length;
        if self.begins_statement(next) {
            return Some(self.end_of_text());
        }
        self.at = next;
        None
    }

    /// Whether the physical line at `start` can only be a new statement, so that an open bracket must have been
    /// forgotten: no deeper than this line, and with a word in front that never stands inside an expression.
    fn begins_statement(&self, start: usize) -> bool {
        let (width, at) = indentation(self.bytes, start, 8);
        let word = word_at(self.text, at);
        let follower = self.bytes.get(at + word.len());
        let statement = [
            "def", "class", "return", "import", "while", "with", "try", "except", "finally", "raise", "pass", "break",
            "continue", "global", "nonlocal", "assert", "elif", "del",
        ];
        width <= self.indent
            && matches!(follower, None | Some(b' ' | b'\n' | b'\r' | b':' | b'('))
            && statement.contains(&word)
    }

    /// The text ended, or can no longer belong to this line.
    fn end_of_text(&mut self) -> Outcome {
        let Some(frame) = self.frames.last().copied() else {
            return Outcome::Complete;
        };
        if self.frames.iter().any(|frame| matches!(frame.context, Context::FString { .. })) {
            return self.unterminated_field();
        }
        let open = match frame.context {
            Context::Bracket(open) => open,
            _ => b'{',
        };
        let problem = Diagnostic::error(
            codes::UNBALANCED_BRACKET,
            Span::new(frame.start, frame.start + 1),
            format!("`{}` is never closed", open as char),
        );
        self.report(problem.help(format!("add the missing `{}`", closer(open) as char)));
        Outcome::Open
    }

    fn unterminated(&mut self, start: usize, long: bool) -> Outcome {
        let (quote, long_around) = self.enclosing_string();
        if !long && !long_around && self.bytes.get(start) == Some(&quote) {
            // What looks like a string is the end of the f-string around it.
            return self.unterminated_field();
        }
        let quotes = if long { "three quotes" } else { "a quote" };
        let end = if long { start + 3 } else { self.at };
        let mut problem = Diagnostic::error(
            codes::UNTERMINATED_STRING,
            Span::new(start, end.min(self.bytes.len())),
            "this string is never closed",
        );
        problem = if long {
            problem.help("close it with the same three quotes that open it")
        } else {
            problem
                .help(format!("close it with {quotes} of the kind that opens it, on the same line"))
                .help("a string over several lines needs three quotes on each side")
        };
        self.report(problem);
        self.last = self.at;
        let brackets = self.frames.iter().any(|frame| matches!(frame.context, Context::Bracket(_)));
        self.at = next_line(self.bytes, self.at);
        match (long, brackets) {
            (true, _) => Outcome::Lost,
            (false, true) => Outcome::Open,
            (false, false) => Outcome::Complete,
        }
    }

    fn unterminated_field(&mut self) -> Outcome {
        let field = |frame: &&Frame| matches!(frame.context, Context::Field | Context::Format);
        let start = self.frames.iter().rev().find(field).map_or(self.at, |frame| frame.start);
        let problem = Diagnostic::error(
            codes::UNTERMINATED_FIELD,
            Span::new(start, start + 1),
            "this `{` of an f-string is never closed",
        );
        self.report(
            problem.help("close the replacement field with `}`, or write `{{` for a brace that stands for itself"),
        );
        let (_, long) = self.enclosing_string();
        self.last = self.at;
        self.at = next_line(self.bytes, self.at);
        let brackets = self.frames.iter().any(|frame| matches!(frame.context, Context::Bracket(_)));
        match (long, brackets) {
            (true, _) => Outcome::Lost,
            (false, true) => Outcome::Open,
            (false, false) => Outcome::Complete,
        }
    }
}

/// The diagnostic for brackets or lambdas nested beyond [`MAX_NESTING`].
pub(super) fn too_deep(span: Span) -> Diagnostic {
    Diagnostic::error(codes::TOO_DEEP, span, "this expression is nested too deeply")
        .note(format!("at most {MAX_NESTING} brackets may be open at once"))
        .help("give parts of it names and use those")
}

fn is_string_prefix(word: &str) -> bool {
    ["r", "b", "u", "f", "rb", "br", "rf", "fr"].iter().any(|prefix| prefix.eq_ignore_ascii_case(word))
}

fn closer(open: u8) -> u8 {
    match open {
        b'(' => b')',
        b'[' => b']',
        _ => b'}',
    }
}

fn opener(close: u8) -> char {
    match close {
        b')' => '(',
        b']' => '[',
        _ => '{',
    }
}
