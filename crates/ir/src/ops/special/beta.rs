//! The regularized incomplete beta function I(a, b; x), by its continued fraction (DLMF 8.17.22) where
//! that converges fast, and by the symmetry I(a, b; x) = 1 − I(b, a; 1 − x) elsewhere.

use std::sync::Arc;

use crate::{Builder, DType, Function, Result, TensorType, Value};

use super::{any, at_least_f32, away_from_zero, is_nan, scalar};

const TINY: f64 = 1e-30;

/// Steps after which the fraction is given up; each takes two of its terms.
const STEPS: usize = 600;

/// I(a, b; x). NaN outside of a, b ≥ 0 and 0 ≤ x ≤ 1, and where a limit depends on the direction.
pub(crate) fn betainc(a: f64, b: f64, x: f64) -> f64 {
    let (a_limit, b_limit) = (a == 0.0 || b.is_infinite(), b == 0.0 || a.is_infinite());
    if !(a >= 0.0 && b >= 0.0 && (0.0..=1.0).contains(&x)) || (a_limit && b_limit) {
        return f64::NAN;
    }
    match (a_limit, b_limit, x) {
        (true, _, _) => return if x == 0.0 { 0.0 } else { 1.0 },
        (_, true, _) => return if x == 1.0 { 1.0 } else { 0.0 },
        _ => {}
    }
    if x == 0.0 || x == 1.0 {
        return x;
    }
    let fast = x < (a + 1.0) / (a + b + 2.0);
    let (p, q, at) = if fast { (a, b, x) } else { (b, a, 1.0 - x) };
    let log_beta = libm::lgamma(p) + libm::lgamma(q) - libm::lgamma(p + q);
    let value = (p * at.ln() + q * (-at).ln_1p() - log_beta).exp() / p * fraction(p, q, at);
    if fast { value } else { 1.0 - value }
}

/// Lentz's evaluation of 1/(1 + d₁/(1 + d₂/(1 + …))).
fn fraction(a: f64, b: f64, x: f64) -> f64 {
    let guard = |x: f64| if x.abs() < TINY { TINY } else { x };
    let mut c = 1.0;
    let mut d = 1.0 / guard(1.0 - (a + b) * x / (a + 1.0));
    let mut value = d;
    for m in 1..=STEPS {
        let m = m as f64;
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let before = value;
        for term in [even, odd] {
            d = 1.0 / guard(1.0 + term * d);
            c = guard(1.0 + term / c);
            value *= c * d;
        }
        if (value - before).abs() <= f64::EPSILON * value.abs() {
            break;
        }
    }
    value
}

/// I(a, b; x), composed.
pub(crate) fn compose_betainc(b: &mut Builder, operands: [Value; 3]) -> Result<Value> {
    at_least_f32(b, operands, |b, [p, q, x]| {
        let (zero, one) = (b.full_like(x, 0.0)?, b.full_like(x, 1.0)?);
        let infinity = b.full_like(x, f64::INFINITY)?;
        let limit = |b: &mut Builder, u: Value, v: Value| {
            let (none, all) = (b.eq(u, zero)?, b.eq(v, infinity)?);
            b.or(none, all)
        };
        let (p_limit, q_limit) = (limit(b, p, q)?, limit(b, q, p)?);
        let (at_zero, at_one) = (b.eq(x, zero)?, b.eq(x, one)?);

        let (p1, both) = (b.add(p, one)?, b.add(p, q)?);
        let both2 = b.add_scalar(both, 2.0)?;
        let mean = b.div(p1, both2)?;
        let fast = b.lt(x, mean)?;
        let (u, v) = (b.select(fast, p, q)?, b.select(fast, q, p)?);
        let rest = b.one_minus(x)?;
        let at = b.select(fast, x, rest)?;

        let fraction = compose_fraction(b, u, v, at)?;
        let sum = b.add(u, v)?;
        let (lu, lv, lsum) = (b.lgamma(u)?, b.lgamma(v)?, b.lgamma(sum)?);
        let log_beta = b.add(lu, lv)?;
        let log_beta = b.sub(log_beta, lsum)?;
        let (log, minus) = (b.log(at)?, b.neg(at)?);
        let log_rest = b.log1p(minus)?;
        let (left, right) = (b.mul(u, log)?, b.mul(v, log_rest)?);
        let exponent = b.add(left, right)?;
        let exponent = b.sub(exponent, log_beta)?;
        let factor = b.exp(exponent)?;
        let factor = b.div(factor, u)?;
        let value = b.mul(factor, fraction)?;
        let other = b.one_minus(value)?;
        let mut result = b.select(fast, value, other)?;

        for (place, value) in [(at_zero, zero), (at_one, one)] {
            result = b.select(place, value, result)?;
        }
        let (step_up, step_down) = (b.select(at_zero, zero, one)?, b.select(at_one, one, zero)?);
        result = b.select(p_limit, step_up, result)?;
        result = b.select(q_limit, step_down, result)?;
        let mut invalid = b.and(p_limit, q_limit)?;
        for x in [p, q, x] {
            let (negative, nan) = (b.lt(x, zero)?, is_nan(b, x)?);
            invalid = b.or(invalid, negative)?;
            invalid = b.or(invalid, nan)?;
        }
        let above = b.gt(x, one)?;
        invalid = b.or(invalid, above)?;
        let nan = b.full_like(x, f64::NAN)?;
        b.select(invalid, nan, result)
    })
}

fn compose_fraction(b: &mut Builder, p: Value, q: Value, x: Value) -> Result<Value> {
    let ty = b.ty(x).clone();
    let one = b.full_like(x, 1.0)?;
    let (sum, p1) = (b.add(p, q)?, b.add(p, one)?);
    let term = b.mul(sum, x)?;
    let term = b.div(term, p1)?;
    let d = b.sub(one, term)?;
    let d = away_from_zero(b, d, TINY)?;
    let d = b.div(one, d)?;
    let m = scalar(b, ty.dtype, 1.0)?;
    let running = b.full(&ty.with_dtype(DType::Bool), 1.0)?;
    let (cond, body) = (condition(&ty)?, step(&ty)?);
    let ends = b.while_loop(&Arc::new(cond), &Arc::new(body), &[m, running, one, d, d, p, q, x])?;
    ends.get(4).map_or(Ok(one), |&value| Ok(value))
}

fn params(b: &mut Builder, ty: &TensorType) -> [Value; 8] {
    let m = b.param(TensorType::scalar(ty.dtype));
    let running = b.param(ty.with_dtype(DType::Bool));
    let [c, d, value, p, q, x] = [(); 6].map(|()| b.param(ty.clone()));
    [m, running, c, d, value, p, q, x]
}

fn condition(ty: &TensorType) -> Result<Function> {
    let mut b = Builder::new("betainc_cond");
    let [m, running, ..] = params(&mut b, ty);
    let last = scalar(&mut b, ty.dtype, STEPS as f64)?;
    let (more, any) = (b.le(m, last)?, any(&mut b, running)?);
    let holds = b.and(more, any)?;
    Ok(b.finish(vec![holds]))
}

/// Two terms of the fraction.
fn step(ty: &TensorType) -> Result<Function> {
    let mut builder = Builder::new("betainc_step");
    let b = &mut builder;
    let [count, _, mut c, mut d, mut value, p, q, x] = params(b, ty);
    let m = b.broadcast(count, &ty.shape)?;
    let one = b.full_like(x, 1.0)?;
    let twice = b.add(m, m)?;
    let middle = b.add(p, twice)?;
    let (below, above) = (b.sub(middle, one)?, b.add(middle, one)?);
    let rest = b.sub(q, m)?;
    let even = b.mul(m, rest)?;
    let even = b.mul(even, x)?;
    let even_scale = b.mul(below, middle)?;
    let even = b.div(even, even_scale)?;
    let (pm, pq) = (b.add(p, m)?, b.add(p, q)?);
    let pqm = b.add(pq, m)?;
    let odd = b.mul(pm, pqm)?;
    let odd = b.mul(odd, x)?;
    let odd_scale = b.mul(middle, above)?;
    let odd = b.div(odd, odd_scale)?;
    let odd = b.neg(odd)?;
    let before = value;
    for term in [even, odd] {
        let product = b.mul(term, d)?;
        let sum = b.add(one, product)?;
        let sum = away_from_zero(b, sum, TINY)?;
        d = b.div(one, sum)?;
        let ratio = b.div(term, c)?;
        let sum = b.add(one, ratio)?;
        c = away_from_zero(b, sum, TINY)?;
        let delta = b.mul(c, d)?;
        value = b.mul(value, delta)?;
    }
    let change = b.sub(value, before)?;
    let (change, size) = (b.abs(change)?, b.abs(value)?);
    let bound = b.mul_scalar(size, ty.dtype.epsilon())?;
    let running = b.gt(change, bound)?;
    let next = b.add_scalar(count, 1.0)?;
    Ok(builder.finish(vec![next, running, c, d, value, p, q, x]))
}
