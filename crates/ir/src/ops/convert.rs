//! `convert_element_type` and `bitcast_convert_type`.

use crate::op::Dual;
use crate::stablehlo::{Emitter, HloValue};
use crate::{
    Array, Attr, AttrReader, Attrs, Batch, Builder, DType, IrError, Mapped, Operand, Primitive, Result, TensorType,
    Value,
};

use super::wide::{IntType, Wide};
use super::{batching, rules};

/// Converts elements. Floats round to nearest even; floats to integers round toward zero and
/// saturate, NaN becomes 0; integers wrap; anything but zero is true. Complex numbers lose their imaginary part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Convert {
    /// The result's element type.
    pub dtype: DType,
}

const CONVERT: &str = "convert_element_type";

impl Primitive for Convert {
    fn name(&self) -> &'static str {
        CONVERT
    }

    fn attrs(&self) -> Attrs {
        vec![("dtype", Attr::DType(self.dtype))]
    }

    fn parse(name: &str, attrs: &mut AttrReader) -> Option<Result<Self, String>> {
        (name == CONVERT).then(|| Ok(Convert { dtype: attrs.dtype("dtype")? }))
    }

    fn infer(&self, operands: &[&TensorType]) -> Result<Vec<TensorType>> {
        let [x] = rules::operands(CONVERT, operands)?;
        Ok(vec![x.with_dtype(self.dtype)])
    }

    fn jvp(&self, b: &mut Builder, primals: &[Value], tangents: &[Option<Value>]) -> Result<Dual> {
        if self.dtype.is_inexact() {
            rules::linear_jvp(b, self, primals, tangents)
        } else {
            rules::constant_jvp(b, self, primals)
        }
    }

    fn transpose(
        &self,
        b: &mut Builder,
        cotangents: &[Option<Value>],
        operands: &[Operand],
    ) -> Result<Vec<Option<Value>>> {
        rules::linear_transpose(cotangents, operands, |ct, x| b.convert(ct, x.dtype))
    }

    fn batch(&self, b: &mut Builder, batch: &Batch, operands: &[Mapped]) -> Result<Vec<Mapped>> {
        batching::apply(b, batch, *self, operands)
    }

    fn lower(&self, e: &mut dyn Emitter, operands: &[HloValue], results: &[TensorType]) -> Result<Vec<HloValue>> {
        if let (DType::Bool, &[x]) = (self.dtype, operands) {
            let mut b = Builder::new(CONVERT);
            let param = b.param(e.ty(x).clone());
            let zero = b.full_like(param, 0.0)?;
            let truth = b.ne(param, zero)?;
            return e.inline(&b.finish(vec![truth]), operands);
        }
        if let &[x] = operands
            && e.ty(x).dtype.is_complex()
            && !self.dtype.is_complex()
        {
            let mut b = Builder::new(CONVERT);
            let param = b.param(e.ty(x).clone());
            let real = b.real(param)?;
            let converted = b.convert(real, self.dtype)?;
            return e.inline(&b.finish(vec![converted]), operands);
        }
        rules::plain(e, "stablehlo.convert", operands, results)
    }

    fn eval(&self, operands: &[&Array]) -> Result<Vec<Array>> {
        let [x] = rules::arrays(CONVERT, operands)?;
        let real = |v: Vec<f64>, to: DType| match to.is_complex() {
            true => Wide::Complex(v.into_iter().map(|x| x.into()).collect()),
            false => Wide::Float(v),
        };
        // XLA's comparison flushes numbers below the smallest normal `f32` to zero.
        let flushed = if x.ty().dtype == DType::F32 { f64::from(f32::MIN_POSITIVE) } else { 0.0 };
        let is_set = |x: f64| x.is_nan() || (x != 0.0 && x.abs() >= flushed);
        let to_int = |x: f64| {
            let (low, high) = IntType::of(self.dtype).range();
            (x as i128).clamp(low, high)
        };
        let wide = match Wide::of(x) {
            Wide::Complex(v) if self.dtype == DType::Bool => {
                Wide::Bool(v.into_iter().map(|x| x.re != 0.0 || x.im != 0.0).collect())
            }
            Wide::Complex(v) if !self.dtype.is_complex() => Wide::Float(v.into_iter().map(|x| x.re).collect()),
            wide => wide,
        };
        let result = match (wide, self.dtype) {
            (Wide::Bool(v), DType::Bool) => Wide::Bool(v),
            (Wide::Int(v), DType::Bool) => Wide::Bool(v.into_iter().map(|x| x != 0).collect()),
            (Wide::Float(v), DType::Bool) => Wide::Bool(v.into_iter().map(is_set).collect()),
            (Wide::Bool(v), to) if to.is_int() => Wide::Int(v.into_iter().map(i128::from).collect()),
            (Wide::Int(v), to) if to.is_int() => Wide::Int(v),
            (Wide::Float(v), to) if to.is_int() => Wide::Int(v.into_iter().map(to_int).collect()),
            (Wide::Bool(v), to) => real(v.into_iter().map(|x| if x { 1.0 } else { 0.0 }).collect(), to),
            (Wide::Int(v), to) => real(v.into_iter().map(|x| x as f64).collect(), to),
            (Wide::Float(v), to) => real(v, to),
            (Wide::Complex(v), _) => Wide::Complex(v),
        };
        Ok(vec![result.narrow(CONVERT, &x.ty().with_dtype(self.dtype))?])
    }
}

/// Reads the bits of each element as another element type of the same width.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BitcastConvert {
    /// The result's element type.
    pub dtype: DType,
}

const BITCAST: &str = "bitcast_convert_type";

impl Primitive for BitcastConvert {
    fn name(&self) -> &'static str {
        BITCAST
    }

    fn attrs(&self) -> Attrs {
        vec![("dtype", Attr::DType(self.dtype))]
    }

    fn parse(name: &str, attrs: &mut AttrReader) -> Option<Result<Self, String>> {
        (name == BITCAST).then(|| Ok(BitcastConvert { dtype: attrs.dtype("dtype")? }))
    }

    fn infer(&self, operands: &[&TensorType]) -> Result<Vec<TensorType>> {
        let [x] = rules::operands(BITCAST, operands)?;
        if x.dtype.bits() != self.dtype.bits() || x.dtype.is_complex() != self.dtype.is_complex() {
            let message = format!("the bits of {} are none of {}", x.dtype, self.dtype);
            return Err(IrError::ty(BITCAST, message, operands));
        }
        Ok(vec![x.with_dtype(self.dtype)])
    }

    fn jvp(&self, b: &mut Builder, primals: &[Value], _: &[Option<Value>]) -> Result<Dual> {
        rules::constant_jvp(b, self, primals)
    }

    fn transpose(&self, b: &mut Builder, _: &[Option<Value>], _: &[Operand]) -> Result<Vec<Option<Value>>> {
        rules::not_linear(BITCAST, b)
    }

    fn batch(&self, b: &mut Builder, batch: &Batch, operands: &[Mapped]) -> Result<Vec<Mapped>> {
        batching::apply(b, batch, *self, operands)
    }

    fn lower(&self, e: &mut dyn Emitter, operands: &[HloValue], results: &[TensorType]) -> Result<Vec<HloValue>> {
        rules::plain(e, "stablehlo.bitcast_convert", operands, results)
    }

    fn eval(&self, operands: &[&Array]) -> Result<Vec<Array>> {
        let [x] = rules::arrays(BITCAST, operands)?;
        Ok(vec![Array::from_le_bytes(&x.ty().with_dtype(self.dtype), &x.to_le_bytes())?])
    }
}

impl Builder {
    /// Converts the elements to `dtype` (JAX's `convert_element_type`). Emits nothing if they have it already.
    ///
    /// # Errors
    /// None for a valid value.
    pub fn convert(&mut self, x: Value, dtype: DType) -> Result<Value> {
        if self.ty(x).dtype == dtype {
            return Ok(x);
        }
        self.emit1(Convert { dtype }, &[x])
    }

    /// Reads the bits of each element as `dtype`, of the same width. Derivatives are zero.
    ///
    /// # Errors
    /// The widths differ.
    pub fn bitcast_convert(&mut self, x: Value, dtype: DType) -> Result<Value> {
        if self.ty(x).dtype == dtype {
            return Ok(x);
        }
        self.emit1(BitcastConvert { dtype }, &[x])
    }
}
