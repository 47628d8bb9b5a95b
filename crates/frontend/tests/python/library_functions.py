"""`functools` and `operator`."""

import functools
import operator
from functools import cache, cached_property, cmp_to_key, lru_cache, partial, partialmethod, reduce, singledispatch
from functools import singledispatchmethod, total_ordering, wraps


class Data:
    def __init__(self, values):
        self.values = values

    @cached_property
    def total(self):
        """Computed once."""
        print("computing")
        return sum(self.values)

    @property
    def twice(self):
        return 2 * self.total


d = Data([1, 2, 3])
print(d.total, d.total, d.twice, "total" in d.__dict__)
d.total = 10
print(d.total)
del d.total
print(d.total)


class Cell:
    def __init__(self):
        self.alive = False

    def set_state(self, state, note="-"):
        self.alive = state
        return (state, note)

    set_alive = partialmethod(set_state, True)
    set_dead = partialmethod(set_state, False, note="x")


c = Cell()
print(c.set_alive(), c.alive, c.set_dead(), c.alive, c.set_alive("why"))


@lru_cache(maxsize=2)
def slow(n, k=0):
    print("slow", n, k)
    return n * 10 + k


print(slow(1), slow(1), slow(2), slow(3), slow(1), slow(3, k=1))
print(slow.cache_info())
slow.cache_clear()
print(slow.cache_info(), slow.__name__, slow.__wrapped__(5))


@cache
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


print(fib(80), fib.cache_info().currsize)


@lru_cache
def plain(x):
    return [x]


print(plain(1) is plain(1), plain.cache_info())


def logged(prefix):
    def decorate(function):
        @wraps(function)
        def inner(*args, **kwargs):
            """Inner."""
            print(prefix, function.__name__, args, kwargs)
            return function(*args, **kwargs)

        return inner

    return decorate


@logged(">")
def add(a, b=2):
    """Adds."""
    return a + b


print(add(1), add(1, b=5), add.__name__, add.__doc__, add.__wrapped__(3))
print(reduce(lambda a, b: a * b, range(1, 6)), reduce(operator.add, [[1], [2]], [0]), reduce(max, [3], 5))


@singledispatch
def show(value, verbose=False):
    return f"object {value}"


@show.register(int)
def _(value, verbose=False):
    return f"int {value} {verbose}"


@show.register
def _(value: list, verbose=False):
    return "list " + ", ".join(show(v) for v in value)


@show.register(float)
@show.register(tuple)
def _(value, verbose=False):
    return f"float or tuple {value}"


class Base:
    pass


class Derived(Base):
    pass


show.register(Base, lambda value, verbose=False: "base")
print(show("x"), show(1, verbose=True), show([1, "a", 2.5]), show((1,)), show(Derived()), show(True))


class Format:
    @singledispatchmethod
    def of(self, value):
        return "other"

    @of.register
    def _(self, value: int):
        return f"int {value}"

    @of.register(str)
    def _(self, value):
        return f"str {value}"


print(Format().of(1), Format().of("s"), Format().of(None))
print(sorted([3, 1, 2], key=cmp_to_key(lambda a, b: b - a)))
print(sorted(["bb", "a", "ccc"], key=cmp_to_key(lambda a, b: len(a) - len(b)), reverse=True))


@total_ordering
class Version:
    def __init__(self, *parts):
        self.parts = parts

    def __eq__(self, other):
        return self.parts == other.parts

    def __lt__(self, other):
        return self.parts < other.parts


a, b = Version(1, 2), Version(1, 3)
print(a < b, a <= b, a > b, a >= b, a != b, max(a, b).parts, sorted([b, a])[0].parts)

basetwo = partial(int, base=2)
print(basetwo("1011"), basetwo.func is int, basetwo.keywords, partial(partial(print, 1), 2)(3, sep="-"))
print(functools.partial(max, key=len)("a", "bbb", "cc"))

print(operator.itemgetter(1)([5, 6]), operator.itemgetter("a", "b")({"a": 1, "b": 2}), operator.attrgetter("real")(5))
print(operator.methodcaller("split", ",")("a,b"), operator.methodcaller("format", x=1)("{x}"))
print(operator.neg(3), operator.not_([]), operator.truth([]), operator.contains([1, 2], 2), operator.concat([1], [2]))
print(operator.lshift(1, 4), operator.rshift(16, 2), operator.invert(5), operator.index(True), operator.is_(None, None))
print(operator.countOf([1, 2, 1], 1), operator.indexOf("abc", "c"), operator.pow(2, 10), operator.truediv(1, 4))
items = [3, 4]
operator.setitem(items, 0, "x")
operator.delitem(items, 1)
print(items, operator.iadd(items, [1]), items)
print(sorted([("b", 2), ("a", 2), ("c", 1)], key=operator.itemgetter(1)))
