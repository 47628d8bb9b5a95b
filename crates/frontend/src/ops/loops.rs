//! Loops over traced functions.

use std::sync::Arc;

use keramos_ir::ops::Steps;
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

/// A step's results: the next carry and the outputs.
type Stepped = (Vec<Tensor>, Vec<Tensor>);

impl Tracer {
    /// Runs `body` on the carry and the slices of `xs` along dimension 0, one after the other. The results are the
    /// last carry and the stacked outputs.
    ///
    /// # Errors
    /// `body` changes the types of the carry, or there is nothing to slice.
    pub(crate) fn scan(
        &mut self,
        start: &[Tensor],
        xs: &[Tensor],
        body: impl FnOnce(&mut Tracer, &[Tensor], &[Tensor]) -> Result<Stepped>,
    ) -> Result<Stepped> {
        let length = xs.first().and_then(|x| x.shape().first().copied());
        let length = length.ok_or_else(|| Error::internal("a scan has nothing to slice"))?;
        let slice = |x: &Tensor| TensorType::new(x.dtype(), x.shape().get(1..).unwrap_or_default());
        let types: Vec<TensorType> = start.iter().map(|t| t.ty().clone()).chain(xs.iter().map(slice)).collect();
        let Traced { mut function, captures } = self.traced("step", &types, |t, params| {
            let (carry, slices) = params.split_at(start.len());
            let (mut next, outputs) = body(t, carry, slices)?;
            next.extend(outputs);
            Ok(next)
        })?;
        // The IR wants constants first.
        function.params.rotate_right(captures.len());
        let operands: Vec<&Tensor> = captures.iter().chain(start).chain(xs).collect();
        let mut results = self.build(&operands, |b, values| {
            let (consts, rest) = values.split_at(captures.len());
            let (init, xs) = rest.split_at(start.len());
            let (mut carry, ys) = b.scan(&Arc::new(function), consts, init, xs, Steps::new(length))?;
            carry.extend(ys);
            Ok(carry)
        })?;
        let outputs = results.split_off(start.len());
        Ok((results, outputs))
    }
}
