C = object
for i in range(100000):
    C = type('C', (C,), {})
