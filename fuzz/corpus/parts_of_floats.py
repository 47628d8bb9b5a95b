# Floats of eight bits, taken apart.
import jax
import jax.numpy as jnp

x = jnp.ones((2, 3), 'float8_e4m3fn')
# ---
jax.lax.map(lambda s: jnp.frexp(x), jnp.arange(3))
# ---
print(jnp.frexp(x), jnp.ldexp(x, 2), jnp.signbit(x))
# ---
print(jnp.nextafter(x, x + x), jnp.spacing(x))
# ---
print(jnp.frexp(x.astype('float8_e5m2')))
