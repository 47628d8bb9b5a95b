//! Expressions.

use std::rc::Rc;

use super::{BinaryOp, BoolOp, CompareOp, FStringPart, Ident, Lambda, Literal, Span, Symbol, Target, UnaryOp};

/// An expression.
#[derive(Clone, PartialEq, Debug)]
pub struct Expr {
    /// Which one.
    pub kind: ExprKind,
    /// Its place, without surrounding parentheses (those of a tuple or generator belong to it).
    pub span: Span,
}

/// The kinds of expression.
#[derive(Clone, PartialEq, Debug)]
pub enum ExprKind {
    /// A literal value.
    Literal(Literal),
    /// An f-string, adjacent literals joined in.
    FString(Vec<FStringPart>),
    /// A name.
    Name(Symbol),
    /// `a, *b`, in parentheses or not.
    Tuple(Vec<Expr>),
    /// `[a, *b]`.
    List(Vec<Expr>),
    /// `{a, *b}`; never empty.
    Set(Vec<Expr>),
    /// `{a: b, **c}`.
    Dict(Vec<DictItem>),
    /// `*a`; only ever directly inside a tuple, list, set or subscript.
    Starred(Box<Expr>),
    /// `not a`, `-a`, `+a`, `~a`.
    Unary {
        /// The operator.
        op: UnaryOp,
        /// The operand.
        operand: Box<Expr>,
    },
    /// `a + b` and its like.
    Binary {
        /// The operator.
        op: BinaryOp,
        /// The left operand.
        left: Box<Expr>,
        /// The right operand.
        right: Box<Expr>,
    },
    /// `a and b and c` or `a or b or c`.
    Bool {
        /// The operator.
        op: BoolOp,
        /// The operands; at least two.
        operands: Vec<Expr>,
    },
    /// `a < b <= c`: each operand is evaluated at most once.
    Compare {
        /// The leftmost operand.
        first: Box<Expr>,
        /// Each operator with its right operand; at least one.
        rest: Vec<(CompareOp, Expr)>,
    },
    /// `body if test else orelse`.
    Conditional {
        /// The condition, evaluated first.
        test: Box<Expr>,
        /// The value when it holds.
        body: Box<Expr>,
        /// The value when it does not.
        orelse: Box<Expr>,
    },
    /// `lambda …: …`.
    Lambda(Rc<Lambda>),
    /// `callee(…)`.
    Call {
        /// What is called.
        callee: Box<Expr>,
        /// The arguments in source order.
        arguments: Vec<Argument>,
    },
    /// `object.name`.
    Attribute {
        /// The object.
        object: Box<Expr>,
        /// The attribute.
        name: Ident,
    },
    /// `object[index]`; several indices are one tuple.
    Subscript {
        /// The object.
        object: Box<Expr>,
        /// The index.
        index: Box<Expr>,
    },
    /// `start:stop:step`; only ever as a subscript's index or directly inside its tuple.
    Slice {
        /// The start.
        start: Option<Box<Expr>>,
        /// The stop.
        stop: Option<Box<Expr>>,
        /// The step.
        step: Option<Box<Expr>>,
    },
    /// `target := value`.
    Named {
        /// The bound name.
        target: Ident,
        /// The value.
        value: Box<Expr>,
    },
    /// A list, set or generator comprehension.
    Comprehension(Box<Comprehension>),
    /// `{key: value for …}`.
    DictComprehension(Box<DictComprehension>),
    /// `yield value`; only ever inside a function.
    Yield(Option<Box<Expr>>),
    /// `yield from iterable`; only ever inside a function.
    YieldFrom(Box<Expr>),
}

/// An entry of a dict display.
#[derive(Clone, PartialEq, Debug)]
pub enum DictItem {
    /// `key: value`.
    Pair(Expr, Expr),
    /// `**mapping`.
    Spread(Expr),
}

/// An argument of a call or a class definition.
#[derive(Clone, PartialEq, Debug)]
pub enum Argument {
    /// `value`.
    Positional(Expr),
    /// `*values`.
    Spread(Expr),
    /// `name=value`.
    Keyword(Ident, Expr),
    /// `**mapping`.
    SpreadKeywords(Expr),
}

impl Argument {
    /// The argument's expression, whatever its kind.
    pub fn value(&self) -> &Expr {
        match self {
            Self::Positional(value) | Self::Spread(value) | Self::Keyword(_, value) | Self::SpreadKeywords(value) => {
                value
            }
        }
    }
}

/// A comprehension with one element expression.
#[derive(Clone, PartialEq, Debug)]
pub struct Comprehension {
    /// What it makes.
    pub kind: ComprehensionKind,
    /// The element.
    pub element: Expr,
    /// The clauses, outermost first; at least one.
    pub clauses: Vec<ComprehensionClause>,
}

/// A comprehension that makes a dict.
#[derive(Clone, PartialEq, Debug)]
pub struct DictComprehension {
    /// The key.
    pub key: Expr,
    /// The value.
    pub value: Expr,
    /// The clauses, outermost first; at least one.
    pub clauses: Vec<ComprehensionClause>,
}

/// What a comprehension makes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ComprehensionKind {
    /// `[… for …]`.
    List,
    /// `{… for …}`.
    Set,
    /// `(… for …)`.
    Generator,
}

/// `for target in iterable if condition …`.
#[derive(Clone, PartialEq, Debug)]
pub struct ComprehensionClause {
    /// What each element is assigned to, in the comprehension's own scope.
    pub target: Target,
    /// What is iterated; the first clause's is evaluated in the enclosing scope.
    pub iterable: Expr,
    /// The conditions, all of which must hold.
    pub conditions: Vec<Expr>,
}
