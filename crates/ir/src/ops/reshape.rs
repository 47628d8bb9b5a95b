//! `reshape`.

use crate::op::Dual;
use crate::stablehlo::{Emitter, HloValue};
use crate::{
    Array, Attr, AttrReader, Attrs, Batch, Builder, IrError, Mapped, Operand, Primitive, Result, Shape, TensorType,
    Value, as_tuple,
};

use super::{batching, rules};

/// The same elements, row-major, in another shape of equal size.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Reshape {
    /// The result's shape.
    pub shape: Shape,
}

const NAME: &str = "reshape";

impl Primitive for Reshape {
    fn name(&self) -> &'static str {
        NAME
    }

    fn attrs(&self) -> Attrs {
        vec![("shape", Attr::from(&self.shape))]
    }

    fn parse(name: &str, attrs: &mut AttrReader) -> Option<Result<Self, String>> {
        (name == NAME).then(|| Ok(Reshape { shape: attrs.sizes("shape")? }))
    }

    fn infer(&self, operands: &[&TensorType]) -> Result<Vec<TensorType>> {
        let [x] = rules::operands(NAME, operands)?;
        let result = x.with_shape(self.shape.clone());
        if x.size() != result.size() {
            let message = format!("cannot give {} elements the shape {}", x.size(), as_tuple(&self.shape));
            return Err(IrError::ty(NAME, message, operands));
        }
        Ok(vec![result])
    }

    fn jvp(&self, b: &mut Builder, primals: &[Value], tangents: &[Option<Value>]) -> Result<Dual> {
        rules::linear_jvp(b, self, primals, tangents)
    }

    fn transpose(
        &self,
        b: &mut Builder,
        cotangents: &[Option<Value>],
        operands: &[Operand],
    ) -> Result<Vec<Option<Value>>> {
        rules::linear_transpose(cotangents, operands, |ct, x| b.reshape(ct, &x.shape))
    }

    fn batch(&self, b: &mut Builder, batch: &Batch, operands: &[Mapped]) -> Result<Vec<Mapped>> {
        batching::apply(b, batch, Reshape { shape: batching::with_first(batch.size, &self.shape) }, operands)
    }

    fn lower(&self, e: &mut dyn Emitter, operands: &[HloValue], results: &[TensorType]) -> Result<Vec<HloValue>> {
        rules::plain(e, "stablehlo.reshape", operands, results)
    }

    fn eval(&self, operands: &[&Array]) -> Result<Vec<Array>> {
        let [x] = rules::arrays(NAME, operands)?;
        Ok(vec![x.clone().reshaped(self.shape.clone())?])
    }
}

impl Builder {
    /// The elements of `x`, row-major, in another shape. Emits nothing if `x` has the shape already.
    ///
    /// # Errors
    /// The shape's size differs.
    pub fn reshape(&mut self, x: Value, shape: &[usize]) -> Result<Value> {
        if self.ty(x).shape == shape {
            return Ok(x);
        }
        self.emit1(Reshape { shape: shape.to_vec() }, &[x])
    }

    /// Inserts size-1 dimensions so that they are the result's dimensions `dims`: for `f32[3]` and
    /// `[0]`, `f32[1,3]`.
    ///
    /// # Errors
    /// A dimension repeats or is past the result's rank.
    pub fn expand_dims(&mut self, x: Value, dims: &[usize]) -> Result<Value> {
        let mut shape = self.ty(x).shape.clone();
        let mut sorted = dims.to_vec();
        sorted.sort_unstable();
        for (i, &d) in sorted.iter().enumerate() {
            if d > shape.len() || (i > 0 && sorted[i - 1] == d) {
                let message = format!("{dims:?} are not distinct dimensions of the result");
                return Err(IrError::ty("expand_dims", message, &[self.ty(x)]));
            }
            shape.insert(d, 1);
        }
        self.reshape(x, &shape)
    }

    /// Drops the dimensions `dims`, which must have size 1: for `f32[1,3]` and `[0]`, `f32[3]`.
    ///
    /// # Errors
    /// A dimension does not exist or its size is not 1.
    pub fn squeeze(&mut self, x: Value, dims: &[usize]) -> Result<Value> {
        let ty = self.ty(x);
        if dims.iter().any(|&d| ty.shape.get(d) != Some(&1)) {
            return Err(IrError::ty("squeeze", format!("dimensions {dims:?} are not all of size 1"), &[ty]));
        }
        let kept = ty.shape.iter().enumerate().filter(|(d, _)| !dims.contains(d));
        let shape: Vec<usize> = kept.map(|(_, &n)| n).collect();
        self.reshape(x, &shape)
    }
}
