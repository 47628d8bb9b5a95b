# Transformations of transformations.


def with_extra_args_support(tx):
    """The transformation as one whose update ignores the arguments that it does not know."""
    if isinstance(tx, GradientTransformationExtraArgs):
        return tx

    def update(updates, state, params=None, **extra):
        return tx.update(updates, state, params)

    return GradientTransformationExtraArgs(tx.init, update)


def chain(*args):
    args = [with_extra_args_support(tx) for tx in args]

    def init(params):
        return tuple(tx.init(params) for tx in args)

    def update(updates, state, params=None, **extra):
        if len(args) != len(state):
            raise ValueError(f"a chain of {len(args)} transformations got {len(state)} states: call its init first")
        states = []
        for tx, own in zip(args, state):
            updates, own = tx.update(updates, own, params, **extra)
            states.append(own)
        return updates, tuple(states)

    return GradientTransformationExtraArgs(init, update)


def named_chain(*args):
    names = [name for name, _ in args]
    if len(names) != len(set(names)):
        raise ValueError(f"the names of a named_chain must differ, found {names}")
    args = [(name, with_extra_args_support(tx)) for name, tx in args]

    def init(params):
        return {name: tx.init(params) for name, tx in args}

    def update(updates, state, params=None, **extra):
        states = {}
        for name, tx in args:
            updates, states[name] = tx.update(updates, state[name], params, **extra)
        return updates, states

    return GradientTransformationExtraArgs(init, update)


def _mask_of(mask, tree):
    return mask(tree) if callable(mask) else mask


def _is_like(mask, tree):
    return jax.tree.structure(mask) == jax.tree.structure(tree)


def _hide(mask, tree):
    return _map(lambda keep, x: x if keep else MaskedNode(), mask, tree)


def masked(inner, mask, *, mask_compatible_extra_args=False):
    inner = with_extra_args_support(inner)

    def init(params):
        return MaskedState(inner.init(_hide(_mask_of(mask, params), params)))

    def update(updates, state, params=None, **extra):
        shown = _mask_of(mask, updates)
        own = None if params is None else _hide(shown, params)
        if mask_compatible_extra_args:
            extra = {name: _hide(shown, x) if _is_like(shown, x) else x for name, x in extra.items()}
        new, inner_state = inner.update(_hide(shown, updates), state.inner_state, own, **extra)
        return _map(lambda keep, u, old: u if keep else old, shown, new, updates), MaskedState(inner_state)

    return GradientTransformationExtraArgs(init, update)


def partition(transforms, param_labels, *, mask_compatible_extra_args=False):
    def labels_of(tree):
        return param_labels(tree) if callable(param_labels) else param_labels

    def mask_of(labels, group):
        return _map(lambda label: label == group, labels)

    def init(params):
        labels = labels_of(params)
        unknown = set(jax.tree.leaves(labels)) - set(transforms.keys())
        if unknown:
            raise ValueError(f"there are no transformations for the labels {sorted(unknown)}")
        return PartitionState(
            {group: masked(tx, mask_of(labels, group)).init(params) for group, tx in transforms.items()}
        )

    def update(updates, state, params=None, **extra):
        labels, states = labels_of(updates), {}
        for group, tx in transforms.items():
            own = masked(tx, mask_of(labels, group))
            updates, states[group] = own.update(updates, state.inner_states[group], params, **extra)
        return updates, PartitionState(states)

    return GradientTransformationExtraArgs(init, update)


multi_transform = partition


def freeze(mask):
    return masked(set_to_zero(), mask)


def selective_transform(optimizer, *, freeze_mask):
    def labels(params):
        return _map(lambda stop: "freeze" if stop else "train", _mask_of(freeze_mask, params))

    return partition({"train": optimizer, "freeze": set_to_zero()}, labels)


def conditionally_transform(inner, should_transform_fn, forward_extra_args=False):
    inner = with_extra_args_support(inner)

    def init(params):
        return ConditionallyTransformState(inner.init(params), _zero())

    def update(updates, state, params=None, **extra):
        now = should_transform_fn(state.step, **(extra if forward_extra_args else {}))
        new, own = jax.lax.cond(
            now,
            lambda: inner.update(updates, state.inner_state, params, **extra),
            lambda: (updates, state.inner_state),
        )
        return new, ConditionallyTransformState(own, safe_increment(state.step))

    return GradientTransformationExtraArgs(init, update)


def conditionally_mask(inner, should_transform_fn, forward_extra_args=False):
    inner = with_extra_args_support(inner)

    def init(params):
        return ConditionallyMaskState(_zero(), inner.init(params))

    def update(updates, state, params=None, **extra):
        now = should_transform_fn(state.step, **(extra if forward_extra_args else {}))
        new, own = jax.lax.cond(
            now,
            lambda: inner.update(updates, state.inner_state, params, **extra),
            lambda: (_map(jnp.zeros_like, updates), state.inner_state),
        )
        return new, ConditionallyMaskState(safe_increment(state.step), own)

    return GradientTransformationExtraArgs(init, update)


def apply_if_finite(inner, max_consecutive_errors):
    inner = with_extra_args_support(inner)

    def init(params):
        return ApplyIfFiniteState(_zero(), jnp.array(True), _zero(), inner.init(params))

    def update(updates, state, params=None, **extra):
        finite = jnp.all(jnp.array([jnp.all(jnp.isfinite(g)) for g in jax.tree.leaves(updates)]))
        count = jnp.where(finite, _zero(), safe_increment(state.notfinite_count))
        new, own = jax.lax.cond(
            jnp.logical_or(finite, count > max_consecutive_errors),
            lambda: inner.update(updates, state.inner_state, params, **extra),
            lambda: (_map(jnp.zeros_like, updates), state.inner_state),
        )
        total = jnp.where(finite, state.total_notfinite, safe_increment(state.total_notfinite))
        return new, ApplyIfFiniteState(count, finite, total, own)

    return GradientTransformationExtraArgs(init, update)


def skip_not_finite(updates, gradient_step, params):
    bad = jnp.sum(jnp.array([jnp.sum(jnp.logical_not(jnp.isfinite(p))) for p in jax.tree.leaves(updates)]))
    return bad > 0, {"should_skip": bad > 0, "num_not_finite": bad}


def skip_large_updates(updates, gradient_step, params, max_squared_norm):
    square = jnp.sum(jnp.array([jnp.sum(p**2) for p in jax.tree.leaves(updates)]))
    skip = jnp.logical_not(square < max_squared_norm)
    return skip, {"should_skip": skip, "norm_squared": square}


class MultiSteps:
    def __init__(
        self, opt, every_k_schedule, use_grad_mean=True, should_skip_update_fn=None, accumulator_dtype=jnp.float32
    ):
        self.inner_opt = with_extra_args_support(opt)
        self.every = (lambda step: every_k_schedule) if isinstance(every_k_schedule, int) else every_k_schedule
        self.mean = use_grad_mean
        self.skip = should_skip_update_fn or (lambda updates, step, params: (jnp.array(False), ()))
        self.dtype = accumulator_dtype

    def init(self, params):
        _, skip_state = self.skip(_map(jnp.zeros_like, params), _zero(), params)
        return MultiStepsState(
            _zero(), _zero(), self.inner_opt.init(params), _map(_zeros(self.dtype), params), skip_state
        )

    def update(self, updates, state, params=None, **extra):
        k = self.every(state.gradient_step)
        skip, skip_state = self.skip(updates, state.gradient_step, params)

        def go():
            def add(g, total):
                return total + (g - total) / (state.mini_step + 1) if self.mean else g + total

            total = _map(add, updates, state.acc_grads)
            given = _map(lambda a, g: a.astype(g.dtype), total, updates)
            new, own = self.inner_opt.update(given, state.inner_opt_state, params, **extra)
            emit = state.mini_step == (k - 1)
            new_state = MultiStepsState(
                safe_increment(state.mini_step) % k,
                emit * safe_increment(state.gradient_step) + (1 - emit) * state.gradient_step,
                _map(lambda old, new: jnp.where(emit, new, old).astype(old.dtype), state.inner_opt_state, own),
                _map(lambda a: ((1 - emit) * a).astype(self.dtype), total),
                skip_state,
            )
            return _map(lambda u: emit * u, new), new_state

        def stay():
            return _map(jnp.zeros_like, updates), state._replace(skip_state=skip_state)

        return jax.lax.cond(skip, stay, go)

    def has_updated(self, state):
        return jnp.logical_and(state.mini_step == 0, state.gradient_step > 0)

    def gradient_transformation(self):
        return GradientTransformationExtraArgs(self.init, self.update)


def lookahead(fast_optimizer, sync_period, slow_step_size, reset_state=False):
    if sync_period < 1:
        raise ValueError("lookahead needs a sync_period of at least 1")

    def init(params):
        return LookaheadState(fast_optimizer.init(getattr(params, "fast", params)), _zero())

    def update(updates, state, params=None, **extra):
        _needs_params(params)
        fast, own = fast_optimizer.update(updates, state.fast_state, params.fast)
        now = state.steps_since_sync == (sync_period - 1)
        apart = _map(lambda f, u, s: f + u - s, params.fast, fast, params.slow)
        slow = _map(lambda d: slow_step_size * now * d, apart)
        fast = _map(lambda u, d: u - now * (1 - slow_step_size) * d, fast, apart)
        if reset_state:
            own = _map(lambda x, start: (1 - now) * x + now * start, own, fast_optimizer.init(params.fast))
        return LookaheadParams(fast, slow), LookaheadState(own, (state.steps_since_sync + 1) % sync_period)

    return GradientTransformationExtraArgs(init, update)


def flatten(inner):
    """The inner transformation on all leaves as one vector."""
    inner = with_extra_args_support(inner)

    def flat(tree):
        return jnp.concatenate([jnp.reshape(leaf, [-1]) for leaf in jax.tree.leaves(tree)])

    def like(tree, vector):
        leaves, structure = jax.tree.flatten(tree)
        parts, start = [], 0
        for leaf in leaves:
            parts.append(jnp.reshape(vector[start : start + leaf.size], leaf.shape))
            start += leaf.size
        return jax.tree.unflatten(structure, parts)

    def init(params):
        return inner.init(flat(params))

    def update(updates, state, params=None, **extra):
        params = None if params is None else flat(params)
        vector, state = inner.update(flat(updates), state, params, **extra)
        return like(updates, vector), state

    return GradientTransformationExtraArgs(init, update)
