//! Putting logical lines together into statements, by their indentation and their headers.

use std::rc::Rc;

use pest::Parser as _;

use super::ast::{
    Argument, Block, Branch, Case, Class, Expr, Function, Handler, Ident, Match, Parameters, Stmt, StmtKind, Try,
};
use super::build::{Builder, Header, Item};
use super::grammar::{Grammar, Rule};
use super::layout::Line;
use super::parse::{MAX_ERRORS, docstring};
use super::{mistakes, scan, scope};
use crate::diagnostics::{Diagnostic, Source, Span, codes};

/// What surrounds a statement, as far as it decides which statements may stand there.
#[derive(Clone, Copy, Default)]
struct Surroundings {
    /// Directly in a function, so that `return` means something.
    function: bool,
    /// In a function at any remove, so that `nonlocal` may.
    enclosed: bool,
    looping: bool,
    /// The header of the block could not be read: nothing in it is out of place.
    unknown: bool,
}

/// The lines of a file and the place in them.
pub(super) struct Blocks<'a> {
    source: &'a Source,
    lines: &'a [Line],
    next: usize,
    builder: Builder,
    around: Surroundings,
}

/// A compound statement's header line, read.
struct Head {
    header: Header,
    /// The header itself, to its colon.
    span: Span,
    /// Where the statement begins: at the header, or at the first decorator.
    start: Span,
    inline: Option<Vec<Stmt>>,
    depth: usize,
}

impl<'a> Blocks<'a> {
    pub(super) fn new(source: &'a Source, lines: &'a [Line]) -> Self {
        Self { source, lines, next: 0, builder: Builder::new(), around: Surroundings::default() }
    }

    /// All statements of the file.
    pub(super) fn module(&mut self) -> Vec<Stmt> {
        let body = self.block(0);
        self.refuse_yield(&body);
        body
    }

    pub(super) fn into_diagnostics(self) -> Vec<Diagnostic> {
        self.builder.diagnostics
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.builder.diagnostics.push(diagnostic);
    }

    fn peek(&self) -> Option<Line> {
        self.lines.get(self.next).copied()
    }

    /// The statements from here on that are at least `depth` deep.
    fn block(&mut self, depth: usize) -> Vec<Stmt> {
        let mut body = Vec::new();
        let mut after_broken = false;
        while let Some(line) = self.peek().filter(|line| line.depth >= depth) {
            if self.builder.diagnostics.len() > MAX_ERRORS {
                self.next = self.lines.len();
                break;
            }
            if line.depth > depth {
                if !after_broken {
                    let blanks = self.source.line_span(self.source.location(line.span.start).line);
                    let blanks = Span { start: blanks.start, end: line.span.start };
                    let problem = Diagnostic::error(codes::INDENTATION, blanks, "unexpected indentation");
                    self.report(
                        problem
                            .note("only the lines after a header that ends with `:` are indented further than it")
                            .help("indent this line like the one above it"),
                    );
                }
                body.append(&mut self.block(line.depth));
                continue;
            }
            after_broken = line.broken;
            self.statement(depth, &mut body);
        }
        body
    }

    fn statement(&mut self, depth: usize, body: &mut Vec<Stmt>) {
        let mut decorators = Vec::new();
        let mut first: Option<Span> = None;
        while let Some(line) = self.peek().filter(|line| line.depth == depth) {
            self.next += 1;
            let start = *first.get_or_insert(line.span);
            match self.line(line) {
                None => return self.skip_body(depth),
                Some(Item::Refused) => return self.drop_body(depth),
                Some(Item::Decorator(decorator)) => {
                    decorators.push(decorator);
                    continue;
                }
                Some(Item::Statements(statements)) => {
                    self.refuse_decorators(&decorators);
                    statements.iter().for_each(|stmt| self.check_place(stmt));
                    body.extend(statements);
                }
                Some(Item::Header { header, span, inline }) => {
                    let head = Head { header, span, start, inline, depth };
                    if !matches!(head.header, Header::Def { .. } | Header::Class { .. }) {
                        self.refuse_decorators(&decorators);
                    }
                    body.extend(self.compound(head, decorators));
                }
            }
            return;
        }
        self.refuse_decorators(&decorators);
    }

    /// Parses one logical line; `None` if that failed, which has then been reported.
    fn line(&mut self, line: Line) -> Option<Item> {
        if line.broken {
            return None;
        }
        let text = self.source.slice(line.span);
        let start = line.span.start as usize;
        match Grammar::parse(Rule::line, text) {
            Ok(mut pairs) => pairs.next().map(|pair| self.builder.line(pair, start)),
            Err(error) => {
                self.report(mistakes::explain(text, start, &error));
                None
            }
        }
    }

    /// Reads the deeper lines after a line that could not be read, for the mistakes in them.
    fn skip_body(&mut self, depth: usize) {
        if self.peek().is_some_and(|line| line.depth > depth) {
            let around = Surroundings { unknown: true, ..self.around };
            self.within(around, |blocks| blocks.block(depth + 1));
        }
    }

    /// Steps over the deeper lines after a line that has been refused.
    fn drop_body(&mut self, depth: usize) {
        while self.peek().is_some_and(|line| line.depth > depth) {
            self.next += 1;
        }
    }

    fn within<T>(&mut self, around: Surroundings, read: impl FnOnce(&mut Self) -> T) -> T {
        let outer = std::mem::replace(&mut self.around, around);
        let result = read(self);
        self.around = outer;
        result
    }

    /// The suite of a header: the statements on its line, or the deeper lines after it.
    fn suite(&mut self, head: &mut Head, around: Surroundings) -> Block {
        if let Some(statements) = head.inline.take() {
            self.within(around, |blocks| statements.iter().for_each(|stmt| blocks.check_place(stmt)));
            return statements.into();
        }
        if self.peek().is_none_or(|line| line.depth <= head.depth) {
            let problem =
                Diagnostic::error(codes::INDENTATION, head.span, "an indented block is missing after this line");
            self.report(problem.help("indent the statements that belong to it, or write `pass` if there are none"));
            return Rc::new([]);
        }
        let depth = head.depth + 1;
        self.within(around, |blocks| blocks.block(depth)).into()
    }

    /// Like [`suite`](Self::suite), inside the same loops and functions as the statement itself.
    fn inner(&mut self, head: &mut Head) -> Block {
        self.suite(head, self.around)
    }

    fn compound(&mut self, mut head: Head, decorators: Vec<Expr>) -> Option<Stmt> {
        let looping = Surroundings { looping: true, ..self.around };
        let header = std::mem::replace(&mut head.header, Header::Else);
        let kind = match header {
            Header::If(test) => self.if_statement(head.depth, test, &mut head),
            Header::For { target, iterable } => {
                let body = self.suite(&mut head, looping);
                StmtKind::For { target, iterable, body, orelse: self.else_clause(head.depth) }
            }
            Header::While(test) => {
                let body = self.suite(&mut head, looping);
                StmtKind::While { test, body, orelse: self.else_clause(head.depth) }
            }
            Header::Try => self.try_statement(&mut head),
            Header::With(items) => StmtKind::With { items, body: self.inner(&mut head) },
            Header::Def { name, parameters, returns } => {
                self.function(&mut head, decorators, name, *parameters, returns)
            }
            Header::Class { name, arguments } => self.class(&mut head, decorators, name, arguments),
            Header::Match(subject) => self.match_statement(&head, subject),
            Header::Elif(_) | Header::Else | Header::Except { .. } | Header::Finally | Header::Case { .. } => {
                self.orphan(&head);
                self.inner(&mut head);
                return None;
            }
        };
        let last = self.next.checked_sub(1).and_then(|index| self.lines.get(index));
        let end = last.map_or(head.span, |line| line.span);
        Some(Stmt { kind, span: head.start.to(end) })
    }

    /// The next line if it is at `depth` and begins with one of `words`.
    fn peek_clause(&self, depth: usize, words: &[&str]) -> Option<Line> {
        let line = self.peek().filter(|line| line.depth == depth)?;
        let word = scan::word_at(self.source.text(), line.span.start as usize);
        words.contains(&word).then_some(line)
    }

    /// Reads the next clause of the statement at `depth` if its first word is one of `words`. Clauses that cannot
    /// be read are reported and stepped over.
    fn clause(&mut self, depth: usize, words: &[&str]) -> Option<Head> {
        while let Some(line) = self.peek_clause(depth, words) {
            self.next += 1;
            match self.line(line) {
                Some(Item::Header { header, span, inline }) => {
                    return Some(Head { header, span, start: span, inline, depth });
                }
                _ => self.skip_body(depth),
            }
        }
        None
    }

    fn if_statement(&mut self, depth: usize, test: Expr, head: &mut Head) -> StmtKind {
        let mut branches = vec![Branch { test, body: self.inner(head) }];
        let mut orelse = None;
        while orelse.is_none()
            && let Some(mut clause) = self.clause(depth, &["elif", "else"])
        {
            let body = self.inner(&mut clause);
            match clause.header {
                Header::Elif(test) => branches.push(Branch { test, body }),
                _ => orelse = Some(body),
            }
        }
        StmtKind::If { branches, orelse }
    }

    fn else_clause(&mut self, depth: usize) -> Option<Block> {
        self.clause(depth, &["else"]).map(|mut clause| self.inner(&mut clause))
    }

    fn try_statement(&mut self, head: &mut Head) -> StmtKind {
        let depth = head.depth;
        let body = self.inner(head);
        let mut handlers: Vec<Handler> = Vec::new();
        let guarded = self.next;
        while let Some(mut clause) = self.clause(depth, &["except"]) {
            let body = self.inner(&mut clause);
            if let Header::Except { exception, name } = clause.header {
                let end = body.last().map_or(clause.span, |stmt| stmt.span);
                handlers.push(Handler { exception, name, body, span: clause.span.to(end) });
            }
        }
        let orelse = if handlers.is_empty() { None } else { self.else_clause(depth) };
        let finally = self.clause(depth, &["finally"]).map(|mut clause| self.inner(&mut clause));
        if guarded == self.next {
            let problem = Diagnostic::error(codes::SYNTAX, head.span, "`try` without `except` or `finally`");
            self.report(problem.help("add `except Exception as error:` with a block after it"));
        }
        let bare = handlers.iter().position(|handler| handler.exception.is_none());
        if let Some(handler) = bare.filter(|index| index + 1 < handlers.len()).and_then(|index| handlers.get(index)) {
            let problem = Diagnostic::error(codes::SYNTAX, handler.span, "a bare `except` must be the last one");
            self.report(problem.help("move it after the other `except` clauses"));
        }
        StmtKind::Try(Box::new(Try { body, handlers, orelse, finally }))
    }

    fn match_statement(&mut self, head: &Head, subject: Expr) -> StmtKind {
        let mut cases: Vec<Case> = Vec::new();
        let mut empty = true;
        while let Some(line) = self.peek().filter(|line| line.depth > head.depth) {
            empty = false;
            if line.depth > head.depth + 1 {
                self.block(line.depth);
                continue;
            }
            self.next += 1;
            match self.line(line) {
                Some(Item::Header { header: Header::Case { pattern, guard }, span, inline }) => {
                    let mut clause = Head { header: Header::Else, span, start: span, inline, depth: line.depth };
                    let body = self.inner(&mut clause);
                    cases.push(Case { pattern, guard, body, header: span });
                }
                Some(Item::Refused) => self.drop_body(line.depth),
                Some(_) => {
                    let message = "only `case` can stand here, directly inside `match`";
                    let problem = Diagnostic::error(codes::MISPLACED_STATEMENT, line.span, message);
                    self.report(problem.help("move this into a `case`, or before the `match`"));
                    self.drop_body(line.depth);
                }
                None => self.skip_body(line.depth),
            }
        }
        if empty {
            let problem =
                Diagnostic::error(codes::INDENTATION, head.span, "an indented block is missing after this line");
            self.report(problem.help("write at least one `case`, indented below the `match`"));
        }
        let taken = cases.iter().position(|case| case.guard.is_none() && case.pattern.is_irrefutable());
        if let Some((case, next)) = taken.and_then(|at| cases.get(at).zip(cases.get(at + 1))) {
            let problem = Diagnostic::error(codes::SYNTAX, case.pattern.span, "this pattern takes everything");
            self.report(
                problem
                    .label(next.header, "this case is never reached")
                    .help("put the case that takes everything last, or compare with a dotted name or a literal"),
            );
        }
        StmtKind::Match(Box::new(Match { subject, cases }))
    }

    fn function(
        &mut self,
        head: &mut Head,
        decorators: Vec<Expr>,
        name: Ident,
        parameters: Parameters,
        returns: Option<Expr>,
    ) -> StmtKind {
        let around = Surroundings { function: true, enclosed: true, looping: false, unknown: false };
        let body = self.suite(head, around);
        let (scope, _) = scope::of_body(&parameters, &body);
        let docstring = docstring(&body);
        let header = head.span;
        StmtKind::Function(Rc::new(Function { name, decorators, parameters, returns, docstring, body, scope, header }))
    }

    fn class(&mut self, head: &mut Head, decorators: Vec<Expr>, name: Ident, arguments: Vec<Argument>) -> StmtKind {
        let around = Surroundings { enclosed: self.around.enclosed, ..Surroundings::default() };
        let body = self.suite(head, around);
        let scope = self.refuse_yield(&body);
        let docstring = docstring(&body);
        let header = head.span;
        StmtKind::Class(Rc::new(Class { name, decorators, arguments, docstring, body, scope, header }))
    }

    fn orphan(&mut self, head: &Head) {
        let word = scan::word_at(self.source.text(), head.span.start as usize);
        let owner = match word {
            "elif" => "an `if`",
            "else" => "an `if`, `for`, `while` or `try`",
            "case" => "a `match`",
            _ => "a `try`",
        };
        let message = format!("`{word}` does not belong to {owner}");
        let problem = Diagnostic::error(codes::MISPLACED_STATEMENT, head.span, message);
        self.report(
            problem.help(format!(
                "indent it exactly like the statement that it continues; {owner} must come right before"
            )),
        );
    }

    fn refuse_decorators(&mut self, decorators: &[Expr]) {
        if let Some(decorator) = decorators.first() {
            let problem =
                Diagnostic::error(codes::MISPLACED_STATEMENT, decorator.span, "this decorator has nothing to decorate");
            self.report(problem.help("a `def` or `class` must follow on the next line, indented like the decorator"));
        }
    }

    /// The scope of a body that is not a function's, in which nothing can be yielded.
    fn refuse_yield(&mut self, body: &[Stmt]) -> super::ast::Scope {
        let (scope, first_yield) = scope::of_body(&Parameters::default(), body);
        if let Some(span) = first_yield {
            let problem = Diagnostic::error(codes::MISPLACED_STATEMENT, span, "`yield` outside a function");
            self.report(problem.help("put it into a function, which then makes a generator"));
        }
        scope
    }

    /// Reports a simple statement that has no meaning where it stands.
    fn check_place(&mut self, stmt: &Stmt) {
        if self.around.unknown {
            return;
        }
        let (word, place) = match stmt.kind {
            StmtKind::Return(_) if !self.around.function => ("return", "a function"),
            StmtKind::Nonlocal(_) if !self.around.enclosed => ("nonlocal", "a function"),
            StmtKind::Break if !self.around.looping => ("break", "a loop"),
            StmtKind::Continue if !self.around.looping => ("continue", "a loop"),
            _ => return,
        };
        let problem = Diagnostic::error(codes::MISPLACED_STATEMENT, stmt.span, format!("`{word}` outside {place}"));
        self.report(problem.help(format!("move it into {place}, or check that it is indented as you mean it")));
    }
}
