//! Dense constants.

use std::sync::Arc;

use crate::op::Dual;
use crate::stablehlo::{Emitter, HloValue};
use crate::{Array, Attr, AttrReader, Attrs, Batch, Builder, Mapped, Operand, Primitive, Result, TensorType, Value};

use super::{batching, rules};

/// A dense constant. No operands, one result.
#[derive(Clone, Debug, PartialEq)]
pub struct Constant(pub Arc<Array>);

impl Primitive for Constant {
    fn name(&self) -> &'static str {
        "constant"
    }

    fn attrs(&self) -> Attrs {
        vec![("value", Attr::Array(self.0.clone()))]
    }

    fn parse(name: &str, attrs: &mut AttrReader) -> Option<Result<Self, String>> {
        (name == "constant").then(|| attrs.array("value").map(Constant))
    }

    fn infer(&self, operands: &[&TensorType]) -> Result<Vec<TensorType>> {
        let [] = rules::operands("constant", operands)?;
        Ok(vec![self.0.ty().clone()])
    }

    fn jvp(&self, b: &mut Builder, primals: &[Value], _: &[Option<Value>]) -> Result<Dual> {
        Ok((b.emit(self.clone(), primals)?, vec![None]))
    }

    fn transpose(&self, _: &mut Builder, _: &[Option<Value>], _: &[Operand]) -> Result<Vec<Option<Value>>> {
        Ok(Vec::new())
    }

    fn batch(&self, b: &mut Builder, _: &Batch, operands: &[Mapped]) -> Result<Vec<Mapped>> {
        batching::unmapped(b, self.clone(), operands)
    }

    fn lower(&self, e: &mut dyn Emitter, _: &[HloValue], _: &[TensorType]) -> Result<Vec<HloValue>> {
        Ok(vec![e.constant(&self.0)?])
    }

    fn eval(&self, _: &[&Array]) -> Result<Vec<Array>> {
        Ok(vec![(*self.0).clone()])
    }
}

impl Builder {
    /// A tensor of type `ty` with every element `value`: a scalar constant, broadcast.
    ///
    /// # Errors
    /// None for a valid type.
    pub fn full(&mut self, ty: &TensorType, value: f64) -> Result<Value> {
        let scalar = self.constant(Array::scalar(ty.dtype, value))?;
        self.broadcast(scalar, &ty.shape)
    }

    /// A tensor of `value`'s type filled with `fill`.
    ///
    /// # Errors
    /// None for a valid value.
    pub fn full_like(&mut self, value: Value, fill: f64) -> Result<Value> {
        let ty = self.ty(value).clone();
        self.full(&ty, fill)
    }
}
