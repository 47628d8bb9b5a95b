//! Expressions.

use std::cell::RefCell;
use std::rc::Rc;

use indexmap::IndexMap;

use super::Interp;
use super::builtins::Builtin;
use super::classes::{Super, plain_of};
use super::exceptions::{self, raise};
use super::host::Truth;
use super::iterate::Iterable;
use super::scope::{Env, Missing};
use crate::diagnostics::{Span, codes, suggest};
use crate::error::{Error, Result};
use crate::library::Args;
use crate::modules::standard::BUILTINS;
use crate::syntax::ast::{Argument, BoolOp, CompareOp, DictItem, Expr, ExprKind, Literal, Symbol, UnaryOp};
use crate::value::{Host, Key, Value, downcast};

/// Names of Python that mean nothing while a program is compiled, with what to do instead.
const NOT_EVALUATED: &[(&str, &str)] = &[
    ("eval", "write what the text says into the file"),
    ("exec", "write the statements into the file"),
    ("compile", "write what the text says into the file"),
    ("memoryview", "take slices of the bytes themselves"),
    ("aiter", "use iter(): nothing waits while a program is compiled"),
    ("anext", "use next(): nothing waits while a program is compiled"),
    ("breakpoint", "drop the call: a program is not stopped while it is compiled"),
    ("ExceptionGroup", "raise its exceptions one by one"),
    ("BaseExceptionGroup", "raise its exceptions one by one"),
];

impl Interp {
    /// The value of an expression.
    ///
    /// # Errors
    /// Evaluating it fails; the error carries the place of the innermost expression concerned.
    pub(crate) fn eval(&mut self, env: &Rc<Env>, expr: &Expr) -> Result<Value> {
        self.spend(1)?;
        if let Some(value) = env.replay().and_then(|replay| replay.value(expr)) {
            return Ok(value);
        }
        let value = match &expr.kind {
            ExprKind::Literal(literal) => self.literal(literal),
            ExprKind::Name(name) => self.name(env, name).map_err(|error| error.at(expr.span)),
            _ => super::limits::deeper(|| self.eval_kind(env, expr)).map_err(|error| error.at(expr.span)),
        }?;
        if let Some(mut replay) = env.replay() {
            replay.note(expr, &value);
        }
        Ok(value)
    }

    fn literal(&mut self, literal: &Literal) -> Result<Value> {
        Ok(match literal {
            Literal::None => Value::None,
            Literal::Bool(b) => Value::Bool(*b),
            Literal::Int(i) => Value::Int(*i),
            Literal::BigInt(i) => Value::BigInt(i.clone()),
            Literal::Float(x) => Value::Float(*x),
            Literal::Str(s) => Value::Str(s.clone()),
            Literal::Ellipsis => Value::Ellipsis,
            Literal::Bytes(bytes) => Value::Bytes(bytes.clone()),
            Literal::Imaginary(x) => self.complex((0.0, *x)),
        })
    }

    /// The value of a name.
    pub(super) fn name(&mut self, env: &Rc<Env>, name: &Symbol) -> Result<Value> {
        let missing = match env.lookup(name) {
            Ok(Value::User(object)) if downcast::<exceptions::Poison>(&object).is_some() => {
                return Err(exceptions::poisoned());
            }
            Ok(value) => return Ok(value),
            Err(missing) => missing,
        };
        if missing == Missing::Unbound {
            let message = format!("cannot access local variable '{name}' where it is not associated with a value");
            return Err(raise("UnboundLocalError", message));
        }
        if missing == Missing::Free {
            let message = format!(
                "cannot access free variable '{name}' where it is not associated with a value in enclosing scope"
            );
            return Err(raise("NameError", message));
        }
        if let Some(value) = self.eval.builtins.get(name) {
            return Ok(value);
        }
        if let Some(value) = self.written_member(&BUILTINS, name)? {
            return Ok(value);
        }
        if let Some((_, help)) = NOT_EVALUATED.iter().find(|(known, _)| *known == &**name) {
            return Err(Error::unsupported(format!("Python's `{name}` is not evaluated")).help(*help));
        }
        let error = Error::new(codes::UNDEFINED_NAME, format!("name '{name}' is not defined"));
        let mut names: Vec<Symbol> = env.visible_names();
        names.extend(self.eval.builtins.names());
        Err(match suggest::did_you_mean(name, names.iter().map(|n| &**n)) {
            Some(help) => error.help(help),
            None => error,
        })
    }

    fn eval_kind(&mut self, env: &Rc<Env>, expr: &Expr) -> Result<Value> {
        match &expr.kind {
            ExprKind::Literal(literal) => self.literal(literal),
            ExprKind::Name(name) => self.name(env, name),
            ExprKind::FString(parts) => self.f_string(env, parts),
            ExprKind::Tuple(items) => Ok(Value::tuple(self.items(env, items)?)),
            ExprKind::List(items) => Ok(Value::list(self.items(env, items)?)),
            ExprKind::Set(items) => {
                let values = self.items(env, items)?;
                let keys = values.into_iter().map(|v| Ok((self.key(v)?, ())));
                Ok(Value::Set(Rc::new(RefCell::new(keys.collect::<Result<_>>()?))))
            }
            ExprKind::Dict(items) => self.dict(env, items),
            ExprKind::Starred(_) => Err(Error::new(codes::SYNTAX, "a starred expression cannot stand here")),
            ExprKind::Unary { op, operand } => {
                let value = self.eval(env, operand)?;
                self.at(expr.span);
                match op {
                    UnaryOp::Not => match self.truth(&value)? {
                        Truth::Known(b) => Ok(Value::Bool(!b)),
                        Truth::Host(host) => Ok(Value::Host(host)),
                    },
                    _ => self.unary(*op, &value),
                }
            }
            ExprKind::Binary { op, left, right } => {
                let left = self.eval(env, left)?;
                let right = self.eval(env, right)?;
                self.at(expr.span);
                self.binary(*op, &left, &right)
            }
            ExprKind::Bool { op, operands } => self.bool_op(env, *op, operands),
            ExprKind::Compare { first, rest } => self.comparison(env, first, rest, expr.span),
            ExprKind::Conditional { test, body, orelse } => {
                let condition = self.eval(env, test)?;
                match self.truth(&condition).map_err(|error| error.at(test.span))? {
                    Truth::Known(true) => self.eval(env, body),
                    Truth::Known(false) => self.eval(env, orelse),
                    Truth::Host(host) => Ok(Value::Host(host)),
                }
            }
            ExprKind::Lambda(lambda) => self.lambda(env, lambda),
            ExprKind::Call { callee, arguments } => self.call_expr(env, expr, callee, arguments),
            ExprKind::Attribute { object, name } => {
                let object = self.eval(env, object)?;
                self.at(expr.span);
                self.attribute(&object, &name.name).map_err(|error| error.at(name.span))
            }
            ExprKind::Subscript { object, index } => {
                let object = self.eval(env, object)?;
                let index = self.eval(env, index)?;
                self.at(expr.span);
                self.get_item(&object, &index)
            }
            ExprKind::Slice { start, stop, step } => {
                let mut bound =
                    |bound: &Option<Box<Expr>>| bound.as_ref().map_or(Ok(Value::None), |expr| self.eval(env, expr));
                Ok(Value::Slice(Rc::new([bound(start)?, bound(stop)?, bound(step)?])))
            }
            ExprKind::Named { target, value } => {
                let value = self.eval(env, value)?;
                env.bind(&target.name, value.clone());
                Ok(value)
            }
            ExprKind::Comprehension(comprehension) => self.comprehension(env, comprehension),
            ExprKind::DictComprehension(comprehension) => self.dict_comprehension(env, comprehension),
            ExprKind::Yield(value) => self.yield_value(env, expr, value.as_deref()),
            ExprKind::YieldFrom(iterable) => self.yield_from(env, expr, iterable),
        }
    }

    /// The values of displayed elements, starred ones spread out.
    /// What stands behind a star.
    fn starred(&mut self, value: &Value, what: &str) -> Result<Iterable> {
        self.iterate(value).map_err(|error| match error.diagnostic().message.ends_with("object is not iterable") {
            true if error.exception().is_none() => {
                Error::ty(format!("{what} after * must be an iterable, not {}", value.type_name()))
            }
            _ => error,
        })
    }

    fn items(&mut self, env: &Rc<Env>, items: &[Expr]) -> Result<Vec<Value>> {
        let mut values = Vec::with_capacity(items.len());
        for item in items {
            match &item.kind {
                ExprKind::Starred(inner) => {
                    let value = self.eval(env, inner)?;
                    match self.starred(&value, "Value").map_err(|error| error.at(inner.span))? {
                        Iterable::Static(mut iter) => {
                            let spread = iter.collect(self)?;
                            note_spread(env, inner, &spread);
                            values.extend(spread);
                        }
                        Iterable::Host(host) => {
                            return Err(super::host::reaches(&host, "a sequence of unknown length").at(item.span));
                        }
                    }
                }
                _ => values.push(self.eval(env, item)?),
            }
        }
        Ok(values)
    }

    fn dict(&mut self, env: &Rc<Env>, items: &[DictItem]) -> Result<Value> {
        let mut entries: IndexMap<Key, Value> = IndexMap::new();
        for item in items {
            match item {
                DictItem::Pair(key, value) => {
                    let key_value = self.eval(env, key)?;
                    let value = self.eval(env, value)?;
                    entries.insert(self.key(key_value).map_err(|error| error.at(key.span))?, value);
                }
                DictItem::Spread(mapping) => {
                    let value = self.eval(env, mapping)?;
                    match &value {
                        Value::Host(_) => return Ok(value),
                        _ => entries.extend(self.mapping(&value).map_err(|error| error.at(mapping.span))?),
                    }
                }
            }
        }
        Ok(Value::Dict(Rc::new(RefCell::new(entries))))
    }

    fn bool_op(&mut self, env: &Rc<Env>, op: BoolOp, operands: &[Expr]) -> Result<Value> {
        let mut last = Value::None;
        for (index, operand) in operands.iter().enumerate() {
            last = self.eval(env, operand)?;
            if index + 1 == operands.len() {
                break;
            }
            match self.truth(&last).map_err(|error| error.at(operand.span))? {
                Truth::Known(b) if b == (op == BoolOp::Or) => break,
                Truth::Known(_) => {}
                Truth::Host(host) => return Ok(Value::Host(host)),
            }
        }
        Ok(last)
    }

    fn comparison(&mut self, env: &Rc<Env>, first: &Expr, rest: &[(CompareOp, Expr)], span: Span) -> Result<Value> {
        let mut left = self.eval(env, first)?;
        let mut result = Value::Bool(true);
        for (index, (op, right)) in rest.iter().enumerate() {
            let right = self.eval(env, right)?;
            self.at(span);
            result = self.compare(*op, &left, &right)?;
            if index + 1 < rest.len() {
                match self.truth(&result)? {
                    Truth::Known(true) => {}
                    Truth::Known(false) => break,
                    Truth::Host(host) => return Ok(Value::Host(host)),
                }
            }
            left = right;
        }
        Ok(result)
    }

    fn call_expr(&mut self, env: &Rc<Env>, expr: &Expr, callee: &Expr, arguments: &[Argument]) -> Result<Value> {
        let function = self.eval(env, callee)?;
        if let Value::User(object) = &function
            && let Some(builtin) = downcast::<Builtin>(object)
            && let Some(value) = self.scoped_builtin(env, builtin.0.name, arguments)?
        {
            return Ok(value);
        }
        let args = match self.arguments(env, arguments)? {
            Ok(args) => args,
            Err(host) => return Ok(Value::Host(host)),
        };
        self.at(expr.span);
        self.call(&function, args)
    }

    /// The built-in functions that look at the scope which calls them.
    fn scoped_builtin(&mut self, env: &Rc<Env>, name: &str, arguments: &[Argument]) -> Result<Option<Value>> {
        let names = |env: &Env| {
            let entries = env.entries().into_iter().map(|(name, value)| (Key::name(name), value));
            Value::Dict(Rc::new(RefCell::new(entries.collect())))
        };
        match (name, arguments) {
            ("super", []) => {
                let class = env.class_cell().and_then(|cell| cell.get().cloned());
                let (Some(after), Some(receiver)) = (class, env.receiver()) else {
                    return Err(raise("RuntimeError", "super(): no arguments"));
                };
                Ok(Some(Value::User(Rc::new(Super { after, receiver }))))
            }
            ("locals" | "vars", []) => Ok(Some(names(env))),
            ("globals", []) => Ok(Some(names(&env.globals()))),
            _ => Ok(None),
        }
    }

    /// The arguments of a call; the inner error if their number is only known at run time.
    pub(super) fn arguments(
        &mut self,
        env: &Rc<Env>,
        arguments: &[Argument],
    ) -> Result<std::result::Result<Args, Host>> {
        let mut args = Args::default();
        for argument in arguments {
            match argument {
                Argument::Positional(expr) => args.positional.push(self.eval(env, expr)?),
                Argument::Spread(expr) => {
                    let value = self.eval(env, expr)?;
                    match self.iterate(&value).map_err(|error| error.at(expr.span))? {
                        Iterable::Static(mut iter) => {
                            let spread = iter.collect(self)?;
                            note_spread(env, expr, &spread);
                            args.positional.extend(spread);
                        }
                        Iterable::Host(host) => return Ok(Err(host)),
                    }
                }
                Argument::Keyword(name, expr) => {
                    let value = self.eval(env, expr)?;
                    add_keyword(&mut args, name.name.clone(), value).map_err(|error| error.at(name.span))?;
                }
                Argument::SpreadKeywords(expr) => {
                    let value = self.eval(env, expr)?;
                    if let Value::Host(host) = value {
                        return Ok(Err(host));
                    }
                    for (key, value) in self.mapping(&value).map_err(|error| error.at(expr.span))? {
                        let Value::Str(name) = key.value() else {
                            return Err(Error::ty("keywords must be strings").at(expr.span));
                        };
                        add_keyword(&mut args, name.clone(), value).map_err(|error| error.at(expr.span))?;
                    }
                }
            }
        }
        Ok(Ok(args))
    }

    /// The entries of a mapping.
    pub(in crate::interp) fn mapping(&mut self, value: &Value) -> Result<IndexMap<Key, Value>> {
        if let Value::Dict(entries) = value {
            return Ok(entries.borrow().clone());
        }
        if let Some(Value::Dict(entries)) = plain_of(value) {
            return Ok(entries.borrow().clone());
        }
        let Some(keys) = self.special(value, "keys")? else {
            return Err(Error::ty(format!("'{}' object is not a mapping", value.type_name())));
        };
        let keys = self.call(&keys, Args::default())?;
        let mut entries = IndexMap::new();
        for key in self.collect(&keys)? {
            let element = self.get_item(value, &key)?;
            entries.insert(self.key(key)?, element);
        }
        Ok(entries)
    }
}

/// An iterator that was spread out must not be asked again when a `yield` behind it goes on.
fn note_spread(env: &Env, expr: &Expr, values: &[Value]) {
    if let Some(mut replay) = env.replay() {
        replay.note(expr, &Value::tuple(values.to_vec()));
    }
}

fn add_keyword(args: &mut Args, name: Symbol, value: Value) -> Result<()> {
    if args.keywords.iter().any(|(n, _)| *n == name) {
        let message = format!("got multiple values for keyword argument '{name}'");
        return Err(Error::new(codes::ARGUMENTS, message));
    }
    args.keywords.push((name, value));
    Ok(())
}
