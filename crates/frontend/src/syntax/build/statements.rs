//! Simple statements, and the headers of compound ones.

use super::{Builder, placeholder};
use crate::diagnostics::Span;
use crate::syntax::ast::{
    Argument, BinaryOp, DottedName, Expr, Ident, ImportedModule, ImportedName, ImportedNames, Parameters, Pattern,
    PatternKind, Stmt, StmtKind, Target, WithItem,
};
use crate::syntax::grammar::{Pair, Rule};

/// What a logical line holds.
pub(in crate::syntax) enum Item {
    /// Simple statements.
    Statements(Vec<Stmt>),
    /// `@decorator`.
    Decorator(Expr),
    /// The beginning of a compound statement, and the statements on its line if there are any.
    Header { header: Header, span: Span, inline: Option<Vec<Stmt>> },
    /// The beginning of a compound statement that has been refused.
    Refused,
}

/// The beginning of a compound statement or of one of its clauses.
pub(in crate::syntax) enum Header {
    If(Expr),
    Elif(Expr),
    Else,
    For { target: Target, iterable: Expr },
    While(Expr),
    Try,
    Except { exception: Option<Expr>, name: Option<Ident> },
    Finally,
    With(Vec<WithItem>),
    Def { name: Ident, parameters: Box<Parameters>, returns: Option<Expr> },
    Class { name: Ident, arguments: Vec<Argument> },
    Match(Expr),
    Case { pattern: Pattern, guard: Option<Expr> },
}

impl Builder {
    pub(super) fn item(&mut self, line: Pair<'_>) -> Item {
        let mut header = None;
        let mut inline = None;
        for part in line.into_inner() {
            let span = self.span(&part);
            match part.as_rule() {
                Rule::EOI => {}
                Rule::statements => inline = Some(self.statements(part)),
                Rule::decorator => {
                    let decorator = part.into_inner().next().map(|part| self.expression(part));
                    return Item::Decorator(decorator.unwrap_or_else(|| placeholder(span)));
                }
                Rule::async_header => {
                    let what = match part.into_inner().nth(1).map(|header| header.as_rule()) {
                        Some(Rule::for_header) => "`async for`",
                        Some(Rule::with_header) => "`async with`",
                        _ => "`async def`",
                    };
                    self.unsupported_async(Span::new(span.start as usize, span.start as usize + 5), what);
                    return Item::Refused;
                }
                _ => header = Some((self.header(part), span)),
            }
        }
        match header {
            Some((header, span)) => Item::Header { header, span, inline },
            None => Item::Statements(inline.unwrap_or_default()),
        }
    }

    fn header(&mut self, pair: Pair<'_>) -> Header {
        let span = self.span(&pair);
        match pair.as_rule() {
            Rule::if_header => Header::If(self.condition(pair)),
            Rule::elif_header => Header::Elif(self.condition(pair)),
            Rule::while_header => Header::While(self.condition(pair)),
            Rule::else_header => Header::Else,
            Rule::try_header => Header::Try,
            Rule::finally_header => Header::Finally,
            Rule::for_header => {
                let mut target = None;
                let mut iterable = None;
                for part in pair.into_inner() {
                    match part.as_rule() {
                        Rule::targets => target = Some(self.targets(part)),
                        Rule::expressions => iterable = Some(self.expressions(part)),
                        _ => {}
                    }
                }
                Header::For {
                    target: target.unwrap_or_else(|| self.no_target(span)),
                    iterable: iterable.unwrap_or_else(|| placeholder(span)),
                }
            }
            Rule::except_header => {
                let mut exception = None;
                let mut name = None;
                for part in pair.into_inner() {
                    match part.as_rule() {
                        Rule::expression => exception = Some(self.expression(part)),
                        Rule::name => name = Some(self.name(&part)),
                        _ => {}
                    }
                }
                Header::Except { exception, name }
            }
            Rule::with_header => {
                let items = pair.into_inner().filter(|part| part.as_rule() == Rule::with_item);
                Header::With(items.map(|item| self.with_item(item)).collect())
            }
            Rule::def_header => self.def_header(pair, span),
            Rule::match_header => {
                let subject = pair.into_inner().find(|part| part.as_rule() == Rule::expressions);
                Header::Match(subject.map_or_else(|| placeholder(span), |part| self.expressions(part)))
            }
            Rule::case_header => {
                let mut pattern = None;
                let mut guard = None;
                for part in pair.into_inner() {
                    match part.as_rule() {
                        Rule::patterns => pattern = Some(self.case_pattern(part)),
                        Rule::guard => guard = Some(self.condition(part)),
                        _ => {}
                    }
                }
                let pattern = pattern.unwrap_or(Pattern { kind: PatternKind::Capture(None), span });
                Header::Case { pattern, guard }
            }
            _ => {
                let mut name = Ident { name: self.symbol("_"), span };
                let mut arguments = Vec::new();
                for part in pair.into_inner() {
                    match part.as_rule() {
                        Rule::name => name = self.name(&part),
                        Rule::call => arguments = self.arguments(part),
                        _ => {}
                    }
                }
                Header::Class { name, arguments }
            }
        }
    }

    fn def_header(&mut self, pair: Pair<'_>, span: Span) -> Header {
        let mut name = Ident { name: self.symbol("_"), span };
        let mut parameters = Parameters::default();
        let mut returns = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::name => name = self.name(&part),
                Rule::parameter_list => {
                    let list = part.into_inner().next();
                    parameters = list.map(|list| self.parameters(list)).unwrap_or_default();
                }
                Rule::result => returns = part.into_inner().next().map(|part| self.expression(part)),
                _ => {}
            }
        }
        Header::Def { name, parameters: Box::new(parameters), returns }
    }

    fn condition(&mut self, pair: Pair<'_>) -> Expr {
        let span = self.span(&pair);
        let condition = pair.into_inner().find(|part| part.as_rule() == Rule::named_expression);
        condition.map_or_else(|| placeholder(span), |part| self.expression(part))
    }

    fn with_item(&mut self, pair: Pair<'_>) -> WithItem {
        let span = self.span(&pair);
        let mut context = None;
        let mut target = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::expression => context = Some(self.expression(part)),
                Rule::target => target = Some(self.target(part)),
                _ => {}
            }
        }
        WithItem { context: context.unwrap_or_else(|| placeholder(span)), target }
    }

    fn statements(&mut self, pair: Pair<'_>) -> Vec<Stmt> {
        pair.into_inner().map(|part| self.statement(part)).collect()
    }

    fn statement(&mut self, pair: Pair<'_>) -> Stmt {
        let span = self.span(&pair);
        let kind = match pair.as_rule() {
            Rule::pass_statement => StmtKind::Pass,
            Rule::break_statement => StmtKind::Break,
            Rule::continue_statement => StmtKind::Continue,
            Rule::return_statement => {
                let value = pair.into_inner().find(|part| part.as_rule() == Rule::expressions);
                StmtKind::Return(value.map(|part| self.expressions(part)))
            }
            Rule::raise_statement => {
                let (exception, cause) = self.up_to_two_expressions(pair);
                StmtKind::Raise { exception, cause }
            }
            Rule::assert_statement => {
                let (test, message) = self.up_to_two_expressions(pair);
                StmtKind::Assert { test: test.unwrap_or_else(|| placeholder(span)), message }
            }
            Rule::global_statement => StmtKind::Global(self.names(pair)),
            Rule::nonlocal_statement => StmtKind::Nonlocal(self.names(pair)),
            Rule::del_statement => self.del_statement(pair),
            Rule::import_statement => {
                let modules = pair.into_inner().filter(|part| part.as_rule() == Rule::imported_module);
                StmtKind::Import(modules.map(|part| self.imported_module(part)).collect())
            }
            Rule::from_statement => self.import_from(pair),
            _ => self.expression_statement(pair),
        };
        Stmt { kind, span }
    }

    fn up_to_two_expressions(&mut self, pair: Pair<'_>) -> (Option<Expr>, Option<Expr>) {
        let mut parts = pair.into_inner().filter(|part| part.as_rule() == Rule::expression);
        let first = parts.next().map(|part| self.expression(part));
        let second = parts.next().map(|part| self.expression(part));
        (first, second)
    }

    fn names(&mut self, pair: Pair<'_>) -> Vec<Ident> {
        let names = pair.into_inner().filter(|part| part.as_rule() == Rule::name);
        names.map(|part| self.name(&part)).collect()
    }

    fn del_statement(&mut self, pair: Pair<'_>) -> StmtKind {
        let mut deleted = Vec::new();
        let targets = pair.into_inner().filter(|part| part.as_rule() == Rule::targets);
        for target in targets.flat_map(|part| part.into_inner()) {
            if target.as_rule() != Rule::target {
                continue;
            }
            let span = self.span(&target);
            let mut parts = target.into_inner();
            match parts.next() {
                Some(part) if part.as_rule() == Rule::operand => {
                    let operand = self.operand(part).0;
                    deleted.push(self.target_of(operand, "delete"));
                }
                _ => self.misplaced_star(span),
            }
        }
        StmtKind::Delete(deleted)
    }

    fn imported_module(&mut self, pair: Pair<'_>) -> ImportedModule {
        let span = self.span(&pair);
        let mut module = DottedName { parts: Vec::new(), span };
        let mut alias = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::dotted_name => module = self.dotted_name(part),
                Rule::name => alias = Some(self.name(&part)),
                _ => {}
            }
        }
        ImportedModule { module, alias }
    }

    fn dotted_name(&mut self, pair: Pair<'_>) -> DottedName {
        let span = self.span(&pair);
        DottedName { parts: self.names(pair), span }
    }

    fn import_from(&mut self, pair: Pair<'_>) -> StmtKind {
        let mut level = 0;
        let mut module = None;
        let mut all = None;
        let mut names = Vec::new();
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::import_level => level = part.as_str().len() as u32,
                Rule::dotted_name => module = Some(self.dotted_name(part)),
                Rule::import_all => all = Some(self.span(&part)),
                Rule::imported_name => {
                    let mut parts = self.names(part).into_iter();
                    names.extend(parts.next().map(|name| ImportedName { name, alias: parts.next() }));
                }
                _ => {}
            }
        }
        let names = all.map_or(ImportedNames::Names(names), ImportedNames::All);
        StmtKind::ImportFrom { level, module, names }
    }

    fn expression_statement(&mut self, pair: Pair<'_>) -> StmtKind {
        let span = self.span(&pair);
        let mut values: Vec<Expr> = Vec::new();
        let mut annotation = None;
        let mut operator = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::annotation => annotation = part.into_inner().next().map(|part| self.expression(part)),
                Rule::augmented => operator = part.as_str().strip_suffix('=').and_then(BinaryOp::from_text),
                Rule::assigned => values.extend(part.into_inner().next_back().map(|part| self.value(part))),
                _ => values.push(self.value(part)),
            }
        }
        let last = values.pop().unwrap_or_else(|| placeholder(span));
        if let Some(annotation) = annotation {
            let (target, value) = match values.pop() {
                Some(target) => (target, Some(last)),
                None => (last, None),
            };
            return StmtKind::AnnAssign { target: self.single_target_of(target, "annotate"), annotation, value };
        }
        if let Some(op) = operator {
            let target = values.pop().unwrap_or_else(|| placeholder(span));
            return StmtKind::AugAssign { target: self.single_target_of(target, "update"), op, value: last };
        }
        if values.is_empty() {
            return StmtKind::Expr(last);
        }
        let targets = values.into_iter().map(|target| self.target_of(target, "assign to")).collect();
        StmtKind::Assign { targets, value: last }
    }
}
