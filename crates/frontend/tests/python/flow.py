"""Order of evaluation, scopes, exceptions, generators, pattern matching."""
def t(x, log=[]):
    log.append(x); return x
print(t(1) + t(2) * t(3), {t("k"): t("v")}, [t(4), t(5)][t(0)], t(1) < t(2) < t(0) < t(9), t(0) and t(1), t(0) or t(2), (lambda *a, **k: (a, k))(t("p"), *[t("s")], n=t("n"), **{"m": t("m")}))
print(t(0)[1:2] if False else "")
x = [1, 2, 3]; i = 0; i, x[i] = 1, 9; print(x, i); x[i := 2] = 5; print(x, i)
a = b = []; a.append(1); print(a, b, a is b); u = v = 0; u += 1; print(u, v)
if (n := len(x)) > 2: print("walrus", n)
print([y := 1, y ** 2], y, [last := k for k in range(3)], last, any((hit := w) > 1 for w in x), hit)
while (n := n - 1): print(n, end=" ")
else: print("else")
for k in range(3):
    if k == 5: break
else: print("no break", k)
def outer():
    c = 0
    def inc(by=1):
        nonlocal c; c += by; return c
    def get(): return c
    return inc, get
inc, get = outer(); inc(); inc(5); print(get())
total = 0
def add(n):
    global total, fresh; total += n; fresh = total
add(3); print(total, fresh)
fs = [lambda: k for k in range(3)]; gs = [lambda k=k: k for k in range(3)]; print([f() for f in fs], [g() for g in gs])
def defaults(a, b=2, /, c=3, *args, d, e=5, **kw): return (a, b, c, args, d, e, kw)
print(defaults(1, d=4), defaults(1, 2, 3, 4, 5, d=6, z=7, b=8))
def attempt(f):
    try: print(f())
    except Exception as error: print(type(error).__name__, error)
attempt(lambda: defaults()); attempt(lambda: defaults(1)); attempt(lambda: defaults(1, d=1, d2=2, a=3)); attempt(lambda: defaults(a=1, d=2)); attempt(lambda: undefined_name); attempt(lambda: 1 / 0); attempt(lambda: 1 // 0); attempt(lambda: 1.0 % 0); attempt(lambda: 0 ** -1); attempt(lambda: int("x")); attempt(lambda: None + 1); attempt(lambda: "a" + 1); attempt(lambda: len(5)); number = 3; attempt(lambda: number()); attempt(lambda: 2 ** 0.5 ** 2); attempt(lambda: -2 ** 2); attempt(lambda: not 1 == 2)
def unbound():
    print(q)
    q = 1
attempt(unbound)
class E(ValueError):
    def __init__(self, m, code=0): super().__init__(m); self.code = code
def tries(k):
    try:
        try:
            if k == 0: raise E("zero", code=7)
            if k == 1: raise KeyError("one")
            if k == 2: return "returned"
            if k == 3: {}["x"]
            if k == 4: raise TypeError from ValueError("cause")
        except E as e: print("E", e, e.code, e.args)
        except (KeyError, IndexError) as e: print("Key", e, repr(e)); raise RuntimeError("again") from e
        else: print("else")
        finally: print("finally", k)
    except RuntimeError as e: print("outer", e, repr(e.__cause__))
    except TypeError as e: print("type", repr(e), repr(e.__cause__))
    return "end"
print([tries(k) for k in range(6)])
def in_finally():
    for k in range(3):
        try:
            if k == 1: continue
            print("body", k)
        finally: print("fin", k)
    try: return 1
    finally: print("after return")
print(in_finally())
def gen(n):
    yield "start"
    for k in range(n):
        yield k, [k] * k
    return "done"
def delegate():
    yield from gen(2)
    yield from [10, 11]
g = delegate(); print(next(g), next(g), list(g))
attempt(lambda: next(k for k in [])); print(next((k for k in []), "default"), sum(k * k for k in range(4)), list(k + j for k in range(2) for j in range(k, 3) if j != 1), {k: [j for j in range(k)] for k in range(3)}, {k % 2 for k in range(5)})
def fib():
    p, q = 0, 1
    while True: yield p; p, q = q, p + q
import itertools
print(list(itertools.islice(fib(), 10)), list(itertools.takewhile(lambda f: f < 30, fib())), [f for f, _ in zip(fib(), range(5))])
assert True, "fine"
def exec_assert(): assert 1 == 2, f"message {1 + 1}"
attempt(exec_assert)
del a
try: a
except NameError as error: print(error)
print(*[1, 2], sep="-", end="!\n"); print(); print("a", "b", sep=""); print(1, None, [2], "x", (3,), {4: 5}, sep=" | ")
