"""`typing`, `abc` and `dataclasses` as programs use them."""

import abc
import dataclasses
import typing
from abc import ABC, abstractmethod
from dataclasses import dataclass, field, fields, replace
from typing import Any, Callable, ClassVar, Dict, Generic, List, Literal, NamedTuple, Optional, Protocol, Tuple, TypedDict
from typing import TypeVar, Union, cast, overload, runtime_checkable

T = TypeVar("T")
K = TypeVar("K", bound=int)


class Stack(Generic[T]):
    def __init__(self) -> None:
        self.items: List[T] = []

    def push(self, item: T) -> "Stack[T]":
        self.items.append(item)
        return self


class IntStack(Stack[int]):
    def total(self) -> int:
        return sum(self.items)


print(Stack[int]().push(1).items, IntStack().push(2).push(3).total(), isinstance(IntStack(), Stack))


class Movie(TypedDict):
    title: str
    year: int


class Partial(TypedDict, total=False):
    rating: float


m: Movie = {"title": "x", "year": 1}
print(Movie(title="y", year=2), m["title"], Partial(), isinstance(m, dict))


class Point(NamedTuple):
    """A point."""

    x: int
    y: int = 0

    def norm(self) -> float:
        return (self.x**2 + self.y**2) ** 0.5

    @property
    def flipped(self) -> "Point":
        return Point(self.y, self.x)


p = Point(3, 4)
print(p, p.norm(), p.flipped, p._replace(x=0), Point(1), p.x + p[1], Point._fields, p == (3, 4), Point(*[5, 6]))


@runtime_checkable
class Shape(Protocol):
    def area(self) -> float: ...


class Square:
    def __init__(self, side: float):
        self.side = side

    def area(self) -> float:
        return self.side**2


def total(shapes: List[Shape]) -> float:
    return sum(shape.area() for shape in shapes)


print(total([Square(2), Square(3)]))


@overload
def double(x: int) -> int: ...
@overload
def double(x: str) -> str: ...
def double(x):
    return x * 2


print(double(2), double("a"), cast(int, "5"), Optional[int] is not None, Union[int, str] is not None, Dict[str, Any] is not None)


class Base(ABC):
    limit: ClassVar[int] = 3

    @abstractmethod
    def run(self): ...

    @property
    @abstractmethod
    def name(self): ...

    @classmethod
    @abstractmethod
    def make(cls): ...

    def describe(self):
        return f"{self.name}: {self.run()}"


class Half(Base):
    def run(self):
        return "ran"


class Full(Half):
    @property
    def name(self):
        return "full"

    @classmethod
    def make(cls):
        return cls()


for cls in (Base, Half):
    try:
        cls()
    except TypeError as error:
        print(type(error).__name__, cls.__name__)
print(Full.make().describe(), isinstance(Full(), Base), issubclass(Full, Base), Full.limit)


class Meta(metaclass=abc.ABCMeta):
    @abc.abstractmethod
    def go(self): ...


try:
    Meta()
except TypeError:
    print("abstract")


@dataclass
class Config:
    name: str
    sizes: list = field(default_factory=list)
    rate: float = 0.1
    tag: ClassVar[str] = "shared"
    hidden: int = field(default=5, repr=False, compare=False)
    total: int = field(init=False)
    extra: Dict[str, int] = field(default_factory=dict, metadata={"help": "more"})

    def __post_init__(self):
        self.total = len(self.sizes) + 1


c = Config("a", [1, 2])
d = Config(name="a", sizes=[1, 2], hidden=9)
print(c, c == d, c != Config("b"), c.total, [f.name for f in fields(c)], fields(Config)[1].name)
print(replace(c, name="z"), dataclasses.asdict(c), dataclasses.astuple(Config("q", rate=1)), dataclasses.is_dataclass(c))
c.sizes.append(3)
print(c.sizes, d.sizes, Config("x").sizes, Config.tag)


@dataclass(frozen=True, order=True)
class Version:
    major: int
    minor: int = 0

    def bump(self):
        return replace(self, minor=self.minor + 1)


print(Version(1) < Version(1, 1) <= Version(2), max(Version(1, 9), Version(2)), Version(1).bump(), sorted([Version(2), Version(1, 5)]))
for action in (lambda: setattr(Version(1), "major", 2), lambda: delattr(Version(1), "major"), lambda: Version(), lambda: Version(1, 2, 3), lambda: Version(x=1)):
    try:
        action()
    except (dataclasses.FrozenInstanceError, TypeError) as error:
        print(type(error).__name__)


@dataclass(kw_only=True)
class Keyword:
    a: int
    b: int = 2


@dataclass
class Child(Config):
    depth: int = 1

    def __post_init__(self):
        super().__post_init__()
        self.depth += 1


print(Keyword(a=1), Child("c", depth=5), Child("d").depth, isinstance(Child("e"), Config), Child.__match_args__[:2])


@dataclass
class WithInit:
    a: int = 1

    def __init__(self, a=7):
        self.a = a * 2

    def __repr__(self):
        return f"<{self.a}>"

    def __eq__(self, other):
        return True


print(WithInit(), WithInit() == WithInit(5))


@dataclass(repr=False, eq=False)
class Bare:
    a: int = 1


print(Bare(1) == Bare(1), Bare().a)


@dataclass
class Slots:
    __slots__ = ("a", "b")
    a: int
    b: int


print(Slots(1, 2), typing.TYPE_CHECKING, Literal["a"] is not None, Callable[[int], str] is not None, Tuple[int, ...] is not None)
