"""Cropping2D with its three forms of cropping, channels first too."""

import keras
from keras import layers

inputs = keras.Input(shape=(5, 6, 2))
model = keras.Model(
    inputs,
    [
        layers.Cropping2D(1)(inputs),
        layers.Cropping2D((1, 2))(inputs),
        layers.Cropping2D(((1, 0), (2, 3)))(inputs),
        layers.Cropping2D((1, 0), data_format="channels_first")(inputs),
    ],
)
