"""Optax in the model language: what `import optax` finds.

A transformation is a pair of `init(params) -> state` and `update(updates, state, params) -> (updates, state)`.
Most are a rule for one leaf (`_leafwise`); the optimizers are chains. States are named tuples with optax's
fields in optax's order, so that trees of states have the same leaves.
"""
import functools
from collections import namedtuple
from typing import Any

import jax
import jax.numpy as jnp
from __keramos__ import arguments_of, parameter_names
from optax.microbatching import microbatch

GradientTransformation = namedtuple("GradientTransformation", ["init", "update"])


class GradientTransformationExtraArgs(GradientTransformation):
    """A transformation whose update takes arguments by name beside updates, state and parameters."""


EmptyState = namedtuple("EmptyState", [])
AdaptiveGradClipState = AddDecayedWeightsState = ClipByGlobalNormState = ClipState = EmptyState
NonNegativeParamsState = ScaleByTrustRatioState = ScaleState = EmptyState
# Names of types, for annotations.
Params = Updates = OptState = Schedule = ScalarOrSchedule = MaskOrFn = ConditionFn = ShouldSkipUpdateFunction = Any
TransformInitFn = TransformUpdateFn = TransformUpdateExtraArgsFn = Any
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
ScaleByDistanceOverGradientsState = namedtuple(
    "ScaleByDistanceOverGradientsState", ["max_dist", "grad_sum_of_squares", "init_params"]
)
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


_map = jax.tree.map


def _needs_params(params):
    if params is None:
        raise ValueError("this transformation needs the parameters: call update(updates, state, params)")


def init_empty_state(params):
    return EmptyState()


def _stateless(f):
    def update(updates, state, params=None, **extra):
        return f(updates, params), state

    return GradientTransformationExtraArgs(init_empty_state, update)


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

    return GradientTransformationExtraArgs(init, update)


def _zeros(dtype=None):
    return lambda p: jnp.zeros_like(p, dtype=dtype)


def _filled(value):
    return lambda p: jnp.full_like(p, value)
