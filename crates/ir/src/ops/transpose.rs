//! `transpose`.

use crate::op::Dual;
use crate::stablehlo::{Emitter, HloOp, HloValue, i64_array};
use crate::{
    Array, Attr, AttrReader, Attrs, Batch, Builder, IrError, Mapped, Operand, Primitive, Result, TensorType, Value,
};

use super::{batching, index, rules};

/// Permutes dimensions: result dimension `i` is operand dimension `permutation[i]`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Transpose {
    /// The operand dimension of each result dimension.
    pub permutation: Vec<usize>,
}

const NAME: &str = "transpose";

impl Primitive for Transpose {
    fn name(&self) -> &'static str {
        NAME
    }

    fn attrs(&self) -> Attrs {
        vec![("permutation", Attr::from(&self.permutation))]
    }

    fn parse(name: &str, attrs: &mut AttrReader) -> Option<Result<Self, String>> {
        (name == NAME).then(|| Ok(Transpose { permutation: attrs.sizes("permutation")? }))
    }

    fn infer(&self, operands: &[&TensorType]) -> Result<Vec<TensorType>> {
        let [x] = rules::operands(NAME, operands)?;
        if !rules::is_permutation(&self.permutation, x.rank()) {
            let message = format!("{:?} is no permutation of {} dimensions", self.permutation, x.rank());
            return Err(IrError::ty(NAME, message, operands));
        }
        Ok(vec![x.with_shape(self.permutation.iter().map(|&d| x.shape[d]).collect::<Vec<_>>())])
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
        rules::linear_transpose(cotangents, operands, |ct, _| b.transpose(ct, &rules::inverse(&self.permutation)))
    }

    fn batch(&self, b: &mut Builder, batch: &Batch, operands: &[Mapped]) -> Result<Vec<Mapped>> {
        let permutation = batching::with_first(0, &batching::shifted(&self.permutation));
        batching::apply(b, batch, Transpose { permutation }, operands)
    }

    fn lower(&self, e: &mut dyn Emitter, operands: &[HloValue], results: &[TensorType]) -> Result<Vec<HloValue>> {
        let attributes = vec![("permutation", i64_array(&self.permutation))];
        e.op(HloOp { name: "stablehlo.transpose", operands, attributes, regions: Vec::new(), results })
    }

    fn eval(&self, operands: &[&Array]) -> Result<Vec<Array>> {
        let [x] = rules::arrays(NAME, operands)?;
        let from = index::strides(&x.ty().shape);
        let shape: Vec<usize> = self.permutation.iter().map(|&d| x.ty().shape[d]).collect();
        let strides: Vec<usize> = self.permutation.iter().map(|&d| from[d]).collect();
        Ok(vec![index::rearrange(x, &shape, |at| index::flat(at, &strides))?])
    }
}

impl Builder {
    /// Permutes dimensions: result dimension `i` is operand dimension `permutation[i]`. Emits nothing
    /// for the identity.
    ///
    /// # Errors
    /// `permutation` is no permutation of the dimensions.
    pub fn transpose(&mut self, x: Value, permutation: &[usize]) -> Result<Value> {
        if permutation.len() == self.ty(x).rank() && permutation.iter().enumerate().all(|(i, &d)| i == d) {
            return Ok(x);
        }
        self.emit1(Transpose { permutation: permutation.to_vec() }, &[x])
    }
}
