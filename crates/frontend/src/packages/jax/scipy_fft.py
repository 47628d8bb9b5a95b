# jax.scipy.fft: cosine transforms of the second kind, by the Fourier transform of the interleaved signal (Makhoul 1980).
import math

import jax.numpy as jnp
from jax import lax


def _checked(name, x, type, norm):
    if type != 2:
        raise NotImplementedError(f"{name}() of type {type}: JAX has type 2 only")
    if norm not in (None, "backward", "ortho"):
        raise ValueError(f"'norm' of {name}() is None, 'backward' or 'ortho', found {norm!r}")
    x = jnp.asarray(x)
    return x if jnp.issubdtype(x.dtype, jnp.inexact) else x.astype(jnp.result_type(x, float))


def _along(values, axis, rank):
    return jnp.reshape(values, [-1 if i == axis else 1 for i in range(rank)])


def _sized(x, n, axis):
    """With zeros at the end, or cut."""
    if n is None:
        return x
    widths = [(0, max(n - x.shape[axis], 0)) if i == axis else (0, 0) for i in range(x.ndim)]
    return lax.slice_in_dim(jnp.pad(x, widths), 0, n, axis=axis)


def _factors(x, axis):
    n = x.shape[axis]
    return _along(jnp.sqrt(jnp.array([4.0 * n] + [2.0 * n] * (n - 1), x.dtype)), axis, x.ndim)


def _turns(x, axis, sign):
    """exp(∓iπk / 2n)."""
    n = x.shape[axis]
    angle = _along(jnp.arange(n, dtype=x.dtype) * (math.pi / (2 * n)), axis, x.ndim)
    return lax.complex(jnp.cos(angle), sign * jnp.sin(angle))


def dct(x, type=2, n=None, axis=-1, norm=None):
    """The cosine transform of the second kind."""
    x = _checked("dct", x, type, norm)
    if jnp.iscomplexobj(x):
        return lax.complex(dct(jnp.real(x), type, n, axis, norm), dct(jnp.imag(x), type, n, axis, norm))
    axis = axis % x.ndim
    x = _sized(x, n, axis)
    even, odd = lax.slice_in_dim(x, 0, None, 2, axis), lax.slice_in_dim(x, 1, None, 2, axis)
    spectrum = jnp.fft.fft(jnp.concatenate([even, jnp.flip(odd, axis)], axis), axis=axis)
    y = 2 * jnp.real(spectrum * _turns(x, axis, -1.0))
    return y / _factors(y, axis) if norm == "ortho" else y


def idct(x, type=2, n=None, axis=-1, norm=None):
    """The inverse of the cosine transform."""
    x = _checked("idct", x, type, norm)
    if jnp.iscomplexobj(x):
        return lax.complex(idct(jnp.real(x), type, n, axis, norm), idct(jnp.imag(x), type, n, axis, norm))
    axis = axis % x.ndim
    x = _sized(x, n, axis)
    length = x.shape[axis]
    x = x / _factors(x, axis)
    x = x if norm == "ortho" else x / _factors(x, axis)
    v = jnp.real(jnp.fft.ifft(x * _turns(x, axis, 1.0) * (2 * length), axis=axis))
    half = (length + 1) // 2
    even, odd = lax.slice_in_dim(v, 0, half, axis=axis), jnp.flip(lax.slice_in_dim(v, half, length, axis=axis), axis)
    order = [i // 2 if i % 2 == 0 else half + i // 2 for i in range(length)]
    return jnp.take(jnp.concatenate([even, odd], axis), jnp.array(order), axis=axis)


def _axes(name, x, s, axes):
    sizes = None if s is None else ([s] if isinstance(s, int) else list(s))
    if sizes is not None and len(sizes) > x.ndim:
        raise ValueError(f"'s' of {name}() has at most {x.ndim} sizes, found {len(sizes)}")
    if axes is None:
        axes = range(x.ndim - len(sizes), x.ndim) if sizes is not None else range(x.ndim)
    axes = [axis % x.ndim for axis in axes]
    return axes, sizes if sizes is not None else [None] * len(axes)


def dctn(x, type=2, s=None, axes=None, norm=None):
    """The cosine transform over several axes."""
    x = _checked("dctn", x, type, norm)
    for axis, n in zip(*_axes("dctn", x, s, axes)):
        x = dct(x, type, n, axis, norm)
    return x


def idctn(x, type=2, s=None, axes=None, norm=None):
    """The inverse of the cosine transform over several axes."""
    x = _checked("idctn", x, type, norm)
    for axis, n in zip(*_axes("idctn", x, s, axes)):
        x = idct(x, type, n, axis, norm)
    return x
