"""Softmax over one axis, over several, and with a mask."""

import keras
from keras import layers

inputs = keras.Input(shape=(3, 4))
mask = keras.Input(shape=(3, 4), dtype="bool")
model = keras.Model(
    [inputs, mask],
    [
        layers.Softmax()(inputs),
        layers.Softmax(axis=1)(inputs),
        layers.Softmax(axis=(1, 2))(inputs),
        layers.Softmax()(inputs, mask),
    ],
)
