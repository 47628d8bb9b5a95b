"""BatchNormalization: defaults, another momentum and epsilon, no center, no scale, axis 1."""

import keras
from keras import layers

inputs = keras.Input(shape=(4, 3, 5))
x = layers.BatchNormalization()(inputs)
x = layers.BatchNormalization(momentum=0.9, epsilon=1e-2, center=False)(x)
x = layers.BatchNormalization(axis=1, scale=False)(x)
model = keras.Model(inputs, x)
