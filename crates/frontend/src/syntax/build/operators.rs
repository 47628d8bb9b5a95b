//! Chains of operators, put together by precedence.

use super::{Builder, boxed, placeholder};
use crate::diagnostics::{Span, codes};
use crate::syntax::ast::{BinaryOp, BoolOp, CompareOp, Expr, ExprKind, UnaryOp};
use crate::syntax::grammar::{Pair, Rule};

#[derive(Clone, Copy)]
enum Operator {
    Unary(UnaryOp),
    Binary(BinaryOp),
    Bool(BoolOp),
    Compare(CompareOp),
}

impl Operator {
    /// How tightly it binds; a larger number binds tighter.
    fn precedence(self) -> u8 {
        match self {
            Self::Bool(BoolOp::Or) => 1,
            Self::Bool(BoolOp::And) => 2,
            Self::Unary(UnaryOp::Not) => 3,
            Self::Compare(_) => 4,
            Self::Binary(op) => match op {
                BinaryOp::BitOr => 5,
                BinaryOp::BitXor => 6,
                BinaryOp::BitAnd => 7,
                BinaryOp::ShiftLeft | BinaryOp::ShiftRight => 8,
                BinaryOp::Add | BinaryOp::Subtract => 9,
                BinaryOp::Multiply | BinaryOp::MatMul | BinaryOp::Divide | BinaryOp::FloorDivide | BinaryOp::Modulo => {
                    10
                }
                BinaryOp::Power => 12,
            },
            Self::Unary(_) => 11,
        }
    }

    /// Whether this infix operator, coming after `self` on the stack, leaves `self` waiting.
    fn waits_for(self, next: Self) -> bool {
        let groups_right = matches!(next, Self::Binary(BinaryOp::Power));
        self.precedence() < next.precedence() || (groups_right && self.precedence() == next.precedence())
    }
}

/// A finished part of the chain.
struct Operand {
    expr: Expr,
    /// With the parentheses around it.
    outer: Span,
    /// Whether this chain made it, so that a further `and`, `or` or comparison may join it.
    open: bool,
}

/// Operator-precedence parsing with two explicit stacks.
#[derive(Default)]
struct Stacks {
    operands: Vec<Operand>,
    operators: Vec<(Operator, Span)>,
}

impl Stacks {
    fn reduce_before(&mut self, next: Operator) {
        while self.operators.last().is_some_and(|(top, _)| !top.waits_for(next)) {
            self.reduce();
        }
    }

    fn reduce(&mut self) {
        let (Some((operator, place)), Some(right)) = (self.operators.pop(), self.operands.pop()) else {
            return;
        };
        if let Operator::Unary(op) = operator {
            let outer = place.to(right.outer);
            let kind = ExprKind::Unary { op, operand: boxed(right.expr) };
            self.operands.push(Operand { expr: Expr { kind, span: outer }, outer, open: false });
            return;
        }
        let Some(left) = self.operands.pop() else {
            return;
        };
        let outer = left.outer.to(right.outer);
        let kind = join(operator, left, right.expr);
        self.operands.push(Operand { expr: Expr { kind, span: outer }, outer, open: true });
    }
}

fn join(operator: Operator, left: Operand, right: Expr) -> ExprKind {
    match (operator, left.expr.kind) {
        (Operator::Bool(op), ExprKind::Bool { op: same, mut operands }) if left.open && op == same => {
            operands.push(right);
            ExprKind::Bool { op, operands }
        }
        (Operator::Compare(op), ExprKind::Compare { first, mut rest }) if left.open => {
            rest.push((op, right));
            ExprKind::Compare { first, rest }
        }
        (operator, kind) => {
            let left = Expr { kind, span: left.expr.span };
            match operator {
                Operator::Bool(op) => ExprKind::Bool { op, operands: vec![left, right] },
                Operator::Compare(op) => ExprKind::Compare { first: boxed(left), rest: vec![(op, right)] },
                Operator::Binary(op) => ExprKind::Binary { op, left: boxed(left), right: boxed(right) },
                // Unary operators never come here: they have no left operand.
                Operator::Unary(op) => ExprKind::Unary { op, operand: boxed(right) },
            }
        }
    }
}

impl Builder {
    pub(super) fn disjunction(&mut self, pair: Pair<'_>) -> Expr {
        let span = self.span(&pair);
        let parts: Vec<_> = pair.into_inner().collect();
        if let [single] = parts.as_slice() {
            return self.operand(single.clone()).0;
        }
        let links = parts.iter().filter(|part| part.as_rule() != Rule::operand).count();
        let built = self.chained(links, span, |builder| builder.chain(parts));
        built.flatten().unwrap_or_else(|| placeholder(span))
    }

    fn chain(&mut self, parts: Vec<Pair<'_>>) -> Option<Expr> {
        let mut stacks = Stacks::default();
        for part in parts {
            let place = self.span(&part);
            match part.as_rule() {
                Rule::operand => {
                    let (expr, outer) = self.operand(part);
                    stacks.operands.push(Operand { expr, outer, open: false });
                }
                Rule::prefix => {
                    if let Some(op) = self.prefix(&part, place, &stacks) {
                        stacks.operators.push((Operator::Unary(op), place));
                    }
                }
                _ => {
                    let operator = infix(&part)?;
                    stacks.reduce_before(operator);
                    stacks.operators.push((operator, place));
                }
            }
        }
        while !stacks.operators.is_empty() {
            stacks.reduce();
        }
        stacks.operands.pop().map(|operand| operand.expr)
    }

    fn prefix(&mut self, pair: &Pair<'_>, place: Span, stacks: &Stacks) -> Option<UnaryOp> {
        let word = pair.as_str();
        if word.starts_with("await") {
            self.unsupported_async(place, "`await`");
            return None;
        }
        let op = UnaryOp::from_text(word.trim_end())?;
        let outer = stacks.operators.last().map(|(operator, _)| *operator);
        let binds_tighter = |outer: Operator| outer.precedence() > Operator::Unary(UnaryOp::Not).precedence();
        if op == UnaryOp::Not && outer.is_some_and(binds_tighter) {
            self.error(
                codes::SYNTAX,
                place,
                "`not` needs parentheses after this operator",
                "write `(not …)`: `not` binds more loosely than the operator before it",
            );
        }
        Some(op)
    }
}

fn infix(pair: &Pair<'_>) -> Option<Operator> {
    let words: Vec<_> = pair.clone().into_inner().map(|word| word.as_str()).collect();
    let text = words.join(" ");
    BinaryOp::from_text(&text)
        .map(Operator::Binary)
        .or_else(|| CompareOp::from_text(&text).map(Operator::Compare))
        .or_else(|| BoolOp::from_text(&text).map(Operator::Bool))
}
