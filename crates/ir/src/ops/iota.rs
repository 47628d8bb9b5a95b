//! `iota`.

use crate::op::Dual;
use crate::stablehlo::{Emitter, HloOp, HloValue};
use crate::{
    Array, Attr, AttrReader, Attrs, Batch, Builder, DType, IrError, Mapped, Operand, Primitive, Result, Shape,
    TensorType, Value, as_tuple,
};

use super::wide::Wide;
use super::{batching, index, rules};

/// Every element is its own index along one dimension. No operands, one result.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Iota {
    /// The result's element type, not `bool`.
    pub dtype: DType,
    /// The result's shape.
    pub shape: Shape,
    /// The dimension that counts.
    pub dim: usize,
}

const NAME: &str = "iota";

impl Primitive for Iota {
    fn name(&self) -> &'static str {
        NAME
    }

    fn attrs(&self) -> Attrs {
        vec![("dtype", Attr::DType(self.dtype)), ("shape", Attr::from(&self.shape)), ("dim", Attr::from(self.dim))]
    }

    fn parse(name: &str, attrs: &mut AttrReader) -> Option<Result<Self, String>> {
        (name == NAME)
            .then(|| Ok(Iota { dtype: attrs.dtype("dtype")?, shape: attrs.sizes("shape")?, dim: attrs.size("dim")? }))
    }

    fn infer(&self, operands: &[&TensorType]) -> Result<Vec<TensorType>> {
        let [] = rules::operands(NAME, operands)?;
        if self.dim >= self.shape.len() || self.dtype == DType::Bool {
            let message =
                format!("no counting of {} along dimension {} of {}", self.dtype, self.dim, as_tuple(&self.shape));
            return Err(IrError::ty(NAME, message, operands));
        }
        Ok(vec![TensorType::new(self.dtype, self.shape.clone())])
    }

    fn jvp(&self, b: &mut Builder, primals: &[Value], _: &[Option<Value>]) -> Result<Dual> {
        rules::constant_jvp(b, self, primals)
    }

    fn transpose(&self, _: &mut Builder, _: &[Option<Value>], _: &[Operand]) -> Result<Vec<Option<Value>>> {
        Ok(Vec::new())
    }

    fn batch(&self, b: &mut Builder, _: &Batch, operands: &[Mapped]) -> Result<Vec<Mapped>> {
        batching::unmapped(b, self.clone(), operands)
    }

    fn lower(&self, e: &mut dyn Emitter, operands: &[HloValue], results: &[TensorType]) -> Result<Vec<HloValue>> {
        let attributes = vec![("iota_dimension", format!("{} : i64", self.dim))];
        e.op(HloOp { name: "stablehlo.iota", operands, attributes, regions: Vec::new(), results })
    }

    fn eval(&self, _: &[&Array]) -> Result<Vec<Array>> {
        let ty = TensorType::new(self.dtype, self.shape.clone());
        let mut counts = Vec::with_capacity(ty.size());
        index::for_each(&self.shape, |at| counts.push(at[self.dim]));
        let wide = match self.dtype {
            dtype if dtype.is_float() => Wide::Float(counts.into_iter().map(|i| i as f64).collect()),
            dtype if dtype.is_complex() => Wide::Complex(counts.into_iter().map(|i| (i as f64).into()).collect()),
            _ => Wide::Int(counts.into_iter().map(|i| i as i128).collect()),
        };
        Ok(vec![wide.narrow(NAME, &ty)?])
    }
}

impl Builder {
    /// A tensor of type `ty` whose elements are their own index along `dim`.
    ///
    /// # Errors
    /// `dim` is no dimension, or the elements are `bool`.
    pub fn iota(&mut self, ty: &TensorType, dim: usize) -> Result<Value> {
        self.emit1(Iota { dtype: ty.dtype, shape: ty.shape.clone(), dim }, &[])
    }
}
