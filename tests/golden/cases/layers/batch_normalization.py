"""BatchNormalization: defaults, another momentum and epsilon, no center, no scale, axis 1."""

import keras
from keras import layers

inputs = keras.Input(shape=(4, 3, 5))
model = keras.Model(
    inputs,
    [
        layers.BatchNormalization()(inputs),
        layers.BatchNormalization(momentum=0.9, epsilon=1e-2, center=False)(inputs),
        layers.BatchNormalization(axis=1, scale=False)(inputs),
    ],
)
