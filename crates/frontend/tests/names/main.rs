//! The public names of Keras, JAX, optax, Flax and Haiku, as `generate.py` found them in the real packages: each is
//! compiled, left to the run, or refused with a reason. So are the parameters of what is compiled.
//!
//! `open.txt` lists what is not yet: names, and `name(parameter)`. It may only shrink. `KERAMOS_WRITE_OPEN=1` writes it
//! anew.
#![allow(clippy::panic, clippy::expect_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use keramos_frontend::diagnostics::{Diagnostic, Source};
use keramos_frontend::interp::{Options, run};
use keramos_frontend::reference::{Known, known};

/// A name of a real package.
struct Name<'a> {
    module: &'a str,
    name: &'a str,
    parameters: Vec<&'a str>,
}

fn names(table: &str) -> impl Iterator<Item = Name<'_>> {
    table.lines().map(|line| {
        let mut fields = line.split('\t');
        let mut field = || fields.next().unwrap_or_default();
        let (module, name, _kind, parameters) = (field(), field(), field(), field());
        let parameters = parameters.split(' ').filter(|p| !p.is_empty() && !p.starts_with(['*', '?', '_'])).collect();
        Name { module, name, parameters }
    })
}

/// Whether a program finds the name all the same: a package that is written in the model language shows what it imports.
fn is_found(name: &Name<'_>) -> bool {
    let program = format!("from {} import {}\n", name.module, name.name);
    let evaluated = run(&Source::new("name.py", program), Options::default());
    !evaluated.diagnostics().iter().any(Diagnostic::is_error)
}

/// What the tables have no answer for.
fn missing(name: &Name<'_>, whole: &mut BTreeSet<String>) -> Vec<String> {
    let path = format!("{}.{}", name.module, name.name);
    if whole.contains(name.module) {
        return Vec::new();
    }
    match known(name.module, name.name) {
        None if is_found(name) => Vec::new(),
        None => vec![path],
        // What is inside a module that is refused, or left to the run, goes with it.
        Some(Known::Host | Known::Refused(_)) => {
            whole.insert(path);
            Vec::new()
        }
        Some(Known::Compiled(known)) => {
            let lacks = |p: &&&str| **p != "self" && !known.know(p);
            name.parameters.iter().filter(lacks).map(|parameter| format!("{path}({parameter})")).collect()
        }
    }
}

#[test]
fn every_public_name_is_compiled_or_refused() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/names");
    let read = |file: &str| fs::read_to_string(folder.join(file)).expect(file);
    let table = read("names.tsv");
    let mut whole = BTreeSet::new();
    let found: BTreeSet<String> = names(&table).flat_map(|name| missing(&name, &mut whole)).collect();
    if std::env::var_os("KERAMOS_WRITE_OPEN").is_some() {
        fs::write(folder.join("open.txt"), found.iter().map(|name| format!("{name}\n")).collect::<String>())
            .expect("open.txt");
        return;
    }
    let list = read("open.txt");
    let open: BTreeSet<String> = list.lines().map(str::to_owned).collect();
    let new: Vec<&String> = found.difference(&open).collect();
    let closed: Vec<&String> = open.difference(&found).collect();
    assert!(new.is_empty(), "neither compiled nor refused with a reason: {new:#?}");
    assert!(closed.is_empty(), "no longer open, to be taken out of open.txt: {closed:#?}");
}
