# jax.scipy.special: integrals, series and hypergeometric functions. Coefficients are in scipy_special_tables.py.
import math

import jax
import jax.numpy as jnp
from jax import lax

_EULER = 0.5772156649015329


def _floats(name, *xs):
    xs = [jnp.asarray(x) for x in xs]
    if any(jnp.iscomplexobj(x) for x in xs):
        raise ValueError(f"{name}() is for real numbers")
    dtype = jnp.result_type(*xs)
    dtype = dtype if jnp.issubdtype(dtype, jnp.floating) else jnp.result_type(dtype, float)
    return jnp.broadcast_arrays(*[x.astype(dtype) for x in xs])


def _ratio(pair, x):
    above, below = pair
    return jnp.polyval(jnp.array(above, x.dtype), x) / jnp.polyval(jnp.array(below, x.dtype), x)


def _wide(f, x):
    """The function in single precision, if the argument has less."""
    return f(x.astype(jnp.float32)).astype(x.dtype) if x.dtype in (jnp.float16, jnp.bfloat16) else f(x)


# Elementary ones.


def boxcox(x, lmbda):
    """The power transformation (xᶩ - 1) / ᶩ, or the logarithm."""
    x, power = _floats("boxcox", x, lmbda)
    return _power_transform(jnp.log(x), power)


def boxcox1p(x, lmbda):
    """The power transformation of 1 + x."""
    x, power = _floats("boxcox1p", x, lmbda)
    return _power_transform(jnp.log1p(x), power)


def _power_transform(log, power):
    safe = jnp.where(power == 0, 1, power)
    return jnp.where(power == 0, log, jnp.expm1(safe * log) / safe)


def comb(N, k, *, repetition=False):
    """The number of combinations."""
    n, k = _floats("comb", N, k)
    if repetition:
        return jnp.where((k == 0) & (n >= 0), 1.0, comb(n + k - 1, k))
    there = (k <= n) & (n >= 0) & (k >= 0)
    n, k = jnp.where(there, n, 0.0), jnp.where(there, k, 0.0)
    log = lambda x: jax.scipy.special.gammaln(x + 1)
    return jnp.where(there, jnp.exp(log(n) - log(k) - log(n - k)), 0.0)


def bernoulli(n):
    """The Bernoulli numbers up to the n-th."""
    if n < 0:
        raise ValueError(f"bernoulli() needs a number that is not negative, found {n}")
    known = [1.0, -0.5, 1 / 6, 0.0]
    if n < 4:
        return jnp.array(known[: n + 1])
    even = jnp.arange(4, n + 1, 2, dtype=float)
    factors = jnp.cumprod(-(even - 1) * even / 4 / math.pi**2) / math.pi**2
    rest = jnp.sum(jnp.arange(2, 50, dtype=float)[:, None] ** -even[None, :], axis=0)
    return jnp.zeros(n + 1).at[:3].set(jnp.array(known[:3])).at[4::2].set(factors * (1 + rest))


# The error function's relatives.


@jax.custom_jvp
def _erfcx(x):
    def single(x):
        limit = math.sqrt(math.log(float(jnp.finfo(x.dtype).max)))
        terms = 9 if x.dtype == jnp.float64 else 5
        series = [1.0]
        for k in range(1, terms):
            series.insert(0, -series[0] * (2 * k - 1) / 2)
        near = jnp.where(x > limit, 1.0, x)
        far = jnp.polyval(jnp.array(series, x.dtype), 1.0 / jnp.square(x)) / (x * math.sqrt(math.pi))
        return jnp.where(x > limit, far, jnp.exp(jnp.square(near)) * lax.erfc(near))

    return _wide(single, x)


_erfcx.defjvps(lambda dot, y, x: dot * (2 * x * y - 2.0 / math.sqrt(math.pi)))


def erfcx(x):
    """exp(x²) erfc(x)."""
    x = jnp.asarray(x)
    if jnp.iscomplexobj(x):
        return wofz(lax.complex(-jnp.imag(x), jnp.real(x)))
    return _erfcx(*_floats("erfcx", x))


@jax.custom_jvp
def _dawson(x):
    def single(x):
        size = jnp.abs(x)
        safe = lambda there, otherwise: jnp.where(there, size, otherwise)
        inner = safe(size < 3.25, 1.0)
        middle = safe((size >= 3.25) & (size < 6.25), 4.0)
        outer = safe(size >= 6.25, 8.0)
        tail = lambda y, pair: 0.5 / y * (1.0 + _ratio(pair, 1.0 / (y * y)) / (y * y))
        far = jnp.where(size < 6.25, tail(middle, _DAWSON[2:4]), tail(outer, _DAWSON[4:6]))
        return jnp.sign(x) * jnp.where(size < 3.25, inner * _ratio(_DAWSON[:2], inner * inner), far)

    return _wide(single, x)


_dawson.defjvps(lambda dot, y, x: dot * (1.0 - 2.0 * x * y))


def dawsn(x):
    """Dawson's integral."""
    return _dawson(*_floats("dawsn", x))


@jax.custom_jvp
def _wofz(z):
    above = jnp.imag(z) >= 0
    upper = jnp.where(above, z, -z)
    scale = 4.7568284600108841
    turned = lax.complex(-jnp.imag(upper), jnp.real(upper))
    below = scale - turned
    w = 2 * jnp.polyval(jnp.array(_FADDEEVA[0], z.dtype), (scale + turned) / below) / (below * below)
    w = w + (1.0 / math.sqrt(math.pi)) / below
    return jnp.where(above, w, 2 * jnp.exp(-z * z) - w)


_wofz.defjvps(lambda dot, w, z: dot * (-2 * z * w + 2j / math.sqrt(math.pi)))


def wofz(z):
    """The Faddeeva function exp(-z²) erfc(-iz)."""
    z = jnp.asarray(z)
    return _wofz(z if jnp.iscomplexobj(z) else lax.complex(*_floats("wofz", z, jnp.zeros_like(z))))


def _half_square(x):
    """sin and cos of π x² / 2, exact where they are 0 or 1."""
    x = jnp.abs(x)
    s = jnp.fmod(x, 2.0)
    r = jnp.fmod(s * (x - s / 2), 2.0)
    sine = lambda t: jnp.sin(math.pi * t)
    sin = jnp.where(r < 0.5, sine(r), jnp.where(r > 1.5, sine(r - 2.0), -sine(r - 1.0)))
    cos = jnp.where(r == 0.5, 0.0, jnp.where(r < 1.0, -sine(r - 0.5), sine(r - 1.5)))
    return sin, cos


@jax.custom_jvp
def _fresnel(x):
    size = jnp.abs(x)
    square = size * size
    small, sin, cos = square * square, *_half_square(size)
    t = math.pi * square
    u = 1.0 / (t * t)
    f = 1.0 - u * _ratio(_FRESNEL[4:6], u)
    g = _ratio(_FRESNEL[6:8], u) / t
    far = size > 36974.0
    f, g = jnp.where(far, 1.0, f), jnp.where(far, 0.0, g)
    s = jnp.where(square < 2.5625, size * square * _ratio(_FRESNEL[:2], small), 0.5 - (f * cos + g * sin) / (math.pi * size))
    c = jnp.where(square < 2.5625, size * _ratio(_FRESNEL[2:4], small), 0.5 + (f * sin - g * cos) / (math.pi * size))
    end = lambda y: jnp.where(x < 0, -1.0, 1.0) * jnp.where(jnp.isinf(x), 0.5, y)
    return end(s), end(c)


@_fresnel.defjvp
def _fresnel_jvp(primals, tangents):
    (x,), (dot,) = primals, tangents
    sin, cos = _half_square(x)
    return _fresnel(x), (sin * dot, cos * dot)


def fresnel(x):
    """The integrals of sin(π t² / 2) and cos(π t² / 2) from 0."""
    (x,) = _floats("fresnel", x)
    if x.dtype in (jnp.float16, jnp.bfloat16):
        return tuple(y.astype(x.dtype) for y in _fresnel(x.astype(jnp.float32)))
    return _fresnel(x)


@jax.custom_jvp
def _owens_t(h, a):
    h, size = jnp.abs(h), jnp.abs(a)
    inside = size <= 1.0
    slope, height = jnp.where(inside, size, 1.0 / size), jnp.where(inside, h, size * h)
    places, weights = jnp.array(_OWEN[0], h.dtype), jnp.array(_OWEN[1], h.dtype)
    r = 1.0 + jnp.square(slope)[..., None] * places
    result = slope * ((jnp.exp(-0.5 * jnp.square(height)[..., None] * r) / r) @ weights)
    root = math.sqrt(2.0)
    result = jnp.where(height == 0, jnp.arctan(slope) / (2 * math.pi), result)
    result = jnp.where(slope == 1, 0.125 * lax.erfc(-height / root) * lax.erfc(height / root), result)
    tail, tail_a = lax.erfc(h / root), lax.erfc(size * h / root)
    outside = jnp.where(
        size * h <= 0.67,
        0.25 - 0.25 * lax.erf(h / root) * lax.erf(size * h / root),
        0.25 * (tail + tail_a - tail * tail_a),
    )
    result = jnp.sign(a) * jnp.where(inside, result, outside - result)
    return jnp.where(jnp.isnan(a) | jnp.isnan(h), jnp.nan, result)


_owens_t.defjvps(
    lambda dot, _, h, a: dot * -jnp.exp(-0.5 * h * h) * lax.erf(a * h / math.sqrt(2.0)) / (2 * math.sqrt(2 * math.pi)),
    lambda dot, _, h, a: dot * jnp.exp(-0.5 * (a * a + 1.0) * h * h) / (2 * math.pi * (a * a + 1.0)),
)


def owens_t(h, a):
    """Owen's function: the probability that X > h and 0 < Y < a X."""
    return _owens_t(*_floats("owens_t", h, a))
