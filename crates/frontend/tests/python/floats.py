"""Float arithmetic and the shortest text that reads back."""
values = [0.0, -0.0, 1.0, 0.1, 0.2, 1 / 3, 1e16, 1e15, 123456789012345680.0, 1e-4, 1e-5, 1.5e-7, 1e22, 1e23, 5e-324,
          1.7976931348623157e308, 100.0, 1234.5678, 2.5, 3.5, -2.5, 1e100, 0.3 - 0.1, 0.1 + 0.2, 9007199254740993.0]
for x in values:
    print(x, repr(x), str(-x), x * 3, x == -x)
print(float("inf"), float("-inf"), float("nan"), float("1e3"), float(" 2.5 "), float("1_0.5"), float(3), float(True))
print(7.0 // 2, -7.0 // 2, 7.0 % 2, -7.0 % 2, 7.0 % -2, 0.1 // 0.01, 1.0 % 0.1, -0.0 % 1, 3.0 // -0.5)
print(divmod(7.5, 2), divmod(-7.5, 2), divmod(7.5, -2), divmod(1e300, 1e-300) if False else "")
print(2.0**0.5, 2**0.5, (-8) ** 3.0, 10.0**-2, 1e308 * 10, -1e308 * 10, 4**0.5, 0.0**0)
for x in (0.5, 1.5, 2.5, -0.5, -1.5, 2.675, 1.005, 0.125, 0.375, 1e22, 12345.678, -2.675):
    print(round(x), round(x, 1), round(x, 2), round(x, -1), round(x, -2), round(x, 3))
print((2.0).is_integer(), (2.5).is_integer(), (0.75).as_integer_ratio(), (1e10).is_integer())
print(1.0 == 1, 1.5 > 1, 0.1 + 0.2 == 0.3, float("nan") == float("nan"), float("inf") > 10**400, 1e400)
print(1e3, 1E3, .5, 5., 1_0.0_1, 0xFF * 1.0, 1e-10, 123e-7, 3.0e0)
print(max(1.0, 2), min(1, 1.0), sum([0.1] * 10), abs(-2.5), -(-2.5), +1.5, 3 * 1.1, 1.1 * 1.1)
print([1.0, 2.5e-8, 1e17], (1.0,), {1.0: 2.0}, {0.5})
