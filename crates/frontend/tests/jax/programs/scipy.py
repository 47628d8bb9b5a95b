"""Functions of jax.scipy."""
import jax
import jax.numpy as jnp
from jax.scipy import special, stats
from jax.scipy.special import logsumexp
from jax.scipy.stats import norm

p = jnp.array([0.05, 0.3, 0.5, 0.99])
x = jnp.array([0.2, 1.0, 2.5, 7.0])
s = jnp.array([-12.0, -3.0, -0.4, 0.0, 0.7, 6.0])
k = jnp.array([0, 1, 2, 5])

cases = {
    "positive": lambda: [f(x) for f in (special.gammaln, special.gamma, special.digamma, special.i0, special.i0e, special.i1, special.i1e, special.entr, special.factorial, special.gammasgn)],
    "signed": lambda: [f(s) for f in (special.expit, special.erf, special.erfc, special.ndtr, special.log_ndtr, special.i0e, special.i1, special.gammasgn, special.entr)],
    "shares": lambda: [f(p) for f in (special.logit, special.erfinv, special.ndtri, special.entr)] + [special.ndtri(jnp.array([0.0, 1.0, 1e-9]))],
    "pairs": lambda: [special.beta(x, p), special.betaln(x, p), special.betainc(x, 2.0, p), special.gammainc(x, p), special.gammaincc(2.0, x), special.rel_entr(p, x), special.kl_div(p, x), special.xlogy(s[:4], x), special.xlog1py(p, -p), special.polygamma(jnp.array([1, 1, 2, 3]), x), special.zeta(x + 1, 2.0), special.poch(x, 2.0), special.xlogy(0, 0.0)],
    "others": lambda: [special.multigammaln(x + 3, 3), logsumexp(s), logsumexp(s.reshape(2, 3), axis=0, b=2.0), special.softmax(s), special.log_softmax(s.reshape(2, 3), axis=1), special.softmax(s.reshape(2, 3)), special.log_ndtr(s, 5)],
    "norm": lambda: [norm.pdf(x), norm.logpdf(x, 1.0, 2.0), norm.cdf(s), norm.logcdf(s), norm.sf(x, 0.5), norm.logsf(x), norm.ppf(p, 1, 2), norm.isf(p)],
    "uniform": lambda: [stats.uniform.pdf(x, 0.5, 3.0), stats.uniform.logpdf(x), stats.uniform.cdf(x, 0.0, 4.0), stats.uniform.ppf(p, 1, 2)],
    "expon": lambda: [stats.expon.pdf(x), stats.expon.logpdf(s), stats.expon.cdf(s, -1.0, 2.0), stats.expon.sf(x), stats.expon.ppf(p)],
    "laplace": lambda: [stats.laplace.pdf(s), stats.laplace.logpdf(s, 1.0, 2.0), stats.laplace.cdf(s)],
    "logistic": lambda: [stats.logistic.pdf(s), stats.logistic.logpdf(s, 1.0, 2.0), stats.logistic.cdf(s), stats.logistic.sf(s), stats.logistic.ppf(p), stats.logistic.isf(p)],
    "cauchy": lambda: [stats.cauchy.pdf(s), stats.cauchy.logpdf(s, 1.0, 2.0), stats.cauchy.cdf(s), stats.cauchy.ppf(p)],
    "t": lambda: [stats.t.pdf(s, 3.0), stats.t.logpdf(s, 2.5, 1.0, 2.0)],
    "gamma": lambda: [stats.gamma.pdf(x, 2.0), stats.gamma.logpdf(x, 0.5, 0.1, 2.0), stats.gamma.cdf(x, 2.0), stats.gamma.sf(x, 2.0)],
    "chi2": lambda: [stats.chi2.pdf(x, 3.0), stats.chi2.logpdf(x, 2, 0.1, 2.0), stats.chi2.cdf(x, 3.0), stats.chi2.sf(x, 3.0)],
    "beta": lambda: [stats.beta.pdf(p, 2.0, 3.0), stats.beta.logpdf(x, 0.5, 0.5), stats.beta.cdf(p, 2.0, 3.0), stats.beta.sf(p, 2.0, 3.0)],
    "bernoulli": lambda: [stats.bernoulli.pmf(k, 0.3), stats.bernoulli.logpmf(k, 0.3), stats.bernoulli.cdf(k, 0.3)],
    "poisson": lambda: [stats.poisson.pmf(k, 1.5), stats.poisson.logpmf(k, 0.3), stats.poisson.cdf(k, 1.5)],
    "binom": lambda: [stats.binom.pmf(k, 4, 0.3), stats.binom.logpmf(k, 6, 0.7)],
    "dirichlet": lambda: [stats.dirichlet.logpdf(jnp.array([0.2, 0.3, 0.5]), jnp.array([1.0, 2.0, 3.0])), stats.dirichlet.pdf(jnp.array([0.2, 0.3, 0.5]), jnp.array([0.5, 2.0, 3.0]))],
}
