def g(n):
    if n: yield from g(n-1)
    yield n
print(sum(g(5000)))
