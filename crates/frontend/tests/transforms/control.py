import jax
import jax.numpy as jnp
from jax import lax

xs = jnp.arange(1.0, 6.0)
print(lax.scan(lambda c, x: (c + x, c * x), 0.0, xs))
print(lax.scan(lambda c, x: (c + x, c), 0.0, xs, reverse=True))
print(lax.scan(lambda c, x: (c + 1.0, x), 0, xs))
print(lax.scan(lambda c, _: (c * 2, None), 1, None, length=5))
print(lax.scan(lambda c, x: ({'s': c['s'] + x['a'] * x['b'], 'n': c['n'] + 1}, {'y': c['s']}),
               {'s': 0.0, 'n': 0}, {'a': xs, 'b': xs[::-1]}, unroll=2))
print(jax.grad(lambda w: lax.scan(lambda c, x: (jnp.tanh(c * w + x), c), 0.1, xs)[0])(0.5))
print(jax.vmap(lambda w: lax.scan(lambda c, x: (c * w + x, None), 0.0, xs)[0])(jnp.array([0.5, 1.0, 2.0])))
print(jax.jvp(lambda w: lax.scan(lambda c, x: (c * w + x, c), 1.0, xs), (0.5,), (1.0,)))
print(jax.hessian(lambda w: lax.scan(lambda c, x: (c * w + x, None), 1.0, xs)[0])(0.5))


def rnn(params, xs):
    def step(h, x):
        h = jnp.tanh(h @ params['w'] + x @ params['u'])
        return h, h
    return lax.scan(step, jnp.zeros(2), xs)


params = {'w': jnp.array([[0.1, 0.2], [-0.3, 0.4]]), 'u': jnp.array([[0.5, -0.5], [0.25, 0.75], [1.0, -1.0]])}
seq = jnp.arange(12.0).reshape(4, 3) / 10
print(rnn(params, seq))
print(jax.grad(lambda p: jnp.sum(rnn(p, seq)[1] ** 2))(params))

print(lax.while_loop(lambda c: c < 100, lambda c: c * 3, 1))
print(lax.while_loop(lambda s: s[1] < 5, lambda s: (s[0] * 1.5, s[1] + 1), (2.0, 0)))
print(jax.jvp(lambda x: lax.while_loop(lambda c: c < 50.0, lambda c: c * x, x), (2.0,), (1.0,)))
print(jax.vmap(lambda n: lax.while_loop(lambda s: s[0] < n, lambda s: (s[0] + 1, s[1] * 2), (0, 1)))(jnp.array([1, 4, 0])))
print(lax.fori_loop(0, 5, lambda i, v: v + i, 10))
print(lax.fori_loop(2, 5, lambda i, v: v * i, 1.0))
print(jax.grad(lambda x: lax.fori_loop(0, 4, lambda i, v: v * x + i, 1.0))(0.5))
print(jax.jit(lambda n: lax.fori_loop(0, n, lambda i, v: v + i * 2, 0))(6))
print(lax.fori_loop(3, 1, lambda i, v: v + 1, 7))

print(lax.cond(True, lambda x: x + 1.0, lambda x: x - 1.0, 3.0), lax.cond(False, lambda: 1, lambda: 2))
f = lambda x: lax.cond(x > 0, lambda y: y * y, lambda y: -y, x)
print(f(3.0), f(-2.0), jax.grad(f)(3.0), jax.grad(f)(-2.0), jax.vmap(f)(jnp.array([1.0, -1.0, 2.0])))
print(jax.vmap(jax.grad(f))(jnp.array([1.0, -1.0, 2.0])))
print(lax.cond(jnp.array(1) > 2, 5.0, lambda x: x + 1, 6.0, lambda x: x * 2))
print(lax.cond(True, lambda t: {'a': t[0], 'b': t[1]}, lambda t: {'a': t[1], 'b': t[0]}, (1.0, 2.0)))
branches = [lambda x: x, lambda x: x * 10, lambda x: x * 100]
print([int(lax.switch(i, branches, 2)) for i in (-1, 0, 1, 2, 9)])
print(jax.jit(lambda i, x: lax.switch(i, branches, x))(1, 3.5), jax.grad(lambda x: lax.switch(2, branches, x))(1.0))

print(lax.map(lambda x: x * x, xs))
print(lax.map(lambda t: t[0] + t[1], (xs, xs * 10), batch_size=2))
print(lax.associative_scan(lambda a, b: a + b, xs))
print(lax.associative_scan(jnp.maximum, jnp.array([3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0]), reverse=True))
print(lax.associative_scan(lambda a, b: (a[0] * b[0], a[1] * b[0] + b[1]), (xs, xs + 1)))
print(lax.associative_scan(lambda a, b: a * b, jnp.arange(1.0, 7.0).reshape(2, 3), axis=1))
print(jax.grad(lambda x: jnp.sum(lax.associative_scan(lambda a, b: a * b, x)))(xs))


def newton(a):
    return lax.while_loop(lambda x: jnp.abs(x * x - a) > 1e-4, lambda x: 0.5 * (x + a / x), a)


print(jax.vmap(newton)(jnp.array([2.0, 9.0, 100.0])))
print(jax.vmap(lambda x: lax.psum(x, 'i'), axis_name='i')(xs))
print(jax.vmap(lambda x: x - lax.pmean(x, 'i'), axis_name='i')(xs))
print(jax.vmap(lambda x: (lax.pmax(x, 'i'), lax.pmin(x, 'i')), axis_name='i', out_axes=None)(xs))
print(jax.vmap(lambda x: lax.axis_index('i') * 10, axis_name='i')(xs))
print(jax.vmap(lambda x: lax.all_gather(x, 'i'), axis_name='i')(jnp.arange(3.0)))
print(jax.vmap(lambda x: lax.ppermute(x, 'i', [(0, 1), (1, 2), (2, 0)]), axis_name='i')(jnp.arange(3.0)))
print(jax.vmap(jax.grad(lambda x: lax.psum(x ** 2, 'i')), axis_name='i')(jnp.arange(3.0)))
print(jax.vmap(lambda x: lax.psum(1, 'i'), axis_name='i')(xs), jax.vmap(lambda row: jax.vmap(lambda x: lax.psum(x, ('i', 'j')), axis_name='j')(row), axis_name='i')(jnp.ones((2, 3))))
print(jax.vmap(lambda a, b: lax.cond(a > b, lambda: a, lambda: b))(xs, xs[::-1]))
print(lax.scan(lambda c, row: (c * 1.0, lax.scan(lambda d, x: (d + x, d), c, row)[0]), 1.0, jnp.arange(6.0).reshape(2, 3)))
