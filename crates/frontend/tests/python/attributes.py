# Attributes of instances as the entries of a dict, and what finds them.
class Options:
    def __init__(self, **given):
        self.__dict__.update(given)


options = Options(width=3)
print(vars(options), options.width)
options.__dict__["depth"] = 2
own = vars(options)
own["rate"] = 0.5
options.name = "net"
print(options.depth, options.rate, own)
del own["depth"]
print(hasattr(options, "depth"), own is options.__dict__)


class Dotted(dict):
    def __init__(self, *args, **entries):
        super().__init__(*args, **entries)
        self.__dict__ = self


dotted = Dotted(a=1)
dotted.b = 2
dotted["c"] = 3
print(dotted, dotted.a, dotted["b"], dotted.c)


class Traced:
    value = 1

    def __getattribute__(self, name):
        if name == "special":
            return "found"
        return super().__getattribute__(name)

    def __getattr__(self, name):
        return "fallback for " + name


print(Traced().special, Traced().value, Traced().other)


class Slotted:
    __slots__ = ("a",)


print(hasattr(Slotted(), "__dict__"))


class Quiet:
    def __add__(self, other):
        print("asked")
        return NotImplemented

    def __radd__(self, other):
        print("asked the other way")
        return 5


try:
    Quiet() + Quiet()
except TypeError as error:
    print(error)
print(1 + Quiet())


class Count:
    def __index__(self):
        return 3

    def method(self):
        return self


print("ab" * Count(), [0] * Count(), hex(Count()), [1, 2, 3, 4][Count()])
count = Count()
print(count.method == count.method, count.method == Count().method, count.method.__self__ is count)


class Left:
    pass


class Right:
    pass


class Both(Left, Right):
    pass


print([c.__name__ for c in Both.mro()], Both.__bases__ == (Left, Right), Left.__bases__)
print(ValueError, KeyError.__name__, Both)
print((lambda a, b=2, *, c=3: 0).__defaults__, (lambda a, *, c=3: 0).__kwdefaults__, (lambda: 0).__defaults__)
print(isinstance(1, int | str), isinstance(None, int | None), int | str == str | int, int | None, issubclass(bool, int | str))

try:
    try:
        raise KeyError("first")
    except KeyError:
        raise ValueError("second")
except ValueError as error:
    print(repr(error.__context__), error.__cause__, error.__suppress_context__)
    error.add_note("more")
    print(error.__notes__)
try:
    raise OSError(2, "No such file", "name")
except OSError as error:
    print(error.errno, error.strerror, error.filename, error)
print(-(2**63) / 7, (-(2**63)) / -1, 5 / -(2**63))
names = {frozenset({1, 2}): "a", frozenset(): "b"}
print(names[frozenset([2, 1])], frozenset({1}) | {2}, {1} | frozenset({1}), frozenset("a"), frozenset() == set())
