"""Flax nnx in the model language: what `import flax.nnx` finds.

Modules are objects that hold variables. A transform takes the values of all variables that its arguments hold,
runs a pure function of them with other values in their place, and gives the variables what came out.
"""
import functools
import math
from typing import Any

import flax.nnx.initializers as initializers
import jax
import jax.numpy as jnp
from __keramos__ import bare, is_host, parameter_names
from flax.__shared__ import *
from jax.nn import (
    celu, elu, gelu, glu, hard_sigmoid, hard_silu, hard_swish, hard_tanh, leaky_relu, log_sigmoid, log_softmax,
    logsumexp, one_hot, relu, relu6, selu, sigmoid, silu, soft_sign, softmax, softplus, standardize, swish,
)
from jax.numpy import tanh


# Variables.


class Variable:
    def __init__(self, value, **metadata):
        self.value = value.value if isinstance(value, Variable) else value
        self.metadata = metadata

    def __init_subclass__(cls, **kwargs):
        _make_node(cls)

    def get_value(self):
        return self.value

    def set_value(self, value):
        self.value = value

    def get_metadata(self):
        return self.metadata

    def replace(self, value=None, **metadata):
        return type(self)(value, **{**self.metadata, **metadata})

    def copy(self):
        return self.replace(self.value)

    @property
    def type(self):
        return type(self)

    def __jax_array__(self):
        return self.value

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self.value, name)

    def __getitem__(self, index):
        return self.value if index is ... else self.value[index]

    def __setitem__(self, index, value):
        self.value = value if index is ... else self.value.at[index].set(value)

    def __len__(self):
        return len(self.value)

    def __iter__(self):
        return iter(self.value)

    def __repr__(self):
        return f"{type(self).__name__}(value={self.value!r})"

    def __neg__(self):
        return -self.value

    def __abs__(self):
        return abs(self.value)

    def __add__(self, other):
        return self.value + _raw(other)

    def __radd__(self, other):
        return other + self.value

    def __sub__(self, other):
        return self.value - _raw(other)

    def __rsub__(self, other):
        return other - self.value

    def __mul__(self, other):
        return self.value * _raw(other)

    def __rmul__(self, other):
        return other * self.value

    def __truediv__(self, other):
        return self.value / _raw(other)

    def __rtruediv__(self, other):
        return other / self.value

    def __floordiv__(self, other):
        return self.value // _raw(other)

    def __mod__(self, other):
        return self.value % _raw(other)

    def __pow__(self, other):
        return self.value ** _raw(other)

    def __rpow__(self, other):
        return other**self.value

    def __matmul__(self, other):
        return self.value @ _raw(other)

    def __rmatmul__(self, other):
        return other @ self.value

    def __lt__(self, other):
        return self.value < _raw(other)

    def __le__(self, other):
        return self.value <= _raw(other)

    def __gt__(self, other):
        return self.value > _raw(other)

    def __ge__(self, other):
        return self.value >= _raw(other)


def _raw(x):
    return x.value if isinstance(x, Variable) else x


def _make_node(cls):
    jax.tree_util.register_pytree_node(
        cls, lambda v: ((v.value,), None), lambda metadata, values: _variable(cls, values[0])
    )


def _variable(cls, value):
    variable = bare(cls)
    variable.value = value
    variable.metadata = {}
    return variable


_make_node(Variable)


class Param(Variable):
    pass


class BatchStat(Variable):
    pass


class Cache(Variable):
    pass


class Intermediate(Variable):
    pass


class Perturbation(Intermediate):
    pass


class RngState(Variable):
    pass


class RngCount(RngState):
    pass


class RngKey(RngState):
    pass


class OptState(Variable):
    pass


class OptArray(OptState):
    pass


class OptVariable(OptState):
    pass


class MetricState(Variable):
    pass


# Objects and the variables that they hold.


class Pytree:
    def __repr__(self):
        return f"{type(self).__name__}(...)"


Object = Pytree


def data(value):
    return value


static = data


class Module(Pytree):
    def sow(self, variable_type, name, value, reduce_fn=lambda xs, x: xs + (x,), init_fn=lambda: ()):
        known = vars(self).get(name)
        if isinstance(known, variable_type):
            known.value = reduce_fn(known.value, value)
            return False
        setattr(self, name, variable_type(reduce_fn(init_fn(), value)))
        return True

    def iter_modules(self):
        return list(_objects_of(self))

    def iter_children(self):
        return [(name, value) for name, value in sorted(vars(self).items()) if isinstance(value, Module)]

    def set_attributes(self, *filters, raise_if_not_found=True, **attributes):
        chosen = [_filter(f) for f in filters]
        found = set()
        for path, module in _objects_of(self):
            if chosen and not any(f(path, module) for f in chosen):
                continue
            for name, value in attributes.items():
                if name in vars(module):
                    setattr(module, name, value)
                    found.add(name)
        missing = [name for name in attributes if name not in found]
        if raise_if_not_found and missing:
            raise ValueError(f"Could not find at least one instance of the following attributes: {missing}")

    def train(self, **attributes):
        self.set_attributes(
            deterministic=False, use_running_average=False, raise_if_not_found=False, **attributes
        )

    def eval(self, **attributes):
        self.set_attributes(
            deterministic=True, use_running_average=True, raise_if_not_found=False, **attributes
        )


class List(Module):
    def __init__(self, items=()):
        self.items_ = list(items)

    def append(self, item):
        self.items_.append(item)

    def extend(self, items):
        self.items_.extend(items)

    def insert(self, index, item):
        self.items_.insert(index, item)

    def __getitem__(self, index):
        return self.items_[index]

    def __setitem__(self, index, item):
        self.items_[index] = item

    def __len__(self):
        return len(self.items_)

    def __iter__(self):
        return iter(self.items_)

    def __contains__(self, item):
        return item in self.items_


class Dict(Module):
    def __init__(self, *args, **kwargs):
        self.items_ = dict(*args, **kwargs)

    def __getitem__(self, key):
        return self.items_[key]

    def __setitem__(self, key, item):
        self.items_[key] = item

    def __getattr__(self, name):
        if name == "items_" or name not in self.items_:
            raise AttributeError(name)
        return self.items_[name]

    def __len__(self):
        return len(self.items_)

    def __iter__(self):
        return iter(self.items_)

    def __contains__(self, key):
        return key in self.items_

    def keys(self):
        return self.items_.keys()

    def values(self):
        return self.items_.values()

    def items(self):
        return self.items_.items()


class Sequential(Module):
    def __init__(self, *fns):
        self.layers = List(fns)

    def __call__(self, *args, **kwargs):
        return chained(list(self.layers), args, kwargs)


def _entries(x):
    """The parts of an object or container that may hold variables, by key."""
    if isinstance(x, (List, Dict)):
        x = x.items_
    if isinstance(x, Pytree):
        return sorted(vars(x).items())
    if isinstance(x, State):
        x = x.mapping
    if isinstance(x, dict):
        return sorted(x.items())
    if isinstance(x, tuple) and hasattr(x, "_fields"):
        return list(zip(x._fields, x))
    return list(enumerate(x))


def _walk(x, path, seen, found):
    if isinstance(x, Variable):
        if id(x) not in seen:
            seen[id(x)] = x
            found.append((path, x))
    elif isinstance(x, Pytree) and id(x) in seen:
        return
    elif isinstance(x, (Pytree, State, dict, list, tuple)):
        if isinstance(x, Pytree):
            seen[id(x)] = x
            found.append((path, x))
        for key, part in _entries(x):
            _walk(part, path + (key,), seen, found)


def _found(x):
    found = []
    _walk(x, (), {}, found)
    return found


def _variables_of(x):
    return [(path, v) for path, v in _found(x) if isinstance(v, Variable)]


def _objects_of(x):
    return [(path, v) for path, v in _found(x) if isinstance(v, Pytree)]


# States.


class State:
    """Variables by nested keys."""

    def __init__(self, mapping=()):
        self.mapping = {}
        source = mapping.mapping if isinstance(mapping, State) else dict(mapping)
        for key, value in source.items():
            self.mapping[key] = value.mapping if isinstance(value, State) else value

    @staticmethod
    def from_flat_path(flat):
        state = State()
        for path, leaf in dict(flat).items():
            place = state.mapping
            for key in path[:-1]:
                place = place.setdefault(key, {})
            place[path[-1]] = leaf
        return state

    def flat_state(self):
        return [(path, leaf) for path, leaf in _leaves(self.mapping, ())]

    to_flat = flat_state

    def filter(self, first, *others):
        parts = [State.from_flat_path(part) for part in _parted(self.flat_state(), (first,) + others)]
        return parts[0] if not others else tuple(parts)

    split = filter

    @staticmethod
    def merge(first, *others):
        flat = {}
        for state in (first,) + others:
            flat.update(State(state).flat_state())
        return State.from_flat_path(flat)

    def to_pure_dict(self):
        return _pure(self.mapping)

    def __getitem__(self, key):
        value = self.mapping[key]
        if isinstance(value, dict):
            inner = State()
            inner.mapping = value
            return inner
        return value

    def __getattr__(self, name):
        if name == "mapping" or name not in self.mapping:
            raise AttributeError(name)
        return self[name]

    def __setitem__(self, key, value):
        self.mapping[key] = value.mapping if isinstance(value, State) else value

    def __contains__(self, key):
        return key in self.mapping

    def __len__(self):
        return len(self.mapping)

    def __iter__(self):
        return iter(self.mapping)

    def keys(self):
        return self.mapping.keys()

    def values(self):
        return [self[key] for key in self.mapping]

    def items(self):
        return [(key, self[key]) for key in self.mapping]

    def __repr__(self):
        return f"State({self.mapping!r})"


def _leaves(x, path):
    if not isinstance(x, dict):
        return [(path, x)]
    return [leaf for key, value in x.items() for leaf in _leaves(value, path + (key,))]


def _pure(x):
    return {key: _pure(value) for key, value in x.items()} if isinstance(x, dict) else _raw(x)


def _state_flatten(state):
    keys = sorted(state.mapping)
    return [(jax.tree_util.DictKey(key), state.mapping[key]) for key in keys], tuple(keys)


jax.tree_util.register_pytree_with_keys(
    State, _state_flatten, lambda keys, values: State(dict(zip(keys, values)))
)
GraphState = State


class _Test:
    def __init__(self, holds):
        self.holds = holds

    def __call__(self, path, x):
        return self.holds(path, x)


def _filter(f):
    if f is ... or f is True:
        return lambda path, x: True
    if f is None or f is False:
        return lambda path, x: False
    if isinstance(f, type):
        return lambda path, x: isinstance(x, f)
    if isinstance(f, str):
        return lambda path, x: isinstance(x, Variable) and x.metadata.get("tag") == f
    if isinstance(f, (list, tuple)):
        return Any_(*f)
    return f


def All(*filters):
    tests = [_filter(f) for f in filters]
    return _Test(lambda path, x: all(test(path, x) for test in tests))


def Any_(*filters):
    tests = [_filter(f) for f in filters]
    return _Test(lambda path, x: any(test(path, x) for test in tests))


def Not(filter):
    test = _filter(filter)
    return _Test(lambda path, x: not test(path, x))


def PathContains(key):
    return _Test(lambda path, x: key in path)


def OfType(kind):
    return _filter(kind)


Any = Any_
Everything, Nothing = (lambda: _filter(...)), (lambda: _filter(None))


def _parted(flat, filters):
    """What each filter takes of what those before it leave; all has to go somewhere unless there is one."""
    tests = [_filter(f) for f in filters]
    parts = [{} for _ in tests]
    for path, leaf in flat:
        for test, part in zip(tests, parts):
            if test(path, leaf):
                part[path] = leaf
                break
    return parts


def state(node, *filters, graph=None):
    flat = [(path, v) for path, v in (node.flat_state() if isinstance(node, State) else _variables_of(node))]
    parts = [
        State.from_flat_path({path: v.copy() if isinstance(v, Variable) else v for path, v in part.items()})
        for part in _parted(flat, filters or (...,))
    ]
    return parts[0] if len(parts) == 1 else tuple(parts)


def variables(node, *filters):
    parts = [State.from_flat_path(part) for part in _parted(_variables_of(node), filters or (...,))]
    return parts[0] if len(parts) == 1 else tuple(parts)


class GraphDef:
    """The structure of objects without the values of their variables."""

    def __init__(self, node):
        self.node = node


jax.tree_util.register_static(GraphDef)


def graphdef(node):
    return GraphDef(node)


def split(node, *filters, graph=None):
    parts = state(node, *filters)
    return (GraphDef(_copied(node, {})),) + (parts if isinstance(parts, tuple) else (parts,))


def _copied(x, known):
    if isinstance(x, Variable) or isinstance(x, Pytree):
        if id(x) not in known:
            copy = bare(type(x))
            known[id(x)] = copy
            for name, value in vars(x).items():
                object.__setattr__(copy, name, value if isinstance(x, Variable) else _copied(value, known))
        return known[id(x)]
    if isinstance(x, list):
        return [_copied(part, known) for part in x]
    if isinstance(x, dict):
        return {key: _copied(part, known) for key, part in x.items()}
    if isinstance(x, tuple):
        parts = [_copied(part, known) for part in x]
        return type(x)(*parts) if hasattr(x, "_fields") else tuple(parts)
    return x


def clone(node):
    return _copied(node, {})


def merge(graphdef, first, *others, **options):
    node = _copied(graphdef.node, {})
    update(node, first, *others)
    return node


def update(node, first, *others):
    known = dict(_variables_of(node))
    for part in (first,) + others:
        for path, leaf in part.flat_state() if isinstance(part, State) else _leaves(part, ()):
            if path not in known:
                raise ValueError(f"the state has {'.'.join(str(key) for key in path)}, which the object has not")
            known[path].value = _raw(leaf)


def pop(node, *filters):
    removed = _parted(_variables_of(node), filters)
    for part in removed:
        for path in part:
            owner = node
            for key in path[:-1]:
                owner = dict(_entries(owner))[key]
            delattr(owner, path[-1])
    parts = [State.from_flat_path(part) for part in removed]
    return parts[0] if len(parts) == 1 else tuple(parts)


def to_pure_dict(state):
    return State(state).to_pure_dict()


def to_flat_state(state):
    return State(state).flat_state()


def from_flat_state(flat):
    return State.from_flat_path(flat)


def as_pure(tree):
    return jax.tree.map(_raw, tree, is_leaf=lambda x: isinstance(x, Variable))


def replace_by_pure_dict(state, pure):
    for path, leaf in _leaves(pure, ()):
        dict(state.flat_state())[path].value = leaf


def view(node, raise_if_not_found=True, **attributes):
    copy = _copied(node, {id(v): v for _, v in _variables_of(node)})
    copy.set_attributes(raise_if_not_found=raise_if_not_found, **attributes)
    return copy


def display(*args):
    pass


# Keys.


class RngStream(Pytree):
    def __init__(self, key, *, tag):
        if isinstance(key, int):
            key = jax.random.key(key)
        elif key.dtype == jnp.uint32:
            key = jax.random.wrap_key_data(key)
        self.tag = tag
        self.key = RngKey(key, tag=tag)
        self.count = RngCount(jnp.zeros(key.shape, dtype=jnp.uint32), tag=tag)

    def __call__(self):
        key = jax.random.fold_in(self.key.value, self.count.value)
        self.count.value = self.count.value + 1
        return key

    def fork(self, *, split=None):
        key = self()
        return RngStream(key if split is None else jax.random.split(key, split), tag=self.tag)

    def split(self, k):
        return RngStream(jax.random.split(self(), k), tag=self.tag)

    def __getattr__(self, name):
        draw = None if name.startswith("_") else getattr(jax.random, name, None)
        if draw is None:
            raise AttributeError(name)
        return lambda *args, **kwargs: draw(self(), *args, **kwargs)


class Rngs(Pytree):
    def __init__(self, default=None, **rngs):
        if isinstance(default, dict):
            rngs = {**default, **rngs}
        elif default is not None:
            rngs = {"default": default, **rngs}
        for name, seed in rngs.items():
            seed = seed.key.value if isinstance(seed, RngStream) else _raw(seed)
            setattr(self, name, RngStream(seed, tag=name))

    def __getattr__(self, name):
        streams = vars(self)
        if name.startswith("_"):
            raise AttributeError(name)
        if "default" in streams:
            if hasattr(jax.random, name) and name not in ("key", "params"):
                return getattr(streams["default"], name)
            return streams["default"]
        raise AttributeError(f"No RngStream named '{name}' found in Rngs.")

    def __getitem__(self, name):
        return getattr(self, name)

    def __contains__(self, name):
        return name in vars(self)

    def __call__(self):
        return self["default"]()

    def fork(self):
        copy = Rngs()
        for name, stream in vars(self).items():
            setattr(copy, name, stream.fork())
        return copy
