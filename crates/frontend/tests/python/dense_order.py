"""The order of sets of numbers, NaN in containers, special floats, classes of collections."""

import collections
import itertools
import math

print({3, 1, 2}, {10, 5, 7, 1}, {100, 1, 50}, set(range(10, 0, -1)), {8, 0, 16}, {1.0, 2}, frozenset([3, 1]))
print(list({-1, -2, 5}), set([300, 20, 1]), list(set(range(20, 0, -3))), set([64, 32, 1, 33]), {0.5, 0.25, 3, 1e10})
print({(1, 2), (0, 1), (3,)} == {(0, 1), (3,), (1, 2)}, list({(i, i + 1) for i in range(6)}), {True, 0, 2**70, -(2**65)})
for n in [4, 5, 6, 18, 19, 40, 77, 200, 1000]:
    made = {(i * 7919) % 1009 for i in range(n)}
    print(n, list(made)[:40], sum(i * v for i, v in enumerate(made)))
    wide = set(i * i * 12345 for i in range(n))
    print(list(wide)[:20], sum(i * v for i, v in enumerate(wide)))
    halves = {i / 8 for i in range(n)}
    print(list(halves)[:20])
    pairs = {(i % 13, -i) for i in range(n)}
    print(list(pairs)[:12])
s = {5, 3, 9}
print(s.pop(), s, s | {1}, s & {9, 3}, s ^ {1}, s - {9}, sorted(s), [*s], max(s), list(map(str, s)))
labels = [4, 2, 9, 2, 4, 0]
print({label: i for i, label in enumerate(set(labels))}, list(dict.fromkeys(labels)), tuple(set(labels)))
nan = float("nan")
print([nan] == [nan], nan in [nan], [nan].index(nan), {nan: 1}[nan], nan == nan, (nan,) == (nan,), {nan} == {nan}, nan is nan)
for values in [[math.inf, 1, -3.0], [-math.inf], [nan, 1], [math.inf, math.inf], [1e308, -1e308, 3], [math.inf, -math.inf], [1e308, 1e308]]:
    try:
        print(math.fsum(values))
    except Exception as error:
        print(type(error).__name__, error)
for x in [0.1, -0.0, 1.0, 5e-324, 1.7976931348623157e308, math.inf, -2.5, 2**-1022, 3.0e-310]:
    print(x.hex(), float.fromhex(x.hex()) == x)
for text in ["0x1.8p3", "-0x.1p-2", "1.8", "0X1P-1074", "0x1p-1075", "0x1.8p-1075", "inf", "-nan", "0x1p1024", "x", "0x1.fffffffffffff8p0", " 0x10 "]:
    try:
        print(text, float.fromhex(text))
    except Exception as error:
        print(type(error).__name__, error)
for x in [0.5, 1, 4.5, 10, 23, 24.5, 100.1, 150.5, 171, -0.5, -3.7, -150.2, 1e-21, 1e-5]:
    print(x, math.gamma(x), math.lgamma(x))
for x in [0, -1, 172, -math.inf, 1e-310]:
    for function in (math.gamma, math.lgamma):
        try:
            print(function(x))
        except Exception as error:
            print(type(error).__name__, error)
print(math.erf(0), math.erf(0.5), math.erf(-1.5), math.erf(6), math.erfc(0.25), math.erfc(-2), math.erf(math.inf))
print([k for k, _ in itertools.groupby([1, True, 1.0, 2, 0, False])])
o = collections.OrderedDict([("a", 1), ("b", 2)])
o.move_to_end("a")
print(o, list(o), o.popitem(last=False), o, o | {"z": 1}, {"y": 0} | o, collections.OrderedDict(), isinstance(o, dict))
print(collections.OrderedDict(a=1) == {"a": 1}, collections.OrderedDict(a=1, b=2) == collections.OrderedDict(b=2, a=1))
o["c"] = 5
o.move_to_end("c", last=False)
print(o, o.copy(), list(reversed(o)), collections.OrderedDict.fromkeys("ab", 0), dict(o), {**o}, repr(o) == str(o))
d, e = collections.deque([1, 2]), collections.deque([2])
print(d < e, d <= e, d > e, d == collections.deque([1, 2]), d == [1, 2])


class Doubling(collections.UserDict):
    def __setitem__(self, key, value):
        super().__setitem__(key, value * 2)


u = Doubling(a=1)
u["b"] = 2
u.update(c=3)
print(u, u.data, len(u), "a" in u, dict(u), list(u.items()), u.pop("a"), u.get("zz", 0), u.setdefault("q", 1), u)
l = collections.UserList([3, 1, 2])
l.append(0)
l.sort()
print(l, l[0], l[1:], len(l), l + [5], [9] + l, l * 2, 3 in l, l.index(2))
