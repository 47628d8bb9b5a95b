

# Layers.

default_kernel_init = initializers.lecun_normal()
default_embed_init = initializers.variance_scaling(1.0, "fan_in", "normal", out_axis=0)
zeros_init, ones_init = initializers.zeros_init(), initializers.ones_init()


def first_from(*args, error_msg="no value is given"):
    for arg in args:
        if arg is not None:
            return arg
    raise ValueError(error_msg)


def _value(variable):
    return None if variable is None else variable.value


def _param(rngs, init, shape, dtype, wanted=True):
    return Param(init(rngs.params(), shape, dtype)) if wanted else None


class Linear(Module):
    def __init__(
        self, in_features, out_features, *, use_bias=True, dtype=None, param_dtype=jnp.float32, precision=None,
        kernel_init=default_kernel_init, bias_init=zeros_init, rngs, **options,
    ):
        self.kernel = _param(rngs, kernel_init, (in_features, out_features), param_dtype)
        self.bias = _param(rngs, bias_init, (out_features,), param_dtype, use_bias)
        self.in_features, self.out_features, self.use_bias = in_features, out_features, use_bias
        self.dtype, self.param_dtype, self.precision = dtype, param_dtype, precision

    def __call__(self, inputs, out_sharding=None):
        inputs, kernel, bias = promote_dtype(inputs, self.kernel.value, _value(self.bias), dtype=self.dtype)
        return dense(inputs, kernel, bias, self.precision)


class LinearGeneral(Module):
    def __init__(
        self, in_features, out_features, *, axis=-1, batch_axis={}, use_bias=True, dtype=None,
        param_dtype=jnp.float32, kernel_init=default_kernel_init, bias_init=zeros_init, precision=None, rngs,
        **options,
    ):
        self.in_features, self.out_features, self.axis = as_tuple(in_features), as_tuple(out_features), as_tuple(axis)
        self.use_bias, self.dtype, self.param_dtype, self.precision = use_bias, dtype, param_dtype, precision
        if len(self.in_features) != len(self.axis):
            raise ValueError(
                "in_features and axis must have the same length. " f"Got {self.in_features} and {self.axis}."
            )
        self.batch_axis = tuple(batch_axis)
        batch = tuple(batch_axis.values())
        flat = (math.prod(batch) * math.prod(self.in_features), math.prod(self.out_features))
        kernel = kernel_init(rngs.params(), flat, param_dtype)
        self.kernel = Param(jnp.reshape(kernel, batch + self.in_features + self.out_features))
        self.bias = None
        if use_bias:
            shape = batch + self.out_features
            self.bias = Param(jnp.reshape(bias_init(rngs.params(), (math.prod(shape),), param_dtype), shape))

    def __call__(self, inputs, out_sharding=None):
        axis, batch = axes_of(self.axis, inputs.ndim), axes_of(self.batch_axis, inputs.ndim)
        inputs, kernel, bias = promote_dtype(inputs, self.kernel.value, _value(self.bias), dtype=self.dtype)
        contracted = tuple(range(len(batch), len(batch) + len(axis)))
        numbers = ((axis, contracted), (batch, tuple(range(len(batch)))))
        y = jax.lax.dot_general(inputs, kernel, numbers, precision=self.precision)
        if bias is None:
            return y
        kept = tuple(inputs.shape[i] if i in batch else 1 for i in range(inputs.ndim) if i not in axis)
        return y + jnp.reshape(bias, kept + self.out_features)


class Einsum(Module):
    def __init__(
        self, einsum_str, kernel_shape, bias_shape=None, *, dtype=None, param_dtype=jnp.float32, precision=None,
        kernel_init=default_kernel_init, bias_init=zeros_init, rngs, **options,
    ):
        self.einsum_str, self.kernel_shape, self.bias_shape = einsum_str.replace(" ", ""), kernel_shape, bias_shape
        self.kernel = _param(rngs, kernel_init, kernel_shape, param_dtype)
        self.bias = _param(rngs, bias_init, bias_shape, param_dtype, bias_shape is not None)
        self.dtype, self.param_dtype, self.precision = dtype, param_dtype, precision

    def __call__(self, inputs, einsum_str=None, out_sharding=None):
        equation = first_from(einsum_str, self.einsum_str).replace(" ", "")
        inputs, kernel, bias = promote_dtype(inputs, self.kernel.value, _value(self.bias), dtype=self.dtype)
        y = jnp.einsum(equation, inputs, kernel, precision=self.precision)
        if bias is None:
            return y
        operands, result = equation.split("->")
        right = operands.split(",")[1].replace("...", "")
        letters = result.replace("...", "")
        spread = [kernel.shape[right.index(letter)] if letter in right else 1 for letter in letters]
        return y + jnp.reshape(bias, spread)


class Conv(Module):
    def __init__(
        self, in_features, out_features, kernel_size, strides=1, *, padding="SAME", input_dilation=1,
        kernel_dilation=1, feature_group_count=1, use_bias=True, mask=None, dtype=None, param_dtype=jnp.float32,
        precision=None, kernel_init=default_kernel_init, bias_init=zeros_init, rngs, **options,
    ):
        self.kernel_size = as_tuple(kernel_size)
        shape = self.kernel_size + (in_features // feature_group_count, out_features)
        self.kernel_shape = shape
        self.kernel = _param(rngs, kernel_init, shape, param_dtype)
        self.bias = _param(rngs, bias_init, (out_features,), param_dtype, use_bias)
        self.in_features, self.out_features, self.use_bias = in_features, out_features, use_bias
        self.strides, self.padding, self.input_dilation = strides, padding, input_dilation
        self.kernel_dilation, self.feature_group_count, self.mask = kernel_dilation, feature_group_count, mask
        self.dtype, self.param_dtype, self.precision = dtype, param_dtype, precision

    def __call__(self, inputs, out_sharding=None):
        n = len(self.kernel_size)
        inputs, restored = flat_batch(inputs, n)
        strides, inner = per_dimension(self.strides, n), per_dimension(self.input_dilation, n)
        dilation = per_dimension(self.kernel_dilation, n)
        inputs, padding = padded_input(inputs, self.kernel_size, dilation, self.padding)
        kernel = self.kernel.value if self.mask is None else self.kernel.value * self.mask
        inputs, kernel, bias = promote_dtype(inputs, kernel, _value(self.bias), dtype=self.dtype)
        groups = self.feature_group_count
        return restored(convolve(inputs, kernel, bias, strides, padding, inner, dilation, groups, self.precision))


class ConvTranspose(Module):
    def __init__(
        self, in_features, out_features, kernel_size, strides=1, *, padding="SAME", kernel_dilation=1, use_bias=True,
        mask=None, dtype=None, param_dtype=jnp.float32, precision=None, kernel_init=default_kernel_init,
        bias_init=zeros_init, transpose_kernel=False, rngs, **options,
    ):
        self.kernel_size = as_tuple(kernel_size)
        ends = (out_features, in_features) if transpose_kernel else (in_features, out_features)
        self.kernel = _param(rngs, kernel_init, self.kernel_size + ends, param_dtype)
        self.bias = _param(rngs, bias_init, (out_features,), param_dtype, use_bias)
        self.in_features, self.out_features, self.use_bias = in_features, out_features, use_bias
        self.strides, self.padding, self.kernel_dilation, self.mask = strides, padding, kernel_dilation, mask
        self.dtype, self.param_dtype, self.precision = dtype, param_dtype, precision
        self.transpose_kernel = transpose_kernel

    def __call__(self, inputs):
        n = len(self.kernel_size)
        inputs, restored = flat_batch(inputs, n)
        kernel = self.kernel.value if self.mask is None else self.kernel.value * self.mask
        inputs, kernel, bias = promote_dtype(inputs, kernel, _value(self.bias), dtype=self.dtype)
        strides, dilation = per_dimension(self.strides, n), per_dimension(self.kernel_dilation, n)
        return restored(
            convolve_transposed(
                inputs, kernel, bias, strides, self.padding, dilation, self.transpose_kernel, self.precision
            )
        )


class Embed(Module):
    def __init__(
        self, num_embeddings, features, *, dtype=None, param_dtype=jnp.float32, embedding_init=default_embed_init,
        rngs, **options,
    ):
        self.embedding = _param(rngs, embedding_init, (num_embeddings, features), param_dtype)
        self.num_embeddings, self.features = num_embeddings, features
        self.dtype, self.param_dtype = dtype or param_dtype, param_dtype

    def __call__(self, inputs, out_sharding=None):
        if not jnp.issubdtype(inputs.dtype, jnp.integer):
            raise ValueError("Input type must be an integer or unsigned integer.")
        (embedding,) = promote_dtype(self.embedding.value, dtype=self.dtype, inexact=False)
        if self.num_embeddings == 1:
            return jnp.broadcast_to(embedding, inputs.shape + (self.features,))
        return jnp.take(embedding, inputs, axis=0)

    def attend(self, query, out_sharding=None):
        query, embedding = promote_dtype(query, self.embedding.value, dtype=self.dtype)
        return jnp.dot(query, embedding.T)


class Dropout(Module):
    def __init__(self, rate, *, broadcast_dims=(), deterministic=False, rng_collection="dropout", rngs=None):
        self.rate, self.broadcast_dims, self.deterministic = rate, broadcast_dims, deterministic
        self.rng_collection = rng_collection
        if isinstance(rngs, Rngs):
            rngs = rngs[rng_collection]
        self.rngs = None if rngs is None else rngs.fork()

    def __call__(self, inputs, *, deterministic=None, rngs=None):
        deterministic = first_from(
            deterministic, self.deterministic, error_msg="No `deterministic` argument was provided to Dropout."
        )
        if self.rate == 0.0 or deterministic:
            return inputs
        if self.rate == 1.0:
            return jnp.zeros_like(inputs)
        rngs = first_from(rngs, self.rngs, error_msg="`deterministic` is False, but no `rngs` argument was provided.")
        rngs = rngs[self.rng_collection] if isinstance(rngs, Rngs) else rngs
        key = rngs() if isinstance(rngs, RngStream) else rngs
        return dropped(inputs, key, self.rate, self.broadcast_dims)


class _Norm(Module):
    def _make(self, features, rngs, use_scale, scale_init, use_bias, bias_init, param_dtype):
        self.scale = _param(rngs, scale_init, (features,), param_dtype, use_scale)
        self.bias = _param(rngs, bias_init, (features,), param_dtype, use_bias)
        self.num_features, self.use_scale, self.use_bias = features, use_scale, use_bias
        self.param_dtype = param_dtype

    def _options(self):
        return dict(
            axis_name=self.axis_name,
            axis_index_groups=self.axis_index_groups,
            use_fast_variance=self.use_fast_variance,
        )

    def _finish(self, x, mean, var, scale, bias, axes, feature_axes):
        _, spread = feature_shapes(x, feature_axes)
        scale, bias = [None if p is None else p.reshape(spread) for p in (scale, bias)]
        return normalized(x, mean, var, axes, self.epsilon, scale, bias, self.dtype)


class BatchNorm(_Norm):
    def __init__(
        self, num_features, *, use_running_average=False, axis=-1, momentum=0.99, epsilon=1e-5, dtype=None,
        param_dtype=jnp.float32, use_bias=True, use_scale=True, bias_init=zeros_init, scale_init=ones_init,
        axis_name=None, axis_index_groups=None, use_fast_variance=True, rngs, **options,
    ):
        self.mean = BatchStat(jnp.zeros((num_features,), jnp.float32))
        self.var = BatchStat(jnp.ones((num_features,), jnp.float32))
        self._make(num_features, rngs, use_scale, scale_init, use_bias, bias_init, param_dtype)
        self.use_running_average, self.axis, self.momentum, self.epsilon = use_running_average, axis, momentum, epsilon
        self.dtype, self.axis_name, self.axis_index_groups = dtype, axis_name, axis_index_groups
        self.use_fast_variance = use_fast_variance

    def __call__(self, x, use_running_average=None, *, mask=None):
        use_running_average = first_from(
            use_running_average,
            self.use_running_average,
            error_msg="No `use_running_average` argument was provided to BatchNorm.",
        )
        features = axes_of(self.axis, x.ndim)
        axes = tuple(i for i in range(x.ndim) if i not in features)
        parts = (x, self.mean.value, self.var.value, _value(self.scale), _value(self.bias))
        x, mean, var, scale, bias = promote_dtype(*parts, dtype=self.dtype)
        if not use_running_average:
            mean, var = statistics(x, axes, self.dtype, mask=mask, **self._options())
            self.mean.value = self.momentum * self.mean.value + (1 - self.momentum) * mean
            self.var.value = self.momentum * self.var.value + (1 - self.momentum) * var
        return self._finish(x, mean, var, scale, bias, axes, features)


class LayerNorm(_Norm):
    def __init__(
        self, num_features, *, epsilon=1e-6, dtype=None, param_dtype=jnp.float32, use_bias=True, use_scale=True,
        bias_init=zeros_init, scale_init=ones_init, reduction_axes=-1, feature_axes=-1, axis_name=None,
        axis_index_groups=None, use_fast_variance=True, rngs, **options,
    ):
        self._make(num_features, rngs, use_scale, scale_init, use_bias, bias_init, param_dtype)
        self.epsilon, self.dtype, self.reduction_axes, self.feature_axes = epsilon, dtype, reduction_axes, feature_axes
        self.axis_name, self.axis_index_groups, self.use_fast_variance = axis_name, axis_index_groups, use_fast_variance

    def __call__(self, x, *, mask=None):
        x, scale, bias = promote_dtype(x, _value(self.scale), _value(self.bias), dtype=self.dtype)
        mean, var = statistics(x, self.reduction_axes, self.dtype, mask=mask, **self._options())
        return self._finish(x, mean, var, scale, bias, self.reduction_axes, self.feature_axes)


class RMSNorm(_Norm):
    def __init__(
        self, num_features, *, epsilon=1e-6, dtype=None, param_dtype=jnp.float32, use_scale=True,
        scale_init=ones_init, reduction_axes=-1, feature_axes=-1, axis_name=None, axis_index_groups=None,
        use_fast_variance=True, rngs, **options,
    ):
        self._make(num_features, rngs, use_scale, scale_init, False, zeros_init, param_dtype)
        self.epsilon, self.dtype, self.reduction_axes, self.feature_axes = epsilon, dtype, reduction_axes, feature_axes
        self.axis_name, self.axis_index_groups, self.use_fast_variance = axis_name, axis_index_groups, use_fast_variance

    def __call__(self, x, mask=None):
        x, scale = promote_dtype(x, _value(self.scale), dtype=self.dtype)
        mean, var = statistics(x, self.reduction_axes, self.dtype, mask=mask, use_mean=False, **self._options())
        return self._finish(x, mean, var, scale, None, self.reduction_axes, self.feature_axes)


class GroupNorm(_Norm):
    def __init__(
        self, num_features, num_groups=32, group_size=None, *, epsilon=1e-6, dtype=None, param_dtype=jnp.float32,
        use_bias=True, use_scale=True, bias_init=zeros_init, scale_init=ones_init, reduction_axes=None,
        axis_name=None, axis_index_groups=None, use_fast_variance=True, rngs, **options,
    ):
        self._make(num_features, rngs, use_scale, scale_init, use_bias, bias_init, param_dtype)
        self.num_groups, self.group_size, self.epsilon, self.dtype = num_groups, group_size, epsilon, dtype
        self.reduction_axes, self.axis_name, self.axis_index_groups = reduction_axes, axis_name, axis_index_groups
        self.use_fast_variance = use_fast_variance

    def __call__(self, x, *, mask=None):
        groups, axes = group_reduction(x, self.num_groups, self.group_size, self.reduction_axes)
        x, scale, bias = promote_dtype(x, _value(self.scale), _value(self.bias), dtype=self.dtype)
        mean, var = group_statistics(x, groups, axes, mask, self.dtype, **self._options())
        return self._finish(x, mean, var, scale, bias, axes[:-1], (-1,))


class MultiHeadAttention(Module):
    def __init__(
        self, num_heads, in_features, qkv_features=None, out_features=None, num_kv_heads=None, in_kv_features=None, *,
        dtype=None, param_dtype=jnp.float32, broadcast_dropout=True, dropout_rate=0.0, deterministic=None,
        precision=None, kernel_init=default_kernel_init, out_kernel_init=None, bias_init=zeros_init,
        out_bias_init=None, use_bias=True, attention_fn=dot_product_attention, decode=None, normalize_qk=False, rngs,
        keep_rngs=True, **options,
    ):
        self.num_heads, self.in_features = num_heads, in_features
        self.qkv_features = in_features if qkv_features is None else qkv_features
        self.out_features = in_features if out_features is None else out_features
        self.in_kv_features = in_features if in_kv_features is None else in_kv_features
        if num_kv_heads not in (None, num_heads):
            raise NotImplementedError("fewer heads for keys and values are not compiled")
        if self.qkv_features % num_heads != 0:
            raise ValueError(
                f"Memory dimension ({self.qkv_features}) must be divisible by 'num_heads' heads ({num_heads})."
            )
        self.head_dim = self.qkv_features // num_heads
        self.dtype, self.precision, self.attention_fn, self.decode = dtype, precision, attention_fn, decode
        self.broadcast_dropout, self.dropout_rate, self.deterministic = broadcast_dropout, dropout_rate, deterministic
        common = dict(use_bias=use_bias, dtype=dtype, param_dtype=param_dtype, precision=precision, rngs=rngs)
        heads = (num_heads, self.head_dim)
        project = functools.partial(LinearGeneral, kernel_init=kernel_init, bias_init=bias_init, **common)
        self.query = project(self.in_features, out_features=heads)
        self.key = project(self.in_kv_features, out_features=heads)
        self.value = project(self.in_kv_features, out_features=heads)
        self.query_ln = self.key_ln = None
        if normalize_qk:
            norm = functools.partial(LayerNorm, self.head_dim, use_bias=False, dtype=dtype, param_dtype=param_dtype)
            self.query_ln, self.key_ln = norm(rngs=rngs), norm(rngs=rngs)
        self.out = LinearGeneral(
            heads,
            self.out_features,
            axis=(-2, -1),
            kernel_init=out_kernel_init or kernel_init,
            bias_init=out_bias_init or bias_init,
            **common,
        )
        self.rngs = rngs.dropout.fork() if keep_rngs and dropout_rate > 0 else None
        self.cached_key = self.cached_value = self.cache_index = None

    def init_cache(self, input_shape, dtype=jnp.float32):
        shape = tuple(input_shape[:-1]) + (self.num_heads, self.head_dim)
        self.cached_key, self.cached_value = Cache(jnp.zeros(shape, dtype)), Cache(jnp.zeros(shape, dtype))
        self.cache_index = Cache(jnp.array(0, dtype=jnp.int32))

    def __call__(
        self, inputs_q, inputs_k=None, inputs_v=None, *, mask=None, deterministic=None, rngs=None,
        sow_weights=False, decode=None, is_causal=False, out_sharding=None, qkv_sharding=None,
    ):
        rngs = self.rngs if rngs is None else rngs.dropout if isinstance(rngs, Rngs) else rngs
        inputs_k = inputs_q if inputs_k is None else inputs_k
        inputs_v = inputs_k if inputs_v is None else inputs_v
        if inputs_q.shape[-1] != self.in_features:
            raise ValueError(
                f"Incompatible input dimension, got {inputs_q.shape[-1]} but module expects {self.in_features}."
            )
        query, key, value = self.query(inputs_q), self.key(inputs_k), self.value(inputs_v)
        if self.query_ln is not None:
            query, key = self.query_ln(query), self.key_ln(key)
        if first_from(decode, self.decode, error_msg="No `decode` argument was provided to MultiHeadAttention."):
            if self.cached_key is None:
                raise ValueError("Autoregressive cache not initialized, call ``init_cache`` first.")
            *batch, length, heads, depth = self.cached_key.value.shape
            now = self.cache_index.value
            zero = jnp.array(0, dtype=now.dtype)
            place = (zero,) * len(batch) + (now, zero, zero)
            key = jax.lax.dynamic_update_slice(self.cached_key.value, key, place)
            value = jax.lax.dynamic_update_slice(self.cached_value.value, value, place)
            self.cached_key.value, self.cached_value.value, self.cache_index.value = key, value, now + 1
            mask = combine_masks(
                mask, jnp.broadcast_to(jnp.arange(length) <= now, tuple(batch) + (1, 1, length))
            )
        elif is_causal:
            mask = combine_masks(mask, make_causal_mask(inputs_q[..., 0]))
        key_of_dropout = None
        if self.dropout_rate > 0.0:
            deterministic = first_from(
                deterministic, self.deterministic, error_msg="No `deterministic` argument was provided."
            )
            if not deterministic:
                key_of_dropout = first_from(rngs, error_msg="'rngs' must be provided for dropout.")()
        else:
            deterministic = True
        options = dict(
            mask=mask,
            dropout_rng=key_of_dropout,
            dropout_rate=self.dropout_rate,
            broadcast_dropout=self.broadcast_dropout,
            deterministic=deterministic,
            dtype=self.dtype,
            precision=self.precision,
        )
        if sow_weights:
            options["module"] = self
        return self.out(self.attention_fn(query, key, value, **accepted(self.attention_fn, options)))

    def sow_weights(self, weights):
        self.sow(Intermediate, "attention_weights", weights)
