"""Reshaping layers of sequences: ZeroPadding1D, Cropping1D, UpSampling1D, RepeatVector, Permute."""

import keras
from keras import layers

a = keras.Input(shape=(5, 3))
b = keras.Input(shape=(4,))
model = keras.Model(
    [a, b],
    [
        layers.ZeroPadding1D()(a),
        layers.ZeroPadding1D((2, 0))(a),
        layers.Cropping1D()(a),
        layers.Cropping1D((0, 2))(a),
        layers.UpSampling1D(3)(a),
        layers.RepeatVector(3)(b),
        layers.Permute((2, 1))(a),
    ],
)
