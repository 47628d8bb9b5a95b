# jax.scipy.sparse.linalg: systems of equations whose matrix is a function, or an array.
import jax
import jax.numpy as jnp
from jax import lax


def _real_dot(x, y):
    def one(a, b):
        dot = jnp.vdot(jnp.real(a), jnp.real(b), precision="highest")
        both = jnp.iscomplexobj(a) or jnp.iscomplexobj(b)
        return dot + jnp.vdot(jnp.imag(a), jnp.imag(b), precision="highest") if both else dot

    return sum(jax.tree.leaves(jax.tree.map(one, x, y)))


def _dot(x, y):
    return sum(jax.tree.leaves(jax.tree.map(lambda a, b: jnp.vdot(a, b, precision="highest"), x, y)))


def _plus(x, factor, y):
    return jax.tree.map(lambda a, b: a + factor * b, x, y)


def _minus(x, y):
    return jax.tree.map(lambda a, b: a - b, x, y)


def _norm(x):
    return jnp.sqrt(_real_dot(x, x))


def _operator(name, f):
    if f is None:
        return lambda x: x
    if callable(f):
        return f
    f = jnp.asarray(f)
    if f.ndim != 2 or f.shape[0] != f.shape[1]:
        raise ValueError(f"{name} must be a function or a square matrix, found the shape {f.shape}")
    return lambda x: jnp.dot(f, x, precision="highest")


def _start(b, x0):
    b = jax.tree.map(jnp.asarray, b)
    x0 = jax.tree.map(jnp.zeros_like, b) if x0 is None else jax.tree.map(jnp.asarray, x0)
    if jax.tree.structure(x0) != jax.tree.structure(b):
        raise ValueError(f"x0 and b must be trees of one structure, found {jax.tree.structure(x0)} and {jax.tree.structure(b)}")
    shapes = [[x.shape for x in jax.tree.leaves(tree)] for tree in (x0, b)]
    if shapes[0] != shapes[1]:
        raise ValueError(f"x0 and b must have the same shapes, found {shapes[0]} and {shapes[1]}")
    return b, x0


def _solved(steps, A, b, x0, tol, atol, maxiter, M, symmetric):
    b, x0 = _start(b, x0)
    A, M = _operator("A", A), _operator("M", M)
    leaves = jax.tree.leaves(b)
    limit = 10 * sum(x.size for x in leaves) if maxiter is None else maxiter

    def solve(A, b):
        bound = jnp.maximum(jnp.square(tol) * _real_dot(b, b), jnp.square(atol))
        return steps(A, b, x0, bound, limit, M)

    symmetric = symmetric and not any(jnp.iscomplexobj(x) for x in leaves)
    return lax.custom_linear_solve(A, b, solve=solve, transpose_solve=solve, symmetric=symmetric), None


def _conjugate_gradients(A, b, x0, bound, limit, M):
    r = _minus(b, A(x0))
    z = M(r)
    dtype = jnp.result_type(*jax.tree.leaves(z))

    def step(state):
        x, r, gamma, p, k = state
        image = A(p)
        alpha = gamma / _real_dot(p, image).astype(dtype)
        x, r = _plus(x, alpha, p), _plus(r, -alpha, image)
        z = M(r)
        after = _real_dot(r, z).astype(dtype)
        return x, r, after, _plus(z, after / gamma, p), k + 1

    going = lambda state: (_real_dot(state[1], state[1]) > bound) & (state[4] < limit)
    return lax.while_loop(going, step, (x0, r, _real_dot(r, z).astype(dtype), z, 0))[0]


def cg(A, b, x0=None, *, tol=1e-5, atol=0.0, maxiter=None, M=None):
    """The solution of a positive definite system by conjugate gradients, and None."""
    return _solved(_conjugate_gradients, A, b, x0, tol, atol, maxiter, M, True)


def _stabilised(A, b, x0, bound, limit, M):
    shadow = _minus(b, A(x0))
    one = jnp.ones((), jnp.result_type(*jax.tree.leaves(b)))

    def step(state):
        x, r, alpha, omega, rho, p, q, k = state
        rho_next = _dot(shadow, r)
        beta = rho_next / rho * alpha / omega
        p = _plus(r, beta, _plus(p, -omega, q))
        p_hat = M(p)
        q = A(p_hat)
        alpha = rho_next / _dot(shadow, q)
        s = _plus(r, -alpha, q)
        early = _real_dot(s, s) < bound
        s_hat = M(s)
        t = A(s_hat)
        omega = _dot(t, s) / _dot(t, t)
        half = _plus(x, alpha, p_hat)
        x = jax.tree.map(lambda a, b: jnp.where(early, a, b), half, _plus(half, omega, s_hat))
        r = jax.tree.map(lambda a, b: jnp.where(early, a, b), s, _plus(s, -omega, t))
        # A negative count ends the loop: the method has broken down.
        k = jnp.where((omega == 0) | (alpha == 0), -11, k + 1)
        return x, r, alpha, omega, rho_next, p, q, jnp.where(rho_next == 0, -10, k)

    going = lambda state: (_real_dot(state[1], state[1]) > bound) & (state[7] < limit) & (state[7] >= 0)
    return lax.while_loop(going, step, (x0, shadow, one, one, one, shadow, shadow, 0))[0]


def bicgstab(A, b, x0=None, *, tol=1e-5, atol=0.0, maxiter=None, M=None):
    """The solution of a system by stabilised biconjugate gradients, and None."""
    return _solved(_stabilised, A, b, x0, tol, atol, maxiter, M, False)


def _unit(x, least=None):
    """The tree divided by its norm, and the norm; zeros where that is not above the least."""
    norm = _norm(x)
    least = jnp.finfo(norm.dtype).eps if least is None else least
    large = norm > least
    return jax.tree.map(lambda y: jnp.where(large, y / norm.astype(y.dtype), 0.0), x), jnp.where(large, norm, 0.0)


def _orthogonal(basis, x):
    """The part of a vector orthogonal to a basis, made in two rounds, and the other part's coordinates."""
    coordinates = 0.0
    for _ in range(2):
        parts = jax.tree.map(lambda V, y: jnp.einsum("...n,...->n", jnp.conj(V), y, precision="highest"), basis, x)
        h = sum(jax.tree.leaves(parts))
        x = _minus(x, jax.tree.map(lambda V: jnp.dot(V, h, precision="highest"), basis))
        coordinates = coordinates + h
    return x, coordinates


def _arnoldi(k, A, M, basis, H):
    v = M(A(jax.tree.map(lambda V: V[..., k], basis)))
    _, before = _unit(v)
    v, h = _orthogonal(basis, v)
    v, after = _unit(v, jnp.finfo(before.dtype).eps * before)
    basis = jax.tree.map(lambda V, y: V.at[..., k + 1].set(y), basis, v)
    return basis, H.at[k, :].set(h.at[k + 1].set(after.astype(h.dtype))), after == 0.0


def _cycle(A, b, x, unit, norm, restart, M):
    """One cycle: a basis of the Krylov space, and the combination of it with the least residual."""
    dtype = jnp.result_type(*jax.tree.leaves(b))
    basis = jax.tree.map(lambda y: jnp.pad(y[..., None], [(0, 0)] * y.ndim + [(0, restart)]), unit)

    def step(state):
        basis, H, _, k = state
        return (*_arnoldi(k, A, M, basis, H), k + 1)

    start = (basis, jnp.eye(restart, restart + 1, dtype=dtype), False, 0)
    basis, H, _, _ = lax.while_loop(lambda state: (state[3] < restart) & ~state[2], step, start)
    beta = jnp.zeros(restart + 1, dtype).at[0].set(norm.astype(dtype))
    adjoint = jnp.conj(H)
    normal = jnp.dot(adjoint, H.T, precision="highest")
    y = jax.scipy.linalg.solve(normal, jnp.dot(adjoint, beta, precision="highest"), assume_a="pos")
    x = jax.tree.map(lambda a, V: a + jnp.dot(V[..., :-1], y, precision="highest"), x, basis)
    return (x, *_unit(M(_minus(b, A(x)))))


def gmres(A, b, x0=None, *, tol=1e-5, atol=0.0, restart=20, maxiter=None, M=None, solve_method="batched"):
    """The solution of a system by least residuals in Krylov spaces, and -1 if it is not a number."""
    if solve_method not in ("batched", "incremental"):
        raise ValueError(f"'solve_method' of gmres() is 'batched' or 'incremental', found {solve_method!r}")
    b, x0 = _start(b, x0)
    A, M = _operator("A", A), _operator("M", M)
    size = sum(x.size for x in jax.tree.leaves(b))
    limit = 10 * size if maxiter is None else maxiter
    restart = min(restart, size)
    bound = jnp.maximum(tol * _norm(b), atol)

    def solve(A, b):
        def step(state):
            x, k, unit, norm = state
            x, unit, norm = _cycle(A, b, x, unit, norm, restart, M)
            return x, k + 1, unit, norm

        unit, norm = _unit(M(_minus(b, A(x0))))
        going = lambda state: (state[1] < limit) & (state[3] > bound)
        return lax.while_loop(going, step, (x0, 0, unit, norm))[0]

    x = lax.custom_linear_solve(A, b, solve=solve, transpose_solve=solve)
    return x, jnp.where(jnp.isnan(_norm(x)), -1, 0)
