class Counter:
    def __init__(self, iterable=None, /, **counts):
        self._counts = {}
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
        pairs = sorted(self._counts.items(), key=lambda pair: pair[1], reverse=True)
        return pairs if n is None else pairs[:n]

    def elements(self):
        return iter([key for key, count in self._counts.items() for _ in range(count)])

    def total(self):
        return sum(self._counts.values())

    def copy(self):
        return Counter(self._counts)

    def keys(self):
        return self._counts.keys()

    def values(self):
        return self._counts.values()

    def items(self):
        return self._counts.items()

    def get(self, key, default=None):
        return self._counts.get(key, default)

    def pop(self, key, *default):
        return self._counts.pop(key, *default)

    def setdefault(self, key, default=None):
        return self._counts.setdefault(key, default)

    def clear(self):
        self._counts.clear()

    def __getitem__(self, key):
        return self._counts.get(key, 0)

    def __setitem__(self, key, count):
        self._counts[key] = count

    def __delitem__(self, key):
        self._counts.pop(key, None)

    def __len__(self):
        return len(self._counts)

    def __iter__(self):
        return iter(self._counts)

    def __contains__(self, key):
        return key in self._counts

    def __eq__(self, other):
        if isinstance(other, Counter):
            return all(self[key] == other[key] for key in [*self, *other])
        return self._counts == other

    def __add__(self, other):
        counts = {key: self[key] + other[key] for key in [*self, *other]}
        return Counter({key: count for key, count in counts.items() if count > 0})

    def __sub__(self, other):
        counts = {key: self[key] - other[key] for key in [*self, *other]}
        return Counter({key: count for key, count in counts.items() if count > 0})

    def __repr__(self):
        if not self._counts:
            return "Counter()"
        return "Counter(" + repr(dict(self.most_common())) + ")"


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
        return isinstance(other, deque) and self._items == other._items

    def __add__(self, other):
        return deque(self._items + other._items, self.maxlen)

    def __iadd__(self, other):
        self.extend(other)
        return self

    def __repr__(self):
        end = "" if self.maxlen is None else ", maxlen=" + repr(self.maxlen)
        return "deque(" + repr(self._items) + end + ")"


def groupby(iterable, key=None):
    groups = []
    for value in iterable:
        of = value if key is None else key(value)
        if groups and groups[-1][0] == of:
            groups[-1][1].append(value)
        else:
            groups.append((of, [value]))
    return iter([(of, iter(values)) for of, values in groups])


def dropwhile(predicate, iterable):
    values = list(iterable)
    for at, value in enumerate(values):
        if not predicate(value):
            return iter(values[at:])
    return iter(())


def _less_or_equal(self, other):
    less = type(self).__lt__(self, other)
    return less if less is NotImplemented else less or self == other


def _greater(self, other):
    less = type(self).__lt__(self, other)
    return less if less is NotImplemented else not less and self != other


def _greater_or_equal(self, other):
    less = type(self).__lt__(self, other)
    return less if less is NotImplemented else not less


def _swapped(name):
    def method(self, other):
        return getattr(type(other), name)(other, self)

    return method


def total_ordering(cls):
    if hasattr(cls, "__lt__"):
        made = {"__le__": _less_or_equal, "__gt__": _greater, "__ge__": _greater_or_equal}
    elif hasattr(cls, "__gt__"):
        cls.__lt__ = _swapped("__gt__")
        made = {"__le__": _less_or_equal, "__ge__": _greater_or_equal}
    elif hasattr(cls, "__le__"):
        cls.__lt__ = lambda self, other: type(self).__le__(self, other) and self != other
        made = {"__gt__": _greater, "__ge__": _greater_or_equal}
    elif hasattr(cls, "__ge__"):
        cls.__lt__ = lambda self, other: not type(self).__ge__(self, other)
        made = {"__le__": _less_or_equal, "__gt__": _greater}
    else:
        raise ValueError("must define at least one ordering operation: < > <= >=")
    for name, method in made.items():
        if not hasattr(cls, name):
            setattr(cls, name, method)
    return cls


def make_tuple(cls, iterable):
    return cls(*iterable)


def compress(data, selectors):
    return iter([value for value, wanted in zip(data, selectors) if wanted])


def lru_cache(function):
    known = {}

    def cached(*args, **keywords):
        key = (args, tuple(sorted(keywords.items())))
        if key not in known:
            known[key] = function(*args, **keywords)
        return known[key]

    cached.cache_clear = known.clear
    return wraps(function)(cached)


def wraps(wrapped):
    def decorate(function):
        for name in ("__name__", "__qualname__", "__doc__"):
            setattr(function, name, getattr(wrapped, name, None))
        function.__wrapped__ = wrapped
        return function

    return decorate
