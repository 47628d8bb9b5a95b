"""Functions of two numbers, element by element; comparisons; selection."""

from oracle.rows import row
from oracle.values import *


def pairs(make, *rest):
    return [(make(2, 3), make(2, 3)), (make(), make()), (make(4, dtype="bf16"), make(4, dtype="bf16")), (make(5, dtype="f16"), make(5, dtype="f16")),
            corner_pairs(), *rest]


INTS = [int_pairs("i32"), int_pairs("i8"), int_pairs("u8"), int_pairs("u32")]
TIES = (values([1.0, 1.0, 2.0, -1.0]), values([1.0, 2.0, 1.0, -1.0]))

row("add", "x y", "lax.add(x, y)", *pairs(normal, *INTS))
row("sub", "x y", "lax.sub(x, y)", *pairs(normal, *INTS))
row("mul", "x y", "lax.mul(x, y)", *pairs(normal, *INTS))
row("div", "x y", "lax.div(x, y)", *pairs(positive, *INTS))
row("rem", "x y", "lax.rem(x, y)", *pairs(positive, *INTS, (values([7.5, -7.5, 7.5]), values([2.0, 2.0, -2.0]))))
row("max", "x y", "lax.max(x, y)", *pairs(normal, *INTS, TIES))
row("min", "x y", "lax.min(x, y)", *pairs(normal, *INTS, TIES))
row("pow", "x y", "lax.pow(x, y)", *pairs(positive, (values([0.0, 0.0, 2.0, -2.0]), values([0.0, 2.0, 0.0, 3.0]))))
row("pow_int", "x i", "lax.pow(x, i)", (positive(2, 3), ints(-3, 4, 2, 3)), (values([0.0, -2.0, 0.0]), values([0, 3, 2], "i32")))
row("atan2", "x y", "lax.atan2(x, y)", *pairs(normal))
row("nextafter", "x y", "lax.nextafter(x, y)", (normal(2, 3), normal(2, 3)), (values([0.0, 1.0, 1.0, INF]), values([1.0, 1.0, INF, 0.0])), diff="")
row("bit_and", "x y", "lax.bitwise_and(x, y)", (ints(-99, 99, 2, 3), ints(-99, 99, 2, 3)), (bools(6), bools(6)), *INTS)
row("bit_or", "x y", "lax.bitwise_or(x, y)", (ints(-99, 99, 2, 3), ints(-99, 99, 2, 3)), (bools(6), bools(6)), *INTS)
row("bit_xor", "x y", "lax.bitwise_xor(x, y)", (ints(-99, 99, 2, 3), ints(-99, 99, 2, 3)), (bools(6), bools(6)), *INTS)
row("bit_not", "x", "lax.bitwise_not(x)", ints(-99, 99, 2, 3), bools(4), ints(0, 255, 3, dtype="u8"))
row("popcount", "x", "lax.population_count(x)", ints(0, 99, 2, 3), ints(0, 255, 3, dtype="u8"), ints(0, 2**32, 4, dtype="u32"))
row("clz", "x", "lax.clz(x)", ints(0, 99, 2, 3), ints(0, 255, 3, dtype="u8"), ints(0, 2**32, 4, dtype="u32"))
SHIFTS = [(ints(-99, 99, 2, 3), ints(0, 9, 2, 3)), (values([1, -1, 5, 1], "i32"), values([31, 4, 32, 40], "i32")),
          (values([200, 1, 255], "u8"), values([1, 7, 8], "u8"))]
row("shift_left", "x y", "lax.shift_left(x, y)", *SHIFTS)
row("shift_right_logical", "x y", "lax.shift_right_logical(x, y)", *SHIFTS)
row("shift_right_arithmetic", "x y", "lax.shift_right_arithmetic(x, y)", *SHIFTS)
for name in ["eq", "ne", "lt", "le", "gt", "ge"]:
    row(name, "x y", f"lax.{name}(x, y)", (ints(0, 3, 2, 3, dtype="f32"), ints(0, 3, 2, 3, dtype="f32")), corner_pairs(), *INTS, (bools(5), bools(5)))
row("select", "c x y", "lax.select(c, x, y)", (bools(2, 3), normal(2, 3), normal(2, 3)), (bools(4), ints(0, 9, 4), ints(0, 9, 4)),
    (bools(), normal(3, dtype="bf16"), normal(3, dtype="bf16")))
row("select_n_bool", "c x y", "lax.select_n(c, x, y)", (bools(2, 3), normal(2, 3), normal(2, 3)))
row("select_n", "i x y z", "lax.select_n(i, x, y, z)", (ints(0, 3, 2, 3), normal(2, 3), normal(2, 3), normal(2, 3)), (ints(0, 3), normal(3), normal(3), normal(3)))
row("where", "c x y", "jnp.where(c, x, y)", (bools(2, 3), normal(3), normal()), (bools(3), corners().__class__((3,), "f32", lambda r, s: [NAN, INF, 1.0]), normal(3)))
row("maximum_broadcast", "x y", "jnp.maximum(x, y)", (normal(2, 3), normal(3)), (ints(0, 5, 2, 1), ints(0, 5, 4)), skip="vmap_last")
row("floor_divide", "x y", "x // y", (positive(2, 3), positive(2, 3)), (values([-7, 7, -7, 7], "i32"), values([2, -2, -2, 2], "i32")),
    (values([-7.0, 7.0, 1.0]), values([2.0, -2.0, 0.0])))
row("mod", "x y", "x % y", (positive(2, 3), positive(2, 3)), (values([-7, 7, -7, 7], "i32"), values([2, -2, -2, 2], "i32")),
    (values([-7.0, 7.0, 1.0]), values([2.0, -2.0, 0.0])))
row("logaddexp", "x y", "jnp.logaddexp(x, y)", (normal(2, 3), normal(2, 3)), (values([-INF, 0.0, INF]), values([-INF, -INF, 0.0])))
row("hypot", "x y", "jnp.hypot(x, y)", (normal(2, 3), normal(2, 3)))
row("heaviside", "x y", "jnp.heaviside(x, y)", (normal(2, 3), normal(2, 3)), (values([0.0, NAN, -1.0]), values([0.5, 1.0, 2.0])))
row("copysign", "x y", "jnp.copysign(x, y)", (normal(2, 3), normal(2, 3)))
row("clip", "x", "jnp.clip(x, -1.0, 1.0)", normal(2, 3, scale=2.0), values([-1.0, 1.0, 0.0, NAN]))
