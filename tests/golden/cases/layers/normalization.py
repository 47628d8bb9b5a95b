"""Normalization with given mean and variance: per channel, scalar, inverted."""

import keras
from keras import layers

inputs = keras.Input(shape=(4, 3))
model = keras.Model(
    inputs,
    [
        layers.Normalization(mean=[0.5, -1.0, 2.0], variance=[1.0, 4.0, 0.25])(inputs),
        layers.Normalization(axis=None, mean=3.0, variance=2.0)(inputs),
        layers.Normalization(mean=[0.5, -1.0, 2.0], variance=[1.0, 4.0, 0.25], invert=True)(inputs),
        layers.Normalization(axis=(1, 2), mean=[[0.0, 1.0, 2.0]] * 4, variance=[[1.0, 2.0, 3.0]] * 4)(inputs),
    ],
)
