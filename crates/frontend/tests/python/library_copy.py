"""Copies of objects, shallow and deep."""

import collections
import enum
import functools
from collections import namedtuple
from dataclasses import dataclass

import copy
class A:

    def __init__(self):
        self.x = [1, [2]]
        self.me = self
a = A()
b = copy.copy(a)
c = copy.deepcopy(a)
print(b.x is a.x, b.me is a, c.x is a.x)
print(c.x, c.me is c, c.x[1] is a.x[1])
l = [1, [2, 3], (4, [5]), {"k": [6]}]
m = copy.deepcopy(l)
m[1].append(9)
m[2][1].append(8)
m[3]["k"].append(7)
print(l, m)
s = copy.copy(l)
s.append(1)
s[1].append(0)
print(l, s)
l = [1]
l.append(l)
m = copy.deepcopy(l)
print(m[1] is m, m)
t = (1, (2, "x"))
print(copy.deepcopy(t) is t, copy.copy(t) is t, copy.deepcopy({1, 2}))
print(copy.deepcopy(None), copy.copy(len) is len)
class D:

    def __init__(self, v):
        self.v = v

    def __copy__(self):
        return D('copied')

    def __deepcopy__(self, memo):
        return D(copy.deepcopy(self.v, memo) + ['deep'])
print(copy.copy(D([1])).v, copy.deepcopy(D([1])).v, copy.deepcopy([D([1])] * 2)[0].v)
x = [D([2])] * 2
y = copy.deepcopy(x)
print(y[0] is y[1])
@dataclass
class P:
    a: list
p = P([1])
q = copy.deepcopy(p)
q.a.append(2)
print(p, q)
N = namedtuple("N", "a b")
n = N([1], 2)
m = copy.deepcopy(n)
m.a.append(3)
print(n, m, type(m).__name__)
d = collections.defaultdict(list, a=[1])
e = copy.deepcopy(d)
e["a"].append(2)
e["z"]
print(d, e)
o = collections.OrderedDict(a=[1])
print(copy.copy(o), copy.deepcopy(o), type(copy.copy(o)).__name__)
class Color(enum.Enum):
    R = 1
print(copy.deepcopy(Color.R) is Color.R, copy.copy(Color.R) is Color.R, copy.deepcopy({"c": Color.R}))
class L(list):
    pass
l = L([1, [2]])
l.tag = [1]
m = copy.deepcopy(l)
print(type(m).__name__, m, m.tag)
print(m.tag is l.tag, m[1] is l[1])
try: copy.deepcopy(x for x in [1])
except TypeError as e: print(e)
class St:

    def __init__(self):
        self.a = 1
        self.b = 2

    def __getstate__(self):
        return {'a': self.a * 10}

    def __setstate__(self, s):
        self.a = s['a'] + 1
c = copy.copy(St())
print(c.a, hasattr(c, "b"))
q = collections.deque([[1]], maxlen=2)
r = copy.deepcopy(q)
r[0].append(2)
print(q, r, r.maxlen)
f = copy.deepcopy(functools.partial(max, 1))
print(f(2))
e = copy.copy(ValueError("x", 1))
print(repr(e))
