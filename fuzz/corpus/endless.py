def f(n): return [f(n + 1) for _ in range(10**6)]
while True: f(2 ** 10 ** 9)
