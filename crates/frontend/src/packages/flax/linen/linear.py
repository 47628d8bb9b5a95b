# Dense layers, convolutions, embeddings, dropout.

default_kernel_init = initializers.lecun_normal()
default_embed_init = initializers.variance_scaling(1.0, "fan_in", "normal", out_axis=0)


class _Biased(Module):
    @nowrap
    def _bias(self, *shape):
        return self.param("bias", self.bias_init, shape, self.param_dtype) if self.use_bias else None


class Dense(_Biased):
    features: int
    use_bias: bool = True
    dtype: Any = None
    param_dtype: Any = jnp.float32
    precision: Any = None
    kernel_init: Callable = default_kernel_init
    bias_init: Callable = initializers.zeros_init()
    promote_dtype: Callable = promote_dtype
    dot_general: Any = None
    dot_general_cls: Any = None

    @compact
    def __call__(self, inputs):
        kernel = self.param("kernel", self.kernel_init, (jnp.shape(inputs)[-1], self.features), self.param_dtype)
        bias = self._bias(self.features)
        inputs, kernel, bias = self.promote_dtype(inputs, kernel, bias, dtype=self.dtype)
        return dense(inputs, kernel, bias, self.precision)


class DenseGeneral(Module):
    features: Any
    axis: Any = -1
    batch_dims: Sequence[int] = ()
    use_bias: bool = True
    dtype: Any = None
    param_dtype: Any = jnp.float32
    kernel_init: Callable = default_kernel_init
    bias_init: Callable = initializers.zeros_init()
    precision: Any = None
    promote_dtype: Callable = promote_dtype
    dot_general: Any = None
    dot_general_cls: Any = None

    @compact
    def __call__(self, inputs):
        features, batch = as_tuple(self.features), as_tuple(self.batch_dims)
        if batch and set(batch) != set(range(max(batch) + 1)):
            raise ValueError(f"batch_dims {batch} must be consecutive leading dimensions starting from 0.")
        axis, batch = axes_of(self.axis, inputs.ndim), axes_of(batch, inputs.ndim)
        b, a, f = len(batch), len(axis), len(features)
        batch_shape = tuple(inputs.shape[i] for i in batch)

        def kernel_init(key, shape, dtype=jnp.float32):
            flat = (math.prod(shape[:b]) * math.prod(shape[b : a + b]), math.prod(shape[-f:]))
            return jnp.reshape(self.kernel_init(key, flat, dtype), shape)

        def bias_init(key, shape, dtype=jnp.float32):
            return jnp.reshape(self.bias_init(key, (math.prod(shape[:b]) * math.prod(shape[-f:]),), dtype), shape)

        shape = batch_shape + tuple(inputs.shape[i] for i in axis) + features
        kernel = self.param("kernel", kernel_init, shape, self.param_dtype)
        bias = self.param("bias", bias_init, batch_shape + features, self.param_dtype) if self.use_bias else None
        inputs, kernel, bias = self.promote_dtype(inputs, kernel, bias, dtype=self.dtype)
        contracted = tuple(range(b, a + b))
        y = jax.lax.dot_general(
            inputs, kernel, ((axis, contracted), (batch, tuple(range(b)))), precision=self.precision
        )
        if bias is not None:
            kept = tuple(inputs.shape[i] if i in batch else 1 for i in range(inputs.ndim) if i not in axis)
            y = y + jnp.reshape(bias, kept + features)
        return y


class Einsum(Module):
    shape: Sequence[int]
    einsum_str: Optional[str] = None
    use_bias: bool = True
    dtype: Any = None
    param_dtype: Any = jnp.float32
    precision: Any = None
    kernel_init: Callable = default_kernel_init
    bias_init: Callable = initializers.zeros_init()
    promote_dtype: Callable = promote_dtype

    @compact
    def __call__(self, inputs, einsum_str=None):
        equation = merge_param("einsum_str", self.einsum_str, einsum_str).replace(" ", "")
        if "->" not in equation or equation.count(",") != 1:
            raise ValueError('`einsum_str` equation must be explicit, include "->" and have exactly two operands.')
        kernel = self.param("kernel", self.kernel_init, self.shape, self.param_dtype)
        bias = None
        if self.use_bias:
            operands, result = equation.split("->")
            left, right = operands.split(",")
            left, right, result = [part.replace("...", "") for part in (left, right, result)]
            kept = [self.shape[right.index(letter)] for letter in result if letter in right]
            spread = [self.shape[right.index(letter)] if letter in right else 1 for letter in result]
            bias = self.param("bias", self.bias_init, tuple(kept), self.param_dtype)
        inputs, kernel, bias = self.promote_dtype(inputs, kernel, bias, dtype=self.dtype)
        y = jnp.einsum(equation, inputs, kernel, precision=self.precision)
        return y if bias is None else y + jnp.reshape(bias, spread)


class _Conv(_Biased):
    features: int
    kernel_size: Any
    strides: Any = 1
    padding: Any = "SAME"
    input_dilation: Any = 1
    kernel_dilation: Any = 1
    feature_group_count: int = 1
    use_bias: bool = True
    mask: Any = None
    dtype: Any = None
    param_dtype: Any = jnp.float32
    precision: Any = None
    kernel_init: Callable = default_kernel_init
    bias_init: Callable = initializers.zeros_init()
    promote_dtype: Callable = promote_dtype

    @nowrap
    def _kernel(self, shape):
        if self.mask is not None and tuple(self.mask.shape) != shape:
            raise ValueError(f"Mask needs to have the same shape as weights. Shapes are: {self.mask.shape}, {shape}")
        kernel = self.param("kernel", self.kernel_init, shape, self.param_dtype)
        return kernel if self.mask is None else kernel * self.mask


class Conv(_Conv):
    @compact
    def __call__(self, inputs):
        size = as_tuple(self.kernel_size)
        n = len(size)
        inputs, restored = flat_batch(inputs, n)
        strides, inner = per_dimension(self.strides, n), per_dimension(self.input_dilation, n)
        dilation = per_dimension(self.kernel_dilation, n)
        inputs, padding = padded_input(inputs, size, dilation, self.padding)
        if inputs.shape[-1] % self.feature_group_count != 0:
            raise ValueError(f"{inputs.shape[-1]} channels cannot be split into {self.feature_group_count} groups")
        kernel = self._kernel(size + (inputs.shape[-1] // self.feature_group_count, self.features))
        bias = self._bias(self.features)
        inputs, kernel, bias = self.promote_dtype(inputs, kernel, bias, dtype=self.dtype)
        groups = self.feature_group_count
        return restored(convolve(inputs, kernel, bias, strides, padding, inner, dilation, groups, self.precision))


class ConvLocal(_Conv):
    @compact
    def __call__(self, inputs):
        size = as_tuple(self.kernel_size)
        n = len(size)
        if self.feature_group_count != 1:
            raise NotImplementedError("a locally connected layer has one feature group")
        inputs, restored = flat_batch(inputs, n)
        strides, inner = per_dimension(self.strides, n), per_dimension(self.input_dilation, n)
        dilation = per_dimension(self.kernel_dilation, n)
        inputs, padding = padded_input(inputs, size, dilation, self.padding)
        layout = conv_layout(n)
        shared = jax.ShapeDtypeStruct(size + (inputs.shape[-1], self.features), inputs.dtype)
        shape = jax.eval_shape(
            lambda x, k: jax.lax.conv_general_dilated(
                x, k, strides, padding, lhs_dilation=inner, rhs_dilation=dilation, dimension_numbers=layout
            ),
            inputs,
            shared,
        ).shape
        kernel = self._kernel(tuple(shape[1:-1]) + (math.prod(size) * inputs.shape[-1], self.features))
        bias = self._bias(*shape[1:])
        inputs, kernel, bias = self.promote_dtype(inputs, kernel, bias, dtype=self.dtype)
        y = jax.lax.conv_general_dilated_local(
            inputs, kernel, strides, padding, size, lhs_dilation=inner, rhs_dilation=dilation,
            dimension_numbers=layout, precision=self.precision,
        )
        return restored(y if bias is None else y + bias.reshape((1,) * (y.ndim - bias.ndim) + bias.shape))


class ConvTranspose(_Biased):
    features: int
    kernel_size: Any
    strides: Any = None
    padding: Any = "SAME"
    kernel_dilation: Any = None
    use_bias: bool = True
    mask: Any = None
    dtype: Any = None
    param_dtype: Any = jnp.float32
    precision: Any = None
    kernel_init: Callable = default_kernel_init
    bias_init: Callable = initializers.zeros_init()
    transpose_kernel: bool = False
    promote_dtype: Callable = promote_dtype
    preferred_element_type: Any = None

    @compact
    def __call__(self, inputs):
        size = as_tuple(self.kernel_size)
        inputs, restored = flat_batch(inputs, len(size))
        strides, dilation = per_dimension(self.strides, len(size)), per_dimension(self.kernel_dilation, len(size))
        channels = inputs.shape[-1]
        ends = (self.features, channels) if self.transpose_kernel else (channels, self.features)
        kernel = self.param("kernel", self.kernel_init, size + ends, self.param_dtype)
        if self.mask is not None:
            kernel = kernel * self.mask
        bias = self._bias(self.features)
        inputs, kernel, bias = self.promote_dtype(inputs, kernel, bias, dtype=self.dtype)
        return restored(
            convolve_transposed(
                inputs, kernel, bias, strides, self.padding, dilation, self.transpose_kernel, self.precision
            )
        )


class Embed(Module):
    num_embeddings: int
    features: int
    dtype: Any = None
    param_dtype: Any = jnp.float32
    embedding_init: Callable = default_embed_init
    promote_dtype: Callable = promote_dtype

    def setup(self):
        shape = (self.num_embeddings, self.features)
        self.embedding = self.param("embedding", self.embedding_init, shape, self.param_dtype)

    def __call__(self, inputs):
        if not jnp.issubdtype(inputs.dtype, jnp.integer):
            raise ValueError("Input type must be an integer or unsigned integer.")
        (embedding,) = self.promote_dtype(self.embedding, dtype=self.dtype, inexact=False)
        if self.num_embeddings == 1:
            return jnp.broadcast_to(embedding, inputs.shape + (self.features,))
        return jnp.take(embedding, inputs, axis=0)

    def attend(self, query):
        query, embedding = self.promote_dtype(query, self.embedding, dtype=self.dtype)
        return jnp.dot(query, embedding.T)


class Dropout(Module):
    rate: float
    broadcast_dims: Sequence[int] = ()
    deterministic: Optional[bool] = None
    rng_collection: str = "dropout"

    @compact
    def __call__(self, inputs, deterministic=None, rng=None):
        deterministic = merge_param("deterministic", self.deterministic, deterministic)
        if self.rate == 0.0 or deterministic:
            return inputs
        if self.rate == 1.0:
            return jnp.zeros_like(inputs)
        rng = self.make_rng(self.rng_collection) if rng is None else rng
        return dropped(inputs, rng, self.rate, self.broadcast_dims)
