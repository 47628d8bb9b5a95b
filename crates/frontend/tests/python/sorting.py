"""Sorting is stable; keys and comparisons of the program are used."""
people = [("bob", 25), ("alice", 30), ("carol", 25), ("dave", 30)]
print(sorted(people), sorted(people, key=lambda p: p[1]), sorted(people, key=lambda p: p[1], reverse=True), sorted(people, key=lambda p: (-p[1], p[0])))
class V:
    def __init__(self, n): self.n = n
    def __lt__(self, o): return self.n < o.n
    def __repr__(self): return f"V{self.n}"
vs = [V(3), V(1), V(2), V(1)]
print(sorted(vs), min(vs), max(vs), sorted(vs, reverse=True)); vs.sort(key=lambda v: -v.n); print(vs)
print(sorted([3.5, 2, True, -1, 2**70, -2**70, 0.1]), sorted("bca", reverse=True), sorted([[2, 1], [1, 2], [1]]), sorted([(1, "b"), (1, "a"), (0, "z")]), sorted({"b", "a"}), sorted({"y": 1, "x": 2}.items(), key=lambda kv: kv[1]))
try:
    sorted([1, "a"])
except TypeError as error:
    print(error)
data = list(range(50)); shuffled = [(i * 37) % 50 for i in data]; print(sorted(shuffled) == data, sorted(shuffled, key=lambda v: v % 7)[:10], sorted(shuffled, key=lambda v: (v % 3, -v))[:6])
words = "the quick brown fox jumps over the lazy dog".split(); print(sorted(words, key=len), sorted(set(words), key=lambda w: (len(w), w)), max(words, key=len), min(words, key=lambda w: w[-1]))
l = [5, 3, 9]; l.sort(); print(l, l.sort(reverse=True), l, [*reversed(l)], l.reverse(), l)
print(max(3, 1, 2), max([1, 5, 3], key=lambda v: -v), min("hello"), max({"a": 3, "b": 2}, key={"a": 3, "b": 2}.get), max((1, 2), (1, 3)), min([], default=None), max("a", "B", key=str.lower))
print([1, 2] < [1, 2, 3], (1, 2, 3) > (1, 2), [1, [2, 3]] < [1, [2, 4]], "a" < "aa" < "b", (1, "a") < (1, "b"), [] < [0], (0, 5) <= (0, 5))
