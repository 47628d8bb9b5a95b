//! What can be assigned to.

use super::{Expr, Ident, Span, Symbol};

/// What can be assigned to.
#[derive(Clone, PartialEq, Debug)]
pub struct Target {
    /// Which form.
    pub kind: TargetKind,
    /// Its place.
    pub span: Span,
}

/// The forms of assignment target.
#[derive(Clone, PartialEq, Debug)]
pub enum TargetKind {
    /// A name.
    Name(Symbol),
    /// `object.name`.
    Attribute {
        /// The object, evaluated.
        object: Box<Expr>,
        /// The attribute.
        name: Ident,
    },
    /// `object[index]`.
    Subscript {
        /// The object, evaluated.
        object: Box<Expr>,
        /// The index, evaluated.
        index: Box<Expr>,
    },
    /// `a, *b` or `[a, *b]`: at most one of the targets is starred.
    Unpack(Vec<Target>),
    /// `*a`; only ever directly inside an unpacking.
    Starred(Box<Target>),
}
