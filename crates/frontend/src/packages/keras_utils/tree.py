# keras.tree: lists, tuples and dicts nested in each other, whose other values, None among them, are the leaves.

MAP_TO_NONE = "MAP_TO_NONE"


def is_nested(structure):
    """Whether a value is a list, a tuple or a dict."""
    return isinstance(structure, (list, tuple, dict))


def _items(structure):
    """Keys or places with their values, a dict's in the order of its keys."""
    if isinstance(structure, dict):
        return [(key, structure[key]) for key in sorted(structure)]
    return list(enumerate(structure))


def _like(structure, values):
    """The values in the place of those of the structure itself."""
    if isinstance(structure, dict):
        of_key = {key: value for (key, _), value in zip(_items(structure), values)}
        return {key: of_key[key] for key in structure}
    if hasattr(structure, "_fields"):
        return type(structure)(*values)
    return tuple(values) if isinstance(structure, tuple) else list(values)


def flatten(structure):
    """The leaves, those of dicts in the order of their keys."""
    if not is_nested(structure):
        return [structure]
    return [leaf for _, value in _items(structure) for leaf in flatten(value)]


def flatten_with_path(structure):
    """Pairs of a leaf's path, a tuple of keys and places, and the leaf."""
    if not is_nested(structure):
        return [((), structure)]
    items = _items(structure)
    return [((key, *path), leaf) for key, value in items for path, leaf in flatten_with_path(value)]


def _same_node(a, b, check_types=True):
    if isinstance(a, dict):
        return isinstance(b, dict) and sorted(a) == sorted(b)
    return (type(a) == type(b) or not check_types and not isinstance(b, dict)) and len(a) == len(b)


def assert_same_structure(a, b, check_types=True):
    """Raises a ValueError unless both are nested alike, in containers of the same types if those are checked."""
    if is_nested(a) != is_nested(b):
        raise ValueError(f"the structures do not match: {a} and {b}")
    if is_nested(a):
        if not _same_node(a, b, check_types):
            raise ValueError(f"the structures do not match: {a} and {b}")
        for (_, first), (_, second) in zip(_items(a), _items(b)):
            assert_same_structure(first, second, check_types)


def assert_same_paths(a, b):
    """Raises a ValueError unless both have leaves at the same paths."""
    paths = [{path for path, _ in flatten_with_path(structure)} for structure in (a, b)]
    if paths[0] != paths[1]:
        raise ValueError("the structures do not have the same paths")


def map_structure(func, *structures, none_is_leaf=True):
    """The structure with the results of a function of the leaves in the place of the leaves."""
    if not structures:
        raise ValueError("map_structure takes at least one structure")
    for other in structures[1:]:
        assert_same_structure(structures[0], other)
    return _mapped(func, structures, none_is_leaf)


def _mapped(func, structures, none_is_leaf):
    first = structures[0]
    if not is_nested(first):
        return None if first is None and not none_is_leaf else func(*structures)
    values = zip(*[[value for _, value in _items(structure)] for structure in structures])
    return _like(first, [_mapped(func, each, none_is_leaf) for each in values])


def map_structure_up_to(shallow_structure, func, *structures):
    """As map_structure, with what stands in the place of the shallow structure's leaves as leaves."""
    if not structures:
        raise ValueError("map_structure_up_to takes at least one structure")
    if not is_nested(shallow_structure):
        return func(*structures)
    for structure in structures:
        if not is_nested(structure) or not _same_node(shallow_structure, structure, True):
            raise ValueError(f"the structure {structure} does not begin like {shallow_structure}")
    inner = [[value for _, value in _items(structure)] for structure in structures]
    shallow = [value for _, value in _items(shallow_structure)]
    results = [map_structure_up_to(each, func, *values) for each, *values in zip(shallow, *inner)]
    return _like(shallow_structure, results)


def pack_sequence_as(structure, flat_sequence):
    """The structure with the values of a flat list as leaves."""
    flat = list(flat_sequence) if is_nested(flat_sequence) else [flat_sequence]
    count = len(flatten(structure))
    if count != len(flat):
        raise ValueError(f"the structure has {count} leaves, the flat sequence {len(flat)} elements")
    rest = iter(flat)
    return map_structure(lambda _: next(rest), structure)


def lists_to_tuples(structure):
    """The structure with tuples in the place of lists."""
    if not is_nested(structure):
        return structure
    values = [lists_to_tuples(value) for _, value in _items(structure)]
    return tuple(values) if isinstance(structure, list) else _like(structure, values)


def _is_shape(structure):
    return isinstance(structure, (list, tuple)) and all(size is None or isinstance(size, int) for size in structure)


def map_shape_structure(func, structure):
    """As map_structure, with shapes (tuples of sizes) as leaves."""
    if _is_shape(structure):
        return func(tuple(structure))
    if not is_nested(structure):
        raise ValueError(f"{structure} is no shape and holds none")
    return _like(structure, [map_shape_structure(func, value) for _, value in _items(structure)])


def traverse(func, structure, top_down=True):
    """Calls a function on the structure and all that is in it; a result other than None takes its place."""
    def result(value, otherwise):
        given = func(value)
        return otherwise(value) if given is None else None if isinstance(given, str) and given == MAP_TO_NONE else given

    def inside(value):
        if not is_nested(value):
            return value
        return _like(value, [traverse(func, each, top_down) for _, each in _items(value)])

    return result(structure, inside) if top_down else result(inside(structure), lambda value: value)
