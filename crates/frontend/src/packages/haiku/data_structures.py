"""hk.data_structures: parameters and state, two levels of dicts, taken apart and put together."""
import math

import jax


def _collected(entries):
    found = {}
    for module_name, name, value in entries:
        found.setdefault(module_name, {})[name] = value
    return found


def traverse(structure):
    for module_name in sorted(structure):
        for name in sorted(structure[module_name]):
            yield module_name, name, structure[module_name][name]


def filter(predicate, structure):
    return _collected([entry for entry in traverse(structure) if predicate(*entry)])


def map(fn, structure):
    return _collected([(module, name, fn(module, name, value)) for module, name, value in traverse(structure)])


def partition(predicate, structure):
    return partition_n(lambda *entry: 0 if predicate(*entry) else 1, structure, 2)


def partition_n(fn, structure, n):
    parts = [[] for _ in range(n)]
    for entry in traverse(structure):
        parts[fn(*entry)].append(entry)
    return tuple(_collected(part) for part in parts)


def merge(*structures, check_duplicates=False):
    found = {}
    for structure in structures:
        for module_name, name, value in traverse(structure):
            entries = found.setdefault(module_name, {})
            if check_duplicates and name in entries and entries[name].shape != value.shape:
                raise ValueError(
                    f"Duplicate array found with different shape/dtype for {module_name}.{name}: "
                    f"{entries[name].shape} vs {value.shape}."
                )
            entries[name] = value
    return found


def is_subset(*, subset, superset):
    return all(module in superset and name in superset[module] for module, name, _ in traverse(subset))


def tree_size(tree):
    return sum(math.prod(x.shape) for x in jax.tree.leaves(tree))


def tree_bytes(tree):
    return sum(math.prod(x.shape) * x.dtype.itemsize for x in jax.tree.leaves(tree))


def to_haiku_dict(structure):
    return {module: dict(entries) for module, entries in structure.items()}


to_mutable_dict = to_immutable_dict = to_haiku_dict
