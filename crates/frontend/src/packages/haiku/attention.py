# Attention.


class MultiHeadAttention(Module):
    def __init__(
        self, num_heads, key_size, w_init_scale=None, *, w_init=None, with_bias=True, b_init=None, value_size=None,
        model_size=None, name=None,
    ):
        super().__init__(name=name)
        self.num_heads, self.key_size = num_heads, key_size
        self.value_size, self.model_size = value_size or key_size, model_size or key_size * num_heads
        if w_init is None and w_init_scale is None:
            raise ValueError("Please provide a weight initializer: `w_init`.")
        self.w_init = w_init or _initializers().VarianceScaling(w_init_scale)
        self.with_bias, self.b_init = with_bias, b_init

    def __call__(self, query, key, value, mask=None):
        def heads(x, size, name):
            projected = self._linear(self.num_heads * size, name)(x)
            return projected.reshape(x.shape[:-1] + (self.num_heads, size))

        query_heads = heads(query, self.key_size, "query")
        key_heads = heads(key, self.key_size, "key")
        value_heads = heads(value, self.value_size, "value")
        logits = jnp.einsum("...thd,...Thd->...htT", query_heads, key_heads)
        logits = logits / jnp.sqrt(self.key_size).astype(key.dtype)
        if mask is not None:
            if mask.ndim != logits.ndim:
                raise ValueError(f"Mask dimensionality {mask.ndim} must match logits dimensionality {logits.ndim}.")
            logits = jnp.where(mask, logits, -1e30)
        attended = jnp.einsum("...htT,...Thd->...thd", jax.nn.softmax(logits), value_heads)
        return self._linear(self.model_size, None)(jnp.reshape(attended, query.shape[:-1] + (-1,)))

    @transparent
    def _linear(self, size, name):
        return Linear(size, w_init=self.w_init, with_bias=self.with_bias, b_init=self.b_init, name=name)
