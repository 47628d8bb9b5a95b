"""math, functools, collections, itertools, operator, dataclasses, typing, abc."""
import math, functools, itertools, operator
import collections as col
from collections import namedtuple, OrderedDict, defaultdict
from dataclasses import dataclass, field, asdict, replace
from functools import partial, reduce
from typing import List, Optional, Union, NamedTuple, Any
from abc import ABC, abstractmethod
print(math.pi, math.e, math.sqrt(2), math.floor(-2.5), math.ceil(2.1), math.log(8, 2), math.log2(8), math.log10(1000), math.exp(1), math.prod([1, 2, 3]), math.gcd(12, 18), math.lcm(4, 6), math.factorial(20), math.comb(5, 2), math.perm(5, 2), math.isqrt(17))
print(math.inf, -math.inf, math.nan, math.isnan(math.nan), math.isinf(math.inf), math.isclose(0.1 + 0.2, 0.3), math.trunc(-3.7), math.hypot(3, 4), math.copysign(1, -0.0), math.fmod(-7, 3), math.degrees(math.pi), math.radians(180), math.pow(2, 10), math.fsum([0.1] * 10), math.cos(0), math.atan2(1, 1), math.log(2**2000))
p = partial(lambda a, b, c=0: (a, b, c), 1, c=5); print(p(2), p(2, c=9), partial(int, base=2)("101"), reduce(lambda a, b: a * b, [1, 2, 3, 4]), reduce(operator.add, [[1], [2]], []))
Point = namedtuple("Point", ["x", "y"]); q = Point(1, y=2); print(q, q.x, q[1], q._replace(x=5), q._asdict(), tuple(q), q == (1, 2), len(q), [*q], Point._fields, isinstance(q, tuple)); a, b = q; print(a, b)
Config = namedtuple("Config", "lr batch epochs", defaults=[32, 1]); print(Config(0.1), Config(0.1, epochs=5))
class Row(NamedTuple):
    name: str
    size: int = 3
    def total(self): return self.size * 2
print(Row("r"), Row("r", 4).total(), Row("a") == ("a", 3))
od = OrderedDict([("b", 1)]); od["a"] = 2; print(list(od), list(od.items())); dd = defaultdict(list); dd["k"].append(1); dd["k"].append(2); print(dd["k"], dd["z"], len(dd), sorted(dd), "k" in dd); c = defaultdict(int)
for ch in "hello": c[ch] += 1
print(sorted(c.items()), dict(c)["l"])
@dataclass
class Hyper:
    lr: float = 1e-3
    layers: list = field(default_factory=list)
    name: str = "net"
    def total(self): return self.lr * len(self.layers)
@dataclass(frozen=True, order=True)
class Pair:
    a: int
    b: int = 0
@dataclass
class More(Hyper):
    extra: int = 7
    def __post_init__(self): self.derived = self.extra * 2
h = Hyper(layers=[1, 2]); print(h, h.total(), h == Hyper(1e-3, [1, 2]), asdict(h), replace(h, lr=1.0), Hyper().layers is Hyper().layers, More(0.5), More().derived, Pair(1) < Pair(1, 2), sorted([Pair(2), Pair(1, 5)]))
try:
    Pair(1).a = 5
except AttributeError as error:
    print(type(error).__mro__[-4].__name__ if False else "frozen", error)
try:
    Hyper(nope=1)
except TypeError as error:
    print(error)
print(list(itertools.chain([1], "ab")), list(itertools.product([1, 2], "ab")), list(itertools.permutations([1, 2, 3], 2)), list(itertools.combinations("abc", 2)), list(itertools.islice(itertools.count(5), 3)), list(itertools.accumulate([1, 2, 3])), list(itertools.repeat(7, 2)), list(itertools.zip_longest([1, 2], "a")), list(itertools.islice(range(10), 2, 8, 3)), list(itertools.takewhile(lambda v: v < 3, range(9))), list(itertools.starmap(pow, [(2, 3)])), list(itertools.chain.from_iterable([[1], [2, 3]])), list(itertools.islice(itertools.cycle("ab"), 5)), list(itertools.pairwise([1, 2, 3])))
print(operator.mul(3, 4), operator.itemgetter(1)([5, 6]), sorted([(1, "b"), (0, "c")], key=operator.itemgetter(0)), operator.attrgetter("lr")(h), operator.itemgetter(0, 2)("abc"))
class Shape(ABC):
    @abstractmethod
    def area(self): ...
    @property
    def twice(self): return self.area() * 2
class Square(Shape):
    def __init__(self, s): self.s = s
    def area(self): return self.s**2
print(Square(3).twice)
try:
    Shape()
except TypeError as error:
    print("abstract", str(error)[:31])
def annotated(x: Optional[List[int]] = None, y: Union[int, str] = 1) -> "Any": return x or [y]
z: int = 5; w: List[int]; print(annotated(), annotated([3]), z)
@functools.lru_cache(maxsize=None)
def cached(n): return n * 2
@functools.wraps(cached)
def wrapped(n): return n + 1
print(cached(4), wrapped(4), list(map(functools.partial(pow, 2), range(4))), math.tau > 6, col.OrderedDict(a=1)["a"])
