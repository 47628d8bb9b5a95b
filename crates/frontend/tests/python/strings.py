"""String methods and slicing."""
s = "  Hello, World  "
print(s.strip(), s.lstrip() + "|", s.rstrip() + "|", s.upper(), s.lower(), s.swapcase(), s.title(), "hELLO".capitalize())
print("a,b,,c".split(","), "a b  c ".split(), "a,b,c".split(",", 1), "a b c".rsplit(" ", 1), "".split(), "".split(","))
print("a-b-c".rsplit("-"), " a  b c ".split(None, 1), " a  b c ".rsplit(None, 1), "x\ny\r\nz".splitlines(), "x\ny\n".splitlines(True))
print("-".join(["a", "b"]), "".join(str(i) for i in range(5)), ",".join([]), "abc".partition("b"), "abc".partition("z"), "a.b.c".rpartition("."))
print("hello".replace("l", "L"), "hello".replace("l", "L", 1), "aaa".replace("", "-"), "abc".replace("b", ""))
print("hello".find("l"), "hello".rfind("l"), "hello".find("z"), "hello".index("e"), "hello".count("l"), "aaa".count("aa"), "abc".count(""))
print("hello".find("l", 3), "hello".find("l", 4), "hello".startswith("he"), "hello".endswith(("lo", "x")), "hello".startswith("l", 2), "abc".find("", 5))
print("conv2d".removeprefix("conv"), "a.py".removesuffix(".py"), "x".zfill(3), "-5".zfill(4), "+5".zfill(2), "ab".center(7, "*"), "abc".center(6), "ab".ljust(4) + "|", "ab".rjust(4))
print("abc".isalpha(), "a1".isalpha(), "12".isdigit(), "a1".isalnum(), " ".isspace(), "".isspace(), "Ab".isupper(), "AB1".isupper(), "ab1".islower(), "x_1".isidentifier(), "1x".isidentifier())
t = "abcdefgh"
print(t[0], t[-1], t[2:5], t[:3], t[-3:], t[::2], t[::-1], t[5:2], t[5:2:-1], t[-100:100], t[100:], t[::-3], t[1:-1:2])
print("ab" * 3, 3 * "ab", "ab" * 0, "ab" * -1, "a" + "b", "a" "b", "b" in "abc", "bd" in "abc", "" in "", "x" not in "abc")
print("a" < "b", "a" < "B", "abc" < "abd", "ab" < "abc", max("hello"), min("hello"), sorted("hello"), list("abc"), "b" > "abc")
print(ord("a"), chr(97), chr(8364), ord("€"), "%s" % "é".upper(), "ß".upper(), "İ".lower() == "i̇")
print("line1\nline2", r"raw\n", "tab\tx", 'single"double', "esc\\", """triple
quoted""", "a\
b", '\'', "\101\x41")
print("{}".format("x"), "abc".translate(str.maketrans("ab", "xy")), "a\tb".expandtabs(4), str(12) + "3", "x".encode is not None)
print("mixed Case words".title(), "they're".title(), "ab".casefold(), "a,b;c".replace(",", ";").split(";"), str.upper("q"), list(map(str.strip, [" a ", "b "])))
for i, c in enumerate("abc", 1):
    print(i, c, end=" ")
print()
print("sep", "test", 1, None, sep="-", end="!\n")
print(len("hello"), len(""), "hello"[1:3] == "el", "h" == 'h', "abc".index("c"), "a b".split(" "), not "", bool("x"))
