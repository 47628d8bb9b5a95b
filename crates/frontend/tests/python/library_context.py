"""`contextlib`."""

from contextlib import ExitStack, closing, contextmanager, nullcontext, suppress


@contextmanager
def tag(name, log=print):
    log(f"<{name}>")
    try:
        yield name.upper()
    finally:
        log(f"</{name}>")


with tag("a") as a, tag("b") as b:
    print(a, b)

try:
    with tag("c"):
        raise ValueError("inside")
except ValueError as error:
    print("got", error)


@contextmanager
def swallow(kind):
    try:
        yield
    except kind as error:
        print("swallowed", error)


with swallow(KeyError):
    {}["k"]
print("after")
try:
    with swallow(KeyError):
        raise IndexError("other")
except IndexError as error:
    print("passed", error)


@contextmanager
def translate():
    try:
        yield
    except ZeroDivisionError as error:
        raise ValueError("translated") from error


try:
    with translate():
        1 / 0
except ValueError as error:
    print(error, type(error.__cause__).__name__)


@tag("decorated")
def work(x):
    print("working", x)
    return x + 1


print(work(1), work(2), work.__name__)

with suppress(ZeroDivisionError, KeyError):
    print("before")
    1 / 0
    print("never")
with nullcontext(5) as five:
    print(five)


class Door:
    def __init__(self, name):
        self.name = name

    def close(self):
        print("close", self.name)


with closing(Door("front")) as door:
    print(door.name)

with ExitStack() as stack:
    names = [stack.enter_context(tag(name)) for name in "xyz"]
    stack.callback(print, "callback", 1)
    print(names)

try:
    with ExitStack() as stack:
        stack.enter_context(swallow(KeyError))
        stack.enter_context(tag("t"))
        raise KeyError("deep")
except KeyError:
    print("not here")
print("end")


@contextmanager
def silent():
    return
    yield


try:
    with silent():
        pass
except RuntimeError as error:
    print(error)


@contextmanager
def twice():
    yield 1
    yield 2


try:
    with twice():
        pass
except RuntimeError as error:
    print(error)


def flow():
    for i in range(3):
        with tag(str(i)):
            if i == 0:
                continue
            if i == 1:
                return "returned"


print(flow())


class Nested:
    @contextmanager
    def scope(self, name):
        self.depth = getattr(self, "depth", 0) + 1
        try:
            yield self.depth
        finally:
            self.depth -= 1


n = Nested()
with n.scope("a") as one, n.scope("b") as two:
    print(one, two, n.depth)
print(n.depth)
