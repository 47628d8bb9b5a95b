//! Statements that nothing reaches.

use super::ast::{ExprKind, Stmt, StmtKind};
use crate::diagnostics::{Diagnostic, Span, codes};

/// A warning for the first statement behind each `return`, `raise`, `break` or `continue` in the same block.
///
/// A `yield` there is none: it makes the function a generator.
pub(crate) fn unreachable(body: &[Stmt]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    block(body, &mut found);
    found
}

fn block(stmts: &[Stmt], found: &mut Vec<Diagnostic>) {
    let mut left: Option<Span> = None;
    for stmt in stmts {
        if let Some(leaves) = left.take()
            && !is_yield(stmt)
        {
            found.push(
                Diagnostic::warning(codes::UNREACHABLE, stmt.span, "this statement is never reached")
                    .label(leaves, "the block is left here"),
            );
        }
        match &stmt.kind {
            StmtKind::Return(_) | StmtKind::Raise { .. } | StmtKind::Break | StmtKind::Continue => {
                left = Some(stmt.span)
            }
            StmtKind::Function(function) => block(&function.body, found),
            StmtKind::Class(class) => block(&class.body, found),
            kind => kind.blocks().for_each(|body| block(body, found)),
        }
    }
}

fn is_yield(stmt: &Stmt) -> bool {
    matches!(&stmt.kind, StmtKind::Expr(expr) if matches!(expr.kind, ExprKind::Yield(_) | ExprKind::YieldFrom(_)))
}
