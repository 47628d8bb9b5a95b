//! The pages of the diagnostic codes: what they call failing fails, with that code, and what they call working works.
//! What is said about the failing program is a snapshot, one per code.
#![allow(clippy::panic, reason = "a test fails by panicking")]

use keramos_frontend::diagnostics::{Code, Diagnostic, Source, SourceMap, Style, codes, render};
use keramos_frontend::{Options, compile};

/// Codes that no short program shows.
const WITHOUT_EXAMPLE: [codes::Code; 5] =
    [codes::TOO_MANY, codes::TRANSFORM, codes::BACKEND, codes::WEIGHTS_MISMATCH, codes::INTERNAL];

/// A program that is told off with the code.
fn source_of(code: Code) -> Option<String> {
    if code == codes::TOO_MANY { Some("x = )\n".repeat(200)) } else { code.example("Fails") }
}

/// The program, with a model behind it, so that there is something to compile.
fn diagnose(program: &str) -> Vec<Diagnostic> {
    let model = "\nimport keras\nmodel = keras.Sequential([keras.Input(shape=(2,)), keras.layers.Dense(1)])\n";
    compile(Source::new("page.py", format!("{program}{model}")), &Options::default()).diagnostics
}

#[test]
fn each_page_keeps_its_word() {
    let mut wrong = Vec::new();
    for code in codes::ALL {
        let (fails, works) = (code.example("Fails"), code.example("Works"));
        let (Some(fails), Some(works)) = (fails, works) else {
            if !WITHOUT_EXAMPLE.contains(code) {
                wrong.push(format!("{code} has no examples"));
            }
            continue;
        };
        let found = diagnose(&fails);
        if !found.iter().any(|d| d.code == *code) {
            wrong.push(format!("{code} does not come of\n{fails}\nbut {found:?}"));
        }
        let found = diagnose(&works);
        if !found.is_empty() {
            wrong.push(format!("{code}: what should work gives {found:?}\n{works}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// What a user is told, source and message: a code without its snapshot fails.
#[test]
fn each_code_has_a_snapshot() {
    for code in codes::ALL {
        let Some(text) = source_of(*code) else {
            assert!(WITHOUT_EXAMPLE.contains(code), "{code} has neither an example nor a program");
            continue;
        };
        let sources = SourceMap::single(Source::new("model.py", text.as_str()));
        let told = compile(Source::new("model.py", text.as_str()), &Options::default()).diagnostics;
        let told: Vec<&Diagnostic> = told.iter().filter(|d| d.code == *code).collect();
        assert!(!told.is_empty(), "{code} does not come of\n{text}");
        let shown: String = told.iter().take(3).map(|d| render(d, &sources, Style::default())).collect();
        // A long program is told by its beginning.
        let head: String = text.lines().take(30).map(|line| format!("{line}\n")).collect();
        insta::with_settings!({ snapshot_suffix => code.name, description => code.to_string() }, {
            insta::assert_snapshot!(format!("{head}----\n{shown}"));
        });
    }
}
