import jax.numpy as jnp
import keras

for bins in (jnp.asarray(1.0), jnp.ones(1), jnp.ones(0), jnp.ones((2, 2))):
    try:
        jnp.histogram(jnp.arange(3.0), bins)
    except Exception as e:
        print(e)
keras.ops.histogram(float("inf"), jnp.asarray(1.0), "relu")
