"""Order of `try`, causes, classes and attributes of exceptions."""


def order(kind):
    print("start", kind)
    try:
        print("body")
        if kind == "raise":
            raise ValueError("v", 2)
        if kind == "return":
            return "returned"
        if kind == "key":
            {}["missing"]
    except (ValueError, TypeError) as error:
        print("handler", error, error.args, repr(error))
        return "handled"
    else:
        print("else")
    finally:
        print("finally")
    return "end"


for kind in ("none", "raise", "return"):
    print(order(kind))
try:
    order("key")
except KeyError as error:
    print("out", error, error.args)


def override():
    for i in range(3):
        try:
            if i == 1:
                return "from body"
        finally:
            if i == 1:
                return "from finally"


print(override())


def swallow():
    while True:
        try:
            1 / 0
        finally:
            break
    return "swallowed"


print(swallow())


class AppError(Exception):
    code = 3

    def __init__(self, message, *, detail=None):
        super().__init__(message)
        self.detail = detail

    def __str__(self):
        return f"{self.args[0]} ({self.detail})"


class NotFound(AppError, LookupError):
    pass


try:
    try:
        raise KeyError("inner")
    except KeyError as error:
        raise NotFound("outer", detail=5) from error
except LookupError as error:
    print(type(error).__name__, error, error.detail, error.code, repr(error.__cause__), isinstance(error, AppError))
try:
    raise NotFound("plain") from None
except AppError as error:
    print(error, error.__cause__)
try:
    raise ValueError
except ValueError as error:
    print(repr(error), str(error) == "", error.args)
try:
    try:
        raise ValueError("first")
    except ValueError:
        raise
except ValueError as error:
    print("again", error)
try:
    assert 1 > 2, ("tuple", 1)
except AssertionError as error:
    print(error.args)
for bad in (lambda: [][1], lambda: {}["a"], lambda: 1 / 0, lambda: 1 % 0, lambda: int("x"), lambda: "a" + 1, lambda: None.x, lambda: undefined, lambda: [1].index(2), lambda: (1, 2)[5], lambda: "abc".index("z"), lambda: float("y"), lambda: [].pop(), lambda: {}.popitem(), lambda: next(iter([])), lambda: (lambda a: a)(), lambda: len(5), lambda: 5(), lambda: [1, 2] < [1, "a"], lambda: 2.0 ** 5000, lambda: chr(-1), lambda: range(1, 2, 0), lambda: max([]), lambda: sum(["a"]), lambda: [*5], lambda: dict([1]), lambda: int([]), lambda: "x" * 1.5, lambda: {[]: 1}, lambda: zip([1], [2, 3], strict=True).__next__() and list(zip([1], [2, 3], strict=True)), lambda: "{}".format(), lambda: setattr(5, "x", 1) if False else (5).x, lambda: -"a", lambda: not_here.y, lambda: 0.0 ** -1, lambda: 1 << -1, lambda: divmod(1, 0), lambda: pow(2, -1, 4), lambda: ord("ab"), lambda: [1, 2].remove(5), lambda: iter(5), lambda: isinstance(1, 5), lambda: super().x):
    try:
        print("no error", bad())
    except Exception as error:
        print(type(error).__name__, end=" ")
print()
try:
    raise Exception("a", "b")
except Exception as error:
    a, b = error.args
    print(a, b, str(error))
print([cls.__name__ for cls in NotFound.__mro__])
try:
    raise 5
except TypeError as error:
    print(error)
try:
    raise StopIteration("s")
except StopIteration as error:
    print(error.value)


def nested():
    try:
        try:
            raise ValueError(1)
        finally:
            print("inner finally")
    except ValueError:
        try:
            raise KeyError(2)
        except KeyError:
            print("key")
        print("value")
        return "done"
    finally:
        print("outer finally")


print(nested())
error = "kept"
try:
    raise ValueError("x")
except ValueError as error:
    pass
try:
    error
except NameError as unbound:
    print(unbound)
