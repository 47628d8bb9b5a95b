//! Functions, lambdas and classes.

use std::rc::Rc;

use super::{Argument, Block, Expr, Ident, Span, Symbol};

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
