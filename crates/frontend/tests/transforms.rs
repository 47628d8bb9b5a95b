//! Programs that real JAX, or real Keras, ran too: what they print must be the same, numbers up to rounding.
//!
//! `regenerate.py` in `tests/transforms` and `tests/keras_objects` writes the expected outputs.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::PathBuf;

use keramos_frontend::diagnostics::{Source, SourceMap, Style, render};
use keramos_frontend::interp::{Options, run};

/// A piece of output: a number, or the text between numbers.
#[derive(Debug, PartialEq)]
enum Piece {
    Number(f64),
    Text(String),
}

/// Splits output into numbers and text; what only tells how an array came about is left out.
fn pieces(text: &str) -> Vec<Piece> {
    let text: String = text.replace(", weak_type=True", "").split_whitespace().collect::<Vec<_>>().join(" ");
    let (mut found, mut word, mut rest) = (Vec::new(), String::new(), text.as_str());
    while let Some(first) = rest.chars().next() {
        let starts = first.is_ascii_digit()
            || rest.starts_with(['-', '.']) && rest[1..].starts_with(|c: char| c.is_ascii_digit());
        if starts && !word.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_') {
            let mut end = 1;
            while let Some(c) = rest[end..].chars().next() {
                let exponent = rest[..end].ends_with(['e', 'E']) && (c == '-' || c == '+');
                if !(c.is_ascii_digit() || c == '.' || (c == 'e' && end > 0) || exponent) {
                    break;
                }
                end += c.len_utf8();
            }
            if let Ok(number) = rest[..end].parse() {
                found.push(Piece::Text(std::mem::take(&mut word)));
                found.push(Piece::Number(number));
                rest = &rest[end..];
                continue;
            }
        }
        if first != ' ' {
            word.push(first);
        }
        rest = &rest[first.len_utf8()..];
    }
    found.push(Piece::Text(word));
    found
}

fn agree(expected: &str, found: &str) -> bool {
    let (expected, found) = (pieces(expected), pieces(found));
    let same = |(a, b): (&Piece, &Piece)| match (a, b) {
        (Piece::Number(a), Piece::Number(b)) => (a - b).abs() <= 2e-5 + 2e-5 * a.abs() || a.is_nan() && b.is_nan(),
        (a, b) => a == b,
    };
    expected.len() == found.len() && expected.iter().zip(&found).all(same)
}

#[test]
fn programs_print_what_jax_prints() {
    compare("tests/transforms");
}

#[test]
fn objects_of_keras_are_told_as_keras_tells_them() {
    compare("tests/keras_objects");
}

/// Runs the programs of a folder and compares what they print.
fn compare(folder: &str) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut programs: Vec<PathBuf> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "py") && path.with_extension("out").exists())
        .collect();
    programs.sort();
    assert!(!programs.is_empty(), "no programs in {}", folder.display());
    let mut failures = Vec::new();
    for path in &programs {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let expected = fs::read_to_string(path.with_extension("out")).unwrap();
        let evaluated = run(&Source::new(name.as_str(), fs::read_to_string(path).unwrap()), Options::default());
        let sources = SourceMap::single(evaluated.interp.source.clone());
        let problems: Vec<String> =
            evaluated.diagnostics().iter().map(|d| render(d, &sources, Style::default())).collect();
        if problems.is_empty() && agree(&expected, evaluated.output()) {
            continue;
        }
        let lines = expected.lines().zip(evaluated.output().lines()).filter(|(a, b)| !agree(a, b)).take(8);
        let lines: Vec<String> = lines.map(|(a, b)| format!("  expected {a}\n  found    {b}")).collect();
        failures.push(format!("{name}: {}\n{}", problems.join("\n"), lines.join("\n")));
    }
    assert!(failures.is_empty(), "{} of {} differ:\n{}", failures.len(), programs.len(), failures.join("\n"));
}
