# Dot-product attention without weights of its own.


class Attention(keras.layers.Layer):
    def __init__(self, use_scale=False, score_mode="dot", dropout=0.0, seed=None, **kwargs):
        super().__init__(**kwargs)
        if score_mode not in ("dot", "concat"):
            raise ValueError(f"`score_mode` must be 'dot' or 'concat', found {score_mode!r}")
        self.use_scale, self.score_mode, self.dropout = use_scale, score_mode, dropout
        if dropout > 0:
            self.seed_generator = keras.random.SeedGenerator(seed)

    def build(self, input_shape):
        self.scale = self.concat_score_weight = None
        if self.use_scale:
            self.scale = self.add_weight(name="scale", shape=(), initializer="ones")
        if self.score_mode == "concat":
            self.concat_score_weight = self.add_weight(name="concat_score_weight", shape=(), initializer="ones")

    def _scores(self, query, key):
        if self.score_mode == "dot":
            scores = ops.matmul(query, ops.swapaxes(key, -2, -1))
            return scores if self.scale is None else scores * self.scale
        sums = ops.expand_dims(query, -2) + ops.expand_dims(key, -3)
        return self.concat_score_weight * ops.sum(ops.tanh(sums if self.scale is None else self.scale * sums), axis=-1)

    def call(self, inputs, mask=None, training=False, return_attention_scores=False, use_causal_mask=False):
        query, value = inputs[0], inputs[1]
        key = inputs[2] if len(inputs) > 2 else value
        query_mask, seen = (mask[0], mask[1]) if mask else (None, None)
        scores = self._scores(query, key)
        if seen is not None:
            seen = ops.expand_dims(seen, -2)
        if use_causal_mask:
            rows, columns = ops.arange(scores.shape[-2]), ops.arange(scores.shape[-1])
            before = ops.expand_dims(rows[:, None] >= columns[None, :], 0)
            seen = before if seen is None else ops.logical_and(seen, before)
        if seen is not None:
            scores = ops.where(seen, scores, scores - 1.0e9)
        weights = ops.softmax(scores, axis=-1)
        if training and self.dropout > 0:
            weights = keras.random.dropout(weights, self.dropout, seed=self.seed_generator)
        result = ops.matmul(weights, value)
        if query_mask is not None:
            result = ops.where(ops.expand_dims(query_mask, -1), result, 0)
        return (result, weights) if return_attention_scores else result


class AdditiveAttention(Attention):
    """Attention whose scores are sums over tanh(query + key), weighted by feature (Bahdanau et al., 2015)."""

    def __init__(self, use_scale=True, dropout=0.0, **kwargs):
        super().__init__(use_scale=use_scale, dropout=dropout, **kwargs)

    def build(self, input_shape):
        self.scale = None
        if self.use_scale:
            self.scale = self.add_weight(name="scale", shape=(input_shape[0][-1],), initializer="glorot_uniform")

    def _scores(self, query, key):
        features = ops.tanh(ops.expand_dims(query, -2) + ops.expand_dims(key, -3))
        return ops.sum(features if self.scale is None else self.scale * features, axis=-1)


class GroupQueryAttention(keras.layers.Layer):
    """Attention of many heads of queries, groups of which share a head of keys and values (Ainslie et al., 2023)."""

    def __init__(
        self,
        head_dim,
        num_query_heads,
        num_key_value_heads,
        dropout=0.0,
        use_bias=True,
        sliding_window=None,
        flash_attention=None,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        kernel_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        bias_constraint=None,
        use_gate=False,
        seed=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.supports_masking = True
        if num_query_heads % num_key_value_heads != 0:
            raise ValueError("`num_query_heads` must be divisible by `num_key_value_heads`")
        if sliding_window is not None and not (isinstance(sliding_window, int) and sliding_window > 0):
            raise ValueError(f"`sliding_window` must be None or a positive integer, found {sliding_window}")
        self.head_dim, self.num_query_heads, self.num_key_value_heads = head_dim, num_query_heads, num_key_value_heads
        self.dropout, self.use_bias, self.sliding_window, self.use_gate = dropout, use_bias, sliding_window, use_gate
        self.seed = seed
        self._options = dict(
            kernel_initializer=kernel_initializer,
            bias_initializer=bias_initializer,
            kernel_regularizer=kernel_regularizer,
            bias_regularizer=bias_regularizer,
            activity_regularizer=activity_regularizer,
            kernel_constraint=kernel_constraint,
            bias_constraint=bias_constraint,
            dtype=self.dtype,
        )

    def _projection(self, name, equation, shape, axes, **options):
        axes = axes if self.use_bias else None
        return keras.layers.EinsumDense(equation, output_shape=shape, bias_axes=axes, name=name, **self._options, **options)

    def build(self, query_shape, value_shape, key_shape=None):
        many, few = (None, self.num_query_heads, self.head_dim), (None, self.num_key_value_heads, self.head_dim)
        self._query_dense = self._projection("query", "bqm,muh->bquh", many, "uh")
        self._query_dense.build(query_shape)
        self._key_dense = self._projection("key", "bkm,mvh->bkvh", few, "vh")
        self._key_dense.build(key_shape or value_shape)
        if self.use_gate:
            self._gate_dense = self._projection("gate", "bqm,muh->bquh", many, "uh", activation="sigmoid")
            self._gate_dense.build(query_shape)
        self._value_dense = self._projection("value", "bkm,mvh->bkvh", few, "vh")
        self._value_dense.build(value_shape)
        self._dropout_layer = keras.layers.Dropout(self.dropout, seed=self.seed)
        self._output_dense = self._projection("attention_output", "bquh,uhm->bqm", (None, query_shape[-1]), "m")
        self._output_dense.build((None, None, self.num_query_heads, self.head_dim))

    def _seen(self, rows, columns, query_mask, value_mask, key_mask, attention_mask, use_causal_mask):
        """Which positions of the keys each query may see; None for all."""
        parts = [] if attention_mask is None else [ops.cast(attention_mask, "bool")]
        if query_mask is not None:
            parts.append(ops.expand_dims(ops.cast(query_mask, "bool"), -1))
        parts += [ops.expand_dims(ops.cast(mask, "bool"), -2) for mask in (value_mask, key_mask) if mask is not None]
        distance = ops.expand_dims(ops.arange(rows)[:, None] - ops.arange(columns)[None, :], 0)
        if use_causal_mask:
            parts.append(distance >= 0)
        if self.sliding_window is not None:
            parts.append(ops.abs(distance) < self.sliding_window)
        seen = None
        for part in parts:
            seen = part if seen is None else ops.logical_and(seen, part)
        return seen

    def call(
        self,
        query,
        value,
        key=None,
        query_mask=None,
        value_mask=None,
        key_mask=None,
        attention_mask=None,
        return_attention_scores=False,
        training=None,
        use_causal_mask=False,
    ):
        key = value if key is None else key
        seen = self._seen(query.shape[1], value.shape[1], query_mask, value_mask, key_mask, attention_mask, use_causal_mask)
        gate = self._gate_dense(query) if self.use_gate else None
        query = self._query_dense(query)
        repeats = self.num_query_heads // self.num_key_value_heads
        key, value = ops.repeat(self._key_dense(key), repeats, axis=2), ops.repeat(self._value_dense(value), repeats, axis=2)
        scores = ops.einsum("bquh,bkuh->buqk", query * (1.0 / math.sqrt(self.head_dim)), key)
        if seen is not None:
            scores = keras.layers.Softmax(axis=-1)(scores, mask=ops.expand_dims(seen, -3))
        else:
            scores = ops.softmax(scores, axis=-1)
        dropped = self._dropout_layer(scores, training=training) if self.dropout > 0 else scores
        output = ops.einsum("buqk,bkuh->bquh", dropped, value)
        output = self._output_dense(output if gate is None else output * gate)
        return (output, scores) if return_attention_scores else output
