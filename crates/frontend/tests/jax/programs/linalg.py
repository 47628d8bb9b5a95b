"""Matrices: jax.scipy.linalg, jax.lax.linalg, and samplers that use them; keras.random."""
import jax
import jax.numpy as jnp
import keras
from jax import lax, random
from jax.scipy import linalg

a = jnp.array([[4.0, 1.0, -0.5], [1.0, 3.0, 0.25], [-0.5, 0.25, 2.0]])
g = jnp.array([[0.5, 2.0, -1.0], [3.0, 0.1, 0.7], [-2.0, 1.5, 1.0]])
b = jnp.array([1.0, -2.0, 0.5])
m = jnp.array([[1.0, 2.0], [0.5, -1.0], [3.0, 0.0]])

cases = {
    "factors": lambda: [linalg.cholesky(a), linalg.cholesky(a, lower=True), lax.linalg.cholesky(a), jnp.abs(linalg.qr(g)[1]), jnp.abs(linalg.qr(m, mode="economic")[0]), linalg.eigh(a)[0], linalg.eigh(a, eigvals_only=True), linalg.svd(g, compute_uv=False), linalg.svd(g)[1], jnp.abs(lax.linalg.svd(g)[0]), lax.linalg.eigh(a)[1], *lax.linalg.lu(g), *linalg.lu_factor(g), jnp.abs(lax.linalg.qr(g)[0])],
    "systems": lambda: [linalg.solve(g, b), linalg.solve(g, m), linalg.solve(a, b, assume_a="pos"), linalg.solve_triangular(a, b), linalg.solve_triangular(a, m, lower=True), linalg.solve_triangular(a, b, trans=1, unit_diagonal=True), linalg.cho_solve(linalg.cho_factor(a), b), linalg.cho_solve(linalg.cho_factor(a, lower=True), m), linalg.det(g), linalg.inv(g), lax.linalg.triangular_solve(a, m, left_side=True, lower=True), lax.linalg.triangular_solve(a, m.T)],
    "shapes": lambda: [linalg.block_diag(g, b, 2.0), linalg.toeplitz(b), linalg.toeplitz(b, jnp.array([9.0, 8.0]))],
    "fourier": lambda: [jnp.abs(lax.fft(lax.complex(b, b * 0.5), "fft", (3,))), lax.real(lax.conj(lax.complex(b, b))), lax.imag(lax.complex(b, b)), lax.fft(lax.fft(jnp.arange(6.0), "rfft", (6,)), lax.FftType.IRFFT, (6,))],
    "multivariate_normal": lambda: [random.multivariate_normal(random.key(1), b, a), random.multivariate_normal(random.key(1), b, a, (4,)), random.multivariate_normal(random.key(2), jnp.zeros((2, 3)), a)],
    "keras": lambda: [keras.random.normal((3, 2), 1.0, 2.0, seed=3), keras.random.uniform((4,), -1, 2, seed=4), keras.random.truncated_normal((4,), seed=5), keras.random.randint((5,), 0, 9, seed=6), keras.random.categorical(jnp.array([[0.1, 1.0, 2.0], [1.0, 1.0, 1.0]]), 4, seed=7), keras.random.dropout(m, 0.4, seed=8), keras.random.dropout(m, 0.5, noise_shape=(None, 1), seed=8), keras.random.shuffle(jnp.arange(7), seed=9), keras.random.gamma((3,), 2.0, seed=10), keras.random.beta((3,), 2.0, 1.0, seed=11), keras.random.binomial((4,), 9, 0.3, seed=12)],
}
