"""Dataclasses, named tuples, enums, abstract classes and the special methods of classes, in what is less common."""

import abc
import dataclasses
import enum
import functools
import operator
import typing
from collections import namedtuple
from dataclasses import KW_ONLY, InitVar, dataclass, field


def told(call):
    try:
        print(call())
    except Exception as error:
        print(type(error).__name__, error)


@dataclass(order=True)
class Card:
    sort_index: int = field(init=False, repr=False)
    rank: int
    suit: str = "x"
    tags: list = field(default_factory=list, compare=False)

    def __post_init__(self):
        self.sort_index = self.rank


a, b = Card(3), Card(2, "y", ["t"])
print(a, b, a > b, sorted([a, b]))
print(dataclasses.asdict(b), dataclasses.astuple(a))
print(dataclasses.replace(b, rank=9), [f.name for f in dataclasses.fields(Card)], Card.__match_args__)
told(lambda: Card())
told(lambda: dataclasses.replace(b, sort_index=3))
told(lambda: dataclasses.asdict(3))
print(dataclasses.asdict(b, dict_factory=lambda pairs: sorted(pairs, key=str)), dataclasses.astuple(b, tuple_factory=list))


@dataclass(frozen=True, kw_only=True)
class Frozen:
    a: int
    c: int
    b: int = 2


print(Frozen(a=1, c=2), hash(Frozen(a=1, c=0)) == hash(Frozen(a=1, c=0)))
told(lambda: Frozen(1))
told(lambda: Frozen())
told(lambda: setattr(Frozen(a=1, c=2), "a", 3))


@dataclass
class Base:
    x: int
    y: InitVar[int] = 3
    z: typing.ClassVar[int] = 5

    def __post_init__(self, y):
        self.w = y


@dataclass
class Sub(Base):
    q: list = field(default_factory=list, kw_only=True)
    _: KW_ONLY
    k: int = 4


s = Sub(1, 7)
print(s, s.w, Sub.z, s.k, Sub(2, k=9, q=[1]), [f.name for f in dataclasses.fields(s)])
told(lambda: Sub(1, 2, 3))


@dataclass(slots=True)
class Slotted:
    a: int = 1


told(lambda: setattr(Slotted(), "b", 3))
told(lambda: Slotted(5))


@dataclass
class Three:
    a: int
    b: int
    c: int


told(lambda: Three())
told(lambda: Three(1, c=2))


def bad_order():
    @dataclass
    class Bad:
        a: int = 1
        b: int

    return Bad


told(bad_order)


class Pair(typing.NamedTuple):
    a: int
    b: str = "q"

    def both(self):
        return (self.b, self.a)


p = Pair(1)
print(p, p.both(), p._fields, p._field_defaults, p._make([3, "z"]), Pair.__doc__, p._replace(a=5))
Renamed = namedtuple("Renamed", ["x", "class", "x", "_y", "1a"], rename=True, defaults=(1,))
print(Renamed._fields, Renamed(1, 2, 3, 4))
for names in ["x x", "1a", "class", "_a", "a-b"]:
    told(lambda: namedtuple("Named", names))
told(lambda: namedtuple("1", "a"))


class Color(enum.Enum):
    RED = 1
    GREEN = 2


told(lambda: setattr(Color, "RED", 3))
Color.extra = 5
print(Color.extra, list(Color), Color.RED.value)


class Shape(abc.ABC):
    @property
    @abc.abstractmethod
    def area(self): ...

    @abc.abstractmethod
    def name(self):
        return "shape"


class Square(Shape):
    def __init__(self, s):
        self.s = s

    @property
    def area(self):
        return self.s**2

    def name(self):
        return super().name() + "/square"


told(Shape)
print(Square(3).area, Square(2).name(), sorted(Shape.__abstractmethods__), Square.__abstractmethods__)


class Counted:
    def __init__(self, f):
        functools.update_wrapper(self, f)
        self.f, self.n = f, 0

    def __call__(self, *args):
        self.n += 1
        return self.f(*args)


@Counted
def counted(x):
    "Doubles."
    return 2 * x


print(counted(1), counted(2), counted.n, counted.__name__, counted.__doc__, counted.__wrapped__(4))


def wrapping(f):
    @functools.wraps(f)
    def inner(*args):
        return f(*args)

    return inner


@wrapping
def annotated(x: int, y: "text" = 3, *z: float) -> str: ...


print(annotated.__annotations__, annotated.__wrapped__.__annotations__)


class Number:
    def __int__(self):
        return 7

    def __index__(self):
        return 3

    def __getitem__(self, at):
        if at > 2:
            raise IndexError(at)
        return at


n = Number()
print("%d %x %i" % (n, n, n), hex(n), list(n), [10, 20, 30, 40][n])
told(lambda: "%d" % object())
told(lambda: list(reversed(n)))


def positional(a, b, /, c, *, d=0, e=0): ...


told(lambda: positional(1, 2, 3, 4, d=5))
told(lambda: positional(1, 2, 3, 4, 5, d=5, e=6))
told(lambda: positional(1, 2, 3, 4))


@functools.singledispatch
def kind(x):
    return "object"


@kind.register
def _(x: int):
    return "int"


@kind.register(list)
@kind.register(tuple)
def _(x):
    return "sequence"


print(kind(True), kind([]), kind(()), kind("s"), kind.dispatch(bool)(1), kind.dispatch(str)("a"))
print(operator.abs(-1), operator.inv(5), operator.isub(5, 2), operator.__add__(1, 2), operator.iconcat([1], [2]))
print(operator.call(max, 1, 2), operator.length_hint([1, 2]), operator.ior({1}, {2}), operator.__not__(3))
