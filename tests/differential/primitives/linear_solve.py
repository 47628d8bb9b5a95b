"""Linear systems whose matrix is a function, here of the elements of a diagonal."""

from oracle.rows import row
from oracle.values import *

row("linear_solve", "a b", "lax.custom_linear_solve(lambda v: a * v, b, lambda f, y: y / a, lambda f, y: y / a)", (positive(3), normal(3)), (positive(2, 2), normal(2, 2)), (positive(4), normal(4)))
row("linear_solve_symmetric", "a b", "lax.custom_linear_solve(lambda v: a * v, b, lambda f, y: y / f(jnp.ones(3)), symmetric=True)", (positive(3), normal(3)), full=1, halves=False, special=False)
