import jax
import jax.numpy as jnp
from collections import namedtuple
from dataclasses import dataclass
from jax import tree_util
from jax.flatten_util import ravel_pytree

tree = {'b': (1, [2, None]), 'a': 3}
print(jax.tree.leaves(tree))
print(jax.tree.structure(tree))
print(jax.tree.map(lambda x: x * 2, tree))
print(jax.tree.map(lambda x, y: x + y, tree, {'a': 10, 'b': (20, [30, None])}))
leaves, treedef = jax.tree.flatten(tree)
print(leaves, treedef, treedef.num_leaves)
print(jax.tree.unflatten(treedef, [4, 5, 6]))
print(treedef == jax.tree.structure({'a': 0, 'b': (0, [0, None])}), treedef == jax.tree.structure((0,)))
print(jax.tree.reduce(lambda a, b: a + b, tree), jax.tree.reduce(lambda a, b: a + b, tree, 100))
print(jax.tree.all((True, [1, 2])), jax.tree.all({'x': False}))
print(jax.tree.leaves([(1, 2), (3, 4)], is_leaf=lambda x: isinstance(x, tuple)))
print(jax.tree.map(lambda x: None, {'a': 1}), jax.tree.leaves({'a': None}))

Point = namedtuple('Point', ['x', 'y'])
p = Point(1.0, (2.0, 3.0))
print(jax.tree.map(lambda v: v + 1, p), jax.tree.structure(p))
for path, leaf in jax.tree_util.tree_leaves_with_path({'p': p, 'q': [1]}):
    print(tree_util.keystr(path), leaf)
print(tree_util.tree_map_with_path(lambda path, x: tree_util.keystr(path) + '=' + str(x), {'a': [1, 2], 3: 4}['a']))


class Pair:
    def __init__(self, a, b, name):
        self.a, self.b, self.name = a, b, name


tree_util.register_pytree_node(Pair, lambda p: ((p.a, p.b), p.name), lambda name, ab: Pair(*ab, name))
q = jax.tree.map(lambda x: x + 1, Pair(1, [2, 3], 'n'))
print(q.a, q.b, q.name, jax.tree.leaves(q))


@tree_util.register_pytree_node_class
class Scaled:
    def __init__(self, value, scale):
        self.value, self.scale = value, scale

    def tree_flatten(self):
        return (self.value,), self.scale

    @classmethod
    def tree_unflatten(cls, scale, children):
        return cls(children[0], scale)


s = jax.tree.map(lambda x: x * 10, {'s': Scaled(3, 'k')})
print(s['s'].value, s['s'].scale)


@tree_util.register_dataclass
@dataclass
class State:
    w: object
    b: object


st = jax.tree.map(lambda x: x + 0.5, State(w=1.0, b=[2.0]))
print(st.w, st.b)
for path, leaf in tree_util.tree_flatten_with_path(st)[0]:
    print(tree_util.keystr(path), leaf)

part = tree_util.Partial(lambda x, y: x * 10 + y, 1)
print(part(2), jax.tree.leaves(part), jax.tree.map(lambda x: x + 1, part)(2))
outer = jax.tree.structure([0, 0])
inner = jax.tree.structure({'a': 0, 'b': 0})
print(jax.tree.transpose(outer, inner, [{'a': 1, 'b': 2}, {'a': 3, 'b': 4}]))
flat, unravel = ravel_pytree({'w': jnp.arange(4.0).reshape(2, 2), 'b': jnp.ones(2)})
print(flat)
print(unravel(flat * 2))
print(jax.tree.map(jnp.shape, {'a': jnp.zeros((2, 3))}, is_leaf=lambda x: False))
