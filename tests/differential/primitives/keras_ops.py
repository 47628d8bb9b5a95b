"""keras.ops on the JAX backend."""

from oracle.rows import row
from oracle.values import *

LIGHT = dict(skip="vmap_last vmap_vmap jvp_grad grad_grad grad_vmap", halves=False, special=False, prelude="from keras import ops")
ONE = {
    "abs": "x", "sign": "x", "floor": "x", "ceil": "x", "round": "x", "exp": "x", "expm1": "x", "sin": "x", "cos": "x", "tan": "x", "tanh": "x", "sinh": "x", "cosh": "x", "arcsinh": "x", "arctan": "x", "square": "x", "negative": "x",
    "isnan": "x", "isfinite": "x", "isinf": "x", "logical_not": "x", "relu": "x", "relu6": "x", "sigmoid": "x", "softplus": "x", "softsign": "x", "silu": "x", "log_sigmoid": "x", "leaky_relu": "x, 0.3", "hard_sigmoid": "x", "hard_silu": "x",
    "hard_tanh": "x", "elu": "x", "celu": "x", "selu": "x", "gelu": "x", "softmax": "x", "log_softmax": "x", "erf": "x", "sum": "x, axis=1", "mean": "x, axis=0", "max": "x, axis=1", "min": "x", "prod": "x, axis=0", "var": "x, axis=1",
    "std": "x", "argmax": "x, axis=1", "argmin": "x, axis=0", "cumsum": "x, axis=1", "cumprod": "x, axis=0", "sort": "x, axis=-1", "argsort": "x, axis=-1", "logsumexp": "x, axis=1", "flip": "x, axis=0", "roll": "x, 1, axis=1", "transpose": "x",
    "reshape": "x, (3, 2)", "expand_dims": "x, 1", "squeeze": "x[:, None], 1", "tile": "x, (2, 1)", "repeat": "x, 2, axis=0", "pad": "x, ((1, 0), (0, 2))", "clip": "x, -0.5, 0.5", "cast": "x, 'bfloat16'", "zeros_like": "x", "ones_like": "x",
    "full_like": "x, 3.0", "ravel": "x", "swapaxes": "x, 0, 1", "moveaxis": "x, 0, 1", "diagonal": "x", "trace": "x", "tril": "x", "triu": "x", "any": "x > 0, axis=0", "all": "x > -1, axis=1", "nan_to_num": "x", "broadcast_to": "x, (2, 2, 3)",
    "norm": "x, axis=1", "top_k": "x, 2", "normalize": "x", "stop_gradient": "x", "median": "x, axis=0", "quantile": "x, 0.3", "average": "x, axis=0", "count_nonzero": "x > 0", "diff": "x", "rsqrt": "ops.abs(x) + 0.5", "sqrt": "ops.abs(x)",
    "log": "ops.abs(x) + 0.1", "log1p": "ops.abs(x)", "log2": "ops.abs(x) + 0.1", "log10": "ops.abs(x) + 0.1", "reciprocal": "x + 3.0", "erfinv": "ops.tanh(x) * 0.9", "unstack": "x", "split": "x, 3, axis=1", "size": "x", "one_hot": "ops.cast(x, 'int32'), 3",
}
for name, arguments in ONE.items():
    row(f"ops_{name}", "x", f"ops.{name}({arguments})", normal(2, 3), values([[0.0, 1.0, -1.0], [0.5, 1.0, -0.0]]), **LIGHT)
TWO = {
    "add": "x, y", "subtract": "x, y", "multiply": "x, y", "divide": "x, y", "maximum": "x, y", "minimum": "x, y", "power": "ops.abs(x) + 0.1, y", "floor_divide": "x, y", "mod": "x, y", "arctan2": "x, y", "logaddexp": "x, y", "equal": "x, y",
    "not_equal": "x, y", "greater": "x, y", "greater_equal": "x, y", "less": "x, y", "less_equal": "x, y", "logical_and": "x > 0, y > 0", "logical_or": "x > 0, y > 0", "logical_xor": "x > 0, y > 0", "where": "x > 0, x, y", "concatenate": "[x, y], axis=1",
    "stack": "[x, y], axis=1", "hstack": "[x, y]", "vstack": "[x, y]", "dot": "x, ops.transpose(y)", "matmul": "x, ops.transpose(y)", "tensordot": "x, y, axes=2", "outer": "x, y", "einsum": "'ij,kj->ik', x, y", "inner": "x, y", "vdot": "x, y", "isclose": "x, y",
    "divide_no_nan": "x, y", "squared_difference": "x, y", "cross": "x, y", "true_divide": "x, y",
}
for name, arguments in TWO.items():
    if name != "squared_difference":
        row(f"ops_{name}", "x y", f"ops.{name}({arguments})", (normal(2, 3), normal(2, 3)), (values([[0.0, 1.0, -1.0]]), values([[1.0, 1.0, 2.0]])), **LIGHT)
row("ops_take", "x i", "ops.take(x, i, axis=0), ops.take(x, i, axis=1)", (normal(3, 3), values([0, 2, -1], "i32")), **LIGHT)
row("ops_take_along_axis", "x i", "ops.take_along_axis(x, i, axis=1)", (normal(2, 3), values([[0, 2], [1, 1]], "i32")), **LIGHT)
row("ops_scatter", "i u", "ops.scatter(i, u, (5,))", (values([[0], [3], [3]], "i32"), normal(3)), **LIGHT)
row("ops_scatter_update", "x i u", "ops.scatter_update(x, i, u)", (normal(4, 2), values([[0], [2]], "i32"), normal(2, 2)), **LIGHT)
row("ops_slice", "x", "ops.slice(x, (1, 0), (2, 2)), ops.slice_update(x, (0, 1), ops.ones((2, 1)))", normal(3, 3), **LIGHT)
row("ops_segment_sum", "x i", "ops.segment_sum(x, i, 3), ops.segment_max(x, i, 3)", (normal(4), values([0, 1, 1, 2], "i32")), **LIGHT)
row("ops_conv", "x k", "ops.conv(x, k, 1, 'same')", (normal(1, 4, 4, 2), normal(2, 2, 2, 3)), (normal(1, 5, 2), normal(3, 2, 2)), **LIGHT)
row("ops_conv_strided", "x k", "ops.conv(x, k, 2, 'valid')", (normal(1, 5, 5, 2), normal(3, 3, 2, 2)), **LIGHT)
row("ops_conv_transpose", "x k", "ops.conv_transpose(x, k, 2, 'same')", (normal(1, 2, 2, 2), normal(3, 3, 1, 2)), **LIGHT)
row("ops_depthwise_conv", "x k", "ops.depthwise_conv(x, k, 1, 'same')", (normal(1, 3, 3, 2), normal(2, 2, 2, 1)), **LIGHT)
row("ops_separable_conv", "x d p", "ops.separable_conv(x, d, p, 1, 'valid')", (normal(1, 3, 3, 2), normal(2, 2, 2, 1), normal(1, 1, 2, 3)), **LIGHT)
row("ops_pool", "x", "ops.max_pool(x, 2, strides=2), ops.average_pool(x, 2, strides=2, padding='same')", normal(1, 4, 5, 2), ints(0, 2, 1, 3, 3, 1, dtype="f32"), **LIGHT)
row("ops_moments", "x", "ops.moments(x, axes=[0])", normal(4, 3), **LIGHT)
row("ops_batch_normalization", "x m v", "ops.batch_normalization(x, m, v, axis=-1, epsilon=1e-3)", (normal(4, 3), normal(3), positive(3)), skip="vmap vmap_x vmap_m vmap_v " + LIGHT["skip"], **{k: v for k, v in LIGHT.items() if k != "skip"})
row("ops_crossentropy", "t p", "ops.categorical_crossentropy(ops.softmax(t), ops.softmax(p)), ops.binary_crossentropy(ops.sigmoid(t), p, from_logits=True)", (normal(2, 3), normal(2, 3)), **LIGHT)
row("ops_sparse_crossentropy", "i p", "ops.sparse_categorical_crossentropy(i, p, from_logits=True)", (values([0, 2], "i32"), normal(2, 3)), **LIGHT)
row("ops_scan", "x xs", "ops.scan(lambda c, v: (c * v, c + v), x, xs)", (normal(), normal(4)), **LIGHT)
row("ops_fori_loop", "x", "ops.fori_loop(0, 3, lambda i, x: x * 0.5 + ops.sin(x), x)", normal(2), **LIGHT)
row("ops_while_loop", "x", "ops.while_loop(lambda i, x: i < 3, lambda i, x: (i + 1, x * 2.0), (0, x))", normal(2), skip="vjp vmap_grad grad " + LIGHT["skip"], **{k: v for k, v in LIGHT.items() if k != "skip"})
row("ops_cond", "p x", "ops.cond(p, lambda: ops.sin(x), lambda: x * 2.0)", (values(True, "bool"), normal(2)), (values(False, "bool"), normal(2)), **LIGHT)
row("ops_switch", "i x", "ops.switch(i, [lambda x: x, lambda x: x * x], x)", (values(1, "i32"), normal(2)), (values(7, "i32"), normal(2)), **LIGHT)
row("ops_map", "x", "ops.map(lambda v: v * ops.sum(v), x), ops.vectorized_map(lambda v: ops.exp(v), x)", normal(3, 2), **LIGHT)
row("ops_associative_scan", "x", "ops.associative_scan(lambda a, b: a + b, x)", normal(4), **LIGHT)
row("ops_linalg", "a b", "ops.cholesky(a), ops.solve(a, b), ops.inv(a), ops.det(a)", (spd(3), normal(3, 2)), tolerance=2e-4, reason="derivatives of factors divide by pivots", **LIGHT)
row("ops_images", "x", "ops.image.resize(x, (4, 6)), ops.image.resize(x, (2, 2), interpolation='nearest')", normal(3, 3, 1), **LIGHT)
row("ops_arange", "x", "x + ops.arange(3, dtype='float32'), ops.linspace(0.0, 1.0, 3) * x, ops.eye(3)[0] * x", normal(3), **LIGHT)
row("ops_in_top_k", "t p", "ops.in_top_k(t, p, 2)", (values([0, 2], "i32"), normal(2, 3)), skip="vmap vmap_t vmap_p vmap_last vmap_vmap", **{k: v for k, v in LIGHT.items() if k != "skip"})
row("ops_bitwise", "x y", "ops.bitwise_and(x, y), ops.bitwise_or(x, y), ops.bitwise_xor(x, y), ops.left_shift(x, 2), ops.right_shift(x, 1)", (ints(0, 99, 4), ints(0, 99, 4)), **LIGHT)
