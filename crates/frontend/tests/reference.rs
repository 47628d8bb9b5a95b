//! The language reference says what holds.
#![allow(clippy::panic, reason = "a test fails by panicking")]

use keramos_frontend::diagnostics::{Diagnostic, Source};
use keramos_frontend::reference::{self, CONSTRUCTS, Support};
use keramos_frontend::{Options, compile, modules};

/// The program, with a model behind it, so that there is something to compile.
fn diagnose(program: &str) -> Vec<Diagnostic> {
    let model = "\nimport keras\nmodel = keras.Sequential([keras.Input(shape=(2,)), keras.layers.Dense(1)])\n";
    compile(Source::new("page.py", format!("{program}{model}")), &Options::default()).diagnostics
}

#[test]
fn each_construct_is_compiled_or_refused_as_stated() {
    for construct in CONSTRUCTS {
        let found = diagnose(construct.example);
        match construct.support {
            Support::Full | Support::Partial(_) => {
                assert!(found.is_empty(), "{}: {found:?}\n{}", construct.name, construct.example);
            }
            Support::No(code, _) => {
                assert!(
                    found.iter().any(|d| d.code == code),
                    "{} is not refused with {code}: {found:?}",
                    construct.name
                );
            }
        }
    }
}

#[test]
fn every_module_is_on_a_page() {
    let text: String = reference::pages().into_iter().map(|page| page.text).collect();
    for module in modules::all() {
        assert!(text.contains(&format!("\n## `{}`\n", module.name)), "{} is on no page", module.name);
    }
}

#[test]
fn a_single_name_is_found() {
    let dense = reference::entry("keras.layers.Dense").unwrap_or_default();
    assert!(dense.starts_with("`keras.layers.Dense(units, activation=None, use_bias=True,"), "{dense}");
    assert!(reference::entry("keras.layers.Dence").is_none());
}

#[test]
fn what_is_refused_says_why() {
    for module in modules::all() {
        for refused in module.refused {
            assert!((module.get)(refused.name).is_none(), "{}.{} is both there and refused", module.name, refused.name);
            let program = format!("import {0}\n{0}.{1}\n", module.name, refused.name.replace('*', "any"));
            let found = diagnose(&program);
            assert!(found.iter().any(|d| d.message.contains(refused.why)), "{program}{found:?}");
        }
    }
}

#[test]
fn what_is_refused_is_refused_however_it_is_imported() {
    for program in [
        "import keras.distribution.core",
        "from keras.distribution import DeviceMesh",
        "from keras import distribution",
    ] {
        let found = diagnose(&format!("{program}\n"));
        assert!(
            found.iter().any(|d| d.message.contains("`keras.distribution` is not compiled")),
            "{program}: {found:?}"
        );
    }
}
