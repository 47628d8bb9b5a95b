//! Regular expressions as Python's `re` has them: [`parse`] reads a pattern, [`run`] matches it by backtracking.
//!
//! Texts are sequences of characters; places in them are counted in characters, as in Python.

mod characters;
mod parse;
mod run;

pub(crate) use parse::parse;
pub(crate) use run::{Match, Search};

/// What a pattern may be told beside its text; the numbers are Python's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Flags(pub(crate) i64);

impl Flags {
    pub(crate) const IGNORECASE: i64 = 2;
    pub(crate) const LOCALE: i64 = 4;
    pub(crate) const MULTILINE: i64 = 8;
    pub(crate) const DOTALL: i64 = 16;
    pub(crate) const UNICODE: i64 = 32;
    pub(crate) const VERBOSE: i64 = 64;
    pub(crate) const ASCII: i64 = 256;

    fn has(self, flag: i64) -> bool {
        self.0 & flag != 0
    }
}

/// A pattern that was read.
#[derive(Debug)]
pub(crate) struct Pattern {
    pub(crate) root: Node,
    /// How many groups it has, the whole match not counted.
    pub(crate) groups: usize,
    /// The groups with names, by name.
    pub(crate) names: Vec<(String, usize)>,
    /// Those given, and those that the pattern itself sets.
    pub(crate) flags: Flags,
}

/// Why a text is no pattern.
#[derive(Debug)]
pub(crate) enum Wrong {
    /// As Python says it, with the place, where there is one.
    Pattern(String, Option<usize>),
    /// What is not compiled.
    Unsupported(&'static str),
}

/// A part of a pattern.
#[derive(Debug)]
pub(crate) enum Node {
    /// One character that is in the set.
    One(Set),
    /// A place.
    At(Place),
    /// All, in order.
    All(Vec<Node>),
    /// The first that lets the rest match.
    Any(Vec<Node>),
    /// A group that is kept under its number.
    Group(usize, Box<Node>),
    /// What a group matched.
    Back { group: usize, ignore_case: bool },
    /// Several times.
    Repeat { node: Box<Node>, least: usize, most: usize, greed: Greed },
    /// A condition on what comes after this place, or on what the given number of characters before it is.
    Look { node: Box<Node>, behind: Option<usize>, negative: bool },
    /// Its first way to match and no other.
    Atomic(Box<Node>),
    /// The first if the group matched, else the second.
    If(usize, Box<Node>, Box<Node>),
}

/// How often a repetition is tried first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Greed {
    /// As often as possible.
    Most,
    /// As seldom as possible.
    Least,
    /// As often as possible, and never less.
    Possessive,
}

/// A place in the text.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Place {
    /// `^`, or `\A`.
    Start,
    /// `^` of each line.
    LineStart,
    /// `$`: before the last line break, too.
    End,
    /// `$` of each line.
    LineEnd,
    /// `\Z`.
    VeryEnd,
    /// `\b` or, negated, `\B`.
    Word { negative: bool, ascii: bool },
}

/// A set of characters.
#[derive(Clone, Debug)]
pub(crate) struct Set {
    pub(crate) items: Vec<Item>,
    pub(crate) negative: bool,
    pub(crate) ignore_case: bool,
}

/// A part of a set.
#[derive(Clone, Debug)]
pub(crate) enum Item {
    /// From one character to another.
    Range(char, char),
    /// `\d`, `\s`, `\w`, or what is not in them.
    Class { class: Class, negative: bool, ascii: bool },
}

/// `\d`, `\s` or `\w`.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Class {
    /// `\d`.
    Digit,
    /// `\s`.
    Space,
    /// `\w`.
    Word,
}
