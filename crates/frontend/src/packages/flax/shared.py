"""What linen's layers and those of nnx have in common: functions of arrays."""
import functools
import math

import jax
import jax.numpy as jnp
from __keramos__ import is_host, likeness, parameter_names
from jax import lax


def canonicalize_dtype(*args, dtype=None, inexact=True):
    if dtype is None:
        dtype = jnp.result_type(*[x for x in args if x is not None])
        if inexact and not jnp.issubdtype(dtype, jnp.inexact):
            dtype = jnp.promote_types(jnp.float32, dtype)
    return dtype


def promote_dtype(*args, dtype=None, inexact=True):
    dtype = canonicalize_dtype(*args, dtype=dtype, inexact=inexact)
    return [None if x is None else jnp.asarray(x, dtype) for x in args]


def as_tuple(x):
    return tuple(x) if isinstance(x, (tuple, list)) else (x,)


def axes_of(axes, ndim):
    return tuple(axis % ndim for axis in as_tuple(axes))


def per_dimension(x, n):
    return (1 if x is None else x,) * n if x is None or isinstance(x, int) else tuple(x)


def padding_of(padding, n):
    if isinstance(padding, str):
        return padding
    if isinstance(padding, int):
        return [(padding, padding)] * n
    return [(p, p) if isinstance(p, int) else tuple(p) for p in padding]


def dense(x, kernel, bias, precision=None):
    y = lax.dot_general(x, kernel, (((x.ndim - 1,), (0,)), ((), ())), precision=precision)
    return y if bias is None else y + jnp.reshape(bias, (1,) * (y.ndim - 1) + (-1,))


def flat_batch(x, rank):
    """The input with one batch axis, and how a result gets its own back."""
    batch = x.ndim - rank - 1
    if batch == 1:
        return x, lambda y: y
    shape = x.shape[:batch]
    return jnp.reshape(x, (-1,) + x.shape[batch:]), lambda y: jnp.reshape(y, shape + y.shape[1:])


def conv_layout(rank):
    space = "DHW"[3 - rank :] if rank <= 3 else "ABDEFGH"[:rank]
    return ("N" + space + "C", space + "IO", "N" + space + "C")


def padded_input(x, kernel_size, dilation, padding):
    """The input and padding of a convolution, with paddings that lax does not know already there."""
    padding = padding_of(padding, len(kernel_size))
    if padding == "CIRCULAR" or padding == "REFLECT":
        sizes = [(k - 1) * d + 1 for k, d in zip(kernel_size, dilation)]
        pads = [(0, 0)] + [((k - 1) // 2, k // 2) for k in sizes] + [(0, 0)]
        return jnp.pad(x, pads, mode="wrap" if padding == "CIRCULAR" else "reflect"), "VALID"
    if padding == "CAUSAL":
        if len(kernel_size) != 1:
            raise ValueError("Causal padding is only implemented for 1D convolutions.")
        return jnp.pad(x, [(0, 0), (dilation[0] * (kernel_size[0] - 1), 0), (0, 0)]), "VALID"
    return x, padding


def convolve(x, kernel, bias, strides, padding, input_dilation, kernel_dilation, groups, precision):
    y = lax.conv_general_dilated(
        x,
        kernel,
        strides,
        padding,
        lhs_dilation=input_dilation,
        rhs_dilation=kernel_dilation,
        dimension_numbers=conv_layout(x.ndim - 2),
        feature_group_count=groups,
        precision=precision,
    )
    return y if bias is None else y + bias.reshape((1,) * (y.ndim - bias.ndim) + bias.shape)


def convolve_transposed(x, kernel, bias, strides, padding, dilation, transpose_kernel, precision):
    padding = padding_of(padding, len(strides))
    circular = padding == "CIRCULAR"
    y = lax.conv_transpose(
        x,
        kernel,
        strides,
        "VALID" if circular else padding,
        rhs_dilation=dilation,
        transpose_kernel=transpose_kernel,
        precision=precision,
    )
    if circular:
        # Whole periods of the result are laid over each other.
        periods = [size * stride for size, stride in zip(x.shape[1:-1], strides)]
        missing = [-(size - period) % (2 * period) for size, period in zip(y.shape[1:-1], periods)]
        halves = [(m // 2, (m + 1) // 2) for m in missing]
        if not transpose_kernel:
            halves = [(high, low) for low, high in halves]
        y = jnp.pad(y, [(0, 0)] + halves + [(0, 0)])
        for i, period in enumerate(periods):
            y = y.reshape(y.shape[: i + 1] + (-1, period) + y.shape[i + 2 :]).sum(axis=i + 1)
    return y if bias is None else y + jnp.reshape(bias, (1,) * (y.ndim - 1) + (-1,))


def square(x):
    return lax.square(jnp.real(x)) + lax.square(jnp.imag(x)) if jnp.iscomplexobj(x) else lax.square(x)


def statistics(
    x, axes, dtype, axis_name=None, axis_index_groups=None, use_mean=True, use_fast_variance=True, mask=None, force=True
):
    """Mean and variance over `axes`; with `force`, in at least single precision."""
    dtype = jnp.result_type(x) if dtype is None else dtype
    x = jnp.asarray(x, jnp.promote_types(dtype, jnp.float32) if force else dtype)
    axes = axes_of(axes, x.ndim)
    where = None if mask is None else jnp.asarray(mask, dtype=bool)

    def mean(*xs):
        means = [y.mean(axes, where=where) for y in xs]
        if axis_name is None:
            return means
        shared = lax.pmean(jnp.stack(means), axis_name, axis_index_groups=axis_index_groups)
        return [shared[i] for i in range(len(means))]

    if not use_mean:
        (var,) = mean(square(x))
        return jnp.zeros_like(var), var
    if use_fast_variance:
        mu, mu2 = mean(x, square(x))
        return mu, jnp.maximum(0.0, mu2 - square(mu))
    (mu,) = mean(x)
    (var,) = mean(square(x - jnp.expand_dims(mu, axes)))
    return mu, var


def normalized(x, mean, var, axes, epsilon, scale, bias, dtype):
    """`scale` and `bias` have the shape in which they meet the input, or are None."""
    axes = axes_of(axes, x.ndim)
    y = x - jnp.expand_dims(mean, axes)
    factor = lax.rsqrt(jnp.expand_dims(var, axes) + epsilon)
    if scale is not None:
        factor = factor * scale
    y = y * factor
    if bias is not None:
        y = y + bias
    return jnp.asarray(y, canonicalize_dtype(*[a for a in (x, scale, bias) if a is not None], dtype=dtype))


def feature_shapes(x, feature_axes):
    """The shapes of a parameter on some axes: as it is kept, and as it meets the input."""
    axes = axes_of(feature_axes, x.ndim)
    kept = tuple(x.shape[axis] for axis in axes)
    return kept, tuple(x.shape[axis] if axis in axes else 1 for axis in range(x.ndim))


def group_reduction(x, num_groups, group_size, reduction_axes):
    """The number of groups of a group normalization and the axes of its statistics."""
    axes = axes_of(list(range(1, x.ndim - 1)) + [-1] if reduction_axes is None else reduction_axes, x.ndim)
    if axes[-1] != x.ndim - 1:
        raise ValueError("The reduction axes must include the final dimension as this is assumed to be the feature axis.")
    if (num_groups is None) == (group_size is None):
        raise ValueError("Either `num_groups` or `group_size` should be specified: pass `num_groups=None` with a size.")
    channels = x.shape[-1]
    if num_groups is None:
        if channels % group_size != 0:
            raise ValueError(f"Number of channels ({channels}) is not multiple of the group size ({group_size}).")
        num_groups = channels // group_size
    if num_groups <= 0 or channels % num_groups != 0:
        raise ValueError(f"Number of groups ({num_groups}) does not divide the number of channels ({channels}).")
    return num_groups, axes


def group_statistics(x, groups, axes, mask, *options, **more):
    size = x.shape[-1] // groups
    if mask is not None:
        mask = mask.reshape(mask.shape[:-1] + (groups, size))
    grouped = x.reshape(x.shape[:-1] + (groups, size))
    mean, var = statistics(grouped, list(axes[:-1]) + [-1], *options, mask=mask, **more)
    return jnp.repeat(mean, size, axis=-1), jnp.repeat(var, size, axis=-1)


def dropped(x, key, rate, broadcast_dims):
    keep = 1.0 - rate
    shape = list(x.shape)
    for axis in broadcast_dims:
        shape[axis] = 1
    mask = jnp.broadcast_to(jax.random.bernoulli(key, p=keep, shape=shape), x.shape)
    return lax.select(mask, x / keep, jnp.zeros_like(x))


def dot_product_attention_weights(
    query,
    key,
    bias=None,
    mask=None,
    broadcast_dropout=True,
    dropout_rng=None,
    dropout_rate=0.0,
    deterministic=False,
    dtype=None,
    precision=None,
    module=None,
    force_fp32_for_softmax=False,
    **options,
):
    query, key = promote_dtype(query, key, dtype=dtype)
    dtype = query.dtype
    if query.ndim != key.ndim or query.shape[:-3] != key.shape[:-3] or query.shape[-2:] != key.shape[-2:]:
        raise ValueError(f"query {query.shape} and key {key.shape} differ in more than their length")
    query = query / jnp.sqrt(query.shape[-1]).astype(dtype)
    weights = jnp.einsum("...qhd,...khd->...hqk", query, key, precision=precision)
    if bias is not None:
        weights = weights + bias
    if mask is not None:
        weights = jnp.where(mask, weights, jnp.finfo(dtype).min)
    if force_fp32_for_softmax and dtype != jnp.float32:
        weights = jax.nn.softmax(weights.astype(jnp.float32))
    else:
        weights = jax.nn.softmax(weights).astype(dtype)
    if module is not None:
        module.sow_weights(weights)
    if not deterministic and dropout_rate > 0.0:
        keep = 1.0 - dropout_rate
        shape = (1,) * (key.ndim - 2) + weights.shape[-2:] if broadcast_dropout else weights.shape
        kept = jax.random.bernoulli(dropout_rng, keep, shape)
        weights = weights * (kept.astype(dtype) / jnp.asarray(keep, dtype=dtype))
    return weights


def dot_product_attention(query, key, value, bias=None, mask=None, *positional, dtype=None, precision=None, **options):
    query, key, value = promote_dtype(query, key, value, dtype=dtype)
    if key.shape[-3] != value.shape[-3] or key.shape[:-3] != value.shape[:-3]:
        raise ValueError(f"key {key.shape} and value {value.shape} differ in their length or batch")
    weights = dot_product_attention_weights(
        query, key, bias, mask, *positional, dtype=query.dtype, precision=precision, **options
    )
    return jnp.einsum("...hqk,...khd->...qhd", weights, value, precision=precision)


def accepted(function, options):
    """Those of the options that a function of attention takes."""
    if function is dot_product_attention:
        return options
    names = parameter_names(function)
    return {name: value for name, value in options.items() if name in names}


def make_attention_mask(query_input, key_input, pairwise_fn=jnp.multiply, extra_batch_dims=0, dtype=jnp.float32):
    mask = pairwise_fn(jnp.expand_dims(query_input, axis=-1), jnp.expand_dims(key_input, axis=-2))
    mask = jnp.expand_dims(mask, axis=-3)
    return jnp.expand_dims(mask, axis=tuple(range(extra_batch_dims))).astype(dtype)


def make_causal_mask(x, extra_batch_dims=0, dtype=jnp.float32):
    places = jnp.broadcast_to(jnp.arange(x.shape[-1], dtype=jnp.int32), x.shape)
    return make_attention_mask(places, places, jnp.greater_equal, extra_batch_dims=extra_batch_dims, dtype=dtype)


def combine_masks(*masks, dtype=jnp.float32):
    masks = [mask for mask in masks if mask is not None]
    if not masks:
        return None
    return functools.reduce(jnp.logical_and, masks).astype(dtype)


def flip_sequences(inputs, seq_lengths, num_batch_dims, time_major):
    axis = 0 if time_major else num_batch_dims
    if seq_lengths is None:
        return jnp.flip(inputs, axis=axis)
    steps = inputs.shape[axis]
    order = jnp.arange(steps - 1, -1, -1)
    order = jnp.reshape(order, [steps] + [1] * num_batch_dims if time_major else [1] * num_batch_dims + [steps])
    order = (order + jnp.expand_dims(seq_lengths, axis=axis)) % steps
    order = order.reshape(list(order.shape) + [1] * (inputs.ndim - order.ndim))
    return jnp.take_along_axis(inputs, order, axis=axis)


def last_carry(sequence, seq_lengths):
    return jax.tree.map(lambda x: x[seq_lengths - 1, jnp.arange(x.shape[1])], sequence)


def concatenated(a, b):
    return jnp.concatenate([a, b], axis=-1)


def pool(inputs, init, reduce_fn, window_shape, strides, padding):
    window_shape = tuple(window_shape)
    strides = tuple(strides) if strides else (1,) * len(window_shape)
    if len(strides) != len(window_shape):
        raise ValueError(f"{len(window_shape)} window sizes and {len(strides)} strides are given")
    batch = inputs.ndim - len(window_shape) - 1
    single = batch == 0
    x, batch = (inputs[None], 1) if single else (inputs, batch)
    if not isinstance(padding, str):
        padding = ((0, 0),) * batch + tuple(tuple(p) for p in padding) + ((0, 0),)
    ones = (1,) * batch
    y = lax.reduce_window(x, init, reduce_fn, ones + window_shape + (1,), ones + strides + (1,), padding)
    return jnp.squeeze(y, axis=0) if single else y


def avg_pool(inputs, window_shape, strides=None, padding="VALID", count_include_pad=True):
    y = pool(inputs, 0.0, lax.add, window_shape, strides, padding)
    if count_include_pad:
        return y / math.prod(window_shape)
    shape = inputs.shape[:-1] + (1,)
    if len(shape) - 2 == len(window_shape):
        shape = (1,) + shape[1:]
    return y / pool(jnp.ones(shape), 0.0, lax.add, window_shape, strides, padding)


def max_pool(inputs, window_shape, strides=None, padding="VALID"):
    return pool(inputs, -jnp.inf, lax.max, window_shape, strides, padding)


def min_pool(inputs, window_shape, strides=None, padding="VALID"):
    return pool(inputs, jnp.inf, lax.min, window_shape, strides, padding)


def chained(layers, args, kwargs):
    """The layers one after the other: tuples and dicts are spread over the next one's arguments."""
    outputs = layers[0](*args, **kwargs)
    for layer in layers[1:]:
        if isinstance(outputs, tuple):
            outputs = layer(*outputs)
        elif isinstance(outputs, dict):
            outputs = layer(**outputs)
        else:
            outputs = layer(outputs)
    return outputs


class BatchApply:
    """A function of arrays whose first dimensions are one."""

    def __init__(self, f, num_dims=2):
        self.f, self.num_dims = f, num_dims

    def __call__(self, *args, **kwargs):
        n = self.num_dims
        large = [x for x in jax.tree.leaves((args, kwargs)) if jnp.ndim(x) >= n]
        if not large:
            raise ValueError(f"BatchApply requires at least one input with ndim >= {n}.")
        sizes = large[0].shape[:n]
        merge = lambda x: jnp.reshape(x, (-1,) + x.shape[n:]) if jnp.ndim(x) >= n else x
        outputs = self.f(*jax.tree.map(merge, args), **jax.tree.map(merge, kwargs))
        return jax.tree.map(lambda x: jnp.reshape(x, sizes + x.shape[1:]), outputs)


class _Told(dict):
    def __getattr__(self, name):
        if name not in self:
            raise AttributeError(name)
        return self[name]


def described(x):
    """What has the types of an argument: parameters are made without the data of the run."""
    if is_host(x):
        found = likeness(x)
        return _Told(found) if isinstance(found, dict) else found
    if isinstance(x, tuple) and hasattr(x, "_fields"):
        return type(x)(*[described(part) for part in x])
    if isinstance(x, (list, tuple)):
        return type(x)([described(part) for part in x])
    if isinstance(x, dict):
        return {key: described(part) for key, part in x.items()}
    return x
