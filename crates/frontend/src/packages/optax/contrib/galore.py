# GaLore: an optimizer that sees gradients of matrices in a space of few dimensions.


def _is_galore_leaf(x):
    return x is None or isinstance(x, GaLoreDimensionNumbers)


def _as_matrix(x, numbers):
    """The array as a matrix, and how a matrix of that shape becomes such an array."""
    if x.ndim < 2:
        raise ValueError(f"GaLore requires tensors with rank >= 2, got shape {x.shape}")
    rows, columns = _matrix_axes(x, numbers)
    if set(rows) & set(columns):
        raise ValueError(f"Reduction axes {rows} and output axes {columns} must be disjoint.")
    if len(rows + columns) != x.ndim:
        raise ValueError(f"All axes must be specified. Got reduction={rows}, output={columns} for shape {x.shape}")
    order = rows + columns
    back = tuple(sorted(range(x.ndim), key=lambda i: order[i]))
    height = math.prod(x.shape[axis] for axis in rows)
    moved = x.transpose(order)
    return moved.reshape(height, -1), lambda y: y.reshape(moved.shape).transpose(back)


def scale_by_galore(
    rank=128, update_proj_gap=200, scale=1.0, base_optimizer=None, weight_dimension_numbers=None
):
    optimizer = optax.scale_by_adam() if base_optimizer is None else base_optimizer
    if not isinstance(rank, int):
        raise TypeError(f"`rank` must be an int, got {type(rank)}")
    if rank <= 0:
        raise ValueError(f"`rank` must be positive, got {rank}")
    given = weight_dimension_numbers

    def numbers_of(params):
        if given is None:
            return _map(lambda p: GaLoreDimensionNumbers() if p.ndim == 2 else None, params)
        if isinstance(given, GaLoreDimensionNumbers):
            return _map(lambda p: given if p.ndim >= 2 else None, params)
        return _at(given, params)

    def pairs_of(f, tree, *rest):
        """The two results of `f` on each parameter, with its dimension numbers, as two trees."""
        leaves, structure = jax.tree.flatten(tree)
        numbers = jax.tree.leaves(numbers_of(tree), is_leaf=_is_galore_leaf)
        others = [jax.tree.leaves(other) for other in rest]
        pairs = [f(*parts) for parts in zip(leaves, *others, numbers)]
        return [jax.tree.unflatten(structure, [pair[i] for pair in pairs]) for i in range(2)]

    def init(params):
        def start(p, numbers):
            if numbers is None:
                return jnp.zeros((0, 0), p.dtype), jnp.zeros_like(p)
            height, width = _as_matrix(p, numbers)[0].shape
            low = min(rank, height, width)
            shapes = [(height, low), (low, width)] if height >= width else [(width, low), (height, low)]
            return [jnp.zeros(shape, p.dtype) for shape in shapes]

        projector, small = pairs_of(start, params)
        return GaLoreState(_zero(), optimizer.init(small), projector)

    def update(updates, state, params=None, **extra):
        now = state.count % update_proj_gap == 0

        def project(g, projector, numbers):
            if numbers is None:
                return g, projector
            matrix, _ = _as_matrix(g, numbers)
            tall, low = matrix.shape[0] >= matrix.shape[1], projector.shape[1]

            def found():
                u, _, vh = jnp.linalg.svd(matrix.astype(jnp.float32), full_matrices=False)
                return (u[:, :low] if tall else vh[:low, :].T).astype(g.dtype)

            projector = jax.lax.cond(now, found, lambda: projector)
            return projector.T @ matrix if tall else matrix @ projector, projector

        def restore(g, small, projector, numbers):
            if numbers is None:
                return small, None
            matrix, back = _as_matrix(g, numbers)
            tall = matrix.shape[0] >= matrix.shape[1]
            return (scale * back(projector @ small if tall else small @ projector.T)).astype(g.dtype), None

        small, projector = pairs_of(project, updates, state.projector)
        small, inner = optimizer.update(small, state.base_optimizer_state, None)
        result, _ = pairs_of(restore, updates, small, projector)
        return result, GaLoreState(safe_increment(state.count), inner, projector)

    return GradientTransformation(init, update)


def galore(
    learning_rate, rank=128, update_proj_gap=200, scale=1.0, base_optimizer=None, weight_decay=0.0, mask=None,
    weight_dimension_numbers=None,
):
    return optax.chain(
        scale_by_galore(rank, update_proj_gap, scale, base_optimizer, weight_dimension_numbers),
        _decayed(weight_decay, mask),
        optax.scale_by_learning_rate(learning_rate),
    )
