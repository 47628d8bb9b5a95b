a or b and not c
not not a
a < b <= c != d is not e not in f in g is h == i > j >= k
a | b ^ c & d << e >> f
a + b - c * d / e // f % g @ h
-a ** -b ** c
(-a) ** 2
~a + +b
a if b else c if d else e
lambda: 0
lambda x, /, y=1, *args, z, **kw: x if y else lambda *, k: k
def g(): x = (yield); return (yield from x)
f(1, *a, key=2, **b, last=3)
f(x for x in y)
f(a, b,)(c).d[e].f
x[0], x[1:2], x[::2], x[a:, :b, ..., None], x[1,], x[:], x[*i], x[f(1):g[2]:-1]
()
(1,)
1, 2
(a)
(((a)))
[], [1], [1, *a, 2,]
{}, {1: 2}, {**a, "b": 1, **c}, {1}, {*a, 1,}
[x for x in y]
[x + z for x in y if x if x > 1 for z in x or w]
{k: v for k, v in pairs}
{x for (x, *_) in y}
(x for x, in y)
[(y := f(x)), y ** 2]
print((a := 1))
(
    a  # first
    + b
    # between
    .c
    (d)  # called
)
value = a \
    + b
matrix = [
    [1, 2],

    [3, 4],  # the last row
]
match = case = type = _ = match.case(type)
f(not a, -b, lambda: c, d if e else g, *h or i)
