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

/// Crates whose messages are looked for in snapshots: those of their own tests, of the programs here, and of the binaries' tests.
const CRATES: [&str; 6] = ["frontend", "ir", "lowering", "artifact", "pjrt", "runtime"];

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

/// The entries of `unreachable.txt`: `file: text`, by lines; empty lines and lines that begin with `#` say why.
fn unreachable() -> BTreeSet<String> {
    let text = fs::read_to_string(here().join("unreachable.txt")).unwrap();
    text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_owned).collect()
}

/// A text given to what makes diagnostics is in a snapshot, with what brings it about, unless nothing can bring it about
/// (`unreachable.txt` says why). That list may only shrink.
#[test]
fn each_text_has_a_snapshot() {
    let told_in = |folders: &[&str]| {
        let mut lines = BTreeSet::new();
        folders.iter().for_each(|folder| told(&root().join(folder), &mut lines));
        lines
    };
    let binaries =
        told_in(&["crates/frontend", "crates/lowering", "crates/artifact", "crates/pjrt", "crates/runtime", "tests"]);
    // What only a test of the IR brings about shows nothing of what the frontend says.
    let ir: BTreeSet<String> = told_in(&["crates/ir"]).union(&binaries).cloned().collect();
    let of = |name: &&str| templates::of(&root().join("crates").join(name).join("src"), &root());
    let texts: Vec<Template> = CRATES.iter().flat_map(of).collect();
    assert!(texts.len() > 1000, "too few texts were found");
    let lines_for = |template: &Template| if template.file.starts_with("crates/ir/") { &ir } else { &binaries };
    let open = texts.iter().filter(|template| !lines_for(template).iter().any(|line| template.fits(line)));
    let open: BTreeSet<String> = open.map(|template| format!("{}: {}", template.file, template.shown())).collect();
    let unreachable = unreachable();
    let missing: Vec<&String> = open.difference(&unreachable).collect();
    assert!(missing.is_empty(), "no snapshot holds\n{missing:#?}\nwrite a program for it into tests/told/programs");
    let stale: Vec<&String> = unreachable.difference(&open).collect();
    assert!(
        stale.is_empty(),
        "snapshots hold these, or nothing says them any more: take them off unreachable.txt\n{stale:#?}"
    );
}
