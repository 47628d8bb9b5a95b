_dict = dict


class Counter(dict):
    def __init__(self, iterable=None, /, **counts):
        super().__init__()
        self.update(iterable, **counts)

    def _change(self, sign, iterable, counts):
        if iterable is not None:
            if hasattr(iterable, "items"):
                for key, count in iterable.items():
                    self[key] = self[key] + sign * count
            else:
                for key in iterable:
                    self[key] = self[key] + sign
        for key, count in counts.items():
            self[key] = self[key] + sign * count

    def update(self, iterable=None, /, **counts):
        self._change(1, iterable, counts)

    def subtract(self, iterable=None, /, **counts):
        self._change(-1, iterable, counts)

    def most_common(self, n=None):
        pairs = sorted(self.items(), key=lambda pair: pair[1], reverse=True)
        return pairs if n is None else pairs[: max(n, 0)]

    def elements(self):
        return iter([key for key, count in self.items() for _ in range(count)])

    def total(self):
        return sum(self.values())

    def copy(self):
        return Counter(self)

    def __missing__(self, key):
        return 0

    def __delitem__(self, key):
        self.pop(key, None)

    def _kept(self, other, combine):
        counts = {key: combine(self[key], other[key]) for key in dict.fromkeys([*self, *other])}
        return Counter({key: count for key, count in counts.items() if count > 0})

    def __eq__(self, other):
        if isinstance(other, Counter):
            return all(self[key] == other[key] for key in [*self, *other])
        return dict(self) == other

    def __le__(self, other):
        return all(self[key] <= other[key] for key in [*self, *other])

    def __ge__(self, other):
        return all(self[key] >= other[key] for key in [*self, *other])

    def __add__(self, other):
        return self._kept(other, lambda a, b: a + b)

    def __sub__(self, other):
        return self._kept(other, lambda a, b: a - b)

    def __or__(self, other):
        return self._kept(other, max)

    def __and__(self, other):
        return self._kept(other, min)

    def __pos__(self):
        return self._kept(Counter(), lambda a, b: a)

    def __neg__(self):
        return self._kept(Counter(), lambda a, b: -a)

    def __iadd__(self, other):
        counts = self + other
        self.clear()
        self.update(counts)
        return self

    def __isub__(self, other):
        counts = self - other
        self.clear()
        self.update(counts)
        return self

    def __repr__(self):
        if not self:
            return "Counter()"
        return "Counter(" + repr(dict(self.most_common())) + ")"


class defaultdict(dict):
    # JAX takes its instances apart, as it does dicts.
    _is_tree_node = True

    def __init__(self, default_factory=None, /, *args, **entries):
        if default_factory is not None and not callable(default_factory):
            raise TypeError("first argument must be callable or None")
        self.default_factory = default_factory
        super().__init__(*args, **entries)

    def __missing__(self, key):
        if self.default_factory is None:
            raise KeyError(key)
        self[key] = value = self.default_factory()
        return value

    def copy(self):
        return defaultdict(self.default_factory, self)

    def __or__(self, other):
        return defaultdict(self.default_factory, {**self, **other})

    def __repr__(self):
        return f"defaultdict({self.default_factory!r}, {dict(self)!r})"


class ChainMap:
    def __init__(self, *maps):
        self.maps = list(maps) or [{}]

    def __getitem__(self, key):
        for mapping in self.maps:
            if key in mapping:
                return mapping[key]
        raise KeyError(key)

    def _merged(self):
        merged = {}
        for mapping in reversed(self.maps):
            merged.update(mapping)
        return merged

    def get(self, key, default=None):
        return self[key] if key in self else default

    def keys(self):
        return self._merged().keys()

    def values(self):
        return [self[key] for key in self._merged()]

    def items(self):
        return [(key, self[key]) for key in self._merged()]

    def new_child(self, m=None):
        return ChainMap({} if m is None else m, *self.maps)

    @property
    def parents(self):
        return ChainMap(*self.maps[1:])

    def __setitem__(self, key, value):
        self.maps[0][key] = value

    def __delitem__(self, key):
        del self.maps[0][key]

    def __contains__(self, key):
        return any(key in mapping for mapping in self.maps)

    def __len__(self):
        return len(self._merged())

    def __iter__(self):
        return iter(self._merged())

    def __repr__(self):
        return "ChainMap(" + ", ".join(map(repr, self.maps)) + ")"


class deque:
    def __init__(self, iterable=(), maxlen=None):
        self._items = []
        self.maxlen = maxlen
        self.extend(iterable)

    def append(self, x):
        self._items.append(x)
        if self.maxlen is not None and len(self._items) > self.maxlen:
            del self._items[0]

    def appendleft(self, x):
        self._items.insert(0, x)
        if self.maxlen is not None and len(self._items) > self.maxlen:
            del self._items[-1]

    def extend(self, iterable):
        for x in iterable:
            self.append(x)

    def extendleft(self, iterable):
        for x in iterable:
            self.appendleft(x)

    def pop(self):
        if not self._items:
            raise IndexError("pop from an empty deque")
        return self._items.pop()

    def popleft(self):
        if not self._items:
            raise IndexError("pop from an empty deque")
        return self._items.pop(0)

    def rotate(self, n=1):
        if self._items:
            at = -n % len(self._items)
            self._items = self._items[at:] + self._items[:at]

    def insert(self, at, x):
        if self.maxlen is not None and len(self._items) >= self.maxlen:
            raise IndexError("deque already at its maximum size")
        self._items.insert(at, x)

    def remove(self, value):
        if value not in self._items:
            raise ValueError("deque.remove(x): x not in deque")
        self._items.remove(value)

    def index(self, value, *bounds):
        return self._items.index(value, *bounds)

    def count(self, value):
        return self._items.count(value)

    def reverse(self):
        self._items.reverse()

    def clear(self):
        self._items.clear()

    def copy(self):
        return deque(self._items, self.maxlen)

    def __getitem__(self, at):
        if isinstance(at, slice):
            raise TypeError("sequence index must be integer, not 'slice'")
        if not -len(self._items) <= at < len(self._items):
            raise IndexError("deque index out of range")
        return self._items[at]

    def __setitem__(self, at, value):
        self._items[at] = value

    def __delitem__(self, at):
        del self._items[at]

    def __len__(self):
        return len(self._items)

    def __iter__(self):
        return iter(self._items)

    def __reversed__(self):
        return reversed(self._items)

    def __contains__(self, value):
        return value in self._items

    def __eq__(self, other):
        return self._items == other._items if isinstance(other, deque) else NotImplemented

    def __lt__(self, other):
        return self._items < other._items if isinstance(other, deque) else NotImplemented

    def __le__(self, other):
        return self._items <= other._items if isinstance(other, deque) else NotImplemented

    def __gt__(self, other):
        return self._items > other._items if isinstance(other, deque) else NotImplemented

    def __ge__(self, other):
        return self._items >= other._items if isinstance(other, deque) else NotImplemented

    __hash__ = None

    def __add__(self, other):
        return deque(self._items + other._items, self.maxlen)

    def __iadd__(self, other):
        self.extend(other)
        return self

    def __repr__(self):
        end = "" if self.maxlen is None else ", maxlen=" + repr(self.maxlen)
        return "deque(" + repr(self._items) + end + ")"


class OrderedDict(dict):
    # JAX takes its instances apart, as it does dicts.
    _is_tree_node = True

    def __init__(self, iterable=(), /, **entries):
        super().__init__(iterable, **entries)

    def move_to_end(self, key, last=True):
        value = self[key]
        if last:
            del self[key]
            self[key] = value
            return
        others = [(other, held) for other, held in self.items() if other != key]
        self.clear()
        self[key] = value
        self.update(others)

    def popitem(self, last=True):
        if not self:
            raise KeyError("dictionary is empty")
        key = next(reversed(self)) if last else next(iter(self))
        return key, self.pop(key)

    def copy(self):
        return type(self)(self)

    @classmethod
    def fromkeys(cls, iterable, value=None):
        return cls((key, value) for key in iterable)

    def __eq__(self, other):
        same = dict(self) == (dict(other) if isinstance(other, OrderedDict) else other)
        return same and (not isinstance(other, OrderedDict) or list(self) == list(other))

    def __or__(self, other):
        return type(self)({**self, **other})

    def __ror__(self, other):
        return type(self)({**other, **self})

    def __repr__(self):
        return f"{type(self).__name__}({list(self.items())!r})" if self else f"{type(self).__name__}()"


class UserDict:
    def __init__(self, dict=None, /, **entries):
        self.data = {}
        if dict is not None:
            self.update(dict)
        self.update(entries)

    def update(self, other=(), /, **entries):
        for key, value in {**_dict(other), **entries}.items():
            self[key] = value

    def __getitem__(self, key):
        if key in self.data:
            return self.data[key]
        if hasattr(type(self), "__missing__"):
            return type(self).__missing__(self, key)
        raise KeyError(key)

    def __setitem__(self, key, item):
        self.data[key] = item

    def __delitem__(self, key):
        del self.data[key]

    def __contains__(self, key):
        return key in self.data

    def __iter__(self):
        return iter(self.data)

    def __len__(self):
        return len(self.data)

    def __eq__(self, other):
        return self.data == (other.data if isinstance(other, UserDict) else other)

    def __or__(self, other):
        return type(self)({**self.data, **other})

    def __repr__(self):
        return repr(self.data)

    def get(self, key, default=None):
        return self[key] if key in self else default

    def setdefault(self, key, default=None):
        if key in self:
            return self[key]
        self[key] = default
        return default

    def pop(self, key, *default):
        if key not in self:
            if default:
                return default[0]
            raise KeyError(key)
        value = self[key]
        del self[key]
        return value

    def clear(self):
        self.data.clear()

    def copy(self):
        return type(self)(self.data)

    def keys(self):
        return self.data.keys()

    def values(self):
        return self.data.values()

    def items(self):
        return self.data.items()


class UserList:
    def __init__(self, initlist=None):
        self.data = list(initlist or [])

    def _of(self, other):
        return other.data if isinstance(other, UserList) else other

    def __getitem__(self, at):
        return type(self)(self.data[at]) if isinstance(at, slice) else self.data[at]

    def __setitem__(self, at, item):
        self.data[at] = item

    def __delitem__(self, at):
        del self.data[at]

    def __contains__(self, item):
        return item in self.data

    def __iter__(self):
        return iter(self.data)

    def __len__(self):
        return len(self.data)

    def __eq__(self, other):
        return self.data == self._of(other)

    def __lt__(self, other):
        return self.data < self._of(other)

    def __add__(self, other):
        return type(self)(self.data + list(self._of(other)))

    def __radd__(self, other):
        return type(self)(list(self._of(other)) + self.data)

    def __mul__(self, n):
        return type(self)(self.data * n)

    def __repr__(self):
        return repr(self.data)

    def append(self, item):
        self.data.append(item)

    def insert(self, i, item):
        self.data.insert(i, item)

    def pop(self, i=-1):
        return self.data.pop(i)

    def remove(self, item):
        self.data.remove(item)

    def clear(self):
        self.data.clear()

    def copy(self):
        return type(self)(self.data)

    def count(self, item):
        return self.data.count(item)

    def index(self, item, *args):
        return self.data.index(item, *args)

    def reverse(self):
        self.data.reverse()

    def sort(self, /, **options):
        self.data.sort(**options)

    def extend(self, other):
        self.data.extend(self._of(other))
