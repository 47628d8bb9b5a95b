"""optax.contrib: optimizers that are not part of optax's core, with states of optax's fields in optax's order."""
import functools
import math
from collections import namedtuple

import jax
import jax.numpy as jnp
import optax
from optax import GradientTransformation, MaskedNode, ScaleByAdamState, ScaleByBeliefState, safe_increment

MuonDimensionNumbers = namedtuple("MuonDimensionNumbers", ["reduction_axis", "output_axis"], defaults=(0, 1))
MuonState = namedtuple("MuonState", ["count", "mu", "ns_coeffs"])
ScheduleFreeState = namedtuple(
    "ScheduleFreeState", ["b1", "weight_sum", "step_count", "max_lr", "base_optimizer_state", "z"]
)
ProdigyState = namedtuple(
    "ProdigyState", ["exp_avg", "exp_avg_sq", "grad_sum", "params0", "estim_lr", "numerator_weighted", "count"]
)
DAdaptAdamWState = namedtuple(
    "DAdaptAdamWState", ["exp_avg", "exp_avg_sq", "grad_sum", "estim_lr", "numerator_weighted", "count"]
)
SAMState = namedtuple("SAMState", ["steps_since_sync", "opt_state", "adv_state", "cache"])
DoGState = namedtuple("DoGState", ["is_init_step", "init_params", "max_dist", "sum_sq_norm_grads"])
DoWGState = namedtuple("DoWGState", ["init_params", "weighted_sq_norm_grads", "estim_sq_dist"])
ReduceLROnPlateauState = namedtuple(
    "ReduceLROnPlateauState", ["scale", "best_value", "plateau_count", "cooldown_count", "count", "avg_value"]
)
ScaleByAdemamixState = namedtuple("ScaleByAdemamixState", ["count", "count_m2", "m1", "m2", "nu"])
ScaleBySimplifiedAdEMAMixState = namedtuple("ScaleBySimplifiedAdEMAMixState", ["t", "m", "n"])
MomoState = namedtuple("MomoState", ["exp_avg", "barf", "gamma", "lb", "count"])
MomoAdamState = namedtuple("MomoAdamState", ["exp_avg", "exp_avg_sq", "barf", "gamma", "lb", "count"])
MadgradState = namedtuple("MadgradState", ["count", "grad_sum_sq", "s", "x0"])
DifferentiallyPrivateAggregateState = namedtuple("DifferentiallyPrivateAggregateState", ["rng_key"])
SplitRealAndImaginaryState = namedtuple("SplitRealAndImaginaryState", ["inner_state"])
NormalizeState = optax.EmptyState

_map = jax.tree.map


def _zero():
    return jnp.zeros([], jnp.int32)


def _dtype_of(params, largest=False):
    """The smallest or largest type of the parameters."""
    types = [leaf.dtype for leaf in jax.tree.leaves(params)]
    return sorted(types, key=lambda dtype: dtype.itemsize)[-1 if largest else 0]


def _at(rate, count):
    return rate(count) if callable(rate) else rate


def _need(value, what):
    if value is None:
        raise ValueError(f"this transformation needs {what}")


def _decayed(weight_decay, mask=None):
    return optax.identity() if weight_decay is None else optax.add_decayed_weights(weight_decay, mask)


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


# Averages in place of schedules.


def schedule_free_eval_params(state, params):
    return _map(lambda y, z: (y - (1.0 - state.b1) * z) / state.b1, params, state.z)


def schedule_free(base_optimizer, learning_rate, b1=0.9, weight_lr_power=2.0, state_dtype=None):
    def init(params):
        dtype = _dtype_of(params)
        z = params if state_dtype is None else optax.tree.cast(params, state_dtype)
        zero, one = jnp.zeros([], dtype), jnp.ones([], jnp.int32)
        return ScheduleFreeState(jnp.asarray(b1, dtype), zero, one, zero, base_optimizer.init(params), z)

    def update(grads, state, params=None, **extra):
        _need(params, "the parameters")
        rate = learning_rate
        if callable(rate):
            rate = jnp.asarray(rate(state.step_count), state.max_lr.dtype)
        largest = jnp.maximum(state.max_lr, rate)
        weight = largest**weight_lr_power
        total = state.weight_sum + weight
        share = jnp.nan_to_num(weight / total, nan=0.0, posinf=jnp.inf)
        share = jnp.where(jnp.isnan(weight) | jnp.isnan(total), jnp.nan, share)
        steps, inner = base_optimizer.update(grads, state.base_optimizer_state, params, **extra)
        z = _map(lambda p, u: jnp.asarray(p + u).astype(p.dtype), state.z, steps)
        x = _map(lambda y, z: (y - (1.0 - b1) * z) / b1, params, state.z)
        x = _map(lambda x, z: (1.0 - share) * x + share * z, x, z)
        updates = _map(lambda x, z, p: b1 * x + (1.0 - b1) * z - p, x, z, params)
        return updates, ScheduleFreeState(state.b1, total, safe_increment(state.step_count), largest, inner, z)

    return GradientTransformation(init, update)


def _warmed_up(learning_rate, steps):
    if steps is None:
        return learning_rate
    return optax.warmup_constant_schedule(init_value=0, peak_value=learning_rate, warmup_steps=steps)


def schedule_free_sgd(
    learning_rate=1.0, warmup_steps=None, b1=0.9, weight_decay=None, weight_lr_power=2.0, state_dtype=None
):
    rate = _warmed_up(learning_rate, warmup_steps)
    optimizer = optax.sgd(rate)
    if weight_decay is not None:
        optimizer = optax.chain(optax.add_decayed_weights(weight_decay), optimizer)
    return schedule_free(optimizer, rate, b1, weight_lr_power, state_dtype)


def schedule_free_adamw(
    learning_rate=0.0025, warmup_steps=None, b1=0.9, b2=0.999, eps=1e-8, weight_decay=0.0, weight_lr_power=2.0,
    state_dtype=None,
):
    rate = _warmed_up(learning_rate, warmup_steps)
    optimizer = optax.chain(
        optax.scale_by_rms(decay=b2, eps=eps, eps_in_sqrt=False, bias_correction=True),
        optax.add_decayed_weights(weight_decay),
        optax.scale_by_learning_rate(rate),
    )
    return schedule_free(optimizer, rate, b1, weight_lr_power, state_dtype)


# Optimizers that find their learning rate.


def _start_of(params, *starts):
    zeros = optax.tree.zeros_like(params)
    return zeros, zeros, zeros, [jnp.asarray(start, _dtype_of(params)) for start in starts]


def prodigy(
    learning_rate=1.0, betas=(0.9, 0.999), beta3=None, eps=1e-8, estim_lr0=1e-6, estim_lr_coef=1.0, weight_decay=0.0,
    safeguard_warmup=False,
):
    b1, b2 = betas
    b3 = b2**0.5 if beta3 is None else beta3

    def init(params):
        m, v, s, (rate, weighted) = _start_of(params, estim_lr0, 0.0)
        return ProdigyState(m, v, s, params, rate, weighted, _zero())

    def update(updates, state, params=None, **extra):
        _need(params, "the parameters")
        count, rate = safe_increment(state.count), state.estim_lr
        corrected = (1 - b2**count) ** 0.5 / (1 - b1**count)
        step = jnp.asarray(rate * _at(learning_rate, state.count) * corrected, rate.dtype)
        scaled = _map(lambda g: rate * g, updates)
        moved = optax.tree.vdot(updates, optax.tree.sub(state.params0, params))
        m = _map(lambda m, g: b1 * m + (1 - b1) * g, state.exp_avg, scaled)
        v = _map(lambda v, g: b2 * v + (1 - b2) * g * g, state.exp_avg_sq, scaled)
        factor = rate if safeguard_warmup else step
        s = _map(lambda s, g: b3 * s + factor * g / estim_lr0, state.grad_sum, scaled)
        weighted = b3 * state.numerator_weighted + rate / estim_lr0 * step * moved
        estimate = estim_lr_coef * weighted / optax.tree.sum(_map(jnp.abs, s))
        later = jnp.maximum(rate, estimate)
        rule = lambda m, v, p: -weight_decay * step * p - step * m / (jnp.sqrt(v) + later * eps)
        return _map(rule, m, v, params), ProdigyState(m, v, s, state.params0, later, weighted, count)

    return GradientTransformation(init, update)


def dadapt_adamw(learning_rate=1.0, betas=(0.9, 0.999), eps=1e-8, estim_lr0=1e-6, weight_decay=0.0):
    b1, b2 = betas
    root = b2**0.5

    def init(params):
        m, v, s, (rate, weighted) = _start_of(params, estim_lr0, 0.0)
        return DAdaptAdamWState(m, v, s, rate, weighted, _zero())

    def update(updates, state, params=None, **extra):
        _need(params, "the parameters")
        count = safe_increment(state.count)
        corrected = (1 - b2**count) ** 0.5 / (1 - b1**count)
        step = state.estim_lr * _at(learning_rate, state.count) * corrected
        step = step.astype(state.numerator_weighted.dtype)
        scaled = _map(lambda s, v: s / (jnp.sqrt(v) + eps), state.grad_sum, state.exp_avg_sq)
        m = _map(lambda m, g: b1 * m + (1 - b1) * step * g, state.exp_avg, updates)
        v = _map(lambda v, g: b2 * v + (1 - b2) * g * g, state.exp_avg_sq, updates)
        s = _map(lambda s, g: root * s + (1 - root) * step * g, state.grad_sum, updates)
        moved = optax.tree.vdot(updates, scaled)
        weighted = root * state.numerator_weighted + (1 - root) * step * moved
        estimate = weighted / ((1 - root) * optax.tree.sum(_map(jnp.abs, s)))
        rule = lambda m, v, p: -weight_decay * step * p - m / (jnp.sqrt(v) + eps)
        later = jnp.maximum(state.estim_lr, estimate)
        return _map(rule, m, v, params), DAdaptAdamWState(m, v, s, later, weighted, count)

    return GradientTransformation(init, update)


def _scale_by_dog(init_step, eps):
    kind, start = init_step
    if kind not in ("distance", "heuristic", "learning_rate"):
        raise ValueError(f"Invalid init_step specification for scale_by_dog: init_step_type='{kind}'")

    def init(params):
        first = {"distance": start, "learning_rate": 0.0}.get(kind)
        first = start * (1 + optax.tree.norm(params)) if first is None else first
        dtype = _dtype_of(params)
        return DoGState(jnp.asarray(True), params, jnp.asarray(first, dtype), jnp.asarray(0.0, dtype))

    def update(updates, state, params=None, **extra):
        _need(params, "the parameters")
        far = jnp.maximum(state.max_dist, optax.tree.norm(optax.tree.sub(state.init_params, params)))
        total = state.sum_sq_norm_grads + optax.tree.norm(updates, squared=True)
        rate = far / jnp.sqrt(total + eps)
        if kind == "learning_rate":
            rate = jnp.where(state.is_init_step, start, rate)
        return optax.tree.scale(rate, updates), DoGState(jnp.asarray(False), state.init_params, far, total)

    return GradientTransformation(init, update)


def dog(learning_rate=1.0, init_step=("heuristic", 1e-6), eps=1e-8, weight_decay=None, mask=None):
    rate = optax.scale_by_learning_rate(learning_rate)
    return optax.chain(_decayed(weight_decay, mask), _scale_by_dog(init_step, eps), rate)


def dowg(learning_rate=1.0, init_estim_sq_dist=None, eps=1e-4, weight_decay=None, mask=None):
    def init(params):
        dtype, first = _dtype_of(params), eps if init_estim_sq_dist is None else init_estim_sq_dist
        return DoWGState(params, jnp.asarray(0.0, dtype), jnp.asarray(first, dtype))

    def update(updates, state, params=None, **extra):
        _need(params, "the parameters")
        moved = optax.tree.norm(optax.tree.sub(state.init_params, params), squared=True)
        far = jnp.maximum(state.estim_sq_dist, moved)
        total = far * optax.tree.norm(updates, squared=True) + state.weighted_sq_norm_grads
        updates = optax.tree.scale(far / (jnp.sqrt(total) + eps), updates)
        return updates, state._replace(estim_sq_dist=far, weighted_sq_norm_grads=total)

    rate = optax.scale_by_learning_rate(learning_rate)
    return optax.chain(_decayed(weight_decay, mask), GradientTransformation(init, update), rate)


def momo(learning_rate=1.0, beta=0.9, lower_bound=0.0, weight_decay=0.0, adapt_lower_bound=False):
    def init(params):
        m, _, _, (value, gamma, bound) = _start_of(params, 0.0, 0.0, lower_bound)
        return MomoState(m, value, gamma, bound, _zero())

    def update(updates, state, params=None, *, value=None, **extra):
        _need(params, "the parameters")
        _need(value, "the loss: update(…, value=loss)")
        b = jnp.where(state.count == 0, 0.0, beta)
        average = b * state.barf + (1 - b) * jnp.asarray(value, state.barf.dtype)
        m = _map(lambda m, g: b * m + (1 - b) * g, state.exp_avg, updates)
        gamma = b * state.gamma + (1 - b) * optax.tree.vdot(updates, params)
        norm, product = optax.tree.norm(m, squared=True), optax.tree.vdot(m, params)
        rate = _at(learning_rate, state.count)
        grown, bound = 1 + rate * weight_decay, state.lb
        if adapt_lower_bound:
            cap = grown * (average - gamma) + product
            bound = jnp.where(cap < grown * bound, jnp.maximum(cap / (2 * grown), lower_bound), bound)
        step = jnp.maximum(grown * (average - bound - gamma) + product, 0.0) / norm
        step = jnp.minimum(rate, jnp.where(norm <= jnp.finfo(float).eps, 0.0, step))
        later = state.lb
        if adapt_lower_bound:
            later = jnp.maximum(average + product - gamma - 1 / 2 * step * norm, lower_bound)
        rule = lambda m, p: -(rate * weight_decay) / grown * p - step * m
        return _map(rule, m, params), MomoState(m, average, gamma, later, safe_increment(state.count))

    return GradientTransformation(init, update)


def momo_adam(
    learning_rate=1e-2, b1=0.9, b2=0.999, eps=1e-8, lower_bound=0.0, weight_decay=0.0, adapt_lower_bound=False
):
    def init(params):
        m, v, _, (value, gamma, bound) = _start_of(params, 0.0, 0.0, lower_bound)
        return MomoAdamState(m, v, value, gamma, bound, _zero())

    def update(updates, state, params=None, *, value=None, **extra):
        _need(params, "the parameters")
        _need(value, "the loss: update(…, value=loss)")
        count = safe_increment(state.count)
        average = b1 * state.barf + (1 - b1) * jnp.asarray(value, state.barf.dtype)
        m = _map(lambda m, g: b1 * m + (1 - b1) * g, state.exp_avg, updates)
        v = _map(lambda v, g: b2 * v + (1 - b2) * g * g, state.exp_avg_sq, updates)
        c1, c2 = [jnp.asarray(1 - b**count, average.dtype) for b in (b1, b2)]
        scales = _map(lambda v: eps + jnp.sqrt(v / c2), v)
        norm = optax.tree.vdot(m, optax.tree.div(m, scales))
        gamma = b1 * state.gamma + (1 - b1) * optax.tree.vdot(updates, params)
        product = optax.tree.vdot(m, params)
        rate = _at(learning_rate, state.count)
        grown, bound = 1 + rate * weight_decay, state.lb
        if adapt_lower_bound:
            cap = grown * (average - gamma) + product
            bound = jnp.where(cap < grown * c1 * bound, jnp.maximum(cap / (2 * c1 * grown), lower_bound), bound)
        step = jnp.maximum(grown * (average - c1 * bound - gamma) + product, 0.0) / norm
        step = jnp.minimum(rate / c1, jnp.where(norm <= jnp.finfo(float).eps, 0.0, step))
        later = state.lb
        if adapt_lower_bound:
            later = jnp.maximum((average + product - gamma - 1 / 2 * step * norm) / c1, lower_bound)
        rule = lambda m, s, p: -(rate * weight_decay) / grown * p - step * m / s
        return _map(rule, m, scales, params), MomoAdamState(m, v, average, gamma, later, count)

    return GradientTransformation(init, update)


# Variants of Adam.


def scale_by_adopt(
    b1=0.9, b2=0.9999, eps=1e-6, mu_dtype=None, *, nesterov=False, use_clipping=True, clip_value_fn=lambda x: x**0.25
):
    def init(params):
        return ScaleByAdamState(_zero(), optax.tree.zeros_like(params, mu_dtype), optax.tree.zeros_like(params))

    def update(updates, state, params=None, **extra):
        d2, d1 = jnp.where(state.count > 0, b2, 0), jnp.where(state.count > 0, b1, 1)
        nu = optax.tree.update_moment(updates, state.nu, d2, 2)
        scaled = _map(lambda g, v: g / jnp.maximum(jnp.sqrt(v), eps), updates, state.nu)
        if use_clipping:
            most = clip_value_fn(state.count)
            scaled = _map(lambda x: jnp.clip(x, -most, most), scaled)
        mu = optax.tree.update_moment(scaled, state.mu, d1, 1)
        result = optax.tree.update_moment(scaled, mu, d1, 1) if nesterov else mu
        mu = mu if mu_dtype is None else optax.tree.cast(mu, mu_dtype)
        return result, ScaleByAdamState(safe_increment(state.count), mu, nu)

    return GradientTransformation(init, update)


def adopt(
    learning_rate, b1=0.9, b2=0.9999, eps=1e-6, mu_dtype=None, *, nesterov=False, use_clipping=True,
    clip_value_fn=lambda x: x**0.25,
):
    core = scale_by_adopt(
        b1, b2, eps, mu_dtype, nesterov=nesterov, use_clipping=use_clipping, clip_value_fn=clip_value_fn
    )
    return optax.chain(core, optax.scale_by_learning_rate(learning_rate))


def scale_by_ademamix(b1=0.9, b2=0.999, b3=0.9999, alpha=6.0, eps=1e-8, eps_root=0.0, mu_dtype=None):
    def init(params):
        zeros = optax.tree.zeros_like(params, mu_dtype)
        return ScaleByAdemamixState(_zero(), _zero(), zeros, zeros, zeros)

    def update(updates, state, params=None, **extra):
        m1 = optax.tree.update_moment(updates, state.m1, b1, 1)
        m2 = optax.tree.update_moment(updates, state.m2, _at(b3, state.count_m2), 1)
        nu = optax.tree.update_moment(updates, state.nu, b2, 2)
        count, a = safe_increment(state.count), _at(alpha, state.count_m2)
        first, second = optax.tree.bias_correction(m1, b1, count), optax.tree.bias_correction(nu, b2, count)
        result = _map(lambda m, slow, v: (m + a * slow) / (jnp.sqrt(v + eps_root) + eps), first, m2, second)
        return result, ScaleByAdemamixState(count, safe_increment(state.count_m2), m1, m2, nu)

    return GradientTransformation(init, update)


def ademamix(
    learning_rate, b1=0.9, b2=0.999, b3=0.9999, alpha=5.0, eps=1e-8, eps_root=0.0, mu_dtype=None, weight_decay=0.0,
    mask=None,
):
    core = scale_by_ademamix(b1, b2, b3, alpha, eps, eps_root, mu_dtype)
    return optax.chain(core, _decayed(weight_decay, mask), optax.scale_by_learning_rate(learning_rate))


def scale_by_simplified_ademamix(b1=0.99, b2=0.95, alpha=0.0, eps=1e-8, eps_root=0.0):
    def init(params):
        zeros = optax.tree.zeros_like(params)
        return ScaleBySimplifiedAdEMAMixState(_zero(), zeros, zeros)

    def update(updates, state, params=None, **extra):
        a, t = _at(alpha, state.t), safe_increment(state.t)
        m = _map(lambda g, m: g + b1 * m, updates, state.m)
        n = _map(lambda g, n: b2 * (n - g * g) + g * g, updates, state.n)
        rule = lambda m, g, n: (m + a * g) / (jnp.sqrt(n + eps_root) + eps)
        result = _map(rule, m, updates, optax.tree.bias_correction(n, b2, t))
        return result, ScaleBySimplifiedAdEMAMixState(t, m, n)

    return GradientTransformation(init, update)


def simplified_ademamix(
    learning_rate, b1=0.99, b2=0.95, alpha=0.0, eps=1e-8, eps_root=0.0, weight_decay=0.0, mask=None
):
    core = scale_by_simplified_ademamix(b1, b2, alpha, eps, eps_root)
    return optax.chain(core, _decayed(weight_decay, mask), optax.scale_by_learning_rate(learning_rate))


def scale_by_acprop(b1=0.9, b2=0.999, eps=1e-16, eps_root=1e-16):
    def init(params):
        return ScaleByBeliefState(_zero(), optax.tree.zeros_like(params), optax.tree.zeros_like(params))

    def update(updates, state, params=None, **extra):
        mu = optax.tree.update_moment(updates, state.mu, b1, 1)
        nu = optax.tree.update_moment(optax.tree.sub(updates, state.mu), state.nu, b2, 2)
        nu = _map(lambda v: v + eps_root, nu)
        count, initial = safe_increment(state.count), state.count == 0
        known = optax.tree.bias_correction(state.nu, b2, jnp.where(initial, count, state.count))
        result = _map(lambda g, v: g / (jnp.sqrt(jnp.where(initial, 1, v)) + eps), updates, known)
        return result, ScaleByBeliefState(count, mu, nu)

    return GradientTransformation(init, update)


def acprop(learning_rate, b1=0.9, b2=0.999, eps=1e-16, eps_root=1e-16, weight_decay=0.0, mask=None):
    rate = optax.scale_by_learning_rate(learning_rate)
    return optax.chain(scale_by_acprop(b1, b2, eps, eps_root), _decayed(weight_decay, mask), rate)


def scale_by_madgrad(learning_rate, momentum=0.9, eps=1e-6):
    def init(params):
        zeros = optax.tree.zeros_like(params)
        return MadgradState(_zero(), zeros, zeros, params)

    def update(updates, state, params=None, **extra):
        _need(params, "the parameters")
        weight = (_at(learning_rate, state.count) + eps) * jnp.sqrt(state.count + 1)
        squares = _map(lambda q, g: q + (weight * g**2).astype(g.dtype), state.grad_sum_sq, updates)
        s = _map(lambda s, g: s + (weight * g).astype(g.dtype), state.s, updates)
        z = _map(lambda x, s, q: x - s / (jnp.cbrt(q) + eps), state.x0, s, squares)
        result = _map(lambda z, p: (1 - momentum) * z + momentum * p - p, z, params)
        return result, MadgradState(safe_increment(state.count), squares, s, state.x0)

    return GradientTransformation(init, update)


def madgrad(learning_rate, momentum=0.9, weight_decay=0.0, eps=1e-6):
    return optax.chain(optax.add_decayed_weights(weight_decay), scale_by_madgrad(learning_rate, momentum, eps))


# Transformations around others.


def normalize():
    def update(updates, state, params=None, **extra):
        norm = optax.tree.norm(updates)
        return _map(lambda g: g / norm, updates), state

    return GradientTransformation(lambda params: NormalizeState(), update)


def sam(optimizer, adv_optimizer, sync_period=2, reset_state=True, opaque_mode=False, batch_axis_name=None):
    if sync_period < 1:
        raise ValueError("Synchronization period must be >= 1.")

    def init(params):
        cache = None if opaque_mode else params
        return SAMState(_zero(), optimizer.init(params), adv_optimizer.init(params), cache)

    def chosen(condition, yes, no):
        return _map(lambda a, b: condition * a + (1 - condition) * b, yes, no)

    def in_turns(updates, state, params=None, *, grad_fn=None, **extra):
        first, last = state.steps_since_sync == 0, state.steps_since_sync == sync_period - 1
        uphill, adv_state = adv_optimizer.update(updates, state.adv_state, params)
        uphill = _map(lambda x: -x, uphill)
        downhill, opt_state = optimizer.update(updates, state.opt_state, state.cache)
        downhill = _map(lambda c, p, u: c - p + u, state.cache, params, downhill)
        cache = chosen(first, params, state.cache)
        kept = adv_optimizer.init(params) if reset_state else state.adv_state
        after = SAMState(
            (state.steps_since_sync + 1) % sync_period,
            chosen(last, opt_state, state.opt_state),
            chosen(last, kept, adv_state),
            cache,
        )
        return chosen(last, downhill, uphill), after

    def at_once(updates, state, params=None, *, grad_fn=None, **extra):
        _need(grad_fn, "grad_fn when opaque_mode=True")
        moved, gradients, adv_state = params, updates, state.adv_state
        for i in range(sync_period - 1):
            steps, adv_state = adv_optimizer.update(gradients, adv_state, moved)
            moved = optax.apply_updates(moved, _map(lambda x: -x, steps))
            gradients = grad_fn(moved, i)
            if batch_axis_name is not None:
                gradients = jax.lax.pmean(gradients, axis_name=batch_axis_name)
        adv_state = adv_optimizer.init(params) if reset_state else adv_state
        updates, opt_state = optimizer.update(gradients, state.opt_state, params)
        return updates, SAMState(_zero(), opt_state, adv_state, None)

    return GradientTransformation(init, at_once if opaque_mode else in_turns)


def reduce_on_plateau(
    factor=0.1, patience=10, rtol=1e-4, atol=0.0, cooldown=0, accumulation_size=1, min_scale=0.0
):
    if factor <= 0.0 or factor >= 1.0:
        raise ValueError(f"Factor must be in the range (0, 1), got factor = {factor}.")
    if rtol < 0.0 or atol < 0.0 or rtol == atol == 0.0 or rtol > 1.0:
        raise ValueError(f"rtol and atol must not be negative nor both zero, and rtol at most 1: {rtol}, {atol}.")

    def init(params):
        least, most = _dtype_of(params), _dtype_of(params, largest=True)
        best, average = jnp.asarray(float("inf"), most), jnp.asarray(0.0, most)
        return ReduceLROnPlateauState(jnp.asarray(1.0, least), best, _zero(), _zero(), _zero(), average)

    def judged(state):
        better = state.avg_value < (1 - rtol) * state.best_value - atol
        waited = jnp.where(better, 0, safe_increment(state.plateau_count))
        cooling, over = state.cooldown_count > 0, waited == patience
        lower = jnp.maximum(jnp.where(over, state.scale * factor, state.scale), min_scale)
        return ReduceLROnPlateauState(
            scale=jnp.where(cooling, state.scale, lower),
            best_value=jnp.where(better, state.avg_value, state.best_value),
            plateau_count=jnp.where(cooling | over, 0, waited),
            cooldown_count=jnp.where(cooling, state.cooldown_count - 1, jnp.where(over, cooldown, 0)),
            count=_zero(),
            avg_value=jnp.zeros_like(state.avg_value),
        )

    def update(updates, state, params=None, *, value=None, **extra):
        _need(value, "the loss: update(…, value=loss)")
        count, dtype = safe_increment(state.count), state.avg_value.dtype
        average = (state.count * state.avg_value + jnp.asarray(value, dtype)) / count
        state = state._replace(avg_value=average.astype(dtype), count=count)
        state = _map(lambda a, b: jnp.where(count == accumulation_size, a, b), judged(state), state)
        return _map(lambda g: state.scale * g, updates), state

    return GradientTransformation(init, update)


def differentially_private_aggregate(l2_norm_clip, noise_multiplier, key=None, *, seed=None):
    key = seed if key is None else key
    key = jax.random.key(0 if key is None else key) if key is None or isinstance(key, int) else key
    spread = l2_norm_clip * noise_multiplier

    def update(updates, state, params=None, **extra):
        leaves, tree = jax.tree.flatten(updates)
        clipped, _ = optax.per_example_global_norm_clip(leaves, l2_norm_clip)
        keys = jax.random.split(state.rng_key, len(leaves) + 1)
        noise = lambda i, g: spread * jax.random.normal(keys[i + 1], g.shape, g.dtype)
        noised = [(g + noise(i, g)) / leaves[0].shape[0] for i, g in enumerate(clipped)]
        return jax.tree.unflatten(tree, noised), DifferentiallyPrivateAggregateState(keys[0])

    return GradientTransformation(lambda params: DifferentiallyPrivateAggregateState(key), update)


def dpsgd(learning_rate, l2_norm_clip, noise_multiplier, seed, momentum=None, nesterov=False):
    return optax.chain(
        differentially_private_aggregate(l2_norm_clip, noise_multiplier, seed=seed),
        optax.identity() if momentum is None else optax.trace(momentum, nesterov),
        optax.scale_by_learning_rate(learning_rate),
    )


_Parts = namedtuple("_Parts", ["real", "imaginary"])


def split_real_and_imaginary(inner):
    """The inner transformation on the parts of complex leaves."""
    is_parts = lambda x: isinstance(x, _Parts)
    apart = lambda tree: _map(lambda x: _Parts(x.real, x.imag) if jnp.iscomplexobj(x) else x, tree)
    together = lambda tree: _map(lambda x: x.real + x.imaginary * 1j if is_parts(x) else x, tree, is_leaf=is_parts)

    def update(updates, state, params=None, **extra):
        params = params if params is None else apart(params)
        updates, inner_state = inner.update(apart(updates), state.inner_state, params)
        return together(updates), SplitRealAndImaginaryState(inner_state)

    return GradientTransformation(lambda params: SplitRealAndImaginaryState(inner.init(apart(params))), update)
