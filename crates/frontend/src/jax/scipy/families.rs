//! More distributions.

use std::f64::consts::PI;

use super::stats::{ONE, ZERO, family, inside, norm_logpdf, scale, standard};
use crate::interp::builtins::functions;
use crate::library::FunctionDecl;
use crate::trace::{Formula, Term};

/// NaN where the condition does not hold.
fn valid<'f>(condition: Term<'f>, x: Term<'f>) -> Term<'f> {
    condition.select(x, x.filled(f64::NAN))
}

fn betabinom_logpmf<'f>(_: &'f Formula, p: &[Term<'f>]) -> Term<'f> {
    let (n, a, b, loc) = (p[1], p[2], p[3], p[4]);
    let y = p[0].floor() - loc;
    let ways = -(n.log1p() + (n - y + 1.0).betaln(y + 1.0));
    let value = ways + ((y + a).betaln(n - y + b) - a.betaln(b));
    let value = y.eq(0.0).and(n.eq(0.0)).select(value.filled(0.0), value);
    let outside = y.lt(-loc).or(y.gt(n)).or((y + a).le(0.0));
    let value = outside.select(value.filled(f64::NEG_INFINITY), value);
    valid(!(n.lt(0.0).or(a.le(0.0)).or(b.le(0.0))), value)
}

family! {
    /// `betabinom`.
    BETABINOM {
        "logpmf" [(k) (n) (a) (b) (loc = ZERO)] ["k", "n", "a", "b", "loc"] => betabinom_logpmf;
        "pmf" [(k) (n) (a) (b) (loc = ZERO)] ["k", "n", "a", "b", "loc"] => |f, p| betabinom_logpmf(f, p).exp();
    }
}

fn gennorm_logpdf<'f>(_: &'f Formula, p: &[Term<'f>]) -> Term<'f> {
    (p[1] * 0.5).log() - (1.0 / p[1]).lgamma() - p[0].abs().pow(p[1])
}

family! {
    /// `gennorm`.
    GENNORM {
        "logpdf" [(x) (beta)] ["x", "beta"] => gennorm_logpdf;
        "pdf" [(x) (beta)] ["x", "beta"] => |f, p| gennorm_logpdf(f, p).exp();
        "cdf" [(x) (beta)] ["x", "beta"] => |_, p| (p[0].sign() * (1.0 / p[1]).igamma(p[0].abs().pow(p[1])) + 1.0) * 0.5;
    }
}

fn geom_logpmf<'f>(_: &'f Formula, p: &[Term<'f>]) -> Term<'f> {
    let x = p[0] - p[2];
    inside(x.gt(0.0), (x - 1.0).xlog1py(-p[1]) + p[1].log())
}

family! {
    /// `geom`.
    GEOM {
        "logpmf" [(k) (p) (loc = ZERO)] ["k", "p", "loc"] => geom_logpmf;
        "pmf" [(k) (p) (loc = ZERO)] ["k", "p", "loc"] => |f, p| geom_logpmf(f, p).exp();
    }
}

/// With a positive scale only.
fn scaled<'f>(p: &[Term<'f>], x: Term<'f>) -> Term<'f> {
    valid(scale(p).gt(0.0), x)
}

fn gumbel_l_logpdf<'f>(_: &'f Formula, p: &[Term<'f>]) -> Term<'f> {
    let z = standard(p);
    scaled(p, (z - z.exp()) - scale(p).log())
}

fn gumbel_l_logcdf<'f>(_: &'f Formula, p: &[Term<'f>]) -> Term<'f> {
    scaled(p, (-(-standard(p).exp()).expm1()).log())
}

fn gumbel_l_logsf<'f>(_: &'f Formula, p: &[Term<'f>]) -> Term<'f> {
    scaled(p, -standard(p).exp())
}

/// A quantile, of shares between 0 and 1 only.
fn quantile<'f>(share: Term<'f>, x: Term<'f>) -> Term<'f> {
    valid(share.gt(0.0).and(share.lt(1.0)), x)
}

family! {
    /// `gumbel_l`.
    GUMBEL_L {
        "logpdf" [(x) (loc = ZERO) (scale = ONE)] ["x", "loc", "scale"] => gumbel_l_logpdf;
        "pdf" [(x) (loc = ZERO) (scale = ONE)] ["x", "loc", "scale"] => |f, p| gumbel_l_logpdf(f, p).exp();
        "logcdf" [(x) (loc = ZERO) (scale = ONE)] ["x", "loc", "scale"] => gumbel_l_logcdf;
        "cdf" [(x) (loc = ZERO) (scale = ONE)] ["x", "loc", "scale"] => |f, p| gumbel_l_logcdf(f, p).exp();
        "logsf" [(x) (loc = ZERO) (scale = ONE)] ["x", "loc", "scale"] => gumbel_l_logsf;
        "sf" [(x) (loc = ZERO) (scale = ONE)] ["x", "loc", "scale"] => |f, p| gumbel_l_logsf(f, p).exp();
        "ppf" [(p) (loc = ZERO) (scale = ONE)] ["p", "loc", "scale"] =>
            |_, p| quantile(p[0], p[1] + p[2] * (-(-p[0]).log1p()).log());
    }
}

fn gumbel_r_logpdf<'f>(_: &'f Formula, p: &[Term<'f>]) -> Term<'f> {
    let z = standard(p);
    scaled(p, -(z + (-z).exp()) - scale(p).log())
}

fn gumbel_r_logcdf<'f>(_: &'f Formula, p: &[Term<'f>]) -> Term<'f> {
    scaled(p, -(-standard(p)).exp())
}

family! {
    /// `gumbel_r`.
    GUMBEL_R {
        "logpdf" [(x) (loc = ZERO) (scale = ONE)] ["x", "loc", "scale"] => gumbel_r_logpdf;
        "pdf" [(x) (loc = ZERO) (scale = ONE)] ["x", "loc", "scale"] => |f, p| gumbel_r_logpdf(f, p).exp();
        "logcdf" [(x) (loc = ZERO) (scale = ONE)] ["x", "loc", "scale"] => gumbel_r_logcdf;
        "cdf" [(x) (loc = ZERO) (scale = ONE)] ["x", "loc", "scale"] => |f, p| gumbel_r_logcdf(f, p).exp();
        "sf" [(x) (loc = ZERO) (scale = ONE)] ["x", "loc", "scale"] => |_, p| scaled(p, 1.0 - (-(-standard(p)).exp()).exp());
        "logsf" [(x) (loc = ZERO) (scale = ONE)] ["x", "loc", "scale"] => |_, p| {
            // ln(1 − e^(−y)), by what is exact for small and for large y.
            let y = (-standard(p)).exp();
            let value = y.le(std::f64::consts::LN_2).select((-(-y).expm1()).log(), (-(-y).exp()).log1p());
            scaled(p, value)
        };
        "ppf" [(p) (loc = ZERO) (scale = ONE)] ["p", "loc", "scale"] => |_, p| quantile(p[0], p[1] - p[2] * (-p[0].log()).log());
    }
}

fn nbinom_logpmf<'f>(_: &'f Formula, p: &[Term<'f>]) -> Term<'f> {
    let (k, n, chance, loc) = (p[0], p[1], p[2], p[3]);
    let y = k - loc;
    let ways = (y + n).lgamma() - n.lgamma() - (y + 1.0).lgamma();
    inside(k.ge(loc), ways + (n.xlogy(chance) + y.xlogy(1.0 - chance)))
}

family! {
    /// `nbinom`.
    NBINOM {
        "logpmf" [(k) (n) (p) (loc = ZERO)] ["k", "n", "p", "loc"] => nbinom_logpmf;
        "pmf" [(k) (n) (p) (loc = ZERO)] ["k", "n", "p", "loc"] => |f, p| nbinom_logpmf(f, p).exp();
    }
}

/// Whether it is in the support of a Pareto distribution.
fn beyond<'f>(p: &[Term<'f>]) -> Term<'f> {
    p[0].ge(p[2] + p[3])
}

fn pareto_logpdf<'f>(_: &'f Formula, p: &[Term<'f>]) -> Term<'f> {
    let value = -((p[3] / p[1]).log() + (p[1] + 1.0) * standard(p).log());
    inside(beyond(p), value)
}

fn pareto_logsf<'f>(_: &'f Formula, p: &[Term<'f>]) -> Term<'f> {
    let value = -(p[1] * standard(p).log());
    beyond(p).select(value, value.filled(0.0))
}

family! {
    /// `pareto`.
    PARETO {
        "logpdf" [(x) (b) (loc = ZERO) (scale = ONE)] ["x", "b", "loc", "scale"] => pareto_logpdf;
        "pdf" [(x) (b) (loc = ZERO) (scale = ONE)] ["x", "b", "loc", "scale"] => |f, p| pareto_logpdf(f, p).exp();
        "cdf" [(x) (b) (loc = ZERO) (scale = ONE)] ["x", "b", "loc", "scale"] => |_, p| {
            let value = 1.0 - standard(p).pow(-p[1]);
            beyond(p).select(value, value.filled(0.0))
        };
        "logcdf" [(x) (b) (loc = ZERO) (scale = ONE)] ["x", "b", "loc", "scale"] => |_, p| inside(beyond(p), (-standard(p).pow(-p[1])).log1p());
        "logsf" [(x) (b) (loc = ZERO) (scale = ONE)] ["x", "b", "loc", "scale"] => pareto_logsf;
        "sf" [(x) (b) (loc = ZERO) (scale = ONE)] ["x", "b", "loc", "scale"] => |f, p| pareto_logsf(f, p).exp();
        "ppf" [(q) (b) (loc = ZERO) (scale = ONE)] ["q", "b", "loc", "scale"] => |_, p| {
            let value = p[2] + p[3] * (1.0 - p[0]).pow(-(1.0 / p[1]));
            valid(p[0].ge(0.0).and(p[0].le(1.0)), value)
        };
    }
}

/// ln(eˣ − eʸ), as JAX sums it.
fn log_difference<'f>(x: Term<'f>, y: Term<'f>) -> Term<'f> {
    let top = x.max(y);
    let top = top.is_finite().select(top, top.filled(0.0)).stop_gradient();
    ((x - top).exp() - (y - top).exp()).log() + top
}

/// The logarithm of the normal distribution's mass between two places.
fn log_mass<'f>(a: Term<'f>, b: Term<'f>) -> Term<'f> {
    let right = a.gt(0.0);
    let central = !(b.le(0.0).or(right));
    let (low, high) = (right.select(-b, a), right.select(-a, b));
    let tail = log_difference(high.log_ndtr(3), low.log_ndtr(3));
    central.select((-a.ndtr() - (-b).ndtr()).log1p(), tail)
}

fn truncnorm_logpdf<'f>(f: &'f Formula, p: &[Term<'f>]) -> Term<'f> {
    let (a, b) = (p[1], p[2]);
    let value = norm_logpdf(f, &[p[0], p[3], p[4]]) - log_mass(a, b);
    let z = standard(p);
    valid(a.lt(b), inside(!(z.lt(a).or(z.gt(b))), value))
}

/// The logarithm of the share below the first of place, ends, location and scale.
fn truncnorm_logcdf<'f>(p: [Term<'f>; 5]) -> Term<'f> {
    let ([x, a, b, ..], z) = (p, standard(&p));
    let all = log_mass(a, b);
    let (below, above) = (log_mass(a, z) - all, log_mass(z, b) - all);
    let value = below.gt(-0.1).select((-above.exp()).log1p(), below);
    let value = z.le(a).select(x.filled(f64::NEG_INFINITY), value);
    let value = z.ge(b).select(x.filled(0.0), value);
    valid(a.lt(b), value)
}

fn truncnorm_below<'f>(_: &'f Formula, p: &[Term<'f>]) -> Term<'f> {
    truncnorm_logcdf([p[0], p[1], p[2], p[3], p[4]])
}

fn truncnorm_above<'f>(_: &'f Formula, p: &[Term<'f>]) -> Term<'f> {
    truncnorm_logcdf([-p[0], -p[2], -p[1], -p[3], p[4]])
}

family! {
    /// `truncnorm`.
    TRUNCNORM {
        "logpdf" [(x) (a) (b) (loc = ZERO) (scale = ONE)] ["x", "a", "b", "loc", "scale"] => truncnorm_logpdf;
        "pdf" [(x) (a) (b) (loc = ZERO) (scale = ONE)] ["x", "a", "b", "loc", "scale"] => |f, p| truncnorm_logpdf(f, p).exp();
        "logcdf" [(x) (a) (b) (loc = ZERO) (scale = ONE)] ["x", "a", "b", "loc", "scale"] => truncnorm_below;
        "cdf" [(x) (a) (b) (loc = ZERO) (scale = ONE)] ["x", "a", "b", "loc", "scale"] => |f, p| truncnorm_below(f, p).exp();
        "logsf" [(x) (a) (b) (loc = ZERO) (scale = ONE)] ["x", "a", "b", "loc", "scale"] => truncnorm_above;
        "sf" [(x) (a) (b) (loc = ZERO) (scale = ONE)] ["x", "a", "b", "loc", "scale"] => |f, p| truncnorm_above(f, p).exp();
    }
}

fn vonmises_logpdf<'f>(_: &'f Formula, p: &[Term<'f>]) -> Term<'f> {
    let kappa = p[1];
    let bessel = kappa.map(|t, x| t.build1(&[x], |b, v| b.bessel_i0e(v[0])));
    valid(kappa.gt(0.0), kappa * (p[0].cos() - 1.0) - (bessel * (2.0 * PI)).log())
}

family! {
    /// `vonmises`.
    VONMISES {
        "logpdf" [(x) (kappa)] ["x", "kappa"] => vonmises_logpdf;
        "pdf" [(x) (kappa)] ["x", "kappa"] => |f, p| vonmises_logpdf(f, p).exp();
    }
}

fn wrapcauchy_logpdf<'f>(_: &'f Formula, p: &[Term<'f>]) -> Term<'f> {
    let (x, c) = (p[0], p[1]);
    let value = (1.0 - c * c).log() - (2.0 * PI).ln() - (c * c + 1.0 - c * 2.0 * x.cos()).log();
    valid(c.gt(0.0).and(c.lt(1.0)), inside(x.ge(0.0).and(x.le(2.0 * PI)), value))
}

family! {
    /// `wrapcauchy`.
    WRAPCAUCHY {
        "logpdf" [(x) (c)] ["x", "c"] => wrapcauchy_logpdf;
        "pdf" [(x) (c)] ["x", "c"] => |f, p| wrapcauchy_logpdf(f, p).exp();
    }
}
