"""flax.struct: dataclasses that are nodes of trees."""
import dataclasses
import functools

import jax


def field(pytree_node=True, *, metadata=None, **kwargs):
    return dataclasses.field(metadata={**(metadata or {}), "static": not pytree_node}, **kwargs)


def _replaced(self, **updates):
    return dataclasses.replace(self, **updates)


def dataclass(clz=None, **kwargs):
    if clz is None:
        return functools.partial(dataclass, **kwargs)
    if "_flax_dataclass" in vars(clz):
        return clz
    clz = dataclasses.dataclass(**{"frozen": True, **kwargs})(clz)
    clz.replace = _replaced
    jax.tree_util.register_dataclass(clz)
    clz._flax_dataclass = True
    return clz


class PyTreeNode:
    def __init_subclass__(cls, **kwargs):
        dataclass(cls, **kwargs)
