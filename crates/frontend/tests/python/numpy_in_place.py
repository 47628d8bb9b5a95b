"""NumPy's arrays changed in place: every holder and every view sees it."""
import numpy as np

x = np.zeros((3, 4))
x[1] = 2
x[0, 1:3] = [5, 6]
x[-1, ::2] += 1.5
print(x.tolist(), x.shape, x.sum())
y = x
y[0, 0] = 9
print(x[0, 0], y is x, float(x[0, 1]), int(x[2, 2] * 2))
row = x[1]
row[1:] = 7
print(x[1].tolist(), row.tolist(), len(row), len(x))
x *= 2
print(x.tolist(), row.tolist(), y.tolist())
z = x.copy()
z[:] = 0
print(x[0].tolist(), z.tolist())


class Mask:
    def __init__(self, n):
        self.mask = np.ones((n, n), dtype="int32")
        self.mask[n // 2 :, :] = 0
        self.mask[..., 0] = 3

    def cut(self, array):
        array[0, 0] = -1


m = Mask(3)
print(m.mask.tolist())
m.cut(m.mask)
print(m.mask.tolist(), m.mask[0].tolist())
counts = np.full((2, 2), 7)
for i in range(2):
    for j in range(2):
        counts[i, j] += i * 10 + j
print(counts.tolist(), [r.tolist() for r in counts], counts.T.tolist())
flags = np.array([True, False, True])
flags[1] = True
values = np.array([[1, 2, 3], [4, 5, 6]])
values[values > 2] = 0
print(flags.tolist(), values.tolist(), (values + 1).tolist(), -values[0, 0], values[0].sum())
values[:, [0, 2]] = 8
values[1, :] = values[0, :] + 1
print(values.tolist(), values.tolist() == [[8, 2, 8], [9, 3, 9]])
order = np.arange(6).reshape(2, 3)
order[0] = order[1] * 2
print(order.tolist())
big = np.zeros((2, 3, 4), dtype="int64")
big[:, 1] = np.arange(4)
big[1, :, 2] = 5
big[0, None, 0, 0] = 4
print(big.tolist())
empty = np.zeros_like(values)
empty.fill(4)
empty[0:0] = 9
print(empty.tolist(), np.ones_like(empty).tolist())
try:
    empty[5] = 1
except IndexError as error:
    print("IndexError")
try:
    empty[0] = [1, 2]
except ValueError as error:
    print(error)
for row in order:
    row[0] = 100
print(order.tolist(), f"{order[0, 0]}", bool(order[0, 0] == 100))
u = np.zeros(3, dtype="uint8")
u[0] = 200
u[1] = 7.9
print(u.tolist(), max(u.tolist()))
names = ["a", "b", "c"]
print([names[i] for i in np.arange(3)], {1: "one"}[np.sum(np.array([0, 1]))], names[np.argmax(np.array([1, 5, 2]))])
print(np.sin(np.arange(3) * 0.5).tolist(), (np.arange(3) / 3).tolist())
np.fill_diagonal(x, 5)
print(x.tolist())
w, v = np.zeros(2), np.ones(2)
w[0], v[1] = 3, 4
print(w.tolist(), v.tolist(), float(w[0] + v[1]))
