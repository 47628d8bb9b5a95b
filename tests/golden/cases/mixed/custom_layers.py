"""Layers and models of the program in mixed_bfloat16: what their inputs and weights come as, and what is left alone."""
# golden: tolerance=1.5e-2 reason="sums of numbers with 8 bits are rounded in another order"

import keras
from keras import layers, ops

keras.mixed_precision.set_dtype_policy("mixed_bfloat16")


class Scaled(layers.Layer):
    def build(self, input_shape):
        self.scale = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="scale")
        self.exact = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="exact", autocast=False)

    def call(self, x):
        assert x.dtype == "bfloat16" and self.compute_dtype == "bfloat16"
        assert self.scale.dtype == "bfloat16" and self.exact.dtype == "float32"
        y = x * self.scale
        assert y.dtype == "bfloat16"
        return ops.cast(y + self.exact, self.compute_dtype)


class Raw(layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(autocast=False, **kwargs)
        self.inner = layers.Dense(4)

    def call(self, x):
        assert x.dtype == "float32"
        return self.inner(x)


class Block(keras.Model):
    def __init__(self):
        super().__init__()
        self.first = Scaled()
        self.second = layers.Dense(3, activation="tanh")

    def call(self, x):
        return self.second(self.first(x))


inputs = keras.Input(shape=(5,))
x = Raw()(inputs)
x = Scaled()(x)
outputs = Block()(x)
model = keras.Model(inputs, [outputs, x])
