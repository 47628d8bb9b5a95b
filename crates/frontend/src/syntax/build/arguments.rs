//! Arguments of calls and parameters of functions, and the order they must come in.

use std::collections::HashMap;

use super::{Builder, placeholder};
use crate::diagnostics::{Diagnostic, Span, codes};
use crate::syntax::ast::{Argument, ComprehensionKind, Expr, Parameter, Parameters, Symbol};
use crate::syntax::grammar::{Pair, Rule};

impl Builder {
    /// The arguments of a `call`.
    pub(super) fn arguments(&mut self, pair: Pair<'_>) -> Vec<Argument> {
        let pairs: Vec<_> = pair.into_inner().collect();
        let alone = pairs.len() == 1;
        let arguments: Vec<_> = pairs.into_iter().map(|pair| self.argument(pair, alone)).collect();
        self.check_order(&arguments);
        arguments
    }

    fn argument(&mut self, pair: Pair<'_>, alone: bool) -> Argument {
        let span = self.span(&pair);
        let mut parts = pair.into_inner();
        let Some(first) = parts.next() else {
            return Argument::Positional(placeholder(span));
        };
        let rule = first.as_rule();
        match rule {
            Rule::spread | Rule::spread_keywords => {
                let value = first.into_inner().next();
                let value = value.map_or_else(|| placeholder(span), |part| self.expression(part));
                if rule == Rule::spread { Argument::Spread(value) } else { Argument::SpreadKeywords(value) }
            }
            Rule::keyword_argument => {
                let mut parts = first.into_inner();
                match (parts.next(), parts.next_back()) {
                    (Some(name), Some(value)) => {
                        let name = self.name(&name);
                        Argument::Keyword(name, self.expression(value))
                    }
                    _ => Argument::Positional(placeholder(span)),
                }
            }
            _ => {
                let element = self.expression(first);
                let clauses: Vec<_> = parts.map(|part| self.comprehension_clause(part)).collect();
                if clauses.is_empty() {
                    return Argument::Positional(element);
                }
                if !alone {
                    self.error(
                        codes::SYNTAX,
                        span,
                        "a generator beside other arguments needs its own parentheses",
                        "write `(… for … in …)`",
                    );
                }
                let kind = self.comprehension(ComprehensionKind::Generator, element, clauses);
                Argument::Positional(Expr { kind, span })
            }
        }
    }

    fn check_order(&mut self, arguments: &[Argument]) {
        let mut keyword: Option<Span> = None;
        let mut mapping: Option<Span> = None;
        let mut names: HashMap<&Symbol, Span> = HashMap::new();
        for argument in arguments {
            let span = argument.value().span;
            match argument {
                Argument::Positional(_) => {
                    if let Some(earlier) = keyword.or(mapping) {
                        let problem = Diagnostic::error(
                            codes::ARGUMENT_ORDER,
                            span,
                            "positional argument after a keyword argument",
                        );
                        self.report(
                            problem
                                .label(earlier, "the keyword argument")
                                .help("move it before the keyword arguments, or give it its name: `name=…`"),
                        );
                    }
                }
                Argument::Spread(_) => {
                    if let Some(earlier) = mapping {
                        let problem =
                            Diagnostic::error(codes::ARGUMENT_ORDER, span, "`*` argument after a `**` argument");
                        self.report(
                            problem.label(earlier, "the `**` argument").help("move it before the `**` argument"),
                        );
                    }
                }
                Argument::Keyword(name, _) => {
                    keyword.get_or_insert(name.span.to(span));
                    if let Some(earlier) = names.insert(&name.name, name.span) {
                        let problem = Diagnostic::error(
                            codes::ARGUMENT_ORDER,
                            name.span,
                            format!("the argument `{}` is given twice", name.name),
                        );
                        self.report(problem.label(earlier, "first given here").help("remove one of the two"));
                    }
                }
                Argument::SpreadKeywords(_) => {
                    mapping.get_or_insert(span);
                }
            }
        }
    }

    /// The parameters in a `def_header`'s `parameters` or a `lambda_head`.
    pub(super) fn parameters(&mut self, pair: Pair<'_>) -> Parameters {
        let mut result = Parameters::default();
        let mut starred: Option<Span> = None;
        let mut bare_star: Option<Span> = None;
        for part in pair.into_inner() {
            let span = self.span(&part);
            let rule = part.as_rule();
            if let Some(keywords) = &result.keywords {
                let earlier = keywords.name.span;
                let problem = Diagnostic::error(codes::ARGUMENT_ORDER, span, "nothing may follow the `**` parameter");
                self.report(problem.label(earlier, "this takes all remaining arguments").help("move it to the end"));
                break;
            }
            match rule {
                Rule::positional_mark => {
                    if !result.positional_only.is_empty() || starred.is_some() || result.positional.is_empty() {
                        self.error(
                            codes::ARGUMENT_ORDER,
                            span,
                            "`/` cannot stand here",
                            "it stands once, after the parameters that can only be given by position and before `*`",
                        );
                    }
                    result.positional_only.append(&mut result.positional);
                }
                Rule::keywords_parameter | Rule::lambda_keywords => result.keywords = self.parameter(part),
                Rule::variadic_parameter | Rule::lambda_variadic => {
                    if let Some(earlier) = starred {
                        let problem =
                            Diagnostic::error(codes::ARGUMENT_ORDER, span, "a second `*` among the parameters");
                        self.report(problem.label(earlier, "the first one").help("remove one of the two"));
                        continue;
                    }
                    starred = Some(span);
                    result.variadic = self.parameter(part);
                    if result.variadic.is_none() {
                        bare_star = Some(span);
                    }
                }
                _ => {
                    let Some(parameter) = self.parameter(part) else {
                        continue;
                    };
                    if starred.is_some() {
                        result.keyword_only.push(parameter);
                    } else {
                        self.check_default(&result, &parameter);
                        result.positional.push(parameter);
                    }
                }
            }
        }
        if let Some(span) = bare_star.filter(|_| result.keyword_only.is_empty()) {
            self.error(
                codes::ARGUMENT_ORDER,
                span,
                "`*` must be followed by a parameter",
                "remove it, or name it (`*args`) to collect further arguments",
            );
        }
        self.check_distinct(&result);
        result
    }

    /// The parameters of a `lambda_head`, which may have none.
    pub(super) fn lambda_parameters(&mut self, head: Pair<'_>) -> Parameters {
        let list = head.into_inner().find(|part| part.as_rule() == Rule::lambda_parameters);
        list.map(|list| self.parameters(list)).unwrap_or_default()
    }

    /// A named parameter; `None` for a bare `*`.
    fn parameter(&mut self, pair: Pair<'_>) -> Option<Parameter> {
        let mut name = None;
        let mut annotation = None;
        let mut default = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::name => name = Some(self.name(&part)),
                Rule::annotation => annotation = part.into_inner().next().map(|part| self.expression(part)),
                _ => default = part.into_inner().next().map(|part| self.expression(part)),
            }
        }
        name.map(|name| Parameter { name, annotation, default })
    }

    fn check_default(&mut self, before: &Parameters, parameter: &Parameter) {
        let mut earlier = before.positional_only.iter().chain(&before.positional);
        if parameter.default.is_none()
            && let Some(earlier) = earlier.find(|earlier| earlier.default.is_some())
        {
            let problem = Diagnostic::error(
                codes::ARGUMENT_ORDER,
                parameter.name.span,
                format!("the parameter `{}` has no default but follows one that has", parameter.name.name),
            );
            self.report(
                problem
                    .label(earlier.name.span, "has a default")
                    .help("give it a default too, or move it before the parameters with defaults"),
            );
        }
    }

    fn check_distinct(&mut self, parameters: &Parameters) {
        let mut seen: HashMap<&Symbol, Span> = HashMap::new();
        for parameter in parameters.iter() {
            let name = &parameter.name;
            if let Some(earlier) = seen.insert(&name.name, name.span) {
                let problem = Diagnostic::error(
                    codes::ARGUMENT_ORDER,
                    name.span,
                    format!("two parameters are called `{}`", name.name),
                );
                self.report(problem.label(earlier, "the first one").help("rename one of them"));
            }
        }
    }
}
