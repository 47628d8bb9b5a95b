"""Products of truth values, and products whose sums are asked for in a type of their own."""

import jax
import jax.numpy as jnp
from jax import lax

SUM = (((1,), (0,)), ((), ()))


#: truths(bools(3, 4), bools(4, 2))
def truths(a, b):
    return a @ b, lax.dot(a, b), jnp.einsum("ij,jk->ik", a, b), jnp.inner(a, b.T), jnp.vdot(a, a), a @ b[:, 0]


#: counted(bools(3, 4), bools(4, 2))
def counted(a, b):
    wide = jnp.matmul(a, b, preferred_element_type=jnp.int32)
    return wide, lax.dot_general(a, b, SUM, preferred_element_type=jnp.float32)


#: narrow(ints(-100, 100, 3, 40, dtype="i8"), ints(-100, 100, 40, 2, dtype="i8"))
def narrow(a, b):
    wide = jnp.matmul(a, b, preferred_element_type=jnp.int32)
    einsum = jnp.einsum("ij,jk->ik", a, b, preferred_element_type=jnp.int32)
    return wide, einsum, jnp.dot(a, b, preferred_element_type=jnp.float32), lax.dot(a, b)


#: kinds(normal(2, 3), normal(3, 2), bools(3, 2))
def kinds(a, b, c):
    return lax.dot(a, c), lax.dot(a, b, preferred_element_type=jnp.int32), jnp.matmul(a, c)
