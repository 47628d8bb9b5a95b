import math

#: types made by calls
type(3, 4)
type('A', (3,), {})
type('A', (int,), {1: 2})
type('A', (), {})(3)

#: keywords of a class
class A(limit=3): pass

#: bases that are none
class A(3): pass
class B(print): pass
class C(int, str): pass
class D(range): pass
class E(bool): pass

#: bases in no order
class A: pass
class B(A): pass
class C(A, B): pass

#: properties
class A:
    x = property(3)
    y = staticmethod(4)
    @property
    def z(self):
        return 1
A().z = 3
A().x

#: abstract classes
from abc import ABC, abstractmethod
class Shape(ABC):
    @abstractmethod
    def area(self): pass
    @abstractmethod
    def name(self): pass
Shape()

#: named tuples
from collections import namedtuple
namedtuple('P', [1, 2])
namedtuple('P', 'x x')
namedtuple('P', 'x', defaults=[1, 2])
P = namedtuple('P', 'x y')
P(1)
P(1, 2, 3)
P(1, z=3)
P(1, x=3, y=2)
P(1, 2)._replace(z=3)
P(1, 2).x = 3

#: named tuples as classes
from typing import NamedTuple
class P(NamedTuple):
    x: int = 0
    y: int
NamedTuple()

#: data classes
from dataclasses import dataclass, field, fields, replace, asdict
dataclass(3)
fields(3)
replace(3)
asdict(3)
@dataclass
class A:
    x: list = []
@dataclass
class B:
    x: int = 0
    y: int
@dataclass(frozen=True)
class C:
    x: int
C(1).x = 3
C()
C(1, 2)
C(1, x=2)
C(y=3)
replace(C(1), z=3)
field(default=3, default_factory=list)

#: __new__ and its arguments
object.__new__(3)
object.__new__()
object().__init__(3)
class A:
    def __getitem__(self, i): return i
class B(A):
    def f(self): return super().__getitem__()
B().f()
class E(tuple):
    pass
E(1, 2, 3)

#: exceptions with arguments
class MyError(Exception):
    def __init__(self, a):
        self.a = a
MyError()
MyError(1, 2)
MyError(b=1)

#: functions of math
math.sqrt(-1)
math.sqrt('a')
math.log(0)
math.exp(10 ** 6)
math.pow(0, -1)
math.pow(10.0, 999)
math.fmod(1, 0)
math.factorial(-1)
math.factorial(10 ** 9)
math.isqrt(-1)
math.gcd(1.5)
math.comb(-1, 2)
math.sin('a')
math.floor('a')
math.prod(['a'])
math.dist([1], [2, 3])
math.ldexp(1.0, 2.5)
math.acos(2)

#: functools and operator
import functools, operator, itertools
functools.reduce(lambda a, b: a + b, [])
functools.partial(3)
functools.wraps(len)(3)
functools.lru_cache(3)(4)
functools.total_ordering(3)
functools.singledispatch(3)
operator.indexOf([1], 3)
operator.itemgetter()
operator.itemgetter(0)(1, 2)
operator.attrgetter(3)
operator.methodcaller('f')(1, 2)
itertools.islice([1], -1)
list(itertools.product([1], repeat=-1))
itertools.repeat(1, 'a')
math(3)

#: types that make nothing
from typing import Union, Optional, List
Union()
Optional(3)
from collections.abc import Iterable
Iterable()

#: what changes while it is gone through, and what is assigned
s = {1}
for x in s:
    s.add(x + 1)
a = [1, 2, 3]
a[1:] = 5
a[::2] = 5
a["b":]
",".join(5)
str.maketrans("abc", "ab")
divmod(5.0, 0)
range(2**70)
issubclass(5, int)
slice(1).indices(-1)

#: what is caught, and what is not there yet
try:
    raise ValueError
except 5:
    pass
def outer():
    def inner():
        return later
    inner()
    later = 1
outer()
class Unreadable:
    x = property(fset=print)
Unreadable().x

#: distances
import math
math.dist([1], [1, 2])

#: complex numbers
1j / 0j
divmod(1j, 2)
0j ** -1
(1e200 + 1j) ** 2
complex("1+")
complex("1", 2)
complex(1, "2")
complex([])
f"{1j:.2f}"

#: bytes
bytes("a")
bytes(-1)
bytes(1.5)
bytes([256])
256 in b"a"
"a" in b"a"
b"a".find("a")
b"a" + "b"
b"a"[1]
bytes.upper("a")
bytes.fromhex("4x")
"a".encode("utf-16")
"a".encode("ascii", "odd")
"é".encode("ascii")
b"\xff".decode()
b"\xe9\xff".decode("ascii")
(1).to_bytes(1, "middle")
(-1).to_bytes(1, "big")
(256).to_bytes(1, "big")
str(b"a", 5)

#: order of complex tensors
import jax.numpy as jnp
jnp.ones(3, dtype="complex64") < 1.0
for x in jnp.float32(1):
    pass
