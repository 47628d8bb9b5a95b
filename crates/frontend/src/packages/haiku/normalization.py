# Normalizations and moving averages.


class ExponentialMovingAverage(Module):
    def __init__(self, decay, zero_debias=True, warmup_length=0, name=None):
        super().__init__(name=name)
        self.decay, self.zero_debias, self.warmup_length = decay, zero_debias, warmup_length

    def initialize(self, shape, dtype=jnp.float32):
        get_state("hidden", shape, dtype, init=jnp.zeros)
        get_state("average", shape, dtype, init=jnp.zeros)

    def __call__(self, value, update_stats=True):
        value = jnp.asarray(value)
        start = _initializers().Constant(-self.warmup_length)
        counter = get_state("counter", (), jnp.int32, init=start) + 1
        decay = jnp.asarray(self.decay, value.dtype)
        if self.warmup_length > 0:
            decay = jnp.where(counter <= 0, 0.0, decay)
        one = jnp.ones([], value.dtype)
        hidden = get_state("hidden", value.shape, value.dtype, init=jnp.zeros)
        hidden = hidden * decay + value * (one - decay)
        average = hidden / (one - jnp.power(decay, counter)) if self.zero_debias else hidden
        if update_stats:
            set_state("counter", counter)
            set_state("hidden", hidden)
            set_state("average", average)
        return average

    @property
    def average(self):
        return get_state("average")


class BatchNorm(Module):
    def __init__(
        self, create_scale, create_offset, decay_rate, eps=1e-5, scale_init=None, offset_init=None, axis=None,
        cross_replica_axis=None, cross_replica_axis_index_groups=None, data_format="channels_last", name=None,
    ):
        super().__init__(name=name)
        self.create_scale, self.create_offset, self.eps = create_scale, create_offset, eps
        self.scale_init, self.offset_init = scale_init or jnp.ones, offset_init or jnp.zeros
        self.axis, self.cross_replica_axis = axis, cross_replica_axis
        self.cross_replica_axis_index_groups = cross_replica_axis_index_groups
        self.channel_index = get_channel_index(data_format)
        self.mean_ema = ExponentialMovingAverage(decay_rate, name="mean_ema")
        self.var_ema = ExponentialMovingAverage(decay_rate, name="var_ema")

    def __call__(self, inputs, is_training, test_local_stats=False, scale=None, offset=None):
        channel = self.channel_index % inputs.ndim
        axis = [i for i in range(inputs.ndim) if i != channel] if self.axis is None else self.axis
        if is_training or test_local_stats:
            mean = jnp.mean(inputs, tuple(axis), keepdims=True)
            square = jnp.mean(jnp.square(inputs), tuple(axis), keepdims=True)
            if self.cross_replica_axis:
                groups = self.cross_replica_axis_index_groups
                mean = jax.lax.pmean(mean, self.cross_replica_axis, axis_index_groups=groups)
                square = jax.lax.pmean(square, self.cross_replica_axis, axis_index_groups=groups)
            var = square - jnp.square(mean)
        else:
            mean, var = self.mean_ema.average.astype(inputs.dtype), self.var_ema.average.astype(inputs.dtype)
        if is_training:
            self.mean_ema(mean)
            self.var_ema(var)
        shape = [1 if i in axis else inputs.shape[i] for i in range(inputs.ndim)]
        if self.create_scale:
            scale = get_parameter("scale", shape, inputs.dtype, self.scale_init)
        if self.create_offset:
            offset = get_parameter("offset", shape, inputs.dtype, self.offset_init)
        factor = jax.lax.rsqrt(var + jnp.asarray(self.eps, var.dtype))
        factor = factor if scale is None else scale * factor
        out = (inputs - mean) * factor
        return out if offset is None else out + offset


def _axes(axis, ndim):
    if isinstance(axis, slice):
        return tuple(range(ndim))[axis]
    return tuple(sorted(a % ndim for a in ((axis,) if isinstance(axis, int) else axis)))


def _kept_shape(param_axis, shape):
    """The shape of a scale or an offset for inputs of the shape."""
    n = len(shape)
    kept = _axes(-1 if param_axis is None else param_axis, n)
    return (shape[-1],) if kept == (n - 1,) else tuple(shape[i] if i in kept else 1 for i in range(n))


class LayerNorm(Module):
    def __init__(
        self, axis, create_scale, create_offset, eps=1e-5, scale_init=None, offset_init=None,
        use_fast_variance=False, name=None, *, param_axis=None,
    ):
        super().__init__(name=name)
        self.axis, self.eps, self.create_scale, self.create_offset = axis, eps, create_scale, create_offset
        self.scale_init, self.offset_init = scale_init or jnp.ones, offset_init or jnp.zeros
        self.use_fast_variance, self.param_axis = use_fast_variance, param_axis

    def __call__(self, inputs, scale=None, offset=None):
        n = inputs.ndim
        axis = _axes(self.axis, n)
        if (self.create_scale or self.create_offset) and self.param_axis is None and axis != (n - 1,):
            raise ValueError("When axis is not the final dimension we require you to also pass `param_axis` in the ctor.")
        mean = jnp.mean(inputs, axis=axis, keepdims=True)
        if self.use_fast_variance:
            variance = jnp.mean(jnp.square(inputs), axis=axis, keepdims=True) - jnp.square(mean)
        else:
            variance = jnp.var(inputs, axis=axis, keepdims=True)
        shape = _kept_shape(self.param_axis, inputs.shape)
        if self.create_scale:
            scale = get_parameter("scale", shape, inputs.dtype, init=self.scale_init)
        if self.create_offset:
            offset = get_parameter("offset", shape, inputs.dtype, init=self.offset_init)
        factor = jax.lax.rsqrt(variance + jnp.asarray(self.eps, variance.dtype))
        factor = factor if scale is None else scale * factor
        out = factor * (inputs - mean)
        return out if offset is None else out + offset


class RMSNorm(Module):
    def __init__(self, axis, eps=1e-5, scale_init=None, name=None, create_scale=True, *, param_axis=None):
        super().__init__(name=name)
        self.axis, self.eps, self.create_scale = axis, eps, create_scale
        self.scale_init, self.param_axis = scale_init or jnp.ones, param_axis

    def __call__(self, inputs):
        n = inputs.ndim
        shape = _kept_shape(self.param_axis, inputs.shape)
        scale = get_parameter("scale", shape, inputs.dtype, init=self.scale_init) if self.create_scale else 1.0
        square = jnp.mean(jnp.square(inputs), axis=_axes(self.axis, n), keepdims=True)
        return inputs * (scale * jax.lax.rsqrt(square + self.eps))


class InstanceNorm(LayerNorm):
    def __init__(
        self, create_scale, create_offset, eps=1e-5, scale_init=None, offset_init=None, data_format="channels_last",
        name=None,
    ):
        channel = get_channel_index(data_format)
        axis = slice(2, None) if channel == 1 else slice(1, -1)
        super().__init__(axis, create_scale, create_offset, eps, scale_init, offset_init, name=name, param_axis=channel)


class GroupNorm(Module):
    def __init__(
        self, groups, axis=slice(1, None), create_scale=True, create_offset=True, eps=1e-5, scale_init=None,
        offset_init=None, data_format="channels_last", name=None,
    ):
        super().__init__(name=name)
        self.groups, self.axis, self.eps, self.data_format = groups, axis, eps, data_format
        self.create_scale, self.create_offset = create_scale, create_offset
        self.scale_init, self.offset_init = scale_init or jnp.ones, offset_init or jnp.zeros
        self.channel_index = get_channel_index(data_format)

    def __call__(self, x, scale=None, offset=None):
        n, last = x.ndim, self.channel_index == -1
        channels, shape = x.shape[self.channel_index], x.shape
        if channels % self.groups != 0:
            raise ValueError(
                "The number of channels must be divisible by the number of groups, was "
                f"channels={channels}, groups={self.groups}"
            )
        size = channels // self.groups
        axes = tuple(range(n))[self.axis] if isinstance(self.axis, slice) else _axes(self.axis, n)
        # In place of the channels stand the groups and the channels of each.
        if last:
            axes, split = tuple(a + 1 if a == n - 1 else a for a in axes), shape[:-1] + (self.groups, size)
        else:
            axes, split = tuple(a + 1 if a else a for a in axes), shape[:1] + (self.groups, size) + shape[2:]
        kept = (channels,) if last else (channels,) + (1,) * (n - 2)
        if self.create_scale:
            scale = get_parameter("scale", kept, x.dtype, self.scale_init)
        if self.create_offset:
            offset = get_parameter("offset", kept, x.dtype, self.offset_init)
        x = x.reshape(split)
        mean, var = jnp.mean(x, axes, keepdims=True), jnp.var(x, axes, keepdims=True)
        x = ((x - mean) * jax.lax.rsqrt(var + self.eps)).reshape(shape)
        x = x if scale is None else x * scale
        return x if offset is None else x + offset


class SpectralNorm(Module):
    def __init__(self, eps=1e-4, n_steps=1, name=None):
        super().__init__(name=name)
        self.eps, self.n_steps = eps, n_steps

    def __call__(self, value, update_stats=True, error_on_non_matrix=False):
        value = jnp.asarray(value)
        shape = value.shape
        if value.ndim <= 1:
            raise ValueError("Spectral normalization is not well defined for scalar or vector inputs.")
        if value.ndim > 2 and error_on_non_matrix:
            raise ValueError(f"Input is {value.ndim}D but error_on_non_matrix is True")
        value = jnp.reshape(value, [-1, shape[-1]])
        u0 = get_state("u0", [1, shape[-1]], value.dtype, init=_initializers().RandomNormal())
        unit = lambda x: x * jax.lax.rsqrt((x * x).sum(keepdims=True) + self.eps)
        for _ in range(self.n_steps):
            v0 = unit(jnp.matmul(u0, value.transpose([1, 0])))
            u0 = unit(jnp.matmul(v0, value))
        u0, v0 = jax.lax.stop_gradient(u0), jax.lax.stop_gradient(v0)
        sigma = jnp.matmul(jnp.matmul(v0, value), jnp.transpose(u0))[0, 0]
        if update_stats:
            set_state("u0", u0)
            set_state("sigma", sigma)
        return (value / sigma).reshape(shape)

    @property
    def u0(self):
        return get_state("u0")

    @property
    def sigma(self):
        return get_state("sigma", shape=(), init=jnp.ones)


class _OfParameters(Module):
    """A module for each parameter of a tree."""

    def __init__(self, make, ignore_regex, tilde, name):
        super().__init__(name=name)
        if ignore_regex:
            raise NotImplementedError("`ignore_regex` is not compiled: choose with hk.data_structures.partition")
        self.make, self.tilde = make, tilde

    def __call__(self, tree, update_stats=True):
        def kept(path, value):
            own = self.make(path.replace("/", "__").replace("~", self.tilde))
            return own(value, update_stats=update_stats)

        return {
            bundle: {name: kept(f"{bundle}/{name}", value) for name, value in entries.items()}
            for bundle, entries in tree.items()
        }


class SNParamsTree(_OfParameters):
    def __init__(self, eps=1e-4, n_steps=1, ignore_regex="", name=None):
        super().__init__(lambda name: SpectralNorm(eps, n_steps, name=name), ignore_regex, "_tilde", name)


class EMAParamsTree(_OfParameters):
    def __init__(self, decay, zero_debias=True, warmup_length=0, ignore_regex="", name=None):
        make = lambda name: ExponentialMovingAverage(decay, zero_debias, warmup_length, name=name)
        super().__init__(make, ignore_regex, "_tilde_", name)
