//! Values of string literals: escapes, f-strings, joining of adjacent literals.

use std::rc::Rc;

use super::{Builder, placeholder};
use crate::diagnostics::{Diagnostic, Span, codes};
use crate::syntax::ast::{Conversion, Expr, ExprKind, FStringField, FStringPart, Literal};
use crate::syntax::grammar::{Pair, Rule};

/// The literals of one run, joined as far as they have been read.
#[derive(Default)]
struct Run {
    parts: Vec<FStringPart>,
    /// Text after the last field.
    text: String,
    bytes: Vec<u8>,
    is_formatted: bool,
    plain: Option<Span>,
    binary: Option<Span>,
}

impl Run {
    fn flush(&mut self) {
        if !self.text.is_empty() {
            self.parts.push(FStringPart::Text(std::mem::take(&mut self.text).into()));
        }
    }
}

impl Builder {
    pub(super) fn string_run(&mut self, pair: Pair<'_>) -> Expr {
        let span = self.span(&pair);
        let mut run = Run::default();
        for literal in pair.into_inner() {
            let place = self.span(&literal);
            if literal.as_rule() == Rule::f_string {
                run.plain = Some(place);
                self.f_string(literal, &mut run);
            } else {
                self.plain_string(literal, place, &mut run);
            }
        }
        if let (Some(plain), Some(binary)) = (run.plain, run.binary) {
            let problem = Diagnostic::error(codes::INVALID_STRING, binary, "bytes and text cannot be joined");
            self.report(problem.label(plain, "text").help("make both of them text or both of them bytes"));
        }
        let kind = if run.is_formatted {
            run.flush();
            ExprKind::FString(run.parts)
        } else if run.binary.is_some() {
            ExprKind::Literal(Literal::Bytes(run.bytes.into()))
        } else {
            ExprKind::Literal(Literal::Str(run.text.into()))
        };
        Expr { kind, span }
    }

    fn plain_string(&mut self, pair: Pair<'_>, place: Span, run: &mut Run) {
        let mut raw = false;
        let mut binary = false;
        for part in pair.into_inner() {
            let text = part.as_str();
            let quotes = match part.as_rule() {
                Rule::string_prefix => {
                    raw = text.contains(['r', 'R']);
                    binary = text.contains(['b', 'B']);
                    continue;
                }
                Rule::long_string => 3,
                _ => 1,
            };
            let content = text.get(quotes..text.len() - quotes).unwrap_or_default();
            let start = self.span(&part).start as usize + quotes;
            if binary {
                run.binary = Some(place);
                self.decode_bytes(content, start, raw, &mut run.bytes);
            } else {
                run.plain = Some(place);
                self.decode(content, start, raw, &mut run.text);
            }
        }
    }

    fn f_string(&mut self, pair: Pair<'_>, run: &mut Run) {
        run.is_formatted = true;
        let mut raw = false;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::f_prefix => raw = part.as_str().contains(['r', 'R']),
                Rule::f_field => {
                    run.flush();
                    let field = self.f_field(part, raw);
                    run.parts.push(FStringPart::Field(field));
                }
                _ => {
                    let start = self.span(&part).start as usize;
                    self.f_text(part.as_str(), start, raw, &mut run.text);
                }
            }
        }
    }

    /// Literal text of an f-string, in which a doubled brace stands for one.
    fn f_text(&mut self, content: &str, start: usize, raw: bool, into: &mut String) {
        if raw && content.contains("\\N{") {
            let span = Span::new(start, start + content.len());
            self.error(
                codes::INVALID_STRING,
                span,
                "`\\N{` in a raw f-string is not supported",
                "build this text from a raw string and an f-string, joined with `+`",
            );
        }
        let mut rest = content;
        loop {
            let at = [rest.find("{{"), rest.find("}}")].into_iter().flatten().min();
            let offset = start + (content.len() - rest.len());
            let Some(at) = at else {
                return self.decode(rest, offset, raw, into);
            };
            // Including the first brace of the two.
            let (before, after) = rest.split_at(at + 1);
            self.decode(before, offset, raw, into);
            rest = after.get(1..).unwrap_or_default();
        }
    }

    fn f_field(&mut self, pair: Pair<'_>, raw: bool) -> FStringField {
        let span = self.span(&pair);
        let whole = pair.as_str();
        let origin = pair.as_span().start();
        let mut value = None;
        let mut debug = None;
        let mut conversion = None;
        let mut format = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::f_debug => {
                    let end = part.as_span().start() + 1 - origin;
                    let rest = whole.get(end..).unwrap_or_default();
                    let blanks = rest.len() - rest.trim_start().len();
                    debug = whole.get(1..end + blanks).map(Rc::from);
                }
                Rule::f_conversion => {
                    conversion = match part.as_str() {
                        "!r" => Some(Conversion::Repr),
                        "!a" => Some(Conversion::Ascii),
                        _ => Some(Conversion::Str),
                    };
                }
                Rule::f_format => format = Some(self.f_format(part, raw)),
                _ => value = Some(self.value(part)),
            }
        }
        let value = value.unwrap_or_else(|| placeholder(span));
        FStringField { value, debug, conversion, format, span }
    }

    fn f_format(&mut self, pair: Pair<'_>, raw: bool) -> Vec<FStringPart> {
        let mut parts = Vec::new();
        for part in pair.into_inner() {
            if part.as_rule() == Rule::f_field {
                parts.push(FStringPart::Field(self.f_field(part, raw)));
                continue;
            }
            let mut text = String::new();
            let start = self.span(&part).start as usize;
            self.decode(part.as_str(), start, raw, &mut text);
            parts.push(FStringPart::Text(text.into()));
        }
        parts
    }

    /// Appends the text that `content`, whose first byte is at `start`, stands for.
    fn decode(&mut self, content: &str, start: usize, raw: bool, into: &mut String) {
        let mut rest = content;
        while let Some(at) = rest.find(['\\', '\r']) {
            let (before, special) = rest.split_at(at);
            into.push_str(before);
            let offset = start + (content.len() - special.len());
            rest = if let Some(after) = special.strip_prefix('\r') {
                into.push('\n');
                after.strip_prefix('\n').unwrap_or(after)
            } else if raw {
                let (escape, after) = split_escape(special);
                into.push_str(&escape.replace("\r\n", "\n").replace('\r', "\n"));
                after
            } else {
                match text_escape(special) {
                    Ok((Some(c), after)) => {
                        into.push(c);
                        after
                    }
                    Ok((None, after)) => after,
                    Err(Unknown::Keep) => {
                        into.push('\\');
                        special.get(1..).unwrap_or_default()
                    }
                    Err(Unknown::Invalid { length, message, help }) => {
                        let span = Span::new(offset, offset + length);
                        self.error(codes::INVALID_STRING, span, message, help);
                        special.get(length..).unwrap_or_default()
                    }
                }
            };
        }
        into.push_str(rest);
    }

    fn decode_bytes(&mut self, content: &str, start: usize, raw: bool, into: &mut Vec<u8>) {
        if let Some((at, c)) = content.char_indices().find(|(_, c)| !c.is_ascii()) {
            let span = Span::new(start + at, start + at + c.len_utf8());
            self.error(
                codes::INVALID_STRING,
                span,
                "bytes literals hold ASCII characters only",
                "write other bytes as `\\xhh`",
            );
            return;
        }
        let mut text = String::new();
        if raw {
            self.decode(content, start, true, &mut text);
            into.extend_from_slice(text.as_bytes());
            return;
        }
        // `\N`, `\u` and `\U` mean nothing in bytes: doubling their backslash keeps them as they are.
        let mut rest = content;
        let mut kept = String::new();
        while let Some(at) = rest.find('\\') {
            let (before, special) = rest.split_at(at);
            kept.push_str(before);
            let (escape, after) = split_escape(special);
            if matches!(escape.as_bytes().get(1), Some(b'N' | b'u' | b'U')) {
                kept.push('\\');
            }
            kept.push_str(escape);
            rest = after;
        }
        kept.push_str(rest);
        self.decode(&kept, start, false, &mut text);
        // Every escape left stands for a number below 256, apart from octal ones, which wrap as in Python.
        into.extend(text.chars().map(|c| (u32::from(c) & 0xff) as u8));
    }
}

/// An escape that is not replaced by one character.
enum Unknown {
    /// Python keeps the backslash.
    Keep,
    Invalid {
        length: usize,
        message: &'static str,
        help: &'static str,
    },
}

/// The backslash at the front of `text` with the character after it, and the rest.
fn split_escape(text: &str) -> (&str, &str) {
    let length = match text.get(1..) {
        Some(after) if after.starts_with("\r\n") => 3,
        Some(after) => 1 + after.chars().next().map_or(0, char::len_utf8),
        None => text.len(),
    };
    text.split_at(length)
}

/// The character that the escape at the front of `text` stands for (none for an escaped line break), and what
/// comes after it.
fn text_escape(text: &str) -> Result<(Option<char>, &str), Unknown> {
    let (escape, after) = split_escape(text);
    let simple = |c| Ok((Some(c), after));
    match escape.get(1..).unwrap_or_default() {
        "\n" | "\r" | "\r\n" => Ok((None, after)),
        "\\" => simple('\\'),
        "'" => simple('\''),
        "\"" => simple('"'),
        "a" => simple('\x07'),
        "b" => simple('\x08'),
        "f" => simple('\x0c'),
        "n" => simple('\n'),
        "r" => simple('\r'),
        "t" => simple('\t'),
        "v" => simple('\x0b'),
        "x" => hexadecimal(text, 2, "`\\x` needs two hexadecimal digits", "write it like `\\x41`"),
        "u" => {
            hexadecimal(text, 4, "`\\u` needs the four hexadecimal digits of a character", "write it like `\\u00e9`")
        }
        "U" => hexadecimal(
            text,
            8,
            "`\\U` needs the eight hexadecimal digits of a character",
            "write it like `\\U0001f600`",
        ),
        "N" => Err(Unknown::Invalid {
            length: 2,
            message: "characters by name (`\\N{…}`) are not supported",
            help: "write the character itself, or its number: `\\u00e9`",
        }),
        digit if digit.starts_with(|c: char| c.is_digit(8)) => {
            let length = text.bytes().skip(1).take(3).take_while(|b| (b'0'..=b'7').contains(b)).count();
            let digits = text.get(1..1 + length).unwrap_or_default();
            let value = u32::from_str_radix(digits, 8).ok().and_then(char::from_u32);
            Ok((value, text.get(1 + length..).unwrap_or_default()))
        }
        _ => Err(Unknown::Keep),
    }
}

fn hexadecimal<'a>(
    text: &'a str,
    count: usize,
    message: &'static str,
    help: &'static str,
) -> Result<(Option<char>, &'a str), Unknown> {
    let digits = text.get(2..2 + count).filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
    let value = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()).and_then(char::from_u32);
    match value {
        Some(value) => Ok((Some(value), text.get(2 + count..).unwrap_or_default())),
        None if digits.is_some() => Err(Unknown::Invalid {
            length: 2 + count,
            message: "this number is not that of a character",
            help: "half of a surrogate pair stands for nothing; write the character itself",
        }),
        None => Err(Unknown::Invalid { length: 2, message, help }),
    }
}
