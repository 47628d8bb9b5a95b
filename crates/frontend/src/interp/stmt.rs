//! Statements.

use std::rc::Rc;

use super::Interp;
use super::attribute::user;
use super::classes::{Instance, UserClass};
use super::exceptions::{self, raise};
use super::host::Truth;
use super::iterate::{Iter, IterObject, Iterable};
use super::limits::{self, Work};
use super::passes::Element;
use super::scope::Env;
use crate::diagnostics::{Diagnostic, codes};
use crate::error::{Error, Result};
use crate::library::Args;
use crate::syntax::ast::{
    Block, Branch, Expr, ExprKind, Handler, ImportedNames, Literal, Stmt, StmtKind, Target, TargetKind, Try, WithItem,
};
use crate::value::{Host, Value};

/// How a block ended.
#[derive(Debug)]
pub(crate) enum Flow {
    /// At its end.
    Normal,
    /// With `break`.
    Break,
    /// With `continue`.
    Continue,
    /// With `return`.
    Return(Value),
}

impl Interp {
    /// Runs the statements of a block.
    pub(crate) fn block(&mut self, env: &Rc<Env>, block: &[Stmt]) -> Result<Flow> {
        for stmt in block {
            match self.stmt(env, stmt)? {
                Flow::Normal => {}
                flow => return Ok(flow),
            }
        }
        Ok(Flow::Normal)
    }

    /// Runs one statement.
    pub(crate) fn stmt(&mut self, env: &Rc<Env>, stmt: &Stmt) -> Result<Flow> {
        self.spend(1)?;
        super::limits::deeper(|| self.stmt_kind(env, stmt)).map_err(|error| error.at(stmt.span))
    }

    fn stmt_kind(&mut self, env: &Rc<Env>, stmt: &Stmt) -> Result<Flow> {
        match &stmt.kind {
            StmtKind::Expr(value) => {
                self.eval(env, value)?;
            }
            StmtKind::Assign { targets, value } => {
                let value = self.eval(env, value)?;
                for target in targets {
                    self.assign(env, target, value.clone())?;
                }
            }
            StmtKind::AnnAssign { target, value, annotation } => {
                if let TargetKind::Name(name) = &target.kind
                    && !says(annotation, "ClassVar")
                {
                    env.annotate(name);
                }
                if let Some(value) = value {
                    let value = self.eval(env, value)?;
                    self.assign(env, target, value.clone())?;
                }
            }
            StmtKind::AugAssign { target, op, value } => self.augmented(env, target, *op, value, stmt.span)?,
            StmtKind::Pass | StmtKind::Global(_) | StmtKind::Nonlocal(_) => {}
            StmtKind::Break => return Ok(Flow::Break),
            StmtKind::Continue => return Ok(Flow::Continue),
            StmtKind::Return(value) => {
                let value = value.as_ref().map_or(Ok(Value::None), |value| self.eval(env, value))?;
                return Ok(Flow::Return(value));
            }
            StmtKind::Raise { exception, cause } => {
                return Err(self.raise_stmt(env, exception.as_ref(), cause.as_ref())?);
            }
            StmtKind::Delete(targets) => {
                for target in targets {
                    self.delete(env, target)?;
                }
            }
            StmtKind::Assert { test, message } => self.assert(env, stmt, test, message.as_ref())?,
            StmtKind::Import(modules) => {
                for module in modules {
                    self.import(env, module).map_err(|error| error.at(module.module.span))?;
                }
            }
            StmtKind::ImportFrom { level, module, names } => {
                self.import_from(env, *level, module.as_ref(), names, stmt.span)?;
            }
            StmtKind::If { branches, orelse } => return self.if_stmt(env, stmt, branches, orelse.as_ref()),
            StmtKind::For { target, iterable, body, orelse } => {
                return self.in_loop(|interp| interp.for_stmt(env, stmt, (target, iterable), body, orelse.as_ref()));
            }
            StmtKind::While { test, body, orelse } => {
                return self.in_loop(|interp| interp.while_stmt(env, stmt, test, body, orelse.as_ref()));
            }
            StmtKind::Try(parts) => return self.try_stmt(env, parts),
            StmtKind::With { items, body } => return self.with_stmt(env, items, body),
            StmtKind::Match(choice) => {
                return match self.chosen_case(env, choice)? {
                    Ok(Some(block)) => self.block(env, &block),
                    Ok(None) => Ok(Flow::Normal),
                    Err(host) => self.skip(env, stmt, &host),
                };
            }
            StmtKind::Function(function) => {
                let value = self.function(env, function)?;
                let value = self.decorate(env, &function.decorators, value)?;
                env.bind(&function.name.name, value);
            }
            StmtKind::Class(class) => {
                let value = self.class(env, class)?;
                let value = self.decorate(env, &class.decorators, value)?;
                env.bind(&class.name.name, value);
            }
        }
        Ok(Flow::Normal)
    }

    /// Applies decorators, the lowest first. A decorator that only exists at run time (`@tf.function`)
    /// leaves the function as it is.
    fn decorate(&mut self, env: &Rc<Env>, decorators: &[Expr], mut value: Value) -> Result<Value> {
        let evaluated: Vec<Value> = decorators.iter().map(|d| self.eval(env, d)).collect::<Result<_>>()?;
        for (decorator, expr) in evaluated.iter().zip(decorators).rev() {
            if !matches!(decorator, Value::Host(_)) {
                self.at(expr.span);
                let args = Args::positional(vec![value]);
                value = self.call(decorator, args).map_err(|error| error.at(expr.span))?;
            }
        }
        Ok(value)
    }

    fn if_stmt(&mut self, env: &Rc<Env>, stmt: &Stmt, branches: &[Branch], orelse: Option<&Block>) -> Result<Flow> {
        for branch in branches {
            let test = self.eval(env, &branch.test)?;
            match self.truth(&test).map_err(|error| error.at(branch.test.span))? {
                Truth::Known(true) => return self.block(env, &branch.body),
                Truth::Known(false) => {}
                Truth::Host(host) => return self.skip(env, stmt, &host),
            }
        }
        orelse.map_or(Ok(Flow::Normal), |block| self.block(env, block))
    }

    fn for_stmt(
        &mut self,
        env: &Rc<Env>,
        stmt: &Stmt,
        (target, iterable): (&Target, &Expr),
        body: &Block,
        orelse: Option<&Block>,
    ) -> Result<Flow> {
        let value = self.eval(env, iterable)?;
        self.at(iterable.span);
        let mut iter = match self.iterate(&value).map_err(|error| error.at(iterable.span))? {
            Iterable::Host(host) => {
                self.look_through(env, target, body, &Element::of_run(&host));
                return self.skip(env, stmt, &host);
            }
            Iterable::Static(iter) => iter,
        };
        let mut work = Work::new(self);
        // A loop that counts or goes through batches may be one over training steps, too, which its first pass tells.
        let counts = match iter {
            Iter::Range(start, step, count) if count > 1 => Some(Element::Counted(start, step, count)),
            _ => None,
        };
        let pairs = iter.is_enumerate();
        let mut first = self.tracer.depth() == 0 && self.steps.loops == 0;
        let failed = self.steps.failed.len();
        loop {
            let (next, host) = self.ask(&mut iter);
            let next = next.map_err(|error| error.at(iterable.span))?;
            if let Some(host) = host {
                if let Some(element) = next {
                    self.look_through(env, target, body, &Element::among(element, pairs));
                }
                return self.skip(env, stmt, &host);
            }
            let Some(element) = next else { break };
            if let Some(host) = work.is_data(self, iterable) {
                return self.skip(env, stmt, &host);
            }
            let watched = match std::mem::take(&mut first) {
                true => counts.clone().or_else(|| Element::of_batches(&element, pairs)),
                false => None,
            };
            let flow = match watched {
                None => {
                    self.assign(env, target, element)?;
                    self.block(env, body)?
                }
                Some(watched) => match self.watched(env, target, body, &watched, element)? {
                    Some(flow) => flow,
                    None => return Ok(Flow::Normal),
                },
            };
            // A step that could not be traced once cannot be later.
            let over = self.steps.failed.len() > failed;
            match flow {
                Flow::Normal | Flow::Continue if over => return Ok(Flow::Normal),
                Flow::Normal | Flow::Continue => {}
                Flow::Break => {
                    abandon(self, &value, &iter)?;
                    return Ok(Flow::Normal);
                }
                flow @ Flow::Return(_) => {
                    abandon(self, &value, &iter)?;
                    return Ok(flow);
                }
            }
        }
        orelse.map_or(Ok(Flow::Normal), |block| self.block(env, block))
    }

    fn while_stmt(
        &mut self,
        env: &Rc<Env>,
        stmt: &Stmt,
        test: &Expr,
        body: &Block,
        orelse: Option<&Block>,
    ) -> Result<Flow> {
        let mut work = Work::new(self);
        // What asks for data by `next()` until there are no more is a loop over them.
        let endless = matches!(&test.kind, ExprKind::Literal(Literal::Bool(true)));
        self.steps.met = None;
        loop {
            self.spend(1)?;
            if let Some(host) = self.steps.met.take().filter(|_| endless && self.tracer.depth() == 0) {
                return self.skip(env, stmt, &host);
            }
            if let Some(host) = self.eval.left.take().or_else(|| work.is_data(self, test)) {
                return self.skip(env, stmt, &host);
            }
            let value = self.eval(env, test)?;
            match self.truth(&value).map_err(|error| error.at(test.span))? {
                Truth::Known(true) => {}
                Truth::Known(false) => return orelse.map_or(Ok(Flow::Normal), |block| self.block(env, block)),
                Truth::Host(host) => return self.skip(env, stmt, &host),
            }
            match self.block(env, body)? {
                Flow::Normal | Flow::Continue => {}
                Flow::Break => return Ok(Flow::Normal),
                flow @ Flow::Return(_) => return Ok(flow),
            }
        }
    }

    /// Runs a loop: what would leave it has no effect on the one around it.
    fn in_loop(&mut self, run: impl FnOnce(&mut Interp) -> Result<Flow>) -> Result<Flow> {
        let (outer, made, steps) = (self.eval.left.take(), limits::made(self), self.steps.found.len());
        self.eval.loops += 1;
        let result = run(self);
        self.eval.loops -= 1;
        let left = std::mem::replace(&mut self.eval.left, outer);
        if let Some(host) = left.filter(|_| limits::made(self) != made) {
            let trains = self.steps.found.len() > steps;
            self.tell_of_break(&host, trains);
        }
        result
    }

    /// Tells that a loop which matters goes on as if it were not left, where data of the run decide that.
    fn tell_of_break(&mut self, host: &Host, trains: bool) {
        let place = self.eval.skipped.iter().rev().find(|skipped| skipped.because == host.what());
        let span = place.map_or(self.span, |skipped| skipped.span);
        if self.steps.warnings.iter().any(|known| known.code == codes::GUESSED && known.span() == Some(span)) {
            return;
        }
        let message = format!("`{}` decides when the run is there whether this ends the loop", host.what());
        let remark = Diagnostic::remark(codes::GUESSED, span, message)
            .note("the loop is compiled as if it went on to its end")
            .help(match trains {
                true => "say how long to train when running: keramos-run train --epochs N",
                false => "write the number itself into the file, or tell it when compiling: --value NAME=...",
            });
        self.steps.warnings.push(remark);
    }

    fn raise_stmt(&mut self, env: &Rc<Env>, exception: Option<&Expr>, cause: Option<&Expr>) -> Result<Error> {
        let Some(exception) = exception else {
            return Ok(match self.eval.handling.last_mut() {
                Some((error, instance)) => match error.take() {
                    Some(error) => error.carrying(Value::User(instance.clone())),
                    None => {
                        let value = Value::User(instance.clone());
                        self.raise_value(&value)?
                    }
                },
                None => raise("RuntimeError", "No active exception to reraise"),
            });
        };
        let mut value = self.eval(env, exception)?;
        if let Some(cause) = cause {
            let cause = self.eval(env, cause)?;
            if user::<UserClass>(&value).is_some() {
                value = self.call(&value, Args::default())?;
            }
            if let Some(instance) = user::<Instance>(&value) {
                instance.set("__cause__", cause);
            }
        }
        if let Value::Host(host) = &value {
            return Ok(super::host::reaches(host, "an exception"));
        }
        self.raise_value(&value)
    }

    fn assert(&mut self, env: &Rc<Env>, stmt: &Stmt, test: &Expr, message: Option<&Expr>) -> Result<()> {
        let value = self.eval(env, test)?;
        match self.truth(&value).map_err(|error| error.at(test.span))? {
            Truth::Known(true) => Ok(()),
            Truth::Host(host) => self.skip(env, stmt, &host).map(drop),
            Truth::Known(false) => {
                let args = message.map(|message| self.eval(env, message)).transpose()?;
                let shown = args.as_ref().map_or(Ok(String::new()), |value| self.str_of(value))?;
                Err(exceptions::raise_with("AssertionError", args.into_iter().collect(), shown))
            }
        }
    }

    fn try_stmt(&mut self, env: &Rc<Env>, parts: &Try) -> Result<Flow> {
        let (frames, scopes) = (self.tracer.depth(), self.state.depth());
        let mut result = match self.block(env, &parts.body) {
            Ok(Flow::Normal) => parts.orelse.as_ref().map_or(Ok(Flow::Normal), |block| self.block(env, block)),
            Ok(flow) => Ok(flow),
            Err(error) => {
                self.tracer.unwind(frames);
                self.state.unwind(scopes);
                self.handle(env, &parts.handlers, error)
            }
        };
        if let Some(finally) = &parts.finally {
            match self.block(env, finally)? {
                Flow::Normal => {}
                flow => result = Ok(flow),
            }
        }
        result
    }

    fn handle(&mut self, env: &Rc<Env>, handlers: &[Handler], error: Error) -> Result<Flow> {
        let (handler, error, exception) = self.handler(env, handlers, error)?;
        if let Some((_, outer)) = self.eval.handling.last()
            && !Rc::ptr_eq(outer, &exception)
            && exception.get("__context__").is_none()
        {
            exception.set("__context__", Value::User(outer.clone()));
        }
        if let Some(name) = &handler.name {
            env.bind(&name.name, Value::User(exception.clone()));
        }
        self.eval.handling.push((Some(error), exception.clone()));
        let result = self.block(env, &handler.body).map_err(|error| self.in_context(error, &exception));
        self.eval.handling.pop();
        if let Some(name) = &handler.name {
            env.unbind(&name.name);
        }
        result
    }

    /// The handler that catches the error, with the exception that it sees.
    ///
    /// # Errors
    /// The error itself if none does, or that of finding out.
    pub(super) fn handler<'a>(
        &mut self,
        env: &Rc<Env>,
        handlers: &'a [Handler],
        error: Error,
    ) -> Result<(&'a Handler, Error, Rc<Instance>)> {
        let Some(exception) = self.exception_of(&error) else { return Err(error) };
        for handler in handlers {
            let caught = match &handler.exception {
                None => true,
                Some(classes) => {
                    let classes = self.eval(env, classes)?;
                    catchable(&classes)?;
                    self.is_instance(&Value::User(exception.clone()), &classes)?.unwrap_or(false)
                }
            };
            if caught {
                return Ok((handler, error, exception));
            }
        }
        Err(error)
    }

    /// Enters a context manager: what it gives and its `__exit__`; `None` if it only exists at run time.
    pub(super) fn enter(&mut self, manager: &Value, item: &WithItem) -> Result<Option<(Value, Value)>> {
        if let Value::Host(_) = manager {
            return Ok(None);
        }
        self.at(item.context.span);
        let protocol = |error: Error| error.at(item.context.span);
        let enter = self.special(manager, "__enter__")?.ok_or_else(|| not_a_manager(manager)).map_err(protocol)?;
        let exit = self.special(manager, "__exit__")?.ok_or_else(|| not_a_manager(manager)).map_err(protocol)?;
        let entered = self.call(&enter, Args::default()).map_err(protocol)?;
        Ok(Some((entered, exit)))
    }

    /// Calls a context manager's `__exit__`; whether it swallows the exception.
    pub(super) fn exit(&mut self, exit: &Value, exception: Option<&Rc<Instance>>) -> Result<bool> {
        let args = match exception {
            Some(instance) => {
                vec![Value::User(instance.class.clone()), Value::User(instance.clone()), Value::None]
            }
            None => vec![Value::None; 3],
        };
        let swallowed = self.call(exit, Args::positional(args))?;
        Ok(exception.is_some() && matches!(self.truth(&swallowed)?, Truth::Known(true)))
    }

    fn with_stmt(&mut self, env: &Rc<Env>, items: &[WithItem], body: &Block) -> Result<Flow> {
        let Some((item, rest)) = items.split_first() else { return self.block(env, body) };
        let manager = self.eval(env, &item.context)?;
        let Some((entered, exit)) = self.enter(&manager, item)? else {
            // The body of a `with` runs in any case; only what the manager gives is unknown.
            if let Some(target) = &item.target {
                self.assign(env, target, manager)?;
            }
            return self.with_stmt(env, rest, body);
        };
        let result = match &item.target {
            Some(target) => self.assign(env, target, entered),
            None => Ok(()),
        };
        let result = result.and_then(|()| self.with_stmt(env, rest, body));
        let exception = match &result {
            Err(error) => self.exception_of(error),
            Ok(_) => None,
        };
        if result.is_err() && exception.is_none() {
            return result;
        }
        match self.exit(&exit, exception.as_ref()).map_err(|error| error.at(item.context.span))? {
            true => Ok(Flow::Normal),
            false => result,
        }
    }

    fn import_from(
        &mut self,
        env: &Rc<Env>,
        level: u32,
        module: Option<&crate::syntax::ast::DottedName>,
        names: &ImportedNames,
        span: crate::diagnostics::Span,
    ) -> Result<()> {
        self.import_names(env, level, module, names).map_err(|error| error.at(module.map_or(span, |m| m.span)))
    }
}

/// Closes a generator that nobody but a loop that was left holds, as CPython does when its last owner lets it go.
fn abandon(interp: &mut Interp, value: &Value, iter: &Iter) -> Result<()> {
    match iter {
        Iter::Shared(object) => {
            let own = usize::from(user::<IterObject>(value).is_some());
            if Rc::strong_count(object) == 1 + own { object.close(interp) } else { Ok(()) }
        }
        _ => Ok(()),
    }
}

/// Whether an annotation says `form`, such as `ClassVar`, whose names are no fields of a dataclass.
pub(crate) fn says(annotation: &Expr, form: &str) -> bool {
    match &annotation.kind {
        ExprKind::Name(name) => **name == *form,
        ExprKind::Attribute { name, .. } => *name.name == *form,
        ExprKind::Subscript { object, .. } => says(object, form),
        ExprKind::Literal(Literal::Str(text)) => {
            let text = text.split('[').next().unwrap_or_default();
            text.rsplit('.').next() == Some(form)
        }
        _ => false,
    }
}

/// Whether the value may stand behind `except`.
fn catchable(classes: &Value) -> Result<()> {
    match classes {
        Value::Host(_) => Ok(()),
        Value::Tuple(all) => all.iter().try_for_each(catchable),
        other if user::<UserClass>(other).is_some_and(|class| exceptions::is_exception(&class)) => Ok(()),
        _ => Err(Error::ty("catching classes that do not inherit from BaseException is not allowed")),
    }
}

fn not_a_manager(value: &Value) -> Error {
    Error::ty(format!("'{}' object does not support the context manager protocol", value.type_name()))
}
