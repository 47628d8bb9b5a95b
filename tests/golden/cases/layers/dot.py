"""Dot: one axis for both, an axis each, negative axes, normalised."""

import keras
from keras import layers

a = keras.Input(shape=(3, 4))
b = keras.Input(shape=(5, 4))
c = keras.Input(shape=(4, 2))
d = keras.Input(shape=(3, 4))
model = keras.Model(
    [a, b, c, d],
    [
        layers.Dot(axes=2)([a, b]),
        layers.Dot(axes=(2, 1))([a, c]),
        layers.Dot(axes=-1, normalize=True)([a, b]),
        layers.Dot(axes=(1, 1))([a, d]),
    ],
)
