import math
for make in (
    lambda: pow(2**100000, 2**100000, 2**100000 + 1),
    lambda: math.factorial(10**7),
    lambda: math.comb(10**6, 5 * 10**5),
    lambda: math.gcd(3**600000, 2**1000000),
    lambda: math.isqrt(3**600000),
    lambda: hash(3**600000),
    lambda: 3**600000 * 7**300000 % 11,
):
    make()
