//! The laws for XLA's CPU backend: what they make, and that it means the same.

mod conv;
mod pool;

use keramos_ir::passes::{Options, Target, simplify};
use keramos_ir::text::parse;
use keramos_ir::{Function, Primitive};

fn for_cpu(function: &Function) -> Function {
    simplify(function, &Options { target: Target::Cpu, differentiable: false, ..Options::default() }).unwrap()
}

fn rewritten(text: &str) -> String {
    for_cpu(&parse(text).unwrap()).to_string()
}

fn names(function: &Function) -> Vec<&'static str> {
    function.equations.iter().map(|eqn| eqn.op.name()).collect()
}
