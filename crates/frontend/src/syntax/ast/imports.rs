//! What an import names.

use super::{Ident, Span};

/// `a.b.c` in an import.
#[derive(Clone, PartialEq, Debug)]
pub struct DottedName {
    /// The names between the dots; at least one.
    pub parts: Vec<Ident>,
    /// The whole.
    pub span: Span,
}

/// `a.b as c`.
#[derive(Clone, PartialEq, Debug)]
pub struct ImportedModule {
    /// The module.
    pub module: DottedName,
    /// The name that it is bound to; without one the first part of the module's name is bound.
    pub alias: Option<Ident>,
}

/// What a `from … import …` brings in.
#[derive(Clone, PartialEq, Debug)]
pub enum ImportedNames {
    /// `*`, with its place.
    All(Span),
    /// Names, each with the alias it is bound to.
    Names(Vec<ImportedName>),
}

/// `a as b`.
#[derive(Clone, PartialEq, Debug)]
pub struct ImportedName {
    /// The imported name.
    pub name: Ident,
    /// The name that it is bound to, if another.
    pub alias: Option<Ident>,
}
