//! `rev`.

use crate::op::Dual;
use crate::stablehlo::{Emitter, HloOp, HloValue, i64_array};
use crate::{
    Array, Attr, AttrReader, Attrs, Batch, Builder, IrError, Mapped, Operand, Primitive, Result, TensorType, Value,
};

use super::{batching, index, rules};

/// Reverses the order of elements along dimensions.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Rev {
    /// The dimensions to reverse.
    pub dims: Vec<usize>,
}

const NAME: &str = "rev";

impl Primitive for Rev {
    fn name(&self) -> &'static str {
        NAME
    }

    fn attrs(&self) -> Attrs {
        vec![("dims", Attr::from(&self.dims))]
    }

    fn parse(name: &str, attrs: &mut AttrReader) -> Option<Result<Self, String>> {
        (name == NAME).then(|| Ok(Rev { dims: attrs.sizes("dims")? }))
    }

    fn infer(&self, operands: &[&TensorType]) -> Result<Vec<TensorType>> {
        let [x] = rules::operands(NAME, operands)?;
        if !rules::are_dims(&self.dims, x.rank()) {
            let message = format!("{:?} are not distinct dimensions of the operand", self.dims);
            return Err(IrError::ty(NAME, message, operands));
        }
        Ok(vec![x.clone()])
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
        rules::linear_transpose(cotangents, operands, |ct, _| b.rev(ct, &self.dims))
    }

    fn batch(&self, b: &mut Builder, batch: &Batch, operands: &[Mapped]) -> Result<Vec<Mapped>> {
        batching::apply(b, batch, Rev { dims: batching::shifted(&self.dims) }, operands)
    }

    fn lower(&self, e: &mut dyn Emitter, operands: &[HloValue], results: &[TensorType]) -> Result<Vec<HloValue>> {
        let attributes = vec![("dimensions", i64_array(&self.dims))];
        e.op(HloOp { name: "stablehlo.reverse", operands, attributes, regions: Vec::new(), results })
    }

    fn eval(&self, operands: &[&Array]) -> Result<Vec<Array>> {
        let [x] = rules::arrays(NAME, operands)?;
        let shape = &x.ty().shape;
        let strides = index::strides(shape);
        Ok(vec![index::rearrange(x, shape, |at| {
            let from = |(d, &i): (usize, &usize)| if self.dims.contains(&d) { shape[d] - 1 - i } else { i };
            at.iter().enumerate().map(|di| from(di) * strides[di.0]).sum()
        })?])
    }
}

impl Builder {
    /// Reverses the order of elements along `dims`. Emits nothing if there are none.
    ///
    /// # Errors
    /// `dims` are not distinct dimensions of `x`.
    pub fn rev(&mut self, x: Value, dims: &[usize]) -> Result<Value> {
        if dims.is_empty() {
            return Ok(x);
        }
        self.emit1(Rev { dims: dims.to_vec() }, &[x])
    }
}
