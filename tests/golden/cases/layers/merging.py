"""Add, Subtract, Multiply, Average, Maximum, Minimum, Concatenate, Dot of two and three inputs."""

import keras
from keras import layers

a = keras.Input(shape=(3, 4))
b = keras.Input(shape=(3, 4))
c = keras.Input(shape=(3, 4))
model = keras.Model(
    [a, b, c],
    [
        layers.Add()([a, b, c]),
        layers.Subtract()([a, b]),
        layers.Multiply()([a, b, c]),
        layers.Average()([a, b, c]),
        layers.Maximum()([a, b, c]),
        layers.Minimum()([a, b, c]),
        layers.Concatenate()([a, b, c]),
        layers.Concatenate(axis=1)([a, b]),
    ],
)
