"""Derivatives of complex functions, and of real functions of complex numbers."""

import jax
import jax.numpy as jnp
from jax import lax


def polynomial(z):
    return z * z * z - 2.0 * z + 1.0


def newton_fractal(z):
    def step(z, _):
        slope = jax.vmap(jax.grad(polynomial, holomorphic=True))(z)
        return z - polynomial(z) / slope, jnp.abs(polynomial(z))

    return lax.scan(step, z, length=4)


#: newton_fractal(values([1.5 + 0.5j, -2.0 + 1.0j, 0.3 - 2.0j], "c64"))


def holomorphic_jacobians(w):
    f = lambda w: w * jnp.sum(w * w)
    return jax.jacfwd(f, holomorphic=True)(w), jax.jacrev(f, holomorphic=True)(w)


#: holomorphic_jacobians(normal(3, dtype="c64"))


def second_derivatives(w):
    return jax.hessian(lambda w: jnp.sum(jnp.exp(w) * w), holomorphic=True)(w)


#: second_derivatives(normal(2, dtype="c64"))


def spectrum_loss(w, x):
    return jnp.sum((jnp.abs(jnp.fft.fft(w * x)) - 1.0) ** 2)


def spectrum_gradients(w, x):
    return jax.value_and_grad(spectrum_loss, argnums=(0, 1))(w, x)


#: spectrum_gradients(normal(8, dtype="c64"), normal(8))


def descent(w, x):
    def step(w, _):
        value, gradient = jax.value_and_grad(spectrum_loss)(w, x)
        return w - 0.01 * jnp.conj(gradient), value

    return lax.scan(step, w, length=5)


#: descent(normal(4, dtype="c64"), normal(4))


def real_jacobian(w):
    return jax.jacrev(lambda w: jnp.abs(w) * jnp.imag(w * w))(w), jax.jacfwd(lambda x: lax.complex(x * x, jnp.sin(x)))(w.real)


#: real_jacobian(normal(3, dtype="c64"))


def directions(z, dz, ct):
    value, tangent = jax.jvp(lambda z: jnp.conj(z) * jnp.sin(z), (z,), (dz,))
    _, pull = jax.vjp(lambda z: jnp.conj(z) * jnp.sin(z), z)
    _, push = jax.linearize(lambda z: jnp.abs(z) * z, z)
    return value, tangent, pull(ct), push(dz)


#: directions(normal(4, dtype="c64"), normal(4, dtype="c64"), normal(4, dtype="c64"))


def per_example(w):
    return jax.vmap(jax.grad(jax.checkpoint(lambda z: jnp.abs(jnp.tanh(z)) ** 2)))(w)


#: per_example(normal(5, dtype="c64"))


@jax.custom_vjp
def phase(z):
    return z / jnp.abs(z)


phase.defvjp(lambda z: (phase(z), z), lambda z, ct: (ct / jnp.abs(z),))


def custom_phase(z):
    return jax.grad(lambda z: jnp.sum(jnp.real(phase(z))))(z)


#: custom_phase(normal(4, dtype="c64"))


def whole_exponents(x, n):
    return jax.grad(lambda x: jnp.sum(x ** n))(x), jax.vmap(jax.grad(lambda x, n: jnp.power(x, n)))(x, n)


#: whole_exponents(values([0.0, 2.0, -3.0]), values([0, 2, 3], "i32"))
