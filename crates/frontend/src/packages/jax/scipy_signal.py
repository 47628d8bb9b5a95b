# jax.scipy.signal: spectra of windows that slide over a signal.
import math

import jax
import jax.numpy as jnp
from jax import lax


def _window(window, length, dtype):
    if not isinstance(window, str):
        window = jnp.asarray(window, dtype=dtype)
        if window.ndim != 1 or (length is not None and window.size != length):
            raise ValueError(f"a window must be a row of nperseg numbers, found the shape {window.shape}")
        return window
    if window != "hann":
        raise NotImplementedError(f"the window {window!r}: 'hann' is known; give others as arrays of their numbers")
    if length == 1:
        return jnp.ones(1, dtype)
    return (jnp.sin(jnp.linspace(0, math.pi, length, endpoint=False)) ** 2).astype(dtype)


def _odd(x, n):
    """Extended at both ends by the reflection through the end points."""
    if n > x.shape[-1] - 1:
        raise ValueError(f"a signal of {x.shape[-1]} cannot be extended by {n}")
    left, right = jnp.flip(x[..., 1 : n + 1], -1), jnp.flip(x[..., -(n + 1) : -1], -1)
    return jnp.concatenate([2 * x[..., :1] - left, x, 2 * x[..., -1:] - right], axis=-1)


def _extended(x, boundary, n):
    modes = {"even": "reflect", "constant": "edge", "zeros": "constant"}
    if boundary is None or n < 1:
        return x
    if boundary == "odd":
        return _odd(x, n)
    if boundary not in modes:
        raise ValueError(f"'boundary' is 'even', 'odd', 'constant', 'zeros' or None, found {boundary!r}")
    return jnp.pad(x, [(0, 0)] * (x.ndim - 1) + [(n, n)], mode=modes[boundary])


def _longer(x, n):
    return jnp.pad(x, [(0, 0)] * (x.ndim - 1) + [(0, n)]) if n > 0 else x


def _spectra(x, y, fs, window, nperseg, noverlap, nfft, detrend, onesided, scaling, axis, mode, boundary, padded):
    x = jnp.asarray(x)
    signals = [x] if y is None else [x, jnp.asarray(y)]
    dtype = jnp.result_type(*signals, 0.0)
    axis = axis % x.ndim
    size = x.shape[axis]
    if isinstance(window, str):
        length = size if nperseg is None else min(int(nperseg), size)
    else:
        length = len(window) if nperseg is None else int(nperseg)
    window = _window(window, length, dtype)
    if size < length or length < 1:
        raise ValueError(f"windows of {length} numbers do not fit into a signal of {size}")
    overlap = length // 2 if noverlap is None else int(noverlap)
    points = length if nfft is None else int(nfft)
    if points < length or overlap >= length:
        raise ValueError(f"nfft must not be below nperseg, and noverlap must be: {points}, {length}, {overlap}")
    step = length - overlap
    signals = [jnp.moveaxis(s.astype(dtype), axis if s.ndim > 1 else 0, -1) for s in signals]
    longest = max(s.shape[-1] for s in signals)
    signals = [_longer(s, longest - s.shape[-1]) for s in signals]
    signals = [_extended(s, boundary, length // 2) for s in signals]
    if padded:
        signals = [_longer(s, (-(s.shape[-1] - length) % step) % length) for s in signals]
    if scaling not in ("density", "spectrum"):
        raise ValueError(f"'scaling' is 'density' or 'spectrum', found {scaling!r}")
    scale = 1.0 / (fs * jnp.sum(window * window)) if scaling == "density" else 1.0 / jnp.sum(window) ** 2
    onesided = onesided and not jnp.issubdtype(dtype, jnp.complexfloating)

    def spectrum(s):
        starts = jnp.arange(0, s.shape[-1] - length + 1, step)
        pieces = s[..., starts[:, None] + jnp.arange(length)[None, :]]
        if callable(detrend):
            pieces = detrend(pieces)
        elif detrend:
            pieces = jax.scipy.signal.detrend(pieces, type=detrend, axis=-1)
        return jnp.fft.rfft(window * pieces, n=points) if onesided else jnp.fft.fft(window * pieces, n=points)

    first = spectrum(signals[0])
    if mode == "stft":
        result = first * jnp.sqrt(scale)
    else:
        result = jnp.conj(first) * (first if y is None else spectrum(signals[1])) * scale
        if onesided:
            result = result.at[..., 1 : None if points % 2 else -1].multiply(2)
    frequencies = jnp.fft.rfftfreq(points, 1 / fs) if onesided else jnp.fft.fftfreq(points, 1 / fs)
    count = result.shape[-2]
    time = (jnp.arange(count, dtype=frequencies.dtype) * step + (0 if boundary is not None else length / 2)) / fs
    result = jnp.real(result) if y is None and mode != "stft" else result
    return frequencies, time, jnp.moveaxis(result, -1, axis)


def stft(x, fs=1.0, window="hann", nperseg=256, noverlap=None, nfft=None, detrend=False, return_onesided=True, boundary="zeros", padded=True, axis=-1):
    """The Fourier transforms of windows that slide over a signal."""
    return _spectra(x, None, fs, window, nperseg, noverlap, nfft, detrend, return_onesided, "spectrum", axis, "stft", boundary, padded)


def csd(x, y, fs=1.0, window="hann", nperseg=None, noverlap=None, nfft=None, detrend="constant", return_onesided=True, scaling="density", axis=-1, average="mean"):
    """The cross power spectral density by Welch's method."""
    frequencies, _, power = _spectra(x, y, fs, window, nperseg, noverlap, nfft, detrend, return_onesided, scaling, axis, "psd", None, False)
    if y is not None and not jnp.iscomplexobj(power):
        power = power + 0j
    if power.ndim >= 2:
        count = power.shape[-1]
        if count == 1:
            power = power[..., 0]
        elif average == "mean":
            power = jnp.mean(power, axis=-1)
        elif average == "median":
            bias = 1 + sum(1.0 / (2 * i + 1) - 1.0 / (2 * i) for i in range(1, (count - 1) // 2 + 1))
            middle = lambda part: jnp.median(part, axis=-1) / bias
            power = lax.complex(middle(jnp.real(power)), middle(jnp.imag(power))) if jnp.iscomplexobj(power) else middle(power)
        else:
            raise ValueError(f"'average' of csd() is 'mean' or 'median', found {average!r}")
    return frequencies, power


def welch(x, fs=1.0, window="hann", nperseg=None, noverlap=None, nfft=None, detrend="constant", return_onesided=True, scaling="density", axis=-1, average="mean"):
    """The power spectral density by Welch's method."""
    frequencies, power = csd(x, None, fs, window, nperseg, noverlap, nfft, detrend, return_onesided, scaling, axis, average)
    return frequencies, jnp.real(power)


def istft(Zxx, fs=1.0, window="hann", nperseg=None, noverlap=None, nfft=None, input_onesided=True, boundary=True, time_axis=-1, freq_axis=-2):
    """The signal of which stft gives these transforms."""
    z = jnp.asarray(Zxx)
    if z.ndim < 2 or freq_axis % z.ndim == time_axis % z.ndim:
        raise ValueError("istft() needs an axis of times and another of frequencies")
    z = z if jnp.iscomplexobj(z) else z + 0j
    freq_axis, time_axis = freq_axis % z.ndim, time_axis % z.ndim
    default = 2 * (z.shape[freq_axis] - 1) if input_onesided else z.shape[freq_axis]
    length = int(nperseg or default)
    odd = input_onesided and length == default + 1
    points = (default + 1 if odd else default) if nfft is None else int(nfft)
    overlap = int(noverlap or length // 2)
    if points < length or overlap >= length:
        raise ValueError(f"nfft must not be below nperseg, and noverlap must be: {points}, {length}, {overlap}")
    step = length - overlap
    rest = [i for i in range(z.ndim) if i not in (time_axis, freq_axis)]
    z = jnp.transpose(z, rest + [time_axis, freq_axis])
    pieces = (jnp.fft.irfft if input_onesided else jnp.fft.ifft)(z, axis=-1, n=nfft)[..., :length]
    window = _window(window, length, pieces.dtype)
    pieces = pieces * jnp.sum(window) * window
    count = pieces.shape[-2]
    places = jnp.arange(count)[:, None] * step + jnp.arange(length)[None, :]
    total = step * (count - 1) + length
    x = jnp.zeros(pieces.shape[:-2] + (total,), pieces.dtype).at[..., places].add(pieces)
    norm = jnp.zeros(total, window.dtype).at[places].add(jnp.broadcast_to(window * window, places.shape))
    if boundary:
        x, norm = x[..., length // 2 : -(length // 2)], norm[length // 2 : -(length // 2)]
    x = x / jnp.where(norm > 1e-10, norm, 1.0)
    if x.ndim > 1 and time_axis != z.ndim - 1:
        x = jnp.moveaxis(x, -1, time_axis - 1 if freq_axis < time_axis else time_axis)
    return jnp.arange(x.shape[0], dtype=jnp.real(x).dtype) / fs, x
