# jax.lax.linalg: what JAX leaves to LAPACK and a program of StableHLO has to spell out.
import jax.numpy as jnp
from jax import lax


def householder_product(a, taus):
    """The product of reflections, of which a factorisation has left the vectors below the diagonal."""
    a, taus = jnp.asarray(a), jnp.asarray(taus)
    if a.ndim > 2:
        return jnp.vectorize(householder_product, signature="(m,n),(k)->(m,n)")(a, taus)
    m, n = a.shape
    count = taus.shape[0]
    if n > m or count > n:
        raise ValueError(f"householder_product() needs no more columns than rows, and reflections than columns: {a.shape}, {taus.shape}")
    vectors = jnp.tril(a[:, :count], -1) + jnp.eye(m, count, dtype=a.dtype)
    reflect = lambda q, v_tau: (_reflected(q, v_tau[0], v_tau[1]), None)
    return lax.scan(reflect, jnp.eye(m, n, dtype=a.dtype), (vectors.T, taus), reverse=True)[0]


def _reflected(c, v, tau):
    return c - tau * jnp.outer(v, jnp.matmul(jnp.conj(v), c, precision="highest"))


def ormqr(a, taus, c, *, left=True, transpose=False):
    """The product of a matrix and the reflections that a factorisation has left."""
    a, taus, c = jnp.asarray(a), jnp.asarray(taus), jnp.asarray(c)
    if a.ndim > 2:
        one = lambda a, taus, c: ormqr(a, taus, c, left=left, transpose=transpose)
        return jnp.vectorize(one, signature="(m,n),(k),(p,q)->(p,q)")(a, taus, c)
    m, count = a.shape[0], taus.shape[0]
    if (c.shape[0] if left else c.shape[1]) != m:
        raise ValueError(f"ormqr() needs {m} {'rows' if left else 'columns'} to multiply, found {c.shape}")
    vectors = jnp.tril(a[:, :count], -1) + jnp.eye(m, count, dtype=a.dtype)
    if not left:
        # C Q is the adjoint of the product of the adjoints.
        return jnp.conj(ormqr(a, taus, jnp.conj(c.T), left=True, transpose=not transpose).T)
    taus = jnp.conj(taus) if transpose else taus
    reflect = lambda c, v_tau: (_reflected(c, v_tau[0], v_tau[1]), None)
    return lax.scan(reflect, c, (vectors.T, taus), reverse=not transpose)[0]


def lu_pivots_to_permutation(pivots, permutation_size):
    """The order of rows that a list of exchanges makes."""
    pivots = jnp.asarray(pivots)
    if pivots.ndim > 1:
        return jnp.vectorize(lambda p: lu_pivots_to_permutation(p, permutation_size), signature="(k)->(n)")(pivots)

    def exchange(i, order):
        j = pivots[i]
        x, y = order[i], order[j]
        return order.at[i].set(y).at[j].set(x)

    return lax.fori_loop(0, pivots.shape[0], exchange, jnp.arange(permutation_size, dtype=jnp.int32))


def symmetric_product(a_matrix, c_matrix, *, alpha=1.0, beta=0.0, symmetrize_output=False):
    """alpha A Aᵀ + beta C."""
    return alpha * jnp.matmul(a_matrix, jnp.swapaxes(a_matrix, -1, -2), precision="highest") + beta * c_matrix


def tridiagonal_solve(dl, d, du, b, *, perturb_singular=False):
    """The solution of a system with three diagonals, by elimination with exchange of neighbouring rows."""
    dl, d, du, b = jnp.asarray(dl), jnp.asarray(d), jnp.asarray(du), jnp.asarray(b)
    if not (dl.shape == d.shape == du.shape == b.shape[:-1]):
        raise ValueError(f"tridiagonal_solve() needs diagonals of one length and as many rows: {dl.shape}, {d.shape}, {du.shape}, {b.shape}")
    if perturb_singular:
        raise NotImplementedError("tridiagonal_solve() with perturb_singular")
    if d.ndim > 1:
        return jnp.vectorize(tridiagonal_solve, signature="(n),(n),(n),(n,k)->(n,k)")(dl, d, du, b)
    nothing = jnp.zeros((), d.dtype)

    def eliminate(row, following):
        # What is left of a row: its diagonal, the next two places, and its right-hand side.
        x, y, _, rhs = row
        below, diagonal, above, next_rhs = following
        swap = jnp.abs(x) < jnp.abs(below)
        upper = (jnp.where(swap, below, x), jnp.where(swap, diagonal, y), jnp.where(swap, above, 0), jnp.where(swap, next_rhs, rhs))
        lower = (jnp.where(swap, x, below), jnp.where(swap, y, diagonal), jnp.where(swap, 0, above), jnp.where(swap, rhs, next_rhs))
        factor = lower[0] / upper[0]
        rest = (lower[1] - factor * upper[1], lower[2] - factor * upper[2], nothing, lower[3] - factor * upper[3])
        return rest, upper

    above = du.at[-1].set(0)
    last, rows = lax.scan(eliminate, (d[0], above[0], nothing, b[0]), (dl[1:], d[1:], above[1:], b[1:]))

    def substitute(known, row):
        first, second = known
        x = (row[3] - row[1] * first - row[2] * second) / row[0]
        return (x, first), x

    end = last[3] / last[0]
    start = (end, jnp.zeros_like(end))
    return jnp.concatenate([lax.scan(substitute, start, rows, reverse=True)[1], end[None]])
