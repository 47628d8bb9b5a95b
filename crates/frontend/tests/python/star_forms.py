"""Stars everywhere, deletion, scoping, chained comparison, order of evaluation."""


def f(*args, **kwargs):
    return args, kwargs


a = [1, 2]
d = {"x": 1}
print(f(*a, *"bc", 3, *(), y=2, **d, **{"z": 3}), [*a, *range(2), *{"k": 1}], (*a, 0), {*a, 2, 3} == {1, 2, 3}, {**d, "x": 2, **{"w": 1}})
*b, c = "xyz"
(e, *g), *h = [[1, 2, 3], 4, 5]
first, (second, *third), *fourth = 1, (2, 3, 4), 5, 6
print(b, c, e, g, h, first, second, third, fourth)
for i, *rest in [(1, 2, 3), "ab"]:
    print(i, rest)
[x, [y, *z]] = 1, "pqr"
print(x, y, z)
print(*a, *"bc", sep="-")
t = *a, 9
print(t, (lambda *p, k=1, **o: (p, k, o))(1, 2, k=3, m=4))


def g1():
    return *a, 1


def g2():
    yield *a, 2


print(g1(), list(g2()))
s = list(range(10))
s[2:5] = ["a"]
s[::3] = [0, 0, 0]
del s[1], s[-1]
s[len(s):] = [7, 8]
s[1:1] = [5]
print(s)
s[:] = s[::-1]
del s[::2]
print(s, s[-100:100], s[3:1], s[::-1][:2])
try:
    s[::2] = [1]
except ValueError as error:
    print(error)
n = {"a": {"b": [1, 2, 3]}}
del n["a"]["b"][1]
n["a"]["c"] = n["a"].pop("b")
print(n)
x = y = z = 0
x, y = y + 1, x + 2
print(x, y)
i = 0
i, s[i] = 1, "i"
print(i, s)


def show(v):
    print("eval", v)
    return v


print(show(1) < show(2) < show(3) > show(0), show(3) < show(1) < show(2))
print(show(1) if show(0) else show(2), show(0) or show("") or show(5), show(1) and show(0) and show(2))
{show("k1"): show("v1"), show("k2"): show("v2")}
[show("a")][show(0)] = show("value")
print(f"{show('f1')} {show('f2'):>{show(4)}}")
(lambda: show("lambda body"))
show(show("inner") + "!")


class Order:
    def __getitem__(self, k):
        print("get", k)
        return 1

    def __setitem__(self, k, v):
        print("set", k, v)


o = Order()
o[show("i")] += show(5)
o[show("p")], o[show("q")] = show("r"), show("s")
counter = 0


def outer():
    count = 10

    def inner():
        nonlocal count
        global counter
        count += 1
        counter += 1
        return count

    return inner(), inner(), count


print(outer(), counter)
print([last := v for v in range(3)], last, any((hit := v) > 1 for v in range(5)), hit)
print([v for v in range(3) if (w := v * 2) > 1], w, [[u for u in range(v)] for v in range(3)])


def scopes():
    result = [q := 1, q + 1]
    total = sum(q * k for k in range(3))
    return result, total, q


print(scopes())
x = 5
print([x for x in range(3)], x, {x: x for x in "ab"}, x, (lambda x: x * 2)(4), x)


class Scope:
    value = 3
    doubled = [value for _ in range(2)] if False else value * 2
    items = [v for v in range(value)]

    def method(self):
        return Scope.value


print(Scope.doubled, Scope.items, Scope().method())
funcs = [lambda: k for k in range(3)]
print([fn() for fn in funcs], [fn() for fn in [lambda k=k: k for k in range(3)]])
try:
    del x
    print(x)
except NameError as error:
    print(error)


def unbound():
    print(later)
    later = 1


try:
    unbound()
except UnboundLocalError as error:
    print(error)
print(1 < 2 < 3, 1 < 3 < 2, 1 == 1.0 == True, 1 < 2 > 1 != 3 in [3], not 1 == 2, (not 1) == 2, -2**2, 2**-1, 2**3**2, -7 // 2, -7 % 3, 7 % -3, 7.5 // 2, -7.5 % 2)
print(divmod(-7, 2), divmod(7, -2), divmod(7.5, -2), divmod(2**70, 3**20), pow(2, 10, 7), pow(3, -1, 7), pow(2, 0.5), pow(-8, 3), round(2.5), round(3.5), round(-2.5), round(2.675, 2), round(1234, -2), round(1250, -2), round(1e16 + 0.5), round(-0.5), round(5, 1), round(1.5, 0))
print(7 & 3 | 8 ^ 1 << 2, ~5, -1 >> 3, 1 << 70, (1 << 70) >> 69, 2**100 // 3**20, -(2**100) % 7, (-5) ** 3, 0**0, 0.0**0, 10**-2, abs(-(2**70)), int(1e20), int(-1.9), float(2**60), bool(0.0), 3 / 2, 4 / 2, 2**63 - 1, -(2**63), 2**64 * 2**64)
print((2**70).bit_length(), (10).bit_count(), (5).conjugate(), (2.5).is_integer(), (4.0).is_integer(), (0.5).as_integer_ratio(), 5 .real, 1_000)
