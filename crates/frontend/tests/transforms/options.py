"""Options of jit and checkpoint, contexts, and the smaller transforms."""
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.ad_checkpoint import checkpoint_name


def flagged(x, *, flag):
    return x if flag else -x


print(partial(jax.jit, static_argnums=0)(lambda n, x: x * n)(3, 2.0))
print(jax.jit(flagged, static_argnames=('flag',), donate_argnames='x', keep_unused=True, inline=True)(1.0, flag=False))


@jax.jit(static_argnames='n')
def power(x, n):
    return x ** n


print(power(2.0, n=3), power(2.0, 3))
print(jax.eval_shape(lambda x, y: {'a': x @ y, 'b': (x, 1)}, jax.ShapeDtypeStruct((2, 3), jnp.float32), jnp.ones((3, 4))))
print(jax.block_until_ready({'a': jnp.ones(2)}), power(1.0, 2).block_until_ready())
print(jax.device_get(jnp.ones(2)), jax.device_put(jnp.ones(2)))
print(jax.named_call(lambda x: x + 1, name='inc')(1.0))

with jax.disable_jit():
    print(jax.jit(lambda x: x if x > 0 else -x)(-2.0), jax.grad(jax.jit(lambda x: x if x > 0 else -x))(-2.0))
with jax.disable_jit(False):
    print(jax.jit(lambda x: x + 1)(-2.0))
print(jax.config.jax_enable_x64)
with jax.enable_x64(True):
    print(jax.config.jax_enable_x64, jnp.array(1.5).dtype, jnp.arange(3).dtype)
print(jnp.array(1.5).dtype)


def outer(y):
    converted, constants = jax.closure_convert(lambda x: jnp.sin(x) * y + 1, 1.0)
    return converted(3.0, *constants) + jax.grad(lambda x, *c: converted(x, *c), argnums=1)(2.0, *constants)


print(outer(jnp.float32(2.0)) if False else jax.grad(outer)(2.0), jax.jit(outer)(2.0))


@jax.custom_gradient
def tenfold(x):
    return x ** 2, lambda g: (g * 10.0 * x,)


print(jax.grad(tenfold)(3.0), tenfold(3.0))


@jax.custom_jvp
def product(x, y):
    return x * y


product.defjvps(lambda t, ans, x, y: 2 * t * y, None)
print(jax.grad(product, argnums=(0, 1))(2.0, 5.0)[0], jax.grad(product, argnums=1)(2.0, 5.0))


@partial(jax.custom_vjp, nondiff_argnames=('n',))
def times(x, n):
    return x * n


times.defvjp(lambda x, n: (x * n, x), lambda n, r, g: (g * n * 2,))
print(jax.grad(times)(2.0, 5))

for name in ['everything_saveable', 'nothing_saveable', 'dots_saveable', 'checkpoint_dots', 'dots_with_no_batch_dims_saveable']:
    wrapped = jax.checkpoint(lambda x, w: jnp.sum(jnp.sin(x @ w)), policy=getattr(jax.checkpoint_policies, name), prevent_cse=False)
    print(jax.grad(wrapped)(jnp.ones((2, 2)), jnp.ones((2, 2))))
policies = jax.checkpoint_policies
named = lambda x: jnp.sin(checkpoint_name(jnp.sin(x), 'a'))
for policy in [policies.save_only_these_names('a'), policies.save_anything_except_these_names('a'), policies.save_any_names_but_these('b'),
               policies.save_from_both_policies(policies.dots_saveable, policies.save_only_these_names('a')),
               policies.offload_dot_with_no_batch_dims('device', 'pinned_host')]:
    print(jax.grad(jax.checkpoint(named, policy=policy))(1.0))
print(jax.grad(jax.checkpoint(lambda x, n: x ** n, static_argnums=(1,)))(2.0, 3))

zero = np.zeros((), jax.dtypes.float0)
print(jax.jvp(lambda x, n: x * n, (1.0, 2), (3.0, zero))[1], jax.linearize(lambda x, n: x * n, 1.0, 2)[1](1.0, zero))

# Whole exponents.
x, n = jnp.array([0.0, 2.0, -3.0]), jnp.array([0, 2, 3])
print(jax.grad(lambda x: jnp.sum(x ** n))(x), jax.grad(lambda x: jnp.sum(jnp.power(x, n)))(x))
print(jax.grad(lambda x: jnp.sum(x ** jnp.array([1, 0, -1])))(x + 1.0), (x ** n).dtype, (2.0 ** n), (n ** 2.0).dtype)
print(jax.grad(lambda x: x ** jnp.int32(0))(0.0), jax.grad(lambda x: x ** jnp.int32(1))(0.0), jax.grad(lambda x: x ** jnp.int32(2))(0.0))
print(jax.grad(jax.grad(lambda x: x ** jnp.int32(2)))(0.0), jax.grad(jax.grad(lambda x: x ** jnp.int32(1)))(0.0))
print(jax.vmap(jax.grad(lambda x, n: x ** n), in_axes=(0, 0))(x, n))

tree = {'a': (1.0, 2.0), 'b': [3.0, 4.0, 5.0]}
structure = jax.tree.structure(tree)
print(jax.tree.reduce_associative(lambda a, b: f'({a}{b})', tree), jax.tree.reduce_associative(max, [], identity=7))
print(jax.tree_util.treedef_children(structure), jax.tree_util.treedef_tuple([structure, structure]))
