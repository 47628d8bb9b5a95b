"""EinsumDense with dimensions that have no label, in front and behind."""

import keras
from keras import layers

inputs = keras.Input(shape=(4, 3, 5))
model = keras.Model(
    inputs,
    [
        layers.EinsumDense("...d,de->...e", output_shape=6, bias_axes="e")(inputs),
        layers.EinsumDense("...cd,cdef->...ef", output_shape=(2, 3), bias_axes="ef", activation="tanh")(inputs),
        layers.EinsumDense("ab...,bc->ac...", output_shape=2, bias_axes="c")(inputs),
    ],
)
