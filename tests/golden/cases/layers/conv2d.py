"""Conv2D: valid with a rectangular kernel, rectangular strides, bias and activation strings."""

import keras
from keras import layers

inputs = keras.Input(shape=(7, 6, 2))
x = layers.Conv2D(3, (3, 2), activation="tanh")(inputs)
x = layers.Conv2D(4, 2, strides=(2, 1), activation="gelu")(x)
model = keras.Model(inputs, x)
