# Layers that turn numbers into classes, and classes into vectors.


def _encoded(indices, output_mode, depth, dtype, count_weights=None):
    """Class numbers as they are, as one-hot or multi-hot vectors, or as counts."""
    if output_mode == "int":
        return ops.cast(indices, dtype)
    if len(indices.shape) == 0:
        indices = ops.expand_dims(indices, -1)
    if output_mode == "multi_hot":
        return ops.multi_hot(indices, depth, dtype=dtype)
    if output_mode == "one_hot":
        if len(indices.shape) > 1 and indices.shape[-1] == 1:
            indices = ops.squeeze(indices, -1)
        return ops.one_hot(indices, depth, dtype=dtype)
    encoded = ops.one_hot(indices, depth, dtype=dtype if count_weights is None else count_weights.dtype)
    if count_weights is not None:
        encoded = encoded * ops.expand_dims(count_weights, -1)
    return ops.sum(encoded, axis=1 if len(indices.shape) > 1 else 0)


class CategoryEncoding(_Layer):
    """Class numbers as multi-hot or one-hot vectors or as counts."""

    _arguments = ("num_tokens", "output_mode")

    def __init__(self, num_tokens=None, output_mode="multi_hot", sparse=False, **kwargs):
        super().__init__(**kwargs)
        self.autocast = False
        output_mode = "multi_hot" if output_mode == "binary" else output_mode
        if output_mode not in ("count", "one_hot", "multi_hot"):
            raise ValueError(f"`output_mode` must be 'multi_hot', 'one_hot' or 'count', found {output_mode!r}")
        if num_tokens is None or num_tokens < 1:
            raise ValueError(f"`num_tokens` must be the number of classes, found {num_tokens}")
        if sparse:
            raise NotImplementedError("CategoryEncoding(sparse=True): Keramos has no sparse tensors")
        self.num_tokens, self.output_mode = num_tokens, output_mode

    def call(self, inputs, count_weights=None):
        if count_weights is not None:
            if self.output_mode != "count":
                raise ValueError("`count_weights` is for output_mode='count'")
            count_weights = ops.cast(count_weights, self.compute_dtype)
        return _encoded(ops.convert_to_tensor(inputs), self.output_mode, self.num_tokens, self.dtype, count_weights)


class Discretization(_Layer):
    """The number of the bin between `bin_boundaries` that a value falls into, or an encoding of that number."""

    def __init__(self, bin_boundaries=None, num_bins=None, epsilon=0.01, output_mode="int", sparse=False, dtype=None,
                 name=None):
        super().__init__(name=name, dtype=dtype)
        if output_mode not in ("int", "one_hot", "multi_hot", "count"):
            raise ValueError(f"`output_mode` must be 'int', 'one_hot', 'multi_hot' or 'count', found {output_mode!r}")
        if sparse:
            raise NotImplementedError("Discretization(sparse=True): Keramos has no sparse tensors")
        if (num_bins is None) == (bin_boundaries is None):
            raise ValueError("Discretization takes either `bin_boundaries` or `num_bins`")
        if num_bins is not None and num_bins < 0:
            raise ValueError(f"`num_bins` must not be negative, found {num_bins}")
        self.bin_boundaries, self.num_bins, self.epsilon = bin_boundaries, num_bins, epsilon
        self.output_mode, self.sparse = output_mode, sparse
        self._summary = None

    def adapt(self, data, steps=None):
        if self.num_bins is None:
            raise ValueError("adapt() of a Discretization layer with `bin_boundaries`: use `num_bins` instead")
        if is_host(data):
            raise NotImplementedError("Discretization.adapt() on data of the run: give the quantiles as bin_boundaries=[...]")
        self._summary = None
        self.update_state(data)
        self.finalize_state()

    def update_state(self, data):
        values = np.sort(np.reshape(np.array(data).astype("float32"), [-1]))
        step = max(values.size * self.epsilon, 1)
        kept = values[int(step - 1) :: int(step)]
        summary = np.stack([kept, np.ones_like(kept) * step])
        if self._summary is not None:
            summary = np.concatenate((summary, self._summary), axis=1)
            summary = np.take(summary, np.argsort(summary[0]), axis=1)
        self._summary = _compressed(summary, self.epsilon)

    def finalize_state(self):
        if self.num_bins is not None:
            self.bin_boundaries = _compressed(self._summary, 1.0 / self.num_bins)[0, :-1].tolist()

    def reset_state(self):
        self._summary = None

    def call(self, inputs):
        if self.bin_boundaries is None:
            raise ValueError("Discretization has no bins yet: pass `bin_boundaries`, or call adapt() first")
        dtype = "int32" if self.output_mode == "int" else self.compute_dtype
        indices = ops.digitize(inputs, self.bin_boundaries)
        return _encoded(indices, self.output_mode, len(self.bin_boundaries) + 1, dtype)

    def get_config(self):
        names = ("bin_boundaries", "num_bins", "epsilon", "output_mode", "sparse", "name", "dtype")
        return {name: getattr(self, name) for name in names}


def _compressed(summary, epsilon):
    """Values and how many each stands for, put together to 1/epsilon values at equal parts of the whole."""
    if summary.shape[1] * epsilon < 1:
        return summary
    parts = epsilon + np.arange(0.0, 1.0, epsilon)
    counts = summary[1].cumsum()
    values = np.interp(parts, counts / counts[-1], summary[0])
    counts = np.interp(parts, counts / counts[-1], counts)
    return np.stack((values, counts - np.concatenate((np.array([0]), counts[:-1])))).astype("float32")
