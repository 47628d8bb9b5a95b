//! Loops over traced functions.

use std::sync::Arc;

use keramos_ir::{Builder, Function, TensorType};

use crate::error::{Error, Result};
use crate::trace::{Tensor, Traced, Tracer};

impl Tracer {
    /// What `code` traces on parameters of the given types, as a function of its own.
    ///
    /// # Errors
    /// Those of `code`.
    pub fn traced(
        &mut self,
        name: &str,
        types: &[TensorType],
        code: impl FnOnce(&mut Tracer, &[Tensor]) -> Result<Vec<Tensor>>,
    ) -> Result<Traced> {
        let depth = self.depth();
        let params = self.enter(name, types);
        let traced = code(self, &params).and_then(|results| self.leave(&results));
        if traced.is_err() {
            self.unwind(depth);
        }
        traced
    }

    /// Replaces the carried tensors by what `body` makes of them as long as `cond`, a scalar truth value,
    /// holds. Both may use any tensor of the functions around.
    ///
    /// # Errors
    /// `body` changes the number or types of the carried tensors, or `cond` is no truth value.
    pub fn while_loop(
        &mut self,
        start: &[Tensor],
        cond: impl FnOnce(&mut Tracer, &[Tensor]) -> Result<Tensor>,
        body: impl FnOnce(&mut Tracer, &[Tensor]) -> Result<Vec<Tensor>>,
    ) -> Result<Vec<Tensor>> {
        let types: Vec<TensorType> = start.iter().map(|t| t.ty().clone()).collect();
        let cond = self.traced("cond", &types, |t, carried| Ok(vec![cond(t, carried)?]))?;
        let body = self.traced("body", &types, body)?;
        if body.function.result_types() != types {
            return Err(Error::internal("the body of a loop changes the types of what it carries"));
        }
        // What the functions take from outside is carried unchanged.
        let invariants: Vec<&Tensor> = cond.captures.iter().chain(&body.captures).collect();
        let all: Vec<TensorType> = types.iter().cloned().chain(invariants.iter().map(|t| t.ty().clone())).collect();
        let whole = |inner: &Function, skip: usize, keep: bool| -> keramos_ir::Result<Function> {
            let mut b = Builder::new(inner.name.clone());
            let params: Vec<_> = all.iter().map(|ty| b.param(ty.clone())).collect();
            let (carried, rest) = params.split_at(types.len());
            let own = inner.params.len() - types.len();
            let args: Vec<_> = carried.iter().chain(rest.iter().skip(skip).take(own)).copied().collect();
            let mut results = b.inline(inner, &args)?;
            if keep {
                results.extend(rest);
            }
            Ok(b.finish(results))
        };
        let cond_function = Arc::new(whole(&cond.function, 0, false)?);
        let body_function = Arc::new(whole(&body.function, cond.captures.len(), true)?);
        let operands: Vec<&Tensor> = start.iter().chain(invariants).collect();
        let mut ends = self.build(&operands, |b, v| b.while_loop(&cond_function, &body_function, v))?;
        ends.truncate(start.len());
        Ok(ends)
    }
}
