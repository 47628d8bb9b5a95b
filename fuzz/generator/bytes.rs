//! Texts that are hardly programs: bytes, tokens in any order, deep nesting.

use super::Choices;
use super::corpus::Corpus;

/// Bytes that mean something wherever they stand.
const SIGNS: &[u8] = b"()[]{}'\"\\\n\t:;,#@ \xff\x00";

/// Characters that are more than one byte, or look like others.
const WIDE: &[&str] = &["é", "λ", "名", "𝔘", "\u{feff}", "\u{2028}", "\u{200b}", "\u{301}", "０", "\r", "\u{c}", "ﬁ"];

/// A part of a real program some bytes of which are others, or bytes of no program at all.
pub fn damaged(choices: &mut dyn Choices, corpus: &Corpus) -> String {
    if choices.once_in(8) {
        let bytes: Vec<u8> = (0..choices.below(400)).map(|_| any(choices)).collect();
        return String::from_utf8_lossy(&bytes).into_owned();
    }
    let Some(text) = corpus.whole.get(choices.below(corpus.whole.len().max(1))) else { return String::new() };
    let text = text.as_bytes();
    let start = choices.below(text.len().max(1));
    let most = if choices.once_in(10) { 4000 } else { 300 };
    let mut bytes = text[start..(start + 1 + choices.below(most)).min(text.len())].to_vec();
    for _ in 0..1 + choices.below(20) {
        if bytes.is_empty() {
            break;
        }
        let at = choices.below(bytes.len());
        match choices.below(6) {
            0 => bytes[at] = choices.below(256) as u8,
            1 => drop(bytes.remove(at)),
            2 => bytes.insert(at, SIGNS[choices.below(SIGNS.len())]),
            3 => drop(bytes.splice(at..at, choices.one(WIDE).bytes())),
            4 => {
                let end = (at + 1 + choices.below(40)).min(bytes.len());
                let again = bytes[at..end].to_vec();
                drop(bytes.splice(at..at, again));
            }
            _ => {
                let other = choices.below(bytes.len());
                bytes.swap(at, other);
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn any(choices: &mut dyn Choices) -> u8 {
    match choices.below(3) {
        0 => SIGNS[choices.below(SIGNS.len())],
        1 => 32 + choices.below(95) as u8,
        _ => choices.below(256) as u8,
    }
}

/// Tokens of Python in any order.
pub fn tokens(choices: &mut dyn Choices) -> String {
    let mut text = String::new();
    for _ in 0..1 + choices.below(60) {
        text += choices.one(super::tokens::TOKENS);
        if choices.below(3) > 0 {
            text.push(' ');
        }
    }
    text
}

/// What can stand inside itself, and what stands innermost: before it, and after it.
const NESTS: &[(&str, &str)] = &[
    ("(", ")"),
    ("[", "]"),
    ("{", "}"),
    ("{1: ", "}"),
    ("(1, ", ")"),
    ("f(", ")"),
    ("a[", "]"),
    ("-", ""),
    ("not ", ""),
    ("lambda: ", ""),
    ("lambda a=", ": a"),
    ("a if ", " else b"),
    ("1 if b else ", ""),
    ("a + ", ""),
    ("a ** ", ""),
    ("a < ", ""),
    ("a and ", ""),
    ("", ".a"),
    ("", "()"),
    ("", "[0]"),
    ("", " + 1"),
    ("", " or b"),
    ("f'{", "}'"),
    ("*", ""),
    ("[x for x in ", "]"),
    ("(yield ", ")"),
    ("await ", ""),
    ("(a := ", ")"),
    ("a = ", ""),
    ("", ", a"),
    ("\"\" ", ""),
];

/// Lines that open a block.
const OPENERS: &[&str] = &[
    "if a:",
    "for a in b:",
    "while a:",
    "def f():",
    "class C:",
    "try:",
    "with a:",
    "match a:",
    "case 1:",
    "else:",
    "elif b:",
    "finally:",
    "except a:",
];

/// Something that nests deeply.
pub fn nested(choices: &mut dyn Choices) -> String {
    let levels = match choices.below(4) {
        0 => choices.below(20_000),
        1 => choices.below(2000),
        _ => choices.below(200),
    };
    if choices.once_in(4) {
        let levels = levels.min(600);
        let mut text = String::new();
        for level in 0..levels {
            text += &" ".repeat(level);
            text += if choices.once_in(50) { choices.one(OPENERS) } else { OPENERS[level % 3] };
            text.push('\n');
        }
        return text + &" ".repeat(levels) + "pass\n";
    }
    let one = NESTS[choices.below(NESTS.len())];
    let other = if choices.below(2) == 0 { one } else { NESTS[choices.below(NESTS.len())] };
    let middle = choices.one(&["a", "1", "", "b'", "(", "x: 1"]);
    let (mut before, mut after) = (String::new(), Vec::new());
    for level in 0..levels {
        let (open, close) = if level % 2 == 0 { one } else { other };
        before += open;
        after.push(close);
    }
    if choices.once_in(8) {
        after.clear();
    }
    let after: String = after.into_iter().rev().collect();
    let start =
        choices.one(&["a = ", "a = b = 1\nf = str\nr = ", "", "def f(x=", "class C(", "print(", "del ", "for a in "]);
    format!("{start}{before}{middle}{after}\n")
}
