# Samples of types that have no such values.
import jax, jax.numpy as jnp, keras

key = jax.random.key(0)
# ---
r = jax.random.poisson(key, jnp.ones((2, 3)), dtype=bool)
# ---
r = jax.random.poisson(key, 1.0, dtype=complex)
# ---
r = jax.random.poisson(key, 1.0, dtype='int4')
# ---
r = jax.random.rademacher(key, (2,), dtype=bool)
# ---
r = jax.random.geometric(key, 0.5, dtype='int2')
# ---
r = jax.random.randint(key, (2,), 0, 3, dtype='uint4')
# ---
r = jax.random.binomial(key, 3, 0.5, dtype='float8_e4m3fn')
# ---
r = jax.random.normal(key, (2,), dtype='float8_e5m2')
# ---
r = jax.random.choice(key, jnp.ones((3, 2), bool), (2,), p=jnp.ones(3, int))
# ---
r = keras.random.randint((2,), 0, 3, dtype=bool)
# ---
r = keras.random.binomial((2,), 3, 0.5, dtype='int32')
# ---
r = keras.random.gamma((2,), 1, dtype=bool)
