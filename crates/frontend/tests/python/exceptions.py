"""Raising and catching."""
def attempt(f):
    try:
        return f()
    except Exception as error:
        return f"{type(error).__name__}: {error}"
cases = [lambda: 1 / 0, lambda: 1 // 0, lambda: 1 % 0, lambda: 1.0 / 0, lambda: 1.0 // 0, lambda: 1.0 % 0, lambda: 0**-1, lambda: 0.0**-1, lambda: [1][5], lambda: "abc"[9], lambda: (1,)[2], lambda: {}["k"], lambda: {}[1],
         lambda: int("x"), lambda: float("y"), lambda: int("12", 99), lambda: [].pop(), lambda: [1].remove(2), lambda: [1].index(2), lambda: "a".index("b"), lambda: 1 + "a", lambda: "a" + 1, lambda: [1] + (2,),
         lambda: len(5), lambda: iter(5), lambda: None.x, lambda: "a".nope, lambda: undefined_name, lambda: 3(), lambda: "a" < 1, lambda: [] < 3, lambda: -"a", lambda: {1} + {2}, lambda: sum(["a"]), lambda: max([]), lambda: chr(-1),
         lambda: ord("ab"), lambda: "%d" % "x", lambda: "%s %s" % (1,), lambda: "%s" % (1, 2), lambda: "{}".format(), lambda: "{a}".format(), lambda: range(1, 2, 0), lambda: [1, 2][::0], lambda: int(float("nan")), lambda: int(float("inf")),
         lambda: next(iter([])), lambda: 1 in 5, lambda: "a" in 3, lambda: 3 in "abc", lambda: dict([1]), lambda: dict([(1, 2, 3)]), lambda: 10.0**400, lambda: 1 << -1, lambda: {[]}, lambda: {}.popitem(), lambda: set().pop(), lambda: "".join([1]),
         lambda: "a".split(""), lambda: [1, 2].index(3), lambda: (1, 2).index(3), lambda: f"{1:s}", lambda: f"{'a':d}", lambda: f"{1.5:d}", lambda: abs("a"), lambda: round("a"), lambda: isinstance(1, 2), lambda: float([]), lambda: int([]), lambda: int(None), lambda: [1][1.0], lambda: "abc"["a"]]
for case in cases:
    print(attempt(case))
def unpack(values):
    a, b = values
def unpack_star(values):
    a, b, *c = values
for values in ([1], [1, 2, 3], 5, []):
    print(attempt(lambda: unpack(values)), attempt(lambda: unpack_star(values)))
class MyError(ValueError):
    def __init__(self, message, code=7):
        super().__init__(message)
        self.code = code
class Quiet(Exception): pass
try:
    raise MyError("bad", code=9)
except (KeyError, ValueError) as error:
    print(error, error.code, repr(error), error.args, isinstance(error, MyError))
try:
    raise Quiet
except Quiet as error:
    print(repr(error), str(error) == "", Quiet("a", 1), repr(Quiet("a", 1)))
def flow(kind):
    trace = []
    try:
        trace.append("try")
        if kind == "raise": raise RuntimeError("r")
        if kind == "return": return trace
    except RuntimeError as error:
        trace.append(str(error))
    else:
        trace.append("else")
    finally:
        trace.append("finally")
    return trace
print(flow("raise"), flow("none"), flow("return"))
def final():
    for i in range(3):
        try:
            if i == 1: continue
            if i == 2: break
        finally:
            print("f", i, end=" ")
    print()
    try:
        return "a"
    finally:
        print("cleanup", end=" ")
print(final())
def reraise():
    try:
        try:
            raise ValueError("inner")
        except ValueError:
            raise
    except ValueError as error:
        return str(error)
print(reraise())
def chained():
    try:
        try:
            {}["x"]
        except KeyError as error:
            raise RuntimeError("outer") from error
    except RuntimeError as error:
        return str(error)
print(chained())
try:
    assert 1 == 2, "message"
except AssertionError as error:
    print("assert", error)
try:
    assert False
except AssertionError as error:
    print("assert", repr(error))
assert True, "not reached"
def nested_finally():
    try:
        try:
            1 / 0
        finally:
            print("inner finally")
    except ZeroDivisionError:
        print("caught")
nested_finally()
try:
    raise NotImplementedError("todo")
except RuntimeError as error:
    print(type(error).__name__, error)
e = "kept"
try:
    raise ValueError("x")
except ValueError as e2:
    pass
print(e, "e2" in globals())
try:
    raise "text"
except TypeError as error:
    print(error)
try:
    raise KeyError("quoted")
except LookupError as error:
    print(error, str(error), error.args[0])
print(issubclass(ZeroDivisionError, ArithmeticError), issubclass(IndexError, LookupError), ValueError.__name__, ValueError("a", 2).args)
while True:
    try:
        break
    finally:
        print("loop finally")
def generator_stop():
    it = iter([1])
    return next(it), next(it, "end")
print(generator_stop())
