"""Dropout: the mask of an integer seed in training, the identity in prediction, noise_shape, rate 0."""

import keras
from keras import layers

inputs = keras.Input(shape=(4, 6))
x = layers.Dropout(0.5, seed=42)(inputs)
x = layers.Dropout(0.25, noise_shape=(None, 1, 6), seed=7)(x)
x = layers.Dropout(0.0)(x)
model = keras.Model(inputs, x)
