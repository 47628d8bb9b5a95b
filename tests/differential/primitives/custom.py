"""Reductions by functions, generators of random bits, products in other types, convolutions by patches."""

from oracle.rows import row
from oracle.values import *

# Rows without special numbers: products of 0 and infinity stand where JAX pads, and elsewhere in other compositions.

GROWTH = "lambda a, b: a + b + a * b"
ARGMAX = "lambda a, b: (jnp.maximum(a[0], b[0]), jnp.where(a[0] >= b[0], a[1], b[1]))"
PLACES = "lax.broadcasted_iota(jnp.int32, x.shape, {axis})"
TIES = values([[1.0, 1.0, 0.0], [2.0, 2.0, 2.0]])

row("reduce_growth", "x", f"lax.reduce(x, 0.0, {GROWTH}, (1,))", normal(2, 3, scale=0.3), normal(2, 5, scale=0.3), TIES, special=False)
row("reduce_growth_all", "x", f"lax.reduce(x, 0.0, {GROWTH}, (0, 2))", normal(2, 2, 3, scale=0.3))
row("reduce_product_of_complex", "x y", "lax.reduce((x, y), (1.0, 0.0), lambda a, b: (a[0] * b[0] - a[1] * b[1], a[0] * b[1] + a[1] * b[0]), (0,))",
    (normal(5, 2), normal(5, 2)), (normal(4), normal(4)))
row("reduce_argmax", "x", f"lax.reduce((x, {PLACES.format(axis=1)}), (-jnp.inf, 0), {ARGMAX}, (1,))", normal(2, 5), TIES)
row("reduce_lambda_max", "x", "lax.reduce(x, -jnp.inf, lambda a, b: lax.max(a, b), (1,))", normal(2, 3), TIES)
row("reduce_max_from_zero", "x", "lax.reduce(x, 0.0, lax.max, (1,))", normal(2, 4), skip="jvp vjp grad grad_grad jvp_grad vmap_grad grad_vmap")
row("reduce_add_from_two", "x", "lax.reduce(x, 2.0, lax.add, (0,))", normal(3), ints(-9, 9, 4, dtype="f32"), skip="jvp vjp grad grad_grad jvp_grad vmap_grad grad_vmap")
row("reduce_dict", "x", "lax.reduce({'a': x, 'b': 2 * x}, {'a': 0.0, 'b': 1.0}, lambda s, t: {'a': s['a'] + t['a'], 'b': s['b'] * t['b']}, (0,))", normal(3, 2), special=False)
row("reduce_int", "x", "lax.reduce(x, jnp.int32(0), lambda a, b: (a ^ b) | 0, (0,))", ints(-99, 99, 5, 2))
row("reduce_empty", "x", f"lax.reduce(x[:0], 0.5, {GROWTH}, (0,))", normal(3, 2), skip="jvp vjp grad grad_grad jvp_grad vmap_grad grad_vmap")
row("reduce_constant_inside", "x", "lax.reduce(x, jnp.float32(0), lambda a, b: a + b + np.float32(2.0) * a * b, (1,))",
    normal(2, 3, scale=0.3), prelude="import numpy as np", special=False)
row("window_growth", "x", f"lax.reduce_window(x, 0.0, {GROWTH}, (2, 2), (1, 2), 'SAME')", normal(3, 4, scale=0.3), normal(4, 3, scale=0.3), skip="vjp")
row("window_argmax", "x", f"lax.reduce_window((x, {PLACES.format(axis=0)}), (-jnp.inf, 0), {ARGMAX}, (3,), (1,), 'VALID')", normal(6), ints(0, 3, 7, dtype="f32"), normal(4), diff="")
row("window_defaults", "x", "lax.reduce_window(x, -jnp.inf, lax.max, (2, 2))", normal(3, 3))
row("window_lambda_sum", "x", "lax.reduce_window(x, 0.0, lambda a, b: a + b, (2,), padding=((1, 0),), window_dilation=(2,))", normal(5))

for name in ["RNG_THREE_FRY", "RNG_PHILOX", "RNG_DEFAULT"]:
    for dtype in ["uint32", "uint8", "uint16"]:
        row(f"{name.lower()}_{dtype}", "k", f"lax.rng_bit_generator(k, (5, 3), dtype=jnp.{dtype}, algorithm=lax.RandomAlgorithm.{name})",
            ints(0, 2**31, 4, dtype="u32"), ints(5, 6, 4, dtype="u32"), skip="vmap_last")
row("rng_even", "k", "lax.rng_bit_generator(k, (3, 4), algorithm=lax.RandomAlgorithm.RNG_THREE_FRY)", values([1, 2, 2**32 - 1, 2**32 - 1], "u32"), skip="vmap_last")

COMPLEX = values([1 + 2j, 1 + 3j, 0 - 0j, 2 - 1j], "c64"), values([1 + 1j, 2 - 1j, 0 + 0j, 2 - 1j], "c64")
row("complex_max", "x y", "lax.max(x, y)", (normal(5, dtype="c64"), normal(5, dtype="c64")), COMPLEX, diff="")
row("complex_min", "x y", "lax.min(x, y)", (normal(5, dtype="c64"), normal(5, dtype="c64")), COMPLEX, diff="")
row("complex_reduce_max", "x", "jnp.max(x, axis=0), jnp.min(x)", normal(4, 2, dtype="c64"), COMPLEX[0], diff="")
row("complex_cummax", "x", "lax.cummax(x), lax.cummin(x, reverse=True)", normal(5, dtype="c64"), COMPLEX[1], diff="")
row("complex_clamp", "x", "lax.clamp(lax.complex(-0.5, -1.0), x, lax.complex(0.5, 1.0))", normal(5, dtype="c64"), diff="")
row("mulhi", "x y", "lax.mulhi(x, y)", (values([2**31 - 1, -5, -2**31], "i32"), values([4, 2**30, -2**31], "i32")),
    (ints(0, 2**32, 5, dtype="u32"), ints(0, 2**32, 5, dtype="u32")), (ints(-128, 128, 5, dtype="i8"), ints(-128, 128, 5, dtype="i8")))
row("select_n_int", "i x y z", "lax.select_n(i, x, y, z)", (ints(0, 3, 5), normal(5), normal(5), normal(5)), (ints(1, 2), normal(3), normal(3), normal(3)))
row("select_n_clipped", "i x y z", "lax.select_n(i, x, y, z)", (values([0, -1, 5], "i8"), normal(3), normal(3), normal(3)), diff="")

CONV = "lax.conv_general_dilated(x, k, (1,), 'SAME', dimension_numbers=('NWC', 'WIO', 'NWC'){0})"
row("conv_int", "x k", CONV.format(""), (ints(-9, 9, 2, 5, 3), ints(-9, 9, 2, 3, 4)), (ints(-99, 99, 1, 4, 2, dtype="i8"), ints(-99, 99, 3, 2, 2, dtype="i8")), skip="vmap_last vmap_vmap")
row("conv_bool", "x k", CONV.format(""), (bools(1, 5, 2), bools(2, 2, 3)), skip="vmap vmap_x vmap_k vmap_last vmap_vmap")
row("conv_int8_to_int32", "x k", CONV.format(", preferred_element_type=jnp.int32"), (ints(-99, 99, 2, 5, 3, dtype="i8"), ints(-99, 99, 2, 3, 4, dtype="i8")), skip="vmap_last vmap_vmap")
row("conv_bf16_to_f32", "x k", CONV.format(", preferred_element_type=jnp.float32"), (normal(2, 5, 3, dtype="bf16"), normal(2, 3, 4, dtype="bf16")), skip="vmap_last vmap_vmap", diff="", special=False)
row("conv_complex", "x k", CONV.format(""), (normal(2, 5, 3, dtype="c64"), normal(2, 3, 4, dtype="c64")), skip="vmap_last vmap_vmap", diff="", special=False)
row("conv_patches", "x", "lax.conv_general_dilated_patches(x, (2, 2), (1, 2), 'SAME')", normal(1, 2, 3, 4))
row("conv_patches_nhwc", "x", "lax.conv_general_dilated_patches(x, (2, 3), (1, 1), ((1, 0), (0, 0)), rhs_dilation=(2, 1), dimension_numbers=('NHWC', 'HWIO', 'NHWC'))", normal(2, 4, 4, 3), skip="vmap_last vmap_vmap")
row("conv_local", "x k", "lax.conv_general_dilated_local(x, k, (1,), 'VALID', (2,), dimension_numbers=('NWC', 'WIO', 'NWC'))", (normal(2, 5, 3), normal(4, 6, 2)), skip="vmap_last vmap_vmap")
row("conv_local_nchw", "x k", "lax.conv_general_dilated_local(x, k, (1, 1), 'VALID', (2, 2))", (normal(1, 2, 3, 4), normal(3, 8, 2, 3)), skip="vmap_last vmap_vmap")

row("dot_bool", "x y", "lax.dot(x, y)", (bools(2, 3), bools(3, 4)), skip="vmap_last vmap_vmap")
row("dot_int8_to_int32", "x y", "lax.dot(x, y, preferred_element_type=jnp.int32)", (ints(-99, 99, 2, 3, dtype="i8"), ints(-99, 99, 3, 2, dtype="i8")), skip="vmap_last vmap_vmap")
row("dot_int8_to_f32", "x y", "lax.dot(x, y, preferred_element_type=jnp.float32)", (ints(-99, 99, 2, 3, dtype="i8"), ints(-99, 99, 3, 2, dtype="i8")), skip="vmap_last vmap_vmap")
row("dot_bf16_to_f32", "x y", "lax.dot(x, y, preferred_element_type=jnp.float32)", (normal(2, 3, dtype="bf16"), normal(3, 2, dtype="bf16")), skip="vmap_last vmap_vmap")
row("dot_f32_to_i32", "x y", "lax.dot(x, y, preferred_element_type=jnp.int32)", (ints(-99, 99, 2, 3, dtype="f32"), ints(-99, 99, 3, 2, dtype="f32")), skip="vmap_last vmap_vmap", diff="")
row("ragged_dot", "x y", "lax.ragged_dot(x, y, jnp.array([1, 0, 2]))", (normal(4, 3), normal(3, 3, 2)), skip="vmap vmap_x vmap_y vmap_last vmap_vmap vmap_grad grad_vmap", special=False)
row("pswapaxes", "x", "jax.vmap(lambda x: lax.pswapaxes(x, 'i', 1), axis_name='i')(x)", normal(3, 2, 3))
row("broadcast_like", "x y", "lax.broadcast_like(x, y)", (normal(3), normal(2, 3)), skip="vmap vmap_x vmap_y vmap_last vmap_vmap vmap_grad grad_vmap")
row("platform", "x", "lax.platform_dependent(x, cpu=jnp.sin, default=jnp.cos), lax.platform_dependent(x, tpu=jnp.sin, default=jnp.cos)", normal(3))
row("shape_functions", "x", """
return (x, jnp.array(lax.padtype_to_pads((5, 7), (2, 3), (1, 2), 'SAME')), jnp.array(lax.reduce_window_shape_tuple((5, 7), (2, 3), (1, 2), [(0, 0), (1, 1)])),
        jnp.array(lax.conv_shape_tuple((2, 3, 5), (4, 3, 2), (1,), 'SAME')), jnp.array(lax.conv_general_shape_tuple((2, 5, 3), (2, 3, 4), (2,), [(1, 1)], ('NHC', 'HIO', 'NHC'))),
        jnp.array(lax.conv_transpose_shape_tuple((2, 5, 3), (2, 3, 4), (2,), 'SAME', ('NHC', 'HIO', 'NHC'))), jnp.array(lax.conv_general_permutations(('NHWC', 'HWIO', 'NHWC'))))
""", normal(2), skip="jvp vjp grad grad_grad jvp_grad vmap vmap_x vmap_vmap vmap_last vmap_grad grad_vmap")

# Rules whose values have the rule again.
for name, body in {
    "softplus": "jax.nn.softplus(x)", "softmax": "jax.nn.softmax(jnp.array([x, 2.0, -1.0]))[0]", "erf_inv": "lax.erf_inv(x / 9)", "relu": "jax.nn.relu(x) * x**3", "xlogy": "jax.scipy.special.xlogy(x, x)",
    "logit": "jax.scipy.special.logit(x / 9)", "log_ndtr": "jax.scipy.special.log_ndtr(x)", "log1mexp": "jax.nn.log1mexp(x)", "logaddexp": "jnp.logaddexp(x, x * x)",
}.items():
    row(f"fifth_{name}", "x", f"jax.grad(jax.grad(jax.grad(jax.grad(lambda x: {body}))))(x)", values(0.3), values(1.7), diff="x", full=1, halves=False, special=False,
        skip="vmap vmap_last vmap_vmap vmap_grad grad_vmap grad_grad jvp_grad", tolerance=2e-3, reason="derivatives of high order cancel and grow")
