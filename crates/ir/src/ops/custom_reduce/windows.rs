//! Sliding windows.

use std::sync::Arc;

use super::super::{Window, rules};
use super::{check, fold, halves};
use crate::op::Dual;
use crate::stablehlo::{Emitter, HloOp, HloValue};
use crate::{
    Array, Attr, AttrReader, Attrs, Batch, Builder, Function, Mapped, Operand, Primitive, Result, TensorType, Value,
    transform,
};

/// Combines the elements of each window of tensors of one shape. Operands are the tensors, then an initial
/// value for each, which positions without element count as.
///
/// The computation must be as that of [`CustomReduce`](super::CustomReduce).
#[derive(Clone, Debug, PartialEq)]
pub struct CustomReduceWindow {
    /// From accumulated values and as many elements, all scalars, to accumulated values.
    pub computation: Arc<Function>,
    /// The windows.
    pub window: Window,
}

const NAME: &str = "reduce_window";

impl Primitive for CustomReduceWindow {
    fn name(&self) -> &'static str {
        NAME
    }

    fn attrs(&self) -> Attrs {
        [vec![("computation", Attr::Function(self.computation.clone()))], self.window.attrs()].concat()
    }

    fn parse(name: &str, attrs: &mut AttrReader) -> Option<Result<Self, String>> {
        let read =
            || Ok(CustomReduceWindow { computation: attrs.function("computation")?, window: Window::parse(attrs)? });
        (name == NAME).then(read)
    }

    fn infer(&self, operands: &[&TensorType]) -> Result<Vec<TensorType>> {
        let xs = check(NAME, &self.computation, operands)?;
        let counts = self.window.counts(NAME, xs[0])?;
        Ok(xs.iter().map(|x| x.with_shape(counts.clone())).collect())
    }

    /// Tangents are reduced together with the values.
    fn jvp(&self, b: &mut Builder, primals: &[Value], tangents: &[Option<Value>]) -> Result<Dual> {
        let (xs, inits) = halves(primals);
        let inexact: Vec<bool> = xs.iter().map(|&x| b.ty(x).dtype.is_inexact()).collect();
        let (mut values, mut starts) = (xs.to_vec(), inits.to_vec());
        let (of_xs, of_inits) = halves(tangents);
        for i in (0..xs.len()).filter(|&i| inexact[i]) {
            values.push(rules::instantiate(b, of_xs[i], xs[i])?);
            starts.push(rules::instantiate(b, of_inits[i], inits[i])?);
        }
        let dual = CustomReduceWindow { computation: Arc::new(self.dual(&inexact)?), window: self.window.clone() };
        let mut results = b.emit(dual, &[values, starts].concat())?;
        let tangents = rules::spread(&inexact, results.split_off(xs.len()));
        // Nothing that computes a tangent may compute a value where derivatives are split.
        let results = if b.is_separable() { b.emit(self.clone(), primals)? } else { results };
        Ok((results, tangents))
    }

    fn transpose(&self, b: &mut Builder, _: &[Option<Value>], _: &[Operand]) -> Result<Vec<Option<Value>>> {
        let message = "a window reduction by a function of its own cannot run backward; use lax.add, lax.max or \
                       lax.min with their neutral element as initial value, or forward mode (jvp, jacfwd)";
        rules::no_rule(NAME, "reverse-mode differentiation", message, b.location())
    }

    fn batch(&self, b: &mut Builder, batch: &Batch, operands: &[Mapped]) -> Result<Vec<Mapped>> {
        let batched = CustomReduceWindow { computation: self.computation.clone(), window: self.window.batched() };
        super::batch(b, batch, self.clone().into(), batched.into(), operands)
    }

    fn lower(&self, e: &mut dyn Emitter, operands: &[HloValue], results: &[TensorType]) -> Result<Vec<HloValue>> {
        let attributes = self.window.hlo_attributes();
        let regions = vec![self.computation.clone()];
        e.op(HloOp { name: "stablehlo.reduce_window", operands, attributes, regions, results })
    }

    fn eval(&self, operands: &[&Array]) -> Result<Vec<Array>> {
        let types: Vec<&TensorType> = operands.iter().map(|x| x.ty()).collect();
        let results = self.infer(&types)?;
        let members = self.window.members(&types[0].shape, &results[0].shape);
        fold(&self.computation, operands, &results[0].shape, &members)
    }
}

impl CustomReduceWindow {
    /// The computation on values and tangents: accumulated ones of both, then elements of both.
    fn dual(&self, inexact: &[bool]) -> Result<Function> {
        let (n, active) = (inexact.len(), [inexact, inexact].concat());
        let dual = transform::jvp(&self.computation, &active, inexact)?.function;
        let mut b = Builder::new(dual.name.clone());
        let types = dual.param_types();
        let (values, tangents) = types.split_at(2 * n);
        let (mut args, mut slopes) = (Vec::with_capacity(types.len()), Vec::new());
        for (values, tangents) in values.chunks(n.max(1)).zip([halves(tangents).0, halves(tangents).1]) {
            args.extend(values.iter().map(|ty| b.param(ty.clone())));
            slopes.extend(tangents.iter().map(|ty| b.param(ty.clone())));
        }
        args.extend(slopes);
        let results = b.inline(&dual, &args)?;
        Ok(b.finish(results))
    }
}

impl Builder {
    /// Combines the elements of each window of tensors of one shape, from `inits` on; see
    /// [`CustomReduceWindow`].
    ///
    /// # Errors
    /// The window does not fit the tensors, or the computation does not fit.
    pub fn custom_reduce_window(
        &mut self,
        computation: &Arc<Function>,
        xs: &[Value],
        inits: &[Value],
        window: Window,
    ) -> Result<Vec<Value>> {
        let op = CustomReduceWindow { computation: computation.clone(), window };
        self.emit(op, &[xs, inits].concat())
    }
}
