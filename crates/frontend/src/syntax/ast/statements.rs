//! Statements.

use std::rc::Rc;

use super::{
    BinaryOp, Block, Class, DottedName, Expr, Function, Ident, ImportedModule, ImportedNames, Match, Span, Target,
};

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
    /// `match subject`.
    Match(Box<Match>),
    /// `def`.
    Function(Rc<Function>),
    /// `class`.
    Class(Rc<Class>),
}

impl StmtKind {
    /// The blocks inside the statement that run in its own scope, in the order of the text: none of a function or class.
    pub fn blocks(&self) -> impl Iterator<Item = &Block> {
        let (mut blocks, mut last): (Vec<&Block>, [&Option<Block>; 2]) = (Vec::new(), [&None, &None]);
        match self {
            StmtKind::If { branches, orelse } => {
                blocks.extend(branches.iter().map(|branch| &branch.body));
                last[0] = orelse;
            }
            StmtKind::For { body, orelse, .. } | StmtKind::While { body, orelse, .. } => {
                blocks.push(body);
                last[0] = orelse;
            }
            StmtKind::Try(parts) => {
                blocks.push(&parts.body);
                blocks.extend(parts.handlers.iter().map(|handler| &handler.body));
                last = [&parts.orelse, &parts.finally];
            }
            StmtKind::With { body, .. } => blocks.push(body),
            StmtKind::Match(choice) => blocks.extend(choice.cases.iter().map(|case| &case.body)),
            _ => {}
        }
        blocks.into_iter().chain(last.into_iter().flatten())
    }
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
