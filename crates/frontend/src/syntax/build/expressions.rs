//! Expressions other than chains of operators and literals.

use std::rc::Rc;

use super::{Builder, boxed, placeholder};
use crate::diagnostics::{Span, codes};
use crate::syntax::ast::{
    Comprehension, ComprehensionClause, ComprehensionKind, DictComprehension, DictItem, Expr, ExprKind, Lambda,
    Literal, Parameters,
};
use crate::syntax::grammar::{Pair, Pairs, Rule};
use crate::syntax::scope;

/// What may stand between brackets.
struct Elements {
    items: Vec<Expr>,
    clauses: Vec<ComprehensionClause>,
    trailing_comma: bool,
}

/// One side of a conditional: `lambda a: lambda b: value if test else …`.
struct Arm {
    heads: Vec<(Span, Parameters)>,
    value: Expr,
    /// The value with the parentheses around it.
    outer: Span,
    test: Option<Expr>,
}

impl Builder {
    /// `value`: a `yield_expression` or `expressions`.
    pub(super) fn value(&mut self, pair: Pair<'_>) -> Expr {
        match pair.as_rule() {
            Rule::yield_expression => self.yield_expression(pair),
            _ => self.expressions(pair),
        }
    }

    fn yield_expression(&mut self, pair: Pair<'_>) -> Expr {
        let span = self.span(&pair);
        let value = pair.into_inner().find(|part| part.as_rule() != Rule::kw_yield);
        let kind = match value {
            None => ExprKind::Yield(None),
            Some(part) if part.as_rule() == Rule::yield_from => {
                let iterable = part.into_inner().find(|part| part.as_rule() == Rule::expression);
                let iterable = iterable.map_or_else(|| placeholder(span), |part| self.expression(part));
                ExprKind::YieldFrom(boxed(iterable))
            }
            Some(part) => ExprKind::Yield(Some(boxed(self.expressions(part)))),
        };
        Expr { kind, span }
    }

    /// One expression, or a tuple without parentheses.
    pub(super) fn expressions(&mut self, pair: Pair<'_>) -> Expr {
        let span = self.span(&pair);
        let elements = self.elements(pair.into_inner());
        self.tuple_or_single(elements, span)
    }

    fn tuple_or_single(&mut self, mut elements: Elements, span: Span) -> Expr {
        if elements.items.len() == 1
            && !elements.trailing_comma
            && let Some(single) = elements.items.pop()
        {
            if let ExprKind::Starred(_) = single.kind {
                self.misplaced_star(single.span);
            }
            return single;
        }
        Expr { kind: ExprKind::Tuple(elements.items), span }
    }

    pub(super) fn misplaced_star(&mut self, span: Span) {
        self.error(
            codes::SYNTAX,
            span,
            "`*` has nothing to unpack into here",
            "unpack inside brackets: `[*values]`, or add a comma to make a tuple: `*values,`",
        );
    }

    fn elements(&mut self, pairs: Pairs<'_>) -> Elements {
        let mut elements = Elements { items: Vec::new(), clauses: Vec::new(), trailing_comma: false };
        for part in pairs {
            match part.as_rule() {
                Rule::comprehension_clause => elements.clauses.push(self.comprehension_clause(part)),
                Rule::trailing_comma => elements.trailing_comma = true,
                Rule::starred => elements.items.push(self.starred(part)),
                _ => elements.items.push(self.expression(part)),
            }
        }
        elements
    }

    fn starred(&mut self, pair: Pair<'_>) -> Expr {
        let span = self.span(&pair);
        let value = pair.into_inner().next().map_or_else(|| placeholder(span), |part| self.disjunction(part));
        Expr { kind: ExprKind::Starred(boxed(value)), span }
    }

    /// A `named_expression`, `expression` or `disjunction`.
    pub(super) fn expression(&mut self, pair: Pair<'_>) -> Expr {
        match pair.as_rule() {
            Rule::named_expression => self.named_expression(pair),
            Rule::disjunction => self.disjunction(pair),
            _ => self.conditional(pair),
        }
    }

    fn named_expression(&mut self, pair: Pair<'_>) -> Expr {
        let span = self.span(&pair);
        let mut parts = pair.into_inner();
        match (parts.next(), parts.next()) {
            (Some(name), Some(value)) => {
                let target = self.name(&name);
                let value = boxed(self.conditional(value));
                Expr { kind: ExprKind::Named { target, value }, span }
            }
            (Some(value), None) => self.conditional(value),
            _ => placeholder(span),
        }
    }

    fn conditional(&mut self, pair: Pair<'_>) -> Expr {
        let span = self.span(&pair);
        let parts: Vec<_> = pair.into_inner().collect();
        if let [single] = parts.as_slice() {
            return self.disjunction(single.clone());
        }
        let nests = |part: &&Pair<'_>| matches!(part.as_rule(), Rule::kw_if | Rule::lambda_head);
        let links = parts.iter().filter(nests).count();
        self.chained(links, span, |builder| builder.arms(parts)).unwrap_or_else(|| placeholder(span))
    }

    /// Reads the arms from left to right and folds them from the right, which is how they nest.
    fn arms(&mut self, parts: Vec<Pair<'_>>) -> Expr {
        let mut arms: Vec<Arm> = Vec::new();
        let mut heads = Vec::new();
        let mut is_test = false;
        for part in parts {
            match part.as_rule() {
                Rule::lambda_head => {
                    let span = self.span(&part);
                    heads.push((span, self.lambda_parameters(part)));
                }
                Rule::kw_if => is_test = true,
                Rule::kw_else => is_test = false,
                _ => {
                    let outer = self.span(&part);
                    let value = self.disjunction(part);
                    match arms.last_mut() {
                        Some(arm) if is_test => arm.test = Some(value),
                        _ => arms.push(Arm { heads: std::mem::take(&mut heads), value, outer, test: None }),
                    }
                }
            }
        }
        let mut result: Option<(Expr, Span)> = None;
        for arm in arms.into_iter().rev() {
            let (mut value, mut outer) = match (arm.test, result) {
                (Some(test), Some((orelse, orelse_outer))) => {
                    let span = arm.outer.to(orelse_outer);
                    let (test, body, orelse) = (boxed(test), boxed(arm.value), boxed(orelse));
                    (Expr { kind: ExprKind::Conditional { test, body, orelse }, span }, span)
                }
                _ => (arm.value, arm.outer),
            };
            for (head, parameters) in arm.heads.into_iter().rev() {
                outer = head.to(outer);
                let scope = scope::of_lambda(&parameters, &value);
                let lambda = Lambda { parameters, body: value, scope };
                value = Expr { kind: ExprKind::Lambda(Rc::new(lambda)), span: outer };
            }
            result = Some((value, outer));
        }
        result.map_or_else(|| placeholder(Span::at(self.base)), |(expr, _)| expr)
    }

    pub(super) fn comprehension_clause(&mut self, pair: Pair<'_>) -> ComprehensionClause {
        let span = self.span(&pair);
        let mut target = None;
        let mut iterable = None;
        let mut conditions = Vec::new();
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::kw_async => {
                    let place = self.span(&part);
                    self.unsupported_async(place, "an asynchronous comprehension");
                }
                Rule::targets => target = Some(self.targets(part)),
                Rule::disjunction => iterable = Some(self.disjunction(part)),
                Rule::comprehension_condition => {
                    let condition = part.into_inner().find(|part| part.as_rule() == Rule::disjunction);
                    conditions.extend(condition.map(|part| self.disjunction(part)));
                }
                _ => {}
            }
        }
        ComprehensionClause {
            target: target.unwrap_or_else(|| self.no_target(span)),
            iterable: iterable.unwrap_or_else(|| placeholder(span)),
            conditions,
        }
    }

    pub(super) fn unsupported_async(&mut self, span: Span, what: &str) {
        self.error(
            codes::UNSUPPORTED_SYNTAX,
            span,
            format!("{what} is not supported"),
            "write it without `async` and `await`: a model has nothing to wait for",
        );
    }

    /// An operand, and the place of it with the parentheses around it.
    pub(super) fn operand(&mut self, pair: Pair<'_>) -> (Expr, Span) {
        let outer = self.span(&pair);
        let parts: Vec<_> = pair.into_inner().collect();
        let built = self.chained(parts.len() - parts.len().min(1), outer, |builder| {
            let mut parts = parts.into_iter();
            let first = parts.next().map(|atom| builder.atom(atom));
            let mut result = first.unwrap_or_else(|| placeholder(outer));
            for part in parts {
                let end = builder.span(&part).end;
                let span = Span { start: outer.start, end };
                result = builder.trailer(result, part, span);
            }
            result
        });
        (built.unwrap_or_else(|| placeholder(outer)), outer)
    }

    fn trailer(&mut self, object: Expr, pair: Pair<'_>, span: Span) -> Expr {
        let object = boxed(object);
        let kind = match pair.as_rule() {
            Rule::call => ExprKind::Call { callee: object, arguments: self.arguments(pair) },
            Rule::subscript => ExprKind::Subscript { object, index: boxed(self.subscript(pair)) },
            _ => {
                let name = pair.clone().into_inner().next().map(|part| self.name(&part));
                let name = name.unwrap_or_else(|| self.name(&pair));
                ExprKind::Attribute { object, name }
            }
        };
        Expr { kind, span }
    }

    fn subscript(&mut self, pair: Pair<'_>) -> Expr {
        let mut items = Vec::new();
        let mut is_tuple = false;
        for part in pair.clone().into_inner() {
            match part.as_rule() {
                Rule::trailing_comma => is_tuple = true,
                _ => items.push(self.index(part)),
            }
        }
        let first = items.first().map(|item| item.span);
        let span = match (first, items.last()) {
            (Some(first), Some(last)) => first.to(last.span),
            _ => self.span(&pair),
        };
        let starred = items.iter().any(|item| matches!(item.kind, ExprKind::Starred(_)));
        if items.len() == 1
            && !is_tuple
            && !starred
            && let Some(single) = items.pop()
        {
            return single;
        }
        Expr { kind: ExprKind::Tuple(items), span }
    }

    fn index(&mut self, pair: Pair<'_>) -> Expr {
        let span = self.span(&pair);
        let mut start = None;
        let mut rest = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::starred => return self.starred(part),
                Rule::slice_rest => rest = Some(part),
                _ => start = Some(self.expression(part)),
            }
        }
        let Some(rest) = rest else {
            return start.unwrap_or_else(|| placeholder(span));
        };
        let mut stop = None;
        let mut step = None;
        for part in rest.into_inner() {
            let is_stop = part.as_rule() == Rule::slice_stop;
            let bound = part.into_inner().next().map(|part| boxed(self.expression(part)));
            if is_stop { stop = bound } else { step = bound }
        }
        Expr { kind: ExprKind::Slice { start: start.map(boxed), stop, step }, span }
    }

    pub(super) fn atom(&mut self, pair: Pair<'_>) -> Expr {
        let span = self.span(&pair);
        let kind = match pair.as_rule() {
            Rule::name => ExprKind::Name(self.symbol(pair.as_str())),
            Rule::number => ExprKind::Literal(self.number(&pair)),
            Rule::string_run => return self.string_run(pair),
            Rule::parentheses => return self.parentheses(pair, span),
            Rule::brackets => {
                let elements = self.elements(pair.into_inner());
                self.display(elements, ComprehensionKind::List, ExprKind::List)
            }
            Rule::braces => self.braces(pair),
            _ => ExprKind::Literal(match pair.as_str() {
                "True" => Literal::Bool(true),
                "False" => Literal::Bool(false),
                "None" => Literal::None,
                _ => Literal::Ellipsis,
            }),
        };
        Expr { kind, span }
    }

    fn parentheses(&mut self, pair: Pair<'_>, span: Span) -> Expr {
        let mut parts = pair.into_inner();
        if parts.peek().is_some_and(|part| part.as_rule() == Rule::yield_expression)
            && let Some(part) = parts.next()
        {
            return self.yield_expression(part);
        }
        let elements = self.elements(parts);
        if elements.clauses.is_empty() {
            return self.tuple_or_single(elements, span);
        }
        let kind = self.display(elements, ComprehensionKind::Generator, ExprKind::Tuple);
        Expr { kind, span }
    }

    fn display(
        &mut self,
        mut elements: Elements,
        kind: ComprehensionKind,
        plain: fn(Vec<Expr>) -> ExprKind,
    ) -> ExprKind {
        if elements.clauses.is_empty() {
            return plain(elements.items);
        }
        match elements.items.pop() {
            Some(element) => self.comprehension(kind, element, elements.clauses),
            None => plain(elements.items),
        }
    }

    pub(super) fn comprehension(
        &mut self,
        kind: ComprehensionKind,
        element: Expr,
        clauses: Vec<ComprehensionClause>,
    ) -> ExprKind {
        if let ExprKind::Starred(_) = element.kind {
            self.error(
                codes::SYNTAX,
                element.span,
                "a comprehension cannot unpack with `*`",
                "add a clause that goes over the elements: `for inner in outer`",
            );
        }
        ExprKind::Comprehension(Box::new(Comprehension { kind, element, clauses }))
    }

    fn braces(&mut self, pair: Pair<'_>) -> ExprKind {
        let mut pairs = Vec::new();
        let mut elements = Elements { items: Vec::new(), clauses: Vec::new(), trailing_comma: false };
        let whole = self.span(&pair);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::comprehension_clause => elements.clauses.push(self.comprehension_clause(part)),
                _ => self.entry(part, &mut pairs, &mut elements.items),
            }
        }
        if !pairs.is_empty()
            && let Some(element) = elements.items.first()
        {
            let span = element.span;
            self.error(
                codes::SYNTAX,
                span,
                "this element of a dict has no value",
                "write every element as `key: value`; a set has none with a colon",
            );
        }
        if elements.clauses.is_empty() {
            return match elements.items.is_empty() {
                true => ExprKind::Dict(pairs),
                false => ExprKind::Set(elements.items),
            };
        }
        match pairs.pop() {
            None => self.display(elements, ComprehensionKind::Set, ExprKind::Set),
            Some(DictItem::Pair(key, value)) => {
                let clauses = elements.clauses;
                ExprKind::DictComprehension(Box::new(DictComprehension { key, value, clauses }))
            }
            Some(spread @ DictItem::Spread(_)) => {
                self.error(
                    codes::SYNTAX,
                    whole,
                    "a comprehension cannot unpack with `**`",
                    "go over the mapping's items: `for key, value in mapping.items()`",
                );
                ExprKind::Dict(vec![spread])
            }
        }
    }

    fn entry(&mut self, pair: Pair<'_>, pairs: &mut Vec<DictItem>, items: &mut Vec<Expr>) {
        let mut parts = pair.into_inner();
        let Some(first) = parts.next() else { return };
        match (first.as_rule(), parts.next()) {
            (Rule::entry_spread, _) => {
                let mapping = first.into_inner().next().map(|part| self.disjunction(part));
                pairs.extend(mapping.map(DictItem::Spread));
            }
            (Rule::starred, _) => items.push(self.starred(first)),
            (_, Some(value)) => {
                let key = self.expression(first);
                pairs.push(DictItem::Pair(key, self.expression(value)));
            }
            (_, None) => items.push(self.expression(first)),
        }
    }
}
