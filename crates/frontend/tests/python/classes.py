"""Classes: inheritance, super(), properties, static and class methods."""
class Base:
    kind = "base"
    count = 0
    def __init__(self, name, *, size=1):
        self.name = name
        self.size = size
        Base.count += 1
    def describe(self): return f"{self.kind}:{self.name}:{self.size}"
    @property
    def double(self): return self.size * 2
    @double.setter
    def double(self, value): self.size = value // 2
    @staticmethod
    def helper(x): return x + 1
    @classmethod
    def make(cls, name): return cls(name, size=7)
    def __repr__(self): return f"{type(self).__name__}({self.name!r})"
class Child(Base):
    kind = "child"
    def __init__(self, name, extra=None, **kwargs):
        super().__init__(name, **kwargs)
        self.extra = extra
    def describe(self): return super().describe() + "+" + str(self.extra)
b, c = Base("b"), Child("c", extra=[1], size=3)
print(b.describe(), c.describe(), b, [b, c], str(c), c.double, Base.helper(1), c.helper(2), Child.make("m"), Child.make("m").size)
c.double = 20; print(c.size, c.__class__.__name__, type(c) is Child, isinstance(c, Base), isinstance(b, Child), issubclass(Child, Base), Base.count)
print(c.kind, Child.kind, b.kind); b.kind = "own"; print(b.kind, Base.kind, Base("q").kind); Base.kind = "changed"; print(Base("r").kind, b.kind)
try:
    b.missing
except AttributeError as error:
    print(error)
try:
    b.double = 1; Base.double.fget; c.nothing()
except AttributeError as error:
    print(error)
print(hasattr(c, "extra"), hasattr(b, "extra"), getattr(b, "extra", "dflt"), getattr(c, "size")); setattr(b, "dyn", 5); print(b.dyn, vars(b)["dyn"], sorted(c.__dict__)); del b.dyn; print(hasattr(b, "dyn"))
class A:
    def who(self): return "A"
class B(A):
    def who(self): return "B" + super().who()
class C(A):
    def who(self): return "C" + super().who()
class D(B, C):
    def who(self): return "D" + super().who()
print(D().who(), [k.__name__ for k in D.__mro__][:-1], D.__bases__ if False else "")
class Callable:
    def __init__(self, k): self.k = k
    def __call__(self, x, scale=1): return self.k * x * scale
    def __len__(self): return self.k
    def __getitem__(self, i): return (i, self.k) if i != 3 else self.raise_index()
    def raise_index(self): raise IndexError("end")
    def __contains__(self, v): return v == self.k
    def __bool__(self): return self.k > 2
    def __eq__(self, other): return isinstance(other, Callable) and self.k == other.k
    def __hash__(self): return self.k
    def __lt__(self, other): return self.k < other.k
o = Callable(3); print(o(4), o(4, scale=2), len(o), o[0], o[1:2], 3 in o, 4 in o, bool(o), bool(Callable(1)), o == Callable(3), o != Callable(4), o < Callable(5), Callable(5) > o, list(o), sorted([Callable(2), Callable(1)])[0].k)
class Vec:
    def __init__(self, x, y): self.x, self.y = x, y
    def __add__(self, o): return Vec(self.x + o.x, self.y + o.y)
    def __mul__(self, k): return Vec(self.x * k, self.y * k) if isinstance(k, (int, float)) else NotImplemented
    __rmul__ = __mul__
    def __neg__(self): return Vec(-self.x, -self.y)
    def __iadd__(self, o): self.x += o.x; return self
    def __matmul__(self, o): return self.x * o.x + self.y * o.y
    def __radd__(self, o): return self if o == 0 else NotImplemented
    def __abs__(self): return (self.x**2 + self.y**2) ** 0.5
    def __iter__(self): return iter((self.x, self.y))
    def __str__(self): return f"<{self.x}, {self.y}>"
    def __format__(self, spec): return "fmt" + spec
v, w = Vec(1, 2), Vec(3, 4); u = v; u += w; print(v + w, v * 2, 2 * v, -v, v @ w, abs(w), list(v), sum([v, w]), f"{v}", f"{v:abc}", *v, u is v)
try:
    v * "x"
except TypeError as error:
    print(error)
class Meta:
    registry = {}
    items = [1, 2, 3]
    squares = [i * i for i in range(4)]
    def __init_subclass__(cls, **kw): Meta.registry[cls.__name__] = cls
class P1(Meta): pass
class P2(Meta): pass
print(sorted(Meta.registry), Meta.squares, P1().items is Meta.items)
class Ctx:
    def __init__(self, log): self.log = log
    def __enter__(self): self.log.append("in"); return "value"
    def __exit__(self, kind, error, tb): self.log.append(kind.__name__ if kind else None); return kind is ValueError
log = []
with Ctx(log) as val: log.append(val)
with Ctx(log), Ctx(log) as v2: raise ValueError("swallowed")
print(log)
class It:
    def __init__(self, n): self.n = n
    def __iter__(self): self.i = 0; return self
    def __next__(self):
        if self.i >= self.n: raise StopIteration
        self.i += 1
        return self.i
print(list(It(3)), sum(It(4)), [a + b for a in It(2) for b in It(2)], max(It(5)), next(iter(It(1))))
class G:
    def __getattr__(self, name): return "dyn_" + name
    def __setitem__(self, k, v): self.__dict__[k] = v; self.last = (k, v)
g = G(); g["k"] = 1; print(g.anything, g.last)
class Slots:
    __slots__ = ("a",)
    total: int = 0
    a: int
s = Slots(); s.a = 3; print(s.a, Slots.total)
print(type(1).__name__, type("").__name__, type([]).__name__, type(None).__name__, type(1.0) is float, type(True), type(Base), int, isinstance(True, int), isinstance(1, (str, int)))
class Outer:
    class Inner:
        value = 5
    def get(self): return self.Inner.value
print(Outer().get(), Outer.Inner().value, Base.describe(c) == "child:c:10")
