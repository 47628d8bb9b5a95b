"""flax.core: dicts that do not change."""
import jax


def _plain(xs):
    if isinstance(xs, FrozenDict):
        return xs._dict
    if isinstance(xs, dict):
        return {key: _plain(value) for key, value in xs.items()}
    return xs


def _lines(x, indent):
    if not isinstance(x, dict):
        return repr(x)
    if not x:
        return "{}"
    inner = indent + "    "
    return "{\n" + "".join(f"{inner}{key}: {_lines(value, inner)},\n" for key, value in x.items()) + indent + "}"


class FrozenDict:
    def __init__(self, *args, **kwargs):
        if len(args) == 1 and not kwargs:
            self._dict = _plain(args[0]) if isinstance(args[0], (dict, FrozenDict)) else _plain(dict(args[0]))
        else:
            self._dict = _plain(dict(*args, **kwargs))

    def __getitem__(self, key):
        value = self._dict[key]
        return FrozenDict(value) if isinstance(value, dict) else value

    def __setitem__(self, key, value):
        raise ValueError("FrozenDict is immutable.")

    def __contains__(self, key):
        return key in self._dict

    def __iter__(self):
        return iter(self._dict)

    def __len__(self):
        return len(self._dict)

    def __eq__(self, other):
        return isinstance(other, (dict, FrozenDict)) and self._dict == _plain(other)

    def __repr__(self):
        return self.pretty_repr()

    def pretty_repr(self, num_spaces=4):
        return f"FrozenDict({_lines(self._dict, '')})"

    def get(self, key, default=None):
        return self[key] if key in self._dict else default

    def keys(self):
        return self._dict.keys()

    def values(self):
        return [self[key] for key in self._dict]

    def items(self):
        return [(key, self[key]) for key in self._dict]

    def copy(self, add_or_replace={}):
        return FrozenDict({**self._dict, **_plain(add_or_replace)})

    def pop(self, key):
        rest = {name: value for name, value in self._dict.items() if name != key}
        return FrozenDict(rest), self[key]

    def unfreeze(self):
        return unfreeze(self)

    def tree_flatten_with_keys(self):
        names = sorted(self._dict)
        return tuple((jax.tree_util.DictKey(name), self._dict[name]) for name in names), tuple(names)

    @classmethod
    def tree_unflatten(cls, names, values):
        return cls(dict(zip(names, values)))


jax.tree_util.register_pytree_with_keys_class(FrozenDict)


def freeze(xs):
    return FrozenDict(xs)


def unfreeze(x):
    if isinstance(x, FrozenDict):
        x = x._dict
    return {key: unfreeze(value) for key, value in x.items()} if isinstance(x, dict) else x


def copy(x, add_or_replace={}):
    return x.copy(add_or_replace) if isinstance(x, FrozenDict) else {**unfreeze(x), **add_or_replace}


def pop(x, key):
    if isinstance(x, FrozenDict):
        return x.pop(key)
    rest = unfreeze(x)
    value = rest.pop(key)
    return rest, value


def pretty_repr(x, num_spaces=4):
    return x.pretty_repr() if isinstance(x, FrozenDict) else _lines(x, "")
