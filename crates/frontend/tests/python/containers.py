"""Methods of lists, dicts, sets and tuples."""
def attempt(f, *args):
    try:
        print(f(*args))
    except Exception as error:
        print(type(error).__name__, error)

a = [3, 1, 2]
a.append(4); a.extend((5, 6)); a.insert(0, 9); a.insert(-1, 8); a.insert(100, 7)
print(a, a.index(1), a.count(9), a.pop(), a.pop(0), a.pop(-2), a)
a.remove(5); print(a); a.reverse(); print(a); a.sort(); print(a); a.sort(reverse=True, key=lambda x: x % 3); print(a)
b = a.copy(); b.clear(); print(a, b, a + [1], a * 2, 2 * [0], [1, 2] == [1, 2], [1, 2] < [1, 3], [1] < [1, 0], [] < [0], a is a.copy())
attempt(lambda: [1].remove(2)); attempt(lambda: [].pop()); attempt(lambda: [1].index(5)); attempt(lambda: [1][3]); attempt(lambda: [1, "a"].sort()); attempt(lambda: [1] + (2,))
c = list(range(10)); c[2:5] = ["x"]; print(c); c[::2] = [0] * len(c[::2]); print(c); del c[1:3]; print(c); del c[-1]; print(c); c[1:1] = [7, 7]; print(c); c += "ab"; print(c); c *= 1; print(c)
def too_short(): c[::2] = [1]
attempt(too_short); d = c; d.append("same"); print(c[-1], c is d)
print([1, [2, [3]]] == [1, [2, [3]]], [[0] * 2 for _ in range(2)], [[]] * 2, (1,) + (2, 3), (1, 2) * 2, (1, 2, 1).count(1), (1, 2).index(2), () == (), (1,) < (1, 2), 1 in (1, 2), 3 not in [1])
x = {"b": 1, "a": 2}
x["c"] = 3; x.update(d=4); x.update({"a": 0}, e=5); x.update([("f", 6)])
print(x, x.get("z"), x.get("z", 0), x.pop("b"), x.pop("zz", None), x.setdefault("g", []), x.setdefault("a", 9), list(x), list(x.values()), list(x.items()), "a" in x, len(x), x.popitem(), x)
attempt(lambda: x["missing"]); attempt(lambda: x.pop("missing")); attempt(lambda: {}.popitem()); attempt(lambda: {[]: 1})
y = dict(zip("ab", (1, 2)), c=3); z = {**x, **y, "q": 0}; print(y, z, x | y, {1: "a", 1.0: "b", True: "c"}, dict.fromkeys("ab", 0), dict([(1, 2)]), {k: v for v, k in enumerate("xyz")})
y |= {"n": 1}; print(y, y.keys() & {"a", "n"} == {"a", "n"}, y.keys() - {"a"} == {"b", "c", "n"}, y == dict(y), {"a": 1, "b": 2} == {"b": 2, "a": 1}, list(reversed(y)), max(y), sorted(y, key=y.get))
for key, value in y.items():
    print(key, value, end="; ")
print()
def mutate():
    m = {1: 1}
    for k in m:
        m[k + 1] = 1
attempt(mutate)
s = {3, 1}; s.add(2); s.discard(9); s.update([4], (5,)); s.remove(1)
print(sorted(s), s == {2, 3, 4, 5}, s & {2, 9} == {2}, sorted(s | {0}), s - {2} == {3, 4, 5}, sorted(s ^ {2, 7}), {2} <= s, s < s, s.issuperset({2}), s.isdisjoint({9}), s.union([1], [2]) == {1, 2, 3, 4, 5}, s.intersection([2, 3]) == {2, 3}, s.difference([2]) == {3, 4, 5}, s.symmetric_difference([2]) == {3, 4, 5}, set() == set([]), repr(set()), frozenset([1]) == {1}, len({1, 1.0, True}))
attempt(lambda: {1}.remove(5)); attempt(lambda: set().pop()); attempt(lambda: {[1]}); attempt(lambda: hash([])); attempt(lambda: {1} + {2})
t = (1, 2, [3]); t[2].append(4); print(t, t[-1], t[:2], hash((1, 2)) == hash((1, 2)), tuple([1]), (), (1,), repr((1,)), (1, (2, "a")))
attempt(lambda: t.__setitem__(0, 1)); attempt(lambda: t[5]); attempt(lambda: (1, 2) + [3])
print(list(enumerate("ab", 1)), list(zip([1, 2], "ab", [True, False])), list(map(lambda p, q: p + q, [1, 2], [10, 20])), list(filter(None, [0, 1, "", "a"])), list(reversed([1, 2])), sum([[1], [2]], []), sum((0.1,) * 3), any([]), all([]), min([3, 1], key=lambda v: -v), max("a", "b"), max([], default=0), min(2, 1), sorted([3, 1, 2], reverse=True), list(zip(*[(1, 2), (3, 4)])))
attempt(lambda: max([])); attempt(lambda: list(zip([1], [1, 2], strict=True))); attempt(lambda: next(iter([]))); attempt(lambda: sorted([1, "a"])); attempt(lambda: sum(["a"]))
nested = {"a": [1, {"b": (2, None)}], 3: {4, }, "f": 1.0, "t": True}; print(nested, str(nested), repr([nested]))
r = []; r.append(r); print(r); q = {}; q["q"] = q; print(q)
first, *middle, last = range(5); print(first, middle, last); *head, tail = "ab"; print(head, tail); (p, q), [r, *s] = (1, 2), "xyz"; print(p, q, r, s); [m] = [1]; print(m)
def unpack_errors():
    u, v = [1, 2, 3]
attempt(unpack_errors); attempt(lambda: [*range(3), *"ab", *{1: 2}]); print({**{"a": 1}, "a": 2}, (*[1], *(2,)), [*{}], {*[1], *[1]})
range_ = range(10, 0, -3); print(range_, list(range_), len(range_), 7 in range_, range_[1], range_[-1], range_[1:], range_ == range(10, 1, -3), range_.index(4), list(range(0)), list(range(-2)), range(3).start, range(2, 9, 2).step, sum(range(101)))
print(slice(1, None, 2), [0, 1, 2, 3, 4][slice(1, -1)], list(range(10))[-3::-2], list(range(10))[8:2:-2], "abc"[slice(None, None, -1)])
