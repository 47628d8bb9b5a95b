import jax
import jax.numpy as jnp
from functools import partial

f = lambda x: x * x * x - 2.0 * x
print(jax.grad(f)(3.0))
print(jax.value_and_grad(f)(3.0))
print(jax.grad(jax.grad(f))(3.0), jax.grad(jax.grad(jax.grad(f)))(3.0))


def loss(params, x, y):
    h = jnp.maximum(x @ params['w'] + params['b'], 0.0)
    return jnp.mean((h - y) ** 2)


params = {'w': jnp.array([[1.0, -1.0], [0.5, 2.0], [0.0, 1.0]]), 'b': jnp.array([0.1, -0.2])}
x = jnp.arange(6.0).reshape(2, 3)
y = jnp.array([[1.0, 2.0], [3.0, 4.0]])
print(loss(params, x, y))
print(jax.grad(loss)(params, x, y))
print(jax.grad(loss, argnums=(1, 2))(params, x, y))
print(jax.grad(loss, argnums=-1)(params, x, y))


def with_aux(params, x):
    h = x @ params['w']
    return jnp.sum(h * h), {'h': h, 'steps': 3}


(value, aux), grads = jax.value_and_grad(with_aux, has_aux=True)(params, x)
print(value, aux, grads)
print(jax.grad(with_aux, has_aux=True)(params, x)[1]['steps'])
print(jax.grad(lambda x, n: x * n, argnums=(0, 1), allow_int=True)(2.0, 3)[0])

print(jax.jvp(f, (2.0,), (1.0,)))
print(jax.jvp(lambda p, q: (p['a'] * q, p['b'] + q), ({'a': 2.0, 'b': 3.0}, 4.0), ({'a': 1.0, 'b': 0.0}, 0.5)))
print(jax.jvp(lambda x: (x * x, {'n': x + 1}), (3.0,), (1.0,), has_aux=True))

out, pull = jax.vjp(lambda a, b: (a * b, {'s': a + b}), jnp.array([1.0, 2.0]), jnp.array([3.0, 4.0]))
print(out)
print(pull((jnp.array([1.0, 0.0]), {'s': jnp.array([0.0, 2.0])})))
out, pull, aux = jax.vjp(lambda a: (a * 2.0, 'note'), 1.5, has_aux=True) if False else jax.vjp(lambda a: (a * 2.0, a), 1.5, has_aux=True)
print(out, pull(1.0), aux)

out, lin = jax.linearize(lambda x: x ** 3, jnp.array([1.0, 2.0]))
print(out, lin(jnp.array([1.0, 1.0])), lin(jnp.array([0.0, 10.0])))
print(jax.linear_transpose(lambda x: 3.0 * x[:2], jnp.zeros(3))(jnp.array([1.0, 2.0])))


@jax.jit
def step(params, x, y):
    grads = jax.grad(loss)(params, x, y)
    return jax.tree.map(lambda p, g: p - 0.1 * g, params, grads)


print(step(params, x, y))
print(loss(step(step(params, x, y), x, y), x, y))


@partial(jax.jit, static_argnums=(1,))
def power(x, n):
    result = x
    for _ in range(n - 1):
        result = result * x
    return result


print(power(2.0, 5), jax.grad(power)(2.0, 5))


@jax.jit
def outer(x):
    return inner(x) + inner(x * 2.0)


inner = jax.jit(lambda x: x * x + 1.0)
print(outer(3.0), jax.grad(outer)(3.0), jax.grad(jax.jit(jax.grad(outer)))(3.0))


class Model:
    def __init__(self, scale):
        self.scale = scale

    @partial(jax.jit, static_argnums=0)
    def __call__(self, x):
        return self.scale * x * x

    @partial(jax.jit, static_argnums=(0,), static_argnames=('power',))
    def raised(self, x, power=2):
        return self.scale * x ** power


model = Model(3.0)
print(model(2.0), jax.grad(model)(2.0), model.raised(2.0, power=3))


def hvp(f, x, v):
    return jax.jvp(jax.grad(f), (x,), (v,))[1]


quartic = lambda x: jnp.sum(x ** 4)
print(hvp(quartic, jnp.array([1.0, 2.0]), jnp.array([1.0, 0.5])))
print(jax.grad(lambda x: jnp.vdot(jax.grad(quartic)(x), x) if False else jnp.sum(jax.grad(quartic)(x) * x))(jnp.array([1.0, 2.0])))
print(jax.eval_shape(loss, params, x, jax.ShapeDtypeStruct((2, 2), jnp.float32)))
print(jax.eval_shape(lambda: jnp.ones((2, 3))))
print(jax.grad(lambda x: jax.lax.stop_gradient(x) * x)(3.0))


def maml_inner(params, x, y):
    g = jax.grad(loss)(params, x, y)
    return jax.tree.map(lambda p, g: p - 0.01 * g, params, g)


meta = jax.grad(lambda p: loss(maml_inner(p, x, y), x + 1.0, y))(params)
print(meta)
