//! The pages of the diagnostic codes: what they call failing fails, with that code, and what they call working works.
#![allow(clippy::panic, reason = "a test fails by panicking")]

use keramos_frontend::diagnostics::{Diagnostic, Source, codes};
use keramos_frontend::{Options, compile};

/// Codes that no short program shows.
const WITHOUT_EXAMPLE: [codes::Code; 5] =
    [codes::TOO_MANY, codes::TRANSFORM, codes::BACKEND, codes::WEIGHTS_MISMATCH, codes::INTERNAL];

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
