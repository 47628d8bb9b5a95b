//! What fuzzing feeds the frontend: programs of a grammar, and mutations of real ones.
//!
//! Shared by the test that runs a few of them and by the example that runs millions.

#![allow(dead_code, reason = "each user needs a part")]

mod bytes;
pub mod corpus;
mod expressions;
pub mod guess;
pub mod kinds;
mod models;
mod mutate;
mod near;
mod networks;
mod odd;
mod scan;
mod statements;
pub mod tables;
mod tokens;
mod transforms;

use keramos_frontend::diagnostics::{Diagnostic, Source, SourceMap, Style, codes, render, to_json};
use keramos_frontend::program::Program;
use keramos_frontend::{Options, compile};

#[allow(unused_imports, reason = "each user needs a part")]
pub use mutate::mutated;

/// Where decisions come from.
pub trait Choices {
    /// A number below `n`, which is not 0.
    fn below(&mut self, n: usize) -> usize;

    /// Whether something happens that happens once in `n` times.
    fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    /// One of several.
    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }
}

/// Decisions by a generator of pseudo-random numbers (SplitMix64).
pub struct Random(pub u64);

impl Choices for Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % n as u64) as usize
    }
}

/// Decisions by bytes; always the first possibility when there are no more.
pub struct Bytes<'a>(std::slice::Iter<'a, u8>);

impl<'a> Bytes<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Bytes(bytes.iter())
    }
}

impl Choices for Bytes<'_> {
    fn below(&mut self, n: usize) -> usize {
        self.0.next().map_or(0, |&byte| usize::from(byte) % n)
    }
}

/// A program of the grammar: a model file with layers, functions, training, or plain Python.
pub fn program(choices: &mut dyn Choices) -> String {
    let mut text = String::from(PRELUDE);
    for _ in 0..1 + choices.below(5) {
        text += &match choices.below(7) {
            0 => models::layer_class(choices),
            1 => models::model(choices),
            2 => models::function(choices),
            3 => models::step(choices),
            4 => statements::call_of_library(choices),
            _ => statements::guarded(choices),
        };
    }
    text
}

const PYTHON_PRELUDE: &str = "import math, functools, enum, dataclasses, collections, contextlib, itertools, operator\na = [1, 2, 3]\nb = 'text'\nc = [0]\nx = 2.5\ny = {}\n\
def f(x=1, *args, **kw): return x\ndef g(): yield from a\nclass C:\n    def method(self, *a): return a\no = C()\n";

const PRELUDE: &str = "import functools, math\nfrom functools import partial\nimport jax\nimport jax.numpy as jnp\nimport keras\n\
import numpy as np\nfrom jax import lax\nfrom keras import layers, ops\nimport enum, dataclasses, collections, contextlib, itertools, operator\na = [1, 2, 3]\nb = 'text'\nc = [0]\nx = jnp.arange(6.0).reshape(2, 3)\ny = np.zeros((4, 2))\n\
def f(x=1, *args, **kw): return x\ndef g(): yield from a\nclass C:\n    def method(self, *a): return a\no = C()\n";

/// Steps that a fuzzed program may take.
const MAX_STEPS: u64 = 100_000;

/// Compiles a program and puts what is said into words. Panics if the compiler calls something its own mistake.
pub fn compiled(text: &str) {
    program_of(text, &[]);
}

/// The first error of a program, other than that it makes no model.
pub fn errors_of(text: &str) -> Option<String> {
    let options = Options { max_steps: Some(MAX_STEPS), ..Options::default() };
    let outcome = compile(Source::new("fuzz.py", text), &options);
    let error = outcome.diagnostics.iter().find(|said| said.is_error() && said.code != codes::TRAINING_CONFIG);
    error.map(|said| said.message.clone())
}

/// As [`compiled`]; gives the program if there is one. Functions of the text may be asked for as entry points.
pub fn program_of(text: &str, entries: &[String]) -> Option<Program> {
    let mut options = Options { max_steps: Some(MAX_STEPS), ..Options::default() };
    options.program.functions = entries.to_vec();
    let outcome = compile(Source::new("fuzz.py", text), &options);
    let sources = SourceMap::single(Source::new("fuzz.py", text));
    to_json(&outcome.diagnostics, &sources);
    for diagnostic in &outcome.diagnostics {
        render(diagnostic, &sources, Style::default());
        assert!(diagnostic.code != codes::INTERNAL, "{diagnostic}: {:?}", diagnostic.notes);
    }
    let errors = outcome.diagnostics.iter().any(Diagnostic::is_error);
    assert!(errors || outcome.program.is_some(), "neither a program nor an error");
    outcome.program
}
