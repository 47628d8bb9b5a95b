"""jax.random: keys and samplers, compared number for number."""

from oracle.rows import row
from oracle.values import *

KEYS = [key(0), key(42), values([2**32 - 1, 7], "u32")]
PLAIN = dict(skip="vmap_last vmap_vmap", special=False, halves=False)
LOOPS = dict(skip="vmap_last vmap_vmap vmap", special=False, halves=False)

row("bits", "k", "jax.random.bits(k, (3,)), jax.random.bits(k, (2, 2), jnp.uint8), jax.random.bits(k, (3,), jnp.uint16)", *KEYS, **PLAIN)
row("split", "k", "jax.random.split(k), jax.random.split(k, 3), jax.random.split(k, (2, 2))", *KEYS, **PLAIN)
row("fold_in", "k i", "jax.random.fold_in(k, i), jax.random.fold_in(k, 7)", (key(0), values(1, "i32")), (key(42), values(2**31, "u32")), (key(3), values(-1, "i32")), **PLAIN)
row("typed_key", "i", "jax.random.key_data(jax.random.key(i)), jax.random.uniform(jax.random.fold_in(jax.random.key(i), 3), (2,)), jax.random.PRNGKey(i)", values(0, "i32"), values(-1, "i32"), values(2**31 - 1, "i32"), **PLAIN)
row("key_chain", "k", """
    out = []
    for _ in range(3):
        k, sub = jax.random.split(k)
        out.append(jax.random.normal(sub, (2,)))
    return out
    """, *KEYS, **PLAIN)
SAMPLERS = {
    "uniform": ["k, (3,)", "k, (2, 2), jnp.float32, -2.0, 3.0", "k, (3,), jnp.bfloat16", "k, (3,), jnp.float16", "k"],
    "normal": ["k, (4,)", "k, (3,), jnp.bfloat16", "k"],
    "truncated_normal": ["k, -2.0, 2.0, (4,)", "k, -1.0, jnp.array([0.0, 2.0]), (2,)"],
    "bernoulli": ["k, 0.3, (5,)", "k, jnp.array([0.0, 0.5, 1.0])", "k"],
    "gumbel": ["k, (4,)"],
    "categorical": ["k, jnp.array([0.1, 2.0, -1.0]), shape=(5,)", "k, jnp.array([[0.1, 2.0, -1.0], [3.0, 0.0, 0.0]])", "k, jnp.array([[0.1, 2.0], [3.0, 0.0]]), axis=0", "k, jnp.array([0.1, 2.0, -1.0]), shape=(2,), replace=False"],
    "randint": ["k, (5,), 0, 10", "k, (3,), -5, 5, jnp.int8", "k, (3,), 0, jnp.array([1, 100, 2**31 - 1])"],
    "permutation": ["k, 8", "k, jnp.arange(6).reshape(3, 2)", "k, jnp.arange(6).reshape(3, 2), axis=1, independent=True"],
    "choice": ["k, 6, (4,)", "k, jnp.array([1.0, 2.0, 3.0]), (5,), p=jnp.array([0.2, 0.5, 0.3])", "k, 6, (3,), replace=False", "k, 4, (2,), replace=False, p=jnp.array([0.1, 0.2, 0.3, 0.4])"],
    "exponential": ["k, (4,)"], "laplace": ["k, (4,)"], "cauchy": ["k, (4,)"], "logistic": ["k, (4,)"], "rademacher": ["k, (4,)"], "maxwell": ["k, (3,)"],
    "rayleigh": ["k, jnp.array([1.0, 2.0]), (2,)"], "pareto": ["k, 2.0, (3,)"], "weibull_min": ["k, 1.5, 2.0, (3,)"], "triangular": ["k, 0.0, 0.5, 2.0, (3,)"], "geometric": ["k, 0.3, (4,)"],
    "lognormal": ["k, 0.5, (3,)"], "multivariate_normal": ["k, jnp.array([1.0, 2.0]), jnp.array([[2.0, 0.5], [0.5, 1.0]])"], "orthogonal": ["k, 3"], "ball": ["k, 3"], "wald": ["k, 1.5, (3,)"],
    "generalized_normal": ["k, 1.5, (3,)"], "double_sided_maxwell": ["k, 0.5, 2.0, (3,)"],
}
for name, calls in SAMPLERS.items():
    row(name, "k", ", ".join(f"jax.random.{name}({call})" for call in calls), *KEYS, tolerance=5e-5, reason="inverses of distribution functions are steep at their ends", **PLAIN)
for name, calls in {
    "gamma": ["k, 2.5, (3,)", "k, jnp.array([0.3, 5.0])"], "beta": ["k, 0.5, 2.0, (3,)"], "dirichlet": ["k, jnp.array([0.5, 2.0, 1.0])"], "poisson": ["k, 3.0, (4,)", "k, jnp.array([0.5, 30.0])"],
    "chisquare": ["k, 3.0, (2,)"], "t": ["k, 3.0, (3,)"], "f": ["k, 3.0, 4.0, (2,)"], "binomial": ["k, 10.0, 0.3, (3,)"], "loggamma": ["k, 0.7, (2,)"], "multinomial": ["k, 5.0, jnp.array([0.2, 0.5, 0.3])"],
}.items():
    row(name, "k", ", ".join(f"jax.random.{name}({call})" for call in calls), *KEYS, tolerance=1e-4, reason="rejection sampling amplifies the last bits of logarithms", **LOOPS)
REPARAMETERISED = dict(skip="vmap_last vmap_vmap jvp_grad", special=False, halves=False)
row("normal_scaled", "k m s", "m + s * jax.random.normal(k, m.shape)", (key(0), normal(3), positive(3)), (key(9), normal(2, 2), positive(2, 2)), **REPARAMETERISED)
row("truncated_bounds", "k a b", "jax.random.truncated_normal(k, a, b, (3,))", (key(0), values(-1.0), values(1.5)), tolerance=1e-4, reason="inverses of distribution functions are steep at their ends", **REPARAMETERISED)
# JAX has no second derivatives of the implicit derivative.
row("gamma_shape", "k a", "jax.random.gamma(k, a)", (key(0), positive(3)), tolerance=1e-4, reason="implicit derivatives by series", skip="vmap_last vmap_vmap jvp_grad grad_grad", special=False, halves=False)
row("loggamma_shape", "k a", "jax.random.loggamma(k, a), jax.random.beta(k, a, 2.0 * a)", (key(0), positive(3)), tolerance=1e-4, reason="implicit derivatives by series", skip="vmap_last vmap_vmap jvp_grad grad_grad", special=False, halves=False)
row("complex_normal", "k m", "m * jax.random.normal(k, (3,), jnp.complex64), jax.random.normal(k, (2,), jnp.complex64)", (key(0), normal(3, dtype="c64")), (key(9), normal(3)), **REPARAMETERISED)
row("dropout_mask", "k x", "jnp.where(jax.random.bernoulli(k, 0.7, x.shape), x / 0.7, 0.0)", (key(0), normal(3, 2)), (key(5), normal(4)), **REPARAMETERISED)
