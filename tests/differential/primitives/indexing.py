"""Gather, scatter, dynamic slices, and NumPy's indexing on top of them."""

from oracle.rows import row
from oracle.values import *

INDEX = values([0, 3, -1, -4, 1], "i32")
OUT = values([0, 4, -5, 7, -9], "i32")

row("take_index", "x i", "x[i]", (normal(4, 3), INDEX), (normal(4, 3), OUT), (ints(0, 99, 4), OUT), skip="vmap_last")
row("take_scalar", "x i", "x[i]", (normal(4, 3), values(2, "i32")), (normal(4), values(-1, "i32")), (normal(4), values(9, "i32")))
row("take_two", "x i j", "x[i, j]", (normal(4, 3), ints(0, 4, 5), ints(0, 3, 5)), (normal(4, 3), OUT, INDEX))
row("take_mixed", "x i", "x[:, i, 1:]", (normal(2, 4, 3), ints(0, 4, 2)), skip="vmap_last")
row("take_newaxis", "x", "x[None, ..., -1, ::2]", normal(2, 4, 3))
row("get_clip", "x i", "x.at[i].get(mode='clip')", (normal(4, 2), OUT), skip="vmap_last")
row("get_fill", "x i", "x.at[i].get(mode='fill', fill_value=-1.0)", (normal(4, 2), OUT), skip="vmap_last")
row("take_fill", "x i", "jnp.take(x, i, axis=0)", (normal(4, 2), OUT), (ints(0, 9, 4, 2), OUT), skip="vmap_last")
row("take_axis", "x i", "jnp.take(x, i, axis=1, mode='wrap')", (normal(2, 4), OUT), skip="vmap_last")
row("take_along_axis", "x i", "jnp.take_along_axis(x, i, axis=1)", (normal(2, 4), ints(0, 4, 2, 3)), (ints(0, 9, 2, 4), ints(0, 4, 2, 3)))
for op in ["set", "add", "multiply", "min", "max"]:
    variants = [(normal(5, 2), values([0, 3, 1], "i32"), normal(3, 2)), (normal(4, 2), values([0, 9, -1, -7], "i32"), normal(4, 2)),
                (ints(0, 9, 4, 2), values([0, 2], "i32"), ints(-9, 9, 2, 2)), (normal(4, 2, dtype="bf16"), values([1, 2], "i32"), normal(2, 2, dtype="bf16"))]
    row(f"at_{op}", "x i u", f"x.at[i].{op}(u)", *variants, skip="vmap_last")
# Only the promise that no place is written twice gives products a derivative in the factors.
UNIQUE = [(normal(5, 2), values([0, 3, 1], "i32"), normal(3, 2)), (normal(4, 2), values([0, 9, -1, -7], "i32"), normal(4, 2)),
          (normal(4, 2, dtype="bf16"), values([1, 2], "i32"), normal(2, 2, dtype="bf16"))]
row("at_multiply_unique", "x i u", "x.at[i].multiply(u, unique_indices=True)", *UNIQUE, skip="vmap_last")
row("at_divide_unique", "x i u", "x.at[i].divide(u, unique_indices=True), x.at[i].multiply(2.0, unique_indices=True)", UNIQUE[0], full=1, halves=False, special=False, skip="vmap_last")
row("at_add_repeated", "x i u", "x.at[i].add(u)", (normal(4), values([1, 1, 3, 1], "i32"), normal(4)), (ints(0, 9, 4), values([1, 1, 3, 1], "i32"), ints(0, 9, 4)))
row("at_max_repeated", "x i u", "x.at[i].max(u)", (normal(4), values([1, 1, 3, 1], "i32"), normal(4)))
row("at_set_scalar", "x i", "x.at[i, 1].set(2.5)", (normal(4, 3), values(2, "i32")), (normal(4, 3), values(-1, "i32")), (normal(4, 3), values(9, "i32")))
row("at_set_slice", "x u", "x.at[1:3, ::2].set(u)", (normal(4, 3), normal(2, 2)))
row("at_drop", "x i u", "x.at[i].add(u, mode='drop')", (normal(4), OUT, normal(5)))
row("at_clip", "x i u", "x.at[i].add(u, mode='clip')", (normal(4), OUT, normal(5)))
row("dynamic_slice", "x i j", "lax.dynamic_slice(x, (i, j), (2, 2))", (normal(4, 3), values(1, "i32"), values(1, "i32")),
    (normal(4, 3), values(3, "i32"), values(-1, "i32")), (ints(0, 9, 4, 3), values(9, "i32"), values(-9, "i32")), skip="vmap_last")
row("dynamic_slice_in_dim", "x i", "lax.dynamic_slice_in_dim(x, i, 2, axis=1)", (normal(2, 5), values(1, "i32")), (normal(2, 5), values(4, "i32")), skip="vmap_last")
row("dynamic_index_in_dim", "x i", "lax.dynamic_index_in_dim(x, i, axis=0, keepdims=False)", (normal(4, 3), values(2, "i32")), (normal(4, 3), values(-1, "i32")), skip="vmap_last")
row("dynamic_update_slice", "x u i j", "lax.dynamic_update_slice(x, u, (i, j))", (normal(4, 3), normal(2, 2), values(1, "i32"), values(0, "i32")),
    (normal(4, 3), normal(2, 2), values(3, "i32"), values(-1, "i32")), (ints(0, 9, 4, 3), ints(0, 9, 1, 2), values(9, "i32"), values(9, "i32")), skip="vmap_last")
row("one_hot", "i", "jax.nn.one_hot(i, 4)", values([0, 3, 4, -1], "i32"))
row("gather_general", "x i", """
    dimensions = lax.GatherDimensionNumbers(offset_dims=(1,), collapsed_slice_dims=(0,), start_index_map=(0, 1))
    return lax.gather(x, i, dimensions, slice_sizes=(1, 2), mode="clip")
    """, (normal(4, 5), values([[0, 0], [3, 4], [9, -2]], "i32")), skip="vmap_last")
row("gather_fill", "x i", """
    dimensions = lax.GatherDimensionNumbers(offset_dims=(1,), collapsed_slice_dims=(0,), start_index_map=(0, 1))
    return lax.gather(x, i, dimensions, slice_sizes=(1, 2), mode="fill", fill_value=7.0)
    """, (normal(4, 5), values([[0, 0], [3, 4], [9, -2]], "i32")), skip="vmap_last")
row("scatter_general", "x i u", """
    dimensions = lax.ScatterDimensionNumbers(update_window_dims=(1,), inserted_window_dims=(0,), scatter_dims_to_operand_dims=(0, 1))
    return lax.scatter_add(x, i, u, dimensions)
    """, (normal(4, 5), values([[0, 0], [3, 3], [3, 2], [9, 0]], "i32"), normal(4, 2)), skip="vmap_last")
