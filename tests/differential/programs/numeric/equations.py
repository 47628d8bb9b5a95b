"""Differential equations and fields: adaptive steps, symplectic steps, residuals with second derivatives, filters in frequency."""

import jax
import jax.numpy as jnp
from jax import lax


def euler(w, x):
    return lax.fori_loop(0, 6, lambda i, x: x + 0.1 * jnp.tanh(w @ x), x)


#: euler(normal(3, 3), normal(3))


def heun(w, x):
    def step(x, t):
        f = lambda x, t: jnp.sin(w @ x) * jnp.cos(t)
        k = f(x, t)
        return x + 0.05 * (k + f(x + 0.1 * k, t + 0.1)), x[0]

    return lax.scan(step, x, jnp.arange(5) * 0.1)


#: heun(normal(2, 2), normal(2))


def adaptive_euler(rate, x):
    """Steps are halved or grown by the error that two half steps reveal."""
    f = lambda x: -rate * x

    def unfinished(state):
        return (state[0] < 1.0) & (state[3] < 200)

    def step(state):
        t, x, h, n = state
        h = jnp.minimum(h, 1.0 - t)
        whole = x + h * f(x)
        half = x + 0.5 * h * f(x)
        halves = half + 0.5 * h * f(half)
        good = jnp.max(jnp.abs(halves - whole)) < 1e-2
        return jnp.where(good, t + h, t), jnp.where(good, 2 * halves - whole, x), jnp.where(good, 1.5 * h, 0.5 * h), n + 1

    return lax.while_loop(unfinished, step, (0.0, x, 0.3, 0))


#: adaptive_euler(positive(), positive(2), grad=False)


def adaptive_tangent(rate, x, d):
    """Forward mode goes through loops of unknown length."""
    return jax.jvp(lambda r: adaptive_euler(r, x)[1], (rate,), (d,))


#: adaptive_tangent(positive(), positive(2), normal(), grad=False)


def adaptive_batch(rates, x):
    return jax.vmap(adaptive_euler, in_axes=(0, None))(rates, x)


#: adaptive_batch(positive(3), positive(2), grad=False)


def leapfrog(q, p):
    """Two bodies by a symplectic method; the energy all along."""
    potential = lambda q: -1.0 / jnp.sqrt(jnp.sum(q**2) + 0.1)
    force = jax.grad(potential)

    def step(state, _):
        q, p = state
        p = p - 0.025 * force(q)
        q = q + 0.05 * p
        p = p - 0.025 * force(q)
        return (q, p), potential(q) + 0.5 * jnp.sum(p**2)

    return lax.scan(step, (q, p), None, length=6)


#: leapfrog(normal(2), normal(2))


def hamiltonian_field(w, state):
    """Motion from the gradient of a learned energy."""
    energy = lambda s: jnp.sum(jnp.tanh(w @ s) ** 2)
    slope = jax.grad(energy)(state)
    n = state.shape[0] // 2
    return jnp.concatenate([slope[n:], -slope[:n]])


def hamiltonian_training(w, states, moves):
    return jnp.mean((jax.vmap(hamiltonian_field, in_axes=(None, 0))(w, states) - moves) ** 2)


#: hamiltonian_training(normal(3, 4), normal(5, 4), normal(5, 4))


def lagrangian_motion(w, q, v):
    """Accelerations from the Euler-Lagrange equation, with the Hessian in the velocities."""
    kinetic = lambda q, v: 0.5 * jnp.sum(v * v) + jnp.sum(jnp.sin(w @ q)) + 0.1 * jnp.sum(jnp.cos(q) * v * v)
    mass = jax.hessian(kinetic, argnums=1)(q, v)
    force = jax.grad(kinetic, argnums=0)(q, v) - jax.jacfwd(jax.grad(kinetic, argnums=1), argnums=0)(q, v) @ v
    return jnp.linalg.solve(mass, force)


#: lagrangian_motion(normal(2, 2), normal(2), normal(2), tolerance=1e-4, reason="a linear system")


def field(p, t, x):
    return jnp.sum(jnp.tanh(p["a"] * t + p["b"] * x + p["c"]) * p["d"])


PARAMETERS = ["a", "b", "c", "d"]


def heat_residual(p, ts, xs):
    """How far a network is from solving the heat equation, and from its boundary."""
    by_time = jax.grad(field, argnums=1)
    twice = jax.grad(jax.grad(field, argnums=2), argnums=2)
    inside = jax.vmap(lambda t, x: by_time(p, t, x) - 0.1 * twice(p, t, x))(ts, xs)
    start = jax.vmap(lambda x: field(p, 0.0, x) - jnp.sin(jnp.pi * x))(xs)
    return jnp.mean(inside**2) + jnp.mean(start**2)


#: heat_residual({"a": normal(4), "b": normal(4), "c": normal(4), "d": normal(4)}, uniform(0, 1, 5), uniform(0, 1, 5))


def burgers_residual(p, ts, xs):
    def residual(t, x):
        u, u_t = jax.value_and_grad(field, argnums=1)(p, t, x)
        u_x, u_xx = jax.jvp(lambda x: jax.grad(field, argnums=2)(p, t, x), (x,), (1.0,))
        return u_t + u * u_x - 0.01 * u_xx

    return jnp.mean(jax.vmap(residual)(ts, xs) ** 2)


#: burgers_residual({"a": normal(4), "b": normal(4), "c": normal(4), "d": normal(4)}, uniform(0, 1, 5), uniform(0, 1, 5))


def laplacian(p, points):
    """The trace of the Hessian, by products with basis vectors."""
    f = lambda x: jnp.sum(jnp.tanh(p @ x))
    directions = jnp.eye(points.shape[1])
    single = lambda x: jnp.sum(jax.vmap(lambda d: jax.jvp(jax.grad(f), (x,), (d,))[1] @ d)(directions))
    return jax.vmap(single)(points)


#: laplacian(normal(3, 2), normal(4, 2))


def wave_equation(u, speed):
    def step(state, _):
        u, before = state
        padded = jnp.pad(u, 1)
        after = 2 * u - before + speed**2 * (padded[2:] - 2 * u + padded[:-2])
        return (after, u), jnp.sum(after**2)

    return lax.scan(step, (u, u), None, length=6)


#: wave_equation(normal(8), values(0.5))


def advection(u, velocity):
    """Upwind differences: which neighbour counts depends on the sign."""
    def step(u, _):
        left, right = u - jnp.roll(u, 1), jnp.roll(u, -1) - u
        return u - 0.1 * jnp.where(velocity > 0, velocity * left, velocity * right), None

    return lax.scan(step, u, None, length=5)[0]


#: advection(normal(6), normal(6))


def reaction_diffusion(a, b):
    spread = lambda x: sum(jnp.roll(x, s, axis) for axis in (0, 1) for s in (-1, 1)) - 4 * x

    def step(state, _):
        a, b = state
        r = a * b * b
        return (a + 0.16 * spread(a) - r + 0.06 * (1 - a), b + 0.08 * spread(b) + r - 0.12 * b), jnp.mean(b)

    return lax.scan(step, (a, b), None, length=4)


#: reaction_diffusion(uniform(0, 1, 4, 4), uniform(0, 1, 4, 4))


def jacobi_relaxation(boundary, source):
    """Poisson's equation on a square, by averages of neighbours."""
    def step(u, _):
        inner = (u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:] - source) / 4
        return u.at[1:-1, 1:-1].set(inner), jnp.max(jnp.abs(inner))

    return lax.scan(step, boundary, None, length=6)


#: jacobi_relaxation(normal(5, 5), normal(3, 3))


def low_pass(x, cutoff):
    """A filter in frequency whose width can be learned."""
    spectrum = jnp.fft.rfft(x)
    mask = jax.nn.sigmoid((cutoff - jnp.arange(spectrum.shape[-1])) * 2.0)
    return jnp.fft.irfft(spectrum * mask, n=x.shape[-1])


#: low_pass(normal(2, 8), values(2.0))


def spectral_derivative(x):
    n = x.shape[0]
    k = jnp.fft.fftfreq(n) * n
    return jnp.real(jnp.fft.ifft(1j * k * jnp.fft.fft(x)))


#: spectral_derivative(normal(8))


def fourier_layer(real, imaginary, x):
    """Weights on low frequencies, as in neural operators."""
    spectrum = jnp.fft.rfft(x, axis=0)
    low = jnp.einsum("kc,kcd->kd", spectrum[:3], lax.complex(real, imaginary))
    return jnp.fft.irfft(jnp.zeros_like(spectrum).at[:3].set(low), n=x.shape[0], axis=0)


#: fourier_layer(normal(3, 2, 2), normal(3, 2, 2), normal(6, 2))


def convolution_by_transform(x, kernel):
    n = x.shape[0] + kernel.shape[0] - 1
    return jnp.fft.irfft(jnp.fft.rfft(x, n=n) * jnp.fft.rfft(kernel, n=n), n=n), jnp.convolve(x, kernel)


#: convolution_by_transform(normal(6), normal(3))


def power_spectrum(x):
    windowed = x * (0.5 - 0.5 * jnp.cos(2 * jnp.pi * jnp.arange(x.shape[-1]) / x.shape[-1]))
    return jnp.log(jnp.abs(jnp.fft.rfft(windowed)) ** 2 + 1e-3)


#: power_spectrum(normal(2, 8))


def n_body(positions, velocities, masses):
    def step(state, _):
        x, v = state
        offset = x[None] - x[:, None]
        distance = jnp.sum(offset**2, axis=-1) + 0.05
        pull = jnp.einsum("ijk,ij,j->ik", offset, distance**-1.5, masses)
        v = v + 0.02 * pull
        return (x + 0.02 * v, v), jnp.sum(0.5 * masses * jnp.sum(v**2, axis=1))

    return lax.scan(step, (positions, velocities), None, length=4)


#: n_body(normal(3, 2), normal(3, 2), positive(3), tolerance=1e-4, reason="close bodies pull hard")


def lorenz_exponent(start, direction):
    """How fast neighbours part: tangents normalised on the way."""
    field = lambda s: jnp.array([10.0 * (s[1] - s[0]), s[0] * (28.0 - s[2]) - s[1], s[0] * s[1] - 8.0 / 3.0 * s[2]])

    def step(state, _):
        s, d = state
        s, d = jax.jvp(lambda s: s + 0.01 * field(s), (s,), (d,))
        size = jnp.linalg.norm(d)
        return (s, d / size), jnp.log(size)

    return jnp.mean(lax.scan(step, (start, direction), None, length=10)[1])


#: lorenz_exponent(normal(3), normal(3))


def splines(knots, values, x):
    """Piecewise linear interpolation and what moves it."""
    return jnp.interp(x, knots, values)


#: splines(values([0.0, 1.0, 2.5, 4.0]), normal(4), uniform(-1, 5, 6))


def quadrature(f_weights, low, high):
    """Simpson's rule of a network between learned bounds."""
    x = low + (high - low) * jnp.arange(9) / 8
    w = jnp.ones(9).at[1:-1:2].set(4.0).at[2:-1:2].set(2.0)
    return jnp.sum(w * jnp.tanh(x[:, None] * f_weights).sum(axis=1)) * (high - low) / 24


#: quadrature(normal(3), normal(), positive())


def game_of_replicators(payoff, x):
    """Shares grow by their advantage over the mean."""
    def step(x, _):
        fitness = payoff @ x
        x = x * jnp.exp(0.2 * (fitness - x @ fitness))
        return x / jnp.sum(x), x @ fitness

    return lax.scan(step, jax.nn.softmax(x), None, length=6)


#: game_of_replicators(normal(3, 3), normal(3))
