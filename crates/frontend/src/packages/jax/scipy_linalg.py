# jax.scipy.linalg: factorisations used, functions of matrices, and matrices of a given form.
import math

import jax
import jax.numpy as jnp
from jax import lax
from jax.scipy.linalg import cho_factor, cho_solve


def _float(x):
    x = jnp.asarray(x)
    return x if jnp.issubdtype(x.dtype, jnp.inexact) else x.astype(jnp.result_type(x, jnp.float32))


def _product(x, y):
    return jnp.matmul(x, y, precision="highest")


def _square(name, a):
    if a.ndim < 2 or a.shape[-1] != a.shape[-2]:
        raise ValueError(f"{name} needs square matrices, found the shape {a.shape}")


def solve(a, b, lower=False, overwrite_a=False, overwrite_b=False, debug=False, check_finite=True, assume_a="gen"):
    """The solution of a system of equations."""
    if assume_a not in ("gen", "sym", "her", "pos"):
        raise ValueError(f"'assume_a' of solve() is 'gen', 'sym', 'her' or 'pos', found {assume_a!r}")
    if assume_a != "pos":
        return jnp.linalg.solve(a, b)
    a, b = jnp.asarray(a), jnp.asarray(b)
    dtype = jnp.result_type(_float(a), _float(b))
    a, b = a.astype(dtype), b.astype(dtype)
    _square("solve()", a)
    # Values look at one triangle, derivatives at the whole matrix, which they take for symmetric.
    factors = cho_factor(lax.stop_gradient(a), lower=lower)

    def of_vector(b):
        matvec = lambda x: (a @ x[..., None])[..., 0]
        return lax.custom_linear_solve(matvec, b, solve=lambda _, x: cho_solve(factors, x), symmetric=True)

    if a.ndim == b.ndim + 1:
        return of_vector(b)
    return jax.vmap(of_vector, b.ndim - 1, max(a.ndim, b.ndim) - 1)(b)


def toeplitz(c, r=None):
    """A matrix that is constant along diagonals."""
    c = jnp.atleast_1d(jnp.asarray(c))
    r = jnp.conj(c) if r is None else jnp.atleast_1d(jnp.asarray(r))

    def of_vectors(c, r):
        if not c.size or not r.size:
            return jnp.empty((c.size, r.size), jnp.result_type(c, r))
        # The column from its end, then the row after its first element: each row is a window of that.
        line = jnp.concatenate([c[::-1], r[1:]])[None, :, None]
        windows = lax.conv_general_dilated_patches(
            line, (r.size,), (1,), "VALID", dimension_numbers=("NTC", "IOT", "NTC"), precision="highest"
        )
        return windows[0, ::-1]

    return jnp.vectorize(of_vectors, signature="(m),(n)->(m,n)")(c, r)


def lu(a, permute_l=False, overwrite_a=False, check_finite=True):
    """The factors P, L and U of a matrix, or P L and U."""
    factors, _, order = lax.linalg.lu(_float(a))
    m, n = factors.shape
    k = min(m, n)
    p = (order[None, :] == jnp.arange(m, dtype=order.dtype)[:, None]).astype(jnp.real(factors).dtype)
    l = jnp.tril(factors, -1)[:, :k] + jnp.eye(m, k, dtype=factors.dtype)
    u = jnp.triu(factors)[:k, :]
    return (_product(p.astype(l.dtype), l), u) if permute_l else (p, l, u)


def lu_solve(lu_and_piv, b, trans=0, overwrite_b=False, check_finite=True):
    """The solution of a system whose matrix lu_factor has factored."""
    factors, pivots = lu_and_piv
    factors, b = jnp.asarray(factors), _float(b)
    dtype = jnp.result_type(factors, b)
    order = lax.linalg.lu_pivots_to_permutation(pivots, factors.shape[-1])

    def solve(factors, order, b):
        if trans == 0:
            y = lax.linalg.triangular_solve(factors, b[order], left_side=True, lower=True, unit_diagonal=True)
            return lax.linalg.triangular_solve(factors, y, left_side=True, lower=False)
        if trans not in (1, 2):
            raise ValueError(f"'trans' of lu_solve() is 0, 1 or 2, found {trans}")
        how = {"left_side": True, "transpose_a": True, "conjugate_a": trans == 2}
        y = lax.linalg.triangular_solve(factors, b, lower=False, **how)
        y = lax.linalg.triangular_solve(factors, y, lower=True, unit_diagonal=True, **how)
        return y[jnp.argsort(order)]

    columns = b.ndim > 1 and not (factors.ndim == b.ndim + 1 and factors.shape[-1] == b.shape[-1])
    b = b.astype(dtype) if columns else b.astype(dtype)[..., None]
    x = jnp.vectorize(solve, signature="(n,n),(n),(n,k)->(n,k)")(factors.astype(dtype), order, b)
    return x if columns else x[..., 0]


def qr_multiply(a, c, mode="right", pivoting=False, conjugate=False, overwrite_a=False, overwrite_c=False):
    """The product of the orthonormal factor of a matrix and another matrix, and the triangular factor."""
    if pivoting:
        raise NotImplementedError("qr_multiply() with pivoting: StableHLO has no pivoted factorisation")
    if mode not in ("right", "left"):
        raise ValueError(f"'mode' of qr_multiply() is 'right' or 'left', found {mode!r}")
    a, c = _float(a), _float(c)
    dtype = jnp.result_type(a, c)
    a, c = a.astype(dtype), c.astype(dtype)
    line = c.ndim == 1
    if line:
        c = c[:, None] if mode == "left" else c[None, :]
    q, r = jnp.linalg.qr(a)
    q = jnp.conj(q) if conjugate else q
    result = _product(q, c) if mode == "left" else _product(c, q)
    return (result.ravel() if line else result), r


def _pade(a, degree):
    """Numerator and denominator of the approximant of the exponential function, of equal degrees."""
    weights = [1.0]
    for j in range(degree - 1, -1, -1):
        weights.insert(0, weights[0] * ((2 * degree - j) * (j + 1)) / (degree - j))
    square = _product(a, a)
    power = jnp.eye(a.shape[-1], dtype=a.dtype)
    even, odd = weights[0] * power, weights[1] * power
    for j in range(2, degree + 1, 2):
        power = _product(power, square) if j > 2 else square
        even = even + weights[j] * power if j <= degree else even
        odd = odd + weights[j + 1] * power
    odd = _product(a, odd)
    return even + odd, even - odd


def expm(A, *, upper_triangular=False, max_squarings=16):
    """The exponential of a matrix."""
    A = _float(A)
    _square("expm()", A)
    if A.ndim > 2:
        one = lambda a: expm(a, upper_triangular=upper_triangular, max_squarings=max_squarings)
        return jnp.vectorize(one, signature="(n,n)->(n,n)")(A)
    if A.dtype in (jnp.float32, jnp.complex64):
        greatest, bounds, degrees = 3.925724783138660, [4.258730016922831e-1, 1.880152677804762], [3, 5, 7]
    elif A.dtype in (jnp.float64, jnp.complex128):
        greatest, degrees = 5.371920351148152, [3, 5, 7, 9, 13]
        bounds = [1.495585217958292e-2, 2.539398330063230e-1, 9.504178996162932e-1, 2.097847961257068]
    else:
        raise TypeError(f"expm() is for single and double precision, found {A.dtype}")
    norm = jnp.linalg.norm(A, 1)
    halvings = jnp.maximum(0, jnp.floor(jnp.log2(norm / greatest)))
    scaled = A / 2 ** halvings.astype(A.dtype)
    which = jnp.digitize(norm, jnp.array(bounds, dtype=norm.dtype))
    above, below = lax.switch(which, [lambda a, degree=degree: _pade(a, degree) for degree in degrees], scaled)

    def squared():
        quotient = jax.scipy.linalg.solve_triangular(below, above) if upper_triangular else jnp.linalg.solve(below, above)
        step = lambda r, i: (lax.cond(i < halvings, lambda x: _product(x, x), lambda x: x, r), None)
        return lax.scan(step, quotient, jnp.arange(max_squarings, dtype=halvings.dtype))[0]

    return lax.cond(halvings > max_squarings, lambda: jnp.full_like(A, jnp.nan), squared)


def expm_frechet(A, E, *, method=None, compute_expm=True):
    """The exponential of a matrix, and its derivative in a direction."""
    A, E = jnp.asarray(A), jnp.asarray(E)
    _square("expm_frechet()", A)
    if A.shape != E.shape:
        raise ValueError(f"expm_frechet() needs two matrices of one shape, found {A.shape} and {E.shape}")
    value, derivative = jax.jvp(expm, (A,), (E,))
    return (value, derivative) if compute_expm else derivative


def polar(a, side="right", *, method="qdwh", eps=None, max_iterations=None):
    """The unitary and the positive factor of a matrix."""
    if side not in ("right", "left"):
        raise ValueError(f"'side' of polar() is 'right' or 'left', found {side!r}")
    u, s, vh = jnp.linalg.svd(_float(a), full_matrices=False)
    unitary = _product(u, vh)
    adjoint = lambda x: jnp.conj(jnp.swapaxes(x, -1, -2))
    vectors = adjoint(vh) if side == "right" else u
    return unitary, _product(vectors * s[..., None, :].astype(u.dtype), adjoint(vectors))


def eigh_tridiagonal(d, e, *, eigvals_only=False, select="a", select_range=None, tol=None, key=None):
    """Eigenvalues of a symmetric tridiagonal matrix, by bisection."""
    if not eigvals_only:
        raise NotImplementedError("eigh_tridiagonal() gives eigenvalues: for vectors, use jnp.linalg.eigh of the whole matrix")
    diagonal, off = jnp.real(jnp.asarray(d)), jnp.abs(jnp.asarray(e))
    n = diagonal.shape[0]
    if select == "a":
        wanted = jnp.arange(n, dtype=jnp.int32)
    elif select == "i" and select_range is not None:
        wanted = jnp.arange(select_range[0], select_range[1] + 1, dtype=jnp.int32)
    else:
        raise ValueError("'select' of eigh_tridiagonal() is 'a', or 'i' with a select_range")
    if n <= 1:
        return diagonal
    info = jnp.finfo(diagonal.dtype)
    radius = jnp.concatenate([off[:1], off[:-1] + off[1:], off[-1:]])
    least, greatest = jnp.min(diagonal - radius), jnp.max(diagonal + radius)
    norm = jnp.maximum(jnp.abs(least), jnp.abs(greatest))
    pivot = float(info.tiny) * (1 + float(info.eps)) * jnp.maximum(1, jnp.max(off**2))
    close = float(info.eps) * norm if tol is None else jnp.maximum(tol, float(info.eps) * norm)
    slack = n * 2.1 * float(info.eps) * norm
    low = jnp.broadcast_to(least - slack - 4.2 * pivot, wanted.shape)
    high = jnp.broadcast_to(greatest + slack + 2.1 * pivot, wanted.shape)
    squares = jnp.concatenate([jnp.zeros(1, off.dtype), off**2])

    def below(x):
        """How many eigenvalues are less than each x: the negative pivots of the shifted matrix."""

        def step(carry, row):
            q, count = carry
            q = row[0] - row[1] / q - x
            count = jnp.where(q <= pivot, count + 1, count)
            return (jnp.where(q <= pivot, jnp.minimum(q, -pivot), q), count), None

        first = diagonal[0] - x
        start = (
            jnp.where(first == 0, jnp.square(float(info.eps) * off[0]), first),
            (first < 0).astype(jnp.int32),
        )
        return lax.scan(step, start, (diagonal[1:], squares[1:]))[0][1]

    def halve(state):
        i, low, middle, high = state
        counts = below(middle)
        low = jnp.where(counts <= wanted, middle, low)
        high = jnp.where(counts > wanted, middle, high)
        return i + 1, low, 0.5 * (low + high), high

    going = lambda state: (state[0] < info.nmant + 1) & (jnp.max(state[3] - state[1]) > close)
    return lax.while_loop(going, halve, (0, low, 0.5 * (low + high), high))[2]


def hankel(c, r=None):
    """A matrix that is constant along the other diagonals."""
    c = jnp.asarray(c)
    r = jnp.zeros_like(c) if r is None else jnp.asarray(r)
    if c.ndim == 0 or r.ndim == 0:
        raise ValueError("hankel() needs arrays of at least one dimension")
    batch = jnp.broadcast_shapes(c.shape[:-1], r.shape[:-1])
    n, m = c.shape[-1], r.shape[-1]
    line = jnp.concatenate([jnp.broadcast_to(c, batch + (n,)), jnp.broadcast_to(r, batch + (m,))[..., 1:]], axis=-1)
    return line[..., jnp.arange(n)[:, None] + jnp.arange(m)[None, :]]


def circulant(c):
    """A matrix whose columns are the first one, moved round."""
    c = jnp.atleast_1d(jnp.asarray(c))
    n = c.shape[-1]
    return c[..., (jnp.arange(n)[:, None] - jnp.arange(n)[None, :]) % n]


def leslie(f, s):
    """The matrix of a population's growth by age."""
    f, s = jnp.atleast_1d(f), jnp.atleast_1d(s)
    n = f.shape[-1]
    if n < 2 or s.shape[-1] != n - 1:
        raise ValueError(f"leslie() needs n rates of birth and n - 1 of survival, found {f.shape} and {s.shape}")
    batch = jnp.broadcast_shapes(f.shape[:-1], s.shape[:-1])
    dtype = jnp.result_type(f, s)
    matrix = jnp.zeros(batch + (n, n), dtype).at[..., 0, :].set(f.astype(dtype))
    return matrix.at[..., jnp.arange(1, n), jnp.arange(n - 1)].set(s.astype(dtype))


def companion(a):
    """The matrix whose eigenvalues are the roots of a polynomial."""
    a = jnp.atleast_1d(_float(a))
    n = a.shape[-1] - 1
    if n < 1:
        raise ValueError(f"companion() needs at least two coefficients, found the shape {a.shape}")
    matrix = jnp.broadcast_to(jnp.eye(n, k=-1, dtype=a.dtype), a.shape[:-1] + (n, n))
    return matrix.at[..., 0, :].set(-a[..., 1:] / a[..., :1])


def fiedler(a):
    """The matrix of distances of numbers."""
    a = jnp.atleast_1d(a)
    return jnp.abs(a[..., None] - a[..., None, :])


def fiedler_companion(a):
    """A pentadiagonal matrix whose eigenvalues are the roots of a polynomial."""
    a = jnp.atleast_1d(_float(a))
    if a.ndim > 1:
        return jnp.vectorize(fiedler_companion, signature="(n)->(m,m)")(a)
    if a.size <= 2:
        return -(a[1:] / a[0])[:, None] if a.size == 2 else jnp.zeros((0, 0), a.dtype)
    rest = a / a[0]
    n = a.size - 1
    matrix = jnp.zeros((n, n), a.dtype)
    matrix = matrix.at[jnp.arange(0, n - 1, 2), jnp.arange(1, n, 2)].set(-rest[2 : n + 1 : 2])
    matrix = matrix.at[jnp.arange(0, n - 2, 2), jnp.arange(2, n, 2)].set(1.0)
    matrix = matrix.at[jnp.arange(3, n, 2), jnp.arange(1, n - 2, 2)].set(1.0)
    if n > 2:
        matrix = matrix.at[jnp.arange(2, n, 2), jnp.arange(1, n - 1, 2)].set(-rest[3 : n + 1 : 2])
    return matrix.at[0, 0].set(-rest[1]).at[1, 0].set(1.0)


def convolution_matrix(a, n, mode="full"):
    """The matrix whose product with a sequence is its convolution."""
    a = jnp.asarray(a)
    if n <= 0 or a.ndim == 0 or a.shape[-1] == 0:
        raise ValueError(f"convolution_matrix() needs a sequence and a positive length, found {a.shape} and {n}")
    m = a.shape[-1]
    cut = min(n, m) - 1
    starts = {"full": 0, "same": cut // 2, "valid": cut}
    sizes = {"full": m + n - 1, "same": max(m, n), "valid": abs(m - n) + 1}
    if mode not in starts:
        raise ValueError(f"'mode' of convolution_matrix() is 'full', 'valid' or 'same', found {mode!r}")
    place = jnp.arange(sizes[mode])[:, None] + starts[mode] - jnp.arange(n)[None, :]
    return jnp.where((place >= 0) & (place < m), a[..., jnp.clip(place, 0, m - 1)], jnp.zeros((), a.dtype))


def hilbert(n):
    """The matrix of 1 / (i + j + 1)."""
    i = jnp.arange(n, dtype=float)
    return 1 / (i[:, None] + i + 1)


def invhilbert(n):
    """The inverse of the matrix of 1 / (i + j + 1)."""
    i = jnp.arange(n, dtype=float)[:, None]
    j = i.T
    comb = jax.scipy.special.comb
    return (-1.0) ** (i + j) * (i + j + 1.0) * comb(n + i, n - j - 1) * comb(n + j, n - i - 1) * comb(i + j, i) ** 2


def _pascal(name, n, kind, sign):
    i = jnp.arange(n, dtype=float)[:, None]
    lower = (sign ** (i - i.T) if sign < 0 else 1.0) * _binomial(i, i.T)
    if kind == "lower":
        return lower
    if kind == "upper":
        return lower.T
    if kind not in (None, "symmetric"):
        raise ValueError(f"'kind' of {name}() is 'symmetric', 'lower' or 'upper', found {kind!r}")
    return jnp.dot(lower.T, lower) if sign < 0 else jnp.dot(lower, lower.T)


def _binomial(n, k):
    lgamma = jax.scipy.special.gammaln
    return jnp.where(k <= n, jnp.exp(lgamma(n + 1.0) - lgamma(k + 1.0) - lgamma(jnp.maximum(n - k, 0) + 1.0)), 0.0)


def pascal(n, kind=None):
    """The matrix of binomial coefficients."""
    return _pascal("pascal", n, kind, 1.0)


def invpascal(n, kind=None):
    """The inverse of the matrix of binomial coefficients."""
    return _pascal("invpascal", n, kind, -1.0)


def helmert(n, full=False):
    """Rows that compare each element with the mean of those before it."""
    if n < 1:
        raise ValueError(f"helmert() needs a positive number of elements, found {n}")
    k = jnp.arange(1, n, dtype=float)[:, None]
    j = jnp.arange(n)[None, :]
    norm = jnp.sqrt(k * (k + 1))
    rows = jnp.where(j < k, 1.0 / norm, jnp.where(j == k, -k / norm, 0.0))
    return jnp.concatenate([jnp.full((1, n), 1.0 / jnp.sqrt(n), rows.dtype), rows]) if full else rows


def hadamard(n, dtype=int):
    """An orthogonal matrix of 1 and -1."""
    if n < 1 or n & (n - 1) != 0:
        raise ValueError(f"hadamard() needs a power of 2, found {n}")
    matrix = jnp.ones((1, 1), dtype=dtype)
    while matrix.shape[0] < n:
        matrix = jnp.block([[matrix, matrix], [matrix, -matrix]])
    return matrix


def dft(n, scale=None, *, dtype=None):
    """The matrix of the discrete Fourier transform."""
    if scale not in (None, "sqrtn", "n"):
        raise ValueError(f"'scale' of dft() is None, 'sqrtn' or 'n', found {scale!r}")
    i = jnp.arange(n, dtype=jnp.complex64 if dtype is None else dtype)
    matrix = jnp.exp(-2j * math.pi * i[:, None] * i[None, :] / n)
    return matrix / (jnp.sqrt(n) if scale == "sqrtn" else n) if scale else matrix
