"""`collections`, `itertools` and `string`."""

import itertools
import string
from collections import ChainMap, Counter, OrderedDict, defaultdict, deque, namedtuple

c = Counter("abracadabra")
print(c, c["a"], c["z"], c.most_common(2), sum(c.values()), c.total(), isinstance(c, dict))
c.update("aaa")
c.subtract({"a": 1, "b": 5})
print(c["a"], c["b"], +c, len(c), "z" in c, sorted(c.elements())[:4])
print(Counter(a=3, b=1) + Counter(a=1, c=2), Counter(a=3) - Counter(a=5), Counter(a=3) | Counter(a=1, b=2), Counter(a=3) & Counter(a=1))
print(Counter([1, 1, 2]) == {1: 2, 2: 1}, dict(Counter("ab")), Counter({"x": 2}).get("y", 0), Counter())
del c["nothing"]
words = Counter()
for word in "the cat the dog the end".split():
    words[word] += 1
print(words.most_common(1), sorted(words.items()), {**words}["the"])

d = defaultdict(list)
for key, value in [("a", 1), ("b", 2), ("a", 3)]:
    d[key].append(value)
print(d, dict(d), d["new"], len(d), "missing" in d, d.get("missing"), isinstance(d, dict))
n = defaultdict(lambda: defaultdict(int))
n["x"]["y"] += 5
n["x"]["z"] -= 1
print({k: dict(v) for k, v in n.items()}, n["q"]["r"], sorted(n))
e = defaultdict(int, {"a": 1}, b=2)
e["a"] += 1
print(sorted(e.items()), e.pop("a"), e == {"b": 2}, list(e.values()), e.default_factory is int, e.copy())
try:
    defaultdict(None)["k"]
except KeyError as error:
    print("KeyError", error)
e.update(c=3)
e.setdefault("z", 9)
print({**e}, [k for k in e], e | {"y": 1})

q = deque([1, 2, 3], maxlen=4)
q.append(4)
q.append(5)
q.appendleft(0)
print(q, len(q), q[0], q[-1], q.maxlen, list(reversed(q)))
q.rotate(1)
print(q, q.pop(), q.popleft(), q, 3 in q, bool(deque()))
q.extend([7, 8, 9])
q.extendleft("ab")
print(q, q.index(7), q.count(7))
try:
    deque().pop()
except IndexError as error:
    print(error)

o = OrderedDict([("b", 1), ("a", 2)])
o["c"] = 3
o.move_to_end("b")
print(list(o), o.popitem(), list(o.items()))
o.move_to_end("c", last=False)
print(list(o))

P = namedtuple("P", "x y z", defaults=[0, 1])
p = P(5)
print(p, p._asdict(), p._replace(z=9), P._fields, p[1:], p == (5, 0, 1), P._make([1, 2, 3]), P._field_defaults)
x, *rest = p
print(x, rest, P(*range(3)), P(**{"x": 1}), sorted([P(2), P(1)]), max(P(1, 5), P(1, 2)))
cm = ChainMap({"a": 1}, {"a": 2, "b": 3})
print(cm["a"], cm["b"], len(cm), sorted(cm), cm.get("z"), cm.new_child({"c": 4})["c"])

print(list(itertools.accumulate([1, 2, 3, 4])), list(itertools.accumulate([3, 1, 2], max)), list(itertools.accumulate([1, 2], initial=10)))
print(list(itertools.chain("ab", [1])), list(itertools.chain.from_iterable([[1], [2, 3]])), list(itertools.islice(itertools.count(5, 2), 3)))
print(list(itertools.combinations("abc", 2)), list(itertools.permutations([1, 2, 3], 2))[:3], list(itertools.combinations_with_replacement("ab", 2)))
print(list(itertools.product("ab", [1, 2])), list(itertools.product([0, 1], repeat=2)), list(itertools.repeat(1, 2)))
print([(k, list(g)) for k, g in itertools.groupby("aabbbc")], [(k, len(list(g))) for k, g in itertools.groupby([1, 3, 2, 4], key=lambda v: v % 2)])
print(list(itertools.takewhile(lambda v: v < 3, [1, 2, 3, 1])), list(itertools.dropwhile(lambda v: v < 3, [1, 2, 3, 1])), list(itertools.filterfalse(lambda v: v % 2, range(5))))
print(list(itertools.starmap(pow, [(2, 3), (3, 2)])), list(itertools.zip_longest("ab", [1], fillvalue="-")), list(itertools.compress("abc", [1, 0, 1])), list(itertools.pairwise([1, 2, 3])))
a, b = itertools.tee([1, 2, 3])
print(list(a), next(b), list(b), list(itertools.islice("abcdef", 1, None, 2)), list(zip(itertools.cycle("xy"), range(5))))
print(string.ascii_lowercase, string.digits, string.punctuation, string.capwords("hello wORLD"), string.ascii_letters[-2:], repr(string.whitespace))
print(string.Template("$a and ${b}c $$").substitute(a=1, b="x"), string.Template("$q").safe_substitute())
print(list(itertools.islice(itertools.permutations(range(30)), 3))[2][-4:], next(itertools.product(range(9), repeat=12)), len(list(itertools.combinations(range(8), 4))), len(set(itertools.permutations(range(5)))))
print(list(itertools.product()), list(itertools.product([], [1])), list(itertools.combinations([1], 2)), list(itertools.combinations([1, 2], 0)), list(itertools.permutations([], 0)), list(itertools.permutations("abc"))[-1], list(itertools.combinations("abcd", 3)))
spent = itertools.combinations([1, 2], 2)
print(list(spent), list(spent), next(spent, "spent"))
pairs = itertools.product("a", "b")
print(list(pairs), list(pairs))
