//! Distributions: densities, distribution functions and quantiles.

use std::f64::consts::{LN_2, PI};

use keramos_ir::as_tuple;

use super::special::beta_integral;
use crate::error::{Error, Result};
use crate::interp::Interp;
use crate::interp::builtins::functions;
use crate::jax::arguments::tensor;
use crate::library::{Bound, Default, FunctionDecl};
use crate::trace::{Formula, Term};
use crate::value::Value;

pub(super) const ZERO: Default = Default::Int(0);
pub(super) const ONE: Default = Default::Int(1);

/// A family of functions with one list of parameters each.
macro_rules! family {
    ($(#[$doc:meta])* $constant:ident { $($name:literal $params:tt $names:tt => $law:expr;)* }) => {
        $(#[$doc])*
        pub(in crate::jax::scipy) static $constant: &[FunctionDecl] = functions! {
            $($name $params "A function of the distribution." => |interp, args| {
                let formula: $crate::jax::scipy::special::Law = $law;
                $crate::jax::scipy::special::law(interp, args, &$names, formula)
            };)*
        };
    };
}

pub(super) use family;

/// (x − location) / scale.
pub(super) fn standard<'f>(p: &[Term<'f>]) -> Term<'f> {
    let n = p.len();
    (p[0] - p[n - 2]) / p[n - 1]
}

/// The scale.
pub(super) fn scale<'f>(p: &[Term<'f>]) -> Term<'f> {
    p[p.len() - 1]
}

/// Where the condition does not hold, −∞.
pub(super) fn inside<'f>(condition: Term<'f>, x: Term<'f>) -> Term<'f> {
    condition.select(x, x.filled(f64::NEG_INFINITY))
}

pub(super) fn norm_logpdf<'f>(_: &'f Formula, p: &[Term<'f>]) -> Term<'f> {
    let square = scale(p).square();
    let distance = (p[0] - p[1]).square() / square;
    ((square * (2.0 * PI)).log() + distance) * -0.5
}

family! {
    /// `norm`.
    NORM {
        "logpdf" [(x) (loc = ZERO) (scale = ONE)] ["x", "loc", "scale"] => norm_logpdf;
        "pdf" [(x) (loc = ZERO) (scale = ONE)] ["x", "loc", "scale"] => |f, p| norm_logpdf(f, p).exp();
        "cdf" [(x) (loc = ZERO) (scale = ONE)] ["x", "loc", "scale"] => |_, p| standard(p).ndtr();
        "logcdf" [(x) (loc = ZERO) (scale = ONE)] ["x", "loc", "scale"] => |_, p| standard(p).log_ndtr(3);
        "sf" [(x) (loc = ZERO) (scale = ONE)] ["x", "loc", "scale"] => |_, p| (-standard(p)).ndtr();
        "logsf" [(x) (loc = ZERO) (scale = ONE)] ["x", "loc", "scale"] => |_, p| (-standard(p)).log_ndtr(3);
        "ppf" [(q) (loc = ZERO) (scale = ONE)] ["q", "loc", "scale"] => |_, p| p[0].ndtri() * p[2] + p[1];
        "isf" [(q) (loc = ZERO) (scale = ONE)] ["q", "loc", "scale"] => |_, p| (1.0 - p[0]).ndtri() * p[2] + p[1];
    }
}

fn uniform_logpdf<'f>(_: &'f Formula, p: &[Term<'f>]) -> Term<'f> {
    inside(p[0].ge(p[1]).and(p[0].le(p[1] + p[2])), -p[2].log())
}

family! {
    /// `uniform`.
    UNIFORM {
        "logpdf" [(x) (loc = ZERO) (scale = ONE)] ["x", "loc", "scale"] => uniform_logpdf;
        "pdf" [(x) (loc = ZERO) (scale = ONE)] ["x", "loc", "scale"] => |f, p| uniform_logpdf(f, p).exp();
        "cdf" [(x) (loc = ZERO) (scale = ONE)] ["x", "loc", "scale"] => |_, p| standard(p).max(0.0).min(1.0);
        "ppf" [(q) (loc = ZERO) (scale = ONE)] ["q", "loc", "scale"] => |_, p| {
            let (q, loc, scale) = (p[0], p[1], p[2]);
            q.lt(0.0).or(q.gt(1.0)).or(q.is_nan()).select(q.filled(f64::NAN), q * scale + loc)
        };
    }
}

fn expon_logpdf<'f>(_: &'f Formula, p: &[Term<'f>]) -> Term<'f> {
    inside(p[0].ge(p[1]), -(p[2].log() + standard(p)))
}

family! {
    /// `expon`.
    EXPON {
        "logpdf" [(x) (loc = ZERO) (scale = ONE)] ["x", "loc", "scale"] => expon_logpdf;
        "pdf" [(x) (loc = ZERO) (scale = ONE)] ["x", "loc", "scale"] => |f, p| expon_logpdf(f, p).exp();
        "cdf" [(x) (loc = ZERO) (scale = ONE)] ["x", "loc", "scale"] => |_, p| -(-standard(p).max(0.0)).expm1();
        "logcdf" [(x) (loc = ZERO) (scale = ONE)] ["x", "loc", "scale"] => |_, p| (-(-standard(p).max(0.0)).exp()).log1p();
        "logsf" [(x) (loc = ZERO) (scale = ONE)] ["x", "loc", "scale"] => |_, p| -standard(p).max(0.0);
        "sf" [(x) (loc = ZERO) (scale = ONE)] ["x", "loc", "scale"] => |_, p| (-standard(p).max(0.0)).exp();
        "ppf" [(q) (loc = ZERO) (scale = ONE)] ["q", "loc", "scale"] => |_, p| -(-p[0]).log1p() * p[2] + p[1];
    }
}

fn laplace_logpdf<'f>(_: &'f Formula, p: &[Term<'f>]) -> Term<'f> {
    -(standard(p).abs() + (p[2] * 2.0).log())
}

family! {
    /// `laplace`.
    LAPLACE {
        "logpdf" [(x) (loc = ZERO) (scale = ONE)] ["x", "loc", "scale"] => laplace_logpdf;
        "pdf" [(x) (loc = ZERO) (scale = ONE)] ["x", "loc", "scale"] => |f, p| laplace_logpdf(f, p).exp();
        "cdf" [(x) (loc = ZERO) (scale = ONE)] ["x", "loc", "scale"] => |_, p| {
            let z = standard(p);
            z.le(0.0).select(z.exp() * 0.5, 1.0 - (-z).exp() * 0.5)
        };
    }
}

fn logistic_logpdf<'f>(_: &'f Formula, p: &[Term<'f>]) -> Term<'f> {
    let half = standard(p) / 2.0;
    // ln(eᵃ + e⁻ᵃ) = |a| + ln(1 + e^(−2|a|)).
    (half.abs() + (half.abs() * -2.0).exp().log1p()) * -2.0 - p[2].log()
}

family! {
    /// `logistic`.
    LOGISTIC {
        "logpdf" [(x) (loc = ZERO) (scale = ONE)] ["x", "loc", "scale"] => logistic_logpdf;
        "pdf" [(x) (loc = ZERO) (scale = ONE)] ["x", "loc", "scale"] => |f, p| logistic_logpdf(f, p).exp();
        "cdf" [(x) (loc = ZERO) (scale = ONE)] ["x", "loc", "scale"] => |_, p| standard(p).logistic();
        "sf" [(x) (loc = ZERO) (scale = ONE)] ["x", "loc", "scale"] => |_, p| (-standard(p)).logistic();
        "ppf" [(x) (loc = ZERO) (scale = ONE)] ["x", "loc", "scale"] => |_, p| (p[0] / (1.0 - p[0])).log() * p[2] + p[1];
        "isf" [(x) (loc = ZERO) (scale = ONE)] ["x", "loc", "scale"] => |_, p| -(p[0] / (1.0 - p[0])).log() * p[2] + p[1];
    }
}

fn cauchy_logpdf<'f>(_: &'f Formula, p: &[Term<'f>]) -> Term<'f> {
    -((p[2] * PI).log() + standard(p).square().log1p())
}

family! {
    /// `cauchy`.
    CAUCHY {
        "logpdf" [(x) (loc = ZERO) (scale = ONE)] ["x", "loc", "scale"] => cauchy_logpdf;
        "pdf" [(x) (loc = ZERO) (scale = ONE)] ["x", "loc", "scale"] => |f, p| cauchy_logpdf(f, p).exp();
        "cdf" [(x) (loc = ZERO) (scale = ONE)] ["x", "loc", "scale"] => |_, p| standard(p).atan() / PI + 0.5;
        "logcdf" [(x) (loc = ZERO) (scale = ONE)] ["x", "loc", "scale"] => |_, p| (standard(p).atan() / PI + 0.5).log();
        "sf" [(x) (loc = ZERO) (scale = ONE)] ["x", "loc", "scale"] => |_, p| (-standard(p)).atan() / PI + 0.5;
        "logsf" [(x) (loc = ZERO) (scale = ONE)] ["x", "loc", "scale"] => |_, p| ((-standard(p)).atan() / PI + 0.5).log();
        "ppf" [(q) (loc = ZERO) (scale = ONE)] ["q", "loc", "scale"] => |_, p| (p[0] * PI - PI / 2.0).tan() * p[2] + p[1];
        "isf" [(q) (loc = ZERO) (scale = ONE)] ["q", "loc", "scale"] => |_, p| (PI / 2.0 - p[0] * PI).tan() * p[2] + p[1];
    }
}

fn t_logpdf<'f>(_: &'f Formula, p: &[Term<'f>]) -> Term<'f> {
    let df = p[1];
    let half = (df + 1.0) / 2.0;
    let normaliser = (df / 2.0).lgamma() - half.lgamma() + (df * PI).log() * 0.5 + scale(p).log();
    -(normaliser + half * (standard(p).square() / df).log1p())
}

family! {
    /// `t`.
    T {
        "logpdf" [(x) (df) (loc = ZERO) (scale = ONE)] ["x", "df", "loc", "scale"] => t_logpdf;
        "pdf" [(x) (df) (loc = ZERO) (scale = ONE)] ["x", "df", "loc", "scale"] => |f, p| t_logpdf(f, p).exp();
    }
}

fn gamma_logpdf<'f>(_: &'f Formula, p: &[Term<'f>]) -> Term<'f> {
    let (a, y) = (p[1], standard(p));
    inside(p[0].ge(p[2]), (a - 1.0).xlogy(y) - y - a.lgamma() - scale(p).log())
}

family! {
    /// `gamma`.
    GAMMA {
        "logpdf" [(x) (a) (loc = ZERO) (scale = ONE)] ["x", "a", "loc", "scale"] => gamma_logpdf;
        "pdf" [(x) (a) (loc = ZERO) (scale = ONE)] ["x", "a", "loc", "scale"] => |f, p| gamma_logpdf(f, p).exp();
        "cdf" [(x) (a) (loc = ZERO) (scale = ONE)] ["x", "a", "loc", "scale"] => |_, p| p[1].igamma(standard(p).max(0.0));
        "logcdf" [(x) (a) (loc = ZERO) (scale = ONE)] ["x", "a", "loc", "scale"] => |_, p| p[1].igamma(standard(p).max(0.0)).log();
        "sf" [(x) (a) (loc = ZERO) (scale = ONE)] ["x", "a", "loc", "scale"] => |_, p| p[1].igammac(standard(p).max(0.0));
        "logsf" [(x) (a) (loc = ZERO) (scale = ONE)] ["x", "a", "loc", "scale"] => |_, p| p[1].igammac(standard(p).max(0.0)).log();
    }
}

fn chi2_logpdf<'f>(_: &'f Formula, p: &[Term<'f>]) -> Term<'f> {
    let (half, y) = (p[1] / 2.0, standard(p));
    let kernel = (half - 1.0) * y.log() - y / 2.0;
    inside(p[0].ge(p[2]), kernel - (half.lgamma() + half * LN_2) - scale(p).log())
}

family! {
    /// `chi2`.
    CHI2 {
        "logpdf" [(x) (df) (loc = ZERO) (scale = ONE)] ["x", "df", "loc", "scale"] => chi2_logpdf;
        "pdf" [(x) (df) (loc = ZERO) (scale = ONE)] ["x", "df", "loc", "scale"] => |f, p| chi2_logpdf(f, p).exp();
        "cdf" [(x) (df) (loc = ZERO) (scale = ONE)] ["x", "df", "loc", "scale"] => |_, p| (p[1] / 2.0).igamma(standard(p).max(0.0) / 2.0);
        "sf" [(x) (df) (loc = ZERO) (scale = ONE)] ["x", "df", "loc", "scale"] => |_, p| (p[1] / 2.0).igammac(standard(p).max(0.0) / 2.0);
        "logcdf" [(x) (df) (loc = ZERO) (scale = ONE)] ["x", "df", "loc", "scale"] => |_, p| (p[1] / 2.0).igamma(standard(p).max(0.0) / 2.0).log();
        "logsf" [(x) (df) (loc = ZERO) (scale = ONE)] ["x", "df", "loc", "scale"] => |_, p| (p[1] / 2.0).igammac(standard(p).max(0.0) / 2.0).log();
    }
}

fn beta_logpdf<'f>(_: &'f Formula, p: &[Term<'f>]) -> Term<'f> {
    let (a, b, y) = (p[1], p[2], standard(p));
    let kernel = (a - 1.0).xlogy(y) + (b - 1.0).xlog1py(-y);
    inside(y.ge(0.0).and(y.le(1.0)), kernel - a.betaln(b) - scale(p).log())
}

fn beta_cdf<'f>(f: &'f Formula, p: &[Term<'f>]) -> Term<'f> {
    beta_integral(f, p[1], p[2], standard(p).max(0.0).min(1.0))
}

fn beta_sf<'f>(f: &'f Formula, p: &[Term<'f>]) -> Term<'f> {
    beta_integral(f, p[2], p[1], 1.0 - standard(p).max(0.0).min(1.0))
}

family! {
    /// `beta`.
    BETA {
        "logpdf" [(x) (a) (b) (loc = ZERO) (scale = ONE)] ["x", "a", "b", "loc", "scale"] => beta_logpdf;
        "pdf" [(x) (a) (b) (loc = ZERO) (scale = ONE)] ["x", "a", "b", "loc", "scale"] => |f, p| beta_logpdf(f, p).exp();
        "cdf" [(x) (a) (b) (loc = ZERO) (scale = ONE)] ["x", "a", "b", "loc", "scale"] => beta_cdf;
        "logcdf" [(x) (a) (b) (loc = ZERO) (scale = ONE)] ["x", "a", "b", "loc", "scale"] => |f, p| beta_cdf(f, p).log();
        "sf" [(x) (a) (b) (loc = ZERO) (scale = ONE)] ["x", "a", "b", "loc", "scale"] => beta_sf;
        "logsf" [(x) (a) (b) (loc = ZERO) (scale = ONE)] ["x", "a", "b", "loc", "scale"] => |f, p| beta_sf(f, p).log();
    }
}

fn bernoulli_logpmf<'f>(_: &'f Formula, p: &[Term<'f>]) -> Term<'f> {
    let x = p[0] - p[2];
    let value = x.xlogy(p[1]) + (1.0 - x).xlog1py(-p[1]);
    inside(x.eq(0.0).or(x.eq(1.0)), value)
}

family! {
    /// `bernoulli`.
    BERNOULLI {
        "logpmf" [(k) (p) (loc = ZERO)] ["k", "p", "loc"] => bernoulli_logpmf;
        "pmf" [(k) (p) (loc = ZERO)] ["k", "p", "loc"] => |f, p| bernoulli_logpmf(f, p).exp();
        "cdf" [(k) (p)] ["k", "p"] => |_, p| {
            let (k, q) = (p[0], p[1]);
            let valid = q.ge(0.0).and(q.le(1.0)).and(!k.is_nan());
            let value = k.lt(0.0).select(k.filled(0.0), k.lt(1.0).select(1.0 - q, k.filled(1.0)));
            valid.select(value, k.filled(f64::NAN))
        };
        "ppf" [(q) (p)] ["q", "p"] => |_, p| {
            let (q, chance) = (p[0], p[1]);
            let valid = q.ge(0.0).and(q.le(1.0)).and(chance.ge(0.0)).and(chance.le(1.0));
            let value = q.le(1.0 - chance).select(q.filled(0.0), q.filled(1.0));
            valid.select(value, q.filled(f64::NAN))
        };
    }
}

fn poisson_logpmf<'f>(_: &'f Formula, p: &[Term<'f>]) -> Term<'f> {
    let (x, mu) = (p[0] - p[2], p[1]);
    let value = x.xlogy(mu) - (x + 1.0).lgamma() - mu;
    inside(x.ge(0.0).and(x.eq(x.floor())), value)
}

family! {
    /// `poisson`.
    POISSON {
        "logpmf" [(k) (mu) (loc = ZERO)] ["k", "mu", "loc"] => poisson_logpmf;
        "pmf" [(k) (mu) (loc = ZERO)] ["k", "mu", "loc"] => |f, p| poisson_logpmf(f, p).exp();
        "cdf" [(k) (mu) (loc = ZERO)] ["k", "mu", "loc"] => |_, p| {
            let x = p[0] - p[2];
            let value = (x.max(0.0) + 1.0).floor().igammac(p[1]);
            x.lt(0.0).select(value.filled(0.0), value)
        };
    }
}

fn binom_logpmf<'f>(_: &'f Formula, p: &[Term<'f>]) -> Term<'f> {
    let (x, n, chance) = (p[0] - p[3], p[1], p[2]);
    let ways = (n + 1.0).lgamma() - ((x + 1.0).lgamma() + (n - x + 1.0).lgamma());
    let value = ways + x.xlogy(chance) + (n - x).xlog1py(-chance);
    inside(x.ge(0.0).and(x.lt(n + 1.0)), value)
}

family! {
    /// `binom`.
    BINOM {
        "logpmf" [(k) (n) (p) (loc = ZERO)] ["k", "n", "p", "loc"] => binom_logpmf;
        "pmf" [(k) (n) (p) (loc = ZERO)] ["k", "n", "p", "loc"] => |f, p| binom_logpmf(f, p).exp();
    }
}

fn dirichlet(interp: &mut Interp, args: &Bound, exponential: bool) -> Result<Value> {
    let (x, alpha) = (tensor(interp, args, "x")?, tensor(interp, args, "alpha")?);
    if alpha.rank() != 1 || x.rank() == 0 || x.shape().first() != alpha.shape().first() {
        let message = format!(
            "`x` must have as many first entries as `alpha`, which has one dimension; got shapes {} and {}",
            as_tuple(x.shape()),
            as_tuple(alpha.shape())
        );
        return Err(Error::shape(message));
    }
    let t = &mut interp.tracer;
    let (x, alpha) = (t.to_float(&x)?, t.to_float(&alpha)?);
    let sum = t.sum(&alpha, &[0], true)?;
    let logs = t.formula(|f| f.of(&alpha).lgamma())?;
    let logs = t.sum(&logs, &[0], false)?;
    let column: Vec<usize> = (1..x.rank()).collect();
    let powers = t.expand_dims(&alpha, &column)?;
    let powers = t.broadcast_to(&powers, x.shape())?;
    let kernel = t.formula(|f| (f.of(&powers) - 1.0).xlogy(f.of(&x)))?;
    let kernel = t.sum(&kernel, &[0], false)?;
    let sum = t.squeeze(&sum, &[0])?;
    let value = t.formula(|f| {
        let log = f.of(&kernel) - (f.of(&logs) - f.of(&sum).lgamma());
        if exponential { log.exp() } else { log }
    })?;
    Ok(Value::Tensor(value))
}

/// `dirichlet`.
pub(super) static DIRICHLET: &[FunctionDecl] = functions! {
    "logpdf" [(x) (alpha)] "The logarithm of the density." => |interp, args| dirichlet(interp, args, false);
    "pdf" [(x) (alpha)] "The density." => |interp, args| dirichlet(interp, args, true);
};
