"""Text to numbers and back, many values."""
for text in ("1", "-1", "+5", " 7 ", "0x10", "1e3", "1_0", "_1", "1__0", "", "inf", "-INF", "nan", "Infinity", ".5", "5.", "1e", "e5", "0b1", "1.5", "--1", "1 2", "0o7", "1e400", "-0.0", "1e-400"):
    row = []
    for convert in (int, float):
        try:
            row.append(repr(convert(text)))
        except ValueError as error:
            row.append(str(error))
    print(repr(text), row)
for base in (2, 8, 10, 16, 36, 0):
    row = []
    for text in ("11", "0b11", "0x1f", "zz", "-7", "0o17", "1_1"):
        try:
            row.append(int(text, base))
        except ValueError:
            row.append("bad")
    print(base, row)
n = 12345678901234567890
for spec in ("", "d", ",", "_", "x", "#x", "b", "#o", "e", ".3e", "30", "<30", "^30", "+", " ", "030", "+,", "#_x", "n", "g", "f", ".2f", "%"):
    print(repr(spec), "|" + format(n, spec) + "|", "|" + format(-255, spec) + "|", "|" + format(0, spec) + "|")
for x in (0.0, -0.0, 1.0, -1.5, 1e-7, 123456.789, 1e15, 1e16, 1e17, 5e-324, 1.7e308, 0.1, 2 / 3, 1e21, 123456789.123456789):
    for spec in ("", ".0f", ".3f", "f", "e", ".0e", "g", ".0g", ".12g", "G", "%", ".1%", ",", ",.2f", "_", "+.2f", " .1e", "015.3f", ">12.4", "<12.1f", "^12.2g", "#.0f", "#g", ".5", ".1"):
        print(format(x, spec), end="|")
    print()
for n in range(-20, 20, 3):
    for d in (-7, -3, 3, 7): print(n // d, n % d, n / d, divmod(n, d), float(n) // d, float(n) % d, end="; ")
print()
for v in (0.5, 1.5, 2.5, 1e15 + 0.5, 2**53 + 1.0, -0.5, 1e300, 0.49999999999999994): print(round(v), int(v), v.is_integer(), end="; ")
print(); print([round(i * 0.05, 1) for i in range(30)], [round(1234.5678, k) for k in range(-4, 5)], [round(-0.0005 * k, 3) for k in range(5)])
print(0.1 + 0.7, 1.1 + 2.2, 3 * 0.1, 1 - 0.9, 1e16 + 1, 2**0.5 * 2**0.5, 1 / 49 * 49, sum([0.1] * 3), 10**16 / 3, 1e100 + 1, 4.35 * 100, 1.005 * 1000)
print(2**1023 * 1.0, 1 / 3 * 3, 7 % 2.5, -7 % 2.5, 7 // 2.5, -7 // 2.5, 2**-1074, 10 ** -5, 10.0 ** 20, 3 ** 0.5, 8 ** (1 / 3), (-2.0) ** 3, 0.0 ** 0, 1e-320, 123e18, 1e22 == 10**22, 1e23 == 10**23)
