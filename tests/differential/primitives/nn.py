"""jax.nn: activations, normalisations, attention, encodings; initializers."""

from oracle.rows import row
from oracle.values import *

# These are made of primitives that have tables of their own.
LIGHT = dict(skip="vmap_last vmap_vmap jvp_grad grad_vmap", halves=False)
KINKS = values([0.0, -0.0, 6.0, 3.0, -3.0, 1.0, -1.0, 100.0, -100.0])

for name in ["relu", "relu6", "sigmoid", "softplus", "sparse_plus", "sparse_sigmoid", "soft_sign", "silu", "log_sigmoid", "hard_sigmoid", "hard_silu",
             "hard_tanh", "elu", "celu", "selu", "gelu", "leaky_relu", "squareplus", "mish", "identity", "tanh", "swish", "hard_swish"]:
    noise = {"tolerance": {"grad_grad": 1e-4}, "reason": "1 − tanh² of what is nearly 1"} if name == "gelu" else {}
    row(name, "x", f"jax.nn.{name}(x)", normal(2, 3, scale=2.0), normal(4, dtype="bf16"), KINKS, **LIGHT, **noise)
row("elu_alpha", "x", "jax.nn.elu(x, 0.3), jax.nn.celu(x, 0.3), jax.nn.leaky_relu(x, 0.2), jax.nn.squareplus(x, 2.0)", normal(2, 3), KINKS, **LIGHT)
row("gelu_exact", "x", "jax.nn.gelu(x, approximate=False)", normal(2, 3), KINKS, **LIGHT)
row("glu", "x", "jax.nn.glu(x), jax.nn.glu(x, axis=0)", normal(2, 4), normal(4, 2), **LIGHT)
row("softmax", "x", "jax.nn.softmax(x), jax.nn.softmax(x, axis=0)", normal(2, 3), normal(4, dtype="bf16"), values([1e4, 0.0, 1e4]), values([-INF, 0.0, -INF]), values([-INF, -INF]), **LIGHT)
row("softmax_where", "x m", "jax.nn.softmax(x, where=m)", (normal(2, 3), values([[True, False, True], [True, True, True]], "bool")), **LIGHT)
row("log_softmax", "x", "jax.nn.log_softmax(x), jax.nn.log_softmax(x, axis=0)", normal(2, 3), normal(4, dtype="f16"), values([1e4, 0.0, 1e4]), values([-INF, 0.0]), **LIGHT)
row("nn_logsumexp", "x", "jax.nn.logsumexp(x), jax.nn.logsumexp(x, axis=0, keepdims=True), jax.nn.logsumexp(x, b=x * 0 + 2.0)", normal(2, 3), values([-INF, 0.0, -INF]), **LIGHT)
row("logmeanexp", "x", "jax.nn.logmeanexp(x, axis=-1)", normal(2, 3), values([-INF, 0.0]), **LIGHT)
row("log1mexp", "x", "jax.nn.log1mexp(x)", positive(2, 3), values([0.0, 0.1, 0.693, 30.0]), **LIGHT)
row("standardize", "x", "jax.nn.standardize(x), jax.nn.standardize(x, axis=0, epsilon=1e-3)", normal(2, 3), ones(2, 3), **LIGHT, tolerance={"forward": 2e-5, "jvp": 2e-3, "vjp": 2e-3, "vmap_grad": 2e-3}, reason="the variance of equal numbers is what rounding leaves")
row("nn_one_hot", "i", "jax.nn.one_hot(i, 4), jax.nn.one_hot(i, 3, dtype=jnp.int32, axis=0)", values([0, 2, 4, -1], "i32"), values([3, 200], "u8"), skip="vmap_last", halves=False)
row("attention", "q k v", "jax.nn.dot_product_attention(q, k, v)", (normal(1, 3, 2, 2), normal(1, 4, 2, 2), normal(1, 4, 2, 2)), (normal(2, 2, 2), normal(3, 1, 2), normal(3, 1, 2)), special=False, **LIGHT)
row("attention_causal", "q k v", "jax.nn.dot_product_attention(q, k, v, is_causal=True, scale=0.5)", (normal(1, 3, 2, 2), normal(1, 3, 2, 2), normal(1, 3, 2, 2)), special=False, **LIGHT)
row("attention_masked", "q k b", "jax.nn.dot_product_attention(q, k, k, bias=b, mask=b > -0.5)", (normal(1, 2, 2, 2), normal(1, 3, 2, 2), normal(1, 2, 2, 3)), special=False, **LIGHT)
INITIALIZER = "jax.nn.initializers.{0}(k, {1}, {2})"
for name, make, shape in [
    ("zeros", "zeros", (2, 3)), ("ones", "ones", (2, 3)), ("constant", "constant(0.3)", (2, 3)), ("uniform", "uniform(0.1)", (2, 3)), ("normal", "normal(0.5)", (2, 3)),
    ("truncated_normal", "truncated_normal(0.5)", (2, 3)), ("glorot_uniform", "glorot_uniform()", (4, 3)), ("glorot_normal", "glorot_normal()", (4, 3)), ("lecun_normal", "lecun_normal()", (4, 3)),
    ("lecun_uniform", "lecun_uniform()", (4, 3)), ("he_normal", "he_normal()", (4, 3)), ("he_uniform", "he_uniform()", (3, 3, 2, 4)),
    ("variance_scaling", "variance_scaling(2.0, 'fan_avg', 'truncated_normal', in_axis=0, out_axis=1)", (4, 3)), ("orthogonal", "orthogonal()", (3, 3)), ("delta_orthogonal", "delta_orthogonal()", (3, 2, 2)),
]:
    row(f"init_{name}", "k", INITIALIZER.format(make, shape, "jnp.float32"), key(0), key(42), skip="vmap vmap_last vmap_vmap", special=False, halves=False)
