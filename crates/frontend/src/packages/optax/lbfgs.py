# The limited-memory BFGS method: the inverse Hessian as products with the last few steps.

ScaleByLBFGSState = namedtuple(
    "ScaleByLBFGSState",
    ["count", "params", "updates", "diff_params_memory", "diff_updates_memory", "weights_memory"],
)


def scale_by_lbfgs(memory_size=10, scale_init_precond=True):
    if memory_size < 1:
        raise ValueError("memory_size must be >= 1")

    def init(params):
        memory = _map(lambda p: jnp.zeros((memory_size,) + p.shape, dtype=p.dtype), params)
        zeros = tree_zeros_like(params)
        return ScaleByLBFGSState(_zero(), zeros, zeros, memory, memory, jnp.zeros(memory_size))

    def dot(x, y):
        return tree_real(tree_vdot(x, y))

    def update(updates, state, params, **extra):
        steps, changes = tree_sub(params, state.params), tree_sub(updates, state.updates)
        product = dot(changes, steps)
        weight = jnp.where(product == 0.0, 0.0, 1.0 / product)
        later = state.count > 0
        steps, changes, weight = _map(lambda x: jnp.where(later, x, jnp.zeros_like(x)), (steps, changes, weight))
        place = (state.count - 1) % memory_size
        memory = (state.diff_params_memory, state.diff_updates_memory, state.weights_memory)
        memory = _map(lambda old, new: old.at[place].set(new), memory, (steps, changes, weight))
        factor = 1.0
        if scale_init_precond:
            size = tree_norm(changes, squared=True)
            known = jnp.where(size > 0.0, dot(changes, steps) / size, 1.0)
            factor = jnp.where(later, known, jnp.minimum(1.0, 1.0 / tree_norm(jax.lax.stop_gradient(updates))))

        def right(vector, i):
            step, change, weight = _map(lambda x: x[i], memory)
            alpha = weight * dot(step, vector)
            return tree_cast_like(tree_add_scale(vector, -alpha, change), vector), alpha

        def left(vector, pair):
            step, change, weight = _map(lambda x: x[pair[0]], memory)
            beta = weight * dot(change, vector)
            return tree_cast_like(tree_add_scale(vector, pair[1] - beta, step), vector), beta

        order = (state.count % memory_size + jnp.arange(memory_size)) % memory_size
        vector, alphas = jax.lax.scan(right, updates, order, reverse=True)
        vector, _ = jax.lax.scan(left, tree_scale(factor, vector), (order, alphas))
        return vector, ScaleByLBFGSState(safe_increment(state.count), params, updates, *memory)

    return GradientTransformationExtraArgs(init, update)


def lbfgs(
    learning_rate=None, memory_size=10, scale_init_precond=True,
    linesearch=scale_by_zoom_linesearch(max_linesearch_steps=20, initial_guess_strategy="one"),
):
    rate = scale(-1.0) if learning_rate is None else scale_by_learning_rate(learning_rate)
    search = identity() if linesearch is None else linesearch
    return chain(scale_by_lbfgs(memory_size, scale_init_precond), rate, search)
