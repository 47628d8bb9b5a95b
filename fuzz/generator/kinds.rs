//! The kinds of inputs, and how often each comes.

use super::corpus::Corpus;
use super::{Choices, bytes, guess, models, mutate, near, networks, statements, transforms};

/// What is compiled: a text, and functions of it that are asked for as entry points.
pub struct Input {
    pub text: String,
    pub entries: Vec<String>,
}

/// A kind of inputs.
pub struct Kind {
    pub name: &'static str,
    /// Inputs of this kind for every so many of all.
    pub share: u64,
    pub make: fn(&mut dyn Choices, &Corpus) -> Input,
}

const fn kind(name: &'static str, share: u64, make: fn(&mut dyn Choices, &Corpus) -> Input) -> Kind {
    Kind { name, share, make }
}

/// All kinds.
pub const KINDS: &[Kind] = &[
    kind("bytes", 20, |choices, corpus| plain(bytes::damaged(choices, corpus))),
    kind("tokens", 20, |choices, _| plain(bytes::tokens(choices))),
    kind("nested", 1, |choices, _| plain(bytes::nested(choices))),
    kind("python", 20, |choices, _| plain(python(choices))),
    kind("calls", 15, |choices, _| plain(calls(choices))),
    kind("fitting", 15, |choices, _| plain(guess::program(choices))),
    kind("near", 15, |choices, corpus| plain(near::program(choices, corpus))),
    kind("transforms", 15, |choices, _| transforms::program(choices)),
    kind("models", 4, |choices, _| plain(with_prelude(choices, models::layer_class, models::model))),
    kind("steps", 4, |choices, _| plain(with_prelude(choices, statements::guarded, models::step))),
    kind("networks", 4, |choices, _| plain(networks::program(choices))),
    kind("pieces", 15, |choices, corpus| plain(mutate::piece(choices, corpus))),
    kind("real", 2, |choices, corpus| plain(mutate::mutated(choices, &corpus.whole))),
];

fn plain(text: String) -> Input {
    Input { text, entries: Vec::new() }
}

/// Statements of Python, some of which use the library.
fn python(choices: &mut dyn Choices) -> String {
    let head = if choices.once_in(3) { super::PRELUDE } else { super::PYTHON_PRELUDE };
    (0..1 + choices.below(3)).fold(head.to_owned(), |text, _| text + &statements::guarded(choices))
}

/// Calls of the library.
fn calls(choices: &mut dyn Choices) -> String {
    (0..1 + choices.below(4)).fold(super::PRELUDE.to_owned(), |text, _| text + &statements::call_of_library(choices))
}

type Part = fn(&mut dyn Choices) -> String;

fn with_prelude(choices: &mut dyn Choices, sometimes: Part, always: Part) -> String {
    let mut text = format!("{}{}", super::PRELUDE, super::odd::HEAD);
    if choices.below(2) == 0 {
        text += &sometimes(choices);
    }
    text + &always(choices)
}
