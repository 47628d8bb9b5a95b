//! Functions whose derivatives are given.

use std::array::from_fn;
use std::sync::Arc;

use keramos_ir::ops::ScatterKind;
use keramos_ir::transform::jvp;
use keramos_ir::{Builder, Function, TensorType};

use crate::error::{Error, Result};
use crate::trace::{Captures, Tensor, Tracer, params};

impl Tracer {
    /// `value(operands)`, whose tangent is `tangent(operands, result, tangents of the operands)`, linear in
    /// the tangents. The result that `tangent` gets has this derivative in turn, so that the rule holds for
    /// derivatives of every order. Operands and the result are floating point; other tensors that `value`
    /// and `tangent` use count as constants.
    ///
    /// # Errors
    /// Those of `value` and `tangent`.
    pub(crate) fn differentiated_by<const N: usize>(
        &mut self,
        name: &str,
        operands: [&Tensor; N],
        value: impl FnOnce(&mut Tracer, [&Tensor; N]) -> Result<Tensor>,
        tangent: impl FnOnce(&mut Tracer, [&Tensor; N], &Tensor, [&Tensor; N]) -> Result<Tensor>,
    ) -> Result<Tensor> {
        let types = operands.map(|x| x.ty().clone());
        let value = self.traced(name, &types, |t, p| Ok(vec![value(t, from_fn(|i| &p[i]))?]))?;
        let result = value.function.result_types();
        let name = format!("{name}_jvp");
        let rule = self.traced(&name, &[&types[..], &result, &types].concat(), |t, p| {
            let tangent = tangent(t, from_fn(|i| &p[i]), &p[N], from_fn(|i| &p[N + 1 + i]))?;
            Ok(vec![p[N].clone(), tangent])
        })?;

        let captures = Captures::of([&*value.captures, &*rule.captures]);
        let mut b = Builder::new(value.function.name.clone());
        let (captured, own) = (captures.params(&mut b), params(&mut b, &types));
        let results = captures.inline(&mut b, &value.function, &value.captures, &own, &captured)?;
        let function = Arc::new(b.finish(results));
        let mut b = Builder::new(name);
        let captured = captures.params(&mut b);
        let mut own = params(&mut b, types.iter().chain(&result));
        captures.tangents(&mut b);
        own.extend(params(&mut b, &types));
        let results = captures.inline(&mut b, &rule.function, &rule.captures, &own, &captured)?;
        let rule = Arc::new(b.finish(results));
        let results = self.build(&captures.operands(operands), |b, v| b.custom_jvp(&function, &rule, v))?;
        results.into_iter().next().ok_or_else(|| Error::internal(format!("{} has no value", function.name)))
    }

    /// `value(operands)`, differentiated as `formula(operands)`, which gives nearly the same.
    ///
    /// # Errors
    /// Those of both, which use no other tensors.
    pub(crate) fn differentiated_as<const N: usize>(
        &mut self,
        name: &str,
        operands: [&Tensor; N],
        value: impl FnOnce(&mut Tracer, [&Tensor; N]) -> Result<Tensor>,
        formula: impl FnOnce(&mut Tracer, [&Tensor; N]) -> Result<Tensor>,
    ) -> Result<Tensor> {
        let types = operands.map(|x| x.ty().clone());
        let function = self.nested(name, &types, |t, p| Ok(vec![value(t, from_fn(|i| &p[i]))?]))?;
        let formula = self.nested(name, &types, |t, p| Ok(vec![formula(t, from_fn(|i| &p[i]))?]))?;
        let dual = jvp(&formula, &[true; N], &[true])?.function;
        let mut b = Builder::new(dual.name.clone());
        let mut own = params(&mut b, &types);
        params(&mut b, &function.result_types());
        own.extend(params(&mut b, &types));
        let results = b.inline(&dual, &own)?;
        let (function, rule) = (Arc::new(function), Arc::new(b.finish(results)));
        let results = self.build(&operands, |b, v| b.custom_jvp(&function, &rule, v))?;
        results.into_iter().next().ok_or_else(|| Error::internal(format!("{name} has no value")))
    }

    /// x multiplied by `factors` at places that are promised to be different, as `update(x, factors, kind)` finds
    /// them. Only with that promise is there a derivative in the factors.
    ///
    /// # Errors
    /// Those of `update`.
    pub(crate) fn multiplied_at_unique(
        &mut self,
        x: &Tensor,
        factors: &Tensor,
        update: impl Fn(&mut Tracer, &Tensor, &Tensor, ScatterKind) -> Result<Tensor>,
    ) -> Result<Tensor> {
        let factors = self.convert(factors, x.dtype())?;
        if !x.dtype().is_inexact() {
            return update(self, x, &factors, ScatterKind::Mul);
        }
        let y = self.differentiated_by(
            "scatter_mul",
            [x, &factors],
            |t, [x, factors]| update(t, x, factors, ScatterKind::Mul),
            |t, [x, factors], _, [dx, d_factors]| {
                let [zeros, ones] = [0.0, 1.0].map(|number| t.full(x.ty(), number));
                let of_x = update(t, &ones?, factors, ScatterKind::Replace)?;
                let arriving = update(t, &zeros?, d_factors, ScatterKind::Add)?;
                t.compute([x, dx, &of_x, &arriving], |[x, dx, of_x, arriving]| dx * of_x + x * arriving)
            },
        )?;
        Ok(y.weak_if(x.is_weak()))
    }

    /// The function that `code` traces on parameters of the given types alone.
    pub(super) fn nested(
        &mut self,
        name: &str,
        types: &[TensorType],
        code: impl FnOnce(&mut Tracer, &[Tensor]) -> Result<Vec<Tensor>>,
    ) -> Result<Function> {
        let traced = self.traced(name, types, code)?;
        match traced.captures.is_empty() {
            true => Ok(traced.function),
            false => Err(Error::internal(format!("{name} uses tensors from outside"))),
        }
    }
}
