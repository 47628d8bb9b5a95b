"""jax.scipy: special functions, distributions, linear algebra."""

from oracle.rows import row
from oracle.values import *

LIGHT = dict(skip="vmap_last vmap_vmap jvp_grad grad_vmap", halves=False, special=False)
SERIES = dict(tolerance=5e-5, reason="series and continued fractions of special functions", **LIGHT)

for name, low, high, corner in [
    ("gammaln", 0.3, 4, [0.5, 1.0, 2.0, 0.0, 30.0, INF]), ("digamma", 0.5, 4, [0.5, 1.0, 0.0, 30.0, INF]), ("erf", -2, 2, [0.0, INF, -INF, NAN]), ("erfc", -2, 2, [0.0, INF, -INF, NAN]),
    ("erfinv", -0.9, 0.9, [0.0, 1.0, -1.0, 2.0]), ("expit", -3, 3, [0.0, 100.0, -100.0, NAN]), ("logit", 0.1, 0.9, [0.0, 1.0, 0.5]), ("ndtr", -3, 3, [0.0, 10.0, -10.0]), ("log_ndtr", -3, 3, [0.0, -4.0, -20.0, 9.0]),
    ("ndtri", 0.1, 0.9, [0.5, 0.01, 0.99]), ("i0", -3, 3, [0.0, 9.0, -9.0]), ("i0e", -3, 3, [0.0, 9.0, -9.0]), ("i1", -3, 3, [0.0, 9.0, -9.0]), ("i1e", -3, 3, [0.0, 9.0, -9.0]), ("entr", 0.1, 2, [0.0, 1.0, -1.0]),
    ("gamma", 0.5, 4, [1.0, 3.0, -0.5]), ("factorial", 0.5, 4, [0.0, 3.0, 5.0]),
]:
    row(name, "x", f"jax.scipy.special.{name}(x)", uniform(low, high, 2, 3), values(corner), **SERIES)
for name, first, second, corner in [
    ("betaln", positive(2, 3), positive(2, 3), ([1.0, 0.5], [1.0, 3.0])), ("beta", positive(2, 3), positive(2, 3), ([1.0, 0.5], [1.0, 3.0])), ("xlogy", positive(2, 3), positive(2, 3), ([0.0, 0.0, 1.0], [0.0, 2.0, 0.0])),
    ("xlog1py", positive(2, 3), positive(2, 3), ([0.0, 0.0, 1.0], [-1.0, 2.0, 0.0])), ("kl_div", positive(2, 3), positive(2, 3), ([0.0, 1.0, 1.0], [1.0, 0.0, 1.0])), ("rel_entr", positive(2, 3), positive(2, 3), ([0.0, 1.0, 1.0], [1.0, 0.0, 1.0])),
    ("gammainc", positive(2, 3), positive(2, 3), ([1.0, 5.0, 0.5], [0.0, 1.0, 30.0])), ("gammaincc", positive(2, 3), positive(2, 3), ([1.0, 5.0, 0.5], [0.0, 1.0, 30.0])),
    ("poch", positive(2, 3), positive(2, 3), ([1.0, 2.0], [3.0, 0.5])),
]:
    # Second derivatives in the parameter of an incomplete gamma function do not exist.
    skip = LIGHT["skip"] + " grad_grad" if name.startswith("gammainc") else LIGHT["skip"]
    row(name, "x y", f"jax.scipy.special.{name}(x, y)", (first, second), (values(corner[0]), values(corner[1])), **{**SERIES, "skip": skip})
row("betainc", "a b x", "jax.scipy.special.betainc(a, b, x)", (positive(3), positive(3), uniform(0.1, 0.9, 3)), (values([1.0, 2.0]), values([1.0, 3.0]), values([0.0, 1.0])), diff="x", **SERIES)
row("polygamma", "x", "jax.scipy.special.polygamma(1, x), jax.scipy.special.polygamma(2, x)", positive(3), values([0.5, 10.0]), **SERIES)
row("zeta_of_scipy", "x q", "jax.scipy.special.zeta(x, q)", (uniform(1.5, 4, 3), positive(3)), (values([2.5, 3.0]), values([1.0, 10.0])), **SERIES)
row("multigammaln", "a", "jax.scipy.special.multigammaln(a, 2)", uniform(1.0, 4.0, 3), **SERIES)
row("logsumexp_weighted", "x b", "jax.scipy.special.logsumexp(x, axis=1, b=b), jax.scipy.special.logsumexp(x)", (normal(2, 3), positive(2, 3)), (values([[0.0, -INF], [-INF, -INF]]), ones(2, 2)), **LIGHT)
row("logsumexp_signed", "x b", "jax.scipy.special.logsumexp(x, b=b, return_sign=True)", (normal(3), normal(3)), **LIGHT)

STATS = [
    ("norm", "logpdf", "x, 0.5, 2.0", normal(3)), ("norm", "pdf", "x", normal(3)), ("norm", "cdf", "x, 0.5, 2.0", normal(3)), ("norm", "logcdf", "x", normal(3)), ("norm", "ppf", "x", uniform(0.1, 0.9, 3)), ("norm", "sf", "x", normal(3)),
    ("beta", "logpdf", "x, 2.0, 3.0", uniform(0.1, 0.9, 3)), ("gamma", "logpdf", "x, 2.0", positive(3)), ("expon", "logpdf", "x", positive(3)), ("laplace", "logpdf", "x", normal(3)), ("laplace", "cdf", "x", normal(3)),
    ("cauchy", "logpdf", "x", normal(3)), ("logistic", "logpdf", "x", normal(3)), ("t", "logpdf", "x, 3.0", normal(3)), ("uniform", "logpdf", "x, 0.0, 2.0", uniform(-0.5, 2.5, 4)), ("chi2", "logpdf", "x, 3.0", positive(3)),
    ("pareto", "logpdf", "x, 2.0", uniform(1.1, 4, 3)), ("poisson", "logpmf", "jnp.arange(3), x", positive(3)), ("bernoulli", "logpmf", "jnp.array([0, 1, 1]), x", uniform(0.1, 0.9, 3)), ("dirichlet", "logpdf", "x / jnp.sum(x), jnp.array([2.0, 1.0, 0.5])", positive(3)),
    ("geom", "logpmf", "jnp.array([1, 2, 3]), x", uniform(0.1, 0.9, 3)), ("binom", "logpmf", "jnp.array([1, 2, 3]), 5, x", uniform(0.1, 0.9, 3)), ("nbinom", "logpmf", "jnp.array([1, 2, 3]), 2, x", uniform(0.1, 0.9, 3)),
    ("multivariate_normal", "logpdf", "x, jnp.zeros(3), 2.0 * jnp.eye(3)", normal(3)),
]
for family, method, arguments, operand in STATS:
    row(f"{family}_{method}", "x", f"jax.scipy.stats.{family}.{method}({arguments})", operand, **SERIES)

LINEAR = dict(tolerance=2e-4, reason="derivatives of factors divide by pivots", skip="vmap_last vmap_vmap jvp_grad grad_vmap vmap_grad", halves=False, special=False)
row("solve_triangular", "a b", "jax.scipy.linalg.solve_triangular(a, b, lower=True), jax.scipy.linalg.solve_triangular(a, b, trans=1)", (spd(3), normal(3, 2)), (spd(2), normal(2)), **LINEAR)
row("cho_solve", "a b", "jax.scipy.linalg.cho_solve(jax.scipy.linalg.cho_factor(a), b)", (spd(3), normal(3, 2)), **LINEAR)
row("scipy_solve", "a b", "jax.scipy.linalg.solve(a, b)", (spd(3), normal(3, 2)), **LINEAR)
# JAX takes the transpose of the system for the system itself, also where its tangent is not symmetric.
row("scipy_solve_definite", "a b", "jax.scipy.linalg.solve(a, b, assume_a='pos')", (spd(3), normal(3, 2)), (spd(2), normal(2)), (spd(2, 2), normal(2, 2, 3)), **{**LINEAR, "skip": "vmap_last vmap_vmap"})
row("scipy_cholesky", "a", "jax.scipy.linalg.cholesky(a), jax.scipy.linalg.cholesky(a, lower=True)", spd(3), **LINEAR)
row("scipy_inverse", "a", "jax.scipy.linalg.inv(a), jax.scipy.linalg.det(a)", spd(3), **LINEAR)
row("block_diag", "a b", "jax.scipy.linalg.block_diag(a, b)", (normal(2, 2), normal(1, 3)), skip="vmap_last vmap_vmap jvp_grad", halves=False)
# The matrix is a convolution, in which NaN and infinities spread.
row("toeplitz", "x", "jax.scipy.linalg.toeplitz(x)", normal(4), normal(2, 3), values([1.0, NAN, 2.0]), skip="vmap_last vmap_vmap jvp_grad", halves=False)
row("toeplitz_rows", "x y", "jax.scipy.linalg.toeplitz(x, y)", (normal(3), normal(4)), (normal(2, 3), normal(2, 2)), skip="vmap_last vmap_vmap jvp_grad", halves=False, special=False)
