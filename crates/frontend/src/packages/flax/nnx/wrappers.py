# Modules around others that change their parameters before each call, and a nonlinearity with a parameter.


def _unit(x, axis=None, eps=1e-12):
    return x * jax.lax.rsqrt((x * x).sum(axis=axis, keepdims=True) + eps)


def _params_of(module):
    return [(path, v) for path, v in _variables_of(module) if isinstance(v, Param)]


class WeightNorm(Module):
    def __init__(
        self, layer_instance, *, feature_axes=-1, use_scale=True, scale_init=ones_init, epsilon=1e-12, dtype=None,
        param_dtype=jnp.float32, variable_filter=PathContains("kernel"), promote_dtype=promote_dtype, rngs,
    ):
        self.layer_instance, self.use_scale, self.epsilon, self.dtype = layer_instance, use_scale, epsilon, dtype
        self.feature_axes = () if feature_axes is None else feature_axes
        self.variable_filter = _filter(variable_filter)
        self.scales = None
        if use_scale:
            shape = lambda v: tuple(v.shape[axis] for axis in axes_of(self.feature_axes, v.ndim))
            chosen = [(path, v) for path, v in _params_of(layer_instance) if self.variable_filter(path, v)]
            self.scales = {path: scale_init(rngs["params"], shape(v)) for path, v in chosen}

    def __call__(self, x, *args, **kwargs):
        for path, v in _variables_of(self.layer_instance):
            if self.variable_filter(path, v):
                self._normalize(path, v)
        return self.layer_instance(x, *args, **kwargs)

    def _normalize(self, path, v):
        features = axes_of(self.feature_axes, v.ndim)
        unit = _unit(v.value, tuple(i for i in range(v.ndim) if i not in features), self.epsilon)
        if not self.use_scale:
            v.value = jnp.asarray(unit, canonicalize_dtype(v.value, dtype=self.dtype))
            return
        if path not in self.scales:
            raise RuntimeError(
                f"Could not find the scale corresponding to the param {path} in scales dict. "
                "Parameters of the layer_instance should not change!"
            )
        scale = self.scales[path].reshape([v.shape[i] if i in features else 1 for i in range(v.ndim)])
        v.value = jnp.asarray(unit * scale, canonicalize_dtype(v.value, scale, dtype=self.dtype))


class SpectralNorm(Module):
    def __init__(
        self, layer_instance, *, n_steps=1, epsilon=1e-12, dtype=None, param_dtype=jnp.float32,
        error_on_non_matrix=False, update_stats=True, rngs,
    ):
        self.layer_instance, self.n_steps, self.epsilon, self.dtype = layer_instance, n_steps, epsilon, dtype
        self.error_on_non_matrix, self.use_running_average = error_on_non_matrix, not update_stats
        self.batch_stats = {}
        for path, v in self._matrices():
            key = rngs.params()
            self.batch_stats[path + ("u",)] = BatchStat(initializers.normal()(key, (1, v.shape[-1]), param_dtype))
            self.batch_stats[path + ("sigma",)] = BatchStat(jnp.ones((), param_dtype))

    def _matrices(self):
        found = [(path, v) for path, v in _params_of(self.layer_instance) if v.ndim > 1 and self.n_steps >= 1]
        for _, v in found:
            if v.ndim > 2 and self.error_on_non_matrix:
                raise ValueError(f"Layer instance parameter is {v.ndim}D but error_on_non_matrix is True")
        return found

    def __call__(self, x, update_stats=None):
        update_stats = first_from(update_stats, not self.use_running_average, error_msg="")
        for path, v in self._matrices():
            if path + ("u",) not in self.batch_stats:
                raise RuntimeError(
                    f"Could not find the path for u batch stat corresponding to the param {path} in the batch stats "
                    "dict. Parameters of the layer_instance should not change!"
                )
            kept_u, kept_sigma = self.batch_stats[path + ("u",)], self.batch_stats[path + ("sigma",)]
            matrix, u = jnp.reshape(v.value, (-1, v.shape[-1])), kept_u.value
            for _ in range(self.n_steps):
                side = _unit(jnp.matmul(u, matrix.T), eps=self.epsilon)
                u = _unit(jnp.matmul(side, matrix), eps=self.epsilon)
            u, side = jax.lax.stop_gradient(u), jax.lax.stop_gradient(side)
            sigma = jnp.matmul(jnp.matmul(side, matrix), u.T)[0, 0]
            result = (matrix / jnp.where(sigma != 0, sigma, 1)).reshape(v.shape)
            if update_stats:
                kept_u.value, kept_sigma.value = u, sigma
            v.value = jnp.asarray(result, canonicalize_dtype(result, u, side, sigma, dtype=self.dtype))
        return self.layer_instance(x)


class PReLU(Module):
    def __init__(
        self, negative_slope_init=0.01, *, dtype=None, param_dtype=jnp.float32, promote_dtype=promote_dtype,
        negative_slope_metadata={},
    ):
        slope = jnp.asarray(negative_slope_init, dtype=param_dtype)
        self.negative_slope, self.dtype = Param(slope, **negative_slope_metadata), dtype

    def __call__(self, inputs):
        dtype = inputs.dtype if self.dtype is None else self.dtype
        inputs, slope = jnp.asarray(inputs, dtype), jnp.asarray(self.negative_slope.value, dtype)
        return jnp.where(inputs >= 0, inputs, slope * inputs)
