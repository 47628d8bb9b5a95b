//! The texts that the source gives to what makes diagnostics.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::tokens::{Kind, Token, arguments, closing, tokens};

/// A text with holes, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Template {
    pub file: String,
    pub line: usize,
    /// What stands between the holes.
    pub pieces: Vec<String>,
}

impl Template {
    /// The text with `…` for its holes.
    pub fn shown(&self) -> String {
        self.pieces.join("…")
    }

    /// Whether a line of a message is of this template.
    pub fn fits(&self, line: &str) -> bool {
        let mut rest = line;
        for piece in &self.pieces {
            match rest.find(piece.as_str()) {
                Some(at) => rest = &rest[at + piece.len()..],
                None => return false,
            }
        }
        true
    }
}

/// A function that makes a diagnostic: its name, with the type that it belongs to where that matters, and which of
/// its arguments is the message.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Maker {
    owner: Option<&'static str>,
    name: String,
    argument: usize,
    /// Only calls in this file are of the function.
    file: Option<String>,
}

/// What makes diagnostics, to begin with. Functions that hand a parameter of theirs on as the message are found.
const MAKERS: &[(Option<&str>, &str, usize)] = &[
    (Some("Diagnostic"), "error", 2),
    (Some("Diagnostic"), "warning", 2),
    (Some("Diagnostic"), "remark", 2),
    (Some("Diagnostic"), "nowhere", 2),
    (Some("Error"), "new", 1),
    (Some("Error"), "ty", 0),
    (Some("Error"), "argument", 0),
    (Some("Error"), "shape", 0),
    (Some("Error"), "unsupported", 0),
    (None, "raise", 1),
    (None, "invalid", 1),
    (Some("IrError"), "ty", 1),
];

/// Functions that are no further makers: those above, and what makes errors of the compiler itself, which no user
/// can reach.
const KNOWN: &[&str] = &[
    "error",
    "warning",
    "remark",
    "nowhere",
    "new",
    "ty",
    "argument",
    "shape",
    "unsupported",
    "raise",
    "invalid",
    "internal",
];

/// Everything that the files in `folder` tell.
pub fn of(folder: &Path, root: &Path) -> Vec<Template> {
    let files: Vec<(String, Vec<Token>)> = sources(folder)
        .iter()
        .map(|path| {
            let name = path.strip_prefix(root).unwrap_or(path).display().to_string();
            (name, tokens(&fs::read_to_string(path).unwrap_or_default()))
        })
        .collect();
    let mut makers: Vec<Maker> = MAKERS
        .iter()
        .map(|&(owner, name, argument)| Maker { owner, name: name.to_owned(), argument, file: None })
        .collect();
    let mut found = BTreeSet::new();
    let mut done = 0;
    // Each round looks for calls of the makers that the round before found.
    while done < makers.len() {
        let (round, begun) = (makers[done..].to_vec(), done);
        done = makers.len();
        for (file, tokens) in &files {
            for maker in round.iter().filter(|maker| maker.file.as_ref().is_none_or(|f| f == file)) {
                calls(file, tokens, maker, &mut found, &mut makers);
            }
            if begun == 0 {
                attributes(file, tokens, &mut found);
            }
        }
    }
    found.into_iter().collect()
}

fn every_source(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            all.extend(every_source(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            all.push(path);
        }
    }
    all.sort();
    all
}

/// The Rust files in a folder and the folders in it, without tests.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut all = every_source(folder);
    all.retain(|path| !path.components().any(|part| part.as_os_str() == "tests"));
    all
}

fn calls(file: &str, tokens: &[Token], maker: &Maker, found: &mut BTreeSet<Template>, makers: &mut Vec<Maker>) {
    for at in 0..tokens.len().saturating_sub(1) {
        if tokens[at].word() != Some(&maker.name) {
            continue;
        }
        let Some(open) = opening(tokens, at + 1) else { continue };
        let before = |n: usize| at.checked_sub(n).and_then(|i| tokens.get(i));
        let owner = before(3).and_then(Token::word).filter(|_| before(1).is_some_and(|t| t.is(':')));
        let is_definition = before(1).and_then(Token::word) == Some("fn");
        if is_definition || maker.owner.is_some_and(|wanted| owner != Some(wanted)) {
            continue;
        }
        let all = arguments(tokens, open, closing(tokens, open));
        let internal = all.first().is_some_and(|first| first.clone().any(|i| tokens[i].word() == Some("INTERNAL")));
        if internal {
            continue;
        }
        if let Some(message) = all.get(maker.argument) {
            message_of(file, tokens, message.clone(), maker, found, makers, 0);
        }
    }
}

/// The place of the bracket of a call, behind type arguments if there are any.
fn opening(tokens: &[Token], at: usize) -> Option<usize> {
    if tokens.get(at)?.is('(') {
        return Some(at);
    }
    let generic = tokens.get(at)?.is(':') && tokens.get(at + 1)?.is(':') && tokens.get(at + 2)?.is('<');
    let end = (at..at + 12).find(|&i| tokens.get(i).is_some_and(|t| t.is('>')))?;
    (generic && tokens.get(end + 1)?.is('(')).then_some(end + 1)
}

/// The templates of a message: literals in it, or in what it names.
fn message_of(
    file: &str,
    tokens: &[Token],
    message: std::ops::Range<usize>,
    maker: &Maker,
    found: &mut BTreeSet<Template>,
    makers: &mut Vec<Maker>,
    depth: usize,
) {
    let mut any = false;
    let choice = message.clone().any(|i| matches!(tokens[i].word(), Some("if" | "match")));
    for i in message.clone() {
        let Some(text) = tokens[i].text() else { continue };
        let formats = i >= 3 && tokens[i - 1].is('(') && tokens[i - 2].is('!');
        // Of several literals some are names or separators.
        if any && !choice || (choice && !formats && !text.contains(' ')) {
            continue;
        }
        if !formats && !text.contains(' ') && maker.name != "invalid" {
            continue;
        }
        let pieces = if formats { pieces(text) } else { vec![text.to_owned()] };
        any = true;
        let pieces = if maker.name == "invalid" && file.contains("frontend") { with_head(pieces) } else { pieces };
        if let Some(template) = template(file, tokens[i].line, &pieces) {
            found.insert(template);
        }
    }
    if any || depth > 3 {
        return;
    }
    let names: Vec<&str> = message.clone().filter_map(|i| tokens[i].word()).collect();
    let Some(&name) = names.first() else { return };
    // What was bound to the name, or the parameter of that name.
    for i in (0..message.start).rev() {
        match tokens[i].word() {
            Some("let") if binds(tokens, i, name) => {
                let Some(equals) = (i..i + 24).find(|&k| tokens.get(k).is_some_and(|t| t.is('='))) else { return };
                let end = end_of_statement(tokens, equals);
                return message_of(file, tokens, equals + 1..end, maker, found, makers, depth + 1);
            }
            Some("fn") => {
                let Some(open) = (i..i + 40).find(|&k| tokens[k].is('(')) else { return };
                let parameters = arguments(tokens, open, closing(tokens, open));
                let is = |range: &std::ops::Range<usize>| tokens[range.start].word() == Some(name);
                let receiver =
                    parameters.first().is_some_and(|range| range.clone().any(|k| tokens[k].word() == Some("self")));
                let Some(index) = parameters.iter().position(is) else { return };
                let public = i > 0 && (tokens[i - 1].word() == Some("pub") || tokens[i - 1].is(')'));
                let made = Maker {
                    owner: None,
                    name: tokens[i + 1].word().unwrap_or_default().to_owned(),
                    argument: index - usize::from(receiver),
                    file: (!public).then(|| file.to_owned()),
                };
                let known = KNOWN.contains(&made.name.as_str()) && !(made.name == "error" && made.file.is_some());
                if !known && !makers.contains(&made) {
                    makers.push(made);
                }
                return;
            }
            _ => {}
        }
    }
}

fn binds(tokens: &[Token], at: usize, name: &str) -> bool {
    let end = (at..tokens.len()).find(|&k| tokens[k].is('=') || tokens[k].is(';')).unwrap_or(at);
    tokens[at..end].iter().any(|t| t.word() == Some(name))
}

fn end_of_statement(tokens: &[Token], from: usize) -> usize {
    let mut at = from;
    while at < tokens.len() {
        match tokens[at].kind {
            Kind::Mark('(' | '[' | '{') => at = closing(tokens, at),
            Kind::Mark(';') => return at,
            _ => {}
        }
        at += 1;
    }
    tokens.len()
}

/// `#[error("…")]`.
fn attributes(file: &str, tokens: &[Token], found: &mut BTreeSet<Template>) {
    for window in tokens.windows(4) {
        if let [bracket, error, open, literal] = window
            && bracket.is('[')
            && error.word() == Some("error")
            && open.is('(')
            && let Some(text) = literal.text()
            && let Some(template) = template(file, literal.line, &pieces(text))
        {
            found.insert(template);
        }
    }
}

fn with_head(mut pieces: Vec<String>) -> Vec<String> {
    if let Some(first) = pieces.first_mut() {
        first.insert_str(0, "must be ");
    }
    pieces
}

/// What stands between the holes of a format string.
fn pieces(format: &str) -> Vec<String> {
    let (mut all, mut piece) = (Vec::new(), String::new());
    let mut rest = format.chars().peekable();
    while let Some(c) = rest.next() {
        let doubled = rest.peek() == Some(&c);
        match c {
            '{' | '}' if doubled => {
                rest.next();
                piece.push(c);
            }
            '{' => {
                rest.by_ref().take_while(|&c| c != '}').for_each(drop);
                all.push(std::mem::take(&mut piece));
            }
            c => piece.push(c),
        }
    }
    all.push(piece);
    all
}

/// The template of pieces; `None` for what says too little to be looked for.
fn template(file: &str, line: usize, pieces: &[String]) -> Option<Template> {
    // Of several lines the first is enough, as snapshots hold them.
    let mut kept = Vec::new();
    for piece in pieces {
        match piece.split_once('\n') {
            Some((head, _)) => {
                kept.push(head.to_owned());
                break;
            }
            None => kept.push(piece.clone()),
        }
    }
    let letters = kept.iter().flat_map(|p| p.chars()).filter(|c| c.is_alphabetic()).count();
    let told = kept.len() > 1 || kept.iter().any(|p| p.trim().contains(' '));
    (letters >= 5 && told).then(|| Template { file: file.to_owned(), line, pieces: kept })
}
