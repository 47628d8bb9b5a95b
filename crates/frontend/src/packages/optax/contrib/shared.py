"""optax.contrib: optimizers that are not part of optax's core, with states of optax's fields in optax's order."""
import functools
import math
from collections import namedtuple

import jax
import jax.numpy as jnp
import optax
from optax import GradientTransformationExtraArgs as GradientTransformation
from optax import MaskedNode, ScaleByAdamState, ScaleByBeliefState, safe_increment

MuonDimensionNumbers = namedtuple("MuonDimensionNumbers", ["reduction_axis", "output_axis"], defaults=(0, 1))
GaLoreDimensionNumbers = namedtuple("GaLoreDimensionNumbers", ["reduction_axis", "output_axis"], defaults=(0, 1))
GaLoreState = namedtuple("GaLoreState", ["count", "base_optimizer_state", "projector"])
COCOBState = namedtuple("COCOBState", ["init_particles", "cumulative_gradients", "scale", "subgradients", "reward"])
MechanicState = namedtuple("MechanicState", ["base_optimizer_state", "count", "r", "m", "v", "s", "x0"])
HutchinsonState = namedtuple("HutchinsonState", ["key"])
SophiaState = namedtuple("SophiaState", ["count", "mu", "nu", "hessian_fn_state"])
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
