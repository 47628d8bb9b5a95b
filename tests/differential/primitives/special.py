"""Special functions that are primitives, and random bits."""

from oracle.rows import row
from oracle.values import *

SERIES = dict(tolerance=5e-5, reason="series and continued fractions", skip="vmap_last vmap_vmap jvp_grad")
FLOATS = dict(halves=False, **SERIES)

row("bessel_i0e", "x", "lax.bessel_i0e(x)", uniform(-3, 3, 2, 3), uniform(-9, 9, 4), uniform(-3, 3), **FLOATS)
row("bessel_i1e", "x", "lax.bessel_i1e(x)", uniform(-3, 3, 2, 3), uniform(-9, 9, 4), uniform(-3, 3), **FLOATS)
# JAX has no second derivatives in the parameters.
row("igamma", "a x", "lax.igamma(a, x)", (positive(2, 3), positive(2, 3)), (positive(4), positive(4)), (positive(), positive()), diff="x", **FLOATS)
row("igammac", "a x", "lax.igammac(a, x)", (positive(2, 3), positive(2, 3)), (positive(4), positive(4)), (positive(), positive()), diff="x", **FLOATS)
row("igamma_grad_a", "a x", "lax.igamma_grad_a(a, x)", (positive(2, 3), positive(2, 3)), (positive(4), positive(4)), (positive(), positive()), diff="", special=False, **FLOATS)
row("random_gamma_grad", "a x", "lax.random_gamma_grad(a, x)", (positive(2, 3), positive(2, 3)), (positive(4), positive(4)), (positive(), positive()), diff="", special=False, **{**FLOATS, "tolerance": {"forward": 2e-4}, "reason": "how many terms the series takes hangs on the last bits"})
row("betainc", "a b x", "lax.betainc(a, b, x)", (positive(2, 3), positive(2, 3), uniform(0.1, 0.9, 2, 3)), (positive(4), positive(4), uniform(0.1, 0.9, 4)), (positive(), positive(), uniform(0.1, 0.9)),
    (values([1.0, NAN, INF, 2.0, 1.0, 1.0]), values([1.0, 1.0, 1.0, 2.0, NAN, INF]), values([0.0, 0.5, 0.5, 1.0, 0.5, 0.5])), diff="x", special=False, **FLOATS)
row("polygamma", "m x", "lax.polygamma(m, x)", (values([1.0, 2.0, 1.0]), positive(3)), (values([[1.0], [3.0]]), positive(2, 1)), (values(1.0), positive()), diff="x", special=False, **FLOATS)
row("zeta", "x q", "lax.zeta(x, q)", (uniform(1.5, 4, 3), positive(3)), (uniform(1.5, 4, 2, 2), positive(2, 2)), (uniform(1.5, 4), positive()), diff="q", special=False, **FLOATS)
row("polygamma_corners", "m x", "lax.polygamma(m, x)", (values([1.0, 1.0, 1.0, 2.0, NAN, 0.0, INF]), values([NAN, INF, 0.0, 1.0, 1.0, 1.0, 1.0])), diff="", full=1, special=False, **FLOATS)
row("zeta_corners", "x q", "lax.zeta(x, q)", (values([NAN, 2.0, INF, 2.0, 2.0, 1.0, 0.5]), values([1.0, INF, 1.0, 0.0, NAN, 1.0, 1.0])), diff="", full=1, special=False, **FLOATS)
row("threefry", "k", "jax.vmap(lambda k: jax.random.bits(k, (2,)))(k)", values([[0, 0], [0, 42], [2**32 - 1, 7]], "u32"), values([[0, 1]], "u32"), values([[1, 2], [3, 4]], "u32"), skip="vmap_last", special=False, halves=False)
