//! Whatever a file holds, compiling it ends with a program or with diagnostics: programs of a grammar, mutations of
//! real programs, and those that failed once (`fuzz/corpus`). The example `fuzz` runs as many as there is time for.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

#[path = "../../../fuzz/generator/mod.rs"]
mod generator;

use generator::Random;

/// Compiles a program, which is shown if that fails.
fn compiled(text: &str) {
    println!("---- the program:\n{text}");
    generator::compiled(text);
}

fn programs(folder: &str) -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder);
    let mut paths: Vec<PathBuf> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|e| e == "py"));
    paths.sort();
    assert!(!paths.is_empty(), "{} holds no programs", folder.display());
    paths
        .into_iter()
        .map(|path| (path.clone(), String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned()))
        .collect()
}

#[test]
fn programs_of_the_grammar_end() {
    for seed in 0..300 {
        compiled(&generator::program(&mut Random(seed)));
    }
}

#[test]
fn mutations_of_real_programs_end() {
    let corpus: Vec<String> = programs("crates/frontend/tests/python").into_iter().map(|(_, text)| text).collect();
    for seed in 0..200 {
        compiled(&generator::mutated(&mut Random(seed), &corpus));
    }
}

#[test]
fn choices_may_be_bytes() {
    for length in 0..64u8 {
        let bytes: Vec<u8> = (0..length).map(|i| i.wrapping_mul(37).wrapping_add(length)).collect();
        generator::compiled(&generator::program(&mut generator::Bytes::new(&bytes)));
        generator::compiled(&String::from_utf8_lossy(&bytes));
    }
}

#[test]
fn programs_that_failed_once_do_no_more() {
    for (path, text) in programs("fuzz/corpus") {
        for program in generator::corpus::programs(&text) {
            println!("{}: {}", path.display(), program.lines().last().unwrap_or_default());
            generator::compiled(&program);
        }
    }
}
