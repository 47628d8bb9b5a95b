"""Lookups, special methods and the order in which they are tried."""


class Base:
    shared = []

    def __init__(self):
        self.log = []

    @property
    def size(self):
        return len(self.log)

    @size.setter
    def size(self, value):
        self.log = [0] * value

    def who(self):
        return "base"

    @classmethod
    def build(cls, *args):
        return cls(*args)

    def __repr__(self):
        return f"{type(self).__name__}({self.size})"


class Left(Base):
    def who(self):
        return "left>" + super().who()


class Right(Base):
    def who(self):
        return "right>" + super().who()

    @property
    def size(self):
        return super().size + 100


class Both(Left, Right):
    def who(self):
        return "both>" + super().who()


b = Both()
print(b.who(), b.size, Both.__mro__[1].__name__, Both.build(), isinstance(b, Right), [c.__name__ for c in Both.__mro__])
b.shared.append(1)
print(Left.shared, Base.shared is Both.shared, "shared" in b.__dict__, hasattr(b, "nothing"))
l = Left()
l.size = 3
print(l, l.size, Left.who(l), Left.size.fget(l))
Left.extra = lambda self, x: (self.size, x)
print(l.extra(5), getattr(l, "extra")(6), Left.extra(l, 7))
l.who = lambda: "own"
print(l.who(), Left().who())


class Vec:
    def __init__(self, *v):
        self.v = v

    def __add__(self, other):
        return Vec(*(a + b for a, b in zip(self.v, other.v))) if isinstance(other, Vec) else NotImplemented

    def __radd__(self, other):
        return Vec(*(other + a for a in self.v))

    def __mul__(self, k):
        return Vec(*(a * k for a in self.v))

    __rmul__ = __mul__

    def __iadd__(self, other):
        print("in place")
        self.v = (self + other).v
        return self

    def __neg__(self):
        return self * -1

    def __abs__(self):
        return sum(a * a for a in self.v) ** 0.5

    def __eq__(self, other):
        return isinstance(other, Vec) and self.v == other.v

    def __lt__(self, other):
        return abs(self) < abs(other)

    def __getitem__(self, i):
        return self.v[i]

    def __len__(self):
        return len(self.v)

    def __contains__(self, x):
        return x in self.v

    def __bool__(self):
        return any(self.v)

    def __call__(self, f):
        return Vec(*map(f, self.v))

    def __matmul__(self, other):
        return sum(a * b for a, b in zip(self.v, other.v))

    def __pow__(self, n, mod=None):
        return Vec(*(pow(a, n, mod) if mod else a**n for a in self.v))

    def __divmod__(self, k):
        return Vec(*(a // k for a in self.v)), Vec(*(a % k for a in self.v))

    def __round__(self, n=0):
        return Vec(*(round(a, n) for a in self.v))

    def __index__(self):
        return len(self.v)

    def __format__(self, spec):
        return "<" + " ".join(format(a, spec or ".1f") for a in self.v) + ">"

    def __repr__(self):
        return "Vec" + repr(self.v)


v, w = Vec(3, 4), Vec(1, 2)
print(v + w, 1 + v, v * 2, 3 * v, -v, abs(v), v == Vec(3, 4), v != w, v < w, w < v, sorted([v, w]), max(v, w))
print(v[0], v[-1], v[:1], len(v), 3 in v, bool(Vec(0, 0)), [*v], list(v), v(lambda a: a + 0.5), v @ w, v**2, pow(v, 3, 5))
print(divmod(v, 2), round(Vec(1.26, 2.5), 1), [10, 20, 30][v], f"{v} {v:03d} {v!r}", range(v), "abc"[: Vec(1)], sum([v, w], Vec(0, 0)))
x = v
x += w
print(x is v, v)
try:
    v + 1
except TypeError as error:
    print(error)
try:
    v < 5
except AttributeError as error:
    print("no order")


class Money(int):
    def __add__(self, other):
        return Money(int(self) + int(other))

    def __str__(self):
        return f"${int(self)}"


print(Money(3) + 4, type(Money(3) + 4).__name__, Money(3) * 2, 3 + Money(4), str(Money(5)), f"{Money(6)}", repr(Money(7)), "%d %s" % (Money(8), Money(9)))


class Countdown:
    def __init__(self, n):
        self.n = n

    def __iter__(self):
        n = self.n
        while n:
            yield n
            n -= 1

    def __reversed__(self):
        return iter(range(1, self.n + 1))


print(list(Countdown(3)), list(reversed(Countdown(3))), sum(Countdown(4)), max(Countdown(5)), dict(zip("ab", Countdown(2))), 2 in Countdown(3), [*Countdown(2), *Countdown(1)])


class Old:
    def __getitem__(self, i):
        if i > 3:
            raise IndexError
        return i * i


print(list(Old()), 4 in Old(), tuple(Old()), [a for a in Old() if a % 2])


class Proxy:
    def __init__(self, target):
        object.__setattr__(self, "_target", target)

    def __getattr__(self, name):
        return getattr(self._target, name)

    def __setattr__(self, name, value):
        setattr(self._target, name, value)

    def __delattr__(self, name):
        delattr(self._target, name)


class Target:
    a = 1


t = Target()
p = Proxy(t)
p.b = 5
print(p.a, t.b, p.b, vars(t))
del p.b
print(hasattr(t, "b"), getattr(p, "zzz", "default"))


def early(values):
    for value in numbers():
        if value == values:
            return value
    return None


def numbers():
    try:
        for i in range(10):
            yield i
    finally:
        print("closed")


for n in numbers():
    if n == 2:
        break
print("after the loop")
print(early(1))
kept = numbers()
for n in kept:
    if n == 1:
        break
print("still open", next(kept))
kept.close()
print(type(5).__name__, type("").__name__, type(None).__name__, type([]) is list, type(b) is Both, isinstance(True, int), issubclass(bool, int), type(type(5)).__name__, type(print).__name__ != "", callable(Both), callable(5))
A = type("A", (Base,), {"value": 3, "double": lambda self: self.value * 2})
print(A().double(), A.__name__, A().who(), isinstance(A(), Base))


class Inner:
    class Nested:
        value = 1

    nested = Nested()

    def method(self):
        return self.Nested.value + self.nested.value


print(Inner().method(), Inner.Nested.__name__, Inner.Nested.__qualname__, Inner.method.__qualname__)


def function(a, b=2, *args, c, d=4, **kwargs):
    """Doc."""
    function.calls = getattr(function, "calls", 0) + 1
    return a, b, args, c, d, kwargs


print(function(1, c=3), function(1, 2, 3, 4, c=5, e=6), function.calls, function.__doc__, function.__name__)
