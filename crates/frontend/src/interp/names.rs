//! The names that a statement would bind.

use crate::syntax::ast::{Expr, ExprKind, ImportedNames, Stmt, StmtKind, Symbol, Target, TargetKind};

/// What a statement does to its surroundings, without running it.
#[derive(Debug, Default)]
pub(super) struct Bound {
    /// The names that it may bind.
    pub(super) names: Vec<Symbol>,
    /// Whether it may return from the function that it stands in.
    pub(super) returns: bool,
}

/// The names that running `stmt` may bind, in nested blocks too.
pub(super) fn bound_names(stmt: &Stmt) -> Bound {
    let mut bound = Bound::default();
    bound.stmt(stmt);
    bound
}

impl Bound {
    /// Those of a block.
    pub(super) fn of(block: &[Stmt]) -> Bound {
        let mut bound = Bound::default();
        bound.block(block);
        bound
    }

    fn name(&mut self, name: &Symbol) {
        if !self.names.contains(name) {
            self.names.push(name.clone());
        }
    }

    fn block(&mut self, block: &[Stmt]) {
        block.iter().for_each(|stmt| self.stmt(stmt));
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::Expr(value) => self.walrus(value),
            StmtKind::Assign { targets, value } => {
                self.walrus(value);
                targets.iter().for_each(|target| self.target(target));
            }
            StmtKind::AnnAssign { target, value: Some(_), .. } | StmtKind::AugAssign { target, .. } => {
                self.target(target);
            }
            StmtKind::Return(_) => self.returns = true,
            StmtKind::Import(modules) => {
                for module in modules {
                    if let Some(name) = module.alias.as_ref().or(module.module.parts.first()) {
                        self.name(&name.name);
                    }
                }
            }
            StmtKind::ImportFrom { names: ImportedNames::Names(names), .. } => {
                names.iter().for_each(|n| self.name(&n.alias.as_ref().unwrap_or(&n.name).name));
            }
            StmtKind::For { target, .. } => self.target(target),
            StmtKind::With { items, .. } => {
                items.iter().filter_map(|item| item.target.as_ref()).for_each(|target| self.target(target));
            }
            StmtKind::Match(choice) => {
                choice.cases.iter().for_each(|case| case.pattern.each_name(&mut |name| self.name(&name.name)));
            }
            StmtKind::Function(function) => self.name(&function.name.name),
            StmtKind::Class(class) => self.name(&class.name.name),
            _ => {}
        }
        stmt.kind.blocks().for_each(|block| self.block(block));
    }

    fn target(&mut self, target: &Target) {
        match &target.kind {
            TargetKind::Name(name) => self.name(name),
            TargetKind::Unpack(targets) => targets.iter().for_each(|target| self.target(target)),
            TargetKind::Starred(inner) => self.target(inner),
            TargetKind::Attribute { .. } | TargetKind::Subscript { .. } => {}
        }
    }

    fn walrus(&mut self, expr: &Expr) {
        if let ExprKind::Named { target, .. } = &expr.kind {
            self.name(&target.name);
        }
    }
}
