"""Distributions of jax.scipy.stats beyond the common ones, and what samples tell."""
import jax
import jax.numpy as jnp
from jax.scipy import stats

p = jnp.array([0.05, 0.3, 0.5, 0.99])
x = jnp.array([0.2, 1.0, 2.5, 7.0])
s = jnp.array([-3.0, -0.4, 0.0, 0.7])
k = jnp.array([0, 1, 2, 5])
c = jnp.array([[2.0, 0.3], [0.3, 1.0]])
v = jnp.array([[0.5, 1.0], [-1.0, 2.0], [0.0, 0.0]])

cases = {
    "betabinom": lambda: [stats.betabinom.logpmf(k, 6, 2.0, 3.0), stats.betabinom.pmf(k, 4.0, 0.5, 1.5, 1)],
    "gennorm": lambda: [stats.gennorm.logpdf(s, 1.5), stats.gennorm.pdf(s, 2.0), stats.gennorm.cdf(s, 1.5)],
    "geom": lambda: [stats.geom.logpmf(k, 0.3), stats.geom.pmf(k, 0.3, -1)],
    "gumbel_l": lambda: [f(s, 0.5, 2.0) for f in (stats.gumbel_l.logpdf, stats.gumbel_l.pdf, stats.gumbel_l.logcdf, stats.gumbel_l.cdf, stats.gumbel_l.sf, stats.gumbel_l.logsf)] + [stats.gumbel_l.ppf(p, 1.0, 2.0), stats.gumbel_l.pdf(s, 0.0, -1.0)],
    "gumbel_r": lambda: [f(s, 0.5, 2.0) for f in (stats.gumbel_r.logpdf, stats.gumbel_r.pdf, stats.gumbel_r.logcdf, stats.gumbel_r.cdf, stats.gumbel_r.sf, stats.gumbel_r.logsf)] + [stats.gumbel_r.ppf(p, 1.0, 2.0)],
    "nbinom": lambda: [stats.nbinom.logpmf(k, 3.0, 0.4), stats.nbinom.pmf(k, 3.0, 0.4, 1)],
    "pareto": lambda: [f(x, 2.0, 0.0, 0.5) for f in (stats.pareto.logpdf, stats.pareto.pdf, stats.pareto.cdf, stats.pareto.logcdf, stats.pareto.sf, stats.pareto.logsf)] + [stats.pareto.ppf(p, 2.0, 1.0, 2.0)],
    "truncnorm": lambda: [f(s, a, b, 0.3, 1.5) for a, b in ((-2.0, 1.0), (0.1, 2.0), (-3.0, -1.0)) for f in (stats.truncnorm.logpdf, stats.truncnorm.pdf, stats.truncnorm.logcdf, stats.truncnorm.cdf, stats.truncnorm.sf)],
    "circular": lambda: [stats.vonmises.logpdf(s, 2.0), stats.vonmises.pdf(s, 0.5), stats.wrapcauchy.logpdf(x, 0.3), stats.wrapcauchy.pdf(x, 0.9)],
    "multivariate": lambda: [stats.multivariate_normal.logpdf(v, jnp.zeros(2), c), stats.multivariate_normal.pdf(v[0], v[1], c), stats.multivariate_normal.logpdf(s, 0.5, 2.0), stats.multivariate_normal.logpdf(v, jnp.ones(2), 2.0), stats.multinomial.logpmf(jnp.array([1, 2, 0]), 3, jnp.array([0.2, 0.5, 0.3])), stats.multinomial.pmf(jnp.array([1, 1, 2]), 4, jnp.array([0.2, 0.5, 0.3])), jax.grad(lambda m: stats.multivariate_normal.logpdf(v[0], m, c))(v[1])],
    "tails": lambda: [stats.beta.logsf(p, 2.0, 3.0), stats.cauchy.isf(p), stats.cauchy.logsf(s, 0.5, 2.0), stats.chi2.logcdf(x, 3.0), stats.chi2.logsf(x, 3.0), stats.expon.logcdf(x), stats.expon.logsf(s, -1.0, 2.0)],
    "samples": lambda: [stats.rankdata(k[::-1]), *[stats.rankdata(jnp.array([2.0, 1.0, 2.0, 5.0, 1.0]), method=how) for how in ("average", "min", "max", "dense", "ordinal")], stats.rankdata(v, axis=0), stats.sem(v), stats.sem(v, axis=1, ddof=0), *stats.mode(jnp.array([[1, 2, 2], [3, 2, 1]]), axis=1), *stats.mode(jnp.array([3, 1, 3, 1])), stats.mode(v, axis=None, keepdims=True).mode],
}
