//! The tree of a model file.
//!
//! Every node knows its [`Span`] in the source. What an evaluator keeps beyond one visit (function and class
//! definitions, blocks, names, strings) is reference-counted, so that sharing it costs nothing.

use std::rc::Rc;

use num_bigint::BigInt;

pub use crate::diagnostics::Span;

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

/// A statement.
#[derive(Clone, PartialEq, Debug)]
pub struct Stmt {
    /// Which one.
    pub kind: StmtKind,
    /// From its first character (a decorator's `@` included) to its last.
    pub span: Span,
}

/// The kinds of statement.
#[derive(Clone, PartialEq, Debug)]
pub enum StmtKind {
    /// An expression on its own.
    Expr(Expr),
    /// `a = b, *c = value`: the value is evaluated once, then assigned to each target from left to right.
    Assign {
        /// The targets, left to right; at least one.
        targets: Vec<Target>,
        /// The assigned value.
        value: Expr,
    },
    /// `target: annotation = value`.
    AnnAssign {
        /// The target: never an unpacking.
        target: Target,
        /// The annotation.
        annotation: Expr,
        /// The value; without one nothing is assigned.
        value: Option<Expr>,
    },
    /// `target op= value`.
    AugAssign {
        /// The target: never an unpacking.
        target: Target,
        /// The operator.
        op: BinaryOp,
        /// The right operand.
        value: Expr,
    },
    /// `pass`.
    Pass,
    /// `break`; only ever inside a loop.
    Break,
    /// `continue`; only ever inside a loop.
    Continue,
    /// `return value`; only ever inside a function.
    Return(Option<Expr>),
    /// `raise exception from cause`.
    Raise {
        /// The exception; without one the handled exception is raised again.
        exception: Option<Expr>,
        /// The cause.
        cause: Option<Expr>,
    },
    /// `global a, b`.
    Global(Vec<Ident>),
    /// `nonlocal a, b`; only ever inside a function.
    Nonlocal(Vec<Ident>),
    /// `del a, b[0]`.
    Delete(Vec<Target>),
    /// `assert test, message`.
    Assert {
        /// What must hold.
        test: Expr,
        /// What to say if it does not.
        message: Option<Expr>,
    },
    /// `import a.b as c, d`.
    Import(Vec<ImportedModule>),
    /// `from ..a.b import c as d`.
    ImportFrom {
        /// Number of leading dots; 0 for an absolute import.
        level: u32,
        /// The module; absent in `from . import a`.
        module: Option<DottedName>,
        /// What is imported.
        names: ImportedNames,
    },
    /// `if … elif … else`.
    If {
        /// The `if` and its `elif`s in order; at least one.
        branches: Vec<Branch>,
        /// The `else` block.
        orelse: Option<Block>,
    },
    /// `for target in iterable`.
    For {
        /// What each element is assigned to.
        target: Target,
        /// What is iterated.
        iterable: Expr,
        /// The loop's body.
        body: Block,
        /// The `else` block: run when the loop ends without `break`.
        orelse: Option<Block>,
    },
    /// `while test`.
    While {
        /// The condition.
        test: Expr,
        /// The loop's body.
        body: Block,
        /// The `else` block: run when the loop ends without `break`.
        orelse: Option<Block>,
    },
    /// `try … except … else … finally`.
    Try(Box<Try>),
    /// `with a as b, c`.
    With {
        /// The context managers, left to right.
        items: Vec<WithItem>,
        /// The body.
        body: Block,
    },
    /// `def`.
    Function(Rc<Function>),
    /// `class`.
    Class(Rc<Class>),
}

/// One `if` or `elif`.
#[derive(Clone, PartialEq, Debug)]
pub struct Branch {
    /// The condition.
    pub test: Expr,
    /// What runs when it holds.
    pub body: Block,
}

/// A `try` statement; it has at least one handler or a `finally` block.
#[derive(Clone, PartialEq, Debug)]
pub struct Try {
    /// The guarded block.
    pub body: Block,
    /// The `except` clauses in order.
    pub handlers: Vec<Handler>,
    /// The `else` block: run when the body raised nothing.
    pub orelse: Option<Block>,
    /// The `finally` block.
    pub finally: Option<Block>,
}

/// One `except exception as name`.
#[derive(Clone, PartialEq, Debug)]
pub struct Handler {
    /// What is caught; a bare `except` catches everything.
    pub exception: Option<Expr>,
    /// The name that it is bound to.
    pub name: Option<Ident>,
    /// The handler's body.
    pub body: Block,
    /// From `except` to the end of the body.
    pub span: Span,
}

/// One `context as target` of a `with` statement.
#[derive(Clone, PartialEq, Debug)]
pub struct WithItem {
    /// The context manager.
    pub context: Expr,
    /// What the entered value is assigned to.
    pub target: Option<Target>,
}

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

/// A function definition.
#[derive(Clone, PartialEq, Debug)]
pub struct Function {
    /// Its name.
    pub name: Ident,
    /// The decorators, from the top down.
    pub decorators: Vec<Expr>,
    /// The parameters.
    pub parameters: Parameters,
    /// The annotation of the result.
    pub returns: Option<Expr>,
    /// The documentation string, if the first statement is one; it also stays in `body`.
    pub docstring: Option<Rc<str>>,
    /// The body.
    pub body: Block,
    /// Which names the body binds.
    pub scope: Scope,
    /// From `def` to the end of the header, for messages about the function as a whole.
    pub header: Span,
}

/// A lambda expression.
#[derive(Clone, PartialEq, Debug)]
pub struct Lambda {
    /// The parameters; none is annotated.
    pub parameters: Parameters,
    /// The result.
    pub body: Expr,
    /// Which names the body binds.
    pub scope: Scope,
}

/// A class definition.
#[derive(Clone, PartialEq, Debug)]
pub struct Class {
    /// Its name.
    pub name: Ident,
    /// The decorators, from the top down.
    pub decorators: Vec<Expr>,
    /// Bases and keywords.
    pub arguments: Vec<Argument>,
    /// The documentation string, if the first statement is one; it also stays in `body`.
    pub docstring: Option<Rc<str>>,
    /// The body.
    pub body: Block,
    /// Which names the body binds.
    pub scope: Scope,
    /// From `class` to the end of the header.
    pub header: Span,
}

/// The names that a function's or a class's own body binds, by Python's static rule: a name that is bound
/// anywhere in the body belongs to it everywhere in the body, unless declared `global` or `nonlocal`.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Scope {
    /// Bound here (a function's parameters first), each once, in order of first appearance.
    pub locals: Vec<Symbol>,
    /// Declared `global`.
    pub globals: Vec<Symbol>,
    /// Declared `nonlocal`.
    pub nonlocals: Vec<Symbol>,
    /// Whether the body yields, so that calling the function makes a generator.
    pub is_generator: bool,
}

/// The parameters of a function, by kind and in order: `a, /, b, *args, c, **kwargs`.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Parameters {
    /// Those before `/`.
    pub positional_only: Vec<Parameter>,
    /// Those that may be given either way.
    pub positional: Vec<Parameter>,
    /// `*args`.
    pub variadic: Option<Parameter>,
    /// Those after `*` or `*args`.
    pub keyword_only: Vec<Parameter>,
    /// `**kwargs`.
    pub keywords: Option<Parameter>,
}

impl Parameters {
    /// All parameters in source order.
    pub fn iter(&self) -> impl Iterator<Item = &Parameter> {
        let named = self.positional_only.iter().chain(&self.positional);
        named.chain(&self.variadic).chain(&self.keyword_only).chain(&self.keywords)
    }
}

/// One parameter.
#[derive(Clone, PartialEq, Debug)]
pub struct Parameter {
    /// Its name.
    pub name: Ident,
    /// Its annotation.
    pub annotation: Option<Expr>,
    /// Its default value, evaluated where the function is defined.
    pub default: Option<Expr>,
}

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

/// Operators with one operand.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum UnaryOp {
    /// `not`.
    Not,
    /// `-`.
    Negate,
    /// `+`.
    Plus,
    /// `~`.
    Invert,
}

/// Arithmetic and bitwise operators.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum BinaryOp {
    /// `+`.
    Add,
    /// `-`.
    Subtract,
    /// `*`.
    Multiply,
    /// `@`.
    MatMul,
    /// `/`.
    Divide,
    /// `//`.
    FloorDivide,
    /// `%`.
    Modulo,
    /// `**`.
    Power,
    /// `<<`.
    ShiftLeft,
    /// `>>`.
    ShiftRight,
    /// `&`.
    BitAnd,
    /// `|`.
    BitOr,
    /// `^`.
    BitXor,
}

/// Operators that evaluate their right operand only when needed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum BoolOp {
    /// `and`.
    And,
    /// `or`.
    Or,
}

/// Comparisons.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum CompareOp {
    /// `==`.
    Equal,
    /// `!=`.
    NotEqual,
    /// `<`.
    Less,
    /// `<=`.
    LessEqual,
    /// `>`.
    Greater,
    /// `>=`.
    GreaterEqual,
    /// `in`.
    In,
    /// `not in`.
    NotIn,
    /// `is`.
    Is,
    /// `is not`.
    IsNot,
}

macro_rules! operator_text {
    ($type:ty { $($variant:ident => $text:literal,)* }) => {
        impl $type {
            /// The operator as it is written.
            pub fn text(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// The operator that is written so.
            pub fn from_text(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)* _ => None }
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.text())
            }
        }
    };
}

operator_text!(UnaryOp { Not => "not", Negate => "-", Plus => "+", Invert => "~", });

operator_text!(BoolOp { And => "and", Or => "or", });

operator_text!(BinaryOp {
    Add => "+", Subtract => "-", Multiply => "*", MatMul => "@", Divide => "/", FloorDivide => "//", Modulo => "%",
    Power => "**", ShiftLeft => "<<", ShiftRight => ">>", BitAnd => "&", BitOr => "|", BitXor => "^",
});

operator_text!(CompareOp {
    Equal => "==", NotEqual => "!=", Less => "<", LessEqual => "<=", Greater => ">", GreaterEqual => ">=",
    In => "in", NotIn => "not in", Is => "is", IsNot => "is not",
});
