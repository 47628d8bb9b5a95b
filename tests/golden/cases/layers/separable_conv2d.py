"""SeparableConv2D: bias and activation come after the pointwise step; multiplier, strides, dilation, no bias."""

import keras
from keras import layers

inputs = keras.Input(shape=(7, 6, 3))
model = keras.Model(
    inputs,
    [
        layers.SeparableConv2D(4, 3, activation="relu")(inputs),
        layers.SeparableConv2D(2, 3, strides=2, padding="same", depth_multiplier=2)(inputs),
        layers.SeparableConv2D(2, 2, dilation_rate=2, use_bias=False)(inputs),
    ],
)
