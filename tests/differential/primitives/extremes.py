"""The greatest integers and special numbers, forwards, where rows that show all kinds of cases cannot have them."""

from oracle.rows import row
from oracle.values import *

VALUES = dict(diff="", full=1, special=False, halves=False, skip="vmap_last vmap_vmap")
TOP = 2**31 - 1

row("prod_corners", "x", "jnp.prod(x, axis=0)", values([1.0, 2.0, 2.0, INF]), values([NAN, 0.0, 1.0]), values([TOP, TOP, 3], "i32"), **VALUES)
row("reduce_bits", "x", "lax.reduce_and(x, (1,)), lax.reduce_or(x, (1,))",
    values([[TOP, -1, 6, 7], [TOP, TOP, TOP, TOP]], "i32"), ints(0, 99, 3, 2), values([[255, 3], [255, 255]], "u8"), diff="", special=False, halves=False, skip="vmap_last vmap_vmap")
row("reduce_bits_xor", "x", "lax.reduce_xor(x, (1,))", values([[TOP, -1, 6, 7], [TOP, TOP, TOP, TOP]], "i32"), ints(0, 99, 3, 2), values([[255, 3], [255, 255]], "u8"),
    diff="", special=False, halves=False, skip="vmap_last vmap_vmap")
row("bitcast_extremes", "x", "lax.bitcast_convert_type(x, jnp.float32)", values([TOP, -TOP - 1, 0, 1], "i32"), values([2**32 - 1, 1], "u32"), **VALUES)
row("pow_extremes", "x i", "lax.pow(x, i)", (values([1.0, 0.0, -1.0, 0.5, 2.0, NAN]), values([TOP, TOP, TOP, TOP, -TOP - 1, 0], "i32")), **VALUES)
row("window_extremes", "x", "lax.reduce_window(x, jnp.zeros((), x.dtype), lambda a, b: a + b + a * b, (2,), (1,), 'VALID')", values([TOP, TOP, -1, 3, -TOP - 1], "i32"), values([255, 255, 2], "u8"), **VALUES)
# A float exponent that is 1 at 0, and an integer one, of which a second derivative is NaN.
row("pow_at_zero", "x y", "x ** y", (values([0.0, 0.0, 0.0, -2.0]), values([1.0, 2.0, 0.0, 3.0])), diff="x", full=1, special=False, halves=False, skip="vmap_last vmap_vmap")
row("pow_at_zero_int", "x i", "x ** i", (values([0.0, 0.0, 0.0, -2.0]), values([1, 2, 0, 3], "i32")), diff="x", full=1, special=False, halves=False, skip="vmap_last vmap_vmap")
