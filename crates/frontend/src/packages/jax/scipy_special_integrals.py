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
