"""Functions of a batch that are run on one part of it after the other."""
import enum
from collections import namedtuple
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp


@dataclass(frozen=True)
class Accumulator:
    """How results of parts become one: a start, the result so far with one more, the end; `aggregate` does it at once."""

    init: Any
    update: Any
    finalize: Any
    aggregate: Any


class AccumulationType(enum.Enum):
    MEAN = enum.auto()
    SUM = enum.auto()
    RUNNING_MEAN = enum.auto()
    CONCAT = enum.auto()


_Aux = namedtuple("Aux", ["values", "metrics", "aux"])


def _leafwise(init, update, finalize, aggregate):
    return Accumulator(
        lambda value: jax.tree.map(init, value),
        lambda carry, value, i: jax.tree.map(lambda c, v: update(c, v, i), carry, value),
        lambda carry: jax.tree.map(finalize, carry),
        lambda values: jax.tree.map(aggregate, values),
    )


def _zeros(value):
    return jnp.zeros(value.shape, value.dtype)


def _float_zeros(value):
    if not jnp.issubdtype(value.dtype, jnp.floating):
        raise ValueError("MEAN and RUNNING_MEAN Accumulators require floating-point values.")
    return _zeros(value)


def _of_type(kind, count):
    if isinstance(kind, Accumulator):
        return kind
    same, mean = lambda x: x, lambda x: jnp.mean(x, axis=0)
    add = lambda carry, value, i: carry + value
    if kind == AccumulationType.SUM:
        return _leafwise(_zeros, add, same, lambda x: jnp.sum(x, axis=0))
    if kind == AccumulationType.MEAN:
        return _leafwise(_float_zeros, add, lambda carry: carry / count, mean)
    if kind == AccumulationType.RUNNING_MEAN:
        part = lambda i: i / (i + 1)
        running = lambda carry, value, i: carry * part(i) + value * (1 - part(i))
        return _leafwise(_float_zeros, running, same, mean)
    if kind == AccumulationType.CONCAT:
        return _leafwise(
            lambda value: jnp.zeros((count,) + tuple(value.shape), value.dtype),
            lambda carry, value, i: carry.at[i].set(value),
            lambda carry: jnp.swapaxes(carry, 0, 1).reshape((-1,) + carry.shape[2:]),
            same,
        )
    raise ValueError(f"Unknown accumulator: {kind}")


def _composed(accumulators, count):
    made = jax.tree.map(lambda kind: _of_type(kind, count), accumulators)
    return Accumulator(
        lambda values: jax.tree.map(lambda a, v: a.init(v), made, values),
        lambda carry, values, i: jax.tree.map(lambda a, c, v: a.update(c, v, i), made, carry, values),
        lambda carry: jax.tree.map(lambda a, c: a.finalize(c), made, carry),
        lambda values: jax.tree.map(lambda a, v: a.aggregate(v), made, values),
    )


def reshape_batch_axis(tree, microbatch_size, axis=0):
    """The axis as two: parts, and places in a part; the examples of a part are `number of parts` apart."""

    def apart(x):
        shape = x.shape[:axis] + (microbatch_size, x.shape[axis] // microbatch_size) + x.shape[axis + 1 :]
        return jnp.swapaxes(x.reshape(shape), axis, axis + 1)

    return jax.tree.map(apart, tree)


def microbatch(
    fun, argnums, microbatch_size, accumulator=AccumulationType.SUM, *, argnames=(), in_axes=0,
    num_real_microbatches=None,
):
    if microbatch_size is None:
        return fun
    argnums = (argnums,) if isinstance(argnums, int) else tuple(argnums)
    argnames = (argnames,) if isinstance(argnames, str) else tuple(argnames)
    places = argnums + argnames
    axes = (in_axes,) * len(places) if isinstance(in_axes, int) else tuple(in_axes)

    def replaced(args, kwargs, change):
        args, kwargs = list(args), dict(kwargs)
        for place, axis in zip(places, axes):
            of = kwargs if isinstance(place, str) else args
            of[place] = change(of[place], axis)
        return args, kwargs

    def in_parts(*args, **kwargs):
        sizes = []
        replaced(args, kwargs, lambda tree, axis: sizes.extend(x.shape[axis] for x in jax.tree.leaves(tree)))
        if len(set(sizes)) > 1:
            raise ValueError(f"Batch Arguments must have equal-size batch axes, found {sizes}.")
        if sizes[0] % microbatch_size != 0:
            raise ValueError(f"batch_size={sizes[0]} must be divisible by microbatch_size={microbatch_size}.")
        args, kwargs = replaced(args, kwargs, lambda tree, axis: reshape_batch_axis(tree, microbatch_size, axis))
        count = sizes[0] // microbatch_size
        total = _composed(accumulator, count)

        def part(i):
            own = lambda tree, axis: jax.tree.map(lambda x: jnp.take(x, i, axis=axis), tree)
            own_args, own_kwargs = replaced(args, kwargs, own)
            return fun(*own_args, **own_kwargs)

        start = total.init(jax.eval_shape(part, 0))
        bound = count if num_real_microbatches is None else num_real_microbatches
        end = jax.lax.fori_loop(0, bound, lambda i, carry: total.update(carry, part(i), i), start)
        return total.finalize(end)

    return in_parts


def micro_vmap(
    fun, in_axes=0, out_axes=0, *, microbatch_size=None, vmap_fn=jax.vmap, accumulator=AccumulationType.CONCAT,
    num_real_microbatches=None,
):
    if out_axes != 0:
        raise NotImplementedError("out_axis != 0 is not currently supported")
    in_axes = (in_axes,) if isinstance(in_axes, int) else tuple(in_axes)

    def reduced(*args, kwargs):
        output = vmap_fn(fun, in_axes, out_axes)(*args, **kwargs)
        return _composed(accumulator, jax.tree.leaves(output)[0].shape[0]).aggregate(output)

    in_parts = microbatch(
        reduced,
        argnums=tuple(i for i, axis in enumerate(in_axes) if axis is not None),
        argnames="kwargs",
        microbatch_size=microbatch_size,
        accumulator=accumulator,
        in_axes=tuple(axis for axis in in_axes if axis is not None) + (0,),
        num_real_microbatches=num_real_microbatches,
    )
    return lambda *args, **kwargs: in_parts(*args, kwargs=kwargs)


def micro_grad(
    fun, has_aux=False, argnums=0, *, batch_argnums=1, keep_batch_dim=True, microbatch_size=None,
    accumulator=AccumulationType.SUM, transform_fn=lambda x: x, metrics_fn=lambda x: None, num_real_microbatches=None,
):
    batch_argnums = (batch_argnums,) if isinstance(batch_argnums, int) else tuple(batch_argnums)
    with_aux = fun if has_aux else lambda *args, **kwargs: (fun(*args, **kwargs), None)
    gradient = jax.value_and_grad(with_aux, argnums, has_aux=True)

    def one(*args, **kwargs):
        (value, aux), grad = gradient(*args, **kwargs)
        return transform_fn(grad), _Aux(value, metrics_fn(grad), aux)

    in_parts = micro_vmap(
        one,
        in_axes=[0 if i in batch_argnums else None for i in range(max(batch_argnums) + 1)],
        accumulator=(accumulator, AccumulationType.CONCAT),
        microbatch_size=microbatch_size,
        num_real_microbatches=num_real_microbatches,
    )
    if not keep_batch_dim:
        return in_parts
    grouped = lambda tree: jax.tree.map(lambda x: jnp.expand_dims(x, axis=1), tree)
    return lambda *args, **kwargs: in_parts(
        *[grouped(arg) if i in batch_argnums else arg for i, arg in enumerate(args)], **kwargs
    )
