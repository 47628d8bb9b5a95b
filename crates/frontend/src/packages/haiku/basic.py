# Layers that are no convolutions, and what puts layers together.


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


class Sequential(Module):
    def __init__(self, layers, name=None):
        super().__init__(name=name)
        self.layers = tuple(layers)

    def __call__(self, inputs, *args, **kwargs):
        for i, layer in enumerate(self.layers):
            inputs = layer(inputs, *args, **kwargs) if i == 0 else layer(inputs)
        return inputs


class Reshape(Module):
    def __init__(self, output_shape, preserve_dims=1, name=None):
        super().__init__(name=name)
        if preserve_dims == 0:
            raise ValueError("Argument preserve_dims should be non-zero.")
        self.output_shape, self.preserve_dims = tuple(output_shape), preserve_dims

    def __call__(self, inputs):
        if inputs.ndim <= self.preserve_dims:
            return inputs
        return jnp.reshape(inputs, inputs.shape[: self.preserve_dims] + self.output_shape)


class Flatten(Reshape):
    def __init__(self, preserve_dims=1, name=None):
        super().__init__((-1,), preserve_dims, name=name)


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


def one_hot(x, num_classes, dtype=jnp.float32):
    return jax.nn.one_hot(x, num_classes, dtype=dtype)


def multinomial(rng, logits, num_samples):
    samples = jax.random.categorical(rng, logits, shape=(num_samples,) + logits.shape[:-1])
    return jnp.moveaxis(samples, 0, -1)


def expand_apply(f, axis=0):
    if axis not in (0, -1):
        raise ValueError("expand_apply currently only supports axis=0 or axis=-1.")
    expand = lambda tree: jax.tree.map(lambda x: jnp.expand_dims(x, axis=axis), tree)

    @functools.wraps(f)
    def applied(*args, **kwargs):
        outputs = f(*expand(args), **expand(kwargs))
        return jax.tree.map(lambda x: jnp.squeeze(x, axis=axis), outputs)

    return applied


def get_channel_index(data_format):
    sequence = data_format[:2] in ("BT", "TB") and data_format.endswith("D")
    if data_format == "channels_last" or data_format[:1] == "N" and data_format.endswith("C") or sequence:
        return -1
    if data_format == "channels_first" or data_format.startswith("NC"):
        return 1
    raise ValueError(
        f"Unable to extract channel information from '{data_format}'. Valid data formats are spatial (e.g.`NCHW`), "
        "sequential (e.g. `BTHWD`), `channels_first` and `channels_last`)."
    )
