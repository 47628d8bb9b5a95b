

# Layers.


def _unit_variance(fan_in):
    return _initializers().TruncatedNormal(stddev=1.0 / math.sqrt(fan_in))


def _initializers():
    import haiku.initializers

    return haiku.initializers


class Linear(Module):
    def __init__(self, output_size, with_bias=True, w_init=None, b_init=None, name=None):
        super().__init__(name=name)
        self.input_size = None
        self.output_size = output_size
        self.with_bias = with_bias
        self.w_init = w_init
        self.b_init = b_init or jnp.zeros

    def __call__(self, inputs, *, precision=None):
        if not inputs.shape:
            raise ValueError("Input must not be scalar.")
        self.input_size = inputs.shape[-1]
        init = self.w_init or _unit_variance(self.input_size)
        w = get_parameter("w", [self.input_size, self.output_size], inputs.dtype, init=init)
        out = jnp.dot(inputs, w, precision=precision)
        if self.with_bias:
            b = get_parameter("b", [self.output_size], inputs.dtype, init=self.b_init)
            out = out + jnp.broadcast_to(b, out.shape)
        return out


class Bias(Module):
    def __init__(self, output_size=None, bias_dims=None, b_init=None, name=None):
        super().__init__(name=name)
        self.bias_dims, self.b_init = bias_dims, b_init or jnp.zeros

    def __call__(self, inputs, multiplier=None):
        dims = range(1, inputs.ndim) if self.bias_dims is None else [d % inputs.ndim for d in self.bias_dims]
        shape = [inputs.shape[d] if d in dims else 1 for d in range(inputs.ndim)]
        while shape and shape[0] == 1 and 0 not in dims:
            shape = shape[1:]
        b = get_parameter("b", shape, inputs.dtype, init=self.b_init)
        return inputs + (b if multiplier is None else b * multiplier)


def _per_dimension(x, n):
    return (x,) * n if isinstance(x, int) else tuple(x) * (n if len(tuple(x)) == 1 else 1)


class ConvND(Module):
    def __init__(
        self, num_spatial_dims, output_channels, kernel_shape, stride=1, rate=1, padding="SAME", with_bias=True,
        w_init=None, b_init=None, data_format="channels_last", mask=None, feature_group_count=1, name=None,
    ):
        super().__init__(name=name)
        n = num_spatial_dims
        if n > 3 or data_format not in ("channels_last", "NWC", "NHWC", "NDHWC"):
            raise NotImplementedError(f"convolutions of {n} dimensions in the format {data_format} are not compiled")
        self.num_spatial_dims, self.output_channels = n, output_channels
        self.kernel_shape = _per_dimension(kernel_shape, n)
        self.stride, self.rate = _per_dimension(stride, n), _per_dimension(rate, n)
        self.padding = padding if isinstance(padding, str) else [tuple(p) for p in padding]
        self.with_bias, self.w_init, self.b_init = with_bias, w_init, b_init or jnp.zeros
        self.mask, self.feature_group_count = mask, feature_group_count

    def __call__(self, inputs, *, precision=None):
        n = self.num_spatial_dims
        unbatched = inputs.ndim == n + 1
        if inputs.ndim not in (n + 1, n + 2):
            raise ValueError(f"Input to ConvND needs to have rank in {(n + 1, n + 2)}, but input has shape {inputs.shape}.")
        x = inputs[None] if unbatched else inputs
        channels = x.shape[-1] // self.feature_group_count
        shape = self.kernel_shape + (channels, self.output_channels)
        init = self.w_init or _unit_variance(math.prod(shape[:-1]))
        w = get_parameter("w", shape, inputs.dtype, init=init)
        w = w if self.mask is None else w * self.mask
        space = "DHW"[3 - n :]
        out = jax.lax.conv_general_dilated(
            x, w, self.stride, self.padding, rhs_dilation=self.rate,
            dimension_numbers=("N" + space + "C", space + "IO", "N" + space + "C"),
            feature_group_count=self.feature_group_count, precision=precision,
        )
        if self.with_bias:
            b = get_parameter("b", (self.output_channels,), inputs.dtype, init=self.b_init)
            out = out + jnp.broadcast_to(b, out.shape)
        return out[0] if unbatched else out


class Conv1D(ConvND):
    def __init__(self, output_channels, kernel_shape, *args, **kwargs):
        super().__init__(1, output_channels, kernel_shape, *args, **kwargs)


class Conv2D(ConvND):
    def __init__(self, output_channels, kernel_shape, *args, **kwargs):
        super().__init__(2, output_channels, kernel_shape, *args, **kwargs)


class Conv3D(ConvND):
    def __init__(self, output_channels, kernel_shape, *args, **kwargs):
        super().__init__(3, output_channels, kernel_shape, *args, **kwargs)


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
        self.channel_index = -1 if data_format == "channels_last" or data_format.endswith("C") else 1
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
        kept = _axes(-1 if self.param_axis is None else self.param_axis, n)
        shape = (inputs.shape[-1],)
        if kept != (n - 1,):
            shape = tuple(inputs.shape[i] if i in kept else 1 for i in range(n))
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
        kept = _axes(-1 if self.param_axis is None else self.param_axis, n)
        shape = (inputs.shape[-1],)
        if kept != (n - 1,):
            shape = tuple(inputs.shape[i] if i in kept else 1 for i in range(n))
        scale = get_parameter("scale", shape, inputs.dtype, init=self.scale_init) if self.create_scale else 1.0
        square = jnp.mean(jnp.square(inputs), axis=_axes(self.axis, n), keepdims=True)
        return inputs * (scale * jax.lax.rsqrt(square + self.eps))


class Embed(Module):
    def __init__(
        self, vocab_size=None, embed_dim=None, embedding_matrix=None, w_init=None, lookup_style="ARRAY_INDEX",
        name=None, precision=jax.lax.Precision.HIGHEST,
    ):
        super().__init__(name=name)
        if embedding_matrix is not None:
            matrix = jnp.asarray(embedding_matrix)
            w_init = lambda shape, dtype: matrix
            vocab_size, embed_dim = matrix.shape
        elif not (vocab_size and embed_dim):
            raise ValueError(
                "hk.Embed must be supplied either with an initial `embedding_matrix` or with `embed_dim` and "
                "`vocab_size`."
            )
        self.vocab_size, self.embed_dim, self.lookup_style, self.precision = vocab_size, embed_dim, lookup_style, precision
        self.w_init = w_init or _initializers().TruncatedNormal()

    @property
    def embeddings(self):
        return get_parameter("embeddings", [self.vocab_size, self.embed_dim], init=self.w_init)

    def __call__(self, ids, lookup_style=None, precision=None):
        ids = jnp.asarray(ids)
        if not jnp.issubdtype(ids.dtype, jnp.integer):
            raise ValueError(
                f"hk.Embed's __call__ method must take an array of integer dtype but was called with {ids.dtype}"
            )
        if (lookup_style or self.lookup_style) == "ONE_HOT":
            hot = jax.nn.one_hot(ids, self.vocab_size)
            return jnp.dot(hot, self.embeddings, precision=self.precision if precision is None else precision)
        return self.embeddings[(ids,)]


class MultiHeadAttention(Module):
    def __init__(
        self, num_heads, key_size, w_init_scale=None, *, w_init=None, with_bias=True, b_init=None, value_size=None,
        model_size=None, name=None,
    ):
        super().__init__(name=name)
        self.num_heads, self.key_size = num_heads, key_size
        self.value_size, self.model_size = value_size or key_size, model_size or key_size * num_heads
        if w_init is None and w_init_scale is None:
            raise ValueError("Please provide a weight initializer: `w_init`.")
        self.w_init = w_init or _initializers().VarianceScaling(w_init_scale)
        self.with_bias, self.b_init = with_bias, b_init

    def __call__(self, query, key, value, mask=None):
        def heads(x, size, name):
            projected = self._linear(self.num_heads * size, name)(x)
            return projected.reshape(x.shape[:-1] + (self.num_heads, size))

        query_heads = heads(query, self.key_size, "query")
        key_heads = heads(key, self.key_size, "key")
        value_heads = heads(value, self.value_size, "value")
        logits = jnp.einsum("...thd,...Thd->...htT", query_heads, key_heads)
        logits = logits / jnp.sqrt(self.key_size).astype(key.dtype)
        if mask is not None:
            if mask.ndim != logits.ndim:
                raise ValueError(f"Mask dimensionality {mask.ndim} must match logits dimensionality {logits.ndim}.")
            logits = jnp.where(mask, logits, -1e30)
        attended = jnp.einsum("...htT,...Thd->...thd", jax.nn.softmax(logits), value_heads)
        return self._linear(self.model_size, None)(jnp.reshape(attended, query.shape[:-1] + (-1,)))

    @transparent
    def _linear(self, size, name):
        return Linear(size, w_init=self.w_init, with_bias=self.with_bias, b_init=self.b_init, name=name)


class RNNCore(Module):
    pass


def add_batch(nest, batch_size):
    return jax.tree.map(lambda x: jnp.broadcast_to(x, (batch_size,) + x.shape), nest)


class VanillaRNN(RNNCore):
    def __init__(self, hidden_size, double_bias=True, name=None):
        super().__init__(name=name)
        self.hidden_size, self.double_bias = hidden_size, double_bias

    def __call__(self, inputs, prev_state):
        of_input, of_state = Linear(self.hidden_size), Linear(self.hidden_size, with_bias=self.double_bias)
        out = jax.nn.relu(of_input(inputs) + of_state(prev_state))
        return out, out

    def initial_state(self, batch_size):
        state = jnp.zeros([self.hidden_size])
        return state if batch_size is None else add_batch(state, batch_size)


class LSTM(RNNCore):
    def __init__(self, hidden_size, name=None):
        super().__init__(name=name)
        self.hidden_size = hidden_size

    def __call__(self, inputs, prev_state):
        if inputs.ndim not in (1, 2):
            raise ValueError("LSTM input must be rank-1 or rank-2.")
        gated = Linear(4 * self.hidden_size)(jnp.concatenate([inputs, prev_state.hidden], axis=-1))
        i, g, f, o = jnp.split(gated, 4, axis=-1)
        c = jax.nn.sigmoid(f + 1) * prev_state.cell + jax.nn.sigmoid(i) * jnp.tanh(g)
        h = jax.nn.sigmoid(o) * jnp.tanh(c)
        return h, LSTMState(h, c)

    def initial_state(self, batch_size):
        state = LSTMState(jnp.zeros([self.hidden_size]), jnp.zeros([self.hidden_size]))
        return state if batch_size is None else add_batch(state, batch_size)


class GRU(RNNCore):
    def __init__(self, hidden_size, w_i_init=None, w_h_init=None, b_init=None, name=None):
        super().__init__(name=name)
        scaled = _initializers().VarianceScaling
        self.hidden_size, self.b_init = hidden_size, b_init or jnp.zeros
        self.w_i_init, self.w_h_init = w_i_init or scaled(), w_h_init or scaled()

    def __call__(self, inputs, state):
        if inputs.ndim not in (1, 2):
            raise ValueError("GRU input must be rank-1 or rank-2.")
        n, dtype = self.hidden_size, inputs.dtype
        w_i = get_parameter("w_i", [inputs.shape[-1], 3 * n], dtype, init=self.w_i_init)
        w_h = get_parameter("w_h", [n, 3 * n], dtype, init=self.w_h_init)
        b = get_parameter("b", [3 * n], dtype, init=self.b_init)
        of_input = jnp.matmul(inputs, w_i)
        gates = of_input[..., : 2 * n] + jnp.matmul(state, w_h[:, : 2 * n]) + b[: 2 * n]
        z, r = jnp.split(jax.nn.sigmoid(gates), 2, axis=-1)
        a = jnp.tanh(of_input[..., 2 * n :] + jnp.matmul(r * state, w_h[:, 2 * n :]) + b[2 * n :])
        state = (1 - z) * state + z * a
        return state, state

    def initial_state(self, batch_size):
        state = jnp.zeros([self.hidden_size])
        return state if batch_size is None else add_batch(state, batch_size)


class IdentityCore(RNNCore):
    def __call__(self, inputs, state):
        return inputs, state

    def initial_state(self, batch_size):
        return ()


class DeepRNN(RNNCore):
    def __init__(self, layers, name=None):
        super().__init__(name=name)
        self.layers = layers

    def __call__(self, inputs, state):
        states = list(state)
        later = []
        for layer in self.layers:
            if isinstance(layer, RNNCore):
                inputs, new = layer(inputs, states.pop(0))
                later.append(new)
            else:
                inputs = layer(inputs)
        return inputs, tuple(later)

    def initial_state(self, batch_size):
        return tuple(layer.initial_state(batch_size) for layer in self.layers if isinstance(layer, RNNCore))


def dynamic_unroll(
    core, input_sequence, initial_state, time_major=True, reverse=False, return_all_states=False, unroll=1
):
    def step(state, x):
        out, state = core(x, state)
        return state, ((out, state) if return_all_states else out)

    swapped = lambda tree: jax.tree.map(lambda x: jnp.swapaxes(x, 0, 1), tree)
    xs = input_sequence if time_major else swapped(input_sequence)
    last, outs = scan(step, initial_state, xs, reverse=reverse, unroll=unroll)
    outs = outs if time_major else swapped(outs)
    return (outs[0], outs[1]) if return_all_states else (outs, last)


def static_unroll(core, input_sequence, initial_state, time_major=True):
    axis = 0 if time_major else 1
    outs, state = [], initial_state
    for i in range(jax.tree.leaves(input_sequence)[0].shape[axis]):
        out, state = core(jax.tree.map(lambda x: jnp.take(x, i, axis=axis), input_sequence), state)
        outs.append(out)
    return jax.tree.map(lambda *xs: jnp.stack(xs, axis=axis), *outs), state


class Sequential(Module):
    def __init__(self, layers, name=None):
        super().__init__(name=name)
        self.layers = tuple(layers)

    def __call__(self, inputs, *args, **kwargs):
        for i, layer in enumerate(self.layers):
            inputs = layer(inputs, *args, **kwargs) if i == 0 else layer(inputs)
        return inputs


class Flatten(Module):
    def __init__(self, preserve_dims=1, name=None):
        super().__init__(name=name)
        self.preserve_dims = preserve_dims

    def __call__(self, inputs):
        kept = self.preserve_dims % inputs.ndim if self.preserve_dims < 0 else self.preserve_dims
        return inputs if inputs.ndim <= kept else jnp.reshape(inputs, inputs.shape[:kept] + (-1,))


class Reshape(Module):
    def __init__(self, output_shape, preserve_dims=1, name=None):
        super().__init__(name=name)
        self.output_shape, self.preserve_dims = tuple(output_shape), preserve_dims

    def __call__(self, inputs):
        return jnp.reshape(inputs, inputs.shape[: self.preserve_dims] + self.output_shape)


class Dropout(Module):
    def __init__(self, rate, name=None):
        super().__init__(name=name)
        self.rate = rate

    def __call__(self, x):
        return dropout(next_rng_key(), self.rate, x)


def dropout(rng, rate, x, broadcast_dims=()):
    if rate < 0 or rate >= 1:
        raise ValueError(f"rate must be in [0, 1), got {rate}.")
    if rate == 0.0:
        return x
    shape = list(x.shape)
    for d in broadcast_dims:
        shape[d] = 1
    keep = jnp.broadcast_to(jax.random.bernoulli(rng, 1.0 - rate, shape=tuple(shape)), x.shape)
    return keep * x / (1.0 - rate)


def _window(x, size, channel_axis):
    if isinstance(size, int):
        channel = None if channel_axis is None else channel_axis % x.ndim
        return (1,) + tuple(1 if d == channel else size for d in range(1, x.ndim))
    return (1,) * (x.ndim - len(size)) + tuple(size)


def max_pool(value, window_shape, strides, padding, channel_axis=-1):
    window, strides = _window(value, window_shape, channel_axis), _window(value, strides, channel_axis)
    return jax.lax.reduce_window(value, -jnp.inf, jax.lax.max, window, strides, padding)


def avg_pool(value, window_shape, strides, padding, channel_axis=-1):
    window, strides = _window(value, window_shape, channel_axis), _window(value, strides, channel_axis)
    pooled = jax.lax.reduce_window(value, 0.0, jax.lax.add, window, strides, padding)
    if padding == "VALID":
        return pooled / math.prod(window)
    shape = tuple(v if w != 1 else 1 for v, w in zip(value.shape, window))
    counts = jax.lax.reduce_window(jnp.ones(shape, value.dtype), 0.0, jax.lax.add, window, strides, padding)
    return pooled / counts


class MaxPool(Module):
    def __init__(self, window_shape, strides, padding, channel_axis=-1, name=None):
        super().__init__(name=name)
        self.options = (window_shape, strides, padding, channel_axis)

    def __call__(self, value):
        return max_pool(value, *self.options)


class AvgPool(MaxPool):
    def __call__(self, value):
        return avg_pool(value, *self.options)


def one_hot(x, num_classes, dtype=jnp.float32):
    return jax.nn.one_hot(x, num_classes, dtype=dtype)


class nets_MLP(Module):
    def __init__(
        self, output_sizes, w_init=None, b_init=None, with_bias=True, activation=jax.nn.relu, activate_final=False,
        name=None,
    ):
        super().__init__(name="mlp" if name is None else name)
        sizes = tuple(output_sizes)
        self.activation, self.activate_final = activation, activate_final
        self.layers = tuple(
            Linear(size, w_init=w_init, b_init=b_init, with_bias=with_bias, name=f"linear_{i}")
            for i, size in enumerate(sizes)
        )
        self.output_size = sizes[-1] if sizes else None

    def __call__(self, inputs, dropout_rate=None, rng=None):
        if (dropout_rate is None) != (rng is None):
            raise ValueError("When using dropout an rng key must be passed.")
        keys = None if rng is None else PRNGSequence(rng)
        for i, layer in enumerate(self.layers):
            inputs = layer(inputs)
            if i < len(self.layers) - 1 or self.activate_final:
                if dropout_rate is not None:
                    inputs = dropout(next(keys), dropout_rate, inputs)
                inputs = self.activation(inputs)
        return inputs
