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
