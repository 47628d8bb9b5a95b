//! From pest's pairs to the tree. What the grammar leaves open (assignable targets, order of arguments,
//! values of literals) is checked here; a failed check is reported and something harmless put in its place,
//! since a tree with errors is not evaluated.

mod arguments;
mod expressions;
mod numbers;
mod operators;
mod patterns;
mod statements;
mod strings;
mod targets;

use std::collections::HashSet;
use std::rc::Rc;

use super::ast::{Expr, ExprKind, Ident, Literal, Symbol};
use super::grammar::{Pair, Rule};
use crate::diagnostics::{Code, Diagnostic, Span, codes};

pub(super) use statements::{Header, Item};

/// How many operators, calls, attributes and subscripts may be stacked on one another. Together with the
/// limit on brackets it bounds the height of every expression's tree, so that walking it needs no care.
const MAX_CHAIN: usize = 400;

/// Builds the trees of a file's lines.
pub(super) struct Builder {
    /// Offset in the source of the line being built.
    base: usize,
    /// Upper bound of the height of the expressions around the one being built.
    chain: usize,
    names: HashSet<Symbol>,
    pub(super) diagnostics: Vec<Diagnostic>,
}

impl Builder {
    pub(super) fn new() -> Self {
        Self { base: 0, chain: 0, names: HashSet::new(), diagnostics: Vec::new() }
    }

    /// Builds a `line` pair whose text begins at `base` in the source.
    pub(super) fn line(&mut self, pair: Pair<'_>, base: usize) -> Item {
        self.base = base;
        self.chain = 0;
        self.item(pair)
    }

    /// Where the pair's text is in the source, without blanks and comments at its end.
    fn span(&self, pair: &Pair<'_>) -> Span {
        let start = pair.as_span().start();
        Span::new(self.base + start, self.base + exact_end(pair))
    }

    fn name(&mut self, pair: &Pair<'_>) -> Ident {
        Ident { name: self.symbol(pair.as_str()), span: self.span(pair) }
    }

    fn symbol(&mut self, text: &str) -> Symbol {
        if let Some(symbol) = self.names.get(text) {
            return Rc::clone(symbol);
        }
        let symbol: Symbol = text.into();
        self.names.insert(Rc::clone(&symbol));
        symbol
    }

    /// Reports an error together with its repair.
    fn error(&mut self, code: Code, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.report(Diagnostic::error(code, span, message).help(help));
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Runs `build` with `links` more levels on the account; reports and gives nothing if they are too many.
    fn chained<T>(&mut self, links: usize, span: Span, build: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.chain + links > MAX_CHAIN {
            let problem = Diagnostic::error(codes::TOO_DEEP, span, "this expression has too many parts");
            self.report(
                problem
                    .note(format!("at most {MAX_CHAIN} operators, calls and attributes may follow one another"))
                    .help("give parts of it names and use those"),
            );
            return None;
        }
        self.chain += links;
        let result = build(self);
        self.chain -= links;
        Some(result)
    }
}

/// What stands for an expression that could not be built.
fn placeholder(span: Span) -> Expr {
    Expr { kind: ExprKind::Literal(Literal::None), span }
}

fn boxed(expr: Expr) -> Box<Expr> {
    Box::new(expr)
}

/// The end of the pair's last token. Pest counts the blanks before an optional part that is missing as part of
/// the rule.
fn exact_end(pair: &Pair<'_>) -> usize {
    let end = pair.as_span().end();
    if !pair.as_str().ends_with([' ', '\t', '\n', '\r', '\x0C']) || pair.as_rule() == Rule::f_format_text {
        return end;
    }
    let start = pair.as_span().start();
    let last = pair.clone().into_inner().next_back();
    let tail_start = last.as_ref().map_or(start, |last| last.as_span().end());
    let tail = pair.as_str().get(tail_start - start..).unwrap_or_default();
    let tail = tail.split(['#', '\\']).next().unwrap_or_default().trim_end();
    match last {
        Some(last) if tail.is_empty() => exact_end(&last),
        _ => tail_start + tail.len(),
    }
}
