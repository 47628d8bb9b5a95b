"""The other convolutions of sequences: transposed, depthwise and separable."""

import keras
from keras import layers

inputs = keras.Input(shape=(7, 3))
model = keras.Model(
    inputs,
    [
        layers.Conv1DTranspose(2, 3)(inputs),
        layers.Conv1DTranspose(2, 4, strides=2, padding="same", activation="relu")(inputs),
        layers.Conv1DTranspose(2, 3, strides=3, output_padding=1)(inputs),
        layers.DepthwiseConv1D(3, depth_multiplier=2, padding="same")(inputs),
        layers.DepthwiseConv1D(2, strides=2, use_bias=False)(inputs),
        layers.SeparableConv1D(4, 3, depth_multiplier=2)(inputs),
    ],
)
