"""Merging layers broadcast inputs of different shapes and ranks."""

import keras
from keras import layers

a = keras.Input(shape=(3, 4))
b = keras.Input(shape=(1, 4))
c = keras.Input(shape=(4,))
model = keras.Model(
    [a, b, c],
    [layers.Add()([a, b]), layers.Multiply()([a, b]), layers.Maximum()([b, a]), layers.Average()([a, c])],
)
