# Finding, changing and mapping what states hold.


class NamedTupleKey(namedtuple("NamedTupleKey", ["tuple_name", "name"])):
    """A field of a named tuple, in the path to a value."""

    def __str__(self):
        return f"{self.tuple_name}.{self.name}"


def _is_named_tuple(x):
    return isinstance(x, tuple) and hasattr(x, "_fields")


def _parts(node):
    """The parts of a dict, a named tuple or a sequence, each with its key and its entry in a path."""
    if _is_named_tuple(node):
        return [(name, NamedTupleKey(type(node).__name__, name), part) for name, part in zip(node._fields, node)]
    if isinstance(node, dict):
        return [(key, jax.tree_util.DictKey(key), part) for key, part in node.items()]
    if isinstance(node, (tuple, list)):
        return [(None, jax.tree_util.SequenceKey(i), part) for i, part in enumerate(node)]
    return []


def _has(node, key):
    """Whether the node holds a value of that name, or is a named tuple of that class."""
    if _is_named_tuple(node):
        return key in node._fields or type(node).__name__ == key
    return isinstance(node, dict) and key in node


def _holders(node, key, path=()):
    """The nodes that have the key and are in no other such node, with their paths."""
    if _has(node, key):
        return [(path, node)]
    return [found for _, entry, part in _parts(node) for found in _holders(part, key, path + (entry,))]


def _found(tree, key):
    holders, found = _holders(tree, key), []
    for path, node in holders:
        named = [(path + (entry,), part) for name, entry, part in _parts(node) if name == key]
        found += [(path, node)] if _is_named_tuple(node) and type(node).__name__ == key else named
    for path, node in holders:
        for _, entry, part in _parts(node):
            found += [(path + (entry,) + rest, value) for rest, value in _found(part, key)]
    return found


def tree_get_all_with_path(tree, key, filtering=None):
    """The values of that name in a state, each after its path."""
    return [(path, value) for path, value in _found(tree, key) if filtering is None or filtering(path, value)]


def tree_get(tree, key, default=None, filtering=None):
    """The field or entry of that name, or the named tuple of that class, anywhere in a state."""
    found = tree_get_all_with_path(tree, key, filtering)
    if len(found) > 1:
        raise KeyError(f"Found multiple values for '{key}' in {tree}.")
    return found[0][1] if found else default


def tree_set(tree, filtering=None, /, **kwargs):
    """The state with other values in the fields and entries of these names."""
    for key in kwargs:
        if not tree_get_all_with_path(tree, key, filtering):
            chosen = " given the filtering operation" if filtering else ""
            raise KeyError(f"Found no values matching '{key}'{chosen} in {tree}")

    def fits(path, value):
        return filtering is None or filtering(path, value)

    def replaced(path, node):
        if not any(_has(node, key) for key in kwargs):
            return node
        if _is_named_tuple(node) and type(node).__name__ in kwargs and fits(path, node):
            return kwargs[type(node).__name__]
        new = {}
        for name, entry, part in _parts(node):
            here = path + (entry,)
            new[name] = kwargs[name] if name in kwargs and fits(here, part) else replaced(here, part)
        return node._replace(**new) if _is_named_tuple(node) else new

    def walked(path, node):
        parts = _parts(node)
        if not parts or any(_has(node, key) for key in kwargs):
            return replaced(path, node)
        new = [walked(path + (entry,), part) for _, entry, part in parts]
        if _is_named_tuple(node):
            return type(node)(*new)
        return dict(zip(node, new)) if isinstance(node, dict) else type(node)(new)

    return walked((), tree)


_OfParams = namedtuple("_OfParams", [])


def tree_map_params(
    initable, f, state, /, *rest, transform_non_params=None, is_leaf=None
):
    """The function on those parts of a state that are trees like the parameters."""
    init = initable if callable(initable) else initable.init

    def mapped(place, value):
        if isinstance(place, _OfParams):
            return _map(f, value, *rest, is_leaf=is_leaf)
        return value if transform_non_params is None else transform_non_params(value)

    return _map(mapped, init(_OfParams()), state, is_leaf=lambda x: isinstance(x, _OfParams))
