"""Grouped Conv2D: the kernel has in/groups channels; groups = channels is a depthwise convolution."""

import keras
from keras import layers

inputs = keras.Input(shape=(5, 5, 4))
model = keras.Model(
    inputs,
    [
        layers.Conv2D(6, 3, groups=2, padding="same", strides=2)(inputs),
        layers.Conv2D(4, 2, groups=4, use_bias=False)(inputs),
    ],
)
