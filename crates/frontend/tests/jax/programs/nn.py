"""Functions of jax.nn and jax.nn.initializers."""
import jax
import jax.numpy as jnp
from jax import nn, random
from jax.nn import initializers as init

x = jnp.array([[0.5, -1.25, 2.0, -7.0], [3.5, 0.0, -0.75, 9.0]])
mask = jnp.array([[True, False, True, True], [False, True, True, False]])
q = jnp.sin(jnp.arange(2 * 3 * 4 * 5.0)).reshape(2, 3, 4, 5)
k = jnp.cos(jnp.arange(2 * 6 * 2 * 5.0)).reshape(2, 6, 2, 5)
v = jnp.sin(jnp.arange(2 * 6 * 2 * 5.0) * 0.7).reshape(2, 6, 2, 5)
visible = jnp.arange(2 * 4 * 3 * 6).reshape(2, 4, 3, 6) % 3 > 0
key = random.key(3)
MADE = init.glorot_uniform()(key, (3, 2))
CONSTANT = init.constant(2.5)(None, (2, 2))

cases = {
    "activations": lambda: [f(x) for f in (nn.relu, nn.relu6, nn.sigmoid, nn.softplus, nn.sparse_plus, nn.sparse_sigmoid, nn.soft_sign, nn.silu, nn.swish, nn.log_sigmoid, nn.leaky_relu, nn.hard_sigmoid, nn.hard_silu, nn.hard_swish, nn.hard_tanh, nn.elu, nn.celu, nn.selu, nn.gelu, nn.glu, nn.squareplus, nn.mish, nn.identity, nn.tanh)],
    "arguments": lambda: [nn.leaky_relu(x, 0.2), nn.leaky_relu(x, negative_slope=jnp.array(0.3)), nn.elu(x, 0.5), nn.celu(x, 2.0), nn.gelu(x, approximate=False), nn.gelu(x, False), nn.glu(x, axis=0), nn.squareplus(x, 1.0)],
    "half": lambda: [f(x.astype("bfloat16")) for f in (nn.relu, nn.silu, nn.gelu, nn.softmax, nn.elu)],
    "softmax": lambda: [nn.softmax(x), nn.softmax(x, axis=0), nn.softmax(x, axis=(0, 1)), nn.softmax(x, where=mask), nn.log_softmax(x), nn.log_softmax(x, axis=0), nn.log_softmax(x, where=mask), nn.softmax(x, axis=None)],
    "logsumexp": lambda: [nn.logsumexp(x), nn.logsumexp(x, axis=1), nn.logsumexp(x, axis=0, keepdims=True), nn.logsumexp(x, axis=1, b=jnp.array([1.0, -2.0, 0.0, 3.0])), *nn.logsumexp(x, axis=1, b=-x, return_sign=True), nn.logsumexp(x, axis=1, where=mask), nn.logsumexp(jnp.array([-jnp.inf, -jnp.inf])), nn.logsumexp(jnp.array([jnp.inf, 0.0])), nn.logsumexp(jnp.array([1.0, 2.0]), b=jnp.array([-3.0, 1.0]))],
    "means": lambda: [nn.logmeanexp(x), nn.logmeanexp(x, axis=1, where=mask), nn.logmeanexp(x, axis=0, keepdims=True), nn.log1mexp(jnp.array([0.1, 0.5, 1.0, 5.0]))],
    "standardize": lambda: [nn.standardize(x), nn.standardize(x, axis=0, epsilon=1e-3), nn.standardize(x, where=mask), nn.standardize(x, mean=0.5), nn.standardize(x, variance=2.0), nn.standardize(x, algorithm="stable")],
    "one_hot": lambda: [nn.one_hot(jnp.array([0, 2, 5, -1]), 4), nn.one_hot(jnp.array([[1, 0]]), 3, axis=1), nn.one_hot(jnp.array([1]), 2, dtype=jnp.int32), nn.one_hot(1, 3)],
    "attention": lambda: [nn.dot_product_attention(q[:, :, :2], k, v), nn.dot_product_attention(q, k, v), nn.dot_product_attention(q, k, v, is_causal=True), nn.dot_product_attention(q, k, v, mask=visible), nn.dot_product_attention(q, k, v, mask=visible[:, :1]), nn.dot_product_attention(q, k, v, bias=visible * 0.3, scale=0.25), nn.dot_product_attention(q, k, v, query_seq_lengths=jnp.array([2, 3]), key_value_seq_lengths=jnp.array([6, 4])), nn.dot_product_attention(q, k, v, local_window_size=1), nn.dot_product_attention(q, k, v, local_window_size=(2, 0), is_causal=True), nn.dot_product_attention(q[0], k[0], v[0], implementation="xla"), *nn.dot_product_attention(q, k, v, return_residual=True)],
    "attention_half": lambda: nn.dot_product_attention(q.astype("bfloat16"), k.astype("bfloat16"), v.astype("bfloat16"), is_causal=True),
    "scaled_dot_general": lambda: nn.scaled_dot_general(x, x, (((1,), (1,)), ((), ()))),
    "initializers": lambda: [f()(key, (3, 4)) for f in (init.uniform, init.normal, init.truncated_normal, init.glorot_uniform, init.glorot_normal, init.xavier_uniform, init.xavier_normal, init.lecun_uniform, init.lecun_normal, init.he_uniform, init.he_normal, init.kaiming_uniform, init.kaiming_normal, init.orthogonal)],
    "constants": lambda: [MADE, CONSTANT, init.zeros(key, (2,)), init.ones(key, (2, 2), jnp.int32), init.constant(jnp.array([1.0, 2.0]))(key, (3, 2)), init.constant(7, jnp.int32)(key, (2,))],
    "scaling": lambda: [init.variance_scaling(2.0, mode, distribution)(key, (2, 3, 4)) for mode in ("fan_in", "fan_out", "fan_avg", "fan_geo_avg") for distribution in ("truncated_normal", "normal", "uniform")] + [init.lecun_normal(in_axis=(0, 1), out_axis=2)(key, (2, 3, 4)), init.he_normal(batch_axis=0)(key, (2, 3, 4)), init.glorot_normal(dtype=jnp.bfloat16)(key, (3, 4)), init.lecun_normal()(key, (4, 3), jnp.float16)],
    "orthogonal": lambda: [init.orthogonal(2.0)(key, (2, 3, 4)), init.orthogonal(column_axis=0)(key, (4, 3)), init.delta_orthogonal()(key, (3, 3, 2, 4)), random.orthogonal(key, 3), random.orthogonal(key, 2, (2,)), random.orthogonal(key, 3, m=2), random.orthogonal(key, 2, m=4)],
}
