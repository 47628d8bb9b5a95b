//! `reduce_sum` and its relatives.

use std::sync::Arc;

use crate::op::Dual;
use crate::stablehlo::{Emitter, HloOp, HloValue, i64_array};
use crate::{
    Array, Attr, AttrReader, Attrs, Builder, DType, Function, IrError, Operand, Primitive, Result, TensorType, Value,
};

use super::rules;
use super::wide::{self, Kernel, Wide};
use super::{Binary, BinaryKind, index};

/// Combines all elements along `axes` with an associative and commutative function, and drops the axes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Reduce {
    /// What combines.
    pub monoid: Monoid,
    /// The dimensions to combine along.
    pub axes: Vec<usize>,
}

/// An associative and commutative function with its neutral element.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Monoid {
    /// Sum.
    Sum,
}

struct Rule {
    name: &'static str,
    /// Combines two scalars in StableHLO.
    combine: BinaryKind,
    neutral: fn(DType) -> Array,
    eval: Kernel<2>,
}

impl Monoid {
    /// All of them.
    pub const ALL: &[Monoid] = &[Monoid::Sum];

    fn rule(self) -> Rule {
        match self {
            Monoid::Sum => Rule {
                name: "reduce_sum",
                combine: BinaryKind::Add,
                neutral: |dtype| Array::scalar(dtype, 0.0),
                eval: Kernel::number(|[x, y]| x + y, |[x, y], _| x.wrapping_add(y)),
            },
        }
    }

    /// The neutral element for `dtype`, a scalar.
    pub fn neutral(self, dtype: DType) -> Array {
        (self.rule().neutral)(dtype)
    }

    /// The combining function on scalars of `dtype`.
    ///
    /// # Errors
    /// The function is not defined on `dtype`.
    pub fn region(self, dtype: DType) -> Result<Arc<Function>> {
        let rule = self.rule();
        let mut b = Builder::new(rule.name);
        let (x, y) = (b.param(TensorType::scalar(dtype)), b.param(TensorType::scalar(dtype)));
        let z = b.emit1(Binary(rule.combine), &[x, y])?;
        Ok(Arc::new(b.finish(vec![z])))
    }
}

impl Primitive for Reduce {
    fn name(&self) -> &'static str {
        self.monoid.rule().name
    }

    fn attrs(&self) -> Attrs {
        vec![("axes", Attr::from(&self.axes))]
    }

    fn parse(name: &str, attrs: &mut AttrReader) -> Option<Result<Self, String>> {
        let &monoid = Monoid::ALL.iter().find(|m| m.rule().name == name)?;
        Some(attrs.sizes("axes").map(|axes| Reduce { monoid, axes }))
    }

    fn infer(&self, operands: &[&TensorType]) -> Result<Vec<TensorType>> {
        let [x] = rules::operands(self.name(), operands)?;
        if !self.monoid.rule().eval.defined_on(x.dtype) {
            return Err(IrError::ty(self.name(), format!("is not defined for {}", x.dtype), operands));
        }
        if !rules::are_dims(&self.axes, x.rank()) {
            let message = format!("{:?} are not distinct dimensions of the operand", self.axes);
            return Err(IrError::ty(self.name(), message, operands));
        }
        let kept: Vec<usize> = rules::other_dims(x.rank(), &self.axes).iter().map(|&d| x.shape[d]).collect();
        Ok(vec![x.with_shape(kept)])
    }

    fn jvp(&self, b: &mut Builder, primals: &[Value], tangents: &[Option<Value>]) -> Result<Dual> {
        match self.monoid {
            Monoid::Sum => rules::linear_jvp(b, self, primals, tangents),
        }
    }

    fn transpose(
        &self,
        b: &mut Builder,
        cotangents: &[Option<Value>],
        operands: &[Operand],
    ) -> Result<Vec<Option<Value>>> {
        match self.monoid {
            Monoid::Sum => rules::linear_transpose(cotangents, operands, |ct, x| {
                b.broadcast_in_dim(ct, &x.shape, &rules::other_dims(x.rank(), &self.axes))
            }),
        }
    }

    fn lower(&self, e: &mut dyn Emitter, operands: &[HloValue], results: &[TensorType]) -> Result<Vec<HloValue>> {
        let [result] = rules::operands(self.name(), &results.iter().collect::<Vec<_>>())?;
        let neutral = e.constant(&self.monoid.neutral(result.dtype))?;
        let operands = [operands, &[neutral]].concat();
        let attributes = vec![("dimensions", i64_array(&self.axes))];
        let regions = vec![self.monoid.region(result.dtype)?];
        e.op(HloOp { name: "stablehlo.reduce", operands: &operands, attributes, regions, results })
    }

    fn eval(&self, operands: &[&Array]) -> Result<Vec<Array>> {
        let [x] = rules::arrays(self.name(), operands)?;
        let result = self.infer(&[x.ty()])?.remove(0);
        let kept = rules::other_dims(x.ty().rank(), &self.axes);
        let to = index::strides(&result.shape);
        let mut targets = Vec::with_capacity(x.ty().size());
        index::for_each(&x.ty().shape, |at| targets.push(kept.iter().zip(&to).map(|(&d, s)| at[d] * s).sum()));
        Ok(vec![self.monoid.fold(self.name(), x, &targets, &result)?])
    }
}

impl Monoid {
    /// Combines every element of `x` into the element of the result at its target position, all of
    /// which start neutral. Floats are accumulated in `f64` and rounded once.
    pub(crate) fn fold(self, op: &'static str, x: &Array, targets: &[usize], result: &TensorType) -> Result<Array> {
        fn run<T: Copy>(source: &[T], targets: &[usize], into: &mut [T], f: impl Fn([T; 2]) -> T) {
            for (&x, &t) in source.iter().zip(targets) {
                into[t] = f([into[t], x]);
            }
        }
        let rule = self.rule();
        let undefined = || wide::no_kernel(op, result.dtype);
        let neutral = Wide::filled(&self.neutral(result.dtype), result.size());
        let folded = match (Wide::of(x), neutral) {
            (Wide::Bool(x), Wide::Bool(mut y)) => {
                run(&x, targets, &mut y, rule.eval.bool.ok_or_else(undefined)?);
                Wide::Bool(y)
            }
            (Wide::Int(x), Wide::Int(mut y)) => {
                let (f, int) = (rule.eval.int.ok_or_else(undefined)?, wide::IntType::of(result.dtype));
                run(&x, targets, &mut y, |xy| f(xy, int));
                Wide::Int(y)
            }
            (Wide::Float(x), Wide::Float(mut y)) => {
                run(&x, targets, &mut y, rule.eval.float.ok_or_else(undefined)?);
                Wide::Float(y)
            }
            _ => return Err(undefined()),
        };
        folded.narrow(op, result)
    }
}

impl Builder {
    /// Sums along `axes` and drops them. Emits nothing if there are none.
    ///
    /// # Errors
    /// The axes are not distinct dimensions of `x`, or `x` is `bool`.
    pub fn reduce_sum(&mut self, x: Value, axes: &[usize]) -> Result<Value> {
        self.reduce(Monoid::Sum, x, axes)
    }

    /// Combines along `axes` and drops them. Emits nothing if there are none.
    ///
    /// # Errors
    /// The axes are not distinct dimensions of `x`, or the function is not defined on its elements.
    pub fn reduce(&mut self, monoid: Monoid, x: Value, axes: &[usize]) -> Result<Value> {
        if axes.is_empty() {
            return Ok(x);
        }
        self.emit1(Reduce { monoid, axes: axes.to_vec() }, &[x])
    }
}
