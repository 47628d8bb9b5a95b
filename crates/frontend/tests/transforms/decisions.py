"""Functions that decide by the values of their arguments, under derivatives outside jit."""
import jax
import jax.numpy as jnp
from jax import lax


def piecewise(x):
    if x > 0:
        return x * x
    return -3.0 * x


for x in (2.0, -2.0):
    print(jax.grad(piecewise)(x), jax.value_and_grad(piecewise)(x))
    print(jax.jvp(piecewise, (x,), (1.0,)), jax.vjp(piecewise, x)[1](1.0), jax.linearize(piecewise, x)[1](2.0))
    print(jax.grad(jax.grad(piecewise))(x), jax.jacfwd(piecewise)(x), jax.jacrev(piecewise)(x), jax.hessian(piecewise)(x))


def until(x, limit=100.0):
    steps = 0
    while x < limit:
        x = x * x
        steps += 1
    return x * steps


print(jax.grad(until)(3.0), jax.grad(until)(20.0), jax.grad(until, argnums=0)(3.0, limit=10.0))


def newton(f, x, tolerance=1e-4):
    for _ in range(50):
        step = f(x) / jax.grad(f)(x)
        x = x - step
        if abs(step) < tolerance:
            break
    return x


print(newton(lambda x: x * x - 2.0, 1.0))
print(jax.grad(lambda a: newton(lambda x: x * x - a, 1.0))(2.0))


def by_parts(params, x):
    if jnp.any(x > 1.0):
        return jnp.sum(params['w'] * x[x > 1.0].sum())
    if params['b'] < 0 and not jnp.all(x == 0):
        return params['b'] * jnp.sum(x)
    return params['b'] ** 2


params = {'w': jnp.array([1.0, 2.0]), 'b': -3.0}
for x in (jnp.array([0.0, 2.0, 3.0]), jnp.array([0.5, 0.25]), jnp.zeros(2)):
    print(jax.grad(by_parts)(params, x))

print(jax.grad(lambda x: jnp.sum(x[x > 0]))(jnp.array([1.0, -1.0, 2.0])))
print(jax.grad(lambda x: jnp.sum(x[int(jnp.argmax(x)):]))(jnp.array([0.0, 2.0, 1.0])))
print(jax.grad(lambda x: [1.0, 2.0, x * x][int(x)])(2.0))
print(jax.grad(lambda x: x ** int(x))(3.0))
print(jax.grad(lambda x: x * float(jnp.round(x)))(2.0), jax.grad(lambda x: x * float(lax.stop_gradient(x)))(2.0))
print(jax.grad(lambda x: x * x.item())(2.0), jax.grad(lambda x: x * float(x > 0))(2.0))
print(jax.grad(lambda x: max(x, 0.0))(0.5), jax.grad(lambda x: max(x * 2.0, 0.0))(-0.5))
print(jax.grad(lambda x: sorted([x[0], x[1]])[0])(jnp.array([0.5, 0.2])))
print(jax.grad(lambda x: x * x if x in (1.0, 2.0) else x)(2.0))
print(jax.grad(lambda x: jnp.sum(x) * jnp.nonzero(x)[0].shape[0])(jnp.array([3.0, 0.0, 1.0])))
print(jax.grad(lambda x: jnp.unique(x).shape[0] * jnp.sum(x))(jnp.array([1.0, 1.0, 2.0])))
print(jax.grad(lambda x: sum(x * i for i in range(int(x))))(3.0))


def checked(x):
    assert x > 0, "x is positive"
    assert jnp.all(x < 5)
    return x ** 3


print(jax.grad(checked)(2.0))

# A value that is not mapped may decide; so may what is made of constants.
print(jax.vmap(lambda x, y: x if y > 0 else -x, in_axes=(0, None))(jnp.arange(3.0), 2.0))
print(jax.grad(lambda y: jax.vmap(lambda a: a * y if y > 0 else a)(jnp.arange(3.0)).sum())(2.0))
print(jax.grad(lambda y: jax.jit(lambda a: a * y if y > 0 else a)(3.0) if False else y)(2.0))


@jax.custom_jvp
def clipped(x):
    if x > 0:
        return x * x
    return x


@clipped.defjvp
def clipped_rule(primals, tangents):
    (x,) = primals
    if x > 1:
        return clipped(x), 5.0 * tangents[0]
    return clipped(x), 6.0 * tangents[0]


print(clipped(2.0), jax.grad(clipped)(2.0), jax.grad(clipped)(0.5), jax.jvp(clipped, (-1.0,), (1.0,))[1])


@jax.custom_vjp
def halved(x):
    return x / 2 if x > 0 else x


halved.defvjp(lambda x: (halved(x), x > 1) if x > 0 else (halved(x), x > 2), lambda r, g: (jnp.where(r, 7.0, 9.0) * g,))
print(halved(4.0), jax.grad(halved)(4.0), jax.grad(halved)(0.5), jax.grad(halved)(-0.5))


def inside(x):
    scale = jax.grad(lambda y: y ** 3)(x)
    if scale > 3:
        return x * lax.stop_gradient(scale)
    return x


print(jax.grad(inside)(2.0), jax.grad(inside)(0.5))
print(jax.grad(lambda x: lax.scan(lambda c, a: (c * a, None), x, jnp.arange(1.0, 4.0))[0] if x > 1 else x)(2.0))
