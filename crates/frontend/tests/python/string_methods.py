"""Methods of strings, with every kind of argument."""
words = ["", "a", "Hello, World", "  spaced out  ", "tab\tand\nline", "ÄÖÜ éè", "abcabc", "CamelCase", "x=1;y=2", "123"]
for w in words:
    print(repr(w), w.upper(), w.lower(), w.title(), w.capitalize(), w.swapcase(), repr(w.casefold()))
    print(w.isalpha(), w.isdigit(), w.isalnum(), w.isspace(), w.isupper(), w.islower(), w.isdecimal(), w.isnumeric())
    print(repr(w.strip()), repr(w.lstrip()), repr(w.rstrip()), repr(w.strip("ac")), w.split(), w.split(" "), w.rsplit(None, 1), w.split("b", 1), w.splitlines(), w.partition("b"), w.rpartition("b"))
    print(w.find("b"), w.rfind("b"), w.count("a"), w.count(""), w.startswith(("a", "H")), w.endswith(""), w.replace("a", "<>"), w.replace("", "-", 2), w.center(15, "*"), w.ljust(15, ".") + "|", w.rjust(15), w.zfill(8))
    print(w.expandtabs(4), w[::-1], w[1:-1], w * 2, "a" in w, len(w))
print("abcdef".index("cd"), "abcdef".rindex("e"), "abcabc".find("c", 3), "abcabc".find("a", -3), "abcabc".count("abc", 1))
try:
    "abc".index("z")
except ValueError as error:
    print("ValueError", error)
print(",".join(["a", "b"]), "".join(str(i) for i in range(5)), "-".join({"k": 1, "l": 2}))
try:
    ",".join([1, 2])
except TypeError as error:
    print("TypeError", error)
print("a,b,,c".split(","), ",".split(","), "".split(), "".split(","), " a  b ".split(), "a,b,c".rsplit(",", 1))
print("prefix_name".removeprefix("prefix_"), "name.py".removesuffix(".py"), "name".removesuffix(".py"))
print("-12".zfill(5), "+1".zfill(4), "".zfill(2), "abc".zfill(2))
print("hello"[1], "hello"[-1], "hello"[1:3], "hello"[::2], "hello"[10:], "hello"[-3:-1])
try:
    "hello"[7]
except IndexError as error:
    print("IndexError", error)
print("a\\b\x41\u00e9\u2022" "joined" r"\raw\n", 'single "double"', "it's", '''both ' and "''')
print(repr("it's"), repr('say "hi"'), repr("both ' and \""), repr("\t\r\n\\\x00\x7f\xa0\u200b"))
print("%s %r %d %5.2f %-5s| %05d %x %X %o %e %g %% %c %+d" % ("a", "b", 3, 2.5, "l", 42, 255, 255, 8, 12345.678, 0.0001, "z", 5))
print("%(name)s is %(age)03d" % {"name": "Ann", "age": 7}, "%*d" % (5, 3), "%.3s" % "abcdef", "%5s" % "ab", "%s" % (1,), "%s" % [1])
print("{} {} {0}".replace("{0}", "x"), "{0} {1} {0}".format("a", "b"), "{a.real} {b[0]} {c[k]}".format(a=3, b=[5], c={"k": 6}), "{!r:>5} {:^7}|".format("a", "b"))
print("{:{w}.{p}f}|{{}}".format(3.14159, w=8, p=2), "{0!s} {0!r} {0!a}".format("é"))
print("abc" < "abd", "Z" < "a", "" < "a", "a" * 0 == "", "abc" == "abc", "a" != "b", "10" < "9")
print(str.upper("abc"), str(3) + str(None) + str(True), "abc".translate(str.maketrans("ab", "xy")), "abc".translate({97: None, 98: "BB"}), "abc".translate(str.maketrans({"a": "1"})))
print(ord("a"), chr(8364), ascii("é€"), min("hello"), max("hello"), sorted("hello"), list("abc"), set("a"), tuple("ab"), "".join(reversed("abc")))
name, value = "x", 3.14159
print(f"{name}={value:.2f} {value!r} {name!r:>5} {value=:.1f} {name=} {'nested ' + name} {value:{'8'}.{2}f} {{literal}} {1 + 1=}")
print(f"{'a' if value > 3 else 'b'} {[i for i in range(3)]} { {'k': 1}['k'] } {(lambda x: x * 2)(4)} {len('abc'):>{2 + 3}}")
print("multi"
      "line", """triple
quoted""", "con\
tinued")
