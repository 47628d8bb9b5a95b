# Complex numbers.
z = 3 - 4j
print(z, 1j, -2.5j, 0j, complex(1, -0.0), complex(-0.0, 1), 1e20 + 1e-7j, complex("inf"), complex("nan+1j"), -1j, 2j + 0)
print(z + 1, z - 2.5, z * 2j, z / (1 + 1j), 1 / z, z**2, z**-1, z**0.5, 2**z, z**0, (1 + 1j) ** 10, (-8) ** (1 / 3), (-2.0) ** 0.5)
print(abs(z), z.real, z.imag, z.conjugate(), -z, +z, bool(0j), bool(z), z == 3 - 4j, z != 3, 2 + 0j == 2, 2.0 == 2 + 0j, hash(2 + 0j) == hash(2))
print(complex(), complex(2), complex(1.5, 2), complex("1+2j"), complex(" (2-3.5j) "), complex("j"), complex("-J"), complex(1j, 1j), complex(True))
print(sum([1j, 2, 3.5]), {1j: "a"}[1j], [1j, 2].index(2 + 0j), isinstance(1j, complex), type(z).__name__, f"{z}", str(1j), "%s" % 1j, 1j in [1j])
for use in [
    lambda: 1j // 2,
    lambda: 1j % 2,
    lambda: divmod(1j, 2),
    lambda: 1j < 2,
    lambda: int(1j),
    lambda: float(1j),
    lambda: 1j / 0,
    lambda: 0j**-1,
    lambda: ~1j,
    lambda: round(1j),
    lambda: complex("1+"),
    lambda: complex("1", 2),
    lambda: complex([]),
    lambda: 1j + "a",
    lambda: 1j & 1,
    lambda: [1][1j],
    lambda: range(1j),
    lambda: sorted([1j, 2j]),
    lambda: max(1j, 2j),
]:
    try:
        print(use())
    except Exception as error:
        print(type(error).__name__, error)
