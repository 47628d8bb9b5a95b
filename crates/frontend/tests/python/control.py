"""Loops, conditions, comparisons and operators that stop early."""
for i in range(5):
    if i == 1: continue
    if i == 3: break
    print(i, end=" ")
else:
    print("no break")
print()
for i in []: pass
else: print("empty else", "i" in globals())
n = 0
while n < 3:
    n += 1
    if n == 2: continue
    print(n, end=" ")
else: print("done")
print(1 < 2 < 3, 1 < 3 < 2, 1 == 1.0 == True, 3 > 2 >= 2 != 1, 1 < 2 > 0, None is None, [] is not [], 1 is not None)
calls = []
def t(v): calls.append(v); return v
print(t(0) or t("") or t("x") or t("y"), t(1) and t(0) and t(2), not t(3), calls); calls.clear()
print(t(1) < t(5) < t(3) < t(9), calls, 0 or None, "" and 1, [] or {} or "last", 1 and 2)
print("a" if 0 else "b" if 1 else "c", (lambda v: "pos" if v > 0 else "neg" if v < 0 else "zero")(-2))
x = 5; x += 2; x -= 1; x *= 3; x //= 4; x **= 2; x %= 7; print(x); x <<= 3; x |= 1; x &= 13; x ^= 2; x >>= 1; print(x); y = 7.0; y /= 2; print(y)
if (m := 10) > 5: print("walrus", m, [z := 3, z + 1], [last := v for v in range(3)], last)
while (n := n - 1) > 0: print(n, end=" ")
print(n); a = b = c = []; a.append(1); print(b, c is a); i = j = 0; i += 1; print(i, j)
for a, (b, *c) in [(1, (2, 3, 4)), (5, "xyz")]: print(a, b, c)
for i in range(3):
    for j in range(3):
        if j == 2: break
        if i == 1: continue
        print(i, j, end="; ")
print(); print(range(3), range(1, 10, 2), list(range(10, 0, -3)), len(range(0, 10, 3)), 4 in range(0, 10, 2), 5 in range(0, 10, 2), range(5)[-1], range(10)[2:5], range(0) == range(2, 2), range(0, 3, 2) == range(0, 4, 2), range(10).index(4), sum(range(101)), list(range(3))[::-1], range(10)[::-2])
values = [3, 1]; values[0], values[1] = values[1], values[0]; print(values); del values[0]; print(values); q = 1; del q; print("q" in globals())
if []: print("no")
elif {}: print("no")
elif "": print("no")
else: print("all empty")
print(bool([0]), bool(0.0), bool("0"), bool(None), bool(()), bool(range(0)), bool(-1), not [], not not [1])
k = 0
for k in range(3): pass
print(k); items = [1, 2, 3, 4]
for it in items:
    if it == 2: items.remove(it)
print(items); total = 0
for i, v in enumerate([10, 20], start=1): total += i * v
print(total, min(3, 1, 2), max([4, 9], [4, 8]), abs(-3), pow(2, 3), divmod(9, 4), any(v > 3 for v in items), all(v for v in items))
pass; print(...) ; print(Ellipsis is ...); print(__name__, not None, ~0, -2**2, 2**3**2, (-2)**2, 2 + 3 * 4 % 5 - 6 // 4, 7 & 3 | 8 ^ 2, 1 << 2 + 1, not 1 == 2, 5 - -3)
if __name__ == "__main__": print("main")
