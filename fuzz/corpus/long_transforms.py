# Fourier transforms of constants that are long.
import jax.numpy as jnp

x = jnp.arange(6.0).reshape(2, 3)
# ---
print(jnp.fft.ifftn(x, s=100000))
# ---
print(jnp.fft.fft(x, n=2**20))
# ---
print(jnp.fft.rfft2(x, s=(3000, 3000)))
