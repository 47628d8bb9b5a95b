"""EinsumDense: one and several contracted axes, a kernel per step, biases over some of the output's axes; Identity."""

import keras
from keras import layers

inputs = keras.Input(shape=(4, 3, 5))
model = keras.Model(
    inputs,
    [
        layers.EinsumDense("abcd,de->abce", output_shape=(None, None, 6), bias_axes="e", activation="relu")(inputs),
        layers.EinsumDense("abcd,cdef->abef", output_shape=(None, 2, 3), bias_axes="ef")(inputs),
        layers.EinsumDense("abcd,bde->abce", output_shape=(4, None, 2), bias_axes="be")(inputs),
        layers.EinsumDense("abcd,de->abec", output_shape=(None, 6, None))(layers.Identity()(inputs)),
    ],
)
