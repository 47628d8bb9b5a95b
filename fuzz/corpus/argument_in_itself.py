import jax.numpy as jnp
a = []
a.append(a)
jnp.sum(a)
