//! Whole dimensions.

use std::sync::Arc;

use super::super::{index, rules};
use super::{check, combine, fold, halves};
use crate::op::Dual;
use crate::stablehlo::{Emitter, HloOp, HloValue, i64_array};
use crate::{
    Array, Attr, AttrReader, Attrs, Batch, Builder, Function, IrError, Mapped, Operand, Primitive, Result, TensorType,
    Value, transform,
};

/// Combines all elements along `axes` of tensors of one shape, and drops the axes. Operands are the tensors,
/// then an initial value for each.
///
/// The computation must be associative and commutative with the initial values as neutral elements, for
/// the order of combining is left open.
#[derive(Clone, Debug, PartialEq)]
pub struct CustomReduce {
    /// From accumulated values and as many elements, all scalars, to accumulated values.
    pub computation: Arc<Function>,
    /// The dimensions to combine along.
    pub axes: Vec<usize>,
}

const NAME: &str = "reduce";

impl Primitive for CustomReduce {
    fn name(&self) -> &'static str {
        NAME
    }

    fn attrs(&self) -> Attrs {
        vec![("computation", Attr::Function(self.computation.clone())), ("axes", Attr::from(&self.axes))]
    }

    fn parse(name: &str, attrs: &mut AttrReader) -> Option<Result<Self, String>> {
        let read = || Ok(CustomReduce { computation: attrs.function("computation")?, axes: attrs.sizes("axes")? });
        (name == NAME).then(read)
    }

    fn infer(&self, operands: &[&TensorType]) -> Result<Vec<TensorType>> {
        let xs = check(NAME, &self.computation, operands)?;
        if !rules::are_dims(&self.axes, xs[0].rank()) {
            let message = format!("{:?} are not distinct dimensions of the operands", self.axes);
            return Err(IrError::ty(NAME, message, operands));
        }
        let kept: Vec<usize> = rules::other_dims(xs[0].rank(), &self.axes).iter().map(|&d| xs[0].shape[d]).collect();
        Ok(xs.iter().map(|x| x.with_shape(kept.clone())).collect())
    }

    /// The derivative of a tree of combinations, as JAX takes it.
    fn jvp(&self, b: &mut Builder, primals: &[Value], tangents: &[Option<Value>]) -> Result<Dual> {
        let mut inner = Builder::new(self.computation.name.clone());
        let params: Vec<Value> = primals.iter().map(|&x| inner.param(b.ty(x).clone())).collect();
        let results = self.tree(&mut inner, &params)?;
        transform::jvp_into(b, &inner.finish(results), primals, tangents)
    }

    fn transpose(&self, b: &mut Builder, _: &[Option<Value>], _: &[Operand]) -> Result<Vec<Option<Value>>> {
        rules::not_linear(NAME, b)
    }

    fn batch(&self, b: &mut Builder, batch: &Batch, operands: &[Mapped]) -> Result<Vec<Mapped>> {
        let axes = super::batching::shifted(&self.axes);
        let batched = CustomReduce { computation: self.computation.clone(), axes };
        super::batch(b, batch, self.clone().into(), batched.into(), operands)
    }

    fn lower(&self, e: &mut dyn Emitter, operands: &[HloValue], results: &[TensorType]) -> Result<Vec<HloValue>> {
        let attributes = vec![("dimensions", i64_array(&self.axes))];
        let regions = vec![self.computation.clone()];
        e.op(HloOp { name: "stablehlo.reduce", operands, attributes, regions, results })
    }

    fn eval(&self, operands: &[&Array]) -> Result<Vec<Array>> {
        let types: Vec<&TensorType> = operands.iter().map(|x| x.ty()).collect();
        let results = self.infer(&types)?;
        let (x, to) = (types[0], index::strides(&results[0].shape));
        let kept = rules::other_dims(x.rank(), &self.axes);
        let (mut pairs, mut source) = (Vec::with_capacity(x.size()), 0);
        index::for_each(&x.shape, |at| {
            pairs.push((source, kept.iter().zip(&to).map(|(&d, s)| at[d] * s).sum()));
            source += 1;
        });
        fold(&self.computation, operands, &results[0].shape, &pairs)
    }
}

impl CustomReduce {
    /// Halves combined until one element is left, then with the initial values.
    fn tree(&self, b: &mut Builder, operands: &[Value]) -> Result<Vec<Value>> {
        let (xs, inits) = halves(operands);
        let types: Vec<&TensorType> = operands.iter().map(|&x| b.ty(x)).collect();
        let results = self.infer(&types)?;
        let mut parts = xs.iter().map(|&x| rules::axes_in_front(b, x, &self.axes)).collect::<Result<Vec<_>>>()?;
        let mut n = parts.first().map_or(0, |&x| b.ty(x).shape[0]);
        let mut starts = Vec::with_capacity(inits.len());
        for (&init, ty) in inits.iter().zip(&results) {
            starts.push(b.broadcast(init, &ty.shape)?);
        }
        if n == 0 {
            return Ok(starts);
        }
        while n > 1 {
            // The middle one of an odd number waits.
            let (pairs, left) = (n / 2, n.div_ceil(2));
            let cut = |b: &mut Builder, from, to| {
                parts.iter().map(|&x| b.slice_in_dim(x, from, to, 0)).collect::<Result<Vec<Value>>>()
            };
            let (low, middle, high) = (cut(b, 0, pairs)?, cut(b, pairs, left)?, cut(b, left, n)?);
            parts = combine(b, &self.computation, &low, &high)?;
            if left > pairs {
                for (part, middle) in parts.iter_mut().zip(middle) {
                    *part = b.concatenate(&[*part, middle], 0)?;
                }
            }
            n = left;
        }
        for (part, ty) in parts.iter_mut().zip(&results) {
            *part = b.reshape(*part, &ty.shape)?;
        }
        combine(b, &self.computation, &starts, &parts)
    }
}

impl Builder {
    /// Combines the elements of tensors of one shape along `axes`, from `inits` on; see [`CustomReduce`].
    ///
    /// # Errors
    /// The axes are not distinct dimensions, or the computation does not fit.
    pub fn custom_reduce(
        &mut self,
        computation: &Arc<Function>,
        xs: &[Value],
        inits: &[Value],
        axes: &[usize],
    ) -> Result<Vec<Value>> {
        let op = CustomReduce { computation: computation.clone(), axes: axes.to_vec() };
        self.emit(op, &[xs, inits].concat())
    }
}
