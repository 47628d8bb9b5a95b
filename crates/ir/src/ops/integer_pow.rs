//! `integer_pow`.

use crate::op::Dual;
use crate::stablehlo::{Emitter, HloValue};
use crate::{
    Array, Attr, AttrReader, Attrs, Batch, Builder, DType, IrError, Mapped, Operand, Primitive, Result, TensorType,
    Value,
};

use super::wide::{IntType, Wide};
use super::{batching, rules};

/// xʸ for a constant whole y, by repeated multiplication; integers need y ≥ 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct IntegerPow {
    /// The exponent.
    pub exponent: i32,
}

const NAME: &str = "integer_pow";

impl Primitive for IntegerPow {
    fn name(&self) -> &'static str {
        NAME
    }

    fn attrs(&self) -> Attrs {
        vec![("y", Attr::Int(self.exponent.into()))]
    }

    fn parse(name: &str, attrs: &mut AttrReader) -> Option<Result<Self, String>> {
        let mut read = || {
            let y = attrs.int("y")?;
            let exponent = i32::try_from(y).map_err(|_| format!("exponent {y} is too large"))?;
            Ok(IntegerPow { exponent })
        };
        (name == NAME).then(&mut read)
    }

    fn infer(&self, operands: &[&TensorType]) -> Result<Vec<TensorType>> {
        let [x] = rules::operands(NAME, operands)?;
        if x.dtype == DType::Bool || (x.dtype.is_int() && self.exponent < 0) {
            let message = format!("exponent {} is not defined for {}", self.exponent, x.dtype);
            return Err(IrError::ty(NAME, message, operands));
        }
        Ok(vec![x.clone()])
    }

    fn jvp(&self, b: &mut Builder, primals: &[Value], tangents: &[Option<Value>]) -> Result<Dual> {
        let y = b.emit1(*self, primals)?;
        let dy = match (primals, tangents) {
            (&[x], &[Some(dx)]) if self.exponent != 0 => {
                let power = b.integer_pow(x, self.exponent - 1)?;
                let slope = b.mul_scalar(power, self.exponent.into())?;
                Some(b.mul(dx, slope)?)
            }
            _ => None,
        };
        Ok((vec![y], vec![dy]))
    }

    fn transpose(&self, b: &mut Builder, _: &[Option<Value>], _: &[Operand]) -> Result<Vec<Option<Value>>> {
        rules::not_linear(NAME, b)
    }

    fn batch(&self, b: &mut Builder, batch: &Batch, operands: &[Mapped]) -> Result<Vec<Mapped>> {
        batching::apply(b, batch, *self, operands)
    }

    fn lower(&self, e: &mut dyn Emitter, operands: &[HloValue], results: &[TensorType]) -> Result<Vec<HloValue>> {
        let [ty] = rules::operands(NAME, &results.iter().collect::<Vec<_>>())?;
        let mut b = Builder::new(NAME);
        let x = b.param(ty.clone());
        let (mut rest, mut base, mut product) = (self.exponent.unsigned_abs(), x, None);
        while rest > 0 {
            if rest & 1 == 1 {
                product = Some(product.map_or(Ok(base), |p| b.mul(p, base))?);
            }
            rest >>= 1;
            if rest > 0 {
                base = b.mul(base, base)?;
            }
        }
        let one = b.full_like(x, 1.0)?;
        let power = match product {
            None => one,
            Some(product) if self.exponent < 0 => b.div(one, product)?,
            Some(product) => product,
        };
        e.inline(&b.finish(vec![power]), operands)
    }

    fn eval(&self, operands: &[&Array]) -> Result<Vec<Array>> {
        let [x] = rules::arrays(NAME, operands)?;
        let powers = match Wide::of(x) {
            Wide::Float(v) => Wide::Float(v.into_iter().map(|x| x.powi(self.exponent)).collect()),
            Wide::Int(v) => {
                let int = IntType::of(x.ty().dtype);
                let power = |x| (0..self.exponent).fold(1, |product: i128, _| int.wrap(product.wrapping_mul(x)));
                Wide::Int(v.into_iter().map(power).collect())
            }
            Wide::Complex(v) => Wide::Complex(v.into_iter().map(|x| x.powi(self.exponent)).collect()),
            Wide::Bool(_) => return Err(super::wide::no_kernel(NAME, DType::Bool)),
        };
        Ok(vec![powers.narrow(NAME, x.ty())?])
    }
}

impl Builder {
    /// xʸ for a constant whole y.
    ///
    /// # Errors
    /// `x` is `bool`, or an integer while the exponent is negative.
    pub fn integer_pow(&mut self, x: Value, exponent: i32) -> Result<Value> {
        if exponent == 1 {
            return Ok(x);
        }
        self.emit1(IntegerPow { exponent }, &[x])
    }
}
