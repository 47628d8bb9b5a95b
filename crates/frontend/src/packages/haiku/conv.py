# Convolutions, their transposes, and depthwise ones.


def _per_dimension(x, n, name="a size"):
    if not isinstance(x, (tuple, list)):
        return (x,) * n
    if len(x) not in (1, n):
        raise TypeError(f"{name} must be a scalar or sequence of length 1 or sequence of length {n}.")
    return tuple(x) * (n if len(x) == 1 else 1)


class _Convolution(Module):
    """What convolutions have in common; `kernel_ends` are the channels of a kernel: inputs `I`, outputs `O`."""

    def __init__(
        self, num_spatial_dims, kernel_shape, stride, padding, with_bias, w_init, b_init, data_format, mask, name,
        kernel_ends="IO",
    ):
        super().__init__(name=name)
        n = num_spatial_dims
        if not 0 < n <= 3:
            raise NotImplementedError(f"convolutions of {n} dimensions are not compiled")
        self.num_spatial_dims, self.kernel_shape = n, _per_dimension(kernel_shape, n, "kernel_shape")
        self.stride, self.padding = _per_dimension(stride, n, "strides"), padding
        self.with_bias, self.w_init, self.b_init = with_bias, w_init, b_init or jnp.zeros
        self.data_format, self.mask = data_format, mask
        self.channel_index = get_channel_index(data_format)
        space = "DHW"[3 - n :]
        of_inputs = "N" + space + "C" if self.channel_index == -1 else "NC" + space
        self.dimension_numbers = (of_inputs, space + kernel_ends, of_inputs)

    @transparent
    def _kernel(self, shape, fan_in, dtype):
        if self.mask is not None and tuple(self.mask.shape) != shape:
            raise ValueError(f"Mask needs to have the same shape as weights. Shapes are: {self.mask.shape}, {shape}")
        w = get_parameter("w", shape, dtype, init=self.w_init or _unit_variance(fan_in))
        return w if self.mask is None else w * self.mask

    @transparent
    def _biased(self, out, channels, dtype, dimensions=None):
        if not self.with_bias:
            return out
        dimensions = self.num_spatial_dims if dimensions is None else dimensions
        shape = (channels,) + ((1,) * dimensions if self.channel_index == 1 else ())
        return out + jnp.broadcast_to(get_parameter("b", shape, dtype, init=self.b_init), out.shape)

    @transparent
    def _batched(self, inputs):
        ranks = [self.num_spatial_dims + 1, self.num_spatial_dims + 2]
        if inputs.ndim not in ranks:
            kind = "ConvNDTranspose" if isinstance(self, ConvNDTranspose) else "ConvND"
            raise ValueError(f"Input to {kind} needs to have rank in {ranks}, but input has shape {inputs.shape}.")
        return inputs[None] if inputs.ndim == ranks[0] else inputs


class ConvND(_Convolution):
    def __init__(
        self, num_spatial_dims, output_channels, kernel_shape, stride=1, rate=1, padding="SAME", with_bias=True,
        w_init=None, b_init=None, data_format="channels_last", mask=None, feature_group_count=1, name=None,
    ):
        super().__init__(
            num_spatial_dims, kernel_shape, stride, padding, with_bias, w_init, b_init, data_format, mask, name
        )
        n = num_spatial_dims
        self.output_channels, self.rate = output_channels, _per_dimension(rate, n, "rate")
        self.feature_group_count = feature_group_count
        if not isinstance(padding, str):
            first = padding[0] if isinstance(padding, (tuple, list)) else padding
            if callable(first):
                sizes = [(k - 1) * r + 1 for k, r in zip(self.kernel_shape, self.rate)]
                self.padding = [f(size) for f, size in zip(_per_dimension(padding, n, "padding"), sizes)]
            else:
                pairs = (padding,) * n if isinstance(first, int) else _per_dimension(padding, n, "padding")
                self.padding = [tuple(pair) for pair in pairs]

    def __call__(self, inputs, *, precision=None):
        x = self._batched(inputs)
        channels, groups = x.shape[self.channel_index], self.feature_group_count
        if channels % groups != 0:
            raise ValueError(f"Inputs channels {channels} should be a multiple of feature_group_count {groups}")
        shape = self.kernel_shape + (channels // groups, self.output_channels)
        w = self._kernel(shape, math.prod(shape[:-1]), inputs.dtype)
        out = jax.lax.conv_general_dilated(
            x, w, self.stride, self.padding, rhs_dilation=self.rate, dimension_numbers=self.dimension_numbers,
            feature_group_count=groups, precision=precision,
        )
        out = self._biased(out, self.output_channels, inputs.dtype)
        return out if x.ndim == inputs.ndim else out[0]


class Conv1D(ConvND):
    def __init__(self, output_channels, kernel_shape, *args, **kwargs):
        super().__init__(1, output_channels, kernel_shape, *args, **kwargs)


class Conv2D(ConvND):
    def __init__(self, output_channels, kernel_shape, *args, **kwargs):
        super().__init__(2, output_channels, kernel_shape, *args, **kwargs)


class Conv3D(ConvND):
    def __init__(self, output_channels, kernel_shape, *args, **kwargs):
        super().__init__(3, output_channels, kernel_shape, *args, **kwargs)


def _padding_for(size, output, kernel, stride, padding):
    """The padding with which a transposed convolution gives that output."""
    if padding not in ("VALID", "SAME"):
        raise ValueError(f"`padding` must be 'VALID' or 'SAME'. Passed: {padding}.")
    expected = (output - kernel + stride) // stride if padding == "VALID" else (output + stride - 1) // stride
    if size != expected:
        raise ValueError(
            f"The expected input size with the current set of input parameters is {expected} which doesn't match the "
            f"actual input size {size}."
        )
    cut = 0 if padding == "VALID" else max(0, (size - 1) * stride + kernel - output) // 2
    before = kernel - 1 - cut
    return before, output + kernel - 1 - ((size - 1) * stride + 1) - before


class ConvNDTranspose(_Convolution):
    def __init__(
        self, num_spatial_dims, output_channels, kernel_shape, stride=1, output_shape=None, padding="SAME",
        with_bias=True, w_init=None, b_init=None, data_format="channels_last", mask=None, name=None,
    ):
        super().__init__(
            num_spatial_dims, kernel_shape, stride, padding, with_bias, w_init, b_init, data_format, mask, name, "OI"
        )
        self.output_channels, self.output_shape = output_channels, output_shape
        if output_shape is not None:
            self.output_shape = _per_dimension(output_shape, num_spatial_dims, "output_shape")

    def __call__(self, inputs, *, precision=None):
        x = self._batched(inputs)
        channels = x.shape[self.channel_index]
        shape = self.kernel_shape + (self.output_channels, channels)
        w = self._kernel(shape, math.prod(self.kernel_shape) * channels, inputs.dtype)
        padding = self.padding
        if self.output_shape is not None:
            sizes = x.shape[2:] if self.channel_index == 1 else x.shape[1:-1]
            each = zip(sizes, self.output_shape, self.kernel_shape, self.stride)
            padding = [_padding_for(*size, padding) for size in each]
        out = jax.lax.conv_transpose(
            x, w, self.stride, padding, dimension_numbers=self.dimension_numbers, precision=precision
        )
        out = self._biased(out, self.output_channels, inputs.dtype)
        return out if x.ndim == inputs.ndim else out[0]


class Conv1DTranspose(ConvNDTranspose):
    def __init__(self, output_channels, kernel_shape, *args, **kwargs):
        super().__init__(1, output_channels, kernel_shape, *args, **kwargs)


class Conv2DTranspose(ConvNDTranspose):
    def __init__(self, output_channels, kernel_shape, *args, **kwargs):
        super().__init__(2, output_channels, kernel_shape, *args, **kwargs)


class Conv3DTranspose(ConvNDTranspose):
    def __init__(self, output_channels, kernel_shape, *args, **kwargs):
        super().__init__(3, output_channels, kernel_shape, *args, **kwargs)


class _DepthwiseConv(_Convolution):
    spatial_dims = 0

    def __init__(
        self, channel_multiplier, kernel_shape, stride=1, rate=1, padding="SAME", with_bias=True, w_init=None,
        b_init=None, data_format="channels_last", name=None,
    ):
        n = self.spatial_dims
        super().__init__(n, kernel_shape, stride, padding, with_bias, w_init, b_init, data_format, None, name)
        self.channel_multiplier, self.rate = channel_multiplier, _per_dimension(rate, n, "rhs_dilation")

    def __call__(self, inputs):
        channels = inputs.shape[self.channel_index]
        shape = self.kernel_shape + (1, self.channel_multiplier * channels)
        w = self._kernel(shape, math.prod(shape[:-1]), inputs.dtype)
        out = jax.lax.conv_general_dilated(
            inputs, w, self.stride, self.padding, rhs_dilation=self.rate, dimension_numbers=self.dimension_numbers,
            feature_group_count=channels,
        )
        return self._biased(out, self.channel_multiplier * channels, inputs.dtype, 2)


class DepthwiseConv1D(_DepthwiseConv):
    spatial_dims = 1


class DepthwiseConv2D(_DepthwiseConv):
    spatial_dims = 2


class DepthwiseConv3D(_DepthwiseConv):
    spatial_dims = 3


class SeparableDepthwiseConv2D(Module):
    def __init__(
        self, channel_multiplier, kernel_shape, stride=1, padding="SAME", with_bias=True, w_init=None, b_init=None,
        data_format="NHWC", name=None,
    ):
        super().__init__(name=name)
        height, width = _per_dimension(kernel_shape, 2, "kernel_shape")
        common = dict(padding=padding, w_init=w_init, b_init=b_init, data_format=data_format)
        self.conv1 = DepthwiseConv2D(channel_multiplier, [height, 1], stride=stride, with_bias=False, **common)
        self.conv2 = DepthwiseConv2D(1, [1, width], with_bias=with_bias, **common)

    def __call__(self, inputs):
        return self.conv2(self.conv1(inputs))
