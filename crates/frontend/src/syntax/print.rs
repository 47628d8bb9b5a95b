//! The tree as text, for `--emit ast` and for tests.

use std::fmt::Write as _;

use super::ast::*;
use crate::diagnostics::Source;

/// Width within which a node is written on one line.
const WIDTH: usize = 100;

/// The module as nested lists, `(kind line:column parts…)`, ending in a line break. The form is stable: the same
/// tree gives the same text.
pub fn print(module: &Module, source: &Source) -> String {
    let printer = Printer { source };
    let mut out = String::new();
    for stmt in module.body.iter() {
        printer.stmt(stmt).write(&mut out, 0);
        out.push('\n');
    }
    out
}

/// A list to be written: a head and what follows it.
struct Node {
    head: String,
    children: Vec<Node>,
    is_list: bool,
    /// Width when written on one line.
    width: usize,
}

impl Node {
    fn word(text: impl Into<String>) -> Self {
        let head = text.into();
        let width = head.chars().count();
        Self { head, children: Vec::new(), is_list: false, width }
    }

    fn list(head: impl Into<String>, children: Vec<Self>) -> Self {
        let head = head.into();
        let inner: usize = children.iter().map(|child| child.width + 1).sum();
        let width = head.chars().count() + 2 + inner;
        Self { head, children, is_list: true, width }
    }

    fn write(&self, out: &mut String, indent: usize) {
        if !self.is_list {
            out.push_str(&self.head);
            return;
        }
        out.push('(');
        out.push_str(&self.head);
        let flat = indent + self.width <= WIDTH;
        for child in &self.children {
            if flat {
                out.push(' ');
            } else {
                out.push('\n');
                out.extend(std::iter::repeat_n(' ', indent + 2));
            }
            child.write(out, indent + 2);
        }
        out.push(')');
    }
}

struct Printer<'a> {
    source: &'a Source,
}

impl Printer<'_> {
    fn node(&self, kind: &str, span: Span, children: Vec<Node>) -> Node {
        let location = self.source.location(span.start);
        Node::list(format!("{kind} {}:{}", location.line, location.column), children)
    }

    fn stmt(&self, stmt: &Stmt) -> Node {
        let (kind, children) = match &stmt.kind {
            StmtKind::Expr(value) => ("expr", vec![self.expr(value)]),
            StmtKind::Assign { targets, value } => {
                let targets = targets.iter().map(|target| self.target(target));
                ("assign", targets.chain([self.expr(value)]).collect())
            }
            StmtKind::AnnAssign { target, annotation, value } => {
                let mut children = vec![self.target(target), Node::list("annotation", vec![self.expr(annotation)])];
                children.extend(self.exprs(value));
                ("annotated", children)
            }
            StmtKind::AugAssign { target, op, value } => {
                ("update", vec![Node::word(format!("{op}=")), self.target(target), self.expr(value)])
            }
            StmtKind::Pass => ("pass", Vec::new()),
            StmtKind::Break => ("break", Vec::new()),
            StmtKind::Continue => ("continue", Vec::new()),
            StmtKind::Return(value) => ("return", self.exprs(value)),
            StmtKind::Raise { exception, cause } => ("raise", self.exprs(exception.iter().chain(cause))),
            StmtKind::Global(names) => ("global", idents(names)),
            StmtKind::Nonlocal(names) => ("nonlocal", idents(names)),
            StmtKind::Delete(targets) => ("del", targets.iter().map(|target| self.target(target)).collect()),
            StmtKind::Assert { test, message } => ("assert", self.exprs([test].into_iter().chain(message))),
            StmtKind::Import(modules) => ("import", modules.iter().map(imported_module).collect()),
            StmtKind::ImportFrom { level, module, names } => ("from", import_from(*level, module.as_ref(), names)),
            _ => return self.compound(stmt),
        };
        self.node(kind, stmt.span, children)
    }

    fn compound(&self, stmt: &Stmt) -> Node {
        let (kind, children) = match &stmt.kind {
            StmtKind::If { branches, orelse } => {
                let branches = branches
                    .iter()
                    .map(|branch| Node::list("when", vec![self.expr(&branch.test), self.block("do", &branch.body)]));
                ("if", branches.chain(self.optional("else", orelse)).collect())
            }
            StmtKind::For { target, iterable, body, orelse } => {
                let children = [self.target(target), self.expr(iterable), self.block("do", body)];
                ("for", children.into_iter().chain(self.optional("else", orelse)).collect())
            }
            StmtKind::While { test, body, orelse } => {
                let children = [self.expr(test), self.block("do", body)];
                ("while", children.into_iter().chain(self.optional("else", orelse)).collect())
            }
            StmtKind::Try(parts) => {
                let mut children = vec![self.block("do", &parts.body)];
                children.extend(parts.handlers.iter().map(|handler| {
                    let mut children = self.exprs(&handler.exception);
                    children.extend(handler.name.as_ref().map(|name| Node::word(format!("as {}", name.name))));
                    children.push(self.block("do", &handler.body));
                    self.node("except", handler.span, children)
                }));
                children.extend(self.optional("else", &parts.orelse));
                children.extend(self.optional("finally", &parts.finally));
                ("try", children)
            }
            StmtKind::With { items, body } => {
                let items = items.iter().map(|item| {
                    let target = item.target.iter().map(|target| self.target(target));
                    Node::list("item", [self.expr(&item.context)].into_iter().chain(target).collect())
                });
                ("with", items.chain([self.block("do", body)]).collect())
            }
            StmtKind::Match(choice) => {
                let cases = choice.cases.iter().map(|case| {
                    let mut children = vec![self.pattern(&case.pattern)];
                    children.extend(case.guard.iter().map(|guard| Node::list("if", vec![self.expr(guard)])));
                    children.push(self.block("do", &case.body));
                    self.node("case", case.header, children)
                });
                ("match", [self.expr(&choice.subject)].into_iter().chain(cases).collect())
            }
            StmtKind::Function(function) => ("def", self.function(function)),
            StmtKind::Class(class) => ("class", self.class(class)),
            _ => ("statement", Vec::new()),
        };
        self.node(kind, stmt.span, children)
    }

    fn pattern(&self, pattern: &Pattern) -> Node {
        let all = |patterns: &[Pattern]| patterns.iter().map(|pattern| self.pattern(pattern)).collect();
        let name = |ident: &Option<Ident>| ident.as_ref().map_or("_".to_owned(), |ident| ident.name.to_string());
        let (kind, children) = match &pattern.kind {
            PatternKind::Value(value) => ("value".to_owned(), vec![self.expr(value)]),
            PatternKind::Capture(ident) => (format!("name {}", name(ident)), Vec::new()),
            PatternKind::Star(ident) => (format!("star {}", name(ident)), Vec::new()),
            PatternKind::Sequence(patterns) => ("sequence".to_owned(), all(patterns)),
            PatternKind::Or(patterns) => ("or".to_owned(), all(patterns)),
            PatternKind::As(inner, ident) => (format!("as {}", ident.name), vec![self.pattern(inner)]),
            PatternKind::Mapping { entries, rest } => {
                let entries = entries.iter();
                let entries =
                    entries.map(|(key, value)| Node::list("entry", vec![self.expr(key), self.pattern(value)]));
                let rest = rest.iter().map(|ident| Node::word(format!("**{}", ident.name)));
                ("mapping".to_owned(), entries.chain(rest).collect())
            }
            PatternKind::Class { class, positional, keywords } => {
                let mut children = vec![self.expr(class)];
                children.extend(positional.iter().map(|pattern| self.pattern(pattern)));
                let named = |(ident, pattern): &(Ident, Pattern)| {
                    Node::list(format!("{}=", ident.name), vec![self.pattern(pattern)])
                };
                children.extend(keywords.iter().map(named));
                ("class".to_owned(), children)
            }
        };
        self.node(&kind, pattern.span, children)
    }

    fn function(&self, function: &Function) -> Vec<Node> {
        let mut children = vec![Node::word(&*function.name.name)];
        children
            .extend(function.decorators.iter().map(|decorator| Node::list("decorator", vec![self.expr(decorator)])));
        children.push(self.parameters(&function.parameters));
        children.extend(function.returns.iter().map(|returns| Node::list("returns", vec![self.expr(returns)])));
        children.push(scope(&function.scope));
        children.push(self.block("do", &function.body));
        children
    }

    fn class(&self, class: &Class) -> Vec<Node> {
        let mut children = vec![Node::word(&*class.name.name)];
        children.extend(class.decorators.iter().map(|decorator| Node::list("decorator", vec![self.expr(decorator)])));
        children.extend(class.arguments.iter().map(|argument| self.argument(argument)));
        children.push(scope(&class.scope));
        children.push(self.block("do", &class.body));
        children
    }

    fn block(&self, head: &str, body: &[Stmt]) -> Node {
        Node::list(head, body.iter().map(|stmt| self.stmt(stmt)).collect())
    }

    fn optional(&self, head: &str, body: &Option<Block>) -> Option<Node> {
        body.as_ref().map(|body| self.block(head, body))
    }

    fn parameters(&self, parameters: &Parameters) -> Node {
        let one = |mark: &str, parameter: &Parameter| {
            let mut children = Vec::new();
            let annotation = parameter.annotation.as_ref();
            children.extend(annotation.map(|annotation| Node::list("annotation", vec![self.expr(annotation)])));
            children.extend(self.exprs(&parameter.default));
            self.node(&format!("{mark}{}", parameter.name.name), parameter.name.span, children)
        };
        let mut children: Vec<_> = parameters.positional_only.iter().map(|parameter| one("", parameter)).collect();
        if !children.is_empty() {
            children.push(Node::word("/"));
        }
        children.extend(parameters.positional.iter().map(|parameter| one("", parameter)));
        match &parameters.variadic {
            Some(parameter) => children.push(one("*", parameter)),
            None if !parameters.keyword_only.is_empty() => children.push(Node::word("*")),
            None => {}
        }
        children.extend(parameters.keyword_only.iter().map(|parameter| one("", parameter)));
        children.extend(parameters.keywords.iter().map(|parameter| one("**", parameter)));
        Node::list("parameters", children)
    }

    fn target(&self, target: &Target) -> Node {
        match &target.kind {
            TargetKind::Name(name) => self.node("name", target.span, vec![Node::word(&**name)]),
            TargetKind::Attribute { object, name } => {
                self.node("attribute", target.span, vec![self.expr(object), Node::word(&*name.name)])
            }
            TargetKind::Subscript { object, index } => {
                self.node("subscript", target.span, vec![self.expr(object), self.expr(index)])
            }
            TargetKind::Unpack(targets) => {
                self.node("unpack", target.span, targets.iter().map(|target| self.target(target)).collect())
            }
            TargetKind::Starred(inner) => self.node("star", target.span, vec![self.target(inner)]),
        }
    }

    fn exprs<'e>(&self, exprs: impl IntoIterator<Item = &'e Expr>) -> Vec<Node> {
        exprs.into_iter().map(|expr| self.expr(expr)).collect()
    }

    fn expr(&self, expr: &Expr) -> Node {
        let operator = |text: &str, operands: Vec<Node>| {
            let mut children = vec![Node::word(text)];
            children.extend(operands);
            children
        };
        let (kind, children) = match &expr.kind {
            ExprKind::Literal(literal) => return self.literal(literal, expr.span),
            ExprKind::Name(name) => ("name", vec![Node::word(&**name)]),
            ExprKind::FString(parts) => ("f-string", self.f_string(parts)),
            ExprKind::Tuple(items) => ("tuple", self.exprs(items)),
            ExprKind::List(items) => ("list", self.exprs(items)),
            ExprKind::Set(items) => ("set", self.exprs(items)),
            ExprKind::Dict(items) => {
                let item = |item: &DictItem| match item {
                    DictItem::Pair(key, value) => Node::list("pair", vec![self.expr(key), self.expr(value)]),
                    DictItem::Spread(mapping) => Node::list("**", vec![self.expr(mapping)]),
                };
                ("dict", items.iter().map(item).collect())
            }
            ExprKind::Starred(inner) => ("star", vec![self.expr(inner)]),
            ExprKind::Unary { op, operand } => ("unary", operator(op.text(), vec![self.expr(operand)])),
            ExprKind::Binary { op, left, right } => {
                ("binary", operator(op.text(), vec![self.expr(left), self.expr(right)]))
            }
            ExprKind::Bool { op, operands } => (op.text(), self.exprs(operands)),
            ExprKind::Compare { first, rest } => {
                let rest = rest.iter().flat_map(|(op, right)| [Node::word(op.text()), self.expr(right)]);
                ("compare", [self.expr(first)].into_iter().chain(rest).collect())
            }
            ExprKind::Conditional { test, body, orelse } => ("conditional", self.exprs([&**test, body, orelse])),
            ExprKind::Lambda(lambda) => {
                ("lambda", vec![self.parameters(&lambda.parameters), scope(&lambda.scope), self.expr(&lambda.body)])
            }
            ExprKind::Call { callee, arguments } => {
                let arguments = arguments.iter().map(|argument| self.argument(argument));
                ("call", [self.expr(callee)].into_iter().chain(arguments).collect())
            }
            ExprKind::Attribute { object, name } => ("attribute", vec![self.expr(object), Node::word(&*name.name)]),
            ExprKind::Subscript { object, index } => ("subscript", vec![self.expr(object), self.expr(index)]),
            ExprKind::Slice { start, stop, step } => {
                let bound =
                    |bound: &Option<Box<Expr>>| bound.as_ref().map_or(Node::word("_"), |bound| self.expr(bound));
                ("slice", vec![bound(start), bound(stop), bound(step)])
            }
            ExprKind::Named { target, value } => ("named", vec![Node::word(&*target.name), self.expr(value)]),
            ExprKind::Comprehension(comprehension) => {
                let kind = match comprehension.kind {
                    ComprehensionKind::List => "list-comprehension",
                    ComprehensionKind::Set => "set-comprehension",
                    ComprehensionKind::Generator => "generator",
                };
                let clauses = self.clauses(&comprehension.clauses);
                (kind, [self.expr(&comprehension.element)].into_iter().chain(clauses).collect())
            }
            ExprKind::DictComprehension(comprehension) => {
                let pair = Node::list("pair", self.exprs([&comprehension.key, &comprehension.value]));
                let clauses = self.clauses(&comprehension.clauses);
                ("dict-comprehension", [pair].into_iter().chain(clauses).collect())
            }
            ExprKind::Yield(value) => ("yield", self.exprs(value.as_deref())),
            ExprKind::YieldFrom(value) => ("yield-from", vec![self.expr(value)]),
        };
        self.node(kind, expr.span, children)
    }

    fn clauses(&self, clauses: &[ComprehensionClause]) -> Vec<Node> {
        let one = |clause: &ComprehensionClause| {
            let mut children = vec![self.target(&clause.target), self.expr(&clause.iterable)];
            children.extend(clause.conditions.iter().map(|test| Node::list("if", vec![self.expr(test)])));
            Node::list("for", children)
        };
        clauses.iter().map(one).collect()
    }

    fn argument(&self, argument: &Argument) -> Node {
        match argument {
            Argument::Positional(value) => self.expr(value),
            Argument::Spread(value) => Node::list("*", vec![self.expr(value)]),
            Argument::Keyword(name, value) => {
                self.node("keyword", name.span, vec![Node::word(&*name.name), self.expr(value)])
            }
            Argument::SpreadKeywords(value) => Node::list("**", vec![self.expr(value)]),
        }
    }

    fn f_string(&self, parts: &[FStringPart]) -> Vec<Node> {
        let part = |part: &FStringPart| match part {
            FStringPart::Text(text) => Node::word(format!("{text:?}")),
            FStringPart::Field(field) => {
                let mut children = vec![self.expr(&field.value)];
                children.extend(
                    field.debug.as_ref().map(|debug| Node::list("debug", vec![Node::word(format!("{debug:?}"))])),
                );
                children.extend(field.conversion.map(|conversion| {
                    Node::word(match conversion {
                        Conversion::Str => "!s",
                        Conversion::Repr => "!r",
                        Conversion::Ascii => "!a",
                    })
                }));
                children.extend(field.format.as_ref().map(|format| Node::list("format", self.f_string(format))));
                self.node("field", field.span, children)
            }
        };
        parts.iter().map(part).collect()
    }

    fn literal(&self, literal: &Literal, span: Span) -> Node {
        let (kind, text) = match literal {
            Literal::None => ("constant", "None".into()),
            Literal::Bool(true) => ("constant", "True".into()),
            Literal::Bool(false) => ("constant", "False".into()),
            Literal::Ellipsis => ("constant", "...".into()),
            Literal::Int(value) => ("int", value.to_string()),
            Literal::BigInt(value) => ("int", format!("{:#x}", **value)),
            Literal::Float(value) => ("float", format!("{value:?}")),
            Literal::Imaginary(value) => ("imaginary", format!("{value:?}j")),
            Literal::Str(text) => ("str", format!("{text:?}")),
            Literal::Bytes(bytes) => {
                let mut text = String::from("b\"");
                for byte in bytes.iter() {
                    // Writing to a string does not fail.
                    let _ = write!(text, "{}", byte.escape_ascii());
                }
                text.push('"');
                ("bytes", text)
            }
        };
        self.node(kind, span, vec![Node::word(text)])
    }
}

fn scope(scope: &Scope) -> Node {
    let mut children: Vec<_> = scope.locals.iter().map(|name| Node::word(&**name)).collect();
    let names = |names: &[Symbol]| names.iter().map(|name| Node::word(&**name)).collect();
    if !scope.globals.is_empty() {
        children.push(Node::list("global", names(&scope.globals)));
    }
    if !scope.nonlocals.is_empty() {
        children.push(Node::list("nonlocal", names(&scope.nonlocals)));
    }
    if scope.is_generator {
        children.push(Node::list("generator", Vec::new()));
    }
    Node::list("binds", children)
}

fn idents(idents: &[Ident]) -> Vec<Node> {
    idents.iter().map(|ident| Node::word(&*ident.name)).collect()
}

fn dotted(name: &DottedName) -> String {
    let parts: Vec<_> = name.parts.iter().map(|part| &*part.name).collect();
    parts.join(".")
}

fn with_alias(name: String, alias: Option<&Ident>) -> Node {
    match alias {
        Some(alias) => Node::word(format!("{name} as {}", alias.name)),
        None => Node::word(name),
    }
}

fn imported_module(module: &ImportedModule) -> Node {
    with_alias(dotted(&module.module), module.alias.as_ref())
}

fn import_from(level: u32, module: Option<&DottedName>, names: &ImportedNames) -> Vec<Node> {
    let dots = ".".repeat(level as usize);
    let mut children = vec![Node::word(dots + &module.map(dotted).unwrap_or_default())];
    match names {
        ImportedNames::All(_) => children.push(Node::word("*")),
        ImportedNames::Names(names) => {
            children.extend(names.iter().map(|name| with_alias(name.name.name.to_string(), name.alias.as_ref())));
        }
    }
    children
}
