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
        expect_rows(inputs, self.in_features)
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
