# jax.lax: what composes other transformations.
import jax
from jax import lax


def custom_linear_solve(matvec, b, solve, transpose_solve=None, symmetric=False, has_aux=False):
    """The solution that a function finds of a linear system; derivatives are solutions of further systems."""
    forward = lambda b: solve(matvec, b)
    if symmetric:
        return lax._linear_solve(b, matvec, forward, matvec, forward)
    if transpose_solve is None:
        return lax._linear_solve(b, matvec, forward)
    transposed = jax.linear_transpose(matvec, b)
    vecmat = lambda x: transposed(x)[0]
    return lax._linear_solve(b, matvec, forward, vecmat, lambda x: transpose_solve(vecmat, x))


def custom_root(f, initial_guess, solve, tangent_solve, has_aux=False):
    """A root of a function, differentiated by the implicit function theorem."""
    hoisted, constants = jax.closure_convert(f, initial_guess)
    wanted = jax.tree.structure(initial_guess)

    def solution(guess, constants):
        return solve(lambda x: hoisted(x, *constants), guess)

    def checked(tree, what):
        if jax.tree.structure(tree) != wanted:
            raise TypeError(
                f"custom_root(): what {what} gives must have the structure of the initial guess, {wanted}, "
                f"found {jax.tree.structure(tree)}"
            )

    checked(jax.eval_shape(f, initial_guess), "f")

    @jax.custom_jvp
    def root(guess, constants):
        found = solution(guess, constants)
        checked(found[0] if has_aux else found, "solve")
        return found

    @root.defjvp
    def derivative(primals, tangents):
        guess, constants = primals
        found = root(guess, constants)
        x = found[0] if has_aux else found
        _, change = jax.jvp(lambda constants: hoisted(x, *constants), (constants,), (tangents[1],))
        _, linear = jax.linearize(lambda x: hoisted(x, *constants), x)
        dot = jax.tree.map(lambda y: -y, tangent_solve(linear, change))
        checked(dot, "tangent_solve")
        return found, ((dot, jax.tree.map(jax.numpy.zeros_like, found[1])) if has_aux else dot)

    return root(initial_guess, constants)


def with_sharding_constraint(x, shardings):
    """The array itself: an artifact runs on one device."""
    return x


def pcast(x, axis_name=None, *, to=None):
    """The array itself: an artifact runs on one device."""
    return x
