"""Functions of one and two numbers."""

from oracle.rows import row
from oracle.values import *


def unary(low, high):
    return [uniform(low, high, 2, 3), uniform(low, high), uniform(low, high, 5, dtype="bf16"), uniform(low, high, 4, dtype="f16"), corners()]


row("neg", "x", "lax.neg(x)", *unary(-3, 3), ints(-128, 128, 6, dtype="i8"))
row("sin", "x", "lax.sin(x)", *unary(-3, 3))
row("add", "x y", "lax.add(x, y)", (normal(2, 3), normal(2, 3)), (normal(), normal()), (normal(4, dtype="bf16"), normal(4, dtype="bf16")),
    corner_pairs(), int_pairs("i32"), int_pairs("u8"))
