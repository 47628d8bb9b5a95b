# Attention.


class MultiHeadAttention(Module):
    def __init__(
        self, num_heads, in_features, qkv_features=None, out_features=None, num_kv_heads=None, in_kv_features=None, *,
        dtype=None, param_dtype=jnp.float32, broadcast_dropout=True, dropout_rate=0.0, deterministic=None,
        precision=None, kernel_init=default_kernel_init, out_kernel_init=None, bias_init=zeros_init,
        out_bias_init=None, use_bias=True, attention_fn=dot_product_attention, decode=None, normalize_qk=False, rngs,
        keep_rngs=True, **options,
    ):
        self.num_heads, self.in_features = num_heads, in_features
        self.qkv_features = in_features if qkv_features is None else qkv_features
        self.out_features = in_features if out_features is None else out_features
        self.in_kv_features = in_features if in_kv_features is None else in_kv_features
        if num_kv_heads not in (None, num_heads):
            raise NotImplementedError("fewer heads for keys and values are not compiled")
        if self.qkv_features % num_heads != 0:
            raise ValueError(
                f"Memory dimension ({self.qkv_features}) must be divisible by 'num_heads' heads ({num_heads})."
            )
        self.head_dim = self.qkv_features // num_heads
        self.dtype, self.precision, self.attention_fn, self.decode = dtype, precision, attention_fn, decode
        self.broadcast_dropout, self.dropout_rate, self.deterministic = broadcast_dropout, dropout_rate, deterministic
        common = dict(use_bias=use_bias, dtype=dtype, param_dtype=param_dtype, precision=precision, rngs=rngs)
        heads = (num_heads, self.head_dim)
        project = functools.partial(LinearGeneral, kernel_init=kernel_init, bias_init=bias_init, **common)
        self.query = project(self.in_features, out_features=heads)
        self.key = project(self.in_kv_features, out_features=heads)
        self.value = project(self.in_kv_features, out_features=heads)
        self.query_ln = self.key_ln = None
        if normalize_qk:
            norm = functools.partial(LayerNorm, self.head_dim, use_bias=False, dtype=dtype, param_dtype=param_dtype)
            self.query_ln, self.key_ln = norm(rngs=rngs), norm(rngs=rngs)
        self.out = LinearGeneral(
            heads,
            self.out_features,
            axis=(-2, -1),
            kernel_init=out_kernel_init or kernel_init,
            bias_init=out_bias_init or bias_init,
            **common,
        )
        self.rngs = rngs.dropout.fork() if keep_rngs and dropout_rate > 0 else None
        self.cached_key = self.cached_value = self.cache_index = None

    def init_cache(self, input_shape, dtype=jnp.float32):
        shape = tuple(input_shape[:-1]) + (self.num_heads, self.head_dim)
        self.cached_key, self.cached_value = Cache(jnp.zeros(shape, dtype)), Cache(jnp.zeros(shape, dtype))
        self.cache_index = Cache(jnp.array(0, dtype=jnp.int32))

    def __call__(
        self, inputs_q, inputs_k=None, inputs_v=None, *, mask=None, deterministic=None, rngs=None,
        sow_weights=False, decode=None, is_causal=False, out_sharding=None, qkv_sharding=None,
    ):
        rngs = self.rngs if rngs is None else rngs.dropout if isinstance(rngs, Rngs) else rngs
        inputs_k = inputs_q if inputs_k is None else inputs_k
        inputs_v = inputs_k if inputs_v is None else inputs_v
        if inputs_q.shape[-1] != self.in_features:
            raise ValueError(
                f"Incompatible input dimension, got {inputs_q.shape[-1]} but module expects {self.in_features}."
            )
        query, key, value = self.query(inputs_q), self.key(inputs_k), self.value(inputs_v)
        if self.query_ln is not None:
            query, key = self.query_ln(query), self.key_ln(key)
        if first_from(decode, self.decode, error_msg="No `decode` argument was provided to MultiHeadAttention."):
            if self.cached_key is None:
                raise ValueError("Autoregressive cache not initialized, call ``init_cache`` first.")
            now = self.cache_index.value
            key, value, mask = with_cache(self.cached_key.value, self.cached_value.value, now, key, value, mask)
            self.cached_key.value, self.cached_value.value, self.cache_index.value = key, value, now + 1
        elif is_causal:
            mask = combine_masks(mask, make_causal_mask(inputs_q[..., 0]))
        key_of_dropout = None
        if self.dropout_rate > 0.0:
            deterministic = first_from(
                deterministic, self.deterministic, error_msg="No `deterministic` argument was provided."
            )
            if not deterministic:
                key_of_dropout = first_from(rngs, error_msg="'rngs' must be provided for dropout.")()
        else:
            deterministic = True
        return self.out(attended(self, query, key, value, mask, key_of_dropout, deterministic, sow_weights))

    def sow_weights(self, weights):
        self.sow(Intermediate, "attention_weights", weights)
