"""The corner values that JAX's users rely on, one row for each statement; names say what holds."""

from oracle.rows import row
from oracle.values import *


def holds(name, body, operand=values(0.0)):
    """A statement: an expression of `x`, at one operand."""
    row(name, "x", body, operand, diff="", skip="vmap vmap_last vmap_vmap", special=False, halves=False)


ONE, ZERO = values(1.0), values(0.0)
# Derivatives at kinks and ends.
holds("max_of_equals_shares", "jax.grad(lambda x: jnp.maximum(x, 1.0))(x), jax.grad(lambda x: jnp.minimum(1.0, x))(x)", ONE)
holds("relu_at_0_is_0", "jax.grad(jax.nn.relu)(x)")
holds("relu6_at_6_is_0", "jax.grad(jax.nn.relu6)(x)", values(6.0))
holds("leaky_relu_and_elu_at_0_are_1", "jax.grad(jax.nn.leaky_relu)(x), jax.grad(jax.nn.elu)(x)")
holds("abs_at_0_is_1", "jax.grad(jnp.abs)(x), jax.grad(jnp.abs)(-x)")
holds("clip_at_its_bounds_is_a_half", "jax.grad(lambda x: jnp.clip(x, -1.0, 1.0))(x), jax.grad(lambda x: jnp.clip(x, -1.0, 1.0))(-x)", ONE)
holds("clamp_at_its_bounds_is_0", "jax.grad(lambda x: lax.clamp(-1.0, x, 1.0))(x), jax.grad(lambda x: lax.clamp(-1.0, x, 1.0))(-x)", ONE)
holds("maximum_of_ties_shares_equally", "jax.grad(jnp.max)(x), jax.grad(jnp.min)(-x)", values([1.0, 1.0, 0.0]))
holds("product_with_a_zero", "jax.grad(jnp.prod)(x)", values([0.0, 2.0, 3.0]))
holds("sqrt_at_0_is_infinite", "jax.grad(jnp.sqrt)(x)")
holds("norm_at_0_is_nan", "jax.grad(jnp.linalg.norm)(x)", zeros(3))
holds("sort_is_stable", "lax.sort((x, jnp.arange(6)), num_keys=1), jnp.argsort(x), jax.grad(lambda x: jnp.sort(x) @ jnp.arange(6.0))(x)", values([1.0, 0.0, 1.0, -0.0, 1.0, 0.0]))
holds("max_pool_of_ties_takes_the_first", "jax.grad(lambda x: jnp.sum(lax.reduce_window(x, -jnp.inf, lax.max, (2,), (2,), 'VALID')))(x)", values([1.0, 1.0, 2.0, 2.0]))
holds("logsumexp_of_minus_infinity", "jax.grad(jax.scipy.special.logsumexp)(x)", values([-INF, 0.0]))
holds("power_to_the_0_at_0_in_the_base", "jax.grad(jnp.power)(x, 0.0), jax.grad(lambda x: x**0)(x)")
holds("power_at_base_0_in_the_exponent", "jax.grad(jnp.power, argnums=1)(x, 2.0), jax.grad(jnp.power, argnums=1)(x, 0.0)")
holds("power_of_negatives", "jnp.power(x, 2.0), jnp.power(x, 0.5), x**3, jax.grad(lambda x: x**3)(x), jax.grad(lambda x: jnp.power(x, 3.0))(x)", values(-2.0))
holds("where_passes_nan_only_from_its_case", "jax.grad(lambda x: jnp.where(x > 0, jnp.log(x), 0.0))(x), jnp.where(x > 0, jnp.log(x), 0.0)")
holds("argmax_of_ties_is_the_first", "jnp.argmax(x), jnp.argmin(x)", values([2.0, 1.0, 2.0, 1.0]))
holds("argmax_of_nan_is_its_place", "jnp.argmax(x), jnp.argmin(x), jnp.max(x), jnp.min(x), jnp.nanmax(x)", values([2.0, NAN, 9.0, NAN]))
holds("nan_goes_through_maximum", "jnp.maximum(x, 1.0), jnp.minimum(x, 1.0), lax.clamp(0.0, x, 1.0), jnp.clip(x, 0.0, 1.0)", values(NAN))
holds("nan_is_sorted_last", "jnp.sort(x), jnp.argsort(x), lax.top_k(x, 3)", values([1.0, NAN, -INF, INF, NAN]))
holds("top_k_of_ties_takes_the_first", "lax.top_k(x, 2)", values([3.0, 5.0, 5.0, 5.0]))
holds("halves_round_to_even_or_away", "lax.round(x, lax.RoundingMethod.TO_NEAREST_EVEN), lax.round(x, lax.RoundingMethod.AWAY_FROM_ZERO), jnp.round(x), jnp.rint(x)", values([0.5, 1.5, 2.5, -0.5, -1.5, 0.49999997]))
holds("rounding_has_no_slope", "[jax.grad(f)(x) for f in (jnp.round, jnp.floor, jnp.ceil, jnp.sign, jnp.trunc)]", values(0.5))
holds("slopes_at_ends_of_domains", "[jax.grad(f)(x) for f in (jnp.cbrt, lax.rsqrt, jnp.log)], [jax.grad(f)(x + 1.0) for f in (jnp.arcsin, jnp.arccos, jnp.arccosh, jnp.arctanh)], jax.grad(jnp.log1p)(x - 1.0), jax.grad(lax.erf_inv)(x + 1.0)")
holds("slope_of_a_remainder", "jax.grad(lax.rem, argnums=(0, 1))(x, 2.0), jax.grad(lax.rem, argnums=(0, 1))(-x, 2.0), jax.grad(jnp.mod, argnums=(0, 1))(-x, 2.0)", values(7.5))
holds("slope_of_atan2_at_the_origin", "jax.grad(jnp.arctan2, argnums=(0, 1))(x, 0.0), jnp.arctan2(x, 0.0), jnp.arctan2(-x, -0.0)")
holds("whole_powers_at_0", "[jax.grad(lambda x: x**n)(x) for n in (0, 1, 2, 3)], jax.grad(lambda x: x**-1)(x), jax.grad(lambda x: x**0.5)(x)")
holds("pool_of_nan", "lax.reduce_window(x, -jnp.inf, lax.max, (2,), (1,), 'VALID')", values([1.0, NAN, 2.0, 3.0]))
holds("cumulative_extrema_of_nan", "lax.cummax(x), lax.cummin(x), lax.cumlogsumexp(x), jax.grad(lambda x: jnp.sum(lax.cummax(x)))(x)", values([1.0, 1.0, NAN, 3.0]))
# Complex numbers.
holds("gradient_is_the_conjugate_of_the_slope", "jax.grad(lambda z: jnp.real(z * jnp.conj(z)))(lax.complex(x, 2.0)), jax.grad(lambda z: z * z, holomorphic=True)(lax.complex(x, 2.0)), jax.grad(jnp.abs)(lax.complex(x, 0.0)), jax.grad(jnp.abs)(lax.complex(x - 1.0, 0.0))", ONE)
holds("complex_numbers_are_ordered_by_their_real_parts", "z = lax.complex(x, x[::-1])\nreturn jnp.max(z), jnp.min(z), lax.max(z, z[::-1]), jnp.sort(z)", values([1.0, 2.0, 1.0, -1.0]))
# The order of cases.
holds("select_n_takes_case_0_for_false", "lax.select_n(x > 0, jnp.float32(10.0), jnp.float32(20.0)), lax.select_n(x > -1, jnp.float32(10.0), jnp.float32(20.0))")
holds("select_takes_the_first_for_true", "lax.select(x > -1, jnp.float32(10.0), jnp.float32(20.0)), jnp.where(x > -1, 10.0, 20.0)")
holds("cond_takes_the_first_branch_for_true", "lax.cond(x > -1, lambda: 10.0, lambda: 20.0)")
holds("switch_clamps_its_index", "[lax.switch(i, [lambda: 0.0, lambda: 1.0, lambda: 2.0]) for i in (-5, 0, 1, 7)], lax.switch(x.astype(jnp.int32) + 9, [lambda: 0.0, lambda: 1.0])")
# Whole numbers.
INTEGERS = values([-7, 7, 7, -7], "i32")
holds("lax_div_truncates", "lax.div(x, jnp.int32(2)), lax.div(x, jnp.int32(-2)), x // 2, x // -2", INTEGERS)
holds("lax_rem_has_the_sign_of_the_dividend", "lax.rem(x, jnp.int32(2)), lax.rem(x, jnp.int32(-2)), x % 2, x % -2", INTEGERS)
holds("division_by_0", "lax.div(x, jnp.int32(0)), lax.rem(x, jnp.int32(0))", INTEGERS)
holds("shifts_beyond_the_width", "lax.shift_left(x, jnp.int32(40)), lax.shift_right_logical(x, jnp.int32(40)), lax.shift_right_arithmetic(x, jnp.int32(40))", values([1, -1, 7], "i32"))
holds("floats_beyond_integers", "x.astype(jnp.int32), x.astype(jnp.uint8), x.astype(jnp.int8)", values([3e10, -3e10, NAN, INF, -INF]))
holds("integers_wrap_round", "x + 1, x * 2, -x, x - 2, jnp.abs(x), jnp.sum(x)", values([2**31 - 1, -(2**31)], "i32"))
holds("truth_values_as_numbers", "t = x > 0\nreturn t + t, t * t, jnp.sum(t), jnp.mean(t), jnp.prod(t), -t.astype(jnp.uint8), jnp.cumsum(t), x.astype(bool)", values([1.0, -1.0, NAN, 0.0, -0.0, INF]))
holds("sums_of_small_integers_are_wide", "jnp.sum(x), jnp.prod(x), jnp.mean(x), lax.reduce_sum(x, (0,)), x + 1, x / 2, jnp.cumsum(x)", values([100, 100, 27, 1], "i8"))
holds("signs_of_unsigned_integers", "jnp.sign(x), jnp.abs(x), -x, x - 1, x // 2, x > -1", values([0, 1, 255], "u8"))
holds("negative_seeds", "jax.random.key_data(jax.random.key(-1)), jax.random.key_data(jax.random.key(2**31 - 1)), jax.random.PRNGKey(-7), jax.random.PRNGKey(x)", values(-5, "i32"))
# Places outside.
PLACES = values([0, 3, 4, 9, -1, -4, -5, -9], "i32")
ROWS = "y = jnp.array([10.0, 20.0, 30.0, 40.0])\nreturn "
holds("indexing_clamps", ROWS + "y[x], y.at[x].get(), jax.grad(lambda y: jnp.sum(y[x] * jnp.arange(8.0)))(y)", PLACES)
holds("updates_outside_are_dropped", ROWS + "y.at[x].set(1.0), y.at[x].add(1.0), y.at[x].multiply(2.0), y.at[x].min(0.0), y.at[x].max(25.0)", PLACES)
holds("take_fills", ROWS + "jnp.take(y, x), jnp.take(jnp.arange(4), x), jnp.take(y, x, mode='clip'), jnp.take(y, x, mode='wrap')", PLACES)
holds("modes_of_indexing", ROWS + "y.at[x].get(mode='fill', fill_value=-1.0), y.at[x].get(mode='clip'), y.at[x].set(1.0, mode='clip')", PLACES)
holds("dynamic_slices_are_clamped", ROWS + "[lax.dynamic_slice(y, (i,), (2,)) for i in x], [lax.dynamic_update_slice(y, jnp.ones(2), (i,)) for i in x]", values([-9, 0, 3, 9], "i32"))
holds("one_hot_outside_is_0", "jax.nn.one_hot(x, 4)", PLACES)
