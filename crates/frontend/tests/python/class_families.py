"""What random programs of classes, data classes, enums and errors found to differ once."""

import copy
import enum
import heapq
from dataclasses import InitVar, asdict, dataclass, field


def told(call):
    try:
        print(call())
    except Exception as error:
        print(type(error).__name__, error)


@dataclass(frozen=True)
class Fixed:
    a: int
    f: InitVar[int] = 3


def inheriting(frozen):
    base = Fixed if not frozen else Later

    @dataclass(frozen=frozen)
    class Sub(base):
        z: int = 1

    return Sub(1)


@dataclass
class Later:
    a: int
    d: int = field(init=False)


told(lambda: inheriting(False))
told(lambda: inheriting(True))
print(Fixed.__match_args__)
told(lambda: asdict(Later(1)))
told(lambda: repr(Later(1)))


class Slotted:
    __slots__ = ("x", "_y")


class Open(Slotted):
    def __dir__(self):
        return ["b", "a"]


u = Open()
u.x, u.z = 1, 2
print(u.__dict__, vars(u), u.x, dir(u), copy.copy(u).x)
told(lambda: [1, 2][u])
told(lambda: (1, 2)[u])
told(lambda: "ab"[u])
told(lambda: vars(3))
told(lambda: [*3])
told(lambda: (1, *u))
told(lambda: divmod(u, 2))
told(lambda: divmod("a", 2))
told(lambda: pow(u, 2, 3))
told(lambda: heapq.heappop([]))
told(lambda: heapq.heapreplace([], 1))
told(lambda: "%c" % (2**70,))
told(lambda: int("x" * 300))
told(lambda: int("1" * 4301))
told(lambda: str(10**5000))


def again():
    try:
        1 / 0
    except ZeroDivisionError:
        raise


for call in (again, lambda: {}["k"]):
    try:
        call()
    except Exception as error:
        print(repr(error), repr(error.__cause__), repr(error.__context__), error.__suppress_context__)


class Text(enum.StrEnum):
    A = enum.auto()


class Bits(enum.IntFlag):
    A = 1
    C = 4


class Flags(enum.Flag):
    A = 1
    C = 4
    AC = 5


told(lambda: ~Text.A)
print(int(~Bits.A), int(~Bits.C), ~Flags.A, ~Flags.AC, int(~(Bits.A | Bits.C)))
