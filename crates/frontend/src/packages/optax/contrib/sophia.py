# Sophia: momentum divided by a running estimate of the Hessian's diagonal.


def hutchinson_estimator_diag_hessian(random_seed=None):
    """The diagonal of the Hessian of `obj_fn`, from its product with random signs."""

    def init(params):
        return HutchinsonState(jax.random.PRNGKey(0) if random_seed is None else random_seed)

    def update(updates, state, params=None, obj_fn=None, **extra):
        _need(params, "the parameters")
        _need(obj_fn, "the loss as a function of the parameters: update(…, obj_fn=loss)")
        key, own = jax.random.split(state.key)
        signs = optax.tree.random_like(own, params, jax.random.rademacher, dtype=jnp.float32)
        signs = optax.tree.cast(signs, _dtype_of(params))
        product = jax.jvp(jax.grad(obj_fn), (params,), (signs,))[1]
        return _map(lambda h, r: h * r, product, signs), HutchinsonState(key)

    return GradientTransformation(init, update)


def scale_by_sophia(
    b1=0.965, b2=0.99, eps=1e-8, gamma=0.01, clip_threshold=1.0, update_interval=10,
    hessian_diagonal_fn=hutchinson_estimator_diag_hessian(), mu_dtype=None, verbose=False,
    print_win_rate_every_n_steps=0,
):
    estimator = optax.with_extra_args_support(hessian_diagonal_fn)

    def init(params):
        zeros = optax.tree.zeros_like
        return SophiaState(_zero(), zeros(params, mu_dtype), zeros(params), estimator.init(params))

    def update(updates, state, params=None, **extra):
        _need(params, "the parameters")
        count = safe_increment(state.count)
        mu = optax.tree.update_moment(updates, state.mu, b1, 1)
        rule = lambda m, h: m / jnp.maximum(gamma * h, eps)
        result = _map(rule, optax.tree.bias_correction(mu, b1, count), state.nu)
        if clip_threshold is not None:
            result = optax.tree.clip(result, -clip_threshold, clip_threshold)

        def estimated():
            diagonal, inner = estimator.update(updates, state.hessian_fn_state, params=params, **extra)
            return inner, optax.tree.update_moment(diagonal, state.nu, b2, 1)

        now = state.count % update_interval == 0
        inner, nu = jax.lax.cond(now, estimated, lambda: (state.hessian_fn_state, state.nu))
        return result, SophiaState(count, optax.tree.cast(mu, mu_dtype), nu, inner)

    return GradientTransformation(init, update)


def sophia(
    learning_rate, b1=0.965, b2=0.99, eps=1e-8, weight_decay=1e-4, weight_decay_mask=None, gamma=0.01,
    clip_threshold=1.0, update_interval=10, hessian_diagonal_fn=hutchinson_estimator_diag_hessian(), mu_dtype=None,
    verbose=False, print_win_rate_every_n_steps=0,
):
    core = scale_by_sophia(
        b1, b2, eps, gamma, clip_threshold, update_interval, hessian_diagonal_fn, mu_dtype, verbose,
        print_win_rate_every_n_steps,
    )
    return optax.chain(core, _decayed(weight_decay, weight_decay_mask), optax.scale_by_learning_rate(learning_rate))
