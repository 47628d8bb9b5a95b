"""jax.scipy: minimisation, cosine transforms, interpolation, densities from samples."""

from oracle.rows import row
from oracle.values import *

PLAIN = dict(special=False, halves=False, full=1, skip="vmap_last vmap_vmap jvp_grad")
LOOSE = dict(tolerance=1e-4, reason="sums in another order", **PLAIN)
# BFGS takes steps until the gradient is small: its results agree as far as that goes. It has no derivative in reverse mode.
STEPS = dict(tolerance=5e-3, reason="iterations end when a gradient is small", **{**PLAIN, "skip": PLAIN["skip"] + " jvp vjp grad grad_vmap vmap_grad grad_grad"})

FOUND = "(lambda r: (r.x, r.fun, r.success, r.status))"
row("minimize_rosenbrock", "x", f"{FOUND}(jax.scipy.optimize.minimize(lambda v: jnp.sum(100.0 * (v[1:] - v[:-1] ** 2) ** 2 + (1 - v[:-1]) ** 2), x, method='BFGS'))", values([-1.2, 1.0]), values([0.5, 2.0, 1.5]), prelude="import jax.scipy.optimize\n\n\n", **STEPS)
row("minimize_quadratic", "a b", f"{FOUND}(jax.scipy.optimize.minimize(lambda v, a: 0.5 * v @ a @ v - b @ v, jnp.zeros(3), (a,), method='bfgs', options=dict(gtol=1e-4)))", (spd(3), normal(3)), prelude="import jax.scipy.optimize\n\n\n", **STEPS)
row("dct", "x", "jax.scipy.fft.dct(x), jax.scipy.fft.dct(x, axis=0, norm='ortho'), jax.scipy.fft.dct(x, n=7)", normal(3, 5), normal(2, 4), prelude="import jax.scipy.fft\n\n\n", **LOOSE)
row("idct", "x", "jax.scipy.fft.idct(x), jax.scipy.fft.idct(x, axis=0, norm='ortho'), jax.scipy.fft.idct(x, n=7)", normal(3, 5), normal(2, 4), prelude="import jax.scipy.fft\n\n\n", **LOOSE)
row("dctn", "x", "jax.scipy.fft.dctn(x), jax.scipy.fft.dctn(x, axes=(0, 1), norm='ortho'), jax.scipy.fft.idctn(x), jax.scipy.fft.idctn(x, axes=(1,), norm='ortho')", normal(3, 4), normal(2, 3, 4), prelude="import jax.scipy.fft\n\n\n", **LOOSE)
GRID = "jax.scipy.interpolate.RegularGridInterpolator((jnp.array([0.0, 1.0, 3.0]), jnp.array([0.0, 2.0])), v{})(x)"
row("grid_interpolator", "v x", f"{GRID.format('')}, {GRID.format(', method=' + repr('nearest'))}, {GRID.format(', fill_value=None')}", (normal(3, 2), values([[0.5, 1.0], [2.0, 0.3], [2.9, 1.9]])), (normal(3, 2, 2), values([[0.0, 0.0], [3.5, 1.0], [3.0, 2.0]])), prelude="import jax.scipy.interpolate\n\n\n", **{**LOOSE, "skip": PLAIN["skip"] + " grad_grad"})
row("vq", "x c", "jax.scipy.cluster.vq.vq(x, c), jax.scipy.cluster.vq.vq(x[:, 0], c[:, 0])", (normal(5, 2), normal(3, 2)), prelude="import jax.scipy.cluster.vq\n\n\n", **LOOSE)
row("poisson_entropy", "m", "jax.scipy.stats.poisson.entropy(m)", positive(4), values([0.0, 5.0, 9.9, 10.0, 50.0, 200.0]), **{**LOOSE, "skip": PLAIN["skip"] + " grad_grad"})
KDE = "jax.scipy.stats.gaussian_kde(d, weights=w)"
row("kde", "d w x", f"{KDE}.pdf(x), {KDE}.logpdf(x), {KDE}(x)", (normal(2, 6), positive(6), normal(2, 3)), **{**LOOSE, "skip": PLAIN["skip"] + " grad_grad vmap_grad grad_vmap"})
row("kde_integrals", "d", "jax.scipy.stats.gaussian_kde(d).integrate_box_1d(-1.0, 0.5), jax.scipy.stats.gaussian_kde(d, bw_method='silverman').integrate_gaussian(0.3, 0.5), jax.scipy.stats.gaussian_kde(d, bw_method=0.4).integrate_kde(jax.scipy.stats.gaussian_kde(d[:3]))", normal(6), **{**LOOSE, "skip": PLAIN["skip"] + " grad_grad vmap_grad grad_vmap"})
row("kde_resample", "d", "jax.scipy.stats.gaussian_kde(d).resample(jax.random.key(3), (4,))", normal(2, 6), **{**LOOSE, "skip": PLAIN["skip"] + " jvp vjp grad grad_grad vmap_grad grad_vmap vmap vmap_d"})
