"""Slices of every sequence, with every sign of every part."""
sequences = [list(range(6)), tuple("abcdef"), "uvwxyz", range(6), [], "", range(3, 30, 5)]
bounds = [None, 0, 1, 3, 6, 9, -1, -3, -6, -9]
for sequence in sequences:
    row = []
    for start in bounds:
        for stop in bounds[::3]:
            for step in (None, 1, 2, -1, -2, 5, -7):
                part = sequence[start:stop:step]
                row.append(len(part) if isinstance(sequence, range) else part)
    print(type(sequence).__name__, row)
print(range(10)[2:8][1:3], range(10)[::-1][0], range(0, 20, 3)[-2], list(range(20)[5:15:4]), range(10)[10:], range(5)[3:1])
for assign in ([9], [], [7, 8, 9, 10]):
    for at in (slice(0, 2), slice(2, 2), slice(4, None), slice(None, -4), slice(5, 1), slice(None, None)):
        l = list(range(6)); l[at] = assign; d = list(range(6)); del d[at]; print(l, d, end=" ")
    print()
for step in (2, -1, -2, 3):
    l = list(range(6)); n = len(l[::step]); l[::step] = [-1] * n; d = list(range(6)); del d[::step]; print(l, d)
try:
    l = [1, 2, 3]; l[::2] = [1]
except ValueError as error:
    print(error)
s = slice(1, 5, 2); print(s, [0, 1, 2, 3, 4, 5][s], "abcdef"[s], s == slice(1, 5, 2))
matrix = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]; print([r[1] for r in matrix], [r[::-1] for r in matrix[::-1]], matrix[1:][0][:2], matrix[-1][-1], [matrix[i][i] for i in range(3)])
class Probe:
    def __getitem__(self, key): return key
p = Probe(); print(p[1], p[1:2], p[:, 0], p[..., None], p[1:2, ::3], p["k"], p[-1:], p[(1, 2)], p[()])
