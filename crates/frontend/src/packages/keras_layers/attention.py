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
