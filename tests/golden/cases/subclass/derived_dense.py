"""Classes that derive from Keras's own layers, and from one another."""

import keras
from keras import layers, ops


class ScaledDense(layers.Dense):
    def __init__(self, units, scale=2.0, **kwargs):
        super().__init__(units, **kwargs)
        self.scale = scale

    def call(self, inputs, training=None):
        return super().call(inputs, training=training) * self.scale


class GatedDense(ScaledDense):
    def build(self, input_shape):
        super().build(input_shape)
        self.gate = self.add_weight(shape=(self.units_of_gate(),), initializer="ones", name="gate")

    def units_of_gate(self):
        return 4

    def call(self, inputs):
        return super().call(inputs) * ops.sigmoid(self.gate)


class Tuned(layers.MultiHeadAttention):
    def call(self, query, value, key=None, training=None):
        return super().call(query, value, key, training=training) + query


inputs = keras.Input((3, 4))
x = ScaledDense(4, scale=0.5)(inputs)
x = GatedDense(4, activation="relu", name="gated")(x)
x = Tuned(2, 2)(x, x)
model = keras.Model(inputs, x)
