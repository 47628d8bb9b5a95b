"""Recursive functions and data."""
def hanoi(n, a="A", b="B", c="C"): return [] if n == 0 else hanoi(n - 1, a, c, b) + [(a, c)] + hanoi(n - 1, b, a, c)
print(len(hanoi(6)), hanoi(2))
def flatten(v): return [x for e in v for x in (flatten(e) if isinstance(e, (list, tuple)) else [e])]
print(flatten([1, [2, (3, [4, []])], "ab", [[["deep"]]]]))
def permutations(items): return [[]] if not items else [[x] + rest for i, x in enumerate(items) for rest in permutations(items[:i] + items[i + 1:])]
print(permutations([1, 2, 3]), len(permutations(list("abcd"))))
def ackermann(m, n): return n + 1 if m == 0 else ackermann(m - 1, 1) if n == 0 else ackermann(m - 1, ackermann(m, n - 1))
print(ackermann(2, 3))
def is_even(n): return True if n == 0 else is_odd(n - 1)
def is_odd(n): return False if n == 0 else is_even(n - 1)
print(is_even(100), is_odd(7))
def quicksort(l): return l if len(l) < 2 else quicksort([v for v in l[1:] if v < l[0]]) + [l[0]] + quicksort([v for v in l[1:] if v >= l[0]])
print(quicksort([3, 6, 1, 8, 2, 9, 2]))
def collatz(n, path=None):
    path = (path or []) + [n]
    return path if n == 1 else collatz(n // 2 if n % 2 == 0 else 3 * n + 1, path)
print(collatz(6), len(collatz(27)))
class Node:
    def __init__(self, value, left=None, right=None): self.value, self.left, self.right = value, left, right
    def insert(self, value):
        side = "left" if value < self.value else "right"
        child = getattr(self, side)
        if child is None: setattr(self, side, Node(value))
        else: child.insert(value)
        return self
    def __iter__(self):
        if self.left: yield from self.left
        yield self.value
        if self.right: yield from self.right
    def depth(self): return 1 + max((c.depth() for c in (self.left, self.right) if c), default=0)
root = Node(5)
for v in [3, 8, 1, 4, 9, 7]: root.insert(v)
print(list(root), root.depth(), sum(root), 4 in list(root))
def gcd(a, b): return a if b == 0 else gcd(b, a % b)
def power(b, e): return 1 if e == 0 else power(b * b, e // 2) * (b if e % 2 else 1)
print(gcd(1071, 462), power(3, 100), sum(power(2, k) for k in range(10)))
def depth(v): return 1 + max(map(depth, v), default=0) if isinstance(v, list) else 0
nested = []
for _ in range(50): nested = [nested]
print(depth(nested), depth([]), len(str(nested))); memo = {}
def lcs(a, b):
    if (a, b) in memo: return memo[a, b]
    memo[a, b] = "" if not a or not b else a[0] + lcs(a[1:], b[1:]) if a[0] == b[0] else max(lcs(a[1:], b), lcs(a, b[1:]), key=len)
    return memo[a, b]
print(lcs("AGGTABQ", "GXTXAYBQ"), len(memo) > 10)
Y = lambda f: (lambda x: f(lambda v: x(x)(v)))(lambda x: f(lambda v: x(x)(v))); print(Y(lambda self: lambda n: 1 if n == 0 else n * self(n - 1))(10))
