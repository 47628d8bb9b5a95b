"""DepthwiseConv2D: depth_multiplier, same padding with stride 2, dilation, no bias."""

import keras
from keras import layers

inputs = keras.Input(shape=(7, 7, 3))
model = keras.Model(
    inputs,
    [
        layers.DepthwiseConv2D(3, depth_multiplier=2)(inputs),
        layers.DepthwiseConv2D(3, strides=2, padding="same", activation="relu6")(inputs),
        layers.DepthwiseConv2D((2, 3), dilation_rate=2, use_bias=False, padding="same")(inputs),
    ],
)
