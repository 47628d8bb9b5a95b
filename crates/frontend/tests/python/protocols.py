"""Special methods of classes, and how the language calls them."""
class V:
    def __init__(self, *c): self.c = c
    def __repr__(self): return f"V{self.c}"
    def __add__(self, o): return V(*(a + b for a, b in zip(self.c, o.c))) if isinstance(o, V) else NotImplemented
    def __radd__(self, o): return self if o == 0 else NotImplemented
    def __mul__(self, k): return V(*(a * k for a in self.c))
    __rmul__ = __mul__
    def __neg__(self): return self * -1
    def __pos__(self): return V(*self.c)
    def __abs__(self): return sum(x * x for x in self.c) ** 0.5
    def __invert__(self): return V(*reversed(self.c))
    def __matmul__(self, o): return sum(a * b for a, b in zip(self.c, o.c))
    def __truediv__(self, k): return V(*(a / k for a in self.c))
    def __floordiv__(self, k): return V(*(a // k for a in self.c))
    def __mod__(self, k): return V(*(a % k for a in self.c))
    def __pow__(self, k, m=None): return V(*(pow(a, k, m) for a in self.c))
    def __divmod__(self, k): return self // k, self % k
    def __rsub__(self, o): return f"{o} - {self}"
    def __iadd__(self, o): self.c = self.c + (o,); return self
    def __and__(self, o): return "and"
    def __or__(self, o): return "or"
    def __xor__(self, o): return "xor"
    def __lshift__(self, o): return "lshift"
    def __rrshift__(self, o): return "rrshift"
    def __eq__(self, o): return isinstance(o, V) and self.c == o.c
    def __lt__(self, o): return self.c < o.c
    def __le__(self, o): return self.c <= o.c
    def __hash__(self): return hash(self.c)
    def __bool__(self): return any(self.c)
    def __len__(self): return len(self.c)
    def __getitem__(self, i): return self.c[i] if not isinstance(i, tuple) else ("tuple", i)
    def __setitem__(self, i, x): c = list(self.c); c[i] = x; self.c = tuple(c)
    def __delitem__(self, i): c = list(self.c); del c[i]; self.c = tuple(c)
    def __iter__(self): return iter(self.c)
    def __contains__(self, x): print("contains", x); return x in self.c
    def __call__(self, *a, **k): return ("called", a, k)
    def __int__(self): return int(self.c[0])
    def __float__(self): return float(self.c[0])
    def __index__(self): return int(self.c[0])
    def __round__(self, n=None): return ("round", n)
    def __format__(self, spec): return f"<{spec}>"
    def __str__(self): return "str of V"
    def __getattr__(self, name):
        if name.startswith("no"): raise AttributeError(f"no {name} here")
        return f"attr {name}"
    def __enter__(self): print("enter"); return self
    def __exit__(self, kind, value, trace): print("exit", kind.__name__ if kind else None, value); return kind is KeyError
    def __reversed__(self): return iter("reversed")
a, b = V(1, 2), V(3, 4)
print(a + b, a * 2, 2 * a, -a, +a, abs(b), ~a, a @ b, b / 2, b // 2, b % 2, b ** 2, divmod(b, 2), 5 - a, a & b, a | b, a ^ b, a << 1, 1 >> a, sum([a, b]))
print(a == V(1, 2), a != b, a < b, a <= b, a > b, sorted([b, a]), max(a, b), bool(V(0, 0)), len(a), a[0], a[-1], a[0:1], a[1, 2], a[..., None])
a[0] = 10; del b[0]; print(a, repr(a), b, list(a), 10 in a, 3 not in a, a(1, k=2), int(a), float(a), round(a), round(a, 2), f"{a}", f"{a:spec}", f"{a!r}", format(a, "x"), "%s %r" % (a, a), a.thing, hasattr(a, "nothing"), hasattr(a, "other"), getattr(a, "nope", "default"), "abcdefghijkl"[V(3)], list(range(V(3))), [0] * V(2), list(reversed(a)), [*a], max(*a))
try: a.nothing
except AttributeError as error: print(error)
try: a + 1
except TypeError as error: print(error)
try: a >= 3
except Exception as error: print(type(error).__name__)
c = a; c += 5; print(a.c, c is a)
with a as w, V(0) as u:
    print("inside", w is a)
    raise KeyError("swallowed")
try:
    with a: raise ValueError("through")
except ValueError as error: print("caught", error)
class Base:
    count = 0
    registry = []
    def __init_subclass__(cls): super().__init_subclass__(); Base.registry.append(cls.__name__)
    def __init__(self, x=1): self.x = x; type(self).count += 1
    @property
    def double(self): return self.x * 2
    @double.setter
    def double(self, v): self.x = v // 2
    @double.deleter
    def double(self): self.x = 0
    @staticmethod
    def stat(a): return ("static", a)
    @classmethod
    def make(cls, x): return cls(x)
    def who(self): return "Base"
    def chain(self): return [self.who(), type(self).__name__, self.__class__.__mro__[0].__name__]
class Left(Base):
    def who(self): return "Left>" + super().who()
class Right(Base):
    def who(self): return "Right>" + super().who()
class Both(Left, Right):
    def who(self): return "Both>" + super().who()
    def __init__(self, x, y=2): super().__init__(x); self.y = y
both = Both.make(5)
print(both.who(), both.chain(), [k.__name__ for k in Both.__mro__], Base.registry, Base.count, Both.count, both.double, both.stat(1), Base.stat(2))
both.double = 9; print(both.x, both.__dict__, vars(both)); del both.double; print(both.x)
try: Both()
except TypeError as error: print(error)
try: both.missing
except AttributeError as error: print(error)
class ReadOnly:
    @property
    def p(self): return 1
    def __setattr__(self, n, v): print("set", n, v); object.__setattr__(self, n, v)
r = ReadOnly(); r.a = 3; print(r.a); del r.a
print(isinstance(both, Base), issubclass(Both, (int, Right)), isinstance(True, int), isinstance(1, (str, int)), type(both) is Both, callable(both), callable(len), Both.__name__, Base.who(both), getattr(Both, "who")(both))
class Slots:
    __slots__ = ("a",)
    def __init__(self): self.a = 1
print(Slots().a)
class Counter:
    def __init__(self, n): self.n = n
    def __iter__(self): return self
    def __next__(self):
        if self.n <= 0: raise StopIteration
        self.n -= 1
        return self.n
print(list(Counter(3)), sum(Counter(4)), [x for x in Counter(2)], 1 in Counter(3), tuple(zip(Counter(2), "ab")), *Counter(2))
class OldIter:
    def __getitem__(self, i):
        if i > 2: raise IndexError
        return i * i
print(list(OldIter()), 4 in OldIter())
class Meta:
    attr = [i * 2 for i in range(3)]
    alias = attr
    def f(self=None, *, key: int = 3) -> str: return key
    class nested: z = 1
print(Meta.attr, Meta.alias is Meta.attr, Meta.f(), Meta.nested.z, Meta().f())
