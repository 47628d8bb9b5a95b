//! The regularized incomplete gamma functions P(a, x) and Q(a, x) = 1 − P(a, x), and the derivatives in
//! `a` that gamma-distributed samples need.
//!
//! With e(a, x) = x^a·e^(−x)/Γ(a): P = e·S/a with the power series S (DLMF 8.7.1), Q = e·F with
//! the continued fraction F (DLMF 8.9.2). Derivatives in `a` come from those of S and F. Near x = a both take some √a
//! terms; reference evaluation leaves them at [`LARGE`] for the uniform expansion (DLMF 8.12).

use std::sync::Arc;

use crate::{Builder, DType, Function, Result, TensorType, Value, transform};

use super::{any, at_least_f32, away_from_zero, digamma, is_nan, scalar};

const TINY: f64 = 1e-30;

/// Terms after which the fraction is given up.
const STEPS: usize = 2000;

/// The `a` from which on three terms of the uniform expansion are exact in double precision.
const LARGE: f64 = 1e6;

/// A number with its derivative in `a`.
#[derive(Clone, Copy)]
struct Dual(f64, f64);

impl Dual {
    fn add(self, y: Dual) -> Dual {
        Dual(self.0 + y.0, self.1 + y.1)
    }
    fn mul(self, y: Dual) -> Dual {
        Dual(self.0 * y.0, self.0 * y.1 + self.1 * y.0)
    }
    fn inverse(self) -> Dual {
        Dual(1.0 / self.0, -self.1 / (self.0 * self.0))
    }
    fn guarded(self) -> Dual {
        if self.0.abs() < TINY { Dual(TINY, 0.0) } else { self }
    }
}

/// S = Σ xⁿ/((a+1)…(a+n)).
fn series(a: f64, x: f64) -> Dual {
    let (mut term, mut sum, mut n) = (Dual(1.0, 0.0), Dual(1.0, 0.0), 0.0);
    loop {
        n += 1.0;
        term = term.mul(Dual(x / (a + n), -x / ((a + n) * (a + n))));
        sum = sum.add(term);
        if term.0 <= 1e-18 * sum.0 || !sum.0.is_finite() {
            return sum;
        }
    }
}

/// F = 1/(x+1−a − 1(1−a)/(x+3−a − 2(2−a)/(…))), by Lentz's method.
fn fraction(a: f64, x: f64) -> Dual {
    let mut b = Dual(x + 1.0 - a, -1.0);
    let mut c = Dual(1.0 / TINY, 0.0);
    let mut d = b.guarded().inverse();
    let mut value = d;
    for i in 1..=STEPS {
        let i = i as f64;
        let numerator = Dual(-i * (i - a), i);
        b = b.add(Dual(2.0, 0.0));
        d = numerator.mul(d).add(b).guarded().inverse();
        c = b.add(numerator.mul(c.inverse())).guarded();
        let delta = c.mul(d);
        value = value.mul(delta);
        if (delta.0 - 1.0).abs() <= f64::EPSILON && delta.1.abs() <= f64::EPSILON {
            break;
        }
    }
    value
}

/// e(a, x).
fn envelope(a: f64, x: f64) -> f64 {
    (a * x.ln() - x - libm::lgamma(a)).exp()
}

/// The uniform expansion of P and Q in η, ½η² = x/a − 1 − ln(x/a), for a ≥ [`LARGE`] (DLMF 8.12.3, 8.12.4).
struct Uniform {
    /// η·√(a/2), of which P is ½·erfc(−η√(a/2)) − S.
    z: f64,
    /// e^(−aη²/2)/√(2πa), which is (1 + 1/(12a))·e(a, x)/a.
    density: f64,
    /// S over the density: c₀(η) + c₁(η)/a + c₂(η)/a².
    rest: f64,
    /// ∂P/∂a over the density.
    slope: f64,
}

impl Uniform {
    fn at(a: f64, x: f64) -> Uniform {
        let mu = (x - a) / a;
        let log = if mu > -0.5 { mu.ln_1p() } else { (x / a).ln() };
        let near = mu.abs() < 0.01;
        let half = match near {
            true => (2..12).rev().fold(0.0, |sum, k| 1.0 / f64::from(k) - mu * sum) * mu * mu,
            false => mu - log,
        };
        let eta = (2.0 * half).sqrt().copysign(mu);
        let c0 = match near {
            true => -1.0 / 3.0 + eta * (1.0 / 12.0 + eta * (-2.0 / 135.0 + eta / 864.0)),
            false => 1.0 / mu - 1.0 / eta,
        };
        let (c1, c2) = if near { (-1.0 / 540.0 - eta / 288.0, 25.0 / 6048.0) } else { (0.0, 0.0) };
        let rest = c0 + (c1 + c2 / a) / a;
        // ∂η/∂a = −μ/(aη), and the density's logarithm changes by ln(x/a) − 1/(2a).
        let (ratio, along) = if eta == 0.0 { (1.0, 1.0) } else { (log / eta, mu / eta) };
        let change = if near { 1.0 / 12.0 + eta * (-4.0 / 135.0 + eta / 288.0) } else { 0.0 };
        Uniform {
            z: (a * half).sqrt().copysign(mu),
            density: (-a * half).exp() / (std::f64::consts::TAU * a).sqrt(),
            rest,
            slope: -ratio - (log - 0.5 / a) * rest + change * along / a,
        }
    }

    fn lower(&self) -> f64 {
        0.5 * libm::erfc(-self.z) - self.density * self.rest
    }

    fn upper(&self) -> f64 {
        0.5 * libm::erfc(self.z) + self.density * self.rest
    }
}

/// P(a, x). NaN for negative operands and where both are 0.
pub(crate) fn igamma(a: f64, x: f64) -> f64 {
    match outside(a, x) {
        true => f64::NAN,
        _ if x == 0.0 => 0.0,
        _ if x.is_infinite() => 1.0,
        _ if a >= LARGE => Uniform::at(a, x).lower(),
        _ if x >= 1.0 && x > a => 1.0 - envelope(a, x) * fraction(a, x).0,
        _ => series(a, x).0 * envelope(a, x) / a,
    }
}

/// Q(a, x).
pub(crate) fn igammac(a: f64, x: f64) -> f64 {
    match outside(a, x) {
        true => f64::NAN,
        _ if x.is_infinite() || a == 0.0 => 0.0,
        _ if x == 0.0 => 1.0,
        _ if a >= LARGE => Uniform::at(a, x).upper(),
        _ if x < 1.0 || x < a => 1.0 - series(a, x).0 * envelope(a, x) / a,
        _ => envelope(a, x) * fraction(a, x).0,
    }
}

fn outside(a: f64, x: f64) -> bool {
    !(a >= 0.0 && x >= 0.0) || (a == 0.0 && x == 0.0)
}

/// ∂P/∂a.
pub(crate) fn igamma_grad_a(a: f64, x: f64) -> f64 {
    if !(a > 0.0 && x >= 0.0) {
        return f64::NAN;
    }
    if x == 0.0 {
        return 0.0;
    }
    if a >= LARGE {
        let at = Uniform::at(a, x);
        return if at.density == 0.0 { 0.0 } else { at.density * at.slope };
    }
    if x > 1.0 && x > a {
        let f = fraction(a, x);
        return -envelope(a, x) * (f.0 * (x.ln() - digamma(a)) + f.1);
    }
    let s = series(a, x);
    envelope(a, x) * (s.0 * (x.ln() - digamma(a + 1.0)) + s.1) / a
}

/// ∂x/∂a for x with P(a, x) held constant.
pub(crate) fn random_gamma_grad(a: f64, x: f64) -> f64 {
    if !(a > 0.0 && x >= 0.0) {
        return f64::NAN;
    }
    if x == 0.0 {
        return 0.0;
    }
    if a >= LARGE {
        return -Uniform::at(a, x).slope * (x / a) * (1.0 + 1.0 / (12.0 * a));
    }
    if x > 1.0 && x > a {
        let f = fraction(a, x);
        return x * (f.0 * (x.ln() - digamma(a)) + f.1);
    }
    let s = series(a, x);
    -x * (s.0 * (x.ln() - digamma(a + 1.0)) + s.1) / a
}

/// P(a, x), composed.
pub(crate) fn compose_igamma(b: &mut Builder, operands: [Value; 2]) -> Result<Value> {
    at_least_f32(b, operands, |b, [a, x]| {
        let at = Place::of(b, a, x)?;
        let one = b.full_like(x, 1.0)?;
        let (from_one, above) = (b.ge(x, one)?, b.gt(x, a)?);
        let use_fraction = b.and(from_one, above)?;
        let (lower, upper) = at.both(b, use_fraction)?;
        let upper = b.sub(one, upper)?;
        let value = b.select(use_fraction, upper, lower)?;
        let value = b.select(at.x_is_zero, at.zero, value)?;
        let value = b.select(at.x_is_infinite, one, value)?;
        let outside = at.outside(b)?;
        b.select(outside, at.nan, value)
    })
}

/// Q(a, x), composed.
pub(crate) fn compose_igammac(b: &mut Builder, operands: [Value; 2]) -> Result<Value> {
    at_least_f32(b, operands, |b, [a, x]| {
        let at = Place::of(b, a, x)?;
        let one = b.full_like(x, 1.0)?;
        let (below_one, below) = (b.lt(x, one)?, b.lt(x, a)?);
        let use_series = b.or(below_one, below)?;
        let use_fraction = b.not(use_series)?;
        let (lower, upper) = at.both(b, use_fraction)?;
        let lower = b.sub(one, lower)?;
        let value = b.select(use_series, lower, upper)?;
        let value = b.select(at.x_is_zero, one, value)?;
        let a_is_zero = b.eq(a, at.zero)?;
        let none = b.or(a_is_zero, at.x_is_infinite)?;
        let value = b.select(none, at.zero, value)?;
        let outside = at.outside(b)?;
        b.select(outside, at.nan, value)
    })
}

/// ∂P/∂a, composed.
pub(crate) fn compose_igamma_grad_a(b: &mut Builder, operands: [Value; 2]) -> Result<Value> {
    at_least_f32(b, operands, |b, [a, x]| {
        derivative(b, a, x, |b, slope, use_fraction, envelope| {
            let (minus, share) = (b.neg(envelope)?, b.div(envelope, a)?);
            let factor = b.select(use_fraction, minus, share)?;
            b.mul(factor, slope)
        })
    })
}

/// ∂x/∂a for x with P(a, x) held constant, composed.
pub(crate) fn compose_random_gamma_grad(b: &mut Builder, operands: [Value; 2]) -> Result<Value> {
    at_least_f32(b, operands, |b, [a, x]| {
        derivative(b, a, x, |b, slope, use_fraction, _| {
            let minus = b.neg(x)?;
            let share = b.div(minus, a)?;
            let factor = b.select(use_fraction, x, share)?;
            b.mul(factor, slope)
        })
    })
}

/// What `finish` makes of the derivative in `a` of e·F or e·a·S/a, without its factor e; NaN outside
/// of a > 0, x ≥ 0, and 0 at x = 0.
fn derivative(
    b: &mut Builder,
    a: Value,
    x: Value,
    finish: impl FnOnce(&mut Builder, Value, Value, Value) -> Result<Value>,
) -> Result<Value> {
    let at = Place::of(b, a, x)?;
    let one = b.full_like(x, 1.0)?;
    let (above_one, above) = (b.gt(x, one)?, b.gt(x, a)?);
    let use_fraction = b.and(above_one, above)?;
    let use_series = b.not(use_fraction)?;
    let (with_series, with_fraction) = (b.and(at.inside, use_series)?, b.and(at.inside, use_fraction)?);
    let (s, ds) = with_derivative(b, series_function(b.ty(x))?, with_series, a, x)?;
    let (f, df) = with_derivative(b, fraction_function(b.ty(x))?, with_fraction, a, x)?;
    let a1 = b.add(a, one)?;
    let shifted = b.select(use_fraction, a, a1)?;
    let (log, psi) = (b.log(x)?, b.digamma(shifted)?);
    let log_slope = b.sub(log, psi)?;
    let (value, d) = (b.select(use_fraction, f, s)?, b.select(use_fraction, df, ds)?);
    let slope = b.mul(value, log_slope)?;
    let slope = b.add(slope, d)?;
    let result = finish(b, slope, use_fraction, at.envelope)?;
    let result = b.select(at.x_is_zero, at.zero, result)?;
    let (negative, not_positive) = (b.lt(x, at.zero)?, b.le(a, at.zero)?);
    let outside = b.or(negative, not_positive)?;
    let outside = b.or(outside, at.is_nan)?;
    b.select(outside, at.nan, result)
}

fn with_derivative(b: &mut Builder, f: Function, enabled: Value, a: Value, x: Value) -> Result<(Value, Value)> {
    let one = b.full_like(a, 1.0)?;
    let (values, tangents) = transform::jvp_into(b, &f, &[enabled, a, x], &[None, Some(one), None])?;
    match (values.as_slice(), tangents.as_slice()) {
        (&[value], &[Some(tangent)]) => Ok((value, tangent)),
        _ => Ok((a, one)),
    }
}

/// What all functions look at first.
struct Place {
    a: Value,
    x: Value,
    zero: Value,
    nan: Value,
    is_nan: Value,
    x_is_zero: Value,
    x_is_infinite: Value,
    /// e(a, x).
    envelope: Value,
    /// Whether series and fraction are worth computing.
    inside: Value,
}

impl Place {
    fn of(b: &mut Builder, a: Value, x: Value) -> Result<Place> {
        let (zero, nan) = (b.full_like(x, 0.0)?, b.full_like(x, f64::NAN)?);
        let infinity = b.full_like(x, f64::INFINITY)?;
        let (a_nan, x_nan) = (is_nan(b, a)?, is_nan(b, x)?);
        let is_nan = b.or(a_nan, x_nan)?;
        let (x_is_zero, x_is_infinite) = (b.eq(x, zero)?, b.eq(x, infinity)?);
        let (log, log_gamma) = (b.log(x)?, b.lgamma(a)?);
        let exponent = b.mul(a, log)?;
        let exponent = b.sub(exponent, x)?;
        let exponent = b.sub(exponent, log_gamma)?;
        let least = b.full_like(x, if b.ty(x).dtype == DType::F64 { -709.0 } else { -88.0 })?;
        let (a_inside, x_inside, felt) = (b.gt(a, zero)?, b.gt(x, zero)?, b.ge(exponent, least)?);
        let inside = b.and(a_inside, x_inside)?;
        let inside = b.and(inside, felt)?;
        let envelope = b.exp(exponent)?;
        Ok(Place { a, x, zero, nan, is_nan, x_is_zero, x_is_infinite, envelope, inside })
    }

    fn outside(&self, b: &mut Builder) -> Result<Value> {
        let (a_negative, x_negative, a_is_zero) =
            (b.lt(self.a, self.zero)?, b.lt(self.x, self.zero)?, b.eq(self.a, self.zero)?);
        let both = b.and(a_is_zero, self.x_is_zero)?;
        let outside = b.or(a_negative, x_negative)?;
        let outside = b.or(outside, both)?;
        b.or(outside, self.is_nan)
    }

    /// P where the series is used, and Q where the fraction is.
    fn both(&self, b: &mut Builder, use_fraction: Value) -> Result<(Value, Value)> {
        let use_series = b.not(use_fraction)?;
        let (with_series, with_fraction) = (b.and(self.inside, use_series)?, b.and(self.inside, use_fraction)?);
        let ty = b.ty(self.x).clone();
        let s = b.inline(&series_function(&ty)?, &[with_series, self.a, self.x])?;
        let f = b.inline(&fraction_function(&ty)?, &[with_fraction, self.a, self.x])?;
        let s = s.first().map_or(Ok(self.zero), |&s| b.mul(s, self.envelope))?;
        let lower = b.div(s, self.a)?;
        let upper = f.first().map_or(Ok(self.zero), |&f| b.mul(f, self.envelope))?;
        Ok((lower, upper))
    }
}

/// S from (enabled, a, x); 1 where it is not enabled.
fn series_function(ty: &TensorType) -> Result<Function> {
    let params = |b: &mut Builder| {
        let running = b.param(ty.with_dtype(DType::Bool));
        let [n, term, sum, x] = [(); 4].map(|()| b.param(ty.clone()));
        (running, n, term, sum, x)
    };
    let mut b = Builder::new("igamma_series_cond");
    let (running, ..) = params(&mut b);
    let holds = any(&mut b, running)?;
    let cond = Arc::new(b.finish(vec![holds]));

    let mut b = Builder::new("igamma_series_step");
    let (running, n, term, sum, x) = params(&mut b);
    let next = b.add_scalar(n, 1.0)?;
    let ratio = b.div(x, next)?;
    let next_term = b.mul(term, ratio)?;
    let next_sum = b.add(sum, next_term)?;
    // Derivatives in `a` converge a little later than values.
    let bound = b.mul_scalar(next_sum, ty.dtype.epsilon() / 64.0)?;
    let felt = b.gt(next_term, bound)?;
    let still = b.and(running, felt)?;
    let term = b.select(running, next_term, term)?;
    let sum = b.select(running, next_sum, sum)?;
    let body = Arc::new(b.finish(vec![still, next, term, sum, x]));

    let mut b = Builder::new("igamma_series");
    let (enabled, a, x) = (b.param(ty.with_dtype(DType::Bool)), b.param(ty.clone()), b.param(ty.clone()));
    let one = b.full_like(x, 1.0)?;
    let ends = b.while_loop(&cond, &body, &[enabled, a, one, one, x])?;
    Ok(b.finish(ends.into_iter().skip(3).take(1).collect()))
}

/// F from (enabled, a, x); unspecified where it is not enabled.
fn fraction_function(ty: &TensorType) -> Result<Function> {
    let params = |b: &mut Builder| {
        let i = b.param(TensorType::scalar(ty.dtype));
        let running = b.param(ty.with_dtype(DType::Bool));
        let [a, denominator, c, d, value] = [(); 5].map(|()| b.param(ty.clone()));
        (i, running, a, denominator, c, d, value)
    };
    let mut b = Builder::new("igamma_fraction_cond");
    let (i, running, ..) = params(&mut b);
    let last = scalar(&mut b, ty.dtype, STEPS as f64)?;
    let (more, any) = (b.le(i, last)?, any(&mut b, running)?);
    let holds = b.and(more, any)?;
    let cond = Arc::new(b.finish(vec![holds]));

    let mut b = Builder::new("igamma_fraction_step");
    let (i, running, a, denominator, c, d, value) = params(&mut b);
    let next = b.add_scalar(i, 1.0)?;
    let i = b.broadcast(i, &ty.shape)?;
    let one = b.full_like(a, 1.0)?;
    let gap = b.sub(a, i)?;
    let numerator = b.mul(i, gap)?;
    let next_denominator = b.add_scalar(denominator, 2.0)?;
    let product = b.mul(numerator, d)?;
    let sum = b.add(product, next_denominator)?;
    let sum = away_from_zero(&mut b, sum, TINY)?;
    let next_d = b.div(one, sum)?;
    let ratio = b.div(numerator, c)?;
    let sum = b.add(next_denominator, ratio)?;
    let next_c = away_from_zero(&mut b, sum, TINY)?;
    let delta = b.mul(next_c, next_d)?;
    let next_value = b.mul(value, delta)?;
    let change = b.sub(delta, one)?;
    let change = b.abs(change)?;
    let bound = b.full_like(change, 2.0 * ty.dtype.epsilon())?;
    let felt = b.gt(change, bound)?;
    let still = b.and(running, felt)?;
    let c = b.select(running, next_c, c)?;
    let d = b.select(running, next_d, d)?;
    let value = b.select(running, next_value, value)?;
    let body = Arc::new(b.finish(vec![next, still, a, next_denominator, c, d, value]));

    let mut b = Builder::new("igamma_fraction");
    let (enabled, a, x) = (b.param(ty.with_dtype(DType::Bool)), b.param(ty.clone()), b.param(ty.clone()));
    let (one, huge) = (b.full_like(x, 1.0)?, b.full_like(x, 1.0 / TINY)?);
    let sum = b.add(x, one)?;
    let denominator = b.sub(sum, a)?;
    let guarded = away_from_zero(&mut b, denominator, TINY)?;
    let d = b.div(one, guarded)?;
    let first = scalar(&mut b, ty.dtype, 1.0)?;
    let ends = b.while_loop(&cond, &body, &[first, enabled, a, denominator, huge, d, d])?;
    Ok(b.finish(ends.into_iter().skip(6).take(1).collect()))
}
