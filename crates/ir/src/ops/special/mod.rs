//! Special functions that need more than a line: in double precision for reference evaluation, and
//! composed of primitives where no StableHLO or CHLO operation computes them.

mod bessel;
mod beta;
mod gamma;
mod zeta;

use std::f64::consts::{FRAC_2_SQRT_PI, PI};

use crate::{Array, Builder, DType, Result, Value};

pub(crate) use bessel::{compose_i0e, i0e, i1e};
pub(crate) use beta::{betainc, compose_betainc};
pub(crate) use gamma::{
    compose_igamma, compose_igamma_grad_a, compose_igammac, compose_random_gamma_grad, igamma, igamma_grad_a, igammac,
    random_gamma_grad,
};
pub(crate) use zeta::{polygamma, zeta};

/// Runs `compose` in single precision where the operands are narrower.
fn at_least_f32<const N: usize>(
    b: &mut Builder,
    operands: [Value; N],
    compose: impl FnOnce(&mut Builder, [Value; N]) -> Result<Value>,
) -> Result<Value> {
    let Some(dtype) = operands.first().map(|&x| b.ty(x).dtype).filter(|dtype| dtype.size() < 4) else {
        return compose(b, operands);
    };
    let mut wide = operands;
    for x in &mut wide {
        *x = b.convert(*x, DType::F32)?;
    }
    let y = compose(b, wide)?;
    b.convert(y, dtype)
}

/// Whether any element holds, a `bool` scalar.
fn any(b: &mut Builder, x: Value) -> Result<Value> {
    let axes: Vec<usize> = (0..b.ty(x).rank()).collect();
    b.reduce_or(x, &axes)
}

fn is_nan(b: &mut Builder, x: Value) -> Result<Value> {
    b.ne(x, x)
}

/// x where it is farther than `tiny` from zero, `tiny` elsewhere: what continued fractions divide by.
fn away_from_zero(b: &mut Builder, x: Value, tiny: f64) -> Result<Value> {
    let tiny = b.full_like(x, tiny)?;
    let magnitude = b.abs(x)?;
    let small = b.lt(magnitude, tiny)?;
    b.select(small, tiny, x)
}

fn scalar(b: &mut Builder, dtype: DType, value: f64) -> Result<Value> {
    b.constant(Array::scalar(dtype, value))
}

/// The inverse of the error function: Winitzki's closed form (relative error below 2·10⁻³), then
/// Halley's iteration, which cubes the error.
pub(crate) fn erf_inv(x: f64) -> f64 {
    let magnitude = x.abs();
    if magnitude.is_nan() || magnitude > 1.0 {
        return f64::NAN;
    }
    if magnitude == 1.0 || magnitude == 0.0 {
        return if magnitude == 0.0 { x } else { f64::INFINITY.copysign(x) };
    }
    const A: f64 = 0.147;
    let log = (-magnitude * magnitude).ln_1p();
    let half = 2.0 / (PI * A) + log / 2.0;
    let mut y = ((half * half - log / A).sqrt() - half).sqrt();
    for _ in 0..3 {
        // Near 1 the complement keeps the digits.
        let error = if magnitude < 0.5 { libm::erf(y) - magnitude } else { (1.0 - magnitude) - libm::erfc(y) };
        let newton = error / (FRAC_2_SQRT_PI * (-y * y).exp());
        y -= newton / (1.0 + y * newton);
    }
    y.copysign(x)
}

/// The derivative of log Γ: reflection, recurrence up to 10, then the asymptotic series. NaN at the poles.
pub(crate) fn digamma(x: f64) -> f64 {
    if x <= 0.0 && x == x.floor() {
        return f64::NAN;
    }
    if x < 0.5 {
        return digamma(1.0 - x) - PI / (PI * x).tan();
    }
    let (mut x, mut sum) = (x, 0.0);
    while x < 10.0 {
        sum -= 1.0 / x;
        x += 1.0;
    }
    // Bernoulli numbers over 2k, of which the first omitted term is below 10⁻¹⁶.
    const SERIES: [f64; 7] =
        [1.0 / 12.0, -1.0 / 120.0, 1.0 / 252.0, -1.0 / 240.0, 1.0 / 132.0, -691.0 / 32760.0, 1.0 / 12.0];
    let inverse_square = 1.0 / (x * x);
    let tail = SERIES.iter().rev().fold(0.0, |tail, c| (tail + c) * inverse_square);
    sum + x.ln() - 0.5 / x - tail
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn erf_inv_inverts_erf() {
        for y in [1e-9, 0.01, 0.3, 0.5, 1.0, 2.0, 3.0] {
            let x = libm::erf(y);
            assert!((erf_inv(x) - y).abs() <= 1e-9 * y.max(1.0), "{y}");
            assert_eq!(erf_inv(-x), -erf_inv(x));
        }
        assert_eq!(erf_inv(1.0), f64::INFINITY);
        assert!(erf_inv(1.5).is_nan());
    }

    #[test]
    fn digamma_at_known_points() {
        const EULER: f64 = 0.577_215_664_901_532_9;
        assert!((digamma(1.0) + EULER).abs() < 1e-14);
        assert!((digamma(0.5) + EULER + 2.0 * std::f64::consts::LN_2).abs() < 1e-14);
        assert!((digamma(-0.5) - digamma(0.5) - 2.0).abs() < 1e-13);
        assert!(digamma(-2.0).is_nan());
    }
}
