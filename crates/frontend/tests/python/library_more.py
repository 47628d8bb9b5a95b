"""types, textwrap, statistics, heapq and bisect."""

import types
n = types.SimpleNamespace(a=1, b="x")
n.c = [1]
print(n, n.a, n == types.SimpleNamespace(a=1, b="x", c=[1]))
print(vars(n), types.SimpleNamespace(), types.SimpleNamespace(**{"q": 1}).q)
del n.a
print(hasattr(n, "a"))
print(isinstance(len, types.BuiltinFunctionType), isinstance(lambda: 0, types.FunctionType), isinstance((x for x in []), types.GeneratorType))
print(type(None) is types.NoneType)
m = types.MappingProxyType({"a": 1})
print(m, m["a"], len(m))
print(dict(m), list(m))
try: m["b"] = 1
except TypeError as e: print("TypeError")

import textwrap, statistics, heapq, bisect
print(textwrap.dedent("  a\n    b\n  c"), textwrap.fill("the quick brown fox", 10), textwrap.shorten("hello wide world", 12))
print(textwrap.indent("a\nb", "> "), textwrap.wrap("a well-known e-mail--yes", 8))
print(statistics.mean([1, 2, 3, 4]), statistics.mean([1, 2, 3]), statistics.stdev([1.5, 2.5, 4.0]))
print(statistics.median([3, 1, 2]), statistics.mode("aab"), statistics.pvariance([1, 2, 3]))
print(statistics.quantiles([1, 2, 3, 4]), statistics.fmean([0.1] * 3), statistics.variance([0.1, 0.2, 0.4]))
print(statistics.harmonic_mean([2, 4]), statistics.geometric_mean([1, 4]), statistics.pstdev([1, 2, 3, 4]))
try: statistics.mean([])
except statistics.StatisticsError as e: print(e)
h = [5, 3, 8, 1]
heapq.heapify(h)
heapq.heappush(h, 2)
print(h, heapq.heappop(h), h)
print(heapq.nlargest(2, h), heapq.nsmallest(2, h, key=lambda x: -x), list(heapq.merge([1, 3], [2])))
l = [1, 3, 3, 5]
bisect.insort(l, 3)
print(bisect.bisect(l, 3), bisect.bisect_left(l, 3), l)
print(bisect.bisect_right([1, 2], 5))
