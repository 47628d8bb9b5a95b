//! `broadcast_in_dim`.

use crate::op::Dual;
use crate::stablehlo::{Emitter, HloOp, HloValue, i64_array};
use crate::{
    Array, Attr, AttrReader, Attrs, Batch, Builder, IrError, Mapped, Operand, Primitive, Result, Shape, TensorType,
    Value, as_tuple,
};

use super::{batching, index, rules};

/// Replicates an operand to `shape`: operand dimension `i` becomes result dimension `dims[i]`
/// (strictly increasing), whose size is equal or, where the operand's is 1, anything.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BroadcastInDim {
    /// The result's shape.
    pub shape: Shape,
    /// The result dimension of each operand dimension.
    pub dims: Vec<usize>,
}

const NAME: &str = "broadcast_in_dim";

impl Primitive for BroadcastInDim {
    fn name(&self) -> &'static str {
        NAME
    }

    fn attrs(&self) -> Attrs {
        vec![("shape", Attr::from(&self.shape)), ("dims", Attr::from(&self.dims))]
    }

    fn parse(name: &str, attrs: &mut AttrReader) -> Option<Result<Self, String>> {
        (name == NAME).then(|| Ok(BroadcastInDim { shape: attrs.sizes("shape")?, dims: attrs.sizes("dims")? }))
    }

    fn infer(&self, operands: &[&TensorType]) -> Result<Vec<TensorType>> {
        let [x] = rules::operands(NAME, operands)?;
        let increasing = self.dims.windows(2).all(|w| w[0] < w[1]);
        let fits = self.dims.len() == x.rank()
            && x.shape.iter().zip(&self.dims).all(|(&n, &d)| self.shape.get(d).is_some_and(|&m| n == m || n == 1));
        if !increasing || !fits {
            let message = format!("cannot broadcast to {} along dimensions {:?}", as_tuple(&self.shape), self.dims);
            return Err(IrError::ty(NAME, message, operands));
        }
        Ok(vec![x.with_shape(self.shape.clone())])
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
        rules::linear_transpose(cotangents, operands, |ct, x| {
            // New dimensions and expanded size-1 dimensions are summed; the reshape puts the latter back.
            let kept = |d: usize| self.dims.iter().position(|&k| k == d).is_some_and(|i| x.shape[i] == self.shape[d]);
            let summed: Vec<usize> = (0..self.shape.len()).filter(|&d| !kept(d)).collect();
            let sum = b.reduce_sum(ct, &summed)?;
            b.reshape(sum, &x.shape)
        })
    }

    fn batch(&self, b: &mut Builder, batch: &Batch, operands: &[Mapped]) -> Result<Vec<Mapped>> {
        let shape = batching::with_first(batch.size, &self.shape);
        let dims = batching::with_first(0, &batching::shifted(&self.dims));
        batching::apply(b, batch, BroadcastInDim { shape, dims }, operands)
    }

    fn lower(&self, e: &mut dyn Emitter, operands: &[HloValue], results: &[TensorType]) -> Result<Vec<HloValue>> {
        let attributes = vec![("broadcast_dimensions", i64_array(&self.dims))];
        e.op(HloOp { name: "stablehlo.broadcast_in_dim", operands, attributes, regions: Vec::new(), results })
    }

    fn eval(&self, operands: &[&Array]) -> Result<Vec<Array>> {
        let [x] = rules::arrays(NAME, operands)?;
        let (from, strides) = (&x.ty().shape, index::strides(&x.ty().shape));
        Ok(vec![index::rearrange(x, &self.shape, |at| {
            self.dims.iter().enumerate().map(|(i, &d)| if from[i] == 1 { 0 } else { at[d] * strides[i] }).sum()
        })?])
    }
}

impl Builder {
    /// Broadcasts as NumPy does: trailing dimensions are aligned, size-1 dimensions expand. Emits
    /// nothing if `x` has the shape already.
    ///
    /// # Errors
    /// The shapes are not compatible.
    pub fn broadcast(&mut self, x: Value, shape: &[usize]) -> Result<Value> {
        let ty = self.ty(x);
        if ty.shape == shape {
            return Ok(x);
        }
        let Some(offset) = shape.len().checked_sub(ty.rank()) else {
            return Err(IrError::ty(NAME, format!("cannot broadcast to {}", as_tuple(&shape)), &[ty]));
        };
        self.broadcast_in_dim(x, shape, &(offset..shape.len()).collect::<Vec<_>>())
    }

    /// Replicates `x` to `shape`, its dimension `i` becoming dimension `dims[i]` of the result. Emits
    /// nothing if that is the identity.
    ///
    /// # Errors
    /// The dimensions are not strictly increasing, or a size is neither 1 nor the result's.
    pub fn broadcast_in_dim(&mut self, x: Value, shape: &[usize], dims: &[usize]) -> Result<Value> {
        if self.ty(x).shape == shape && dims.iter().enumerate().all(|(i, &d)| i == d) {
            return Ok(x);
        }
        self.emit1(BroadcastInDim { shape: shape.to_vec(), dims: dims.to_vec() }, &[x])
    }
}
