"""Writes special.txt: special functions and their derivatives as JAX computes them in double precision.

Run with a Python that has JAX and mpmath: `python special.py > special.txt`. A row is a primitive's name, its operands, the value, and
the derivative in the last operand (`-` where JAX has none). Where JAX gives up the series of large arguments, the row is
mpmath's.
"""

import jax
import mpmath

jax.config.update("jax_enable_x64", True)

from jax import lax

INF, NAN = float("inf"), float("nan")
POINTS = [0.1, 0.5, 1.0, 1.7, 3.2, 7.9, 12.5, 19.0, 21.0, 40.0]
PAIRS = [(0.3, 0.2), (0.5, 2.0), (1.0, 1.0), (2.5, 0.7), (2.5, 6.1), (9.0, 8.5), (30.0, 42.0), (80.0, 55.0)]
TRIPLES = [(0.5, 0.5, 0.3), (2.0, 3.0, 0.1), (2.0, 3.0, 0.9), (0.2, 7.0, 0.4), (30.0, 12.0, 0.75), (1.0, 1.0, 0.5)]
UNARY = {
    "bessel_i0e": (lax.bessel_i0e, [*POINTS, -0.5, -25.0, 0.0, INF, NAN]),
    "bessel_i1e": (lax.bessel_i1e, [*POINTS, -0.5, -25.0, 0.0, NAN]),
    "digamma": (lax.digamma, [*POINTS, -0.5, -2.3]),
    "lgamma": (lax.lgamma, POINTS),
    "erf": (lax.erf, [*POINTS, -0.5, 0.0, INF, NAN]),
    "erfc": (lax.erfc, [*POINTS, -0.5, 0.0, INF, NAN]),
    "erf_inv": (lax.erf_inv, [0.0, 0.1, -0.6, 0.99, 1.0, -1.0]),
}
BINARY = {
    "polygamma": (lax.polygamma, [(n, x) for n in (0.0, 1.0, 2.0, 5.0) for x in (0.2, 1.0, 3.7, 15.0)]),
    "igamma": (lax.igamma, [*PAIRS, (2.0, 0.0), (2.0, INF), (-1.0, 2.0), (0.0, 0.0), (1.0, NAN)]),
    "igammac": (lax.igammac, [*PAIRS, (2.0, 0.0), (2.0, INF), (-1.0, 2.0), (0.0, 0.0), (1.0, NAN)]),
}
WITHOUT_DERIVATIVE = {
    "zeta": (lax.zeta, [(1.5, 0.5), (2.0, 1.0), (3.5, 8.0), (7.0, 0.1), (2.0, 30.0), (1.0, 2.0), (0.5, 1.0)]),
    "igamma_grad_a": (lax.igamma_grad_a, [*PAIRS, (2.0, 0.0), (0.0, 1.0), (-1.0, 2.0)]),
    "random_gamma_grad": (lax.random_gamma_grad, [*PAIRS, (2.0, 0.0), (0.0, 1.0), (-1.0, 2.0)]),
}
TERNARY = {
    "regularized_incomplete_beta": (
        lax.betainc,
        [*TRIPLES, (2.0, 3.0, 0.0), (2.0, 3.0, 1.0), (0.0, 3.0, 0.5), (2.0, 0.0, 0.5), (2.0, 3.0, 1.5), (-1.0, 2.0, 0.5)],
    ),
}


def row(name, f, args, differentiable):
    value = f(*(jax.numpy.float64(x) for x in args))
    slope = jax.grad(f, argnums=len(args) - 1)(*map(float, args)) if differentiable else "-"
    print(name, *args, float(value), slope if slope == "-" else float(slope))


for name, (f, points) in UNARY.items():
    for x in points:
        row(name, f, [x], True)
for name, (f, points) in (BINARY | TERNARY).items():
    for args in points:
        row(name, f, args, True)
for name, (f, points) in WITHOUT_DERIVATIVE.items():
    for args in points:
        row(name, f, args, False)

mpmath.mp.dps = 40


def incomplete_gamma(a, x):
    return mpmath.gammainc(a, 0, x, regularized=True)


for a, x in [(1e6, 1e6), (1e6, 1.001e6), (1e6, 0.998e6)]:
    value, density = incomplete_gamma(a, x), mpmath.exp(a * mpmath.log(x) - x - mpmath.loggamma(a)) / x
    slope = mpmath.diff(lambda a: incomplete_gamma(a, x), a)
    print("igamma", a, x, float(value), float(density))
    print("igammac", a, x, float(1 - value), float(-density))
    print("igamma_grad_a", a, x, float(slope), "-")
    print("random_gamma_grad", a, x, float(-slope / density), "-")
for s, q in [(2, -200.25), (3, -1000.75), (3, -1e12 - 0.5)]:
    above = mpmath.mpf(q) % 1
    below = mpmath.zeta(s, 1 - above) - mpmath.zeta(s, 1 - mpmath.mpf(q))
    print("zeta", float(s), q, float(mpmath.zeta(s, above) + (-1) ** s * below), "-")
