import copy
import dataclasses
import math
from collections import namedtuple

#: copies of generators
copy.deepcopy(number for number in range(3))

#: sums of what has none
math.fsum([math.inf, -math.inf])
math.fsum([1e308, 1e308])

#: hexadecimal floats
(5).hex()
float.fromhex("zz")
float.fromhex("0x1p1024")

#: names of fields
namedtuple("Point", "x 2y")
namedtuple("Point", "x class")
namedtuple("Point", "x _y")

#: fields that only the class sets
@dataclasses.dataclass
class Layer:
    size: int = dataclasses.field(default=3, init=False)
dataclasses.replace(Layer(), size=4)

#: kinds of dataclasses that do not go together
@dataclasses.dataclass(frozen=True)
class Fixed:
    size: int = 3
@dataclasses.dataclass
class Changing(Fixed): pass

#: values without attributes, and spread that are no sequences
vars(3)
[*3]
divmod("a", 2)
pow(print, 2, 3)
"%c" % (2**70,)
