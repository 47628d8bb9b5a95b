# Names with those around them, what is printed of what fails, and texts made by formatters and of complex numbers.
import string


def outer():
    def inner():
        def innermost():
            pass

        return innermost

    class Local:
        def method(self):
            return lambda: 0

        class Inside:
            pass

    return inner, Local, lambda: 0


inner, Local, nameless = outer()
print(inner.__qualname__, inner.__name__, inner().__qualname__, nameless.__qualname__)
print(Local, Local.__qualname__, Local.__name__, Local.method.__qualname__, Local().method().__qualname__, Local.Inside)


class Outer:
    class Inner:
        def method(self):
            def here():
                pass

            return here


class Derived(Outer.Inner):
    pass


print(Outer.Inner, Outer.Inner.method.__qualname__, Outer.Inner().method().__qualname__, Derived.__qualname__, Derived)


class Silent:
    def __str__(self):
        raise ValueError("no text")


try:
    print("before", 1, Silent(), "after", sep="-")
except ValueError as error:
    print("|", error)


class Guarded:
    def __init__(self):
        self.value = 1

    def __delattr__(self, name):
        print("deleting", name)
        object.__delattr__(self, name)


class More(Guarded):
    def __delattr__(self, name):
        super().__delattr__(name)


for kind in (Guarded, More):
    guarded = kind()
    del guarded.value
    print(guarded.__dict__)
    try:
        del guarded.value
    except AttributeError as error:
        print(error)

z = 3.14159 + 2.5j
print(f"{z:.2f}|{z:>20.1f}|{z:<12.3}|{z:^14.1e}|{z:+}|{z:g}|{-z:.1f}|{2.5j:.3}|{2.5j}|{0j:>5}|{1e20 + 1j:}")
print(format(complex(1, -0.0)), format(complex(0.0, 2), ">8"), format(1234567 + 1j, ",.1f"), format(complex("nan+infj"), "f"))
for spec in ("05", "=5", "d", "%"):
    try:
        format(z, spec)
    except ValueError as error:
        print(error)

formatter = string.Formatter()
print(formatter.format("{0} {x:>5}|{1!r}", 1, "b", x="a"))
print(formatter.format("{} {:{}} {{}}", 1, 2.5, ".2f"), formatter.format("{a.real} {b[0]} {c[k]}", a=3, b=[4], c={"k": 5}))
print(list(formatter.parse("a{b!r:>3}c{{d}}{}")), formatter.vformat("{}", (1,), {}))


class Lenient(string.Formatter):
    def get_value(self, key, args, kwargs):
        return kwargs.get(key, "?") if isinstance(key, str) else args[key]

    def check_unused_args(self, used_args, args, kwargs):
        print(sorted(map(str, used_args)))


print(Lenient().format("{a} {b} {0}", 5, a=1))
for text in ("{", "}", "{0} {}", "{a"):
    try:
        print(formatter.format(text, 1, 2))
    except ValueError as error:
        print(error)
print(string.Template("$a ${b} $$c $a").get_identifiers())
print(issubclass(ConnectionError, OSError), issubclass(TabError, SyntaxError), ResourceWarning.__mro__[1].__name__)
