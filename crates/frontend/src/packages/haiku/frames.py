"""Haiku in the model language: what `import haiku as hk` finds.

A frame stands for one call of `init` or `apply`: its parameters, state and keys, and the modules whose methods run,
which give names to what they make.
"""
import dataclasses
import functools
import math
from collections import namedtuple

import jax
import jax.numpy as jnp
from __keramos__ import expect_inputs, is_function, remember_inputs, together
from flax.__shared__ import BatchApply, Interceptors, described

_frames = []


class PRNGSequence:
    """Keys, each split off the one before."""

    def __init__(self, key_or_seed):
        key = key_or_seed
        if isinstance(key, tuple):
            self.key, self.reserved = key[0], list(key[1])
        else:
            self.key = jax.random.PRNGKey(key) if isinstance(key, int) else key
            self.reserved = []

    @property
    def internal_state(self):
        return self.key, tuple(self.reserved)

    def replace_internal_state(self, state):
        self.key, self.reserved = state[0], list(state[1])

    def reserve(self, num):
        if num > 0:
            keys = jax.random.split(self.key, num + 1)
            self.key = keys[0]
            self.reserved = self.reserved + [keys[i] for i in range(1, num + 1)]

    def __iter__(self):
        return self

    def __next__(self):
        self.reserve(1 - len(self.reserved))
        return self.reserved.pop(0)

    next = __next__

    def take(self, num):
        self.reserve(num - len(self.reserved))
        return tuple(next(self) for _ in range(num))


class _Frame:
    def __init__(self, params, state, rng, creates):
        self.params = params
        # Of each entry the first value and the present one.
        self.state = state
        self.rng = None if rng is None else PRNGSequence(rng)
        self.creates = creates
        # Modules with the methods that run, and the names that each method has given.
        self.running = []
        self.names = [({}, set())]


def _frame(what="This"):
    if not _frames:
        raise ValueError(f"{what} must be used as part of an `hk.transform`")
    return _frames[-1]


def _bundle(frame):
    return frame.running[-1][0].module_name if frame.running else "~"


def _values(state, which):
    return {bundle: {name: pair[which] for name, pair in entries.items()} for bundle, entries in state.items()}


def _pairs(values):
    return {bundle: {name: (value, value) for name, value in entries.items()} for bundle, entries in values.items()}


def _two_levels(bundles):
    return {bundle: dict(entries) for bundle, entries in bundles.items()}


def running_init():
    return _frame("running_init").creates


def get_params():
    return _two_levels(_frame("get_params").params)


def get_initial_state():
    return _values(_frame("get_initial_state").state, 0)


def get_current_state():
    return _values(_frame("get_current_state").state, 1)


# Keys.


def _keys(what):
    frame = _frame(what)
    if frame.rng is None:
        raise ValueError("You must pass a non-None PRNGKey to init and/or apply if you make use of random numbers.")
    return frame.rng


def next_rng_key():
    return next(_keys("next_rng_key"))


def next_rng_keys(num):
    return jnp.stack(_keys("next_rng_keys").take(num))


def maybe_next_rng_key():
    return next_rng_key() if _frame("maybe_next_rng_key").rng is not None else None


def reserve_rng_keys(num):
    _keys("reserve_rng_keys").reserve(num)


def maybe_get_rng_sequence_state():
    rng = _frame("maybe_get_rng_sequence_state").rng
    return None if rng is None else rng.internal_state


def replace_rng_sequence_state(state):
    _keys("replace_rng_sequence_state").replace_internal_state(state)


class with_rng:
    """Keys of the block come from another key."""

    def __init__(self, key):
        self.key = key

    def __enter__(self):
        self.frame = _frame("with_rng")
        self.outer = self.frame.rng
        self.frame.rng = PRNGSequence(self.key)

    def __exit__(self, *exception):
        self.frame.rng = self.outer
