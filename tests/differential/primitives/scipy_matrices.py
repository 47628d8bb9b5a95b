"""jax.scipy.linalg and jax.lax.linalg: functions of matrices, and matrices of a given form."""

from oracle.rows import row
from oracle.values import *

PLAIN = dict(special=False, halves=False, full=1)
NO_LAST = "vmap_last vmap_vmap"
LOOSE = dict(tolerance=2e-4, reason="derivatives of factors divide by pivots and by gaps between singular values", **PLAIN)

row("expm", "a", "jax.scipy.linalg.expm(a)", normal(3, 3), normal(2, 2, 2), spd(3), values([[20.0, 1.0], [0.0, -3.0]]), skip=NO_LAST + " grad_grad jvp_grad", tolerance=5e-4, reason="results of some hundred thousands and repeated squaring", **PLAIN)
row("expm_upper", "a", "jax.scipy.linalg.expm(jnp.triu(a), upper_triangular=True)", normal(3, 3), skip=NO_LAST + " grad_grad jvp_grad", **LOOSE)
row("expm_frechet", "a e", "jax.scipy.linalg.expm_frechet(a, e)", (normal(3, 3), normal(3, 3)), skip=NO_LAST + " grad_grad jvp_grad", **LOOSE)
row("scipy_lu", "a", "jax.scipy.linalg.lu(a), jax.scipy.linalg.lu(a, permute_l=True)", normal(3, 3), normal(4, 3), normal(2, 4), skip=NO_LAST + " vmap vmap_a vmap_grad grad_vmap", **LOOSE)
for trans in (0, 1, 2):
    row(f"lu_solve_{trans}", "a b", f"jax.scipy.linalg.lu_solve(jax.scipy.linalg.lu_factor(a), b, trans={trans})", (normal(3, 3), normal(3, 2)), (normal(3, 3), normal(3)), skip=NO_LAST, **LOOSE)
row("polar", "a", "jax.scipy.linalg.polar(a, method='svd'), jax.scipy.linalg.polar(a, side='left', method='svd')", normal(3, 3), normal(4, 3), skip=NO_LAST + " grad_grad jvp_grad grad_vmap vmap_grad", **LOOSE)
row("qr_multiply", "a c", "jax.scipy.linalg.qr_multiply(a, c), jax.scipy.linalg.qr_multiply(a, c[:, :3].T, mode='left')", (normal(4, 3), normal(3, 4)), skip=NO_LAST + " vmap_c vmap vmap_a grad_vmap vmap_grad jvp vjp grad grad_grad jvp_grad", **LOOSE)
row("eigh_tridiagonal", "d e", "jax.scipy.linalg.eigh_tridiagonal(d, e, eigvals_only=True), jax.scipy.linalg.eigh_tridiagonal(d, e, eigvals_only=True, select='i', select_range=(1, 2))", (normal(5), normal(4)), skip=NO_LAST + " jvp vjp grad grad_grad jvp_grad grad_vmap vmap_grad", **LOOSE)
row("tridiagonal_solve", "l d u b", "lax.linalg.tridiagonal_solve(l.at[0].set(0), d, u.at[-1].set(0), b)", (normal(4), positive(4), normal(4), normal(4, 2)), skip=NO_LAST, **LOOSE)
row("tridiagonal_solve_exchange", "d b", "lax.linalg.tridiagonal_solve(jnp.array([0.0, 2.0, 3.0]), d, jnp.array([1.0, 1.0, 0.0]), b)", (values([0.0, 0.1, 0.2]), normal(3, 1)), skip=NO_LAST, **LOOSE)
row("householder_product", "a", "lax.linalg.householder_product(a, jnp.array([0.5, 1.2]))", normal(4, 3), normal(3, 3), skip=NO_LAST, **LOOSE)
row("ormqr", "a c", "lax.linalg.ormqr(a, jnp.array([0.5, 1.2]), c), lax.linalg.ormqr(a, jnp.array([0.5, 1.2]), c.T, left=False, transpose=True)", (normal(4, 2), normal(4, 3)), skip=NO_LAST + " jvp vjp grad grad_grad jvp_grad grad_vmap vmap_grad", **LOOSE)
row("pivots", "p", "lax.linalg.lu_pivots_to_permutation(p, 4)", values([2, 1, 3], "i32"), skip=NO_LAST, special=False, halves=False)
row("symmetric_product", "a c", "lax.linalg.symmetric_product(a, c, alpha=2.0, beta=0.5)", (normal(3, 2), spd(3)), skip=NO_LAST + " jvp vjp grad grad_grad jvp_grad grad_vmap vmap_grad", **LOOSE)
row("hankel", "c r", "jax.scipy.linalg.hankel(c, r), jax.scipy.linalg.hankel(c)", (normal(3), normal(4)), skip=NO_LAST, **PLAIN)
for name, operand in [("circulant", normal(4)), ("companion", positive(4)), ("fiedler", normal(4)), ("fiedler_companion", positive(5)), ("fiedler_companion_even", positive(6))]:
    row(name, "x", f"jax.scipy.linalg.{name.removesuffix('_even')}(x)", operand, skip=NO_LAST, **PLAIN)
row("leslie", "f s", "jax.scipy.linalg.leslie(f, s)", (normal(4), normal(3)), skip=NO_LAST, **PLAIN)
row("convolution_matrix", "x", "jax.scipy.linalg.convolution_matrix(x, 3), jax.scipy.linalg.convolution_matrix(x, 3, mode='same'), jax.scipy.linalg.convolution_matrix(x, 3, mode='valid')", normal(4), normal(2), skip=NO_LAST, **PLAIN)
row("given_matrices", "x", "x[0] * jax.scipy.linalg.hilbert(3), jax.scipy.linalg.invhilbert(4), jax.scipy.linalg.pascal(4), jax.scipy.linalg.pascal(4, kind='lower'), jax.scipy.linalg.invpascal(4), jax.scipy.linalg.invpascal(3, kind='upper'), jax.scipy.linalg.helmert(4), jax.scipy.linalg.helmert(4, full=True), jax.scipy.linalg.hadamard(4), jnp.real(jax.scipy.linalg.dft(4)), jnp.imag(jax.scipy.linalg.dft(3, scale='sqrtn'))", normal(2), skip=NO_LAST, **LOOSE)
