"""Functions: parameters, defaults, closures, decorators."""
def f(a, b=2, *args, c, d=4, **kw):
    """Doc."""
    return (a, b, args, c, d, kw)
print(f(1, c=3), f(1, 2, 3, 4, c=5, e=6), f(*[1, 2], **{"c": 3, "z": 0}), f(a=1, c=2), f.__name__, f.__doc__)
def pos(a, b, /, c, *, d): return [a, b, c, d]
print(pos(1, 2, 3, d=4), pos(1, 2, c=3, d=4))
for call in ("f()", "f(1)", "f(1, 2)", "pos(1, 2, 3)", "pos(1, 2, 3, 4)", "f(1, a=2, c=3)", "pos(1, 2, 3, d=1, e=2)", "two(1)", "two(1, 2, 3)"):
    def two(x, y): return x
    try:
        if call == "f()": f()
        elif call == "f(1)": f(1)
        elif call == "f(1, 2)": f(1, 2)
        elif call == "pos(1, 2, 3)": pos(1, 2, 3)
        elif call == "pos(1, 2, 3, 4)": pos(1, 2, 3, 4)
        elif call == "f(1, a=2, c=3)": f(1, a=2, c=3)
        elif call == "two(1)": two(1)
        elif call == "two(1, 2, 3)": two(1, 2, 3)
        else: pos(1, 2, 3, d=1, e=2)
    except TypeError as error:
        print(call, "->", error)
def mutable(x, acc=[]):
    acc.append(x)
    return acc
print(mutable(1), mutable(2), mutable(3, []), mutable(4))
def counter():
    n = 0
    def inc(by=1):
        nonlocal n
        n += by
        return n
    def get(): return n
    return inc, get
inc, get = counter(); inc(); inc(5); print(get(), inc(), counter()[1]())
late = [lambda: i for i in range(3)]; early = [lambda i=i: i for i in range(3)]
print([g() for g in late], [g() for g in early])
total = 0
def add_global(v):
    global total, fresh
    total += v
    fresh = "made"
add_global(3); add_global(4); print(total, fresh)
def deco(prefix):
    def wrap(fn):
        def inner(*a, **k):
            return prefix + str(fn(*a, **k))
        return inner
    return wrap
def twice(fn): return lambda *a: fn(fn(*a))
@deco("<")
@deco("[")
def shout(x, times=2): return x.upper() * times
print(shout("a"), shout("b", times=3), twice(lambda v: v * v)(3))
def fact(n): return 1 if n <= 1 else n * fact(n - 1)
def fib(n, memo={}):
    if n in memo: return memo[n]
    memo[n] = n if n < 2 else fib(n - 1) + fib(n - 2)
    return memo[n]
print(fact(30), fib(80), (lambda *a, k=1, **kw: (a, k, kw))(1, 2, k=3, z=4), (lambda: None)())
def unbound():
    try:
        print(later)
    except UnboundLocalError as error:
        print("unbound:", error)
    later = 1
unbound()
x = "global"
def scopes():
    x = "outer"
    def read(): return x
    class C:
        x = "class"
        y = x
        def method(self): return x
    return read(), C.y, C().method(), [x for _ in range(1)][0]
print(scopes(), x)
def no_return(): pass
def early_return(v):
    for i in range(10):
        if i == v: return i
    else:
        return "none"
print(no_return(), early_return(3), early_return(50), callable(f), callable(3), f is f)
def outer():
    def a(): return b()
    def b(): return "mutual"
    return a()
print(outer(), list(map(lambda p: p[0] + p[1], [(1, 2), (3, 4)])), sorted([3, 1], key=lambda v: -v))
def order(tag): print(tag, end=" "); return tag
{order("k1"): order("v1")}; [order(1), order(2)][order(0)]; order("a") + order("b"); print()
def kwonly(*, a, b=2): return a + b
print(kwonly(a=1), kwonly(b=1, a=1)); kwargs = {"a": 5}; print(kwonly(**kwargs)); print((lambda a, /, b: a - b)(5, b=3))
