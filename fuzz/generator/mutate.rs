//! Mutations of real programs: lines and tokens change places, vanish, are replaced by others.

use super::Choices;
use super::corpus::Corpus;
use super::expressions::expression;

/// One of the programs with a few changes, some of which come from the other programs.
pub fn mutated(choices: &mut dyn Choices, corpus: &[String]) -> String {
    let text = pick(choices, corpus).map_or("", String::as_str);
    changed(choices, text, corpus)
}

/// A piece of a program with a few changes, and what it needs, mostly as it was.
pub fn piece(choices: &mut dyn Choices, corpus: &Corpus) -> String {
    let Some((head, body)) = pick(choices, &corpus.pieces) else { return String::new() };
    let mut text = if choices.once_in(8) { changed(choices, head, &corpus.whole) } else { head.clone() };
    if choices.once_in(6) {
        let other = pick(choices, &corpus.pieces).map_or("", |(_, body)| body);
        text += &changed(choices, other, &corpus.whole);
    }
    text + &changed(choices, body, &corpus.whole)
}

/// The text with a few changes.
fn changed(choices: &mut dyn Choices, text: &str, corpus: &[String]) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for _ in 0..1 + choices.below(6) {
        if lines.is_empty() {
            break;
        }
        let at = choices.below(lines.len());
        match choices.below(8) {
            0 => drop(lines.remove(at)),
            1 => lines.insert(at, lines[at].clone()),
            2 => {
                let other = choices.below(lines.len());
                lines.swap(at, other);
            }
            3 => {
                let other: Vec<&str> = pick(choices, corpus).map_or("", String::as_str).lines().collect();
                if !other.is_empty() {
                    let margin: String = lines[at].chars().take_while(|c| *c == ' ').collect();
                    lines.insert(at, format!("{margin}{}", other[choices.below(other.len())].trim_start()));
                }
            }
            4 => lines[at].insert_str(0, choices.one(&["    ", "  ", "\t", "#"])),
            _ => lines[at] = line(choices, &lines[at]),
        }
    }
    lines.join("\n") + "\n"
}

fn pick<'a, T>(choices: &mut dyn Choices, among: &'a [T]) -> Option<&'a T> {
    // A byte's worth of choice would leave the later ones out.
    among.get((choices.below(256) * 256 + choices.below(256)) % among.len().max(1))
}

/// A line with one token changed.
fn line(choices: &mut dyn Choices, line: &str) -> String {
    let mut tokens = tokens(line);
    if tokens.is_empty() {
        return expression(choices, 2);
    }
    let at = choices.below(tokens.len());
    match choices.below(6) {
        0 => drop(tokens.remove(at)),
        1 => tokens.insert(at, tokens[at].clone()),
        2 => {
            let other = choices.below(tokens.len());
            tokens.swap(at, other);
        }
        3 => {
            tokens[at] = choices
                .one(&[
                    "0", "-1", "None", "x", "()", "[]", "''", "1e30", "100000", "True", "self", "*", ":", "=", "(",
                    ")", "lambda", ",", "...",
                ])
                .to_owned()
        }
        4 => {
            let other = choices.below(tokens.len());
            tokens[at] = tokens[other].clone();
        }
        _ => tokens[at] = expression(choices, 2),
    }
    tokens.concat()
}

/// Words, numbers, runs of blanks and single signs.
fn tokens(line: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let kind = |c: char| {
        if c.is_alphanumeric() || c == '_' {
            0
        } else if c == ' ' {
            1
        } else {
            2
        }
    };
    let mut last = 2;
    for c in line.chars() {
        match tokens.last_mut() {
            Some(token) if kind(c) == last && last < 2 => token.push(c),
            _ => tokens.push(c.to_string()),
        }
        last = kind(c);
    }
    tokens
}
