# Enumerations of bits.
from enum import Enum, Flag, IntFlag, auto


class Access(Flag):
    READ = auto()
    WRITE = auto()
    RUN = auto()
    ALL = READ | WRITE | RUN


print(list(Access), len(Access), [member.value for member in Access])
both = Access.READ | Access.WRITE
print(both, repr(both), both.value, both.name, Access(3) is both)
print(Access.READ in both, Access.RUN in both, both & Access.READ, both ^ Access.ALL, ~both, ~Access.ALL)
print(bool(Access.READ & Access.RUN), bool(both), Access(0), repr(Access(0)), Access(0).name, Access.ALL, Access(7).name)
print(list(both), len(both), both == Access.READ | Access.WRITE, both != Access.READ, {both: 1}[Access(3)])
for value in (8, "x"):
    try:
        Access(value)
    except ValueError as error:
        print(type(error).__name__, str(error).splitlines()[0])
try:
    Access.READ | 1
except TypeError as error:
    print(error)
try:
    1 in both
except TypeError as error:
    print(error)


class Mode(IntFlag):
    A = 1
    B = 2
    C = 4


print(Mode.A | Mode.B, repr(Mode.A | Mode.B), Mode.A | 2, repr(Mode.A | 2), Mode.C + 1, Mode(6) == 6, Mode.A < Mode.B)
print(repr(Mode.A | 8), Mode.B in Mode(3), f"{Mode.C}", isinstance(Mode.A, int), repr(2 | Mode.C), Mode.A & 3, repr(~Mode.A))
print([member.name for member in Mode], Mode["B"], repr(Mode["B"]), bool(Mode(0)))


class Plain(Enum):
    X = auto()
    Y = auto()
    Z = 10
    W = auto()


print([member.value for member in Plain])
