//! Generator functions.
//!
//! A generator's body is run by a stack of blocks that can be left at a `yield` and taken up again. Statements
//! without a `yield` run as everywhere else. Of those with one, the compound ones push their blocks; what the others,
//! and the headers, have evaluated when a `yield` is met is kept ([`Replay`]), and evaluating them again goes on
//! from there.

use std::collections::HashMap;
use std::fmt;
use std::rc::Rc;

use super::Interp;
use super::attribute::user;
use super::classes::Instance;
use super::exceptions::{is_raised, raise};
use super::host::Truth;
use super::iterate::{Iter, IterObject, Iterable};
use super::scope::Env;
use super::stmt::Flow;
use crate::diagnostics::codes;
use crate::error::{Error, Result};
use crate::library::Args;
use crate::syntax::ast::{Block, Expr, Ident, Stmt, StmtKind, Target, Try};
use crate::syntax::yields;
use crate::value::{Object, Value};

/// What a generator that waits at a `yield` gets.
#[derive(Debug)]
pub(crate) enum Input {
    /// The value of the `yield`.
    Send(Value),
    /// An exception to be raised there.
    Throw(Error),
}

/// What the expressions of a generator's statement have come to, by their places in the tree. None of them is
/// evaluated twice, since only comprehensions and functions repeat expressions, and those have namespaces of their own.
#[derive(Debug, Default)]
pub(crate) struct Replay {
    /// Whether the statement being run contains a `yield`.
    active: bool,
    values: HashMap<usize, Value>,
    /// The iterators of `yield from`.
    delegates: HashMap<usize, Value>,
    /// Where the generator waits.
    waiting: Option<usize>,
    /// What it has to give out.
    given: Option<Value>,
    /// What it got.
    input: Option<Input>,
}

/// Where a part of the tree is; parts of different types never begin at one place, as trees hold them in boxes.
fn place<T>(part: &T) -> usize {
    std::ptr::from_ref(part) as usize
}

impl Replay {
    /// What a part of the statement has come to.
    pub(crate) fn value<T>(&self, part: &T) -> Option<Value> {
        if self.active { self.values.get(&place(part)).cloned() } else { None }
    }

    /// Keeps what a part of the statement has come to.
    pub(crate) fn note<T>(&mut self, part: &T, value: &Value) {
        if self.active {
            self.values.insert(place(part), value.clone());
        }
    }

    /// What the generator got at this `yield`.
    fn input(&mut self, expr: &Expr) -> Option<Input> {
        if self.waiting != Some(place(expr)) {
            return None;
        }
        self.waiting = None;
        self.input.take()
    }

    fn wait(&mut self, expr: &Expr, given: Value) {
        self.waiting = Some(place(expr));
        self.given = Some(given);
    }
}

/// Travels from a `yield` up to the generator; no handler catches it.
#[derive(Debug)]
struct Suspended;

impl Object for Suspended {
    fn class_name(&self) -> Rc<str> {
        "suspended".into()
    }
}

fn suspended() -> Error {
    Error::raised(Value::User(Rc::new(Suspended)), "a generator waits")
}

impl Interp {
    /// What is assigned to in place, read by `read` unless it was before the generator waited in this statement.
    pub(super) fn read_once(
        &mut self,
        env: &Rc<Env>,
        target: &Target,
        read: impl FnOnce(&mut Interp) -> Result<Value>,
    ) -> Result<Value> {
        if let Some(value) = env.replay().and_then(|replay| replay.value(target)) {
            return Ok(value);
        }
        let value = read(self)?;
        if let Some(mut replay) = env.replay() {
            replay.note(target, &value);
        }
        Ok(value)
    }

    /// `yield value`: waits, and gives what is sent.
    pub(super) fn yield_value(&mut self, env: &Rc<Env>, expr: &Expr, value: Option<&Expr>) -> Result<Value> {
        let input = match env.replay() {
            Some(mut replay) => replay.input(expr),
            None => return Err(misplaced()),
        };
        match input {
            Some(Input::Send(value)) => Ok(value),
            Some(Input::Throw(error)) => Err(error),
            None => {
                let value = value.map_or(Ok(Value::None), |value| self.eval(env, value))?;
                env.replay().ok_or_else(misplaced)?.wait(expr, value);
                Err(suspended())
            }
        }
    }

    /// `yield from iterable`: gives its elements, and what it returned in the end.
    pub(super) fn yield_from(&mut self, env: &Rc<Env>, expr: &Expr, iterable: &Expr) -> Result<Value> {
        let (input, delegate) = match env.replay() {
            Some(mut replay) => (replay.input(expr), replay.delegates.get(&place(expr)).cloned()),
            None => return Err(misplaced()),
        };
        let delegate = match delegate {
            Some(delegate) => delegate,
            None => {
                let value = self.eval(env, iterable)?;
                let delegate = self.iterator(&value).map_err(|error| error.at(iterable.span))?;
                env.replay().ok_or_else(misplaced)?.delegates.insert(place(expr), delegate.clone());
                delegate
            }
        };
        let step = match user::<IterObject>(&delegate) {
            Some(iterator) => match iterator.resume(self, input.unwrap_or(Input::Send(Value::None)))? {
                Some(value) => Ok(value),
                None => Err(iterator.returned()),
            },
            None => self.delegated(&delegate, input.unwrap_or(Input::Send(Value::None)))?,
        };
        let mut replay = env.replay().ok_or_else(misplaced)?;
        match step {
            Ok(value) => {
                replay.wait(expr, value);
                Err(suspended())
            }
            Err(returned) => {
                replay.delegates.remove(&place(expr));
                Ok(returned)
            }
        }
    }

    /// An iterator over the value: the evaluator's own, or an object of the program with `__next__`.
    fn iterator(&mut self, value: &Value) -> Result<Value> {
        if user::<IterObject>(value).is_some() {
            return Ok(value.clone());
        }
        if user::<Instance>(value).is_some()
            && let Some(iter) = self.special(value, "__iter__")?
        {
            let iterator = self.call(&iter, Args::default())?;
            if user::<Instance>(&iterator).is_some() || user::<IterObject>(&iterator).is_some() {
                return Ok(iterator);
            }
        }
        Ok(IterObject::value(self.iterate_static(value)?, "iterator"))
    }

    /// One step of an iterator of the program: its element, or what it returned.
    fn delegated(&mut self, iterator: &Value, input: Input) -> Result<std::result::Result<Value, Value>> {
        let result = match input {
            Input::Send(Value::None) => {
                let next = self.attribute(iterator, "__next__")?;
                self.call(&next, Args::default())
            }
            Input::Send(value) => {
                let send = self.attribute(iterator, "send")?;
                self.call(&send, Args::positional(vec![value]))
            }
            Input::Throw(error) => match (self.find_attribute(iterator, "throw")?, self.exception_of(&error)) {
                (Some(throw), Some(exception)) => self.call(&throw, Args::positional(vec![Value::User(exception)])),
                _ => Err(error),
            },
        };
        match result {
            Ok(value) => Ok(Ok(value)),
            Err(error) if is_raised(&error, "StopIteration") => {
                let args = self.exception_of(&error).and_then(|e| e.get("args")).and_then(|args| args.elements());
                Ok(Err(args.and_then(|args| args.into_iter().next()).unwrap_or(Value::None)))
            }
            Err(error) => Err(error),
        }
    }
}

fn misplaced() -> Error {
    Error::new(codes::MISPLACED_STATEMENT, "`yield` inside a comprehension")
        .help("write a loop that yields, or yield the comprehension's elements: `yield from (… for … in …)`")
}

/// A generator under way.
pub(crate) struct Generator {
    name: Rc<str>,
    env: Rc<Env>,
    stack: Vec<Level>,
    started: bool,
    /// What it returned.
    result: Value,
    /// The exceptions that its `except` blocks are handling.
    handling: Vec<(Option<Error>, Rc<Instance>)>,
    /// How often it was resumed.
    resumed: u64,
    /// Whether its loops over data of the run go on as long as they are asked by `next()`, which cannot stop for one.
    endless: bool,
}

impl fmt::Debug for Generator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Generator").field("name", &self.name).finish_non_exhaustive()
    }
}

/// A statement by its place, so that the places of its expressions stay the same.
#[derive(Clone)]
struct At {
    block: Block,
    index: usize,
}

impl At {
    fn stmt(&self) -> Option<&Stmt> {
        self.block.get(self.index)
    }

    fn attempt(&self) -> Option<&Try> {
        match self.stmt().map(|stmt| &stmt.kind) {
            Some(StmtKind::Try(parts)) => Some(parts),
            _ => None,
        }
    }
}

/// One block being run.
struct Level {
    block: Block,
    next: usize,
    after: After,
}

/// What happens at the end of a block, or when it is left.
enum After {
    /// Nothing.
    Leave,
    /// The next element of a `for` loop.
    For { target: Target, iter: Iter, orelse: Option<Block>, of_run: Option<OfRun> },
    /// The condition of a `while` loop.
    While(At),
    /// The `except` and `else` blocks of a `try`.
    Try(At),
    /// The end of an `except` block: its name goes.
    Handler(Option<Ident>),
    /// The `finally` block of a `try`.
    Finally(Block),
    /// What was under way when the `finally` block began.
    Resume(Outcome),
    /// The `__exit__` of a `with`.
    Exit(Value),
}

/// What stands for the elements of a loop over data of the run.
struct OfRun {
    element: Value,
    /// The number of the resumption in which it was given last.
    given: u64,
}

/// How a block was left.
enum Outcome {
    Flow(Flow),
    Raise(Error),
}

/// Calling a generator function: nothing runs yet.
pub(super) fn start(name: Rc<str>, body: &Block, env: Rc<Env>) -> Value {
    let stack = vec![Level { block: body.clone(), next: 0, after: After::Leave }];
    let generator = Generator {
        name,
        env,
        stack,
        started: false,
        result: Value::None,
        handling: Vec::new(),
        resumed: 0,
        endless: false,
    };
    IterObject::value(Iter::Function(Box::new(generator)), "generator")
}

impl Generator {
    /// What it returned, once.
    pub(crate) fn returned(&mut self) -> Value {
        std::mem::replace(&mut self.result, Value::None)
    }

    /// Leaves its blocks as if an exception were raised where it waits.
    ///
    /// # Errors
    /// It yields instead, or raises another exception.
    pub(crate) fn close(&mut self, interp: &mut Interp) -> Result<()> {
        if !self.started || self.stack.is_empty() {
            self.stack.clear();
            return Ok(());
        }
        match self.resume(interp, Input::Throw(raise("GeneratorExit", ""))) {
            Ok(None) => Ok(()),
            Ok(Some(_)) => Err(raise("RuntimeError", "generator ignored GeneratorExit")),
            Err(error) if is_raised(&error, "GeneratorExit") => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Runs to the next `yield` and gives its value; `None` at the end.
    pub(crate) fn resume(&mut self, interp: &mut Interp, input: Input) -> Result<Option<Value>> {
        let waits = std::mem::replace(&mut self.started, true);
        match input {
            Input::Throw(error) if !waits || self.stack.is_empty() => {
                self.stack.clear();
                return Err(error);
            }
            Input::Send(value) if !waits && !value.is_none() => {
                self.started = false;
                return Err(Error::ty("can't send non-None value to a just-started generator"));
            }
            _ if self.stack.is_empty() => return Ok(None),
            input => {
                if let Some(mut replay) = self.env.replay().filter(|_| waits) {
                    replay.input = Some(input);
                }
            }
        }
        self.endless = std::mem::take(&mut interp.steps.endless);
        self.resumed += 1;
        let place = interp.span;
        let package = std::mem::replace(&mut interp.in_package, self.env.is_package());
        let depth = interp.eval.handling.len();
        interp.eval.handling.append(&mut self.handling);
        let result = interp.nested(|interp| self.run(interp));
        self.handling = interp.eval.handling.split_off(depth.min(interp.eval.handling.len()));
        interp.in_package = package;
        interp.at(place);
        let Err(error) = result else { return result };
        self.stack.clear();
        self.handling.clear();
        if is_raised(&error, "StopIteration") {
            return Err(raise("RuntimeError", "generator raised StopIteration"));
        }
        Err(match (self.env.is_package(), package) {
            (true, true) => error,
            (true, false) => error.out_of_package(),
            (false, _) => error.through(format!("in generator `{}`", self.name), place),
        })
    }

    fn run(&mut self, interp: &mut Interp) -> Result<Option<Value>> {
        loop {
            interp.spend(1)?;
            let Some(level) = self.stack.last() else { return Ok(None) };
            let at = At { block: level.block.clone(), index: level.next };
            let flow = match at.stmt() {
                Some(stmt) => self.step(interp, &at, stmt).map_err(|error| error.at(stmt.span)),
                None => self.end_of_block(interp),
            };
            match flow {
                Ok(Flow::Normal) => {}
                Ok(flow) => self.unwind(interp, Outcome::Flow(flow))?,
                Err(error) => match self.env.replay().and_then(|mut replay| replay.given.take()) {
                    Some(value) => return Ok(Some(value)),
                    None => self.unwind(interp, Outcome::Raise(error))?,
                },
            }
        }
    }

    /// Evaluates something that may wait at a `yield`.
    fn replaying<T>(&mut self, evaluate: impl FnOnce(&Rc<Env>) -> Result<T>) -> Result<T> {
        if let Some(mut replay) = self.env.replay() {
            replay.active = true;
        }
        let result = evaluate(&self.env);
        if let Some(mut replay) = self.env.replay() {
            replay.active = false;
        }
        result
    }

    /// The statement's expressions have all been evaluated.
    fn forget(&self) {
        if let Some(mut replay) = self.env.replay() {
            replay.values.clear();
            replay.delegates.clear();
            (replay.waiting, replay.input) = (None, None);
        }
    }

    /// Goes on behind the current statement.
    fn advance(&mut self) {
        self.forget();
        if let Some(level) = self.stack.last_mut() {
            level.next += 1;
        }
    }

    fn push(&mut self, block: &Block, after: After) {
        self.stack.push(Level { block: block.clone(), next: 0, after });
    }

    /// Runs one statement, or enters its blocks.
    fn step(&mut self, interp: &mut Interp, at: &At, stmt: &Stmt) -> Result<Flow> {
        if !yields(stmt) {
            let flow = interp.stmt(&self.env, stmt)?;
            self.advance();
            return Ok(flow);
        }
        match &stmt.kind {
            StmtKind::If { branches, orelse } => {
                let chosen = self.replaying(|env| {
                    for branch in branches {
                        let test = interp.eval(env, &branch.test)?;
                        if interp.is_true(&test).map_err(|error| error.at(branch.test.span))? {
                            return Ok(Some(branch.body.clone()));
                        }
                    }
                    Ok(orelse.clone())
                })?;
                self.advance();
                chosen.iter().for_each(|block| self.push(block, After::Leave));
            }
            StmtKind::Match(choice) => {
                let chosen = self.replaying(|env| interp.chosen_case(env, choice))?;
                let chosen =
                    chosen.map_err(|host| super::host::reaches(&host, "a choice that is made at compile time"))?;
                self.advance();
                chosen.iter().for_each(|block| self.push(block, After::Leave));
            }
            StmtKind::For { target, iterable, orelse, body } => {
                let value = self.replaying(|env| interp.eval(env, iterable))?;
                let mut of_run = None;
                let iter = match interp.iterate(&value).map_err(|error| error.at(iterable.span))? {
                    Iterable::Static(iter) => iter,
                    // One element stands for all, if that will do.
                    Iterable::Host(host) if interp.steps.asking => {
                        let element = Value::Host(host.element());
                        of_run = Some(OfRun { element: element.clone(), given: self.resumed });
                        interp.steps.met = Some(host);
                        Iter::Values(Rc::from([element]), 0)
                    }
                    Iterable::Host(host) => {
                        return Err(super::host::reaches(&host, "a loop that runs at compile time").at(iterable.span));
                    }
                };
                self.advance();
                let after = After::For { target: target.clone(), iter, orelse: orelse.clone(), of_run };
                // The loop starts as if its body had just ended.
                self.stack.push(Level { block: body.clone(), next: body.len(), after });
            }
            StmtKind::While { body, .. } => {
                self.advance();
                self.stack.push(Level { block: body.clone(), next: body.len(), after: After::While(at.clone()) });
            }
            StmtKind::Try(parts) => {
                self.advance();
                if let Some(finally) = &parts.finally {
                    self.push(&Rc::from([]), After::Finally(finally.clone()));
                }
                self.push(&parts.body, After::Try(at.clone()));
            }
            StmtKind::With { items, body } => {
                let Some((item, rest)) = items.split_first() else {
                    self.advance();
                    self.push(body, After::Leave);
                    return Ok(Flow::Normal);
                };
                let manager = self.replaying(|env| interp.eval(env, &item.context))?;
                self.advance();
                let body = match rest {
                    [] => body.clone(),
                    rest => {
                        let kind = StmtKind::With { items: rest.to_vec(), body: body.clone() };
                        Rc::from([Stmt { kind, span: stmt.span }])
                    }
                };
                let Some((entered, exit)) = interp.enter(&manager, item)? else {
                    // The body of a `with` runs in any case; only what the manager gives is unknown.
                    item.target.iter().try_for_each(|target| interp.assign(&self.env, target, manager.clone()))?;
                    self.push(&body, After::Leave);
                    return Ok(Flow::Normal);
                };
                self.push(&body, After::Exit(exit));
                item.target.iter().try_for_each(|target| interp.assign(&self.env, target, entered.clone()))?;
            }
            _ => {
                let flow = self.replaying(|env| interp.stmt(env, stmt))?;
                self.advance();
                return Ok(flow);
            }
        }
        Ok(Flow::Normal)
    }

    fn end_of_block(&mut self, interp: &mut Interp) -> Result<Flow> {
        let Some(mut level) = self.stack.pop() else { return Ok(Flow::Normal) };
        match &mut level.after {
            After::Leave => {}
            After::For { target, iter, orelse, of_run } => match iter.next(interp)?.or_else(|| self.again(of_run)) {
                Some(value) => {
                    interp.assign(&self.env, target, value)?;
                    level.next = 0;
                    self.stack.push(level);
                }
                None => orelse.iter().for_each(|block| self.push(block, After::Leave)),
            },
            After::While(at) => {
                let at = at.clone();
                let Some(StmtKind::While { test, orelse, .. }) = at.stmt().map(|stmt| &stmt.kind) else {
                    return Ok(Flow::Normal);
                };
                // The condition may wait: the loop stays until it is known.
                self.stack.push(level);
                let value = self.replaying(|env| interp.eval(env, test))?;
                let holds = match interp.truth(&value).map_err(|error| error.at(test.span))? {
                    Truth::Known(holds) => holds,
                    Truth::Host(host) => return Err(super::host::reaches(&host, "a loop that runs at compile time")),
                };
                self.forget();
                match self.stack.last_mut() {
                    Some(level) if holds => level.next = 0,
                    _ => {
                        self.stack.pop();
                        orelse.iter().for_each(|block| self.push(block, After::Leave));
                    }
                }
            }
            After::Try(at) => {
                if let Some(block) = at.attempt().and_then(|parts| parts.orelse.clone()) {
                    self.push(&block, After::Leave);
                }
            }
            After::Handler(name) => {
                let name = name.take();
                self.handled(interp, name);
            }
            After::Finally(block) => {
                let block = block.clone();
                self.push(&block, After::Resume(Outcome::Flow(Flow::Normal)));
            }
            After::Resume(_) => {
                let After::Resume(outcome) = level.after else { return Ok(Flow::Normal) };
                return match outcome {
                    Outcome::Flow(flow) => Ok(flow),
                    Outcome::Raise(error) => Err(error),
                };
            }
            After::Exit(exit) => {
                interp.call(exit, Args::positional(vec![Value::None; 3]))?;
            }
        }
        Ok(Flow::Normal)
    }

    /// What stands for the elements of a loop over data of the run, once more for each `next()`.
    fn again(&self, of_run: &mut Option<OfRun>) -> Option<Value> {
        let of_run = of_run.as_mut().filter(|of_run| self.endless && of_run.given != self.resumed)?;
        of_run.given = self.resumed;
        Some(of_run.element.clone())
    }

    /// The end of an `except` block.
    fn handled(&mut self, interp: &mut Interp, name: Option<Ident>) {
        interp.eval.handling.pop();
        if let Some(name) = name {
            self.env.unbind(&name.name);
        }
    }

    /// Leaves blocks as `break`, `continue`, `return` and exceptions do.
    fn unwind(&mut self, interp: &mut Interp, mut outcome: Outcome) -> Result<()> {
        self.forget();
        loop {
            let Some(mut level) = self.stack.pop() else {
                return match outcome {
                    Outcome::Raise(error) => Err(error),
                    Outcome::Flow(Flow::Return(value)) => {
                        self.result = value;
                        Ok(())
                    }
                    Outcome::Flow(_) => Ok(()),
                };
            };
            outcome = match (level.after, outcome) {
                (After::For { .. } | After::While(_), Outcome::Flow(Flow::Break)) => return Ok(()),
                (after @ (After::For { .. } | After::While(_)), Outcome::Flow(Flow::Continue)) => {
                    level = Level { next: level.block.len(), block: level.block, after };
                    self.stack.push(level);
                    return Ok(());
                }
                (After::Try(at), Outcome::Raise(error)) => match self.handler(interp, &at, error) {
                    Ok(()) => return Ok(()),
                    Err(error) => Outcome::Raise(error),
                },
                (After::Handler(name), outcome) => {
                    self.handled(interp, name);
                    outcome
                }
                (After::Finally(block), outcome) => {
                    self.push(&block, After::Resume(outcome));
                    return Ok(());
                }
                (After::Exit(exit), outcome) => match left(interp, &exit, outcome) {
                    Ok(Some(outcome)) => outcome,
                    Ok(None) => return Ok(()),
                    Err(error) => Outcome::Raise(error),
                },
                (_, outcome) => outcome,
            };
        }
    }

    /// Enters the handler of an exception; the exception if there is none.
    fn handler(&mut self, interp: &mut Interp, at: &At, error: Error) -> Result<()> {
        let Some(parts) = at.attempt() else { return Err(error) };
        let (handler, error, exception) = interp.handler(&self.env, &parts.handlers, error)?;
        if let Some(name) = &handler.name {
            self.env.bind(&name.name, Value::User(exception.clone()));
        }
        interp.eval.handling.push((Some(error), exception));
        self.push(&handler.body, After::Handler(handler.name.clone()));
        Ok(())
    }
}

/// Calls the `__exit__` of a `with` whose body was left; `None` if that swallowed the exception.
fn left(interp: &mut Interp, exit: &Value, outcome: Outcome) -> Result<Option<Outcome>> {
    let exception = match &outcome {
        Outcome::Raise(error) => match interp.exception_of(error) {
            Some(exception) => Some(exception),
            None => return Ok(Some(outcome)),
        },
        Outcome::Flow(_) => None,
    };
    let swallowed = interp.exit(exit, exception.as_ref())?;
    Ok((!swallowed).then_some(outcome))
}
