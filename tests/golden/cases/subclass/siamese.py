"""Two towers that share an encoder, and a layer that measures their distance."""

import keras
from keras import layers, ops


class Encoder(keras.Model):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.hidden = layers.Dense(units, activation="tanh")
        self.project = layers.Dense(3, use_bias=False, name="project")

    def call(self, x):
        return self.project(self.hidden(x))


class Distance(layers.Layer):
    def call(self, anchor, other):
        return ops.sqrt(ops.sum(ops.square(anchor - other), axis=-1, keepdims=True) + 1e-7)


left, right = keras.Input((4,), name="left"), keras.Input((4,), name="right")
encoder = Encoder(5, name="encoder")
distance = Distance()(encoder(left), encoder(right))
model = keras.Model([left, right], layers.Dense(1, activation="sigmoid")(distance))
model.compile(optimizer=keras.optimizers.SGD(0.1), loss="binary_crossentropy")
