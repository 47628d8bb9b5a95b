"""Functions of jax.lax."""
import jax
import jax.numpy as jnp
from jax import lax

x = jnp.array([[0.5, -1.25, 2.0], [3.5, 0.0, -0.75]])
y = jnp.array([[1.5, 0.25, -2.0], [0.5, 4.0, 0.75]])
p = jnp.array([0.1, 0.4, 0.9])
i = jnp.array([[7, -3, 12], [0, 5, -9]])
j = jnp.array([[2, 2, 5], [3, -4, 4]])
b = jnp.array([[True, False, True], [False, True, True]])
t = jnp.arange(24.0).reshape(2, 3, 4)
image = jnp.sin(jnp.arange(2 * 6 * 5 * 3.0)).reshape(2, 6, 5, 3)
kernel = jnp.cos(jnp.arange(3 * 2 * 3 * 4.0)).reshape(3, 2, 3, 4)
NHWC = ("NHWC", "HWIO", "NHWC")


def pair_sum(a, b):
    return a[0] + b[0], a[1] * b[1]


cases = {
    "unary": lambda: [f(x) for f in (lax.abs, lax.atan, lax.asinh, lax.ceil, lax.cos, lax.exp, lax.exp2, lax.expm1, lax.floor, lax.neg, lax.sign, lax.sin, lax.square, lax.tanh, lax.logistic, lax.erf, lax.erfc, lax.cbrt, lax.is_finite, lax.tan, lax.sinh, lax.cosh, lax.reciprocal)],
    "unary_positive": lambda: [f(p) for f in (lax.log, lax.log1p, lax.sqrt, lax.rsqrt, lax.acos, lax.asin, lax.atanh, lax.erf_inv, lax.lgamma, lax.digamma, lax.bessel_i0e, lax.bessel_i1e)] + [lax.acosh(p + 1)],
    "unary_integers": lambda: [lax.abs(i), lax.neg(i), lax.sign(i), lax.population_count(i), lax.clz(i), lax.bitwise_not(i), lax.bitwise_not(b), lax.square(i), lax.integer_pow(i, 3)],
    "binary": lambda: [f(x, y) for f in (lax.add, lax.sub, lax.mul, lax.div, lax.max, lax.min, lax.atan2, lax.rem, lax.nextafter, lax.eq, lax.ne, lax.lt, lax.le, lax.gt, lax.ge)],
    "binary_integers": lambda: [f(i, j) for f in (lax.add, lax.sub, lax.mul, lax.div, lax.rem, lax.max, lax.min, lax.bitwise_and, lax.bitwise_or, lax.bitwise_xor)] + [lax.shift_left(i, 2), lax.shift_right_logical(i, 1), lax.shift_right_arithmetic(i, 1), lax.bitwise_and(b, ~b), lax.bitwise_xor(b, True)],
    "scalars": lambda: [lax.add(x, 1.0), lax.max(0.5, x), lax.mul(i, 3), lax.add(1, 2), lax.sub(jnp.ones((1, 3)), x), lax.eq(i, 5)],
    "special": lambda: [lax.betainc(p, p + 1, p), lax.igamma(p + 1, p), lax.igammac(p, p * 3), lax.igamma_grad_a(p, p), lax.polygamma(jnp.ones(3), p), lax.zeta(p + 2, p), lax.random_gamma_grad(p, p)],
    "pow": lambda: [lax.pow(p, 2), lax.pow(p, p), lax.pow(p, jnp.array([1, 2, 3])), lax.pow(p, 0.5), lax.integer_pow(x, 4), lax.integer_pow(y, -2)],
    "choices": lambda: [lax.select(b, x, y), lax.select(jnp.array(False), x, y), lax.select_n(b, x, y), lax.select_n(jnp.array([0, 2, 1]), p, -p, p * 10), lax.clamp(-1.0, x, 1.0), lax.clamp(y, x, y + 1), lax.clamp(-2, i, 6)],
    "conversions": lambda: [lax.convert_element_type(x, "int32"), lax.convert_element_type(x, bool), lax.convert_element_type(1, jnp.float32), lax.convert_element_type(x, jnp.bfloat16), lax.bitcast_convert_type(x, "int32"), lax.bitcast_convert_type(x, jnp.uint8), lax.bitcast_convert_type(lax.bitcast_convert_type(x, jnp.uint16), jnp.float32), lax.reduce_precision(x * 1.1, 5, 3)],
    "rounding": lambda: [lax.round(jnp.array([0.5, 1.5, -2.5, 2.4])), lax.round(jnp.array([0.5, 1.5, -2.5, 2.4]), lax.RoundingMethod.TO_NEAREST_EVEN)],
    "shapes": lambda: [lax.broadcast(p, (2, 1)), lax.broadcast_in_dim(p, (2, 3, 4), (1,)), lax.broadcast_to_rank(p, 3), lax.reshape(x, (3, 2)), lax.reshape(x, (6,), (1, 0)), lax.transpose(t, (2, 0, 1)), lax.rev(x, (1,)), lax.concatenate([x, y], 0), lax.expand_dims(x, (0, -1)), lax.squeeze(x[None], (0,)), lax.collapse(t, 1), lax.collapse(t, 0, 2), lax.tile(x, (2, 1)), lax.stack([p, p], 1), lax.split(t, (1, 2), 1), lax.unstack(x)],
    "padding": lambda: [lax.pad(x, 9.0, [(1, 0, 0), (0, 2, 1)]), lax.pad(x, 0.0, [(-1, 0, 0), (1, -2, 2)]), lax.pad(i, 7, [(0, 0, 1), (0, 0, 0)])],
    "creation": lambda: [lax.full((2, 2), 3), lax.full((2,), 1.5), lax.full((2,), 1, jnp.float32), lax.full_like(x, 2), lax.full_like(x, 1, dtype=int), lax.full_like(x, 2, shape=(4,)), lax.iota(int, 4), lax.iota("float32", 3), lax.broadcasted_iota("int32", (2, 3), 1)],
    "static": lambda: [jnp.zeros(lax.broadcast_shapes((2, 1), (3,))), lax.full((2,), 0, lax.dtype(x))],
    "slices": lambda: [lax.slice(t, (0, 1, 0), (2, 3, 4), (1, 1, 2)), lax.slice_in_dim(t, 1, None, axis=1), lax.slice_in_dim(t, -2, None, axis=2), lax.slice_in_dim(t, 0, 4, 2, 2), lax.index_in_dim(t, -1, 1), lax.index_in_dim(t, 1, 0, keepdims=False)],
    "dynamic_slices": lambda: [lax.dynamic_slice(t, (0, 1, 2), (1, 2, 2)), lax.dynamic_slice(t, jnp.array([1, 9, -1]), (1, 1, 2)), lax.dynamic_slice_in_dim(t, jnp.array(1), 2, 1), lax.dynamic_index_in_dim(t, 2, 1, False), lax.dynamic_index_in_dim(t, jnp.array(-1), 2), lax.dynamic_update_slice(x, jnp.ones((1, 2)), (1, jnp.array(1))), lax.dynamic_update_slice_in_dim(x, jnp.ones((2, 1)), 2, 1), lax.dynamic_update_index_in_dim(x, jnp.zeros(3), 1, 0), lax.dynamic_update_index_in_dim(x, jnp.zeros((2, 1)), -1, 1)],
    "gather": lambda: [lax.gather(x, jnp.array([[1], [0], [5]]), lax.GatherDimensionNumbers(offset_dims=(1,), collapsed_slice_dims=(0,), start_index_map=(0,)), (1, 3), mode=m) for m in (None, "clip", "fill", lax.GatherScatterMode.CLIP)] + [lax.gather(x, jnp.array([[1], [5]]), lax.GatherDimensionNumbers((1,), (0,), (0,)), (1, 3), fill_value=-7.0)],
    "scatter": lambda: [f(jnp.ones((4, 2)), jnp.array([[1], [3], [1], [8]]), jnp.arange(8.0).reshape(4, 2), lax.ScatterDimensionNumbers(update_window_dims=(1,), inserted_window_dims=(0,), scatter_dims_to_operand_dims=(0,))) for f in (lax.scatter_add, lax.scatter_mul, lax.scatter_min, lax.scatter_max, lax.scatter_sub)] + [lax.scatter(jnp.zeros(5), jnp.array([[3], [0]]), jnp.array([1.0, 2.0]), lax.ScatterDimensionNumbers((), (0,), (0,)))],
    "scatter_apply": lambda: lax.scatter_apply(jnp.arange(5.0), jnp.array([[3], [1]]), jnp.sin, lax.ScatterDimensionNumbers((), (0,), (0,)), update_shape=(2,)),
    "reductions": lambda: [lax.reduce_sum(t, (0, 2)), lax.reduce_prod(x, (1,)), lax.reduce_max(t, (1,)), lax.reduce_min(t, (0, 1, 2)), lax.reduce_and(b, (0,)), lax.reduce_or(b, (1,)), lax.reduce_xor(i, (0,)), lax.argmax(x, 1, "int32"), lax.argmin(x, 0, int)],
    "running": lambda: [lax.cumsum(x), lax.cumsum(x, axis=1, reverse=True), lax.cumprod(x, axis=1), lax.cummax(x, axis=1), lax.cummin(x, axis=1, reverse=True), lax.cumlogsumexp(x, axis=1), lax.cumlogsumexp(x, axis=1, reverse=True)],
    "reduce": lambda: [lax.reduce(x, 0.0, lax.add, (0,)), lax.reduce(x, -jnp.inf, lax.max, (0, 1)), lax.reduce(x, 1.0, lambda a, b: a * b, (1,)), lax.reduce(x, 2.0, lax.add, (1,)), lax.reduce(t, 0.0, lambda a, b: jnp.maximum(a, b) * 1.0, (1, 2)), *lax.reduce((x, y), (0.0, 1.0), pair_sum, (1,))],
    "windows": lambda: [lax.reduce_window(x, 0.0, lax.add, (1, 2), (1, 1), "VALID"), lax.reduce_window(x, -jnp.inf, lax.max, (2, 2), (1, 2), "SAME"), lax.reduce_window(t, 0.0, lax.add, (1, 2, 2), (1, 1, 1), [(0, 0), (1, 0), (0, 1)], window_dilation=(1, 1, 2)), lax.reduce_window(t, jnp.inf, lax.min, (1, 2, 2), (1, 1, 2), "VALID", base_dilation=(1, 2, 1))],
    "sorting": lambda: [lax.sort(x), lax.sort(x, dimension=0), *lax.sort((i, j), num_keys=2), *lax.sort((j, x)), *lax.sort_key_val(p[::-1], jnp.arange(3)), *lax.top_k(x, 2), *lax.top_k(x, 1, axis=0), *lax.approx_max_k(x, 2)],
    "dots": lambda: [lax.dot(x, y.T), lax.dot(p, p), lax.dot(x, p), lax.dot_general(t, t, (((2,), (2,)), ((0,), (0,)))), lax.dot_general(x, y, (((0,), (0,)), ((), ()))), lax.batch_matmul(t, jnp.swapaxes(t, 1, 2)), lax.dot(i, j.T), lax.dot(x, y.T, precision=lax.Precision.HIGHEST), lax.dot(x.astype("bfloat16"), y.T.astype("bfloat16"), preferred_element_type=jnp.float32), lax.dot(x, y.T.astype("bfloat16"))],
    "conv": lambda: [lax.conv(jnp.moveaxis(image, 3, 1), jnp.transpose(kernel, (3, 2, 0, 1)), (1, 1), "SAME"), lax.conv_with_general_padding(jnp.moveaxis(image, 3, 1), jnp.transpose(kernel, (3, 2, 0, 1)), (1, 2), [(1, 1), (0, 1)], (2, 1), (1, 2))],
    "conv_general": lambda: [lax.conv_general_dilated(image, kernel, (1, 1), "VALID", dimension_numbers=NHWC), lax.conv_general_dilated(image, kernel, (2, 1), "SAME", rhs_dilation=(1, 2), dimension_numbers=NHWC), lax.conv_general_dilated(image, jnp.concatenate([kernel[:, :, :1]] * 3, 3), (1, 2), [(1, 0), (2, 1)], dimension_numbers=lax.conv_dimension_numbers(image.shape, kernel.shape, NHWC), feature_group_count=3), lax.conv_general_dilated(image, kernel, (1, 1), "SAME_LOWER", dimension_numbers=NHWC), lax.conv_general_dilated(image, kernel, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NCHW"))],
    "conv_transpose": lambda: [lax.conv_transpose(image, kernel, (2, 2), "SAME"), lax.conv_transpose(image, kernel, (2, 3), "VALID"), lax.conv_transpose(image, jnp.swapaxes(kernel, 2, 3), (1, 2), "SAME", transpose_kernel=True), lax.conv_transpose(image, kernel, (1, 1), [(1, 2), (0, 1)], rhs_dilation=(2, 1))],
    "trees": lambda: [lax.stop_gradient({"a": x, "b": [y, 3]})["a"], lax.optimization_barrier((x, y))],
    "custom_linear_solve": lambda: lax.custom_linear_solve(lambda v: v * 2.0, p, lambda f, b: b / 2.0),
}
