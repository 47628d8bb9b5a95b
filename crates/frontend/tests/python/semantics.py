"""Evaluation order, aliasing, identity and other details."""
log = []
def e(v): log.append(v); return v
def lst(): log.append("lst"); return [0, 0, 0]
lst()[e(1)] = e(2); print(log); log.clear()
x = {e("k"): e("v"), **{e("s"): 1}}; print(log); log.clear()
print(e(1) + e(2) * e(3), log); log.clear(); (lambda a, b: 0)(b=e(1), a=e(2)); print(log); log.clear()
e(1) if e(0) else e(2); print(log); log.clear()
def default(a=e("def")): return a
print(log, default(), default()); log.clear()
a = [1, 2]; b = a; a = a + [3]; print(a, b); a = b; a += [3]; print(a, b); t = (1, [2]); 
try:
    t[1] += [3]
except TypeError as error:
    print(error, t)
def modify(l, n): l.append(n); n += 1; l = [9]; return n
m = []; k = 1; print(modify(m, k), m, k)
class K: shared = []
p, q = K(), K(); p.shared.append(1); q.own = 2; print(q.shared, K.shared is p.shared, hasattr(p, "own")); p.shared = "mine"; print(q.shared)
i = 0
def side():
    global i
    i += 1
    return i
print([side() for _ in range(3)], side() + side() * 10, i)
print([] == [], [] is [], "a" is "a" if False else "", None == False, 0 == False, "" == False, 1 == True, [1] == [True], {1: 1} == {1.0: True}, (1,) == [1], "1" == 1, None is not 0)
s = "abc"; r = s; s += "d"; print(r, s); n = 5; o = n; n += 1; print(o, n); nums = [1, 2, 3]; nums2 = nums[:]; nums2[0] = 9; print(nums)
def gen(): return (yield)
f = [f for f in [1, 2]]; print(f); del f
class Desc:
    def __get__(self, obj, cls): return "got" if obj is not None else self
class UsesDesc: d = Desc()
print(UsesDesc().d); print(*(v for v in (1, 2)), *[3], sep=","); print(f"{'nested ' + f'{1 + 1}'}", f"{ {1: 2}[1] }", f'{"a" if True else "b"}')
print(sum(map(len, ["a", "bb"])), [*zip("ab", range(2))], not 0 in [1], (not 0) in [1], -1 ** 2, 2 ** -1, 1 if 1 else 2 if 2 else 3, [1, 2, 3][1:][0], (1, 2)[::-1], "a" "b" * 2, [[]] * 2 == [[], []])
x = 10
def shadow(x): x = x + 1; return x
print(shadow(1), x); y = [x for x in "ab"]; print(x, y); print((lambda x=x: x)(), (lambda: x)()); z = lambda n: n if n < 2 else z(n - 1) + z(n - 2); print(z(12))
print(int is type(3), type(type(3)).__name__, isinstance(int, type), type(3)(4.5), [int, str][0]("7"), list(map(type, [1, "a"])) == [int, str], dict(a=int)["a"]("5"))
import math as mm; print(mm.floor(2.7), getattr(mm, "pi") > 3, hasattr(mm, "nope"))
"""A string statement."""
1 + 1; "unused"; None
if True: inner_if = 1
for loop_var in range(2): inner_for = loop_var
print(inner_if, inner_for, loop_var)
def f1(): return f2()
def f2(): return "defined later"
print(f1()); print(max("a", "b", key=lambda v: -ord(v)), min([3, 1, 2], key=lambda v: abs(v - 2)), sorted({"b": 1, "a": 2}), list(reversed(sorted([2, 3, 1]))), round(2.5), round(3.5), round(-2.5), int("7") + float("0.5"))
