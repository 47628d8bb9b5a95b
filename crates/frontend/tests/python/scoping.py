"""Names: local, enclosing, global, built-in, class bodies and comprehensions."""
x = "global"
def local():
    x = "local"
    return x
def reads(): return x
def enclosing():
    x = "enclosing"
    def inner():
        def innermost(): return x
        return innermost()
    return inner()
print(local(), reads(), enclosing(), x)
def rebinding():
    global x
    old, x = x, "changed"
    return old
print(rebinding(), x)
def make_counters():
    counts = {}
    n = 0
    def bump(key):
        nonlocal n
        n += 1
        counts[key] = counts.get(key, 0) + 1
        return n, dict(counts)
    return bump
bump = make_counters(); other = make_counters(); print(bump("a"), bump("b"), bump("a"), other("z"))
def loop_closures():
    fs = []
    for i in range(3):
        def f(k=i): return (k, i)
        fs.append(f)
    return [f() for f in fs]
print(loop_closures())
class C:
    x = "class"
    seen = [x for _ in range(2)] if False else x
    def method(self): return x
    copies = [v for v in (x,)]
    def outer(self):
        y = self.x
        return [y + str(i) for i in range(2)]
print(C.seen, C().method(), C.copies, C().outer())
def shadow_builtin():
    list = [1, 2]
    len = lambda v: "shadowed"
    return len(list)
print(shadow_builtin(), len([1]))
def undefined():
    try:
        return nothing_here
    except NameError as error:
        return type(error).__name__
print(undefined())
def conditional(flag):
    if flag:
        value = 1
    try:
        return value
    except UnboundLocalError:
        return "unbound"
print(conditional(True), conditional(False))
def deep(n):
    total = 0
    def add(k):
        nonlocal total
        total += k
        if k > 0: add(k - 1)
    add(n)
    return total
print(deep(10)); total = "untouched"; print(total)
def params(x, *x2, x3=x): return x, x2, x3
print(params(1, 2)); y = 5
def use_before():
    def inner(): return y2
    y2 = 6
    return inner()
print(use_before(), [y for y in range(3)], y, {y: y for y in "ab"}, y, (lambda y: y * 2)(4), y)
def delete():
    z = 1
    del z
    try:
        return z
    except UnboundLocalError as error:
        return "deleted"
print(delete())
i = "outer"
total = sum(i for i in range(4)); print(i, total); print([(i, j) for i in range(2) for j in range(i + 1)], i)
def gen_scope(n): return (n * v for v in range(n))
print(list(gen_scope(3))); exec_order = []
def first(): exec_order.append("first"); return 1
def second(): exec_order.append("second"); return 2
result = first() if second() > 1 else None; print(exec_order, result)
def kw(**options): options["new"] = 1; return options
given = {"a": 0}; print(kw(**given), given); import math as m
def uses_module(): return m.floor(2.5)
print(uses_module()); 
def outer_args(*args, **kwargs):
    def inner(*args): return args, kwargs
    return inner(*args, "more")
print(outer_args(1, k=2)); print([name for name in ("a", "b") if name != "a"], "name" in globals())
