"""Comprehensions, generator expressions and iterators."""
print([x * x for x in range(5)], [x for x in range(10) if x % 2 if x > 3], [(x, y) for x in range(3) for y in range(x)], {x: x**2 for x in range(3)}, sorted({x % 2 for x in range(5)}))
print([[j for j in range(i)] for i in range(4)], [x for row in [[1, 2], [3]] for x in row], [a + b for a, b in zip("ab", "cd")], [*map(str, (i for i in range(3)))])
x = "outer"; squares = [x for x in range(3)]; print(x, squares); g = (v * 2 for v in [1, 2, 3]); print(next(g), list(g), list(g), next(g, "done"))
print(sum(v for v in range(10)), max((len(w), w) for w in ["a", "bbb"]), ",".join(str(v) for v in range(3)), dict((k, v) for k, v in [("a", 1)]), tuple(v for v in "ab"), set(v for v in [1, 1]) == {1}, any(v > 2 for v in [1, 3]), sorted(v for v in [2, 1]))
fs = [lambda: i for i in range(3)]; print([f() for f in fs]); n = 3; print([n for n in range(n)], n, [y for y in (z for z in range(3))], [(lambda v: v + n)(v) for v in [1]])
def lazy():
    log = []
    def source():
        for i in range(3):
            log.append(i)
            yield i
    it = (v + 10 for v in source())
    first = next(it)
    return first, log
print(lazy())
it = iter([1, 2, 3]); print(next(it), list(zip(it, it)), list(it)); print(list(map(lambda a, b: a - b, [5, 6], [1, 2])), list(filter(lambda v: v % 2, range(6))), list(enumerate(reversed("abc"))), list(reversed(range(3))))
m = map(int, "123"); print(next(m), list(m), list(zip(range(3), "abc", [True] * 3)), [i for i, in [(1,), (2,)]], dict(enumerate("ab")), [c for c in "hello" if c not in "aeiou"])
print([a if a > 1 else -a for a in range(4)], [[r[i] for r in [[1, 2], [3, 4]]] for i in range(2)], list(zip(*[[1, 2], [3, 4]])), [k for k in {"a": 1}], [s.upper() for s in ("x", "y")], {k: [v] for k, v in {"a": 1}.items()})
class Scope:
    base = 3
    items = [i for i in range(base)]
    first = next(i for i in range(base, 10))
print(Scope.items, Scope.first, iter(it) is it, list(iter(lambda c=[0]: c.__setitem__(0, c[0] + 1) or c[0], 4)) if False else "", [x for x in [1, 2, 3] if (y := x) > 1], y)
matrix = [[1, 2, 3], [4, 5, 6]]; print([[row[i] for row in matrix] for i in range(3)], sum(sum(r) for r in matrix), [v for r in matrix for v in r if v % 2 == 0], max(map(max, matrix)))
