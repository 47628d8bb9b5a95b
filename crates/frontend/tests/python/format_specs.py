"""The mini-language of format specifications."""
numbers = [0, 1, -1, 42, -255, 1234567, 10**20, 0.0, -0.0, 1.5, -2.25, 3.14159265, 1e-5, 1e16, 1e22, 123456.789, float("inf"), float("nan"), 1e100, 0.1 + 0.2, 5e-324, 1.7976931348623157e308]
specs = ["", "d", "b", "x", "#x", "o", "X", "#b", "n", ",", "_", "08d", "+d", " d", ">10", "<10", "^10", "*^12", "=+10", "010", "e", ".2e", "E", "f", ".0f", ".3f", "F", "g", ".3g", "G", "%", ".1%", "+.2f", "010.2f", ",.2f", "_.2f", "#.0f", "#g", ".0e", ".10g", ">+12.3e", "c", "s"]
for n in numbers:
    for s in specs:
        if s == "c" and not (isinstance(n, int) and 0 <= n < 1000):
            continue
        try:
            print(repr(n), s, "->", format(n, s))
        except (ValueError, OverflowError) as error:
            print(repr(n), s, "->", type(error).__name__, error)
for text in ["", "a", "hello world"]:
    for s in ["", "s", "5", ">5", "<5", "^5", "*>5", ".2", "5.2", ".0", "=5", "+", ",", "d"]:
        try:
            print(repr(text), s, "->", repr(format(text, s)))
        except ValueError as error:
            print(repr(text), s, "->", error)
print(format(True), format(True, "d"), format(None), f"{True:5}|{False!s:>6}|{None!s:^8}|")
for x in [0.1, 1 / 3, 2 / 3, 100.0, 1e15, 1e16, 1e17, 123456789012345680.0, 0.0001, 0.00001, 1.0, -1.5e-7, 2.5, 1e23, 9007199254740993.0]:
    print(x, repr(x), str(x), round(x, 2), round(x), int(x), x.is_integer())
print(round(0.5), round(1.5), round(2.5), round(-0.5), round(2.675, 2), round(1234.5678, -2), round(15, -1), round(25, -1), round(-15, -1), round(5), round(1e20, 3))
for text in ["1", " 2.5 ", "-1e3", "inf", "-Infinity", "nan", "1_000", "0x1", "", "1e"]:
    for kind in (int, float):
        try:
            print(kind.__name__, repr(text), kind(text))
        except ValueError as error:
            print(kind.__name__, repr(text), error)
print(int("ff", 16), int("0b101", 0), int("z", 36), int(-3.9), int(3.9), int(True), float(3), float("1e400"), bool(""), bool("0"), bool(0.0), bool([]), bool([0]))
print(bin(10), oct(-8), hex(255), (10).bit_length(), (0.5).as_integer_ratio())
