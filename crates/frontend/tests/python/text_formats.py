"""Every form of format specification, `%` formatting, and the methods of strings."""

for value in (0, 5, -7, 123456789, 10**25, -(10**18), True):
    for spec in ("", "d", "5", "<6", ">6", "^6", "06", "+", " ", "-", ",", "_", "x", "X", "o", "b", "#x", "#X", "#o", "#b", "_x", "_b",
                 "+,d", "*^12", "=+8", "08,", "e", ".3e", "f", ".0f", "g", "G", "%", ".1%", "n", "#012x", "+09d", "^+9d", "x<9", "0=9", ",.2f", "_.1f", "E"):
        print(repr(format(value, spec)), end=" ")
    print()
for value in (0.0, -0.0, 1.0, 3.14159265, -2.5, 1e20, 1e-7, 123456.789, 1e300, 0.1 + 0.2, float("inf"), float("-inf"), float("nan"), 5e-324):
    for spec in ("", "f", ".2f", ".0f", "e", ".0e", "g", ".3g", "G", "%", ".1%", "+", " ", "10", "<10", "^10.2f", "010.3f", ",", ",.2f", "_.2f",
                 "#.0f", "#g", "+.1e", "F", "E", "n", ".10", ".1", "z.1f", "08", "=+12.3f", "*>12", "<+8.1f", "_", ".15g", ".17g", "#.3g"):
        print(repr(format(value, spec)), end=" ")
    print()
for spec in ("", "s", "5", ">5", "^5", "*^7", ".2", ">6.1", "05", "<05"):
    print(repr(format("abc", spec)), end=" ")
print()
for value, spec in ((5, "s"), ("a", "d"), (1.5, "d"), (1.5, "x"), (5, ".2"), ("a", "+"), ("a", ","), (5, "5,,"), (5, "q"), ([1], "5"), (None, ">4"), ("x", "=5"), (5, ",x")):
    try:
        print(format(value, spec))
    except (ValueError, TypeError) as error:
        print(type(error).__name__, error)
width, precision, name = 10, 3, "wide"
print(f"{3.14159:{width}.{precision}f}|{'x':>{width}}|{width!r:<5}|{name=}|{name = !s}|{1 + 1 = :>4}|{{}}|{{{name}}}")
print("{} {1} {0}".format("a", "b") if False else "{1} {0} {1}".format("a", "b"), "{a.real:>5} {b[0]} {c[k]}".format(a=3, b=[7], c={"k": 8}))
print("{:{}{}{}}|{:>{w}}".format(5, "*", "^", 9, "x", w=4), "{!r:>6} {!s} {!a}".format("é", "é", "é"), "{:%}".format(0.25))
for template, args in (("{}", ()), ("{0} {}", (1,)), ("{a}", ()), ("{", ()), ("}", ()), ("{0[", (1,)), ("{!x}", (1,)), ("{:d}", ("s",))):
    try:
        print(template.format(*args))
    except (IndexError, ValueError, KeyError) as error:
        print(type(error).__name__, error)
print("%d %i %5d|%-5d|%05d|%+d|% d|%x %X %o %#x %#o" % (1, -2, 3, 4, 5, 6, 7, 255, 255, 8, 255, 8))
print("%f %.2f %10.3f|%-10.1f|%e %.1E %g %G %g" % (1.5, 2.345, 3.14159, 2.5, 12345.678, 0.00012, 1e-5, 1e10, 100000))
print("%s %r %a %10s|%-10s|%.2s %c %c %%" % ("a", "b", "é", "r", "l", "long", "x", 65), "%(a)s-%(b)03d" % {"a": 1, "b": 2}, "%*d|%-*d|%.*f" % (5, 1, 5, 2, 2, 3.14159))
for template, args in (("%d", "x"), ("%d %d", (1,)), ("%d", (1, 2)), ("%q", 1), ("%c", "ab"), ("%(a)s", 5), ("%", ()), ("%d", 1.9), ("%s", (1, 2))):
    try:
        print(template % args)
    except (TypeError, ValueError, KeyError, OverflowError) as error:
        print(type(error).__name__, error)
t = "  Hello, World! ß Straße ǆ éÀ  "
print([t.upper(), t.lower(), t.title(), t.swapcase(), t.casefold(), t.capitalize(), t.strip(), t.lstrip(), t.rstrip(), t.strip(" H!À")])
print("a,b,,c".split(","), "a b  c ".split(), " a b ".split(" "), "a,b,c".split(",", 1), "a,b,c".rsplit(",", 1), " a  b c".rsplit(None, 1), "x".split(), "".split(), "".split(","), "ab".split("ab"))
print("a\nb\r\nc\x0bd\x1ce\u2028f".splitlines(), "a\n\nb\n".splitlines(True), "".splitlines(), "k=v=w".partition("="), "k=v=w".rpartition("="), "kv".partition("="), "kv".rpartition("="))
print("abcabc".find("c"), "abcabc".rfind("c"), "abc".find("z"), "abcabc".index("b", 2), "abcabc".count("bc"), "aaaa".count("aa"), "abc".count(""), "abc".find("", 5), "abc".rfind(""), "abcabc".find("a", -3), "abcabc".rindex("a"))
print("abc".replace("b", "xx"), "aaa".replace("a", "b", 2), "abc".replace("", "-"), "abc".replace("", "-", 2), "abc".removeprefix("ab"), "abc".removesuffix("bc"), "abc".removeprefix("x"))
print("42".zfill(5), "-42".zfill(5), "+4".zfill(4), "abc".zfill(2), "ab".center(7, "*"), "ab".center(6), "abc".center(6, "-"), "ab".ljust(5, "."), "ab".rjust(5), "a\tb\tcd\t".expandtabs(4), "a\tb".expandtabs())
print([s.isdigit() for s in ("12", "", "1.5")], [s.isdecimal() for s in ("12", "1a")], [s.isnumeric() for s in ("12", "²", "½", "a")], [s.isalpha() for s in ("ab", "a1", "é", "")], [s.isalnum() for s in ("a1", "a_", "")])
print([s.isspace() for s in (" \t", "", "a ")], [s.isupper() for s in ("AB", "Ab", "1", "A1")], [s.islower() for s in ("ab", "aB", "1", "a1")], [s.istitle() for s in ("Ab Cd", "Ab cd", "AB", "")], [s.isidentifier() for s in ("a1", "1a", "", "def", "é")], [s.isascii() for s in ("a", "é", "")], [s.isprintable() for s in ("a b", "a\n", "")])
print("abc".startswith(("x", "a")), "abc".startswith("b", 1), "abc".endswith(("c", "x"), 0, 3), "abc".endswith("b", 0, 2), "abc".startswith(""), "abc".startswith("", 4))
print("hello".translate(str.maketrans("el", "ip", "o")), "abc".translate({97: "x", 98: None, 99: 120}), "-".join("abc"), "".join([]), ", ".join(["a"]), "ab" * 3, 0 * "ab", "a" "b", "abc"[::-1], "abc"[-2:], "abc"[5:], "abc"[1:2])
print("a" < "b" < "ba", "A" < "a", "" < "a", "é" > "z", max("hello"), min("hello"), sorted("bca"), list(reversed("abc")), "b" in "abc", "" in "", "abc".__contains__("b"))
print(repr("a'b"), repr('a"b'), repr("a'\"b"), repr("\t\n\r\\\x00\x7f\u00e9\u200b\U0001f600"), ascii("é\U0001f600"), str("x"), repr(""), "\x41\u0042c\103")
print(ord("é"), chr(8364), chr(0x1F600), len("\U0001f600"), "%c" % 8364, float("  1e3 "), int("0b11", 0), int("ff", 16), int("-0x1f", 16), int("z", 36), int(" 12_3 "))
