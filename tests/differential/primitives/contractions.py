"""Products: dot_general, einsum, convolutions."""

from oracle.rows import row
from oracle.values import *

row("matmul", "x y", "x @ y", (normal(2, 3), normal(3, 4)), (normal(2, 3, dtype="bf16"), normal(3, 2, dtype="bf16")), (ints(-9, 9, 2, 3), ints(-9, 9, 3, 2)),
    (normal(2, 3, dtype="f16"), normal(3, 2, dtype="f16")), skip="vmap_last")
row("matvec", "x y", "x @ y", (normal(2, 3), normal(3)), skip="vmap_last")
row("vecdot", "x y", "jnp.dot(x, y)", (normal(3), normal(3)), (ints(0, 9, 3), ints(0, 9, 3)))
row("matmul_batched", "x y", "x @ y", (normal(2, 2, 3), normal(2, 3, 2)), (normal(2, 1, 2, 3), normal(3, 3, 2)), skip="vmap_last")
row("dot_general_batch", "x y", "lax.dot_general(x, y, (((2,), (1,)), ((0,), (0,))))", (normal(2, 3, 4), normal(2, 4, 5)), skip="vmap_last")
row("dot_general_two", "x y", "lax.dot_general(x, y, (((0, 2), (1, 0)), ((), ())))", (normal(2, 3, 4), normal(4, 2)), skip="vmap_last")
row("dot_general_batch_last", "x y", "lax.dot_general(x, y, (((0,), (1,)), ((2,), (0,))))", (normal(3, 4, 2), normal(2, 3)), skip="vmap_last")
row("dot_general_preferred", "x y", "lax.dot_general(x, y, (((1,), (0,)), ((), ())), preferred_element_type=jnp.float32)",
    (normal(2, 3, dtype="bf16"), normal(3, 2, dtype="bf16")), skip="vmap_last")
row("outer", "x y", "jnp.outer(x, y)", (normal(3), normal(2)), skip="vmap_last")
row("tensordot", "x y", "jnp.tensordot(x, y, axes=((1, 2), (0, 1)))", (normal(2, 3, 4), normal(3, 4, 2)), skip="vmap_last")
row("einsum_attention", "q k", "jnp.einsum('bqhd,bkhd->bhqk', q, k)", (normal(2, 3, 2, 4), normal(2, 3, 2, 4)), skip="vmap_last vmap_vmap")
row("einsum_three", "x y z", "jnp.einsum('ij,jk,kl->il', x, y, z)", (normal(2, 3), normal(3, 2), normal(2, 4)), skip="vmap_last")
row("einsum_trace", "x", "jnp.einsum('ii->', x), jnp.einsum('ii->i', x), jnp.einsum('ij->ji', x)", normal(3, 3))
row("inner", "x y", "jnp.inner(x, y)", (normal(2, 3), normal(4, 3)), skip="vmap_last")
row("vdot", "x y", "jnp.vdot(x, y)", (normal(2, 3), normal(2, 3)))
# XLA for CPU multiplies the padding, and in groups the other channels, with zero: how far NaN and infinities spread is its own affair.
CLEAN = dict(special=False)
CONV = "lax.conv_general_dilated(x, k, {0}, {1}, dimension_numbers=('NHWC', 'HWIO', 'NHWC'){2})"
SMALL = (normal(1, 4, 4, 2), normal(2, 2, 2, 3))
for name, strides, padding, rest, operands in [
    ("valid", (1, 1), "'VALID'", "", SMALL),
    ("same_strided", (2, 1), "'SAME'", "", (normal(1, 4, 5, 2), normal(3, 3, 2, 2))),
    ("padded", (1, 2), ((1, 0), (2, 1)), "", SMALL),
    ("dilated", (1, 1), "'VALID'", ", rhs_dilation=(2, 1)", SMALL),
    ("lhs_dilated", (1, 1), ((1, 1), (0, 1)), ", lhs_dilation=(2, 2)", SMALL),
    ("groups", (1, 1), "'VALID'", ", feature_group_count=2", (normal(1, 4, 4, 4), normal(2, 2, 2, 4))),
    ("batch_groups", (1, 1), "'VALID'", ", batch_group_count=2", (normal(2, 3, 3, 2), normal(2, 2, 2, 4))),
]:
    row(f"conv_{name}", "x k", CONV.format(strides, padding, rest), operands, skip="vmap_last vmap_vmap", **CLEAN)
row("conv_nchw", "x k", "lax.conv(x, k, (1, 1), 'SAME')", (normal(1, 2, 4, 4), normal(3, 2, 3, 3)), (normal(1, 1, 3, 3, dtype="bf16"), normal(1, 1, 2, 2, dtype="bf16")), skip="vmap_last vmap_vmap", **CLEAN)
row("conv_1d", "x k", "lax.conv_general_dilated(x, k, (2,), 'SAME', dimension_numbers=('NWC', 'WIO', 'NWC'))", (normal(2, 5, 2), normal(3, 2, 2)), skip="vmap_last vmap_vmap", **CLEAN)
row("conv_3d", "x k", "lax.conv_general_dilated(x, k, (1, 1, 1), 'VALID', dimension_numbers=('NDHWC', 'DHWIO', 'NDHWC'))", (normal(1, 3, 3, 3, 1), normal(2, 2, 2, 1, 2)), skip="vmap_last vmap_vmap", **CLEAN)
row("conv_transpose", "x k", "lax.conv_transpose(x, k, (2, 2), 'SAME', dimension_numbers=('NHWC', 'HWIO', 'NHWC'))", (normal(1, 2, 2, 2), normal(3, 3, 2, 2)), skip="vmap_last vmap_vmap", **CLEAN)
