"""Generator functions."""
def count(n):
    i = 0
    while i < n:
        yield i
        i += 1
def both():
    yield "start"
    yield from count(2)
    for c in "ab":
        if c == "b":
            yield c * 2
        else:
            yield c
            continue
    try:
        yield "in try"
    finally:
        log.append("finally")
    yield "end"
log = []
print(list(count(3)), list(both()), log, sum(count(5)), [a * b for a in count(3) for b in count(2)])
g = count(10); print(next(g), next(g), [x for x in g if x > 7], list(g), next(g, None))
def naturals():
    n = 0
    while True:
        yield n
        n += 1
def take(n, it):
    for i, v in enumerate(it):
        if i == n: return
        yield v
print(list(take(4, naturals())), list(zip(naturals(), "ab")), max(take(5, naturals())))
def echo():
    total = 0
    while True:
        got = yield total
        if got is None: break
        total += got
e = echo(); print(next(e), e.send(5), e.send(7))
def early(flag):
    if flag:
        yield 1
        return
    yield 2
print(list(early(True)), list(early(False)), type(count(1)).__name__, list(x for x in early(True)))
def tree(node):
    value, children = node
    yield value
    for child in children:
        yield from tree(child)
print(list(tree((1, [(2, [(3, [])]), (4, [])]))))
def window(seq, size):
    for i in range(len(seq) - size + 1):
        yield seq[i:i + size]
print(list(window([1, 2, 3, 4], 2)), [sum(w) for w in window(range(5), 3)], dict(enumerate(window("abc", 2))))
def loop_else():
    for i in range(2):
        yield i
    else:
        yield "else"
    while False:
        yield "never"
print(list(loop_else())); a, b, *c = count(4); print(a, b, c); print(*count(3)); it = iter(count(2)); print(next(it), 1 in it, 5 in count(3))
def divider():
    yield 1
    yield 1 // 0
d = divider(); print(next(d))
try:
    next(d)
except ZeroDivisionError as error:
    print("raised", error)
try:
    next(d)
except StopIteration:
    print("stopped")
