//! Runs inputs for as long as there is time: bytes, tokens, programs of grammars, calls of everything in the tables,
//! and mutations of real programs. Shared by the example that fuzzes the frontend and the one that goes on to artifacts.
//!
//! Inputs are compiled by child processes, some thousands by each, so that one that panics, hangs or takes too much
//! memory ends its child alone. What failed is written to `fuzz/artifacts/`.

#![allow(clippy::unwrap_used, reason = "a tool for developers")]

mod child;
#[path = "../generator/mod.rs"]
pub mod generator;
mod names;
mod supervisor;

use std::path::{Path, PathBuf};

use keramos_frontend::program::Program;

use generator::Random;
use generator::corpus::Corpus;
use generator::kinds::{Input, KINDS, Kind};

/// What is done with an input for which the frontend has a program.
pub type After = fn(&Input, &Program);

/// The command line.
pub fn main(after_frontend: After) {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let after = |flag: &str| args.iter().position(|arg| arg == flag).and_then(|at| args.get(at + 1));
    let number = |flag: &str| after(flag).and_then(|value| value.parse::<u64>().ok());
    let corpus = Corpus::read(&root());
    if let Some(kind) = after("--child") {
        let (from, count) = (number("--from").unwrap_or(0), number("--count").unwrap_or(1));
        return child::run(find(kind), from..from + count, &corpus, after_frontend);
    }
    if let Some(name) = after("--show") {
        let (kind, seed) = name.rsplit_once('-').unwrap_or((name, "0"));
        let input = input(find(kind), seed.parse().unwrap_or(0), &corpus);
        input.entries.iter().for_each(|entry| println!("# --entry {entry}"));
        return print!("{}", input.text);
    }
    if let Some(count) = number("--names") {
        let part = (number("--from").unwrap_or(0), number("--count").unwrap_or(u64::MAX));
        return names::run(count, number("--seed").unwrap_or(0), part);
    }
    if let Some(path) = after("--file") {
        let text = std::fs::read(path).unwrap();
        for text in generator::corpus::programs(&String::from_utf8_lossy(&text)) {
            println!("{}", text.lines().last().unwrap_or_default());
            let input = Input { text, entries: Vec::new() };
            generator::program_of(&input.text, &input.entries).inspect(|program| after_frontend(&input, program));
        }
        return;
    }
    let kinds: Vec<&'static Kind> = match after("--kinds") {
        Some(names) => names.split(',').map(find).collect(),
        None => KINDS.iter().collect(),
    };
    let cores = std::thread::available_parallelism().map_or(1, |n| n.get() as u64);
    supervisor::run(&supervisor::Plan {
        kinds,
        seconds: number("--seconds").unwrap_or(60),
        seed: number("--seed").unwrap_or(0),
        jobs: number("--jobs").unwrap_or(cores),
    });
}

/// The repository's root.
fn root() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    if package.join("fuzz").is_dir() { package.to_owned() } else { package.join("../..") }
}

/// The kind of that name.
fn find(name: &str) -> &'static Kind {
    let known = || KINDS.iter().map(|kind| kind.name).collect::<Vec<_>>().join(", ");
    KINDS.iter().find(|kind| kind.name == name).unwrap_or_else(|| {
        eprintln!("there is no kind `{name}`: {}", known());
        std::process::exit(2)
    })
}

/// The input of a seed.
fn input(kind: &Kind, seed: u64, corpus: &Corpus) -> Input {
    (kind.make)(&mut Random(seed.wrapping_mul(0x9E37_79B9).wrapping_add(seed << 32)), corpus)
}
