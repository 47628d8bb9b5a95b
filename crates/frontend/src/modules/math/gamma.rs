//! The gamma function and its logarithm, as CPython computes them: by Lanczos's sum with 13 terms.
//!
//! The coefficients are those for `g` below (Pugh 2004, also in Boost); what remains is rounding of a few units in the
//! last place.

use std::f64::consts::PI;

use crate::error::Result;
use crate::interp::exceptions::raise;

/// Lanczos's parameter, and the same less a half.
const G: f64 = 6.024_680_040_776_73;
const G_LESS: f64 = G - 0.5;

const NUMERATOR: [f64; 13] = [
    23_531_376_880.410_76,
    42_919_803_642.649_1,
    35_711_959_237.355_67,
    17_921_034_426.037_21,
    6_039_542_586.352_028,
    1_439_720_407.311_721_6,
    248_874_557.862_054_17,
    31_426_415.585_400_194,
    2_876_370.628_935_372_4,
    186_056.265_395_223_5,
    8_071.672_002_365_816,
    210.824_277_751_579_36,
    2.506_628_274_631_000_2,
];

const DENOMINATOR: [f64; 13] = [
    0.0,
    39_916_800.0,
    120_543_840.0,
    150_917_976.0,
    105_258_076.0,
    45_995_730.0,
    13_339_535.0,
    2_637_558.0,
    357_423.0,
    32_670.0,
    1_925.0,
    66.0,
    1.0,
];

/// The largest integer whose factorial a double holds exactly, plus one.
const EXACT: f64 = 23.0;

fn domain() -> crate::error::Error {
    raise("ValueError", "math domain error")
}

fn overflow() -> crate::error::Error {
    raise("OverflowError", "math range error")
}

/// Lanczos's sum; by powers of 1/x where those of x would grow large.
fn lanczos(x: f64) -> f64 {
    let (mut over, mut under) = (0.0, 0.0);
    if x < 5.0 {
        for (a, b) in NUMERATOR.iter().zip(&DENOMINATOR).rev() {
            over = over * x + a;
            under = under * x + b;
        }
    } else {
        for (a, b) in NUMERATOR.iter().zip(&DENOMINATOR) {
            over = over / x + a;
            under = under / x + b;
        }
    }
    over / under
}

/// sin(πx) without the error of multiplying by π.
fn sin_pi(x: f64) -> f64 {
    let y = x.abs() % 2.0;
    let value = match (2.0 * y).round() as i64 {
        0 => (PI * y).sin(),
        1 => (PI * (y - 0.5)).cos(),
        2 => (PI * (1.0 - y)).sin(),
        3 => -(PI * (y - 1.5)).cos(),
        _ => (PI * (y - 2.0)).sin(),
    };
    value * x.signum()
}

/// The gamma function.
///
/// # Errors
/// `x` is no positive number but an integer, or minus infinity; the value is too large.
pub(super) fn gamma(x: f64) -> Result<f64> {
    if !x.is_finite() {
        return if x.is_nan() || x > 0.0 { Ok(x) } else { Err(domain()) };
    }
    if x == 0.0 {
        return Err(domain());
    }
    if x == x.floor() {
        if x < 0.0 {
            return Err(domain());
        }
        if x <= EXACT {
            return Ok((1..x as u64).fold(1.0, |product, n| product * n as f64));
        }
    }
    let size = x.abs();
    if size < 1e-20 {
        let value = 1.0 / x;
        return if value.is_infinite() { Err(overflow()) } else { Ok(value) };
    }
    if size > 200.0 {
        return if x < 0.0 { Ok(0.0 / sin_pi(x)) } else { Err(overflow()) };
    }
    let y = size + G_LESS;
    // What rounding leaves out of y.
    let z = if size > G_LESS { (y - size) - G_LESS } else { (y - G_LESS) - size } * G / y;
    let value = if x < 0.0 {
        let value = -PI / sin_pi(size) / size * y.exp() / lanczos(size);
        let value = value - z * value;
        if size < 140.0 {
            value / y.powf(size - 0.5)
        } else {
            let half = y.powf(size / 2.0 - 0.25);
            value / half / half
        }
    } else {
        let value = lanczos(size) / y.exp();
        let value = value + z * value;
        if size < 140.0 {
            value * y.powf(size - 0.5)
        } else {
            let half = y.powf(size / 2.0 - 0.25);
            value * half * half
        }
    };
    if value.is_infinite() { Err(overflow()) } else { Ok(value) }
}

/// The logarithm of the absolute value of the gamma function.
///
/// # Errors
/// `x` is an integer of at most 0, or the value is too large.
pub(super) fn log_gamma(x: f64) -> Result<f64> {
    if !x.is_finite() {
        return Ok(if x.is_nan() { x } else { f64::INFINITY });
    }
    if x == x.floor() && x <= 2.0 {
        return if x <= 0.0 { Err(domain()) } else { Ok(0.0) };
    }
    let size = x.abs();
    if size < 1e-20 {
        return Ok(-size.ln());
    }
    let mut value = lanczos(size).ln() - G;
    value += (size - 0.5) * ((size + G - 0.5).ln() - 1.0);
    if x < 0.0 {
        value = PI.ln() - sin_pi(size).abs().ln() - size.ln() - value;
    }
    if value.is_infinite() { Err(overflow()) } else { Ok(value) }
}
