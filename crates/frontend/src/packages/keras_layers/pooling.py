# Pooling to a given size.


class _AdaptivePooling(_Layer):
    _arguments = ("output_size", "data_format")

    def __init__(self, output_size, data_format=None, **kwargs):
        super().__init__(**kwargs)
        size = (output_size,) * self._rank if isinstance(output_size, int) else tuple(output_size)
        if len(size) != self._rank or not all(isinstance(n, int) and n > 0 for n in size):
            raise ValueError(f"`output_size` must be a positive integer or {self._rank} of them, found {output_size}")
        if data_format not in (None, "channels_last", "channels_first"):
            raise ValueError(f"data_format must be 'channels_last' or 'channels_first', found {data_format!r}")
        self.output_size, self.data_format = size, data_format or "channels_last"

    def call(self, inputs):
        return self._pool(inputs, output_size=self.output_size, data_format=self.data_format)


class AdaptiveAveragePooling1D(_AdaptivePooling):
    """Means over as many windows as `output_size` says, in one dimension."""

    _rank, _pool = 1, staticmethod(ops.adaptive_average_pool)


class AdaptiveAveragePooling2D(_AdaptivePooling):
    """Means over as many windows as `output_size` says, in two dimensions."""

    _rank, _pool = 2, staticmethod(ops.adaptive_average_pool)


class AdaptiveAveragePooling3D(_AdaptivePooling):
    """Means over as many windows as `output_size` says, in three dimensions."""

    _rank, _pool = 3, staticmethod(ops.adaptive_average_pool)


class AdaptiveMaxPooling1D(_AdaptivePooling):
    """Maxima over as many windows as `output_size` says, in one dimension."""

    _rank, _pool = 1, staticmethod(ops.adaptive_max_pool)


class AdaptiveMaxPooling2D(_AdaptivePooling):
    """Maxima over as many windows as `output_size` says, in two dimensions."""

    _rank, _pool = 2, staticmethod(ops.adaptive_max_pool)


class AdaptiveMaxPooling3D(_AdaptivePooling):
    """Maxima over as many windows as `output_size` says, in three dimensions."""

    _rank, _pool = 3, staticmethod(ops.adaptive_max_pool)
