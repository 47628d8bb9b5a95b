//! Exponentially scaled modified Bessel functions e^(−|x|)·I₀(x) and e^(−|x|)·I₁(x): the power series
//! (DLMF 10.25.2) up to 20, Hankel's expansion (DLMF 10.40.1) from there on.

use std::f64::consts::PI;

use crate::{Builder, Result, Value};

use super::at_least_f32;

const LIMIT: f64 = 20.0;

/// Terms of the series at the limit, and of the expansion, before they are below 10⁻¹⁷ of the sum.
const SERIES: usize = 48;
const EXPANSION: usize = 26;

/// e^(−|x|)·I₀(x).
pub(crate) fn i0e(x: f64) -> f64 {
    scaled(x.abs(), 0.0)
}

/// e^(−|x|)·I₁(x).
pub(crate) fn i1e(x: f64) -> f64 {
    scaled(x.abs(), 1.0).copysign(x)
}

fn scaled(x: f64, order: f64) -> f64 {
    if x <= LIMIT {
        let t = x * x / 4.0;
        let sum = (1..=SERIES).rev().map(|k| k as f64).fold(1.0, |sum, k| 1.0 + sum * t / (k * (k + order)));
        (x / 2.0).powf(order) * (-x).exp() * sum
    } else if x.is_infinite() {
        0.0
    } else {
        let terms = (1..=EXPANSION).rev().map(|k| k as f64);
        let sum = terms.fold(1.0, |sum, k| {
            let odd = 2.0 * k - 1.0;
            1.0 - sum * (4.0 * order * order - odd * odd) / (8.0 * k * x)
        });
        sum / (2.0 * PI * x).sqrt()
    }
}

/// e^(−|x|)·I₀(x), composed.
pub(crate) fn compose_i0e(b: &mut Builder, [x]: [Value; 1]) -> Result<Value> {
    at_least_f32(b, [x], |b, [x]| {
        let x = b.abs(x)?;
        let one = b.full_like(x, 1.0)?;
        let limit = b.full_like(x, LIMIT)?;

        let near = b.min(x, limit)?;
        let half = b.mul_scalar(near, 0.5)?;
        let t = b.mul(half, half)?;
        let mut series = one;
        for k in (1..=SERIES).rev() {
            let term = b.mul(series, t)?;
            let term = b.mul_scalar(term, 1.0 / (k * k) as f64)?;
            series = b.add(term, one)?;
        }
        let minus = b.neg(near)?;
        let decay = b.exp(minus)?;
        let series = b.mul(series, decay)?;

        let far = b.max(x, limit)?;
        let inverse = b.div(one, far)?;
        let mut expansion = one;
        for k in (1..=EXPANSION).rev() {
            let odd = (2 * k - 1) as f64;
            let term = b.mul(expansion, inverse)?;
            let term = b.mul_scalar(term, odd * odd / (8 * k) as f64)?;
            expansion = b.add(term, one)?;
        }
        let scale = b.mul_scalar(far, 2.0 * PI)?;
        let scale = b.sqrt(scale)?;
        let expansion = b.div(expansion, scale)?;

        let small = b.le(x, limit)?;
        b.select(small, series, expansion)
    })
}
