import jax
import jax.numpy as jnp
from functools import partial
from jax import lax


@jax.custom_jvp
def log1pexp(x):
    return jnp.log(1.0 + jnp.exp(x))


@log1pexp.defjvp
def log1pexp_jvp(primals, tangents):
    x, = primals
    x_dot, = tangents
    return log1pexp(x), (1.0 - 1.0 / (1.0 + jnp.exp(x))) * x_dot


print(log1pexp(3.0), jax.grad(log1pexp)(3.0), jax.grad(jax.grad(log1pexp))(3.0), jax.grad(log1pexp)(100.0))
print(jax.vmap(jax.grad(log1pexp))(jnp.arange(3.0)), jax.jit(jax.grad(log1pexp))(1.0), jax.jvp(log1pexp, (1.0,), (2.0,)))


@jax.custom_jvp
def f(x, y):
    return jnp.sin(x) * y


f.defjvps(lambda x_dot, out, x, y: 100.0 * x_dot, lambda y_dot, out, x, y: jnp.sin(x) * y_dot)
print(jax.grad(f, argnums=(0, 1))(2.0, 3.0), f(2.0, 3.0), f(2.0, y=3.0))


@partial(jax.custom_jvp, nondiff_argnums=(0,))
def app(fun, x):
    return fun(x)


@app.defjvp
def app_jvp(fun, primals, tangents):
    (x,), (t,) = primals, tangents
    return fun(x), 7.0 * t


print(app(jnp.cos, 1.0), jax.grad(lambda x: app(jnp.cos, x) * x)(1.0))


@jax.custom_vjp
def clipped(x, limit):
    return x


clipped.defvjp(lambda x, limit: (x, limit), lambda limit, g: (jnp.clip(g, -limit, limit), None))
print(jax.grad(lambda x: clipped(x, 0.5) ** 3)(2.0), clipped(1.0, 2.0), jax.vmap(jax.grad(lambda x: clipped(x * x, 1.0)))(jnp.array([0.1, 3.0])))


@partial(jax.custom_vjp, nondiff_argnums=(0,))
def fixed_point(g, a, x0):
    return lax.while_loop(lambda s: jnp.abs(s[0] - s[1]) > 1e-6, lambda s: (s[1], g(a, s[1])), (x0, g(a, x0)))[1]


def fixed_point_fwd(g, a, x0):
    x = fixed_point(g, a, x0)
    return x, (a, x)


def fixed_point_bwd(g, res, ct):
    a, x = res
    _, pull_a = jax.vjp(lambda a: g(a, x), a)
    _, pull_x = jax.vjp(lambda x: g(a, x), x)
    w = lax.while_loop(lambda s: jnp.abs(s[0] - s[1]) > 1e-6, lambda s: (s[1], ct + pull_x(s[1])[0]), (ct, ct + pull_x(ct)[0]))[1]
    return pull_a(w)[0], jnp.zeros_like(x)


fixed_point.defvjp(fixed_point_fwd, fixed_point_bwd)
sqrt = lambda a: fixed_point(lambda a, x: 0.5 * (x + a / x), a, a)
print(sqrt(2.0), jax.grad(sqrt)(2.0))


@jax.custom_vjp
def pair(t):
    return {'s': t['a'] + t['b'], 'p': t['a'] * t['b']}


pair.defvjp(lambda t: (pair(t), t), lambda t, ct: ({'a': ct['s'] + ct['p'] * t['b'], 'b': 10.0 * ct['s']},))
print(jax.grad(lambda a, b: pair({'a': a, 'b': b})['p'] + pair({'a': a, 'b': b})['s'], argnums=(0, 1))(2.0, 3.0))

w = jnp.array([[0.5, -0.25], [1.0, 0.75]])
layer = lambda w, x: jnp.tanh(x @ w)
for policy in (None, jax.checkpoint_policies.dots_saveable, jax.checkpoint_policies.everything_saveable):
    block = jax.checkpoint(layer, policy=policy)
    print(jax.grad(lambda w: jnp.sum(block(w, block(w, jnp.ones(2))) ** 2))(w))


@jax.remat
def scaled(x):
    return jnp.sin(x) * jnp.exp(x)


print(jax.grad(scaled)(1.0), jax.grad(jax.grad(scaled))(1.0), jax.vmap(jax.grad(scaled))(jnp.arange(2.0)))
print(jax.grad(lambda x: lax.scan(jax.checkpoint(lambda c, _: (jnp.sin(c) * x, None)), x, None, length=4)[0])(0.7))


@partial(jax.checkpoint, static_argnums=(1,))
def powers(x, n):
    return sum(x ** i for i in range(1, n))


print(jax.grad(powers)(2.0, 4))


@jax.custom_gradient
def cube(x):
    return x ** 3, lambda g: g * 3.5 * x ** 2


print(cube(2.0), jax.grad(cube)(2.0))
with jax.named_scope('block'):
    print(jax.block_until_ready(jax.device_put(jnp.ones(2))))
