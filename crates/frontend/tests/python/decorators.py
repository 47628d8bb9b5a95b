"""Decorators on functions, methods and classes."""
import functools
def trace(fn):
    @functools.wraps(fn)
    def wrapper(*args, **kwargs):
        result = fn(*args, **kwargs)
        log.append((args[-1] if args else None, result))
        return result
    return wrapper
log = []
@trace
def double(x): return 2 * x
print(double(4), double(x=5), log)
def repeat(times, *, sep=" "):
    def deco(fn):
        def inner(*a): return sep.join(str(fn(*a)) for _ in range(times))
        return inner
    return deco
@repeat(3, sep="-")
def hello(name): return "hi " + name
print(hello("bo"))
class Register:
    items = {}
    def __init__(self, key): self.key = key
    def __call__(self, fn): Register.items[self.key] = fn; return fn
@Register("relu")
def relu(x): return max(x, 0)
@Register("square")
def square(x): return x * x
print({k: f(-3) for k, f in Register.items.items()}, relu(2))
def add_method(cls):
    cls.extra = lambda self: f"extra {self.v}"
    cls.tag = cls.__name__.lower()
    return cls
@add_method
class Thing:
    def __init__(self, v): self.v = v
    @trace
    def scaled(self, k): return self.v * k
    @staticmethod
    @trace
    def static(k): return k + 1
    @classmethod
    def build(cls, *a): return cls(sum(a))
    @property
    def size(self): return self.v
    @size.setter
    def size(self, new):
        if new < 0: raise ValueError("negative")
        self.v = new
t = Thing.build(1, 2, 3); t.size = 9
print(t.extra(), Thing.tag, t.scaled(2), Thing.static(5), t.static(6), t.size, len(log))
try:
    t.size = -1
except ValueError as error:
    print(error, t.size)
class CountCalls:
    def __init__(self, fn): self.fn, self.n = fn, 0
    def __call__(self, *a): self.n += 1; return self.fn(*a)
@CountCalls
def counted(a): return a * 10
print(counted(1), counted(2), counted.n)
class Temp:
    def __init__(self, c): self._c = c
    @property
    def f(self): return self._c * 9 / 5 + 32
    kelvin = property(lambda self: self._c + 273.15)
print(Temp(100).f, Temp(0).kelvin)
try:
    Temp(1).f = 3
except AttributeError as error:
    print("no setter")
def compose(*fs): return functools.reduce(lambda f, g: lambda x: f(g(x)), fs)
print(compose(str, abs, lambda v: v - 10)(3), [f(2) for f in (double, square, functools.partial(pow, 3))])
