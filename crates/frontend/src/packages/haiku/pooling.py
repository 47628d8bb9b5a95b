# Pooling.


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
