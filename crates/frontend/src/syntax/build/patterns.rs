//! The patterns of `case`.

use std::collections::HashSet;

use super::{Builder, boxed, placeholder};
use crate::diagnostics::{Span, codes};
use crate::syntax::ast::{BinaryOp, Expr, ExprKind, Ident, Literal, Pattern, PatternKind, Symbol, UnaryOp};
use crate::syntax::grammar::{Pair, Rule};

impl Builder {
    /// `patterns` of a `case`: one pattern, or several that make a sequence.
    pub(super) fn case_pattern(&mut self, pair: Pair<'_>) -> Pattern {
        let span = self.span(&pair);
        let mut is_sequence = false;
        let patterns = self.pattern_list(pair, &mut is_sequence);
        let pattern = self.single_or_sequence(patterns, is_sequence, span);
        self.check_names(&pattern);
        pattern
    }

    fn pattern_list(&mut self, pair: Pair<'_>, trailing_comma: &mut bool) -> Vec<Pattern> {
        let mut patterns = Vec::new();
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::trailing_comma => *trailing_comma = true,
                _ => patterns.push(self.pattern(part)),
            }
        }
        patterns
    }

    fn single_or_sequence(&mut self, mut patterns: Vec<Pattern>, is_sequence: bool, span: Span) -> Pattern {
        let starred = patterns.iter().any(|pattern| matches!(pattern.kind, PatternKind::Star(_)));
        if patterns.len() == 1
            && !is_sequence
            && !starred
            && let Some(single) = patterns.pop()
        {
            return single;
        }
        self.sequence(patterns, span)
    }

    fn sequence(&mut self, patterns: Vec<Pattern>, span: Span) -> Pattern {
        let stars: Vec<Span> =
            patterns.iter().filter(|p| matches!(p.kind, PatternKind::Star(_))).map(|p| p.span).collect();
        if let [_, second, ..] = stars.as_slice() {
            let help = "only one part can take all the elements that the others leave";
            self.error(codes::SYNTAX, *second, "a second starred name in one sequence pattern", help);
        }
        Pattern { kind: PatternKind::Sequence(patterns), span }
    }

    fn pattern(&mut self, pair: Pair<'_>) -> Pattern {
        let span = self.span(&pair);
        match pair.as_rule() {
            Rule::star_pattern => {
                let name = pair.into_inner().find(|part| part.as_rule() == Rule::name);
                let name = name.and_then(|name| self.captured(&name));
                Pattern { kind: PatternKind::Star(name), span }
            }
            Rule::as_pattern => {
                let mut pattern = None;
                let mut name = None;
                for part in pair.into_inner() {
                    match part.as_rule() {
                        Rule::or_pattern => pattern = Some(self.or_pattern(part)),
                        Rule::name => name = Some(self.name(&part)),
                        _ => {}
                    }
                }
                let pattern = pattern.unwrap_or(Pattern { kind: PatternKind::Capture(None), span });
                match name {
                    None => pattern,
                    Some(name) => {
                        if &*name.name == "_" {
                            let help = "leave out `as _`: it binds nothing";
                            self.error(codes::SYNTAX, name.span, "`_` cannot be a target here", help);
                        }
                        Pattern { kind: PatternKind::As(Box::new(pattern), name), span }
                    }
                }
            }
            _ => self.closed_pattern(pair),
        }
    }

    fn or_pattern(&mut self, pair: Pair<'_>) -> Pattern {
        let span = self.span(&pair);
        let mut patterns: Vec<Pattern> = pair.into_inner().map(|part| self.closed_pattern(part)).collect();
        if patterns.len() == 1
            && let Some(single) = patterns.pop()
        {
            return single;
        }
        let names = |pattern: &Pattern| {
            let mut names: Vec<Symbol> = Vec::new();
            pattern.each_name(&mut |ident| names.push(ident.name.clone()));
            names.sort();
            names
        };
        let first = patterns.first().map(names);
        if let Some(other) = patterns.iter().find(|pattern| Some(names(pattern)) != first) {
            let help = "after the `case`, every name must be there whichever alternative matched";
            self.error(codes::SYNTAX, other.span, "alternatives of a pattern bind different names", help);
        }
        let early = patterns.split_last().and_then(|(_, before)| before.iter().find(|p| p.is_irrefutable()));
        if let Some(span) = early.map(|pattern| pattern.span) {
            let help = "put the alternative that takes anything last";
            self.error(codes::SYNTAX, span, "the alternatives behind this one are never tried", help);
        }
        Pattern { kind: PatternKind::Or(patterns), span }
    }

    fn closed_pattern(&mut self, pair: Pair<'_>) -> Pattern {
        let span = self.span(&pair);
        let kind = match pair.as_rule() {
            Rule::group_pattern => {
                let mut is_sequence = false;
                let patterns = self.pattern_list(pair, &mut is_sequence);
                return self.single_or_sequence(patterns, is_sequence, span);
            }
            Rule::sequence_pattern => {
                let patterns = self.pattern_list(pair, &mut false);
                return self.sequence(patterns, span);
            }
            Rule::mapping_pattern => self.mapping_pattern(pair),
            Rule::name_pattern => self.name_pattern(pair, span),
            _ => PatternKind::Value(self.pattern_value(pair)),
        };
        Pattern { kind, span }
    }

    /// A literal: a number with its sign, a string, `None`, `True` or `False`; or a dotted name.
    fn pattern_value(&mut self, pair: Pair<'_>) -> Expr {
        let span = self.span(&pair);
        match pair.as_rule() {
            Rule::pattern_number => self.pattern_number(pair, span),
            Rule::string_run => {
                let value = self.string_run(pair);
                if let ExprKind::FString(_) = value.kind {
                    let help = "compare with a plain string, or test it in a guard: `case text if text == f\"…\":`";
                    self.error(codes::SYNTAX, span, "a pattern cannot be an f-string", help);
                }
                value
            }
            Rule::dotted_name => self.dotted_value(pair).unwrap_or_else(|| placeholder(span)),
            _ => self.atom(pair),
        }
    }

    fn pattern_number(&mut self, pair: Pair<'_>, span: Span) -> Expr {
        let mut value: Option<Expr> = None;
        let mut sign = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::pattern_sign => sign = Some(part.as_str().to_owned()),
                _ => {
                    let number = self.atom(part);
                    let kind = match (value.take(), sign.as_deref()) {
                        (None, None) => number.kind,
                        (None, Some(_)) => ExprKind::Unary { op: UnaryOp::Negate, operand: boxed(number) },
                        (Some(left), sign) => {
                            if !matches!(number.kind, ExprKind::Literal(Literal::Imaginary(_))) {
                                let help = "write the value itself, or test it in a guard: `case n if n == a + b:`";
                                self.error(codes::SYNTAX, span, "a pattern cannot compute", help);
                            }
                            let op = if sign == Some("-") { BinaryOp::Subtract } else { BinaryOp::Add };
                            ExprKind::Binary { op, left: boxed(left), right: boxed(number) }
                        }
                    };
                    value = Some(Expr { kind, span });
                }
            }
        }
        value.unwrap_or_else(|| placeholder(span))
    }

    /// `a.b.c` as an expression.
    fn dotted_value(&mut self, pair: Pair<'_>) -> Option<Expr> {
        let mut value: Option<Expr> = None;
        for part in pair.into_inner() {
            let name = self.name(&part);
            value = Some(match value {
                None => Expr { kind: ExprKind::Name(name.name), span: name.span },
                Some(object) => {
                    let span = object.span.to(name.span);
                    Expr { kind: ExprKind::Attribute { object: boxed(object), name }, span }
                }
            });
        }
        value
    }

    fn name_pattern(&mut self, pair: Pair<'_>, span: Span) -> PatternKind {
        let (mut dotted, mut arguments) = (None, None);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::dotted_name => dotted = Some(part),
                _ => arguments = Some(part),
            }
        }
        let Some(dotted) = dotted else { return PatternKind::Capture(None) };
        if arguments.is_none() && dotted.clone().into_inner().count() == 1 {
            let name = dotted.into_inner().next();
            return PatternKind::Capture(name.and_then(|name| self.captured(&name)));
        }
        let value = self.dotted_value(dotted).unwrap_or_else(|| placeholder(span));
        match arguments {
            None => PatternKind::Value(value),
            Some(arguments) => self.class_pattern(value, arguments),
        }
    }

    fn class_pattern(&mut self, class: Expr, arguments: Pair<'_>) -> PatternKind {
        let (mut positional, mut keywords): (Vec<Pattern>, Vec<(Ident, Pattern)>) = (Vec::new(), Vec::new());
        for part in arguments.into_inner() {
            if part.as_rule() != Rule::pattern_keyword {
                let pattern = self.pattern(part);
                if !keywords.is_empty() {
                    let help = "patterns by position come before those by name";
                    self.error(codes::ARGUMENT_ORDER, pattern.span, "a pattern by position after one by name", help);
                }
                positional.push(pattern);
                continue;
            }
            let mut parts = part.into_inner();
            if let (Some(name), Some(pattern)) = (parts.next(), parts.next_back()) {
                let name = self.name(&name);
                if keywords.iter().any(|(other, _)| other.name == name.name) {
                    let message = format!("the attribute `{}` is named twice", name.name);
                    self.error(codes::ARGUMENT_ORDER, name.span, message, "leave one of them out");
                }
                keywords.push((name, self.pattern(pattern)));
            }
        }
        PatternKind::Class { class, positional, keywords }
    }

    fn mapping_pattern(&mut self, pair: Pair<'_>) -> PatternKind {
        let (mut entries, mut rest): (Vec<(Expr, Pattern)>, Option<Ident>) = (Vec::new(), None);
        for entry in pair.into_inner() {
            let span = self.span(&entry);
            let mut parts = entry.into_inner();
            match (parts.next(), parts.next()) {
                (Some(spread), None) => {
                    let name = spread.into_inner().find(|part| part.as_rule() == Rule::name);
                    if rest.is_some() {
                        let help = "one name takes all the entries that the keys leave";
                        self.error(codes::SYNTAX, span, "a second `**` in one mapping pattern", help);
                    }
                    rest = name.map(|name| self.name(&name));
                }
                (Some(key), Some(pattern)) => {
                    if rest.is_some() {
                        let help = "put `**` last";
                        self.error(codes::SYNTAX, span, "a key behind the `**` of a mapping pattern", help);
                    }
                    let key = self.pattern_value(key);
                    entries.push((key, self.pattern(pattern)));
                }
                _ => {}
            }
        }
        PatternKind::Mapping { entries, rest }
    }

    fn captured(&mut self, pair: &Pair<'_>) -> Option<Ident> {
        let name = self.name(pair);
        (&*name.name != "_").then_some(name)
    }

    /// A name can be bound once, but for alternatives.
    fn check_names(&mut self, pattern: &Pattern) {
        let mut twice = Vec::new();
        names(pattern, &mut HashSet::new(), &mut twice);
        for name in twice {
            let message = format!("`{}` is bound twice in one pattern", name.name);
            self.error(codes::SYNTAX, name.span, message, "use two names, and compare them in a guard: `if a == b`");
        }
    }
}

fn names(pattern: &Pattern, seen: &mut HashSet<Symbol>, twice: &mut Vec<Ident>) {
    match &pattern.kind {
        PatternKind::Or(patterns) => {
            let before = seen.clone();
            for pattern in patterns {
                let mut own = before.clone();
                names(pattern, &mut own, twice);
                seen.extend(own);
            }
        }
        PatternKind::Sequence(patterns) => patterns.iter().for_each(|pattern| names(pattern, seen, twice)),
        PatternKind::Mapping { entries, rest } => {
            entries.iter().for_each(|(_, pattern)| names(pattern, seen, twice));
            rest.iter().for_each(|name| note(name, seen, twice));
        }
        PatternKind::Class { positional, keywords, .. } => {
            let patterns = positional.iter().chain(keywords.iter().map(|(_, pattern)| pattern));
            patterns.for_each(|pattern| names(pattern, seen, twice));
        }
        PatternKind::As(pattern, name) => {
            names(pattern, seen, twice);
            note(name, seen, twice);
        }
        PatternKind::Capture(name) | PatternKind::Star(name) => {
            name.iter().for_each(|name| note(name, seen, twice));
        }
        PatternKind::Value(_) => {}
    }
}

fn note(name: &Ident, seen: &mut HashSet<Symbol>, twice: &mut Vec<Ident>) {
    if !seen.insert(name.name.clone()) {
        twice.push(name.clone());
    }
}
