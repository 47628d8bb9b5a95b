import jax
import jax.numpy as jnp

x = jnp.arange(12.0).reshape(3, 4)
v = jnp.array([1.0, 2.0, 3.0, 4.0])
print(jax.vmap(lambda row: row * 2.0 + 1.0)(x))
print(jax.vmap(lambda row, w: jnp.sum(row * w), in_axes=(0, None))(x, v))
print(jax.vmap(lambda col: jnp.sum(col), in_axes=1)(x))
print(jax.vmap(lambda col: col * 2.0, in_axes=-1, out_axes=-1)(x))
print(jax.vmap(lambda col: (col, jnp.sum(col)), in_axes=1, out_axes=(1, 0))(x))
print(jax.vmap(lambda t: t['a'] + t['b'], in_axes=({'a': 0, 'b': None},))({'a': x, 'b': v}))
print(jax.vmap(lambda p, s: p[0] + p[1] * s, in_axes=((0, None), None))((x, v), 2.0))
print(jax.vmap(lambda a, b: a @ b)(x[:, :2].reshape(3, 1, 2), x[:, 2:].reshape(3, 2, 1)))
print(jax.vmap(jax.vmap(lambda a, b: a * b, in_axes=(0, None)), in_axes=(None, 0))(jnp.arange(3.0), jnp.arange(2.0)))
print(jax.vmap(lambda i: jnp.array(7.0))(jnp.arange(3)))
print(jax.vmap(lambda a: 1.0, axis_size=2, in_axes=None)(3.0))
print(jax.vmap(lambda a, b: a - b)(x, b=x * 0.5))
print(jax.vmap(lambda n: n * 3, out_axes=0)(jnp.arange(4)))


def loss(w, x, y):
    return (jnp.sum(w * x) - y) ** 2


w = jnp.array([0.5, -1.0, 2.0, 0.25])
y = jnp.array([1.0, 0.0, -1.0])
print(jax.vmap(jax.grad(loss), in_axes=(None, 0, 0))(w, x, y))
print(jax.grad(lambda w: jnp.mean(jax.vmap(loss, in_axes=(None, 0, 0))(w, x, y)))(w))
print(jax.jit(jax.vmap(jax.value_and_grad(loss), in_axes=(None, 0, 0)))(w, x, y))

g = lambda p: jnp.array([p[0] * p[1], jnp.sin(p[0]), p[2] ** 2])
p = jnp.array([1.0, 2.0, 3.0])
print(jax.jacfwd(g)(p))
print(jax.jacrev(g)(p))
print(jax.jacobian(g)(p))
print(jax.hessian(lambda p: p[0] ** 2 * p[1] + jnp.exp(p[2]))(p))
f2 = lambda a, b: {'s': a['u'] * b, 't': jnp.sum(a['u']) * b[0]}
a, b = {'u': jnp.array([1.0, 2.0])}, jnp.array([3.0, 4.0])
print(jax.jacfwd(f2, argnums=(0, 1))(a, b))
print(jax.jacrev(f2, argnums=(0, 1))(a, b))
print(jax.hessian(lambda t: t['x'] ** 2 * t['y'])({'x': 2.0, 'y': 3.0}))
print(jax.jacfwd(lambda p: (p * 2.0, jnp.sum(p)), has_aux=True)(p))
print(jax.jacrev(jax.jacfwd(lambda x: x ** 3))(2.0))
print(jax.vmap(jax.hessian(lambda p: jnp.sum(p ** 3)))(x[:2, :2]))
print(jax.vmap(jax.jacfwd(g))(jnp.stack([p, p * 2.0])).shape)
