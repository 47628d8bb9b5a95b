//! The tree of a model file.
//!
//! Every node knows its [`Span`] in the source. What an evaluator keeps beyond one visit (function and class
//! definitions, blocks, names, strings) is reference-counted, so that sharing it costs nothing.

mod definitions;
mod expressions;
mod imports;
mod literals;
mod operators;
mod patterns;
mod statements;
mod targets;

use std::rc::Rc;

pub use crate::diagnostics::Span;
pub use definitions::{Class, Function, Lambda, Parameter, Parameters, Scope};
pub use expressions::{
    Argument, Comprehension, ComprehensionClause, ComprehensionKind, DictComprehension, DictItem, Expr, ExprKind,
};
pub use imports::{DottedName, ImportedModule, ImportedName, ImportedNames};
pub use literals::{Conversion, FStringField, FStringPart, Literal};
pub use operators::{BinaryOp, BoolOp, CompareOp, UnaryOp};
pub use patterns::{Case, Match, Pattern, PatternKind};
pub use statements::{Branch, Handler, Stmt, StmtKind, Try, WithItem};
pub use targets::{Target, TargetKind};

/// A name, shared between all its occurrences in one file.
pub type Symbol = Rc<str>;

/// The statements of one suite.
pub type Block = Rc<[Stmt]>;

/// A name together with its place.
#[derive(Clone, PartialEq, Debug)]
pub struct Ident {
    /// The name.
    pub name: Symbol,
    /// Its place.
    pub span: Span,
}

/// A whole file.
#[derive(Clone, PartialEq, Debug)]
pub struct Module {
    /// The file's documentation string, if its first statement is one; it also stays in `body`.
    pub docstring: Option<Rc<str>>,
    /// The statements in order.
    pub body: Block,
    /// The whole text.
    pub span: Span,
}
