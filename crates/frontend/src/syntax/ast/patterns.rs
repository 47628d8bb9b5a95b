//! `match` and its patterns.

use super::{Block, Expr, Ident, Span};

/// A `match` statement.
#[derive(Clone, PartialEq, Debug)]
pub struct Match {
    /// What is looked at, evaluated once.
    pub subject: Expr,
    /// The cases in order.
    pub cases: Vec<Case>,
}

/// One `case`.
#[derive(Clone, PartialEq, Debug)]
pub struct Case {
    /// What the subject must look like.
    pub pattern: Pattern,
    /// What must hold besides, with the pattern's names bound.
    pub guard: Option<Expr>,
    /// What runs then.
    pub body: Block,
    /// From `case` to the colon.
    pub header: Span,
}

/// A pattern.
#[derive(Clone, PartialEq, Debug)]
pub struct Pattern {
    /// Which one.
    pub kind: PatternKind,
    /// Its place.
    pub span: Span,
}

/// The kinds of pattern.
#[derive(Clone, PartialEq, Debug)]
pub enum PatternKind {
    /// A literal or a dotted name, which the subject must equal (`None`, `True` and `False` it must be).
    Value(Expr),
    /// A name, which is bound to anything; `_` is bound to nothing.
    Capture(Option<Ident>),
    /// `[a, *b]`: at most one of the patterns is starred.
    Sequence(Vec<Pattern>),
    /// `*a` or `*_`; only ever directly inside a sequence.
    Star(Option<Ident>),
    /// `{key: pattern, **rest}`.
    Mapping {
        /// The keys that must be there, with the patterns of their values.
        entries: Vec<(Expr, Pattern)>,
        /// The name for the other entries.
        rest: Option<Ident>,
    },
    /// `Class(pattern, name=pattern)`.
    Class {
        /// The class.
        class: Expr,
        /// Patterns of the attributes that `__match_args__` names.
        positional: Vec<Pattern>,
        /// Patterns of named attributes.
        keywords: Vec<(Ident, Pattern)>,
    },
    /// `a | b`: at least two.
    Or(Vec<Pattern>),
    /// `pattern as name`.
    As(Box<Pattern>, Ident),
}

impl Pattern {
    /// Calls `see` for every name that the pattern binds.
    pub fn each_name<'a>(&'a self, see: &mut dyn FnMut(&'a Ident)) {
        match &self.kind {
            PatternKind::Value(_) => {}
            PatternKind::Capture(name) | PatternKind::Star(name) => name.iter().for_each(see),
            PatternKind::Sequence(patterns) | PatternKind::Or(patterns) => {
                patterns.iter().for_each(|pattern| pattern.each_name(see));
            }
            PatternKind::Mapping { entries, rest } => {
                entries.iter().for_each(|(_, pattern)| pattern.each_name(see));
                rest.iter().for_each(see);
            }
            PatternKind::Class { positional, keywords, .. } => {
                positional.iter().chain(keywords.iter().map(|(_, pattern)| pattern)).for_each(|p| p.each_name(see));
            }
            PatternKind::As(pattern, name) => {
                pattern.each_name(see);
                see(name);
            }
        }
    }

    /// Whether everything matches it.
    pub fn is_irrefutable(&self) -> bool {
        match &self.kind {
            PatternKind::Capture(_) => true,
            PatternKind::As(pattern, _) => pattern.is_irrefutable(),
            PatternKind::Or(patterns) => patterns.last().is_some_and(Pattern::is_irrefutable),
            _ => false,
        }
    }
}
