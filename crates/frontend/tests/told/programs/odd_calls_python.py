import itertools
import math
import jax
import jax.scipy as jsp
import keras
import jax.numpy as jnp
from jax import lax

#: calls that reach interp/assign.rs
jsp.linalg.lu_solve([], (-1, 5))

#: calls that reach interp/classes
type('{x}', 'x', {})

#: calls that reach interp/iterate
itertools.tee(3j)

#: calls that reach interp/packages
keras.applications.ResNet101(input_tensor=2.5)

#: calls that reach library/bind.rs
'abc'.splitlines(3)

#: calls that reach modules/bases.rs
keras.Initializer()

#: calls that reach modules/math.rs
math.factorial(10**30)
