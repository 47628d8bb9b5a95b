//! Fuzzes the whole compiler, up to artifacts, for as long as there is time; `fuzz/README.md` tells how.

#![allow(clippy::panic, reason = "a child that panics has found a mistake")]

use keramos::{CompileError, Compiler};

#[path = "runner/mod.rs"]
mod runner;

use runner::generator::kinds::Input;

fn main() {
    runner::main(|input, _| to_artifact(input));
}

/// Compiles an input for which the frontend has a program to an artifact. Panics if that fails by the compiler's mistake.
fn to_artifact(input: &Input) {
    let compiler = input.entries.iter().fold(Compiler::new(), |compiler, entry| compiler.entry(entry.as_str()));
    match compiler.compile("fuzz.py", &input.text) {
        Ok(_) | Err(CompileError::Source { .. } | CompileError::Runtime(_)) => {}
        Err(error @ (CompileError::Ir(_) | CompileError::Lowering(_) | CompileError::Artifact(_))) => {
            panic!("after the frontend: {error}")
        }
    }
}
