"""Multiple inheritance, abstract patterns and special methods found in bases."""
class Layer:
    counter = {}
    def __init__(self, name=None, **kwargs):
        kind = type(self).__name__.lower()
        Layer.counter[kind] = Layer.counter.get(kind, 0) + 1
        self.name = name or f"{kind}_{Layer.counter[kind]}"
        self.options = kwargs
    def __call__(self, x):
        if not getattr(self, "built", False):
            self.build(len(x))
            self.built = True
        return self.call(x)
    def build(self, n): pass
    def call(self, x): raise NotImplementedError(f"{type(self).__name__} has no call")
    def __repr__(self): return f"<{self.name}>"
class Scale(Layer):
    def __init__(self, factor=2, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor
    def build(self, n): self.weights = [self.factor] * n
    def call(self, x): return [a * w for a, w in zip(x, self.weights)]
class Shift(Layer):
    def call(self, x): return [a + self.options.get("by", 1) for a in x]
class Stack(Layer):
    def __init__(self, *layers, **kwargs): super().__init__(**kwargs); self.layers = list(layers)
    def call(self, x):
        for layer in self.layers: x = layer(x)
        return x
    def __len__(self): return len(self.layers)
    def __getitem__(self, i): return self.layers[i]
    def __iter__(self): return iter(self.layers)
net = Stack(Scale(3), Shift(by=10), Scale(name="last"))
print(net([1, 2]), net.layers, len(net), net[0].weights, [l.name for l in net], net.name, net[-1].factor)
try:
    Layer()([1])
except NotImplementedError as error:
    print(error)
class LogMixin:
    log = []
    def __call__(self, x): self.log.append(self.name); return super().__call__(x)
class LoggedScale(LogMixin, Scale): pass
print(LoggedScale(5)([1]), LogMixin.log, [c.__name__ for c in LoggedScale.__mro__])
class A:
    def __init__(self): self.trace = ["A"]
class B(A):
    def __init__(self): super().__init__(); self.trace.append("B")
class C(A):
    def __init__(self): super().__init__(); self.trace.append("C")
class D(B, C):
    def __init__(self): super().__init__(); self.trace.append("D")
print(D().trace, isinstance(D(), (C,)), issubclass(D, A), D.__name__)
class Shape:
    sides = 0
    @classmethod
    def describe(cls): return f"{cls.__name__} has {cls.sides}"
    @property
    def area(self): return self._area()
    def _area(self): return 0
    def __eq__(self, other): return type(self) is type(other) and self.area == other.area
class Square(Shape):
    sides = 4
    def __init__(self, s): self.s = s
    def _area(self): return self.s ** 2
print(Square.describe(), Shape.describe(), Square(3).area, Square(2) == Square(2), Square(2) != Square(3), Shape() == Square(0), super(Square, Square(4))._area())
class Base:
    def template(self): return self.step1() + self.step2()
    def step1(self): return "base1 "
    def step2(self): return "base2"
class Derived(Base):
    def step2(self): return "derived2 " + super().step2()
print(Derived().template(), Base.template(Derived()))
class WithDefault(dict if False else object):
    value = property(lambda self: "prop")
    def __getattr__(self, name):
        if name.startswith("dyn"): return name[3:]
        raise AttributeError(f"no {name}")
w = WithDefault(); print(w.value, w.dynamic, hasattr(w, "other"), getattr(w, "other", "default"))
class Err(Exception):
    def __str__(self): return "custom " + super().__str__()
try:
    raise Err("text")
except Err as error:
    print(error, repr(error))
class Sub(Err): pass
try:
    try: raise Sub("inner")
    except Err: raise
except Exception as error: print(type(error).__name__, error)
class Matrix:
    def __init__(self, rows): self.rows = rows
    def __getitem__(self, ij): i, j = ij; return self.rows[i][j]
    def __setitem__(self, ij, v): i, j = ij; self.rows[i][j] = v
    def __delitem__(self, i): del self.rows[i]
    def __matmul__(self, o): return Matrix([[sum(a * b for a, b in zip(r, c)) for c in zip(*o.rows)] for r in self.rows])
    def __pow__(self, n): return self if n == 1 else self @ self ** (n - 1)
    def __invert__(self): return Matrix([list(c) for c in zip(*self.rows)])
    def __floordiv__(self, k): return Matrix([[v // k for v in r] for r in self.rows])
    def __rsub__(self, k): return Matrix([[k - v for v in r] for r in self.rows])
    def __bool__(self): return any(map(any, self.rows))
m = Matrix([[1, 1], [1, 0]]); m[0, 0] += 0; print((m ** 10)[0, 1], (~Matrix([[1, 2]])).rows, (m // 1).rows, (5 - m).rows, bool(m), m[0, 1]); del m[0]; print(m.rows)
