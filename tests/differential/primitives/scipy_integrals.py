"""jax.scipy.special: integrals, series and hypergeometric functions."""

from oracle.rows import row
from oracle.values import *

LIGHT = dict(skip="vmap_last vmap_vmap jvp_grad grad_vmap", halves=False, special=False, full=1)
SERIES = dict(tolerance=5e-5, reason="series, continued fractions and rational approximations in single precision", **LIGHT)
# A loop whose number of turns depends on the values has no derivative in reverse mode: JAX has none either.
LOOPED = {**SERIES, "skip": LIGHT["skip"] + " vmap_grad grad_grad"}

for name, low, high, corner in [
    ("erfcx", -2, 9, [0.0, -1.0, 9.0, 9.8, 30.0, INF, NAN]),
    ("dawsn", -8, 8, [0.0, 3.25, 6.25, -1.0, 20.0]),
    ("expi", 0.2, 50, [-2.0, 0.5, 2.0, 4.0, 40.0, 70.0]),
    ("exp1", 0.2, 8, [1.0, 2.0, 0.0, -1.0, 30.0]),
    ("spence", 0.2, 4, [0.0, 1.0, 0.5, 2.0, -1.0]),
    ("loggamma", 0.3, 5, [1.0, 0.0, -1.5, 30.0]),
]:
    # JAX leaks a tracer in second derivatives of expn.
    row(name, "x", f"jax.scipy.special.{name}(x)", uniform(low, high, 2, 3), values(corner), **{**SERIES, "skip": LOOPED["skip"] if name == "exp1" else LIGHT["skip"]})
row("fresnel", "x", "jax.scipy.special.fresnel(x)", uniform(-4, 4, 2, 3), values([0.0, 1.6, -1.6, INF, -INF]), **SERIES)
row("sici", "x", "jax.scipy.special.sici(x)", uniform(0.2, 12, 2, 3), values([0.0, 4.0, -4.0, 8.0, INF]), **SERIES)
row("expn", "x", "jax.scipy.special.expn(3, x), jax.scipy.special.expn(0, x)", uniform(0.2, 8, 5), values([0.0, 1.0, 2.0]), **LOOPED)
row("expn_order", "x", "jax.scipy.special.expn(jnp.array([1.0, 2.0, 6000.0]), x)", uniform(0.2, 8, 3), **LOOPED)
row("owens_t", "h a", "jax.scipy.special.owens_t(h, a)", (normal(4), normal(4)), (values([0.0, 1.0, -2.0, 0.5]), values([0.5, 1.0, 3.0, -1.0])), **SERIES)
row("boxcox", "x p", "jax.scipy.special.boxcox(x, p), jax.scipy.special.boxcox1p(x, p)", (positive(4), normal(4)), (positive(3), values([0.0, 1.0, -1.0])), **SERIES)
row("comb", "n k", "jax.scipy.special.comb(n, k), jax.scipy.special.comb(n, k, repetition=True)", (uniform(4, 8, 3), uniform(1, 3, 3)), (values([5.0, 5.0, 2.0]), values([0.0, 2.0, 3.0])), **SERIES)
row("bernoulli", "x", "x * jax.scipy.special.bernoulli(8)[2], jax.scipy.special.bernoulli(3), jax.scipy.special.bernoulli(12)", normal(2), **SERIES)
row("wofz", "x y", "jnp.real(jax.scipy.special.wofz(lax.complex(x, y))), jnp.imag(jax.scipy.special.wofz(lax.complex(x, y)))", (normal(4), normal(4)), **SERIES)
row("erfcx_complex", "x y", "jnp.abs(jax.scipy.special.erfcx(lax.complex(x, y)))", (normal(3), normal(3)), **SERIES)
row("loggamma_complex", "x y", "jnp.abs(jax.scipy.special.loggamma(lax.complex(x, y)))", (normal(4), normal(4)), **LOOPED)
row("bessel_jn", "z", "jax.scipy.special.bessel_jn(z, v=3, n_iter=24)", uniform(6, 12, 4), **SERIES)
row("sph_harm_y", "t p", "jnp.real(jax.scipy.special.sph_harm_y(jnp.array([0, 1, 3, 2]), jnp.array([0, -1, 2, 1]), t, p, n_max=3))", (uniform(0.3, 2.5, 4), normal(4)), **SERIES)
row("hyp1f1", "a b x", "jax.scipy.special.hyp1f1(a, b, x)", (positive(3), positive(3), normal(3)), (values([0.0, 2.0, 1.0]), values([1.0, 2.0, 0.0]), values([1.0, 0.5, 0.3])), **LOOPED)
row("hyp2f1", "a b c x", "jax.scipy.special.hyp2f1(a, b, c, x)", (positive(3), positive(3), uniform(3.1, 4.2, 3), uniform(-0.8, 0.8, 3)), (values([0.0, -2.0, 1.0, 0.5]), values([1.0, 0.5, 1.0, 0.5]), values([1.0, 1.5, 3.0, 2.0]), values([0.5, 0.5, 0.95, 1.0])), **LOOPED)
