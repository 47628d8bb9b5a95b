"""Choices made element by element: what is infinite in a branch that is not taken stays there."""

from oracle.rows import row
from oracle.values import *

PLAIN = dict(special=False, halves=False, full=1, skip="vmap_last vmap_vmap")

row("mapped_cond", "x", "jax.vmap(lambda v: lax.cond(v > 0, jnp.log, lambda u: 2.0 * u, v))(x)", values([0.0, 1.0, -1.0]), normal(3), **PLAIN)
row("mapped_switch", "x", "jax.vmap(lambda i, v: lax.switch(i, [jnp.sqrt, jnp.log, jnp.reciprocal], v))(jnp.array([0, 1, 2, -3, 7]), x)", values([1.0, 2.0, 0.5, 4.0, 2.0]), values([0.0, 1.0, 0.0, 0.0, 0.0]), **PLAIN)
row("mapped_cond_shared", "x y", "jax.vmap(lambda v: lax.cond(v > 0, lambda u: u / y, lambda u: u, v))(x)", (values([1.0, -1.0]), values(2.0)), (values([-1.0, -1.0]), values(0.0)), **PLAIN)
row("piecewise_overlap", "x", "jnp.piecewise(x, [x > 0, x > 1], [jnp.log, lambda v: v * v]), jnp.piecewise(x, [x < 0, x < 1], [-1.0, lambda v: v + 1.0, jnp.sqrt])", values([0.0, 0.5, 2.0, -1.0]), normal(4), **PLAIN)
