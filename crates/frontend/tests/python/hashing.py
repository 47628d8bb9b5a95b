"""What classes say of hashing and equality counts in dicts and sets."""

from collections import namedtuple
from dataclasses import dataclass


class Point:
    def __init__(self, x, y, tag=""):
        self.x, self.y, self.tag = x, y, tag

    def __eq__(self, other):
        if not isinstance(other, Point):
            return NotImplemented
        return (self.x, self.y) == (other.x, other.y)

    def __hash__(self):
        return hash((self.x, self.y))

    def __repr__(self):
        return f"Point({self.x}, {self.y}{self.tag})"


points = {Point(1, 2, "a"): "first", Point(3, 4): "second"}
points[Point(1, 2, "b")] = "replaced"
print(points, len(points))
print(points[Point(3, 4)], points.get(Point(9, 9)), Point(1, 2) in points)
print(sorted((p.x, p.y) for p in {Point(1, 1), Point(1, 1), Point(2, 2)}))
print(len({Point(i % 3, 0) for i in range(10)}))
del points[Point(1, 2)]
print(points)
print(points.pop(Point(3, 4)), points, points.setdefault(Point(0, 0), 5), points.setdefault(Point(0, 0), 6))
print({(Point(1, 2), 3): 1}[(Point(1, 2), 3)])
print(set([Point(1, 2)]) & {Point(1, 2), Point(5, 5)}, {Point(1, 2)} - {Point(1, 2)})
print({Point(1, 2)} == {Point(1, 2)}, {Point(1, 2): 1} == {Point(1, 2): 1})
seen = set()
for point in [Point(0, 1), Point(0, 1), Point(1, 0)]:
    if point in seen:
        print("again", point)
    seen.add(point)
seen.discard(Point(1, 0))
print(sorted(p.x for p in seen))


class Sub(Point):
    pass


print(Sub(1, 2) in {Point(1, 2)}, hash(Sub(1, 2)) == hash(Point(1, 2)))


class OnlyEqual:
    def __eq__(self, other):
        return True


class Back(OnlyEqual):
    __hash__ = object.__hash__


class Unhashable:
    __hash__ = None


for make in (OnlyEqual, Unhashable):
    try:
        print({make(): 1})
    except TypeError as error:
        print(error)
    try:
        hash(make())
    except TypeError as error:
        print(error)
print(len({Back(), Back()}) > 0)


class Plain:
    pass


a, b = Plain(), Plain()
print({a: 1, b: 2}[a], a in {b}, len({a, a, b}), hash(a) == hash(a))


@dataclass(frozen=True)
class Frozen:
    a: int
    b: tuple = ()


@dataclass
class Mutable:
    a: int


@dataclass(eq=False)
class Identity:
    a: int


@dataclass(unsafe_hash=True)
class Unsafe:
    a: int


@dataclass(frozen=True, order=True)
class Version:
    major: int
    minor: int = 0


print(Frozen(1) in {Frozen(1)}, {Frozen(1, (2,)): 1}[Frozen(1, (2,))], Frozen(1) in {Frozen(2)})
print(hash(Frozen(1, (2, 3))) == hash(Frozen(1, (2, 3))), len({Frozen(1), Frozen(1), Frozen(2)}))
try:
    {Mutable(1)}
except TypeError as error:
    print(error)
try:
    {Frozen([1])}
except TypeError as error:
    print(error)
print(len({Identity(1), Identity(1)}), len({Unsafe(1), Unsafe(1)}))
print(sorted({Version(1, 2), Version(1), Version(0, 9), Version(1)}), max(Version(1), Version(2)))
print({Frozen(Point(1, 2)): 1}[Frozen(Point(1, 2))])

Pair = namedtuple("Pair", "a b")
print({Pair(1, 2): "x"}[(1, 2)], Pair(1, Point(0, 0)) in {Pair(1, Point(0, 0))}, hash(Pair(1, 2)) == hash((1, 2)))
print(hash(1) == hash(1.0) == hash(True), hash(-1), hash(2**61), hash(2**61 - 1), hash(-(2**64)), hash(0.5), hash(1e300))
print(hash((1, 2)), hash(()), hash((1, (2, 3), -1)), hash(float("inf")), hash(-0.25), hash(3.75e-5))


class Same:
    """Every instance hashes alike; equality decides."""

    def __init__(self, name):
        self.name = name

    def __hash__(self):
        return 1

    def __eq__(self, other):
        return self.name.lower() == other.name.lower()


names = {Same("A"): 1, Same("b"): 2, Same("a"): 3}
print([(k.name, v) for k, v in names.items()])
print(dict.fromkeys([Same("x"), Same("X")]).__len__())


class BadHash:
    def __hash__(self):
        return "text"


try:
    {BadHash()}
except TypeError as error:
    print(error)
