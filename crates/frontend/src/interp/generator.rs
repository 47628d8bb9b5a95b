//! Generator functions.
//!
//! A generator's body is run by a stack of blocks that can be left at a `yield` and taken up again.
//! Statements that contain no `yield` run as everywhere else; those that do are opened: `if`, `for`,
//! `while`, `with` and `try … finally` push their blocks.

use std::fmt;
use std::rc::Rc;

use super::Interp;
use super::exceptions::raise;
use super::host::Truth;
use super::iterate::{Iter, IterObject, Iterable};
use super::scope::Env;
use super::stmt::Flow;
use crate::diagnostics::codes;
use crate::error::{Error, Result};
use crate::library::Args;
use crate::syntax::ast::{Block, Expr, ExprKind, Stmt, StmtKind, Target};
use crate::value::Value;

/// A generator under way.
pub(crate) struct Generator {
    name: Rc<str>,
    env: Rc<Env>,
    stack: Vec<Level>,
    /// Where the value sent in next goes: the target of `name = yield …`.
    waiting: Option<Target>,
    /// `yield from`: the iterator that elements come from.
    inner: Option<Iter>,
}

impl fmt::Debug for Generator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Generator").field("name", &self.name).finish_non_exhaustive()
    }
}

/// One block being run.
struct Level {
    block: Block,
    next: usize,
    after: After,
}

/// What happens at the end of a block.
enum After {
    /// Nothing.
    Leave,
    /// The next element of a `for` loop.
    For { target: Target, iter: Iter, orelse: Option<Block> },
    /// The condition of a `while` loop.
    While { test: Expr, orelse: Option<Block> },
    /// The `finally` block of a `try`.
    Finally(Block),
    /// The `__exit__` of a `with`.
    Exit(Value),
}

/// Calling a generator function: nothing runs yet.
pub(super) fn start(name: Rc<str>, body: &Block, env: Rc<Env>) -> Result<Value> {
    let level = Level { block: body.clone(), next: 0, after: After::Leave };
    let generator = Generator { name, env, stack: vec![level], waiting: None, inner: None };
    Ok(IterObject::value(Iter::Function(Box::new(generator)), "generator"))
}

impl Generator {
    /// Runs to the next `yield` and gives its value; `None` at the end.
    pub(crate) fn resume(&mut self, interp: &mut Interp, sent: Value) -> Result<Option<Value>> {
        let place = interp.span;
        let result = interp.nested(|interp| self.run(interp, sent));
        interp.at(place);
        if result.is_err() {
            self.stack.clear();
            self.inner = None;
        }
        result.map_err(|error| error.through(format!("in generator `{}`", self.name), place))
    }

    fn run(&mut self, interp: &mut Interp, sent: Value) -> Result<Option<Value>> {
        if let Some(target) = self.waiting.take() {
            interp.assign(&self.env, &target, sent)?;
        }
        loop {
            interp.spend(1)?;
            if let Some(inner) = &mut self.inner {
                match inner.next(interp)? {
                    Some(value) => return Ok(Some(value)),
                    None => self.inner = None,
                }
            }
            let Some(level) = self.stack.last_mut() else { return Ok(None) };
            let Some(stmt) = level.block.get(level.next).cloned() else {
                self.end_of_block(interp)?;
                continue;
            };
            level.next += 1;
            if let Some(value) = self.step(interp, &stmt).map_err(|error| error.at(stmt.span))? {
                return Ok(Some(value));
            }
        }
    }

    /// Runs one statement; gives a value if it yields one.
    fn step(&mut self, interp: &mut Interp, stmt: &Stmt) -> Result<Option<Value>> {
        if !yields(stmt) {
            let flow = interp.stmt(&self.env, stmt)?;
            self.unwind(interp, flow)?;
            return Ok(None);
        }
        match &stmt.kind {
            StmtKind::Expr(expr) => self.yield_expr(interp, expr, None),
            StmtKind::Assign { targets, value } => match targets.as_slice() {
                [target] => self.yield_expr(interp, value, Some(target)),
                _ => Err(unsupported()),
            },
            StmtKind::If { branches, orelse } => {
                for branch in branches {
                    let test = interp.eval(&self.env, &branch.test)?;
                    if interp.is_true(&test)? {
                        self.push(&branch.body, After::Leave);
                        return Ok(None);
                    }
                }
                orelse.iter().for_each(|block| self.push(block, After::Leave));
                Ok(None)
            }
            StmtKind::For { target, iterable, orelse, body } => {
                let value = interp.eval(&self.env, iterable)?;
                let iter = match interp.iterate(&value).map_err(|error| error.at(iterable.span))? {
                    Iterable::Static(iter) => iter,
                    // One element stands for all, if that will do.
                    Iterable::Host(host) if interp.steps.asking => {
                        interp.steps.met = Some(host.clone());
                        Iter::Values(Rc::from([Value::Host(host.element())]), 0)
                    }
                    Iterable::Host(host) => {
                        return Err(super::host::reaches(&host, "a loop that runs at compile time").at(iterable.span));
                    }
                };
                let after = After::For { target: target.clone(), iter, orelse: orelse.clone() };
                // The loop starts as if its body had just ended.
                self.stack.push(Level { block: body.clone(), next: body.len(), after });
                Ok(None)
            }
            StmtKind::While { test, body, orelse } => {
                let after = After::While { test: test.clone(), orelse: orelse.clone() };
                self.stack.push(Level { block: body.clone(), next: body.len(), after });
                Ok(None)
            }
            StmtKind::Try(parts) if parts.handlers.is_empty() && parts.orelse.is_none() => {
                let finally = parts.finally.clone().unwrap_or_else(|| Rc::from([]));
                self.push(&parts.body, After::Finally(finally));
                Ok(None)
            }
            StmtKind::With { items, body } => {
                let [item] = items.as_slice() else { return Err(unsupported()) };
                let manager = interp.eval(&self.env, &item.context)?;
                let (Some(enter), Some(exit)) =
                    (interp.special(&manager, "__enter__")?, interp.special(&manager, "__exit__")?)
                else {
                    return Err(unsupported());
                };
                let entered = interp.call(&enter, Args::default())?;
                if let Some(target) = &item.target {
                    interp.assign(&self.env, target, entered)?;
                }
                self.push(body, After::Exit(exit));
                Ok(None)
            }
            _ => Err(unsupported()),
        }
    }

    fn push(&mut self, block: &Block, after: After) {
        self.stack.push(Level { block: block.clone(), next: 0, after });
    }

    fn yield_expr(&mut self, interp: &mut Interp, expr: &Expr, target: Option<&Target>) -> Result<Option<Value>> {
        match &expr.kind {
            ExprKind::Yield(value) => {
                let value = match value {
                    Some(value) => interp.eval(&self.env, value)?,
                    None => Value::None,
                };
                self.waiting = target.cloned();
                Ok(Some(value))
            }
            ExprKind::YieldFrom(iterable) if target.is_none() => {
                let value = interp.eval(&self.env, iterable)?;
                self.inner = Some(interp.iterate_static(&value).map_err(|error| error.at(iterable.span))?);
                Ok(None)
            }
            _ => Err(unsupported()),
        }
    }

    fn end_of_block(&mut self, interp: &mut Interp) -> Result<()> {
        let Some(mut level) = self.stack.pop() else { return Ok(()) };
        match &mut level.after {
            After::Leave => {}
            After::For { target, iter, orelse } => match iter.next(interp)? {
                Some(value) => {
                    interp.assign(&self.env, target, value)?;
                    level.next = 0;
                    self.stack.push(level);
                }
                None => orelse.iter().for_each(|block| self.push(block, After::Leave)),
            },
            After::While { test, orelse } => {
                let value = interp.eval(&self.env, test)?;
                match interp.truth(&value).map_err(|error| error.at(test.span))? {
                    Truth::Known(true) => {
                        level.next = 0;
                        self.stack.push(level);
                    }
                    Truth::Known(false) => orelse.iter().for_each(|block| self.push(block, After::Leave)),
                    Truth::Host(host) => return Err(super::host::reaches(&host, "a loop that runs at compile time")),
                }
            }
            After::Finally(_) | After::Exit(_) => self.leave(interp, level.after)?,
        }
        Ok(())
    }

    /// Runs what must run when a block is left.
    fn leave(&mut self, interp: &mut Interp, after: After) -> Result<()> {
        match after {
            After::Finally(block) if block.iter().any(yields) => Err(unsupported()),
            After::Finally(block) => interp.block(&self.env, &block).map(drop),
            After::Exit(exit) => interp.call(&exit, Args::positional(vec![Value::None; 3])).map(drop),
            _ => Ok(()),
        }
    }

    /// Leaves blocks as `break`, `continue` and `return` do.
    fn unwind(&mut self, interp: &mut Interp, flow: Flow) -> Result<()> {
        loop {
            match &flow {
                Flow::Normal => return Ok(()),
                Flow::Return(_) if self.stack.is_empty() => return Ok(()),
                _ => {}
            }
            let Some(mut level) = self.stack.pop() else {
                return Err(raise("RuntimeError", "a loop statement outside a loop"));
            };
            let is_loop = matches!(level.after, After::For { .. } | After::While { .. });
            match (&flow, is_loop) {
                (Flow::Break, true) => return Ok(()),
                (Flow::Continue, true) => {
                    level.next = level.block.len();
                    self.stack.push(level);
                    return Ok(());
                }
                _ => self.leave(interp, level.after)?,
            }
        }
    }
}

fn unsupported() -> Error {
    Error::new(codes::UNSUPPORTED_SYNTAX, "`yield` is not compiled here").help(
        "write `yield value`, `name = yield value` or `yield from values` on a line of its own, in plain blocks, loops or `with`",
    )
}

/// Whether a statement contains a `yield` of the function that it stands in.
fn yields(stmt: &Stmt) -> bool {
    let block = |block: &Block| block.iter().any(yields);
    match &stmt.kind {
        StmtKind::Expr(expr) => yields_expr(expr),
        StmtKind::Assign { value, .. } | StmtKind::AugAssign { value, .. } => yields_expr(value),
        StmtKind::AnnAssign { value, .. } => value.as_ref().is_some_and(yields_expr),
        StmtKind::Return(value) => value.as_ref().is_some_and(yields_expr),
        StmtKind::If { branches, orelse } => {
            branches.iter().any(|b| yields_expr(&b.test) || block(&b.body)) || orelse.as_ref().is_some_and(block)
        }
        StmtKind::For { iterable, body, orelse, .. } => {
            yields_expr(iterable) || block(body) || orelse.as_ref().is_some_and(block)
        }
        StmtKind::While { test, body, orelse } => {
            yields_expr(test) || block(body) || orelse.as_ref().is_some_and(block)
        }
        StmtKind::Try(parts) => {
            block(&parts.body)
                || parts.handlers.iter().any(|h| block(&h.body))
                || parts.orelse.as_ref().is_some_and(block)
                || parts.finally.as_ref().is_some_and(block)
        }
        StmtKind::With { items, body } => items.iter().any(|i| yields_expr(&i.context)) || block(body),
        _ => false,
    }
}

/// Whether an expression is a `yield`, or has one as a part where the evaluator would meet it.
fn yields_expr(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Yield(_) | ExprKind::YieldFrom(_) => true,
        ExprKind::Tuple(items) | ExprKind::List(items) | ExprKind::Set(items) => items.iter().any(yields_expr),
        ExprKind::Bool { operands, .. } => operands.iter().any(yields_expr),
        ExprKind::Unary { operand, .. } => yields_expr(operand),
        ExprKind::Binary { left, right, .. } => yields_expr(left) || yields_expr(right),
        ExprKind::Call { callee, arguments } => yields_expr(callee) || arguments.iter().any(|a| yields_expr(a.value())),
        ExprKind::Named { value, .. } => yields_expr(value),
        _ => false,
    }
}
