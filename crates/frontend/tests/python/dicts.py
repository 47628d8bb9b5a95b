"""Dicts and sets."""
d = {"a": 1, "b": 2}
d["c"] = 3; d["a"] = 10; print(d, len(d), d["a"], d.get("z"), d.get("z", 0), "a" in d, 1 in d, list(d), list(d.keys()), list(d.values()), list(d.items()))
del d["b"]; print(d, d.pop("c"), d.pop("q", None), d, d.setdefault("n", []), d); d["n"].append(1); print(d, d.popitem(), d)
d.update({"x": 1}, y=2); d.update([("z", 3)]); print(d, dict(a=1, b=2), dict([(1, 2)]), dict({"k": 1}, m=2), dict(zip("ab", [1, 2])))
print({**d, "x": 100, **{"w": 0}}, d | {"x": 9}, {k: v for k, v in d.items() if v != 2}, {v: k for k, v in d.items()})
for k in d: print(k, end=" ")
for k, v in d.items(): print(k, v, end=";")
print(); print(d == {"y": 2, "x": 1, "a": 10, "z": 3}, d != {}, bool({}), {1: "i", 1.0: "f", True: "b"}, {(1, 2): 3}[(1, 2)], {None: 0})
print(d.keys(), d.values(), d.items(), sorted(d), max(d), d.keys() & {"x", "q"}, len(d.items()), ("x", 1) in d.items(), "x" in d.keys())
nested = {"layers": [{"units": 10}, {"units": 20}]}; print(nested["layers"][1]["units"], sum(l["units"] for l in nested["layers"]))
e = d.copy(); e["x"] = 0; print(d["x"], e["x"]); d |= {"p": 5}; print(d); d.clear(); print(d, {}.get(1), dict.fromkeys("ab", 0), list(reversed({"a": 1, "b": 2})))
s = {3, 1, 2, 1}; print(sorted(s), len(s), 1 in s, sorted(s | {5}), sorted(s & {1, 9}), sorted(s - {1}), sorted(s ^ {1, 7}), s <= {1, 2, 3, 4}, s < {1, 2, 3}, s == {1, 2, 3}, {1} > set())
s.add(9); s.discard(1); s.discard(100); s.remove(2); s.update([7], (8,)); print(sorted(s), sorted(s.union([1], [2])), sorted(s.intersection([7, 8])), sorted(s.difference({7})), s.issubset(range(10)), s.issuperset({7}), s.isdisjoint({1}))
print(set(), sorted(set("hello")), {x % 3 for x in range(10)} == {0, 1, 2}, {1}, sorted({"b", "a"}), set([1]) == {1.0}, bool(set()))
try:
    {}["missing"]
except KeyError as error:
    print("KeyError", error, repr(error), error.args)
try:
    {[]: 1}
except TypeError as error:
    print(type(error).__name__, error)
s1 = {1, 2}; s2 = s1; s2 |= {3}; print(sorted(s1)); s2 -= {1}; print(sorted(s1)); s2 &= {3}; print(s1)
config = dict(name="m", layers=[1, 2]); print(config, "{name}".format(**config), [f"{k}={v}" for k, v in config.items()])
try:
    loop = {"a": 1}
    for k in loop: loop["b"] = 2
except RuntimeError as error:
    print(error)
counts = {}
for ch in "mississippi": counts[ch] = counts.get(ch, 0) + 1
print(counts, sorted(counts.items(), key=lambda kv: (-kv[1], kv[0])))
