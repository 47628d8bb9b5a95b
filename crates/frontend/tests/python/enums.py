"""Enumerations."""

from enum import Enum, IntEnum, auto, unique


class Color(Enum):
    """Three colors."""

    RED = 1
    GREEN = "g"
    BLUE = (1, 2)
    CRIMSON = 1

    @property
    def pretty(self):
        return self.name.title()

    def describe(self):
        return f"{self.pretty} is {self.value}"

    @classmethod
    def default(cls):
        return cls.GREEN

    @staticmethod
    def count():
        return 3


print(Color.RED, repr(Color.RED), Color.RED.name, Color.RED.value, Color.BLUE.value)
print(list(Color), len(Color), Color["GREEN"], Color(1), Color("g"), Color((1, 2)))
print(Color.CRIMSON is Color.RED, Color.CRIMSON.name, Color.RED == Color.GREEN, Color.RED != 1, Color.RED == 1)
print(Color.RED.pretty, Color.BLUE.describe(), Color.default(), Color.count(), Color.__doc__)
print(isinstance(Color.RED, Color), Color.RED in Color, type(Color.RED) is Color, Color)
print({Color.RED: "r", Color.GREEN: "g"}[Color(1)], Color.RED in {Color.RED}, f"{Color.GREEN} {Color.GREEN!r:>20}")
print(list(Color.__members__.items())[-1], [c.name for c in reversed(Color)], hash(Color.RED) == hash(Color.CRIMSON))
for bad in (lambda: Color(7), lambda: Color["PINK"], lambda: Color.PINK, lambda: setattr(Color.RED, "value", 3)):
    try:
        bad()
    except (ValueError, KeyError, AttributeError) as error:
        print(type(error).__name__, error if not isinstance(error, AttributeError) else "")


class Planet(Enum):
    EARTH = (5.97e24, 6.37e6)
    MARS = (6.4e23, 3.39e6)

    def __init__(self, mass, radius):
        self.mass, self.radius = mass, radius

    @property
    def gravity(self):
        return 6.67e-11 * self.mass / self.radius**2


print(Planet.EARTH.mass, round(Planet.MARS.gravity, 3), Planet((6.4e23, 3.39e6)))


class Step(IntEnum):
    FIRST = auto()
    SECOND = auto()
    TENTH = 10
    NEXT = auto()


print(list(Step), Step.NEXT + 1, Step.SECOND * 2.5, Step.FIRST < Step.SECOND < 3, [10, 20, 30][Step.FIRST])
print(Step(10) is Step.TENTH, Step.FIRST == 1, 1 == Step.FIRST, {1: "one"}[Step.FIRST], {Step.FIRST: "x"}[1], int(Step.NEXT))
print(f"{Step.NEXT} {Step.NEXT:04d} {Step.NEXT!r} %d %s" % (Step.NEXT, Step.NEXT), str(Step.FIRST), range(Step.TENTH)[-1])
print(max(Step), sorted(Step, reverse=True)[0], sum(Step), isinstance(Step.FIRST, int), bool(Step.FIRST), -Step.FIRST)
print(divmod(Step.NEXT, 4), Step.NEXT // 2, Step.NEXT & 3, abs(Step.NEXT), [0] * Step.SECOND, Step.SECOND in [1, 2])


class Mode(str, Enum):
    TRAIN = "train"
    TEST = "test"


print(Mode.TRAIN == "train", "train" == Mode.TRAIN, Mode("test"), Mode.TRAIN.upper(), len(Mode.TRAIN), Mode.TRAIN + "er")
print({"train": 1}[Mode.TRAIN], Mode.TEST in ["test"], isinstance(Mode.TEST, str), Mode.TEST.value, repr(Mode.TEST))
print(Mode.TRAIN.startswith("tr"), "ai" in Mode.TRAIN, list(Mode.TEST), Mode.TEST[0], "-".join([Mode.TRAIN, Mode.TEST]))


class Auto(Enum):
    @staticmethod
    def _generate_next_value_(name, start, count, last_values):
        return name.lower() + str(count)

    A = auto()
    B = auto()


print([a.value for a in Auto])


class Missing(Enum):
    KNOWN = "known"
    UNKNOWN = "unknown"

    @classmethod
    def _missing_(cls, value):
        return cls.UNKNOWN


print(Missing("known"), Missing("what"))

try:

    @unique
    class Twice(Enum):
        A = 1
        B = 1

except ValueError as error:
    print(error)
try:

    class More(Color):
        PINK = 9

except TypeError as error:
    print(error)

Animal = Enum("Animal", "CAT DOG")
print(list(Animal), Animal.DOG.value)


def classify(step):
    match step:
        case Step.FIRST:
            return "first"
        case Step.TENTH | Step.NEXT:
            return "late"
        case Color.RED:
            return "red"
    return "?"


print([classify(x) for x in (Step.FIRST, Step.NEXT, Color.RED, Color.GREEN, 2)])


class Op(Enum):
    ADD = "+"
    SUB = "-"

    def __call__(self, a, b):
        return a + b if self is Op.ADD else a - b


print(Op.ADD(1, 2), Op("-")(5, 3), [op.value for op in Op])
