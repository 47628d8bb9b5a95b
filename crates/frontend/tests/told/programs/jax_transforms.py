import jax
import jax.numpy as jnp
from jax import lax

#: one function to decorate
jax.jit(static_argnums=0)(3)
jax.jit(static_argnums=0)(abs, 3)
jax.grad(abs, argnums='x')
jax.grad(abs, argnums=2.5)
jax.checkpoint(lambda x: x, policy='none')
jax.checkpoint(lambda x: x, static_argnums='a')

#: results that are no arrays
jax.jit(lambda x: 'text')(1.0)
jax.jit(lambda x: object)(1.0)
jax.jit(lambda x: {'a': [x, 'b']})(1.0)
jax.eval_shape(lambda x: 'text', 1.0)
jax.ShapeDtypeStruct(3, 'float32')
jax.ShapeDtypeStruct('ab', 'float32')
jax.ShapeDtypeStruct((3,), 'flot32')

#: axes of vmap
jax.vmap(lambda x: x, in_axes='x')(jnp.ones(3))
jax.vmap(lambda x: x, in_axes=['x'])(jnp.ones(3))
jax.vmap(lambda x: x, in_axes=({'a': 'x'},))({'a': jnp.ones(3)})
jax.vmap(lambda x: x, out_axes='x')(jnp.ones(3))
jax.vmap(lambda x: (x, x), out_axes=(0, 'x'))(jnp.ones(3))
jax.vmap(lambda x: x)()
jax.vmap(lambda x: x, axis_size=4)(jnp.ones(3))
jax.vmap(lambda x: 'a')(jnp.ones(3))

#: variables under vmap
import keras
v = keras.Variable(jnp.zeros(()))
def f(x):
    v.assign(x)
    return x
jax.vmap(f)(jnp.ones(3))

#: tangents and cotangents
jax.jvp(lambda x: x, 1.0, 1.0)
_, push = jax.linearize(lambda x, y: x * y, 1.0, 2.0)
push(1.0)
push(1.0, y=2.0)
_, pull = jax.vjp(lambda x: x, 1.0)
pull()
pull(1.0, 2.0)
pull(x=1.0)
jax.linear_transpose(lambda x: 2.0 * x, 1.0)(1.0, 2.0)

#: rules of derivatives
f = jax.custom_jvp(lambda x: x)
f.defjvp()
f.defjvp(3)
jax.custom_jvp(lambda x: x, nondiff_argnums='a')
jax.custom_jvp(lambda x: x, nondiff_argnums=(-1,))
g = jax.custom_vjp(lambda x: x)
g.defvjp()
g.defvjp(3)
g.defvjp(lambda x: x)
g.defvjp(lambda x: (x, None), lambda r, c: (c,), lambda x: x)
g(x=3.0)

#: a backward rule of another shape
g = jax.custom_vjp(lambda x: x)
g.defvjp(lambda x: (x, None), lambda r, c: (jnp.ones(3),))
jax.grad(g)(1.0)

#: a backward rule of another length
g = jax.custom_vjp(lambda x, y: x)
g.defvjp(lambda x, y: (x, None), lambda r, c: (c,))
jax.grad(g)(1.0, 2.0)

#: a forward rule without residuals
g = jax.custom_vjp(lambda x: x)
g.defvjp(lambda x: x, lambda r, c: (c,))
jax.grad(g)(1.0)

#: a tangent rule of another shape
f = jax.custom_jvp(lambda x: x)
f.defjvp(lambda p, t: (p[0], jnp.ones(3)))
jax.jvp(f, (1.0,), (1.0,))

#: a tangent rule that gives one thing
f = jax.custom_jvp(lambda x: x)
f.defjvp(lambda p, t: p[0])
jax.jvp(f, (1.0,), (1.0,))

#: a custom gradient that gives one thing
@jax.custom_gradient
def f(x):
    return x
f(1.0)
jax.grad(f)(1.0)

#: a custom rule that changes a variable
import keras
v = keras.Variable(jnp.zeros(()))
@jax.custom_jvp
def f(x):
    v.assign(x)
    return x
f.defjvp(lambda p, t: (p[0], t[0]))
jax.jit(f)(1.0)
jax.jvp(f, (1.0,), (1.0,))

#: converted closures
import keras
h, constants = jax.closure_convert(lambda x: x * 2.0, 1.0)
h(1.0, 2.0, 3.0)
h(jnp.ones(3), *constants)
v = keras.Variable(jnp.zeros(()))
def f(x):
    v.assign(x)
    return x
jax.closure_convert(f, 1.0)

#: prints of the compiled program
@jax.jit
def f(x):
    jax.debug.print("x is {}", x)
    return x
f(1.0)

#: scans
lax.scan(lambda c, x: (c, x), 0.0, 3.0)
lax.scan(3, 0.0, jnp.ones(3))
lax.scan(lambda c, x: (c, x), 0.0, jnp.ones(3), length=4)
lax.scan(lambda c, x: (c, 'a'), 0.0, jnp.ones(3))
lax.scan(lambda c, x: (c, x), 'a', jnp.ones(3))
lax.map(lambda x: x, 3.0)
lax.fori_loop(0, 'n', lambda i, c: c, 0.0)
lax.fori_loop(0, 3, lambda c: c, 0.0)
lax.associative_scan(lambda a, b: a + b, (jnp.ones(3), jnp.ones(4)))
lax.associative_scan(lambda a, b: (a, b), jnp.ones(3))
lax.associative_scan(lambda a, b: (a > b), jnp.ones(3))
lax.associative_scan(lambda a, b: a + b, jnp.ones(3), axis=2)

#: branches
lax.cond('yes', lambda: 1, lambda: 2)
lax.cond(1.5, lambda x: x, lambda x: x, 1.0)
lax.switch(1.5, [lambda: 1, lambda: 2])
lax.switch(0, [lambda: 1, lambda: 2.0])
lax.cond(True, 3, 4)
lax.cond(True, lambda x: x, lambda: 1, 2.0)

#: a condition that changes a variable
import keras
v = keras.Variable(jnp.zeros(()))
def condition(c):
    v.assign(c)
    return c < 3
lax.while_loop(condition, lambda c: c + 1.0, 0.0)

#: collectives
jax.vmap(lambda x: lax.ppermute(x, 'i', 3), axis_name='i')(jnp.ones(3))
jax.vmap(lambda x: lax.ppermute(x, 'i', [(0, 0), (0, 1)]), axis_name='i')(jnp.ones(3))
jax.vmap(lambda x: lax.pshuffle(x, 'i', 3), axis_name='i')(jnp.ones(3))
jax.vmap(lambda x: lax.psum(x, 3), axis_name='i')(jnp.ones(3))
jax.vmap(lambda x: lax.psum(x, 'i', axis_index_groups=[[0], [1, 2]]), axis_name='i')(jnp.ones(3))
jax.vmap(lambda x: lax.axis_index(('i', 'j')), axis_name='i')(jnp.ones(3))
jax.vmap(lambda x: lax.all_to_all(x, 'i', 0, 0), axis_name='i')(jnp.ones((3, 4)))
jax.vmap(lambda x: lax.all_gather(x, ('i', 'i')), axis_name='i')(jnp.ones(3))
jax.vmap(lambda x: lax.psum_scatter(x, 'i'), axis_name='i')(jnp.ones((3, 4)))

#: linear systems
lax.custom_linear_solve(3, jnp.ones(2), lambda a, b: b)
lax.custom_linear_solve(lambda x: x, 'b', lambda a, b: b)
lax.custom_linear_solve(lambda x: x, jnp.ones(2), 3)

#: trees
jax.tree.reduce(lambda a, b: a + b, [])
jax.tree.reduce_associative(lambda a, b: a + b, [])
jax.tree.transpose(jax.tree.structure([]), None, [])
jax.tree.unflatten(3, [1])
jax.tree.map(3, [1])
jax.tree.structure([1]).unflatten()
jax.tree.structure([1]).flatten_up_to()
jax.tree.structure([1]).children(3)
jax.tree.broadcast([1, 2], [1])
jax.tree.map(lambda a, b: a, [1, 2], [1])
jax.tree.map(lambda a, b: a, {'a': 1}, {'b': 1})

#: nodes of trees
import dataclasses
jax.tree_util.register_pytree_node(3, lambda x: ((), None), lambda a, c: 3)
class P: pass
jax.tree_util.register_pytree_node(P, lambda x: (), lambda a, c: P())
jax.tree.leaves(P())
jax.tree_util.register_pytree_node(P, lambda x: ((), None), lambda a, c: P())
class Q: pass
jax.tree_util.register_pytree_with_keys(Q, lambda x: (((1, 2, 3),), None), lambda a, c: Q())
jax.tree_util.tree_flatten_with_path(Q())
class R: pass
jax.tree_util.register_dataclass(R)
jax.tree_util.register_dataclass(R, data_fields=3, meta_fields=[])
jax.tree_util.register_dataclass(3, data_fields=[], meta_fields=[])
jax.tree_util.register_static(3)

#: rows of trees
from jax.flatten_util import ravel_pytree
flat, back = ravel_pytree({'a': jnp.ones(3), 'b': jnp.ones(2)})
back()
back(jnp.ones(4))
back(jnp.ones(5, dtype=int))
back('a')

#: what differentiates badly
jax.hessian(lambda x: x)(jnp.ones(3, dtype=int))
jax.jacfwd(lambda x: 'a')(1.0)
jax.grad(lambda x: None)(1.0)
jax.grad(lambda: 1.0)()
jax.grad(lambda x: x)()
jax.value_and_grad(lambda x: (x, x), has_aux=True, argnums=(0, 1))(1.0)
jax.grad(lambda x: [x])(1.0)
