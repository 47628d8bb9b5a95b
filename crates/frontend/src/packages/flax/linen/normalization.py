# Normalizations.


def _normalize(module, x, mean, var, axes, feature_axes, use_bias=None):
    kept, spread = feature_shapes(x, feature_axes)
    scale = bias = None
    if module.use_scale:
        scale = module.param("scale", module.scale_init, kept, module.param_dtype).reshape(spread)
    if module.use_bias if use_bias is None else use_bias:
        bias = module.param("bias", module.bias_init, kept, module.param_dtype).reshape(spread)
    return normalized(x, mean, var, axes, module.epsilon, scale, bias, module.dtype)


class BatchNorm(Module):
    use_running_average: Optional[bool] = None
    axis: int = -1
    momentum: float = 0.99
    epsilon: float = 1e-5
    dtype: Any = None
    param_dtype: Any = jnp.float32
    use_bias: bool = True
    use_scale: bool = True
    bias_init: Callable = initializers.zeros
    scale_init: Callable = initializers.ones
    axis_name: Optional[str] = None
    axis_index_groups: Any = None
    use_fast_variance: bool = True
    force_float32_reductions: bool = True

    @compact
    def __call__(self, x, use_running_average=None, *, mask=None):
        use_running_average = merge_param("use_running_average", self.use_running_average, use_running_average)
        kept, _ = feature_shapes(x, self.axis)
        feature_axes = axes_of(self.axis, x.ndim)
        axes = tuple(i for i in range(x.ndim) if i not in feature_axes)
        dtype = jnp.float32 if self.force_float32_reductions else self.param_dtype
        old_mean = self.variable("batch_stats", "mean", lambda shape: jnp.zeros(shape, dtype), kept)
        old_var = self.variable("batch_stats", "var", lambda shape: jnp.ones(shape, dtype), kept)
        if use_running_average:
            mean, var = old_mean.value, old_var.value
        else:
            mean, var = statistics(
                x,
                axes,
                self.dtype,
                axis_name=None if self.is_initializing() else self.axis_name,
                axis_index_groups=self.axis_index_groups,
                use_fast_variance=self.use_fast_variance,
                mask=mask,
                force=self.force_float32_reductions,
            )
            if not self.is_initializing():
                old_mean.value = self.momentum * old_mean.value + (1 - self.momentum) * mean
                old_var.value = self.momentum * old_var.value + (1 - self.momentum) * var
        return _normalize(self, x, mean, var, axes, feature_axes)


class _Norm(Module):
    epsilon: float = 1e-6
    dtype: Any = None
    param_dtype: Any = jnp.float32

    @nowrap
    def _options(self):
        return dict(
            axis_name=self.axis_name,
            axis_index_groups=self.axis_index_groups,
            use_fast_variance=self.use_fast_variance,
            force=self.force_float32_reductions,
        )


class LayerNorm(_Norm):
    use_bias: bool = True
    use_scale: bool = True
    bias_init: Callable = initializers.zeros
    scale_init: Callable = initializers.ones
    reduction_axes: Any = -1
    feature_axes: Any = -1
    axis_name: Optional[str] = None
    axis_index_groups: Any = None
    use_fast_variance: bool = True
    force_float32_reductions: bool = True

    @compact
    def __call__(self, x, *, mask=None):
        mean, var = statistics(x, self.reduction_axes, self.dtype, mask=mask, **self._options())
        return _normalize(self, x, mean, var, self.reduction_axes, self.feature_axes)


class RMSNorm(_Norm):
    use_scale: bool = True
    scale_init: Callable = initializers.ones
    reduction_axes: Any = -1
    feature_axes: Any = -1
    axis_name: Optional[str] = None
    axis_index_groups: Any = None
    use_fast_variance: bool = True
    force_float32_reductions: bool = True

    @compact
    def __call__(self, x, *, mask=None):
        mean, var = statistics(x, self.reduction_axes, self.dtype, mask=mask, use_mean=False, **self._options())
        return _normalize(self, x, mean, var, self.reduction_axes, self.feature_axes, use_bias=False)


class GroupNorm(Module):
    num_groups: Optional[int] = 32
    group_size: Optional[int] = None
    epsilon: float = 1e-6
    dtype: Any = None
    param_dtype: Any = jnp.float32
    use_bias: bool = True
    use_scale: bool = True
    bias_init: Callable = initializers.zeros
    scale_init: Callable = initializers.ones
    reduction_axes: Any = None
    axis_name: Optional[str] = None
    axis_index_groups: Any = None
    use_fast_variance: bool = True
    force_float32_reductions: bool = True

    _options = _Norm._options

    @compact
    def __call__(self, x, *, mask=None):
        groups, axes = group_reduction(x, self.num_groups, self.group_size, self.reduction_axes)
        mean, var = group_statistics(x, groups, axes, mask, self.dtype, **self._options())
        return _normalize(self, x, mean, var, axes[:-1], (-1,))


class InstanceNorm(_Norm):
    use_bias: bool = True
    use_scale: bool = True
    bias_init: Callable = initializers.zeros
    scale_init: Callable = initializers.ones
    feature_axes: Any = -1
    axis_name: Optional[str] = None
    axis_index_groups: Any = None
    use_fast_variance: bool = True
    force_float32_reductions: bool = True

    @compact
    def __call__(self, x, *, mask=None):
        features = axes_of(self.feature_axes, x.ndim)
        if 0 in features:
            raise ValueError("The channel axes cannot include the leading dimension, which is the batch axis.")
        axes = [i for i in range(1, x.ndim) if i not in features]
        mean, var = statistics(x, axes, self.dtype, mask=mask, **self._options())
        return _normalize(self, x, mean, var, axes, features)


def _unit(x, axis=None, eps=1e-12):
    return x * jax.lax.rsqrt((x * x).sum(axis=axis, keepdims=True) + eps)


class WeightNorm(Module):
    layer_instance: Module
    epsilon: float = 1e-12
    dtype: Any = None
    param_dtype: Any = jnp.float32
    use_scale: bool = True
    scale_init: Callable = initializers.ones
    feature_axes: Any = -1
    variable_filter: Any = ("kernel",)

    @compact
    def __call__(self, *args, **kwargs):
        def normalize(path, value):
            names = [part.key for part in path]
            if not any(name in "/".join(names) for name in self.variable_filter or ("",)):
                return value
            value = jnp.asarray(value)
            features = () if self.feature_axes is None else axes_of(self.feature_axes, value.ndim)
            reduced = tuple(i for i in range(value.ndim) if i not in features)
            kept, spread = feature_shapes(value, features) if features else ((), (1,) * value.ndim)
            unit = _unit(value, axis=reduced, eps=self.epsilon)
            if not self.use_scale:
                return jnp.asarray(unit, self.dtype)
            name = "/".join([self.layer_instance.name] + names[1:] + ["scale"])
            scale = self.param(name, self.scale_init, kept, self.param_dtype).reshape(spread)
            return jnp.asarray(unit * scale, canonicalize_dtype(unit, scale, dtype=self.dtype))

        return map_variables(
            lambda layer: layer(*args, **kwargs),
            "params",
            trans_in_fn=lambda vs: jax.tree_util.tree_map_with_path(normalize, vs),
            init=self.is_initializing(),
        )(self.layer_instance)


class SpectralNorm(Module):
    layer_instance: Module
    n_steps: int = 1
    epsilon: float = 1e-12
    dtype: Any = None
    param_dtype: Any = jnp.float32
    error_on_non_matrix: bool = False
    collection_name: str = "batch_stats"

    @compact
    def __call__(self, *args, update_stats, **kwargs):
        def normalize(path, value):
            value = jnp.asarray(value)
            shape = value.shape
            if value.ndim <= 1 or self.n_steps < 1:
                return value
            if value.ndim > 2 and self.error_on_non_matrix:
                raise ValueError(f"Input is {value.ndim}D but error_on_non_matrix is True")
            matrix = jnp.reshape(value, (-1, shape[-1]))
            name = "/".join([self.layer_instance.name] + [part.key for part in path][1:])
            key = None if self.has_variable(self.collection_name, name + "/u") else self.make_rng("params")
            first = (jax.random.normal, key, (1, shape[-1]), self.param_dtype)
            u = self.variable(self.collection_name, name + "/u", *first)
            kept = self.variable(self.collection_name, name + "/sigma", jnp.ones, (), self.param_dtype)
            u0 = u.value
            for _ in range(self.n_steps):
                v0 = _unit(jnp.matmul(u0, matrix.transpose([1, 0])), eps=self.epsilon)
                u0 = _unit(jnp.matmul(v0, matrix), eps=self.epsilon)
            u0, v0 = jax.lax.stop_gradient(u0), jax.lax.stop_gradient(v0)
            sigma = jnp.matmul(jnp.matmul(v0, matrix), jnp.transpose(u0))[0, 0]
            if update_stats:
                u.value, kept.value = u0, sigma
            result = (matrix / jnp.where(sigma != 0, sigma, 1)).reshape(shape)
            return jnp.asarray(result, canonicalize_dtype(value, u0, v0, sigma, dtype=self.dtype))

        return map_variables(
            lambda layer: layer(*args, **kwargs),
            "params",
            trans_in_fn=lambda vs: jax.tree_util.tree_map_with_path(normalize, vs),
            init=self.is_initializing(),
            mutable=True,
        )(self.layer_instance)
