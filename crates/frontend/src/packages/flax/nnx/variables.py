"""Flax nnx in the model language: what `import flax.nnx` finds.

Modules are objects that hold variables. A transform takes the values of all variables that its arguments hold,
runs a pure function of them with other values in their place, and gives the variables what came out.
"""
import dataclasses
import functools
import math
from typing import Any

import flax.nnx.initializers as initializers
import flax.struct as struct
import jax
import jax.numpy as jnp
from __keramos__ import bare, expect_rows, is_host, only_printed, parameter_names
from flax.__shared__ import *
from jax.nn import (
    celu, elu, gelu, glu, hard_sigmoid, hard_silu, hard_swish, hard_tanh, leaky_relu, log_sigmoid, log_softmax,
    logsumexp, one_hot, relu, relu6, selu, sigmoid, silu, soft_sign, softmax, softplus, standardize, swish,
)
from jax.numpy import tanh


# Variables.


A = Any


class Variable:
    def __class_getitem__(cls, parameter):
        return cls

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

    def _in_place(self, other):
        raise NotImplementedError(
            "In-place operations are no longer supported for Variable.\nUse `variable[...] += x` instead."
        )

    __iadd__ = __isub__ = __imul__ = __imatmul__ = __itruediv__ = __ifloordiv__ = __imod__ = __ipow__ = _in_place

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


class _Slot(Variable):
    """An array that an object or container holds by itself, without a variable."""

    def __init__(self, owner, key):
        object.__setattr__(self, "owner", owner)
        object.__setattr__(self, "key", key)

    @property
    def value(self):
        return dict(_entries(self.owner))[self.key]

    @value.setter
    def value(self, value):
        if isinstance(self.owner, (List, Dict)):
            self.owner.items_[self.key] = value
        elif isinstance(self.owner, Pytree):
            object.__setattr__(self.owner, self.key, value)
        else:
            self.owner[self.key] = value

    def replace(self, value=None, **metadata):
        return value


def _identity(v):
    return (id(v.owner), v.key) if isinstance(v, _Slot) else id(v)


def _leaf_of(v):
    """What a state has in the place of a variable: arrays that have none are themselves."""
    return v.value if isinstance(v, _Slot) else v


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
