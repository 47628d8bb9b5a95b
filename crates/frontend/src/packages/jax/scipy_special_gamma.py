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
