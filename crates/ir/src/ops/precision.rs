//! `nextafter` and `reduce_precision`: primitives about the representation of floats.

use crate::op::Dual;
use crate::stablehlo::{Emitter, HloOp, HloValue};
use crate::{
    Array, Attr, AttrReader, Attrs, Batch, Builder, DType, IrError, Mapped, Operand, Primitive, Result, TensorType,
    Value,
};

use super::wide::Wide;
use super::{batching, rules};

/// The neighbour of x in the direction of y, element by element; y where they are equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NextAfter;

const NEXT_AFTER: &str = "nextafter";

/// The bits of the neighbour of the float with bits `x` in the direction of the one with bits `y`,
/// for a width of `bits`; `order` is their order as numbers.
fn neighbour(x: u64, y: u64, bits: u32, order: Option<std::cmp::Ordering>, nan: u64) -> u64 {
    use std::cmp::Ordering::{Equal, Greater, Less};
    let sign = 1 << (bits - 1);
    let magnitude = x & (sign - 1);
    match order {
        None => nan,
        Some(Equal) => y,
        // From zero to the smallest number of y's sign.
        _ if magnitude == 0 => (y & sign) | 1,
        Some(Less) if x & sign == 0 => x + 1,
        Some(Greater) if x & sign != 0 => x + 1,
        Some(Less | Greater) => x - 1,
    }
}

impl Primitive for NextAfter {
    fn name(&self) -> &'static str {
        NEXT_AFTER
    }

    fn attrs(&self) -> Attrs {
        Vec::new()
    }

    fn parse(name: &str, _: &mut AttrReader) -> Option<Result<Self, String>> {
        (name == NEXT_AFTER).then_some(Ok(NextAfter))
    }

    fn infer(&self, operands: &[&TensorType]) -> Result<Vec<TensorType>> {
        let [x, y] = rules::operands(NEXT_AFTER, operands)?;
        if x != y || !x.dtype.is_float() {
            return Err(IrError::ty(NEXT_AFTER, "operands must have one float type", operands));
        }
        Ok(vec![x.clone()])
    }

    fn jvp(&self, b: &mut Builder, _: &[Value], _: &[Option<Value>]) -> Result<Dual> {
        rules::no_rule(NEXT_AFTER, "jvp", "it has no derivative", b.location())
    }

    fn transpose(&self, b: &mut Builder, _: &[Option<Value>], _: &[Operand]) -> Result<Vec<Option<Value>>> {
        rules::not_linear(NEXT_AFTER, b)
    }

    fn batch(&self, b: &mut Builder, batch: &Batch, operands: &[Mapped]) -> Result<Vec<Mapped>> {
        batching::apply(b, batch, *self, operands)
    }

    fn lower(&self, e: &mut dyn Emitter, operands: &[HloValue], results: &[TensorType]) -> Result<Vec<HloValue>> {
        rules::plain(e, "chlo.next_after", operands, results)
    }

    fn eval(&self, operands: &[&Array]) -> Result<Vec<Array>> {
        let [x, y] = rules::arrays(NEXT_AFTER, operands)?;
        let ty = x.ty();
        let (Wide::Float(xs), Wide::Float(ys)) = (Wide::of(x), Wide::of(y)) else {
            return Err(super::wide::no_kernel(NEXT_AFTER, ty.dtype));
        };
        let word = |bytes: &[u8]| bytes.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte));
        let nan = word(&Array::scalar(ty.dtype, f64::NAN).to_le_bytes());
        let (x_bytes, y_bytes) = (x.to_le_bytes(), y.to_le_bytes());
        let size = ty.dtype.size();
        let words = x_bytes.chunks(size).zip(y_bytes.chunks(size)).zip(xs.iter().zip(&ys));
        let bytes: Vec<u8> = words
            .map(|((x, y), (a, b))| neighbour(word(x), word(y), ty.dtype.bits(), a.partial_cmp(b), nan))
            .flat_map(|word| word.to_le_bytes().into_iter().take(size))
            .collect();
        Ok(vec![Array::from_le_bytes(ty, &bytes)?])
    }
}

/// Rounds floats to fewer bits of exponent and mantissa, to nearest even, keeping their type. What is too
/// large becomes infinite, what is below the smallest normal number becomes zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ReducePrecision {
    /// Bits of the exponent, at least 1.
    pub exponent_bits: u32,
    /// Bits of the mantissa.
    pub mantissa_bits: u32,
}

const REDUCE_PRECISION: &str = "reduce_precision";

/// Bits of exponent and mantissa of a float type.
fn layout(dtype: DType) -> Option<(u32, u32)> {
    match dtype {
        DType::F8E4M3FN => Some((4, 3)),
        DType::F8E5M2 => Some((5, 2)),
        DType::F16 => Some((5, 10)),
        DType::BF16 => Some((8, 7)),
        DType::F32 => Some((8, 23)),
        DType::F64 => Some((11, 52)),
        _ => None,
    }
}

impl ReducePrecision {
    fn round(self, x: f64) -> f64 {
        if !x.is_finite() || x == 0.0 {
            return x;
        }
        let bits = if self.mantissa_bits < 52 {
            let dropped = 52 - self.mantissa_bits;
            let bits = x.to_bits();
            let half = (1 << (dropped - 1)) - 1 + (bits >> dropped & 1);
            (bits + half) & !((1 << dropped) - 1)
        } else {
            x.to_bits()
        };
        let bias = (1i64 << (self.exponent_bits.min(11) - 1)) - 1;
        let exponent = (bits >> 52 & 0x7ff) as i64 - 1023;
        if exponent > bias {
            f64::INFINITY.copysign(x)
        } else if exponent < 1 - bias {
            0.0_f64.copysign(x)
        } else {
            f64::from_bits(bits)
        }
    }
}

impl Primitive for ReducePrecision {
    fn name(&self) -> &'static str {
        REDUCE_PRECISION
    }

    fn attrs(&self) -> Attrs {
        vec![
            ("exponent_bits", Attr::Int(self.exponent_bits.into())),
            ("mantissa_bits", Attr::Int(self.mantissa_bits.into())),
        ]
    }

    fn parse(name: &str, attrs: &mut AttrReader) -> Option<Result<Self, String>> {
        let mut bits = |key| {
            let bits = attrs.size(key)?;
            u32::try_from(bits).map_err(|_| format!("attribute {key} is too large"))
        };
        (name == REDUCE_PRECISION).then(|| {
            Ok(ReducePrecision { exponent_bits: bits("exponent_bits")?, mantissa_bits: bits("mantissa_bits")? })
        })
    }

    fn infer(&self, operands: &[&TensorType]) -> Result<Vec<TensorType>> {
        let [x] = rules::operands(REDUCE_PRECISION, operands)?;
        if layout(x.dtype).is_none() || self.exponent_bits == 0 {
            return Err(IrError::ty(REDUCE_PRECISION, "needs floats and at least one bit of exponent", operands));
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
        rules::linear_transpose(cotangents, operands, |ct, _| b.emit1(*self, &[ct]))
    }

    fn batch(&self, b: &mut Builder, batch: &Batch, operands: &[Mapped]) -> Result<Vec<Mapped>> {
        batching::apply(b, batch, *self, operands)
    }

    fn lower(&self, e: &mut dyn Emitter, operands: &[HloValue], results: &[TensorType]) -> Result<Vec<HloValue>> {
        let attributes = vec![
            ("exponent_bits", format!("{} : i32", self.exponent_bits)),
            ("mantissa_bits", format!("{} : i32", self.mantissa_bits)),
        ];
        e.op(HloOp { name: "stablehlo.reduce_precision", operands, attributes, regions: Vec::new(), results })
    }

    fn eval(&self, operands: &[&Array]) -> Result<Vec<Array>> {
        let [x] = rules::arrays(REDUCE_PRECISION, operands)?;
        let (Wide::Float(values), Some((exponent, mantissa))) = (Wide::of(x), layout(x.ty().dtype)) else {
            return Err(super::wide::no_kernel(REDUCE_PRECISION, x.ty().dtype));
        };
        // What the type does not have is not rounded to, and where the exponent keeps its width, numbers
        // below the normal ones stay.
        let narrow = ReducePrecision { mantissa_bits: self.mantissa_bits.min(mantissa), ..*self };
        let smallest = 2.0_f64.powi(2 - (1 << (exponent - 1)));
        let keeps = |x: f64| self.exponent_bits >= exponent && x.abs() < smallest;
        let rounded =
            values.into_iter().map(|x| if keeps(x) && self.mantissa_bits >= mantissa { x } else { narrow.round(x) });
        Ok(vec![Wide::Float(rounded.collect()).narrow(REDUCE_PRECISION, x.ty())?])
    }
}

impl Builder {
    /// The neighbour of `x` in the direction of `y`; `y` where they are equal.
    ///
    /// # Errors
    /// The operands are not of one float type.
    pub fn nextafter(&mut self, x: Value, y: Value) -> Result<Value> {
        self.emit1(NextAfter, &[x, y])
    }

    /// Rounds to fewer bits of exponent and mantissa, keeping the type.
    ///
    /// # Errors
    /// `x` is no float, or there is no bit of exponent.
    pub fn reduce_precision(&mut self, x: Value, exponent_bits: u32, mantissa_bits: u32) -> Result<Value> {
        self.emit1(ReducePrecision { exponent_bits, mantissa_bits }, &[x])
    }
}
