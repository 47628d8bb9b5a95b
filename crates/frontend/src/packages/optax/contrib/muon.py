# Muon: orthogonal updates of matrices, and Adam for the rest.

_NS_COEFFS = {
    "standard": (3.4445, -4.775, 2.0315),
    "dion": (
        (4.0848, -6.8946, 2.9270),
        (3.9505, -6.3029, 2.6377),
        (3.7418, -5.5913, 2.3037),
        (2.8769, -3.1427, 1.2046),
        (2.8366, -3.0525, 1.2012),
    ),
}


def _is_numbers(x):
    return isinstance(x, MuonDimensionNumbers)


def _matrix_axes(x, numbers):
    return [tuple(a % x.ndim for a in ((axes,) if isinstance(axes, int) else axes)) for axes in numbers]


def _step_of(first, coeffs, preconditioning, x):
    a = x @ x.T
    if first and preconditioning == "aol":
        s = jnp.expand_dims(jax.lax.rsqrt(jnp.clip(jnp.abs(a).sum(axis=-1), min=1e-8)), -1)
        x, a = x * s, a * s * s.T
    elif first and preconditioning == "schatten":
        s = jax.lax.rsqrt(jnp.clip(jnp.linalg.norm(a, ord="fro"), min=1e-8))
        x, a = x * s, a * s**2
    return coeffs[0] * x + (coeffs[1] * a + coeffs[2] * a @ a) @ x


def _orthogonal(x, coeffs, steps, preconditioning, eps):
    """The nearest matrix with orthogonal rows, by Newton-Schulz steps."""
    turned = x.shape[0] > x.shape[1]
    x = x.T if turned else x
    if preconditioning in ("frobenius", "spectral"):
        x = x / (jnp.linalg.norm(x, ord="fro" if preconditioning == "frobenius" else 2) + eps)
    elif preconditioning not in ("aol", "schatten"):
        raise ValueError(f"Unknown preconditioning {preconditioning}")
    coeffs = coeffs.astype(x.dtype)
    rows = [coeffs] * steps if coeffs.ndim == 1 else [coeffs[i] for i in range(coeffs.shape[0])]
    for i, row in enumerate(rows):
        x = _step_of(i == 0, row, preconditioning, x)
    return x.T if turned else x


def _as_matrices(f, x, numbers):
    """The function of a matrix on an array whose axes are those of rows, of columns, and of a batch."""
    rows, columns = _matrix_axes(x, numbers)
    if set(rows) & set(columns):
        raise ValueError(f"Normalized reduction axes and output axes must be disjoint, got {rows} and {columns}.")
    batch = tuple(i for i in range(x.ndim) if i not in rows + columns)
    order = batch + rows + columns
    moved = x.transpose(order)
    size = lambda axes: math.prod(x.shape[a] for a in axes)
    y = jax.vmap(f)(moved.reshape((size(batch), size(rows), size(columns)))).reshape(moved.shape)
    return y.transpose(tuple(sorted(range(x.ndim), key=lambda i: order[i])))


def scale_by_muon(
    ns_coeffs=_NS_COEFFS["standard"], ns_steps=5, beta=0.95, eps=1e-8, mu_dtype=None, *, nesterov=True,
    adaptive=False, preconditioning="frobenius", weight_dimension_numbers=None,
):
    def init(params):
        coeffs = jnp.asarray(ns_coeffs)
        if coeffs.ndim > 2 or coeffs.shape[-1] != 3:
            raise ValueError(f"ns_coeffs must have shape (3,) or (n, 3), got {coeffs.shape}")
        if coeffs.ndim == 2:
            if coeffs.shape[0] > ns_steps:
                raise ValueError(f"Not enough coeffs to perform {ns_steps} steps")
            coeffs = coeffs[-ns_steps:]
        return MuonState(_zero(), optax.tree.zeros_like(params, mu_dtype), coeffs)

    def update(updates, state, params=None, **extra):
        numbers = _at(weight_dimension_numbers, updates)
        numbers = _map(lambda _: MuonDimensionNumbers(), updates) if numbers is None else numbers
        mu, count = optax.tree.update_moment(updates, state.mu, beta, 1), safe_increment(state.count)
        if nesterov:
            ahead = optax.tree.bias_correction(mu, beta, safe_increment(count))
            now = optax.tree.bias_correction(updates, beta, count)
            wanted = _map(lambda m, g: beta * m + (1 - beta) * g, ahead, now)
        else:
            wanted = optax.tree.bias_correction(mu, beta, count)
        one = lambda x: _orthogonal(x, state.ns_coeffs, ns_steps, preconditioning, eps)
        result = _map(lambda x, n: _as_matrices(one, x, n), wanted, numbers, is_leaf=_is_numbers)
        if adaptive:
            result = _map(lambda x, y: jnp.sum(x.conj() * y) * y, wanted, result)
        mu = mu if mu_dtype is None else optax.tree.cast(mu, mu_dtype)
        return result, MuonState(count, mu, state.ns_coeffs)

    return GradientTransformation(init, update)


def _scale_by_shape(numbers, consistent_rms):
    def scaled(update, numbers):
        rows, columns = [math.prod(update.shape[a] for a in axes) for axes in _matrix_axes(update, numbers)]
        if consistent_rms is not None:
            return jnp.sqrt(jnp.maximum(rows, columns)) * consistent_rms * update
        return jnp.sqrt(jnp.maximum(1, columns / rows)) * update

    def update(updates, state, params=None, **extra):
        return _map(scaled, updates, _at(numbers, updates), is_leaf=_is_numbers), state

    return GradientTransformation(lambda params: optax.EmptyState(), update)


def muon(
    learning_rate, ns_coeffs=_NS_COEFFS["standard"], ns_steps=5, beta=0.95, eps=1e-8, weight_decay=0.0,
    weight_decay_mask=None, mu_dtype=None, *, nesterov=True, adaptive=False, preconditioning="frobenius",
    adam_b1=0.9, adam_b2=0.999, adam_eps_root=0.0, adam_weight_decay=0.0, adam_learning_rate=None,
    muon_weight_dimension_numbers=None, consistent_rms=None,
):
    if isinstance(ns_coeffs, str):
        if ns_coeffs not in _NS_COEFFS:
            raise ValueError(f"Unknown ns_coeff preset string: {ns_coeffs}")
        ns_coeffs = _NS_COEFFS[ns_coeffs]
    given = muon_weight_dimension_numbers

    def numbers_of(params):
        """The dimension numbers of each parameter that is a matrix, and None of the others."""
        if given is None:
            return [MuonDimensionNumbers() if x.ndim == 2 else None for x in jax.tree.leaves(params)]
        stops = lambda x: x is None or _is_numbers(x)
        spread = _map(lambda n, part: [n] * len(jax.tree.leaves(part)), _at(given, params), params, is_leaf=stops)
        return jax.tree.leaves(spread, is_leaf=stops)

    def labels(params):
        names = ["adam" if n is None else "muon" for n in numbers_of(params)]
        return jax.tree.unflatten(jax.tree.structure(params), names)

    def of_matrices(params):
        # Parameters of Adam are hidden here: what is left are matrices.
        return jax.tree.unflatten(jax.tree.structure(params), [n for n in numbers_of(params) if n is not None])

    matrices = optax.chain(
        scale_by_muon(
            ns_coeffs, ns_steps, beta, eps, mu_dtype, nesterov=nesterov, adaptive=adaptive,
            preconditioning=preconditioning, weight_dimension_numbers=of_matrices,
        ),
        _scale_by_shape(of_matrices, consistent_rms),
        optax.add_decayed_weights(weight_decay, weight_decay_mask),
        optax.scale_by_learning_rate(learning_rate),
    )
    others = optax.adamw(
        learning_rate if adam_learning_rate is None else adam_learning_rate, b1=adam_b1, b2=adam_b2, eps=eps,
        eps_root=adam_eps_root, weight_decay=adam_weight_decay, mu_dtype=mu_dtype, nesterov=nesterov,
    )
    return optax.partition({"muon": matrices, "adam": others}, labels)
