//! Fuzzes the frontend and the passes of the IR for as long as there is time; `fuzz/README.md` tells how.

#![allow(clippy::panic, reason = "a child that panics has found a mistake")]

use keramos_frontend::program::Program;
use keramos_ir::passes;

#[path = "../../../fuzz/runner/mod.rs"]
mod runner;

fn main() {
    runner::main(|_, program| simplified(program));
}

/// Simplifies the entry points. Panics if a pass refuses one: that is its mistake.
fn simplified(program: &Program) {
    let options = passes::Options { target: passes::Target::Cpu, differentiable: false, ..passes::Options::default() };
    for entry in &program.entries {
        if let Err(error) = passes::simplify(&entry.function, &options) {
            panic!("the passes fail on {}: {error}", entry.name());
        }
    }
}
