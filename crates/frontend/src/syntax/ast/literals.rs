//! Literals and f-strings.

use std::rc::Rc;

use num_bigint::BigInt;

use super::{Expr, Span};

/// A literal value.
#[derive(Clone, PartialEq, Debug)]
pub enum Literal {
    /// `None`.
    None,
    /// `True` or `False`.
    Bool(bool),
    /// An integer that fits 64 bits.
    Int(i64),
    /// One that does not.
    BigInt(Rc<BigInt>),
    /// A floating-point number.
    Float(f64),
    /// An imaginary number, by its imaginary part.
    Imaginary(f64),
    /// A string, escapes resolved and adjacent literals joined.
    Str(Rc<str>),
    /// A bytes string.
    Bytes(Rc<[u8]>),
    /// `...`.
    Ellipsis,
}

/// A part of an f-string.
#[derive(Clone, PartialEq, Debug)]
pub enum FStringPart {
    /// Text as it stands, escapes resolved.
    Text(Rc<str>),
    /// `{value!r:spec}`.
    Field(FStringField),
}

/// A replacement field of an f-string.
#[derive(Clone, PartialEq, Debug)]
pub struct FStringField {
    /// The replaced expression.
    pub value: Expr,
    /// The text to print before the value, for a field with `=`: the expression as written, with the `=` and the
    /// blanks around it.
    pub debug: Option<Rc<str>>,
    /// `!r`, `!s` or `!a`.
    pub conversion: Option<Conversion>,
    /// The format specification after `:`, which may itself have fields.
    pub format: Option<Vec<FStringPart>>,
    /// From `{` to `}`.
    pub span: Span,
}

/// How a replacement field is turned into text before it is formatted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Conversion {
    /// `!s`.
    Str,
    /// `!r`.
    Repr,
    /// `!a`.
    Ascii,
}
