"""Linear algebra and Fourier transforms. Expressions do not depend on the signs of eigenvectors and singular vectors, which are free."""

from oracle.rows import row
from oracle.values import *

# LAPACK has no short floats, and what it makes of NaN and infinities is its own affair.
PLAIN = dict(special=False, halves=False)
LOOSE = dict(tolerance=2e-4, reason="derivatives of factors divide by gaps between eigenvalues and by pivots", **PLAIN)
NO_LAST = "vmap_last vmap_vmap"
# XLA takes a second to compile one.
SLOW = NO_LAST + " jvp_grad grad_grad vmap_grad grad_vmap"
SPD = [spd(3), spd(2), spd(4)]

row("cholesky", "a", "lax.linalg.cholesky(a)", *SPD, values([[1.0, 2.0], [2.0, 1.0]]), values([[NAN, 2.0], [2.0, 1.0]]), values([[INF, 2.0], [2.0, 0.0]]), skip=NO_LAST, **LOOSE)
row("cholesky_numpy", "a", "jnp.linalg.cholesky(a, upper=True)", *SPD, skip=NO_LAST, **LOOSE)
SOLVE = "lax.linalg.triangular_solve(a, b, left_side={0}, lower={1}, transpose_a={2}, unit_diagonal={3})"
for name, left, lower, transpose, unit in [
    ("left_lower", True, True, False, False),
    ("right_upper", False, False, False, False),
    ("left_transposed", True, False, True, False),
    ("right_lower_unit", False, True, True, True),
]:
    row(f"triangular_solve_{name}", "a b", SOLVE.format(left, lower, transpose, unit), (spd(3), normal(3, 3)), (spd(2), normal(2, 2)), (spd(1), normal(1, 1)), skip=NO_LAST, **LOOSE)
row("solve", "a b", "jnp.linalg.solve(a, b)", (spd(3), normal(3, 2)), (spd(3), normal(3)), (spd(2), normal(2, 1)), skip=NO_LAST, **LOOSE)
row("inv", "a", "jnp.linalg.inv(a)", *SPD, skip=NO_LAST, **LOOSE)
row("det", "a", "jnp.linalg.det(a)", spd(3), normal(4, 4), normal(2, 2), skip=NO_LAST, **LOOSE)
row("slogdet", "a", "jnp.linalg.slogdet(a)", spd(3), normal(3, 3), normal(2, 2), skip=NO_LAST, **LOOSE)
row("lu", "a", "lax.linalg.lu(a)", normal(3, 3), normal(4, 3), normal(2, 4), skip=NO_LAST, **LOOSE)
row("qr", "a", "jnp.linalg.qr(a)", normal(3, 3), normal(4, 3), normal(2, 2), skip=NO_LAST, **LOOSE)
row("qr_complete", "a", "jnp.abs(jnp.linalg.qr(a, mode='complete')[1])", normal(4, 2), normal(3, 2), normal(2, 2), skip=NO_LAST + " jvp vjp grad jvp_grad grad_grad vmap_grad grad_vmap", **LOOSE)
row("eigvalsh", "a", "jnp.linalg.eigvalsh(a)", spd(3), skip=SLOW, **LOOSE)
row("eigh", "a", "jnp.abs(jnp.linalg.eigh(a)[1])", spd(3), spd(2), spd(4), skip=NO_LAST + " jvp_grad", **LOOSE)
row("svdvals", "a", "jnp.linalg.svdvals(a)", normal(4, 3), normal(2, 3), skip=SLOW, **LOOSE)
row("svd", "a", "jnp.abs(jnp.linalg.svd(a, full_matrices=False)[0])", normal(4, 3), normal(2, 3), normal(2, 2), skip=NO_LAST + " jvp_grad", **LOOSE)
row("fft", "x", "jnp.abs(jnp.fft.fft(x))", normal(2, 5), normal(3), normal(1, 4), skip=NO_LAST, **PLAIN)
row("fft_parts", "x", "jnp.real(jnp.fft.fft(x, n=6, axis=0)), jnp.imag(jnp.fft.fft(x, axis=0, norm='ortho'))", normal(4, 2), normal(3), normal(6, 1), skip=NO_LAST, **PLAIN)
row("ifft", "x", "jnp.real(jnp.fft.ifft(x))", normal(2, 5), normal(3), normal(1, 4), skip=NO_LAST, **PLAIN)
row("rfft", "x", "jnp.real(jnp.fft.rfft(x)), jnp.imag(jnp.fft.rfft(x))", normal(2, 5), normal(4), normal(1, 6), skip=NO_LAST, **PLAIN)
row("rfft_filter", "x", "jnp.fft.irfft(jnp.fft.rfft(x) * 0.5, n=6)", normal(2, 6), normal(4), normal(1, 5), skip=NO_LAST, **PLAIN)
row("irfft_odd", "x", "jnp.fft.irfft(x, n=5)", normal(2, 3), normal(3), normal(1, 3, 3), skip=NO_LAST, **PLAIN)
row("irfft", "x y", "jnp.fft.irfft(lax.complex(x, y))", (normal(2, 3), normal(2, 3)), (normal(4), normal(4)), (normal(1, 5), normal(1, 5)), skip=NO_LAST, **PLAIN)
