"""Masks through layers of the program: one that takes the mask, one that passes it on, one that makes its own."""
# golden: x0=int(4)

import keras
from keras import layers, ops


class MeanOverTime(layers.Layer):
    def call(self, inputs, mask=None):
        if mask is None:
            return ops.mean(inputs, axis=1)
        weights = ops.expand_dims(ops.cast(mask, inputs.dtype), -1)
        return ops.sum(inputs * weights, axis=1) / (ops.sum(weights, axis=1) + 1e-6)


class Scaled(layers.Layer):
    def __init__(self, factor, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor
        self.supports_masking = True

    def call(self, inputs):
        return inputs * self.factor


class EveryOther(layers.Layer):
    def call(self, inputs):
        return inputs[:, ::2]

    def compute_mask(self, inputs, mask=None):
        return None if mask is None else mask[:, ::2]


class Drops(layers.Layer):
    def call(self, inputs):
        return inputs + 1.0


tokens = keras.Input((8,), dtype="int32")
x = layers.Embedding(4, 3, mask_zero=True)(tokens)
a = MeanOverTime()(Scaled(2.0)(x))
b = MeanOverTime()(EveryOther()(x))
c = MeanOverTime()(Drops()(x))
model = keras.Model(tokens, layers.Concatenate()([a, b, c]))
