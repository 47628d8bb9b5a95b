import jax
import jax.numpy as jnp
from jax import lax

z = lax.complex(jnp.float32(1.5), jnp.float32(-0.75))
w = lax.complex(jnp.array([1.0, -2.0, 0.5]), jnp.array([0.5, 0.25, -1.0]))


def show(tree):
    for leaf in jax.tree.leaves(tree):
        print(leaf.dtype, leaf.shape, jnp.real(leaf), jnp.imag(leaf))


# Holomorphic derivatives.
cube = lambda z: z * z * z - 2.0 * z
show(jax.grad(cube, holomorphic=True)(z))
show(jax.value_and_grad(lambda z: jnp.exp(z) * z, holomorphic=True)(z))
show(jax.grad(jax.grad(cube, holomorphic=True), holomorphic=True)(z))
show(jax.vmap(jax.grad(lambda z: jnp.sin(z) / z, holomorphic=True))(w))
show(jax.jacfwd(lambda w: w * jnp.sum(w), holomorphic=True)(w))
show(jax.jacrev(lambda w: w * jnp.sum(w), holomorphic=True)(w))
show(jax.hessian(lambda w: jnp.sum(w * w * w), holomorphic=True)(w))
show(jax.grad(lambda p: jnp.sum(p['a'] * w) * p['b'], holomorphic=True)({'a': w, 'b': z}))

# Real functions of complex numbers: JAX's convention.
show(jax.grad(lambda z: z.real)(z))
show(jax.grad(lambda z: z.imag)(z))
show(jax.grad(lambda z: jnp.abs(z))(z))
show(jax.grad(lambda z: jnp.real(z * jnp.conj(z)))(z))
show(jax.grad(lambda z: jnp.real(jnp.exp(z)) * jnp.imag(z))(z))
show(jax.value_and_grad(lambda w: jnp.sum(jnp.abs(jnp.fft.fft(w)) ** 2))(w))
show(jax.grad(lambda x: jnp.sum(jnp.abs(jnp.fft.rfft(x)) ** 2))(jnp.arange(5.0)))
show(jax.grad(lambda z, x: jnp.real(z * x), argnums=(0, 1))(z, 2.0))
show(jax.jacrev(lambda w: jnp.abs(w) * 2.0)(w))
show(jax.jacrev(lambda w: (w.real * 2.0, jnp.imag(w * w)))(w))
show(jax.jacfwd(lambda x: lax.complex(x * x, jnp.sin(x)))(jnp.array([1.0, 2.0])))
show(jax.grad(lambda z: z.real * z.imag, has_aux=False)(lax.complex(jnp.float32(0.0), jnp.float32(0.0))))

# Directions.
show(jax.jvp(lambda z: jnp.exp(z), (z,), (lax.complex(jnp.float32(0.0), jnp.float32(1.0)),)))
show(jax.jvp(lambda z: jnp.conj(z) * z, (z,), (z,)))
value, pull = jax.vjp(lambda z: z * z, z)
show(value)
show(pull(lax.complex(jnp.float32(1.0), jnp.float32(2.0))))
value, pull = jax.vjp(lambda w: (jnp.conj(w), jnp.abs(w)), w)
show(value)
show(pull((w, jnp.array([1.0, 2.0, 3.0]))))
value, push = jax.linearize(lambda w: jnp.conj(w) * w, w)
show(push(w))
show(push(lax.complex(jnp.zeros(3), jnp.ones(3))))
show(jax.linear_transpose(lambda w: w[:2] * z, w)(w[:2]))
show(jax.jit(jax.grad(lambda w: jnp.sum(jnp.abs(w) ** 3)))(w))
show(jax.vmap(jax.grad(lambda z: jnp.abs(z) ** 2))(w))


def descend(z, n):
    def body(z, _):
        gradient = jax.grad(lambda z: jnp.abs(z * z + 1.0) ** 2)(z)
        return z - 0.05 * jnp.conj(gradient), jnp.abs(gradient)

    return lax.scan(body, z, length=n)


show(descend(z, 4))


@jax.custom_jvp
def scaled(z):
    return z * 2.0


@scaled.defjvp
def scaled_rule(primals, tangents):
    return scaled(primals[0]), tangents[0] * 3.0


show(jax.grad(scaled, holomorphic=True)(z))
show(jax.grad(lambda z: jnp.abs(scaled(z)))(z))


@jax.custom_vjp
def conjugated(z):
    return z * z


conjugated.defvjp(lambda z: (z * z, z), lambda z, ct: (ct * jnp.conj(z),))
show(jax.grad(conjugated, holomorphic=True)(z))
show(jax.grad(lambda z: jnp.imag(conjugated(z)))(z))
show(jax.grad(jax.checkpoint(lambda z: jnp.abs(jnp.sin(z) * z)))(z))

# Integers with allow_int.
value, grads = jax.value_and_grad(lambda x, n: x * n, argnums=(0, 1), allow_int=True)(2.0, 3)
print(value, grads[0], grads[1].shape)
rows = jax.jacrev(lambda x, n: x * n, argnums=(0, 1), allow_int=True)(jnp.arange(3.0), jnp.arange(3))
print(rows[0])
print(rows[1].shape)
print(jax.vjp(lambda x, n: x * n, 1.0, 2)[1](1.0)[0])
print(jax.grad(lambda p: p['x'] * p['n'], allow_int=True)({'x': 2.0, 'n': 4})['x'])
