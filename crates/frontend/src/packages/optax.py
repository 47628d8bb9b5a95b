"""Optax in the model language: what `import optax` finds.

A transformation is a pair of `init(params) -> state` and `update(updates, state, params) -> (updates, state)`.
Most are a rule for one leaf (`_leafwise`); the optimizers are chains. States are named tuples with optax's
fields in optax's order, so that trees of states have the same leaves.
"""
import functools
from collections import namedtuple

import jax
import jax.numpy as jnp

GradientTransformation = namedtuple("GradientTransformation", ["init", "update"])
GradientTransformationExtraArgs = GradientTransformation
EmptyState = namedtuple("EmptyState", [])
MaskedNode = namedtuple("MaskedNode", [])
MaskedState = namedtuple("MaskedState", ["inner_state"])
PartitionState = namedtuple("PartitionState", ["inner_states"])
MultiTransformState = PartitionState
ScaleByAdamState = namedtuple("ScaleByAdamState", ["count", "mu", "nu"])
ScaleByBeliefState = namedtuple("ScaleByBeliefState", ["count", "mu", "nu"])
ScaleByAmsgradState = namedtuple("ScaleByAmsgradState", ["count", "mu", "nu", "nu_max"])
ScaleByLionState = namedtuple("ScaleByLionState", ["count", "mu"])
ScaleByRssState = namedtuple("ScaleByRssState", ["sum_of_squares"])
ScaleByRmsState = namedtuple("ScaleByRmsState", ["nu"])
ScaleByRmsWithCountState = namedtuple("ScaleByRmsWithCountState", ["count", "nu"])
ScaleByRStdDevState = namedtuple("ScaleByRStdDevState", ["mu", "nu"])
ScaleByRStdDevWithCountState = namedtuple("ScaleByRStdDevWithCountState", ["count", "mu", "nu"])
ScaleByAdaDeltaState = namedtuple("ScaleByAdaDeltaState", ["e_g", "e_x"])
ScaleByAdanState = namedtuple("ScaleByAdanState", ["m", "v", "n", "g", "t"])
ScaleByRpropState = namedtuple("ScaleByRpropState", ["step_sizes", "prev_updates"])
ScaleByScheduleState = namedtuple("ScaleByScheduleState", ["count"])
ScaleBySM3State = namedtuple("ScaleBySM3State", ["mu", "nu"])
ScaleByNovogradState = namedtuple("ScaleByNovogradState", ["count", "mu", "nu"])
ScaleByOptimisticGradientState = namedtuple("ScaleByOptimisticGradientState", ["is_initial_step", "previous_gradient"])
FactoredState = namedtuple("FactoredState", ["count", "v_row", "v_col", "v"])
TraceState = namedtuple("TraceState", ["trace"])
EmaState = namedtuple("EmaState", ["count", "ema"])
ApplyEvery = namedtuple("ApplyEvery", ["count", "grad_acc"])
AddNoiseState = namedtuple("AddNoiseState", ["count", "rng_key"])
WeightDecaySchedule = namedtuple("WeightDecaySchedule", ["count"])
ZeroNansState = namedtuple("ZeroNansState", ["found_nan"])
ApplyIfFiniteState = namedtuple(
    "ApplyIfFiniteState", ["notfinite_count", "last_finite", "total_notfinite", "inner_state"]
)
ConditionallyTransformState = namedtuple("ConditionallyTransformState", ["inner_state", "step"])
ConditionallyMaskState = namedtuple("ConditionallyMaskState", ["step", "inner_state"])
MultiStepsState = namedtuple(
    "MultiStepsState", ["mini_step", "gradient_step", "inner_opt_state", "acc_grads", "skip_state"]
)
InjectStatefulHyperparamsState = namedtuple(
    "InjectStatefulHyperparamsState", ["count", "hyperparams", "hyperparams_states", "inner_state"]
)
InjectHyperparamsState = InjectStatefulHyperparamsState
LookaheadState = namedtuple("LookaheadState", ["fast_state", "steps_since_sync"])


class LookaheadParams(namedtuple("LookaheadParams", ["fast", "slow"])):
    @classmethod
    def init_synced(cls, params):
        return cls(params, params)


# What the rules share.


def _zero():
    return jnp.zeros([], jnp.int32)


def safe_increment(count):
    return jnp.where(count < jnp.iinfo(jnp.int32).max, count + 1, count)


safe_int32_increment = safe_increment


def _debiased(moment, decay, t):
    return moment / (1 - decay**t).astype(moment.dtype)


def _average(x, moment, decay):
    return (1 - decay) * x + decay * moment


def _square(x):
    return jnp.real(x) ** 2 + jnp.imag(x) ** 2 if jnp.iscomplexobj(x) else x**2


def _cast(x, dtype):
    return x if dtype is None else x.astype(dtype)


def _map(f, tree, *rest):
    return jax.tree.map(f, tree, *rest)


def _needs_params(params):
    if params is None:
        raise ValueError("this transformation needs the parameters: call update(updates, state, params)")


def _stateless(f):
    def init(params):
        return EmptyState()

    def update(updates, state, params=None, **extra):
        return f(updates, params), state

    return GradientTransformation(init, update)


def _leafwise(State, starts, rule, counted=True):
    """A state with one slot per start, each a function of a parameter; `rule(t, gradient, *slots)` gives the
    update and the new slots of one leaf, `t` being the number of the step, counted from one."""

    def init(params):
        slots = [_map(start, params) for start in starts]
        return State(_zero(), *slots) if counted else State(*slots)

    def update(updates, state, params=None, **extra):
        parts = list(state)
        t = safe_increment(parts.pop(0)) if counted else None
        leaves, tree = jax.tree.flatten(updates)
        slots = [jax.tree.leaves(part) for part in parts]
        rows = [rule(t, leaf, *[slot[i] for slot in slots]) for i, leaf in enumerate(leaves)]
        columns = [jax.tree.unflatten(tree, [row[i] for row in rows]) for i in range(1 + len(slots))]
        slots = columns[1:]
        return columns[0], State(t, *slots) if counted else State(*slots)

    return GradientTransformation(init, update)


def _zeros(dtype=None):
    return lambda p: jnp.zeros_like(p, dtype=dtype)


def _filled(value):
    return lambda p: jnp.full_like(p, value)


# Transformations.


def identity():
    return _stateless(lambda updates, params: updates)


def set_to_zero():
    return _stateless(lambda updates, params: _map(jnp.zeros_like, updates))


def stateless(f):
    return _stateless(f)


def stateless_with_tree_map(f):
    return _stateless(lambda updates, params: _map(f, updates, params))


def scale(step_size):
    return _stateless(lambda updates, params: _map(lambda g: step_size * g, updates))


def scale_by_sign():
    return _stateless(lambda updates, params: _map(jnp.sign, updates))


def scale_by_schedule(step_size_fn):
    def init(params):
        return ScaleByScheduleState(_zero())

    def update(updates, state, params=None, **extra):
        size = step_size_fn(state.count)
        updates = _map(lambda g: jnp.array(size, dtype=g.dtype) * g, updates)
        return updates, ScaleByScheduleState(safe_increment(state.count))

    return GradientTransformation(init, update)


def scale_by_learning_rate(learning_rate=None, *, flip_sign=True):
    if learning_rate is None:
        return identity()
    sign = -1 if flip_sign else 1
    if callable(learning_rate):
        return scale_by_schedule(lambda count: sign * learning_rate(count))
    return scale(sign * learning_rate)


def scale_by_adam(b1=0.9, b2=0.999, eps=1e-8, eps_root=0.0, mu_dtype=None, *, nesterov=False):
    def rule(t, g, mu, nu):
        mu, new_nu = _average(g, mu, b1), _average(_square(g), nu, b2)
        direction = _debiased(mu, b1, t)
        if nesterov:
            direction = b1 * _debiased(mu, b1, safe_increment(t)) + (1 - b1) * _debiased(g, b1, t)
        update = direction / (jnp.sqrt(_debiased(new_nu, b2, t) + eps_root) + eps)
        return update, _cast(mu, mu_dtype), new_nu.astype(nu.dtype)

    return _leafwise(ScaleByAdamState, [_zeros(mu_dtype), _zeros()], rule)


def scale_by_amsgrad(
    b1=0.9, b2=0.999, eps=1e-8, eps_root=0.0, mu_dtype=None, bias_correction_mu=True, bias_correction_nu=True
):
    def rule(t, g, mu, nu, nu_max):
        mu, nu = _average(g, mu, b1), _average(_square(g), nu, b2)
        direction = _debiased(mu, b1, t) if bias_correction_mu else mu
        nu_max = jnp.maximum(nu_max, _debiased(nu, b2, t) if bias_correction_nu else nu)
        return direction / (jnp.sqrt(nu_max + eps_root) + eps), _cast(mu, mu_dtype), nu, nu_max

    return _leafwise(ScaleByAmsgradState, [_zeros(mu_dtype), _zeros(), _zeros()], rule)


def scale_by_adamax(b1=0.9, b2=0.999, eps=1e-8):
    def rule(t, g, mu, nu):
        mu, nu = _average(g, mu, b1), jnp.maximum(jnp.abs(g) + eps, b2 * nu)
        return _debiased(mu, b1, t) / nu, mu, nu

    return _leafwise(ScaleByAdamState, [_zeros(), _zeros()], rule)


def scale_by_belief(b1=0.9, b2=0.999, eps=1e-16, eps_root=1e-16, *, nesterov=False):
    def rule(t, g, mu, nu):
        mu = _average(g, mu, b1)
        nu = _average(_square(g - mu), nu, b2) + eps_root
        direction = _debiased(mu, b1, t)
        if nesterov:
            direction = b1 * _debiased(mu, b1, safe_increment(t)) + (1 - b1) * _debiased(g, b1, t)
        return direction / (jnp.sqrt(_debiased(nu, b2, t)) + eps), mu, nu

    return _leafwise(ScaleByBeliefState, [_zeros(), _zeros()], rule)


def scale_by_yogi(b1=0.9, b2=0.999, eps=1e-3, eps_root=0.0, initial_accumulator_value=1e-6):
    def rule(t, g, mu, nu):
        mu, square = _average(g, mu, b1), _square(g)
        nu = nu - (1 - b2) * jnp.sign(nu - square) * square
        return _debiased(mu, b1, t) / (jnp.sqrt(_debiased(nu, b2, t) + eps_root) + eps), mu, nu

    return _leafwise(ScaleByAdamState, [_filled(initial_accumulator_value), _filled(initial_accumulator_value)], rule)


def scale_by_radam(b1=0.9, b2=0.999, eps=1e-8, eps_root=0.0, threshold=5.0, *, nesterov=False):
    longest = 2.0 / (1.0 - b2) - 1.0

    def rule(t, g, mu, nu):
        mu, nu = _average(g, mu, b1), _average(_square(g), nu, b2)
        power = b2**t
        length = longest - 2 * t * power / (1 - power)
        direction = _debiased(mu, b1, t)
        if nesterov:
            direction = b1 * _debiased(mu, b1, safe_increment(t)) + (1 - b1) * _debiased(g, b1, t)
        safe = jnp.maximum(length, threshold)
        root = jnp.sqrt(
            (safe - 4.0) * (safe - 2.0) * longest / ((longest - 4.0) * (longest - 2.0) * safe)
        )
        rectified = root.astype(direction.dtype) * direction / (jnp.sqrt(_debiased(nu, b2, t) + eps_root) + eps)
        return jnp.where(length >= threshold, rectified, direction), mu, nu

    return _leafwise(ScaleByAdamState, [_zeros(), _zeros()], rule)


def scale_by_lion(b1=0.9, b2=0.99, mu_dtype=None, *, mode="hard", smooth_beta=1.0):
    def rule(t, g, mu):
        mixed = (1.0 - b1) * g + b1 * mu
        if mode == "hard":
            update = jnp.sign(mixed)
        elif mode == "smooth":
            update = jnp.tanh(smooth_beta * mixed)
        elif mode == "refined":
            update = jnp.where(jnp.abs(mixed) < 1.0, mixed, jnp.sign(mixed))
        else:
            raise ValueError(f"lion has no mode {mode!r}; its modes are 'hard', 'smooth' and 'refined'")
        return update, _cast(_average(g, mu, b2), mu_dtype)

    return _leafwise(ScaleByLionState, [_zeros(mu_dtype)], rule)


def scale_by_rss(initial_accumulator_value=0.1, eps=1e-7):
    def rule(t, g, total):
        total = _square(g) + total
        return jnp.where(total > 0, jax.lax.rsqrt(total + eps), 0.0) * g, total

    return _leafwise(ScaleByRssState, [_filled(initial_accumulator_value)], rule, counted=False)


def _inverse_root(x, eps, inside):
    return jax.lax.rsqrt(x + eps) if inside else 1 / (jnp.sqrt(x) + eps)


def scale_by_rms(decay=0.9, eps=1e-8, initial_scale=0.0, eps_in_sqrt=True, bias_correction=False):
    def rule(t, g, nu):
        nu = _average(_square(g), nu, decay)
        return _inverse_root(_debiased(nu, decay, t) if bias_correction else nu, eps, eps_in_sqrt) * g, nu

    State = ScaleByRmsWithCountState if bias_correction else ScaleByRmsState
    return _leafwise(State, [_filled(initial_scale)], rule, counted=bias_correction)


def scale_by_stddev(decay=0.9, eps=1e-8, initial_scale=0.0, eps_in_sqrt=True, bias_correction=False):
    def rule(t, g, mu, nu):
        mu, nu = _average(g, mu, decay), _average(_square(g), nu, decay)
        m, n = (_debiased(mu, decay, t), _debiased(nu, decay, t)) if bias_correction else (mu, nu)
        return _inverse_root(n - _square(m), eps, eps_in_sqrt) * g, mu, nu

    State = ScaleByRStdDevWithCountState if bias_correction else ScaleByRStdDevState
    return _leafwise(State, [_zeros(), _filled(initial_scale)], rule, counted=bias_correction)


def scale_by_adadelta(rho=0.9, eps=1e-6):
    def rule(t, g, e_g, e_x):
        e_g = _average(g**2, e_g, rho)
        update = jnp.sqrt(e_x + eps) / jnp.sqrt(e_g + eps) * g
        return update, e_g, _average(update**2, e_x, rho)

    return _leafwise(ScaleByAdaDeltaState, [_zeros(), _zeros()], rule, counted=False)


def scale_by_adan(b1=0.98, b2=0.92, b3=0.99, eps=1e-8, eps_root=0.0):
    def init(params):
        zeros = [_map(jnp.zeros_like, params) for _ in range(4)]
        return ScaleByAdanState(*zeros, _zero())

    def update(updates, state, params=None, **extra):
        t = safe_increment(state.t)

        def rule(g, m, v, n, previous):
            change = jnp.where(state.t == 0, jnp.zeros_like(g), g - previous)
            m, v = _average(g, m, b1), _average(change, v, b2)
            n = _average(_square(g + (1 - b2) * change), n, b3)
            update = _debiased(m, b1, t) + (1 - b2) * _debiased(v, b2, t)
            return update / (jnp.sqrt(_debiased(n, b3, t) + eps_root) + eps), m, v, n

        columns = _columns(rule, 4, updates, state.m, state.v, state.n, state.g)
        return columns[0], ScaleByAdanState(*columns[1:], updates, t)

    return GradientTransformation(init, update)


def _columns(rule, count, updates, *slots):
    """The results of `rule` on each leaf of trees of one structure, as `count` trees."""
    leaves, tree = jax.tree.flatten(updates)
    slots = [jax.tree.leaves(slot) for slot in slots]
    rows = [rule(leaf, *[slot[i] for slot in slots]) for i, leaf in enumerate(leaves)]
    return [jax.tree.unflatten(tree, [row[i] for row in rows]) for i in range(count)]


def scale_by_rprop(learning_rate, eta_minus=0.5, eta_plus=1.2, min_step_size=1e-6, max_step_size=50.0):
    def rule(t, g, size, previous):
        sign = g * previous
        grown = jnp.clip(size * jnp.where(sign > 0, eta_plus, eta_minus), min_step_size, max_step_size)
        size = jnp.where(sign == 0, size, grown)
        new = jnp.where(sign < 0, jnp.zeros_like(g), size * jnp.sign(g))
        # As in optax, what is applied is the step that was found before this one.
        return jnp.where(sign < 0, jnp.zeros_like(previous), previous), size, new

    return _leafwise(ScaleByRpropState, [_filled(learning_rate), _zeros()], rule, counted=False)


def scale_by_optimistic_gradient(alpha=1.0, beta=1.0):
    def init(params):
        return ScaleByOptimisticGradientState(jnp.array(True), _map(jnp.zeros_like, params))

    def update(updates, state, params=None, **extra):
        def rule(g, previous):
            return (alpha + beta) * g - beta * jnp.where(state.is_initial_step, g, previous)

        new = _map(rule, updates, state.previous_gradient)
        return new, ScaleByOptimisticGradientState(jnp.array(False), updates)

    return GradientTransformation(init, update)


def scale_by_novograd(b1=0.9, b2=0.25, eps=1e-8, eps_root=0.0, weight_decay=0.0, mu_dtype=None):
    def init(params):
        nu = _map(lambda p: jnp.asarray(0.0, dtype=p.dtype), params)
        return ScaleByNovogradState(_zero(), _map(_zeros(mu_dtype), params), nu)

    def update(updates, state, params=None, **extra):
        _needs_params(params)
        t = safe_increment(state.count)

        def rule(g, mu, nu, p):
            norm = (jnp.linalg.norm(g) ** 2).astype(nu.dtype)
            nu = jnp.where(t == 1, norm, _average(norm, nu, b2))
            step = g / (jnp.sqrt(nu + eps_root) + eps) + weight_decay * p
            mu = _cast(jnp.where(t == 1, step, b1 * mu + step), mu_dtype)
            return mu, nu

        mu, nu = _columns(rule, 2, updates, state.mu, state.nu, params)
        return mu, ScaleByNovogradState(t, mu, nu)

    return GradientTransformation(init, update)


def _leading(shape, axis):
    return [n if i == axis else 1 for i, n in enumerate(shape)]


def scale_by_sm3(b1=0.9, b2=1.0, eps=1e-8):
    def init(params):
        sums = _map(lambda p: [jnp.zeros([n], p.dtype) for n in p.shape], params)
        return ScaleBySM3State(sums, _map(jnp.zeros_like, params))

    def update(updates, state, params=None, **extra):
        leaves, tree = jax.tree.flatten(updates)
        sums, averages = jax.tree.leaves(state.mu), jax.tree.leaves(state.nu)
        new_sums, new = [], []
        for g, average in zip(leaves, averages):
            rank = len(g.shape)
            own = [jnp.reshape(sums.pop(0), _leading(g.shape, i)) for i in range(rank)]
            least = own[0] if rank < 2 else functools.reduce(jnp.minimum, own)
            total = (1.0 - b2 if b2 != 1.0 else 1.0) * g**2 + b2 * least
            scaled = g * jnp.where(total > 0, jax.lax.rsqrt(total + eps), 0.0)
            new.append(_average(scaled, average, b1))
            others = [[j for j in range(rank) if j != i] for i in range(rank)]
            new_sums.append([total if rank < 2 else jnp.max(total, axis=tuple(axes)) for axes in others])
        nu = jax.tree.unflatten(tree, new)
        return nu, ScaleBySM3State(jax.tree.unflatten(tree, new_sums), nu)

    return GradientTransformation(init, update)


def safe_norm(x, min_norm, ord=None, axis=None, keepdims=False):
    norm = jnp.linalg.norm(x, ord=ord, axis=axis, keepdims=True)
    x = jnp.where(norm <= min_norm, jnp.ones_like(x), x)
    norm = norm if keepdims else jnp.squeeze(norm, axis=axis)
    return jnp.where(norm <= min_norm, min_norm, jnp.linalg.norm(x, ord=ord, axis=axis, keepdims=keepdims))


def safe_root_mean_squares(x, min_rms):
    rms = jnp.sqrt(jnp.mean(_square(x)))
    x = jnp.where(rms <= min_rms, jnp.ones_like(x), x)
    return jnp.where(rms <= min_rms, min_rms, jnp.sqrt(jnp.mean(_square(x))))


def _with_params(rule):
    def f(updates, params):
        _needs_params(params)
        return _map(rule, updates, params)

    return _stateless(f)


def scale_by_param_block_norm(min_scale=1e-3):
    return _with_params(lambda u, p: u * safe_norm(p, min_scale))


def scale_by_param_block_rms(min_scale=1e-3):
    return _with_params(lambda u, p: u * safe_root_mean_squares(p, min_scale))


def scale_by_trust_ratio(min_norm=0.0, trust_coefficient=1.0, eps=0.0):
    def rule(u, p):
        ours, theirs = safe_norm(p, min_norm), safe_norm(u, min_norm)
        ratio = trust_coefficient * ours / (theirs + eps)
        nothing = jnp.logical_or(ours == 0.0, theirs == 0.0)
        return u * jnp.where(nothing, jnp.array(1.0, dtype=p.dtype), ratio)

    return _with_params(rule)


def _factored_axes(shape, factored, least):
    if not factored or len(shape) < 2:
        return None
    order = sorted(range(len(shape)), key=lambda axis: shape[axis])
    if shape[order[-2]] < least:
        return None
    return order[-2], order[-1]


def scale_by_factored_rms(
    factored=True, decay_rate=0.8, step_offset=0, min_dim_size_to_factor=128, epsilon=1e-30, decay_rate_fn=None
):
    def without(shape, axis):
        return [n for i, n in enumerate(shape) if i != axis]

    def init(params):
        def start(p):
            axes = _factored_axes(p.shape, factored, min_dim_size_to_factor)
            if axes is None:
                return jnp.zeros((1,)), jnp.zeros((1,)), jnp.zeros(p.shape, p.dtype)
            row, column = without(p.shape, axes[1]), without(p.shape, axes[0])
            return jnp.zeros(row, p.dtype), jnp.zeros(column, p.dtype), jnp.zeros((1,))

        return FactoredState(_zero(), *_columns(start, 3, params))

    def update(updates, state, params=None, **extra):
        _needs_params(params)
        t = (state.count - step_offset).astype(jnp.float32) + 1.0
        decay = 1.0 - t ** (-decay_rate)

        def rule(g, row, column, v, p):
            axes = _factored_axes(p.shape, factored, min_dim_size_to_factor)
            square = _square(g) + epsilon
            if axes is None:
                v = decay * v + (1.0 - decay) * square
                v = v.astype(p.dtype)
                return g * v**-0.5, row, column, v
            first, second = axes
            row = (decay * row + (1.0 - decay) * jnp.mean(square, axis=second)).astype(p.dtype)
            column = (decay * column + (1.0 - decay) * jnp.mean(square, axis=first)).astype(p.dtype)
            reduced = first - 1 if first > second else first
            mean = jnp.mean(row, axis=reduced, keepdims=True)
            factor = jnp.expand_dims((row / mean) ** -0.5, axis=second)
            return g * factor * jnp.expand_dims(column**-0.5, axis=first), row, column, v

        columns = _columns(rule, 4, updates, state.v_row, state.v_col, state.v, params)
        return columns[0], FactoredState(safe_increment(state.count), *columns[1:])

    return GradientTransformation(init, update)


def trace(decay, nesterov=False, accumulator_dtype=None):
    def rule(t, g, old):
        new = g + decay * old
        return g + decay * new if nesterov else new, _cast(new, accumulator_dtype)

    return _leafwise(TraceState, [_zeros(accumulator_dtype)], rule, counted=False)


def ema(decay, debias=True, accumulator_dtype=None):
    def rule(t, g, old):
        new = _average(g, old, decay)
        return _debiased(new, decay, t) if debias else new, _cast(new, accumulator_dtype)

    return _leafwise(EmaState, [_zeros(accumulator_dtype)], rule)


def clip(max_delta):
    return _stateless(lambda updates, params: _map(lambda g: jnp.clip(g, -max_delta, max_delta), updates))


def clip_by_block_rms(threshold):
    def rule(g):
        return g / jnp.maximum(1.0, jnp.sqrt(jnp.mean(_square(g))) / threshold)

    return _stateless(lambda updates, params: _map(rule, updates))


def global_norm(updates):
    return jnp.sqrt(sum(jnp.sum(_square(x)) for x in jax.tree.leaves(updates)))


def clip_by_global_norm(max_norm):
    def f(updates, params):
        norm = jnp.squeeze(global_norm(updates))
        return _map(lambda g: jax.lax.select(norm < max_norm, g, (g / norm.astype(g.dtype)) * max_norm), updates)

    return _stateless(f)


def per_example_global_norm_clip(grads, l2_norm_clip):
    leaves, tree = jax.tree.flatten(grads)
    norms = jax.vmap(global_norm)(leaves)
    divisors = jnp.maximum(norms / l2_norm_clip, 1.0)
    clipped = jnp.greater(divisors, 1.0).sum()
    shaped = [(g / divisors.reshape((-1,) + (1,) * (g.ndim - 1))).sum(0) for g in leaves]
    return jax.tree.unflatten(tree, shaped), clipped


def unitwise_norm(x):
    if sum(1 for n in x.shape if n != 1) <= 1:
        square = jnp.sum(_square(x), keepdims=True)
    elif x.ndim in (2, 3):
        square = jnp.sum(_square(x), axis=0, keepdims=True)
    elif x.ndim == 4:
        square = jnp.sum(_square(x), axis=(0, 1, 2), keepdims=True)
    else:
        raise ValueError(f"adaptive_grad_clip takes arrays of up to 4 dimensions, found the shape {x.shape}")
    return jnp.broadcast_to(jnp.sqrt(square), x.shape)


def adaptive_grad_clip(clipping, eps=1e-3):
    def rule(g, p):
        norm, most = unitwise_norm(g), clipping * jnp.maximum(unitwise_norm(p), eps)
        return jnp.where(norm < most, g, g * (most / jnp.maximum(norm, 1e-6)))

    return _with_params(rule)


def _centered(g):
    return g - g.mean(tuple(range(1, len(g.shape))), keepdims=True) if len(g.shape) > 1 else g


def centralize():
    return _stateless(lambda updates, params: _map(_centered, updates))


def normalize_by_update_norm(scale_factor=1.0, eps=1e-6):
    def f(updates, params):
        norm = (global_norm(updates) + eps) / scale_factor
        return _map(lambda g: g / norm, updates)

    return _stateless(f)


def keep_params_nonnegative():
    return _with_params(lambda u, p: jnp.where(p + u < 0.0, -p, u))


def zero_nans():
    def init(params):
        return ZeroNansState(_map(lambda p: jnp.array(False), params))

    def update(updates, state, params=None, **extra):
        found = _map(lambda g: jnp.any(jnp.isnan(g)), updates)
        return _map(lambda g: jnp.where(jnp.isnan(g), jnp.zeros_like(g), g), updates), ZeroNansState(found)

    return GradientTransformation(init, update)


def add_decayed_weights(weight_decay=0.0, mask=None):
    scheduled = callable(weight_decay)

    def init(params):
        return WeightDecaySchedule(_zero()) if scheduled else EmptyState()

    def update(updates, state, params=None, **extra):
        _needs_params(params)
        amount = weight_decay(state.count) if scheduled else weight_decay
        state = WeightDecaySchedule(safe_increment(state.count)) if scheduled else state
        if isinstance(weight_decay, (int, float)) and weight_decay == 0.0:
            return updates, state
        return _map(lambda g, p: g + amount * p, updates, params), state

    decay = GradientTransformation(init, update)
    return decay if mask is None else masked(decay, mask)


def add_noise(eta, gamma, key=None, *, seed=None):
    start = seed if key is None else key
    start = 0 if start is None else start

    def init(params):
        return AddNoiseState(_zero(), jax.random.key(start) if isinstance(start, int) else start)

    def update(updates, state, params=None, **extra):
        t = safe_increment(state.count)
        deviation = jnp.sqrt(eta / t**gamma)
        key, sample_key = jax.random.split(state.rng_key)
        leaves, tree = jax.tree.flatten(updates)
        keys = jax.random.split(sample_key, len(leaves))
        noisy = [g + deviation * jax.random.normal(keys[i], g.shape, g.dtype) for i, g in enumerate(leaves)]
        return jax.tree.unflatten(tree, noisy), AddNoiseState(t, key)

    return GradientTransformation(init, update)


def apply_every(k=1):
    def init(params):
        return ApplyEvery(_zero(), _map(jnp.zeros_like, params))

    def update(updates, state, params=None, **extra):
        place = state.count % k
        total = _map(lambda g, a: (place != 0) * a + g, updates, state.grad_acc)
        updates = _map(lambda a: (place == (k - 1)) * a, total)
        return updates, ApplyEvery(safe_increment(state.count) % k, total)

    return GradientTransformation(init, update)


# Transformations of transformations.


def with_extra_args_support(tx):
    return tx


def chain(*args):
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

    return GradientTransformation(init, update)


def named_chain(*args):
    names = [name for name, _ in args]
    if len(names) != len(set(names)):
        raise ValueError(f"the names of a named_chain must differ, found {names}")

    def init(params):
        return {name: tx.init(params) for name, tx in args}

    def update(updates, state, params=None, **extra):
        states = {}
        for name, tx in args:
            updates, states[name] = tx.update(updates, state[name], params, **extra)
        return updates, states

    return GradientTransformation(init, update)


def _mask_of(mask, tree):
    return mask(tree) if callable(mask) else mask


def _hide(mask, tree):
    return _map(lambda keep, x: x if keep else MaskedNode(), mask, tree)


def masked(inner, mask, *, mask_compatible_extra_args=False):
    def init(params):
        return MaskedState(inner.init(_hide(_mask_of(mask, params), params)))

    def update(updates, state, params=None, **extra):
        shown = _mask_of(mask, updates)
        own = None if params is None else _hide(shown, params)
        new, inner_state = inner.update(_hide(shown, updates), state.inner_state, own, **extra)
        return _map(lambda keep, u, old: u if keep else old, shown, new, updates), MaskedState(inner_state)

    return GradientTransformation(init, update)


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

    return GradientTransformation(init, update)


multi_transform = partition


def freeze(mask):
    return masked(set_to_zero(), mask)


def selective_transform(optimizer, *, freeze_mask):
    def labels(params):
        return _map(lambda stop: "freeze" if stop else "train", _mask_of(freeze_mask, params))

    return partition({"train": optimizer, "freeze": set_to_zero()}, labels)


def conditionally_transform(inner, should_transform_fn, forward_extra_args=False):
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

    return GradientTransformation(init, update)


def conditionally_mask(inner, should_transform_fn, forward_extra_args=False):
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

    return GradientTransformation(init, update)


def apply_if_finite(inner, max_consecutive_errors):
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

    return GradientTransformation(init, update)


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
        self.inner_opt = opt
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
        return GradientTransformation(self.init, self.update)


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

    return GradientTransformation(init, update)


def inject_hyperparams(inner_factory, static_args=(), hyperparam_dtype=None):
    static = [static_args] if isinstance(static_args, str) else list(static_args)

    def made(**settings):
        schedules = {name: value for name, value in settings.items() if callable(value) and name not in static}
        kept = {name: value for name, value in settings.items() if name in static or isinstance(value, (bool, str)) or value is None}
        numbers = {name: value for name, value in settings.items() if name not in schedules and name not in kept}

        def at(count, given):
            values = dict(given)
            for name, schedule in schedules.items():
                values[name] = jnp.asarray(schedule(count), dtype=hyperparam_dtype or jnp.float32)
            return values

        def init(params):
            count = _zero()
            start = {name: jnp.asarray(value, dtype=hyperparam_dtype or jnp.float32) for name, value in numbers.items()}
            values = at(count, start)
            states = {name: WrappedScheduleState(_zero()) for name in schedules}
            return InjectStatefulHyperparamsState(count, values, states, inner_factory(**kept, **values).init(params))

        def update(updates, state, params=None, **extra):
            values = at(state.count, state.hyperparams)
            updates, own = inner_factory(**kept, **values).update(updates, state.inner_state, params, **extra)
            states = {name: WrappedScheduleState(safe_increment(s.count)) for name, s in state.hyperparams_states.items()}
            return updates, InjectStatefulHyperparamsState(safe_increment(state.count), values, states, own)

        return GradientTransformation(init, update)

    return lambda *args, **kwargs: made(**_by_name(inner_factory, args, kwargs))


WrappedScheduleState = namedtuple("WrappedScheduleState", ["count"])


def _by_name(factory, args, kwargs):
    if len(args) > 1:
        raise ValueError("give the hyperparameters of inject_hyperparams by name")
    return {**({"learning_rate": args[0]} if args else {}), **kwargs}


# Optimizers.


def sgd(learning_rate, momentum=None, nesterov=False, accumulator_dtype=None):
    first = identity() if momentum is None else trace(momentum, nesterov, accumulator_dtype)
    return chain(first, scale_by_learning_rate(learning_rate))


def adam(learning_rate, b1=0.9, b2=0.999, eps=1e-8, eps_root=0.0, mu_dtype=None, *, nesterov=False):
    core = scale_by_adam(b1, b2, eps, eps_root, mu_dtype, nesterov=nesterov)
    return chain(core, scale_by_learning_rate(learning_rate))


def nadam(learning_rate, b1=0.9, b2=0.999, eps=1e-8, eps_root=0.0, mu_dtype=None, *, nesterov=True):
    return adam(learning_rate, b1, b2, eps, eps_root, mu_dtype, nesterov=nesterov)


def adamw(
    learning_rate, b1=0.9, b2=0.999, eps=1e-8, eps_root=0.0, mu_dtype=None, weight_decay=1e-4, mask=None, *, nesterov=False
):
    core = scale_by_adam(b1, b2, eps, eps_root, mu_dtype, nesterov=nesterov)
    return chain(core, add_decayed_weights(weight_decay, mask), scale_by_learning_rate(learning_rate))


def nadamw(
    learning_rate, b1=0.9, b2=0.999, eps=1e-8, eps_root=0.0, mu_dtype=None, weight_decay=1e-4, mask=None, *, nesterov=True
):
    return adamw(learning_rate, b1, b2, eps, eps_root, mu_dtype, weight_decay, mask, nesterov=nesterov)


def adamax(learning_rate, b1=0.9, b2=0.999, eps=1e-8):
    return chain(scale_by_adamax(b1, b2, eps), scale_by_learning_rate(learning_rate))


def adamaxw(learning_rate, b1=0.9, b2=0.999, eps=1e-8, weight_decay=1e-4, mask=None):
    decay = add_decayed_weights(weight_decay, mask)
    return chain(scale_by_adamax(b1, b2, eps), decay, scale_by_learning_rate(learning_rate))


def amsgrad(
    learning_rate, b1=0.9, b2=0.999, eps=1e-8, eps_root=0.0, mu_dtype=None, bias_correction_mu=True, bias_correction_nu=True
):
    core = scale_by_amsgrad(b1, b2, eps, eps_root, mu_dtype, bias_correction_mu, bias_correction_nu)
    return chain(core, scale_by_learning_rate(learning_rate))


def adagrad(learning_rate, initial_accumulator_value=0.1, eps=1e-7):
    return chain(scale_by_rss(initial_accumulator_value, eps), scale_by_learning_rate(learning_rate))


def adadelta(learning_rate=None, rho=0.9, eps=1e-6, weight_decay=0.0, weight_decay_mask=None):
    decay = add_decayed_weights(weight_decay, weight_decay_mask)
    return chain(decay, scale_by_adadelta(rho, eps), scale_by_learning_rate(learning_rate))


def rmsprop(
    learning_rate, decay=0.9, eps=1e-8, initial_scale=0.0, eps_in_sqrt=True, centered=False, momentum=None,
    nesterov=False, bias_correction=False,
):
    core = (scale_by_stddev if centered else scale_by_rms)(decay, eps, initial_scale, eps_in_sqrt, bias_correction)
    last = identity() if momentum is None else trace(momentum, nesterov)
    return chain(core, scale_by_learning_rate(learning_rate), last)


def adabelief(learning_rate, b1=0.9, b2=0.999, eps=1e-16, eps_root=1e-16, *, nesterov=False):
    return chain(scale_by_belief(b1, b2, eps, eps_root, nesterov=nesterov), scale_by_learning_rate(learning_rate))


def adan(learning_rate, b1=0.98, b2=0.92, b3=0.99, eps=1e-8, eps_root=1e-8, weight_decay=0.0, mask=None):
    decay = add_decayed_weights(weight_decay, mask)
    return chain(scale_by_adan(b1, b2, b3, eps, eps_root), decay, scale_by_learning_rate(learning_rate))


def radam(learning_rate, b1=0.9, b2=0.999, eps=1e-8, eps_root=0.0, threshold=5.0, *, nesterov=False):
    core = scale_by_radam(b1, b2, eps, eps_root, threshold, nesterov=nesterov)
    return chain(core, scale_by_learning_rate(learning_rate))


def yogi(learning_rate, b1=0.9, b2=0.999, eps=1e-3):
    return chain(scale_by_yogi(b1, b2, eps), scale_by_learning_rate(learning_rate))


def lamb(learning_rate, b1=0.9, b2=0.999, eps=1e-6, eps_root=0.0, weight_decay=0.0, mask=None):
    return chain(
        scale_by_adam(b1, b2, eps, eps_root),
        add_decayed_weights(weight_decay, mask),
        scale_by_trust_ratio(),
        scale_by_learning_rate(learning_rate),
    )


def lars(
    learning_rate, weight_decay=0.0, weight_decay_mask=True, trust_coefficient=0.001, eps=0.0, trust_ratio_mask=True,
    momentum=0.9, nesterov=False,
):
    return chain(
        add_decayed_weights(weight_decay, weight_decay_mask),
        masked(scale_by_trust_ratio(trust_coefficient=trust_coefficient, eps=eps), trust_ratio_mask),
        scale_by_learning_rate(learning_rate),
        trace(momentum, nesterov),
    )


def lion(learning_rate, b1=0.9, b2=0.99, mu_dtype=None, weight_decay=1e-3, mask=None):
    decay = add_decayed_weights(weight_decay, mask)
    return chain(scale_by_lion(b1, b2, mu_dtype), decay, scale_by_learning_rate(learning_rate))


def adafactor(
    learning_rate=None, min_dim_size_to_factor=128, decay_rate=0.8, decay_offset=0, multiply_by_parameter_scale=True,
    clipping_threshold=1.0, momentum=None, dtype_momentum=jnp.float32, weight_decay_rate=None, eps=1e-30,
    factored=True, weight_decay_mask=None,
):
    steps = [scale_by_factored_rms(factored, decay_rate, decay_offset, min_dim_size_to_factor, eps)]
    if clipping_threshold is not None:
        steps.append(clip_by_block_rms(clipping_threshold))
    if learning_rate is not None:
        steps.append(scale_by_learning_rate(learning_rate, flip_sign=False))
    if multiply_by_parameter_scale:
        steps.append(scale_by_param_block_rms())
    if momentum is not None:
        steps.append(ema(momentum, debias=False, accumulator_dtype=dtype_momentum))
    if weight_decay_rate is not None:
        steps.append(add_decayed_weights(weight_decay_rate, weight_decay_mask))
    return chain(*steps, scale(-1))


def novograd(learning_rate, b1=0.9, b2=0.25, eps=1e-6, eps_root=0.0, weight_decay=0.0):
    return chain(scale_by_novograd(b1, b2, eps, eps_root, weight_decay), scale_by_learning_rate(learning_rate))


def fromage(learning_rate, min_norm=1e-6):
    def factor(rate):
        return 1 / (1 + rate**2) ** 0.5

    if callable(learning_rate):
        return chain(
            scale_by_trust_ratio(min_norm),
            scale_by_learning_rate(lambda c: factor(learning_rate(c)) * learning_rate(c)),
            add_decayed_weights(lambda c: factor(learning_rate(c)) - 1),
        )
    shrink = factor(learning_rate)
    return chain(
        scale_by_trust_ratio(min_norm), scale_by_learning_rate(learning_rate * shrink), add_decayed_weights(shrink - 1)
    )


def sm3(learning_rate, momentum=0.9):
    return chain(scale_by_sm3(momentum), scale(-learning_rate))


def rprop(learning_rate, eta_minus=0.5, eta_plus=1.2, min_step_size=1e-6, max_step_size=50.0):
    return chain(scale_by_rprop(learning_rate, eta_minus, eta_plus, min_step_size, max_step_size), scale(-1.0))


def sign_sgd(learning_rate):
    return chain(scale_by_sign(), scale_by_learning_rate(learning_rate))


def signum(learning_rate, beta=0.9, accumulator_dtype=None):
    average = ema(beta, debias=False, accumulator_dtype=accumulator_dtype)
    return chain(average, scale_by_sign(), scale_by_learning_rate(learning_rate))


def noisy_sgd(learning_rate, eta=0.01, gamma=0.55, key=None, *, seed=None):
    return chain(add_noise(eta, gamma, key, seed=seed), scale_by_learning_rate(learning_rate))


def optimistic_gradient_descent(learning_rate, alpha=1.0, beta=1.0):
    return chain(scale_by_optimistic_gradient(alpha, beta), scale_by_learning_rate(learning_rate))


def optimistic_adam_v2(
    learning_rate, *, alpha=1.0, beta=1.0, b1=0.9, b2=0.999, eps=1e-8, eps_root=0.0, mu_dtype=None, nesterov=True
):
    core = scale_by_adam(b1, b2, eps, eps_root, mu_dtype, nesterov=nesterov)
    return chain(core, scale_by_optimistic_gradient(alpha, beta), scale_by_learning_rate(learning_rate))


def polyak_sgd(max_learning_rate=1.0, scaling=1.0, f_min=0.0, eps=0.0, variant="sps"):
    return chain(scale_by_learning_rate(scaling), scale_by_polyak(f_min, max_learning_rate, eps, variant))


def scale_by_polyak(f_min=0.0, max_learning_rate=1.0, eps=0.0, variant="sps"):
    def init(params):
        return EmptyState()

    def update(updates, state, params=None, *, value, **extra):
        square = sum(jnp.sum(_square(g)) for g in jax.tree.leaves(updates))
        gap = jnp.array(value - f_min).astype(square.dtype)
        gap = jax.nn.relu(gap) if variant == "sps+" else gap
        tiny = square + eps <= jnp.finfo(float).eps
        step = jnp.where(tiny, jnp.array(0.0), jnp.minimum(gap / (square + eps), max_learning_rate))
        return _map(lambda g: step * g, updates), state

    return GradientTransformation(init, update)


# Updates.


def apply_updates(params, updates):
    return _map(lambda p, u: jnp.asarray(p + u).astype(jnp.asarray(p).dtype), params, updates)


def incremental_update(new_tensors, old_tensors, step_size):
    return _map(lambda new, old: step_size * new + (1.0 - step_size) * old, new_tensors, old_tensors)


def periodic_update(new_tensors, old_tensors, steps, update_period):
    now = jnp.mod(steps, update_period) == 0
    return jax.lax.cond(now, lambda: new_tensors, lambda: old_tensors)


def tree_zeros_like(tree, dtype=None):
    return _map(_zeros(dtype), tree)


def tree_ones_like(tree, dtype=None):
    return _map(lambda p: jnp.ones_like(p, dtype=dtype), tree)


def tree_add(tree_x, tree_y):
    return _map(lambda x, y: x + y, tree_x, tree_y)


def tree_sub(tree_x, tree_y):
    return _map(lambda x, y: x - y, tree_x, tree_y)


def tree_mul(tree_x, tree_y):
    return _map(lambda x, y: x * y, tree_x, tree_y)


def tree_div(tree_x, tree_y):
    return _map(lambda x, y: x / y, tree_x, tree_y)


def tree_scale(scalar, tree):
    return _map(lambda x: scalar * x, tree)


tree_scalar_mul = tree_scale


def tree_add_scale(tree_x, scalar, tree_y):
    return _map(lambda x, y: x + scalar * y, tree_x, tree_y)


tree_add_scalar_mul = tree_add_scale


def tree_vdot(tree_x, tree_y):
    return sum(jnp.vdot(x, y) for x, y in zip(jax.tree.leaves(tree_x), jax.tree.leaves(tree_y)))


def tree_sum(tree):
    return sum(jnp.sum(x) for x in jax.tree.leaves(tree))


def tree_norm(tree, ord=2, squared=False):
    square = sum(jnp.sum(_square(x)) for x in jax.tree.leaves(tree))
    return square if squared else jnp.sqrt(square)


tree_l2_norm = tree_norm


def tree_cast(tree, dtype):
    return _map(lambda x: _cast(x, dtype), tree)


def tree_update_moment(updates, moments, decay, order):
    return _map(lambda g, m: (1 - decay) * g**order + decay * m, updates, moments)


def tree_bias_correction(moment, decay, count):
    return _map(lambda m: _debiased(m, decay, count), moment)


bias_correction, update_moment = tree_bias_correction, tree_update_moment


# Schedules.


def constant_schedule(value):
    return lambda count: value


def polynomial_schedule(init_value, end_value, power, transition_steps, transition_begin=0):
    if transition_steps <= 0:
        return lambda count: init_value
    begin = max(transition_begin, 0)

    def schedule(count):
        left = 1 - jnp.clip(count - begin, 0, transition_steps) / transition_steps
        return (init_value - end_value) * left**power + end_value

    return schedule


def linear_schedule(init_value, end_value, transition_steps, transition_begin=0):
    return polynomial_schedule(init_value, end_value, 1, transition_steps, transition_begin)


def piecewise_constant_schedule(init_value, boundaries_and_scales=None):
    steps = sorted((boundaries_and_scales or {}).items())
    if any(factor < 0.0 for _, factor in steps):
        raise ValueError("the scales of piecewise_constant_schedule must not be negative")

    def schedule(count):
        value = init_value
        for threshold, factor in steps:
            before = jnp.maximum(0.0, jnp.sign(threshold - count))
            value = value * before + (1 - before) * factor * value
        return value

    return schedule


def exponential_decay(
    init_value, transition_steps, decay_rate, transition_begin=0, staircase=False, end_value=None
):
    if transition_steps <= 0 or decay_rate == 0:
        return lambda count: init_value
    begin = max(transition_begin, 0)

    def schedule(count):
        past = count - begin
        power = jnp.floor(past / transition_steps) if staircase else past / transition_steps
        value = jnp.where(past <= 0, init_value, init_value * jnp.power(decay_rate, power))
        if end_value is None:
            return value
        return (jnp.maximum if decay_rate < 1.0 else jnp.minimum)(value, end_value)

    return schedule


def cosine_decay_schedule(init_value, decay_steps, alpha=0.0, exponent=1.0):
    if not decay_steps > 0:
        raise ValueError(f"cosine_decay_schedule needs a positive number of steps, found {decay_steps}")

    def schedule(count):
        past = jnp.minimum(count, float(decay_steps))
        wave = 0.5 * (1 + jnp.cos(jnp.pi * past / float(decay_steps)))
        return init_value * ((1 - alpha) * wave**exponent + alpha)

    return schedule


def join_schedules(schedules, boundaries):
    def joined(step):
        value = schedules[0](step)
        for boundary, schedule in zip(boundaries, schedules[1:]):
            value = jnp.where(step < boundary, value, schedule(step - boundary))
        return value

    return joined


def warmup_constant_schedule(init_value, peak_value, warmup_steps):
    return linear_schedule(init_value, peak_value, warmup_steps)


def warmup_cosine_decay_schedule(init_value, peak_value, warmup_steps, decay_steps, end_value=0.0, exponent=1.0):
    alpha = 0.0 if peak_value == 0.0 else end_value / peak_value
    rise = linear_schedule(init_value, peak_value, warmup_steps)
    fall = cosine_decay_schedule(peak_value, decay_steps - warmup_steps, alpha, exponent)
    return join_schedules([rise, fall], [warmup_steps])


def warmup_exponential_decay_schedule(
    init_value, peak_value, warmup_steps, transition_steps, decay_rate, transition_begin=0, staircase=False, end_value=None
):
    rise = linear_schedule(init_value, peak_value, warmup_steps)
    fall = exponential_decay(peak_value, transition_steps, decay_rate, transition_begin, staircase, end_value)
    return join_schedules([rise, fall], [warmup_steps])


def sgdr_schedule(cosine_kwargs):
    cycles = [warmup_cosine_decay_schedule(**kwargs) for kwargs in cosine_kwargs]
    ends, step = [], 0
    for kwargs in cosine_kwargs:
        step += kwargs["decay_steps"]
        ends.append(step)
    return join_schedules(cycles, ends[:-1])


def piecewise_interpolate_schedule(interpolate_type, init_value, boundaries_and_scales=None):
    if interpolate_type == "linear":
        between = lambda a, b, part: (b - a) * part + a
    elif interpolate_type == "cosine":
        between = lambda a, b, part: b + (a - b) / 2.0 * (jnp.cos(jnp.pi * part) + 1)
    else:
        raise ValueError("piecewise_interpolate_schedule interpolates 'linear' or 'cosine'")
    steps = sorted((boundaries_and_scales or {}).items())

    def schedule(count):
        bounds = jnp.array([0] + [bound for bound, _ in steps])
        values = jnp.cumprod(jnp.array([init_value] + [factor for _, factor in steps]))
        lengths = jnp.maximum(bounds[1:] - bounds[:-1], 1)
        inside = jnp.logical_and(bounds[:-1] <= count, count < bounds[1:])
        found = between(values[:-1], values[1:], (count - bounds[:-1]) / lengths)
        return jnp.sum(inside * found) + (bounds[-1] <= count) * values[-1]

    return schedule


def linear_onecycle_schedule(
    transition_steps, peak_value, pct_start=0.3, pct_final=0.85, div_factor=25.0, final_div_factor=1e4
):
    points = {
        int(pct_start * transition_steps): div_factor,
        int(pct_final * transition_steps): 1.0 / div_factor,
        transition_steps: 1.0 / final_div_factor,
    }
    return piecewise_interpolate_schedule("linear", peak_value / div_factor, points)


def cosine_onecycle_schedule(transition_steps, peak_value, pct_start=0.3, div_factor=25.0, final_div_factor=1e4):
    points = {int(pct_start * transition_steps): div_factor, int(transition_steps): 1.0 / (div_factor * final_div_factor)}
    return piecewise_interpolate_schedule("cosine", peak_value / div_factor, points)


# Losses: one value per example, or per element.


def squared_error(predictions, targets=None):
    return (predictions if targets is None else predictions - targets) ** 2


def l2_loss(predictions, targets=None):
    return 0.5 * squared_error(predictions, targets)


def huber_loss(predictions, targets=None, *, delta=1.0):
    errors = jnp.abs(predictions if targets is None else predictions - targets)
    near = jnp.minimum(errors, delta)
    return 0.5 * near**2 + delta * (errors - near)


def log_cosh(predictions, targets=None):
    errors = predictions if targets is None else predictions - targets
    return jnp.logaddexp(errors, -errors) - jnp.log(2.0).astype(errors.dtype)


def sigmoid_binary_cross_entropy(logits, labels):
    labels = jnp.asarray(labels).astype(logits.dtype)
    return -labels * jax.nn.log_sigmoid(logits) - (1.0 - labels) * jax.nn.log_sigmoid(-logits)


def softmax_cross_entropy(logits, labels, axis=-1, where=None):
    where = jnp.expand_dims(where, axis) if where is not None and where.ndim != logits.ndim else where
    return -(labels * jax.nn.log_softmax(logits, axis, where)).sum(axis, where=where)


def softmax_cross_entropy_with_integer_labels(logits, labels, axis=-1, where=None):
    where = jnp.expand_dims(where, axis) if where is not None and where.ndim != logits.ndim else where
    chosen = jnp.take_along_axis(logits, jnp.expand_dims(labels, axis), axis=axis).squeeze(axis)
    loss = jax.nn.logsumexp(logits, axis=axis, where=where) - chosen
    return loss if where is None else jnp.where(jnp.any(where, axis), loss, 0.0)


def safe_softmax_cross_entropy(logits, labels):
    log_p = jax.nn.log_softmax(logits, axis=-1)
    counts = labels != 0.0
    return -jnp.sum(jnp.where(counts, labels * jnp.where(counts, log_p, 0.0), 0.0), axis=-1)


def poly_loss_cross_entropy(logits, labels, *, epsilon=2.0, axis=-1, where=None):
    missed = jnp.sum(labels * (1 - jax.nn.softmax(logits, axis=axis, where=where)), axis=axis, where=where)
    return softmax_cross_entropy(logits, labels, axis, where) + epsilon * missed


def sigmoid_focal_loss(logits, labels, *, alpha=None, gamma=2.0):
    labels = jnp.asarray(labels).astype(logits.dtype)
    both = jnp.stack([jax.nn.log_sigmoid(logits), jax.nn.log_sigmoid(-logits)], axis=-1)
    missed = jax.nn.logsumexp(both, axis=-1, b=jnp.stack([1 - labels, labels], axis=-1))
    loss = sigmoid_binary_cross_entropy(logits, labels) * jnp.exp(gamma * missed)
    return loss if alpha is None else (alpha * labels + (1.0 - alpha) * (1.0 - labels)) * loss


def hinge_loss(predictor_outputs, targets):
    return jnp.maximum(0, 1 - predictor_outputs * targets)


def perceptron_loss(predictor_outputs, targets):
    return jnp.maximum(0, -predictor_outputs * targets)


def sparsemax_loss(logits, labels):
    return jax.nn.sparse_plus(jnp.where(labels, -logits, logits))


def multiclass_hinge_loss(scores, labels):
    chosen = jax.nn.one_hot(labels, scores.shape[-1])
    return jnp.max(scores + 1.0 - chosen, axis=-1) - jnp.sum(scores * chosen, axis=-1)


def multiclass_perceptron_loss(scores, labels):
    chosen = jax.nn.one_hot(labels, scores.shape[-1])
    return jnp.max(scores, axis=-1) - jnp.sum(scores * chosen, axis=-1)


def kl_divergence(log_predictions, targets, axis=-1, where=None):
    log_targets = jnp.where(targets == 0, 0, jnp.log(targets))
    return jnp.sum(targets * (log_targets - log_predictions), axis=axis, where=where)


def kl_divergence_with_log_targets(log_predictions, log_targets, axis=-1, where=None):
    return jnp.sum(jnp.exp(log_targets) * (log_targets - log_predictions), axis=axis, where=where)


def generalized_kl_divergence(log_predictions, targets, axis=-1, where=None):
    rest = jnp.sum(jnp.exp(log_predictions) - targets, axis=axis, where=where)
    return kl_divergence(log_predictions, targets, axis, where) + rest


convex_kl_divergence = generalized_kl_divergence


def cosine_similarity(predictions, targets, *, epsilon=0.0, axis=-1, where=None):
    def unit(x):
        return x / jnp.sqrt(jnp.square(x).sum(axis=axis, where=where, keepdims=True).clip(epsilon))

    return (unit(predictions) * unit(targets)).sum(axis=axis, where=where)


def cosine_distance(predictions, targets, *, epsilon=0.0, axis=-1, where=None):
    return 1.0 - cosine_similarity(predictions, targets, epsilon=epsilon, axis=axis, where=where)


def smooth_labels(labels, alpha, *, axis=-1, where=None):
    classes = labels.shape[axis] if where is None else jnp.sum(where, axis, keepdims=True)
    return (1.0 - alpha) * labels + alpha / classes
