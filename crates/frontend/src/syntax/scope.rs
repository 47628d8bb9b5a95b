//! Which names a body binds: Python decides this by the text alone, before anything runs.

use std::collections::HashSet;
use std::rc::Rc;

use super::ast::{
    ComprehensionClause, DictItem, Expr, ExprKind, FStringPart, Ident, ImportedNames, Parameters, Scope, Span, Stmt,
    StmtKind, Symbol, Target, TargetKind,
};

/// The scope of a `def`, class or module body, and its first `yield` if it has one.
pub(super) fn of_body(parameters: &Parameters, body: &[Stmt]) -> (Scope, Option<Span>) {
    let mut collector = Collector::with(parameters);
    collector.block(body);
    collector.finish()
}

/// Whether a statement contains a `yield` of the function that it stands in.
pub(crate) fn yields(stmt: &Stmt) -> bool {
    of_body(&Parameters::default(), std::slice::from_ref(stmt)).1.is_some()
}

/// The scope of a lambda.
pub(super) fn of_lambda(parameters: &Parameters, body: &Expr) -> Scope {
    let mut collector = Collector::with(parameters);
    collector.expr(body);
    collector.finish().0
}

#[derive(Default)]
struct Collector {
    scope: Scope,
    bound: HashSet<Symbol>,
    first_yield: Option<Span>,
}

impl Collector {
    fn with(parameters: &Parameters) -> Self {
        let mut collector = Self::default();
        parameters.iter().for_each(|parameter| collector.bind(&parameter.name.name));
        collector
    }

    fn finish(mut self) -> (Scope, Option<Span>) {
        let Scope { locals, globals, nonlocals, is_generator } = &mut self.scope;
        let elsewhere: HashSet<_> = globals.iter().chain(nonlocals.iter()).collect();
        locals.retain(|name| !elsewhere.contains(name));
        *is_generator = self.first_yield.is_some();
        (self.scope, self.first_yield)
    }

    fn bind(&mut self, name: &Symbol) {
        if self.bound.insert(Rc::clone(name)) {
            self.scope.locals.push(Rc::clone(name));
        }
    }

    fn block(&mut self, body: &[Stmt]) {
        body.iter().for_each(|stmt| self.stmt(stmt));
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::Pass | StmtKind::Break | StmtKind::Continue => {}
            StmtKind::Expr(value) => self.expr(value),
            StmtKind::Assign { targets, value } => {
                self.expr(value);
                targets.iter().for_each(|target| self.target(target));
            }
            StmtKind::AnnAssign { target, annotation, value } => {
                self.expr(annotation);
                self.exprs(value);
                self.target(target);
            }
            StmtKind::AugAssign { target, value, .. } => {
                self.expr(value);
                self.target(target);
            }
            StmtKind::Return(value) => self.exprs(value),
            StmtKind::Raise { exception, cause } => self.exprs(exception.iter().chain(cause)),
            StmtKind::Global(names) => self.scope.globals.extend(names.iter().map(|name| Rc::clone(&name.name))),
            StmtKind::Nonlocal(names) => self.scope.nonlocals.extend(names.iter().map(|name| Rc::clone(&name.name))),
            StmtKind::Delete(targets) => targets.iter().for_each(|target| self.target(target)),
            StmtKind::Assert { test, message } => {
                self.expr(test);
                self.exprs(message);
            }
            StmtKind::Import(modules) => {
                for module in modules {
                    self.bind_ident(module.alias.as_ref().or(module.module.parts.first()));
                }
            }
            StmtKind::ImportFrom { names: ImportedNames::All(_), .. } => {}
            StmtKind::ImportFrom { names: ImportedNames::Names(names), .. } => {
                for name in names {
                    self.bind_ident(Some(name.alias.as_ref().unwrap_or(&name.name)));
                }
            }
            _ => self.compound(stmt),
        }
    }

    fn compound(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::If { branches, orelse } => {
                for branch in branches {
                    self.expr(&branch.test);
                    self.block(&branch.body);
                }
                self.blocks(orelse);
            }
            StmtKind::For { target, iterable, body, orelse } => {
                self.expr(iterable);
                self.target(target);
                self.block(body);
                self.blocks(orelse);
            }
            StmtKind::While { test, body, orelse } => {
                self.expr(test);
                self.block(body);
                self.blocks(orelse);
            }
            StmtKind::Try(parts) => {
                self.block(&parts.body);
                for handler in &parts.handlers {
                    self.exprs(&handler.exception);
                    self.bind_ident(handler.name.as_ref());
                    self.block(&handler.body);
                }
                self.blocks(parts.orelse.iter().chain(&parts.finally));
            }
            StmtKind::With { items, body } => {
                for item in items {
                    self.expr(&item.context);
                    item.target.iter().for_each(|target| self.target(target));
                }
                self.block(body);
            }
            StmtKind::Match(choice) => {
                self.expr(&choice.subject);
                for case in &choice.cases {
                    case.pattern.each_name(&mut |name| self.bind(&name.name));
                    self.exprs(&case.guard);
                    self.block(&case.body);
                }
            }
            StmtKind::Function(function) => {
                self.exprs(&function.decorators);
                self.parameters(&function.parameters);
                self.exprs(&function.returns);
                self.bind(&function.name.name);
            }
            StmtKind::Class(class) => {
                self.exprs(&class.decorators);
                self.exprs(class.arguments.iter().map(|argument| argument.value()));
                self.bind(&class.name.name);
            }
            _ => {}
        }
    }

    fn bind_ident(&mut self, ident: Option<&Ident>) {
        ident.into_iter().for_each(|ident| self.bind(&ident.name));
    }

    fn blocks<'a>(&mut self, blocks: impl IntoIterator<Item = &'a Rc<[Stmt]>>) {
        blocks.into_iter().for_each(|block| self.block(block));
    }

    fn parameters(&mut self, parameters: &Parameters) {
        for parameter in parameters.iter() {
            self.exprs(parameter.annotation.iter().chain(&parameter.default));
        }
    }

    fn target(&mut self, target: &Target) {
        match &target.kind {
            TargetKind::Name(name) => self.bind(name),
            TargetKind::Attribute { object, .. } => self.expr(object),
            TargetKind::Subscript { object, index } => {
                self.expr(object);
                self.expr(index);
            }
            TargetKind::Unpack(targets) => targets.iter().for_each(|target| self.target(target)),
            TargetKind::Starred(inner) => self.target(inner),
        }
    }

    /// In a comprehension's own scope: its targets bind nothing outside.
    fn clauses(&mut self, clauses: &[ComprehensionClause]) {
        for clause in clauses {
            self.expr(&clause.iterable);
            self.exprs(&clause.conditions);
        }
    }

    fn f_string(&mut self, parts: &[FStringPart]) {
        for part in parts {
            if let FStringPart::Field(field) = part {
                self.expr(&field.value);
                field.format.iter().for_each(|format| self.f_string(format));
            }
        }
    }

    fn exprs<'a>(&mut self, exprs: impl IntoIterator<Item = &'a Expr>) {
        exprs.into_iter().for_each(|expr| self.expr(expr));
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Literal(_) | ExprKind::Name(_) => {}
            ExprKind::FString(parts) => self.f_string(parts),
            ExprKind::Tuple(items) | ExprKind::List(items) | ExprKind::Set(items) => self.exprs(items),
            ExprKind::Bool { operands, .. } => self.exprs(operands),
            ExprKind::Dict(items) => {
                for item in items {
                    match item {
                        DictItem::Pair(key, value) => self.exprs([key, value]),
                        DictItem::Spread(mapping) => self.expr(mapping),
                    }
                }
            }
            ExprKind::Starred(inner) | ExprKind::Unary { operand: inner, .. } => self.expr(inner),
            ExprKind::Binary { left, right, .. } => self.exprs([&**left, right]),
            ExprKind::Compare { first, rest } => {
                self.expr(first);
                self.exprs(rest.iter().map(|(_, right)| right));
            }
            ExprKind::Conditional { test, body, orelse } => self.exprs([&**test, body, orelse]),
            ExprKind::Lambda(lambda) => self.parameters(&lambda.parameters),
            ExprKind::Call { callee, arguments } => {
                self.expr(callee);
                self.exprs(arguments.iter().map(|argument| argument.value()));
            }
            ExprKind::Attribute { object, .. } => self.expr(object),
            ExprKind::Subscript { object, index } => self.exprs([&**object, index]),
            ExprKind::Slice { start, stop, step } => {
                let bounds = [start, stop, step];
                self.exprs(bounds.into_iter().filter_map(|bound| bound.as_deref()));
            }
            ExprKind::Named { target, value } => {
                self.expr(value);
                self.bind(&target.name);
            }
            ExprKind::Comprehension(comprehension) => {
                self.clauses(&comprehension.clauses);
                self.expr(&comprehension.element);
            }
            ExprKind::DictComprehension(comprehension) => {
                self.clauses(&comprehension.clauses);
                self.exprs([&comprehension.key, &comprehension.value]);
            }
            ExprKind::Yield(value) => {
                self.first_yield.get_or_insert(expr.span);
                self.exprs(value.as_deref());
            }
            ExprKind::YieldFrom(value) => {
                self.first_yield.get_or_insert(expr.span);
                self.expr(value);
            }
        }
    }
}
