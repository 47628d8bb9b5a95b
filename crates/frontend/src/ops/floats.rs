//! How floats are stored, and functions that take them apart.

use keramos_ir::DType;

use super::Domain;
use crate::error::{Error, Result};
use crate::trace::{Tensor, Tracer};

/// Whether the element type has fractions.
pub(crate) fn is_inexact(dtype: DType) -> bool {
    !(dtype.is_int() || dtype == DType::Bool)
}

/// The largest finite number of a float type.
pub(crate) fn largest(dtype: DType) -> f64 {
    match dtype {
        DType::F16 => 65504.0,
        DType::BF16 => f64::from(f32::from_bits(0x7F7F_0000)),
        DType::F64 => f64::MAX,
        _ => f64::from(f32::MAX),
    }
}

/// The smallest normal number of a float type.
pub(crate) fn smallest_normal(dtype: DType) -> f64 {
    match dtype {
        DType::F8E4M3FN => 2f64.powi(-6),
        DType::F16 | DType::F8E5M2 => 2f64.powi(-14),
        DType::F64 => f64::MIN_POSITIVE,
        _ => f64::from(f32::MIN_POSITIVE),
    }
}

/// The signed integer type as wide as a float type.
pub(crate) fn bits_of(dtype: DType) -> DType {
    match dtype.size() {
        1 => DType::I8,
        2 => DType::I16,
        8 => DType::I64,
        _ => DType::I32,
    }
}

/// Mantissa bits and bias of a float type.
fn layout(dtype: DType) -> (i64, i64) {
    match dtype {
        DType::F8E4M3FN => (3, 7),
        DType::F8E5M2 => (2, 15),
        DType::F16 => (10, 15),
        DType::BF16 => (7, 127),
        DType::F64 => (52, 1023),
        _ => (23, 127),
    }
}

impl Tracer {
    /// x as fraction in [½, 1) and exponent of 2 (`int32`).
    pub(crate) fn frexp(&mut self, x: &Tensor) -> Result<[Tensor; 2]> {
        let [x] = self.common(Domain::Float, [x])?;
        let (mantissa, bias) = layout(x.dtype());
        let int = bits_of(x.dtype());
        let mask = (1i64 << (x.dtype().size() as i64 * 8 - 1 - mantissa)) - 1;
        let x = x.into_strong();
        let scale = 2f64.powi(mantissa as i32);
        let smallest = 2f64.powi(1 - bias as i32);
        let dtype = x.dtype();
        self.compute_all([&x], |[x]| {
            let plain = x.stop_gradient();
            let tiny = plain.abs().lt(smallest);
            let bits = tiny.select(plain * scale, plain).map(|t, x| t.bitcast(x, int));
            let exponent = bits.map(|t, x| {
                let places = t.literal(mantissa)?;
                t.shift_right(x, &places)
            });
            let exponent = exponent.and(mask) - (bias - 1) - tiny.select(bits.number(mantissa as f64), 0);
            let kept = bits.and(!(mask << mantissa)).or((bias - 1) << mantissa);
            let fraction = kept.map(|t, x| t.bitcast(x, dtype));
            let whole = plain.isinf().or(plain.is_nan()).or(plain.eq(0.0));
            let exponent = whole.select(0, exponent).convert(DType::I32);
            // The fraction as x·2⁻ᵉ: so that its derivative is 2⁻ᵉ.
            let slope = (-exponent).convert(dtype).exp2();
            let value = whole.select(plain, fraction);
            let change = (x - x.stop_gradient()) * slope;
            [whole.select(value, value + change), exponent]
        })
    }

    /// x·2ⁿ.
    pub(crate) fn ldexp(&mut self, x: &Tensor, n: &Tensor) -> Result<Tensor> {
        if is_inexact(n.dtype()) {
            return Err(Error::argument(format!("ldexp needs an integer exponent, found {}", n.ty())));
        }
        let [fraction, exponent] = self.frexp(x)?;
        let [x] = self.common(Domain::Float, [x])?;
        let dtype = x.dtype();
        self.compute([&x, n, &fraction, &exponent], |[x, n, fraction, exponent]| {
            let exponent = (exponent + n.convert(DType::I32)).convert(dtype);
            let above = exponent.gt(0);
            let fraction = above.select(fraction * 2.0, fraction);
            let exponent = above.select(exponent - 1.0, exponent);
            let unchanged = x.isinf().or(x.eq(0.0));
            unchanged.select(x, fraction * exponent.exp2())
        })
    }

    /// Fraction and whole part, both of x's sign.
    pub(crate) fn modf(&mut self, x: &Tensor) -> Result<[Tensor; 2]> {
        let [x] = self.common(Domain::Float, [x])?;
        let whole = self.compute([&x], |[x]| x.ge(0).select(x.floor(), x.ceil()))?;
        Ok([self.sub(&x, &whole)?, whole])
    }

    /// The next number after `x` in the direction of `y`.
    pub(crate) fn next_after(&mut self, x: &Tensor, y: &Tensor) -> Result<Tensor> {
        let [x, y] = self.common(Domain::Float, [x, y])?;
        let (x, y, _) = self.operands(&x, &y)?;
        let (dtype, int) = (x.dtype(), bits_of(x.dtype()));
        self.compute([&x, &y], |[x, y]| {
            let bits = x.map(|t, x| t.bitcast(x, int));
            // The bits of floats of one sign are ordered as the floats: away from zero is one more.
            let away = x.lt(y).eq(x.gt(0.0));
            let moved = away.select(bits + 1, bits - 1).map(|t, x| t.bitcast(x, dtype));
            let smallest = bits.number(1).map(|t, x| t.bitcast(x, dtype));
            let from_zero = y.gt(0.0).select(smallest, -smallest);
            let next = x.eq(0.0).select(from_zero, moved);
            let next = x.eq(y).select(y, next);
            x.is_nan().or(y.is_nan()).select(x + y, next)
        })
    }

    /// The distance to the next number away from zero, of x's sign.
    pub(crate) fn spacing(&mut self, x: &Tensor) -> Result<Tensor> {
        let [x] = self.common(Domain::Float, [x])?;
        self.compute([&x], |[x]| {
            let far = x.number(f64::INFINITY).with(x, |t, far, x| t.copysign(far, x));
            x.with(far, |t, x, far| t.next_after(x, far)) - x
        })
    }
}
