"""A layer whose `build` takes the shapes of several arguments, with a weight for each."""

import keras
from keras import layers, ops


class CrossAttention(layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.out = layers.Dense(units, use_bias=False)

    def build(self, query_shape, value_shape):
        self.query_kernel = self.add_weight(shape=(query_shape[-1], self.units), name="query_kernel")
        self.value_kernel = self.add_weight(shape=(value_shape[-1], self.units), name="value_kernel")
        self.scale = self.add_weight(shape=(), initializer="ones", name="scale")
        self.out.build((None, query_shape[1], self.units))

    def call(self, query, value, causal=False):
        q = query @ self.query_kernel
        v = value @ self.value_kernel
        scores = self.scale * ops.matmul(q, ops.swapaxes(v, -1, -2)) / ops.sqrt(ops.cast(self.units, q.dtype))
        if causal:
            keep = ops.tril(ops.ones((q.shape[1], v.shape[1])))
            scores = ops.where(keep > 0, scores, -1e9)
        return self.out(ops.softmax(scores, axis=-1) @ v)


a = keras.Input((4, 3))
b = keras.Input((5, 6))
x = CrossAttention(4)(a, b)
y = CrossAttention(4, name="causal")(a, value=b, causal=True)
model = keras.Model([a, b], layers.Concatenate()([x, y]))
