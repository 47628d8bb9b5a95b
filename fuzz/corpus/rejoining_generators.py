def g(n):
    try:
        got = [(yield n), (yield from g(n - 1)) if n else (yield)]
        yield got
    finally:
        yield "late"
    return g


h = g(3)
for x in range(30):
    try:
        h.send(x if x else None)
        h.throw(ValueError(x)) if x == 7 else h.close()
    except BaseException as error:
        print(repr(error))
