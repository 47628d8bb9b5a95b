"""The functional forms keras.layers.add, concatenate and friends, and operators between Keras tensors."""

import keras
from keras import layers

a = keras.Input(shape=(4,))
b = keras.Input(shape=(4,))
model = keras.Model(
    [a, b],
    [
        layers.add([a, b]),
        layers.subtract([a, b]),
        layers.multiply([a, b]),
        layers.average([a, b]),
        layers.maximum([a, b]),
        layers.minimum([a, b]),
        layers.concatenate([a, b], axis=-1),
        layers.dot([a, b], axes=1),
        a + b * 2.0 - 1.0,
        -a / (b * b + 1.0),
    ],
)
