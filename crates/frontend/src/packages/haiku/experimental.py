"""hk.experimental: what looks at modules from outside, and names that `haiku` has too."""
import jax
from __keramos__ import only_printed
from haiku import (
    DO_NOT_STORE,
    LayerStackTransparencyMapping,
    LiftWithStateUpdater,
    MethodContext,
    GetterContext,
    current_name,
    custom_creator,
    custom_getter,
    force_name,
    get_current_state,
    get_initial_state,
    get_params,
    intercept_methods,
    layer_stack,
    lift,
    lift_with_state,
    maybe_get_rng_sequence_state,
    name_like,
    name_scope,
    replace_rng_sequence_state,
    transparent_lift,
    transparent_lift_with_state,
)

ParamContext = GetterContext


def tabulate(f, columns=None, filters=None, **options):
    return lambda *args, **kwargs: only_printed("tabulate")


def fast_eval_shape(fun, *args, **kwargs):
    return jax.eval_shape(fun, *args, **kwargs)
