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
from __keramos__ import is_function, together

Transformed = namedtuple("Transformed", ["init", "apply"])
TransformedWithState = namedtuple("TransformedWithState", ["init", "apply"])
MultiTransformed = namedtuple("MultiTransformed", ["init", "apply"])
MultiTransformedWithState = namedtuple("MultiTransformedWithState", ["init", "apply"])
LSTMState = namedtuple("LSTMState", ["hidden", "cell"])

_frames = []


class PRNGSequence:
    """Keys, each split off the one before."""

    def __init__(self, key):
        self.key = jax.random.PRNGKey(key) if isinstance(key, int) else key
        self.reserved = []

    def reserve(self, num):
        keys = jax.random.split(self.key, num + 1)
        self.key = keys[0]
        self.reserved = self.reserved + [keys[i] for i in range(1, num + 1)]

    def __iter__(self):
        return self

    def __next__(self):
        if not self.reserved:
            self.reserve(1)
        return self.reserved.pop(0)

    next = __next__

    def take(self, num):
        return tuple(next(self) for _ in range(num))


class _Frame:
    def __init__(self, params, state, rng, creates):
        self.params = params
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


def running_init():
    return _frame("running_init").creates


def next_rng_key():
    frame = _frame("next_rng_key")
    if frame.rng is None:
        raise ValueError("You must pass a non-None PRNGKey to init and/or apply if you make use of random numbers.")
    return next(frame.rng)


def next_rng_keys(num):
    return jnp.stack([next_rng_key() for _ in range(num)])


def maybe_next_rng_key():
    return next_rng_key() if _frame().rng is not None else None


def reserve_rng_keys(num):
    _frame().rng.reserve(num)


def maybe_get_rng_sequence_state():
    return None


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


def _bundle(frame):
    return frame.running[-1][0].module_name if frame.running else "~"


def get_parameter(name, shape, dtype=jnp.float32, init=None):
    frame = _frame("get_parameter")
    bundle = _bundle(frame)
    params = frame.params.get(bundle, {})
    if name not in params:
        if not frame.creates:
            raise ValueError(
                f"Unable to retrieve parameter '{name}' for module '{bundle}'. "
                "All parameters must be created as part of `init`."
            )
        if init is None:
            raise ValueError("Initializer must be specified.")
        value = init(list(shape), dtype)
        frame.params.setdefault(bundle, {})[name] = value
        params = frame.params[bundle]
    value = params[name]
    if tuple(jnp.shape(value)) != tuple(shape):
        raise ValueError(
            f"'{bundle}/{name}' with retrieved shape {tuple(jnp.shape(value))} does not match "
            f"shape={tuple(shape)} dtype={dtype}"
        )
    return value


def get_state(name, shape=None, dtype=jnp.float32, init=None):
    frame = _frame("get_state")
    bundle = _bundle(frame)
    known = frame.state.get(bundle, {})
    if name not in known:
        if init is None:
            raise ValueError(f"Missing initializer for the state '{name}' of '{bundle}'.")
        value = init(shape, dtype)
        frame.state.setdefault(bundle, {})[name] = (value, value)
    return frame.state[bundle][name][1]


def set_state(name, value):
    frame = _frame("set_state")
    entries = frame.state.setdefault(_bundle(frame), {})
    initial = entries[name][0] if name in entries else value
    entries[name] = (initial, value)


def get_params():
    return _frame("get_params").params


get_current_state = lambda: _values(_frame().state, 1)


def _values(state, which):
    return {bundle: {name: pair[which] for name, pair in entries.items()} for bundle, entries in state.items()}


def _snake(name):
    text = ""
    for i, c in enumerate(name):
        before, after = name[i - 1 : i], name[i + 1 : i + 2]
        starts = before and (before.islower() or before.isdigit() or before != "_" and after.islower())
        text += "_" + c if c.isupper() and starts else c
    return text.lower()


def _numbered(name):
    stem, _, number = name.rpartition("_")
    if stem and number.isdigit() and (number == "0" or number[0] != "0"):
        return stem, int(number)
    return name, None


def _unique(frame, name):
    """The name of a module that is being made, in the method that makes it."""
    if len(frame.running) > 1:
        module, method = frame.running[-2]
        if method == "__init__":
            name = "~/" + name
        elif method != "__call__":
            name = f"~{method}/{name}"
        name = f"{module.module_name}/{name}"
    counts, used = frame.names[-2]
    stem, number = _numbered(name)
    explicit = number is not None
    if not explicit:
        number = counts.get(stem, 0)
    name = f"{stem}_{number}" if explicit or number else stem
    if name in used:
        raise ValueError(f"Module name '{name}' is not unique.")
    used.add(name)
    counts[stem] = max(counts.get(stem, 0), number + 1)
    return name


def _wrapped(function, name):
    if getattr(function, "transparent", False) or getattr(function, "wrapped", False):
        return function
    named = getattr(function, "name_like", name)

    @functools.wraps(function)
    def method(self, *args, **kwargs):
        frame = _frame("All `hk.Module`s must be initialized inside an `hk.transform`: a module")
        if name == "__init__" and frame.running and frame.running[-1] == (self, "__init__"):
            return function(self, *args, **kwargs)
        frame.running.append((self, named))
        frame.names.append(({}, set()))
        try:
            return function(self, *args, **kwargs)
        finally:
            frame.running.pop()
            frame.names.pop()

    method.wrapped = True
    return method


def transparent(method):
    method.transparent = True
    return method


def name_like(method_name):
    def named(method):
        method.name_like = method_name
        return method

    return named


class Module:
    def __init_subclass__(cls, **kwargs):
        for name, member in list(vars(cls).items()):
            if name == "module_name":
                continue
            if isinstance(member, property):
                setattr(cls, name, property(_wrapped(member.fget, name)))
            elif is_function(member) and (not name.startswith("__") or name in ("__call__", "__init__")):
                setattr(cls, name, _wrapped(member, name))

    def __init__(self, name=None):
        frame = _frame("a module")
        self.module_name = _unique(frame, _snake(type(self).__name__) if name is None else name)
        self.name = self.module_name.split("/")[-1]

    def params_dict(self):
        own = self.module_name
        found = {}
        for bundle, params in _frame().params.items():
            if bundle == own or bundle.startswith(own + "/"):
                found.update({f"{bundle}/{name}": value for name, value in params.items()})
        return found


Module.__init__ = _wrapped(Module.__init__, "__init__")


def to_module(f):
    class ToModuleWrapper(Module):
        def __init__(self, name=None):
            super().__init__(name=f.__name__ if name is None else name)

        def __call__(self, *args, **kwargs):
            return f(*args, **kwargs)

    return ToModuleWrapper


def current_name():
    frame = _frame("current_name")
    return frame.running[-1][0].module_name if frame.running else "~"


# Transforms of functions that use modules.


def _run(f, params, state, rng, creates, args, kwargs):
    pairs = {b: {name: (value, value) for name, value in entries.items()} for b, entries in (state or {}).items()}
    frame = _Frame({b: dict(entries) for b, entries in (params or {}).items()}, pairs, rng, creates)
    _frames.append(frame)
    try:
        return f(*args, **kwargs), frame
    finally:
        _frames.pop()


def transform_with_state(f, *, apply_rng=True):
    def init(rng, *args, **kwargs):
        def run():
            _, frame = _run(f, {}, {}, rng, True, args, kwargs)
            return frame.params, _values(frame.state, 0)

        return together(run)

    def apply(params, state, rng, *args, **kwargs):
        def run():
            out, frame = _run(f, params, state, rng, False, args, kwargs)
            return out, _values(frame.state, 1)

        return together(run)

    return TransformedWithState(init, apply)


def without_state(f):
    def init(rng, *args, **kwargs):
        params, state = f.init(rng, *args, **kwargs)
        if state:
            raise ValueError("If your transformed function uses `hk.{get,set}_state` then use `hk.transform_with_state`.")
        return params

    def apply(params, rng, *args, **kwargs):
        out, state = f.apply(params, {}, rng, *args, **kwargs)
        if state:
            raise ValueError("If your transformed function uses `hk.{get,set}_state` then use `hk.transform_with_state`.")
        return out

    return Transformed(init, apply)


def transform(f, *, apply_rng=True):
    return without_state(transform_with_state(f))


def with_empty_state(f):
    def apply(params, state, rng, *args, **kwargs):
        return f.apply(params, rng, *args, **kwargs), {}

    return TransformedWithState(lambda rng, *args, **kwargs: (f.init(rng, *args, **kwargs), {}), apply)


def without_apply_rng(f):
    if isinstance(f, TransformedWithState):
        return TransformedWithState(f.init, lambda params, state, *a, **k: f.apply(params, state, None, *a, **k))
    return Transformed(f.init, lambda params, *a, **k: f.apply(params, None, *a, **k))


def multi_transform_with_state(f):
    def init(rng, *args, **kwargs):
        def run():
            _, frame = _run(lambda *a, **k: f()[0](*a, **k), {}, {}, rng, True, args, kwargs)
            return frame.params, _values(frame.state, 0)

        return together(run)

    def applied(select):
        def apply(params, state, rng, *args, **kwargs):
            def run():
                out, frame = _run(lambda *a, **k: select(f()[1])(*a, **k), params, state, rng, False, args, kwargs)
                return out, _values(frame.state, 1)

            return together(run)

        return apply

    # What the function gives beside the template is only known when it runs; it needs no keys or parameters to tell.
    (_, structure), _ = _run(f, {}, {}, 0, True, (), {})
    leaves, tree = jax.tree.flatten(structure)
    select = lambda i: lambda fs: jax.tree.leaves(fs)[i]
    return MultiTransformedWithState(init, jax.tree.unflatten(tree, [applied(select(i)) for i in range(len(leaves))]))


def multi_transform(f):
    inner = multi_transform_with_state(f)

    def init(rng, *args, **kwargs):
        return inner.init(rng, *args, **kwargs)[0]

    def stateless(apply):
        return lambda params, rng, *args, **kwargs: apply(params, {}, rng, *args, **kwargs)[0]

    return MultiTransformed(init, jax.tree.map(stateless, inner.apply))


def _threaded(f):
    """The function with state and key as arguments and results; parameters are those of the frame."""

    def pure(carried, *args, **kwargs):
        frame = _frame()
        outer = frame.state, frame.rng
        state, key = carried
        frame.state = {b: dict(entries) for b, entries in state.items()}
        frame.rng = None if key is None else PRNGSequence(key)
        names = frame.names[-1]
        frame.names[-1] = (dict(names[0]), set(names[1]))
        try:
            out = f(*args, **kwargs)
            return out, (frame.state, None if key is None else frame.rng.key)
        finally:
            frame.state, frame.rng = outer
            frame.names[-1] = names

    return pure


def _carried():
    frame = _frame()
    return frame.state, None if frame.rng is None else next(frame.rng)


def _kept(carried):
    _frame().state = carried[0]


def _lifted(transform):
    def lifted(f, *options, **more):
        def called(*args, **kwargs):
            if running_init():
                # Parameters are made outside of the transform, and come in the order of their names.
                frame = _frame()
                known = list(frame.params)
                f(*args, **kwargs)
                order = known + sorted(bundle for bundle in frame.params if bundle not in known)
                frame.params = {bundle: dict(sorted(frame.params[bundle].items())) for bundle in order}
            transformed = transform(lambda carried, *a: _threaded(f)(carried, *a, **kwargs), *options, **more)
            out, carried = transformed(_carried(), *args)
            _kept(carried)
            return out

        return called

    return lifted


remat = checkpoint = _lifted(lambda f, **options: jax.checkpoint(f, **options))
jit = _lifted(lambda f, **options: jax.jit(f))


def value_and_grad(fun, argnums=0, has_aux=False, holomorphic=False):
    def called(*args, **kwargs):
        if running_init():
            fun(*args, **kwargs)

        def pure(*args):
            out, carried = _threaded(fun)(start, *args, **kwargs)
            y, aux = out if has_aux else (out, None)
            return y, (aux, carried)

        start = _carried()
        (y, (aux, carried)), gradients = jax.value_and_grad(pure, argnums, True, holomorphic)(*args)
        _kept(carried)
        return ((y, aux) if has_aux else y), gradients

    return called


def grad(fun, argnums=0, has_aux=False, holomorphic=False):
    def called(*args, **kwargs):
        y, gradients = value_and_grad(fun, argnums, has_aux, holomorphic)(*args, **kwargs)
        return (gradients, y[1]) if has_aux else gradients

    return called


def scan(f, init, xs, length=None, reverse=False, unroll=1):
    if running_init():
        f(init, jax.tree.map(lambda x: x[0], xs))

    def body(carry, x):
        carried, c = carry
        (c, y), carried = _threaded(f)(carried, c, x)
        return (carried, c), y

    (carried, c), ys = jax.lax.scan(body, (_carried(), init), xs, length, reverse, unroll)
    _kept(carried)
    return c, ys


def cond(pred, true_fun, false_fun, *operands):
    if running_init():
        true_fun(*operands)
        false_fun(*operands)
    out, carried = jax.lax.cond(pred, _threaded(true_fun), _threaded(false_fun), _carried(), *operands)
    _kept(carried)
    return out


def switch(index, branches, *operands):
    if running_init():
        for branch in branches:
            branch(*operands)
    out, carried = jax.lax.switch(index, [_threaded(branch) for branch in branches], _carried(), *operands)
    _kept(carried)
    return out


def fori_loop(lower, upper, body_fun, init_val):
    if running_init():
        body_fun(lower, init_val)

    def body(i, carry):
        out, carried = _threaded(body_fun)(carry[0], i, carry[1])
        return carried, out

    carried, out = jax.lax.fori_loop(lower, upper, body, (_carried(), init_val))
    _kept(carried)
    return out


def while_loop(cond_fun, body_fun, init_val):
    if running_init():
        body_fun(init_val)

    def body(carry):
        out, carried = _threaded(body_fun)(*carry)
        return carried, out

    carried, out = jax.lax.while_loop(lambda carry: cond_fun(carry[1]), body, (_carried(), init_val))
    _kept(carried)
    return out


def vmap(fun, in_axes=0, out_axes=0, axis_name=None, axis_size=None, *, split_rng=False):
    def called(*args):
        if split_rng:
            raise NotImplementedError("hk.vmap(split_rng=True) is not compiled: split keys with hk.next_rng_keys")
        if running_init():
            axes = in_axes if isinstance(in_axes, (tuple, list)) else (in_axes,) * len(args)
            first = lambda axis, x: x if axis is None else jax.tree.map(lambda y: jnp.take(y, 0, axis), x)
            fun(*[first(axis, x) for axis, x in zip(axes, args)])
        start = _carried()
        return jax.vmap(
            lambda *args: _threaded(fun)(start, *args)[0], in_axes, out_axes, axis_name=axis_name, axis_size=axis_size
        )(*args)

    return called
