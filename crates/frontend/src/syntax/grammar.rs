//! The parser that pest makes from `grammar.pest`.

/// Parses one logical line by the rules of `grammar.pest`.
#[derive(pest_derive::Parser)]
#[grammar = "syntax/grammar.pest"]
pub(super) struct Grammar;

/// What pest matched.
pub(super) type Pair<'a> = pest::iterators::Pair<'a, Rule>;

/// Several matches.
pub(super) type Pairs<'a> = pest::iterators::Pairs<'a, Rule>;
