"""jax.scipy.signal: spectra of windows that slide over a signal."""

from oracle.rows import row
from oracle.values import *

LOOSE = dict(tolerance=1e-4, reason="sums in another order", special=False, halves=False, full=1, skip="vmap_last vmap_vmap jvp_grad")

row("stft", "x", "jax.tree.map(jnp.abs, jax.scipy.signal.stft(x, nperseg=8)), jax.tree.map(jnp.abs, jax.scipy.signal.stft(x, fs=2.0, nperseg=6, noverlap=4, nfft=8, boundary='odd', detrend='constant', axis=0))", normal(20), normal(18, 2), **{**LOOSE, "skip": LOOSE["skip"] + " vmap_grad grad_vmap grad_grad jvp vjp grad"})
row("stft_parts", "x", "(lambda z: (jnp.real(z), jnp.imag(z)))(jax.scipy.signal.stft(x, nperseg=8, boundary='even', padded=False)[2])", normal(20), **LOOSE)
row("welch", "x", "jax.scipy.signal.welch(x, nperseg=8), jax.scipy.signal.welch(x, fs=3.0, nperseg=6, scaling='spectrum', average='median'), jax.scipy.signal.welch(x, nperseg=16, window=jnp.ones(16), detrend=False)", normal(20), normal(2, 24), **LOOSE)
row("csd", "x y", "(lambda p: (jnp.real(p), jnp.imag(p)))(jax.scipy.signal.csd(x, y, nperseg=8)[1])", (normal(20), normal(20)), (normal(20), normal(16)), **LOOSE)
row("istft", "x y", "jax.scipy.signal.istft(lax.complex(x, y), noverlap=3)[1], jax.scipy.signal.istft(lax.complex(x, y), nperseg=6, nfft=8)[1], jax.scipy.signal.istft(lax.complex(x, y), fs=2.0, window=jnp.ones(8), boundary=False)", (normal(5, 6), normal(5, 6)), **LOOSE)
row("stft_and_back", "x", "jax.scipy.signal.istft(jax.scipy.signal.stft(x, nperseg=8)[2])[1]", normal(20), **LOOSE)
