import jax
import jax.numpy as jnp
import keras

for make in [
    lambda: keras.ops.diag((0,), 10**30),
    lambda: jnp.fft.fft2(jnp.ones((2, 3, 4)), 10**30),
    lambda: keras.ops.identity(10**30),
    lambda: jnp.triu_indices(10**30),
    lambda: jnp.fft.rfftfreq(10**30),
    lambda: jnp.pad(jnp.ones(3), 2**62),
    lambda: jnp.zeros((2**62, 0, 2**62)),
]:
    try:
        make()
    except Exception as e:
        print(e)
    try:
        jax.jit(make)()
    except Exception as e:
        print(e)
