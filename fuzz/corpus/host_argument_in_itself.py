a =[ ]
import jaxnumpy as jnp
a.append(a)
a.append(...)
jnp.sum(a)
