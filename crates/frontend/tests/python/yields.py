"""Generators: yields as expressions, in every block, with everything that can be sent in."""


def log(x):
    print("log", x)
    return x


def expressions():
    total = log(1) + (yield log(2)) + log(3)
    print("total", total)
    items = [log("a"), (yield "list"), log("b")]
    print(items)
    print({"k": (yield "dict")}, ((yield 1), (yield 2)))
    x = (yield) or (yield "second")
    print("or", x)
    if (yield "test"):
        print("chosen")
    else:
        print("not chosen")
    print(f"{(yield 'field')}!", (lambda: 5)(), not (yield "not"))
    d = {}
    d[(yield "key")] = yield "value"
    print(d)
    n = 10
    n += yield "plus"
    a, *b = yield "unpack"
    print(n, a, b)
    print(1 < (yield "compare") < 10, (yield "x") if (yield "cond") else "other")
    print(max(*[1, 2], (yield "spread")), [*"ab", (yield "star")])
    assert (yield "assert"), "failed"
    return (yield "last")


g = expressions()
print(next(g))
for value in [5, "L", "D", 1, 2, 0, "S", True, "F", False, "V", "K", 7, [1, 2, 3], 5, "cond", "yes", 9, "*", True]:
    print("->", g.send(value))
try:
    g.send("result")
except StopIteration as stop:
    print("returned", stop.value, stop.args)


def loops():
    for i in (yield "iterable"):
        while (yield i):
            print("again")
        else:
            print("loop ended")
            continue
        print("never")
    else:
        print("all")
    for i in range(3):
        if i == 1:
            break
        yield i
    else:
        print("not reached")


g = loops()
print(next(g), g.send([1, 2]))
print(g.send(True), g.send(False), g.send(False), list(g))


def blocks():
    try:
        try:
            x = yield 1
            print("got", x)
        except ValueError as error:
            print("caught", error)
            y = yield 2
            print("then", y)
        else:
            yield "else"
        finally:
            print("inner finally")
            yield "from finally"
        yield 3
    finally:
        print("outer finally")


g = blocks()
print(next(g), g.throw(ValueError("bad")), g.send("y"), next(g), next(g, "end"))
g = blocks()
print(next(g), next(g), next(g), next(g), next(g, "end"))
g = blocks()
print(next(g))
try:
    g.throw(KeyError("k"))
    print("in finally")
    next(g)
except KeyError as error:
    print("out", repr(error))


def closing():
    try:
        yield 1
        yield 2
    except GeneratorExit:
        print("closed")
        raise
    finally:
        print("finally")


g = closing()
next(g)
print(g.close(), g.close(), list(g))
g = closing()
print(g.close(), next(g, "none"))


def stubborn():
    try:
        yield 1
    except GeneratorExit:
        yield 2


g = stubborn()
next(g)
try:
    g.close()
except RuntimeError as error:
    print(error)


def inner():
    got = yield "a"
    print("inner got", got)
    try:
        yield "b"
    except ZeroDivisionError:
        print("inner caught")
        yield "c"
    return "inner result"


def outer():
    result = yield from inner()
    print("result", result)
    result = yield from [1, 2]
    print(result, (yield from ()), [(yield from iter("xy"))])
    return (yield from empty())


def empty():
    return 7
    yield


g = outer()
print(next(g), g.send("hello"), g.throw(ZeroDivisionError()), next(g), next(g), next(g), next(g))
try:
    next(g)
except StopIteration as stop:
    print("end", stop.value)


class Counter:
    def __init__(self, n):
        self.n = n

    def __iter__(self):
        return self

    def __next__(self):
        if self.n == 0:
            raise StopIteration("done")
        self.n -= 1
        return self.n


def delegate():
    print((yield from Counter(2)))


print(list(delegate()))


def early():
    with_return = 0
    for i in range(10):
        try:
            if i == 2:
                return i
            yield i
        finally:
            print("leaving", i)


print(list(early()))


def broken():
    yield 1
    raise StopIteration("oops")


try:
    list(broken())
except RuntimeError as error:
    print(error)


def tree(node):
    if node:
        left, value, right = node
        yield from tree(left)
        yield value
        yield from tree(right)


print(list(tree((((), 1, ()), 2, ((), 3, ((), 4, ()))))))


class Manager:
    def __init__(self, name, swallow=False):
        self.name, self.swallow = name, swallow

    def __enter__(self):
        print("enter", self.name)
        return self.name

    def __exit__(self, kind, error, trace):
        print("exit", self.name, kind.__name__ if kind else None, error)
        return self.swallow


def managed():
    with Manager("a") as a, Manager("b", True) as b:
        yield a
        yield b
        raise ValueError("swallowed")
    with Manager((yield "name")):
        yield "inside"


g = managed()
print(next(g), next(g), next(g), g.send("late"), next(g, "over"))


def reraise():
    try:
        yield 1
    except ValueError:
        yield "handling"
        raise


g = reraise()
next(g)
print(g.throw(ValueError("v")))
try:
    next(g)
except ValueError as error:
    print("reraised", error)

try:
    g = inner()
    g.send(1)
except TypeError as error:
    print(error)


def recursive():
    yield next(me)


me = recursive()
try:
    next(me)
except ValueError as error:
    print(error)

print([x for x in (lambda: (yield 5))()], list((lambda n: (yield from range(n)))(3)))
print(sum(x * y for x in range(3) for y in range(x)), list(zip((i for i in "ab"), (yield_ for yield_ in [1, 2]))))


def averager():
    total, count, average = 0, 0, None
    while True:
        value = yield average
        if value is None:
            return total, count
        total += value
        count += 1
        average = total / count


def collect(results):
    while True:
        results.append((yield from averager()))


results = []
c = collect(results)
next(c)
for value in (10, 20, None, 5, None):
    print(c.send(value))
print(results)


def matching():
    while True:
        match (yield "?"):
            case [x, y]:
                yield x + y
            case {"stop": why}:
                return why
            case _ if (yield "guard"):
                yield "guarded"


g = matching()
print(next(g), g.send([1, 2]), next(g), g.send("z"), g.send(True), next(g))
try:
    g.send({"stop": "bye"})
except StopIteration as stop:
    print(stop.value)


# What is assigned to in place is read before the generator waits.
def adding():
    x = 1
    d = {"k": 10}

    def change():
        nonlocal x
        x = 100
        d["k"] = 1000

    yield change
    x += yield "name"
    d["k"] += yield "item"
    yield x, d


adder = adding()
change = next(adder)
next(adder)
change()
print(adder.send(5))
change()
print(adder.send(7))
