"""Small numerical programs: everything in plain Python."""
class Random:
    """A linear congruential generator."""
    def __init__(self, seed): self.state = seed
    def next(self):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 33) / 2**31
rng = Random(42)
samples = [rng.next() for _ in range(6)]
print(samples, sum(samples) / len(samples), min(samples), rng.state)
def matmul(a, b): return [[sum(x * y for x, y in zip(row, column)) for column in zip(*b)] for row in a]
identity = [[float(i == j) for j in range(3)] for i in range(3)]
a = [[i * 3 + j + 0.5 for j in range(3)] for i in range(3)]
print(matmul(a, identity) == a, matmul(a, a), [list(r) for r in zip(*a)])
def newton(f, df, x, steps=8):
    for _ in range(steps): x -= f(x) / df(x)
    return x
print(newton(lambda x: x * x - 2, lambda x: 2 * x, 1.0), newton(lambda x: x**3 - x - 2, lambda x: 3 * x**2 - 1, 1.5))
def primes(n):
    sieve = [True] * (n + 1)
    sieve[:2] = [False, False]
    for p in range(2, int(n**0.5) + 1):
        if sieve[p]: sieve[p * p::p] = [False] * len(sieve[p * p::p])
    return [i for i, is_prime in enumerate(sieve) if is_prime]
print(primes(60), len(primes(2000)))
def pi_digits(n):
    q, r, t, k, m, x, out = 1, 0, 1, 1, 3, 3, []
    while len(out) < n:
        if 4 * q + r - t < m * t:
            out.append(m)
            q, r, m = 10 * q, 10 * (r - m * t), (10 * (3 * q + r)) // t - 10 * m
        else:
            q, r, t, k, m, x = q * k, (2 * q + r) * x, t * x, k + 1, (q * (7 * k + 2) + r * x) // (t * x), x + 2
    return "".join(map(str, out))
print(pi_digits(60))
def softmax(v):
    import math
    top = max(v)
    e = [math.exp(x - top) for x in v]
    return [x / sum(e) for x in e]
print(softmax([1.0, 2.0, 3.0]), sum(softmax([0.1] * 7)))
def train(steps, lr=0.1):
    w, b = 0.0, 0.0
    data = [(x / 4, 3 * x / 4 + 1) for x in range(8)]
    for _ in range(steps):
        dw = sum(2 * (w * x + b - y) * x for x, y in data) / len(data)
        db = sum(2 * (w * x + b - y) for x, y in data) / len(data)
        w, b = w - lr * dw, b - lr * db
    return w, b, sum((w * x + b - y) ** 2 for x, y in data)
print(train(1), train(200))
fibs = {0: 0, 1: 1}
for i in range(2, 120): fibs[i] = fibs[i - 1] + fibs[i - 2]
print(fibs[119], len(str(fibs[119])), sum(int(c) for c in str(2**200)), 2**200 % 1000007, pow(2, 200, 1000007))
def positions(length, depth):
    return [[(1 if i % 2 else 0) + p / 10000 ** (2 * (i // 2) / depth) for i in range(depth)] for p in range(length)]
print(positions(3, 4), f"{positions(10, 8)[9][3]:.12f}")
print([round(x * 0.1, 10) for x in range(12)], [x / 10 for x in range(5)], 0.1 + 0.1 + 0.1, sum([0.1] * 10) == 1.0)
histogram = {}
for v in (int(rng.next() * 5) for _ in range(200)): histogram[v] = histogram.get(v, 0) + 1
print(sorted(histogram.items()), sum(histogram.values()))
