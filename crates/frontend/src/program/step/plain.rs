//! Steps without `jax.jit`: functions of the file that a loop calls with state and data of the run.

use std::rc::Rc;

use crate::diagnostics::codes;
use crate::error::Result;
use crate::interp::Interp;
use crate::interp::host::{has_array, host_in};
use crate::jax::transform::Jit;
use crate::jax::transform::stage::Mark;
use crate::library::Args;
use crate::value::Value;

/// A call under way that may be one of a step.
pub(crate) struct Candidate {
    args: Args,
    /// How many calls of steps there were.
    calls: usize,
    /// At which depth of loops the call around it, that may be one, too, stands.
    outer: Option<usize>,
    /// What there was before the call.
    mark: Mark,
}

impl Interp {
    /// Begins a call of a function of the file: what there is to know afterwards, if a loop calls it with state and
    /// data of the run. Functions that such a function calls in turn are parts of it.
    pub(crate) fn may_be_step(&mut self, args: &Args) -> Option<Candidate> {
        let loops = self.eval.loops;
        if loops == 0 || self.in_package || self.tracer.depth() > 0 || self.steps.candidate == Some(loops) {
            return None;
        }
        // What came out of a transform is the middle of a step, whose beginning stands in the loop itself.
        let data = host_in(args)?;
        if data.is_transformed() || !has_array(args) {
            return None;
        }
        let outer = self.steps.candidate.replace(loops);
        Some(Candidate { args: args.clone(), calls: self.steps.calls.len(), outer, mark: self.mark() })
    }

    /// Ends such a call, which came to `result`: what it gives as a step, if it computes new state from data of the run
    /// and no part of it is a step already; otherwise `result`. The function may not take data of unknown types, which a
    /// step learns.
    ///
    /// # Errors
    /// Those in `result`; or what keeps such a function from being a step.
    pub(crate) fn plain_step(&mut self, callee: &Value, candidate: Candidate, result: Result<Value>) -> Result<Value> {
        self.steps.candidate = candidate.outer;
        let mut unknown = false;
        match &result {
            Ok(value) => {
                value.for_each_leaf(&mut |leaf| unknown |= matches!(leaf, Value::Host(host) if host.is_transformed()))
            }
            Err(error) => unknown = error.diagnostic().code == codes::HOST_VALUE,
        }
        if !unknown || self.steps.calls.len() != candidate.calls {
            return result;
        }
        let result = result.map_err(|error| error.at(self.span));
        if result.is_err() {
            self.reset(candidate.mark);
        }
        let (found, told) = (self.steps.found.len(), self.diagnostics.len());
        match self.step(callee, &Jit::default(), &candidate.args) {
            Ok(Some(step)) if !step.changed().is_empty() => return Ok(self.note_call_of(&step)),
            Err(error) if result.is_err() && error.diagnostic().code == codes::HOST_VALUE => return Err(error),
            _ => {}
        }
        self.steps.found.truncate(found);
        self.diagnostics.truncate(told);
        result
    }

    /// Takes note of a call of a step: what it gives.
    pub(super) fn note_call_of(&mut self, step: &Rc<super::Step>) -> Value {
        let count = if self.steps.loops > 0 { &step.passes } else { &step.others };
        count.set(count.get() + 1);
        let variables = self.variable_count();
        self.steps.calls.push((step.clone(), variables));
        step.result.clone()
    }
}
