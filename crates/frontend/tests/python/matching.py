"""`match` with every kind of pattern."""

from collections import namedtuple
from dataclasses import dataclass


class Color:
    RED = 1
    GREEN = "green"


@dataclass
class Point:
    x: int
    y: int = 0


class Circle:
    __match_args__ = ("center", "radius")

    def __init__(self, center, radius):
        self.center, self.radius = center, radius


Pair = namedtuple("Pair", ["left", "right"])


def what(value):
    match value:
        case None:
            return "none"
        case True | False:
            return "bool"
        case 0 | -1 | 1.5:
            return "small number"
        case Color.RED:
            return "never: 1 is above"
        case Color.GREEN:
            return "green"
        case "yes" | "no" as word:
            return f"word {word}"
        case int(n) if n > 100:
            return f"big {n}"
        case int() | float():
            return f"number {value}"
        case str(text):
            return f"text {text!r}"
        case Pair(left=l, right=[r, *_]):
            return f"pair {l} {r}"
        case Point(x=0, y=0):
            return "origin"
        case Point(x, 5) | Point(x, y=6):
            return f"point on line {x}"
        case Point() as p:
            return f"point {p}"
        case Circle(Point(x, _), radius):
            return f"circle {x} {radius}"
        case Circle(center=c):
            return f"circle around {c}"
        case []:
            return "empty"
        case [x]:
            return f"one {x}"
        case [x, y, *rest] if rest:
            return f"many {x} {y} {rest}"
        case (x, [y, *z]):
            return f"nested {x} {y} {z}"
        case [*first, last]:
            return f"last {last} of {first}"
        case {"type": "a", "value": v, **rest}:
            return f"typed {v} {rest}"
        case {"type": kind}:
            return f"kind {kind}"
        case {}:
            return "some dict"
        case _:
            return "other"


for value in [
    None, True, False, 0, -1, 1.5, 1, "green", "yes", "no", 500, 50, 2.5, "text", Pair(1, [2, 3]), Pair(1, 2),
    Point(0, 0), Point(3, 5), Point(4, 6), Point(1, 1), Circle(Point(1, 2), 3), Circle(0, 3), [], (), [7], (8,),
    [1, 2, 3, 4], (1, [2, 3]), [1, 2], {"type": "a", "value": 1, "more": 2}, {"type": "b"}, {"x": 1}, {}, {1},
    range(3), iter([1]), Color, "abc"[:0],
]:
    print(what(value))


def guards(value, limit):
    match value:
        case x if x > limit:
            return "above"
        case x if x == limit:
            return "at"
    return f"below {x}"


print(guards(3, 2), guards(2, 2), guards(1, 2))

match 1, 2:
    case a, b:
        print(a, b)
match [1, [2, [3, 4]]]:
    case [a, [b, [*c]]]:
        print(a, b, c)
match {"a": {"b": [1, {"c": 2}]}}:
    case {"a": {"b": [_, {"c": deep}]}}:
        print(deep)
match {1: "one", None: "nothing", -2: 5, True: 3}:
    case {1: one, None: nothing, -2: m}:
        print(one, nothing, m)
match "x":
    case "x": print("inline"); print("twice")
match (1, 2, 3, 4, 5):
    case (first, *middle, last):
        print(first, middle, last)
match (x := 5):
    case 1: pass
    case y: print(x, y)

match = 3
case = match + 1
print(match, case, [match for match in range(2)])
match[0:1] if False else None


def loop():
    for value in range(5):
        match value:
            case 1:
                continue
            case 3:
                break
            case n:
                print("n", n)
    else:
        print("not reached")
    return value


print(loop())

try:
    match Point(1, 2):
        case Point(1, 2, 3):
            pass
except TypeError as error:
    print(error)
try:
    match 5:
        case int(1, 2):
            pass
except TypeError as error:
    print(error)


class Lazy:
    @property
    def value(self):
        raise AttributeError("no value")


match Lazy():
    case Lazy(value=1):
        print("one")
    case Lazy(missing=1):
        print("missing")
    case Lazy():
        print("lazy")

command = "go north quickly"
match command.split():
    case ["go", ("north" | "south") as direction, *how]:
        print(direction, how)
match 3 + 4j if False else -0.0:
    case 0:
        print("zero")
match (1,):
    case (1):
        print("no")
    case (1,):
        print("tuple")
