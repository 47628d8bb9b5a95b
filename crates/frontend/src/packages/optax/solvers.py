# Linear algebra of trees and matrices.


def _unit(tree):
    return tree_scale(1.0 / tree_norm(tree), tree)


def power_iteration(
    matrix, *, v0=None, num_iters=100, error_tolerance=1e-6, precision=jax.lax.Precision.HIGHEST, key=None
):
    """The largest eigenvalue of a matrix, or of a function that multiplies with it, and its vector."""
    times = matrix if callable(matrix) else lambda v: jnp.matmul(matrix, v, precision=precision)
    if v0 is None:
        if callable(matrix):
            raise ValueError("v0 must be provided when `matrix` is a callable.")
        key = jax.random.PRNGKey(0) if key is None else key
        v0 = jax.random.uniform(key, matrix.shape[-1:], matrix.dtype, -1.0, 1.0)

    def going(state):
        vector, product, value, i = state
        rest = tree_norm(tree_sub(product, tree_scale(value, vector)))
        return ~(jnp.abs(rest / value) < error_tolerance) & (i < num_iters)

    def step(state):
        vector = _unit(state[1])
        product = times(vector)
        return vector, product, tree_vdot(vector, product), state[3] + 1

    v0 = _unit(v0)
    start = (v0, times(v0), jnp.asarray(0.0), jnp.asarray(0))
    _, product, value, _ = jax.lax.while_loop(going, step, start)
    return value, _unit(product)


def matrix_inverse_pth_root(
    matrix, p, num_iters=100, ridge_epsilon=1e-6, error_tolerance=1e-6, precision=jax.lax.Precision.HIGHEST
):
    """The power -1/p of a symmetric matrix by coupled Newton iterations, and the error of the last one."""
    size, alpha = matrix.shape[0], jnp.asarray(-1.0 / p, jnp.float32)
    identity_matrix = jnp.eye(size, dtype=jnp.float32)
    largest, _ = power_iteration(matrix, num_iters=100, error_tolerance=1e-6, precision=precision)
    ridge = ridge_epsilon * jnp.maximum(largest, 1e-16)
    if size == 1:
        return (matrix + ridge) ** alpha, 0
    times = lambda a, b: jnp.matmul(a, b, precision=precision)
    squared = lambda count: lambda m: functools.reduce(lambda m, _: times(m, m), range(count), m)

    def power(m):
        return jax.lax.switch(jnp.asarray(jnp.round(jnp.log2(p)), jnp.int32), [squared(i) for i in range(4)], m)

    def error_of(m):
        return jnp.max(jnp.abs(m - identity_matrix))

    def going(state):
        i, _, _, _, error, converging = state
        return (i < num_iters) & (error > error_tolerance) & converging

    def step(state):
        i, m, root, _, error, _ = state
        part = (1 - alpha) * identity_matrix + alpha * m
        new = times(power(part), m)
        # An error may rise once before it falls.
        return i + 1, new, times(root, part), root, error_of(new), error_of(new) < error * 1.2

    damped = matrix + ridge * identity_matrix
    z = (1 + p) / (2 * jnp.linalg.norm(damped))
    root = identity_matrix * jnp.power(z, 1.0 / p)
    start = (0, damped * z, root, root, error_of(damped * z), True)
    _, m, root, before, _, converged = jax.lax.while_loop(going, step, start)
    return jnp.where(converged, root, before).astype(matrix.dtype), error_of(m)


def nnls(A, b, iters, unroll=1, L=None):
    """The x of no negative number for which |A x - b| is least, by accelerated projected gradients."""
    square, right = A.mT @ A, A.mT @ b
    if L is None:
        columns = jnp.linalg.matrix_norm(square, ord=1) if square.size else 0
        L = jnp.minimum(jnp.linalg.matrix_norm(square, ord="fro"), columns)
    L = jnp.where(L == 0, 1, L)

    def step(state, _):
        x, ahead, c = state
        grown = (1 + jnp.sqrt(1 + 4 * c**2)) / 2
        new = (ahead - (square @ ahead - right) / L).clip(0)
        return (new, new + (c - 1) / grown * (new - x), grown), None

    x = jnp.zeros(A.shape[-1:] + b.shape[1:], b.dtype)
    (x, _, _), _ = jax.lax.scan(step, (x, x, 0.0), length=iters, unroll=unroll)
    return x


class multi_normal:
    """Independent normal distributions of which the logarithms of the deviations are parameters."""

    def __init__(self, loc, log_scale):
        self.mean, self.log_scale = jnp.asarray(loc), jnp.asarray(log_scale)
        self.params = [self.mean, self.log_scale]
        self.shape = jnp.broadcast_shapes(self.mean.shape, self.log_scale.shape)

    def sample(self, shape, key):
        noise = jax.random.normal(key, tuple(shape) + self.shape)
        return noise * jnp.exp(self.log_scale) + self.mean

    def log_prob(self, x):
        each = jax.scipy.stats.norm.logpdf(x, self.mean, jnp.exp(self.log_scale))
        return jnp.sum(each, axis=[-(i + 1) for i in range(len(self.shape))])
