//! Comprehensions and generator expressions.

use std::cell::RefCell;
use std::rc::Rc;

use indexmap::IndexMap;

use super::Interp;
use super::host::Truth;
use super::iterate::{Iter, IterObject, Iterable};
use super::scope::{Code, Env};
use crate::error::Result;
use crate::syntax::ast::{Comprehension, ComprehensionClause, ComprehensionKind, DictComprehension, Expr};
use crate::value::{Host, Key, Value};

/// The loops of a comprehension, advanced one element at a time.
#[derive(Debug)]
pub(crate) struct Loops {
    clauses: Rc<[ComprehensionClause]>,
    env: Rc<Env>,
    /// The iterators of the loops entered so far; never more than there are clauses.
    active: Vec<Iter>,
}

/// What comes next.
enum Step {
    /// The loops stand at another element.
    Element,
    /// All loops have ended.
    End,
    /// A loop or condition depends on a value that only exists at run time.
    Host(Host),
}

impl Loops {
    /// Goes to the next combination of loop variables that meets the conditions.
    fn advance(&mut self, interp: &mut Interp) -> Result<Step> {
        while let Some(depth) = self.active.len().checked_sub(1) {
            let Some(clause) = self.clauses.get(depth).cloned() else { return Ok(Step::End) };
            let (next, host) = match self.active.last_mut() {
                Some(iter) => interp.ask(iter),
                None => (Ok(None), None),
            };
            let next = next.map_err(|error| error.at(clause.iterable.span))?;
            if let Some(host) = host {
                if let Some(value) = next {
                    interp.assign_inner(&self.env, &clause.target, value)?;
                }
                return Ok(Step::Host(host));
            }
            let Some(value) = next else {
                self.active.pop();
                continue;
            };
            interp.assign_inner(&self.env, &clause.target, value)?;
            match meets(interp, &self.env, &clause.conditions)? {
                Truth::Known(true) => {}
                Truth::Known(false) => continue,
                Truth::Host(host) => return Ok(Step::Host(host)),
            }
            let Some(inner) = self.clauses.get(depth + 1) else { return Ok(Step::Element) };
            let value = interp.eval(&self.env, &inner.iterable)?;
            match interp.iterate(&value).map_err(|error| error.at(inner.iterable.span))? {
                Iterable::Static(iter) => self.active.push(iter),
                Iterable::Host(host) => return Ok(Step::Host(host)),
            }
        }
        Ok(Step::End)
    }
}

fn meets(interp: &mut Interp, env: &Rc<Env>, conditions: &[Expr]) -> Result<Truth> {
    for condition in conditions {
        let value = interp.eval(env, condition)?;
        match interp.truth(&value).map_err(|error| error.at(condition.span))? {
            Truth::Known(true) => {}
            other => return Ok(other),
        }
    }
    Ok(Truth::Known(true))
}

/// A generator expression under way.
#[derive(Debug)]
pub(crate) struct GeneratorExpression {
    loops: Loops,
    element: Rc<Comprehension>,
}

impl GeneratorExpression {
    /// The next element.
    pub(crate) fn next(&mut self, interp: &mut Interp) -> Result<Option<Value>> {
        match self.loops.advance(interp)? {
            Step::Element => interp.eval(&self.loops.env, &self.element.element).map(Some),
            Step::End => Ok(None),
            Step::Host(host) => Err(super::host::reaches(&host, "a loop that runs at compile time")),
        }
    }
}

impl Interp {
    /// Evaluates an element of unknown ones once, for the training steps that it calls.
    fn look_at(&mut self, env: &Rc<Env>, element: &Expr) {
        if self.tracer.depth() == 0 {
            let (mark, told) = (self.mark(), self.diagnostics.len());
            let calls = std::mem::take(&mut self.steps.calls);
            self.steps.loops += 1;
            let looked = self.eval(env, element);
            self.steps.loops -= 1;
            self.steps.calls = calls;
            self.reset(mark);
            self.diagnostics.truncate(told);
            if let Err(problem) = looked {
                self.tell_problem(problem);
            }
        }
    }

    /// Enters the loops of a comprehension. The first iterable belongs to the enclosing scope.
    fn loops(&mut self, env: &Rc<Env>, clauses: &[ComprehensionClause]) -> Result<std::result::Result<Loops, Host>> {
        let Some(first) = clauses.first() else {
            return Err(crate::error::Error::internal("a comprehension without a loop"));
        };
        let value = self.eval(env, &first.iterable)?;
        Ok(match self.iterate(&value).map_err(|error| error.at(first.iterable.span))? {
            Iterable::Host(host) => Err(host),
            Iterable::Static(iter) => {
                let env = Env::inside(env, Code::Comprehension);
                Ok(Loops { clauses: clauses.into(), env, active: vec![iter] })
            }
        })
    }

    /// A list, set or generator comprehension.
    pub(super) fn comprehension(&mut self, env: &Rc<Env>, comprehension: &Comprehension) -> Result<Value> {
        let mut loops = match self.loops(env, &comprehension.clauses)? {
            Ok(loops) => loops,
            Err(host) => {
                if let [clause] = &*comprehension.clauses {
                    let env = Env::inside(env, Code::Comprehension);
                    if self.assign_inner(&env, &clause.target, Value::Host(host.element())).is_ok() {
                        self.look_at(&env, &comprehension.element);
                    }
                }
                return Ok(Value::Host(host.derived()));
            }
        };
        if comprehension.kind == ComprehensionKind::Generator {
            let generator = GeneratorExpression { loops, element: Rc::new(comprehension.clone()) };
            return Ok(IterObject::value(Iter::Generator(Box::new(generator)), "generator"));
        }
        let mut values = Vec::new();
        loop {
            match loops.advance(self)? {
                Step::Element => values.push(self.eval(&loops.env, &comprehension.element)?),
                Step::End => break,
                Step::Host(host) => {
                    self.look_at(&loops.env, &comprehension.element);
                    return Ok(Value::Host(host.derived()));
                }
            }
        }
        if comprehension.kind == ComprehensionKind::Set {
            let keys = values.into_iter().map(|value| Ok((self.key(value)?, ())));
            return Ok(Value::Set(Rc::new(RefCell::new(keys.collect::<Result<_>>()?))));
        }
        Ok(Value::list(values))
    }

    /// A dict comprehension.
    pub(super) fn dict_comprehension(&mut self, env: &Rc<Env>, comprehension: &DictComprehension) -> Result<Value> {
        let mut loops = match self.loops(env, &comprehension.clauses)? {
            Ok(loops) => loops,
            Err(host) => return Ok(Value::Host(host)),
        };
        let mut entries: IndexMap<Key, Value> = IndexMap::new();
        loop {
            match loops.advance(self)? {
                Step::Element => {
                    let key = self.eval(&loops.env, &comprehension.key)?;
                    let value = self.eval(&loops.env, &comprehension.value)?;
                    let key = self.key(key).map_err(|error| error.at(comprehension.key.span))?;
                    entries.insert(key, value);
                }
                Step::End => return Ok(Value::Dict(Rc::new(RefCell::new(entries)))),
                Step::Host(host) => return Ok(Value::Host(host)),
            }
        }
    }
}
