"""Dataclasses, namedtuples, enums, functools, collections."""
from dataclasses import dataclass, field, asdict, astuple, replace, fields, is_dataclass
from collections import namedtuple, OrderedDict, defaultdict, Counter, deque
from functools import partial, reduce, lru_cache, wraps, cached_property, total_ordering
from typing import NamedTuple, Optional, List
import math, itertools, operator
def attempt(f):
    try: print(f())
    except Exception as error: print(type(error).__name__, error)
@dataclass
class P:
    x: int
    y: float = 2.0
    tags: list = field(default_factory=list)
    hidden: int = field(default=0, repr=False, compare=False)
    def norm(self): return math.hypot(self.x, self.y)
p = P(3, 4.0); q = P(3, y=4.0, hidden=5); p.tags.append("t"); print(p, q, p == q, P(1) == P(1), p.norm(), P(1).tags is P(1).tags)
print(asdict(p), astuple(q), replace(p, x=10), [f.name for f in fields(P)], is_dataclass(p), q.hidden)
attempt(lambda: P()); attempt(lambda: P(1, 2, 3, 4, 5)); attempt(lambda: P(z=1))
@dataclass(frozen=True, order=True)
class F:
    a: int = 0
    b: str = "b"
    def __post_init__(self): object.__setattr__(self, "c", self.a * 2)
print(F(1) < F(2), sorted([F(3), F(1, "z"), F(1)]), hash(F(1)) == hash(F(1)), {F(1): "k"}[F(1)], F(4).c)
attempt(lambda: setattr(F(1), "a", 2))
@dataclass
class Child(P):
    z: int = 9
    def __post_init__(self): self.total = self.x + self.z
print(Child(1), Child(1, z=2).total, Child(1) == P(1))
Pt = namedtuple("Pt", "x y"); Q = namedtuple("Q", ["a", "b"], defaults=[7])
pt = Pt(1, y=2); print(pt, pt.x, pt[1], pt._replace(x=5), pt._asdict(), Pt._fields, Pt._make([3, 4]), pt == (1, 2), Q(1), *pt, len(pt), pt + (3,), sorted([Pt(2, 1), Pt(1, 2)]))
x, y = pt; attempt(lambda: Pt(1)); attempt(lambda: setattr(pt, "x", 3))
class Conf(NamedTuple):
    name: str
    n: int = 3
    def twice(self): return self.n * 2
print(Conf("a"), Conf("a", n=5).twice(), Conf(name="b") == ("b", 3), isinstance(Conf("a"), tuple))
d = defaultdict(list); d["a"].append(1); d["b"]; print(d["a"], dict(d), len(d)); e = defaultdict(int); e["n"] += 2; print(dict(e))
c = Counter("abracadabra"); print(c["a"], c["z"], c.most_common(2), sorted(c.items()), sum(c.values())); c.update("zz"); print(c["z"])
o = OrderedDict(a=1, b=2); o.move_to_end("a"); print(list(o), o["b"])
q = deque([1, 2, 3], maxlen=3); q.append(4); q.appendleft(0); print(list(q), q.pop(), q.popleft(), len(q), q[0]); q.rotate(1); print(list(q))
print(partial(pow, 2)(5), partial(int, base=2)("101"), reduce(lambda a, b: a * b, [1, 2, 3, 4]), reduce(operator.add, [], 10))
calls = []
@lru_cache(maxsize=None)
def slow(n): calls.append(n); return n if n < 2 else slow(n - 1) + slow(n - 2)
print(slow(20), len(calls))
def deco(times):
    def wrap(f):
        @wraps(f)
        def inner(*a, **k): return [f(*a, **k)] * times
        return inner
    return wrap
@deco(2)
def hello(n): "doc"; return n
print(hello(1), hello.__name__, hello.__doc__)
class C:
    @cached_property
    def heavy(self): return 42
k = C(); print(k.heavy, k.heavy)
@total_ordering
class T:
    def __init__(self, v): self.v = v
    def __eq__(self, o): return self.v == o.v
    def __lt__(self, o): return self.v < o.v
print(T(1) <= T(1), T(2) > T(1), T(2) >= T(3))
print(list(itertools.chain([1], "a")), list(itertools.product([1, 2], "ab")), list(itertools.permutations([1, 2, 3], 2)), list(itertools.combinations("abc", 2)), list(itertools.accumulate([1, 2, 3])), list(itertools.repeat(0, 2)), list(itertools.zip_longest([1], [2, 3], fillvalue=0)), [(k, list(g)) for k, g in itertools.groupby("aabc")], list(itertools.starmap(pow, [(2, 3)])), list(itertools.dropwhile(lambda v: v < 2, [1, 2, 1])), list(itertools.islice(itertools.count(5, 2), 3)), list(itertools.chain.from_iterable([[1], [2]])), list(itertools.pairwise([1, 2, 3])), list(itertools.compress("abc", [1, 0, 1])), list(itertools.islice(itertools.cycle("ab"), 5)))
print(math.pi, math.sqrt(2), math.floor(-1.5), math.ceil(1.2), math.trunc(-1.7), math.factorial(20), math.gcd(12, 18), math.lcm(4, 6), math.log(8, 2), math.log2(8), math.log10(1000), math.exp(1), math.isclose(0.1 + 0.2, 0.3), math.inf, -math.inf, math.isnan(math.nan), math.prod([1, 2, 3]), math.comb(5, 2), math.perm(5, 2), math.isqrt(17), math.copysign(1, -0.0), math.fmod(-7, 3), math.modf(2.5), math.degrees(math.pi), math.atan2(1, 1), math.hypot(3, 4), math.fsum([0.1] * 10), math.tau, math.e, math.sinh(1))
attempt(lambda: math.sqrt(-1)); attempt(lambda: math.log(0)); attempt(lambda: math.factorial(-1)); attempt(lambda: math.floor(math.inf)); attempt(lambda: math.exp(1000))
print(2 ** 100, -7 // 2, -7 % 3, 7 // -2, 7 % -3, -7.5 // 2, -7.5 % 2, divmod(-7, 2), divmod(7.5, -2), 10 ** -2, 2 ** 0.5, 0 ** 0, 1e308 * 10, -1e308 * 10, 5 / 2, 4 / 2, 2 ** 200 // 3 ** 50, (2 ** 70) % 1000007, -(2 ** 65) >> 3, 1 << 70, ~(1 << 64), (1 << 65) & (3 << 64), 12345678901234567890 * 98765432109876543210, int(1e30), float(2 ** 80), 2 ** 63 - 1 + 1, -2 ** 63 - 1, pow(3, 200, 1000), 10 ** 18 * 10, 1_000_000, 0xFF, 0b11, 0o17, 1e3, 1.5e-3, .5, 5., 3 == 3.0, 2 ** 53 == float(2 ** 53 + 1), 10 ** 400 > 1e308, True + True, 7 .bit_length(), 3 & 5 | 2 ^ 7, not 0, 1 if [] else 2)
class Base:
    def __init__(self, name=None): self.name = name
    __post_init__ = __init__
@dataclass
class Generated(Base):
    size: int
    name: str = "generated"
class Derived(Generated):
    pass
class Written(Generated):
    def __init__(self): super().__init__(7)
print(vars(Generated(3)), Derived(4).size, Written().size)
Pair = namedtuple("Pair", ["left", "right"])
print(Pair(1, 2)._fields, hasattr(Pair(1, 2), "_fields"), hasattr((1, 2), "_fields"), type(Pair(1, 2))(*[3, 4]))
