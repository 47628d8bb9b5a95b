import jax.numpy as jnp

for make in (lambda: jnp.polymul(3.5, 2), lambda: jnp.convolve(jnp.ones(0), jnp.ones(2)), lambda: jnp.convolve(1, jnp.ones((2, 2)))):
    try:
        print(make())
    except Exception as error:
        print(error)
