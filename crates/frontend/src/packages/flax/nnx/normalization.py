# Normalizations.


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


class InstanceNorm(_Norm):
    def __init__(
        self, num_features, *, epsilon=1e-6, dtype=None, param_dtype=jnp.float32, use_bias=True, use_scale=True,
        bias_init=zeros_init, scale_init=ones_init, feature_axes=-1, axis_name=None, axis_index_groups=None,
        use_fast_variance=True, rngs, **options,
    ):
        self._make(num_features, rngs, use_scale, scale_init, use_bias, bias_init, param_dtype)
        self.epsilon, self.dtype, self.feature_axes = epsilon, dtype, feature_axes
        self.axis_name, self.axis_index_groups, self.use_fast_variance = axis_name, axis_index_groups, use_fast_variance

    def __call__(self, x, *, mask=None):
        features = axes_of(self.feature_axes, x.ndim)
        if 0 in features:
            raise ValueError(
                "The channel axes cannot include the leading dimension as this is assumed to be the batch axis."
            )
        axes = [i for i in range(1, x.ndim) if i not in features]
        x, scale, bias = promote_dtype(x, _value(self.scale), _value(self.bias), dtype=self.dtype)
        mean, var = statistics(x, axes, self.dtype, mask=mask, **self._options())
        return self._finish(x, mean, var, scale, bias, axes, features)
