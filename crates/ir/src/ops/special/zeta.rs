//! The Hurwitz zeta function and the polygamma functions.

use super::digamma;

/// Σₖ (k + q)^(−s), for s > 1: the first terms, then Euler and Maclaurin's formula.
pub(crate) fn zeta(s: f64, q: f64) -> f64 {
    if s.is_nan() || q.is_nan() || s < 1.0 {
        return f64::NAN;
    }
    if s == 1.0 {
        return f64::INFINITY;
    }
    if q <= 0.0 {
        // At a pole, terms of both signs meet unless the exponent is even.
        if q == q.floor() {
            return if s % 2.0 == 0.0 { f64::INFINITY } else { f64::NAN };
        }
        if s != s.floor() {
            return f64::NAN;
        }
    }
    // The terms below 0 by themselves, from the one nearest to 0, where there are many.
    if q < -100.0 {
        let (nearest, next) = (q.ceil() - q, 1.0 - q);
        let below = zeta(s, nearest) - zeta(s, next);
        return zeta(s, 1.0 - nearest) + if s % 2.0 == 0.0 { below } else { -below };
    }
    let (mut sum, mut at) = (0.0, q);
    while at < 12.0 {
        sum += at.powf(-s);
        at += 1.0;
    }
    // B₂ₖ / (2k)!.
    const BERNOULLI: [f64; 10] = [
        1.0 / 12.0,
        -1.0 / 720.0,
        1.0 / 30_240.0,
        -1.0 / 1_209_600.0,
        1.0 / 47_900_160.0,
        -691.0 / 1_307_674_368_000.0,
        1.0 / 74_724_249_600.0,
        -3617.0 / 10_670_622_842_880_000.0,
        43_867.0 / 5_109_094_217_170_944_000.0,
        -174_611.0 / 802_857_662_698_291_200_000.0,
    ];
    let power = at.powf(-s);
    let mut tail = power * at / (s - 1.0) + power / 2.0;
    let mut factor = s * power / at;
    for (k, bernoulli) in BERNOULLI.iter().enumerate() {
        tail += bernoulli * factor;
        let next = s + (2 * k + 1) as f64;
        factor *= next * (next + 1.0) / (at * at);
    }
    sum + tail
}

/// The derivative of order `order` of digamma, for whole orders.
pub(crate) fn polygamma(order: f64, x: f64) -> f64 {
    if order < 0.0 || order != order.floor() {
        return f64::NAN;
    }
    if order == 0.0 {
        return digamma(x);
    }
    let sign = if order % 2.0 == 0.0 { -1.0 } else { 1.0 };
    sign * libm::tgamma(order + 1.0) * zeta(order + 1.0, x)
}
