//! What users are told about their mistakes: the programs in `programs`, many small ones to a file, each with all that
//! is said about it, one snapshot per file. And that no text of a diagnostic in the source lacks a snapshot.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod section;
mod templates;
mod tokens;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use templates::Template;

/// Crates whose messages are looked for in snapshots.
const COMPILER: [&str; 3] = ["frontend", "ir", "lowering"];

/// Crates whose messages are about files, plugins and devices: tests bring them about and compare their text.
const RUNTIME: [&str; 3] = ["artifact", "pjrt", "runtime"];

fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/told")
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The files of the programs, by name.
fn files() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(here().join("programs")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|e| e == "py"));
    files.sort();
    assert!(!files.is_empty());
    files
}

#[test]
fn mistakes_are_told() {
    let mut silent = Vec::new();
    for path in files() {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let (prelude, sections) = section::sections(&fs::read_to_string(&path).unwrap());
        let mut shown = String::new();
        for section in &sections {
            let told = section.told(&prelude);
            if told.is_empty() {
                silent.push(format!("{name}: {}", section.name));
            }
            shown.push_str(&format!("---- {}\n{}\n{told}\n", section.header(), section.text.trim_end()));
        }
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(name, shown);
        });
    }
    assert!(silent.is_empty(), "nothing is said about\n{}", silent.join("\n"));
}

/// The messages that snapshots hold, with their notes and what they advise, by lines.
fn told(folder: &Path, lines: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && name != "target" && !name.starts_with('.') {
            told(&path, lines);
        } else if name.ends_with(".snap") {
            let text = fs::read_to_string(&path).unwrap();
            let is_told = |line: &&str| {
                let starts = ["error", "warning", "note"].iter().any(|start| line.starts_with(start));
                starts || line.trim_start().starts_with("= note: ") || line.trim_start().starts_with("= help: ")
            };
            lines.extend(text.lines().filter(is_told).map(str::to_owned));
        }
    }
}

/// The entries of a list: `file: text`, by lines; empty lines and lines that begin with `#` say why.
fn list(name: &str) -> BTreeSet<String> {
    let text = fs::read_to_string(here().join(name)).unwrap();
    text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_owned).collect()
}

/// A text given to what makes diagnostics is in a snapshot, with the source that brings it about, unless no user can
/// bring it about (`unreachable.txt`). `pending.txt` lists what lacks one still; it may only shrink.
#[test]
fn each_text_has_a_snapshot() {
    let mut lines = BTreeSet::new();
    told(&root().join("crates"), &mut lines);
    told(&root().join("tests"), &mut lines);
    let of = |name: &&str| templates::of(&root().join("crates").join(name).join("src"), &root());
    let compiler: Vec<Template> = COMPILER.iter().flat_map(of).collect();
    let runtime: Vec<Template> = RUNTIME.iter().flat_map(of).collect();
    assert!(compiler.len() > 1000 && runtime.len() > 50, "too few texts were found");
    let mut compared: Vec<String> = lines.iter().cloned().collect();
    for folder in ["crates/artifact", "crates/pjrt", "crates/runtime", "tests/cli"] {
        compared.extend(templates::literals_of_tests(&root().join(folder)));
    }
    let shown = compiler.iter().filter(|template| !lines.iter().any(|line| template.fits(line)));
    let tested = runtime.iter().filter(|template| !compared.iter().any(|text| template.is_quoted_in(text)));
    let open: BTreeSet<String> =
        shown.chain(tested).map(|template| format!("{}: {}", template.file, template.shown())).collect();
    let (unreachable, pending) = (list("unreachable.txt"), list("pending.txt"));
    if std::env::var_os("UPDATE_PENDING").is_some() {
        let rest: Vec<String> = open.difference(&unreachable).map(|entry| format!("{entry}\n")).collect();
        let text = fs::read_to_string(here().join("pending.txt")).unwrap();
        let head: String = text.lines().filter(|l| l.starts_with('#')).map(|l| format!("{l}\n")).collect();
        fs::write(here().join("pending.txt"), format!("{head}{}", rest.concat())).unwrap();
        return;
    }
    let known: BTreeSet<String> = unreachable.union(&pending).cloned().collect();
    let missing: Vec<&String> = open.difference(&known).collect();
    assert!(missing.is_empty(), "no snapshot holds\n{missing:#?}\nwrite a program for it into tests/told/programs");
    let stale: Vec<&String> = known.difference(&open).collect();
    assert!(
        stale.is_empty(),
        "snapshots hold these, or nothing says them any more: take them off the lists\n{stale:#?}"
    );
}
