"""flax.traverse_util: nested dicts as flat ones."""
from flax.core import FrozenDict


class _EmptyNode:
    pass


empty_node = _EmptyNode()


def _is_dict(x):
    return isinstance(x, (dict, FrozenDict))


def flatten_dict(xs, keep_empty_nodes=False, is_leaf=None, sep=None):
    if not _is_dict(xs):
        raise TypeError(f"flatten_dict takes a dict, not {type(xs).__name__}")
    flat = {}

    def walk(path, x):
        if not _is_dict(x) or is_leaf and is_leaf(path, x):
            flat[path if sep is None else sep.join(path)] = x
        elif len(x) > 0:
            for key, value in x.items():
                walk(path + (key,), value)
        elif keep_empty_nodes and path:
            flat[path if sep is None else sep.join(path)] = empty_node

    walk((), xs)
    return flat


def unflatten_dict(xs, sep=None):
    result = {}
    for path, value in xs.items():
        path = path if sep is None else path.split(sep)
        place = result
        for key in path[:-1]:
            place = place.setdefault(key, {})
        place[path[-1]] = {} if value is empty_node else value
    return result


def path_aware_map(f, nested_dict):
    flat = flatten_dict(nested_dict, keep_empty_nodes=True)
    return unflatten_dict({path: x if x is empty_node else f(path, x) for path, x in flat.items()})
