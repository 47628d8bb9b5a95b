//! Finds calls in the text of a program.

use std::ops::Range;

/// A call: what is called, and the texts between its commas.
pub struct Call {
    pub whole: Range<usize>,
    pub callee: Range<usize>,
    pub args: Vec<Range<usize>>,
}

/// A bracket that is open.
struct Open {
    callee: Option<usize>,
    at: usize,
    commas: Vec<usize>,
}

/// The calls of a text, inner ones first.
pub fn calls(text: &str) -> Vec<Call> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'#' => at += bytes[at..].iter().position(|&b| b == b'\n').unwrap_or(bytes.len() - at),
            b'\'' | b'"' => at = end_of_string(bytes, at),
            b'(' | b'[' | b'{' => {
                let callee = (byte == b'(').then(|| callee(text, at)).flatten();
                open.push(Open { callee, at, commas: Vec::new() });
            }
            b',' => {
                if let Some(last) = open.last_mut() {
                    last.commas.push(at);
                }
            }
            b')' | b']' | b'}' => {
                if let Some(Open { callee: Some(start), at: bracket, commas }) = open.pop() {
                    let starts = std::iter::once(bracket + 1).chain(commas.iter().map(|comma| comma + 1));
                    let ends = commas.iter().copied().chain([at]);
                    let args = starts.zip(ends).map(|(from, to)| trimmed(text, from..to)).filter(|arg| !arg.is_empty());
                    found.push(Call { whole: start..at + 1, callee: start..bracket, args: args.collect() });
                }
            }
            _ => {}
        }
        at += 1;
    }
    found
}

/// Where the name before a bracket begins, unless the bracket belongs to a definition.
fn callee(text: &str, bracket: usize) -> Option<usize> {
    let before = &text[..bracket];
    let start = before.rfind(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '.').map_or(0, |at| at + 1);
    let start = if before.is_char_boundary(start) { start } else { return None };
    let is_name = before[start..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '_' || c == '.');
    let defined = before[..start].ends_with("def ") || before[..start].ends_with("class ");
    (is_name && !defined).then_some(start)
}

/// The place of a string's last sign.
fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let quote = bytes[start];
    let long = bytes[start..].starts_with(&[quote; 3]);
    let mut at = start + if long { 3 } else { 1 };
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 1,
            b'\n' if !long => return at,
            _ if byte == quote && !long => return at,
            _ if byte == quote && bytes[at..].starts_with(&[quote; 3]) => return at + 2,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let part = &text[range.clone()];
    let start = range.start + part.len() - part.trim_start().len();
    start..(start + part.trim().len())
}
