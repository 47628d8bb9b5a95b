"""Flatten, Reshape (also with -1), Permute, ZeroPadding2D with its three forms of padding."""

import keras
from keras import layers

inputs = keras.Input(shape=(4, 3, 2))
model = keras.Model(
    inputs,
    [
        layers.Flatten()(inputs),
        layers.Reshape((6, 4))(inputs),
        layers.Reshape((3, -1))(inputs),
        layers.Permute((3, 1, 2))(inputs),
        layers.ZeroPadding2D()(inputs),
        layers.ZeroPadding2D((1, 2))(inputs),
        layers.ZeroPadding2D(((1, 0), (2, 3)))(inputs),
        layers.ZeroPadding2D((0, 1), data_format="channels_first")(inputs),
    ],
)
