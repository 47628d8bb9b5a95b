"""Max and average pooling in one dimension: default strides, overlap, same padding (averages leave the padding out)."""

import keras
from keras import layers

inputs = keras.Input(shape=(9, 3))
model = keras.Model(
    inputs,
    [
        layers.MaxPooling1D(2)(inputs),
        layers.MaxPooling1D(3, strides=1, padding="same")(inputs),
        layers.AveragePooling1D(2)(inputs),
        layers.AveragePooling1D(3, strides=2, padding="same")(inputs),
    ],
)
