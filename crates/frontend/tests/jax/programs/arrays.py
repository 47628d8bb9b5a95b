"""Sets, polynomials, places and bits of jax.numpy, named results, jax.ops, jax.scipy.signal and jax.scipy.ndimage."""
import jax
import jax.numpy as jnp
from jax import ops
from jax.scipy import integrate, ndimage, signal

x = jnp.array([3.0, 1.0, 2.0, 1.0, 5.0])
y = jnp.array([2.0, 5.0, 7.0, 2.0])
k = jnp.array([4, 1, 4, 2, 9, 1])
m = jnp.array([[4.0, 1.0, 0.5], [1.0, 3.0, 0.2], [0.5, 0.2, 2.0]])
rows = jnp.array([[1, 2], [0, 5], [1, 2], [1, 0], [0, 5]])
noise = jnp.sin(jnp.arange(12.0) * 2.3).reshape(3, 4)

cases = {
    "unique": lambda: [jnp.unique(rows, axis=0), *jnp.unique(rows, axis=0, return_index=True, return_inverse=True, return_counts=True), *jnp.unique(rows, axis=1, return_inverse=True), jnp.unique(k, size=6, fill_value=-1), *jnp.unique(k, size=3, return_counts=True, return_index=True), jnp.unique(jnp.array([jnp.nan, 1.0, jnp.nan])), jnp.unique(jnp.array([jnp.nan, 1.0, jnp.nan]), equal_nan=False), jax.jit(lambda v: jnp.unique(v, size=4, axis=0, fill_value=7))(rows), jnp.unique(jnp.zeros((0,)), size=2, fill_value=7)],
    "unique_parts": lambda: [jnp.unique_values(k), jnp.unique_counts(k).counts, jnp.unique_inverse(rows).inverse_indices, *jnp.unique_all(k), jnp.unique_all(rows, size=3).indices],
    "union": lambda: [jnp.union1d(k, jnp.array([3, 1])), jnp.union1d(x, y, size=9, fill_value=0.5), jnp.union1d(k, x)],
    "difference": lambda: [jnp.setdiff1d(k, jnp.array([1, 9])), jnp.setdiff1d(k, jnp.array([1, 9]), size=4), jnp.setdiff1d(x, y, size=4, fill_value=-2.0), jnp.setdiff1d(jnp.array([5, 3, 1]), jnp.array([3]), assume_unique=True)],
    "intersection": lambda: [jnp.intersect1d(x, y), jnp.intersect1d(k, jnp.array([1, 2, 3])), *jnp.intersect1d(x, y, return_indices=True), jnp.intersect1d(x, y, size=4), jnp.intersect1d(x, y, size=4, fill_value=0.0), *jnp.intersect1d(x, y, size=4, return_indices=True), *jnp.intersect1d(jnp.array([4, 1, 2]), jnp.array([2, 4]), assume_unique=True, return_indices=True)],
    "exclusive": lambda: [jnp.setxor1d(x, y), jnp.setxor1d(k, jnp.array([1, 2, 3])), jnp.setxor1d(x, y, size=6, fill_value=9.0), jnp.setxor1d(jnp.array([4, 1, 2]), jnp.array([2, 5]), assume_unique=True)],
    "polynomials": lambda: [jnp.polyfit(x, x * x + 1, 2), jnp.polyfit(jnp.arange(5.0), jnp.stack([x, x * x], 1), 1), *jnp.polyfit(jnp.arange(5.0), x, 1, full=True), *jnp.polyfit(jnp.arange(5.0), x, 2, cov=True), *jnp.polyfit(jnp.arange(5.0), x, 1, w=y[:1] + x, cov="unscaled"), jnp.poly(x), jnp.poly(jnp.array([1, -2])), *jnp.polydiv(x, y[:2]), *jnp.polydiv(jnp.array([1, 2]), jnp.array([1, 2, 3]))],
    "places": lambda: [jnp.put(x, jnp.array([0, -1]), jnp.array([9.0, 8.0]), inplace=False), jnp.put(m, jnp.array([0, 7, 12]), jnp.array([1.5]), mode="clip", inplace=False), jnp.put(k, jnp.array([0, 7]), 3, mode="wrap", inplace=False), jnp.place(m, m > 1, jnp.array([7.0, 8.0]), inplace=False)],
    "bits": lambda: [jnp.packbits(k > 2), jnp.packbits(noise > 0, axis=1), jnp.packbits(noise > 0, axis=0, bitorder="little"), jnp.unpackbits(jnp.array([[3, 200]], dtype="uint8")), jnp.unpackbits(jnp.array([[3, 200]], dtype="uint8"), axis=0, count=10, bitorder="little"), jnp.unpackbits(jnp.array([77], dtype="uint8"), count=5)],
    "equality": lambda: [jnp.array_equal(x, x), jnp.array_equal(x, y), jnp.array_equal(jnp.array([jnp.nan]), jnp.array([jnp.nan])), jnp.array_equal(jnp.array([jnp.nan]), jnp.array([jnp.nan]), equal_nan=True), jnp.array_equiv(x, x[None])],
    "histograms": lambda: [*jnp.histogram2d(x, x * 0.5, bins=3), *jnp.histogram2d(x, x[::-1], bins=[2, 3], range=[[0.0, 5.0], [1.0, 4.0]]), *jnp.histogram2d(x, x, bins=4, density=True), jnp.histogramdd(noise, bins=2)[0], *jnp.histogramdd(noise[:, :2], bins=3, weights=jnp.array([1.0, 2.0, 0.5]))[1]],
    "joined": lambda: [jnp.r_[x, 0.5, 1:4], jnp.c_[x, x * 2], jnp.r_[1:9:2], *jnp.mask_indices(3, jnp.triu, size=6), jnp.trim_zeros(jnp.array([0, 0, 1, 0, 2, 0])), jnp.trim_zeros(jnp.array([0, 0, 1, 0, 2, 0]), "f"), jnp.real(jnp.sort_complex(x))],
    "named": lambda: [jnp.linalg.slogdet(m).logabsdet, jnp.linalg.eigh(m).eigenvalues, jnp.abs(jnp.linalg.qr(m).R), jnp.linalg.svd(m).S, jnp.linalg.matmul(m, m), jnp.linalg.tensorinv(jnp.eye(6).reshape(2, 3, 6) * 2 + noise.sum(), ind=2), jnp.linalg.tensorsolve(m.reshape(3, 1, 3), x[:3].reshape(3, 1))],
    "hermitian": lambda: [jnp.fft.hfft(x), jnp.fft.hfft(noise, n=5, axis=0, norm="ortho"), jnp.fft.ihfft(x).real, jnp.fft.ihfft(noise, axis=0, norm="forward").imag],
    "segments": lambda: [ops.segment_sum(x, jnp.array([0, 0, 1, 2, 2]), 4), ops.segment_max(x, jnp.array([0, 0, 1, 3, 3]), 4), ops.segment_min(k, jnp.array([0, 1, 1, 0, 3, 3]), num_segments=4), ops.segment_prod(noise, jnp.array([1, 0, 1])), ops.segment_max(k, jnp.array([0, 1, 1, 0, 3, 3]), 5), ops.segment_sum(rows, jnp.array([0, 7, 1, 0, 1]), 2)],
    "signal": lambda: [signal.convolve(x, y), signal.convolve(x, y[:2], mode="same"), signal.convolve(x, y[:3], mode="valid"), signal.correlate(x, y), signal.correlate(x, y[:2], mode="same"), signal.correlate(y[:2], x, mode="valid"), signal.convolve2d(noise, m[:2, :2]), signal.convolve2d(noise, m, mode="same"), signal.correlate2d(noise, m[:2], mode="valid"), signal.fftconvolve(x, y, mode="full"), signal.convolve(noise, m[:2], mode="same"), signal.detrend(noise), signal.detrend(noise, axis=0, type="constant"), integrate.trapezoid(x, dx=0.5)],
    "ndimage": lambda: [ndimage.map_coordinates(noise, [jnp.array([0.5, 1.2, 3.0]), jnp.array([0.1, 2.5, -0.5])], 1, mode="nearest"), ndimage.map_coordinates(noise, [jnp.array([0.4, 1.2, 3.0]), jnp.array([0.1, 2.4, -0.6])], 0, cval=1.5)],
}
