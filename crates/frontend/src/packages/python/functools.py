from collections import namedtuple as _namedtuple
from functools import partial, wraps

from __keramos__ import first_annotation as _first_annotation
from __keramos__ import keep as _keep

_CacheInfo = _namedtuple("CacheInfo", ["hits", "misses", "maxsize", "currsize"])


def update_wrapper(wrapper, wrapped, assigned=None, updated=None):
    """The wrapper with the name, documentation and attributes of what it wraps."""
    return wraps(wrapped)(wrapper)


def _cached(function, maxsize, typed):
    known = {}
    counts = {"hits": 0, "misses": 0}

    @wraps(function)
    def cached(*args, **keywords):
        key = (args, tuple(keywords.items()))
        if typed:
            key += (tuple(map(type, args)), tuple(map(type, keywords.values())))
        if key in known:
            counts["hits"] += 1
            if maxsize is not None:
                known[key] = known.pop(key)
            return known[key]
        counts["misses"] += 1
        result = function(*args, **keywords)
        if maxsize is None or maxsize > 0:
            known[key] = result
            if maxsize is not None and len(known) > maxsize:
                del known[next(iter(known))]
        return result

    def cache_clear():
        known.clear()
        counts["hits"] = counts["misses"] = 0

    cached.cache_clear = cache_clear
    cached.cache_info = lambda: _CacheInfo(counts["hits"], counts["misses"], maxsize, len(known))
    cached.cache_parameters = lambda: {"maxsize": maxsize, "typed": typed}
    return cached


def lru_cache(maxsize=128, typed=False):
    """A decorator that remembers the latest results."""
    if callable(maxsize):
        return _cached(maxsize, 128, typed)
    if maxsize is not None and maxsize < 0:
        maxsize = 0
    return lambda function: _cached(function, maxsize, typed)


def cache(user_function):
    """The function, which remembers its results."""
    return _cached(user_function, None, False)


class cached_property:
    def __init__(self, func):
        self.func = func
        self.attrname = None
        self.__doc__ = func.__doc__

    def __set_name__(self, owner, name):
        if self.attrname is None:
            self.attrname = name
        elif name != self.attrname:
            raise TypeError(
                f"Cannot assign the same cached_property to two different names ({self.attrname!r} and {name!r})."
            )

    def __get__(self, instance, owner=None):
        if instance is None:
            return self
        if self.attrname is None:
            raise TypeError("Cannot use cached_property instance without calling __set_name__ on it.")
        value = self.func(instance)
        _keep(instance, self.attrname, value)
        return value


class partialmethod:
    def __init__(self, func, /, *args, **keywords):
        self.func, self.args, self.keywords = func, args, keywords

    def __get__(self, instance, owner=None):
        function = self.func
        if isinstance(function, (classmethod, staticmethod)) or (instance is None and hasattr(function, "__get__")):
            function = function.__get__(instance, owner)
            return partial(function, *self.args, **self.keywords)
        if instance is None:
            return lambda self_, /, *args, **keywords: function(
                self_, *self.args, *args, **{**self.keywords, **keywords}
            )
        return partial(function, instance, *self.args, **self.keywords)


def cmp_to_key(mycmp):
    """A key for sorting by a function that compares."""

    class K:
        __slots__ = ["obj"]

        def __init__(self, obj):
            self.obj = obj

        def __lt__(self, other):
            return mycmp(self.obj, other.obj) < 0

        def __gt__(self, other):
            return mycmp(self.obj, other.obj) > 0

        def __eq__(self, other):
            return mycmp(self.obj, other.obj) == 0

        def __le__(self, other):
            return mycmp(self.obj, other.obj) <= 0

        def __ge__(self, other):
            return mycmp(self.obj, other.obj) >= 0

        __hash__ = None

    return K


def _dispatched(registry, fits):
    found = None
    for cls in registry:
        if fits(cls) and (found is None or issubclass(cls, found)):
            found = cls
    return registry[found]


def _registering(registry):
    def register(cls, func=None):
        if func is None:
            if not isinstance(cls, type):
                function = cls.__func__ if hasattr(cls, "__func__") else cls
                annotated = _first_annotation(function)
                if annotated is None:
                    raise TypeError(
                        f"Invalid first argument to `register()`: {cls!r}. Use either `@register(some_class)` or plain "
                        "`@register` on an annotated function."
                    )
                registry[annotated] = cls
                return cls
            return lambda function: register(cls, function)
        registry[cls] = func
        return func

    return register


def singledispatch(func):
    """A function whose implementation is chosen by the type of its first argument."""
    registry = {object: func}

    @wraps(func)
    def dispatching(*args, **keywords):
        if not args:
            raise TypeError(f"{func.__name__} requires at least 1 positional argument")
        return _dispatched(registry, lambda cls: isinstance(args[0], cls))(*args, **keywords)

    dispatching.dispatch = lambda cls: _dispatched(registry, lambda known: issubclass(cls, known))
    dispatching.register = _registering(registry)
    dispatching.registry = registry
    return dispatching


class singledispatchmethod:
    def __init__(self, func):
        self.func = func
        self._registry = {object: func}
        self.register = _registering(self._registry)

    def __get__(self, instance, owner=None):
        def dispatching(*args, **keywords):
            method = _dispatched(self._registry, lambda cls: isinstance(args[0], cls))
            if isinstance(method, classmethod):
                return method.__func__(owner, *args, **keywords)
            if isinstance(method, staticmethod):
                return method(*args, **keywords)
            return method(instance, *args, **keywords)

        return dispatching


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
    """The class with the comparisons that it lacks."""
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
