"""Flax linen in the model language: what `import flax.linen` finds.

A module is a dataclass. `init` and `apply` bind a copy of it to a scope, which knows the variables, the keys and
the path; modules made while a method runs become its children. A key is kept with the path that will be folded
into it, as Flax does, so that every parameter gets the same value.
"""
import contextlib
import dataclasses
import functools
import math
from collections import namedtuple
from typing import Any, Callable, Mapping, Optional, Sequence

import flax.struct as struct
import jax
import jax.numpy as jnp
from __keramos__ import expect_inputs, is_function, only_printed, path_word, remember_inputs, together
from flax.__shared__ import *
from flax.core import FrozenDict, freeze, unfreeze
import flax.linen.initializers as initializers
from flax.linen.initializers import ones, ones_init, zeros, zeros_init


class _Unspecified:
    def __repr__(self):
        return "<unspecified>"


_unspecified = _Unspecified()


class DenyList:
    """All collections but those given."""

    def __init__(self, deny):
        self.deny = deny


def allows(filter, name):
    if isinstance(filter, bool):
        return filter
    if isinstance(filter, str):
        return filter == name
    if isinstance(filter, DenyList):
        return not allows(filter.deny, name)
    return name in filter


def _unshared(x):
    x = x._dict if isinstance(x, FrozenDict) else x
    return {key: _unshared(value) for key, value in x.items()} if isinstance(x, dict) else x


class _Root:
    """What the scopes of one call of `init` or `apply` have in common."""

    def __init__(self, variables, keys, mutable, initializing):
        self.variables = variables
        self.keys = keys
        self.mutable = mutable
        self.initializing = initializing
        self.adopted = {}


def _counters():
    return {"own": {}, "children": {}}


class Scope:
    """A place in the variables. Its path is folded into the keys that it gives."""

    def __init__(self, root, path=(), counters=None):
        self.root = root
        self.path = path
        self.counters = _counters() if counters is None else counters
        self.taken = {}

    def rewound(self):
        return Scope(self.root, self.path, self.counters)

    def push(self, name):
        self.reserve(name)
        counters = self.counters["children"].setdefault(name, _counters())
        return Scope(self.root, self.path + (name,), counters)

    def reserve(self, name, collection=None):
        self.taken.setdefault(name, set()).add(collection)

    def is_taken(self, name, collection=None):
        holders = self.taken.get(name, ())
        return None in holders or collection in holders or collection is None and len(holders) > 0

    def is_mutable(self, collection):
        return allows(self.root.mutable, collection)

    def make_rng(self, name):
        if name not in self.root.keys:
            if "params" not in self.root.keys:
                raise ValueError(f'{self.where()} needs PRNG for "{name}": pass rngs={{"{name}": key}}')
            name = "params"
        count = self.counters["own"].get(name, 0) + 1
        self.counters["own"][name] = count
        return jax.random.fold_in(self.root.keys[name], jnp.uint32(path_word(self.path + (count,))))

    def collection(self, name):
        place = self.root.variables.get(name, {})
        for part in self.path:
            if part not in place:
                return {}
            place = place[part]
        return place

    def has(self, collection, name):
        return name in self.collection(collection)

    def get(self, collection, name, default=None):
        return self.collection(collection).get(name, default)

    def put(self, collection, name, value):
        if not self.is_mutable(collection):
            raise ValueError(
                f'Cannot update variable "{name}" in "{self.where()}" because collection "{collection}" is immutable: '
                f'apply(…, mutable=["{collection}"])'
            )
        place = self.root.variables.setdefault(collection, {})
        for part in self.path:
            place = place.setdefault(part, {})
        place[name] = value

    def where(self):
        return "/" + "/".join(self.path)


class Variable:
    """A variable of a collection, by its name."""

    def __init__(self, scope, collection, name, unbox=True):
        self.scope, self.collection, self.name, self.unbox = scope, collection, name, unbox

    @property
    def value(self):
        value = self.scope.get(self.collection, self.name)
        return unbox(value) if self.unbox else value

    @value.setter
    def value(self, value):
        known = self.scope.get(self.collection, self.name)
        self.scope.put(self.collection, self.name, _reboxed(known, value) if self.unbox else value)

    def is_mutable(self):
        return self.scope.is_mutable(self.collection)
