//! `concatenate`.

use crate::op::Dual;
use crate::stablehlo::{Emitter, HloOp, HloValue};
use crate::{
    Array, Attr, AttrReader, Attrs, Batch, Builder, IrError, Mapped, Operand, Primitive, Result, TensorType, Value,
};

use super::{batching, index, rules};

/// Joins one or more tensors along a dimension.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Concatenate {
    /// The dimension along which the operands follow each other.
    pub dim: usize,
}

const NAME: &str = "concatenate";

impl Primitive for Concatenate {
    fn name(&self) -> &'static str {
        NAME
    }

    fn attrs(&self) -> Attrs {
        vec![("dim", Attr::from(self.dim))]
    }

    fn parse(name: &str, attrs: &mut AttrReader) -> Option<Result<Self, String>> {
        (name == NAME).then(|| Ok(Concatenate { dim: attrs.size("dim")? }))
    }

    fn infer(&self, operands: &[&TensorType]) -> Result<Vec<TensorType>> {
        let Some(first) = operands.first().filter(|x| self.dim < x.rank()) else {
            let message = format!("needs at least one operand, each with a dimension {}", self.dim);
            return Err(IrError::ty(NAME, message, operands));
        };
        let mut result = (*first).clone();
        result.shape[self.dim] = 0;
        for x in operands {
            let others_equal = x.shape.iter().zip(&first.shape).enumerate().all(|(d, (m, n))| d == self.dim || m == n);
            if x.dtype != first.dtype || x.rank() != first.rank() || !others_equal {
                let message = format!("operands may differ in the size of dimension {} only", self.dim);
                return Err(IrError::ty(NAME, message, operands));
            }
            result.shape[self.dim] += x.shape[self.dim];
        }
        Ok(vec![result])
    }

    fn jvp(&self, b: &mut Builder, primals: &[Value], tangents: &[Option<Value>]) -> Result<Dual> {
        rules::jointly_linear_jvp(b, self, primals, tangents, |_| true)
    }

    fn transpose(
        &self,
        b: &mut Builder,
        cotangents: &[Option<Value>],
        operands: &[Operand],
    ) -> Result<Vec<Option<Value>>> {
        let &[Some(ct)] = cotangents else { return Ok(vec![None; operands.len()]) };
        let mut offset = 0;
        let mut answer = Vec::with_capacity(operands.len());
        for operand in operands {
            let size = rules::operand_type(b, operand).shape[self.dim];
            answer.push(operand.is_linear().then(|| b.slice_in_dim(ct, offset, offset + size, self.dim)).transpose()?);
            offset += size;
        }
        Ok(answer)
    }

    fn batch(&self, b: &mut Builder, batch: &Batch, operands: &[Mapped]) -> Result<Vec<Mapped>> {
        batching::apply(b, batch, Concatenate { dim: self.dim + 1 }, operands)
    }

    fn lower(&self, e: &mut dyn Emitter, operands: &[HloValue], results: &[TensorType]) -> Result<Vec<HloValue>> {
        let attributes = vec![("dimension", format!("{} : i64", self.dim))];
        e.op(HloOp { name: "stablehlo.concatenate", operands, attributes, regions: Vec::new(), results })
    }

    fn eval(&self, operands: &[&Array]) -> Result<Vec<Array>> {
        let result = self.infer(&operands.iter().map(|x| x.ty()).collect::<Vec<_>>())?.remove(0);
        // For each index along the dimension: where its operand starts among all elements, that
        // operand's strides, and the index inside it.
        let mut rows = Vec::with_capacity(result.shape[self.dim]);
        let mut base = 0;
        for x in operands {
            let strides = index::strides(&x.ty().shape);
            rows.extend((0..x.ty().shape[self.dim]).map(|i| (base, strides.clone(), i)));
            base += x.ty().size();
        }
        let all = index::concatenate(operands)?;
        Ok(vec![index::rearrange(&all, &result.shape, |at| {
            let (base, strides, inner) = &rows[at[self.dim]];
            base + index::flat(at, strides) - at[self.dim] * strides[self.dim] + inner * strides[self.dim]
        })?])
    }
}

impl Builder {
    /// Joins tensors along `dim`; they may differ in that dimension's size only. Emits nothing for one
    /// tensor.
    ///
    /// # Errors
    /// There are no tensors, or their types do not fit.
    pub fn concatenate(&mut self, xs: &[Value], dim: usize) -> Result<Value> {
        match xs {
            &[x] if dim < self.ty(x).rank() => Ok(x),
            xs => self.emit1(Concatenate { dim }, xs),
        }
    }
}
