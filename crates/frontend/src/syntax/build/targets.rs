//! Which expressions can be assigned to.

use super::Builder;
use crate::diagnostics::{Diagnostic, Span, codes};
use crate::syntax::ast::{Expr, ExprKind, Target, TargetKind};
use crate::syntax::grammar::{Pair, Rule};

impl Builder {
    /// The targets before `in`, as one target.
    pub(super) fn targets(&mut self, pair: Pair<'_>) -> Target {
        let span = self.span(&pair);
        let mut targets = Vec::new();
        let mut is_tuple = false;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::trailing_comma => is_tuple = true,
                _ => targets.push(self.target(part)),
            }
        }
        if !is_tuple
            && targets.len() == 1
            && let Some(single) = targets.pop()
        {
            if let TargetKind::Starred(_) = single.kind {
                self.misplaced_star(single.span);
            }
            return single;
        }
        self.check_stars(&targets);
        Target { kind: TargetKind::Unpack(targets), span }
    }

    /// A single `target`.
    pub(super) fn target(&mut self, pair: Pair<'_>) -> Target {
        let span = self.span(&pair);
        let mut starred = false;
        let mut operand = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::star => starred = true,
                _ => operand = Some(self.operand(part).0),
            }
        }
        let target = match operand {
            Some(operand) => self.target_of(operand, "assign to"),
            None => self.no_target(span),
        };
        match starred {
            true => Target { kind: TargetKind::Starred(Box::new(target)), span },
            false => target,
        }
    }

    /// What stands for a target that could not be built.
    pub(super) fn no_target(&mut self, span: Span) -> Target {
        Target { kind: TargetKind::Name(self.symbol("_")), span }
    }

    /// `expr` as something that can be assigned to or deleted; `action` is what the message calls it.
    pub(super) fn target_of(&mut self, expr: Expr, action: &str) -> Target {
        let span = expr.span;
        let kind = match expr.kind {
            ExprKind::Name(name) => TargetKind::Name(name),
            ExprKind::Attribute { object, name } => TargetKind::Attribute { object, name },
            ExprKind::Subscript { object, index } => TargetKind::Subscript { object, index },
            ExprKind::Tuple(items) | ExprKind::List(items) => {
                let targets: Vec<_> = items.into_iter().map(|item| self.target_of(item, action)).collect();
                self.check_stars(&targets);
                TargetKind::Unpack(targets)
            }
            ExprKind::Starred(inner) => TargetKind::Starred(Box::new(self.target_of(*inner, action))),
            other => {
                self.report(invalid_target(&other, span, action));
                return self.no_target(span);
            }
        };
        Target { kind, span }
    }

    /// `expr` as the target of an annotated or augmented assignment or of `del`, which do not unpack.
    pub(super) fn single_target_of(&mut self, expr: Expr, action: &str) -> Target {
        let span = expr.span;
        let target = self.target_of(expr, action);
        if matches!(target.kind, TargetKind::Unpack(_) | TargetKind::Starred(_)) {
            self.error(
                codes::INVALID_TARGET,
                span,
                format!("cannot {action} several targets at once"),
                "write one statement for each",
            );
            return self.no_target(span);
        }
        target
    }

    fn check_stars(&mut self, targets: &[Target]) {
        let mut stars = targets.iter().filter(|target| matches!(target.kind, TargetKind::Starred(_)));
        if let (Some(first), Some(second)) = (stars.next(), stars.next()) {
            let problem =
                Diagnostic::error(codes::INVALID_TARGET, second.span, "only one target of an unpacking can be starred");
            self.report(problem.label(first.span, "the first one").help("remove one of the stars"));
        }
    }
}

fn invalid_target(kind: &ExprKind, span: Span, action: &str) -> Diagnostic {
    let (what, help) = match kind {
        ExprKind::Literal(_) | ExprKind::FString(_) => {
            ("a literal value", "put the name on the left and the value on the right of `=`")
        }
        ExprKind::Call { .. } => {
            ("the result of a call", "assign to a name, an attribute or an element: `x = …`, `self.x = …`, `x[0] = …`")
        }
        ExprKind::Compare { .. } => ("a comparison", "compare with `==` only, or assign with `=` only"),
        ExprKind::Conditional { .. } => ("a conditional expression", "assign in an `if` statement instead"),
        ExprKind::Named { .. } => ("an assignment expression", "use `=` alone"),
        _ => ("an expression", "the left side must be a name, an attribute or an element; use `==` to compare"),
    };
    Diagnostic::error(codes::INVALID_TARGET, span, format!("cannot {action} {what}")).help(help)
}
