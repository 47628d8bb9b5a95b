//! What keeps every compilation finite.

use super::Interp;
use crate::diagnostics::codes;
use crate::error::{Error, Result};
use crate::library::Args;
use crate::syntax::ast::Expr;
use crate::value::{Host, Value};

/// Calls of the program's functions that may be under way at once, as in CPython.
const MAX_CALLS: u32 = 1000;

/// Bits of the largest integer.
pub(crate) const MAX_BITS: u64 = 1 << 20;

/// The work that one computation on constants may do, as [`keramos_ir::work`] measures it.
pub(crate) const MAX_WORK: u64 = 1 << 22;

/// Classes that one class may inherit from.
pub(crate) const MAX_ANCESTORS: usize = 500;

/// Native stack kept free below each level of evaluation, and taken anew when there is less.
const RED_ZONE: usize = 256 << 10;
const STACK_SEGMENT: usize = 4 << 20;

/// Steps that one loop may take at compile time which only works on data of the run.
const LOOP_STEPS: u64 = 1_000_000;

/// What of the steps of such a loop counts for the whole compilation: one in this many.
const LOOP_SHARE: u64 = 8;

/// What a loop has done since it began.
#[derive(Debug)]
pub(super) struct Work {
    steps_left: u64,
    hosts: u64,
    made: Option<[usize; 4]>,
}

impl Work {
    /// A loop begins.
    pub(super) fn new(interp: &Interp) -> Self {
        Work { steps_left: interp.tracer.fuel.left(), hosts: interp.eval.hosts, made: made(interp) }
    }

    /// What the loop `over` stands for if it is long and prepares data: it has met values of the run, made no part
    /// of a model, and stands in no other loop and no function being traced. The run does it then.
    pub(super) fn is_data(&mut self, interp: &mut Interp, over: &Expr) -> Option<Host> {
        let taken = self.steps_left.saturating_sub(interp.tracer.fuel.left());
        if taken < LOOP_STEPS
            || interp.eval.loops > 1
            || interp.tracer.depth() > 0
            || interp.eval.hosts == self.hosts
            || made(interp) != self.made
        {
            return None;
        }
        interp.tracer.fuel.refund(taken - taken / LOOP_SHARE);
        let what = format!("{} (a loop of over {LOOP_STEPS} steps on data of the run)", interp.describe(over.span));
        Some(Host::new(what, Some(over.span)))
    }
}

/// Whatever an artifact consists of: how much of it there is.
pub(super) fn made(interp: &Interp) -> Option<[usize; 4]> {
    let parts = || [interp.variables.len(), interp.nodes as usize, interp.steps.found.len(), interp.jit_calls.len()];
    (interp.tracer.depth() == 0).then(parts)
}

impl Interp {
    /// Counts `n` steps.
    pub(crate) fn spend(&mut self, n: usize) -> Result<()> {
        self.tracer.fuel.spend(n)
    }

    /// Runs one call of a user function, within the limit of nested calls.
    pub(crate) fn nested<T>(&mut self, f: impl FnOnce(&mut Interp) -> Result<T>) -> Result<T> {
        if self.eval.calls >= MAX_CALLS {
            return Err(Error::new(codes::LIMIT, "maximum recursion depth exceeded")
                .note(format!("{MAX_CALLS} calls are under way at once"))
                .help("does the recursion end? A loop needs no calls"));
        }
        self.eval.calls += 1;
        let result = f(self);
        self.eval.calls -= 1;
        result
    }
}

impl Interp {
    /// Counts the steps of looking through the containers among the arguments of native code.
    ///
    /// # Errors
    /// They hold too much, or nest too deeply: one that contains itself does.
    pub(crate) fn spend_on_arguments(&mut self, args: &Args) -> Result<()> {
        let values = args.positional.iter().chain(args.keywords.iter().map(|(_, value)| value));
        let mut open: Vec<(Value, usize)> = values.filter(|v| is_container(v)).map(|v| (v.clone(), 1)).collect();
        while let Some((value, depth)) = open.pop() {
            if depth > MAX_DEPTH {
                return Err(nests_too_deeply());
            }
            let mut more = |value: &Value| {
                if is_container(value) {
                    open.push((value.clone(), depth + 1));
                }
            };
            let count = match &value {
                Value::Tuple(values) => {
                    values.iter().for_each(&mut more);
                    values.len()
                }
                Value::List(values) => {
                    values.borrow().iter().for_each(&mut more);
                    values.borrow().len()
                }
                Value::Dict(entries) => {
                    entries.borrow().values().for_each(&mut more);
                    entries.borrow().len()
                }
                _ => 0,
            };
            self.spend(4 + count / 8)?;
        }
        Ok(())
    }
}

/// How many containers among arguments may stand inside one another.
const MAX_DEPTH: usize = 1000;

/// The error of arguments that nest more deeply.
pub(crate) fn nests_too_deeply() -> Error {
    Error::new(codes::LIMIT, "an argument nests too deeply")
        .note(format!("at most {MAX_DEPTH} containers may stand inside one another"))
        .help("does a list or dict contain itself?")
}

fn is_container(value: &Value) -> bool {
    matches!(value, Value::Tuple(_) | Value::List(_) | Value::Dict(_))
}

/// Native stack for a whole evaluation. Freeing a value takes stack in proportion to how deep its containers
/// nest, and each level costs the program a few steps to make; pages that are not touched cost nothing.
const WHOLE_STACK: usize = 512 << 20;

/// Runs `f` on a stack on which even the deepest value can be freed.
pub(crate) fn deepest<T>(f: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(WHOLE_STACK / 2, WHOLE_STACK, f)
}

/// Runs `f` with enough native stack for another level of recursion.
pub(crate) fn deeper<T>(f: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(RED_ZONE, STACK_SEGMENT, f)
}
