import jax
import jax.numpy as jnp
from jax import lax

x = lax.while_loop(lambda v: True, lambda v: v + 1, jnp.float32(0))
print(x)
y = lax.fori_loop(0, 10**9, lambda i, v: v + i, jnp.zeros(3))
z = lax.scan(lambda c, _: (c + 1, c), 0, None, length=2**40)
w = jax.grad(lambda v: jnp.where(lax.while_loop(lambda u: u > -1, lambda u: u + 1, v) > 0, 1.0, 2.0))(1.0)
