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


# Exponential, sine and cosine integrals.


@jax.custom_jvp
def _expi(x):
    first = x * _ratio(_EXPONENTIAL[:2], x) + _EULER + jnp.log(x)

    def piece(i):
        w = 1.0 / x
        return jnp.exp(x) * w * (w * _ratio(_EXPONENTIAL[2 * i : 2 * i + 2], w) + 1.0)

    result = first
    for i in range(1, 7):
        result = jnp.where(x > 2**i, piece(i), result)
    result = jnp.where(x == 0, piece(6), result)
    return jnp.where(x < 0, -exp1(jnp.abs(x)), result)


_expi.defjvps(lambda dot, _, x: jnp.exp(x) / x * dot)


def expi(x):
    """The exponential integral Ei."""
    return _expi(*_floats("expi", x))


def _expn_series(n, x):
    psi = lax.while_loop(lambda s: s[0] < n, lambda s: (s[0] + 1, s[1] + 1.0 / s[0]), (jnp.ones_like(n), -_EULER - jnp.log(x)))[1]
    start = jnp.where(n == 1, 0.0, 1.0 / jnp.where(n == 1, 1.0, 1.0 - n))

    def step(state):
        k, y, total, _ = state
        k = k + 1.0
        y = y * -x / k
        place = 1.0 - n + k
        total = total + jnp.where(place != 0, y / jnp.where(place != 0, place, 1.0), 0.0)
        return k, y, total, jnp.where(total != 0, jnp.abs(y / total), 1.0)

    going = lambda state: (x > 0) & (state[3] > jnp.finfo(x.dtype).eps)
    zero = jnp.zeros_like(x)
    total = lax.while_loop(going, step, (zero, zero + 1.0, start, zero + jnp.inf))[2]
    return (-x) ** (n - 1) * psi / jnp.exp(jax.scipy.special.gammaln(n)) - total


def _expn_fraction(n, x):
    def step(state):
        k, p2, q2, p1, q1, value, _ = state
        k = k + 1
        odd = k % 2 == 1
        y, z = jnp.where(odd, 1.0, x), jnp.where(odd, n + (k - 1) / 2, k / 2)
        p, q = p1 * y + p2 * z, q1 * y + q2 * z
        there = q != 0
        r = jnp.where(there, p / q, value)
        change = jnp.where(there, jnp.abs((value - r) / r), 1.0)
        scale = jnp.where(jnp.abs(p) > 1.44115188075855872e17, 1.44115188075855872e17, 1.0)
        return k, p1 / scale, q1 / scale, p / scale, q / scale, r, change

    going = lambda state: (x > 0) & (state[6] > jnp.finfo(x.dtype).eps)
    one = jnp.ones_like(x)
    return lax.while_loop(going, step, (one, one, x, one, x + n, one / (x + n), one + jnp.inf))[5] * jnp.exp(-x)


def _expn_many(n, x):
    y = 1.0 / jnp.square(x + n)
    value = y * n * (6 * x * x - 8 * n * x + n * n)
    value = y * (value + n * (n - 2 * x))
    return (y * (value + n) + 1.0) * jnp.exp(-x) / (x + n)


def _expn(n, x):
    @jax.custom_jvp
    def of(x):
        def one(n, x):
            series = _expn_series(n, jnp.where(x > 1, 0.5, x))
            fraction = _expn_fraction(n, jnp.where(x > 1, x, 2.0))
            # Of several conditions that hold, the last one counts.
            value = jnp.where((n < 0) | (x < 0), jnp.nan, series)
            value = jnp.where(x == 0, jnp.where(n < 2, jnp.inf, 1.0 / jnp.where(n == 1, 2.0, n)), value)
            value = jnp.where((n == 0) & (x >= 0), jnp.exp(-x) / x, value)
            return jnp.where(x > 1, fraction, jnp.where(n >= 5000, _expn_many(n, x), value))

        return jnp.vectorize(one)(n, x)

    of.defjvps(lambda dot, _, x: -dot * _expn(n - 1, x))
    return of(x)


def expn(n, x):
    """The exponential integral of order n."""
    return _expn(*_floats("expn", n, x))


def exp1(x):
    """The exponential integral of order 1."""
    return expn(1, x)


@jax.custom_jvp
def _sici(x):
    size = jnp.abs(x)
    square = size * size
    near_s = jnp.where(x == 0, 0.0, size * _ratio(_SINE, square))
    near_c = jnp.where(x == 0, -jnp.inf, _EULER + jnp.log(size) + square * _ratio(_COSINE, square))
    sin, cos, z = jnp.sin(size), jnp.cos(size), 1.0 / square
    middle = size < 8.0
    f = jnp.where(middle, _ratio(_SICI_NEAR[:2], z), _ratio(_SICI_FAR[:2], z)) / size
    g = jnp.where(middle, _ratio(_SICI_NEAR[2:], z), _ratio(_SICI_FAR[2:], z)) * z
    far = size > 1e9
    f, g = jnp.where(far, 1.0 / size, f), jnp.where(far, 0.0, g)
    endless = jnp.isinf(x)
    s = jnp.where(size <= 4, near_s, jnp.where(endless, math.pi / 2, math.pi / 2 - f * cos - g * sin))
    c = jnp.where(size <= 4, near_c, jnp.where(endless, 0.0, f * sin - g * cos))
    return jnp.sign(x) * s, jnp.where(x == -jnp.inf, jnp.nan, c)


@_sici.defjvp
def _sici_jvp(primals, tangents):
    (x,), (dot,) = primals, tangents
    return _sici(x), (jnp.sinc(x / math.pi) * dot, jnp.cos(x) / x * dot)


def sici(x):
    """The sine and cosine integrals."""
    return _sici(*_floats("sici", x))


def spence(x):
    """The dilogarithm of 1 - x."""
    x = jnp.asarray(x)
    if x.dtype not in (jnp.float32, jnp.float64):
        raise TypeError(f"spence() is for float32 and float64, found {x.dtype}")

    def inside(x):
        large = x > 2.0
        x = jnp.where(large, 1.0 / x, x)
        upper, lower = x > 1.5, x < 0.5
        w = jnp.where(upper, 1.0 / x - 1.0, jnp.where(lower, -x, x - 1.0))
        y = -w * _ratio(_SPENCE, w)
        y = jnp.where(lower, math.pi**2 / 6 - jnp.log(x) * jnp.log(1.0 - x) - y, y)
        return jnp.where(large | upper, -0.5 * jnp.log(x) ** 2 - y, y)

    return jnp.piecewise(x, [x < 0.0, x == 1.0, x == 0.0], [jnp.nan, 0.0, math.pi**2 / 6, inside])


# Gamma functions, Bessel functions and harmonics.


def _complex_loggamma(z):
    left = jnp.real(z) < 0.5
    w = jnp.where(left, 1.0 - z, z) - 1.0
    total = _LANCZOS[0][0]
    for k in range(1, 9):
        total = total + _LANCZOS[0][k] / (w + k)
    t = w + 7.5
    log = 0.5 * math.log(2 * math.pi) + (w + 0.5) * jnp.log(t) - t + jnp.log(total)
    return jnp.where(left, math.log(math.pi) - jnp.log(jnp.sin(math.pi * jnp.where(left, z, 0.5))) - log, log)


def loggamma(x):
    """The principal branch of the logarithm of the gamma function."""
    x = jnp.asarray(x)
    if not jnp.iscomplexobj(x):
        (x,) = _floats("loggamma", x)
        return jnp.where(x > 0, jax.scipy.special.gammaln(x), jnp.nan)
    real = jnp.real(x)
    bad = jnp.isnan(x) | ((jnp.imag(x) == 0) & (real == jnp.floor(real)) & (real <= 0))
    z = jnp.where(bad, 1, x)
    shift = jnp.maximum(0, jnp.ceil(0.5 - jnp.real(z)).astype(int))

    def step(state):
        k, total = state
        return k + 1, total + jnp.where(k < shift, jnp.log(jnp.where(k < shift, z + k, 1)), 0)

    total = lax.while_loop(lambda state: jnp.any(state[0] < shift), step, (0, jnp.zeros_like(z)))[1]
    return jnp.where(bad, lax.complex(jnp.nan * real, jnp.nan * real), _complex_loggamma(z + shift) - total)


def bessel_jn(z, *, v, n_iter=50):
    """The Bessel functions of the first kind of orders 0 to v, by backward recurrence."""
    (z,) = _floats("bessel_jn", z)

    def step(carry, k):
        before, last, total = carry
        value = 2.0 * (k + 1.0) * last / z - before
        return (last, value, jnp.where(k % 2 == 0, total + 2.0 * value, total)), value

    zero = jnp.zeros_like(z)
    orders = jnp.arange(n_iter + 1, dtype=z.dtype)
    (_, _, total), values = lax.scan(step, (zero, zero + 1e-16, zero), orders, reverse=True)
    return values[: v + 1] / (total - values[0])


def sph_harm_y(n, m, theta, phi, diff_n=None, n_max=None):
    """Spherical harmonics of degrees n and orders m."""
    if diff_n is not None:
        raise NotImplementedError("sph_harm_y() with diff_n, which JAX does not have either")
    n, m, theta, phi = jnp.atleast_1d(n), jnp.atleast_1d(m), jnp.atleast_1d(theta), jnp.asarray(phi)
    degree = int(jnp.max(n)) if n_max is None else int(n_max)
    x, sine = jnp.cos(theta), jnp.sin(theta)
    zero = jnp.zeros_like(x)
    rows = []
    corner = zero + 0.5 / math.sqrt(math.pi)
    for order in range(degree + 1):
        # From the diagonal to the right, by the recurrence in the degree.
        row = [zero] * order + [corner]
        for l in range(order + 1, degree + 1):
            factor = math.sqrt((4.0 * l * l - 1) / (l * l - order * order))
            older = math.sqrt((2 * l + 1) * ((l - 1) ** 2 - order * order) / ((2 * l - 3) * (l * l - order * order))) if l > 1 else 0.0
            row.append(factor * x * row[l - 1] - (older * row[l - 2] if l > order + 1 else 0.0))
        rows.append(jnp.stack(row))
        corner = -math.sqrt(1 + 0.5 / (order + 1)) * sine * corner
    size = jnp.abs(m)
    value = jnp.stack(rows).at[size, n, jnp.arange(len(n))].get(mode="clip")
    angle = size * phi
    harmonic = lax.complex(value * jnp.cos(angle), value * jnp.sin(angle))
    return jnp.where(m < 0, (-1.0) ** size * jnp.conj(harmonic), harmonic)


# Hypergeometric functions.


def _series(start, first, weight, ratio):
    """A sum of terms until they do not count, at most 250 of them."""
    eps = jnp.finfo(first.dtype).eps

    def step(state):
        total, k, term = state
        return total + term * weight(k), k + 1, term * ratio(k)

    going = lambda state: (state[1] < 250) & (jnp.abs(state[2]) / jnp.abs(state[0]) > eps)
    one = jnp.ones_like(first)
    return lax.while_loop(going, step, (start * one, one, first))[0]


def _digamma_from(a):
    digamma = jax.scipy.special.digamma
    return lambda k: digamma(a + k) - digamma(a)


def _kummer(weight):
    """Derivatives of the series in its parameters: each term has a weight."""

    def derivative(a, b, x):
        ratio = lambda k: (a + k) / (b + k) * x / (k + 1)
        return _series(0.0, a / b * x, weight(a, b), ratio)

    return jnp.vectorize(derivative)


@jax.custom_jvp
def _hyp1f1(a, b, x):
    def one(a, b, x):
        near, far = jnp.where(jnp.abs(x) < 100, x, 1.0), jnp.where(jnp.abs(x) < 100, 100.0, x)
        constant = lambda k: 1.0
        series = _series(1.0, a / b * near, constant, lambda k: (a + k) / (b + k) * near / (k + 1))
        tail = _series(1.0, (b - a) * (1 - a) / far, constant, lambda k: (b - a + k) * (1 - a + k) / (k + 1) / far)
        gamma = jax.scipy.special.gamma
        tail = gamma(b) / gamma(a) * jnp.exp(far) * far ** (a - b) * tail
        value = jnp.where(jnp.abs(x) < 100, series, tail)
        value = jnp.where((b == 0) & (a != 0), jnp.inf, value)
        value = jnp.where((a == b) & (a != 0), jnp.exp(x), value)
        return jnp.where(a == 0, 1.0, value)

    return jnp.vectorize(one)(a, b, x)


_hyp1f1.defjvps(
    lambda dot, _, a, b, x: dot * _kummer(lambda a, b: _digamma_from(a))(a, b, x),
    lambda dot, _, a, b, x: dot * _kummer(lambda a, b: lambda k: -_digamma_from(b)(k))(a, b, x),
    lambda dot, _, a, b, x: dot * a / b * _hyp1f1(a + 1, b + 1, x),
)


def hyp1f1(a, b, x):
    """Kummer's confluent hypergeometric function."""
    return _hyp1f1(*_floats("hyp1f1", a, b, x))


def _near_integer(x):
    return jnp.abs(x - jnp.round(x)) < jnp.finfo(x.dtype).eps * 50


def _gauss_finite(a, b, c, x):
    """The series where a or b is a negative integer: it ends."""
    pole = (c % 1 == 0) & (c <= 0) & (c > b)
    swap = (b < a) & _near_integer(b) & ~pole
    count, b = jnp.abs(jnp.where(swap, b, a)), jnp.where(swap, a, b)

    def step(state):
        i, total, term = state
        term = term * -(count - i + 1) / (c + i - 1) * (b + i - 1) / i * x
        return i + 1, total + term, term

    one = jnp.ones_like(x)
    return lax.while_loop(lambda state: state[0] < count + 1, step, (one, one, one))[1]


def _gauss_near_one(a, b, c, x):
    """The transformation from x to 1 - x where c - a - b is an integer."""
    gamma, digamma = jax.scipy.special.gamma, jax.scipy.special.digamma
    eps = jnp.finfo(x.dtype).eps
    d, s = c - a - b, 1 - x
    whole = jnp.round(d)
    e = jnp.abs(d)
    d1, d2 = jnp.where(whole >= 0, d, 0.0), jnp.where(whole >= 0, 0.0, d)
    log = jnp.log(s)
    y = (digamma(1.0) + digamma(1.0 + e) - digamma(a + d1) - digamma(b + d1) - log) / gamma(e + 1.0)
    p = (a + d1) * (b + d1) * s / gamma(e + 2.0)

    def step(state):
        t, p, _, y = state
        q = p * (digamma(1.0 + t) + digamma(1.0 + t + e) - digamma(a + t + d1) - digamma(b + t + d1) - log)
        p = p * s * (a + t + d1) / (t + 1.0) * (b + t + d1) / (t + 1.0 + e)
        return t + 1.0, p, q, y + q

    going = lambda state: (state[0] < 250) & (jnp.abs(state[2]) >= eps * jnp.abs(state[3]))
    one = jnp.ones_like(x)
    y = lax.while_loop(going, step, (one, p, y, y))[3]

    def term(state):
        t, p, total = state
        p = p * s * (a + t + d2) * (b + t + d2) / (1.0 - e + t) / (t + 1.0)
        return t + 1.0, p, total + p

    sum_ = lax.while_loop(lambda state: state[0] < jnp.abs(whole) - 1, term, (jnp.zeros_like(x), one, one))[2]
    sum_ = sum_ * gamma(e) * gamma(c) / (gamma(a + d1) * gamma(b + d1))
    tail = y * gamma(c) / (gamma(a + d2) * gamma(b + d2))
    tail = jnp.where(jnp.abs(whole) % 2 == 1, -tail, tail)
    power = s**whole
    shifted = jnp.where(whole > 0, tail * power + sum_, tail + sum_ * power)
    return jnp.where(whole == 0, y * gamma(c) / (gamma(a) * gamma(b)), shifted)


def _gauss(a, b, c, x):
    finite = ((a <= 0) & _near_integer(a)) | ((b <= 0) & _near_integer(b))
    whole = (x > 0.9) & ~finite & _near_integer(c - a - b)
    eps = jnp.finfo(x.dtype).eps
    one = jnp.ones_like(x)

    def step(state):
        total, k, term = state
        return total + term, k + 1, term * (a + k - 1) * (b + k - 1) / (c + k - 1) / k * x

    going = lambda state: (state[1] < 250) & (jnp.abs(state[2]) > eps * jnp.abs(state[0]))
    series = lax.while_loop(going, step, (jnp.zeros_like(x), one, one))[0]
    near = _gauss_near_one(a, b, c, jnp.where(whole, x, 0.5))
    return jnp.where(whole, near, jnp.where(finite, _gauss_finite(a, b, c, x), series))


@jax.custom_jvp
def _hyp2f1(a, b, c, x):
    def one(a, b, c, x):
        gamma = jax.scipy.special.gamma
        d, s = c - a - b, 1 - x
        trivial = (x == 0) | (((a == 0) | (b == 0)) & (c != 0))
        pole = (c == 0) | ((c < 0) & (c % 1 == 0))
        turned = (d <= -1) & ~(~_near_integer(d) & (s < 0))
        cases = [
            (trivial, 1.0),
            (pole, jnp.inf),
            (turned, s**d * _gauss(c - a, c - b, c, x)),
            ((d <= 0) & (x == 1), jnp.inf),
            ((x < 1) & (b == c), s**-a),
            ((x < 1) & (a == c), s**-b),
            (x > 1, jnp.inf),
            (x == 1, gamma(c) * gamma(d) / (gamma(c - a) * gamma(c - b))),
        ]
        value = _gauss(a, b, c, x)
        for there, other in reversed(cases):
            value = jnp.where(there, other, value)
        return value

    return jnp.vectorize(one)(a, b, c, x)


def _gauss_derivative(weight):
    def derivative(a, b, c, x):
        ratio = lambda k: (a + k) * (b + k) / (c + k) / (k + 1) * x
        return _series(0.0, a * b / c * x, weight(a, b, c), ratio)

    return jnp.vectorize(derivative)


_hyp2f1.defjvps(
    lambda dot, _, a, b, c, x: dot * _gauss_derivative(lambda a, b, c: _digamma_from(a))(a, b, c, x),
    lambda dot, _, a, b, c, x: dot * _gauss_derivative(lambda a, b, c: _digamma_from(b))(a, b, c, x),
    lambda dot, _, a, b, c, x: dot * _gauss_derivative(lambda a, b, c: lambda k: -_digamma_from(c)(k))(a, b, c, x),
    lambda dot, _, a, b, c, x: dot * a * b / c * _hyp2f1(a + 1, b + 1, c + 1, x),
)


def hyp2f1(a, b, c, x):
    """Gauss's hypergeometric function."""
    return _hyp2f1(*_floats("hyp2f1", a, b, c, x))
